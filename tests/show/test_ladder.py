from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from lambdalab.models.isolation import Rung, published
from lambdalab.models.seen import Look
from lambdalab.show import theme
from lambdalab.show.ladder import inside_table
from lambdalab.show.pictures import isolation_ladder
from tests.show.drawn import texts

NAMES = ("thread", "process", "container, by hand", "microVM, QEMU", "VM, QEMU")
RECORDED = "recorded run: 2 cores, Linux 6.x, 2026-11"


def made(level: int, start: float | None, memory: float | None, provenance: str = "measured", **more: Any) -> Rung:
    source = {"measured": "measured on this machine", "recorded": RECORDED}.get(provenance, "SOSP'17, 2017")
    told = {
        "key": "any",
        "name": NAMES[level],
        "certainty": "B" if provenance == "published" else "",
        "what": "",
        **more,
    }
    return Rung(level=level, start_ms=start, memory_mb=memory, provenance=provenance, source=source, **told)


FIRECRACKER = next(rung for rung in published() if rung.level == 3)
PROCESS, CONTAINER = made(1, 2, 0.22), made(2, 14, 0.4)
VM = made(4, 12_000, 131, "recorded", note="QEMU is not installed on this machine")
CASES: dict[str, list[Rung]] = {
    "ladder": [PROCESS, CONTAINER, FIRECRACKER, VM],
    "all": [made(0, 0.05, 0.016), made(1, 0.9, 0.7, name="fork"), made(1, 1, 0.2), made(2, 3, 0.4), made(3, 3000, 87),
            FIRECRACKER, made(4, 3100, 96), made(2, 200, None, "published", name="container, Docker", certainty="C")],
    "published": published(),
    "empty": [],
    "one": [PROCESS],
    "unknown": [made(2, 200, None)],
    "equal": [made(1, 5, 1), made(2, 5, 1), made(3, 5, 1), made(4, 5, 1)],
    "huge": [made(1, 0.001, 0.0001), made(4, 9e6, 60_000)],
    "firmware": [PROCESS, FIRECRACKER, made(4, 94, 40, key="firmware", name="VM, firmware only")],
    "slow microVM": [PROCESS, made(3, 2600, 87)],
    "long": [made(1, 2, 3, name="process, with a long name"), made(4, 2, 3.5, "recorded",
             note="this system does not allow namespaces without privilege (unshare: unshare failed: Operation not "
                  "permitted), and it says so in a long line")],
}  # fmt: skip


def draw(name: str, colours: theme.Theme | None = None) -> Any:
    return isolation_ladder(CASES[name], colours=colours)


def marks(picture: Any, symbol: str) -> list[tuple[float, float]]:
    """The marks in the plot, without those of the table and the bottom lines."""
    traces = [trace for trace in picture.figure.data if trace.marker.symbol == symbol and trace.marker.size == 16]
    return [(trace.x[0], trace.y[0]) for trace in traces]


def test_the_title_is_the_finding_and_the_sentence_says_the_same() -> None:
    assert texts(draw("ladder"))[0] == "A microVM has its own kernel, starts in a blink and keeps 5\u00a0MB"
    assert draw("ladder").alt == (
        "A microVM starts in 125\u00a0ms with 5\u00a0MB, with a kernel of its own. Four points, start time against "
        "memory; a full VM, in a recorded run, took 12\u00a0s and 130\u00a0MB."
    )


def test_only_a_vm_that_was_measured_here_is_compared_by_a_factor() -> None:
    measured = isolation_ladder([PROCESS, FIRECRACKER, made(4, 12_000, 131)])
    assert measured.alt.endswith("a full VM takes 100 times the start time and 26 times the memory.")
    assert "times the" not in draw("ladder").alt


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("slow microVM", "A microVM has its own kernel, starts in 2.6\u00a0s and keeps 87\u00a0MB"),
        ("one", "Start time and memory of process"),
        ("unknown", "Start time and memory, by wall"),
        ("empty", "Start time and memory, by wall"),
        ("huge", "Start time and memory of process and VM, QEMU"),
    ],
)
def test_contrary_data_get_a_title_that_is_true(name: str, says: str) -> None:
    assert texts(draw(name))[0] == says


def test_measured_is_a_filled_circle_recorded_a_square_published_an_open_circle() -> None:
    picture = draw("ladder")
    assert [len(marks(picture, sign)) for sign in ("circle", "square", "circle-open")] == [2, 1, 1]
    words = " ".join(texts(picture))
    assert "measured on this machine" in words and "published: Firecracker SPECIFICATION" in words
    assert f"{RECORDED} (QEMU is not installed on this machine)" in words


def test_ten_times_the_time_and_ten_times_the_memory_are_always_the_same_way() -> None:
    picture = isolation_ladder([made(1, 1, 1), made(2, 10, 10), made(4, 100, 100)])
    (x1, y1), (x2, y2), (x3, y3) = sorted(marks(picture, "circle"))
    assert x2 - x1 == pytest.approx(x3 - x2, abs=0.2) and x2 - x1 > 50
    assert y1 - y2 == pytest.approx(y2 - y3, abs=0.2) and y1 - y2 > 50


def test_the_firmware_of_a_machine_is_drawn_and_is_not_called_the_start_of_a_machine() -> None:
    assert len(marks(draw("firmware"), "circle")) == 2 and "full VM" not in draw("firmware").alt


def test_a_half_known_rung_is_in_the_table_only() -> None:
    picture = draw("all")
    assert len(marks(picture, "circle-open")) == 1
    row = next(row for row in picture.table.rows if "Docker" in row[0])
    assert row[1:3] == ("about 200\u00a0ms", "–") and "about 0.2" in texts(picture)


def test_every_mark_has_its_name_with_the_number_of_its_rung() -> None:
    for name in ("ladder", "all", "equal", "slow microVM"):
        drawn = [rung for rung in CASES[name] if rung.start_ms and rung.memory_mb]
        assert {f"{rung.level} {rung.name}" for rung in drawn} <= set(texts(draw(name))), name


def test_what_each_rung_shares_is_said_once_in_the_order_of_the_ladder() -> None:
    lines = [line for line in texts(draw("ladder")) if "share" in line or "own kernel, " in line][1:]
    assert lines == [
        "1 shares kernel, files, process list",
        "2 shares the kernel",
        "3 own kernel, few devices",
        "4 own kernel, a whole machine",
    ]


def test_the_plain_numbers_are_not_in_steps_of_ten() -> None:
    assert {"0.002", "0.014", "0.125", "12", "0.22", "130"} <= set(texts(draw("ladder")))


def test_the_ticks_that_people_can_feel_have_words() -> None:
    words = texts(draw("ladder"))
    assert {"100\u00a0ms", "a blink", "1\u00a0s", "a heartbeat", "10\u00a0s"} <= set(words)


def test_more_than_eight_rungs_are_refused() -> None:
    with pytest.raises(ValueError, match="9 rungs are more than one reads"):
        isolation_ladder([PROCESS] * 9)


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


def test_the_dark_figure_differs_from_the_light_one_in_colours_only() -> None:
    light, dark = json.dumps(draw("all", theme.LIGHT).bundle()), json.dumps(draw("all", theme.DARK).bundle())
    assert re.sub(r"#[0-9A-F]{6}", "colour", light) == re.sub(r"#[0-9A-F]{6}", "colour", dark)
    assert not any(colour in dark for colour in (theme.LIGHT.paper, theme.LIGHT.text, theme.LIGHT.invoke))


def test_what_was_seen_inside_stands_side_by_side_and_a_recorded_run_says_why() -> None:
    inside = Look("process", "6.18.2-abc", "51a543b9-065a", 93, "secret-host", 14, 24_152, "Xeon")
    other = Look("vm", "6.1", "1e730c7a", 45, "(none)", 0, 92, "QEMU", "recorded", RECORDED, "QEMU is not installed")
    table = inside_table([inside, other])
    assert table.columns == ("", "process", "vm") and "vm: QEMU is not installed" in table.caption
    assert table.rows[0] == ("kernel", "6.18.2", "6.1") and table.rows[1] == ("boot id", "51a543b9", "1e730c7a")
    assert table.rows[3] == ("name of the machine", "this machine's", "(none)") and "secret" not in str(table.rows)
    assert table.rows[-1] == ("from", "measured here", RECORDED)
