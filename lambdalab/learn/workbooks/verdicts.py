"""Exercises 12.2 and 12.3: a verdict for each of the twelve workloads, and the change that turns it around.

Accepted verdicts stand beside each workload (workloads.toml); limits and prices are computed (`models/workloads.py`),
and computed again with each change.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from lambdalab.learn.cases import all_filled, reasoned, second_comes_next
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Row, Seen, Stop, Tried
from lambdalab.learn.words import short
from lambdalab.learn.work import Work
from lambdalab.models.workloads import RARE, REASONS, VERDICTS, Workload, workload, workloads
from lambdalab.show.numbers import money, number

# 12.2, twelve workloads


def placed(rng: random.Random | None) -> Sequence[Case]:
    about: dict[str, Any] = {
        "items": [one.name for one in workloads()],
        "parts": (VERDICTS, REASONS),
        "form": 'It must be a pair, verdict and reason: `("VM", "state")`.',
        "said": 'chose "{}", because "{}"',
    }
    return [reasoned("verdict", one.name, accepted=one.accepted, against=one.against, **about) for one in workloads()]


def no_limit_broken(one: Tried) -> Mapping[str, object] | None:
    """A limit was given as the reason where none is broken."""
    found = workload(one.case.about)
    return {"w": found.name} if one.seen.value[1] == "limit" and not found.broken and not found.windows else None


def dearer_on_lambda(one: Tried) -> Mapping[str, object] | None:
    """A function was chosen for what breaks no limit and is cheaper where it stands."""
    found = workload(one.case.about)
    if one.seen.value[0] != "Lambda" or found.broken or found.lambda_usd <= found.standing_usd:
        return None
    return {"a": money(found.lambda_usd), "b": money(found.standing_usd)}


def idle_machine(one: Tried) -> Mapping[str, object] | None:
    """A machine was chosen that would stand idle nearly all day, and nothing but the load speaks for it."""
    found = workload(one.case.about)
    other_reason = any(verdict == "VM" for verdict, _ in found.accepted)
    if one.seen.value[0] != "VM" or other_reason or found.share >= RARE or not found.fits_a_function:
        return None
    idle = 100 * (1 - found.share)
    return {"p": number(idle, 5 if idle > 99.9 else 3)}


def speaks_against(one: Tried) -> Mapping[str, object] | None:
    """A function was chosen, for a reason that could only speak against it."""
    verdict, reason = one.seen.value
    return {"reason": reason, "w": one.case.about} if verdict == "Lambda" and reason in _AGAINST_A_FUNCTION else None


def rare_or_spiky(one: Tried) -> Mapping[str, object] | None:
    """Of the two reasons for long pauses the other one fits."""
    found, reason = workload(one.case.about), one.seen.value[1]
    others = [why for _, why in found.accepted if why in _PAUSES]
    return {"reason": reason, "w": found.name} if reason in _PAUSES and others and reason not in others else None


_AGAINST_A_FUNCTION = ("limit", "limit is near", "steady load", "state")
_PAUSES = ("rare", "spiky load")

# 12.3, change one thing

Change = tuple[str, Mapping[str, Any]]
"""What is said of a change, and the figures that it changes."""

CHANGES: Mapping[str, Sequence[Change]] = {
    "thumbnails": (
        ("twice the rate", {"pieces": 10_000, "at_once": 20}),
        ("20 min each", {"run_s": 1_200}),
        ("weekdays only", {"pieces": 25_000, "days": 7}),
    ),
    "API": (
        ("a five-hundredth of the rate", {"pieces": 34_560, "at_once": 1}),
        ("50 ms latency", {"answer_s": 0.05}),
        ("double memory", {"memory_mb": 1_024}),
    ),
    "backup": (
        ("twice a night", {"pieces": 2}),
        ("more memory", {"memory_mb": 3_008}),
        ("can be cut into 10-minute pieces", {"run_s": 600, "pieces": 5}),
    ),
    "game": (
        ("more players", {"pieces": 864_000}),
        ("state moves to a store, short calls instead of connections", {"connections": False}),
        ("faster CPU", {"run_s": 0.01}),
    ),
    "clean-up": (
        ("every hour", {"pieces": 24}),
        ("200 accounts in one run, 70 min", {"run_s": 4_200}),
        ("other region", {}),
    ),
    "ticket sale": (
        ("twice the peak", {"pieces": 3_600_000, "at_once": 1_200}),
        ("3,000/s all day", {"pieces": 3_000 * 86_400 * 28}),
        ("paid by points", {}),
    ),
}
AGAIN: Mapping[str, Sequence[Change]] = {
    "webhook": (
        ("ten times as many", {"pieces": 400}),
        ("2 MB in each call, and the partner waits", {"payload_mb": 2}),
        ("1,000/s all day", {"pieces": 1_000 * 86_400, "at_once": 50}),
    ),
    "dashboard": (
        ("40 s a view", {"run_s": 40}),
        ("sixty people", {"pieces": 28_800, "at_once": 6}),
        ("answers may take 10 s", {"answer_s": 10}),
    ),
}


def turned(name: str, changes: Sequence[Change]) -> str:
    """The change with which limits and prices give another verdict; there is exactly one."""
    before = workload(name)
    (found,) = [said for said, figures in changes if _after(before, figures).fits_a_function != before.fits_a_function]
    return found


def _after(before: Workload, figures: Mapping[str, Any]) -> Workload:
    return replace(before, **figures)


def turning(rng: random.Random | None) -> Sequence[Case]:
    return [
        Case("six workloads", "", _first, about="turns"),
        Case("two more", "", _second, about="again"),
    ]


def _compared(work: Work, name: str, changes: Mapping[str, Sequence[Change]]) -> Seen:
    said = all_filled(work, name, list(changes))
    for workload_name, offered in changes.items():
        options = [words for words, _ in offered]
        if said[workload_name] not in options:
            what = f'`{name}["{workload_name}"]` is {short(said[workload_name])}.'
            raise Stop(Message(what, "Choose one of " + ", ".join(f'"{option}"' for option in options) + "."))
    seen = {one: turned(one, offered) for one, offered in changes.items()}
    told = [(one, said[one], _shown(workload(one), dict(changes[one])[said[one]])) for one in changes]
    rows = tuple(Row(word == seen[one], f'{one}: you said "{word}"', shown) for one, word, shown in told)
    return Seen(True, "computed", facts={"said": dict(said), "seen": seen}, rows=rows)


def _shown(before: Workload, figures: Mapping[str, Any]) -> str:
    """What limits and prices say after the change that was chosen, whichever that is."""
    after = _after(before, figures)
    if after.broken:
        return f"breaks {after.broken[0]}"
    return f"Lambda {money(after.lambda_usd)}, standing {money(after.standing_usd)}"


def _first(work: Work) -> Seen:
    return _compared(work, "turns", CHANGES)


def _second(work: Work) -> Seen:
    if pending := second_comes_next(work, "Six are computed.", "Now two more:"):
        return pending
    seen = _compared(work, "again", AGAIN)
    said, found = seen.facts["said"], seen.facts["seen"]
    wrong = next((one for one in AGAIN if said[one] != found[one]), None)
    if wrong is None:
        return seen
    text = Message(f'With "{said[wrong]}" the verdict of {wrong} stays.', work.exercise.idea, work.exercise.look)
    return Seen(False, "computed", facts=seen.facts, rows=seen.rows, message=text)


def said_change(*changes: tuple[str, str]) -> Detect:
    """One of these changes was said to turn its workload around, and does not."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = next(one for one in tried if one.case.about == "turns")
        said, seen = one.seen.facts["said"], one.seen.facts["seen"]
        found = [(name, change) for name, change in changes if said[name] == change != seen[name]]
        return Hit(one, {"name": found[0][0], "said": found[0][1]}) if found else None

    return detect
