from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from lambdalab.observe.journal import Step
from lambdalab.show import theme
from lambdalab.show.picture import Picture
from lambdalab.show.system_map import system_map
from lambdalab.show.system_map_layout import layout, ranks
from lambdalab.topology import BROKEN, DID, Topology
from tests.show.made_maps import (
    ALLOW,
    EIGHT,
    FAN,
    LOOP,
    MAKE,
    MAPS,
    NAMES_NONE,
    PHOTOS,
    SESSION,
    STORY,
    THUMBNAILS,
    YOU,
    arrow,
    bucket,
    chain,
    function,
    other,
    pipeline,
    step,
    upload,
)  # fmt: skip

SVG = "{http://www.w3.org/2000/svg}"
DASHED, DOTTED = "8 6", "3 7"


def draw(name: str, **more: Any) -> Picture:
    return system_map(*MAPS[name], **more)


def refused_and_allowed(times: int) -> list[Step]:
    """Uploads that are denied, each followed by a permission."""
    allows = [replace(ALLOW, began=n + 0.5, trace=f"allow{n}") for n in range(times)]
    return [step for n, allow in enumerate(allows) for step in (*upload(f"u{n}", n, "denied"), allow)]


def frames(picture: Picture) -> list[str]:
    """The names of the steps, as the slider has them."""
    return re.findall(r"<label>.*?>\d+ ([^<]+)</label>", picture.svg)


def texts(svg: str) -> list[dict[str, str]]:
    """Every text of one drawing, with its place on the canvas."""
    found: list[dict[str, str]] = []

    def read(element: ElementTree.Element, down: float) -> None:
        moved = re.match(r"translate\(0,([\d.-]+)\)$", element.get("transform", ""))
        down += float(moved[1]) if moved else 0
        if element.tag == f"{SVG}text":
            found.append({**element.attrib, "words": element.text or "", "y": str(float(element.get("y", 0)) + down)})
        for child in element:
            read(child, down)

    read(ElementTree.fromstring(svg), 0)
    return found


def words(picture: Picture) -> list[str]:
    return [text["words"] for text in texts(picture.svg)]


def every_step(name: str) -> list[Picture]:
    return [draw(name, step=number) for number in range(1, max(1, len(frames(draw(name)))) + 1)]


def test_the_story_of_a_denied_upload_is_told_step_by_step() -> None:
    assert frames(draw("story")) == ["rule", "upload", "denied", "allow", "upload", "event", "write"]
    third = words(draw("story", step=3))
    assert "Step 3 of 7: the event is sent, the policy says no" in third
    assert {"✖ denied, no log line", "ObjectCreated:Put, cat+1.jpg"} <= set(third)
    assert "no statement of make-thumbnail's policy lets s3.amazonaws.com in" in third
    sixth = words(draw("story", step=6))
    assert "Step 6 of 7: allowed, the event arrives" in sixth
    assert "make-thumbnail's policy: allow s3.amazonaws.com from photos (statement s3)" in sixth


def test_the_title_says_what_became_of_the_last_event() -> None:
    def title(name: str) -> str:
        return draw(name).alt.split(". Map")[0]

    nothing = "The upload ran nothing: no statement of make-thumbnail's policy names s3.amazonaws.com"
    assert title("denied") == nothing
    assert title("story") == "Refused at first, then allowed: the upload reached photos, make-thumbnail and thumbnails"
    assert title("loop").startswith("The upload reached photos and make-thumbnail and no further: ")
    assert title("visited") == "The request reached shop, list-items and items; the function failed: KeyError: 'id'"
    assert system_map(pipeline(DID, behind=DID), upload("u", 1)).alt.startswith("The upload reached photos, make")


def test_a_missing_permission_is_broken_before_any_event() -> None:
    picture = draw("broken")
    assert frames(picture) == []
    assert "✖ broken" in words(picture)
    assert picture.alt.startswith("photos cannot reach make-thumbnail: no statement of make-thumbnail's policy names")
    assert picture.table.rows[0] == (
        "photos → make-thumbnail", "ObjectCreated:*, *.jpg", "broken",
        "no statement of make-thumbnail's policy names s3.amazonaws.com",
    )  # fmt: skip
    assert picture.svg.count(f'stroke-dasharray="{DOTTED}"') == 2  # behind the cross, and what is not reached


def test_the_same_cloud_allowed_says_the_contrary() -> None:
    picture = draw("wired")
    assert picture.alt.startswith("2 arrows, all allowed; none used so far.")
    assert not any("✖" in each or "no statement" in each for each in words(picture))
    assert picture.svg.count(f'stroke-dasharray="{DASHED}"') == 2


def test_what_is_broken_now_is_shown_after_an_event_that_still_passed() -> None:
    picture = system_map(pipeline(BROKEN, NAMES_NONE, behind=DID), upload("u", 1))
    assert frames(picture) == ["upload", "event", "write", "now"]
    assert picture.alt.startswith("photos cannot reach make-thumbnail")


def test_events_that_went_alike_are_told_once_and_the_last_ones_can_be_asked_for() -> None:
    many = [step for n in range(20) for step in upload(f"u{n}", n)]
    assert frames(system_map(pipeline(DID, behind=DID), many)) == ["upload", "event", "write"]
    assert frames(draw("story", last=1)) == ["upload", "event", "write"]
    assert frames(draw("story", last=2)) == ["upload", "denied", "allow", "upload", "event", "write"]
    assert frames(draw("story", last=99)) == frames(draw("story"))
    changing = refused_and_allowed(9)
    assert len(frames(system_map(pipeline(DID), [*changing, *upload("u", 99)]))) == 12


def test_a_loop_is_drawn_as_a_bow_and_counted() -> None:
    assert frames(draw("loop")) == ["upload", "event", "write", "stopped"]
    assert "Step 2 of 4: allowed, the event arrives, 16 times" in words(draw("loop", step=2))
    assert [way.pulls is not None for way in layout(LOOP).ways] == [False, False, True]
    assert ranks(LOOP) == {YOU: 0, PHOTOS.arn: 1, MAKE.arn: 2}


def test_a_filtered_event_is_stopped_without_a_lock() -> None:
    picture = draw("filtered", step=2)
    assert "✖ filtered out" in words(picture)
    assert any(each.startswith('the rule is for keys that end with ".jpg"') for each in words(picture))
    assert frames(draw("filtered")) == ["upload", "filtered"]


def test_nodes_stand_by_rank_and_then_by_name() -> None:
    places = layout(Topology(list(reversed(FAN)), [arrow(FAN[0], node) for node in FAN[1:]])).places
    columns = {node.name: places[node.arn] for node in FAN}
    assert len({x for x, _ in columns.values()}) == 2
    assert [name for name, _ in sorted(columns.items(), key=lambda item: item[1])] == [node.name for node in FAN]
    xs = [layout(chain(EIGHT)).places[node.arn][0] for node in EIGHT]
    assert xs == sorted(xs) and len(set(xs)) == 8


def test_two_ways_side_by_side_do_not_cross_whatever_the_names() -> None:
    nodes = [bucket("a"), bucket("b"), function("a-second"), function("b-first")]
    places = layout(Topology(nodes, [arrow(nodes[0], nodes[3]), arrow(nodes[1], nodes[2])])).places
    assert places[nodes[0].arn][1] == places[nodes[3].arn][1] < places[nodes[1].arn][1] == places[nodes[2].arn][1]


def test_what_a_function_did_with_a_table_is_told_call_by_call() -> None:
    table = other("table", "items")
    steps = [step(f"dynamodb:{n}", SESSION, table.arn, at, "t") for at, n in enumerate(["PutItem", "Scan", "Scan"])]
    assert frames(system_map(chain([MAKE, table]), steps)) == ["write", "read"]
    assert "Step 2 of 2: make-thumbnail calls scan on items, 2 times" in words(
        system_map(chain([MAKE, table]), steps, step=2)
    )


def test_an_arrow_never_runs_through_a_glyph() -> None:
    for name, (topology, _) in MAPS.items():
        if name == "nine":
            continue
        found = layout(topology)
        for way, each in zip(found.ways, topology.arrows, strict=True):
            others = [place for arn, place in found.places.items() if arn not in (each.source, each.target)]
            for share in range(1, 40):
                x, y = way.at(share / 40)
                assert all(abs(x - ox) > 24 or abs(y - oy) > 24 for ox, oy in others), (name, each)


def test_of_more_than_eight_the_last_events_way_is_drawn_first() -> None:
    picture = draw("nine")
    assert '8 of 9 resources: lab.map("name") draws those around one' in words(picture)
    crowd = [bucket(f"a-{n}") for n in range(9)]
    whole = pipeline(DID, behind=DID)
    shown = words(system_map(Topology([*crowd, *whole.nodes], whole.arrows), STORY, step=1))
    assert {"you", "photos", "make-thumbnail", "thumbnails"} <= set(shown)
    assert sum(each.startswith("a-") for each in shown) == 4


def test_an_empty_cloud_says_so() -> None:
    assert draw("none").alt == "Nothing is deployed yet: the map is empty."
    assert draw("one").alt.startswith("1 resource, and nothing leads")


def test_a_step_that_is_not_there_is_told() -> None:
    with pytest.raises(ValueError, match="no step 8: this map has 7"):
        draw("story", step=8)
    with pytest.raises(ValueError, match="the last 0 events"):
        draw("story", last=0)


@pytest.mark.parametrize("name", MAPS)
def test_no_text_leaves_the_drawing_or_touches_another(name: str, width: Callable[..., float]) -> None:
    for picture in every_step(name):
        found = []
        for text in texts(picture.svg):
            size, x, y = float(text["font-size"]), float(text["x"]), float(text["y"])
            wide = width(text["words"], size, bold=text.get("font-weight") == "700")
            left = x - wide * {"start": 0, "middle": 0.5, "end": 1}[text["text-anchor"]]
            found.append((left, y - 0.74 * size, left + wide, y + 0.2 * size, text["words"]))
            assert size >= 16
        high = float(ElementTree.fromstring(picture.svg).attrib["height"])
        for left, top, right, bottom, said in found:
            assert left >= 0 and top >= 0 and right <= theme.WIDTH and bottom <= high, said
        for one, second in combinations(found, 2):
            clear = one[2] <= second[0] or second[2] <= one[0] or one[3] <= second[1] or second[3] <= one[1]
            assert clear, f"{one[4]!r} touches {second[4]!r}"


@pytest.mark.parametrize("name", MAPS)
def test_the_picture_is_small_well_formed_and_its_sentence_short(name: str, read_html: Callable[[str], Any]) -> None:
    picture = draw(name)
    assert len(json.dumps(picture.bundle())) < 60_000
    assert len(picture.alt.split()) <= 40
    drawings = [attributes for tag, attributes in read_html(picture.svg).tags if tag == "svg"]
    spoken = [attributes["aria-label"] for attributes in drawings if attributes.get("role") == "img"]
    assert len(spoken) == max(1, len(frames(picture))) and all(spoken)


def test_twelve_steps_of_eight_nodes_are_still_small() -> None:
    steps = refused_and_allowed(9)
    nodes = [*pipeline(DID).nodes, *(bucket(f"more-{n}") for n in range(4))]
    picture = system_map(Topology(nodes, pipeline(DID).arrows), steps)
    assert len(frames(picture)) == 12
    assert len(json.dumps(picture.bundle())) < 60_000


def test_colours_follow_the_page_and_a_file_has_its_own() -> None:
    inside, alone = draw("story", step=3).svg, draw("story", step=3, standalone=True).svg
    assert "var(--ll-failed" in inside and theme.LIGHT.failed in alone
    assert "var(" not in alone


def test_names_are_shown_letter_by_letter() -> None:
    odd = replace(THUMBNAILS, name="<b>&x")
    assert "<b>&x" in words(system_map(Topology([odd])))
