"""Makes exercises/NN_name.ipynb from solutions/NN_name.ipynb: `python -m lambdalab.teach.workbooks`.

A solution notebook carries nbgrader's cell metadata (schema 3), so a teacher can use nbgrader as it is; students need
only lambdalab. What the author writes in a solution cell, whose `grade_id` is exNN-k (more cells of one exercise:
exNN-k-name):

    ### BEGIN SOLUTION                        becomes   # YOUR CODE HERE
    return json.loads(text)                             raise NotImplementedError("Exercise NN.k")
    ### END SOLUTION

    ### BEGIN SOLUTION                        becomes   # YOUR CODE HERE
    ### STUB: order = []                                order = []
    order = ["C", "A"]
    ### END SOLUTION

    ### BEGIN SOLUTION                        becomes   # CHANGE THE CODE BELOW
    ### STUB: def handler(event, context):              def handler(event, context):
    ### STUB:     return "Hello"                            return "Hello"
    def handler(event, context):
        return event["greeting"]
    ### END SOLUTION

`### STUB:` lines, one for each line of the stub, are needed where the region stands at the top level of a notebook
cell, since an untouched workbook has to run to its end. A `%%deploy` cell may do without: there the function fails, not
the cell. A stub with a function that works already is code to change. `### BEGIN HIDDEN TESTS` … `### END HIDDEN TESTS`
is left out of the exercise. Without STUB lines the result equals nbgrader's own release, cell for cell, checksums
included; what is left out here is everything else that nbgrader does: course folders, grades, feedback, mark schemes.
"""

from __future__ import annotations

import argparse
import hashlib
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from nbformat import NotebookNode

from lambdalab.teach import cells, course, navigation
from lambdalab.teach.course import Course, Kind

_GRADE_ID = re.compile(r"ex(\d\d)-(\d+)(?:-[A-Za-z0-9_-]+)?")
_STUB_LINE = re.compile(r"\s*### STUB:(?: (.*))?$")


class WorkbookError(ValueError):
    """A solution notebook that cannot become an exercise; the message names cell, line and remedy."""


def release(solution: NotebookNode, number: str) -> NotebookNode:
    """The exercise that belongs to a solution notebook.

    Raises WorkbookError for a region that is not closed, stands in a cell of another kind, or would raise at the top
    level.
    """
    exercise = cells.without_outputs(cells.normalise(solution, number))
    seen: set[str] = set()
    for position, cell in enumerate(exercise.cells, start=1):
        grader = cell.metadata.get("nbgrader", {})
        place = f"Workbook {number}, cell {position}"
        _check_id(grader, seen, place)
        is_solution, is_grade = grader.get("solution", False), grader.get("grade", False)
        is_locked = not is_solution and (is_grade or grader.get("locked", False))
        if ("BEGIN SOLUTION" in cell.source) != is_solution:
            raise WorkbookError(
                f"{place}: a solution cell has a region '### BEGIN SOLUTION' … '### END SOLUTION', and no other cell "
                "has one. Add the region, or mark the cell as a solution in its nbgrader metadata."
            )
        if "BEGIN HIDDEN TESTS" in cell.source and not is_grade:
            raise WorkbookError(
                f"{place}: '### BEGIN HIDDEN TESTS' stands in a cell that is not graded. "
                "Move it to the exercise's test cell."
            )
        cell.source = _cut(cell.source, "SOLUTION", place, partial(_stub, cell, place))
        cell.source = _cut(cell.source, "HIDDEN TESTS", place, lambda region, indent: [])
        if is_solution or is_locked:
            cell.metadata["deletable"] = False
            if not is_solution:
                cell.metadata["editable"] = False
            grader["checksum"] = _checksum(cell, is_grade=is_grade, is_solution=is_solution, is_locked=is_locked)
            grader["cell_type"] = cell.cell_type
    return exercise


def refreshed(book: Course) -> dict[Path, str]:
    """The text each exercise file has to have, by path."""
    texts = {}
    for page in book.of(Kind.SOLUTION):
        path = book.root / Kind.EXERCISE.value / page.path.name
        exercise = release(course.read(page.path), page.number)
        texts[path] = course.as_text(navigation.navigate(exercise, Kind.EXERCISE, page.number, book))
    return texts


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: writes every exercise that differs and names it."""
    parser = argparse.ArgumentParser(
        prog="python -m lambdalab.teach.workbooks", description="Makes exercises/ from solutions/."
    )
    parser.add_argument("--root", type=Path, help="the project's folder (default: found upwards from here)")
    options = parser.parse_args(arguments)
    root = options.root or course.find_root()
    for path, text in refreshed(course.load(root)).items():
        print(f"{'written  ' if course.write(path, text) else 'unchanged'} {path.relative_to(root).as_posix()}")
    return 0


def _cut(source: str, name: str, place: str, replace: Callable[[list[str], str], list[str]]) -> str:
    """The source with each region called `name` replaced."""
    kept: list[str] = []
    region: list[str] | None = None
    indent = ""
    for number, line in enumerate(source.split("\n"), start=1):
        if f"BEGIN {name}" in line:
            if region is not None:
                raise WorkbookError(
                    f"{place}, line {number}: a second '### BEGIN {name}' before the first was ended. Add '### END "
                    f"{name}'."
                )
            region, indent = [], line[: len(line) - len(line.lstrip())]
        elif f"END {name}" in line and region is not None:
            kept += replace(region, indent)
            region = None
        elif region is not None:
            region.append(line)
        else:
            kept.append(line)
    if region is not None:
        raise WorkbookError(f"{place}: '### BEGIN {name}' is never ended. Add '### END {name}'.")
    return "\n".join(kept)


def _stub(cell: NotebookNode, place: str, region: list[str], indent: str) -> list[str]:
    """What the student finds in place of a solution."""
    if not cells.is_code(cell):
        return [f"{indent}YOUR ANSWER HERE"]
    own = [match.group(1) or "" for match in map(_STUB_LINE.match, region) if match]
    if not own:
        if not indent and cells.cell_magic(cell) is None:
            raise WorkbookError(
                f"{place}: this region stands at the top level, so the untouched cell would raise. "
                "Begin the region with '### STUB: name = …'."
            )
        match = _GRADE_ID.fullmatch(cell.metadata.nbgrader.grade_id)
        assert match is not None  # _check_id has seen it
        own = [f'raise NotImplementedError("Exercise {match.group(1)}.{match.group(2)}")']
    works = any(line.startswith("def ") for line in own) and not any("NotImplementedError" in line for line in own)
    first = "# CHANGE THE CODE BELOW" if works else "# YOUR CODE HERE"
    return [(indent + line).rstrip() for line in (first, *own)]


def _check_id(grader: dict[str, object], seen: set[str], place: str) -> None:
    """Refuses a missing, ill-formed or repeated grade_id."""
    if not grader:
        return
    grade_id = str(grader.get("grade_id", ""))
    if grader.get("schema_version") != 3:
        raise WorkbookError(
            f"{place}: nbgrader's schema_version is {grader.get('schema_version')!r}. Write the metadata in schema 3."
        )
    if not _GRADE_ID.fullmatch(grade_id) or grade_id in seen:
        raise WorkbookError(
            f"{place}: the grade_id {grade_id!r} is not of the form exNN-k or exNN-k-name, or is used twice. Choose "
            "another."
        )
    seen.add(grade_id)


def _checksum(cell: NotebookNode, *, is_grade: bool, is_solution: bool, is_locked: bool) -> str:
    """nbgrader's checksum, by which it sees that a cell was changed (docs: nbgrader, "Cell metadata")."""
    grader = cell.metadata.nbgrader
    parts = [
        cell.source,
        cell.cell_type,
        str(bool(is_grade)),
        str(bool(is_solution)),
        str(bool(is_locked)),
        grader.grade_id,
    ]
    if is_grade:
        parts.append(str(float(grader.points)))
    return hashlib.md5("".join(parts).encode(), usedforsecurity=False).hexdigest()


if __name__ == "__main__":
    raise SystemExit(main())
