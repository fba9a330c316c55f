"""The layers of a container image as a table: what each adds, what it takes away, and how many bytes it is.

`docker history` prints a line for each layer. Here the layer's own archive is read, so that the table also tells which
files a later layer only hides. Left out: the commands that made the layers.
"""

from __future__ import annotations

from collections.abc import Sequence

from lambdalab.image_layers import digest, files, removed
from lambdalab.images import Image
from lambdalab.show import theme
from lambdalab.show.numbers import SPACE, count
from lambdalab.show.picture import Table

_NAMED = 3  # files of a layer that are named


def layers_table(image: Image) -> Table:
    """Each layer of an image, the lowest first (lesson 10).

    Args:
        image: what `lambdalab.images.build` made.
    """
    rows = [
        (
            str(number),
            digest(layer)[7:19],
            f"{count(len(layer))}{SPACE}B",
            _list(tuple(files(layer))),
            _list(removed(layer)),
        )
        for number, layer in enumerate(image.layers, start=1)
    ]
    size = sum(map(len, image.layers))
    caption = f"Layers of image {image.digest[7:19]}, the lowest first: {count(size)}{SPACE}B together, compressed"
    columns = ("layer", "digest begins", "size", "adds", "takes away")
    return Table(caption, columns, rows, align="llrll", widths=(8, 18, 18, 32, 24))


def _list(paths: Sequence[str]) -> str:
    named = ", ".join(paths[:_NAMED])
    more = len(paths) - _NAMED
    return f"{named} and {count(more)} more" if more > 0 else named or theme.DASH
