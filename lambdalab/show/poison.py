"""Picture S8: a batch with a poison message, receive by receive, without and with partial failures.

On AWS nobody draws it: the metrics of queue and function count messages, and the double charges lie in the ledger. Here
each message has a lane, each receive is a cell on the queue's clock, and the right column counts the charges. Left out:
pollers, the batch's window, and back-off.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from lambdalab.show import theme
from lambdalab.show.figure import EDGE, Canvas, cut, title_room
from lambdalab.show.lane_blocks import NARROWEST, Block
from lambdalab.show.lane_marks import Marks
from lambdalab.show.numbers import SPACE, count, period
from lambdalab.show.picture import Picture
from lambdalab.show.receives import CHARGED, DEAD, DELETED, MISSED, RAISED, Batch, Fate, finding, heading, spoken, table

MOST_LANES, MOST_RECEIVES = 10, 24
LEFT, RIGHT = 132.0, 522.0  # pixels: the first receive begins, the last moment lies
_TIMES, _WORDS = 676.0, 704.0  # pixels: the columns at the right
_CELL, _SMALLEST_GAP = 28.0, 4.0  # pixels of a cell and between two
_FIRST, _HEADING, _BETWEEN, _BELOW = 118.0, 36.0, 20.0, 94.0
_LANE, _LEAST_LANE, _LANES_ROOM = 36.0, 20.0, 400.0  # pixels of a lane, of all lanes
_NUMBER = theme.COUNT  # pixels of the times' font where a lane has room for it
_TRIANGLE, _TICK = 13, 92.0  # pixels of the mark of dead letters, and between two ticks
_LOOKS = {CHARGED: ("invoke", "$"), RAISED: ("failed", theme.CROSS), MISSED: ("missed", theme.DASH)}
_SAID = {CHARGED: "$ charged", RAISED: f"{theme.CROSS} raised", MISSED: f"{theme.DASH} not reached"}


def poison(*batches: Batch, colours: theme.Theme | None = None) -> Picture:
    """A batch with a poison message over time; two batches stand above each other on one scale (lesson 07).

    Follows https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html.

    Args:
        batches: one, or two of which one has partial failures reported; the other stands above.
        colours: LIGHT or DARK; without it the setting LAMBDALAB_THEME, else light.

    Raises:
        ValueError: none or more than two batches, or two of the same kind.
    """
    if not 1 <= len(batches) <= 2:
        raise ValueError(f"this picture has room for one batch or two, not for {len(batches)}: give one or two")
    if len({batch.reported for batch in batches}) < len(batches):
        raise ValueError("two batches are compared without and with partial failures: give one of each kind")
    found = sorted(batches, key=lambda batch: batch.reported)
    canvas = _Drawing(found, colours or theme.chosen()).draw()
    return Picture(table=table(found), alt=spoken(found), figure=canvas.drawn())


@dataclass(frozen=True)
class _Panel:
    """One batch: its lanes from the top, each a message or the words for those that are left out."""

    batch: Batch
    lanes: Sequence[Fate | str]

    @property
    def fates(self) -> list[Fate]:
        return [lane for lane in self.lanes if isinstance(lane, Fate)]


def _lanes(fates: Sequence[Fate]) -> list[Fate | str]:
    """All messages, or of many the first, the last, and those around the poison."""
    if len(fates) <= MOST_LANES:
        return list(fates)
    bad = next((index for index, fate in enumerate(fates) if fate.poison), 2)
    kept = sorted(index for index in {0, 1, bad - 1, bad, bad + 1, len(fates) - 1} if 0 <= index < len(fates))
    found: list[Fate | str] = []
    for before, index in zip([-1, *kept], kept, strict=False):
        if index > before + 1:
            found.append(f"… {count(index - before - 1)} more")
        found.append(fates[index])
    return found


class _Drawing:
    """One picture while it is made."""

    def __init__(self, batches: Sequence[Batch], colours: theme.Theme) -> None:
        self.batches, self.colours = batches, colours
        self.title = finding(batches)
        self.panels = [_Panel(batch, _lanes(batch.fates)) for batch in batches]
        shown = [fate for panel in self.panels for fate in panel.fates]
        moments = [at for fate in shown for at, _ in fate.receives[:MOST_RECEIVES]]
        self.left_out = max((len(fate.receives) for fate in shown), default=0) > MOST_RECEIVES
        ends = [fate.ended for fate in shown if fate.end == DEAD and fate.ended is not None and not self.left_out]
        last = max([*moments, *ends], default=0.0)
        self.scale = (RIGHT - LEFT) / last if last else 0.0
        gaps = [b - a for fate in shown for (a, _), (b, _) in zip(fate.receives, fate.receives[1:], strict=False)]
        closest = min((gap for gap in gaps if gap > 0), default=0.0) * self.scale
        self.cell = max(NARROWEST, min(_CELL, closest - _SMALLEST_GAP)) if closest else _CELL
        self.receives = self._receives(shown)

    def _receives(self, shown: Sequence[Fate]) -> list[float]:
        """When the first, second … receives were: the middle of all messages'."""
        most = min(MOST_RECEIVES, max((len(fate.receives) for fate in shown), default=0))
        return [median(fate.receives[n][0] for fate in shown if len(fate.receives) > n) for n in range(most)]

    def _x(self, moment: float) -> float:
        return LEFT + moment * self.scale

    def _conditions(self) -> str:
        receives = [outcome for panel in self.panels for fate in panel.fates for _, outcome in fate.receives]
        parts = [said for outcome, said in _SAID.items() if outcome in receives]
        if any(fate.charged > 1 for panel in self.panels for fate in panel.fates):
            parts.append("hatched: charged again")
        if any(len(fate.receives) > 1 for panel in self.panels for fate in panel.fates):
            parts.append("line: invisible in the queue")
        if self.left_out:
            parts.append(f"the first {MOST_RECEIVES} receives are drawn")
        return " · ".join(parts)

    def draw(self) -> Canvas:
        conditions = self._conditions()
        many = sum(len(panel.lanes) for panel in self.panels)
        lane = max(_LEAST_LANE, min(_LANE, _LANES_ROOM / max(1, many)))
        top = _FIRST + title_room(self.title, conditions)
        heads, y = [], top
        for panel in self.panels:
            heads.append(y)
            y += _HEADING + lane * len(panel.lanes) + _BETWEEN
        axis = max(y - _BETWEEN - lane / 2 + 14, 400.0 - _BELOW)
        canvas = Canvas(round(axis + _BELOW), self.colours)
        canvas.title(self.title, conditions)
        marks = Marks(canvas, axis, bar=min(25.0, lane - 4))
        blocks: list[Block] = []
        for panel, head in zip(self.panels, heads, strict=True):
            self._head(canvas, panel, head, first=head == top)
            for index, each in enumerate(panel.lanes):
                at = head + _HEADING + index * lane
                if isinstance(each, Fate):
                    blocks += self._lane(canvas, marks, each, at)
                else:
                    canvas.text(LEFT - 12, at, each, anchor="right")
        marks.blocks(blocks)
        self._axis(canvas, marks)
        canvas.bottom(self._source())
        return canvas

    def _head(self, canvas: Canvas, panel: _Panel, y: float, *, first: bool) -> None:
        text = self.colours.text
        canvas.text(EDGE, y, heading(panel.batch), size=theme.LABEL, colour=text, bold=True)
        if first:
            canvas.text(_TIMES, y, "times charged", size=theme.LABEL, colour=text, bold=True)
        if not panel.lanes:
            canvas.text(LEFT, y + _HEADING, "no message was received", size=theme.LABEL)

    def _lane(self, canvas: Canvas, marks: Marks, fate: Fate, y: float) -> list[Block]:
        """A message's cells; its line, its end and what was charged are drawn at once."""
        name = cut(fate.name, (LEFT - 12 - EDGE) / (1.12 if fate.poison else 1))
        canvas.text(LEFT - 12, y, name, size=theme.LABEL, colour=self.colours.text, bold=fate.poison, anchor="right")
        blocks, charged = [], 0
        for times, (at, outcome) in enumerate(fate.receives[:MOST_RECEIVES], 1):
            kind, word = _LOOKS[outcome]
            charged += outcome == CHARGED
            kind = "retried" if outcome == CHARGED and charged > 1 else kind
            said = f"{fate.name}, receive {times}: {outcome}"
            blocks.append(Block(kind, self._x(at), self._x(at) + self.cell, y, word, said))
        cut_off = len(fate.receives) > MOST_RECEIVES
        dead = fate.end == DEAD and not cut_off and fate.ended is not None
        edge = blocks[-1].right
        stops = [block.left for block in blocks[1:]]
        if dead and fate.ended is not None:
            edge = max(edge + 2, self._x(fate.ended))
            stops.append(edge)
        for block, stop in zip(blocks, stops, strict=False):
            marks.wait(block.right, stop, y)
        self._end(canvas, fate, edge, y, "…" if cut_off else fate.end)
        right, words = fate.verdict
        colour = self.colours.second if right else self.colours.failed
        size = _NUMBER if marks.bar > _LEAST_LANE else theme.LABEL
        number = count(fate.charged)
        canvas.text(_WORDS - 10, y, number, size=size, colour=self.colours.text, bold=True, anchor="right")
        canvas.text(_WORDS, y, words, size=theme.LABEL, colour=colour)
        return blocks

    def _end(self, canvas: Canvas, fate: Fate, x: float, y: float, how: str) -> None:
        if how == DEAD:
            canvas.figure.add_scatter(
                x=[round(x + 8, 1)], y=[y], mode="markers", cliponaxis=False, hoverinfo="skip",
                marker={"symbol": "triangle-right", "size": _TRIANGLE, "color": self.colours.failed},
            )  # fmt: skip
            canvas.text(x + 18, y, how, size=theme.LABEL, colour=self.colours.failed)
        else:
            canvas.text(x + 8, y, {DELETED: "deleted", "…": "…"}.get(how, "in the queue"), size=theme.LABEL)

    def _axis(self, canvas: Canvas, marks: Marks) -> None:
        """The queue's clock: a tick at each receive that has room, and one at the end."""
        marks.time_axis(LEFT - 6, RIGHT + 110, [])
        ticks: dict[float, str] = {}
        for number, at in enumerate(self.receives, 1):
            x = self._x(at)
            if not ticks or x - max(ticks) >= _TICK:
                ticks[x] = period(at)
                canvas.text(x, marks.axis + 44, f"receive {number}", anchor="center")
        dead = [fate.ended for panel in self.panels for fate in panel.fates if fate.end == DEAD and not self.left_out]
        end = median([moment for moment in dead if moment is not None] or [0.0])
        if end and self._x(end) - max(ticks) >= _TICK * 0.7:
            ticks[self._x(end)] = period(end)
        canvas.figure.update_layout(xaxis={"tickvals": [round(x, 1) for x in ticks], "ticktext": list(ticks.values())})

    def _source(self) -> str:
        """The bottom line: where the numbers come from, and the queue's settings."""
        if len({(batch.visibility_seconds, batch.max_receives) for batch in self.batches}) == 1:
            batch = self.batches[0]
            return f"Measured on this machine; visible again after {period(batch.visibility_seconds)}, {_most(batch)}"
        above, below = (f"{period(batch.visibility_seconds)}, {_most(batch)}" for batch in self.batches)
        return f"Measured on this machine; visible again, above: {above}; below: {below}"


def _most(batch: Batch) -> str:
    return f"at most {count(batch.max_receives)}{SPACE}receives" if batch.max_receives else "without a limit"
