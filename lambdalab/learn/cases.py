"""The kinds of case that workbooks share: call a function of the notebook, call a deployed one, look at a verdict.

Each maker returns a `Case` for the engine. A workbook that needs something else writes its own small function.
"""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, TypeVar

from lambdalab.learn.exercises import Case, Detect, Hit, Message, Raised, Seen, Stop, Tried, Unwritten
from lambdalab.learn.words import as_json, kind_of, short, strictly_equal
from lambdalab.learn.work import Work, unwritten

T = TypeVar("T")
Same = Callable[[Any, Any], bool]


def called(name: str, *args: Any, expected: Any, tried: str = "", same: Same = strictly_equal) -> Case:
    """Call a function of the notebook with these arguments and compare what it returns."""
    event = f"{name}({', '.join(repr(argument) for argument in args)})"

    def run(work: Work) -> Seen:
        outcome = work.call(name, *copy.deepcopy(args))
        return compared(outcome.value, outcome.raised, expected, same)

    return Case(tried or f"`{short(event)}`", event, run, about=args)


def invoked(function: str, event: Any, *, expected: Any, tried: str = "", same: Same = strictly_equal) -> Case:
    """Call a deployed function with this event and compare its answer; values are shown as the JSON that travels."""

    def run(work: Work) -> Seen:
        answer = work.invoke(function, event)
        return compared(answer.value, answer.raised, expected, same, as_json)

    return Case(tried or f"`{as_json(event)}`", f'lab.function("{function}").invoke({event!r})', run, about=event)


def compared(
    value: Any,
    raised: Raised | None,
    expected: Any,
    same: Same = strictly_equal,
    shown: Callable[[Any], str] = short,
) -> Seen:
    """What to say of a value beside the expected one."""
    if raised is not None:
        return Seen(False, f"raised {raised.kind}", raised=raised)
    if same(value, expected):
        return Seen(True, shown(value), value)
    other_kind = type(value) is not type(expected) and value == expected
    wanted = kind_of(expected) if other_kind else f"`{shown(expected)}`"
    return Seen(False, f"got `{shown(value)}`, expected {wanted}", value)


def verdict(
    name: str, item: str, *, items: Sequence[str], accepted: Collection[Any], words: Collection[Any], against: str
) -> Case:
    """Look at one entry of a dictionary of verdicts, once all are given; the table doesn't show the others.

    Args:
        name: of the dictionary in the notebook.
        items: its keys.
        accepted: the verdicts that are right.
        words: all verdicts that may be given.
        against: what speaks against the others, in a sentence or two.
    """

    def run(work: Work) -> Seen:
        value = all_filled(work, name, items)[item]
        if value not in words:
            options = ", ".join(f'"{word}"' for word in words)
            raise Stop(Message(f'`{name}["{item}"]` is {short(value)}.', f"Choose one of {options}."))
        seen = f'For "{item}" you chose "{value}".'
        return Seen(value in accepted, str(value), value, rows=(), message=Message(seen, against))

    return Case(item, f'{name}["{item}"]', run, about=item)


def reasoned(
    name: str,
    item: str,
    *,
    items: Sequence[str],
    parts: Sequence[Collection[Any]],
    form: str,
    accepted: Collection[tuple[Any, ...]],
    said: str,
    against: str,
) -> Case:
    """Look at one entry of several parts, such as a verdict and its reason; else like `verdict`.

    Of a pair whose first part is right and whose second is not, just that is said.

    Args:
        parts: what may stand in each place.
        form: how an entry is written, in a sentence.
        accepted: the entries that are right.
        said: the student's entry in words, with {} for each part.
    """

    def run(work: Work) -> Seen:
        chosen = _several(f'`{name}["{item}"]`', all_filled(work, name, items)[item], parts, form)
        seen = f'For "{item}" you {said.format(*chosen)}.'
        shown = ", ".join(str(part) for part in chosen)
        half = len(parts) == 2 and any(chosen[0] == entry[0] for entry in accepted)
        why = Message(seen, f'"{chosen[0]}" fits. Another of the reasons says why.', "Look at what is asked for here.")
        return Seen(chosen in accepted, shown, chosen, rows=(), message=why if half else Message(seen, against))

    return Case(item, f'{name}["{item}"]', run, about=item)


def _several(entry: str, value: Any, parts: Sequence[Collection[Any]], form: str) -> tuple[Any, ...]:
    """The parts of an entry.

    Raises:
        Stop: there are too few or too many, or a part is none of those that may stand in its place.
    """
    if not isinstance(value, tuple | list) or len(value) != len(parts):
        raise Stop(Message(f"{entry} is {short(value)}.", form))
    for part, words in zip(value, parts, strict=True):
        if not any(strictly_equal(part, word) for word in words):
            least_and_most = f"a whole number from {min(words)} to {max(words)}" if isinstance(words, range) else ""
            options = least_and_most or "one of " + ", ".join(f'"{word}"' for word in words)
            raise Stop(Message(f"{entry} holds {short(part)}.", f"Choose {options}."))
    return tuple(value)


def entries(work: Work, name: str) -> Mapping[Any, Any]:
    """A dictionary of the notebook that the student fills in, complete.

    Raises:
        Unwritten: entries still hold the dots of the stub.
        Stop: it is no dictionary.
    """
    value = work.names[name]
    if not isinstance(value, dict):
        raise Stop(Message(f"`{name}` is {kind_of(value)}.", "It must be a dictionary, as the cell had it: `{…: …}`."))
    return value


def all_filled(work: Work, name: str, keys: Sequence[str | int | tuple[str, ...]]) -> Mapping[Any, Any]:
    """The dictionary, if each of the keys has been given a value.

    Raises:
        Unwritten: some are missing or still hold the dots of the stub.
        Stop: it is no dictionary.
    """
    value = entries(work, name)
    open_ones = [key for key in keys if value.get(key, ...) is ...]
    if len(open_ones) == len(keys):
        raise Unwritten(unwritten(name))
    if open_ones:
        count = f"{len(open_ones)} of {len(keys)} entries are still open, the first is {named(open_ones[0])}."
        raise Unwritten(Message(f"`{name}`: {count}", "", "Fill them all in, run the cell, then check again."))
    return value


def yes_or_no(work: Work, name: str, keys: Sequence[str | tuple[str, ...]]) -> Mapping[Any, bool]:
    """A dictionary of `True` and `False`, if each of the keys has been given one of them.

    Raises:
        Unwritten: entries still hold the dots of the stub.
        Stop: it is no dictionary of True and False.
    """
    value = all_filled(work, name, keys)
    odd = next((key for key in keys if type(value[key]) is not bool), None)
    if odd:
        raise Stop(Message(f"For {named(odd)} you have {short(value[odd])}.", "Each must be `True` or `False`."))
    return {key: value[key] for key in keys}


def named(key: str | int | tuple[str, ...]) -> str:
    """A key of a student's dictionary in a sentence; one of several parts as these parts."""
    if isinstance(key, tuple):
        return ", ".join(key)
    return f'"{key}"' if isinstance(key, str) else str(key)


def second_comes_next(work: Work, done: str, more: str, name: str = "again") -> Seen | None:
    """What to say while the second part of a prediction is still empty; None when something is filled in.

    Args:
        done: a sentence on the first part.
        more: what comes now, such as "Now a fifth:".
        name: of the dictionary in the notebook.
    """
    given = work.names.get(name)
    if isinstance(given, dict) and any(value is not ... for value in given.values()):
        return None
    do = f"fill in `{name}` in the next cell, run it, and check again."
    return Seen(False, "the second prediction comes next", message=Message(done, more, do), pending=True)


def first(fits: Callable[[Tried], Mapping[str, object] | None], *, explains_error: bool = False) -> Detect:
    """Recognise a wrong answer in a single failing case: `fits` gives the values of its message, or None."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        for one in tried:
            values = None if one.seen.ok else fits(one)
            if values is not None:
                return Hit(one, values, explains_error)
        return None

    return detect


def picked(rng: random.Random | None, printed: Sequence[T], others: Sequence[T]) -> list[T]:
    """The printed values without a seed; as many of the same family with one."""
    return list(printed) if rng is None else rng.sample(list(others), len(printed))
