"""What a drawn figure holds: its words without marks, and its bars."""

from __future__ import annotations

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
