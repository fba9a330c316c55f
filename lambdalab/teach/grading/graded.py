"""What is known of a graded submission, and how it is kept so that a run can be stopped and taken up again.

Each submission's result lies in a file of its own, named by what was graded: the same bytes are never graded twice. The
seed of a class lies beside them, so that everybody is judged with the same values.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import lambdalab

GRADED = "graded"


@dataclass(frozen=True)
class Mark:
    """What one exercise earned, and the card that says why.

    Args:
        exercise: "02.1".
        points: earned.
        most: what it can earn.
        message_id: which wrong answer it was, "done" if none.
        text: the card as text.
        html: the card as HTML.
        code: the student's cells.
        how: how each of them was found.
    """

    exercise: str
    points: float
    most: float
    message_id: str
    text: str
    html: str
    code: Sequence[str] = ()
    how: Sequence[str] = ()


@dataclass(frozen=True)
class Graded:
    """One submission.

    Args:
        name: the student's, as the files are called.
        state: "graded", or why not.
        marks: of the exercises, in their order.
        notes: for the audit column.
        seconds: what it took.
    """

    name: str
    state: str
    marks: tuple[Mark, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def points(self) -> float:
        return sum(mark.points for mark in self.marks)

    def noted(self, more: Sequence[str]) -> Graded:
        return replace(self, notes=(*self.notes, *more))


@dataclass
class Kept:
    """The folder of results, beside the table.

    Args:
        folder: made when it is first needed, readable only by its owner.
        solution: what everything is graded with.
    """

    folder: Path
    solution: bytes
    _seed: int = field(default=0)

    def seed(self, chosen: int | None) -> int:
        """The class's seed: the chosen one, or one drawn once and kept."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = self.folder / "seed"
        if chosen is None and not file.is_file():
            file.write_text(str(1 + secrets.randbelow(2**31)), encoding="utf-8")
        self._seed = chosen if chosen is not None else int(file.read_text(encoding="utf-8"))
        return self._seed

    def path(self, submission: bytes) -> Path:
        parts = (self.solution, submission, lambdalab.__version__.encode(), str(self._seed).encode())
        digest = hashlib.sha256(b"".join(hashlib.sha256(part).digest() for part in parts))
        return self.folder / f"{digest.hexdigest()[:32]}.json"

    def load(self, submission: bytes, name: str) -> Graded | None:
        """The result of an earlier run; None if there is none that can be read."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            return from_json(json.loads(self.path(submission).read_text(encoding="utf-8")), name)
        return None

    def save(self, submission: bytes, graded: Graded) -> None:
        file = self.path(submission)
        draft = file.with_suffix(".tmp")
        draft.write_text(json.dumps(asdict(graded), ensure_ascii=False), encoding="utf-8")
        draft.replace(file)


def from_json(data: Mapping[str, Any], name: str) -> Graded:
    """Raises KeyError and TypeError: it is no result."""
    marks = tuple(mark(one) for one in data["marks"])
    return Graded(name, str(data["state"]), marks, tuple(data["notes"]), float(data["seconds"]))


def mark(data: Mapping[str, Any]) -> Mark:
    """Raises TypeError: it is no mark."""
    return Mark(**{**data, "code": tuple(data["code"]), "how": tuple(data["how"])})
