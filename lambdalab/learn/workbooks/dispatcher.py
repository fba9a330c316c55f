"""Exercise 01.1, a dispatcher that learns: functions that count their runs are registered with the student's
dispatcher.

Every case works with functions of its own, so it does not matter what the student has registered before.
"""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lambdalab.learn.cases import first, picked
from lambdalab.learn.exercises import Case, Detect, Hit, Seen, Tried
from lambdalab.learn.student import Outcome
from lambdalab.learn.words import short, strictly_equal
from lambdalab.learn.work import Work

_NAMES = ("resize", "notify", "archive", "translate", "invoice", "publish", "label", "rotate")
_NEVER = ("measure", "forecast", "compress")  # never registered, by no case


class _Spy:
    """A function to register: it counts its runs, and answers or raises what it was made for."""

    def __init__(self, answer: Any = None, error: Exception | None = None) -> None:
        self.answer, self.error = answer, error
        self.events: list[Any] = []

    def __call__(self, event: Any = None, context: Any = None) -> Any:
        self.events.append(event)
        if self.error is not None:
            raise self.error
        return self.answer


class _Broken(Exception):
    """The case ends here; carries what was seen."""

    def __init__(self, seen: Seen) -> None:
        super().__init__(seen.shown)
        self.seen = seen


class _Desk:
    """The student's `register` and `dispatch`, with what they did counted."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def register(self, name: str, spy: _Spy) -> None:
        outcome = self._work.call("register", name, spy)
        if spy.events:
            facts = {"early": {"n": len(spy.events)}}
            raise _Broken(Seen(False, f"the function ran while it was registered as {name}", facts=facts))
        if outcome.raised is not None:
            raise _Broken(Seen(False, f"registering {name} raised {outcome.raised.kind}", raised=outcome.raised))

    def dispatch(self, name: str, event: Any) -> Outcome:
        return self._work.call("dispatch", name, event)

    def answer(self, name: str, spy: _Spy, event: Any) -> None:
        """The function registered under this name must run once, with this event, and its answer must come back."""
        before = len(spy.events)
        outcome = self.dispatch(name, event)
        if len(spy.events) == before:
            error = outcome.raised.error if outcome.raised else None
            facts = {"not run": {"name": name}}
            if error is None or (isinstance(error, LookupError) and name in str(error)):
                facts["lost"] = {"name": name}
            raise _Broken(Seen(False, f"{name} was not run", outcome.value, raised=outcome.raised, facts=facts))
        if outcome.raised is not None:
            raise _Broken(Seen(False, f"{name} raised {outcome.raised.kind}", raised=outcome.raised))
        if len(spy.events) != before + 1 or not strictly_equal(spy.events[-1], event):
            raise _Broken(Seen(False, f"{name} got {short(spy.events[-1])}, expected {short(event)}"))
        if not strictly_equal(outcome.value, spy.answer):
            facts = {"unreturned": {"name": name}} if outcome.value is None else {}
            shown = f"{name} answered {short(spy.answer)}, dispatch handed back {short(outcome.value)}"
            raise _Broken(Seen(False, shown, facts=facts))


def cases(rng: random.Random | None) -> Sequence[Case]:
    one, other, twice, silent, loud, keyless = picked(rng, _NAMES[:6], _NAMES)  # cases must not meet each other's
    (unknown,) = picked(rng, _NEVER[:1], _NEVER)

    def two(desk: _Desk) -> Seen:
        spies = {name: _Spy({"by": name}) for name in (one, other)}
        for name, spy in spies.items():
            desk.register(name, spy)
        for name, spy in spies.items():
            desk.answer(name, spy, {"n": 1})
        return Seen(True, "both found")

    def again(desk: _Desk) -> Seen:
        old, new = _Spy("old"), _Spy("new")
        desk.register(twice, old)
        desk.register(twice, new)
        if desk.dispatch(twice, {}).value == "old":
            return Seen(False, "the first function ran, expected the second")
        desk.answer(twice, new, {})
        return Seen(True, "the second function ran")

    def nothing(desk: _Desk) -> Seen:
        spy = _Spy(None)
        desk.register(silent, spy)
        desk.answer(silent, spy, {"n": 2})
        return Seen(True, "None")

    def raising(name: str, error: Exception) -> Callable[[_Desk], Seen]:
        def play(desk: _Desk) -> Seen:
            spy, own = _Spy(error=error), type(error).__name__
            desk.register(name, spy)
            raised = desk.dispatch(name, {}).raised
            if raised is not None and raised.error is error:
                return Seen(True, "the error reached the caller")
            if not spy.events:
                return Seen(False, f"{name} was not run")
            got = f"`{raised.kind}`" if raised else "no error"
            facts = {"replaced": {"name": name, "own": own, "got": got}}
            return Seen(False, f"{got} reached the caller, expected {own}", facts=facts)

        return play

    def missing(desk: _Desk) -> Seen:
        outcome = desk.dispatch(unknown, {})
        if outcome.raised is None:
            facts: dict[str, dict[str, object]] = {"silent": {}} if outcome.value is None else {}
            return Seen(False, f"answered {short(outcome.value)}, expected a LookupError", facts=facts)
        error = outcome.raised.error
        if not isinstance(error, LookupError):
            return Seen(False, f"raised {outcome.raised.kind}, expected a LookupError")
        return Seen(unknown in str(error), f"{outcome.raised.kind}: {short(outcome.raised.text)}")

    def hundred(desk: _Desk) -> Seen:
        spies = {f"{one}-{k}": _Spy(k) for k in range(100)}
        for name, spy in spies.items():
            desk.register(name, spy)
        for name, spy in spies.items():
            desk.answer(name, spy, {"k": name})
        return Seen(True, "all found")

    def call(name: str, event: Mapping[str, object] | None = None) -> str:
        return f'dispatch("{name}", {event or {}!r})'

    numbered = f'for k in range(100):\n    register(f"{one}-{{k}}", lambda event, k=k: k)\n\n'
    made_two = _made(one, f'return {{"by": "{one}"}}') + _made(other, f'return {{"by": "{other}"}}')
    two_calls = f"[{call(one, {'n': 1})}, {call(other, {'n': 1})}]"
    no_number, no_key = ArithmeticError("the event holds no number"), KeyError("colour")
    cases = [
        ("two registrations", made_two + two_calls, two),
        ("a name registered again", _made(twice, 'return "old"') + _made(twice, 'return "new"') + call(twice), again),
        ("a function that returns None", _made(silent, "return None") + call(silent, {"n": 2}), nothing),
        ("a function that raises", _made(loud, f"raise {no_number!r}") + call(loud), raising(loud, no_number)),
        (
            "a function that raises KeyError",
            _made(keyless, f"raise {no_key!r}") + call(keyless),
            raising(keyless, no_key),
        ),
        ("an unknown name", call(unknown), missing),
        ("100 names", numbered + call(f"{one}-99", {"k": f"{one}-99"}), hundred),
    ]
    return [_desk_case(*case) for case in cases]


def _made(name: str, body: str) -> str:
    """The code that makes a function and registers it."""
    return f'def {name}(event):\n    {body}\n\nregister("{name}", {name})\n\n'


def _desk_case(tried: str, event: str, play: Callable[[_Desk], Seen]) -> Case:
    def run(work: Work) -> Seen:
        try:
            return play(_Desk(work))
        except _Broken as broken:
            return broken.seen

    return Case(tried, event, run)


def fact(name: str) -> Detect:
    """A case that failed with this fact; its values fill the message's placeholders."""
    return first(lambda one: one.seen.facts.get(name), explains_error=True)


def kept_in_the_call(tried: Sequence[Tried], work: Work) -> Hit | None:
    """`register` uses nothing from outside itself, so what it keeps is gone when it ends."""
    lost = fact("not run")(tried, work)
    if lost is None or not inspect.isfunction(work.names["register"]):
        return None
    used = inspect.getclosurevars(work.names["register"])
    return None if used.globals or used.nonlocals else lost
