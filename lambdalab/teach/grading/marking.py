"""One submission from its first cell to its last verdict, in the judge's process.

A lab and a worker that nobody used before, the solution's cells with the student's answers in their places, and at each
test cell the check of its exercise, with values that the submission has never seen.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from lambdalab.lab import Lab
from lambdalab.learn.capstone import grading as capstone
from lambdalab.learn.capstone.card import card as capstone_card
from lambdalab.learn.capstone.grading import LESSON as CAPSTONE
from lambdalab.learn.checks import judge
from lambdalab.learn.display import Shown
from lambdalab.learn.exercises import Message, NotRun, find
from lambdalab.learn.feedback import CheckResult, card
from lambdalab.teach.grading import audit, rebuilt
from lambdalab.teach.grading.graded import Mark
from lambdalab.teach.grading.processes import Gone, Jailed, Limits, Nursery
from lambdalab.teach.grading.remote import Notebook, RemoteWork
from lambdalab.teach.grading.submission import Answer, Step, answers, deployed, helpers, read

_READY = Limits(60, 120)
_PROOF = "proof"

Judged = tuple[float, str, Shown]
"""The share of the points, the message's id, and the card."""


@dataclass
class Surroundings:
    """What all submissions of one judge share: two nurseries.

    Args:
        covered: files and folders that student code must not see.
        missing: walls that this system has not.
    """

    covered: Sequence[str]
    missing: tuple[str, ...] = ()
    labs: Nursery = field(init=False)
    workers: Nursery = field(init=False)

    def __post_init__(self) -> None:
        self.labs, self.workers = Nursery("lab", self.covered), Nursery("worker", self.covered)

    def stop(self) -> None:
        self.labs.stop()
        self.workers.stop()


class Cloud:
    """The lab of one submission; ended, it is followed by a new one when it is asked for again."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._folder = tempfile.mkdtemp(prefix="lambdalab-grading-")
        self._process: Jailed | None = None
        self._settings: dict[str, str] = {}
        self.missing: set[str] = set()

    @property
    def settings(self) -> dict[str, str]:
        """What a client needs to reach it; with it this process is attached too."""
        if self._process is None:
            self._process = self._around.labs.make(f"{self._folder}/lab", {})
            self.missing |= set(self._process.missing)
            self._settings = {str(k): str(v) for k, v in self._process.line(_READY).items()}
            Lab.attached(self._settings)
        return self._settings

    def worker(self) -> Jailed:
        """A new worker, attached to this lab.

        Raises:
            Gone: it did not come to life.
        """
        made = self._around.workers.make(f"{self._folder}/work", {"lab": self.settings})
        self.missing |= set(made.missing)
        if not made.line(_READY).get("here"):
            made.end()
            raise Gone("the worker did not come to life")
        return made

    def proof(self) -> Any:
        """The proof of lesson 00, seen by the judge on this submission's lab; it ends the lab."""
        from lambdalab.proof import prove

        _ = self.settings
        lab = Lab.current()
        assert lab is not None and self._process is not None
        return prove(lab, self.end)

    def end(self) -> list[int]:
        """End the lab and all of its functions; the processes that were left, as a rule none."""
        left = self._process.end() if self._process is not None else []
        self._process = None
        return left

    def close(self) -> None:
        import shutil

        self.end()
        shutil.rmtree(self._folder, ignore_errors=True)


def marks(steps: Sequence[Step], text: str, seed: int, around: Surroundings) -> Iterator[Mapping[str, Any]]:
    """Grade a submission; first a mark for each exercise as it is known, at the end the notes on the whole.

    Raises:
        UnreadableError: the text is no notebook.
        Gone: the lab could not be started.
    """
    cells = read(text)
    found = answers(steps, cells)
    cloud = Cloud(around)
    notebook = Notebook(cloud.worker)
    try:
        _ = cloud.settings
        for source in helpers(steps, cells, found):
            _run(notebook, source, students=True)
        for step in steps:
            if step.kind == "test":
                yield {"mark": asdict(_mark(step, steps, found, notebook, cloud, seed))}
            else:
                answer = found.get(step.key)
                # the capstone's cells measure and wait for the lab, so they have as long as a given cell
                short = answer is not None and not step.exercise.startswith(f"{CAPSTONE}.")
                error = _run(notebook, answer.source if answer else step.source, students=short)
                if answer is not None and error:
                    notebook.ended.setdefault(step.exercise, error)
    finally:
        notebook.end()
        cloud.close()
    said = [*audit.notes(steps, cells, found), *notebook.notes, *sorted({*cloud.missing, *around.missing})]
    yield {"notes": list(dict.fromkeys(said))}


def _run(notebook: Notebook, source: str, *, students: bool) -> str:
    """Run a cell and remember it as IPython would; the kind of the error that ended it, "" if none did."""
    magic = deployed(source)
    if magic is None:
        notebook.typed.append(source)
        notebook.rebuilt.update(rebuilt.functions([source]))
    else:
        line, body = magic
        notebook.typed.append(f"get_ipython().run_cell_magic('deploy', {line!r}, {body!r})\n")
    return notebook.run(source, students=students, once=magic is not None)


def _mark(
    step: Step, steps: Sequence[Step], found: Mapping[str, Answer], notebook: Notebook, cloud: Cloud, seed: int
) -> Mark:
    own = [found[one.key] for one in steps if one.key in found and one.exercise == step.exercise]
    share, message_id, shown = _judged(step.exercise, notebook, cloud, seed)
    code, how = [one.source for one in own], [one.how for one in own]
    return Mark(step.exercise, share * step.points, step.points, message_id, shown.text, shown.html, code, how)


def _judged(number: str, notebook: Notebook, cloud: Cloud, seed: int) -> Judged:
    """What the check says, or what went wrong with it; a check never costs another exercise."""
    lesson, _, last = number.partition(".")
    try:
        if lesson == CAPSTONE:
            return _milestone(cloud, int(last))
        exercise = find(number)
        own = {_PROOF: cloud.proof()} if _PROOF in exercise.later and notebook.has(_PROOF) else {}
        result = judge(exercise, RemoteWork(exercise, notebook, own), seed)
        if result.message_id == NotRun.message_id and number in notebook.ended:
            do = "Run the notebook from its top on a fresh kernel, and look at how that cell ends."
            seen = f"A cell of yours did not run to its end: `{notebook.ended[number]}`."
            result = replace(result, message=Message(f"{seen} {result.message.seen if result.message else ''}", "", do))
    except Exception as wrong:
        notebook.notes.append(f"the check of {number} ended with {type(wrong).__name__}: {wrong}"[:300])
        seen = "The check could not look at this answer to its end."
        result = CheckResult(number, "not-judged", message=Message(seen, "", "Your teacher will look at it."))
    return float(result.done), result.message_id, card(result)


def _milestone(cloud: Cloud, milestone: int) -> Judged:
    """A milestone of the capstone, seen from here on the submission's lab; earlier ones have points of their own."""
    _ = cloud.settings
    own = [part.name for part in capstone.PARTS if part.milestone == milestone]
    found = capstone.judge(Lab.current(), milestone, own)
    share = found.points / found.most if found.most else float(found.done)
    return share, found.message_id, capstone_card(found)


def read_text(path: Path) -> str:
    """The file's text; what is no UTF-8 becomes a sign for it, so that the reader of JSON can say where."""
    return path.read_bytes().decode("utf-8", "replace")
