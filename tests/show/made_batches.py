"""Batches for tests: the receives of messages with given times, as a lesson would have put them together."""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_uppercase

from lambdalab.show.receives import Batch, End, Receive

Batches = tuple[Batch, ...]


def names(many: int, poison: int = 2) -> list[str]:
    letters = [ascii_uppercase[n] if many <= 26 else f"order-{n}" for n in range(many)]
    letters[poison] = "poison"
    return letters


def without(many: int = 5, *, at: int = 2, receives: int = 3, seconds: float = 30, stops: bool = True) -> Batch:
    """Unreported: the batch comes back as a whole, and the handler raises at the poison or after all others."""
    found, after = [], "not reached" if stops else "charged"
    for number in range(receives):
        for place, name in enumerate(names(many, at)):
            outcome = "raised" if place == at else "charged" if place < at else after
            found.append(Receive(name, 1000 + number * seconds, outcome))
    ends = [End(name, "dead letters", 1000 + receives * seconds) for name in names(many, at)]
    return Batch(False, found, ends, seconds, receives)


def with_reports(many: int = 5, *, at: int = 2, receives: int = 3, seconds: float = 30) -> Batch:
    """Reported: only the poison comes back."""
    everybody = names(many, at)
    found = [Receive(name, 2000.0, "raised" if place == at else "charged") for place, name in enumerate(everybody)]
    found += [Receive("poison", 2000 + number * seconds, "raised") for number in range(1, receives)]
    ends = [End(name, "deleted", 2001.0) for name in everybody if name != "poison"]
    return Batch(True, found, [*ends, End("poison", "dead letters", 2000 + receives * seconds)], seconds, receives)


def fine(*, reported: bool = False, many: int = 5) -> Batch:
    """Nothing goes wrong."""
    letters = ascii_uppercase[:many]
    return Batch(
        reported, [Receive(n, 0, "charged") for n in letters], [End(n, "deleted", 0.2) for n in letters], 30, 3
    )


def running(many: int = 5) -> Batch:
    """Seen too early: all messages are in the queue still."""
    batch = without(many)
    return Batch(False, batch.receives[: 2 * many], (), 30, 3)


def swallowed() -> Batch:
    """The handler raises nothing to Lambda and reports nothing: the poison is deleted as done."""
    found = [Receive(name, 0, "raised" if name == "poison" else "charged") for name in names(5)]
    return Batch(True, found, [End(name, "deleted", 1) for name in names(5)], 30, 3)


def mended() -> Batch:
    """One message failed once and was charged on the second receive."""
    first = [Receive(name, 0, "raised" if name == "B" else "charged") for name in "ABC"]
    ends = [End(name, "deleted", 31 if name == "B" else 1) for name in "ABC"]
    return Batch(True, [*first, Receive("B", 30.4, "charged")], ends, 30, 3)


def uneven() -> Batch:
    """Messages that came back at moments of their own, as in a real run."""
    found: list[Receive] = []
    for place, name in enumerate(names(10, 4)):
        moments: Sequence[float] = [0, 30.2 + place / 10, 60.7 + place / 5]
        found += [Receive(name, at, "raised" if place == 4 else "charged") for at in moments]
    return Batch(False, found, [End(name, "dead letters", 93.4) for name in names(10, 4)], 30, 3)


BATCHES: dict[str, Batches] = {
    "both": (without(), with_reports()),
    "ten": (without(10, at=3, stops=False), with_reports(10, at=3)),
    "ten, stopped": (without(10, at=4), with_reports(10, at=4)),
    "alone": (without(),),
    "alone, reported": (with_reports(),),
    "fine": (fine(), fine(reported=True)),
    "nothing": (Batch(False, (), (), 30, 3),),
    "nothing twice": (Batch(False, (), (), 30, 3), Batch(True, (), (), 30, 3)),
    "no difference": (without(), Batch(True, *[getattr(without(), f) for f in ("receives", "ends")], 30, 3)),
    "running": (running(), with_reports()),
    "swallowed": (without(), swallowed()),
    "mended": (mended(),),
    "uneven": (uneven(), with_reports(10, at=4)),
    "one message": (without(1, at=0), with_reports(1, at=0)),
    "two messages": (without(2, at=1), with_reports(2, at=1)),
    "five receives": (without(receives=5, seconds=60), with_reports(receives=5, seconds=60)),
    "thousand receives": (without(receives=1000), with_reports(receives=1000)),
    "many": (without(300, at=120), with_reports(300, at=120)),
    "at once": (without(seconds=0), with_reports(seconds=0)),
    "half an hour": (without(seconds=1800), with_reports(seconds=60)),
    "other queues": (without(receives=3), with_reports(receives=9, seconds=10)),
    "long names": (
        Batch(True, [Receive("o" * 90, 0, "raised"), Receive("漢字" * 30, 0, "charged")], (), 43200),
    ),
}  # fmt: skip
