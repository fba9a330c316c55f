from __future__ import annotations

import dataclasses
import functools
import json
import math
import re
from collections.abc import Callable
from typing import Any

import pytest

from lambdalab.learn.workbooks.verdicts import accepted
from lambdalab.models.workloads import border, workloads
from lambdalab.show import theme
from lambdalab.show.pictures import workload_plane
from lambdalab.show.workloads import region
from tests.show.drawn import texts

ALL = workloads()
NEAR = {one.letter: (one.share, one.run_s) for one in ALL}
GUESSED = {
    "A": (0.3, 0.4), "B": (1, 0.3), "C": (0.04, 2_700), "D": (0.1, 0.1), "E": (0.5, 3_600), "F": (0.3, 30),
    "G": (0.001, 20), "H": (0.02, 1), "I": (0.05, 0.2), "J": (0.24, 1_800), "K": (0.01, 720), "L": (0.25, 0.5),
}  # fmt: skip
LONG = tuple(dataclasses.replace(one, run_s=5_000) for one in ALL)
CASES: dict[str, tuple[Any, Any, int]] = {
    "all": (ALL, None, 2),
    "guessed": (ALL, GUESSED, 2),
    "guessed, before": (ALL, GUESSED, 1),
    "nothing placed": (ALL, {}, 1),
    "dots": (ALL, dict.fromkeys("ABCDEFGHIJKL", ...), 1),
    "near": (ALL, NEAR, 2),
    "in one place": (ALL, dict.fromkeys("ABCDEFGHIJKL", (0.01, 1)), 2),
    "in one place, before": (ALL, dict.fromkeys("ABCDEFGHIJKL", (0.01, 1)), 1),
    "at the edges": (ALL, {"A": (0, 1e-9), "B": (1, 1e9), "C": (0, 1e9), "D": (1, 1e-9)}, 2),
    "one": (ALL[:1], {"A": (0.5, 1_000)}, 2),
    "none": ((), None, 2),
    "long": (LONG, None, 2),
    "other": (tuple(one for one in ALL if accepted(one.name)[0][0] != "Lambda"), None, 2),
}


@functools.cache
def draw(name: str, colours: theme.Theme | None = None) -> Any:
    given, placed, step = CASES[name]
    return workload_plane(given, placed, step=step, colours=colours)


def marks(picture: Any, symbol: str) -> dict[str, tuple[float, float]]:
    """The places of the lettered marks of this shape; "hollow" are those on paper."""
    found: dict[str, tuple[float, float]] = {}
    for trace in picture.figure.data:
        if trace.mode == "markers+text":
            hollow = trace.marker.color == theme.LIGHT.paper
            if ("hollow" if hollow else trace.marker.symbol) == symbol:
                letters = [re.sub("</?b>", "", text) for text in trace.text]
                found |= dict(zip(letters, zip(trace.x, trace.y, strict=True), strict=True))
    return found


def test_the_title_is_the_finding_and_the_sentence_says_the_same() -> None:
    assert texts(draw("all"))[0] == "Six of twelve fit a function; the 15 minutes rule out only one"
    assert draw("all").alt.startswith("Six of twelve fit a function; the 15 minutes rule out only one. ")
    assert "Your cards E, F and J lay in another region." in draw("guessed").alt


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("one", "The workload fits a function"),
        ("none", "No workload is given"),
        ("long", "None of twelve fit a function; the 15 minutes rule out twelve"),
        ("other", "None of six fit a function; the 15 minutes rule out only one"),
    ],
)
def test_contrary_data_get_a_title_that_is_true(name: str, says: str) -> None:
    assert texts(draw(name))[0] == says


def test_before_the_verdicts_only_axes_and_the_students_cards_are_there() -> None:
    before = draw("guessed, before")
    assert set(marks(before, "hollow")) == set("ABCDEFGHIJKL")
    assert not marks(before, "circle") and not marks(before, "square")
    words = " ".join(texts(before)) + before.alt + before.table.text()
    for given_away in ("FUNCTION", "SERVER", "stops", "thumbnails", "fit", "Lambda", "$"):
        assert given_away not in words, given_away
    assert len([trace for trace in before.figure.data if trace.mode == "lines"]) == 1 + 8  # the axes and their ticks


@pytest.mark.parametrize("name", ["nothing placed", "dots"])
def test_where_nothing_was_placed_the_plane_says_so(name: str) -> None:
    assert "No card is placed yet." in texts(draw(name))
    assert not marks(draw(name), "hollow")
    assert draw(name).table.rows == (("cards placed", "0 of 12", ""),)


def test_a_circle_is_a_function_and_a_square_is_something_else() -> None:
    assert set(marks(draw("all"), "circle")) == set("ADGIKL")
    assert set(marks(draw("all"), "square")) == set("BCEFHJ")


def test_each_mark_lies_where_its_numbers_say() -> None:
    places = marks(draw("all"), "circle") | marks(draw("all"), "square")
    tenfold = 774 / 6  # pixels of a step of ten across
    assert places["B"][0] - places["A"][0] == pytest.approx(tenfold * 2.6355, abs=1)  # 100 % and 0.2315 %
    up = places["A"][1] - places["G"][1]
    assert up / (places["D"][1] - places["G"][1]) == pytest.approx(1.699 / 2.602, abs=0.01)  # 0.4, 20 and 0.05 s
    by_share = sorted(ALL, key=lambda one: one.share)
    assert [places[one.letter][0] for one in by_share] == sorted(place[0] for place in places.values())


def test_the_border_is_the_break_even_of_the_cost_model() -> None:
    (dashed,) = [trace for trace in draw("all").figure.data if trace.line.dash == "dash"]
    end = 108 + 774 * (5 + math.log10(border(900))) / 6
    assert dashed.x[-1] == pytest.approx(end, abs=0.2)
    assert region(border(1) * 1.01, 1) == "SERVER OR CONTAINER" and region(border(1) * 0.99, 1) == "FUNCTION"
    assert region(0.001, 901) == "BATCH JOB OR CONTAINER" and region(0.001, 900) == "FUNCTION"


def test_only_cards_far_from_their_place_are_shown_and_tied_to_it() -> None:
    assert set(marks(draw("guessed"), "hollow")) == set("ADEFHIJL")
    dotted = [trace for trace in draw("guessed").figure.data if trace.line.dash == "dot"]
    assert len(dotted) == 8
    assert "(8 of 12)" in " ".join(texts(draw("guessed")))
    assert not marks(draw("near"), "hollow") and "hollow" not in " ".join(texts(draw("near")))


def test_cards_in_one_place_lie_side_by_side() -> None:
    places = list(marks(draw("in one place, before"), "hollow").values())
    assert len(set(places)) == 12
    gaps = [abs(a - c) + abs(b - d) for n, (a, b) in enumerate(places) for c, d in places[n + 1 :]]
    assert min(gaps) >= theme.MARKER_LETTER


def test_the_table_gives_the_place_of_each_card_and_no_reason() -> None:
    told = draw("all").table.text()
    for one in ALL:
        assert f" {one.letter} {one.name}: " in told
    assert "C backup: 3.1\u00a0%, 45\u00a0min" in told and "G clean-up: 0.023\u00a0%, 20\u00a0s" in told
    counted = [(row[0], row[2]) for row in draw("all").table.rows]
    assert counted == [
        ("Function", "function: 6"),
        ("Function", "something else: 2"),
        ("Server or container", "something else: 3"),
        ("Batch job or container", "something else: 1"),
    ]
    assert not [reason for one in ALL for _, reason in accepted(one.name) if reason in told]


@pytest.mark.parametrize("name", CASES)
def test_no_label_touches_another_or_leaves_the_canvas_in_the_widest_font(
    name: str, apart: Callable[[Any], None]
) -> None:
    apart(draw(name))


@pytest.mark.parametrize("name", ["all", "guessed", "near", "at the edges"])
def test_no_name_lies_on_a_mark(name: str, width: Callable[..., float]) -> None:
    picture = draw(name)
    names = {one.name for one in ALL}
    places = [place for symbol in ("circle", "square", "hollow") for place in marks(picture, symbol).values()]
    for each in picture.figure.layout.annotations:
        if each.text not in names:
            continue
        wide = width(each.text, each.font.size)
        left = each.x * theme.WIDTH - wide * {"left": 0, "center": 0.5, "right": 1}[each.xanchor]
        middle = (1 - each.y) * 700 + 0.65 * each.font.size
        for x, y in places:
            beside = x + 13 <= left or left + wide <= x - 13
            assert beside or abs(y - middle) >= 13 + 7, f"{each.text} lies on a mark"


@pytest.mark.parametrize("name", CASES)
def test_the_figure_is_small_and_its_sentence_short(name: str) -> None:
    assert len(json.dumps(draw(name).bundle())) < 60_000
    assert len(draw(name).alt.split()) <= 40
    assert draw(name).figure.layout.height == 700


def test_the_bottom_line_names_the_source() -> None:
    assert re.search(r"^Computed \(prices of [A-Z][a-z]+ 20\d\d\); dashed: ", texts(draw("all"))[-1])
    assert texts(draw("guessed, before"))[-1] == "Placed by you"


def test_the_dark_figure_differs_from_the_light_one_in_colours_only() -> None:
    light, dark = (json.dumps(draw("guessed", colours).bundle()) for colours in (theme.LIGHT, theme.DARK))
    assert re.sub(r"#[0-9A-F]{6}", "colour", light) == re.sub(r"#[0-9A-F]{6}", "colour", dark)
    assert not any(colour in dark for colour in (theme.LIGHT.paper, theme.LIGHT.text, theme.LIGHT.invoke))


@pytest.mark.parametrize(
    ("placed", "says"),
    [
        ({"M": (0.1, 1)}, "there is no card 'M'"),
        ({"A": 0.1}, "card A needs two numbers"),
        ({"A": ("often", 1)}, "card A needs two numbers"),
        ({"A": (30, 1)}, r"30 % is 0\.3"),
        ({"A": (0.3, 0)}, "more than 0 s"),
    ],
)
def test_a_card_that_cannot_lie_there_gets_a_clear_answer(placed: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        workload_plane(ALL, placed)


def test_there_are_two_steps() -> None:
    with pytest.raises(ValueError, match="there is no step 3"):
        workload_plane(ALL, step=3)
