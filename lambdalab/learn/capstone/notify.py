"""M4: `PhotoReady` is announced when the photo is there, and `count` counts each photo once, whatever comes twice.

A write of the row that is refused once shows whether a photo was announced too early: until it is tried again, nobody
may have heard of it. Photos at the same moment are announced in one request, so that their events run side by side.
"""

from __future__ import annotations

from typing import Any

from lambdalab.learn.capstone.listening import Heard, Listener, listening, unheard
from lambdalab.learn.capstone.looks import Look, Looks, because, equal
from lambdalab.learn.capstone.reasons import error, unread
from lambdalab.learn.capstone.rows import row_writer
from lambdalab.learn.capstone.system import API, COUNT, PHOTOS, RESIZE, STATS, System, more, photo_id
from lambdalab.learn.words import short
from lambdalab.samples import photo

_TOGETHER = 4
_NEWS, _CROWD = "-news", "-crowd"


def notify(system: System) -> Looks:
    """Count, and be told; twice, at once, and after a write that failed."""
    system.must_have(buckets=True, tables=(PHOTOS, STATS), functions=(RESIZE, API, COUNT))
    with listening(system) as listener:
        key, other = system.key("ready.jpg", _NEWS), system.key("other.jpg", _NEWS)
        before = system.requests()
        system.upload(key, photo(300, 200, seed=31))
        asked = more(before, system.requests())
        system.upload(other, photo(310, 210, seed=32))
        yield equal("`stats` after two uploads: photos", system.counted(_NEWS), 2, main=True)
        heard = listener.heard(_NEWS)
        yield from _announced(heard, key)
        yield from _once(system, listener, heard, key)
        yield from _same_moment(system, listener, heard)
        yield from _down_and_up(system, key)
        yield from _not_too_early(system, listener, asked)


def _announced(heard: list[Heard], key: str) -> Looks:
    id = photo_id(key)
    mine = [one for one in heard if one.detail.get("photo_id") == id]
    details = [dict(one.detail) for one in heard]
    seen = "heard" if mine else f"heard of {short(details)}" if details else "heard nothing"
    yield Look(bool(mine), "a new listener on PhotoReady", seen, f"photo_id {id}, owner", main=True)
    early = [one for one in mine if one.status != 200]
    if mine:
        look = Look(not early, "the listener asks for the photo at once", str((early or mine)[0].status), "200")
        yield too_early(look, id)


def too_early(look: Look, id: str) -> Look:
    """The words of a photo that was announced before it could be found."""
    words = f"A listener asked for photo {id} and got 404."
    return because(look, "too-early", words, "Announce what is done, when it is done.")


def _once(system: System, listener: Listener, heard: list[Heard], key: str) -> Looks:
    counted = system.counted(_NEWS)
    if heard:
        listener.again(*heard, *heard)
        look = equal("the same PhotoReady twice more: photos", system.counted(_NEWS), counted)
        idea = "An event may come twice. Remember in the table which photos are counted."
        words = f"The same photos were announced again, and {look.seen} are counted."
        yield because(look, "counted-twice", words, idea) if _more(system.counted(_NEWS), counted) else look
    system.lab.faults.twice(RESIZE)
    system.upload(key, photo(320, 210, seed=33))
    system.lab.faults.clear()
    look = equal("a newer upload under the same key: photos", system.counted(_NEWS), counted)
    idea = "One key is one photo, however often it is uploaded."
    words = f"A photo was replaced, and {look.seen} are counted instead of {counted}."
    yield because(look, "key-twice", words, idea) if _more(system.counted(_NEWS), counted) else look


def _more(now: Any, before: Any) -> bool:
    return isinstance(now, int) and isinstance(before, int) and now > before


def _same_moment(system: System, listener: Listener, heard: list[Heard]) -> Looks:
    """Photos whose events run side by side, in environments that are warm."""
    tried = f"{_TOGETHER} photos at the same moment"
    if heard:
        sample = heard[0]
        event: dict[str, Any] = {"source": sample.source, "detail-type": "PhotoReady", "detail": dict(sample.detail)}
        system.lab.function(COUNT).invoke_together([event] * _TOGETHER)  # counted before; it only warms them
    with unheard(system):
        for number in range(_TOGETHER):
            system.put(system.key(f"crowd {number}.jpg", _CROWD), photo(90 + number, 60, seed=number))
        system.settle()
        new = {str(one.detail.get("photo_id")): one for one in listener.heard(_CROWD)}
    since = system.now()
    if new:
        listener.again(*new.values())
    look = equal(f"{tried}: photos", system.counted(_CROWD), _TOGETHER)
    if isinstance(system.counted(_CROWD), int) and 0 < system.counted(_CROWD) < _TOGETHER:
        words, raising = f"{_TOGETHER} photos at the same moment, counted {look.seen}.", error(system, COUNT, since)
        idea = "Who reads, adds and writes overwrites what others wrote meanwhile. Let the table add."
        if raising:
            look = because(look, "count-raised", f"{words} {raising[:1].upper()}{raising[1:]}.", "")
        else:
            look = because(look, "read-add-write", words, idea)
    yield look


def _down_and_up(system: System, key: str) -> Looks:
    counted = system.counted(_NEWS)
    system.ask("DELETE", f"/photos/{photo_id(key)}")
    system.settle()
    down = counted - 1 if isinstance(counted, int) else counted
    yield equal("after a DELETE: photos", system.counted(_NEWS), down)
    system.ask("DELETE", f"/photos/{photo_id(key)}")
    system.settle()
    yield equal("the same DELETE again: photos", system.counted(_NEWS), down)
    system.upload(key, photo(330, 220, seed=34))
    yield equal("the deleted photo uploaded again: photos", system.counted(_NEWS), counted)


def _not_too_early(system: System, listener: Listener, asked: dict[str, dict[str, int]]) -> Looks:
    function, operation = row_writer(asked)
    if not function:
        yield Look(False, "a row that could not be written", "no function writes rows", "announced later")
        return
    key = system.key("refused.jpg", _NEWS)
    system.lab.faults.fail(function, operation)
    system.upload(key, photo(340, 230, seed=35))
    system.lab.faults.clear()
    system.calm()
    heard = [one for one in listener.heard(_NEWS) if one.detail.get("photo_id") == photo_id(key)]
    early = [one for one in heard if one.status != 200]
    seen = "announced before it was there" if early else "announced when it was there" if heard else "never announced"
    look = Look(bool(heard) and not early, "a row that could not be written at first", seen, "announced afterwards")
    yield too_early(look, photo_id(key)) if early else unread(system, look, function) if not heard else look
