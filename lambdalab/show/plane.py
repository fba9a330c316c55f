"""The drawing of the workload plane: two axes in steps of ten, regions, lettered marks, and names that find room.

Picture S13 says what is drawn (`show/workloads.py`, and `show/placement.py` for its explorer); here it gets its places
in pixels. A name stands right of its mark, or where else it touches nothing. Left out: numbers, which the table has.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lambdalab.facts import price
from lambdalab.models.workloads import border
from lambdalab.show import theme
from lambdalab.show.figure import EDGE, title_room, wide
from lambdalab.show.surfaces import Drawn, Plotted, Point, Surface

FUNCTION, BATCH, SERVER = "FUNCTION", "BATCH JOB OR CONTAINER", "SERVER OR CONTAINER"
HEIGHT = 700
_LEFT, _RIGHT, _TOP, _BOTTOM = 108.0, 882.0, 128.0, 578.0  # pixels
_SHARES = (1e-5, 10.0)  # the ends of the axis; beyond 1 there is room for names only
_SECONDS = (0.005, 160_000.0)
_ACROSS = (  # ticks: a share of the time, what that is, and in a day
    (1e-5, "0.001\u00a0%", "1 s a day"),
    (1e-4, "0.01\u00a0%", "9 s a day"),
    (1e-3, "0.1\u00a0%", "86 s a day"),
    (1e-2, "1\u00a0%", "14 min a day"),
    (1e-1, "10\u00a0%", "2.4 h a day"),
    (1.0, "100\u00a0%", "always"),
)
_UP = ((0.01, "10 ms"), (0.1, "100 ms"), (1, "1 s"), (10, "10 s"), (60, "1 min"), (900, "15 min"), (3_600, "1 h"),
       (86_400, "1 day"))  # fmt: skip
_HALF, _OFF, _LINE = theme.MARKER_LETTER / 2, 6.0, 11.0  # pixels: of a mark, from it to its name, half a line of text
_ASIDE = sorted(((9 * a, 9 * b) for a in range(-12, 13) for b in range(-12, 13)), key=lambda by: math.hypot(*by))
_Box = tuple[float, float, float, float]  # left, top, right, bottom
Edge = Callable[[float], float]
"""From the seconds of one piece to the share of the time from which on standing is cheaper."""


@dataclass(frozen=True)
class Mark:
    """One card on the plane; see `show/workloads.py`.

    Args:
        letter, name: on the mark, beside it.
        share: of the time with work, 0 to 1.
        seconds: of one piece.
        function: a circle if a function is the verdict, else a square.
        hollow: where the student placed the card.
        whole: the card's text, for the pointer.
    """

    letter: str
    name: str
    share: float
    seconds: float
    function: bool = True
    hollow: bool = False
    whole: str = ""


def plane(
    marks: Sequence[Mark],
    *,
    regions: bool,
    words: tuple[str, str, str],
    note: str = "",
    colours: theme.Theme | None = None,
) -> Any:
    """The Plotly figure for these marks.

    Args:
        regions: whether the borders are drawn.
        words: title, conditions, bottom line.
        note: a sentence in the middle of an empty plane.
    """
    on = Plotted(HEIGHT, colours or theme.chosen())
    on.title(*words[:2])
    drawn = _Plane(marks, on, title_room(*words[:2]))
    drawn.axes()
    drawn.draw(border if regions else None, words[2], note)
    return on.canvas.drawn()


def axes(lower: float, colours: theme.Theme | None = None) -> str:
    """What the frames of an explorer share, as SVG.

    Args:
        lower: by how many pixels the plane begins lower than under a title of one line.
        colours: fixed ones, for a file; without them those of the page.
    """
    on = Drawn(HEIGHT, colours)
    _Plane((), on, lower).axes()
    return on.parts


def frame(
    marks: Sequence[Mark], edge: Edge, words: tuple[str, str, str], spoken: str, *, ground: str, lower: float,
    shared: bool, colours: theme.Theme | None = None,
) -> str:  # fmt: skip
    """One frame of an explorer as an SVG element.

    Args:
        edge: where the border lies.
        words: title, conditions, bottom line.
        spoken: a sentence for listeners.
        ground: the `axes`, with the same `lower`.
        shared: whether they are stored elsewhere, once for all frames.
    """
    on = Drawn(HEIGHT, colours)
    on.title(*words[:2])
    if shared:
        on.put(ground)
    else:
        on.pen.parts.append(ground)
    _Plane(marks, on, lower).draw(edge, words[2])
    return on.svg(spoken)


def _between(value: float, ends: tuple[float, float]) -> float:
    low, high = math.log10(ends[0]), math.log10(ends[1])
    return min(1.0, max(0.0, (math.log10(max(value, 1e-12)) - low) / (high - low)))


class _Plane:
    """One picture while it is made."""

    def __init__(self, marks: Sequence[Mark], on: Surface, lower: float) -> None:
        self.marks, self.on, self.top = marks, on, _TOP + lower
        self.taken: list[_Box] = []
        self.curve: list[_Box] = []  # along the border
        self.dots: list[Point] = []  # on the dotted lines

    def x(self, share: float) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * _between(share, _SHARES), 1)

    def y(self, seconds: float) -> float:
        return round(_BOTTOM - (_BOTTOM - self.top) * _between(seconds, _SECONDS), 1)

    def draw(self, edge: Edge | None, bottom: str, note: str = "") -> None:
        places = self._apart()
        self.taken = [(x - _HALF, y - _HALF, x + _HALF, y + _HALF) for x, y in places]
        if edge:
            self._regions(edge)
        self._ties(places)
        self._symbols(places)
        for mark, at in zip(self.marks, places, strict=True):
            if mark.name:
                self._name(mark.name, at)
        if note:
            middle = (_LEFT + _RIGHT) / 2
            self.on.text(middle, (self.top + _BOTTOM) / 2, note, size=theme.LABEL, anchor="center")
        self.on.bottom(bottom)

    def axes(self) -> None:
        self.on.ticks(_BOTTOM, [self.x(share) for share, _, _ in _ACROSS], [name for _, name, _ in _ACROSS])
        self.on.text(EDGE, self.top - 22, "one piece of work takes")
        middle = (_LEFT + self.x(1)) / 2
        self.on.text(middle, _BOTTOM + 68, "share of the time with work", anchor="center")
        self.on.line([(_LEFT, self.top), (_LEFT, _BOTTOM), (self.x(1), _BOTTOM)], "axis", theme.AXIS_LINE)
        for share, _, said in _ACROSS:
            self.on.text(self.x(share), _BOTTOM + 42, said, anchor="center")
        for seconds, said in _UP:
            self.on.line([(_LEFT - 6, self.y(seconds)), (_LEFT, self.y(seconds))], "axis", theme.AXIS_LINE)
            self.on.text(_LEFT - 10, self.y(seconds), said, anchor="right")

    def _regions(self, edge: Edge) -> None:
        most = float(price("limits.timeout_most_s"))
        low, high = math.log10(_SECONDS[0]), math.log10(most)
        lengths = [10 ** (low + (high - low) * step / 20) for step in range(21)]
        curve = [(self.x(edge(length)), self.y(length)) for length in lengths]
        stop = self.y(most)
        self.on.area([(_LEFT, _BOTTOM), *curve, (_LEFT, stop)], "panel")
        self.on.line(curve, "axis", theme.BOX_LINE, "dash")
        self.on.line([(_LEFT, stop), (_RIGHT, stop)], "text", theme.LIMIT)
        self.curve = [(x - 3, max(stop, y - 14), x + 3, y + 14) for x, y in curve]
        self.taken.append((_LEFT, stop - 2, _RIGHT, stop + 2))
        self._region([_LEFT + 8], self.top + 12, BATCH)
        self._region([_LEFT + 8, _LEFT + 160], stop + 18, FUNCTION, "invoke")
        if edge(most) < 1:  # beyond all the time there is nothing
            self._region([curve[-1][0] + 10], stop + 18, SERVER.replace(" CON", "\nCON"), lower=(0, 60, 120))
        self._region(range(620, 110, -40), stop - 19, "a function stops here: 15 min", bold=False)

    def _region(
        self, lefts: Sequence[float], y: float, words: str, role: str = "second", *, bold: bool = True,
        lower: Sequence[int] = (0,),
    ) -> None:  # fmt: skip
        """Words at the first of these places where they touch nothing."""
        lines = words.split("\n")
        room = max(wide(line, theme.NOTE) for line in lines) * (1.12 if bold else 1)
        more = 21 * (len(lines) - 1)
        boxes = [(x, y + down - _LINE, x + room, y + down + _LINE + more) for down in lower for x in lefts]
        box = next((box for box in boxes if self._free(box, self.taken + self.curve)), boxes[0])
        self.on.text(box[0], box[1] + _LINE, words, role=role, bold=bold)
        self.taken.append(box)

    def _apart(self) -> list[Point]:
        """The place of each mark; one that would lie on another is moved to the nearest free place."""
        found: list[Point] = []
        for mark in self.marks:
            x, y = self.x(mark.share), self.y(mark.seconds)
            near = [(round(x + across, 1), round(y + down, 1)) for across, down in _ASIDE]
            found.append(next((place for place in near if not self._covered(place, found)), (x, y)))
        return found

    def _covered(self, place: Point, found: Sequence[Point]) -> bool:
        outside = not (_LEFT <= place[0] <= _RIGHT and self.top <= place[1] <= _BOTTOM)
        return outside or any(math.dist(place, other) < 2 * _HALF + 1 for other in found)

    def _ties(self, places: Sequence[Point]) -> None:
        """A dotted line from where a card was placed to where it lies."""
        lies = {mark.letter: at for mark, at in zip(self.marks, places, strict=True) if not mark.hollow}
        for mark, at in zip(self.marks, places, strict=True):
            if mark.hollow and mark.letter in lies:
                end = lies[mark.letter]
                self.on.line([at, end], "axis", theme.LEADER, "dot")
                steps = max(1, round(math.dist(at, end) / 4))
                across, down = (end[0] - at[0]) / steps, (end[1] - at[1]) / steps
                self.dots += [(at[0] + step * across, at[1] + step * down) for step in range(steps + 1)]

    def _symbols(self, places: Sequence[Point]) -> None:
        looks = (
            (False, True, "invoke", "invoke", "paper"),
            (False, False, "second", "second", "paper"),
            (True, True, "paper", "text", "text"),
        )
        for hollow, function, fill, outline, ink in looks:
            drawn = zip(self.marks, places, strict=True)
            chosen = [(mark, at) for mark, at in drawn if (mark.hollow, mark.function) == (hollow, function)]
            if chosen:
                signs = [(at, mark.letter, mark.whole) for mark, at in chosen]
                self.on.signs(signs, square=not function, fill=fill, outline=outline, ink=ink)

    def _name(self, name: str, at: Point) -> None:
        """Beside its mark, where it touches nothing but the border or a tie; nowhere if there is no such place."""
        room, off = wide(name, theme.LABEL), _HALF + _OFF
        x, y = at
        choices = [
            ("left", x + off, y, (x + off, x + off + room)),
            ("right", x - off, y, (x - off - room, x - off)),
            *(("center", x, y + down, (x - room / 2, x + room / 2)) for down in (off + 6, -off - 6)),
            *(("left", x + off, y + down, (x + off, x + off + room)) for down in (14, -14, 22, -22, 28, -28)),
            *(("right", x - off, y + down, (x - off - room, x - off)) for down in (14, -14, 22, -22, 28, -28)),
        ]
        boxes = [(start, middle - _LINE, end, middle + _LINE) for _, _, middle, (start, end) in choices]
        free = [pair for pair in zip(choices, boxes, strict=True) if self._free(pair[1], self.taken)]
        if not free:
            return
        (anchor, left, middle, (start, end)), box = free[0]
        self.taken.append(box)
        crossed = not self._free(box, self.curve) or any(
            start <= a <= end and abs(b - middle) <= _LINE for a, b in self.dots
        )
        self.on.text(left, middle, name, size=theme.LABEL, role="text", anchor=anchor, plate=crossed)

    def _free(self, box: _Box, taken: Sequence[_Box]) -> bool:
        """Whether the box lies on the plane, and touches none of the others."""
        inside = box[0] >= EDGE and box[2] <= theme.WIDTH - 4 and self.top <= box[1] and box[3] <= _BOTTOM
        return inside and all(
            box[2] <= other[0] or other[2] <= box[0] or box[3] <= other[1] or other[3] <= box[1] for other in taken
        )
