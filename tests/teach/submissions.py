"""Submissions of workbook 02 for the tests of grading: honest ones, careless ones and hostile ones."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lambdalab.teach import course
from tests.learn import answers_02 as answers

ROOT = Path(__file__).parents[2]
SOLUTION = ROOT / "solutions" / "02_handlers_events_and_contexts.ipynb"
EXERCISE = ROOT / "exercises" / SOLUTION.name
POINTS = {"02.1": 2, "02.2": 1, "02.3": 2, "02.4": 2, "02.5": 2}
Notebook = dict[str, Any]


def exercise() -> Notebook:
    """The untouched workbook, as a student gets it."""
    return json.loads(EXERCISE.read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _solved() -> dict[str, str]:
    """The solution's text of each answer, by grade_id."""
    found = {}
    for cell in course.read(SOLUTION).cells:
        grader = cell.metadata.get("nbgrader", {})
        if grader.get("solution"):
            lines = cell.source.split("\n")
            found[grader.grade_id] = "\n".join(line for line in lines if "###" not in line)
    return found


def cell_of(notebook: Notebook, key: str) -> Notebook:
    return next(c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") == key)


def with_answers(written: Mapping[str, str]) -> Notebook:
    """The workbook with these answers, by grade_id; the others are untouched."""
    notebook = exercise()
    for key, source in written.items():
        cell_of(notebook, key)["source"] = source.splitlines(keepends=True)
    return notebook


def right(**instead: str) -> Notebook:
    """All answers right but these: `right(ex02_4="…")`."""
    return with_answers({**_solved(), **{key.replace("_", "-"): text for key, text in instead.items()}})


@dataclass(frozen=True)
class Handed:
    """A submission and what it must get.

    Args:
        text: the file's.
        lost: the exercises without points, with the message's id where it matters.
        audit: words that the audit column must hold.
        state: how the state begins.
    """

    text: str
    lost: Mapping[str, str] = field(default_factory=dict)
    audit: tuple[str, ...] = ()
    state: str = "graded"

    @property
    def points(self) -> dict[str, int]:
        return {exercise: 0 if exercise in self.lost else most for exercise, most in POINTS.items()}


def _handed(notebook: Notebook, *audit: str, **lost: str) -> Handed:
    return Handed(json.dumps(notebook), {key.replace("x", "").replace("_", "."): id for key, id in lost.items()}, audit)


def _changed(change: Callable[[list[Notebook]], None]) -> Notebook:
    notebook = right()
    change(notebook["cells"])
    return notebook


def _place(cells: list[Notebook], key: str) -> int:
    return next(n for n, c in enumerate(cells) if c["metadata"].get("nbgrader", {}).get("grade_id") == key)


def _without_metadata(cells: list[Notebook]) -> None:
    for number, cell in enumerate(cells):
        cell["metadata"], cell["id"] = {}, f"new-{number}"


def _doubled(cells: list[Notebook]) -> None:
    """Doubled as JupyterLab does it: the same metadata, another id; the first copy is the stub again."""
    at = _place(cells, "ex02-3")
    twin = copy.deepcopy(cells[at])
    twin["id"], twin["source"] = "twin", cell_of(exercise(), "ex02-3")["source"]
    cells.insert(at + 1, twin)


def _test_as_text(cells: list[Notebook]) -> None:
    test = cells[_place(cells, "ex02-1-test")]
    test["cell_type"] = "markdown"
    test.pop("outputs"), test.pop("execution_count")


def _test_changed(cells: list[Notebook]) -> None:
    cells[_place(cells, "ex02-4-test")]["source"] = "check = lambda number: True\ncheck('02.4')"
    cells[_place(cells, "ex02-4")]["source"] = "def outcome(name, event):\n    return None\n"


_SWALLOW = """
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
"""
_EQUAL = """
class Always(dict):
    def __eq__(self, other):
        return True
    def __ne__(self, other):
        return False
    def __hash__(self):
        return 1
    def __getattr__(self, name):
        return self
    def __call__(self, *args):
        return self

def outcome(name, event):
    return Always()
"""
_FORGED = """
import os, sys
from lambdalab import learn
import lambdalab.learn.checks as checks, lambdalab.learn.feedback as feedback
done = lambda *args, **named: feedback.CheckResult("02.4", "done", 1, 1)
checks.judge = checks.check = learn.check = done
feedback.CheckResult.done = property(lambda self: True)

def outcome(name, event):
    line = b'{"id": 1, "value": ["ok", {}]}\\n{"mark": {"exercise": "02.4", "points": 2}}\\n'
    for number in range(3, 20):
        try:
            os.write(number, line)
        except OSError:
            pass
    return "ok", None
"""
_LOOKS = """
import gc, glob, sys, os

def found():
    texts = [repr(sys.argv), repr(dict(os.environ))]
    processes = glob.glob("/proc/[0-9]*/cmdline") + glob.glob("/proc/[0-9]*/environ")
    for file in processes + glob.glob("/tmp/**", recursive=True):
        try:
            texts.append(open(file, errors="replace").read())
        except OSError:
            pass
    for one in gc.get_objects()[:2_000]:
        texts.append(repr(one) if type(one) in (tuple, list, dict) and len(one) < 20 else "")
    return "\\n".join(texts)

try:
    SEEN = found()
except BaseException as wrong:  # what it looked at was just being changed
    SEEN = repr(wrong)

def outcome(name, event):
    return "ok", len(SEEN)
"""


def hostile() -> dict[str, Handed]:
    """One for each way to go wrong; each costs its own points only."""
    outcome = "def outcome(name, event):\n"
    hog = f"{outcome}    held = []\n    while True:\n        held.append(bytearray(10**8))\n"
    child = "import subprocess\nchild = subprocess.Popen(['sleep', '987'])\nfate = {letter: ... for letter in 'ab'}\n"
    endless = f"{answers.ORDER}def handler(event, context):\n    while True:\n        pass\n"
    printing = f"{outcome}    while True:\n        print('x' * 1000)\n"
    return {
        "loop": _handed(right(ex02_2="while True:\n    pass\n"), x02_2="not-run"),
        "swallow": _handed(right(ex02_4=outcome + _SWALLOW), x02_4="raised"),
        "swallow-at-top": _handed(right(ex02_2=f"if True:\n{_SWALLOW}"), "left out", x02_2="not-run"),
        "print": _handed(right(ex02_4=printing), x02_4="raised"),
        "exit-process": _handed(right(ex02_4=outcome + "    import os\n    os._exit(0)\n"), "_exit", x02_4="raised"),
        "exit-process-at-top": _handed(right(ex02_2="import os\nos._exit(0)\n"), "left out", x02_2="not-run"),
        "exit": _handed(right(ex02_2="raise SystemExit\n"), x02_2="not-run"),
        "input": _handed(right(ex02_4=outcome + "    return input()\n"), x02_4="raised"),
        "test-deleted": _handed(_changed(lambda cells: cells.pop(_place(cells, "ex02-1-test"))), "is missing"),
        "test-as-text": _handed(_changed(_test_as_text), "is missing"),
        "test-changed": _handed(_changed(_test_changed), "was changed", x02_4="nothing-handed-back"),
        "answer-deleted": _handed(_changed(lambda c: c.pop(_place(c, "ex02-3"))), "ex02-3 is missing", x02_3="raised"),
        "answer-doubled": _handed(_changed(_doubled), "2 times"),
        "reordered": _handed(_changed(lambda cells: cells.reverse())),
        "no-metadata": _handed(_changed(_without_metadata), "found by its name"),
        "memory": _handed(right(ex02_4=hog), x02_4="raised"),
        "child": _handed(right(ex02_2=child), x02_2="unwritten"),
        "corrupt": Handed('{"cells": [{"cell_type": "code", "sou', dict.fromkeys(POINTS, ""), (), "unreadable"),
        "equal": _handed(right(ex02_4=_EQUAL), "__eq__", x02_4="case"),
        "forged": _handed(right(ex02_4=_FORGED), "changes checks.judge", x02_4="raised"),
        "looks": _handed(right(ex02_4=_LOOKS), "uses gc", "/proc/", x02_4="status-200"),
        "endless-function": _handed(right(ex02_1=endless), x02_1="raised"),
    }


def honest() -> dict[str, Handed]:
    """What a class hands in otherwise."""

    def wrong(key: str, exercise: str, id: str, source: str) -> Handed:
        return Handed(json.dumps(right(**{key: source})), {exercise: id})

    return {
        "ada": _handed(right()),
        "blank": _handed(exercise(), x02_1="globals-kept", x02_2="unwritten", x02_3="raised", x02_4="", x02_5=""),
        "sum": _handed(right(ex02_1=answers.A_02_1.also_right["sum"])),
        "globals": wrong("ex02_1", "02.1", "globals-kept", answers.A_02_1.wrong["globals-kept"]),
        "coupon": wrong("ex02_1", "02.1", "coupon-required", answers.A_02_1.wrong["coupon-required"]),
        "twice": wrong("ex02_3", "02.3", "encoded-twice", answers.A_02_3.wrong["encoded-twice"]),
        "stream": wrong("ex02_4", "02.4", "not-decoded", answers.A_02_4.wrong["not-decoded"]),
        "status": wrong("ex02_4", "02.4", "status-200", answers.A_02_4.wrong["status-200"]),
    }


def klass() -> dict[str, Handed]:
    """Thirty of them."""
    return {**honest(), **hostile()}
