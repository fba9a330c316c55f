"""One frame of a map as SVG: glyphs with names, arrows in four states, the event on its way, the line with the lock.

What is drawn where comes from the layout, what happens from the frame. An arrow is solid where something has passed,
dashed where it may, dotted where nothing comes, and broken with a cross where it may not. Left out: any colour that is
not said in words as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lambdalab.show import glyphs, theme
from lambdalab.show.figure import BOLD, EDGE, cut, wide
from lambdalab.show.pen import Pen
from lambdalab.show.system_map_frames import Frame, Policy
from lambdalab.show.system_map_layout import GLYPH, Layout, Point, Way
from lambdalab.topology import BROKEN, DID, MAY, Node, Topology

_EVENT, _LOCK = 44, 28  # pixels
_ABOVE = {False: 16, True: 72}  # pixels more above the first row, without and with bows
_HEADING, _STRIP, _BOTTOM = 32, 44, 46  # pixels
_DASHES = {MAY: "8 6", BROKEN: "9 6", DID: ""}
_GAP = 0.5  # of the way: where a broken arrow has its cross
_SHARES = (0.5, 0.4, 0.6, 0.3, 0.7)  # of the way: where a label may stand


@dataclass
class _Space:
    """What is taken on the canvas, so that no word touches another."""

    taken: list[tuple[float, float, float, float]] = field(default_factory=list)

    def take(self, x: float, y: float, width: float, height: float) -> bool:
        """Take a box if nothing lies in it; whether it was taken."""
        box = (x, y, x + width, y + height)
        free = all(box[2] <= t[0] or t[2] <= box[0] or box[3] <= t[1] or t[3] <= box[1] for t in self.taken)
        if free:
            self.taken.append(box)
        return free


def height(layout: Layout, top: int) -> int:
    """Of the whole drawing, in pixels, when the map's box begins at `top`."""
    return round(_first(layout, top) + layout.height + _STRIP + _BOTTOM)


def _first(layout: Layout, top: int) -> int:
    """Where the first row begins, with its labels."""
    return top + _HEADING + _ABOVE[any(way.pulls for way in layout.ways)]


def ground(pen: Pen, topology: Topology, layout: Layout, top: int) -> None:
    """Draw what all frames share: the box, the glyphs and their names.

    Args:
        top: where the box begins, in pixels.
    """
    bottom = height(layout, top) - _BOTTOM + 8
    pen.parts.append(
        f'<rect x="{EDGE}" y="{top}" width="{theme.WIDTH - 2 * EDGE}" height="{bottom - top}" rx="6" fill="none" '
        f'stroke="{pen.colour("grid")}" stroke-width="{theme.AXIS_LINE:g}"/>'
    )
    for node in topology.nodes:
        _node(pen, node, layout, _first(layout, top))


def draw(pen: Pen, topology: Topology, layout: Layout, frame: Frame, heading: str, top: int) -> None:
    """Draw what is a frame's own.

    Args:
        heading: the frame's sentence.
        top: where the box begins, in pixels.
    """
    pen.text(EDGE + 16, top + 32, cut(heading, theme.WIDTH - 2 * EDGE - 32, bold=True), bold=True)
    pen.parts.append(f'<g transform="translate(0,{_first(layout, top)})">')
    for way, state in zip(layout.ways, frame.states, strict=True):
        _arrow(pen, way, state)
    space = _Space([box for node in topology.nodes for box in _boxes(node, layout)])
    space.taken += [(x - 18, y - 12, x + 4, y + 12) for x, y in (way.end for way in layout.ways)]  # arrows' heads
    _labels(pen, topology, layout, frame, space)
    if frame.policy:
        _policy(pen, topology, layout, frame.policy)
    pen.parts.append("</g>")


def _lines(words: str, room: float, most: int, *, bold: bool) -> list[str]:
    """A name in at most so many lines, parted at a hyphen, a dot or a blank where there is one."""
    size = theme.LABEL if bold else theme.NOTE
    lines: list[str] = []
    while words and len(lines) < most:
        kept = cut(words, room, size=size, bold=bold)
        if kept == words or len(lines) + 1 == most:
            lines.append(kept)
            break
        end = max((place + 1 for place, sign in enumerate(kept) if sign in "-._ "), default=len(kept) - 1)
        lines.append(words[:end].strip())
        words = words[end:].strip()
    return lines


def _words(node: Node, layout: Layout) -> tuple[list[str], list[str]]:
    """The lines of a node's name, and those beneath it."""
    x, _ = layout.places[node.arn]
    room = min(max(96.0, layout.pitch - 12), 2 * (min(x, theme.WIDTH - x) - EDGE - 4))
    most = 1 if layout.tall else 2
    return _lines(node.name, room, most, bold=True), _lines(node.note or node.region, room, most, bold=False)


def _boxes(node: Node, layout: Layout) -> list[tuple[float, float, float, float]]:
    """What a node takes: its glyph, and its words."""
    (x, y), half, (named, below) = layout.places[node.arn], GLYPH / 2, _words(node, layout)
    broad = max(wide(words, theme.LABEL) * BOLD for words in (*named, *below, " "))
    low = y + half + 28 + 20 * (len(named) + len(below) - 1)
    return [(x - half - 2, y - half - 2, x + half + 2, y + half + 2), (x - broad / 2, y + half + 8, x + broad / 2, low)]


def _node(pen: Pen, node: Node, layout: Layout, first: int) -> None:
    (x, y), half, (named, below) = layout.places[node.arn], GLYPH / 2, _words(node, layout)
    pen.parts.append(glyphs.inner(node.kind, x=x - half, y=first + y - half, size=GLYPH, colours=pen.colours))
    for row, words in enumerate([*named, *below]):
        low, bold = first + y + half + 23 + 20 * row, row < len(named)
        size, role = (theme.LABEL, "text") if bold else (theme.NOTE, "second")
        pen.text(x, low, words, role=role, size=size, bold=bold, anchor="middle")


def _path(way: Way, begin: float = 0.0, end: float = 1.0) -> str:
    """The way from one share to another as a path; a bow is drawn in short lines, so that it can be cut."""
    steps = 1 if way.pulls is None else 24
    points = [way.at(begin + (end - begin) * step / steps) for step in range(steps + 1)]
    return "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def _stroke(pen: Pen, path: str, role: str, width: float, dashes: str) -> None:
    look = f' stroke-dasharray="{dashes}"' if dashes else ""
    pen.parts.append(f'<path d="{path}" fill="none" stroke="{pen.colour(role)}" stroke-width="{width:g}"{look}/>')


def _arrow(pen: Pen, way: Way, state: str) -> None:
    if state == BROKEN:
        _stroke(pen, _path(way, 0, _GAP - 0.1), "failed", 3, _DASHES[BROKEN])
        _stroke(pen, _path(way, _GAP + 0.1, 1), "axis", 2, "3 7")
        _cross(pen, way.at(_GAP))
        return
    if state not in _DASHES:
        _stroke(pen, _path(way), "axis", 2, "3 7")
        return
    _stroke(pen, _path(way, 0, 0.97), "second", theme.ARROW, _DASHES[state])
    _head(pen, way)


def _cross(pen: Pen, middle: Point) -> None:
    x, y = middle
    pen.parts.append(
        f'<path d="M{x - 12:.1f},{y - 12:.1f} l24,24 M{x + 12:.1f},{y - 12:.1f} l-24,24" fill="none" '
        f'stroke="{pen.colour("failed")}" stroke-width="5" stroke-linecap="round"/>'
    )


def _head(pen: Pen, way: Way) -> None:
    (x1, y1), (x2, y2) = way.at(0.93), way.end
    length = ((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5 or 1.0
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    head, half = theme.ARROW_HEAD + 2, (theme.ARROW_HEAD + 2) / 2
    bx, by = x2 - ux * head, y2 - uy * head
    tip = f"M{bx - uy * half:.1f},{by + ux * half:.1f} L{x2:.1f},{y2:.1f} L{bx + uy * half:.1f},{by - ux * half:.1f} Z"
    pen.parts.append(f'<path d="{tip}" fill="{pen.colour("second")}"/>')


def _labels(pen: Pen, topology: Topology, layout: Layout, frame: Frame, space: _Space) -> None:
    """The words at the arrow of the frame, with the event on it; without one, at every arrow that has room."""
    if frame.current is None:
        for arrow, way, state in zip(topology.arrows, layout.ways, frame.states, strict=True):
            words = f"{theme.CROSS} broken" if state == BROKEN else arrow.label
            _label(
                pen, way, words, 18 if state == BROKEN else 8, space, layout, "failed" if state == BROKEN else "text"
            )
        return
    way = layout.ways[frame.current]
    broken = bool(frame.trouble)
    stopped = frame.states[frame.current] != DID
    if frame.travels:
        x, y = way.at(0.25 if broken and stopped else 0.75 if broken else 0.5)
        pen.parts.append(_event(pen, x, y, "failed" if broken else "invoke"))
        space.taken.append((x - _EVENT / 2, y - _EVENT / 2, x + _EVENT / 2, y + _EVENT / 2))
    lift = _EVENT / 2 + 6
    if broken:
        _label(pen, way, f"{theme.CROSS} {frame.trouble}", lift, space, layout, "failed", wider=True)
        lift += 22
    if frame.label:
        _label(pen, way, frame.label, lift, space, layout, "text", wider=True)


def _event(pen: Pen, x: float, y: float, role: str) -> str:
    half = _EVENT / 2
    sheet = f'<rect x="{x - 12:.1f}" y="{y - 18:.1f}" width="24" height="36" fill="{pen.colour("paper")}"/>'
    return sheet + glyphs.inner("event", x=x - half, y=y - half, size=_EVENT, colours=pen.colours, role=role)


def _label(
    pen: Pen, way: Way, words: str, lift: float, space: _Space, layout: Layout, role: str, *, wider: bool = False
) -> None:
    """Words above a way, where they touch nothing; what has no room is left to the table."""
    if not words:
        return
    room = (layout.pitch * (1.7 if wider else 1)) - 12
    words = cut(words, room, size=theme.NOTE, bold=role == "failed")
    width = wide(words) * (BOLD if role == "failed" else 1)
    for share in _SHARES:
        x, y = way.at(share)
        left = min(max(EDGE + 6, x - width / 2), theme.WIDTH - EDGE - 6 - width)
        for above in (0, 22):
            if space.take(left, y - lift - above - 15, width, 19):
                pen.parts.append(
                    f'<rect x="{left - 3:.1f}" y="{y - lift - above - 15:.1f}" width="{width + 6:.1f}" height="20" '
                    f'fill="{pen.colour("paper")}"/>'
                )
                middle = left + width / 2
                pen.text(
                    middle, y - lift - above, words, role=role, size=theme.NOTE, bold=role == "failed", anchor="middle"
                )
                return


def _policy(pen: Pen, topology: Topology, layout: Layout, policy: Policy) -> None:
    """The lock and the statement that decided, beneath the node whose policy it is."""
    node = topology.node(policy.whose)
    role = "failed" if policy.broken else "text"
    words = cut(policy.told(node.name if node else ""), theme.WIDTH - 2 * EDGE - _LOCK - 40, size=theme.NOTE)
    width = wide(words) + _LOCK + 12
    x = layout.places[policy.whose][0] if policy.whose in layout.places else theme.WIDTH / 2
    left = max(EDGE + 14, min(x - width / 2, theme.WIDTH - EDGE - 14 - width))
    low = layout.height + 12
    if policy.weighed:
        pen.parts.append(glyphs.inner("permission", x=left, y=low, size=_LOCK, colours=pen.colours, role=role))
    pen.text(left + _LOCK + 10, low + 21, words, role=role, size=theme.NOTE)
