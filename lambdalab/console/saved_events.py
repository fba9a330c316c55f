"""Test events: the two that every function gets, those a student saves by name, and JSON that is wrong, explained.

AWS's console keeps test events in the account. Here they are kept in this notebook's memory, for each lab and function.
The S3 event is built by `lambdalab.events`, so it has the complete shape. Left out: sharing them.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn
from weakref import WeakKeyDictionary

from lambdalab import events
from lambdalab.errors import LabError

HELLO, S3_PUT = "hello-world", "s3-put"

_saved: WeakKeyDictionary[Any, dict[str, dict[str, str]]] = WeakKeyDictionary()


def names(lab: Any, function: str) -> list[str]:
    """The events to choose from: the templates, then the student's own in the order in which they were saved."""
    return [HELLO, S3_PUT, *_own(lab, function)]


def text(lab: Any, function: str, name: str, region: str) -> str:
    """The JSON text of an event.

    Args:
        lab: whose events.
        function: the function's name.
        name: one of `names`.
        region: where the bucket of the S3 event lies.

    Raises:
        LabError: no event of this name was saved.
    """
    own = _own(lab, function)
    if name in own:
        return own[name]
    if name == HELLO:
        return _json({"key1": "value1", "key2": "value2", "key3": "value3"})
    if name == S3_PUT:
        change = events.ObjectChange(
            event="ObjectCreated:Put",
            bucket="amzn-s3-demo-bucket",
            region=region,
            key="test/key.jpg",
            size=1024,
            etag="0123456789abcdef0123456789abcdef",
        )
        return _json(events.s3(change, configuration_id="testConfigRule"))
    raise LabError(f"no event named {name!r} was saved for {function}: choose one of {', '.join(names(lab, function))}")


def save(lab: Any, function: str, name: str, event: str) -> str:
    """Keep an event under a name; the same name again replaces it. Returns the name.

    Raises:
        LabError: the name is empty or a template's, or the text is not JSON.
    """
    name = name.strip()
    if not name or name in (HELLO, S3_PUT):
        raise LabError(f"The event needs a name of its own, not {name!r}: write one beside Save event.")
    parse(event)
    _own(lab, function)[name] = event
    return name


def parse(event: str) -> Any:
    """The event that the text means.

    Raises:
        LabError: the text is not JSON; it says in which line and column, and what JSON wants there.
    """
    if not event.strip():
        raise LabError("The event is empty, and Lambda wants JSON. Write {} for an event without content.")
    try:
        return json.loads(event, parse_constant=_not_a_number)
    except json.JSONDecodeError as wrong:
        line = event.splitlines()[wrong.lineno - 1] if event.splitlines()[wrong.lineno - 1 :] else ""
        shown = f"{line}\n{' ' * (wrong.colno - 1)}^"
        raise LabError(
            f"The event is not JSON: line {wrong.lineno}, column {wrong.colno}. {_hint(event, wrong)}\n{shown}"
        ) from None


def _hint(event: str, wrong: json.JSONDecodeError) -> str:
    rest, before = event[wrong.pos :].lstrip(), event[: wrong.pos].rstrip()
    if rest.startswith("'"):
        return "JSON's strings stand in double quotes, not in single ones."
    if rest[:1] in ("}", "]") or (before.endswith(",") and wrong.msg.startswith("Illegal trailing comma")):
        return "There is a comma before the closing bracket, or a value is missing; JSON has no last comma."
    for word, right in (("True", "true"), ("False", "false"), ("None", "null")):
        if rest.startswith(word):
            return f"Python's {word} is {right} in JSON."
    if not rest:
        return "The text ends too early: a bracket or a quote is not closed."
    if wrong.msg.startswith("Extra data"):
        return "The event ends before this place; an event is one JSON value."
    return f"{wrong.msg}."


def _not_a_number(word: str) -> NoReturn:
    raise LabError(f"The event is not JSON: {word} is a number of JavaScript, and JSON has no such value.")


def _own(lab: Any, function: str) -> dict[str, str]:
    return _saved.setdefault(lab, {}).setdefault(function, {})


def _json(event: Any) -> str:
    return json.dumps(event, indent=2)
