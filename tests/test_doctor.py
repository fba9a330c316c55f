"""The doctor finds what is missing, says what helps, and never breaks itself."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from importlib import metadata
from pathlib import Path

import psutil
import pytest

from lambdalab import doctor, facts

GOOD = doctor.Check("Python", True, "3.11.7")
MISSING = doctor.Check("boto3", False, "is missing", 'pip install "boto3>=1.40"')


def only(monkeypatch: pytest.MonkeyPatch, *found: doctor.Check) -> None:
    monkeypatch.setattr(doctor, "checks", lambda: list(found))


def printed(*, as_json: bool = False) -> tuple[int, str]:
    out = io.StringIO()
    return doctor.run(out, as_json=as_json), out.getvalue()


def test_this_machine_is_looked_at_from_python_to_the_compiler() -> None:
    found = {check.name: check for check in doctor.checks()}
    assert {"Python", "boto3", "moto", "jupyterlab"} <= found.keys()
    assert {
        "process control",
        "fork",
        "Node.js",
        "browser",
        "ports on loopback",
        "loopback",
        "prices",
        "compiler",
    } <= found.keys()
    assert [check for check in found.values() if check.required and not check.ok] == []
    assert found["boto3"].detail == metadata.version("boto3")
    assert found["Python"].line().startswith(f"OK   Python {sys.version_info.major}.{sys.version_info.minor}.")


def test_a_failure_is_printed_with_its_fix_and_the_exit_code_is_1(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, GOOD, MISSING)
    code, text = printed()
    assert code == 1
    assert text.splitlines() == [
        "OK   Python 3.11.7",
        'FAIL boto3 is missing; fix: pip install "boto3>=1.40"',
        "1 to fix, from the top.",
    ]


def test_what_is_only_nice_to_have_does_not_fail_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, GOOD, replace(MISSING, required=False))
    code, text = printed()
    assert code == 0
    assert "FAIL" not in text


def test_json_holds_the_same_checks_and_the_same_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    only(monkeypatch, GOOD, MISSING)
    code, text = printed(as_json=True)
    assert code == 1
    assert [(entry["name"], entry["ok"]) for entry in json.loads(text)] == [("Python", True), ("boto3", False)]


def test_a_missing_package_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "requires", lambda name: ["no-such-package[all]>=3.1", 'pytest>=99; extra == "dev"'])
    [check] = doctor.packages()
    assert (check.ok, check.required, check.fix) == (False, True, 'pip install "no-such-package>=3.1"')


def test_a_package_outside_its_range_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "requires", lambda name: ["boto3>=99"])
    [check] = doctor.packages()
    assert not check.ok
    assert metadata.version("boto3") in check.detail
    assert ">=99" in check.detail


def test_without_site_packages_the_doctor_still_answers() -> None:
    answer = subprocess.run(
        [sys.executable, "-I", "-S", str(Path(doctor.__file__))],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert answer.returncode == 1
    assert answer.stderr == ""
    assert re.search(r"^FAIL .*; fix: .", answer.stdout, re.MULTILINE)
    assert "OK   ports on loopback" in answer.stdout
    assert "report this line" not in answer.stdout  # no check breaks


def test_process_control_measures_and_leaves_nobody_behind() -> None:
    before = {child.pid for child in psutil.Process().children()}
    check = doctor.process_control()
    assert check.ok
    assert re.fullmatch(r"start [\d.]+ ms, freeze [\d.]+ ms, continue [\d.]+ ms, kill [\d.]+ ms", check.detail)
    assert {child.pid for child in psutil.Process().children()} <= before


def test_a_machine_that_cannot_freeze_a_process_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(psutil.Process, "suspend", lambda process: None)
    monkeypatch.setattr(doctor, "_soon", lambda true: true())
    check = doctor.process_control()
    assert not check.ok
    assert check.required
    assert "could not be frozen" in check.detail


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_fork_is_tried_in_a_process_of_its_own() -> None:
    assert doctor.fork().ok


def test_without_node_the_recorded_run_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    check = doctor.node()
    assert (check.ok, check.required) == (False, False)
    assert "recorded run" in check.detail


def proxy(monkeypatch: pytest.MonkeyPatch, past: str) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens on the discard port
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, past)


def test_a_proxy_that_swallows_loopback_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy(monkeypatch, "")
    check = doctor.loopback()
    assert not check.ok
    assert "NO_PROXY" in check.fix


def test_loopback_is_reached_past_a_proxy_of_nonsense(monkeypatch: pytest.MonkeyPatch) -> None:
    proxy(monkeypatch, "127.0.0.1,localhost")
    check = doctor.loopback()
    assert check.ok
    assert "in spite of" in check.detail


def test_prices_older_than_a_year_are_pointed_out_and_do_not_fail_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor.prices(date(2026, 11, 23)).ok
    assert doctor.prices(date(2027, 9, 1)).ok, "a year to the day: the oldest price is of September 2026"
    old = doctor.prices(date(2027, 9, 2))
    assert (old.ok, old.required) == (False, False)
    assert old.line() == (
        "old  prices of September 2026: older than a year, AWS may have changed them since; "
        "fix: get a newer lambdalab, or see the head of facts.toml"
    )
    only(monkeypatch, GOOD, old)
    code, text = printed()
    assert code == 0 and old.line() in text.splitlines()


def test_the_oldest_price_counts_and_no_other_fact(monkeypatch: pytest.MonkeyPatch) -> None:
    known = dict(facts.facts())
    monkeypatch.setattr(facts, "facts", lambda: known)
    known["keep_alive.in_2017.least"] = replace(known["keep_alive.in_2017.least"], date="2001")
    assert doctor.prices(date(2026, 11, 28)).ok, "a measurement may be old"
    known["sns.publish_per_million"] = replace(known["sns.publish_per_million"], date="2025-11-27")
    assert not doctor.prices(date(2026, 11, 28)).ok
    known["sns.publish_per_million"] = replace(known["sns.publish_per_million"], date="2025-11-28")
    assert doctor.prices(date(2026, 11, 28)).ok


def test_the_doctor_asks_for_the_prices_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts, "age_in_days", lambda today: 366 if today == date.today() else 0)
    assert [check.ok for check in doctor.checks() if check.name == "prices"] == [False]


def test_a_check_that_breaks_is_a_finding_and_not_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    def ports() -> doctor.Check:
        raise OSError("no loopback at all")

    monkeypatch.setattr(doctor, "_SINGLE", (ports,))
    check = doctor.checks()[-1]
    assert not check.ok
    assert "no loopback at all" in check.detail
