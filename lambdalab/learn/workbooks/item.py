"""Exercise 06.1, 502: one handler behind a function URL and a REST API, asked over HTTP through both.

Every request goes to both fronts, and both must show the same. Why a visitor saw 502 is read from the lab's journal.
Last the same handler gets another `find`, so that it cannot know the ids by heart.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence

from lambdalab.events import function_url_request, rest_api_request
from lambdalab.learn.cases import first
from lambdalab.learn.exercises import Case, Detect, Hit, Row, Seen, Tried
from lambdalab.learn.words import as_json, short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks import web
from lambdalab.learn.workbooks.own import answer_of, code_with, own_function
from lambdalab.learn.workbooks.web import REST, URL, Reply

FUNCTION, API = "ex06_item", "ex06-item-api"
TITLES = {"7": "Tea", "8": "Käse", "12": "Brød", "15": "Şeker", "21": "Jalapeño"}
"""What the given function has."""
BROKEN = "13"
"""The id for which the given `find` raises something unexpected."""
_REASON = "the shelf is locked"
_OWN = "ex06_item_check"
_OTHER_FIND = """import lambda_function
from lambda_function import handler


def find(number):
    if number == {broken!r}:
        raise OSError({reason!r})
    return {{"id": int(number), "title": {{{known!r}: {title!r}}}[number]}}


lambda_function.find = find
"""


def cases(rng: random.Random | None) -> Sequence[Case]:
    known = ["7", "8"] if rng is None else rng.sample(sorted(TITLES), 2)
    unknown = "9" if rng is None else str(rng.randrange(100, 999))
    return [
        *(_found(number) for number in known),
        _case(f"?id={unknown}", "an unknown id", 404),
        _case("", "no id", 400),
        _case(f"?id={BROKEN}", f"id {BROKEN}, for which find raises", 500, _hides),
        _other_find(rng or random.Random(6)),
    ]


def _found(number: str) -> Case:
    wanted = {"id": int(number), "title": TITLES[number]}
    return _case(f"?id={number}", f"id {number}", 200, lambda reply: reply.data == wanted, f"200 `{as_json(wanted)}`")


def _message(reply: Reply) -> bool:
    return isinstance(reply.data, dict) and isinstance(reply.data.get("message"), str)


def _hides(reply: Reply) -> bool:
    """Whether strangers are not told the error's own text."""
    return _message(reply) and _REASON not in reply.text


def _case(query: str, tried: str, status: int, fits: Callable[[Reply], bool] = _message, wanted: str = "") -> Case:
    expected = wanted or f'{status} and a JSON object with a text as "message"'

    def run(work: Work) -> Seen:
        replies = [_asked(work, kind, query) for kind in (URL, REST)]
        bad = [one for one in replies if one.status != status or not one.is_json() or not fits(one)]
        rows = tuple(Row(one not in bad, f"{tried}, {one.front}", one.shown) for one in replies)
        facts = {"replies": replies, "bad": bad}
        if not bad:
            return Seen(True, replies[0].shown, facts=facts, rows=rows)
        said = f"{bad[0].front}: {_told(bad[0])}, expected {expected}"
        raised = next((error for one in bad if (error := one.raised) is not None), None)
        return Seen(False, said, facts=facts, rows=rows, raised=raised)

    return Case(tried, f'requests.get(lab.url("{FUNCTION}", "/items{query}"))', run, about=status)


def _asked(work: Work, kind: str, query: str) -> Reply:
    return web.ask(work, FUNCTION, kind, f"{web.front(work, FUNCTION, kind, API)}/items{query}")


def _told(reply: Reply) -> str:
    if reply.data is not None and not reply.is_json():
        return f"the content type is {short(reply.headers.get('content-type', 'not there'))}"
    return reply.shown


def _other_find(pick: random.Random) -> Case:
    """The student's handler with a `find` that knows, and does not know, other ids."""
    known, unknown, broken = (str(number) for number in pick.sample(range(200, 999), 3))
    title = pick.choice(sorted(TITLES.values()))
    changes = _OTHER_FIND.format(broken=broken, reason=_REASON, known=known, title=title)
    wanted = {known: 200, unknown: 404, broken: 500, BROKEN: 404}

    def run(work: Work) -> Seen:
        rows: list[Row] = []
        wrong: tuple[object, ...] = ()
        zip_file = code_with(work, FUNCTION, {"other_find.py": changes})
        with own_function(work, _OWN, zip_file, "other_find.handler"):
            for number, status in wanted.items():
                for kind, request in ((URL, function_url_request), (REST, rest_api_request)):
                    got, failed = answer_of(work, _OWN, request("GET", f"/items?id={number}"))
                    seen = None if failed or not isinstance(got, dict) else got.get("statusCode")
                    ok = seen == status and (status != 200 or _holds(got.get("body"), title))
                    rows.append(Row(ok, f"another find, id {number}, {kind}", f"status {seen or 'none'}"))
                    wrong = wrong or (() if ok else (number, status, seen or "none"))
        said = f"for id {wrong[0]} the status is {wrong[2]}, expected {wrong[1]}" if wrong else "as it says"
        return Seen(not wrong, said, facts={"bad": [], "wrong": wrong}, rows=tuple(rows))

    return Case("another find", "", run, about="find")


def _holds(body: object, title: str) -> bool:
    """Whether an answer's body is JSON with this title."""
    try:
        return bool(json.loads(str(body))["title"] == title)
    except (ValueError, TypeError, KeyError):
        return False


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def unsendable(*words: str) -> Detect:
    """A front could not send the answer, for this reason."""

    def fits(one: Tried) -> Mapping[str, object] | None:
        for reply in sorted(one.seen.facts["bad"], key=lambda reply: reply.front != REST):
            if "cannot be sent" in reply.reason and all(word in reply.reason for word in words):
                return {"front": reply.front}
        return None

    return first(fits, explains_error=True)


def plain_dictionary(one: Tried) -> Mapping[str, object] | None:
    """The URL took it, the REST API did not: the answer has fields of its own."""
    found = [r for r in one.seen.facts["bad"] if r.front == REST and "REST API takes" in r.reason]
    return {"status": found[0].status} if found else None


def raised_for(status: int, *kinds: str) -> Detect:
    """The handler raised in the case that wants this status: errors of these kinds, or any; what is known works."""

    def fits(one: Tried) -> Mapping[str, object] | None:
        if one.case.about != status:
            return None
        for reply in one.seen.facts["bad"]:
            error = reply.raised
            if error and (not kinds or error.kind in kinds):
                return {"kind": error.kind, "status": reply.status, "front": reply.front}
        return None

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        known = any(one.seen.ok for one in tried if one.case.about == 200)
        return first(fits, explains_error=True)(tried, work) if known else None

    return detect


def python_text(one: Tried) -> Mapping[str, object] | None:
    """The body is a dictionary as Python writes it."""
    for reply in one.seen.facts["bad"]:
        if reply.text.startswith("{'") and reply.data is None:
            return {"got": short(reply.text, 30)[1:-1]}
    return None


def caught_too_much(one: Tried) -> Mapping[str, object] | None:
    """What nobody expected is told as if the visitor had asked for something wrong."""
    if one.case.about != 500:
        return None
    found = [reply for reply in one.seen.facts["bad"] if reply.status < 500]
    return {"status": found[0].status} if found else None


def reason_told(one: Tried) -> Mapping[str, object] | None:
    """Visitors read what was meant for the log."""
    found = [r for r in one.seen.facts["bad"] if one.case.about == 500 and r.status == 500 and _REASON in r.text]
    return {"reason": _REASON} if found else None


def not_by_find(tried: Sequence[Tried], work: Work) -> Hit | None:
    """All is as asked with the given `find`, and not with another one."""
    *given, other = tried
    if other.case.about != "find" or other.seen.ok or not all(one.seen.ok for one in given):
        return None
    return Hit(other, dict(zip(("id", "wanted", "seen"), other.seen.facts["wrong"], strict=True)))


def told_as(wanted: int, *statuses: int) -> Detect:
    """The case that wants one status got one of these."""

    def fits(one: Tried) -> Mapping[str, object] | None:
        found = [r for r in one.seen.facts["bad"] if one.case.about == wanted and r.status in statuses]
        return {"status": found[0].status, "got": short(json.dumps(found[0].data), 30)[1:-1]} if found else None

    return first(fits)
