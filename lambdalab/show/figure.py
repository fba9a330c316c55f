"""The frame of every Plotly picture: title, subtitle, notes and bottom line, placed in pixels of a 900 px canvas.

On AWS a chart has a legend and a tooltip. Here words stand on the marks. Plotly's own title clips a second line, so all
text is annotations; paper coordinates are fractions of the whole canvas, because the margins are zero. Left out:
legends.
"""

from __future__ import annotations

import functools
import textwrap
from typing import Any

from lambdalab.show import theme

EDGE = 18  # pixels between the canvas's edge and text
BOLD = 1.08  # a bold line's width beside a plain one
_CONDITIONS = 100  # characters in a line of the subtitle
# Shares of the font's size that a character of the widest font fills; all others fill 0.65.
_WIDTHS = {"ijlI.,;:'| \u00a0": 0.33, "frt()[]-/!": 0.41, "mMW@%…": 1.0, "wDGHNOQU&+<=>^~✖": 0.84}


def wide(words: str, size: int = theme.LABEL) -> float:
    """How many pixels a line fills in the widest font of the stack, rather too many than too few.

    Args:
        words: one line, not bold.
        size: of the font, in pixels.
    """

    return size * sum(map(_share, words))


@functools.cache
def _share(character: str) -> float:
    found = next((share for group, share in _WIDTHS.items() if character in group), None)
    return found or (0.73 if character.isupper() else 0.65 if character < "\u0250" else 1.05)


def cut(words: str, room: float, end: str = "", *, size: int = theme.LABEL, bold: bool = False) -> str:
    """The words with their end, cut to so many pixels in the widest font.

    Args:
        words: one line.
        room: pixels.
        end: what stays in any case, such as a number.
        size: of the font, in pixels.
        bold: whether the line is.
    """
    room /= BOLD if bold else 1
    if wide(words + end, size) <= room:
        return words + end
    kept = words[: int(room / (min(_WIDTHS.values()) * size))]
    while kept and wide(f"{kept}…{end}", size) > room:
        kept = kept[:-1].rstrip(" ,")
    return f"{kept}…{end}"


def title_lines(finding: str) -> list[str]:
    """The title's lines: parted at a comma or semicolon in a good place, else as full as they get."""
    room = theme.TITLE_CHARACTERS
    if len(finding) <= room:
        return [finding]
    commas = [place for place, sign in enumerate(finding) if sign in ",;" and finding[place + 1 : place + 2] == " "]
    fitting = [place for place in commas if place < room and len(finding) - place - 2 <= room]
    if fitting:
        middle = min(fitting, key=lambda place: abs(place - len(finding) / 2))
        return [finding[: middle + 1], finding[middle + 2 :]]
    return textwrap.wrap(finding, room)


def conditions_lines(conditions: str) -> list[str]:
    """The subtitle's lines."""
    return textwrap.wrap(conditions, _CONDITIONS)


def title_room(finding: str, conditions: str) -> int:
    """By how many pixels a title and its conditions are higher than one line each."""
    return 30 * (len(title_lines(finding)) - 1) + 24 * max(0, len(conditions_lines(conditions)) - 1)


class Canvas:
    """A Plotly figure with text placed by pixel, counted from the top left corner.

    Args:
        height: pixels.
        colours: the theme.
    """

    def __init__(self, height: int, colours: theme.Theme) -> None:
        from plotly import graph_objects as go  # here, so that `import lambdalab` stays fast

        self.height, self.colours = height, colours
        self.figure: Any = go.Figure(layout={"template": theme.template(colours), "height": height})
        self._annotations: list[dict[str, Any]] = []
        self._shapes: list[dict[str, Any]] = []

    def annotate(self, **annotation: Any) -> None:
        """What Plotly's `add_annotation` takes; that one would read all those before it anew."""
        self._annotations.append(annotation)

    def shape(self, **shape: Any) -> None:
        """What Plotly's `add_shape` takes, likewise."""
        self._shapes.append(shape)

    def drawn(self) -> Any:
        """The figure with its traces and, from now on, with all that was written and drawn on it."""
        self.figure.layout.annotations, self.figure.layout.shapes = self._annotations, self._shapes
        return self.figure

    def across(self, x: float) -> float:
        """A pixel's place from the left as Plotly's fraction of the canvas."""
        return round(x / theme.WIDTH, 5)

    def up(self, y: float) -> float:
        """A pixel's place from the top as Plotly's fraction of the canvas, which counts from the bottom."""
        return round(1 - y / self.height, 5)

    def text(
        self, x: float, y: float, words: str, *, size: int = theme.NOTE, colour: str | None = None, bold: bool = False,
        anchor: str = "left", plate: bool = False, rim: int = 4,
    ) -> None:  # fmt: skip
        """One or more lines; `y` is the middle of the first line's height.

        Args:
            x, y: pixels.
            words: with "\\n" between lines.
            size: font size in pixels.
            colour: from the theme; without it the second text.
            bold: for headings and key numbers.
            anchor: which side of the text `x` is: "left", "center" or "right".
            plate: paper behind the text, where it must lie on data.
            rim: how many pixels of paper around the text.
        """
        lines = words.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
        self.annotate(
            x=self.across(x), y=self.up(y - 0.65 * size), xref="paper", yref="paper", showarrow=False,
            text=f"<b>{lines}</b>" if bold else lines, font={"size": size, "color": colour or self.colours.second},
            xanchor=anchor, yanchor="top", align=anchor, borderpad=rim if plate else 0,
            bgcolor=self.colours.paper if plate else theme.CLEAR,
        )  # fmt: skip

    def title(self, finding: str, conditions: str = "") -> None:
        """The finding in at most two bold lines, and under it what is counted, in as many as it needs.

        Args:
            finding: a sentence computed from the data.
            conditions: the unit and what the numbers hold for.
        """
        lines = title_lines(finding)
        self.text(EDGE, 30, "\n".join(lines), size=theme.TITLE, colour=self.colours.text, bold=True)
        if conditions:
            words = "\n".join(conditions_lines(conditions))
            self.text(EDGE, 60 + 30 * (len(lines) - 1), words, size=theme.SUBTITLE)

    def bottom(self, source: str) -> None:
        """The last line: where the numbers come from."""
        self.text(EDGE, self.height - 20, source)

    def pixels(self, bottom: float) -> None:
        """Axes that count pixels from the top left corner; the lower one, without a line, lies at `bottom`."""
        self.panel(1, 0, theme.WIDTH, 0, bottom, below=True)
        self.figure.update_layout(
            xaxis={"range": [0, theme.WIDTH], "showline": False}, yaxis={"range": [bottom, 0], "showticklabels": False}
        )

    def panel(self, axis: int, left: float, right: float, top: float, bottom: float, *, below: bool) -> tuple[str, str]:
        """A panel's two axes at these pixels; gives their names for `add_trace`.

        Args:
            axis: 1 for the first panel.
            left, right, top, bottom: pixels.
            below: whether the x axis shows its ticks.
        """
        end = "" if axis == 1 else str(axis)
        shown = {} if below else {"ticks": "", "showticklabels": False}
        self.figure.update_layout(
            {
                f"xaxis{end}": {"domain": [self.across(left), self.across(right)], "anchor": f"y{end}", **shown},
                f"yaxis{end}": {"domain": [self.up(bottom), self.up(top)], "anchor": f"x{end}"},
            }
        )
        return f"x{end}", f"y{end}"
