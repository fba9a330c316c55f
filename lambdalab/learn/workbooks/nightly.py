"""Exercise 08.3, every night at three: the student's function is called directly, then by the clock, for eight days.

Ages are made with `Lab.fill`, and the event's `time` is chosen, so that a file is exactly 30 days old. Only the call
without a `time` looks at the machine's clock. The bucket is emptied before and after.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from lambdalab.learn.exercises import Case, Hit, Seen, Tried
from lambdalab.learn.words import short, strictly_equal
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks import three_oclock
from lambdalab.learn.workbooks.exports import BUCKET, FUNCTION, filled, iso, made, there

_MONTH = timedelta(days=30)
_ONE: Mapping[str, float] = {"exact.csv": 10}
_MANY, _PAGE = 1_005, 1_000
_OLD = 8  # of the many; the tags of more are not needed
_TWO_TAGS = "kept too.csv"


def cases(rng: random.Random | None) -> Sequence[Case]:
    draw = rng or random.Random(3)
    age, dry = draw.randint(40, 300), draw.randint(2, 6)
    return [
        Case("an empty bucket", "", _empty, about="empty"),
        Case("a file that is exactly 30 days old", "", _exactly, about="exactly"),
        Case("a second later", "", _a_second_later, about="later"),
        Case("old files with the tags keep=true, keep=false, team=red", "", _tagged(age), about="tags"),
        Case(f"a dry run with {dry} old files and one to keep", "", _dry(dry), about="dry"),
        Case("dry_run is false", "", _not_dry, about="not dry"),
        Case("an event without a time", "", _no_time, about="no time"),
        Case(f"{_MANY:,} files, {_OLD} of them old", "", _many(draw), about="many"),
        *three_oclock.cases(),
    ]


# -- direct calls ------------------------------------------------------------------------------------------------------


def _empty(work: Work) -> Seen:
    filled(work, {})
    return _called(work, {}, {"deleted": 0}, (), (), _invoked({}))


def _exactly(work: Work) -> Seen:
    filled(work, _ONE)
    event = {"time": iso(made(work, "exact.csv") + _MONTH)}
    return _called(work, event, {"deleted": 0}, _ONE, _ONE, _a_month_later("days=30"))


def _a_second_later(work: Work) -> Seen:
    filled(work, _ONE)
    moment = made(work, "exact.csv") + _MONTH
    event = {"time": iso(moment + timedelta(seconds=1))}
    seen = _called(work, event, {"deleted": 1}, _ONE, (), _a_month_later("days=30, seconds=1"))
    if seen.facts.get("too few"):  # is it the second, or is the event's time not read at all?
        work.invoke(FUNCTION, {"time": iso(moment + _MONTH)})
        never = bool(there(work, _ONE))
        copy = _a_month_later("days=60") if never else seen.event
        return replace(seen, facts={**seen.facts, "never": never}, event=copy)
    return seen


def _tagged(age: int) -> Callable[[Work], Seen]:
    tags = {
        "kept.csv": {"keep": "true"},
        _TWO_TAGS: {"team": "red", "keep": "true"},
        "not kept.csv": {"keep": "false"},
        "red.csv": {"team": "red"},
    }
    ages, left = dict.fromkeys(tags, age), ("kept.csv", _TWO_TAGS)

    def run(work: Work) -> Seen:
        filled(work, ages, tags)
        event = {"time": iso(made(work, "kept.csv") + timedelta(days=age))}
        return _called(work, event, {"deleted": 2}, ages, left, f"{_filled(ages, tags)}\n{_invoked(event)}")

    return run


def _dry(count: int) -> Callable[[Work], Seen]:
    ages = {f"old {number}.csv": 50 + number for number in range(count)} | {"kept.csv": 400, "new.csv": 2}
    tags = {"kept.csv": {"keep": "true"}}

    def run(work: Work) -> Seen:
        filled(work, ages, tags)
        event = {"dry_run": True, "time": iso(made(work, "new.csv") + timedelta(days=2))}
        copy = f"{_filled(ages, tags)}\n{_invoked(event)}"
        return _called(work, event, {"would_delete": count}, ages, ages, copy)

    return run


def _not_dry(work: Work) -> Seen:
    ages = {"old.csv": 50, "new.csv": 2}
    filled(work, ages)
    event = {"dry_run": False, "time": iso(made(work, "new.csv") + timedelta(days=2))}
    return _called(work, event, {"deleted": 1}, ages, ("new.csv",), f"{_filled(ages)}\n{_invoked(event)}")


def _no_time(work: Work) -> Seen:
    """The function's own clock is the machine's, which the lab's may be ahead of."""
    ages = {"old.csv": 31 + work.lab.clock.ahead_seconds / 86_400, "new.csv": 29}
    filled(work, ages)
    copy = f'lab.fill("{BUCKET}", {{"old.csv": 31 + lab.clock.ahead_seconds / 86_400, "new.csv": 29}}, anew=True)'
    return _called(work, {}, {"deleted": 1}, ages, ("new.csv",), f"{copy}\n{_invoked({})}")


def _many(draw: random.Random) -> Callable[[Work], Seen]:
    keys = [f"{number:04}.csv" for number in range(_MANY)]
    old = [*draw.sample(keys[:_PAGE], 3), *keys[_PAGE:]]
    young = [key for key in draw.sample(keys[:_PAGE], 8) if key not in old]
    copy = f'lab.fill("{BUCKET}", {{f"{{n:04}}.csv": 45 if n > 996 else 3 for n in range({_MANY})}}, anew=True)'

    def run(work: Work) -> Seen:
        filled(work, {key: 45 if key in old else 3 for key in keys})
        event = {"time": iso(made(work, young[0]) + timedelta(days=3))}
        return _called(work, event, {"deleted": _OLD}, [*old, *young], young, f"{copy}\n{_invoked(event)}")

    return run


def _called(
    work: Work,
    event: Mapping[str, Any],
    wanted: Mapping[str, int],
    looked_at: Collection[str],
    left: Collection[str],
    copy: str,
) -> Seen:
    """Call the function with this event, and look at its answer and at which of these files are left."""
    answer = work.invoke(FUNCTION, dict(event))
    if answer.raised is not None:
        read = {"tags": _tags_read(work)}
        late = answer.raised.kind == "Sandbox.Timedout"
        shown = "ran into its timeout" if late else f"raised {answer.raised.kind}"
        return Seen(False, shown, raised=answer.raised, facts=read, event=copy)
    after = there(work, looked_at)
    facts = {"wanted": wanted, "too many": set(left) - after, "too few": after - set(left)}
    told = f"answered {short(answer.value)}"
    right = strictly_equal(answer.value, dict(wanted))
    if not right:
        told += f", expected {dict(wanted)}"
    for keys, words in ((facts["too many"], "was deleted"), (facts["too few"], "was not deleted")):
        if keys:
            told += f"; {min(keys)} {words}"
    return Seen(right and not facts["too many"] and not facts["too few"], told, answer.value, facts=facts, event=copy)


def _tags_read(work: Work) -> int:
    """How many files' tags the function read in its last event."""
    events = list(work.lab.counts(FUNCTION).by_event.values())
    return int(events[-1].requests.get("s3:GetObjectTagging", 0)) if events else 0


def _invoked(event: Mapping[str, Any]) -> str:
    return f'lab.function("{FUNCTION}").invoke({dict(event)!r})'


def _filled(ages: Mapping[str, float], tags: Mapping[str, Mapping[str, str]] | None = None) -> str:
    more = f", tags={dict(tags)!r}" if tags else ""
    return f'lab.fill("{BUCKET}", {dict(ages)!r}{more}, anew=True)'


def _a_month_later(times: str) -> str:
    """Cells that do the same: the event's time lies so long after the file was made."""
    return (
        f'{_filled(_ONE)}\nmade = s3.head_object(Bucket="{BUCKET}", Key="exact.csv")["LastModified"]\n'
        f'lab.function("{FUNCTION}").invoke({{"time": (made + timedelta({times})).isoformat()}})'
    )


# -- wrong answers -----------------------------------------------------------------------------------------------------


def _about(tried: Sequence[Tried], what: str) -> Tried | None:
    """The case, if it was tried and was not as asked."""
    return next((one for one in tried if one.case.about == what and not one.seen.ok), None)


def first_page(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = _about(tried, "many")
    left = one.seen.facts.get("too few", ()) if one else ()
    return Hit(one, {"n": len(left)}) if one and left and min(left) >= f"{_PAGE:04}" else None


def tags_of_all(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = _about(tried, "many")
    read = one.seen.facts.get("tags", 0) if one and one.seen.raised else 0
    return Hit(one, {"n": f"{read:,}"}, explains_error=True) if one and read > _OLD else None


def exactly_thirty(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = _about(tried, "exactly")
    return Hit(one) if one and one.seen.facts.get("too many") else None


def whole_days(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = _about(tried, "later")
    return Hit(one) if one and one.seen.facts.get("never") is False else None


def not_by_the_events_time(tried: Sequence[Tried], work: Work) -> Hit | None:
    """It deletes by its own clock; what deletes nothing at all reads none."""
    one = None if _about(tried, "no time") else _about(tried, "later")
    return Hit(one) if one and one.seen.facts.get("never") else None


def time_missing(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = next((one for one in tried if one.case.about in ("empty", "no time") and one.seen.raised), None)
    raised = one.seen.raised if one else None
    asks = raised is not None and raised.kind == "KeyError" and raised.text.strip("'") == "time"
    return Hit(one, explains_error=True) if one and asks else None


def tag_ignored(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = _about(tried, "tags")
    return Hit(one) if one and "kept.csv" in one.seen.facts.get("too many", ()) else None


def only_tag(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The tag is found only where it is the one or the first."""
    one = _about(tried, "tags")
    return Hit(one, {"key": _TWO_TAGS}) if one and one.seen.facts.get("too many") == {_TWO_TAGS} else None


def any_tag(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = _about(tried, "tags")
    left = sorted(one.seen.facts.get("too few", ())) if one else []
    return Hit(one, {"key": left[0]}) if one and len(left) == 1 else None


def dry_run_deletes(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = _about(tried, "dry")
    gone = one.seen.facts.get("too many", ()) if one else ()
    return Hit(one, {"n": len(gone)}) if one and gone else None


def dry_run_tags(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The file that is to be kept is counted as well."""
    one = None if _about(tried, "tags") else _about(tried, "dry")
    many = one.seen.facts["wanted"]["would_delete"] + 1 if one and one.seen.raised is None else 0
    return Hit(one) if one and strictly_equal(one.seen.value, {"would_delete": many}) else None


def dry_run_false(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The key is asked for, and not its value."""
    one = _about(tried, "not dry")
    kept = one.seen.facts.get("too few") if one else None
    return Hit(one) if one and kept and isinstance(one.seen.value, dict) and "would_delete" in one.seen.value else None


def answer_form(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Something else than a number under the name that is asked for."""
    one = _first(tried)
    return Hit(one, {"answer": short(one.seen.value)}) if one and not _formed(one) else None


def counts_wrong(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Just the right files went, and another number is told."""
    one = _first(tried)
    if one is None or one.seen.facts["too many"] or one.seen.facts["too few"]:
        return None
    return Hit(one, {"answer": short(one.seen.value)})


def _first(tried: Sequence[Tried]) -> Tried | None:
    """The first case that failed, if the function was called directly and answered."""
    one = next((one for one in tried if not one.seen.ok), None)
    return one if one and "wanted" in one.seen.facts else None


def _formed(one: Tried) -> bool:
    value, wanted = one.seen.value, one.seen.facts["wanted"]
    return isinstance(value, dict) and list(value) == list(wanted) and all(type(n) is int for n in value.values())
