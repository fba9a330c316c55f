"""Exercise 04.3, promote or roll back?: what `decide` says of counts, and where `act` lets the alias point.

Before each call of `act` the alias of the student's function is put back into the state of a canary; afterwards it is
read with `get_alias`. Left out: the calls themselves, whose errors are only counted here.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lambdalab.learn.cases import called, first
from lambdalab.learn.exercises import Case, Detect, Hit, Message, NotRun, Raised, Seen, Tried
from lambdalab.learn.work import Work

PRICED = "ex04_price"
_Counts = tuple[int, int, int, int]
_COUNTS: Sequence[tuple[str, _Counts, str]] = (
    ("few new calls, many errors", (12_000, 12, 60, 3), "roll back"),
    ("no error at all", (1_000, 0, 100, 0), "promote"),
    ("too few new calls", (5_000, 10, 49, 9), "wait"),
    ("just enough new calls", (5_000, 10, 50, 0), "promote"),
    ("worse, but not above 1 %", (10_000, 10, 1_000, 9), "promote"),
    ("above 1 %, but the old one is no better", (1_000, 30, 100, 5), "promote"),
    ("above 1 %, and the old one never failed", (900, 0, 100, 3), "roll back"),
    ("no call of the old version", (0, 0, 80, 4), "roll back"),
    ("exactly 1 %", (10_000, 10, 1_000, 10), "promote"),
    ("exactly twice the old rate", (1_000, 20, 100, 4), "promote"),
)


def cases(rng: random.Random | None) -> Sequence[Case]:
    factor = 1 if rng is None else rng.choice((2, 3, 5))
    weight = 0.1 if rng is None else rng.choice((0.05, 0.2, 0.25))
    decided = [called("decide", *_scaled(n, factor), expected=wanted, tried=what) for what, n, wanted in _COUNTS]
    acted = [_acts(what, weight) for what in ("promote", "roll back", "wait")]
    return [*decided, *acted]


def _scaled(counts: _Counts, factor: int) -> _Counts:
    """The same rates with more calls; a case about the 50 calls stays as it is."""
    old_calls, old_errors, new_calls, new_errors = counts
    if new_calls in (49, 50):
        return old_calls * factor, old_errors * factor, new_calls, new_errors
    return old_calls * factor, old_errors * factor, new_calls * factor, new_errors * factor


def _acts(decision: str, weight: float) -> Case:
    wanted: tuple[str, dict[str, float]] = {
        "promote": ("2", {}),
        "roll back": ("1", {}),
        "wait": ("1", {"2": weight}),
    }[decision]

    def run(work: Work) -> Seen:
        _prepare(work, weight)
        outcome = work.call("act", decision)
        alias = work.client.get_alias(FunctionName=PRICED, Name="live")
        seen = (alias["FunctionVersion"], alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}))
        facts = {"version": seen[0], "weights": seen[1], "before": {"2": weight}, "decision": decision}
        if outcome.raised is not None:
            return Seen(False, f"raised {outcome.raised.kind}", raised=outcome.raised, facts=facts)
        return Seen(seen == wanted, f"live: {_said(*seen)}; expected {_said(*wanted)}", facts=facts)

    event = f'act("{decision}")\nclient.get_alias(FunctionName="{PRICED}", Name="live")'
    return Case(f"act after {decision!r}", event, run)


def _said(version: str, weights: Mapping[str, float]) -> str:
    more = ", ".join(f"{weight * 100:g} % to version {other}" for other, weight in weights.items())
    return f"version {version}" + (f", {more}" if more else "")


def _prepare(work: Work, weight: float) -> None:
    """The alias as a canary has it: on version 1, a share to version 2."""
    versions = [v["Version"] for v in work.client.list_versions_by_function(FunctionName=PRICED)["Versions"]]
    if not {"1", "2"} <= set(versions):
        what = f"`{PRICED}` has no versions 1 and 2."
        raise NotRun(Message(what, "", "Run the given cells of 04.3 from the top, then check again."))
    routing = {"FunctionVersion": "1", "RoutingConfig": {"AdditionalVersionWeights": {"2": weight}}}
    try:
        work.client.update_alias(FunctionName=PRICED, Name="live", **routing)
    except work.client.exceptions.ResourceNotFoundException:
        work.client.create_alias(FunctionName=PRICED, Name="live", **routing)


def judged(fits: Callable[[str, _Counts], Mapping[str, object] | None]) -> Detect:
    """A wrong answer of `decide`: `fits` gets what it said and the counts, of each case that fails."""

    def detect(one: Tried) -> Mapping[str, object] | None:
        return fits(one.seen.value, one.case.about) if isinstance(one.case.about, tuple) else None

    return first(detect, explains_error=True)


def percent_as_rate(tried: Sequence[Tried], work: Work) -> Hit | None:
    """All is right, except that nothing is ever rolled back: a rate is never above 1."""
    decided = [one for one in tried if isinstance(one.case.about, tuple)]
    wrong = [one for one in decided if not one.seen.ok]
    if not wrong or any(one.seen.value != "promote" for one in wrong):
        return None
    if any(one.seen.value == "roll back" for one in decided):
        return None
    one = max(wrong, key=lambda one: _rates(one.case.about)[1])
    return Hit(one, {"p": _percent(_rates(one.case.about)[1])}, explains_error=True)


def counted_errors(said: str, counts: _Counts) -> Mapping[str, object] | None:
    """Promoted where only the rates, not the counts, speak against it."""
    names = ("old_calls", "old_errors", "new_calls", "new_errors")
    told = {name: f"{number:,}" for name, number in zip(names, counts, strict=True)}
    return told if said == "promote" and counts[3] < counts[1] else None


def waits_at_fifty(said: str, counts: _Counts) -> Mapping[str, object] | None:
    return {} if said == "wait" and counts[2] == 50 else None


def one_condition(said: str, counts: _Counts) -> Mapping[str, object] | None:
    """Rolled back where only one of the two conditions holds."""
    old, new = _rates(counts)
    if said != "roll back" or (new > 0.01) == (new > 2 * old) or _at_a_limit(counts):
        return None
    return {"new": _percent(new), "old": _percent(old)}


def at_the_limit(said: str, counts: _Counts) -> Mapping[str, object] | None:
    """Rolled back where the rate is exactly the limit."""
    old, new = _rates(counts)
    if said != "roll back" or not _at_a_limit(counts):
        return None
    limit = "1 %" if new == 0.01 else "twice the old rate"
    return {"limit": limit, "new": _percent(new), "old": _percent(old)}


def _at_a_limit(counts: _Counts) -> bool:
    old, new = _rates(counts)
    return counts[2] >= 50 and (new == 0.01 or new == 2 * old > 0)


def _rates(counts: _Counts) -> tuple[float, float]:
    """The share of errors, of the old version and the new one."""
    old_calls, old_errors, new_calls, new_errors = counts
    return old_errors / old_calls if old_calls else 0.0, new_errors / new_calls


def _percent(rate: float) -> str:
    return f"{100 * rate:g}"


def acted(fits: Callable[[Mapping[str, Any], Raised | None], Mapping[str, object] | None]) -> Detect:
    """A wrong answer seen in the alias after `act`."""

    def detect(one: Tried) -> Mapping[str, object] | None:
        return fits(one.seen.facts, one.seen.raised) if "decision" in one.seen.facts else None

    return first(detect, explains_error=True)


def act_does_nothing(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Neither decision changes the alias."""
    moved = [one for one in tried if one.seen.facts.get("decision") in ("promote", "roll back")]
    same = [one for one in moved if one.seen.raised is None and one.seen.facts["version"] == "1"]
    if len(same) < 2 or not all(one.seen.facts["weights"] == one.seen.facts["before"] for one in same):
        return None
    return Hit(same[0])


def to_latest(facts: Mapping[str, Any], raised: Raised | None) -> Mapping[str, object] | None:
    refused = raised is not None and "$LATEST is not supported" in raised.text
    return {} if facts["decision"] == "roll back" and (refused or facts["version"] == "$LATEST") else None


def weights_left(facts: Mapping[str, Any], raised: Raised | None) -> Mapping[str, object] | None:
    left = facts["decision"] == "roll back" and facts["version"] == "1" and facts["weights"]
    return {"p": f"{sum(facts['weights'].values()) * 100:g}"} if left and raised is None else None


def promoted_with_weights(facts: Mapping[str, Any], raised: Raised | None) -> Mapping[str, object] | None:
    left = facts["decision"] == "promote" and facts["weights"]
    refused = raised is not None and "already included in routing" in raised.text
    return {} if left and (refused or facts["version"] == "2") else None


def not_promoted(facts: Mapping[str, Any], raised: Raised | None) -> Mapping[str, object] | None:
    return {} if facts["decision"] == "promote" and facts["version"] == "1" and raised is None else None


def wait_moved(facts: Mapping[str, Any], raised: Raised | None) -> Mapping[str, object] | None:
    moved = facts["decision"] == "wait" and (facts["version"] != "1" or not facts["weights"])
    return {} if moved and raised is None else None
