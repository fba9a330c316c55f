"""Exercises 12.2 and 12.3: a verdict for each of the twelve workloads, and the change that turns it around.

Accepted verdicts stand here and not on the cards, which students look at; limits and prices are computed
(`models/workloads.py`), and computed again with each change.
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
from lambdalab.models.workloads import RARE, REASONS, VERDICTS, Workload, workload
from lambdalab.show.numbers import money, number

# 12.2, twelve workloads

_Pairs = Sequence[tuple[str, str]]


def _stands(*reasons: str) -> list[tuple[str, str]]:
    """Both choices that stand, for each of these reasons."""
    return [(verdict, reason) for reason in reasons for verdict in ("container service", "VM")]


ACCEPTED: Mapping[str, tuple[_Pairs, str]] = {  # the pairs that are right, and what speaks against the others
    "thumbnails": (
        [("Lambda", "spiky load")],
        "5,000 a day are not few. What is special about when they come: what would have to stand ready for ten at "
        "once?",
    ),
    "API": (_stands("steady load"), "Sixty run at once, and never fewer. Who is cheaper for work that never pauses?"),
    "backup": (_stands("limit"), "It takes 45 minutes and cannot be cut. How long may a function run?"),
    "webhook": (
        [("Lambda", "rare")],
        "It works two seconds a day, one call at a time. What does each choice cost in all the other seconds?",
    ),
    "game": (
        _stands("state", "limit"),
        "The moves are short, and the load would fit. What has to be there still when the next move comes?",
    ),
    "GPU model": (
        [("VM", "limit"), ("VM", "steady load")],
        "Which device does it need all day, and does a function offer one?",
    ),
    "clean-up": (
        [("Lambda", "rare")],
        "Twenty seconds a night. What happens in the other 23 hours and 59 minutes?",
    ),
    "chat command": (  # either: with an environment that is kept ready
        [("container service", "latency"), ("either", "latency"), ("VM", "latency")],
        "Half an hour between two calls: the start of 4 s comes again and again. How long may an answer take?",
    ),
    "ticket sale": (
        [("Lambda", "spiky load")],
        "Almost two million orders are not few. When do they come, and what would have to stand ready in between?",
    ),
    "accounting": (
        [("VM", "limit"), ("VM", "team knows it")],
        "Nobody can change this program or pack it anew. On which system has it to be installed, and which choice "
        "lets you do that?",
    ),
    "import": (
        [("Lambda", "rare"), ("either", "limit is near")],
        "Twelve minutes: how far is that from fifteen? And how often does it come?",
    ),
    "dashboard": (
        [("Lambda", "rare"), ("either", "team knows it"), *_stands("team knows it")],
        "Count the hours of a week in which somebody looks, and the seconds of work in them.",
    ),
}


def accepted(name: str) -> _Pairs:
    """The pairs of verdict and reason that are right for a workload, the most usual first."""
    return ACCEPTED[name][0]


def against(name: str) -> str:
    """What speaks against another verdict, without naming the right one."""
    return ACCEPTED[name][1]


def placed(rng: random.Random | None) -> Sequence[Case]:
    about: dict[str, Any] = {
        "items": list(ACCEPTED),
        "parts": (VERDICTS, REASONS),
        "form": 'It must be a pair, verdict and reason: `("VM", "state")`.',
        "said": 'chose "{}", because "{}"',
    }
    return [
        reasoned("verdict", name, accepted=pairs, against=against, **about)
        for name, (pairs, against) in ACCEPTED.items()
    ]


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


def no_gpu_there(one: Tried) -> Mapping[str, object] | None:
    """A container service was chosen for what needs a GPU; Fargate, the course's, has none."""
    found = workload(one.case.about)
    return {"w": found.name} if found.gpu and one.seen.value[0] == "container service" else None


def idle_machine(one: Tried) -> Mapping[str, object] | None:
    """A machine was chosen that would stand idle nearly all day, and nothing but the load speaks for it."""
    found = workload(one.case.about)
    other_reason = any(verdict == "VM" for verdict, _ in accepted(found.name))
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
    others = [why for _, why in accepted(found.name) if why in _PAUSES]
    return {"reason": reason, "w": found.name} if reason in _PAUSES and others and reason not in others else None


_AGAINST_A_FUNCTION = ("limit", "limit is near", "steady load", "latency", "state")
_PAUSES = ("rare", "spiky load")

# 12.3, change one thing

Change = tuple[str, Mapping[str, Any]]
"""What is said of a change, and the figures that it changes."""

CHANGES: Mapping[str, Sequence[Change]] = {
    "thumbnails": (
        ("a hundred times as many, ten at once as before", {"pieces": 500_000}),
        ("20 min each", {"run_s": 1_200}),
        ("weekdays only", {"pieces": 25_000, "days": 7}),
    ),
    "API": (
        ("a five-hundredth of the rate", {"pieces": 34_560, "at_once": 1}),
        ("50 ms latency", {"answer_s": 0.05}),
        ("eight times the memory", {"memory_mb": 4_096}),
    ),
    "backup": (
        ("every hour", {"pieces": 24}),
        ("10,240 MB of memory", {"memory_mb": 10_240}),
        ("can be cut into 10-minute pieces", {"run_s": 600, "pieces": 5}),
    ),
    "game": (
        ("a hundred times the players", {"pieces": 43_200_000}),
        ("state moves to a store, short calls instead of connections", {"connections": False}),
        ("a CPU ten times as fast", {"run_s": 0.002}),
    ),
    "clean-up": (
        ("every minute", {"pieces": 1_440}),
        ("200 accounts in one run, 70 min", {"run_s": 4_200}),
        ("other region", {}),
    ),
    "ticket sale": (
        ("ten times the peak", {"pieces": 18_000_000, "at_once": 6_000}),
        ("3,000/s all day", {"pieces": 3_000 * 86_400 * 28}),
        ("paid by points", {}),
    ),
}
AGAIN: Mapping[str, Sequence[Change]] = {
    "webhook": (
        ("a thousand times as many", {"pieces": 40_000}),
        ("5 MB in each call, and the partner waits", {"payload_mb": 5}),
        ("1,000/s all day", {"pieces": 1_000 * 86_400, "at_once": 50}),
    ),
    "dashboard": (
        ("40 s a view", {"run_s": 40}),
        ("six hundred people", {"pieces": 288_000, "at_once": 60}),
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
