from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from lambdalab.show import theme
from lambdalab.show.pictures import swimlanes
from tests.show.made_lanes import Case, call, experiment, jump, lane, row


def _groups() -> Case:
    lanes = [lane(1, *row(), function="row")]
    return [*lanes, *[lane(n, call(40, 100, init=200 + 8 * n), function="burst") for n in range(1, 11)]], []


CASES: dict[str, Case] = {
    "experiment": experiment(),
    "thinking": experiment(pause=95),
    "no turn": experiment(quiet=None),
    "groups": _groups(),
    "long names": ([lane(n, *row(2), function="a-function-with-a-very-long-name" * 2 + str(n)) for n in (1, 2)], []),
    "empty": ([], []),
    "ready": ([lane(1)], []),
    "one": ([lane(1, call(0, 1.3, init=84))], []),
    "one warm": ([lane(1, call(0, 1.3))], []),
    "instant": ([lane(1, call(0, 0))], []),
    "cells": ([lane(1, *[call(70 * n, 5, init=84 if n == 0 else None) for n in range(9)])], []),
    "quiet": (
        [lane(1, *row(2), ended=500, why="idle"), lane(2, call(7230, 1.2, init=91))],
        [jump(20, 7200)],
    ),
    "failures": (
        [
            lane(1, *row(2), call(0.5, 100, status="error"), call(0.7, 900, status="timeout"), ended=1.61, why="ended"),
            lane(2, call(1.7, 100, init=160, kind="restore"), call(1.9, 50)),
        ],
        [],
    ),
    "changed": ([lane(1, *row(2), ended=0.5, why="changed"), lane(2, *row(2, at=0.5))], []),
    "many lanes": ([lane(n, call(n / 1000, 100, init=120 + 8 * n)) for n in range(1, 46)], []),
    "full": (
        [
            lane(n, call(0, 100, init=120 + 8 * n), call(60, 100), call(400, 120, status="error" if n == 1 else None))
            for n in range(1, 13)
        ],
        [jump(200, 100)],
    ),
    "many calls": ([lane(1, *row(3000, ms=8))], []),
    "many waits": ([lane(1, *[call(90 * n, 5) for n in range(300)])], []),
    "many turns": ([lane(1, *[call(1000 * n, 5) for n in range(40)])], [jump(1000 * n + 1, 998) for n in range(40)]),
    "huge": (
        [
            lane(n, *[call(t * 3 + n / 100, 40 + n, init=90 if t == 0 else None) for t in range(100)])
            for n in range(1, 51)
        ],
        [],
    ),
}  # fmt: skip


@functools.cache
def draw(name: str, colours: theme.Theme | None = None, last: int | None = None) -> Any:
    return swimlanes(*CASES[name], last=last, colours=colours)


def texts(picture: Any) -> list[str]:
    return [re.sub("</?b>", "", str(each.text)).replace("<br>", " ") for each in picture.figure.layout.annotations]


def bars(picture: Any, *, pattern: str | None = None, colour: str | None = None) -> list[tuple[float, float, str]]:
    """Base, width and text of every bar with this pattern or colour."""
    found = []
    for trace in picture.figure.data:
        shape = trace.marker.pattern.shape
        if (pattern and shape == pattern) or (colour and trace.marker.color == colour and not shape):
            text = trace.text or [""] * len(trace.x)
            found += list(zip(trace.base, trace.x, text, strict=True))
    return found


def test_the_title_is_the_finding() -> None:
    assert texts(draw("experiment"))[0] == "Ten in a row used 1 environment; ten at once needed 10"
    assert texts(draw("quiet"))[0] == "After 2\u00a0h without a call, the next one was cold"


def test_each_start_is_hatched_with_its_letter_and_each_call_has_its_number() -> None:
    picture = draw("experiment")
    assert len(bars(picture, pattern="/")) == 10
    assert texts(picture).count("C") == 10
    numbers = [text for _, _, text in bars(picture, colour=theme.LIGHT.invoke)]
    assert sorted(numbers, key=int) == [str(number) for number in range(1, 21)]


def test_a_restore_has_a_hatch_and_a_letter_of_its_own_and_a_failure_its_cross() -> None:
    picture = draw("failures")
    assert len(bars(picture, pattern="x")) == 1 and "R" in texts(picture)
    assert [text for _, _, text in bars(picture, colour=theme.LIGHT.failed)] == [theme.CROSS] * 2


def test_a_bars_length_is_its_time_on_one_scale() -> None:
    picture = draw("thinking")
    inits = sorted(width for _, width, _ in bars(picture, pattern="/"))
    scale = inits[-1] / 0.250
    assert inits == pytest.approx([0.130 * scale] + [scale * (0.150 + 0.010 * n) for n in range(2, 11)], abs=0.1)
    calls = [width for _, width, _ in bars(picture, colour=theme.LIGHT.invoke)]
    assert calls == pytest.approx([0.1 * scale] * 20, abs=0.2)


def test_inits_stay_visible_however_long_the_wait_between_cells() -> None:
    for pause in (5, 95, 40_000):
        inits = bars(swimlanes(*experiment(pause=pause)), pattern="/")
        assert min(width for _, width, _ in inits) > 25


def test_a_wait_is_a_break_with_its_length_and_a_turn_a_line_with_its_size() -> None:
    words = texts(draw("thinking"))
    assert "95\u00a0s later" in words and "clock + 10\u00a0min" in words
    assert any("zigzag: a wait, cut out" in each for each in words)
    assert not any("zigzag" in each for each in texts(draw("experiment")))


def test_the_groups_are_named_above_the_lanes_and_the_lanes_by_function() -> None:
    words = texts(draw("groups"))
    assert {"row, ten in a row", "burst, ten at once", "row\u00a01", "burst\u00a01", "10"} <= set(words)
    assert {"ten in a row", "ten at once", "environment\u00a01"} <= set(texts(draw("experiment")))


def test_each_kind_is_explained_once() -> None:
    words = " | ".join(texts(draw("no turn")))
    for what in ("init", "one call, warm", "keeps its memory, runs nothing"):
        assert words.count(what) == 1
    assert "R: restored from a snapshot" in " ".join(texts(draw("failures")))  # only the second lane has one


def test_of_many_lanes_six_and_the_last_are_drawn() -> None:
    words = texts(draw("many lanes"))
    assert "… 38 more" in words
    assert {"6", "45"} <= set(words) and "7" not in words
    groups = [lane(n, call(n, 9), function=name) for name in ("one", "two") for n in range(1, 9)]
    assert {"one\u00a01", "two\u00a08", "… 9 more"} <= set(texts(swimlanes(groups)))
    assert draw("many lanes").table.rows[0][2] == "45"


def test_narrow_blocks_have_no_number_and_the_subtitle_says_how_narrow_they_get() -> None:
    picture = draw("many calls")
    assert all(not text for _, _, text in bars(picture, colour=theme.LIGHT.invoke))
    assert "solid: calls, too short to be told apart" in texts(picture)
    short = draw("quiet")
    assert min(width for _, width, _ in bars(short, colour=theme.LIGHT.invoke)) >= 3
    assert "no block under 3\u00a0px" in texts(short)[1]


def test_the_last_calls_can_be_chosen() -> None:
    picture = draw("experiment", last=10)
    assert texts(picture)[0] == "Ten at once needed 10 environments, 9 of them cold"
    assert "the last 10 of 20 calls" in texts(picture)[1]
    assert len(bars(picture, pattern="/")) == 9
    with pytest.raises(ValueError, match="the last 0 calls"):
        swimlanes(*CASES["experiment"], last=0)


def test_of_very_many_waits_the_last_part_is_drawn_and_said() -> None:
    assert re.search(r"the last \d+ of 300 calls", texts(draw("many waits"))[1])


def test_no_call_is_a_picture_too() -> None:
    assert texts(draw("empty"))[0] == "No call has run"
    assert texts(draw("ready"))[0] == "No call has run; 1 environment ready"


@pytest.mark.parametrize("name", CASES)
def test_no_label_touches_another_or_leaves_the_canvas_in_the_widest_font(
    name: str, apart: Callable[[Any], None]
) -> None:
    apart(draw(name))


@pytest.mark.parametrize("name", CASES)
def test_blocks_lie_within_the_lanes_and_those_of_one_lane_in_order(name: str) -> None:
    picture = draw(name)
    for trace in picture.figure.data:
        for base, width in zip(trace.base, trace.x, strict=True):
            assert base >= 160 - 0.1 and base + width <= 884 and width > 0


@pytest.mark.parametrize("name", CASES)
def test_the_height_is_within_bounds_and_the_stored_figure_is_small(name: str) -> None:
    picture = draw(name)
    assert 400 <= picture.figure.layout.height <= 745
    assert len(json.dumps(picture.bundle())) < 60_000
    assert len(picture.alt.split()) <= 40


@pytest.mark.parametrize("name", CASES)
def test_the_sentences_numbers_are_the_tables_or_the_clocks(name: str) -> None:
    picture = draw(name)
    told = set(re.findall(r"\d[\d,.]*\d|\d", re.sub(r"after [^a-z]+(s|min|h|days?)\b", "", picture.alt)))
    rows = [row for row in picture.table.rows if row[1]]
    sums = {f"{sum(int(row[column].replace(',', '')) for row in rows):,}" for column in (1, 2, 3, 6)}
    assert told <= set(re.findall(r"\d[\d,.]*\d|\d", picture.table.text())) | {str(len(CASES[name][0]))} | sums


def test_the_dark_figure_differs_from_the_light_one_in_colours_only() -> None:
    light = json.dumps(draw("failures", theme.LIGHT).bundle())
    dark = json.dumps(draw("failures", theme.DARK).bundle())
    assert re.sub(r"#[0-9A-F]{6}", "colour", light) == re.sub(r"#[0-9A-F]{6}", "colour", dark)
    assert not any(colour in dark for colour in (theme.LIGHT.paper, theme.LIGHT.text, theme.LIGHT.invoke))


def test_the_same_lanes_give_the_same_figure() -> None:
    assert json.dumps(swimlanes(*CASES["full"]).bundle()) == json.dumps(draw("full").bundle())


def test_the_bottom_line_names_the_source() -> None:
    assert texts(draw("experiment"))[-1] == "Measured on this machine"
