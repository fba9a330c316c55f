"""A waterfall's lines: which bars there are, under which heading, and how long each took.

AWS's X-Ray console lists the segments of a trace below each other. Here each step of a station is a line; where there
are too many, each station is one. Left out: pixels and colours, which `waterfall` knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lambdalab.observe.traces import Part, Station, Trace
from lambdalab.show import theme
from lambdalab.show.numbers import SPACE, count, milliseconds, number, period
from lambdalab.show.pen import fit

MOST_LINES, MOST_GROUPS, FIRST_LINES, MOST_REQUESTS = 16, 5, 6, 6
NAME = 40  # characters of a name in a sentence
_NONE = "none: the environment was there"
OUTCOMES = {
    "filtered": "filtered out, no code ran",
    "disabled": "the rule is switched off, no code ran",
    "untargeted": f"{theme.CROSS} no target",
    "denied": f"{theme.CROSS} denied",
    "missing": f"{theme.CROSS} there is no such thing",
    "stopped": f"{theme.CROSS} stopped as a loop",
    "throttled": "T turned away (429)",
    "failed": f"{theme.CROSS} failed",
    "waiting": "not run yet",
    "unheard": "heard by nobody",
    "dead-lettered": f"{theme.CROSS} a dead letter",
}


def ms(seconds: float) -> str:
    """A time as a label says it: below 10 ms with two digits, for the third is noise."""
    value = seconds * 1000
    return milliseconds(value) if value >= 10 else f"{number(round(value, 2), 2)}{SPACE}ms"


@dataclass(frozen=True)
class Line:
    """One line of bars.

    Args:
        name: at its left.
        value: beside its bars, such as "252 ms".
        parts: what its bars are; empty for what did not happen.
        outcome: see `Station`.
    """

    name: str
    value: str
    parts: tuple[Part, ...] = ()
    outcome: str = "ok"

    @property
    def seconds(self) -> float:
        return sum(part.seconds for part in self.parts)


@dataclass(frozen=True)
class Group:
    """Lines under one heading."""

    heading: str
    lines: tuple[Line, ...]


def noun(trace: Trace) -> str:
    """What one calls the thing that began a trace."""
    if trace.door:
        return "request"
    return "call" if trace.name.startswith(("invoke", "a call")) else "event"


def alike(one: Trace, other: Trace) -> bool:
    """Whether two traces are the same thing done twice, so that the one may be compared with the other."""
    named = [[station.name for station in trace.runs] for trace in (one, other)]
    return one.name.partition(" ")[0] == other.name.partition(" ")[0] and named[0] == named[1]


def start(station: Station) -> Part | None:
    """The init or restore of a run that was cold."""
    return next((part for part in station.parts if part.kind in ("init", "restore")), None)


def groups(traces: Sequence[Trace]) -> list[Group]:
    """The lines of one or two traces, a group for each station, or for each trace where there are too many."""
    found = [_group(trace, station, traces) for trace in traces for station in trace.stations]
    if len(traces) == 2 and len(found) == 2:
        found = _alike(found[0], found[1])
    if len(found) <= MOST_GROUPS and sum(len(group.lines) for group in found) <= MOST_LINES:
        return found
    most = (MOST_LINES - 2) // len(traces)
    return [Group(_whole(trace, traces), tuple(_short(trace, most))) for trace in traces]


def _group(trace: Trace, station: Station, traces: Sequence[Trace]) -> Group:
    lines = [_line(trace, part) for part in _fewer(station.parts)]
    if station.kind == "run" and not station.cold:
        place = next(i for i, part in enumerate(station.parts) if part.kind in ("handler", "init"))
        lines.insert(place, Line("init", _NONE))
    if len(traces) == 2 and all(len(each.stations) == 1 for each in traces):
        return Group(_whole(trace, traces), tuple(lines))
    attempt = f", attempt {station.attempt}" if station.attempt > 1 else ""
    took = ms(station.ended - station.began)
    return Group(f"{fit(station.name, NAME)}{_how(station)}{attempt}: {took}", tuple(lines))


def _fewer(parts: Sequence[Part]) -> list[Part]:
    """The parts, of many different requests only the longest, and the others as one."""
    asked = sorted((part for part in parts if part.kind == "request"), key=lambda part: -part.seconds)
    rest = asked[MOST_REQUESTS - 1 :] if len(asked) > MOST_REQUESTS else []
    kept = [part for part in parts if part not in rest]
    if rest:
        stretches = tuple(sorted(stretch for part in rest for stretch in part.stretches))
        wrong = next((part.outcome for part in rest if part.outcome != "ok"), "ok")
        others = Part("request", f"{count(len(rest))} others", stretches, wrong, sum(part.times for part in rest))
        last = max(place for place, part in enumerate(kept) if part.kind in ("handler", "request"))
        kept.insert(last + 1, others)
    return kept


def _how(station: Station) -> str:
    if station.kind == "run":
        return ", cold" if station.cold else ", warm"
    if station.kind == "lost":
        return ", not run yet" if station.outcome == "waiting" else ", no code ran"
    return ""


def _whole(trace: Trace, traces: Sequence[Trace]) -> str:
    """The heading of a whole trace, such as "Cold, the first request: 284 ms"."""
    took = ms(trace.seconds)
    if len(traces) == 1:
        return f"{fit(trace.name, NAME)}: {took}"
    how = "No code ran" if not trace.runs else "Cold" if any(run.cold for run in trace.runs) else "Warm"
    if not alike(*traces):
        return f"{how}, {fit(trace.name, NAME)}: {took}"
    again = f"the same {noun(trace)} again" if traces[0].name == traces[1].name else f"the second {noun(trace)}"
    return f"{how}, {f'the first {noun(trace)}' if trace is traces[0] else again}: {took}"


def _line(trace: Trace, part: Part) -> Line:
    value = ms(part.seconds)
    if part.times > 1:
        value += f", {count(part.times)} requests"
    if part.kind == "queue":
        for at, seconds in trace.turns:
            if any(began <= at <= ended for began, ended in part.stretches):
                value += f" and clock + {period(seconds)}"
    if part.outcome != "ok":
        value += f", {OUTCOMES.get(part.outcome, part.outcome)}"
    return Line(part.name, value, (part,), part.outcome)


def _alike(one: Group, other: Group) -> list[Group]:
    """Two groups with the same lines, so that the eye finds each where it was."""
    names = list(dict.fromkeys(line.name for group in (one, other) for line in group.lines))
    tail = [name for name in ("answer",) if name in names]
    names = [name for name in names if name not in tail] + tail
    if len(names) > max(len(one.lines), len(other.lines)) + 2:  # two different things
        return [one, other]

    def filled(group: Group) -> Group:
        own = {line.name: line for line in group.lines}
        return Group(group.heading, tuple(own.get(name, Line(name, "none")) for name in names))

    return [filled(one), filled(other)]


def _short(trace: Trace, most: int) -> list[Line]:
    """A line for each station."""
    lines = []
    for station in trace.stations:
        value = ms(station.ended - station.began)
        if station.outcome != "ok":
            value += f", {OUTCOMES.get(station.outcome, station.outcome)}"
        attempt = f" ({station.attempt})" if station.attempt > 1 else ""
        lines.append(Line(f"{station.name}{attempt}", value, station.parts, station.outcome))
    if len(lines) > most:
        first = min(FIRST_LINES, most - 2)
        lines = [*lines[:first], Line(f"… {count(len(lines) - first - 1)} more", ""), lines[-1]]
    return lines
