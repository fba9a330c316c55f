"""A whole nbgrader course with one of our solutions in it, as it is: assignment, submissions, grades.

It runs nbgrader's own commands, as a teacher types them; that takes about half a minute, most of it nbgrader's.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest
from nbformat import NotebookNode

from lambdalab.teach import bundle, course

BOOK = course.load(course.find_root(Path(__file__)))
NAME, FILE = "lambda-01", "01_what_is_lambda.ipynb"
POINTS = {"ex01-1": 2, "ex01-2": 1, "ex01-3": 2, "ex01-4": 2, "ex01-5": 2}


def nbgrader(folder: Path, *arguments: str) -> str:
    """One of nbgrader's commands; it starts alembic from the PATH."""
    path = {"PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))}
    command = [sys.executable, "-m", "nbgrader", *arguments]
    done = subprocess.run(command, cwd=folder, env={**os.environ, **path}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def answered(workbook: Path, exercises: Collection[str]) -> NotebookNode:
    """The student's file with the solutions of these exercises typed into it."""
    typed = course.read(workbook)
    solutions = {
        cell.metadata.nbgrader.grade_id: cell.source
        for cell in course.read(BOOK.root / "solutions" / FILE).cells
        if cell.metadata.get("nbgrader", {}).get("solution")
    }
    for cell in typed.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if grade_id in solutions and grade_id.removesuffix("-again") in exercises:
            cell.source = "\n".join(line for line in solutions[grade_id].split("\n") if "###" not in line)
    return typed


@pytest.mark.slow(60)
def test_a_right_submission_gets_all_points_a_half_one_some_and_an_untouched_one_none(tmp_path: Path) -> None:
    pytest.importorskip("nbgrader", reason="nbgrader is not installed; it is in the extra 'teacher'")
    room, ours = tmp_path / "course", tmp_path / "bundle"
    (room / "source" / NAME).mkdir(parents=True)
    (room / "nbgrader_config.py").write_text("get_config().CourseDirectory.course_id = 'lambda'\n")
    (room / "source" / NAME / FILE).write_bytes((BOOK.root / "solutions" / FILE).read_bytes())
    bundle.write(bundle.files(BOOK, "01"), ours)

    nbgrader(room, "generate_assignment", NAME, "--create")
    theirs = room / "release" / NAME / FILE
    submissions = {
        "amara": answered(theirs, POINTS),  # nbgrader's own release and ours are both graded
        "bo": answered(ours / "exercises" / FILE, ("ex01-1", "ex01-3")),
        "chidi": answered(ours / "exercises" / FILE, ()),
    }
    for student, submission in submissions.items():
        course.write(room / "submitted" / student / NAME / FILE, course.as_text(submission))
    nbgrader(room, "autograde", NAME)
    nbgrader(room, "export", "--to", "grades.csv")

    with (room / "grades.csv").open(newline="") as table:
        rows = {row["student_id"]: row for row in csv.DictReader(table)}
    assert {float(row["max_score"]) for row in rows.values()} == {sum(POINTS.values())}
    assert {student: float(row["score"]) for student, row in rows.items()} == {"amara": 9, "bo": 4, "chidi": 0}
