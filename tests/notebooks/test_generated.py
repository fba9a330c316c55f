"""What tools write is as the tools would write it now: exercises, navigation, metadata, the README's table."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambdalab.teach import course, navigation, notebooks, workbooks
from tests.notebooks.present import COURSE, ROOT, Kind


def test_exercises_are_those_that_the_solutions_give_byte_for_byte(tmp_path: Path) -> None:
    for path, text in workbooks.refreshed(COURSE).items():
        fresh = tmp_path / path.name
        course.write(fresh, text)
        assert path.exists(), f"{path.name} is missing: make exercises"
        assert fresh.read_bytes() == path.read_bytes(), f"exercises/{path.name} was edited or is old: make exercises"


def test_no_exercise_is_without_its_solution() -> None:
    made = {path.name for path in workbooks.refreshed(COURSE)}
    assert {page.path.name for page in COURSE.of(Kind.EXERCISE)} <= made


def test_navigation_and_metadata_are_up_to_date() -> None:
    if navigation.TABLE_START not in (ROOT / "README.md").read_text(encoding="utf-8"):
        pytest.fail("README.md has no place for the lessons' table")
    old = [path for path, text in notebooks.refreshed(COURSE).items() if not _is(path, text)]
    assert not old, f"run make notebooks: {', '.join(path.relative_to(ROOT).as_posix() for path in old)}"


def test_make_test_runs_nbval_with_the_gates() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "--nbval " in recipe and "-p tests.notebooks.nbval_gates" in recipe


def _is(path: Path, text: str) -> bool:
    return path.exists() and path.read_bytes() == text.encode()
