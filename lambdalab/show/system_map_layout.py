"""Where the glyphs of a map stand, and how its arrows run between them.

There is no such drawing on AWS. Here a node's column is how many arrows lie before it, its row is near what leads to
it, then by name: so the same cloud is always drawn the same. An arrow that would run through a glyph, or backwards, is
a bow above the row. Left out: the search for the drawing with the fewest crossings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from lambdalab.show import theme
from lambdalab.topology import Node, Topology

GLYPH = 56  # pixels
_MOST_PITCH, _EDGE, _AWAY = 290, 84, 40  # pixels: from column to column; outer columns to the edge; arrow to glyph
_ROW, _LOW_ROW, _TALL = 168, 128, 3  # pixels from row to row, and when there are more rows than this
_BOW = 96  # pixels a bow rises above its ends
_GRID = 4  # columns of a map without arrows
Point = tuple[float, float]


@dataclass(frozen=True)
class Way:
    """An arrow's way: a straight line, or a bow with two points that pull it up."""

    start: Point
    end: Point
    pulls: tuple[Point, Point] | None = None

    def at(self, share: float) -> Point:
        """The place after this share of the way."""
        rest = 1 - share
        points = [self.start, *(self.pulls or ()), self.end]
        weights = [rest, share] if self.pulls is None else [rest**3, 3 * rest**2 * share, 3 * rest * share**2, share**3]
        x, y = (sum(w * point[axis] for w, point in zip(weights, points, strict=True)) for axis in (0, 1))
        return x, y


@dataclass(frozen=True)
class Layout:
    """Places in pixels, counted from the top of the map.

    Args:
        places: the middle of each node's glyph, by its ARN.
        ways: one for each arrow of the topology.
        pitch: from column to column.
        height: of the map, without what stands above and below.
        tall: whether there are so many rows that a name gets one line only.
    """

    places: dict[str, Point]
    ways: Sequence[Way]
    pitch: float
    height: float
    tall: bool


def ranks(topology: Topology) -> dict[str, int]:
    """How many arrows lie before each node, by the longest way; of a circle the arrow that closes it counts not."""
    order = [node.arn for node in sorted(topology.nodes, key=_by_name)]
    targets = {arn: [a.target for a in topology.arrows if a.source == arn] for arn in order}
    entered = {arrow.target for arrow in topology.arrows}
    finished: list[str] = []
    forward: list[tuple[str, str]] = []

    def visit(arn: str, above: tuple[str, ...]) -> None:
        if arn in finished:
            return
        for target in targets[arn]:
            if target not in (arn, *above):
                forward.append((arn, target))
                visit(target, (arn, *above))
        finished.append(arn)

    for arn in sorted(order, key=lambda arn: arn in entered):  # what nothing leads to comes first
        visit(arn, ())
    found = dict.fromkeys(order, 0)
    for arn in reversed(finished):
        for source, target in forward:
            if source == arn:
                found[target] = max(found[target], found[arn] + 1)
    for arn in order:  # a beginning stands right before what it leads to
        later = [found[target] for source, target in forward if source == arn]
        if later and arn not in {target for _, target in forward}:
            found[arn] = min(later) - 1
    return found


def _by_name(node: Node) -> tuple[bool, str, str]:
    return node.kind != "person", node.name, node.arn


def layout(topology: Topology) -> Layout:
    """Place every node of a topology, and its arrows."""
    columns = _columns(topology)
    rows = max((len(column) for column in columns), default=1)
    tall = rows > _TALL
    row = _LOW_ROW if tall else _ROW
    pitch = min(_MOST_PITCH, (theme.WIDTH - 2 * _EDGE) / max(1, len(columns) - 1))
    left = (theme.WIDTH - pitch * (len(columns) - 1)) / 2
    places = {
        node.arn: (left + pitch * index, row * (place + (rows - len(column)) / 2 + 0.5))
        for index, column in enumerate(columns)
        for place, node in enumerate(column)
    }
    ways = [_way(places, arrow.source, arrow.target) for arrow in topology.arrows]
    return Layout(places, ways, pitch, rows * row, tall)


def _columns(topology: Topology) -> list[list[Node]]:
    """The nodes column by column; what has no arrow comes last, and then fills the shortest columns."""
    linked = {end for arrow in topology.arrows for end in (arrow.source, arrow.target)}
    rank = ranks(topology)
    width = max((rank[arn] for arn in linked), default=-1) + 1
    columns: list[list[Node]] = [[] for _ in range(width)]
    for node in sorted(topology.nodes, key=_by_name):
        if node.arn in linked:
            columns[rank[node.arn]].append(node)
    for node in sorted(topology.nodes, key=_by_name):
        if node.arn not in linked:
            if len(columns) < _GRID:
                columns.append([])
            min(reversed(columns), key=len).append(node)
    for before, column in pairwise(columns):
        column.sort(key=lambda node: _middle(topology, node, before))
    return columns or [[]]


def _middle(topology: Topology, node: Node, before: Sequence[Node]) -> float:
    """The middle of the rows from which arrows come to a node; below all others where none comes."""
    sources = {arrow.source for arrow in topology.arrows if arrow.target == node.arn}
    rows = [row for row, other in enumerate(before) if other.arn in sources]
    return sum(rows) / len(rows) if rows else len(before)


def _way(places: dict[str, Point], source: str, target: str) -> Way:
    (x1, y1), (x2, y2) = places[source], places[target]
    if x2 > x1 and not any(_between((x1, y1), (x2, y2), other) for other in places.values()):
        return Way((x1 + _AWAY, y1), (x2 - _AWAY, y2))
    if x1 == x2:  # the same column: a bow at the right would meet the next one, so it is a short line
        down = 1 if y2 > y1 else -1
        return Way((x1 + _AWAY, y1), (x2 + _AWAY, y2), ((x1 + 2 * _AWAY, y1 + 20 * down), (x2 + 2 * _AWAY, y2)))
    aside = 8 if x2 > x1 else -8
    start, end = (x1 + aside, y1 - GLYPH / 2 - 8), (x2 - aside, y2 - GLYPH / 2 - 8)
    top = min(start[1], end[1]) - _BOW
    return Way(start, end, ((start[0], top), (end[0], top)))


def _between(start: Point, end: Point, other: Point) -> bool:
    """Whether a straight line would run through another glyph or the names beneath it."""
    if not start[0] < other[0] < end[0]:
        return False
    height = start[1] + (end[1] - start[1]) * (other[0] - start[0]) / (end[0] - start[0])
    return -_AWAY < height - other[1] < _LOW_ROW - _AWAY
