"""Exercise 03.4, what survives: a global, a file in /tmp and an object in S3, looked for in four situations.

All twelve cells of the table, and the three of the second question, are run in the student's lab with a function of
the check's own.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from lambdalab.learn.cases import named, second_comes_next, yes_or_no
from lambdalab.learn.exercises import Case, Detect, Hit, Message, NotRun, Row, Seen, Tried
from lambdalab.learn.work import Work

THINGS = ("global", "/tmp", "S3")
SITUATIONS = ("next warm call", "second environment", "after a timeout", "next morning")
CHANGED = "after new code"  # the situation of the second question
_FUNCTION, _BUCKET = "ex03_survival", "ex03-survival"
# Presigned addresses instead of boto3, whose import would take up much of the short timeout after a restart.
_SOURCE = """
import pathlib
import tempfile
import time
from urllib.request import Request, urlopen

kept = None
file = pathlib.Path(tempfile.gettempdir()) / "kept"

def handler(event, context):
    global kept
    if "keep" in event:
        kept = event["keep"]
        file.write_text(kept)
        urlopen(Request(event["put"], kept.encode(), {"Content-Type": ""}, method="PUT"))
    if "hang" in event:
        time.sleep(60)
    found = urlopen(event["get"]).read().decode()
    return {"global": kept, "/tmp": file.read_text() if file.exists() else None, "S3": found}
"""
_Cell = tuple[str, str]


def cases(rng: random.Random | None) -> Sequence[Case]:
    return [
        Case("the table of twelve", "survives", _committed, about="survives"),
        Case("after new code", "again", _second_prediction, about="again"),
    ]


def _committed(work: Work) -> Seen:
    said = yes_or_no(work, "survives", [(thing, when) for thing in THINGS for when in SITUATIONS])
    with _keeper(work) as keeper:
        seen = keeper.observed()
    return Seen(True, "run", facts={"said": said, "seen": seen}, rows=_rows(said, seen))


def _second_prediction(work: Work) -> Seen:
    if pending := second_comes_next(work, "The twelve cells are run.", "Now a changed situation:"):
        return pending
    said = yes_or_no(work, "again", [(thing, CHANGED) for thing in THINGS])
    with _keeper(work) as keeper:
        seen = keeper.after_new_code()
    wrong = next((cell for cell in said if said[cell] != seen[cell]), None)
    text: Message | None = None
    if wrong:
        what = f"For {named(wrong)} you said {_yes(said[wrong])}, and {_found(seen[wrong])}."
        text = Message(what, "New code needs new environments: the old ones hold the old code.", work.exercise.look)
    rows = _rows(said, seen)
    return Seen(wrong is None, "run", facts={"said": said, "seen": seen}, rows=rows, message=text)


_SETTINGS: Mapping[str, Any] = {"memory": 1769, "timeout": 2}


class _Keeper:
    """The check's own function, which keeps a word in three places and looks for it."""

    def __init__(self, work: Work) -> None:
        self._work, self._word = work, ""
        self._function, client = work.lab.function(_FUNCTION), work.lab.client("s3")
        place = {"Bucket": _BUCKET, "Key": "kept"}
        self._event = {
            method: client.generate_presigned_url(f"{method}_object", Params=place) for method in ("get", "put")
        }

    def observed(self) -> dict[_Cell, bool]:
        found: dict[_Cell, bool] = {}
        self._keep("one")
        self._look(found, SITUATIONS[0], self._function.invoke(self._event))
        self._keep("two", hang=True)
        self._look(found, SITUATIONS[2], self._function.invoke(self._event))
        first = self._keep("three")
        both = self._function.invoke_together([self._event] * 2)
        other = next(one for one in both if one.invocation.environment != first.invocation.environment)
        self._look(found, SITUATIONS[1], other)
        self._keep("four")
        self._work.lab.clock.advance(hours=12)
        self._look(found, SITUATIONS[3], self._function.invoke(self._event))
        return found

    def after_new_code(self) -> dict[_Cell, bool]:
        from lambdalab.functions import deploy

        found: dict[_Cell, bool] = {}
        self._keep("one")
        deploy(self._work.lab, _FUNCTION, _SOURCE + "\n# a second version\n", **_SETTINGS)
        self._look(found, CHANGED, self._function.invoke(self._event))
        return found

    def _keep(self, word: str, *, hang: bool = False) -> Any:
        self._word = word
        return self._function.invoke({**self._event, "keep": word, **({"hang": True} if hang else {})})

    def _look(self, found: dict[_Cell, bool], when: str, result: Any) -> None:
        if result.function_error:
            seen = f"The check's own function failed: {(result.error or {}).get('errorType')}."
            raise NotRun(Message(seen, "", "This machine may be very busy. Check again in a moment."))
        found.update({(thing, when): result.answer[thing] == self._word for thing in THINGS})


@contextmanager
def _keeper(work: Work) -> Iterator[_Keeper]:
    client = work.lab.client("s3")
    with suppress(client.exceptions.BucketAlreadyOwnedByYou):  # left by a check that was interrupted
        client.create_bucket(Bucket=_BUCKET)
    try:
        with work.own_function(_FUNCTION, _SOURCE, **_SETTINGS):
            yield _Keeper(work)
    finally:
        client.delete_object(Bucket=_BUCKET, Key="kept")
        client.delete_bucket(Bucket=_BUCKET)


def _rows(said: Mapping[_Cell, bool], seen: Mapping[_Cell, bool]) -> tuple[Row, ...]:
    return tuple(
        Row(said[cell] == seen[cell], f"{named(cell)}: you said {_yes(said[cell])}", _found(seen[cell]))
        for cell in said
    )


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def _found(seen: bool) -> str:
    return "it was there" if seen else "it was gone"


def differs(*cells: _Cell) -> Detect:
    """One of these cells was said and not seen."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = next(one for one in tried if one.case.about == "survives")
        said, seen = one.seen.facts["said"], one.seen.facts["seen"]
        return Hit(one) if any(said[cell] != seen[cell] for cell in cells) else None

    return detect
