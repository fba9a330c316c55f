from __future__ import annotations

import functools
import re
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from lambdalab.observe.records import Invocation
from lambdalab.show import theme
from lambdalab.show.concurrency import concurrency, concurrency_explorer, explored
from lambdalab.show.concurrency_case import Case
from lambdalab.show.concurrency_measured import measured
from lambdalab.show.lanes import Lanes
from tests.show.drawn import drawings, words
from tests.show.made_lanes import START, call, experiment, jump, lane
from tests.show.made_loads import made

LOADS: dict[str, tuple[float, float, int | None]] = {
    "refused": (480, 0.3, 100),
    "enough": (200, 0.3, 100),
    "no limit": (200, 0.3, None),
    "all refused": (40, 0.3, 0),
    "nobody": (0, 0.3, 100),
    "hardly any": (0.05, 0.3, 100),
    "far below": (5, 0.2, 1000),
    "too much": (900, 1.0, 50),
    "one environment": (2, 0.01, 1),
}


@functools.cache
def load(name: str) -> Case:
    return made(*LOADS[name])


@functools.cache
def draw(name: str, colours: theme.Theme | None = None) -> Any:
    return concurrency(load(name), colours=colours)


@functools.cache
def explorer() -> Any:
    return concurrency_explorer()


def title(drawing: str) -> str:
    lines = re.findall(r'<text [^>]*font-size="22"[^>]*>([^<]*)<', drawing)
    return " ".join(lines)


def test_the_title_says_what_the_limit_refused() -> None:
    series = load("refused").series
    refused, came = sum(series.rejected), sum(series.arrivals)
    assert title(draw("refused").svg) == f"A limit of 100 refused {refused:,} of {came:,} calls, all at the peak"
    assert "Simulated: 480 a second × 0.3\u00a0s needs 144 environments; the limit is 100" in words(draw("refused").svg)
    assert dict(draw("refused").table.rows)["refused, throttled"].startswith(f"{refused:,} (")


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("enough", r"None of [\d,]+ calls was refused; at most \d+ environments had work"),
        ("all refused", "Every call was refused: the limit is 0"),
        ("nobody", "No call came, so nothing ran"),
        ("too much", r"A limit of 50 refused [\d,]+ of [\d,]+ calls"),
    ],
)
def test_contrary_data_get_a_title_that_is_true(name: str, says: str) -> None:
    assert re.fullmatch(says, title(draw(name).svg))


def test_calls_that_were_refused_in_the_quiet_time_too_are_not_called_the_peaks() -> None:
    assert "all at the peak" not in title(draw("too much").svg)


def test_a_hollow_bar_stands_for_each_stretch_with_a_refusal_and_nowhere_else() -> None:
    drawn = re.findall(
        rf'<path d="([^"]*)" fill="none" stroke="{re.escape(theme.var("throttled"))}"', draw("refused").svg
    )
    assert drawn[0].count("M") == sum(each > 0 for each in load("refused").series.rejected)
    assert theme.var("throttled") not in draw("enough").svg


def test_the_line_of_the_limit_is_drawn_only_where_it_has_room() -> None:
    assert "limit 100" in words(draw("refused").svg)
    assert "limit 1,000" not in words(draw("far below").svg)
    assert "the limit is 1,000" in " ".join(words(draw("far below").svg))
    assert not any(each.startswith("limit ") for each in words(draw("no limit").svg))


def test_each_kind_of_environment_is_named_once() -> None:
    for name in ("busy", "idle, warm", "C starting"):
        assert words(draw("refused").svg).count(name) == 1


@pytest.mark.parametrize("name", LOADS)
def test_no_label_touches_another_or_leaves_the_canvas(name: str, svg_apart: Callable[[str], None]) -> None:
    svg_apart(draw(name).svg)
    assert len(draw(name).alt.split()) <= 40
    assert 400 <= int(re.findall(r'height="(\d+)"', draw(name).svg)[0]) <= 740


@pytest.mark.parametrize("name", ["refused", "no limit"])
def test_the_dark_drawing_differs_from_the_light_one_in_colours_only(name: str) -> None:
    light, dark = draw(name, theme.LIGHT).svg, draw(name, theme.DARK).svg
    assert re.sub("#[0-9A-F]{6}", "colour", light) == re.sub("#[0-9A-F]{6}", "colour", dark)
    assert not any(colour in dark for colour in (theme.LIGHT.paper, theme.LIGHT.text, theme.LIGHT.invoke))


def test_every_picture_says_that_it_is_simulated() -> None:
    for drawing in [*drawings(explorer()), draw("enough").svg]:
        assert words(drawing)[-1] == "Simulated"
        assert any(each.startswith("Simulated: ") for each in words(drawing))


# -- the explorer ------------------------------------------------------------------------------------------------------


def test_there_is_a_frame_for_each_rate_and_duration_and_each_says_which_it_is() -> None:
    told = [next(each for each in words(one) if each.startswith("Simulated: ")) for one in drawings(explorer())]
    wanted = [
        f"Simulated: {rate} a second × {seconds}\u00a0s needs {rate * seconds:g} environments; the limit is 100"
        for seconds in (0.1, 0.3, 1)
        for rate in (60, 120, 180, 240, 300, 360, 420, 480)
    ]
    assert told == wanted


def test_the_axes_are_the_same_in_all_frames() -> None:
    def axes(drawing: str) -> list[str]:
        return re.findall(r'<text [^>]*text-anchor="end"[^>]*>[^<]*<', drawing)

    frames = drawings(explorer())
    assert all(axes(one) == axes(frames[0]) for one in frames)
    heights = {re.findall(r'height="(\d+)"', one)[0] for one in frames}
    assert len(heights) == 1


@pytest.mark.parametrize("number", range(24))
def test_no_label_of_a_frame_touches_another(number: int, svg_apart: Callable[[str], None]) -> None:
    svg_apart(drawings(explorer())[number])


def test_more_calls_and_longer_calls_are_refused_more() -> None:
    cells = [[int(cell.split()[0].replace(",", "")) if cell != "none" else 0 for cell in row[1:]]
             for row in explorer().table.rows]  # fmt: skip
    assert len(cells) == 8
    assert all(short <= middle <= long for short, middle, long in cells)
    assert all(below[2] <= above[2] for below, above in pairwise(cells))
    # 60 calls a second of 1 s need 60 environments, 480 need 480: the limit of 100 is between them
    assert cells[0][2] == 0 and cells[-1][2] > 0.5 * 480 * 60 * 0.7


def test_one_frame_can_be_had_alone_with_its_numbers() -> None:
    alone = concurrency_explorer(rate=480, duration_ms=300)
    assert title(alone.svg) == title(drawings(explorer())[15])
    assert dict(alone.table.rows)["rate × duration needs"] == "144"


def test_the_explorer_is_small_and_quick() -> None:
    concurrency_explorer()  # compiles
    began = time.perf_counter()
    made_again = concurrency_explorer()
    assert time.perf_counter() - began < 3
    assert len(made_again.bundle()["text/html"]) < 400_000


def test_the_same_settings_give_the_same_frames() -> None:
    assert concurrency_explorer().svg == explorer().svg


def test_runs_without_any_refusal_are_explored_too(svg_apart: Callable[[str], None]) -> None:
    picture = explored([[made(rate, 0.1, None) for rate in (5, 10)]])
    assert [row[1] for row in picture.table.rows] == ["none", "none"]
    for one in drawings(picture):
        svg_apart(one)


@pytest.mark.parametrize("settings", [{"rates": range(1, 14)}, {"durations_ms": [1, 2, 3, 4]}, {"rates": [0]}])
def test_too_many_frames_and_no_load_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"too many to compare|no load"):
        concurrency_explorer(**settings)


# -- measured ----------------------------------------------------------------------------------------------------------


def refusals(*moments: float) -> list[Invocation]:
    error = "TooManyRequestsException"
    return [
        Invocation(f"t{at}", "f", "$LATEST", "invoke", "RequestResponse", 1, START + at, error_type=error)
        for at in moments
    ]


def test_a_measured_run_counts_what_the_lanes_hold() -> None:
    lanes = [lane(n, call(0, 300, init=100), call(1, 300)) for n in range(1, 4)]
    run = measured(Lanes(lanes), refusals(0.5, 1.2), limit=3)
    assert (run.calls, run.refused, run.cold, run.most) == (8, 2, 3, 3)
    assert run.call_seconds == pytest.approx((0.4 + 0.3) / 2)
    assert title(concurrency(run).svg) == "A limit of 3 refused 2 of 8 calls"
    # Little's law: six calls in 1.3 s, each 0.35 s long
    told = next(each for each in words(concurrency(run).svg) if each.startswith("Measured: "))
    assert told == "Measured: 4.62 calls a second × 0.35\u00a0s = 1.62 busy on average; the limit is 3"
    assert words(concurrency(run).svg)[-1] == "Measured on this machine"


def test_starting_busy_and_idle_environments_are_told_apart() -> None:
    run = measured(Lanes([lane(1, call(0, 200, init=100)), lane(2, call(0.6, 400, init=100))]))
    at = round(1 / run.series.seconds)

    def kinds(second: float) -> tuple[float, float, float]:
        place = int(second * at)
        return run.series.running[place], run.series.starting[place], run.series.idle[place]

    assert [kinds(second) for second in (0.05, 0.2, 0.45, 0.65, 0.9)] == [
        (1, 1, 0), (1, 0, 0), (0, 0, 1), (1, 1, 1), (1, 0, 1),
    ]  # fmt: skip


def test_a_turn_of_the_clock_takes_no_room() -> None:
    run = measured(Lanes([lane(1, call(0, 100)), lane(2, call(600.2, 100))], [jump(0.15, 600)]))
    assert run.length < 1


def test_only_the_last_calls_can_be_drawn() -> None:
    lanes, jumps = experiment()
    assert measured(Lanes(lanes, jumps)).calls == 20
    run = measured(Lanes(lanes, jumps), last=10)
    assert (run.calls, run.most, run.cold) == (10, 10, 9)
    with pytest.raises(ValueError, match="the last 0 calls"):
        measured(Lanes(lanes), last=0)


@pytest.mark.parametrize(
    "lanes", [[], [lane(1)], [lane(1, call(0, 0))], [lane(n, call(0, 9_000)) for n in range(1, 51)]]
)
def test_any_measured_run_is_drawn(lanes: list[Any], svg_apart: Callable[[str], None]) -> None:
    picture = concurrency(measured(Lanes(lanes), refusals(0.1) if len(lanes) > 5 else ()))
    svg_apart(picture.svg)
    assert len(picture.alt.split()) <= 40
