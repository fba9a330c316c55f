"""Workbook 00, Start here: a first function, a function is another process, the order of a first run, what it can
cost.

What each exercise tries and how its wrong answers are recognised; the words are in `content/w00.toml`. Specified in
EXERCISES, 00.1 to 00.4.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lambdalab.learn import assembled
from lambdalab.learn.cases import all_filled, first, invoked, picked
from lambdalab.learn.exercises import Case, Detect, Hit, Message, NotRun, Raised, Row, Seen, Stop, Tried, Unwritten
from lambdalab.learn.student import uses
from lambdalab.learn.wording import Part, exercises
from lambdalab.learn.words import kind_of, short
from lambdalab.learn.work import Work, unwritten

_PRINTED = ("Ada", "Zoë", "李", "Ana María")
_OTHERS = ("Kwame", "Søren", "Nguyễn", "Leïla Haddad", "Иван", "Priya", "Juan Pablo", "Mbali", "Ōta", "Elif")

# 00.1, your first function


def _hello_cases(rng: random.Random | None) -> Sequence[Case]:
    names = picked(rng, _PRINTED, _OTHERS)
    return [invoked("ex00_hello", {"name": name}, expected={"greeting": f"Hello, {name}"}) for name in names]


def _greeting(one: Tried) -> str | None:
    value = one.seen.value
    return value["greeting"] if isinstance(value, dict) and isinstance(value.get("greeting"), str) else None


def _always_the_same(tried: Sequence[Tried], work: Work) -> Hit | None:
    said = {_greeting(one) for one in tried}
    failing = [one for one in tried if not one.seen.ok]
    if len(said) != 1 or None in said or not failing:
        return None
    greeted = str(said.pop()).removeprefix("Hello, ")
    return Hit(failing[0], {"got": short(greeted).strip("'")})


# 00.2, a function is a separate file


def _servus_cases(rng: random.Random | None) -> Sequence[Case]:
    names = picked(rng, _PRINTED[:3], _OTHERS)
    cases = [invoked("ex00_servus", {"name": name}, expected={"greeting": f"Servus, {name}"}) for name in names]
    return [_in_a_fresh_environment(cases[0]), *cases[1:]]


def _in_a_fresh_environment(case: Case) -> Case:
    """The notebook's variable holds something else while a new process starts: it must not matter."""

    def run(work: Work) -> Seen:
        names, before = work.names, work.names.get("GREETING")
        if isinstance(names, dict) and before is not None:
            names["GREETING"] = "Ahoj"
        try:
            work.fresh("ex00_servus")
            return case.run(work)
        finally:
            if isinstance(names, dict) and before is not None:
                names["GREETING"] = before

    return Case(case.tried, case.event, run, case.about)


def _needs_the_notebook(tried: Sequence[Tried], work: Work) -> Hit | None:
    for one in tried:
        raised = one.seen.raised
        if raised is not None and raised.kind == "NameError":
            name = re.search(r"'(\w+)'", raised.text)
            if name and (name.group(1) == "GREETING" or name.group(1) in work.names):
                return Hit(one)
    return None


def _greeting_from_event(one: Tried) -> Mapping[str, object] | None:
    raised = one.seen.raised
    missing = raised is not None and raised.kind == "KeyError" and raised.text.strip("'\"") != "name"
    return {} if missing or (_greeting(one) or "").startswith("None,") else None


def _hidden_error(tried: Sequence[Tried], work: Work) -> Hit | None:
    source = work.source("ex00_servus")
    for one in tried:
        greeting = _greeting(one)
        if one.seen.ok or greeting is None or greeting.lower().startswith("servus"):
            continue
        if not source or uses(source, "try", "globals"):
            return Hit(one, {"got": short(greeting)})
    return None


# 00.3, order a first run

LINES = {
    "A": 'text = answer["Payload"].read()',
    "B": 'client = boto3.client("lambda")',
    "C": 'result = answer["Payload"]',
    "D": "lab = Lab()",
    "E": "result = json.loads(text)",
    "F": 'answer = client.invoke(FunctionName="ex00_hello", Payload=\'{"name": "Ada"}\')',
    "G": "result = json.loads(answer)",
}


def _order_cases(rng: random.Random | None) -> Sequence[Case]:
    (name,) = picked(rng, ("Ada",), _OTHERS)
    lines = {letter: line.replace("Ada", name) for letter, line in LINES.items()}

    def run(work: Work) -> Seen:
        order = _letters(work)
        hello = work.invoke("ex00_hello", {"name": name})
        if hello.raised is not None:
            seen = f"`ex00_hello` failed when it was called, with `{hello.raised.kind}`."
            raise NotRun(Message(seen, "", "Finish 00.1 first, then check again."))
        expected = hello.value
        ran = assembled.run([lines[letter] for letter in order])
        at = order[ran.line] if ran.error else ""
        facts = {"order": order, "at": at, "kind": ran.kind}
        code = "\n".join(lines[letter] for letter in order)
        if ran.error:
            raised = Raised(ran.error, ran.text, lines[at], ran.line + 1)
            return Seen(False, f"line {at} raised {ran.error}", raised=raised, facts=facts, event=code)
        if not ran.kind:
            return Seen(False, "no line made `result`", facts=facts, event=code)
        ok = ran.kind == type(expected).__name__ and ran.value == expected
        shown = f"result is {short(ran.value) if ok else _kind_named(ran.kind)}"
        return Seen(ok, shown, ran.value, facts=facts, event=code)

    return [Case("your lines, in your order", "", run)]


def _kind_named(kind: str) -> str:
    return "a stream" if kind == "StreamingBody" else f"a `{kind}`"


def _letters(work: Work) -> list[str]:
    """The student's order.

    Raises:
        Unwritten: it is empty.
        Stop: it is not a list of the letters of the lines.
    """
    order = work.names["order"]
    if isinstance(order, list) and (not order or order == [...]):
        raise Unwritten(unwritten("order"))
    letters = [str(item).strip().upper() for item in order] if isinstance(order, list | tuple) else []
    unknown = [letter for letter in letters if letter not in LINES]
    if not letters or unknown:
        what = f"`order` holds {short(unknown[0])}." if unknown else f"`order` is {kind_of(order)}."
        raise Stop(
            Message(what, f'It must be a list of letters from {min(LINES)} to {max(LINES)}, such as `["C", "A"]`.')
        )
    return letters


def _before_the_lab(one: Tried) -> Mapping[str, object] | None:
    order, at = one.seen.facts["order"], one.seen.facts["at"]
    if at not in ("B", "F") or "B" not in order:
        return None
    return {} if "D" not in order or order.index("B") < order.index("D") else None


# 00.4, can this cost anything?

_OF_THE_PROOF = ("access_key", "key_is_the_labs", "stopped", "processes_after")
STATEMENTS = {
    "a": "a bill can arise",
    "b": "a boto3 request can leave this machine",
    "c": "processes are left when the lab stops",
    "d": "my own AWS credentials are used",
}


def _cost_cases(rng: random.Random | None) -> Sequence[Case]:
    return [Case(text, "lab.proof()", _statement(letter), about=letter) for letter, text in STATEMENTS.items()]


def _statement(letter: str) -> Callable[[Work], Seen]:
    def run(work: Work) -> Seen:
        said = all_filled(work, "prediction", list(STATEMENTS))[letter]
        if type(said) is not bool:
            raise Stop(Message(f'`prediction["{letter}"]` is {short(said)}.', "Each entry must be `True` or `False`."))
        proof: Any = work.names.get("proof")
        if not all(hasattr(proof, field) for field in _OF_THE_PROOF):
            raise NotRun(
                Message("All four answers are there.", "", "Run the cell with `proof = lab.proof()`, then check again.")
            )
        seen = _seen_in_the_proof(proof)[letter]
        row = Row(
            said == seen, f"{letter}, {STATEMENTS[letter]}: you said {_yes(said)}", f"the proof says {_yes(seen)}"
        )
        facts = {"differs": said and not seen, "got": proof.access_key}
        return Seen(True, row.seen, said, facts=facts, rows=(row,))

    return run


def _seen_in_the_proof(proof: Any) -> dict[str, bool]:
    """What the proof says of each statement; a bill needs a way out and a key that AWS knows."""
    leaves, own_key = not proof.stopped, not proof.key_is_the_labs
    return {"a": leaves and own_key, "b": leaves, "c": bool(proof.processes_after), "d": own_key}


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def _differs(letter: str) -> Detect:
    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = next(one for one in tried if one.case.about == letter)
        return Hit(one, one.seen.facts) if one.seen.facts["differs"] else None

    return detect


EXERCISES = exercises(
    "00",
    {
        "00.1": Part(
            _hello_cases,
            {
                "typed-name": _always_the_same,
                "print": first(lambda one: {} if one.seen.raised is None and one.seen.value is None else None),
                "text-alone": first(lambda one: {} if isinstance(one.seen.value, str) else None),
            },
        ),
        "00.2": Part(
            _servus_cases,
            {
                "still-name-error": _needs_the_notebook,
                "in-the-event": first(_greeting_from_event),
                "hidden-error": _hidden_error,
            },
        ),
        "00.3": Part(
            _order_cases,
            {
                "client-before-lab": first(_before_the_lab),
                "loads-the-answer": first(lambda one: {} if one.seen.facts["at"] == "G" else None),
                "stream-as-result": first(lambda one: {} if one.seen.facts["kind"] == "StreamingBody" else None),
            },
        ),
        "00.4": Part(
            _cost_cases,
            {
                "bill": _differs("a"),
                "request-leaves": _differs("b"),
                "processes-left": _differs("c"),
                "own-credentials": _differs("d"),
            },
        ),
    },
)
