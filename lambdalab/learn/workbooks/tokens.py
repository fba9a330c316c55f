"""Exercise 03.6, the same secret twice: five copies of a snapshot are asked for a token, twice each.

A version is published with SnapStart, called, and deleted again. Where the system cannot copy a process, the source is
read instead, and the result says so.
"""

from __future__ import annotations

import ast
import os
import random
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from lambdalab.learn.exercises import Case, Detect, Hit, Seen, Tried
from lambdalab.learn.student import uses
from lambdalab.learn.words import short
from lambdalab.learn.work import Work, raised_inside
from lambdalab.learn.workbooks.sources import made_from

FUNCTION = "ex03_token"
COPIES, ROUNDS = 5, 2
_ON_AWS = "a token that nobody can guess"
_READ_LOG = "settings read"
_RANDOM = {"secrets", "uuid4", "urandom", "SystemRandom", "getrandom"}
_DRAWS = {"token_hex", "token_urlsafe", "token_bytes", "randbits", "randbelow", "choice", "getrandbits"}
_DRAWS |= _RANDOM - {"secrets"}
_READ_ONLY = "this system cannot copy a process, so your code was read, not run"


def cases(rng: random.Random | None) -> Sequence[Case]:
    tried = f"{COPIES} restored copies, {ROUNDS} calls each"
    event = f'lab.function("{FUNCTION}").invoke_together([{{}}] * {COPIES}, qualifier="1")'
    return [Case(tried, event, _copies, about="copies"), Case(_ON_AWS, "", _id_of_its_own, about="source")]


def _copies(work: Work) -> Seen:
    if not hasattr(os, "fork"):
        return _read(work)
    results: list[Any] = []
    with _published(work) as version:
        function = work.lab.function(FUNCTION)
        for _ in range(ROUNDS):
            results += function.invoke_together([{}] * COPIES, qualifier=version)
            failed = next((one for one in results if one.function_error), None)
            if failed is not None:
                raised = raised_inside(failed.error or {})
                return Seen(False, f"raised {raised.kind}", raised=raised)
    answers = [one.answer for one in results]
    shape = [answer for answer in answers if not isinstance(answer, dict) or {"shop", "token"} - answer.keys()]
    if shape:
        return Seen(False, f"got `{short(shape[0])}`, expected an object with `shop` and `token`")
    tokens = len({str(answer["token"]) for answer in answers})
    again = Counter[str]()
    for one in results:
        again[str(one.invocation.environment)] += one.log.count(_READ_LOG)
    reads = max(again.values())
    facts = {"tokens": tokens, "reads": reads}
    shown = f"{tokens} different tokens in {len(answers)} calls; settings read {reads} time(s) after the restore"
    return Seen(tokens == len(answers) and reads == 0, shown, facts=facts)


@contextmanager
def _published(work: Work) -> Iterator[str]:
    """A version of the student's function with SnapStart, deleted afterwards."""
    work.settings(FUNCTION)
    snap_start, mark = {"ApplyOn": "PublishedVersions"}, f"checked {secrets.token_hex(4)}"
    work.client.update_function_configuration(FunctionName=FUNCTION, SnapStart=snap_start, Description=mark)
    version = str(work.client.publish_version(FunctionName=FUNCTION)["Version"])
    try:
        yield version
    finally:
        work.client.delete_function(FunctionName=FUNCTION, Qualifier=version)


def _id_of_its_own(work: Work) -> Seen:
    source = work.source(FUNCTION)
    pid = uses(source, "getpid")
    fit = not pid and (not source or bool(made_from(source, "token") & _RANDOM))
    shown = "made from the process id" if pid else "yes" if fit else "not from the system's randomness"
    return Seen(fit, shown, facts={"pid": pid, "guessable": not fit})


def _read(work: Work) -> Seen:
    """Where the token is made and where the settings are read, from the source alone."""
    source = work.source(FUNCTION)
    inside, outside = _calls(source)
    fresh = bool(inside & _DRAWS and made_from(source, "token") & _RANDOM)
    once = "read_settings" in outside and "read_settings" not in inside
    facts = {"tokens": COPIES * ROUNDS if fresh else 1, "reads": 0 if once else ROUNDS}
    return Seen(fresh and once, _READ_ONLY, facts=facts)


def _calls(source: str) -> tuple[set[str], set[str]]:
    """The names that are called in functions other than `read_settings`, and those called in init."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set(), set()
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name != "read_settings"]
    others = [node for node in tree.body if not isinstance(node, ast.FunctionDef)]
    return _called(functions), _called(others)


def _called(nodes: Sequence[ast.AST]) -> set[str]:
    calls = [inner for node in nodes for inner in ast.walk(node) if isinstance(inner, ast.Call)]
    return {str(getattr(call.func, "attr", None) or getattr(call.func, "id", "")) for call in calls}


def _about_copies(tried: Sequence[Tried]) -> tuple[Tried, dict[str, Any]]:
    one = next(one for one in tried if one.case.about == "copies")
    return one, dict(one.seen.facts)


def process_id(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = next((one for one in tried if one.case.about == "source"), None)
    return Hit(one) if one is not None and one.seen.facts["pid"] else None


def guessable(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = next((one for one in tried if one.case.about == "source"), None)
    return Hit(one) if one is not None and one.seen.facts["guessable"] else None


def equal_tokens(word: str, *, in_init: bool) -> Detect:
    """Tokens are equal, and this name is used in init, or in the handler."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one, facts = _about_copies(tried)
        if facts.get("tokens", COPIES * ROUNDS) == COPIES * ROUNDS:
            return None
        inside, outside = _calls(work.source(FUNCTION))
        found = word in outside if in_init else bool(inside & set(word.split()))
        return Hit(one, {"n": facts["tokens"]}) if found else None

    return detect


def read_again(tried: Sequence[Tried], work: Work) -> Hit | None:
    one, facts = _about_copies(tried)
    many = facts.get("reads", 0) > 0 and facts["tokens"] == COPIES * ROUNDS
    return Hit(one, {"n": facts["reads"]}) if many else None
