"""Picture S9: the way of one event through several functions: a row for each invocation, a line for each event.

On AWS X-Ray draws a map of services and, beside it, each service's segments; the events between them are not seen.
Here an elbow line leaves a function when it sent the event, and arrives when the next one began. Left out: services as
bars of their own, colours for functions, and ids, which the table has.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lambdalab.clock import Jump
from lambdalab.observe.traces import Trace
from lambdalab.show import theme
from lambdalab.show.figure import EDGE, Canvas, cut, title_room, wide
from lambdalab.show.journey_rows import FIRST_ROWS, MOST_ROWS, Row, nth, rows_of, way_in_words
from lambdalab.show.journey_words import caption, exact, finding, lasted, spoken, table, who
from lambdalab.show.lane_blocks import NARROWEST, Block
from lambdalab.show.lane_marks import Marks
from lambdalab.show.numbers import count, in_words, period
from lambdalab.show.picture import Picture
from lambdalab.show.timeline import Timeline
from lambdalab.show.waits import Waits

LEFT, RIGHT = 196.0, 872.0  # pixels of the time axis
_FIRST, _FLAG, _BELOW, _LEAST_HEIGHT, _MOST_HEIGHT = 96.0, 42.0, 74.0, 400, 740
_ROW, _LEAST_ROW = 62.0, 42.0  # pixels from one row to the next
_GAP, _ARROW, _TOGETHER = 8.0, 18.0, 10.0  # beside words; of an elbow's last stretch; lines nearer than this are one
_MOST_MOVED = 160.0  # pixels that the axis may end earlier, for words beside the last bars


def journey(trace: Trace, *, colours: theme.Theme | None = None) -> Picture:
    """One event's way through several functions (lesson 08; `lab.trace()`).

    Follows https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html.

    Args:
        trace: at least one function ran.
        colours: LIGHT or DARK; without it the setting LAMBDALAB_THEME, else light.

    Raises:
        ValueError: no function ran.
    """
    if not trace.runs:
        raise ValueError(
            f"no function ran for {trace.name}, so there is no journey to draw; `waterfall` tells the rest"
        )
    canvas = _Drawing(trace, colours or theme.chosen()).draw()
    return Picture(table=table(trace), alt=spoken(trace), figure=canvas.drawn())


@dataclass(frozen=True)
class _Elbow:
    """An event on its way: from a row at pixel `x` to another row's pixel `end`; without a sender from the left."""

    sender: int | None
    row: int
    x: float
    end: float
    arrived: bool


class _Drawing:
    """One picture while it is made."""

    def __init__(self, trace: Trace, colours: theme.Theme) -> None:
        self.trace, self.colours = trace, colours
        rows = rows_of(trace)
        self.left_out = max(0, len(rows) - MOST_ROWS)
        self.rows = rows if not self.left_out else [*rows[:FIRST_ROWS], *rows[FIRST_ROWS - MOST_ROWS + 1 :]]
        jumps = self._jumps()
        stretches = [(0.0, 0.0), *((bar.began, bar.ended) for row in self.rows for bar in row.bars)]
        stretches += [(row.began, row.ended) for row in self.rows if not row.bars]
        active = [(self._lab(began), self._lab(ended)) for began, ended in stretches]
        self.right = RIGHT
        for _ in range(2):  # the second time with room for the words beside the last bars
            self.time = Timeline(active, [], jumps, left=LEFT, right=self.right)
            self.blocks = [self._blocks(row) for row in self.rows]
            ends = [self._end(place) + _GAP + wide(row.value) for place, row in enumerate(self.rows)]
            over = max(ends) - (theme.WIDTH - EDGE)
            self.right -= min(max(0.0, over + 2), _MOST_MOVED)
        self.elbows = self._elbows()

    # -- time --------------------------------------------------------------------------------------------------------

    def _jumps(self) -> list[Jump]:
        """The turns of the clock on the lab's own clock: a trace has them taken out of every time."""
        found: list[Jump] = []
        for at, seconds in self.trace.turns:
            found.append(Jump(at + sum(jump.seconds for jump in found), seconds))
        return found

    def _lab(self, moment: float) -> float:
        return moment + sum(seconds for at, seconds in self.trace.turns if at < moment)

    def _x(self, moment: float) -> float:
        return self.time.x(self._lab(moment))

    # -- what stands where -------------------------------------------------------------------------------------------

    def _blocks(self, row: Row) -> list[Block]:
        found = []
        for bar in row.bars:
            left = self._x(bar.began)
            found.append(Block(bar.kind, left, max(self._x(bar.ended), left + NARROWEST), 0.0, bar.word, bar.said))
        return found

    def _end(self, place: int) -> float:
        """Where a row's bars end, or without any the line of the event that did not arrive."""
        return max((block.right for block in self.blocks[place]), default=self._x(self.rows[place].ended) + _ARROW)

    def _elbows(self) -> list[_Elbow]:
        places = {
            station.span: place for place, row in enumerate(self.rows) for station in row.attempts if station.span
        }
        found: list[_Elbow] = []
        for place, row in enumerate(self.rows):
            if row.came is None:
                continue
            sender, blocks = places.get(row.came.sender), self.blocks[place]
            sent = self._x(row.came.sent)
            end = blocks[0].left if blocks else self._end(place)
            x = min(sent, end - _ARROW)
            if sender is None or sender >= place:
                x = max(x, LEFT)
            else:
                x = max(x, min((block.left + 1 for block in self.blocks[sender]), default=x))
                near = (other.x for other in found if other.sender == sender and abs(other.x - x) < _TOGETHER)
                x = min(next(near, x), end - NARROWEST)
            found.append(
                _Elbow(
                    sender if sender is None or sender < place else None,
                    place,
                    x,
                    end,
                    row.last.outcome == "ok" or bool(blocks),
                )
            )
        return found

    def _crossing(self, gap: int) -> list[float]:
        """The pixels at which something upright runs through the gap above a row."""
        lines = [each.x for each in self.elbows if each.sender is not None and each.sender < gap <= each.row]
        return [*lines, *(x for x, _ in (*self.time.turns, *self.time.breaks))]

    def _conditions(self) -> str:
        functions = in_words(len({run.name for run in self.trace.runs}))
        unit = "seconds" if self.time.unit == "s" else "milliseconds"
        parts = [f"{caption(self.trace)}, {functions} functions: a bar is an invocation, a thin line an event", unit]
        kinds = {block.kind for blocks in self.blocks for block in blocks}
        words = {"init": "C: init", "restore": "R: restored", "request": "dotted: another service"}
        words |= {"retried": f"hatched, {nth(2)}: tried again", "failed": f"{theme.CROSS}: failed"}
        parts += [said for kind, said in words.items() if kind in kinds]
        if self.time.breaks:
            parts.append("zigzag: a wait, cut out")
        if filtered := sum(station.outcome == "filtered" for station in self.trace.stations):
            parts.append(f"{count(filtered)} filtered out")
        return "; ".join(parts)

    # -- drawing -----------------------------------------------------------------------------------------------------

    def draw(self) -> Canvas:
        title, conditions = finding(self.trace), self._conditions()
        marks_room = 26 if self.time.turns or self.time.breaks else 0
        top = _FIRST + title_room(title, conditions) + marks_room + _FLAG
        many = len(self.rows) + bool(self.left_out)
        pitch = max(_LEAST_ROW, min(_ROW, (_MOST_HEIGHT - top - _FLAG - _BELOW) / (many - 0.5)))
        first = top + pitch / 4
        heights = [
            first + (place + bool(self.left_out and place >= FIRST_ROWS)) * pitch for place in range(len(self.rows))
        ]
        axis = max(heights[-1] + pitch / 4 + _FLAG, _LEAST_HEIGHT - _BELOW)
        canvas = Canvas(round(axis + _BELOW), self.colours)
        canvas.title(title, conditions)
        marks = Marks(canvas, axis, bar=round(theme.BAR * pitch * 0.8))
        if self.left_out:
            words = f"… {count(self.left_out + 1)} more"
            canvas.text(LEFT - 10, heights[FIRST_ROWS - 1] + pitch, words, size=theme.LABEL, anchor="right")
        for elbow in self.elbows:
            self._elbow(canvas, marks, elbow, heights)
        placed = [
            Block(b.kind, b.left, b.right, y, b.word, b.said)
            for blocks, y in zip(self.blocks, heights, strict=True)
            for b in blocks
        ]
        marks.blocks(placed)
        self._names(canvas, heights)
        self._labels(canvas, heights, pitch)
        self._flags(canvas, marks, heights)
        self._axis(canvas, marks, top - _FLAG)
        canvas.bottom("Measured on this machine")
        return canvas

    def _elbow(self, canvas: Canvas, marks: Marks, elbow: _Elbow, heights: Sequence[float]) -> None:
        y = heights[elbow.row]
        points = [(elbow.x, y), (elbow.end, y)]
        if elbow.sender is not None:
            points.insert(0, (elbow.x, heights[elbow.sender] + marks.bar / 2))
        marks.arrow(points, arrived=elbow.arrived)

    def _names(self, canvas: Canvas, heights: Sequence[float]) -> None:
        """Names at the left, and beside the bars how long they took."""
        for place, (row, y) in enumerate(zip(self.rows, heights, strict=True)):
            text, value = self.colours.text, row.value
            canvas.text(LEFT - 10, y, cut(row.name, LEFT - 10 - EDGE), size=theme.LABEL, colour=text, anchor="right")
            right = self._end(place)
            colour = {"ok": text, "throttled": self.colours.throttled}.get(row.last.outcome, self.colours.failed)
            colour = self.colours.second if row.last.outcome in ("waiting", "unheard") else colour
            width = wide(value)
            fits = right + _GAP + width <= theme.WIDTH - EDGE
            x = right + _GAP if fits else theme.WIDTH - EDGE - width
            passing = [each.x for each in self.elbows if each.sender is not None and each.sender < place < each.row]
            passing += [mark for mark, _ in (*self.time.turns, *self.time.breaks)]
            plate = not fits or any(x - _GAP < line < x + width + _GAP for line in passing)
            canvas.text(x, y - 4 * plate, value, size=theme.LABEL, colour=colour, plate=plate)

    def _labels(self, canvas: Canvas, heights: Sequence[float], pitch: float) -> None:
        """Each event's name, in the gap above the row that it came to; once where several got it the same way."""
        done: set[tuple[float, str]] = set()
        for elbow in self.elbows:
            came = self.rows[elbow.row].came
            if came is None:
                continue
            alike = [each for each in self.elbows if (each.x, each.sender) == (elbow.x, elbow.sender)]
            ran = [each for each in alike if self.blocks[each.row]]
            same = [each for each in ran if _label(self.rows[each.row]) == _label(self.rows[elbow.row])]
            words = way_in_words(came, len(same))
            if (elbow.x, words) in done:
                continue
            done.add((elbow.x, words))
            y = heights[elbow.row] - pitch / 2
            lines = [x for x in self._crossing(elbow.row) if x != elbow.x]
            width = wide(words, theme.NOTE)
            right, left = (elbow.x + _GAP, elbow.x + _GAP + width), (elbow.x - _GAP - width, elbow.x - _GAP)
            free = [
                ends
                for ends in (right, left)
                if ends[0] >= EDGE
                and ends[1] <= theme.WIDTH - EDGE
                and not any(ends[0] - 4 < x < ends[1] + 4 for x in lines)
            ]
            begin = free[0][0] if free else min(elbow.x + _GAP, theme.WIDTH - EDGE - width)
            canvas.text(begin, y, words, plate=not free, rim=0)

    def _flags(self, canvas: Canvas, marks: Marks, heights: Sequence[float]) -> None:
        """The answer above the first row, and the end of all above the axis."""
        trace = self.trace
        if trace.answered is not None:
            words = f"answer to the {who(trace)}: {exact(trace.answered)}"
            self._flag(canvas, marks, self._x(trace.answered), heights[0] - marks.bar / 2 - 4, words)
        waiting = any(row.last.outcome == "waiting" for row in self.rows)
        words = f"{'so far' if waiting else 'all done'}: {lasted(trace) if trace.turns else exact(trace.seconds)}"
        self._flag(canvas, marks, self._x(trace.seconds), marks.axis - 6, words)

    def _flag(self, canvas: Canvas, marks: Marks, x: float, foot: float, words: str) -> None:
        """A short ink line with words at its upper end, right of it or, without room there, left."""
        marks.flag(x, foot - 24, foot)
        width = wide(words) * 1.12
        fits = x + _GAP + width <= theme.WIDTH - EDGE
        begin, anchor = (x + _GAP, "left") if fits else (x - _GAP, "right")
        ends = (begin, begin + width) if fits else (begin - width, begin)
        plate = any(ends[0] - 4 < mark < ends[1] + 4 for mark, _ in (*self.time.turns, *self.time.breaks))
        colour = self.colours.text
        canvas.text(
            begin, foot - 14, words, size=theme.LABEL, colour=colour, bold=True, anchor=anchor, plate=plate, rim=0
        )

    def _axis(self, canvas: Canvas, marks: Marks, top: float) -> None:
        """Ticks, and above the rows how long each wait was that is not drawn to scale."""
        named = [(x, seconds, f"clock + {period(seconds)}", marks.turn) for x, seconds in self.time.turns]
        named += [(x, seconds, f"{period(seconds)} later", marks.cut) for x, seconds in self.time.breaks]
        said: list[Waits] = []
        for x, seconds, words, draw in sorted(named, key=lambda each: each[0]):
            draw(x, top + 14, marks.axis)
            said.append(Waits((x,), (seconds,), words, LEFT))
            while len(said) > 1 and said[-2].ends[1] + 2 * _GAP > said[-1].ends[0]:
                said[-2:] = [said[-2].joined(said[-1])]
        for waits in said:
            canvas.text(sum(waits.ends) / 2, top, waits.words, size=theme.LABEL, anchor="center")
        marks.time_axis(LEFT, RIGHT, [x for x, *_ in named])
        ticks, words_of = self.time.ticks()
        canvas.figure.update_layout(xaxis={"tickvals": ticks, "ticktext": words_of})


def _label(row: Row) -> str:
    return way_in_words(row.came) if row.came else ""
