"""An event's journey in words: the sentence that the data bear out, the table under the picture, a terminal's form.

AWS's X-Ray console shows a number for each segment. Here the sentence sets what the caller waited against what went on
behind the answer. Left out: what a row is, which `journey_rows` says.
"""

from __future__ import annotations

from collections import Counter

from lambdalab.observe.traces import Trace
from lambdalab.show import theme
from lambdalab.show.journey_rows import Row, rows_of
from lambdalab.show.numbers import SPACE, count, in_words, period
from lambdalab.show.pen import fit
from lambdalab.show.picture import Table
from lambdalab.show.waterfall_lines import NAME, OUTCOMES, ms
from lambdalab.show.waterfall_words import VERBS, in_signs

_ROWS, _ID = 8, 8  # of the table; characters of a request id
_LONGEST_TITLE = 2 * theme.TITLE_CHARACTERS - 10  # characters of two lines
_LONG, _SHORT_TIME = 119.5, 10.0  # seconds
_SHORT = 16  # characters of a name in a title or a sentence that names several


def who(trace: Trace) -> str:
    """Who waited for the answer: a web front has customers, any other request a caller."""
    return "customer" if trace.door else "caller"


def moment(seconds: float) -> str:
    """A time as the table says it: as in a waterfall, and from two minutes on in minutes."""
    return ms(seconds) if seconds < _LONG else period(seconds)


def exact(seconds: float) -> str:
    """A time as a flag says it: "1,104 ms", and from ten seconds on as in the table."""
    return f"{round(seconds * 1000):,}{SPACE}ms" if seconds < _SHORT_TIME else moment(seconds)


def lasted(trace: Trace) -> str:
    """How long the event went on; where the lab's clock was turned, on that clock."""
    turned = sum(seconds for _, seconds in trace.turns)
    return f"{moment(trace.seconds + turned)} of lab time" if turned else moment(trace.seconds)


def finding(trace: Trace) -> str:
    """The sentence over the picture."""
    functions = in_words(len({run.name for run in trace.runs}))
    went_on, where = f"he event went on for {lasted(trace)}", f" in {functions} functions"
    if trace.answered is None:
        return f"T{went_on}{where}{_wrong(trace)}"
    waited = f"The {who(trace)} waited {moment(trace.answered)}"
    if trace.answered >= trace.seconds:
        return f"{waited}; all {functions} functions were done by then{_wrong(trace)}"
    said = f"{waited}; t{went_on}{where}{_wrong(trace)}"
    return said if len(said) <= _LONGEST_TITLE else said.replace(where, "")


def _wrong(trace: Trace) -> str:
    """What went wrong last, of what did not end well."""
    bad = [row for row in rows_of(trace) if row.last.outcome != "ok"]
    if not bad:
        return ""
    name, verb = fit(bad[-1].name, _SHORT), VERBS.get(bad[-1].last.outcome, bad[-1].last.outcome)
    return f"; {name} {verb}" if bad[-1].last.kind == "run" else f"; for {name} it {verb}"


def spoken(trace: Trace) -> str:
    """The alternative text: at most 40 words."""
    rows, wrong = rows_of(trace), _wrong(trace)
    functions = in_words(len({run.name for run in trace.runs}))
    end = f"after {lasted(trace)}" if trace.turns else f"at {exact(trace.seconds)}"
    first = f"The last of {functions} functions ended {end}{wrong}"
    if trace.answered is not None:
        first = f"The {who(trace)}'s answer came after {exact(trace.answered)}; {first[0].lower()}{first[1:]}"
    events = Counter(fit(row.came.name, _SHORT) for row in rows if row.came and row.came.name and row.bars)
    said = [f"{in_words(many)} {'starts' if many == 1 else 'start'} from {name}" for name, many in events.items()]
    second = ", ".join(said[:3]) or f"{in_words(len(rows))} rows"
    second = second[0].upper() + second[1:]
    slow = max((row for row in rows if row.came and row.came.queued), key=_queued, default=None)
    third = f"{second}; {fit(slow.name, _SHORT)} waited {moment(_queued(slow))} in a queue" if slow else second
    told = (f"{first}. {third}.", f"{first}. {second}.", f"{first}.")
    return next((words for words in told if len(words.split()) <= 40), f"{' '.join(first.split()[:39])} …")


def _queued(row: Row) -> float:
    return (row.came and row.came.queued) or 0.0


def caption(trace: Trace) -> str:
    """What is shown: for the table and the subtitle."""
    return fit(trace.name, NAME) + (f" through {trace.door}" if trace.door else "")


def table(trace: Trace) -> Table:
    """The rows as numbers, at most eight."""
    rows = [_cells(row) for row in rows_of(trace)]
    if len(rows) > _ROWS:
        rows = [*rows[: _ROWS - 2], (f"… {count(len(rows) - _ROWS + 1)} more", *[""] * 7), rows[-1]]
    columns = ("", "event", "sent at", "in a queue", "began at", "init", "ended at", "request id")
    said = f"{caption(trace)}, measured on this machine; each time counts from the beginning"
    return Table(said, columns, rows, "llrrrrrl")


def _cells(row: Row) -> tuple[str, ...]:
    came, none = row.came, theme.DASH
    init = [bar for bar in row.bars if bar.kind in ("init", "restore")]
    name = fit(row.name, NAME)
    if len(row.attempts) > 1:
        name += f", {in_words(len(row.attempts))} attempts"
    if row.last.outcome != "ok":
        name += f", {OUTCOMES.get(row.last.outcome, row.last.outcome)}"
    event = (
        " · ".join(part for part in (fit(came.name, _SHORT + _ID), ", ".join(came.carriers)) if part) if came else ""
    )
    return (
        name, event or none, moment(came.sent) if came else none,
        moment(came.queued) if came and came.queued is not None else none, moment(row.began) if row.bars else none,
        ms(init[0].ended - init[0].began) if init else "none", moment(row.ended), row.last.request_id[:_ID] or none,
    )  # fmt: skip


def text(trace: Trace) -> str:
    """The journey for a terminal: a line a row, C for init, # for the handler."""
    signs = {"init": "C", "restore": "R", "request": ":"}
    lines = []
    for row in rows_of(trace):
        stretches = [(bar.began, bar.ended, signs.get(bar.kind, "#")) for bar in row.bars]
        stretches = stretches or [(row.began, row.ended, "-")]
        lines.append((f"  {row.name}", stretches, row.value))
    return in_signs(finding(trace), lines, trace.seconds, caption(trace))
