"""A class of thirty, graded by the command as a teacher types it; and every workbook's own solution."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from tests.teach.submissions import POINTS, ROOT, SOLUTION, klass


def _grade(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lambdalab", "grade", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=1500, check=False)


def _rows(table: Path) -> dict[str, dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return {row["submission"]: row for row in csv.DictReader(file)}


@pytest.mark.slow(120)  # two minutes of computing: thirty notebooks are run and judged
def test_thirty_submissions_get_their_points_whatever_some_of_them_try(tmp_path: Path) -> None:
    handed = klass()
    assert len(handed) == 30
    folder = tmp_path / "handed"
    folder.mkdir()
    for name, one in handed.items():
        (folder / f"{name}.ipynb").write_text(one.text, encoding="utf-8")
    begun = time.monotonic()
    ran = _grade(SOLUTION, folder, "--out", tmp_path / "grades.csv", "--feedback", tmp_path / "pages")
    seconds = time.monotonic() - begun
    assert ran.returncode == 0, ran.stderr
    (tmp_path / "printed.txt").write_text(f"{seconds:.0f} s\n{ran.stdout}", encoding="utf-8")
    rows = _rows(tmp_path / "grades.csv")
    got = {name: {exercise: int(row[exercise]) for exercise in POINTS} for name, row in rows.items()}
    assert got == {name: one.points for name, one in handed.items()}
    for name, one in handed.items():
        assert rows[name]["state"].startswith(one.state), name
        assert {e: id for e, id in one.lost.items() if id} == {
            e: rows[name][f"{e} message"] for e, id in one.lost.items() if id
        }, name
        assert all(word in rows[name]["audit"] for word in one.audit), (name, rows[name]["audit"])
    ends = {"loop": "NeverEnded", "swallow-at-top": "NeverEnded", "exit": "SystemExit"}
    for name, error in {"ada": "", "exit-process-at-top": "ProcessEnded", **ends}.items():
        page = (tmp_path / "pages" / f"{name}.html").read_text(encoding="utf-8")
        assert re.findall("did not run to its end: <code>(.*?)</code>", page) == ([error] if error else [])
    assert "globals-kept" in ran.stdout
    assert not [one for one in psutil.process_iter(["cmdline"]) if "987" in (one.info["cmdline"] or [])]


@pytest.mark.slow(280)  # some minutes: every check of the course runs twice
def test_every_solution_gets_all_points_and_every_untouched_workbook_none(tmp_path: Path) -> None:
    for solution in sorted((ROOT / "solutions").glob("*.ipynb")):
        handed = [tmp_path / f"{kind}.ipynb" for kind in ("solved", "untouched")]
        handed[0].write_bytes(solution.read_bytes())
        handed[1].write_bytes((ROOT / "exercises" / solution.name).read_bytes())
        table = tmp_path / f"{solution.stem}.csv"
        ran = _grade(solution, *handed, "--out", table, "--jobs", "1")
        assert ran.returncode == 0, ran.stderr
        rows = _rows(table)
        assert rows["solved"]["points"] == rows["solved"]["of"] != "0", json.dumps(rows["solved"])
        earned = {key for key, points in rows["untouched"].items() if key[2:3] == "." and points not in ("0", "")}
        earned = {key for key in earned if not key.endswith("message")}
        assert earned == set(), json.dumps(rows["untouched"])
