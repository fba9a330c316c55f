"""The course's notebooks, as the parametrised tests see them."""

from __future__ import annotations

import getpass
import socket
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from lambdalab.teach import course
from lambdalab.teach.course import Kind, Page

ROOT = Path(__file__).resolve().parents[2]
COURSE = course.load(ROOT)


def pages(*kinds: Kind) -> Iterable[object]:
    """The pages of these kinds, each named after its file."""
    return [pytest.param(page, id=page.name) for page in COURSE.pages if page.kind in kinds]


def private() -> list[str]:
    """What belongs to this machine and must stand in no notebook; words that are also plain English are left out."""
    words = {str(ROOT), str(Path.home()), tempfile.gettempdir() + "/pytest", socket.gethostname(), getpass.getuser()}
    return sorted(words - {"root", "user", "localhost", "runner", "jovyan"})


def report(findings: Iterable[object]) -> None:
    """Fails with one finding a line."""
    lines = [str(finding) for finding in findings]
    if lines:
        pytest.fail("\n".join(lines), pytrace=False)


__all__ = ["COURSE", "ROOT", "Kind", "Page", "pages", "private", "report"]
