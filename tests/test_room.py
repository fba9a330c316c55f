"""`lambdalab doctor --room`: one student is measured, the room is reckoned."""

from __future__ import annotations

import psutil
import pytest

from lambdalab import room
from lambdalab.cli import main

STUDENT = room.Student(kernel=60, cloud=120, environment=40, server=70, others=4)  # 250 MB, and 40 for each environment


@pytest.mark.slow  # real processes: a kernel's lab, four environments that load boto3, JupyterLab
def test_one_student_is_really_started_measured_and_ended() -> None:
    before = set(psutil.Process().children(recursive=True))
    found = room.measure()
    assert 20 < found.kernel < 500 and 30 < found.cloud < 500 and 20 < found.server < 500
    assert 15 < found.environment < 200, "an environment that has loaded boto3"
    assert found.others == 4  # kernel, server, cloud, guard
    left = set(psutil.Process().children(recursive=True)) - before
    assert not [process for process in left if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize(
    ("machine_mb", "says"),
    [
        (30_000, "OK   it fits. Limit each student to 800 MB: there 13 environments at once have room."),
        (
            15_000,
            "Show 'ten at once' in one notebook, or let a few run it at a time; idle ones go after 5 to 15 minutes.",
        ),
        (4_000, "FAIL 11 students fit, with one environment each. Pair up, or take a larger machine."),
    ],
)
def test_the_advice_follows_from_memory_per_student(machine_mb: float, says: str) -> None:
    lines = room.advice(STUDENT, 30, machine_mb)
    assert lines[-1] == says
    assert "Room of 30, each with 10 environments: at least 19.0 GB, 420 processes." in lines


def test_a_room_of_nobody_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--room", "0"]) == 1
    assert "Give their number: --room 30" in capsys.readouterr().err
