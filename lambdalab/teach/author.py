"""Turns a lesson written as plain text into a notebook: `python -m lambdalab.teach.author 03_cold_starts.py
notebooks/`.

The text is jupytext's percent format, with magics as they are; it is a help for writing, not a second source: the
notebook is what is kept. Short forms for workbooks: `# %% solution="01.3"` and `# %% test="01.3" points=2` become
nbgrader's cell metadata. Ids are made from what the cells say, so a cell that stays as it is keeps its id.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import jupytext
from nbformat import NotebookNode

from lambdalab.teach import cells, course


def from_percent(text: str, number: str) -> NotebookNode:
    """The notebook for a text in percent format; `number` is the page's, such as "03"."""
    # Without this head jupytext would turn lines such as `# %%deploy hello` into comments and back by guessing.
    head = "# ---\n# jupyter:\n#   jupytext:\n#     comment_magics: false\n# ---\n"
    notebook = jupytext.reads(head + text, fmt="py:percent")
    for cell in notebook.cells:
        for role in ("solution", "test"):
            if role in cell.metadata:
                cell.metadata["nbgrader"] = _grader(role, str(cell.metadata[role]), cell.metadata)
    ordered = cells.normalise(notebook, number)
    cells.set_ids(ordered, number, fresh=True)
    return ordered


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m lambdalab.teach.author", description="Percent text to notebook.")
    parser.add_argument("text", type=Path, help="the text, named NN_name.py")
    parser.add_argument("folder", type=Path, help="where the notebook goes: notebooks/ or solutions/")
    options = parser.parse_args(arguments)
    target = options.folder / f"{options.text.stem}.ipynb"
    notebook = from_percent(options.text.read_text(encoding="utf-8"), course.number_of(target))
    course.write(target, course.as_text(notebook))
    print(f"written   {target.as_posix()}: {len(notebook.cells)} cells")
    return 0


def _grader(role: str, exercise: str, metadata: dict[str, object]) -> dict[str, object]:
    """nbgrader's metadata, schema 3, for a solution or a test cell of an exercise such as "01.3" (or "01.3-name")."""
    grade_id = "ex" + exercise.replace(".", "-")
    common = {"schema_version": 3, "task": False}
    if role == "solution":
        return {**common, "grade": False, "grade_id": grade_id, "locked": False, "solution": True}
    points = int(str(metadata.get("points", 1)))
    return {
        **common,
        "grade": True,
        "grade_id": f"{grade_id}-test",
        "locked": True,
        "points": points,
        "solution": False,
    }


if __name__ == "__main__":
    raise SystemExit(main())
