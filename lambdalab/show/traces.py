"""One or two events' ways as data: they show themselves as the waterfall, and in a terminal as text.

On AWS X-Ray's console shows one trace at a time. Here two stand on one scale, so that a cold request lies above a warm
one. Left out: the drawing, which `waterfall` does.
"""

from __future__ import annotations

from collections.abc import Sequence

from lambdalab.observe.traces import Trace
from lambdalab.show.picture import Picture
from lambdalab.show.waterfall import waterfall
from lambdalab.show.waterfall_words import text


class Traces(tuple[Trace, ...]):
    """The ways of one or two events, oldest first (lesson 06)."""

    __slots__ = ()

    def __new__(cls, found: Sequence[Trace] = ()) -> Traces:
        return super().__new__(cls, found)

    @property
    def picture(self) -> Picture:
        """The waterfall, with its table and its sentence."""
        return waterfall(self)

    def _ipython_display_(self) -> None:
        self.picture._ipython_display_()

    def __repr__(self) -> str:
        return text(self)
