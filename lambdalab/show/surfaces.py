"""What a picture can be drawn on: a Plotly figure, or an SVG board as the frames of an explorer need it.

The workload plane (picture S13) is worked out once in pixels and stands in lesson 12 twice: alone, where the pointer
reads a card, and as an explorer, which needs no script. Both know the same few strokes, with colours by role. Left out:
what only one of them can do, such as a button.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from lambdalab.show import theme
from lambdalab.show.chart import Board
from lambdalab.show.figure import Canvas

Point = tuple[float, float]
"""Pixels from the left and from the top."""
Sign = tuple[Point, str, str]
"""Where a lettered mark lies, its letter, and what the pointer reads there."""


class Surface(Protocol):
    """The strokes that both kinds know; see `chart.Board` for what the words mean."""

    def title(self, finding: str, conditions: str) -> None:
        """The finding and what is counted, at the top."""

    def bottom(self, source: str) -> None:
        """Where the numbers come from, at the bottom."""

    def text(
        self, x: float, y: float, words: str, *, size: int = theme.NOTE, role: str = "second", bold: bool = False,
        anchor: str = "left", plate: bool = False,
    ) -> None:  # fmt: skip
        """One or more lines; `y` is the middle of the first."""

    def line(self, points: Sequence[Point], role: str, width: float, dash: str = "") -> None:
        """A line through these points; `dash` is "", "dash" or "dot"."""

    def area(self, points: Sequence[Point], role: str) -> None:
        """A filled area with these corners."""

    def ticks(self, y: float, places: Sequence[float], names: Sequence[str]) -> None:
        """The marks and names under a horizontal axis at this height."""

    def signs(self, signs: Sequence[Sign], *, square: bool, fill: str, outline: str, ink: str) -> None:
        """Lettered circles or squares, all of one look."""


class Plotted:
    """A Plotly figure as a surface.

    Args:
        height: pixels.
        colours: the theme.
    """

    def __init__(self, height: int, colours: theme.Theme) -> None:
        self.canvas, self._roles = Canvas(height, colours), colours.colours()

    def title(self, finding: str, conditions: str) -> None:
        self.canvas.title(finding, conditions)

    def bottom(self, source: str) -> None:
        self.canvas.bottom(source)

    def text(
        self, x: float, y: float, words: str, *, size: int = theme.NOTE, role: str = "second", bold: bool = False,
        anchor: str = "left", plate: bool = False,
    ) -> None:  # fmt: skip
        colour = self._roles[role]
        self.canvas.text(x, y, words, size=size, colour=colour, bold=bold, anchor=anchor, plate=plate, rim=0)

    def line(self, points: Sequence[Point], role: str, width: float, dash: str = "") -> None:
        look = {"color": self._roles[role], "width": width, "dash": dash or "solid"}
        self.canvas.figure.add_scatter(
            x=[x for x, _ in points], y=[y for _, y in points], mode="lines", hoverinfo="skip", cliponaxis=False,
            line=look,
        )  # fmt: skip

    def area(self, points: Sequence[Point], role: str) -> None:
        self.canvas.figure.add_scatter(
            x=[x for x, _ in points], y=[y for _, y in points], mode="lines", fill="toself",
            fillcolor=self._roles[role], line={"width": 0}, hoverinfo="skip",
        )  # fmt: skip

    def ticks(self, y: float, places: Sequence[float], names: Sequence[str]) -> None:
        self.canvas.pixels(y)
        self.canvas.figure.update_layout(xaxis={"showline": False, "tickvals": places, "ticktext": names})

    def signs(self, signs: Sequence[Sign], *, square: bool, fill: str, outline: str, ink: str) -> None:
        read = [whole for _, _, whole in signs]
        self.canvas.figure.add_scatter(
            x=[x for (x, _), _, _ in signs], y=[y for (_, y), _, _ in signs], mode="markers+text", cliponaxis=False,
            text=[f"<b>{letter}</b>" for _, letter, _ in signs], textposition="middle center",
            textfont={"size": theme.NOTE, "color": self._roles[ink]}, customdata=read,
            marker={
                "symbol": "square" if square else "circle", "size": theme.MARKER_LETTER, "color": self._roles[fill],
                "line": {"color": self._roles[outline], "width": theme.BOX_LINE},
            },
            **({"hovertemplate": "%{customdata}<extra></extra>"} if any(read) else {"hoverinfo": "skip"}),
        )  # fmt: skip


class Drawn(Board):
    """An SVG board as a surface; its letters have nothing for the pointer."""

    def line(self, points: Sequence[Point], role: str, width: float, dash: str = "") -> None:
        dashes = {"dash": ' stroke-dasharray="9 9"', "dot": ' stroke-dasharray="3 3"'}
        self.path(_through(points), line=role, width=width, more=dashes.get(dash, ""))

    def area(self, points: Sequence[Point], role: str) -> None:
        self.path(f"{_through(points)}Z", fill=role)

    def ticks(self, y: float, places: Sequence[float], names: Sequence[str]) -> None:
        for x, name in zip(places, names, strict=True):
            self.line([(x, y), (x, y + 6)], "axis", theme.AXIS_LINE)
            self.text(x, y + 18, name, anchor="center")

    def signs(self, signs: Sequence[Sign], *, square: bool, fill: str, outline: str, ink: str) -> None:
        half = theme.MARKER_LETTER / 2
        arc = f"a{half:g},{half:g} 0 1 0 "
        for (x, y), letter, _ in signs:
            box = f"M{x - half:g},{y - half:g}h{2 * half:g}v{2 * half:g}h{-2 * half:g}Z"
            drawn = box if square else f"M{x - half:g},{y:g}{arc}{2 * half:g},0{arc}{-2 * half:g},0"
            self.path(drawn, fill=fill, line=outline, width=theme.BOX_LINE)
            self.text(x, y, letter, role=ink, bold=True, anchor="center")


def _through(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x:g},{y:g}" for x, y in points)
