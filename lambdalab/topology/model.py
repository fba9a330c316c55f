"""What a map is made of: nodes, arrows between them, and the whole.

A node is one resource, an arrow one wire along which events or requests go. An arrow has one of four states, so that a
missing permission is seen before any event came. Left out: how it is drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

DID = "may and did"
MAY = "may, not yet"
BROKEN = "broken"
NOT_REACHED = "not reached"
YOU = "you"
"""Stands in the place of an ARN for whoever calls with the notebook's own key, or with none."""


@dataclass(frozen=True)
class Node:
    """One resource.

    Args:
        kind: the name of its glyph: "bucket", "function", "queue", "dead letters", "topic", "bus", "table", "stream",
            "api", "clock", "alarm" or "person".
        name: as the student named it.
        arn: tells it from all others.
        region: "" where it has none.
        note: what stands beneath the name where there is no region.
    """

    kind: str
    name: str
    arn: str
    region: str = ""
    note: str = ""

    def holds(self, arn: str) -> bool:
        """Whether an ARN means this resource or something in it: an object, a version, a stream, a route, a rule."""
        within = (f"{self.arn}/", f"{self.arn}:")
        return arn == self.arn or arn.startswith(within) or (self.kind == "bus" and bus_of(arn) == self.arn)


@dataclass(frozen=True)
class Arrow:
    """One wire between two resources, in the direction in which events go.

    Args:
        source: the ARN of a node.
        target: the ARN of a node.
        label: what passes along, such as "ObjectCreated:*, *.jpg".
        state: DID, MAY, BROKEN or NOT_REACHED.
        reason: of a broken one, why, in a sentence.
        statement: what decided, in words, such as "allow s3.amazonaws.com from photos"; "" where nothing is asked.
        whose: the node whose policy decided; "" where nothing is asked.
    """

    source: str
    target: str
    label: str = ""
    state: str = MAY
    reason: str = ""
    statement: str = ""
    whose: str = ""


@dataclass(frozen=True)
class Topology:
    """All nodes, and all arrows between them."""

    nodes: Sequence[Node] = ()
    arrows: Sequence[Arrow] = ()

    def node(self, arn: str) -> Node | None:
        """The resource that an ARN means, also by something in it; None when it is not on the map."""
        found = [node for node in self.nodes if node.holds(arn)]
        return max(found, key=lambda node: (node.arn == arn, len(node.arn)), default=None)

    def named(self, name: str) -> list[Node]:
        """The resources of this name."""
        return [node for node in self.nodes if node.name == name]

    def only(self, arns: Iterable[str]) -> Topology:
        """These nodes and the arrows between them."""
        kept = set(arns)
        arrows = [arrow for arrow in self.arrows if {arrow.source, arrow.target} <= kept]
        return Topology([node for node in self.nodes if node.arn in kept], arrows)

    def around(self, names: Sequence[str]) -> Topology:
        """The resources of these names, all from which something comes to them, and all to which something goes."""
        kept = {node.arn for name in names for node in self.named(name)}
        before = _reached(kept, [(arrow.target, arrow.source) for arrow in self.arrows])
        after = _reached(kept, [(arrow.source, arrow.target) for arrow in self.arrows])
        return self.only(before | after)


def bus_of(rule_arn: str) -> str:
    """The ARN of the bus to which a rule belongs; "" for what is no rule."""
    region, is_rule, name = rule_arn.partition(":rule/")
    bus = name.rpartition("/")[0] or "default"
    return f"{region}:event-bus/{bus}" if is_rule else ""


def _reached(begin: set[str], ways: Sequence[tuple[str, str]]) -> set[str]:
    found, last = set(begin), set(begin)
    while last:
        last = {end for start, end in ways if start in last} - found
        found |= last
    return found


def merged(arrows: Iterable[Arrow]) -> list[Arrow]:
    """One arrow for each pair of nodes; a broken one among several decides, and one that was used comes next."""
    rank = [BROKEN, DID, MAY, NOT_REACHED]
    pairs: dict[tuple[str, str], list[Arrow]] = {}
    for arrow in arrows:
        pairs.setdefault((arrow.source, arrow.target), []).append(arrow)
    found = []
    for same in pairs.values():
        first = min(same, key=lambda arrow: rank.index(arrow.state))
        labels = dict.fromkeys(arrow.label for arrow in same if arrow.label)
        found.append(replace(first, label="; ".join(labels)))
    return found


def behind_the_broken(arrows: Sequence[Arrow]) -> list[Arrow]:
    """The same, with what only a broken arrow would lead to marked as not reached."""
    marked = list(arrows)
    while True:
        closed = {
            arrow.target
            for arrow in marked
            if all(a.state in (BROKEN, NOT_REACHED) for a in marked if a.target == arrow.target)
        }
        found = [
            replace(arrow, state=NOT_REACHED) if arrow.state == MAY and arrow.source in closed else arrow
            for arrow in marked
        ]
        if found == marked:
            return found
        marked = found
