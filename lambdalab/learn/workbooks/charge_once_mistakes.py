"""Exercise 07.3, typical wrong answers: each is recognised by which of the cases showed too many lines, or too few."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lambdalab.learn.cases import first
from lambdalab.learn.checks import sentence
from lambdalab.learn.exercises import Hit, Tried
from lambdalab.learn.student import uses
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks.charge_once import (
    ANOTHER_PRICE,
    BEHIND,
    FAILS_ONCE,
    FUNCTION,
    NEW_ENVIRONMENT,
    SAME_MESSAGE,
    SAME_MOMENT,
    TWENTY,
    TWO_MESSAGES,
    failures,
)

_THERE = ("ConditionalCheckFailedException", "TransactionCanceledException")


def _by_name(tried: Sequence[Tried]) -> Mapping[str, Tried]:
    return {one.case.about: one for one in tried}


def _counts(one: Tried) -> Mapping[str, int]:
    found: Mapping[str, int] = one.seen.facts.get("counts", {})
    return found


def _more(one: Tried) -> int:
    """How many lines the first order has that has too many; 0 without one."""
    return next((count for count in _counts(one).values() if count > 1), 0)


def new_key(tried: Sequence[Tried], work: Work) -> Hit | None:
    """A put with a condition, and yet the same message made two lines."""
    one = _by_name(tried)[SAME_MESSAGE]
    there = _more(one) and "attribute_not_exists" in work.source(FUNCTION)
    return Hit(one, {"n": _more(one)}) if there else None


def message_as_key(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The same message is charged once, the same order in another message is not."""
    by_name = _by_name(tried)
    one = by_name.get(TWO_MESSAGES)
    if one is None or not by_name[SAME_MESSAGE].seen.ok or not _more(one):
        return None
    return Hit(one, {"n": _more(one)})


def price_in_key(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The same order in another message is charged once, and not when its price is another one."""
    by_name = _by_name(tried)
    one = by_name.get(ANOTHER_PRICE)
    if one is None or not by_name[TWO_MESSAGES].seen.ok or not _more(one):
        return None
    return Hit(one, {"n": _more(one)})


def in_a_global(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Only the new environment charged again."""
    by_name = _by_name(tried)
    one = by_name.get(NEW_ENVIRONMENT)
    if one is None or _more(by_name[TWO_MESSAGES]) or not _more(one):
        return None
    return Hit(one, {"n": _more(one)})


def looked_first(tried: Sequence[Tried], work: Work) -> Hit | None:
    """One after the other it is charged once, and twice at the same moment."""
    one = _only_at_once(tried)
    return Hit(one, {"n": _more(one)}) if one and _reads(work) else None


def written_over(tried: Sequence[Tried], work: Work) -> Hit | None:
    """One line, but not the first one; or both environments put it, and neither had looked."""
    changed = (one for one in tried if one.seen.facts.get("changed") and not one.seen.facts["error"])
    one = next(changed, None) or _only_at_once(tried)
    return Hit(one, {"tried": sentence(one.case.tried)}) if one else None


def _only_at_once(tried: Sequence[Tried]) -> Tried | None:
    """The case of the same moment, if the order has two charges there and only there."""
    by_name = _by_name(tried)
    one = by_name.get(SAME_MOMENT)
    if one is None or _more(by_name[NEW_ENVIRONMENT]) or not _more(one):
        return None
    return one


def _reads(work: Work) -> bool:
    """Whether the function looks into a table at all."""
    source = work.source(FUNCTION)
    return not source or uses(source, "get_item", "query", "scan", "batch_get_item", "get_paginator")


def there_already(one: Tried) -> Mapping[str, object] | None:
    """A charge that was made before ended in an error."""
    error = one.seen.facts.get("error")
    return {"kind": error} if error in _THERE and not _more(one) else None


def named_though_done(one: Tried) -> Mapping[str, object] | None:
    """All is charged, and the answer names it as a failure each time that it comes."""
    named = one.seen.facts.get("named") and all(count == 1 for count in _counts(one).values())
    return {} if named else None


def ended_early(tried: Sequence[Tried], work: Work) -> Hit | None:
    """What stands in one batch behind an order that is there already, or whose write failed, is never charged."""
    by_name = _by_name(tried)
    one, twenty = by_name[TWO_MESSAGES], by_name.get(TWENTY)
    if twenty and twenty.seen.ok and not one.seen.facts["error"] and list(_counts(one).values()) == [1, 0]:
        return Hit(one, {"what": "An order came that was charged before"})
    one = by_name.get(FAILS_ONCE, one)
    counts = _counts(one)
    passed = next((name for name in failures() if counts.get(name) == 1 and counts[name + BEHIND] == 0), None)
    if passed is None or one.seen.facts["error"]:
        return None
    return Hit(one, {"what": f"`{failures()[passed][0]}` failed for an order"})


def lost(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Without failures all is charged; a write failed, and the message counted as done."""
    by_name = _by_name(tried)
    one = by_name.get(FAILS_ONCE)
    plain = (each for each in tried if each is not one)
    if one is None or one.seen.facts["error"] or not all(all(_counts(each).values()) for each in plain):
        return None
    none = next((name for name, count in _counts(one).items() if count == 0), None)
    return Hit(one, {"operation": failures()[none.removesuffix(BEHIND)][0]}) if none else None


THERE_ALREADY = first(there_already, explains_error=True)
