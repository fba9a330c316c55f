"""Exercise 06.3, a notes service: how typical wrong answers are recognised in what the cases of `notes.py` showed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lambdalab.learn.cases import first
from lambdalab.learn.exercises import Detect, Hit, Tried
from lambdalab.learn.words import short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks.web import Reply


def _reply(one: Tried) -> Reply | None:
    reply = one.seen.facts.get("reply")
    return reply if isinstance(reply, Reply) else None


def decimal(one: Tried) -> Mapping[str, object] | None:
    reply, error = _reply(one), one.seen.raised
    said = (reply.reason if reply else "") + (error.text if error else "")
    return {"status": reply.status if reply else "Failed"} if "Decimal" in said and "JSON" in said else None


def in_a_global(one: Tried) -> Mapping[str, object] | None:
    """The list lost the notes together with the environment."""
    reply = _reply(one)
    if reply is None or not one.seen.facts.get("lost"):
        return None
    return {"list": "empty" if reply.data == [] else "without the new notes"}


def same_id(one: Tried) -> Mapping[str, object] | None:
    ids = one.seen.facts.get("ids")
    return {"id": short(ids[0], 20)} if ids and ids[0] == ids[1] else None


def own_id(one: Tried) -> Mapping[str, object] | None:
    """The visitor's id was taken."""
    return {"tried": one.case.tried} if one.seen.facts.get("own") else None


def wrong_route(tried: Sequence[Tried], work: Work) -> Hit | None:
    """What is no route was answered as if it were one, though a missing note is told rightly."""
    missing = any(one.seen.ok for one in tried if one.case.about == ("GET", 404))
    other = next(one for one in tried if one.case.about == ("else", 404))
    reply = _reply(other)
    if other.seen.ok or reply is None or other.seen.raised is not None or not missing:
        return None
    return Hit(other, {"tried": other.seen.facts["where"], "status": reply.status})


def raises(one: Tried) -> Mapping[str, object] | None:
    """An error where the visitor was to be told something."""
    reply, error = _reply(one), one.seen.raised
    expected = one.case.about[1] if isinstance(one.case.about, tuple) else 0
    if reply is None or error is None or not 400 <= expected < 500:
        return None
    tried = one.seen.facts.get("where", one.case.tried)
    return {"tried": tried, "kind": error.kind, "status": reply.status}


def always_ok(one: Tried) -> Mapping[str, object] | None:
    reply = _reply(one)
    expected = one.case.about[1] if isinstance(one.case.about, tuple) else 0
    if reply is None or reply.status != 200 or expected not in (204, 404):
        return None
    return {"tried": one.case.tried, "wanted": expected}


NUMBER: Detect = first(decimal, explains_error=True)
RAISES: Detect = first(raises, explains_error=True)
