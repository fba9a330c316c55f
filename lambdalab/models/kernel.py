"""The inner loop of the simulator: which environment takes which call, compiled with numba.

On AWS a free environment takes the next call, otherwise a new one is started, and idle ones go after a while. Here the
same for one function: calls come at given times and last for given times, so that nothing in here is random. Running
environments lie in a heap by the end of their call, idle ones in a list by the moment of their release: whoever was
released first is reclaimed first. Left out: errors, and how fast AWS lets the number of environments grow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
F = TypeVar("F", bound=Callable[..., Any])

NONE = -1  # no environment: the end of a list
GONE = -1.0  # idle since: never, it was reclaimed
UNLIMITED = 2**62
BITS = 24  # of a name: most environments at the same time
FIRST_ROOM = 64
RUNNING, IDLE, FIRST, LAST, OFFERED, FREE, BORN, WARM, COLD, REJECTED, PEAK = range(11)  # places in Pool.counts
BUSY, RESTED = range(2)  # places in Pool.time


class Pool(NamedTuple):
    """The environments of one function; each has a number below the length of these arrays."""

    due: Floats  # a heap: when the running ones end their calls, in seconds
    who: Whole  # beside it: which environment that is
    name: Whole  # how many were started before this one, and its number in the last bits
    since: Floats  # when an idle one was released
    before: Whole  # the idle one released just before
    after: Whole  # the idle one released just after
    offered: Whole  # a heap of the names of idle ones, the newest on top; those reclaimed since are still in it
    free: Whole  # a stack of numbers that no environment has
    counts: Whole  # RUNNING to PEAK
    time: Floats  # seconds of all calls begun (BUSY) and of all waits that are over (RESTED)


class Buckets(NamedTuple):
    """What happened over time, in buckets of `width` seconds; no buckets, no record.

    The last three hold changes: their running sums are the mean number of environments in each bucket.
    """

    width: float
    arrivals: Whole
    cold: Whole
    rejected: Whole
    running: Floats
    idle: Floats
    starting: Floats


def _compiled(function: F) -> F:
    """Compiled on its first call, and kept for the next process where a folder can be written."""
    try:
        return cast(F, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # numba found neither the folder of this file nor one of the user's that it may write to
        return cast(F, numba.njit(nogil=True)(function))


def empty_pool(room: int = FIRST_ROOM) -> Pool:
    """No environments yet, with room for so many at the same time."""
    due, since = np.zeros((2, room))
    who, name, before, after, offered = np.zeros((5, room), np.int64)
    free = np.arange(room, dtype=np.int64)[::-1].copy()
    counts = np.zeros(PEAK + 1, np.int64)
    counts[[FIRST, LAST, FREE]] = NONE, NONE, room
    return Pool(due, who, name, since, before, after, offered, free, counts, np.zeros(RESTED + 1))


def larger(pool: Pool) -> Pool:
    """The same environments, with twice the room."""
    old = len(pool.due)
    new = empty_pool(2 * old)
    for name in ("due", "who", "name", "since", "before", "after", "offered"):
        getattr(new, name)[:old] = getattr(pool, name)
    new.free[:old] = np.arange(old, 2 * old)[::-1]  # all old numbers are in use, or there were no need for more room
    new.counts[:], new.time[:] = pool.counts, pool.time
    new.counts[FREE] = old
    return new


def buckets(width: float = 1.0, number: int = 0) -> Buckets:
    """Empty buckets of `width` seconds each."""
    arrivals, cold, rejected = np.zeros((3, number), np.int64)
    running, idle, starting = np.zeros((3, number + 1 if number else 0))
    return Buckets(width, arrivals, cold, rejected, running, idle, starting)


@_compiled
def _step(changes: Floats, width: float, moment: float, by: float) -> None:
    """From this moment on there is one more or less: a share of its own bucket, and all of the next ones."""
    place = moment / width
    if place < len(changes) - 1:
        bucket = int(place)
        share = bucket + 1 - place
        changes[bucket] += by * share
        changes[bucket + 1] += by * (1 - share)


@_compiled
def _push_end(due: Floats, who: Whole, size: int, end: float, slot: int) -> None:
    """Onto the heap of running environments, which holds `size` of them."""
    hole = size
    while hole > 0:
        above = (hole - 1) >> 1
        if due[above] <= end:
            break
        due[hole] = due[above]
        who[hole] = who[above]
        hole = above
    due[hole] = end
    who[hole] = slot


@_compiled
def _pop_end(due: Floats, who: Whole, size: int) -> None:
    """Take the top off the heap of running environments; `size` of them are left.

    The last of all is moved; it still stands behind the others, where it ends its own way down.
    """
    end, last, hole, below = due[size], who[size], 0, 1
    while below < size:
        below += int(due[below + 1] < due[below])  # no branch: a processor cannot guess which of the two it is
        if end <= due[below]:
            break
        due[hole] = due[below]
        who[hole] = who[below]
        hole, below = below, 2 * below + 1
    due[hole] = end
    who[hole] = last


@_compiled
def _push_name(offered: Whole, size: int, name: int) -> None:
    """Onto the heap of idle environments, the newest on top, which holds `size` of them."""
    hole = size
    while hole > 0:
        above = (hole - 1) >> 1
        if offered[above] >= name:
            break
        offered[hole] = offered[above]
        hole = above
    offered[hole] = name


@_compiled
def _pop_name(offered: Whole, size: int) -> None:
    """Take the top off the heap of idle environments; `size` of them are left."""
    last, hole, below = offered[size], 0, 1
    while below < size:
        below += int(offered[below + 1] > offered[below])
        if last >= offered[below]:
            break
        offered[hole] = offered[below]
        hole, below = below, 2 * below + 1
    offered[hole] = last


@_compiled
def run(
    pool: Pool,
    series: Buckets,
    arrivals: Floats,
    factors: Floats,
    begin: int,
    until: float,
    warm: float,
    cold: float,
    keep_alive: float,
    limit: int,
    newest: bool,
) -> int:
    """Handle the calls from number `begin` on, then let time pass until `until`.

    Returns how many calls of `arrivals` are handled: all of them, unless there is no room for one more environment.

    Args:
        arrivals: when each call comes, in seconds, ascending.
        factors: how long it lasts, in mean durations: times `warm` or times `cold` seconds.
        keep_alive: seconds that an idle environment is kept; one that was idle for just as long still takes a call.
        limit: calls that may run at the same time.
        newest: take the newest idle environment, and not the most recently used.
    """
    due, who, name, since, before, after, offered, free, counts, time = pool
    width, recorded = series.width, len(series.arrivals)
    running, idle, first, last = counts[RUNNING], counts[IDLE], counts[FIRST], counts[LAST]
    offers, room, started, most = counts[OFFERED], counts[FREE], counts[BORN], counts[PEAK]
    warm_ones, cold_ones, refused = counts[WARM], counts[COLD], counts[REJECTED]
    busy, rested = time[BUSY], time[RESTED]
    calls = len(arrivals)
    handled = begin
    while handled <= calls:
        now = arrivals[handled] if handled < calls else until
        # calls end: who ran is released
        while running > 0 and due[0] <= now:
            moment, slot = due[0], who[0]
            running -= 1
            _pop_end(due, who, running)
            since[slot] = moment
            before[slot] = last
            after[slot] = NONE
            if last == NONE:
                first = slot
            else:
                after[last] = slot
            last = slot
            idle += 1
            if newest:
                _push_name(offered, offers, name[slot])
                offers += 1
            if recorded:
                _step(series.running, width, moment, -1.0)
                _step(series.idle, width, moment, 1.0)
        # who was idle for too long goes, the one that was released first before the others
        while idle > 0 and since[first] + keep_alive < now:
            slot = first
            first = after[slot]
            if first == NONE:
                last = NONE
            else:
                before[first] = NONE
            idle -= 1
            rested += keep_alive
            if recorded:
                _step(series.idle, width, since[slot] + keep_alive, -1.0)
            since[slot] = GONE
            free[room] = slot
            room += 1
        if handled == calls:
            break
        # a call comes
        if running >= limit:
            refused += 1
            if recorded:
                bucket = min(int(now / width), recorded - 1)
                series.arrivals[bucket] += 1
                series.rejected[bucket] += 1
        else:
            if idle > 0:
                if newest:
                    while True:
                        slot = offered[0] & (1 << BITS) - 1
                        offers -= 1
                        _pop_name(offered, offers)
                        if since[slot] != GONE:
                            break
                    earlier, later = before[slot], after[slot]
                    if earlier == NONE:
                        first = later
                    else:
                        after[earlier] = later
                    if later == NONE:
                        last = earlier
                    else:
                        before[later] = earlier
                else:
                    slot = last
                    last = before[slot]
                    if last == NONE:
                        first = NONE
                    else:
                        after[last] = NONE
                idle -= 1
                rested += now - since[slot]
                warm_ones += 1
                lasts = warm * factors[handled]
                if recorded:
                    _step(series.idle, width, now, -1.0)
            else:
                if room == 0:
                    break
                room -= 1
                slot = free[room]
                name[slot] = started << BITS | slot
                started += 1
                offers = 0  # nobody is idle, so whoever is still in that heap was reclaimed
                cold_ones += 1
                lasts = cold * factors[handled]
                if recorded:
                    series.cold[min(int(now / width), recorded - 1)] += 1
                    _step(series.starting, width, now, 1.0)
                    _step(series.starting, width, now + max(0.0, cold - warm) * factors[handled], -1.0)
            _push_end(due, who, running, now + lasts, slot)
            running += 1
            busy += lasts
            most = max(most, running)
            if recorded:
                series.arrivals[min(int(now / width), recorded - 1)] += 1
                _step(series.running, width, now, 1.0)
        handled += 1
    counts[RUNNING], counts[IDLE], counts[FIRST], counts[LAST] = running, idle, first, last
    counts[OFFERED], counts[FREE], counts[BORN], counts[PEAK] = offers, room, started, most
    counts[WARM], counts[COLD], counts[REJECTED] = warm_ones, cold_ones, refused
    time[BUSY], time[RESTED] = busy, rested
    return handled


@_compiled
def environment_seconds(pool: Pool, now: float) -> tuple[float, float]:
    """Seconds that all environments together ran and were idle, up to now."""
    running, idle = pool.time[BUSY], pool.time[RESTED]
    for place in range(pool.counts[RUNNING]):
        running -= pool.due[place] - now
    slot = pool.counts[FIRST]
    while slot != NONE:
        idle += now - pool.since[slot]
        slot = pool.after[slot]
    return running, idle
