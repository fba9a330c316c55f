"""Small notebooks made for tests."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from lambdalab.teach import cells, course


def text(source: str, *tags: str) -> dict[str, Any]:
    """A Markdown cell."""
    return {"cell_type": "markdown", "metadata": {"tags": list(tags)} if tags else {}, "source": source}


def code(source: str, *tags: str, outputs: Sequence[dict[str, Any]] = (), count: int | None = None) -> dict[str, Any]:
    """A code cell; with outputs it counts as executed."""
    return {
        "cell_type": "code",
        "metadata": {"tags": list(tags)} if tags else {},
        "source": source,
        "outputs": list(outputs),
        "execution_count": 1 if outputs and count is None else count,
    }


def solution(source: str, grade_id: str) -> dict[str, Any]:
    """A solution cell in nbgrader's schema 3."""
    cell = code(source)
    cell["metadata"]["nbgrader"] = {
        "grade": False, "grade_id": grade_id, "locked": False, "schema_version": 3, "solution": True, "task": False,
    }  # fmt: skip
    return cell


def graded(source: str, grade_id: str, points: int = 2) -> dict[str, Any]:
    """A test cell in nbgrader's schema 3."""
    cell = code(source)
    cell["metadata"]["nbgrader"] = {
        "grade": True, "grade_id": grade_id, "locked": True, "points": points, "schema_version": 3,
        "solution": False, "task": False,
    }  # fmt: skip
    return cell


def printed(words: str, name: str = "stdout") -> dict[str, Any]:
    """A stored stream output."""
    return {"output_type": "stream", "name": name, "text": words}


def shown(data: dict[str, Any]) -> dict[str, Any]:
    """A stored display output."""
    return {"output_type": "display_data", "data": data, "metadata": {}}


def raised(name: str, value: str = "", traceback: Sequence[str] = ()) -> dict[str, Any]:
    """A stored error output."""
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": list(traceback)}


def notebook(*parts: dict[str, Any], number: str = "01", tidy: bool = True) -> NotebookNode:
    """A notebook of these cells, in order as the tools leave it unless `tidy` is false."""
    made = cells.node({"cells": list(parts), "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    return cells.normalise(made, number) if tidy else made


def save(path: Path, *parts: dict[str, Any]) -> Path:
    """Writes a notebook of these cells."""
    course.write(path, course.as_text(notebook(*parts, number=course.number_of(path))))
    return path


def small_course(root: Path) -> Path:
    """A course of two lessons, one workbook and a README, in `root`."""
    (root / "pyproject.toml").parent.mkdir(parents=True, exist_ok=True)
    (root / "pyproject.toml").write_text("")
    (root / "README.md").write_text("# Lab\n\n<!-- lessons:start -->\n<!-- lessons:end -->\n\nThe end.\n")
    opening = "# 00 Start here\n\n**Question:** Can I trust it?  \n**Minutes:** 20–25 · **Workbook:** see below"
    save(root / "notebooks" / "00_start_here.ipynb", text(opening), code("1 + 1", "route-90"), text("end"))
    save(
        root / "notebooks" / "01_what.ipynb",
        text("# 01 What?\n\n**Question:** Where?\n\n**Minutes:** 45"),
        code("x = 2\nx"),
    )
    save(
        root / "solutions" / "01_what.ipynb",
        text("# Workbook 01: What?"),
        solution("def twice(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION", "ex01-1"),
        graded("twice(2)", "ex01-1-test"),
    )
    return root
