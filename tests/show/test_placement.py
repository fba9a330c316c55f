"""The placement explorer: how full a container may be moves the border, and a verdict with it where price decides."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from lambdalab.learn.workbooks.verdicts import accepted
from lambdalab.models.workloads import workloads
from lambdalab.show import theme
from lambdalab.show.pictures import placement_explorer
from lambdalab.show.placement import AT_ONCE, BUSY, Filled, conditions, finding
from tests.show.drawn import drawings, words

ALL = workloads()
FRAMES = list(product(AT_ONCE, BUSY))
BY_PRICE = [one for one in ALL if one.letter in "ABDGIKL"]  # what no limit, state, latency or system decides


@functools.cache
def explorer() -> Any:
    return placement_explorer()


def case(busy: float, at_once: int = 1) -> Filled:
    return Filled(ALL, busy, at_once)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def border_at_the_top(drawing: str) -> float:
    """The pixel across at which the dashed border meets the 15 minutes."""
    (drawn,) = re.findall(r'<path d="([^"]+)"[^>]*stroke-dasharray="9 9"', drawing)
    return float(drawn.split("L")[-1].split(",")[0])


@pytest.mark.parametrize(("at_once", "busy"), FRAMES)
def test_the_border_gives_the_verdict_that_each_workloads_own_prices_give(at_once: int, busy: float) -> None:
    """Seen from outside: Lambda's month against enough containers for the peak, each filled only so far."""
    for one in BY_PRICE:
        pieces = min(at_once, one.at_once)  # no container does more than there are
        standing = one.standing_usd / Decimal(str(busy)) / pieces
        assert case(busy, at_once).function(one) == (one.lambda_usd <= standing), one.name


@pytest.mark.parametrize(("at_once", "busy"), FRAMES)
def test_what_price_does_not_decide_stays(at_once: int, busy: float) -> None:
    assert not set(case(busy, at_once).functions) & set("CEFHJ")


def test_a_full_container_gives_the_verdicts_of_the_lesson() -> None:
    full = case(1)
    assert full.functions == [one.letter for one in ALL if accepted(one.name)[0][0] == "Lambda"]
    assert not full.turned and not full.crossed


@pytest.mark.parametrize(
    ("busy", "at_once", "says"),
    [
        (1, 1, "Full, a container is cheaper from 46 % of the time on; six of twelve fit a function"),
        (0.5, 1, "Filled to 50 %, a container is cheaper from 92 % of the time on; no verdict turns"),
        (0.25, 1, "Filled to 25 %, a container is never cheaper; B becomes a function"),
        (1, 10, "Full with ten pieces at once, a container is cheaper from 4.6 % of the time on; no verdict turns"),
        (
            1,
            2_000,
            "Full with 2,000 pieces at once, a container is cheaper from 0.023 % of the time on; four cards become "
            "something else",
        ),
    ],
)
def test_the_title_tells_the_border_and_what_turned(busy: float, at_once: int, says: str) -> None:
    assert plain(finding(case(busy, at_once))) == says


def test_contrary_data_get_a_title_that_is_true() -> None:
    assert plain(finding(Filled((), 0.5, 1))).endswith("no workload is given")
    steady = Filled(tuple(one for one in ALL if one.letter in "BF"), 0.1, 1)
    assert finding(steady).endswith("; B becomes a function") and conditions(steady).endswith(
        "F crosses the border too, and stays a square"
    )


def test_cards_that_cross_and_stay_are_named() -> None:
    assert conditions(case(0.25)).endswith("; E and F cross the border too, and stay squares")
    assert "cross" not in conditions(case(1))


def test_the_border_moves_right_as_the_container_empties_and_left_as_it_does_more_at_once() -> None:
    places = [border_at_the_top(each) for each in drawings(explorer())]
    one, ten = places[: len(BUSY)], places[len(BUSY) :]
    assert one == sorted(set(one)) and ten == sorted(set(ten))
    # in steps of ten across, a tenth of the room is one step: 774 pixels for six of them
    assert [a - b for a, b in zip(one, ten, strict=True)] == pytest.approx([129] * len(BUSY), abs=0.2)
    assert one[-1] - one[0] == pytest.approx(129, abs=0.2)  # from 100 % to 10 %


def test_the_table_says_what_each_step_shows() -> None:
    rows = {plain(row[0]): [plain(cell) for cell in row[1:]] for row in explorer().table.rows}
    assert rows["100 %"] == ["46 %", "6", "4.6 %", "6"]
    assert rows["25 %"] == ["never", "7, with B", "18 %", "6"]
    assert len(rows) == len(BUSY)
    told = explorer().table.text() + " ".join(words("".join(drawings(explorer()))))
    assert not [
        reason for one in ALL for _, reason in accepted(one.name) if reason in told
    ]  # those are for workbook 12.2


def test_everything_the_slider_shows_can_be_had_as_one_frame_with_its_sentence() -> None:
    frames = drawings(explorer())
    for number, (at_once, busy) in enumerate(FRAMES):
        alone = placement_explorer(busy=busy, at_once=at_once)
        assert "<form" not in alone.svg and len(alone.table.rows) == 1
        assert plain(finding(case(busy, at_once))) in plain(alone.alt) and len(alone.alt.split()) <= 40
        assert alone.alt in frames[number]


@pytest.mark.parametrize("number", range(len(FRAMES)))
def test_no_label_of_a_frame_touches_another_and_every_card_has_its_name(
    number: int, svg_apart: Callable[[str], None]
) -> None:
    frame = drawings(explorer())[number]
    svg_apart(frame)
    assert {one.name for one in ALL} | {one.letter for one in ALL} <= set(words(frame))


@pytest.mark.parametrize("given", [(), ALL[:1]])
def test_few_workloads_are_drawn_without_overlap(given: Any, svg_apart: Callable[[str], None]) -> None:
    for frame in drawings(placement_explorer(given)):
        svg_apart(frame)


def test_the_explorer_is_small_and_the_same_each_time() -> None:
    assert len(explorer().bundle()["text/html"]) < 120_000
    assert placement_explorer().svg == explorer().svg


def test_the_dark_drawing_differs_from_the_light_one_in_colours_only() -> None:
    light, dark = (placement_explorer(busy=0.4, at_once=1, colours=each).svg for each in (theme.LIGHT, theme.DARK))
    assert re.sub("#[0-9A-F]{6}", "colour", light) == re.sub("#[0-9A-F]{6}", "colour", dark)
    assert not any(colour in dark for colour in (theme.LIGHT.paper, theme.LIGHT.text, theme.LIGHT.invoke))


@pytest.mark.parametrize("settings", [{"busy": 0}, {"busy": 50}, {"busy": []}, {"at_once": 0}, {"at_once": []}])
def test_settings_that_cannot_be_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"give shares from above 0 to 1 \(50 % is 0\.5\)"):
        placement_explorer(**settings)


def test_more_steps_than_can_be_compared_are_refused() -> None:
    with pytest.raises(ValueError, match="too many to compare"):
        placement_explorer(busy=[step / 13 for step in range(1, 14)])
