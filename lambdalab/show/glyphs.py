"""Fifteen line drawings on a 48-unit grid: one drawing serves SVG, cards and Plotly.

On AWS each service has a trademarked icon. Here a glyph shows what the thing does, in one line weight without fill, and
always stands with the resource's name. Left out: arcs and relative coordinates, which Plotly's shapes don't draw.
"""

from __future__ import annotations

import html
import re
from typing import Any

from lambdalab.show import theme

GRID = 48
PATHS: dict[str, str] = {
    "function": "M10,6 H38 C41,6 42,7 42,10 V38 C42,41 41,42 38,42 H10 C7,42 6,41 6,38 V10 C6,7 7,6 10,6 Z "
    "M31,14 C26,11 24,15 23,22 L21,31 C20,36 17,37 14,35 M17,22 H29",
    "bucket": "M8,11 C8,5 40,5 40,11 C40,17 8,17 8,11 Z M8,11 L13,39 C13,44 35,44 35,39 L40,11",
    "queue": "M3,11 H45 M3,37 H45 M7,18 H16 V30 H7 Z M20,18 H29 V30 H20 Z M33,18 H42 V30 H33 Z",
    "topic": "M10,18 C13.3,18 16,20.7 16,24 C16,27.3 13.3,30 10,30 C6.7,30 4,27.3 4,24 C4,20.7 6.7,18 10,18 Z "
    "M16,24 H44 M15,21 L41,8 M15,27 L41,40 M38,19 L44,24 L38,29 M34,7 L41,8 L38,14 M34,41 L41,40 L38,34",
    "bus": "M3,24 H45 M11,24 V10 M24,24 V38 M37,24 V10 M7,14 L11,9 L15,14 M20,34 L24,39 L28,34 M33,14 L37,9 L41,14",
    "stream": "M4,13 H35 L45,24 L35,35 H4 Z M14,13 V35 M24,13 V35 M34,13 V35",
    "table": "M6,8 H42 V40 H6 Z M6,18 H42 M6,29 H42 M19,18 V40",
    "api": "M11,42 V6 H37 V42 M4,42 H44 M17,24 H31 M26,18 L32,24 L26,30",
    "clock": "M24,6 C33.9,6 42,14.1 42,24 C42,33.9 33.9,42 24,42 C14.1,42 6,33.9 6,24 C6,14.1 14.1,6 24,6 Z "
    "M24,13 V24 L32,29",
    "alarm": "M24,5 V10 M10,35 C14,31 14,27 14,22 C14,15 18,10 24,10 C30,10 34,15 34,22 C34,27 34,31 38,35 Z "
    "M19,39 C20,44 28,44 29,39",
    "person": "M24,7 C27.9,7 31,10.1 31,14 C31,17.9 27.9,21 24,21 C20.1,21 17,17.9 17,14 C17,10.1 20.1,7 24,7 Z "
    "M8,42 C8,31 15,26 24,26 C33,26 40,31 40,42",
    "process": "M5,8 H43 V40 H5 Z M5,16 H43 M11,29 H17 L21,22 L27,35 L31,29 H37",
    "event": "M12,5 H30 L38,13 V43 H12 Z M30,5 V13 H38 M18,22 H32 M18,29 H32 M18,36 H27",
    "permission": "M12,22 H36 V42 H12 Z M17,22 V15 C17,4 31,4 31,15 V22 M24,29 V35",
    "dead letters": "M3,11 H45 M3,37 H45 M7,18 H16 V30 H7 Z M20,18 H29 V30 H20 Z M33,18 H42 V30 H33 Z",
}
# The dead-letter queue is a queue with a corner cleared for a cross in the colour of what failed.
_CLEARED = "M40,26 C46,26 50,30 50,36 C50,42 46,46 40,46 C34,46 30,42 30,36 C30,30 34,26 40,26 Z"
_CROSS = "M35,31 L45,41 M45,31 L35,41"
_HEAVIER = 1.4  # the cross's line beside the others'


def _path(name: str) -> str:
    if name not in PATHS:
        raise ValueError(f"there is no glyph {name!r}: a picture can draw {', '.join(PATHS)}")
    return PATHS[name]


def _line(size: float) -> float:
    """The line's weight in pixels: thinner below 32 px, so that the drawing stays open."""
    return 1.8 if size < 32 else 2.5


def _drawing(name: str, ink: str, weight: float, paper: str, failed: str) -> str:
    drawn = (
        f'<g fill="none" stroke="{ink}" stroke-width="{weight:.4g}" stroke-linejoin="round" stroke-linecap="round">'
        f'<path d="{_path(name)}"/>'
    )
    if name == "dead letters":
        drawn += f'<path d="{_CLEARED}" fill="{paper}" stroke="none"/>'
        drawn += f'<path d="{_CROSS}" stroke="{failed}" stroke-width="{_HEAVIER * weight:.4g}"/>'
    return drawn + "</g>"


def inner(name: str, *, x: float, y: float, size: float, colours: theme.Theme | None = None, role: str = "text") -> str:
    """A glyph as an SVG group, to stand inside a larger drawing.

    Args:
        name: one of `PATHS`.
        x, y: its top left corner, in the drawing's units.
        size: its width and height, in the drawing's units.
        colours: fixed colours; without them the style sheet's, light or dark.
        role: of the line's colour.

    Raises:
        ValueError: there is no such glyph, or no such role.
    """
    ink, paper, failed = (colours.colours()[each] if colours else theme.var(each) for each in (role, "paper", "failed"))
    drawn = _drawing(name, ink, _line(size) * GRID / size, paper, failed)
    return f'<g transform="translate({x:g},{y:g}) scale({size / GRID:g})">{drawn}</g>'


def svg(name: str, size: int = 24, label: str | None = None) -> str:
    """A glyph as a small SVG element in the colour of the text around it.

    Args:
        name: one of `PATHS`.
        size: pixels, 24 or more.
        label: what a screen reader says; without it the glyph is silent, because its name stands beside it.

    Raises:
        ValueError: there is no such glyph.
    """
    spoken = f'role="img" aria-label="{html.escape(label)}"' if label else 'aria-hidden="true"'
    drawn = _drawing(name, "currentColor", _line(size) * GRID / size, theme.var("paper"), theme.var("failed"))
    return f'<svg class="ll-g" width="{size}" height="{size}" viewBox="0 0 {GRID} {GRID}" {spoken}>{drawn}</svg>'


def _placed(path: str, scale: float) -> str:
    """The path in pixels from the glyph's middle, with y upwards, as Plotly counts."""
    placed: list[str] = []
    for command, arguments in re.findall(r"([MLHVCZ])([^MLHVCZ]*)", path):
        numbers = [float(text) for text in re.findall(r"-?[\d.]+", arguments)]
        moved = [
            (value - GRID / 2) * (-scale if command == "V" or (command != "H" and index % 2) else scale)
            for index, value in enumerate(numbers)
        ]
        placed.append(command + " ".join(f"{round(value, 2) + 0.0:g}" for value in moved))  # + 0.0: never "-0"
    return "".join(placed)


def shapes(
    name: str,
    x: float,
    y: float,
    size: float,
    colour: str,
    *,
    xref: str = "x",
    yref: str = "y",
    colours: theme.Theme = theme.LIGHT,
) -> list[dict[str, Any]]:
    """A glyph as Plotly `layout.shapes`, in pixels whatever the axes are.

    Args:
        name: one of `PATHS`.
        x, y: its middle, in the units of the axes.
        size: its width and height in pixels, 24 or more.
        colour: of the line, from a theme.
        xref, yref: the axes, or "paper".
        colours: the theme of the figure, for the cross of the dead letters.

    Raises:
        ValueError: there is no such glyph.
    """
    scale = size / GRID

    def shape(path: str, line: str, width: float, fill: str = theme.CLEAR) -> dict[str, Any]:
        return {
            "type": "path", "path": _placed(path, scale), "layer": "above",
            "xref": xref, "yref": yref, "xsizemode": "pixel", "ysizemode": "pixel", "xanchor": x, "yanchor": y,
            "line": {"color": line, "width": width}, "fillcolor": fill,
        }  # fmt: skip

    drawn = [shape(_path(name), colour, _line(size))]
    if name == "dead letters":
        drawn.append(shape(_CLEARED, theme.CLEAR, 0, colours.paper))
        drawn.append(shape(_CROSS, colours.failed, _HEAVIER * _line(size)))
    return drawn
