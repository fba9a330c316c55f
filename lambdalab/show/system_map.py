"""Picture S6: the map of what is wired to what, with the way of the last events in frames.

On AWS each console shows its own end of a wire, and a missing permission shows nowhere. Here resources stand from left
to right in the order in which events reach them, and an arrow that is not allowed is broken before any event came. Left
out: accounts, networks, how long things take.
"""

from __future__ import annotations

from collections.abc import Sequence

from lambdalab.observe.journal import Step
from lambdalab.show import stepper, theme
from lambdalab.show.figure import EDGE, cut
from lambdalab.show.numbers import count
from lambdalab.show.pen import Pen, fit
from lambdalab.show.picture import Picture, Table
from lambdalab.show.system_map_drawing import draw, ground, height
from lambdalab.show.system_map_frames import Frame, Policy, Story, tell, way_of
from lambdalab.show.system_map_layout import layout, ranks
from lambdalab.topology import BROKEN, DID, Arrow, Topology

MOST_GLYPHS = 8
_MOST_ROWS = 8
_BOX_TOP = 82
_SOURCE = "Drawn from the lab's own state: rules, policies and journal"


def system_map(
    topology: Topology,
    steps: Sequence[Step] = (),
    *,
    last: int | None = None,
    step: int | None = None,
    standalone: bool = False,
) -> Picture:
    """The map of a topology, with the steps of the journal in frames (lesson 05).

    Args:
        topology: from `lambdalab.topology.read`.
        steps: of the journal, oldest first; without any the map alone is drawn.
        last: only so many events, the last ones.
        step: draw this frame alone, counted from 1.
        standalone: fixed light colours, for a file.

    Raises:
        ValueError: `last` is not above zero, or there is no such step.
    """
    if last is not None and last < 1:
        raise ValueError(f"the last {last} events are none: give a number above zero")
    drawn = _chosen(topology, steps)
    story = tell(drawn, steps, last)
    if step is not None and not 1 <= step <= len(story.frames):
        raise ValueError(f"there is no step {step}: this map has {len(story.frames)}, counted from 1")
    title, told = finding(drawn, story), _conditions(topology, drawn)
    places, lines = layout(drawn), _two_lines(title)
    top = _BOX_TOP + 30 * (len(lines) - 1)
    pen = Pen(theme.LIGHT if standalone else None)
    for row, words in enumerate(lines):
        pen.text(EDGE, 36 + 30 * row, words, size=theme.TITLE, bold=True)
    pen.text(EDGE, top - 18, told, role="second", size=theme.SUBTITLE)
    ground(pen, drawn, places, top)
    pen.text(EDGE, height(places, top) - 14, _SOURCE, role="second", size=theme.NOTE)
    shared = "".join(pen.parts)
    several = step is None and len(story.frames) > 1
    pictured = []
    for number, frame in enumerate(story.frames, 1):
        heading = _heading(frame, number, len(story.frames))
        pen.parts = [stepper.use(shared) if several else shared]
        draw(pen, drawn, places, frame, heading, top)
        trouble = f": {frame.trouble}" if frame.trouble else ""
        pictured.append(pen.svg(theme.WIDTH, height(places, top), f"{title}. {heading}{trouble}"))
    table = _table(drawn)
    if step is not None:
        frame = story.frames[step - 1]
        return Picture(table=table, alt=_short(_heading(frame, step, len(pictured))), svg=pictured[step - 1])
    decisive = next((n for n, frame in enumerate(story.frames) if frame.trouble), None)
    svg = stepper.html(pictured, [frame.name for frame in story.frames], shared=shared, decisive=decisive)
    return Picture(table=table, alt=_alt(drawn, story, title), svg=svg)


def _chosen(topology: Topology, steps: Sequence[Step]) -> Topology:
    """At most eight nodes: first those on the way of the last events, then those with arrows."""
    if len(topology.nodes) <= MOST_GLYPHS:
        return topology
    lately: dict[str, None] = {}
    for step in reversed(sorted(steps, key=lambda step: step.began)):
        if (index := way_of(topology, step)) is not None:
            lately |= dict.fromkeys((topology.arrows[index].source, topology.arrows[index].target))
    linked = {end for arrow in topology.arrows for end in (arrow.source, arrow.target)}
    rank, order = ranks(topology), list(lately)
    best = sorted(
        topology.nodes,
        key=lambda n: (order.index(n.arn) if n.arn in lately else len(order), n.arn not in linked, rank[n.arn], n.name),
    )
    return topology.only(node.arn for node in best[:MOST_GLYPHS])


def _conditions(topology: Topology, drawn: Topology) -> str:
    left = len(topology.nodes) - len(drawn.nodes)
    if left:
        return f'{len(drawn.nodes)} of {count(len(topology.nodes))} resources: lab.map("name") draws those around one'
    return "From left to right: the way that events take"


def finding(topology: Topology, story: Story) -> str:
    """The title: what became of the last event, or else what is broken, or how much there is."""
    broken = [arrow for arrow in topology.arrows if arrow.state == BROKEN]
    reached = _listed([fit(name, 24) for name in story.reached])
    if not topology.nodes:
        return "Nothing is deployed yet: the map is empty"
    if story.trouble:
        policy = story.trouble.policy
        words = policy.told(_named(topology, policy.whose)) if policy else story.trouble.trouble
        if story.trouble.current is not None and story.trouble.states[story.trouble.current] == DID:
            return f"The {story.noun} reached {reached}; {words}"
        ran = [node for name in story.reached for node in topology.named(name) if node.kind == "function"]
        what = f"reached {reached} and no further" if ran else "ran nothing"
        return f"The {story.noun} {what}: {words}"
    if story.noun and not broken:
        first = "Refused at first, then allowed: the" if story.before else "The"
        return f"{first} {story.noun} reached {reached}"
    if broken:
        source, target = (_named(topology, arn) for arn in (broken[0].source, broken[0].target))
        more = f", and {_many(len(broken) - 1, 'more arrow')} broken" if broken[1:] else ""
        words = Policy(broken[0].whose, broken[0].reason, True, bool(broken[0].whose)).told(target)
        return f"{fit(source, 24)} cannot reach {fit(target, 24)}: {words}{more}"
    if not topology.arrows:
        return f"{_many(len(topology.nodes), 'resource')}, and nothing leads from one to another"
    used = sum(arrow.state == DID for arrow in topology.arrows)
    return f"{_many(len(topology.arrows), 'arrow')}, all allowed; {count(used) if used else 'none'} used so far"


def _many(how_many: int, what: str) -> str:
    return f"{count(how_many)} {what}{'' if how_many == 1 else 's'}"


def _listed(names: Sequence[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)


def _named(topology: Topology, arn: str) -> str:
    node = topology.node(arn)
    return node.name if node else arn


def _heading(frame: Frame, number: int, of: int) -> str:
    words = frame.sentence[:1].upper() + frame.sentence[1:]
    return f"Step {number} of {of}: {frame.sentence}" if of > 1 else words


def _two_lines(title: str) -> list[str]:
    """The title in at most two lines, parted at a blank."""
    room = theme.WIDTH - 2 * EDGE
    first = cut(title, room, size=theme.TITLE, bold=True)
    if first == title:
        return [title]
    end = title.rfind(" ", 0, len(first))
    end = end if end > 0 else len(first) - 1
    return [title[:end], cut(title[end:].strip(), room, size=theme.TITLE, bold=True)]


def _short(words: str, most: int = 40) -> str:
    """At most so many words."""
    kept = words.split(" ")
    return words if len(words.split()) <= most else " ".join(kept[: most - 1]).rstrip(",;:") + " …"


def _alt(topology: Topology, story: Story, title: str) -> str:
    if not topology.nodes:
        return f"{title}."
    broken = [arrow for arrow in topology.arrows if arrow.state == BROKEN]
    said = f"Map of {_many(len(topology.nodes), 'resource')} and {_many(len(topology.arrows), 'arrow')}"
    if broken:
        ends = " to ".join(_named(topology, arn) for arn in (broken[0].source, broken[0].target))
        said += f"; the arrow from {ends} is broken"
    elif topology.arrows:
        said += ", none broken"
    if len(story.frames) > 1:
        said += f"; {len(story.frames)} steps: {', '.join(frame.name for frame in story.frames)}"
    return _short(f"{title}. {said}.")


def _table(topology: Topology) -> Table:
    rank = ranks(topology)
    order = sorted(topology.arrows, key=lambda a: (rank[a.source], _named(topology, a.source), rank[a.target]))
    rows = [_row(topology, arrow) for arrow in order]
    if len(rows) > _MOST_ROWS:
        left = len(rows) - _MOST_ROWS + 1
        rows = [*rows[: _MOST_ROWS - 1], (f"{left} more arrows", "", "", "")]
    rows = rows or [("no arrow", "", "", "")]
    caption = "The arrows of the map, read from rules, policies and the journal"
    return Table(caption, ("", "what passes", "state", "decided by"), rows, "llll")


def _row(topology: Topology, arrow: Arrow) -> tuple[str, str, str, str]:
    decided = Policy(arrow.whose, arrow.reason or arrow.statement, False, bool(arrow.whose)).told(
        _named(topology, arrow.whose)
    )
    ends = " → ".join(fit(_named(topology, arn), 40) for arn in (arrow.source, arrow.target))
    return ends, fit(arrow.label, 60), arrow.state, decided or theme.DASH
