"""What became of each message of a batch: how often it was received and charged, where it ended, and who was harmed.

On AWS this lies in several places: the queue's metrics count receives, the function's log tells of each, and the ledger
of charges is the student's own. Here they are plain data, which a lesson fills from its own run. Left out: the drawing,
which `poison` does, and the pollers, which nobody sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lambdalab.show.numbers import count, in_words, period
from lambdalab.show.pen import fit
from lambdalab.show.picture import Table

CHARGED, RAISED, MISSED = "charged", "raised", "not reached"
DELETED, DEAD, QUEUED = "deleted", "dead letters", "still in the queue"
OUTCOMES, ENDS = (CHARGED, RAISED, MISSED), (DELETED, DEAD, QUEUED)
_NAMES, _NAME = 3, 12  # names in the spoken sentence, and their characters
_ROWS, _ROW_NAME = 8, 40  # of the table, and the characters of a name in it


@dataclass(frozen=True)
class Receive:
    """A message was handed to the function once (lesson 07).

    Args:
        message: its name, such as "A"; the same on each receive.
        at_seconds: when, in seconds of the queue's clock; from which moment on does not matter.
        outcome: "charged", "raised", or "not reached" where the handler had stopped before it.

    Raises:
        ValueError: there is no such outcome.
    """

    message: str
    at_seconds: float
    outcome: str

    def __post_init__(self) -> None:
        _known(self.outcome, OUTCOMES, f"a receive of {self.message}")


@dataclass(frozen=True)
class End:
    """What became of a message in the end (lesson 07).

    Args:
        message: its name.
        how: "deleted", "dead letters" or "still in the queue".
        at_seconds: when, on the clock of its receives; None where it is still in the queue.

    Raises:
        ValueError: there is no such end, or the moment of one is missing.
    """

    message: str
    how: str
    at_seconds: float | None = None

    def __post_init__(self) -> None:
        _known(self.how, ENDS, f"the end of {self.message}")
        if self.how != QUEUED and self.at_seconds is None:
            raise ValueError(f"{self.message} ended as {self.how!r}, but when is missing: give at_seconds")


@dataclass(frozen=True)
class Batch:
    """The messages of one batch from the first receive to the end: one panel of the picture (lesson 07).

    Args:
        reported: whether the mapping has ReportBatchItemFailures.
        receives: of all messages; the order in which they first appear is their order in the batch.
        ends: of the messages that left the queue; the others are still in it.
        visibility_seconds: the queue's visibility timeout.
        max_receives: maxReceiveCount of its redrive policy; None without one.
    """

    reported: bool
    receives: Sequence[Receive]
    ends: Sequence[End]
    visibility_seconds: float
    max_receives: int | None = None

    @property
    def fates(self) -> list[Fate]:
        """Each message's, in the order of the batch; moments count from the first receive."""
        begin = min((receive.at_seconds for receive in self.receives), default=0.0)
        ends = {end.message: end for end in self.ends}
        found = []
        for name in dict.fromkeys(receive.message for receive in self.receives):
            mine = [receive for receive in self.receives if receive.message == name]
            steps = sorted((receive.at_seconds - begin, receive.outcome) for receive in mine)
            end = ends.get(name, End(name, QUEUED))
            found.append(Fate(name, tuple(steps), end.how, end.at_seconds and end.at_seconds - begin))
        return found


@dataclass(frozen=True)
class Fate:
    """One message's way: moment and outcome of each receive, its end, and when that was."""

    name: str
    receives: tuple[tuple[float, str], ...]
    end: str
    ended: float | None

    @property
    def charged(self) -> int:
        return sum(outcome == CHARGED for _, outcome in self.receives)

    @property
    def poison(self) -> bool:
        """Whether the handler raised at it and never got through with it."""
        return not self.charged and any(outcome == RAISED for _, outcome in self.receives)

    @property
    def well(self) -> bool:
        """Whether it was charged once and is done."""
        return self.charged == 1 and self.end == DELETED

    @property
    def harmed(self) -> bool:
        """Whether something went wrong that waiting does not mend."""
        return self.charged > 1 or (self.end != QUEUED and not self.well)

    @property
    def verdict(self) -> tuple[bool, str]:
        """Whether the times that it was charged are right, and that in words."""
        if self.charged > 1:
            return False, f"charged {count(self.charged)} times"
        if self.end == QUEUED:
            return True, "may come again" if self.charged else "not yet"
        if self.charged or (self.poison and self.end == DEAD):
            return True, "right"
        return False, "deleted as done" if self.poison else "never charged"


def _known(value: str, values: Sequence[str], what: str) -> None:
    if value not in values:
        raise ValueError(f"{what} cannot be {value!r}: choose one of {', '.join(map(repr, values))}")


def side(batch: Batch) -> str:
    """How a sentence names a batch."""
    return "with" if batch.reported else "without"


def heading(batch: Batch) -> str:
    """The panel's name."""
    if batch.reported:
        return "With ReportBatchItemFailures"
    stopped = any(outcome == MISSED for fate in batch.fates for _, outcome in fate.receives)
    return "Without: the handler stops at an error" if stopped else "Without ReportBatchItemFailures"


def finding(batches: Sequence[Batch]) -> str:
    """The sentence over the picture: who was harmed, where the data bear that out, else who was not.

    Args:
        batches: one, or two of which the second has its failures reported.
    """
    all_fates = [batch.fates for batch in batches if batch.receives]
    if not all_fates:
        return "No message was received"
    poisons = {frozenset(fate.name for fate in fates if fate.poison) for fates in all_fates}
    ended = all(fate.end != QUEUED for fates in all_fates for fate in fates)
    if ended and len(poisons) == 1 and (poison := next(iter(poisons))):
        many = len(poison)
        who = f"{in_words(many)} poison {'message' if many == 1 else 'messages'} harmed"
        if len(all_fates) == 1:
            return f"{who} {_harmed(all_fates[0])}".capitalize()
        without, reported = all_fates
        fewer = sum(fate.harmed for fate in reported) < sum(fate.harmed for fate in without)
        if fewer and all(fate.end == DEAD for fate in reported if fate.poison):
            return f"Unreported, {who} {_harmed(without)}; reported, {_harmed(reported)}"
    well = [f"{count(sum(fate.well for fate in fates))} of {count(len(fates))}" for fates in all_fates]
    if len(well) == 1:
        return f"Charged once and deleted: {well[0]} messages"
    said = [f"{each} {side(batch)}" for each, batch in zip(well, batches, strict=True)]
    return f"Charged once and deleted: {said[0]} reports, {said[1]} them"


def _harmed(fates: Sequence[Fate]) -> str:
    """Who was, as a sentence's object."""
    harmed = [fate for fate in fates if fate.harmed]
    if harmed and all(fate.poison for fate in harmed) and len(fates) > 1:
        return "only itself" if len(harmed) == 1 else "only themselves"
    if len(harmed) == len(fates):
        return f"all {in_words(len(fates))}" if len(fates) > 2 else {1: "itself", 2: "both"}[len(fates)]
    return f"{in_words(len(harmed))} of {in_words(len(fates))}"


def _who(fates: Sequence[Fate]) -> str:
    """Messages by name where they are few, else their number."""
    if len(fates) > _NAMES:
        return in_words(len(fates))
    names = [fit(fate.name, _NAME) for fate in fates]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def spoken(batches: Sequence[Batch]) -> str:
    """The alternative text, at most 40 words: how often what was charged, and what became dead letters."""
    told: list[str] = []
    for batch in batches:
        fates = batch.fates
        if not fates:
            continue
        parts: list[str] = []
        for times in sorted({fate.charged for fate in fates if not fate.poison}, reverse=True):
            mine = [fate for fate in fates if fate.charged == times and not fate.poison]
            verb = "" if parts else "were charged " if len(mine) > 1 else "was charged "
            often = {0: "never", 1: "once"}.get(times, f"{count(times)} times")
            parts.append(f"{_who(mine)} {verb}{often}")
        start = "With them" if told and batch.reported else f"{side(batch).capitalize()} partial failures"
        told.append(f"{start} {'; '.join([', '.join(parts), _dead(fates)] if parts else [_dead(fates)])}")
    said = ". ".join(told) or "No message was received; nothing is drawn"
    return f"{said}." if len(said.split()) <= 40 else f"{finding(batches)}. One lane a message, a cell a receive."


def _dead(fates: Sequence[Fate]) -> str:
    dead = [fate for fate in fates if fate.end == DEAD]
    became = "became a dead letter" if len(dead) == 1 else "became dead letters"
    if not dead:
        return "none became a dead letter"
    if len(dead) == len(fates) and len(dead) > 1:
        return f"all {in_words(len(dead))} {became}" if len(dead) > 2 else f"both {became}"
    if all(fate.poison for fate in dead):
        times = max(len(fate.receives) for fate in dead)
        who = "only the poison message" if len(dead) == 1 else f"only {in_words(len(dead))} poison messages"
        return f"{who} {became}, after {in_words(times)} {'receive' if times == 1 else 'receives'}"
    return f"{in_words(len(dead))} of {in_words(len(fates))} {became}"


def table(batches: Sequence[Batch]) -> Table:
    """The same as numbers: a row a message, or a row for each fate where the messages are many."""
    columns = [""]
    cells: dict[str, dict[str, tuple[str, ...]]] = {}
    for batch in batches:
        before = f"{side(batch)}: " if len(batches) > 1 else ""
        columns += [f"{before}received", f"{before}charged", f"{before}in the end"]
        for fate in batch.fates:
            when = f" at {period(fate.ended)}" if fate.ended is not None else ""
            told = (count(len(fate.receives)), count(fate.charged), fate.end + when)
            cells.setdefault(fate.name, {})[side(batch)] = told
    rows: list[tuple[str, ...]] = [
        (fit(name, _ROW_NAME), *(cell for batch in batches for cell in mine.get(side(batch), ("", "", ""))))
        for name, mine in cells.items()
    ]
    if len(rows) > _ROWS:
        alike: dict[tuple[str, ...], list[str]] = {}
        for row in rows:
            alike.setdefault(row[1:], []).append(row[0])
        rows = [(_few(names), *told) for told, names in alike.items()]
    if len(rows) > _ROWS:
        rows = [*rows[: _ROWS - 1], (f"… {count(len(rows) - _ROWS + 1)} more", *[""] * (len(columns) - 1))]
    align = "l" + "rrl" * len(batches)
    caption = "Receives of each message, and its end, since the first receive; measured on this machine"
    return Table(caption, columns, rows, align)


def _few(names: Sequence[str]) -> str:
    return fit(names[0], _ROW_NAME) if len(names) == 1 else f"{count(len(names))} messages such as {fit(names[0], 20)}"
