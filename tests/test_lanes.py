"""The lab's record of environments, from real processes: it agrees with the REPORT lines and with the clock."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from lambdalab import Lab
from lambdalab.errors import LabError
from lambdalab.observe.records import Lane

QUICK = "def handler(event, context):\n    return 1\n"
FAILING = "def handler(event, context):\n    raise KeyError('name')\n"
EXITING = "import os\ndef handler(event, context):\n    os._exit(3)\n"
SLOW = "def handler(event, context):\n    while True:\n        pass\n"


def test_calls_in_a_row_are_one_lane_whose_times_are_those_of_the_reports(lab: Lab, deploy: Callable[..., Any]) -> None:
    function = deploy(QUICK, "row")
    reports = [function.invoke().report for _ in range(3)]
    (lane,) = lab.lanes("row")
    assert (lane.function, lane.version, lane.number, lane.why, lane.ended) == ("row", "$LATEST", 1, "first", None)
    assert [span.kind for span in lane.spans] == ["init", "invoke", "invoke", "invoke"]
    assert lane.spans[0].request_id == lane.spans[1].request_id
    init, *runs = [(span.ended - span.began) * 1000 for span in lane.spans]
    assert init == pytest.approx(reports[0].init_ms, abs=0.01)
    assert runs == pytest.approx([report.duration_ms for report in reports], abs=0.01)
    assert all(one.ended <= other.began + 1e-6 for one, other in zip(lane.spans, lane.spans[1:], strict=False))


def test_calls_at_once_are_a_lane_each(lab: Lab, deploy: Callable[..., Any]) -> None:
    deploy(QUICK, "burst").invoke_together([{}] * 3)
    lanes = lab.lanes("burst")
    assert [lane.number for lane in lanes] == [1, 2, 3]
    assert [[span.kind for span in lane.spans] for lane in lanes] == [["init", "invoke"]] * 3
    assert max(lane.spans[0].began for lane in lanes) < min(lane.spans[1].began for lane in lanes)


def test_a_quiet_hour_ends_the_lane_within_the_turn_of_the_clock(lab: Lab, deploy: Callable[..., Any]) -> None:
    function = deploy(QUICK, "quiet")
    function.invoke()
    lab.clock.advance(hours=1)
    function.invoke()
    lanes = lab.lanes("quiet")
    first, second = lanes
    jump = lanes.jumps[-1]
    assert jump.seconds == 3600
    assert first.spans[-1].ended <= jump.at <= second.spans[0].began - 3600
    assert first.why_ended == "idle" and second.why == "idle"
    assert first.ended is not None
    # 5 to 15 minutes after its last call, which the lab draws
    assert 5 * 60 <= first.ended - first.spans[-1].ended <= 15 * 60 + 1
    assert second.ended is None


@pytest.mark.parametrize(
    ("source", "status", "why_ended"),
    [(FAILING, "error", None), (SLOW, "timeout", None), (EXITING, "error", "ended")],
)
def test_a_failure_is_marked_on_its_span(
    lab: Lab, deploy: Callable[..., Any], source: str, status: str, why_ended: str | None
) -> None:
    deploy(source, "failing", timeout=1).invoke()
    (lane,) = lab.lanes("failing")
    assert [(span.kind, span.status) for span in lane.spans] == [("init", None), ("invoke", status)]
    assert lane.why_ended == why_ended


def test_a_start_that_fails_is_marked_too(lab: Lab, deploy: Callable[..., Any]) -> None:
    deploy("import nothing_of_this_name\n", "broken").invoke()
    (lane,) = lab.lanes("broken")
    assert [(span.kind, span.status) for span in lane.spans] == [("init", "error"), ("invoke", "error")]


def test_new_code_ends_the_lane_and_starts_another(lab: Lab, deploy: Callable[..., Any]) -> None:
    deploy(QUICK, "changing").invoke()
    deploy(QUICK + "# changed\n", "changing").invoke()
    first, second = lab.lanes("changing")
    assert (first.why_ended, second.number, second.why) == ("changed", 2, "changed")
    assert first.ended is not None and first.spans[-1].ended <= first.ended <= second.spans[0].began


def test_a_function_that_is_made_anew_has_only_its_own_lanes(lab: Lab, deploy: Callable[..., Any]) -> None:
    function = deploy(QUICK, "again")
    function.invoke()
    function.delete()
    assert [lane.why_ended for lane in _remembered(lab)] == ["deleted"]
    deploy(QUICK, "again").invoke()
    (lane,) = lab.lanes("again")
    assert (lane.number, lane.ended) == (1, None)


def _remembered(lab: Lab) -> list[Lane]:
    return [lane for lane in lab.lanes() if lane.function == "again"]


def test_lanes_stand_in_the_order_of_the_names_and_say_what_they_are(lab: Lab, deploy: Callable[..., Any]) -> None:
    deploy(QUICK, "one").invoke()
    deploy(QUICK, "two").invoke()
    assert [lane.function for lane in lab.lanes("two", "one")] == ["two", "one"]
    text = repr(lab.lanes("two", "one"))
    assert text.startswith("2 environments, measured on this machine")
    assert "two, environment 1  first call       1     1  alive" in text


def test_a_name_of_no_function_is_told_and_a_function_that_has_not_run_has_no_lane(
    lab: Lab, deploy: Callable[..., Any]
) -> None:
    deploy(QUICK, "idle")
    assert lab.lanes("idle") == []
    with pytest.raises(LabError, match="no function named 'idel'"):
        lab.lanes("idle", "idel")
    with pytest.raises(LabError, match="no function named 'idel'"):
        lab.swimlanes("idel")


def test_a_lane_survives_its_way_as_json(lab: Lab, deploy: Callable[..., Any]) -> None:
    deploy(FAILING, "f").invoke()
    (lane,) = lab.lanes("f")
    assert Lane.from_json(json.loads(json.dumps(dataclasses.asdict(lane)))) == lane


def test_the_picture_says_what_ran(lab: Lab, deploy: Callable[..., Any]) -> None:
    row, burst = deploy(QUICK, "row"), deploy(QUICK, "burst")
    for _ in range(3):
        row.invoke()
    burst.invoke_together([{}] * 3)
    picture = lab.swimlanes("row", "burst")
    rows = {cells[0]: cells[1:4] for cells in picture.table.rows}
    assert rows["row, three in a row"] == ("3", "1", "1")
    assert [cells for name, cells in rows.items() if name.startswith("burst")] == [("3", "3", "3")]
    assert lab.swimlanes("row", last=1).table.rows[0][:4] == ("one call", "1", "1", "0")
