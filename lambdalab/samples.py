"""Photos for lessons and workbooks: small landscapes in any size, drawn here, so that they belong to nobody else.

In a bucket on AWS lie people's photos, in every shape, and some of them are damaged. Here each is a real JPEG (or PNG),
drawn from its size and a number. `look` shows some of them in a notebook. Left out: what a camera writes beside the
picture.
"""

from __future__ import annotations

import base64
import html
import io
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass

_SKIES = (((70, 130, 180), (250, 220, 170)), ((40, 60, 110), (240, 150, 110)), ((120, 190, 210), (245, 245, 225)))
_HILLS = ((96, 140, 110), (62, 108, 84), (36, 72, 60))
_WAVES = 3


def photo(width: int, height: int, *, seed: int = 0, form: str = "JPEG") -> bytes:
    """A drawn landscape (lesson 05).

    Args:
        width: in pixels.
        height: in pixels.
        seed: another number gives another landscape.
        form: "JPEG", or "PNG", which has a transparent sky.
    """
    from PIL import Image, ImageDraw

    rng = random.Random(seed)
    top, low = rng.choice(_SKIES)
    clear = form == "PNG"
    picture = Image.new("RGBA" if clear else "RGB", (width, height))
    pen = ImageDraw.Draw(picture)
    if not clear:
        for y in range(height):
            share = y / height
            pen.line([(0, y), (width, y)], tuple(round(a + (b - a) * share) for a, b in zip(top, low, strict=True)))
    across, down, r = rng.uniform(0.2, 0.8) * width, rng.uniform(0.15, 0.3) * height, min(width, height) / 10
    pen.ellipse([across - r, down - r, across + r, down + r], (255, 236, 170))
    for level, colour in enumerate(_HILLS):
        pen.polygon(_hill(width, height, 0.5 + 0.15 * level, rng), colour)
    out = io.BytesIO()
    picture.save(out, form)
    return out.getvalue()


def _hill(width: int, height: int, level: float, rng: random.Random) -> list[tuple[float, float]]:
    """The outline of one range of hills: a few waves laid over each other, down to the lower edge."""
    waves = [(rng.uniform(1, 4), rng.uniform(0, 2 * math.pi), rng.uniform(0.01, 0.06)) for _ in range(_WAVES)]
    line = []
    for x in range(0, width + 4, 4):
        rise = sum(size * math.sin(2 * math.pi * often * x / width + start) for often, start, size in waves)
        line.append((float(x), (level + rise) * height))
    return [*line, (width, height), (0, height)]


def photos() -> dict[str, bytes]:
    """Photos as people upload them, by key: wide, tall, small, and one whose second half is missing (lesson 05)."""
    sizes = {"hills.jpg": (1200, 800), "peak.jpg": (600, 900), "icon.jpg": (80, 60), "ridge.jpg": (1600, 500)}
    made = {key: photo(*size, seed=seed) for seed, (key, size) in enumerate(sizes.items())}
    whole = photo(900, 600, seed=len(sizes))
    return {**made, "damaged.jpg": whole[: len(whole) // 2]}


@dataclass(frozen=True, repr=False)
class Look:
    """Pictures side by side in a notebook, each with its name and size; as text the names and sizes."""

    pictures: Mapping[str, bytes]

    def _lines(self) -> dict[str, tuple[str, str]]:
        """Of each picture its form, such as "jpeg", and a line about it."""
        from PIL import Image

        said = {}
        for name, content in self.pictures.items():
            with Image.open(io.BytesIO(content)) as picture:
                said[name] = (str(picture.format).lower(), f"{name}, {picture.width} × {picture.height}")
        return said

    def _repr_html_(self) -> str:
        shown = ""
        for name, (form, line) in self._lines().items():
            source = f"data:image/{form};base64,{base64.b64encode(self.pictures[name]).decode()}"
            words = html.escape(line)
            image = f'<img alt="{words}" src="{source}" style="display:block;margin:0 0 4px">'
            shown += f'<figure style="margin:0">{image}<figcaption>{words}</figcaption></figure>'
        return f'<div style="display:flex;flex-wrap:wrap;gap:16px;align-items:flex-end">{shown}</div>'

    def __repr__(self) -> str:
        return "\n".join(line for _, line in self._lines().values())


def look(pictures: Mapping[str, bytes]) -> Look:
    """Show pictures side by side (lesson 05).

    Args:
        pictures: the content of JPEG or PNG files, by name.

    Raises:
        OSError: when it is shown, if one of them is no picture.
    """
    return Look(pictures)
