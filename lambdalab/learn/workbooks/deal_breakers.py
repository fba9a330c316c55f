"""Exercise 12.1, deal-breakers: which limits a workload breaks, for workloads as dictionaries.

The right names come from the same rule that the cards of lesson 12 are computed with (`models/workloads.py`).
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping, Sequence, Set
from typing import Any

from lambdalab.learn.cases import called, first
from lambdalab.learn.exercises import Case, Detect, Hit, Tried
from lambdalab.learn.words import kind_of
from lambdalab.learn.work import Work
from lambdalab.models.workloads import limits, workload

PLAIN: Mapping[str, Any] = {
    "run_s": 2,
    "call": "async",
    "payload_mb": 0.1,
    "memory_mb": 512,
    "tmp_mb": 512,
    "gpu": False,
    "connections": False,
    "browser": False,
}
"""A workload that breaks nothing."""
_SEVERAL = 3  # so many empty lists are no single limit that was forgotten

_CASES: Sequence[tuple[str, dict[str, Any], dict[str, Any]]] = (  # what differs from PLAIN, and how it may vary
    ("a run of 16 min", {"run_s": 960}, {"run_s": (901, 1_200, 3_600)}),
    ("7 MB, and the caller waits", {"call": "sync", "payload_mb": 7}, {"payload_mb": (6.5, 8, 20)}),
    ("2 MB, and the caller waits", {"call": "sync", "payload_mb": 2}, {"payload_mb": (1.5, 3, 5)}),
    ("0.9 MB, asynchronous", {"payload_mb": 0.9}, {"payload_mb": (0.3, 0.5, 0.95)}),
    ("1.2 MB, asynchronous", {"payload_mb": 1.2}, {"payload_mb": (1.1, 2, 5)}),
    ("40 s behind an API", {"call": "sync", "browser": True, "run_s": 40}, {"run_s": (30, 60, 300)}),
    ("40 s, a program waits", {"call": "sync", "run_s": 40}, {"run_s": (30, 60, 300)}),
    ("12 GB of memory", {"memory_mb": 12_288}, {"memory_mb": (10_241, 16_384, 32_768)}),
    ("11 GB in /tmp", {"tmp_mb": 11_264}, {"tmp_mb": (10_241, 20_480)}),
    ("a GPU", {"gpu": True}, {}),
    ("open connections", {"connections": True, "call": "sync"}, {}),
    ("exactly 10 GB of memory", {"memory_mb": 10_240}, {}),
    ("exactly 10 GB in /tmp", {"tmp_mb": 10_240}, {}),
    ("exactly 15 min", {"run_s": 900}, {}),
    ("exactly 29 s behind an API", {"call": "sync", "browser": True, "run_s": 29}, {}),
    ("nothing special", {}, {"run_s": (1, 30, 400), "memory_mb": (128, 1_769, 3_008)}),
    ("20 min on a GPU", {"run_s": 1_200, "gpu": True}, {"run_s": (1_000, 5_000)}),
    ("1,000 s behind an API", {"call": "sync", "browser": True, "run_s": 1_000}, {"run_s": (901, 2_000)}),
    ("20 min on a GPU, 12 GB of memory", {"run_s": 1_200, "gpu": True, "memory_mb": 12_288}, {"run_s": (950, 5_000)}),
)


def broken(given: Mapping[str, Any]) -> list[str]:
    """The names of the limits that a workload of this form breaks."""
    return list(dataclasses.replace(workload("thumbnails"), **given).broken)


def cases(rng: random.Random | None) -> Sequence[Case]:
    made = []
    for tried, changed, varied in _CASES:
        other = {} if rng is None else {key: rng.choice(values) for key, values in varied.items()}
        given = {**PLAIN, **changed, **other}
        made.append(called("broken_limits", given, expected=broken(given), tried=_told(tried, other), same=_same_names))
    return made


def _told(tried: str, other: Mapping[str, Any]) -> str:
    return f"other numbers: {', '.join(f'{key} {value}' for key, value in other.items())}" if other else tried


def _same_names(value: Any, expected: list[str]) -> bool:
    """A list with the same names, in any order."""
    return type(value) is list and all(isinstance(one, str) for one in value) and sorted(value) == sorted(expected)


def _names(one: Tried) -> list[str] | None:
    value = one.seen.value
    return value if isinstance(value, list) and all(isinstance(name, str) for name in value) else None


def no_list(one: Tried) -> Mapping[str, object] | None:
    """The names came back, but as a set, one text, a generator or the like."""
    value = one.seen.value
    other = isinstance(value, str | tuple | Mapping | Set) or hasattr(value, "__next__")
    return {"kind": kind_of(value)} if other else None


def nothing_found(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Wherever the function fails, its list is empty."""
    failing = [one for one in tried if not one.seen.ok]
    if len(failing) < _SEVERAL or any(_names(one) != [] for one in failing):
        return None
    return Hit(failing[0], {"what": failing[0].case.tried, "n": len(failing) - 1})


def one_alone(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Wherever the function fails, it named one of several."""
    failing = [one for one in tried if not one.seen.ok]
    named = [_names(one) or [] for one in failing]
    if not failing or not all(
        len(found) == 1 and found[0] in broken(*one.case.about) for one, found in zip(failing, named, strict=True)
    ):
        return None
    return Hit(failing[0], {"what": failing[0].case.tried, "name": named[0][0]})


def forgotten(name: str) -> Detect:
    """This limit is broken and was not named, although a list came back; and no other one was forgotten."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        missing = [(one, _missing(one)) for one in tried if not one.seen.ok]
        if {each for _, names in missing for each in names} != {name}:
            return None
        one = next(one for one, names in missing if names)
        (given,) = one.case.about
        return Hit(one, {"run": given["run_s"], "payload": given["payload_mb"]})

    return detect


def _missing(one: Tried) -> list[str]:
    found = _names(one)
    return [] if found is None else [name for name in broken(*one.case.about) if name not in found]


def no_browser(one: Tried) -> Mapping[str, object] | None:
    """The API's limit was named where no API is in front."""
    (given,) = one.case.about
    named = "rest_s" in (_names(one) or []) and not given["browser"]
    return {"run": given["run_s"], "call": given["call"]} if named else None


def without_need(name: str) -> Detect:
    """This limit was named for a workload to which it does not apply, or whose value is below it."""

    def fits(one: Tried) -> Mapping[str, object] | None:
        (given,) = one.case.about
        found = _names(one)
        if found is None or name not in found or name in broken(given):
            return None
        return {"payload": given["payload_mb"], "call": given["call"]}

    return first(fits)


def exactly_named(one: Tried) -> Mapping[str, object] | None:
    """A limit was named where the value is exactly the limit."""
    (given,) = one.case.about
    found = _names(one) or []
    values = {
        "timeout_most_s": (given["run_s"], "s"),
        "rest_s": (given["run_s"], "s"),
        "memory_most_mb": (given["memory_mb"], "MB"),
        "tmp_most_mb": (given["tmp_mb"], "MB"),
    }
    for name, (value, unit) in values.items():
        if name in found and value == limits()[name] and name not in broken(given):
            return {"value": f"{value:,} {unit}", "name": name}
    return None
