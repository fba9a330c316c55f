"""The marks of the swimlanes on a canvas of pixels: blocks, frozen stretches, breaks, turns of the clock, notes.

AWS has no such chart. Here both axes count pixels from the top left corner, so that a block is never narrower than can
be seen and words can be placed beside it. Left out: what the marks mean, which `swimlanes` says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lambdalab.show import theme
from lambdalab.show.figure import Canvas
from lambdalab.show.lane_blocks import Block
from lambdalab.show.timeline import HALF_MARK

BAR = 25.0  # pixels: a lane's bar
_DOUBLE = 3.5  # pixels from the middle of the clock's double line to each of its lines
_TOOTH, _PERIOD = 3.5, 16  # pixels of a break's zigzag
_WAIT, _FLAG, _WAY = 5.0, 3.0, 2.0  # pixels of the lines of a wait, a flag, and an event on its way
_MOST_HOVERS = 300  # more would make the stored figure large


class Marks:
    """Draws on a canvas whose two axes are pixels.

    Args:
        canvas: the figure.
        axis: the height of the time axis, in pixels from the top.
        bar: how high a bar is, in pixels.
    """

    def __init__(self, canvas: Canvas, axis: float, bar: float = BAR) -> None:
        self.canvas, self.axis, self.bar = canvas, axis, bar
        canvas.pixels(axis)

    def blocks(self, blocks: Sequence[Block]) -> None:
        """All blocks, a trace for each kind; frozen stretches lie beneath."""
        hovers = sum(block.kind not in ("frozen", "gone") for block in blocks) <= _MOST_HOVERS
        colours = self.canvas.colours
        plain = {"width": 0}
        hatch = {
            "fgcolor": colours.init_line, "fgopacity": theme.PATTERN_OPACITY, "bgcolor": colours.init,
            "fillmode": "replace", "size": theme.PATTERN_SIZE, "solidity": theme.PATTERN_SOLIDITY,
        }  # fmt: skip
        outline = {"width": theme.AXIS_LINE, "color": colours.init_line}
        blue = {"width": theme.AXIS_LINE, "color": colours.invoke}
        dots = {**hatch, "fgcolor": colours.invoke, "bgcolor": colours.paper}
        again = {**hatch, "fgcolor": colours.retried_line, "bgcolor": colours.retried}
        looks = {
            "frozen": {"color": colours.idle, "line": {"width": theme.AXIS_LINE, "color": colours.idle_line}},
            "invoke": {"color": colours.invoke, "line": plain},
            "failed": {"color": colours.failed, "line": plain},
            "init": {"color": colours.init, "line": outline, "pattern": {"shape": "/", **hatch}},
            "restore": {"color": colours.init, "line": outline, "pattern": {"shape": "x", **hatch}},
            "retried": {
                "color": colours.retried, "line": {"width": theme.AXIS_LINE, "color": colours.retried_line},
                "pattern": {"shape": "\\", **again},
            },
            "missed": {"color": colours.paper, "line": {"width": theme.AXIS_LINE, "color": colours.axis}},
            "request": {"color": colours.paper, "line": blue, "pattern": {"shape": ".", **dots}},
            "refused": {"color": colours.paper, "line": {"width": theme.AXIS_LINE, "color": colours.throttled}},
        }  # fmt: skip
        for kind, look in looks.items():
            mine = [block for block in blocks if block.kind == kind]
            if mine:
                words = kind in ("invoke", "failed", "missed")
                self._bars(mine, look, words=words, hovers=hovers and kind != "frozen")
                for block in mine:
                    if kind in ("init", "restore", "retried") and block.word and block.roomy:
                        self._letter(block)
        self._gone([block for block in blocks if block.kind == "gone"])

    def _bars(self, blocks: Sequence[Block], look: Mapping[str, object], *, words: bool, hovers: bool) -> None:
        colours = self.canvas.colours
        on = {"failed": colours.on_failed, "missed": colours.second}.get(blocks[0].kind, colours.on_invoke)
        text = {
            "text": [block.word if block.roomy else "" for block in blocks], "textposition": "inside", "textangle": 0,
            "insidetextanchor": "middle", "constraintext": "none", "cliponaxis": False,
            "textfont": {"size": theme.LABEL, "color": on},
        }  # fmt: skip
        hover = {"customdata": [block.said for block in blocks], "hovertemplate": "%{customdata}<extra></extra>"}
        self.canvas.figure.add_bar(
            orientation="h", base=[round(block.left, 1) for block in blocks],
            x=[round(block.width, 1) for block in blocks], y=[round(block.y, 1) for block in blocks], width=self.bar,
            marker=look, **(text if words else {}), **(hover if hovers else {"hoverinfo": "skip"}),
        )  # fmt: skip

    def _letter(self, block: Block) -> None:
        """A letter on a small plate of the fill's colour, so that the hatch does not run through it."""
        colours = self.canvas.colours
        again = block.kind == "retried"
        on, plate = (colours.text, colours.retried) if again else (colours.on_init, colours.init)
        self.canvas.annotate(
            x=round((block.left + block.right) / 2, 1), y=block.y, xref="x", yref="y", showarrow=False,
            text=f"<b>{block.word}</b>", font={"size": theme.LABEL, "color": on}, bgcolor=plate, borderpad=0,
            height=min(17, self.bar - 3), width=15 if len(block.word) == 1 else 36,
        )  # fmt: skip

    def _gone(self, boxes: Sequence[Block]) -> None:
        """Dotted outlines, where environments were."""
        half = self.bar / 2 - 1
        path = " ".join(
            f"M{box.left:.1f},{box.y - half:.1f} L{box.right:.1f},{box.y - half:.1f} "
            f"L{box.right:.1f},{box.y + half:.1f} L{box.left:.1f},{box.y + half:.1f} Z"
            for box in boxes
        )
        if path:
            self._path(path, theme.AXIS_LINE, self.canvas.colours.idle_line, dash="dot")

    def turn(self, x: float, top: float, bottom: float) -> None:
        """The clock was turned: a double line."""
        lines = [f"M{x + side:.1f},{top:.1f} L{x + side:.1f},{bottom:.1f}" for side in (-_DOUBLE, _DOUBLE)]
        self._path(" ".join(lines), theme.AXIS_LINE, self.canvas.colours.axis)

    def cut(self, x: float, top: float, bottom: float) -> None:
        """A wait was cut out: two zigzags."""
        path = []
        for side in (-_DOUBLE, _DOUBLE):
            y, tooth, points = top, _TOOTH, []
            while y < bottom + _PERIOD / 4:
                points.append(f"{x + side + tooth:.1f},{y:.1f}")
                y, tooth = y + _PERIOD / 2, -tooth
            path.append("M" + " L".join(points))
        self._path(" ".join(path), theme.AXIS_LINE, self.canvas.colours.axis)

    def time_axis(self, left: float, right: float, marks: Sequence[float]) -> None:
        """The axis, open at each of the marks."""
        ends = [left, *(end for mark in sorted(marks) for end in (mark - HALF_MARK, mark + HALF_MARK)), right]
        path = " ".join(
            f"M{begin:.1f},{self.axis:.1f} L{end:.1f},{self.axis:.1f}"
            for begin, end in zip(ends[::2], ends[1::2], strict=True)
        )
        self._path(path, theme.AXIS_LINE, self.canvas.colours.axis)

    def wait(self, left: float, right: float, y: float) -> None:
        """A thick pale line: something waits, and nothing runs."""
        self._path(f"M{left:.1f},{y:.1f} L{right:.1f},{y:.1f}", _WAIT, self.canvas.colours.idle)

    def leader(self, x: float, top: float, bottom: float) -> None:
        """A thin line from a block down to its explanation."""
        self._path(f"M{x:.1f},{top:.1f} L{x:.1f},{bottom:.1f}", theme.LEADER, self.canvas.colours.axis)

    def flag(self, x: float, top: float, bottom: float) -> None:
        """A short strong line at a moment that counts."""
        self._path(f"M{x:.1f},{top:.1f} L{x:.1f},{bottom:.1f}", _FLAG, self.canvas.colours.text)

    def arrow(self, points: Sequence[tuple[float, float]], *, arrived: bool) -> None:
        """A line through these points, beneath the bars; with a head where it arrived, else dotted and without one."""
        colours, ((x1, y), (x2, _)) = self.canvas.colours, points[-2:]
        head = min(float(theme.ARROW_HEAD), x2 - x1) if arrived else 0.0
        line = [*points[:-1], (x2 - head / 2, y)]
        path = "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in line)
        colour, dash = (colours.second, "solid") if arrived else (colours.axis, "dot")
        self._path(path, _WAY, colour, dash, layer="below")
        if head > 0:
            half = head / 2
            tip = f"M{x2 - head:.1f},{y - half:.1f} L{x2:.1f},{y:.1f} L{x2 - head:.1f},{y + half:.1f} Z"
            self.canvas.shape(
                type="path", path=tip, xref="x", yref="y", fillcolor=colours.second, line={"width": 0}, layer="below"
            )

    def _path(self, path: str, width: float, colour: str, dash: str = "solid", layer: str = "above") -> None:
        line = {"width": width, "color": colour, "dash": dash}
        self.canvas.shape(type="path", path=path, xref="x", yref="y", line=line, layer=layer)
