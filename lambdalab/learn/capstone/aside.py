"""What a grading changes of the student's system for a while, and how it comes back, whatever becomes of the grading.

How it was is written down in a bucket of the check's before it is changed. A grading that ends puts it back; one that
was killed leaves its notes, and the next one begins with them. Left out: what is changed, which the milestones say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from lambdalab.learn.capstone.system import System

NOTES = "photos-check-notes"
Back = Callable[["System", Any], None]
_known: dict[str, Back] = {}


def puts_back(back: Back) -> Back:
    """Make a function known that puts something back, under its name."""
    _known[back.__name__] = back
    return back


@contextmanager
def aside(system: System, back: Back, own: Any) -> Iterator[None]:
    """Something is changed in here, and put back at the end.

    Args:
        back: puts it back, given what it was.
        own: what it was, as JSON can hold it.
    """
    system.s3.create_bucket(Bucket=NOTES)
    system.s3.put_object(Bucket=NOTES, Key=back.__name__, Body=json.dumps(own).encode())
    try:
        yield
    finally:
        _put_back(system, back.__name__)


def restore(system: System) -> None:
    """Put back what a grading that was killed has left changed."""
    for name in system.keys(NOTES):
        with suppress(ClientError):  # what was changed is gone itself
            _put_back(system, name)


def _put_back(system: System, name: str) -> None:
    note = system.body(name, NOTES)
    if note is None:  # another grading has done it
        return
    _known[name](system, json.loads(note))
    system.s3.delete_object(Bucket=NOTES, Key=name)
    with suppress(ClientError):  # more notes are in it
        system.s3.delete_bucket(Bucket=NOTES)
