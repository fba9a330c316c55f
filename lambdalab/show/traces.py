"""One or two events' ways as data: they show themselves as a picture, and in a terminal as text.

On AWS X-Ray's console shows one trace at a time. Here the data choose the picture: an event that went on through
several functions is a journey; a request, or two side by side on one scale, is a waterfall. Left out: the drawing,
which `journey` and `waterfall` do.
"""

from __future__ import annotations

from collections.abc import Sequence

from lambdalab.observe.traces import Trace
from lambdalab.show import journey_words, waterfall_words
from lambdalab.show.journey import journey
from lambdalab.show.journey_rows import is_journey
from lambdalab.show.picture import Picture
from lambdalab.show.waterfall import waterfall


class Traces(tuple[Trace, ...]):
    """The ways of one or two events, oldest first (lessons 06 and 08)."""

    __slots__ = ()

    def __new__(cls, found: Sequence[Trace] = ()) -> Traces:
        return super().__new__(cls, found)

    @property
    def picture(self) -> Picture:
        """The journey or the waterfall, with its table and its sentence."""
        return journey(self[0]) if is_journey(self) else waterfall(self)

    def _ipython_display_(self) -> None:
        self.picture._ipython_display_()

    def __repr__(self) -> str:
        return journey_words.text(self[0]) if is_journey(self) else waterfall_words.text(self)
