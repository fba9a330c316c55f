"""Exercise 01.1, a dispatcher that learns: functions that count their runs are registered with the student's
dispatcher.

Every case works with functions of its own, so it does not matter what the student has registered before.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from lambdalab.learn.cases import first, picked
from lambdalab.learn.exercises import Case, Detect, Seen
from lambdalab.learn.student import Outcome
from lambdalab.learn.words import short, strictly_equal
from lambdalab.learn.work import Work

_NAMES = ("resize", "notify", "archive", "translate", "invoice", "measure", "greet", "publish", "rotate", "forecast")


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
            seen = Seen(False, f"the function ran while it was registered as {name}", facts={"early": len(spy.events)})
            raise _Broken(seen)
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
            facts = {"lost": name} if error is None or (isinstance(error, LookupError) and name in str(error)) else {}
            raise _Broken(Seen(False, f"{name} was not run", outcome.value, raised=outcome.raised, facts=facts))
        if outcome.raised is not None:
            raise _Broken(Seen(False, f"{name} raised {outcome.raised.kind}", raised=outcome.raised))
        if len(spy.events) != before + 1 or not strictly_equal(spy.events[-1], event):
            raise _Broken(Seen(False, f"{name} got {short(spy.events[-1])}, {short(event)} expected"))
        if not strictly_equal(outcome.value, spy.answer):
            raise _Broken(Seen(False, f"{name} answered {short(outcome.value)}, {short(spy.answer)} expected"))


def cases(rng: random.Random | None) -> Sequence[Case]:
    one, other, twice, silent, loud, unknown = picked(rng, _NAMES[:6], _NAMES)  # cases must not meet each other's

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
            return Seen(False, "the first function ran, the second expected")
        desk.answer(twice, new, {})
        return Seen(True, "the second function ran")

    def nothing(desk: _Desk) -> Seen:
        spy = _Spy(None)
        desk.register(silent, spy)
        desk.answer(silent, spy, {"n": 2})
        return Seen(True, "None")

    def raising(desk: _Desk) -> Seen:
        spy = _Spy(error=ArithmeticError("the event holds no number"))
        desk.register(loud, spy)
        raised = desk.dispatch(loud, {}).raised
        if raised is None:
            return Seen(False, "the error did not reach the caller")
        if raised.error is not spy.error:
            return Seen(False, f"{raised.kind} reached the caller, ArithmeticError expected")
        return Seen(True, "the error reached the caller")

    def missing(desk: _Desk) -> Seen:
        outcome = desk.dispatch(unknown, {})
        if outcome.raised is None:
            facts = {"silent": outcome.value} if outcome.value is None else {}
            return Seen(False, f"answered {short(outcome.value)}, LookupError expected", facts=facts)
        error = outcome.raised.error
        if not isinstance(error, LookupError):
            return Seen(False, f"raised {outcome.raised.kind}, LookupError expected")
        return Seen(unknown in str(error), f"{outcome.raised.kind}: {short(outcome.raised.text)}")

    def hundred(desk: _Desk) -> Seen:
        spies = {f"{one}-{k}": _Spy(k) for k in range(100)}
        for name, spy in spies.items():
            desk.register(name, spy)
        for name, spy in spies.items():
            desk.answer(name, spy, {"k": name})
        return Seen(True, "all found")

    return [
        _desk_case(
            "two registrations",
            f'register("{one}", print)\nregister("{other}", len)\ndispatch("{one}", {{"n": 1}})',
            two,
        ),
        _desk_case(
            "a name registered again",
            f'register("{twice}", print)\nregister("{twice}", len)\ndispatch("{twice}", {{}})',
            again,
        ),
        _desk_case(
            "a function that returns None", f'register("{silent}", print)\ndispatch("{silent}", {{"n": 2}})', nothing
        ),
        _desk_case(
            "a function that raises", f'register("{loud}", lambda event: 1 / 0)\ndispatch("{loud}", {{}})', raising
        ),
        _desk_case("an unknown name", f'dispatch("{unknown}", {{}})', missing),
        _desk_case("100 names", f'for k in range(100):\n    register(f"{one}-{{k}}", print)', hundred),
    ]


def _desk_case(tried: str, event: str, play: Callable[[_Desk], Seen]) -> Case:
    def run(work: Work) -> Seen:
        try:
            return play(_Desk(work))
        except _Broken as broken:
            return broken.seen

    return Case(tried, event, run)


def fact(name: str, value: str) -> Detect:
    """A case that failed with this fact; the fact fills the message's placeholder."""
    return first(lambda one: {value: one.seen.facts[name]} if name in one.seen.facts else None, explains_error=True)
