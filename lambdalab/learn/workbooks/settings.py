"""Exercise 04.5, one zip, two settings: the student's own zip is called under several environments.

Only the function's environment variables are changed, so the code stays the same to the byte; at the end the student's
own settings are put back.
"""

from __future__ import annotations

import ast
import random
from collections.abc import Mapping, Sequence
from typing import Any

from lambdalab.learn.cases import compared, first, picked
from lambdalab.learn.exercises import Case, Detect, Hit, Seen, Tried, Unwritten
from lambdalab.learn.words import as_json, short
from lambdalab.learn.work import Work, raised_inside, unwritten
from lambdalab.learn.workbooks.own import answer_of

FUNCTION = "ex04_orders"
_TABLES = ("orders-test", "orders-prod")
_OTHER_TABLES = ("orders-demo", "orders-eu", "orders-night", "orders-school", "orders-2")
_GREETINGS = ("Servus", "Hej")
_OTHER_GREETINGS = ("Ahoj", "Merhaba", "Sawubona", "Xin chào", "Selam")
_SETTERS = ("environ.setdefault", "environ.update", "putenv")


def cases(rng: random.Random | None) -> Sequence[Case]:
    test, prod = picked(rng, _TABLES, _OTHER_TABLES)
    one, two = picked(rng, _GREETINGS, _OTHER_GREETINGS)
    return [
        _with({"TABLE": test, "GREETING": one}, {"greeting": one, "table": test}, "settings of a test"),
        _with({"TABLE": prod, "GREETING": two}, {"greeting": two, "table": prod}, "the same zip in production"),
        _with({"TABLE": prod}, {"greeting": "Hello", "table": prod}, "without GREETING"),
        Case("without TABLE", _event({"GREETING": one}), _must_not_start({"GREETING": one}), about="missing"),
    ]


def _event(variables: Mapping[str, str]) -> str:
    return f'client.update_function_configuration(FunctionName="{FUNCTION}", Environment={{"Variables": {variables}}})'


def _with(variables: dict[str, str], expected: dict[str, str], tried: str) -> Case:
    def run(work: Work) -> Seen:
        answer, failed = _under(work, variables)
        return compared(answer, raised_inside(answer) if failed else None, expected, shown=as_json)

    return Case(tried, _event(variables), run, about=variables)


def _must_not_start(variables: dict[str, str]) -> Any:
    def run(work: Work) -> Seen:
        answer, failed = _under(work, variables)
        if not failed:
            return Seen(False, f"answered `{as_json(answer)}`, expected an error at the start", answer)
        text = f"{answer.get('errorType')}: {answer.get('errorMessage')}"
        facts = {"at start": not answer.get("requestId"), "names it": "TABLE" in text}
        return Seen(all(facts.values()), short(text, 60), facts=facts)

    return run


def _under(work: Work, variables: Mapping[str, str]) -> tuple[Any, bool]:
    """The function's answer with these environment variables; its own come back afterwards."""
    own = work.settings(FUNCTION).get("Environment", {}).get("Variables", {})
    change = work.client.update_function_configuration
    change(FunctionName=FUNCTION, Environment={"Variables": dict(variables)})
    try:
        answer, failed = answer_of(work, FUNCTION, {})
    finally:
        change(FunctionName=FUNCTION, Environment={"Variables": dict(own)})
    if failed and answer.get("errorType") == "NotImplementedError":
        raise Unwritten(unwritten(FUNCTION))
    return answer, failed


def overwrites(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The source sets an environment variable itself."""
    failing = next((one for one in tried if not one.seen.ok), None)
    return Hit(failing, explains_error=True) if failing and _sets_environ(work.source(FUNCTION)) else None


def _sets_environ(source: str) -> bool:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return False
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(t, ast.Subscript) and "environ" in ast.unparse(t.value) for t in targets):
            return True
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(_SETTERS):
            return True
    return False


def typed(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Both deployments answer the same table, and it is not the second one's."""
    answers = [one.seen.value for one in tried if isinstance(one.case.about, Mapping)]
    tables = [answer.get("table") for answer in answers if isinstance(answer, dict)]
    if len(tables) < 2 or tables[0] != tables[1] or tables[0] is None:
        return None
    failing = next(one for one in tried if not one.seen.ok)
    return Hit(failing, {"got": short(tables[0])})


def silent_default(one: Tried) -> Mapping[str, object] | None:
    value = one.seen.value
    if one.case.about != "missing" or not isinstance(value, dict):
        return None
    return {"got": short(value.get("table"))}


def missing(**facts: bool) -> Detect:
    """What the failed start showed."""

    def fits(one: Tried) -> Mapping[str, object] | None:
        seen = one.seen.facts if one.case.about == "missing" else {}
        return {} if all(seen.get(name.replace("_", " ")) is value for name, value in facts.items()) else None

    return first(fits)


def greeting_needed(one: Tried) -> Mapping[str, object] | None:
    raised, about = one.seen.raised, one.case.about
    no_greeting = isinstance(about, Mapping) and "GREETING" not in about
    return {} if no_greeting and raised is not None and "GREETING" in raised.text else None
