"""A waterfall in words: the sentence that the data bear out, the table under the picture, and the form for a terminal.

AWS's X-Ray console shows numbers at a pointer. Here every number of the picture stands in its table too, and a terminal
gets the same lines with bars of signs. Left out: what a line is, which `waterfall_lines` says.
"""

from __future__ import annotations

from collections.abc import Sequence

from lambdalab.observe.traces import Station, Trace
from lambdalab.show import theme
from lambdalab.show.numbers import count, in_words
from lambdalab.show.pen import fit
from lambdalab.show.picture import Table
from lambdalab.show.waterfall_lines import NAME, OUTCOMES, Group, Line, alike, groups, ms, noun, start

_ROWS = 8  # of a table
_SHORT, _SHORTEST = 28, 16  # characters of a name where a title has two, or says more
VERBS = {
    "filtered": "was filtered out",
    "disabled": "met a rule that is switched off",
    "untargeted": "found no target",
    "denied": "was denied",
    "missing": "found nothing of this name",
    "stopped": "was stopped as a loop",
    "throttled": "was turned away (429)",
    "failed": "failed",
    "waiting": "has not run yet",
    "unheard": "was heard by nobody",
    "dead-lettered": "became a dead letter",
}


def finding(traces: Sequence[Trace]) -> str:
    """The sentence over the picture: what the times bear out, else what they are."""
    known = [trace for trace in traces if trace.stations]
    if not known:
        return "No step of this event is remembered"
    return _compared(known[0], known[1]) if len(known) == 2 else _alone(known[0])


def _compared(one: Trace, other: Trace) -> str:
    if not alike(one, other):
        return f"{fit(one.name, _SHORT)} took {ms(one.seconds)}, {fit(other.name, _SHORT)} {ms(other.seconds)}"
    said = f"First {noun(one)} {ms(one.seconds)}, second {ms(other.seconds)}"
    made = [part for run in one.runs if (part := start(run))]
    more = one.seconds - other.seconds
    share = sum(part.seconds for part in made) / more if more > 0 else 0.0
    if any(run.cold for run in other.runs) or not 0.5 <= share <= 1.2:
        return said
    return f"{said}: {'the difference is' if share >= 0.9 else 'most of the difference is'} {made[0].kind}"


def _alone(trace: Trace) -> str:
    name = fit(trace.name, NAME)
    wrong = [station for station in trace.stations if station.outcome != "ok"][-1:]
    verbs = [VERBS.get(station.outcome, station.outcome) for station in wrong]
    if not trace.runs:
        return f"{name} ran nothing: it {verbs[0]}" if wrong else f"{name} took {ms(trace.seconds)} and ran nothing"
    if len(trace.stations) == 1:
        longest = max(trace.stations[0].parts, key=lambda part: part.seconds)
        took = f"{name} took {ms(trace.seconds)}, of which {longest.name} {ms(longest.seconds)}"
        return f"{took}; it {verbs[0]}" if wrong else took
    functions = len({station.name for station in trace.runs})
    where = f"in {in_words(functions)} {'function' if functions == 1 else 'functions'}"
    for station, verb in zip(wrong, verbs, strict=True):
        who = fit(station.name, _SHORTEST)
        where += f"; {who} {verb}" if station.kind == "run" else f"; for {who} it {verb}"
    if trace.answered is None or trace.answered >= trace.seconds:
        return f"{name} took {ms(trace.seconds)} {where}"
    return f"The answer came after {ms(trace.answered)}, the event went on until {ms(trace.seconds)} {where}"


def spoken(traces: Sequence[Trace]) -> str:
    """The alternative text: at most 40 words."""
    said = [finding(traces)]
    parts = [(part, station) for trace in traces[-1:] for station in trace.stations for part in station.parts]
    if parts:
        longest, station = max(parts, key=lambda each: each[0].seconds)
        many = f"{in_words(len(parts))} {'step' if len(parts) == 1 else 'steps'}".capitalize()
        whose = "" if len(traces[-1].stations) == 1 else f" of {fit(station.name, 24)}"
        last = " of the second" if len(traces) == 2 else ""
        said.append(f"{many}{last} as bars on one scale; the longest is {longest.name}{whose}, {ms(longest.seconds)}")
    words = ". ".join(said).split(" ")
    return " ".join(words) + "." if len(words) <= 40 else " ".join(words[:39]) + " …"


def caption(traces: Sequence[Trace]) -> str:
    """What is counted: for the table and, with the unit, for the subtitle."""
    names = list(dict.fromkeys(fit(t.name, NAME) + (f" through {t.door}" if t.door else "") for t in traces))
    return " and ".join(names)


def table(traces: Sequence[Trace]) -> Table:
    """The lines as a table of at most eight rows; the stations where the lines are too many."""
    said = f"{caption(traces) or 'No event'}, measured on this machine"
    shown = groups(traces)
    single = all(len(trace.stations) == 1 for trace in traces)
    rows: list[tuple[str, ...]]
    if single and len(traces) == 2 and _names(shown[0]) == _names(shown[1]):
        rows = [
            (one.name, ms(one.seconds) if one.parts else "none", ms(other.seconds) if other.parts else "none")
            for one, other in zip(shown[0].lines, shown[1].lines, strict=True)
        ]
        total = ("all together", ms(traces[0].seconds), ms(traces[1].seconds))
        if len(rows) >= _ROWS:
            rows = [*rows[: _ROWS - 2], (f"… {count(len(rows) - _ROWS + 2)} more", "", "")]
        return Table(said, ("", "first", "second"), [*rows, total])
    if single and len(traces) == 1 and len(shown[0].lines) < _ROWS:
        rows = [(line.name, *_when(line)) for line in shown[0].lines]
        return Table(said, ("", "from", "took"), [*rows, ("all together", ms(0), ms(traces[0].seconds))])
    rows = [_station(station) for trace in traces for station in trace.stations]
    if len(rows) > _ROWS:
        rows = [*rows[: _ROWS - 2], (f"… {count(len(rows) - _ROWS + 1)} more", *[""] * 6), rows[-1]]
    return Table(said, ("", "from", "on its way", "init", "handler code", "requests", "until"), rows)


def _names(group: Group) -> list[str]:
    return [line.name for line in group.lines]


def _when(line: Line) -> tuple[str, str]:
    if not line.parts:
        return "", line.value
    return ms(min(began for part in line.parts for began, _ in part.stretches)), line.value


def _station(station: Station) -> tuple[str, ...]:
    def took(*kinds: str) -> str:
        parts = [part for part in station.parts if part.kind in kinds]
        return ms(sum(part.seconds for part in parts)) if parts else theme.DASH

    attempt = f", attempt {station.attempt}" if station.attempt > 1 else ""
    wrong = f", {OUTCOMES.get(station.outcome, station.outcome)}" if station.outcome != "ok" else ""
    name = fit(station.name, NAME) + attempt + wrong
    init = took("init", "restore") if station.kind != "run" or station.cold else "none"
    took_each = (took("door", "queue", "lost"), init, took("handler"), took("request"))
    return name, ms(station.began), *took_each, ms(station.ended)


_SIGNS = {"init": "C", "restore": "R", "handler": "#", "request": ":"}
_COLUMNS = 48  # of a line of signs
Signs = Sequence[tuple[float, float, str]]
"""Stretches of a line: begin and end in seconds, and the sign that fills them."""


def text(traces: Sequence[Trace]) -> str:
    """The waterfall for a terminal: each line with its bar, C for init, # for the handler, : for another service."""
    longest = max((trace.seconds for trace in traces), default=0.0)
    rows: list[tuple[str, Signs, str]] = []
    for group in groups(traces):
        rows.append((group.heading, (), ""))
        rows += [(f"  {line.name}", _signs(line), line.value) for line in group.lines]
    return in_signs(finding(traces), rows, longest, caption(traces))


def _signs(line: Line) -> Signs:
    return [(*stretch, _SIGNS.get(part.kind, "-")) for part in line.parts for stretch in part.stretches]


def in_signs(said: str, rows: Sequence[tuple[str, Signs, str]], longest: float, about: str) -> str:
    """Rows for a terminal, under a sentence: names, bars of signs, values; what is not indented is a heading.

    Args:
        said: the finding.
        rows: name, stretches, value.
        longest: how many seconds a whole line is.
        about: what the last line names.
    """
    told = [said]
    wide = max((len(name) for name, _, _ in rows if name.startswith("  ")), default=0)
    for name, stretches, value in rows:
        bar = _bar(stretches, longest or 1.0)
        told.append(f"{name:{wide}}  {bar}  {value}".rstrip() if name.startswith("  ") else name)
    if rows:
        told.append(f"{_COLUMNS} signs are {ms(longest)}: - on its way, C init, # handler code, : another service.")
        told.append(f"{about}, measured on this machine.")
    return "\n".join(told)


def _bar(stretches: Signs, longest: float) -> str:
    signs = [" "] * _COLUMNS
    for began, ended, sign in stretches:
        first = min(_COLUMNS - 1, int(began / longest * _COLUMNS))
        last = min(_COLUMNS, max(first + 1, round(ended / longest * _COLUMNS)))
        signs[first:last] = sign * (last - first)
    return "".join(signs)
