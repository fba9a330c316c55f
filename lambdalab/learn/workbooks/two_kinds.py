"""Exercise 06.2, two kinds of request: the student's reader gets events of both formats, as the fronts build them."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from lambdalab.events import function_url_request, rest_api_request
from lambdalab.learn.cases import called, first
from lambdalab.learn.exercises import Case, Detect, Seen, Tried
from lambdalab.learn.words import short
from lambdalab.learn.work import Work

NAME = "read_request"
_FORMATS = {"2.0": function_url_request, "1.0": rest_api_request}
_FORM = "application/x-www-form-urlencoded"
"""What `curl -d` says of a body if it is told nothing else; it then comes in base64."""
_GOODS = ("Tea", "Käse", "Soap", "Brød", "Rice", "Şeker")


def cases(rng: random.Random | None) -> Sequence[Case]:
    pick = rng or random.Random(6)
    number = "7" if rng is None else str(pick.randrange(10, 99))
    title = pick.choice(_GOODS)
    note = {"title": title, "cents": pick.randrange(50, 900)}
    made = []
    for version in _FORMATS:
        for name, (address, body, wanted) in {
            "a query with one value": (f"/items?id={number}", None, {"id": number}),
            "no query": ("/items", None, {}),
            "a query with two names": ("/find?word=tea&size=2", None, {"word": "tea", "size": "2"}),
            "a body": ("/items", note, {}),
            "a body in base64": ("/items", json.dumps(note, ensure_ascii=False).encode(), {}),
        }.items():
            made.append(_case(version, name, address, body, wanted, note))
    return made


def _case(version: str, name: str, address: str, body: Any, query: dict[str, str], note: dict[str, Any]) -> Case:
    method = "GET" if body is None else "POST"
    kind = _FORM if isinstance(body, bytes) else "application/json"
    headers = {} if body is None else {"content-type" if version == "2.0" else "Content-Type": kind}
    maker = _FORMATS[version]
    event = maker(method, address, body, headers)
    made_by = f"events.{maker.__name__}({', '.join(repr(one) for one in (method, address, body, headers))})"
    expected = {
        "method": method,
        "path": address.partition("?")[0],
        "query": query,
        "body": None if body is None else note,
    }
    plain = called(NAME, event, expected=expected)

    def run(work: Work) -> Seen:
        seen = plain.run(work)
        return seen if seen.ok or not isinstance(seen.value, dict) else _by_key(seen, expected)

    return Case(
        f"format {version}, {name}", f"{NAME}({made_by})", run, about={"version": version, "name": name, "event": event}
    )


def _by_key(seen: Seen, expected: Mapping[str, Any]) -> Seen:
    """Names the first entry that differs: the whole is too long for a message."""
    value: dict[str, Any] = seen.value
    for key, wanted in expected.items():
        if key not in value:
            return Seen(False, f"`{key}` is missing", value)
        if type(value[key]) is not type(wanted) or value[key] != wanted:
            return Seen(False, f"`{key}` is {short(value[key])}, expected {short(wanted)}", value)
    return Seen(False, f"there is more than was asked for: {short(sorted(value.keys() - expected.keys()))}", value)


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def only(version: str) -> Detect:
    """The reader knows one format, and the other raises a KeyError for one of its names."""
    other = {"1.0": "2.0", "2.0": "1.0"}[version]
    names = {"1.0": ("httpMethod", "path"), "2.0": ("http", "rawPath", "version")}[version]

    def fits(one: Tried) -> Mapping[str, object] | None:
        error = one.seen.raised
        if error is None or error.kind != "KeyError" or one.case.about["version"] != other:
            return None
        return {"key": error.text} if error.text.strip("'\"") in names else None

    return first(fits, explains_error=True)


def no_query(one: Tried) -> Mapping[str, object] | None:
    """1.0 sends null, 2.0 leaves the key out."""
    error, about = one.seen.raised, one.case.about
    if error is not None:
        of_query = "queryStringParameters" in error.text
        of_none = "NoneType" in error.text and about["name"] == "no query" and "JSON" not in error.text
        return {"seen": error.kind} if of_query or of_none else None
    value = one.seen.value
    if isinstance(value, dict) and value.get("query", {}) is None:
        return {"seen": "`query` is None"}
    return None


def no_body(one: Tried) -> Mapping[str, object] | None:
    """A GET has none."""
    error = one.seen.raised
    if error is None or one.case.about["name"].startswith("a body"):
        return None
    of_body = error.text.strip("'\"") == "body" or "JSON object must be" in error.text or "body" in error.line
    return {"kind": error.kind, "version": one.case.about["version"]} if of_body else None


def base64_ignored(one: Tried) -> Mapping[str, object] | None:
    if one.case.about["name"] != "a body in base64":
        return None
    error, value = one.seen.raised, one.seen.value
    body = value.get("body") if isinstance(value, dict) else None
    if error is not None and "Decode" in error.kind:
        return {"got": "no JSON"}
    return {"got": short(body, 24)} if isinstance(body, str) and not body.startswith("{") else None


def body_as_text(one: Tried) -> Mapping[str, object] | None:
    body = one.seen.value.get("body") if isinstance(one.seen.value, dict) else None
    return {"got": short(body, 30)} if isinstance(body, str | bytes) and body[:1] in ("{", b"{") else None
