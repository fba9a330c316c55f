from __future__ import annotations

import functools
import math
import re
import time
from collections.abc import Callable
from typing import Any

import pytest

from lambdalab.facts import fact
from lambdalab.show import theme
from lambdalab.show.keep_alive import MINUTES, Kept, Load, explored, keep_alive_explorer
from tests.show.drawn import drawings, words


@functools.cache
def explorer() -> Any:
    return keep_alive_explorer()


def load(an_hour: float, *shares: float, policy: str = "newest") -> Load:
    kept = [Kept(minutes, share, 1 - share) for minutes, share in zip(MINUTES, shares, strict=False)]
    return Load(an_hour, policy, 512, tuple(kept))


def title(drawing: str) -> str:
    return " ".join(re.findall(r'<text [^>]*font-size="22"[^>]*>([^<]*)<', drawing))


def rows(picture: Any) -> dict[str, tuple[str, ...]]:
    return {row[0].replace("\u00a0", " "): row[1:] for row in picture.table.rows}


def percent(cell: str) -> float:
    return float(cell.replace("\u00a0", " ").split(" %")[0].removeprefix("under "))


@pytest.mark.parametrize("an_hour", [1, 2, 4, 6])
def test_a_rare_call_is_cold_as_often_as_theory_says(an_hour: int) -> None:
    """Calls that hardly ever meet: none came within the keep-alive with the chance e to the power of -rate x time."""
    found = rows(explorer())[f"{an_hour} an hour"]
    for cell, minutes in zip(found[:3], (5, 10, 30), strict=True):
        assert percent(cell) == pytest.approx(100 * math.exp(-an_hour / 60 * minutes), rel=0.1, abs=0.5)


def test_memory_that_waits_is_what_theory_says_for_a_rare_call() -> None:
    # one environment waits until the next call or the end of its time; 0.5 GB, 24 hours
    waits = (1 - math.exp(-10 / 60)) * 0.5 * 24
    assert float(rows(explorer())["1 an hour"][4].split()[0]) == pytest.approx(waits, rel=0.05)


def test_the_title_tells_ten_minutes_and_the_longest() -> None:
    falling = load(6, *[math.exp(-minutes / 10) for minutes in MINUTES])
    frames = explored([[falling]])
    assert title(frames.svg) == "Kept 10\u00a0min, 37\u00a0% of the calls start cold; kept 60\u00a0min, 0.25\u00a0%"


@pytest.mark.parametrize(
    ("shares", "says"),
    [
        ([1.0] * 11, "Kept 10\u00a0min or 60\u00a0min, 100\u00a0% of the calls start cold"),
        ([0.0] * 11, "Kept 10\u00a0min or 60\u00a0min, under 0.05\u00a0% of the calls start cold"),
        ([0.4], "Kept 1\u00a0min, 40\u00a0% of the calls start cold"),
    ],
)
def test_contrary_data_get_a_title_that_is_true(
    shares: list[float], says: str, svg_apart: Callable[[str], None]
) -> None:
    picture = explored([[load(6, *shares)]])
    assert title(picture.svg) == says
    for one in drawings(picture):
        svg_apart(one)
    assert len(picture.alt.split()) <= 40


def test_the_published_times_are_those_of_the_facts_with_their_dates_and_about() -> None:
    told = [each.replace("\u00a0", " ") for each in words(drawings(explorer())[0])]
    assert "Keep-alive on AWS, published: about" in told
    assert {"2017: 45 to 60 min", "June 2019: 25 to 60 min", "July 2019: 10 min", "January 2021: 5 to 7 min"} <= set(
        told
    )
    source = fact("keep_alive.in_2017.least").source
    assert told[-1] == f"Simulated; keep-alive on AWS: published ({source}), it changes"


def test_published_is_dotted_and_simulated_dashed() -> None:
    drawing = drawings(explorer())[0]
    assert drawing.count('stroke-dasharray="2 3"') == 4
    assert drawing.count('stroke-dasharray="8 5"') == 2


def test_there_is_a_frame_for_each_rate_and_policy_on_the_same_axes() -> None:
    frames = drawings(explorer())
    assert len(frames) == 14
    told = [next(each for each in words(one) if each.startswith("Simulated: ")) for one in frames]
    assert len(set(told)) == 14
    assert all("the newest idle" in each for each in told[:7]) and all(
        "most recently used" in each for each in told[7:]
    )
    axes = [re.findall(r'<text [^>]*text-anchor="end"[^>]*>[\d.]+<', one) for one in frames]
    assert all(each == axes[0] for each in axes)


@pytest.mark.parametrize("number", range(14))
def test_no_label_of_a_frame_touches_another(number: int, svg_apart: Callable[[str], None]) -> None:
    svg_apart(drawings(explorer())[number])


def test_one_frame_can_be_had_alone(svg_apart: Callable[[str], None]) -> None:
    alone = keep_alive_explorer(rate=6, policy="recent")
    assert title(alone.svg) == title(drawings(explorer())[7 + 3])
    assert "<form" not in alone.svg and list(rows(alone)) == ["6 an hour"]
    svg_apart(drawings(alone)[0])


def test_the_explorer_is_small_and_quick() -> None:
    keep_alive_explorer()  # compiles
    began = time.perf_counter()
    made = keep_alive_explorer()
    assert time.perf_counter() - began < 3
    assert len(made.bundle()["text/html"]) < 120_000
    assert made.svg == explorer().svg


def test_the_dark_drawing_differs_from_the_light_one_in_colours_only() -> None:
    light, dark = (explored([[load(6, 0.9, 0.5, 0.1)]], colours=each).svg for each in (theme.LIGHT, theme.DARK))
    assert not any(colour in dark for colour in (theme.LIGHT.text, theme.LIGHT.init_line))
    without_names = [re.sub("ll-[0-9a-f]{12}", "name", each) for each in (light, dark)]
    first, second = (re.sub("#[0-9A-F]{6}", "colour", each) for each in without_names)
    assert first == second


@pytest.mark.parametrize(
    "settings", [{"rates": [0]}, {"minutes": []}, {"policies": ["oldest"]}, {"rates": range(1, 14)}, {"memory_mb": 0}]
)
def test_settings_that_cannot_be_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"above zero|there is no policy 'oldest'|too many to compare"):
        keep_alive_explorer(**settings)
