"""A chart as an SVG drawing: title, subtitle and bottom line in their places, and panels with axes, bars and lines.

Plotly draws the pictures that stand alone; its slider knows no keyboard, and its frames store each figure anew. The
frames of an explorer are therefore drawn with the pen, in the same places and sizes: see `explorer`. They follow the
page's theme. Left out: hover, legends.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from lambdalab.show import stepper, theme
from lambdalab.show.figure import EDGE, conditions_lines, title_lines
from lambdalab.show.pen import Pen

_UNDER = 0.35  # of the font's size, from the middle of a line of text down to its base line


def _px(pixels: float) -> str:
    """A place or a length to a tenth of a pixel, as short as it can be written."""
    return f"{pixels:.1f}".removesuffix(".0")


class Board:
    """An empty drawing of 900 px; text and panels are placed by pixel, counted from the top left corner.

    Args:
        height: pixels.
        colours: fixed ones, for a file; without them those of the page.
    """

    def __init__(self, height: int, colours: theme.Theme | None = None) -> None:
        self.height, self.pen = height, Pen(colours)

    def text(
        self, x: float, y: float, words: str, *, size: int = theme.NOTE, role: str = "second", bold: bool = False,
        anchor: str = "left", plate: bool = False,
    ) -> None:  # fmt: skip
        """One or more lines; `y` is the middle of the first line's height.

        Args:
            x, y: pixels.
            words: with "\\n" between lines.
            size: font size in pixels.
            role: of the colour.
            bold: for headings and key numbers.
            anchor: which side of the text `x` is: "left", "center" or "right".
            plate: a rim of paper around the letters, where they must lie on data.
        """
        end = {"left": "start", "center": "middle", "right": "end"}[anchor]
        rim = f' stroke="{self.pen.colour("paper")}" stroke-width="6" stroke-linejoin="round" paint-order="stroke"'
        look = ' font-weight="700"' if bold else ""
        for row, line in enumerate(words.split("\n")):
            base = y + (_UNDER + 1.3 * row) * size
            self.pen.parts.append(
                f'<text x="{x:g}" y="{base:.5g}" font-size="{size}" text-anchor="{end}" '
                f'fill="{self.pen.colour(role)}"{look}{rim if plate else ""}>{escape(line)}</text>'
            )

    def title(self, finding: str, conditions: str = "") -> None:
        """The finding in at most two bold lines, and under it what is counted.

        Args:
            finding: a sentence computed from the data.
            conditions: the unit and what the numbers hold for.
        """
        lines = title_lines(finding)
        self.text(EDGE, 30, "\n".join(lines), size=theme.TITLE, role="text", bold=True)
        if conditions:
            words = "\n".join(conditions_lines(conditions))
            self.text(EDGE, 60 + 30 * (len(lines) - 1), words, size=theme.SUBTITLE)

    def bottom(self, source: str) -> None:
        """The last line: where the numbers come from."""
        self.text(EDGE, self.height - 20, source)

    def path(self, drawn: str, *, line: str = "", width: float = 0, fill: str = "none", more: str = "") -> None:
        """A path with a role for its line and its fill."""
        painted = self.pen.colour(fill) if fill != "none" else fill
        stroke = f' stroke="{self.pen.colour(line)}" stroke-width="{width:g}"' if line else ""
        self.pen.parts.append(f'<path d="{drawn}" fill="{painted}"{stroke}{more}/>')

    def put(self, shared: str) -> None:
        """What several drawings share, stored once by `explorer.html`: the `parts` of another board."""
        self.pen.parts.append(stepper.use(shared))

    @property
    def parts(self) -> str:
        """Everything drawn so far, as SVG."""
        return "".join(self.pen.parts)

    def svg(self, spoken: str) -> str:
        """The drawing as an element, with a sentence for listeners."""
        return self.pen.svg(theme.WIDTH, self.height, spoken)


class Panel:
    """A rectangle of a board with two linear axes.

    Args:
        board: on which it lies.
        left, right, top, bottom: pixels.
        x, y: the value at each end of the axes: left and right, bottom and top.
    """

    def __init__(
        self, board: Board, left: float, right: float, top: float, bottom: float, *,
        x: tuple[float, float], y: tuple[float, float],
    ) -> None:  # fmt: skip
        self.board, self.left, self.right, self.top, self.bottom = board, left, right, top, bottom
        self._x, self._y = x, y

    def across(self, value: float) -> float:
        """The pixel of a value on the x axis."""
        return self.left + (value - self._x[0]) / (self._x[1] - self._x[0]) * (self.right - self.left)

    def up(self, value: float) -> float:
        """The pixel of a value on the y axis."""
        return self.bottom - (value - self._y[0]) / (self._y[1] - self._y[0]) * (self.bottom - self.top)

    def value(self, pixel: float) -> float:
        """The value on the y axis at a pixel."""
        return self._y[0] + (self.bottom - pixel) / (self.bottom - self.top) * (self._y[1] - self._y[0])

    def heading(self, words: str, *, above: float = 20) -> None:
        """The panel's name, bold above its left edge."""
        self.board.text(self.left, self.top - above, words, size=theme.LABEL, role="text", bold=True)

    def x_axis(self, ticks: Sequence[tuple[float, str]] = (), *, line: bool = True) -> None:
        """The axis line with its ticks; a word may have a second line."""
        if line:
            drawn = f"M{self.left:g},{self.bottom:g} H{self.right:g}"
            drawn += "".join(f" M{self.across(value):.4g},{self.bottom:g} v6" for value, _ in ticks)
            self.board.path(drawn, line="axis", width=theme.AXIS_LINE)
        for value, words in ticks:
            self.board.text(self.across(value), self.bottom + 20, words, anchor="center")

    def y_ticks(self, ticks: Sequence[tuple[float, str]]) -> None:
        """The values beside the left edge."""
        for value, words in ticks:
            self.board.text(self.left - 8, self.up(value), words, anchor="right")

    def line(
        self, points: Sequence[tuple[float, float]], *, role: str, width: float = theme.DATA_LINE, dash: str = "",
        steps: bool = False,
    ) -> None:  # fmt: skip
        """A line through these values.

        Args:
            points: x and y of each, from left to right.
            role: of the colour.
            width: pixels.
            dash: pixels of line and gap, such as "8 6"; solid without.
            steps: whether a value holds up to the next one's x.
        """
        drawn, before = "", 0.0
        for x, y in points:
            here = self.up(y)
            if not drawn:
                drawn = f"M{self.across(x):.1f},{here:.1f}"
            elif steps:
                drawn += f" H{self.across(x):.1f}" + (f" V{here:.1f}" if f"{here:.1f}" != f"{before:.1f}" else "")
            else:
                drawn += f" L{self.across(x):.1f},{here:.1f}"
            before = here
        look = ' stroke-linejoin="round"' + (f' stroke-dasharray="{dash}"' if dash else "")
        self.board.path(drawn, line=role, width=width, more=look)

    def bars(self, edges: Sequence[float], heights: Sequence[float], *, role: str, hollow: bool = False) -> None:
        """A bar from zero for each pair of edges, side by side; where they are under 4 px, their outline as one area.

        Args:
            edges: one more than heights, on the x axis.
            heights: on the y axis; zero draws nothing.
            role: of the colour.
            hollow: only the outline, for what did not run.
        """
        thin = (self.right - self.left) / max(1, len(heights)) < 4
        gap = 0.0 if thin else 0.5 + hollow
        drawn = ""
        for left, right, height in zip(edges[:-1], edges[1:], heights, strict=True):
            if height > 0:
                a, b = self.across(left) + gap, self.across(right) - gap
                tall = max(1, round(self.bottom - self.up(height)))  # what is there is seen
                drawn += f"M{_px(a)},{self.bottom:g}v-{tall}h{_px(b - a)}v{tall}"
        if drawn and hollow:
            self.board.path(drawn, line=role, width=theme.AXIS_LINE)
        elif drawn:
            self.board.path(drawn, fill=role)

    def _stairs(self, stairs: Sequence[tuple[float, float]]) -> str:
        """From where the pen is: up or down to each height, then across to its edge; equal heights are one step."""
        drawn, previous = "", ""
        for number, (height, edge) in enumerate(stairs):
            step = f"{self.up(height):.0f}"
            following = f"{self.up(stairs[number + 1][0]):.0f}" if number + 1 < len(stairs) else ""
            drawn += "" if step == previous else f"V{step}"
            drawn += "" if step == following else f"H{_px(self.across(edge))}"
            previous = step
        return drawn

    def area(self, edges: Sequence[float], low: Sequence[float], high: Sequence[float], *, role: str) -> None:
        """A filled stretch between two step lines; "idle" is grey, everything else the colour of its role.

        Args:
            edges: one more than there are values.
            low, high: on the y axis.
            role: of the colour.
        """
        there = [top > bottom for bottom, top in zip(low, high, strict=True)]
        drawn, index = "", 0
        while index < len(there):
            if not there[index]:
                index += 1
                continue
            end = index
            while end < len(there) and there[end]:
                end += 1
            drawn += f"M{_px(self.across(edges[index]))},{self.up(low[index]):.0f}"
            there_and_back = [(high[at], edges[at + 1]) for at in range(index, end)]
            there_and_back += [(low[at], edges[at]) for at in range(end - 1, index - 1, -1)]
            drawn += self._stairs(there_and_back)
            drawn, index = drawn + "Z", end
        if drawn:
            grey = role == "idle"
            self.board.path(drawn, fill="axis" if grey else role, more=' fill-opacity="0.33"' if grey else "")

    def mark(
        self, x: float, y: float, *, role: str = "text", hollow: bool = False, diamond: bool = False, drop: bool = False
    ) -> None:
        """A point: filled for measured, a hollow circle for published, a hollow diamond for simulated or computed.

        Args:
            x, y: values on the axes.
            role: of its colour.
            hollow: whether it is filled with paper.
            diamond: whether it is a diamond and not a circle.
            drop: whether a dotted line leads down to the x axis.
        """
        across, up, half = self.across(x), self.up(y), theme.MARKER_POINT / 2
        if drop:
            dotted = ' stroke-dasharray="2 4"'
            self.board.path(f"M{across:.1f},{up:.1f}V{self.bottom:g}", line="axis", width=theme.LEADER, more=dotted)
        fill = "paper" if hollow else role
        if diamond:
            drawn = f"M{across - half:.1f},{up:.1f}l{half:g},{-half:g}l{half:g},{half:g}l{-half:g},{half:g}Z"
        else:
            arc = f"a{half:g},{half:g} 0 1 0 {2 * half:g},0a{half:g},{half:g} 0 1 0 {-2 * half:g},0"
            drawn = f"M{across - half:.1f},{up:.1f}{arc}"
        self.board.path(drawn, fill=fill, line=role, width=theme.BOX_LINE)
