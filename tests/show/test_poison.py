from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from lambdalab.show import theme
from lambdalab.show.pictures import poison
from lambdalab.show.poison import LEFT, RIGHT
from lambdalab.show.receives import Batch, End, Receive
from tests.show.made_batches import BATCHES, fine, swallowed, with_reports, without

SPACE = "\u00a0"


@functools.cache
def draw(name: str, colours: theme.Theme | None = None) -> Any:
    return poison(*BATCHES[name], colours=colours)


def texts(picture: Any) -> list[str]:
    return [re.sub("</?b>", "", str(each.text)).replace("<br>", " ") for each in picture.figure.layout.annotations]


def cells(picture: Any) -> dict[str, list[tuple[float, float]]]:
    """Left edge and height of every cell, by what it is."""
    colours = theme.LIGHT
    kinds = {colours.invoke: "charged", colours.failed: "raised", colours.paper: "missed", colours.retried: "again"}
    return {
        kinds[trace.marker.color]: sorted(zip(trace.base, trace.y, strict=True))
        for trace in picture.figure.data
        if trace.type == "bar"
    }


def test_the_title_says_whom_the_poison_harmed_on_both_sides() -> None:
    assert texts(draw("both"))[0] == "Unreported, one poison message harmed all five; reported, only itself"
    assert texts(draw("ten"))[0] == "Unreported, one poison message harmed all ten; reported, only itself"
    assert texts(draw("alone"))[0] == "One poison message harmed all five"
    assert texts(draw("alone, reported"))[0] == "One poison message harmed only itself"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("no difference", "Charged once and deleted: 0 of 5 without reports, 0 of 5 with them"),
        ("fine", "Charged once and deleted: 5 of 5 without reports, 5 of 5 with them"),
        ("running", "Charged once and deleted: 0 of 5 without reports, 4 of 5 with them"),
        ("swallowed", "Charged once and deleted: 0 of 5 without reports, 4 of 5 with them"),
        ("mended", "Charged once and deleted: 3 of 3 messages"),
        ("one message", "Charged once and deleted: 0 of 1 without reports, 0 of 1 with them"),
        ("nothing", "No message was received"),
    ],
)
def test_contrary_data_get_a_title_that_is_true(name: str, says: str) -> None:
    assert texts(draw(name))[0] == says


def test_the_order_of_the_two_batches_decides_nothing() -> None:
    assert texts(poison(with_reports(), without()))[0] == texts(draw("both"))[0]


def test_the_sentence_tells_what_both_batches_came_to() -> None:
    assert draw("both").alt == (
        "Without partial failures A and B were charged 3 times, D and E never; all five became dead letters. "
        "With them four were charged once; only the poison message became a dead letter, after three receives."
    )
    assert "none became a dead letter" in poison(fine()).alt


def test_a_receive_is_one_cell_at_its_moment_on_the_queues_clock() -> None:
    third = (RIGHT - LEFT) / 3
    found = cells(draw("both"))
    lefts = {kind: sorted({left for left, _ in places}) for kind, places in found.items()}
    assert lefts["raised"] == pytest.approx([LEFT, LEFT + third, LEFT + 2 * third])
    assert lefts["charged"] == [LEFT]
    assert lefts["again"] == pytest.approx([LEFT + third, LEFT + 2 * third])
    assert {kind: len(places) for kind, places in found.items()} == {"charged": 6, "again": 4, "missed": 6, "raised": 6}


def test_a_charge_that_is_repeated_is_hatched_the_other_way_than_a_cold_start() -> None:
    patterns = {trace.marker.pattern.shape for trace in draw("both").figure.data if trace.type == "bar"}
    assert patterns == {None, "\\"}


def test_the_right_column_counts_the_charges_and_says_what_is_wrong_with_them() -> None:
    words = texts(draw("both"))
    column = words[words.index("times charged") :]
    assert column.count("charged 3 times") == 2
    assert column.count("never charged") == 2
    assert column.count("right") == 6
    assert "deleted as done" in texts(poison(swallowed()))
    assert texts(draw("running")).count("not yet") == 3


def test_ten_messages_have_lanes_of_twenty_pixels() -> None:
    heights = sorted({y for places in cells(draw("ten")).values() for _, y in places})
    assert [b - a for a, b in pairwise(heights[:10])] == pytest.approx([20] * 9)


def test_a_first_receive_and_a_third_are_named_on_the_axis_with_their_moments() -> None:
    layout = draw("both").figure.layout
    assert list(layout.xaxis.ticktext) == [f"{moment}{SPACE}s" for moment in (0, 30, 60, 90)]
    assert [words for words in texts(draw("both")) if words.startswith("receive ")] == [
        "receive 1",
        "receive 2",
        "receive 3",
    ]


def test_the_bottom_line_has_the_source_and_the_queues_settings() -> None:
    assert texts(draw("both"))[-1].replace(SPACE, " ") == (
        "Measured on this machine; visible again after 30 s, at most 3 receives"
    )
    assert "below: 10 s, at most 9 receives" in texts(draw("other queues"))[-1].replace(SPACE, " ")


def test_of_many_messages_the_poison_and_its_neighbours_are_drawn() -> None:
    words = texts(draw("many"))
    assert words.count("poison") == 2
    assert {"… 117 more", "… 177 more", "order-119", "order-121", "order-299"} <= set(words)


def test_the_table_has_the_columns_numbers_and_many_messages_by_their_fate() -> None:
    rows = {row[0]: row[1:] for row in draw("both").table.rows}
    assert rows["A"] == ("3", "3", f"dead letters at 90{SPACE}s", "1", "1", f"deleted at 1{SPACE}s")
    assert [row[0] for row in draw("many").table.rows] == [
        "120 messages such as order-0",
        "poison",
        "179 messages such as order-121",
    ]


def test_what_is_no_outcome_and_no_end_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="choose one of 'charged', 'raised', 'not reached'"):
        Receive("A", 0, "paid")
    with pytest.raises(ValueError, match="choose one of 'deleted', 'dead letters', 'still in the queue'"):
        End("A", "gone")
    with pytest.raises(ValueError, match="give at_seconds"):
        End("A", "deleted")
    with pytest.raises(ValueError, match="room for one batch or two, not for 3"):
        poison(fine(), fine(), fine())
    with pytest.raises(ValueError, match="not for 0"):
        poison()
    with pytest.raises(ValueError, match="give one of each kind"):
        poison(fine(), without())


def test_a_message_of_which_no_end_is_known_is_still_in_the_queue() -> None:
    (fate,) = Batch(True, [Receive("A", 5, "raised")], (), 30).fates
    assert (fate.end, fate.ended, fate.harmed) == ("still in the queue", None, False)


@pytest.mark.parametrize("name", BATCHES)
def test_no_label_touches_another_or_leaves_the_canvas_in_the_widest_font(
    name: str, apart: Callable[[Any], None]
) -> None:
    apart(draw(name))


@pytest.mark.parametrize("name", BATCHES)
def test_the_figure_is_small_and_its_sentence_short(name: str) -> None:
    picture = draw(name)
    assert len(json.dumps(picture.bundle())) < 60_000
    assert 400 <= picture.figure.layout.height <= 740
    assert len(picture.table.rows) <= 8


@pytest.mark.parametrize("name", ["both", "ten", "alone", "swallowed", "five receives"])
def test_the_sentences_numbers_are_the_tables_or_the_labels(name: str) -> None:
    picture = draw(name)
    known = picture.table.text() + " ".join(texts(picture))
    assert set(re.findall(r"\d[\d,.]*\d|\d", picture.alt)) <= set(re.findall(r"\d[\d,.]*\d|\d", known))


def test_the_dark_figure_differs_from_the_light_one_in_colours_only() -> None:
    light, dark = json.dumps(draw("both", theme.LIGHT).bundle()), json.dumps(draw("both", theme.DARK).bundle())
    assert re.sub(r"#[0-9A-F]{6}", "colour", light) == re.sub(r"#[0-9A-F]{6}", "colour", dark)
    assert not any(colour in dark for colour in (theme.LIGHT.paper, theme.LIGHT.text, theme.LIGHT.invoke))
