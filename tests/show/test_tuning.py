from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest

from lambdalab.show import theme
from lambdalab.show.tuning import tuning
from lambdalab.tuning import MEMORY, Size, Tuning
from tests.show.drawn import words


def run(name: str, ms: Sequence[float], *, memory: Sequence[int] = MEMORY, recorded: bool = False) -> Tuning:
    rows = tuple(Size(size, 90.0, (each,) * 3) for size, each in zip(memory, ms, strict=True))
    return Tuning(name, rows, "2026-11-28", "Linux, 2 CPUs", recorded)


# 40 ms of CPU with a share of memory / 1,769 MB
COMPUTE = run("compute", [max(40.0, 40 * 1769 / size) for size in MEMORY])
WAIT = run("wait", [101.0] * 8)
CASES: dict[str, tuple[Tuning, ...]] = {
    "computes": (COMPUTE,),
    "waits": (WAIT,),
    "two": (COMPUTE, WAIT),
    "the other way": (WAIT, COMPUTE),
    "both wait": (WAIT, run("wait-too", [99.0] * 8)),
    "both compute": (COMPUTE, run("compute-too", [900 / n for n in range(1, 9)])),
    "slower": (run("slower", [100.0 * n for n in range(1, 9)]),),
    "one size": (run("one", [12.3], memory=[512]),),
    "long name": (run("a-function-whose-name-is-as-long-as-aws-allows-" + "x" * 17, [881_234.5] * 8),) * 2,
    "nothing": (run("nothing", [0.0] * 8),),
    "recorded": (run("compute", [900 / n for n in range(1, 9)], recorded=True),),
}


def title(picture: Any) -> str:
    return " ".join(re.findall(r'<text [^>]*font-size="22"[^>]*>([^<]*)<', picture.svg))


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("computes", "More memory made compute 14 times as fast; it is cheapest with 1,769\u00a0MB"),
        ("waits", "More memory did not make wait faster; it is cheapest with 128\u00a0MB"),
        ("two", "More memory made compute 14 times as fast, and wait no faster"),
        ("the other way", "More memory made compute 14 times as fast, and wait no faster"),
        ("both wait", "More memory made neither wait nor wait-too faster"),
        ("both compute", "More memory made compute 14 times as fast, and compute-too 8 times as fast"),
        ("slower", "More memory did not make slower faster; it is cheapest with 128\u00a0MB"),
        ("one size", "one at 512\u00a0MB: 12\u00a0ms"),
    ],
)
def test_the_title_says_what_memory_did(name: str, says: str) -> None:
    assert title(tuning(CASES[name])) == says


def test_the_description_names_the_two_times_that_the_title_divides() -> None:
    measured = run("compute", [300.0, 150.0, 75.0, 50.0, 30.0, 20.0, 25.0, 28.0])  # the largest size is not the fastest
    assert tuning([measured]).alt.startswith("More memory made compute 15 times as fast; ")
    assert tuning([measured]).alt.endswith("compute 300\u00a0ms, at best 20\u00a0ms.")


def test_each_bar_has_its_value_and_the_lowest_is_bold() -> None:
    picture = tuning([COMPUTE])
    bold = re.findall(r'font-weight="700">([^<]*)<', picture.svg)
    assert "40\u00a0ms" in bold and "$1.35" in bold
    assert {"553\u00a0ms", "276\u00a0ms", "138\u00a0ms", "92\u00a0ms"} <= set(words(picture.svg))
    # 553 ms at 128 MB: 0.069125 GB-s at $0.0000166667, and $0.20 a million
    price = Decimal("0.553") * 128 / 1024 * Decimal("0.0000166667") * 10**6 + Decimal("0.20")
    assert f"${price:.2f}" in words(picture.svg)


def test_where_all_sizes_take_the_same_time_none_is_bold() -> None:
    bold = re.findall(r'font-weight="700">([^<]*)<', tuning([WAIT], show="time").svg)
    assert not any("ms" in each for each in bold)


def test_time_and_cost_can_be_drawn_alone() -> None:
    time, cost, both = (tuning([COMPUTE], show=show) for show in ("time", "cost", "both"))
    assert "compute: time of one call" in words(time.svg) and not any("$" in each for each in words(time.svg))
    assert "compute: price of a million calls" in words(cost.svg) and "553\u00a0ms" not in words(cost.svg)
    assert {"compute: time of one call", "compute: price of a million calls"} <= set(words(both.svg))
    assert theme.var("money") not in time.svg and theme.var("invoke") not in cost.svg


def test_the_bottom_line_tells_measured_from_recorded() -> None:
    assert words(tuning([COMPUTE]).svg)[-1].startswith("Measured on this machine, 2026-11-28; prices of ")
    assert words(tuning(CASES["recorded"], show="time").svg)[-1] == (
        "Recorded run of 2026-11-28 on another machine (Linux, 2 CPUs)"
    )
    mixed = tuning([COMPUTE, CASES["recorded"][0]])
    assert words(mixed.svg)[-1].startswith("See the table")
    assert "measured on this machine" in mixed.table.caption and "recorded run" in mixed.table.caption


@pytest.mark.parametrize("show", ["time", "cost", "both"])
@pytest.mark.parametrize("name", CASES)
def test_no_label_touches_another_or_leaves_the_canvas(name: str, show: Any, svg_apart: Callable[[str], None]) -> None:
    picture = tuning(CASES[name], show=show)
    svg_apart(picture.svg)
    assert len(picture.alt.split()) <= 40
    assert len(picture.svg) < 20_000
    assert int(re.findall(r'height="(\d+)"', picture.svg)[0]) <= 740


def test_the_table_has_the_labels_numbers() -> None:
    picture = tuning([COMPUTE, WAIT])
    first = picture.table.rows[0]
    assert (first[0], first[1], first[3]) == ("128\u00a0MB", "553\u00a0ms", "101\u00a0ms")
    assert set(first[1:]) <= set(words(picture.svg))


def test_the_dark_drawing_differs_from_the_light_one_in_colours_only() -> None:
    light, dark = (tuning([COMPUTE, WAIT], colours=each).svg for each in (theme.LIGHT, theme.DARK))
    assert re.sub("#[0-9A-F]{6}", "colour", light) == re.sub("#[0-9A-F]{6}", "colour", dark)
    assert not any(colour in dark for colour in (theme.LIGHT.paper, theme.LIGHT.text, theme.LIGHT.money))


@pytest.mark.parametrize(
    ("runs", "show"), [([], "both"), ([WAIT] * 3, "both"), ([WAIT], "colour"), ([WAIT, CASES["one size"][0]], "time")]
)
def test_what_cannot_be_drawn_is_refused(runs: list[Tuning], show: Any) -> None:
    with pytest.raises(ValueError, match=r"give one or two|cannot be shown|at the same memory sizes"):
        tuning(runs, show=show)
