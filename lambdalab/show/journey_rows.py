"""The rows of an event's journey: one for each invocation with its repeats, and how the event came to it.

AWS's X-Ray console lists segments by service. Here a row is what a function did for one event; where nothing ran, the
row says why. Left out: pixels and words of whole sentences, which `journey` and `journey_words` know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from lambdalab.observe.traces import Arrival, Station, Trace
from lambdalab.show import theme
from lambdalab.show.numbers import SPACE, in_words
from lambdalab.show.pen import fit
from lambdalab.show.waterfall_lines import OUTCOMES, ms

MOST_ROWS, FIRST_ROWS = 10, 6
_NAME = 36  # characters of an event's name
_TIMES = {2: "2nd", 3: "3rd"}


@dataclass(frozen=True)
class Bar:
    """A stretch in which something ran, in seconds since the trace began; kinds as in `lane_blocks`."""

    kind: str
    began: float
    ended: float
    word: str
    said: str


@dataclass(frozen=True)
class Row:
    """What one function did for one event; its attempts in order of time (lesson 08)."""

    attempts: tuple[Station, ...]

    @property
    def name(self) -> str:
        """The function's, or of a request its operation."""
        name = self.attempts[0].name
        return name.partition(" of ")[0] if self.attempts[0].kind == "request" and not self.came else name

    @property
    def came(self) -> Arrival | None:
        return self.attempts[0].came

    @property
    def last(self) -> Station:
        return self.attempts[-1]

    @property
    def bars(self) -> list[Bar]:
        return [bar for station in self.attempts for bar in _bars(station)]

    @property
    def began(self) -> float:
        """When its first bar began; where nothing ran, when that was clear."""
        return min((bar.began for bar in self.bars), default=self.last.ended)

    @property
    def ended(self) -> float:
        return max((bar.ended for bar in self.bars), default=self.last.ended)

    @property
    def value(self) -> str:
        """What stands right of the bars: the time of the last attempt, and what came of it."""
        bars = _bars(self.last)
        wrong = OUTCOMES.get(self.last.outcome, self.last.outcome) if self.last.outcome != "ok" else ""
        if not bars:
            return wrong or "delivered"
        took = ms(bars[-1].ended - bars[0].began)
        again = f"{nth(self.last.attempt)} attempt" if self.last.attempt > 1 else ""
        return ", ".join(part for part in (took, again, wrong) if part)


def nth(attempt: int) -> str:
    """Such as "2nd"."""
    return _TIMES.get(attempt, f"{attempt}th")


def rows_of(trace: Trace) -> list[Row]:
    """The rows in order of their start; attempts of one event share a row; what no rule meant has none."""
    found: list[list[Station]] = []
    for station in sorted(trace.stations, key=lambda station: station.began):
        if station.outcome in ("filtered", "disabled"):
            continue
        before = next((stations for stations in found if _again(station, stations[0])), None)
        if before is None:
            found.append([station])
        else:
            before.append(replace(station, attempt=max(station.attempt, len(before) + 1)))
    return sorted((Row(tuple(stations)) for stations in found), key=lambda row: row.began)


def _again(station: Station, first: Station) -> bool:
    """Whether a station is another attempt of the same event: an asynchronous one, or messages that came back."""
    if station.name != first.name:
        return False
    if station.request_id and station.request_id == first.request_id:
        return True
    messages = station.came.messages if station.came else frozenset()
    return bool(messages) and first.came is not None and messages <= first.came.messages


def is_journey(traces: Sequence[Trace]) -> bool:
    """Whether one event went through several functions, and not each of them was waited for."""
    if len(traces) != 1:
        return False
    runs = traces[0].runs
    return len({run.name for run in runs}) > 1 and not all(run.waited for run in runs)


def way_in_words(came: Arrival, receivers: int = 1) -> str:
    """The label of an event on its way: its name, who carried it, and how long it lay in a queue.

    Args:
        receivers: how many functions got it the same way.
    """
    by = [carrier for carrier in came.carriers if carrier != "queue" or came.queued is None]
    name = fit(came.name, _NAME) or ("" if came.carriers else "a call")
    words = " · ".join(part for part in (name, ", ".join(by)) if part)
    if came.queued is not None:
        words += f"{', ' if words else ''}{ms(came.queued)} in a queue"
    return f"{words}, to {in_words(receivers)}{SPACE}functions" if receivers > 1 else words


def _bars(station: Station) -> list[Bar]:
    if station.kind == "lost" or (station.kind == "request" and station.came):  # nothing ran at the end of the way
        return []
    if station.kind == "request":
        began, ended = station.began, station.ended
        return [Bar("request", began, max(began, ended), "", f"{station.name}: {ms(ended - began)}")]
    found = [
        Bar(part.kind, *stretch, "C" if part.kind == "init" else "R", f"{part.name}: {ms(part.seconds)}")
        for part in station.parts
        if part.kind in ("init", "restore")
        for stretch in part.stretches
    ]
    code = [stretch for part in station.parts if part.kind in ("handler", "request") for stretch in part.stretches]
    if code:
        began, ended = min(code)[0], max(end for _, end in code)
        kind = "failed" if station.outcome == "failed" else "retried" if station.attempt > 1 else "invoke"
        word = {"failed": theme.CROSS, "retried": nth(station.attempt)}.get(kind, "")
        found.append(Bar(kind, began, ended, word, f"{station.name}: {ms(ended - began)}"))
    return sorted(found, key=lambda bar: bar.began)
