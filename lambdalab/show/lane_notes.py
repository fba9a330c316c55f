"""Explanations in the swimlanes: each kind of block is named once, beside a thin line from its first appearance.

A console's chart has a legend of swatches. Here the words stand in the empty area under the first lane, or, where there
is none, on lines that are opened for them. Left out: kinds that the first lane does not have; the subtitle names them.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lambdalab.show import theme
from lambdalab.show.figure import wide
from lambdalab.show.lane_blocks import Block, free_stretches
from lambdalab.show.lane_marks import BAR

FROZEN = "frozen"
_CLEAR = 8.0  # pixels between words and anything else


@dataclass(frozen=True)
class Note:
    """Words with a leader.

    Args:
        kind: what is explained.
        x: the leader's place, in pixels.
        words: at one side of the leader's lower end.
        y: the middle of the words' height, in pixels.
        left: whether the words stand left of the leader.
    """

    kind: str
    x: float
    words: str
    y: float = 0.0
    left: bool = False

    @property
    def ends(self) -> tuple[float, float]:
        """The words' left and right end."""
        room = wide(self.words)
        return (self.x - _CLEAR - room, self.x - _CLEAR) if self.left else (self.x + _CLEAR, self.x + _CLEAR + room)

    def crosses(self, other: Note) -> bool:
        """Whether its leader runs through the other's words."""
        begin, end = other.ends
        return self.y > other.y and begin - _CLEAR < self.x < end + _CLEAR


def notes_of(blocks: Sequence[Block]) -> list[list[Note]]:
    """What the first lane's blocks mean: for each kind the places where its note can hang, the best one first.

    Args:
        blocks: of the first lane.
    """
    found: dict[str, list[Note]] = {}
    for block in sorted(blocks, key=lambda block: (not block.several, block.left)):
        words = _words(block)
        if words and block.kind not in found:
            places = [(block.left + block.right) / 2, min(block.left + 14, (block.left + block.right) / 2)]
            found[block.kind] = [Note(block.kind, x, said) for said in words for x in dict.fromkeys(places)]
    calls = [block for block in blocks if block.kind == "invoke"]
    warm = [block for block in calls if block.warm]
    if warm and not any(block.several for block in calls):
        shape, middle = _shape(warm[0]), (warm[0].left + warm[0].right) / 2
        found["invoke"] = [Note("invoke", middle, f"{said}: one call, warm") for said in (f"a {shape} block", shape)]
    grounds = free_stretches(blocks)
    room = wide(FROZEN) + _CLEAR
    if roomy := [ends for ends in grounds if ends[1] - ends[0] >= room]:
        found[FROZEN] = [Note(FROZEN, sum(ends) / 2, "keeps its memory, runs nothing") for ends in roomy[:4]]
    elif grounds and (widest := max(grounds, key=lambda ends: ends[1] - ends[0]))[1] - widest[0] >= 6:
        found[FROZEN] = [Note(FROZEN, sum(widest) / 2, f"{FROZEN}: keeps its memory, runs nothing")]
    return list(found.values())


def _shape(block: Block) -> str:
    return "numbered" if block.roomy and block.word else "solid"


def _words(block: Block) -> list[str]:
    """What a block of this kind means, at length and in short."""
    if block.kind == "init":
        if block.warm:
            return ["C, hatched: init, ahead of any call"]
        return ["C, hatched: init, this call waits for a cold start", "C, hatched: init, a cold start"]
    if block.kind == "invoke":
        return ["solid: calls, too short to be told apart"] if block.several else [f"a {_shape(block)} block: one call"]
    return {
        "restore": ["R, cross-hatched: restored from a snapshot", "R: restored from a snapshot"],
        "failed": [f"{theme.CROSS}: the call failed"],
    }.get(block.kind, [])


def hang(
    kinds: Sequence[Sequence[Note]], heights: Sequence[float], blocks: Sequence[Block], lines: Sequence[float],
    left: float, right: float,
) -> list[Note] | None:  # fmt: skip
    """The notes, each at its height and side, so that nothing touches; None when there is no such way.

    The rightmost hangs as high as it can, since then the leaders of the others pass it at its left.

    Args:
        kinds: as `notes_of` gives them.
        heights: of the lines that words may stand on, from the top, in pixels.
        blocks: what words and leaders must not touch.
        lines: the pixels of vertical lines, which words must not touch.
        left, right: where words may begin and end, in pixels.
    """
    if len(heights) < len(kinds):
        return None
    rightmost_first = sorted(kinds, key=lambda places: -places[0].x)
    options = []
    for places in rightmost_first:
        ways = itertools.product(places, heights[: len(kinds)], (False, True))
        notes = (replace(note, y=y, left=side) for note, y, side in ways)
        inside = (note for note in notes if left <= note.ends[0] and note.ends[1] <= right)
        options.append([note for note in inside if _is_free(note, blocks, lines)])
    return _together([], options)


def _together(chosen: list[Note], options: Sequence[Sequence[Note]]) -> list[Note] | None:
    """One note of each kind, beginning with those chosen, on a line each, and no leader through words."""
    if len(chosen) == len(options):
        return chosen
    for note in options[len(chosen)]:
        if all(other.y != note.y and not note.crosses(other) and not other.crosses(note) for other in chosen):
            found = _together([*chosen, note], options)
            if found is not None:
                return found
    return None


def _is_free(note: Note, blocks: Sequence[Block], lines: Sequence[float]) -> bool:
    begin, end = note.ends[0] - _CLEAR, note.ends[1] + _CLEAR
    if any(begin < line < end for line in lines):
        return False
    for block in blocks:
        beside = abs(block.y - note.y) < BAR and block.left < end and block.right > begin
        under = block.y < note.y + BAR / 2 and block.left - 3 < note.x < block.right + 3
        if beside or under:
            return False
    return True
