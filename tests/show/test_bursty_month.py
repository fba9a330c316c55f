from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest

from lambdalab.show import theme
from lambdalab.show.pictures import bursty_month


def month(days: int = 30, **calls: int) -> list[int]:
    return [calls.get(f"day{day}", 0) for day in range(1, days + 1)]


BURSTY = month(day4=6, day14=100, day15=31, day23=9, day28=4)
CASES: dict[str, tuple[list[int], float, int]] = {
    "bursty": (BURSTY, 100, 128),
    "empty": ([0] * 31, 200, 128),
    "one day": ([5], 200, 128),
    "one empty day": ([0], 200, 128),
    "first day": (month(28, day1=100), 200, 128),
    "last day": (month(31, day31=1), 200, 128),
    "every day": ([12_345] * 30, 200, 128),
    "dear": ([3_000_000] * 30, 200, 512),
    "crowded": (month(day10=2_000_000), 200, 128),
    "rising": ([day * 9_999 for day in range(31)], 200, 256),
    "huge": ([123_456_789] * 30, 3, 10_240),
    "a year": ([1] * 365, 900_000, 10_240),
    "two peaks": (month(day3=7, day9=7), 1.5, 1_769),
}


@functools.cache
def draw(name: str, colours: theme.Theme | None = None) -> Any:
    calls, duration_ms, memory_mb = CASES[name]
    return bursty_month(calls, duration_ms=duration_ms, memory_mb=memory_mb, colours=colours)


def annotations(picture: Any) -> list[Any]:
    return list(picture.figure.layout.annotations)


def title(picture: Any) -> str:
    return str(annotations(picture)[0].text).removeprefix("<b>").removesuffix("</b>").replace("<br>", " ")


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\$?\d[\d,.]*\d|\$?\d", text))


def test_the_title_is_the_finding_of_a_bursty_month() -> None:
    assert title(draw("bursty")) == "A month with 150 calls: Lambda bills the calls, the server bills 30 days"


def test_the_sentence_of_the_bursty_month_is_that_of_the_pictures_sheet() -> None:
    assert draw("bursty").alt == (
        "150 calls on 5 of 30 days: Lambda bills $0.00006, an always-on server $7.49. "
        "Bars a day; between the bars Lambda's bill is zero, the server's is $0.25 every day."
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("empty", "No call in 31 days: Lambda bills nothing, the server bills 31 days"),
        ("one day", "1 day with 5 calls: Lambda bills the calls, the server bills 1 day"),
        ("last day", "A month with 1 call: Lambda bills the calls, the server bills 31 days"),
        ("dear", "A month with 90\u00a0million calls: Lambda bills $168, the server $7.49"),
        ("crowded", "A month with 2,000,000 calls: Lambda bills $1.23, the server $7.49"),
    ],
)
def test_contrary_data_get_a_title_that_is_true(name: str, words: str) -> None:
    assert title(draw(name)) == words


def test_the_totals_are_those_of_the_price_list() -> None:
    # 150 calls of 100 ms at 128 MB, by hand: requests at $0.20 a million, 1.875 GB-s at $0.0000166667; $0.0104 an hour
    lambda_bill = 150 * Decimal("0.20") / 10**6 + 150 * Decimal("0.1") * Decimal("0.125") * Decimal("0.0000166667")
    assert round(lambda_bill, 5) == Decimal("0.00006")
    assert round(Decimal("0.0104") * 24 * 30, 2) == Decimal("7.49")
    rows = {row[0]: row[1:] for row in draw("bursty").table.rows}
    assert rows["all 30 days, 5 with calls"] == ("150", "$0.00006", "$7.49")
    assert rows["busiest day (14)"] == ("100", "$0.00004", "$0.25")


def test_the_bars_carry_the_days_and_their_bills() -> None:
    calls, bills = draw("bursty").figure.data[:2]
    assert list(calls.y) == BURSTY
    assert list(bills.y) == pytest.approx([each * 4.0833e-7 for each in BURSTY], rel=1e-4)


def test_the_servers_room_is_two_cpus_for_a_day() -> None:
    # 2 × 86,400 s / 0.2 s = 864,000
    assert "860,000 calls" in draw("dear").table.text()


def test_the_heading_tells_how_much_larger_the_servers_scale_is() -> None:
    words = " ".join(str(each.text) for each in annotations(draw("bursty")))
    assert "a scale 6,000 times larger" in words
    smaller = " ".join(str(each.text) for each in annotations(draw("dear")))
    assert "a scale 22 times smaller" in smaller
    tops = [draw("bursty").figure.layout[axis].range[1] for axis in ("yaxis2", "yaxis3")]
    assert tops[1] / tops[0] == pytest.approx(6117, rel=0.01)


@pytest.mark.parametrize("name", CASES)
def test_the_sentence_is_short_and_its_numbers_are_the_tables(name: str) -> None:
    picture = draw(name)
    assert len(picture.alt.split()) <= 40
    assert numbers(picture.alt) <= numbers(picture.table.text()) | {"1"}


@pytest.mark.parametrize("name", CASES)
def test_the_figures_key_numbers_are_the_tables(name: str) -> None:
    picture = draw(name)
    keys = [str(each.text) for each in annotations(picture) if each.font.size == theme.KEY]
    assert len(keys) == 3
    assert numbers(" ".join(keys)) <= numbers(picture.table.text())


@pytest.mark.parametrize("name", CASES)
def test_no_label_touches_another_or_leaves_the_canvas_in_the_widest_font(
    name: str, width: Callable[..., float]
) -> None:
    picture = draw(name)
    height = picture.figure.layout.height
    found = []
    for each in annotations(picture):
        bold = str(each.text).startswith("<b>")
        lines = re.sub("</?b>", "", str(each.text)).split("<br>")
        wide = max(width(line, each.font.size, bold=bold) for line in lines)
        left = each.x * theme.WIDTH - wide * {"left": 0, "center": 0.5, "right": 1}[each.xanchor]
        top = (1 - each.y) * height
        found.append((left, top + 3, left + wide, top + 1.3 * each.font.size * len(lines) - 3, each.text))
    # the tick labels stand left of the panels, and the days under the last one
    for axis, end in (("yaxis", ""), ("yaxis2", "2"), ("yaxis3", "3")):
        layout = picture.figure.layout
        x = layout[f"xaxis{end}"].domain[0] * theme.WIDTH - 6
        low, high = layout[axis].domain
        for value, words in zip(layout[axis].tickvals, layout[axis].ticktext, strict=True):
            y = height * (1 - low - (high - low) * value / layout[axis].range[1])
            found.append((x - width(words, theme.NOTE), y - 8, x, y + 8, words))
    days = picture.figure.layout.xaxis3
    for value in days.tickvals:
        share = (value - days.range[0]) / (days.range[1] - days.range[0])
        x = theme.WIDTH * (days.domain[0] + (days.domain[1] - days.domain[0]) * share)
        half, y = width(str(value), theme.NOTE) / 2, height * (1 - picture.figure.layout.yaxis3.domain[0]) + 8
        found.append((x - half, y, x + half, y + 18, f"day {value}"))
    for left, top, right, bottom, words in found:
        assert left >= 0 and top >= 0 and right <= theme.WIDTH and bottom <= height, f"{words!r} leaves the canvas"
    for one, other in combinations(found, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, f"{one[4]!r} touches {other[4]!r}"


@pytest.mark.parametrize("name", CASES)
def test_a_stored_figure_is_small_and_nothing_in_it_is_below_16_pixels(name: str) -> None:
    stored = json.dumps(draw(name).bundle())
    assert len(stored) < 60_000
    sizes = [int(size) for size in re.findall(r'"font": \{[^}]*"size": (\d+)', stored)]
    sizes += [int(size) for size in re.findall(r'"tickfont": \{[^}]*"size": (\d+)', stored)]
    assert min(sizes) >= 16


@pytest.mark.parametrize("name", CASES)
def test_at_most_seven_days_are_named(name: str) -> None:
    assert 1 <= len(draw(name).figure.layout.xaxis3.tickvals) <= 7


def test_the_same_days_give_the_same_figure() -> None:
    again = bursty_month(list(BURSTY), duration_ms=100, memory_mb=128)
    assert json.dumps(again.bundle()) == json.dumps(draw("bursty").bundle())


def test_the_dark_figure_differs_from_the_light_one_in_colours_only() -> None:
    light, dark = json.dumps(draw("rising", theme.LIGHT).bundle()), json.dumps(draw("rising", theme.DARK).bundle())
    assert re.sub(r"#[0-9A-F]{6}", "colour", light) == re.sub(r"#[0-9A-F]{6}", "colour", dark)
    assert not any(colour in dark for colour in (theme.LIGHT.paper, theme.LIGHT.text, theme.LIGHT.money))


def test_the_bottom_line_names_the_source_and_its_month() -> None:
    last = str(annotations(draw("bursty"))[-1].text)
    assert re.search(r"^Computed \(prices of [A-Z][a-z]+ 20\d\d\); left out: free tier", last)


@pytest.mark.parametrize(("calls", "duration_ms"), [([], 100), ([1, -1], 100), ([1], 0)])
def test_a_month_that_cannot_be_is_refused(calls: list[int], duration_ms: float) -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        bursty_month(calls, duration_ms=duration_ms, memory_mb=128)


def test_a_server_without_a_price_is_refused() -> None:
    with pytest.raises(KeyError, match="t9"):
        bursty_month(BURSTY, duration_ms=100, memory_mb=128, server="t9.micro")
