"""Picture S7: the waterfall of one event, or of two on one scale: each step a bar, time from left to right.

On AWS X-Ray draws it, where tracing is switched on, and on a scale of its own for each trace. Here cold stands above
warm with the same lines, and a chain through several functions has a group for each. Left out: the network of the
internet, a third group, and a scale in steps of ten.
"""

from __future__ import annotations

from collections.abc import Sequence

from lambdalab.observe.traces import Part, Trace
from lambdalab.show import theme
from lambdalab.show.figure import EDGE, Canvas, cut, title_room, wide
from lambdalab.show.lane_blocks import NARROWEST, Block
from lambdalab.show.lane_marks import Marks
from lambdalab.show.numbers import SPACE, period
from lambdalab.show.picture import Picture
from lambdalab.show.timeline import Timeline
from lambdalab.show.waterfall_lines import Line, groups, ms
from lambdalab.show.waterfall_words import caption, finding, spoken, table

LEFT, RIGHT, MOST_HEIGHT, LEAST_HEIGHT = 206.0, 866.0, 740, 400
_LINE, _LEAST_LINE, _HEADING = 30.0, 25.0, 36.0  # pixels from one line to the next; a heading takes
_BAR = 20.0
_NAME_GAP, _GAP = 10.0, 8.0  # pixels between a name or a value and what it stands beside
_PLATE = 4.0  # pixels of paper around words
_FIRST, _BELOW = 100.0, 84.0  # pixels above the first heading, and from the last line to the lower edge
_BLOCKS = {"door": "frozen", "queue": "frozen", "answer": "frozen", "handler": "invoke", "lost": "frozen"}
_LETTERS = {"init": "C", "restore": "R", "failed": theme.CROSS, "refused": "T"}
_WORDS = {0.1: "a blink", 1.0: "a heartbeat"}  # of an axis's numbers, in seconds


def waterfall(traces: Sequence[Trace], *, colours: theme.Theme | None = None) -> Picture:
    """One event's way, or two on one scale (lesson 06; `lab.trace()` everywhere).

    Follows https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html.

    Args:
        traces: one or two; the older one stands above.
        colours: LIGHT or DARK; without it the setting LAMBDALAB_THEME, else light.

    Raises:
        ValueError: more than two traces.
    """
    if len(traces) > 2:
        raise ValueError(f"a waterfall has room for two events, not for {len(traces)}: give one or two")
    found = sorted(traces, key=lambda trace: trace.at)
    canvas = _Drawing(found, colours or theme.chosen()).draw()
    return Picture(table=table(found), alt=spoken(found), figure=canvas.drawn())


class _Drawing:
    """One picture while it is made."""

    def __init__(self, traces: Sequence[Trace], colours: theme.Theme) -> None:
        self.traces, self.colours = traces, colours
        self.title, self.groups = finding(traces), groups(traces)
        parts = [part for group in self.groups for line in group.lines for part in line.parts]
        ran = [part for part in parts if part.kind != "queue"] or parts
        active = [stretch for part in ran for stretch in part.stretches]
        self.time = Timeline(active or [(0.0, 0.0)], [], [], left=LEFT, right=RIGHT)
        self.blocks = {line: self._blocks(line) for group in self.groups for line in group.lines}

    def _blocks(self, line: Line) -> list[Block]:
        """A line's bars in pixels; those that touch in it are one."""
        found: list[Block] = []
        for part in line.parts:
            kind = _kind(part)
            said = f"{part.name}: {ms(part.seconds)}"
            mine: list[Block] = []
            for began, ended in part.stretches:
                left, right = self.time.x(began), self.time.x(ended)
                right = max(right, left + NARROWEST)
                if mine and left <= mine[-1].right + 1:
                    left, right = mine.pop().left, max(right, mine[-1].right if mine else right)
                mine.append(Block(kind, left, right, word=_LETTERS.get(kind, ""), said=said))
            found += mine
        return found

    def _conditions(self) -> str:
        if not self.traces:
            return "milliseconds since the event began"
        unit = "seconds" if self.time.unit == "s" else "milliseconds"
        parts = [f"{caption(self.traces)}, {unit} since it reached the lab"]
        lines = [line for group in self.groups for line in group.lines]
        if any(len({part.kind for part in line.parts}) > 1 for line in lines):
            parts.append("plain: on its way; C: init; solid: handler code; dotted: another service works")
        if self.time.breaks:
            parts.append("zigzag: a wait, cut out")
        if any(0 < block.width <= NARROWEST for blocks in self.blocks.values() for block in blocks):
            parts.append(f"no bar under {NARROWEST:.0f}{SPACE}px")
        return "; ".join(parts)

    def draw(self) -> Canvas:
        conditions = self._conditions()
        top = _FIRST + title_room(self.title, conditions)
        many = sum(len(group.lines) for group in self.groups)
        headings = _HEADING * len(self.groups)
        pitch = min(_LINE, max(_LEAST_LINE, (MOST_HEIGHT - top - headings - _BELOW) / max(1, many)))
        heads, heights, y = [], [], top + (26 if self.time.breaks else 0)
        for group in self.groups:
            heads.append(y)
            y += _HEADING - 4
            for _ in group.lines:
                heights.append(y)
                y += pitch
            y += 4
        axis = max(y - pitch + 22 if heights else y, LEAST_HEIGHT - _BELOW + 12)
        canvas = Canvas(round(axis + _BELOW - 4), self.colours)
        canvas.title(self.title, conditions)
        if not heights:
            words = "Give the name of a function that has run, or a newer request id."
            canvas.text(theme.WIDTH / 2, axis - 100, words, size=theme.LABEL, anchor="center")
            canvas.figure.update_layout(xaxis={"visible": False}, yaxis={"visible": False})
            canvas.bottom("Measured on this machine")
            return canvas
        marks = Marks(canvas, axis, bar=min(_BAR, pitch - 6))
        self._paint(canvas, marks, heads, heights)
        self._axis(canvas, marks, top)
        canvas.bottom("Measured on this machine")
        return canvas

    def _paint(self, canvas: Canvas, marks: Marks, heads: Sequence[float], heights: Sequence[float]) -> None:
        lines = [line for group in self.groups for line in group.lines]
        placed = []
        for line, y in zip(lines, heights, strict=True):
            placed += [Block(b.kind, b.left, b.right, y, b.word, b.said) for b in self.blocks[line]]
        marks.blocks(placed)
        for group, y in zip(self.groups, heads, strict=True):
            crossed = any(x < EDGE + wide(group.heading) * 1.1 + _GAP for x, _ in self.time.breaks)
            at = y - _PLATE if crossed else y
            canvas.text(EDGE, at, group.heading, size=theme.LABEL, colour=self.colours.text, bold=True, plate=crossed)
        for line, y in zip(lines, heights, strict=True):
            name = cut(line.name, LEFT - _NAME_GAP - EDGE)
            canvas.text(LEFT - _NAME_GAP, y, name, size=theme.LABEL, colour=self.colours.text, anchor="right")
            self._value(canvas, line, y)
            self._turns(marks, line, y)

    def _value(self, canvas: Canvas, line: Line, y: float) -> None:
        """Beside the bars, towards the free side."""
        blocks, words = self.blocks[line], line.value
        role = dict.fromkeys(("ok", "filtered", "disabled"), self.colours.text)
        role |= {"throttled": self.colours.throttled, "waiting": self.colours.second}
        colour = role.get(line.outcome, self.colours.failed)
        if not blocks:
            self._label(canvas, LEFT + _GAP, y, words, self.colours.second)
            return
        left, right = min(block.left for block in blocks), max(block.right for block in blocks)
        if right + _GAP + wide(words) <= theme.WIDTH - EDGE:
            self._label(canvas, right + _GAP, y, words, colour)
        elif left - _GAP - wide(words) >= LEFT:
            self._label(canvas, left - _GAP - wide(words), y, words, colour, right=left - _GAP)
        else:
            self._label(canvas, RIGHT - wide(words), y, words, colour, right=RIGHT, plate=True)

    def _label(
        self, canvas: Canvas, left: float, y: float, words: str, colour: str, *, right: float = 0.0, plate: bool = False
    ) -> None:
        """Words beside a bar, with paper behind them where they cross a mark of the time or a bar."""
        ends = left - _GAP, (right or left + wide(words)) + _GAP
        plate = plate or any(ends[0] < x < ends[1] for x, _ in self.time.breaks)
        anchor, x = ("right", right) if right else ("left", left)
        lifted = y - _PLATE if plate else y  # the plate's rim moves the words down
        canvas.text(x, lifted, words, size=theme.LABEL, colour=colour, anchor=anchor, plate=plate)

    def _turns(self, marks: Marks, line: Line, y: float) -> None:
        """The lab's clock was turned while the event waited: a double line through its bar."""
        for part in line.parts:
            for trace in self.traces:
                if part.kind != "queue" or not any(part in station.parts for station in trace.stations):
                    continue
                for at, _ in trace.turns:
                    if any(began <= at <= ended for began, ended in part.stretches):
                        marks.turn(self.time.x(at), y - marks.bar / 2 - 3, y + marks.bar / 2 + 3)

    def _axis(self, canvas: Canvas, marks: Marks, top: float) -> None:
        cuts = [x for x, _ in self.time.breaks]
        taken = 0.0
        for x, seconds in self.time.breaks:
            marks.cut(x, top + 14, marks.axis)
            words = f"{period(seconds)} later"
            half = wide(words) / 2
            middle = min(max(x, LEFT + half), RIGHT - half)
            if middle - half > taken:
                canvas.text(middle, top - 4, words, size=theme.LABEL, anchor="center")
                taken = middle + half + 12
        marks.time_axis(LEFT, RIGHT, cuts)
        ticks, words_of = self.time.ticks()
        canvas.figure.update_layout(xaxis={"tickvals": ticks, "ticktext": words_of})
        for seconds, said in _WORDS.items():
            x = round(self.time.x(seconds), 1)
            if not cuts and x in ticks:
                canvas.text(x, marks.axis + 42, said, anchor="center")


def _kind(part: Part) -> str:
    if part.kind == "lost" and part.outcome == "throttled":
        return "refused"
    if part.outcome == "ok" or part.kind == "lost":
        return _BLOCKS.get(part.kind, part.kind)
    return part.kind if part.kind in ("init", "restore") else "failed"
