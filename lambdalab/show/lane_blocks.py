"""From a lane and a time axis to blocks in pixels: what ran, what was frozen, where the environment was gone.

On AWS an environment's life is not told. Here each span becomes a block; blocks too narrow to be told apart become
one. Left out: colours, which `lane_marks` knows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lambdalab.observe.records import Lane, Span
from lambdalab.show import theme
from lambdalab.show.figure import wide
from lambdalab.show.numbers import milliseconds
from lambdalab.show.timeline import HALF_MARK, Timeline

NARROWEST = 3.0  # pixels of a block
ENDS = {"idle": "reclaimed", "changed": "replaced", "replaced": "replaced", "deleted": "deleted", "ended": "ended"}
_LETTER_ROOM = 20  # pixels that a letter on a hatch needs
_DIGIT = 10.9  # pixels of a digit of 17 px in the widest font
_LETTERS = {"init": "C", "restore": "R"}


@dataclass(frozen=True)
class Block:
    """One stretch in one lane, in pixels.

    Args:
        kind: "frozen", "init", "restore", "invoke", "failed" or "gone".
        left, right: pixels.
        y: the middle of the lane's height, in pixels.
        word: what stands on it where there is room.
        said: what a pointer on it shows.
        warm: for an invoke, whether the environment was there; for an init, whether it ran ahead of any call.
        several: whether it stands for many that could not be told apart.
    """

    kind: str
    left: float
    right: float
    y: float = 0.0
    word: str = ""
    said: str = ""
    warm: bool = False
    several: bool = False

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def roomy(self) -> bool:
        """Whether its word fits."""
        if self.kind == "gone":
            return self.width >= wide(self.word, theme.NOTE) + 4
        return self.width >= (max(14, _DIGIT * len(self.word) + 2) if self.kind == "invoke" else _LETTER_ROOM)


def blocks_of(lane: Lane, time: Timeline, numbers: Mapping[Span, int], *, older: bool) -> list[Block]:
    """A lane's blocks, what lies beneath first.

    Args:
        lane: with at least one span.
        time: the axis.
        numbers: the number of each call.
        older: whether it ran before the axis begins.
    """
    found = _frozen(lane, time, older=older)
    started = {span.request_id for span in lane.spans if span.kind != "invoke"}
    dense: list[Block] = []
    for span in lane.spans:
        block = _block(span, time, numbers.get(span), warm=span.request_id not in started)
        before = dense[-1] if dense else None
        if before and block.kind == before.kind and block.left < before.right + 0.5 and block.width < 2 * NARROWEST:
            dense[-1] = replace(before, right=max(block.right, before.right), word="", said="several", several=True)
        else:
            dense.append(block)
    return found + dense + _gone(lane, time)


def _block(span: Span, time: Timeline, number: int | None, *, warm: bool) -> Block:
    left, right = time.x(span.began), time.x(span.ended)
    right = max(right, left + NARROWEST)
    took = milliseconds((span.ended - span.began) * 1000)
    if span.kind != "invoke":
        word = theme.CROSS if span.status else _LETTERS[span.kind]
        return Block(span.kind, left, right, word=word, said=f"{span.kind} {took}", warm=span.request_id is None)
    said = f"call {number}, {took}" + (f", {span.status}" if span.status else "")
    if span.status:
        return Block("failed", left, right, word=theme.CROSS, said=said, warm=warm)
    return Block("invoke", left, right, word=str(number), said=said, warm=warm)


def _frozen(lane: Lane, time: Timeline, *, older: bool) -> list[Block]:
    """The grey ground of a lane, from its birth to its end, open at each break."""
    begin = time.left if older else time.x(lane.spans[0].began)
    end = time.gaps[-1].stub if lane.ended is None else time.x(lane.ended)
    marks = [gap.mark for gap in time.gaps if gap.mark is not None and begin < gap.mark <= end]
    cuts = [begin, *(edge for mark in marks for edge in (mark - HALF_MARK, mark + HALF_MARK)), end]
    pieces = zip(cuts[::2], cuts[1::2], strict=True)
    return [Block("frozen", left, right) for left, right in pieces if right - left >= 1]


def _gone(lane: Lane, time: Timeline) -> list[Block]:
    if lane.ended is None:
        return []
    left, right = time.gone(lane.ended)
    return [Block("gone", left, right, word=ENDS[lane.why_ended or "ended"])] if right - left > 2 * NARROWEST else []


def free_stretches(blocks: Sequence[Block]) -> list[tuple[float, float]]:
    """The parts of a lane's grey ground on which nothing lies, from the left."""
    running = sorted((b.left, b.right) for b in blocks if b.kind not in ("frozen", "gone"))
    found = []
    for ground in (b for b in blocks if b.kind == "frozen"):
        x = ground.left
        for left, right in running:
            if left < ground.right and right > ground.left:
                if left > x:
                    found.append((x, left))
                x = max(x, right)
        if ground.right > x:
            found.append((x, ground.right))
    return found
