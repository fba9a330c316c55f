from __future__ import annotations

import functools
import json
import random
import re
from collections.abc import Callable
from typing import Any

import pytest

from lambdalab.show import theme
from lambdalab.show.pictures import canary

ONE = [("1", False)] * 200
Calls = list[tuple[str, bool]]


def mixed(number: int = 200, *, met: int = 19, failed: int = 8, other: str = "2") -> Calls:
    """Calls of which `met` came to another version, the first of them failing, in an order that looks random."""
    calls = [(other, index < failed) for index in range(met)] + [("1", False)] * (number - met)
    random.Random(7).shuffle(calls)
    return calls


CASES: dict[str, tuple[Calls, Calls, Calls]] = {
    "bug": (ONE, mixed(), ONE),
    "good": (ONE[:50], mixed(50, met=6, failed=0), [("2", False)] * 50),
    "nobody": (ONE, ONE, ONE),
    "everybody": (ONE, [("2", True)] * 200, ONE),
    "both": (ONE, [*mixed(190), *[("1", True)] * 10], mixed()),
    "still there": (ONE, mixed(), mixed(met=30, failed=11)),
    "empty": ([], [], []),
    "no after": (ONE, mixed(), []),
    "one each": (ONE[:1], [("2", True)], ONE[:1]),
    "many versions": (ONE, [(str(1 + n % 9), n % 4 == 0) for n in range(200)], ONE),
    "huge": (ONE * 100, mixed(20_000, met=2_123, failed=999), ONE * 100),
    "latest": (ONE, mixed(other="$LATEST"), ONE),
}


@functools.cache
def draw(name: str, colours: theme.Theme | None = None, share: float | None = 0.1) -> Any:
    return canary(*CASES[name], share=share, colours=colours)


def texts(picture: Any) -> list[str]:
    return [re.sub("</?b>", "", str(each.text)).replace("<br>", " ") for each in picture.figure.layout.annotations]


def marks(picture: Any, symbol: str) -> list[tuple[float, float]]:
    """The places of all marks of a shape in the panels, without those beside the counts."""
    lowest = max(y for trace in picture.figure.data if len(trace.x) > 1 for y in trace.y)
    traces = [trace for trace in picture.figure.data if trace.marker.symbol == symbol]
    return [(x, y) for trace in traces for x, y in zip(trace.x, trace.y, strict=True) if y <= lowest]


def test_the_title_is_the_finding_and_the_sentence_says_the_same() -> None:
    assert texts(draw("bug"))[0] == "Version 2 failed 8 of its 19 calls; 181 never met it"
    assert draw("bug").alt == (
        "Version 2 failed 8 of its 19 calls; version 1 failed none of 181. Three panels, a mark a call: 200, 200 and "
        "200; after the rollback none of 200 calls met it, and none failed."
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("good", "Version 2 answered all its 6 calls; 44 never met it"),
        ("nobody", "All 200 calls of the canary met one version; none failed"),
        ("everybody", "Version 2 failed 200 of its 200 calls"),
        ("one each", "Version 2 failed its one call"),
        ("empty", "No call was made"),
        ("latest", "Version $LATEST failed 8 of its 19 calls; 181 never met it"),
    ],
)
def test_contrary_data_get_a_title_that_is_true(name: str, says: str) -> None:
    assert texts(draw(name))[0] == says


def test_only_where_the_new_version_is_gone_it_is_called_a_rollback() -> None:
    assert "After the rollback" in texts(draw("bug")) and "all back on version 1" in texts(draw("bug"))
    for name in ("still there", "good", "nobody", "no after"):
        assert "After" in texts(draw(name))
        assert "rollback" not in " ".join(texts(draw(name))) + draw(name).alt + draw(name).table.text()


def test_each_call_is_one_mark_in_order_of_arrival() -> None:
    picture = draw("bug")
    assert (len(marks(picture, "circle")), len(marks(picture, "diamond")), len(marks(picture, "x"))) == (581, 11, 8)
    middle = [(x, y) for x, y in marks(picture, "x") if 300 < x < 600]
    left, right = min(x for x, _ in marks(picture, "circle") if x > 300), 300 + 225
    columns = [round((x - left) / 21.6) for x, _ in middle]
    rows = [round((y - 148) / 17) for _, y in middle]
    assert all(x < right for x, _ in middle)
    expected = {n for n, (version, failed) in enumerate(CASES["bug"][1]) if version == "2" and failed}
    assert {10 * row + column for row, column in zip(rows, columns, strict=True)} == expected


def test_a_failure_of_the_old_version_is_a_smaller_cross_and_is_counted_apart() -> None:
    sizes = sorted({trace.marker.size for trace in draw("both").figure.data if trace.marker.symbol == "x"})
    assert len(sizes) >= 2
    words = texts(draw("both"))
    assert "version 1: 10 of 181 failed" in words and "version 2: 8 of 19 failed" in words


def test_the_counts_are_the_tables() -> None:
    rows = {row[0]: row[1:] for row in draw("bug").table.rows}
    assert rows["Canary, 10\u00a0%, version 2"] == ("19", "8", "42\u00a0%")
    assert rows["Before, version 1"] == ("200", "0", "none")
    assert {"version 2: 11 answered", "version 2: 8 of 19 failed"} <= set(texts(draw("bug")))


def test_of_a_huge_panel_the_first_calls_are_drawn_and_all_are_counted() -> None:
    picture = draw("huge")
    assert "the first 600 are drawn" in texts(picture)[1]
    assert sum(len(marks(picture, symbol)) for symbol in ("circle", "diamond", "x")) == 1800
    assert texts(picture)[0] == "Version 2 failed 999 of its 2,123 calls; 17,877 never met it"


@pytest.mark.parametrize("name", CASES)
def test_no_label_touches_another_or_leaves_the_canvas_in_the_widest_font(
    name: str, apart: Callable[[Any], None]
) -> None:
    apart(draw(name))


@pytest.mark.parametrize("name", CASES)
def test_the_figure_is_small_and_its_sentence_short(name: str) -> None:
    picture = draw(name)
    assert len(json.dumps(picture.bundle())) < 60_000
    assert len(picture.alt.split()) <= 40
    assert 400 <= picture.figure.layout.height <= 740


def test_without_a_share_none_is_named() -> None:
    assert "Canary" in texts(draw("bug", share=None))
    assert "%" not in " ".join(texts(draw("bug", share=None)))
    with pytest.raises(ValueError, match=r"a share of 10"):
        canary(ONE, ONE, ONE, share=10)


def test_the_dark_figure_differs_from_the_light_one_in_colours_only() -> None:
    light, dark = json.dumps(draw("bug", theme.LIGHT).bundle()), json.dumps(draw("bug", theme.DARK).bundle())
    assert re.sub(r"#[0-9A-F]{6}", "colour", light) == re.sub(r"#[0-9A-F]{6}", "colour", dark)
    assert not any(colour in dark for colour in (theme.LIGHT.paper, theme.LIGHT.text, theme.LIGHT.invoke))
