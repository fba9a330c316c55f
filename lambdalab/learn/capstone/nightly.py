"""M5: every night at three old originals go, by the student's own schedule and by direct calls with a chosen time.

Ages are made with `Lab.fill`. The student's own objects are moved aside before and come back afterwards. Rules of
`photos-in` are away meanwhile, so that nobody hears of it.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import ClientError

from lambdalab.learn.capstone.aside import aside, puts_back
from lambdalab.learn.capstone.looks import Look, Looks, because, raised
from lambdalab.learn.capstone.system import CLEANUP, IN, OWN, System
from lambdalab.learn.words import short, strictly_equal
from lambdalab.learn.workbooks.exports import iso

ASIDE = f"{OWN}-aside"
_MONTH = timedelta(days=30)
_DAY = 86_400
_MANY, _OLD = 1_005, 7
_KEEP, _FREE = {"keep": "true"}, {"keep": "false"}
_HOURS = 3


def clean_up(system: System) -> Looks:
    """Direct calls first, then forty-one nights."""
    system.must_have(buckets=True, functions=(CLEANUP,))
    with emptied(system):
        yield from _called(system)
        yield from _by_the_clock(system)


@contextmanager
def emptied(system: System) -> Iterator[None]:
    """An empty `photos-in` without rules; objects and rules come back, the age of the objects begins anew."""
    rules = system.s3.get_bucket_notification_configuration(Bucket=IN)
    rules.pop("ResponseMetadata")
    with aside(system, own_photos, rules):
        system.s3.create_bucket(Bucket=ASIDE)
        system.s3.put_bucket_notification_configuration(Bucket=IN, NotificationConfiguration={})
        _move(system, IN, ASIDE)
        yield


@puts_back
def own_photos(system: System, rules: Mapping[str, Any]) -> None:
    """The student's objects and rules are back, the check's objects gone."""
    system.s3.put_bucket_notification_configuration(Bucket=IN, NotificationConfiguration={})
    system.delete(IN, system.keys(IN, f"{OWN}-"))
    _move(system, ASIDE, IN)
    system.s3.put_bucket_notification_configuration(
        Bucket=IN, NotificationConfiguration=rules, SkipDestinationValidation=True
    )
    with suppress(ClientError):  # the grading did not come so far
        system.s3.delete_bucket(Bucket=ASIDE)


def _move(system: System, source: str, target: str) -> None:
    """All objects with their tags."""
    keys = system.keys(source)
    for key in keys:
        system.s3.copy_object(Bucket=target, Key=key, CopySource={"Bucket": source, "Key": key})
    system.delete(source, keys)


# -- direct calls ------------------------------------------------------------------------------------------------------


def _called(system: System) -> Looks:
    old, new, kept = system.key("old.jpg"), system.key("new.jpg"), system.key("kept.jpg")
    ages = {old: 45.0, new: 2.0, kept: 400.0}
    _filled(system, ages, {kept: _KEEP})
    moment = _made(system, new) + timedelta(days=2)
    look = _call(system, {"dry_run": True, "time": iso(moment)}, {"would_delete": 1}, ages, ages, "a dry run")
    gone = len(ages) - len(system.keys(IN, system.owner))
    if gone:
        words = f"A dry run deleted {gone} {'photo' if gone == 1 else 'photos'}."
        look = because(look, "dry-run-deletes", words, "It only says what would happen.")
    yield look
    _filled(system, ages, {kept: _KEEP})
    moment = _made(system, new) + timedelta(days=2)
    left = (new, kept)
    look = _call(system, {"time": iso(moment)}, {"deleted": 1}, ages, left, "one old, one new, one to keep", main=True)
    if kept not in system.keys(IN, system.owner):
        words = "A photo with the tag keep=true was deleted."
        look = because(look, "tag-ignored", words, "A tag is not in the list. Ask for it.")
    yield look
    _filled(system, {old: 10.0})
    born = _made(system, old)
    look = _call(system, {"time": iso(born + _MONTH)}, {"deleted": 0}, {old}, {old}, "exactly 30 days old")
    if not system.keys(IN, system.owner):
        words = "A photo of exactly 30 days was deleted."
        look = because(look, "boundary", words, "Older than 30 days is more than 30.")
    yield look
    yield from a_second_later(system)
    yield _many(system)


def a_second_later(system: System) -> Looks:
    """Two photos that are just old enough; one has the tag keep with another value."""
    old, free = system.key("old.jpg"), system.key("free.jpg")
    _filled(system, {old: 10.0, free: 10.0}, {free: _FREE})
    moment = max(_made(system, old), _made(system, free)) + _MONTH + timedelta(seconds=1)
    look = _call(system, {"time": iso(moment)}, {"deleted": 2}, {old, free}, (), "a second later, one with keep=false")
    left = system.keys(IN, system.owner)
    if left == [free]:
        words = "A photo with the tag keep=false was kept."
        look = because(look, "tag-value", words, "Only the value `true` keeps a photo.")
    elif old in left and "raised" not in look.seen:
        again = _asked(system, {"dry_run": True, "time": iso(moment + 2 * _MONTH)})
        if again.get("would_delete"):
            words = "A photo that was older than 30 days by a second was kept."
            idea = "`timedelta.days` has whole days only. Compare with `timedelta(days=30)`."
            look = because(look, "whole-days", words, idea)
        else:
            words = "The event's `time` was 90 days on, and no photo was old."
            idea = "\"now\" is the event's `time`. The machine's clock is only for an event without it."
            look = because(look, "own-clock", words, idea)
    yield look


def _many(system: System) -> Look:
    keys = [system.key(f"{number:04}.jpg") for number in range(_MANY)]
    old = set(keys[-_OLD:])
    _filled(system, {key: 45.0 if key in old else 3.0 for key in keys})
    moment = iso(_made(system, keys[0]) + timedelta(days=3))
    look = _call(system, {"time": moment}, {"deleted": _OLD}, keys, set(keys) - old, f"{_MANY:,} objects")
    if len(old & set(system.keys(IN, system.owner))) == _MANY - 1_000:
        words = f"Of {_MANY:,} objects the last {_MANY - 1_000} were never looked at."
        look = because(look, "first-page", words, "A list has pages of 1,000.", "Look for `get_paginator`.")
    _filled(system, {})
    return look


def _call(
    system: System,
    event: Mapping[str, Any],
    wanted: Mapping[str, int],
    before: Collection[str],
    left: Collection[str],
    tried: str,
    *,
    main: bool = False,
) -> Look:
    """Call `cleanup`, and look at its answer and at what is left."""
    value = _asked(system, event)
    if isinstance(value, dict) and "errorType" in value:
        seen = raised(value["errorType"], value.get("errorMessage"))
        return Look(False, tried, seen, short(dict(wanted)), main=main)
    there = set(system.keys(IN, system.owner))
    missing, remained = set(left) - there, (set(before) - set(left)) & there
    seen = f"answered {short(value)}"
    seen += f"; {len(missing)} too many deleted" if missing else ""
    seen += f"; {len(remained)} not deleted" if remained else ""
    right = strictly_equal(value, dict(wanted)) and not missing and not remained
    copied = f'lab.function("{CLEANUP}").invoke({dict(event)!r})'
    return Look(right, tried, seen, short(dict(wanted)), main=main, copied=copied)


def _asked(system: System, event: Mapping[str, Any]) -> Any:
    """What `cleanup` answers; a dict with an errorType when it raised."""
    answer = system.functions.invoke(FunctionName=CLEANUP, Payload=json.dumps(dict(event)).encode())
    return json.loads(answer["Payload"].read())


def _filled(system: System, ages: Mapping[str, float], tags: Mapping[str, Mapping[str, str]] | None = None) -> None:
    system.lab.fill(IN, ages, tags=tags, anew=True)


def _made(system: System, key: str) -> datetime:
    made: datetime = system.s3.head_object(Bucket=IN, Key=key)["LastModified"]
    return made


# -- by the clock ------------------------------------------------------------------------------------------------------


def _by_the_clock(system: System) -> Looks:
    """A day, another one, and thirty-nine more, by whatever schedule the student has made."""
    nearly, young, kept = system.key("nearly.jpg"), system.key("young.jpg"), system.key("kept.jpg")
    _filled(system, {nearly: 29.5, young: 0.0, kept: 29.5}, {kept: _KEEP})  # old by the second three o'clock
    before = _nights(system)
    system.turn(_DAY)
    nights = _nights(system)[len(before) :]
    at = [f"{one:%H:%M}" for one in nights]
    right = at == [f"{_HOURS:02}:00"]
    seen = f"`{CLEANUP}` ran at {', '.join(at[:3])}" if at else f"`{CLEANUP}` did not run"
    look = Look(right, "the clock, a day on", seen, "one run, at 03:00 UTC", main=True)
    yield because(look, "schedule", f"In a day {seen}.", "A cron names minute, hour and four more, in UTC.")
    if not nights or len(nights) > 3:
        yield Look(False, "the clock, 40 days on", "not tried", "the young photo is gone, keep=true stays")
        return
    system.turn(_DAY)
    there = set(system.keys(IN, system.owner))
    grown = "left" if nearly in there else "gone"
    yield Look(grown == "gone" and young in there, "a photo that grew old in two nights", grown, "gone")
    system.turn(39 * _DAY)
    there = set(system.keys(IN, system.owner))
    names = [name for name, key in (("the young photo", young), ("keep=true", kept)) if key in there]
    seen = f"left: {', '.join(names) or 'nothing'}"
    yield Look(there == {kept}, "the clock, 40 days on", seen, "left: keep=true")


def _nights(system: System) -> list[datetime]:
    """When `cleanup` was called by a clock of the system: its rule or its schedule."""
    runs = [run for run in system.lab.history(CLEANUP) if run.kind == "Event" and run.began and run.attempt == 1]
    return [datetime.fromtimestamp(run.began, UTC) for run in runs]
