"""Exercise 06.5, what does the visitor see?: each situation is built in the student's lab and asked over HTTP.

One function that does as the path says stands behind both fronts; another takes 2 s behind an API whose limit is set to
1 s, and a third takes longer than its own timeout. Last the first one's policy is emptied. All is deleted afterwards.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from lambdalab.learn.cases import all_filled, second_comes_next
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Row, Seen, Stop, Tried
from lambdalab.learn.words import short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks import web
from lambdalab.learn.workbooks.own import code, own_function
from lambdalab.learn.workbooks.web import REST, URL

FIRST = (
    "REST API: the handler raises an error",
    "REST API: a plain dictionary, without statusCode",
    "function URL: a plain dictionary, without statusCode",
    "REST API: it takes 31 s, the function's timeout is 60 s",
    "REST API: the function's policy has no statement",
    "function URL: the function's policy has no statement",
    "REST API: statusCode 201, and a text as the body",
)
RAISES, PLAIN_REST, PLAIN_URL, SLOW, DENIED_REST, DENIED_URL, _ = FIRST
AGAIN = (
    "REST API: it takes 2 s, the function's timeout is 1 s",
    "REST API: statusCode 200, and a dictionary as the body",
    "function URL: the handler returns a text",
)
_SITUATIONS = {
    RAISES: (REST, "/raise"),
    PLAIN_REST: (REST, "/plain"),
    PLAIN_URL: (URL, "/plain"),
    FIRST[6]: (REST, "/created"),
    AGAIN[1]: (REST, "/object"),
    AGAIN[2]: (URL, "/text"),
}
_FUNCTION, _SLOW, _LATE = "ex06_visit_check", "ex06_slow_check", "ex06_late_check"
_APIS = {_FUNCTION: "ex06-visit-check", _SLOW: "ex06-slow-check", _LATE: "ex06-late-check"}
_SOURCE = """def handler(event, context):
    path = event.get("rawPath") or event["path"]
    if path == "/plain":
        return {"title": "Tea"}
    if path == "/object":
        return {"statusCode": 200, "body": {"title": "Tea"}}
    if path == "/text":
        return "Tea"
    if path == "/raise":
        raise RuntimeError("the shelf is locked")
    return {"statusCode": 201, "body": "made"}
"""
_SLEEPS = "import time\n\ndef handler(event, context):\n    time.sleep(2)\n    return {'statusCode': 200}\n"
_LIMIT_MS = 1000


def cases(rng: random.Random | None) -> Sequence[Case]:
    statuses: dict[str, int] = {}  # everything is asked once, for both parts

    def first(work: Work) -> Seen:
        return _compared(work, "sees", FIRST, statuses)

    def second(work: Work) -> Seen:
        return _second_prediction(work, statuses)

    return [Case("seven visits", "", first, about="sees"), Case("three more", "", second, about="again")]


def _said(work: Work, name: str, situations: Sequence[str]) -> Mapping[str, int]:
    said = all_filled(work, name, situations)
    for situation in situations:
        value = said[situation]
        if type(value) is not int or not 100 <= value <= 599:
            what = f'`{name}["{situation}"]` is {short(value)}.'
            raise Stop(Message(what, "A status is a whole number from 100 to 599, such as 404."))
    return said


def _compared(work: Work, name: str, situations: Sequence[str], statuses: dict[str, int]) -> Seen:
    said = _said(work, name, situations)
    if not statuses:
        statuses.update(_observed(work))
    seen = {situation: statuses[situation] for situation in situations}
    rows = tuple(Row(said[s] == seen[s], f"{s}: you said {said[s]}", f"the visitor saw {seen[s]}") for s in situations)
    return Seen(True, "run", facts={"said": said, "seen": seen}, rows=rows)


def _second_prediction(work: Work, statuses: dict[str, int]) -> Seen:
    if pending := second_comes_next(work, "The seven visits are made.", "Now three more:"):
        return pending
    seen = _compared(work, "again", AGAIN, statuses)
    said, found = seen.facts["said"], seen.facts["seen"]
    right = sum(said[situation] == found[situation] for situation in AGAIN)
    if right == len(AGAIN):
        return seen
    what = f"Of the three more, {right} came as you said."  # which ones is not told: it could be found by trying
    text = Message(what, work.exercise.idea, work.exercise.look).within_limit()
    return Seen(False, "run", facts=seen.facts, rows=(), message=text)


# -- the visits --------------------------------------------------------------------------------------------------------


def _observed(work: Work) -> dict[str, int]:
    with _fronts(work):
        seen = {what: _status(work, _FUNCTION, kind, path) for what, (kind, path) in _SITUATIONS.items()}
        seen[SLOW] = _status(work, _SLOW, REST, "/slow")
        seen[AGAIN[0]] = _status(work, _LATE, REST, "/slow")
        policy = json.loads(work.client.get_policy(FunctionName=_FUNCTION)["Policy"])
        urls = {REST: _address(work, _FUNCTION, REST), URL: _address(work, _FUNCTION, URL)}
        for statement in policy["Statement"]:
            work.client.remove_permission(FunctionName=_FUNCTION, StatementId=statement["Sid"])
        for what, kind in ((DENIED_REST, REST), (DENIED_URL, URL)):
            seen[what] = web.ask(work, _FUNCTION, kind, f"{urls[kind]}/created").status
    return seen


def _address(work: Work, function: str, kind: str) -> str:
    return web.front(work, function, kind, _APIS[function])


def _status(work: Work, function: str, kind: str, path: str) -> int:
    return web.ask(work, function, kind, _address(work, function, kind) + path).status


@contextmanager
def _fronts(work: Work) -> Iterator[None]:
    with (
        own_function(work, _FUNCTION, code(_SOURCE)),
        own_function(work, _SLOW, code(_SLEEPS), Timeout=10),
        own_function(work, _LATE, code(_SLEEPS), Timeout=1),
    ):
        try:
            for kind in (URL, REST):
                _address(work, _FUNCTION, kind)
            for function in (_SLOW, _LATE):
                _address(work, function, REST)
            _shorten(work, _APIS[_SLOW])
            yield
        finally:
            gateway = work.lab.client("apigateway")
            for api in _apis(gateway):
                if api["name"] in _APIS.values():
                    gateway.delete_rest_api(restApiId=api["id"])


def _apis(gateway: Any) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = gateway.get_rest_apis(limit=500)["items"]
    return found


def _shorten(work: Work, name: str) -> None:
    """Let an API wait for its function no longer than a second."""
    gateway = work.lab.client("apigateway")
    api = next(one["id"] for one in _apis(gateway) if one["name"] == name)
    resources = gateway.get_resources(restApiId=api, limit=500)["items"]
    greedy = next(one["id"] for one in resources if one["path"] != "/")
    where = {"restApiId": api, "resourceId": greedy, "httpMethod": "ANY"}
    kept = {name: gateway.get_integration(**where)[name] for name in ("type", "uri")}
    gateway.put_integration(**where, **kept, integrationHttpMethod="POST", timeoutInMillis=_LIMIT_MS)
    gateway.create_deployment(restApiId=api, stageName="prod")


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def said_of(situations: Sequence[str], *statuses: int) -> Detect:
    """One of these statuses, or any if none is given, was said of one of the situations, and the lab showed another."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = next(one for one in tried if one.case.about == "sees")
        said, seen = one.seen.facts["said"], one.seen.facts["seen"]
        wrong = [s for s in situations if said[s] != seen[s] and (not statuses or said[s] in statuses)]
        return Hit(one, {"said": said[wrong[0]]}) if wrong else None

    return detect
