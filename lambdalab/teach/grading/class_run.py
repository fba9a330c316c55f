"""A class, graded by some judges at once; stopped at any moment, it goes on where it was.

The command's process reads no submission as code and runs none: it hands paths to the judges and takes marks from them.
A judge that ends or says nothing for too long costs the submission it was at what was not yet judged.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from lambdalab.teach.grading.graded import GRADED, Graded, Kept, Mark, mark
from lambdalab.teach.grading.jail import coverable

_LONGEST_SILENCE = 600.0
_LOOK_EVERY = 0.5
_END = 20.0
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Submission:
    """A file to grade, and the student's name."""

    name: str
    path: Path


@dataclass
class _Judge:
    """A judge's process, and the submission it is at."""

    solution: Path
    covered: Sequence[str]
    at: Submission | None = None
    marks: list[Mark] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    heard: float = 0.0
    _read: bytes = b""

    def __post_init__(self) -> None:
        command = [sys.executable, "-P", "-m", "lambdalab.teach.grading.judge"]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        self._tell(solution=str(self.solution), covered=list(self.covered))

    def _tell(self, **message: Any) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # that it has ended is seen where its marks are read
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()

    def begin(self, submission: Submission, seed: int) -> None:
        self.at, self.marks, self.notes, self.heard = submission, [], [], time.monotonic()
        self._tell(submission=str(submission.path), seed=seed)

    def hear(self) -> Graded | None:
        """Read what it has said; the result, if that was the end of the submission."""
        assert self.at is not None and self.process.stdout is not None
        more = os.read(self.process.stdout.fileno(), 1 << 20)
        self.heard = time.monotonic()
        if not more:
            return Graded(self.at.name, "the judge's process ended", tuple(self.marks), tuple(self.notes))
        *lines, self._read = (self._read + more).split(b"\n")
        for line in lines:
            said = json.loads(line)
            if "mark" in said:
                self.marks.append(mark(said["mark"]))
            elif "notes" in said:
                self.notes += said["notes"]
            elif "end" in said:
                state = GRADED if said["end"] == GRADED else f"{said['end']}: {said['why']}"
                seconds = float(said.get("seconds", 0))
                return Graded(self.at.name, state, tuple(self.marks), tuple(self.notes), seconds)
        return None

    def stop(self, *, now: bool = False) -> None:
        """Let it end, with everything that it began."""
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()
        if now:
            self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def grade(
    submissions: Sequence[Submission],
    solution: Path,
    kept: Kept,
    *,
    covered: Sequence[Path] = (),
    jobs: int = 2,
    seed: int | None = None,
    progress: Progress = lambda done, all, name: None,
) -> list[Graded]:
    """Grade each submission that has not been graded before; the results in the order of the submissions.

    Args:
        kept: where results are.
        covered: files and folders that student code must not see, beside the solution, the submissions and the results.
        jobs: how many at once.
        seed: for other values of the same kind; None draws one for the class, once.
        progress: is told how many are done, of how many, and the last one's name.
    """
    chosen = kept.seed(seed)
    hidden = coverable(_hidden([solution, kept.folder, *covered, *(one.path for one in submissions)]))
    done: dict[str, Graded] = {}
    waiting: list[Submission] = []
    for one in submissions:
        before = _before(kept, one)
        if before is None:
            waiting.append(one)
        else:
            done[one.name] = before
    progress(len(done), len(submissions), "")
    for graded in _all(waiting, lambda: _Judge(solution, hidden), chosen, jobs):
        done[graded.name] = graded
        path = next(one.path for one in waiting if one.name == graded.name)
        if graded.state == GRADED:
            with contextlib.suppress(OSError):
                kept.save(path.read_bytes(), graded)
        progress(len(done), len(submissions), graded.name)
    return [done[one.name] for one in submissions]


def _before(kept: Kept, one: Submission) -> Graded | None:
    try:
        return kept.load(one.path.read_bytes(), one.name)
    except OSError as wrong:
        return Graded(one.name, f"unreadable: {wrong.strerror}")


def _hidden(paths: Sequence[Path]) -> list[str]:
    """Each file and the folder it is in, and where other programs leave their files."""
    folders = {path.resolve().parent for path in paths}
    places = (Path(tempfile.gettempdir()), Path("/var/tmp"), Path.home())
    return sorted({str(path) for path in (*paths, *folders, *places)})


def _all(waiting: Sequence[Submission], make: Callable[[], _Judge], seed: int, jobs: int) -> Iterator[Graded]:
    """The results as they come."""
    left = list(waiting)
    judges: list[_Judge] = []
    finished = False
    try:
        judges += [make() for _ in range(min(jobs, len(left)))]
        for one in judges:
            one.begin(left.pop(0), seed)
        while any(one.at for one in judges):
            for position, one, graded in _heard(judges):
                if one.process.poll() is not None or graded.state.startswith("the judge"):
                    one.stop(now=True)
                    one = judges[position] = make()
                one.at = None
                if left:
                    one.begin(left.pop(0), seed)
                yield graded
        finished = True
    finally:
        for one in judges:
            one.stop(now=not finished)


def _heard(judges: Sequence[_Judge]) -> list[tuple[int, _Judge, Graded]]:
    """The judges that have ended a submission."""
    found = []
    with selectors.DefaultSelector() as selector:
        for position, one in enumerate(judges):
            if one.at is not None:
                selector.register(one.process.stdout, selectors.EVENT_READ, (position, one))  # type: ignore[arg-type]
        for key, _ in selector.select(_LOOK_EVERY):
            position, one = key.data
            graded = one.hear()
            if graded is not None:
                found.append((position, one, graded))
    for position, one in enumerate(judges):
        if one.at is not None and time.monotonic() - one.heard > _LONGEST_SILENCE:
            why = f"the judge said nothing for {_LONGEST_SILENCE:.0f} s"
            found.append((position, one, replace(Graded(one.at.name, why), marks=tuple(one.marks))))
    return found
