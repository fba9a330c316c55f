"""Notebooks as files: the plan that the solution makes, and the student's answers found in a submission.

Everything that is no answer comes from the solution: given cells, tests, points. An answer is found by its grade_id, or
by the cell's id, or by the name it defines, so that a submission with cells moved, doubled, deleted or without metadata
still gets what it earned. A submission is read as plain JSON: a file that is no notebook is said to be none.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lambdalab.teach import course
from lambdalab.teach.grading import rebuilt
from lambdalab.teach.workbooks import release

MOST_BYTES = 20_000_000
_DEPLOY = re.compile(r"\s*%%deploy[ \t]+([^\n]*)\n?(.*)\Z", re.DOTALL)
_KEY = re.compile(r"ex(\d\d)-(\d+)")
_MILESTONE = "milestone"


class UnreadableError(ValueError):
    """The file is no notebook; the message says what is wrong with it."""


@dataclass(frozen=True)
class Step:
    """One cell of the solution that has a part in grading.

    Args:
        kind: "given", a cell to run; "answer", to be replaced by the student's; "test", a place to judge.
        source: the cell's; for an answer the stub, as the exercise has it.
        key: of an answer its grade_id.
        cell: the cell's id.
        exercise: of a test and of an answer, "02.1".
        points: of a test.
    """

    kind: str
    source: str
    key: str = ""
    cell: str = ""
    exercise: str = ""
    points: float = 0.0


@dataclass(frozen=True)
class Cell:
    """A code cell of a submission."""

    source: str
    key: str
    cell: str


@dataclass(frozen=True)
class Answer:
    """What stands for an answer: the student's cell, or the stub.

    Args:
        how: "grade_id", "cell id", "name", or "" where nothing was found.
        copies: how many different cells were found for it.
    """

    source: str
    how: str
    copies: int = 1


def plan(solution: Path) -> list[Step]:
    """What the solution notebook says to do, in its order.

    Raises:
        ValueError: it is no solution of ours; the text says why.
    """
    notebook = course.read(solution)
    keys = [str(cell.metadata.get("nbgrader", {}).get("grade_id", "")) for cell in notebook.cells]
    number = next((found[1] for found in map(_KEY.match, keys) if found), "")
    stubs = {
        cell.metadata.nbgrader.grade_id: cell.source for cell in release(notebook, number).cells if _is_answer(cell)
    }
    steps = []
    for cell in notebook.cells:
        grader = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code":
            continue
        key, where = str(grader.get("grade_id", "")), str(cell.get("id", ""))
        if _is_answer(cell):
            steps.append(Step("answer", stubs[key], key, where, _exercise_of(key)))
        elif judged := _judged(cell.source):
            if grader.get("grade"):
                steps.append(Step("test", cell.source, key, where, judged, float(grader.get("points", 0))))
        else:
            steps.append(Step("given", cell.source, key, where))
    if not any(step.kind == "test" for step in steps):
        raise ValueError(f"{solution.name} has no test cell with points, so it is no solution to grade with")
    return steps


def _is_answer(cell: Any) -> bool:
    return bool(cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"))


def _exercise_of(key: str) -> str:
    found = _KEY.match(key)
    return f"{found[1]}.{found[2]}" if found else ""


def _judged(source: str) -> str:
    """The exercise that a cell judges: "02.1" for check("02.1") and for lab.grade("02", milestone=1); or ""."""
    tree = rebuilt.parsed(source)
    for node in ast.walk(tree) if tree else ():
        if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        milestone = next((key.value for key in node.keywords if key.arg == _MILESTONE), None)
        number = node.args[0].value
        if isinstance(number, str) and name == "check":
            return number
        if isinstance(number, str) and name == "grade" and isinstance(milestone, ast.Constant):
            return f"{number}.{milestone.value!s}"
    return ""


def read(text: str) -> list[Cell]:
    """The code cells of a submission.

    Raises:
        UnreadableError: the text is no notebook.
    """
    if len(text) > MOST_BYTES:
        raise UnreadableError("the file is larger than 20 MB")
    try:
        data = json.loads(text)
    except RecursionError:
        raise UnreadableError("the file is nested too deeply to be a notebook") from None
    except ValueError as wrong:
        raise UnreadableError(f"the file is no JSON, so it is no notebook: {wrong}") from None
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list):
        raise UnreadableError("the file is JSON and no notebook: it has no list of cells")
    return [_cell(one) for one in cells if isinstance(one, dict) and one.get("cell_type") == "code"]


def _cell(data: Mapping[str, Any]) -> Cell:
    source = data.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    metadata = data.get("metadata")
    grader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    key = grader.get("grade_id", "") if isinstance(grader, dict) else ""
    return Cell(text.replace("\r\n", "\n"), str(key), str(data.get("id", "")))


def answers(steps: Sequence[Step], cells: Sequence[Cell]) -> dict[str, Answer]:
    """For each answer's grade_id what the student wrote."""
    wanted = [step for step in steps if step.kind == "answer"]
    known = {step.key for step in steps if step.key} | {step.cell for step in steps if step.cell}
    strangers = [cell for cell in cells if cell.key not in known and cell.cell not in known]
    given = {step.source.strip() for step in steps if step.kind == "given"}
    found = {}
    for step in wanted:
        names = names_of(step.source)
        ways = {
            "grade_id": [cell for cell in cells if cell.key == step.key],
            "cell id": [cell for cell in cells if cell.cell == step.cell and not cell.key],
            "name": [c for c in strangers if c.source.strip() not in given and names_of(c.source) & names],
        }
        how, those = next(((how, those) for how, those in ways.items() if those), ("", []))
        found[step.key] = _chosen(step, how, those)
    return found


def _chosen(step: Step, how: str, cells: Sequence[Cell]) -> Answer:
    """The last one that the student has changed, as in a notebook that is run from the top."""
    if not cells:
        return Answer(step.source, "", 0)
    texts = list(dict.fromkeys(cell.source for cell in cells))
    changed = [text for text in texts if text.strip() != step.source.strip()]
    return Answer((changed or texts)[-1], how, len(texts))


def helpers(steps: Sequence[Step], cells: Sequence[Cell], found: Mapping[str, Answer]) -> list[str]:
    """Cells that the student added, and that define a name which an answer uses."""
    known = {step.key for step in steps if step.key} | {step.cell for step in steps if step.cell}
    taken = {answer.source for answer in found.values()} | {step.source for step in steps}
    own = [c.source for c in cells if c.key not in known and c.cell not in known and c.source not in taken]
    used = {name for answer in found.values() for name in _used(answer.source)}
    given = {name for step in steps for name in names_of(step.source)}
    return [text for text in own if deployed(text) is None and (names_of(text) - given) & used]


def _used(source: str) -> Iterable[str]:
    tree = rebuilt.parsed(source) if deployed(source) is None else None
    return (node.id for node in ast.walk(tree) if isinstance(node, ast.Name)) if tree else ()


def names_of(source: str) -> set[str]:
    """What a cell makes: names of the notebook, or "%name" for each function that it deploys."""
    magic = deployed(source)
    if magic is None:
        return rebuilt.defined(source)
    words = []
    for word in magic[0].split():
        if word.startswith("-"):
            break
        words.append(f"%{word}")
    return set(words)


def deployed(source: str) -> tuple[str, str] | None:
    """Line and body of a `%%deploy` cell; None for another cell."""
    found = _DEPLOY.match(source)
    return (found[1].strip(), found[2]) if found else None
