"""The isolation ladder: how long each kind of wall takes to start, and what it keeps in memory.

On AWS a function stands behind a microVM, between a container and a whole virtual machine. Here what was measured is
drawn filled and what others have published open, in steps of ten, with the plain numbers and what each rung shares
beside it. Left out: a line through the points, which would suggest a law, and figures of which one half is unknown:
they stand in the table only.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from lambdalab.models.isolation import SHARED, Rung
from lambdalab.models.seen import Look
from lambdalab.show import theme
from lambdalab.show.figure import EDGE, Canvas, cut, title_room, wide
from lambdalab.show.numbers import SPACE, about, count, in_words, milliseconds, number
from lambdalab.show.picture import Picture, Table

_TOLD = (
    "Start time against the memory of one empty instance: the wall's own, without a guest's. "
    "Both scales in steps of ten"
)
MOST = 8  # rungs: rows of the table
_LEFT, _RIGHT, _TOP, _HIGH = 106, 540, 88, 390  # the plot, in pixels; under a title of one line
_TABLE, _NAMES, _START, _MEMORY = 562, 582, 770, 882
_ROW, _LINE, _SOURCE = 29, 24, 22
_WORDS = {100.0: "a blink", 1e3: "a heartbeat", 1e4: "two breaths", 6e4: "a lift ride"}
_SIGNS = {"measured": "circle", "recorded": "square", "published": "circle-open"}
_OUTSIDE = ("thread", "process")  # rungs that have no name of their own
_BLINK = (30, 300)  # milliseconds that one may call a blink


@dataclass(frozen=True)
class _Scale:
    """Steps of ten between two pixels."""

    least: float
    most: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = (math.log10(value) - math.log10(self.least)) / (math.log10(self.most) - math.log10(self.least))
        return self.start + share * (self.end - self.start)

    @property
    def ticks(self) -> list[float]:
        first, last = math.ceil(math.log10(self.least)), math.floor(math.log10(self.most) + 1e-9)
        step = 1 if last - first < 7 else 2
        return [10.0**power for power in range(first, last + 1, step)]


def isolation_ladder(rungs: Sequence[Rung], *, colours: theme.Theme | None = None) -> Picture:
    """Start time against memory for each rung, with the plain numbers and what each rung shares (lesson 10).

    Args:
        rungs: from `measure()`, `recorded()` and `published()` of `lambdalab.models.isolation`, at most eight.
        colours: LIGHT or DARK; without it the setting LAMBDALAB_THEME, else light.

    Raises:
        ValueError: more than eight rungs.
    """
    if len(rungs) > MOST:
        raise ValueError(f"{len(rungs)} rungs are more than one reads: choose at most {MOST}")
    ordered = sorted(rungs, key=lambda rung: rung.level)
    drawn = [rung for rung in ordered if rung.start_ms and rung.memory_mb]
    title = _title(drawn)
    lower = title_room(title, _TOLD)
    sources = _sources(ordered)
    levels = sorted({rung.level for rung in ordered})
    beside = _TOP + lower + 52 + _ROW * len(ordered) + 24 + _LINE * len(levels)
    height = max(_TOP + lower + _HIGH + 76, beside) + _SOURCE * len(sources) + 20
    canvas = Canvas(height, colours or theme.chosen())
    canvas.title(title, _TOLD)
    canvas.pixels(height)
    canvas.figure.update_layout(xaxis={"visible": False}, yaxis={"visible": False})
    if drawn:
        _points(canvas, drawn, _TOP + lower + 20)
    else:
        canvas.text(_LEFT, _TOP + lower + 40, "No rung of which both are known")
    _beside(canvas, ordered, levels, _TOP + lower + 8)
    for line, (provenance, words) in enumerate(sources):
        y = height - 20 - _SOURCE * (len(sources) - 1 - line)
        if provenance:
            _mark(canvas, EDGE + 8, y, provenance, 13)
        canvas.text(EDGE + 24, y, words)
    return Picture(table=_table(ordered), alt=_alt(drawn), figure=canvas.drawn())


def inside_table(looks: Sequence[Look]) -> Table:
    """What programs saw from inside several rungs, side by side (lesson 10).

    Args:
        looks: from `lambdalab.models.seen.look`.

    What only names the machine, its own name and what follows the kernel's numbers, is not told: a table is stored.
    """
    rows = [
        ("kernel", *(look.kernel.partition("-")[0] for look in looks)),
        ("boot id", *(look.boot_id[:8] for look in looks)),
        ("processes", *(count(look.processes) for look in looks)),
        ("name of the machine", *("this machine's" if look.rung in _OUTSIDE else look.hostname for look in looks)),
        ("files in your home", *(count(look.home) for look in looks)),
        ("memory, at most", *(f"{count(look.memory_mb)}{SPACE}MB" for look in looks)),
        ("processor", *(look.processor or theme.DASH for look in looks)),
        ("from", *("measured here" if look.provenance == "measured" else look.source for look in looks)),
    ]
    notes = dict.fromkeys(look.note for look in looks if look.note)
    told = [f"{', '.join(look.rung for look in looks if look.note == note)}: {note}" for note in notes]
    caption = "; ".join(["What a program sees from inside", *told])
    return Table(caption, ("", *(look.rung for look in looks)), rows, align="l" * (len(looks) + 1))


def _best(drawn: Sequence[Rung], level: int) -> Rung | None:
    """The rung of a level that words speak of: of microVMs the published one, Lambda's, else a measured one."""
    found = [rung for rung in drawn if rung.level == level and rung.key != "firmware"]  # that is a part of a start
    wanted = "published" if level == 3 else "measured"
    return min(found, key=lambda rung: rung.provenance != wanted, default=None)


def _keeps(rung: Rung) -> tuple[str, str]:
    start = milliseconds(rung.start_ms or 0)
    memory = f"{number(rung.memory_mb or 0, _digits(rung))}{SPACE}MB"
    return (f"about {start}", f"about {memory}") if rung.about else (start, memory)


def _title(drawn: Sequence[Rung]) -> str:
    micro = _best(drawn, 3)
    if micro is None:
        names = list(dict.fromkeys(rung.name for rung in drawn))
        return f"Start time and memory{' of ' + ' and '.join(names) if 0 < len(names) <= 2 else ', by wall'}"
    start, memory = _keeps(micro)
    blink = micro.start_ms is not None and _BLINK[0] <= micro.start_ms <= _BLINK[1]
    return f"A microVM has its own kernel, starts in {'a blink' if blink else start} and keeps {memory}"


def _alt(drawn: Sequence[Rung]) -> str:
    counted = f"{in_words(len(drawn)).capitalize()} {'point' if len(drawn) == 1 else 'points'}"
    points = f"{counted}, start time against memory"
    micro, whole = _best(drawn, 3), _best(drawn, 4)
    if micro is None:
        if not drawn:
            return "No rung of the ladder has both a known start time and a known memory."
        if len(drawn) == 1:
            return f"{points}: {drawn[0].name} takes {' and '.join(_keeps(drawn[0]))}."
        first, last = (end(drawn, key=lambda rung: rung.start_ms or 0) for end in (min, max))
        ends = (f"{rung.name}, {' and '.join(_keeps(rung))}" for rung in (first, last))
        return f"{points}: from {' to '.join(ends)}."
    start, memory = _keeps(micro)
    said = f"A microVM starts in {start} with {memory}, with a kernel of its own. {points}"
    if whole is None or not (whole.start_ms and whole.memory_mb and micro.start_ms and micro.memory_mb):
        return said + "."
    if whole.provenance == "recorded":  # on a machine without KVM: no factor against a published figure
        return f"{said}; a full VM, in a recorded run, took {' and '.join(_keeps(whole))}."
    time, room = whole.start_ms / micro.start_ms, whole.memory_mb / micro.memory_mb
    return f"{said}; a full VM takes {about(time)} times the start time and {about(room)} times the memory."


def _points(canvas: Canvas, drawn: Sequence[Rung], top: float) -> None:
    """Axes, marks and names."""
    starts, memories = [rung.start_ms or 1 for rung in drawn], [rung.memory_mb or 1 for rung in drawn]
    across = _Scale(min(starts) / 3, max(*starts, min(starts) * 10) * 3, _LEFT, _RIGHT)
    bottom = top + _HIGH - 20
    up = _Scale(min(memories) / 3, max(*memories, min(memories) * 10) * 3, bottom, top)
    colours, ticks = canvas.colours, across.ticks
    room = across.at(10) - across.at(1) if len(ticks) < 2 else across.at(ticks[1]) - across.at(ticks[0])
    for value in ticks:
        x, words = across.at(value), _WORDS.get(value, "")
        _rule(canvas, x, top, x, bottom, colours.grid, theme.GRID_LINE)
        canvas.text(x, bottom + 20, milliseconds(value), anchor="center")
        if words:
            canvas.text(x, bottom + 42, words if room > 115 else words.replace(" ", "\n"), anchor="center")
    for value in up.ticks:
        y = up.at(value)
        _rule(canvas, _LEFT - 6, y, _LEFT, y, colours.axis, theme.AXIS_LINE)
        unit = f"{SPACE}MB" if value == up.ticks[-1] else ""
        canvas.text(_LEFT - 12, y, number(value) + unit, anchor="right")
    _rule(canvas, _LEFT, bottom, _RIGHT, bottom, colours.axis, theme.AXIS_LINE)
    _rule(canvas, _LEFT, top, _LEFT, bottom, colours.axis, theme.AXIS_LINE)
    spots = [(across.at(start), up.at(memory)) for start, memory in zip(starts, memories, strict=True)]
    for (x, y), rung in zip(spots, drawn, strict=True):
        _mark(canvas, x, y, rung.provenance, theme.MARKER_POINT)
    for (x, y), words in _placed(spots, [f"{rung.level} {rung.name}" for rung in drawn], top, bottom):
        canvas.text(x, y, words, size=theme.LABEL, colour=colours.text, anchor="center", plate=True, rim=0)


Box = tuple[float, float, float, float]


def _placed(
    spots: Sequence[tuple[float, float]], names: Sequence[str], top: float, bottom: float
) -> list[tuple[tuple[float, float], str]]:
    """Where each name stands: above or below its mark, else beside it, so that none touches a mark or another name."""
    taken: list[Box] = [(x - 10, y - 10, x + 10, y + 10) for x, y in spots]
    found = []
    for (x, y), name in sorted(zip(spots, names, strict=True), key=lambda each: -each[0][1]):
        half = wide(name) / 2
        places = [(x, y - 24), (x, y + 24), (x + half + 16, y), (x - half - 16, y)]
        sides = (half, -half, half + 14, -half - 14)
        places += [(x + side, y + down) for down in (-24, 24, -48, 48, -72, 72) for side in sides]
        boxes = [(a - half, b - 12, a + half, b + 12) for a, b in places]
        free = [
            (place, box)
            for place, box in zip(places, boxes, strict=True)
            if box[0] > _LEFT and box[2] < _TABLE - 8 and box[1] > top - 24 and box[3] < bottom
            and not any(_touch(box, other) for other in taken)
        ]  # fmt: skip
        if free:
            place, box = free[0]
            taken.append(box)
            found.append((place, name))
    return found


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _mark(canvas: Canvas, x: float, y: float, provenance: str, size: float) -> None:
    sign, colours = _SIGNS[provenance], canvas.colours
    canvas.figure.add_scatter(
        x=[round(x, 1)], y=[round(y, 1)], mode="markers", cliponaxis=False, hoverinfo="skip",
        marker={"symbol": sign, "size": size, "color": colours.invoke if sign == "circle" else colours.text,
                "line": {"width": theme.BOX_LINE if sign == "circle-open" else 0}},
    )  # fmt: skip


def _rule(canvas: Canvas, x0: float, y0: float, x1: float, y1: float, colour: str, width: float) -> None:
    canvas.shape(
        type="line", x0=round(x0, 1), y0=round(y0, 1), x1=round(x1, 1), y1=round(y1, 1), layer="below",
        line={"color": colour, "width": width},
    )  # fmt: skip


def _beside(canvas: Canvas, rungs: Sequence[Rung], levels: Sequence[int], top: float) -> None:
    """The same as plain numbers, and what each level shares."""
    colours = canvas.colours
    canvas.text(_TABLE, top, "The same, not in steps of ten", size=theme.LABEL, colour=colours.text, bold=True)
    canvas.text(_START, top + 28, "start, s", anchor="right")
    canvas.text(_MEMORY, top + 28, "memory, MB", anchor="right")
    _rule(canvas, _TABLE, top + 44, _MEMORY, top + 44, colours.axis, theme.AXIS_LINE)
    for index, rung in enumerate(rungs):
        y = top + 60 + _ROW * index
        _mark(canvas, _TABLE + 8, y, rung.provenance, 11)
        start = theme.DASH if rung.start_ms is None else _plain(rung.start_ms / 1000, rung)
        memory = theme.DASH if rung.memory_mb is None else _plain(rung.memory_mb, rung)
        room = _START - wide(start, theme.NOTE) - 8 - _NAMES
        words = f"{rung.level} {rung.name.rpartition(', ')[2]}"
        canvas.text(_NAMES, y, cut(words, room), colour=colours.text)
        canvas.text(_START, y, start, colour=colours.text, anchor="right")
        canvas.text(_MEMORY, y, memory, colour=colours.text, anchor="right")
        _rule(canvas, _TABLE, y + _ROW / 2, _MEMORY, y + _ROW / 2, colours.grid, theme.GRID_LINE)
    for index, level in enumerate(levels):
        canvas.text(_TABLE, top + 60 + _ROW * len(rungs) + 18 + _LINE * index, f"{level} {SHARED[level]}")


def _plain(value: float, rung: Rung) -> str:
    return f"about {number(value, _digits(rung))}" if rung.about else number(value, _digits(rung))


def _digits(rung: Rung) -> int:
    """How many digits a figure has: what is measured once more will differ in the third."""
    return 3 if rung.provenance == "published" else 2


def _sources(rungs: Sequence[Rung]) -> list[tuple[str, str]]:
    """The bottom lines: for each sign what it means and where the numbers come from."""
    lines: list[tuple[str, str]] = []
    for provenance in ("measured", "recorded", "published"):
        found = [rung for rung in rungs if rung.provenance == provenance]
        named = "; ".join(dict.fromkeys(rung.source for rung in found))
        words = {"measured": "measured on this machine", "published": f"published: {named}"}.get(provenance, named)
        if notes := list(dict.fromkeys(rung.note for rung in found if rung.note)):
            words += f" ({'; '.join(notes)})"
        if found:
            first, *more = textwrap.wrap(words, 88, break_on_hyphens=False)
            lines += [(provenance, first), *(("", line) for line in more)]
    return lines or [("", "No rung was given")]


def _table(rungs: Sequence[Rung]) -> Table:
    rows = []
    for rung in rungs:
        start, memory = _keeps(rung)
        cells = [theme.DASH if given is None else words
                 for given, words in ((rung.start_ms, start), (rung.memory_mb, memory))]  # fmt: skip
        origin = {"measured": "measured here", "recorded": "recorded run"}.get(rung.provenance, rung.source)
        rows.append((f"{rung.level} {rung.name}", *cells, rung.shares, origin))
    rows = rows or [("no rung", "", "", "", "")]
    caption = "What a wall takes to start, and what one empty instance keeps: the wall's own memory, without a guest's"
    return Table(caption, ("", "start", "memory", "shares", "from"), rows, align="lrrll")
