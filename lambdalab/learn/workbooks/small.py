"""What a small picture is, for exercise 05.2: its form, its size, and whether it shows what the large one shows.

Every way of making it small is right, so pixels are not compared one by one: the colours of both are averaged on a
coarse grid.
"""

from __future__ import annotations

import io
from contextlib import suppress

SIDE = 200
_GRID, _NEAR = (16, 16), 5  # of 255, on average: other filters and a low quality of JPEG stay below 3


def fits(got: tuple[int, int], given: tuple[int, int]) -> bool:
    """In the same ratio to a pixel, the longer side 200; not larger than it was."""
    share = min(1.0, SIDE / max(given))
    return all(abs(side - whole * share) <= 1 for side, whole in zip(got, given, strict=True)) and max(got) <= SIDE


def form_and_size(content: bytes | None) -> tuple[str, tuple[int, int]]:
    """The form's name, such as "JPEG", and the size in pixels; "" when there is nothing, or no picture."""
    from PIL import Image

    with suppress(OSError), Image.open(io.BytesIO(content or b"")) as picture:
        return str(picture.format), picture.size
    return "", (0, 0)


def alike(content: bytes | None, given: bytes) -> bool:
    """Whether two pictures show the same: their colours on a grid; where the given one is transparent any will do."""
    from PIL import Image

    with suppress(OSError), Image.open(io.BytesIO(content or b"")) as made, Image.open(io.BytesIO(given)) as whole:
        one, other = (image.convert("RGBA").resize(_GRID, Image.Resampling.BOX).tobytes() for image in (made, whole))
        seen = [at for at in range(0, len(other), 4) if other[at + 3] == 255]
        return sum(abs(one[at + n] - other[at + n]) for at in seen for n in range(3)) <= _NEAR * 3 * len(seen)
    return False
