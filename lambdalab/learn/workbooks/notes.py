"""Exercise 06.3, a notes service: the student's function is used over HTTP as a client would, from post to delete.

The cases run in order and hand on what was made. Two notes at the same moment go to a copy of the function whose clock
stands still, through `invoke_together`, which lets neither call begin before both have an environment: whether they get
two ids does not depend on speed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from lambdalab.events import function_url_request
from lambdalab.learn.exercises import Case, Message, NotRun, Row, Seen, Unwritten
from lambdalab.learn.words import as_json, short, strictly_equal
from lambdalab.learn.work import Work, raised_inside, unwritten
from lambdalab.learn.workbooks import web
from lambdalab.learn.workbooks.own import code_with, own_function
from lambdalab.learn.workbooks.web import URL, Reply

FUNCTION = TABLE = "ex06_notes"
_OWN = "ex06_notes_check"
_SAME_MOMENT = """import time

time.time = lambda: 1767225600.0
time.time_ns = lambda: 1767225600 * 10**9

from lambda_function import handler
"""
_TEXTS = ("milk", "call Mehmet", "größere Schuhe", "feed the cat", "read lesson 07")
Fits = Callable[[Reply], bool]


@dataclass
class _Run:
    """What the cases of one check hand on."""

    ids: list[str] = field(default_factory=list)
    note: dict[str, Any] | None = None


def cases(rng: random.Random | None) -> Sequence[Case]:
    pick = rng or random.Random(0)
    given = {
        "text": "milk" if rng is None else pick.choice(_TEXTS),
        "count": 3 if rng is None else pick.randrange(2, 99),
    }
    run = _Run()
    return [
        Case("two notes at the same moment", f'lab.function("{FUNCTION}").invoke_together([…, …])', _together(run)),
        Case("POST /notes", _event("/notes", "POST", given), _posted(run, given), about=("post", 201)),
        _asked(run, "GET /notes/{id}", "GET", 200, lambda reply: strictly_equal(reply.data, run.note)),
        _asked(run, "GET /notes/no-such-note", "GET", 404, path="/notes/no-such-note"),
        _asked(run, "POST /notes, no JSON", "POST", 400, path="/notes", body="{milk"),
        _asked(run, "POST /notes, a list", "POST", 400, path="/notes", body="[1]"),
        Case("anything else", _event("/other/ID"), _elsewhere(run, given), about=("else", 404)),
        Case("POST /notes with an id", _event("/notes", "POST", {"id": "…"}), _own_id(run), about=("own", 201)),
        Case("GET /notes in a new environment", _event("/notes"), _listed(run), about=("list", 200)),
        _asked(run, "DELETE /notes/{id}", "DELETE", 204),
        _asked(run, "GET /notes/{id}, deleted", "GET", 404),
        _asked(run, "DELETE /notes/{id} again", "DELETE", 204),
        Case("POST /notes once more", _event("/notes", "POST", given), _again(run), about=("again", 201)),
        Case("what the check made is deleted", _event("/notes"), _tidied(run), about=("tidy", 204)),
    ]


def _path(note: Mapping[str, Any]) -> str:
    """Where a note is, also if its id is no plain word."""
    return f"/notes/{quote(note['id'], safe='')}"


def _event(path: str, method: str = "GET", body: Any = None) -> str:
    """What can be copied into a cell to send the same request."""
    data = "" if body is None else f", data={body!r}" if isinstance(body, str) else f", json={body!r}"
    return f'requests.request("{method}", lab.url("{FUNCTION}", "{path}"){data})'


def _ask(work: Work, method: str, path: str, body: Any = None) -> Reply:
    return web.ask(work, FUNCTION, URL, web.front(work, FUNCTION) + path, method, body)


def _seen(reply: Reply, status: int, fits: Fits | None = None, wanted: str = "") -> Seen:
    ok = reply.status == status and (fits is None or fits(reply))
    shown = reply.shown if ok else f"got {reply.shown}, expected {wanted or status}"
    return Seen(ok, shown, reply, raised=None if ok else reply.raised, facts={"reply": reply})


def _together(run: _Run) -> Callable[[Work], Seen]:
    def do(work: Work) -> Seen:
        _table_there(work)
        event = function_url_request("POST", "/notes", {"text": "the same"})
        copy = code_with(work, FUNCTION, {"same_moment.py": _SAME_MOMENT})
        kept = {name: work.settings(FUNCTION)[name] for name in ("MemorySize", "Timeout")}
        with own_function(work, _OWN, copy, "same_moment.handler", **kept):
            results = work.lab.function(_OWN).invoke_together([event, event])
        replies = []
        for result in results:
            if result.error:
                error = raised_inside(result.error)
                if error.kind == "NotImplementedError":
                    raise Unwritten(unwritten(FUNCTION))
                return Seen(False, f"raised {error.kind}", raised=error)
            answer = result.answer if isinstance(result.answer, dict) else {}
            replies.append(Reply(URL, answer.get("statusCode", 200), {}, str(answer.get("body", ""))))
        ids = [_id(reply) for reply in replies]
        run.ids += [one for one in ids if one]
        if len(run.ids) < 2:
            return Seen(
                False, f"got {replies[0].shown}, expected 201 and a note with an id", facts={"reply": replies[0]}
            )
        return Seen(len(set(ids)) == 2, f"ids {short(ids[0], 12)} and {short(ids[1], 12)}", facts={"ids": ids})

    return do


def _id(reply: Reply) -> str | None:
    found = reply.data.get("id") if isinstance(reply.data, dict) else None
    return found if isinstance(found, str) and found else None


def _posted(run: _Run, given: Mapping[str, Any]) -> Callable[[Work], Seen]:
    def do(work: Work) -> Seen:
        reply = _ask(work, "POST", "/notes", given)
        found = _id(reply)
        if found:
            run.ids.append(found)
            run.note = {"id": found, **given}
        wanted = f"201 and `{as_json({'id': '…', **given}, 60)}`"
        return _seen(reply, 201, lambda said: strictly_equal(said.data, run.note), wanted)

    return do


def _elsewhere(run: _Run, given: Mapping[str, Any]) -> Callable[[Work], Seen]:
    """Requests that are no route of the table, each near one that is."""

    def do(work: Work) -> Seen:
        if run.note is None:
            return Seen(False, "not tried, since no note was made")
        note = _path(run.note)
        other = note.replace("/notes", "/other", 1)
        requests = [
            ("GET", "/nothing", None),
            ("GET", other, None),
            ("PUT", note, given),
            ("POST", "/other", given),
            ("DELETE", "/notes", None),
            ("DELETE", other, None),
        ]
        rows, wrong = [], None
        for method, path, body in requests:
            reply = _ask(work, method, path, body)
            run.ids += [made] if (made := _id(reply)) else []
            where = f"{method} {path.replace(note.removeprefix('/notes/'), 'ID')}"
            rows.append(Row(reply.status == 404, where, reply.shown))
            if reply.status != 404 and wrong is None:
                wrong = where, _event(path, method, body), reply
        if wrong is None:
            return Seen(True, "404", rows=tuple(rows))
        where, event, reply = wrong
        shown = f"{where} got {reply.shown}, expected 404"
        facts = {"reply": reply, "where": where}
        return Seen(False, shown, raised=reply.raised, facts=facts, rows=tuple(rows), event=event)

    return do


def _own_id(run: _Run) -> Callable[[Work], Seen]:
    """A visitor sends an id, that of a note which is there already."""

    def do(work: Work) -> Seen:
        if run.note is None:
            return Seen(False, "not tried, since no note was made")
        number = run.note["id"]
        before = _ask(work, "GET", _path(run.note)).data
        reply = _ask(work, "POST", "/notes", {"id": number, "text": "mine"})
        made = _id(reply)
        run.ids += [made] if made else []
        own = made == number or not strictly_equal(_ask(work, "GET", _path(run.note)).data, before)
        if reply.status == 201 and made and not own:
            return Seen(True, reply.shown)
        shown = f"got {reply.shown}, expected 201 and a new id"
        facts = {"reply": reply, "own": own and reply.status == 201}
        return Seen(False, shown, raised=reply.raised, facts=facts, event=_event("/notes", "POST", {"id": number}))

    return do


def _asked(
    run: _Run, tried: str, method: str, status: int, fits: Fits | None = None, *, path: str = "", body: Any = None
) -> Case:
    def do(work: Work) -> Seen:
        if not path and run.note is None:
            return Seen(False, "not tried, since no note was made")
        where = path or _path(run.note or {})
        seen = _seen(_ask(work, method, where, body), status, fits, f"{status} and the note" if fits else "")
        return seen if path else Seen(**{**vars(seen), "event": _event(where, method)})

    return Case(tried, _event(path or "/notes/ID", method, body), do, about=(method, status))


def _listed(run: _Run) -> Callable[[Work], Seen]:
    def do(work: Work) -> Seen:
        if run.note is None:
            return Seen(False, "not tried, since no note was made")
        work.fresh(FUNCTION)
        reply = _ask(work, "GET", "/notes")
        notes = [one for one in reply.data if isinstance(one, dict)] if isinstance(reply.data, list) else []
        there = any(strictly_equal(one, run.note) for one in notes)
        shown = f"got {reply.status} and a list of {len(notes)}, expected 200 and a list with the note"
        if not isinstance(reply.data, list):
            shown = f"got {reply.shown}, expected 200 and a list"
        ok = reply.status == 200 and there
        return Seen(
            ok,
            "200, with the note" if ok else shown,
            raised=None if ok else reply.raised,
            facts={
                "reply": reply,
                "lost": isinstance(reply.data, list) and not {one.get("id") for one in notes} & {*run.ids},
            },
        )

    return do


def _again(run: _Run) -> Callable[[Work], Seen]:
    def do(work: Work) -> Seen:
        reply = _ask(work, "POST", "/notes", {"text": "later"})
        found, before = _id(reply), list(run.ids)
        if found is None:
            return _seen(reply, 201, lambda _: False, "201 and a note with an id")
        run.ids.append(found)
        shown = f"the id {short(found, 12)}" + (" once more" if found in before else "")
        return Seen(found not in before, shown, facts={"reply": reply, "ids": [found, found]})

    return do


def _tidied(run: _Run) -> Callable[[Work], Seen]:
    def do(work: Work) -> Seen:
        replies = [_ask(work, "DELETE", _path({"id": one})) for one in dict.fromkeys(run.ids)]
        table = _table(work)
        for one in run.ids:  # also what a wrong answer has left
            with suppress(table.meta.client.exceptions.ClientError):
                table.delete_item(Key={"id": one})
        bad = next((reply for reply in replies if reply.status != 204), None)
        return _seen(bad, 204) if bad else Seen(True, f"{len(replies)} notes deleted")

    return do


def _table(work: Work) -> Any:
    import boto3

    return boto3.resource("dynamodb").Table(TABLE)


def _table_there(work: Work) -> None:
    """Raises NotRun when the table of the exercise is missing."""
    client = work.lab.client("dynamodb")
    if TABLE not in client.list_tables()["TableNames"]:
        do = "Run the cell that makes it, then check again."
        raise NotRun(Message(f"There is no table `{TABLE}`.", "", do))
