"""What a drawn figure holds: its words without marks, and its bars."""

from __future__ import annotations

import html
import re
from typing import Any


def texts(picture: Any) -> list[str]:
    """Every label, on one line."""
    return [re.sub("</?b>", "", str(each.text)).replace("<br>", " ") for each in picture.figure.layout.annotations]


def bars(picture: Any, look: str) -> list[tuple[float, float, float]]:
    """Base, width and height of every bar with this pattern or, without one, this colour."""
    found = []
    for trace in picture.figure.data:
        if look in (trace.marker.pattern.shape, None if trace.marker.pattern.shape else trace.marker.color):
            found += list(zip(trace.base, trace.x, trace.y, strict=True))
    return found


def drawings(picture: Any) -> list[str]:
    """Every SVG drawing of a picture, each with what it shares put in its place."""
    shared = dict(re.findall(r'<g id="([^"]+)">(.*?)</g>', picture.svg))
    found = re.findall(r"<svg [^>]*viewBox.*?</svg>", picture.svg)
    return [re.sub(r'<use href="#([^"]+)"/>', lambda use: shared[use[1]], one) for one in found]


def words(drawing: str) -> list[str]:
    """Every label of a drawing."""
    return [html.unescape(text) for text in re.findall(r"<text [^>]*>([^<]*)</text>", drawing)]
