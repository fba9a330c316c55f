"""The pen of the pictures that are drawn as SVG: text, boxes, lines, arrows and hatches, with colours by role.

Plotly draws the pictures of data; a drawing of boxes and arrows is SVG, which needs no script and follows the page's
theme. Left out: paths in general.
"""

from __future__ import annotations

import math
from html import escape

from lambdalab.show import theme

_HATCH = 9  # pixels from one line of a hatch to the next


def fit(text: str, room: int) -> str:
    """The text, cut to so many characters."""
    return text if len(text) <= room else text[: room - 1] + "…"


class Pen:
    """Writes SVG elements with colours by role: fixed ones for a file, the style sheet's inside a notebook."""

    def __init__(self, colours: theme.Theme | None) -> None:
        self.colours = colours
        self.parts: list[str] = []

    def colour(self, role: str) -> str:
        return self.colours.colours()[role] if self.colours else theme.var(role)

    def text(
        self, x: float, y: float, words: str, *, role: str = "text", size: int = theme.LABEL, bold: bool = False,
        code: bool = False, anchor: str = "start",
    ) -> None:  # fmt: skip
        look = f' font-weight="{700 if bold else 400}"' if bold else ""
        look += f' font-family="{escape(theme.MONO)}" xml:space="preserve"' if code else ""
        where = f'x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}"'
        self.parts.append(f'<text {where} fill="{self.colour(role)}"{look}>{escape(words)}</text>')

    def box(self, x: float, y: float, width: float, height: float, *, line: float, radius: float, fill: str) -> None:
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" fill="{fill}" '
            f'stroke="{self.colour("text")}" stroke-width="{line:g}"/>'
        )

    def line(self, x1: float, x2: float, y: float, *, role: str, width: float) -> None:
        colour = self.colour(role)
        self.parts.append(f'<path d="M{x1:g},{y:g} H{x2:g}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>')

    def arrow(self, x1: float, x2: float, y: float, *, width: float, head: float) -> None:
        back = head if x1 < x2 else -head
        self.line(x1, x2 - back / 2, y, role="second", width=width)
        tip = f"M{x2 - back:g},{y - head / 2:g} L{x2:g},{y:g} L{x2 - back:g},{y + head / 2:g} Z"
        self.parts.append(f'<path d="{tip}" fill="{self.colour("second")}"/>')

    def slanted(self, start: tuple[float, float], end: tuple[float, float], *, dashed: bool = False) -> None:
        """An arrow in any direction, solid for text on its way, dashed for what goes to the log."""
        (x1, y1), (x2, y2) = start, end
        length = math.hypot(x2 - x1, y2 - y1)
        along, across = ((x2 - x1) / length, (y2 - y1) / length), (-(y2 - y1) / length, (x2 - x1) / length)
        head, half = theme.ARROW_HEAD, theme.ARROW_HEAD / 2
        base = (x2 - head * along[0], y2 - head * along[1])
        corners = [(base[0] + side * across[0], base[1] + side * across[1]) for side in (half, -half)]
        dash = ' stroke-dasharray="6 4"' if dashed else ""
        self.parts.append(
            f'<path d="M{x1:g},{y1:g} L{base[0]:.1f},{base[1]:.1f}" fill="none" stroke="{self.colour("second")}" '
            f'stroke-width="{theme.ARROW:g}"{dash}/>'
        )
        tip = " L".join(f"{x:.1f},{y:.1f}" for x, y in [corners[0], (x2, y2), corners[1]])
        self.parts.append(f'<path d="M{tip} Z" fill="{self.colour("second")}"/>')

    def block(self, x: float, y: float, width: float, height: float, role: str, *, outline: str = "") -> None:
        """A filled stretch of a lane; "idle" is grey, "init" hatched, "plate" the same unhatched, "gone" dotted.

        Args:
            x, y, width, height: pixels.
            role: of the fill.
            outline: the role of its outline; without it that of the fill.
        """
        # The style sheet has no grey of its own: a third of the axis's colour on paper is the same, in both themes.
        fills = {
            "idle": f'fill="{self.colour("axis")}" fill-opacity="0.33" stroke="{self.colour("axis")}"',
            "plate": f'fill="{self.colour("init")}"',
            "gone": f'fill="none" stroke="{self.colour("axis")}" stroke-dasharray="2 3"',
        }
        plain = f'fill="{self.colour(role)}" stroke="{self.colour(outline or role)}"' if role not in fills else ""
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" {fills.get(role, plain)} '
            f'stroke-width="{theme.AXIS_LINE:g}"/>'
        )
        if role == "init":
            lines = ""
            for left in range(_HATCH - int(height), int(width), _HATCH):
                begin, end = max(0, left), min(width, left + height)
                lines += f"M{x + begin:g},{y + height - (begin - left):g} L{x + end:g},{y + height - (end - left):g} "
            self.parts.append(
                f'<path d="{lines.rstrip()}" fill="none" stroke="{self.colour("init_line")}" stroke-width="2" '
                f'stroke-opacity="{theme.PATTERN_OPACITY:g}"/>'
            )

    def svg(self, width: int, height: int, spoken: str) -> str:
        paper = f'<rect width="{width}" height="{height}" fill="{self.colour("paper")}"/>'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-label="{escape(spoken)}" font-family="{escape(theme.FONT)}">'
            f"{paper}{''.join(self.parts)}</svg>"
        )
