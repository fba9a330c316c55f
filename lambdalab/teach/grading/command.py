"""`lambdalab grade SOLUTION SUBMISSIONS… --out grades.csv`: what is typed, and what is printed.

Ctrl-C stops it; the same command goes on where it was. Left out: moving files to and from students, which nbgrader or
the learning platform does.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from lambdalab.teach.grading import audit, pages, report
from lambdalab.teach.grading.class_run import Submission, grade
from lambdalab.teach.grading.graded import Graded, Kept
from lambdalab.teach.grading.submission import plan

_BAR = 24
_STOPPED = 130
_MOST_JOBS = 8


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("solution", type=Path, help="the solution notebook, with points in nbgrader's metadata")
    parser.add_argument("submissions", type=Path, nargs="+", help="notebooks, or folders with notebooks in them")
    parser.add_argument("--out", type=Path, required=True, help="the table to write, such as grades.csv")
    parser.add_argument("--feedback", type=Path, help="a folder for a page for each student, and one for the class")
    # more than there are processors: labs wait more than they compute
    jobs = min(_MOST_JOBS, 2 * (os.cpu_count() or 1))
    parser.add_argument("--jobs", type=int, default=jobs, help=f"how many submissions at once (default {jobs})")
    parser.add_argument("--seed", type=int, help="for the values that the checks draw; by default one for the class")


def command(given: argparse.Namespace) -> int:
    """Grade, write, print; the exit code."""
    if not hasattr(os, "fork"):
        why = "Grading starts student code in processes that it can end for sure, and this system has no way to do so."
        print(f"{why} Grade on Linux or macOS, or in the Windows Subsystem for Linux.", file=sys.stderr)
        return 1
    try:
        steps = plan(given.solution)
        submissions = named(given.submissions)
    except (OSError, ValueError) as wrong:
        print(f"{wrong}", file=sys.stderr)
        return 1
    if given.jobs < 1:
        print("Give --jobs a number from 1 on: how many submissions are graded at once.", file=sys.stderr)
        return 1
    kept = Kept(given.out.resolve().parent / f".{given.out.stem}-kept", given.solution.read_bytes())
    kept.folder.parent.mkdir(parents=True, exist_ok=True)
    covered = [given.out.resolve(), *([given.feedback.resolve()] if given.feedback else [])]
    try:
        graded = grade(
            submissions, given.solution.resolve(), kept,
            covered=covered, jobs=given.jobs, seed=given.seed, progress=_show,
        )  # fmt: skip
    except KeyboardInterrupt:
        print("\nStopped. What is graded is kept: the same command goes on from here.", file=sys.stderr)
        return _STOPPED
    stubs = {step.source.strip() for step in steps if step.kind == "answer"}
    same = audit.alike({one.name: _changed(one, stubs) for one in graded})
    graded = [one.noted(same.get(one.name, [])) for one in graded]
    report.write_csv(graded, given.out)
    if given.feedback:
        pages.write(graded, given.feedback)
        pages.write_class(graded, given.feedback / "class.html")
    print(report.table(graded).text())
    for sentence in report.unread(graded):
        print(f"not graded to the end: {sentence}")
    noted = sum(bool(one.notes) for one in graded)
    where = f", pages: {given.feedback}" if given.feedback else ""
    print(f"table: {given.out}{where}; the audit column says something about {noted} of {len(graded)}")
    return 0


def _changed(graded: Graded, stubs: set[str]) -> dict[str, str]:
    """The student's own code, by exercise."""
    codes = {}
    for mark in graded.marks:
        own = [source for source in mark.code if source.strip() not in stubs]
        if own:
            codes[mark.exercise] = "\n".join(own)
    return codes


def named(paths: Sequence[Path]) -> list[Submission]:
    """The notebooks, with names that tell them apart.

    Raises:
        FileNotFoundError: a path is not there, or a folder holds no notebook.
    """
    files: list[Path] = []
    for path in paths:
        found = sorted(path.rglob("*.ipynb")) if path.is_dir() else [path]
        files += [one.resolve() for one in found if ".ipynb_checkpoints" not in one.parts]
        if not found or not path.exists():
            why = "holds no notebook" if path.is_dir() else "does not exist"
            raise FileNotFoundError(f"{path} {why}: give notebooks, or a folder with notebooks in it")
    files = list(dict.fromkeys(files))
    if len({one.stem for one in files}) == len(files):
        return [Submission(one.stem, one) for one in files]
    root = Path(os.path.commonpath([one.parent for one in files]))
    return [Submission(one.relative_to(root).with_suffix("").as_posix(), one) for one in files]


def _show(done: int, every: int, name: str) -> None:
    """The progress bar, on one line of a terminal; elsewhere a line for each submission."""
    filled = round(_BAR * done / every) if every else _BAR
    line = f"graded {done} of {every} {'█' * filled}{'░' * (_BAR - filled)} {name[:30]:30}"
    if sys.stderr.isatty():
        print(f"\r{line}", end="\n" if done == every else "", file=sys.stderr, flush=True)
    elif name:
        print(line.rstrip(), file=sys.stderr, flush=True)
