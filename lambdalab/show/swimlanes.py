"""Picture S4: a lane for each execution environment, with its init, its calls, and the time in which it was frozen.

On AWS nobody can see this; only the log streams hint at it. Here it is drawn from what the lab measured. Left out:
memory, and who called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from lambdalab.clock import Jump
from lambdalab.observe.records import Lane
from lambdalab.show import theme
from lambdalab.show.calls import Phase, calls_of, finding, name_of, phases_of, spoken, table
from lambdalab.show.figure import EDGE, Canvas, cut, title_room, wide
from lambdalab.show.lane_blocks import NARROWEST, Block, blocks_of
from lambdalab.show.lane_marks import BAR, Marks
from lambdalab.show.lane_notes import FROZEN, Note, hang, notes_of
from lambdalab.show.numbers import SPACE, count, period
from lambdalab.show.picture import Picture
from lambdalab.show.timeline import Timeline, last_part

LEAST_HEIGHT, MOST_HEIGHT = 400, 740
MOST_LANES, FIRST_LANES = 12, 6
LEFT, RIGHT = 160.0, 880.0  # pixels
_FIRST, _LANE, _NOTE, _BELOW = 168.0, 37.0, 30.0, 112.0  # pixels: the first lane, a lane, a note, what is below them
_NAME_GAP = 10  # pixels between a lane's name and the lanes
_NAMES = LEFT - _NAME_GAP - EDGE  # pixels of a lane's name


def swimlanes(
    lanes: Sequence[Lane],
    jumps: Sequence[Jump] = (),
    *,
    last: int | None = None,
    colours: theme.Theme | None = None,
) -> Picture:
    """Environments as lanes, seconds from left to right (lesson 03; `lab.swimlanes()` everywhere).

    Follows https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html.

    Args:
        lanes: in the order in which they are drawn; with several functions each lane has its function's name.
        jumps: turns of the lab's clock.
        last: only so many calls, the last ones; None for all that have room.
        colours: LIGHT or DARK; without it the setting LAMBDALAB_THEME, else light.

    Raises:
        ValueError: `last` is not above zero.
    """
    if last is not None and last < 1:
        raise ValueError(f"swimlanes cannot show the last {last} calls: give 1 or more, or leave `last` out")
    drawing = _Drawing(lanes, jumps, last, colours or theme.chosen())
    canvas = drawing.draw() if drawing.shown else drawing.draw_nothing()
    ended = max((span.ended for lane in drawing.shown for span in lane.spans), default=float("inf"))
    quiet = sum(jump.seconds for jump in jumps if jump.at >= ended)
    alt = spoken(drawing.phases, drawing.shown or lanes, quiet)
    return Picture(table=table(drawing.phases, drawing.shown), alt=alt, figure=canvas.drawn())


def _since(lanes: Sequence[Lane], moment: float) -> list[Lane]:
    """The lanes from a moment on; those in which nothing ran since then are left out."""
    later = [replace(lane, spans=tuple(span for span in lane.spans if span.began >= moment)) for lane in lanes]
    return [lane for lane in later if lane.spans]


class _Drawing:
    """One picture while it is made: what is shown of the lanes, and where it stands."""

    def __init__(self, lanes: Sequence[Lane], jumps: Sequence[Jump], last: int | None, colours: theme.Theme) -> None:
        self.jumps, self.colours = jumps, colours
        shown = [lane for lane in lanes if lane.spans]
        births = {(lane.function, lane.number): lane.spans[0].began for lane in shown}
        recorded = calls_of(shown)
        if last is not None and last < len(recorded):
            shown = _since(shown, min(call.began for call in recorded[-last:]))
        if shown:
            shown = _since(shown, last_part([(s.began, s.ended) for lane in shown for s in lane.spans], jumps))
        self.shown = shown
        self.calls = calls_of(shown)
        self.phases = phases_of(self.calls, jumps)
        self.left_out = len(recorded) - len(self.calls)
        self.title = finding(self.phases, shown or lanes)
        self.named = len({name_of(lane) for lane in shown}) > 1
        if shown:
            self.time = Timeline(
                [(span.began, span.ended) for lane in shown for span in lane.spans],
                [lane.ended for lane in shown if lane.ended is not None],
                jumps, left=LEFT, right=RIGHT,
            )  # fmt: skip
            numbers = {call.run: number for number, call in enumerate(self.calls, 1)}
            self.blocks = [
                blocks_of(lane, self.time, numbers, older=lane.spans[0].began > births[lane.function, lane.number])
                for lane in shown
            ]

    # -- what stands where -------------------------------------------------------------------------------------------

    def _rows(self) -> list[tuple[str, int | None]]:
        """The lanes from the top: name, and which one; None stands for those that are left out."""
        indexes = list(range(len(self.shown)))
        hidden = len(indexes) - FIRST_LANES - 1
        if len(indexes) > MOST_LANES:
            indexes = [*indexes[:FIRST_LANES], indexes[-1]]
        rows: list[tuple[str, int | None]] = []
        before = ""
        for index in indexes:
            lane = self.shown[index]
            name = name_of(lane) if self.named else "environment"
            rows.append((cut(name, _NAMES, f"{SPACE}{lane.number}") if name != before else str(lane.number), index))
            before = name
        return rows if len(self.shown) <= MOST_LANES else [*rows[:-1], (f"… {count(hidden)} more", None), rows[-1]]

    def _conditions(self, drawn: Sequence[Block], told: set[str]) -> str:
        """The subtitle: what a lane is, the unit, and what no note explains."""
        parts = [f"One lane is one environment; time in {'seconds' if self.time.unit == 's' else 'milliseconds'}"]
        if self.left_out:
            parts.append(f"the last {count(len(self.calls))} of {count(len(self.calls) + self.left_out)} calls")
        words = {
            "init": "C: init, a cold start", "restore": "R: restored from a snapshot",
            "failed": f"{theme.CROSS}: failed", "gone": "dotted: the environment is gone",
        }  # fmt: skip
        told = told | {"gone" for block in drawn if block.kind == "gone" and block.roomy}
        there = {block.kind for block in drawn}
        parts += [what for kind, what in words.items() if kind in there and kind not in told]
        if self.time.breaks:
            parts.append("zigzag: a wait, cut out")
        if any(block.kind != "frozen" and block.width <= NARROWEST for block in drawn):
            parts.append(f"no block under {NARROWEST:.0f}{SPACE}px")
        return "; ".join(parts)

    def draw(self) -> Canvas:
        rows = self._rows()
        kinds = notes_of(self.blocks[0])
        lanes = [self.blocks[index] for _, index in rows if index is not None]
        conditions = self._conditions([block for lane in lanes for block in lane], {each[0].kind for each in kinds})
        marks = [x for x, _ in (*self.time.turns, *self.time.breaks)]
        down = title_room(self.title, conditions) - (0 if marks else 26)
        first = _FIRST + down
        heights = [first + index * _LANE for index in range(len(rows))]
        others = [block for block in self._at(rows, heights) if block.y > first]
        notes = hang(kinds, heights[1:], others, marks, LEFT, RIGHT)
        if notes is None:  # the lanes leave no room: open some below the first
            opened = len(kinds) * _NOTE
            lane = min(_LANE, (MOST_HEIGHT - _BELOW - first - opened) / max(1, len(rows) - 1))
            heights = [first + index * lane + (opened if index else 0) for index in range(len(rows))]
            between = [first + (index + 1) * _NOTE for index in range(len(kinds))]
            notes = hang(kinds, between, [], [], LEFT, RIGHT) or []
        lowest = max([heights[-1], *(note.y for note in notes)])
        axis = max(lowest + 28, LEAST_HEIGHT - _BELOW + 28)
        canvas = Canvas(round(axis + _BELOW - 28), self.colours)
        canvas.title(self.title, conditions)
        self._paint(canvas, Marks(canvas, axis), rows, heights, notes, _FIRST - 64 + down + (0 if marks else 26))
        ticks, words = self.time.ticks()
        canvas.figure.update_layout(xaxis={"tickvals": ticks, "ticktext": words})
        canvas.bottom("Measured on this machine")
        return canvas

    def _at(self, rows: Sequence[tuple[str, int | None]], heights: Sequence[float]) -> list[Block]:
        found = []
        for (_, index), y in zip(rows, heights, strict=True):
            found += [replace(block, y=y) for block in self.blocks[index]] if index is not None else []
        return found

    # -- drawing -----------------------------------------------------------------------------------------------------

    def _paint(
        self, canvas: Canvas, marks: Marks, rows: Sequence[tuple[str, int | None]], heights: Sequence[float],
        notes: Sequence[Note], headings: float,
    ) -> None:  # fmt: skip
        blocks = self._at(rows, heights)
        marks.blocks(blocks)
        text = canvas.colours.text
        for (name, _), y in zip(rows, heights, strict=True):
            canvas.text(LEFT - _NAME_GAP, y, name, size=theme.LABEL, anchor="right")
        edge = BAR / 2 + 6
        upper, lower = heights[0] - edge, marks.axis + 4
        # Where lines are opened for the notes, and where a single lane stands alone, the marks leave the words alone.
        below = [*heights, marks.axis - 12 + edge][1]
        apart = below - heights[0] > _LANE
        for top, bottom in [(upper, heights[0] + edge), (below - edge, lower)] if apart else [(upper, lower)]:
            for x, _ in self.time.turns:
                marks.turn(x, headings + 38 if top == upper else top, min(bottom, marks.axis))
            for x, _ in self.time.breaks:
                marks.cut(x, top, bottom)
        marks.time_axis(LEFT, RIGHT, [x for x, _ in (*self.time.turns, *self.time.breaks)])
        for note in notes:
            marks.leader(note.x, heights[0] + BAR / 2 + 2, note.y + 8)
            side = note.ends[1] if note.left else note.ends[0]
            anchor = "right" if note.left else "left"
            canvas.text(side, note.y, note.words, size=theme.LABEL, colour=text, anchor=anchor)
            if note.kind == FROZEN and FROZEN not in note.words:
                canvas.text(note.x, heights[0], FROZEN, size=theme.LABEL, colour=text, anchor="center")
        said: set[str] = set()
        for block in blocks:
            if block.kind == "gone" and block.roomy and block.word not in said:
                said.add(block.word)
                canvas.text((block.left + block.right) / 2, block.y, block.word, colour=text, anchor="center")
        self._head(canvas, headings)

    def _head(self, canvas: Canvas, y: float) -> None:
        """Above the lanes: what each group of calls is, and the length of each wait."""
        taken = LEFT
        for phase in self.phases:
            words, x = self._name(phase), self.time.x(phase.began)
            if taken <= x and x + wide(words) <= RIGHT:
                canvas.text(x, y, words, size=theme.LABEL, colour=canvas.colours.text)
                taken = x + wide(words) + 16
        done: list[tuple[float, float]] = []
        named = [(x, f"clock + {period(seconds)}") for x, seconds in self.time.turns]
        named += [(x, f"{period(seconds)} later") for x, seconds in self.time.breaks]
        for x, words in named:
            half = wide(words) / 2
            x = min(max(x, LEFT + half), RIGHT - half)
            if all(x + half + 12 < left or x - half - 12 > right for left, right in done):
                done.append((x - half, x + half))
                canvas.text(x, y + 26, words, size=theme.LABEL, anchor="center")

    def _name(self, phase: Phase) -> str:
        together = f", at most {phase.most} at once" if phase.kind == "mixed" else ""
        return f"{phase.function}, {phase.words}{together}" if self.named else f"{phase.words}{together}"

    def draw_nothing(self) -> Canvas:
        canvas = Canvas(LEAST_HEIGHT, self.colours)
        canvas.title(self.title, "One lane is one environment")
        words = "Deploying starts nothing: the first call starts the first environment."
        canvas.text(theme.WIDTH / 2, LEAST_HEIGHT / 2, words, size=theme.LABEL, anchor="center")
        canvas.figure.update_layout(xaxis={"visible": False}, yaxis={"visible": False})
        canvas.bottom("Measured on this machine")
        return canvas
