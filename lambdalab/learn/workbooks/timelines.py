"""Exercise 03.2, count the cold starts: the student's count beside that of a small model of the lab's pool.

The model follows the rule that lesson 03 states. Which of several free environments takes a call is not published by
AWS, so only cases are asked in which the choice cannot change the count.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence

from lambdalab.learn.exercises import Case, Detect, Hit, Message, Seen, Stop, Tried, Unwritten
from lambdalab.learn.words import kind_of, short
from lambdalab.learn.work import Work, unwritten

DRAWN = {"A": (0, 3, 6, 9), "B": (0, 1, 4, 5), "C": (0, 0, 0, 15, 16)}  # minutes at which calls start
DRAWN_DURATION, DRAWN_KEEP_ALIVE = 2, 10  # minutes
_Count = Callable[[Sequence[float], float, float], int]


def cold_starts(
    starts: Sequence[float],
    duration: float,
    keep_alive: float,
    choose: Callable[[Sequence[float]], float] = max,
) -> int:
    """How many calls find no free environment; `choose` picks one of several by the time it became free."""
    free_at: list[float] = []
    cold = 0
    for start in starts:
        free_at = [moment for moment in free_at if start - moment <= keep_alive]
        idle = [moment for moment in free_at if moment <= start]
        if idle:
            free_at.remove(choose(idle))
        else:
            cold += 1
        free_at.append(start + duration)
    return cold


# What students often write instead.


def always_one(starts: Sequence[float], duration: float, keep_alive: float) -> int:
    return 1


def every_call(starts: Sequence[float], duration: float, keep_alive: float) -> int:
    return len(starts)


def after_a_gap(starts: Sequence[float], duration: float, keep_alive: float) -> int:
    gaps = [later - earlier for earlier, later in itertools.pairwise(starts)]
    return 1 + sum(gap > keep_alive for gap in gaps)


def after_a_gap_from_the_end(starts: Sequence[float], duration: float, keep_alive: float) -> int:
    return after_a_gap(starts, duration, keep_alive + duration)


def cases(rng: random.Random | None) -> Sequence[Case]:
    """The count on paper, then timelines in seconds, the last one with 1,000 calls."""
    draw = rng or random.Random(3)
    work, keep = (2, 300) if rng is None else (draw.randint(2, 5), draw.choice((240, 300, 420)))
    step = work + draw.randint(3, 8)
    pairs = [start for number in range(3) for start in (number * step, number * step)]
    overlap = [number * step for number in range(9)]
    overlap.insert(4, overlap[3] + 1)
    many = [draw.randint(0, keep - 2 * work) + burst * 5 * keep for burst in range(20) for _ in range(50)]
    return [
        Case("your three counts on paper", "", _on_paper, about=None),
        _timeline("ten calls, one after another", [number * step for number in range(10)], work, keep),
        _timeline("ten calls at the same moment", [0] * 10, work, keep),
        _timeline("three pairs", pairs, work, keep),
        _timeline("a gap longer than the keep-alive", [0, step, step + work + keep + 1], work, keep),
        _timeline("a gap exactly as long as the keep-alive", [0, work + keep], work, keep),
        _timeline("ten calls, two of them overlapping", overlap, work, keep),
        _timeline("a call that starts when another ends", [0, work, 2 * work], work, keep),
        _timeline("1,000 calls in 20 bursts", sorted(many), work, keep),
    ]


def _timeline(tried: str, starts: Sequence[int], duration: int, keep_alive: int) -> Case:
    expected = cold_starts(starts, duration, keep_alive)

    def run(work: Work) -> Seen:
        if "cold_starts" not in work.names:
            return _next()
        try:
            outcome = work.call("cold_starts", list(starts), duration, keep_alive)
        except Unwritten:
            return _next()
        if outcome.raised is not None:
            return Seen(False, f"raised {outcome.raised.kind}", raised=outcome.raised)
        if type(outcome.value) is not int:
            return Seen(False, f"got {short(outcome.value)}, expected a whole number", outcome.value)
        right = outcome.value == expected
        return Seen(right, f"{expected}" if right else f"got {outcome.value}, expected {expected}", outcome.value)

    shown = list(starts) if len(starts) <= 20 else [*starts[:20], ...]
    event = f"cold_starts({shown}, {duration}, {keep_alive})".replace("Ellipsis", "...")
    return Case(tried, event, run, about=(tuple(starts), duration, keep_alive))


def _next() -> Seen:
    """The counts on paper can be checked before the function is written."""
    message = Message(
        "Your three counts on paper are right.",
        "Now for any timeline:",
        "Write `cold_starts`, run its cell, and check again.",
    )
    return Seen(False, "the function comes next", message=message, rows=(), pending=True)


def _on_paper(work: Work) -> Seen:
    """The three counts; asked first, so that the function is written with a picture in mind."""
    said = work.names["counts"]
    if not isinstance(said, list | tuple) or len(said) != len(DRAWN):
        raise Stop(Message(f"`counts` is {kind_of(said)}.", "It must hold three whole numbers: `[…, …, …]`."))
    if any(number is ... for number in said):
        raise Unwritten(unwritten("counts"))
    if any(type(number) is not int for number in said):
        raise Stop(Message(f"`counts` is {short(said)}.", "Each entry must be a whole number of cold starts."))
    right = [cold_starts(starts, DRAWN_DURATION, DRAWN_KEEP_ALIVE) for starts in DRAWN.values()]
    wrong = [name for name, mine, count in zip(DRAWN, said, right, strict=True) if mine != count]
    if not wrong:
        return Seen(True, f"{said[0]}, {said[1]}, {said[2]}", list(said))
    counted = said[list(DRAWN).index(wrong[0])]
    seen = f"On paper you counted {counted} for timeline {wrong[0]}."
    ask = "Go from call to call: is an environment free? Was it idle for more than 10 minutes?"
    shown = f"look again at {' and '.join(wrong)}"
    return Seen(False, shown, list(said), message=Message(seen, ask), event=_drawn_event(wrong[0]))


def _drawn_event(name: str) -> str:
    return f"cold_starts({list(DRAWN[name])}, {DRAWN_DURATION}, {DRAWN_KEEP_ALIVE})"


def would_be(*wrong: _Count) -> Detect:
    """All counts are those of one of these wrong rules; the message's values tell where the rule fails."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        counted = [one for one in tried if one.case.about is not None and one.seen.raised is None]
        failing = [one for one in counted if not one.seen.ok]
        for rule in wrong:
            if failing and all(one.seen.value == rule(*one.case.about) for one in counted):
                one = max(failing, key=_tells)
                return Hit(one, {"got": one.seen.value, **_where(one)}, explains_error=True)
        return None

    return detect


def _tells(one: Tried) -> bool:
    """Whether two of its calls, later than the first, overlap: a moment that a message can name."""
    starts, duration, _ = one.case.about
    return any(0 < b - a < duration for a, b in itertools.pairwise(starts))


def _where(one: Tried) -> dict[str, object]:
    """The first call that overlaps the one before, and the first that comes after one has ended."""
    starts, duration, _ = one.case.about
    steps = list(enumerate(itertools.pairwise(starts), 2))
    busy = next((f"{later} s" for _, (earlier, later) in steps if 0 < later - earlier < duration), "that moment")
    k, gap = next(((k, b - a - duration) for k, (a, b) in steps if b - a >= duration), (2, 0))
    return {"t": busy, "k": k, "g": gap}
