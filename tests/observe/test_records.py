"""The REPORT line can be written and read, whatever was measured; an invocation survives its way to the notebook."""

from __future__ import annotations

import json
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdalab.observe.records import Invocation, Report

MILLISECONDS = st.floats(0, 900_000, allow_nan=False)
REPORTS = st.builds(
    Report,
    request_id=st.uuids().map(str),
    duration_ms=MILLISECONDS,
    memory_size_mb=st.integers(128, 10_240),
    max_memory_mb=st.integers(0, 10_240),
    init_ms=st.none() | MILLISECONDS,
    status=st.none() | st.just("timeout"),
)
RESTORED = st.builds(
    Report,
    request_id=st.uuids().map(str),
    duration_ms=MILLISECONDS,
    memory_size_mb=st.integers(128, 10_240),
    max_memory_mb=st.integers(0, 10_240),
    restore_ms=MILLISECONDS,
    restore_billed_ms=st.integers(0, 10_000),
)


@given(REPORTS | RESTORED)
def test_a_report_line_read_back_says_the_same(report: Report) -> None:
    assert Report.parse(report.line()).line() == report.line()


@given(REPORTS)
def test_what_is_billed_is_init_and_duration_rounded_up_once(report: Report) -> None:
    run = round(report.duration_ms, 2) + round(report.init_ms or 0, 2)
    assert report.billed_ms == max(1, math.ceil(run))
    assert Report.parse(report.line()).billed_ms == report.billed_ms


@given(REPORTS)
def test_an_invocation_survives_its_way_as_json(report: Report) -> None:
    who = ("f", "$LATEST", "invoke", "Event", 2, 1.5, 1, 4187, "idle", "KeyError", "'x'")
    sent = Invocation(report.request_id, *who, report)
    assert Invocation.from_json(json.loads(json.dumps(sent.to_json()))) == sent


@given(REPORTS | RESTORED)
def test_a_tool_that_looks_for_a_tab_a_name_and_milliseconds_finds_each_figure(report: Report) -> None:
    """So AWS Lambda Power Tuning reads the log of a call: what it does not find counts as 0 there."""

    def found(name: str, number: str) -> float | None:
        match = re.search(rf"\t{name}: ({number}) ms", f"START RequestId: 1\n{report.line()}\nEND RequestId: 1")
        return float(match[1]) if match else None

    assert found("Billed Duration", r"\d+") == report.billed_ms
    assert found("Duration", r"\d+\.\d+") == round(report.duration_ms, 2)
    assert found("Init Duration", r"\d+\.\d+") == (None if report.init_ms is None else round(report.init_ms, 2))
    restored = report.restore_ms is not None
    assert found("Restore Duration", r"\d+\.\d+") == (round(report.restore_ms or 0, 2) if restored else None)
    assert found("Billed Restore Duration", r"\d+") == (report.restore_billed_ms if restored else None)


def test_a_line_that_aws_wrote_can_be_read() -> None:
    line = (
        "REPORT RequestId: 5b1aeb4e-9a3b-4a5a-8f1e-0c2c4e1a7d11\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\t"
        "Memory Size: 128 MB\tMax Memory Used: 31 MB\tStatus: timeout\t"
    )
    report = Report.parse(line)
    assert (report.duration_ms, report.max_memory_mb, report.cold, report.status) == (3000.0, 31, False, "timeout")


def test_a_restored_environment_is_cold_and_its_restore_is_not_part_of_the_billed_duration() -> None:
    # the fields as documented for SnapStart: Restore Duration and Billed Restore Duration, no Init Duration
    line = (
        "REPORT RequestId: 5b1aeb4e-9a3b-4a5a-8f1e-0c2c4e1a7d11\tDuration: 12.30 ms\tBilled Duration: 13 ms\t"
        "Memory Size: 512 MB\tMax Memory Used: 70 MB\tRestore Duration: 240.10 ms\tBilled Restore Duration: 31 ms\t"
    )
    report = Report.parse(line)
    assert (report.cold, report.init_ms, report.restore_ms, report.billed_ms) == (True, None, 240.1, 13)
    assert report.line() == line


def test_another_line_is_refused_with_what_is_missing() -> None:
    with pytest.raises(ValueError, match="not a REPORT line, 'RequestId' is missing"):
        Report.parse("END RequestId: 5b1aeb4e")
