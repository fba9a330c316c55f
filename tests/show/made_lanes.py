"""Lanes for tests: environments with calls at given seconds, as the cloud would have recorded them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from lambdalab.clock import Jump
from lambdalab.observe.records import Lane, Span

START = 1_790_000_000.0
_ids = itertools.count(1)
Case = tuple[Sequence[Lane], Sequence[Jump]]


def lane(number: int, *calls: Iterable[Span], function: str = "f", ended: float | None = None, why: str = "") -> Lane:
    """An environment with these calls; `ended` in seconds after the start."""
    end = None if ended is None else START + ended
    spans = tuple(span for call in calls for span in call)
    return Lane(function, "$LATEST", number, "on-demand", "first", spans, end, why or None)


def call(
    at: float, ms: float, *, init: float | None = None, kind: str = "init", status: str | None = None,
    taken: float | None = None,
) -> list[Span]:  # fmt: skip
    """One call that begins so many seconds after the start; it takes its environment at `taken`, or then."""
    request, began, spans = f"request {next(_ids)}", START + at, []
    if init is not None:
        spans.append(Span(kind, began, began + init / 1000, request))
        began += init / 1000
    held = START + (at if taken is None else taken)
    return [*spans, Span("invoke", began, began + ms / 1000, request, status, held)]


def jump(at: float, seconds: float) -> Jump:
    return Jump(START + at, seconds)


def row(number: int = 10, *, ms: float = 100, init: float | None = 130, at: float = 0.0) -> list[list[Span]]:
    """Calls one after the other, 12 ms apart, the first one cold."""
    calls = []
    for index in range(number):
        calls.append(call(at, ms, init=init if index == 0 else None))
        at = calls[-1][-1].ended - START + 0.012
    return calls


def experiment(*, pause: float = 0.4, quiet: float | None = 600.0) -> Case:
    """Ten in a row, a pause, ten at once, and a turn of the clock by `quiet` seconds, or none."""
    first = row()
    once = first[-1][-1].ended - START + pause
    turned = once + 1
    gone = {} if quiet is None else {"ended": turned + quiet - 1, "why": "idle"}
    lanes = [lane(1, *first, call(once, 100), **gone)]  # type: ignore[arg-type]  # a float and a str
    lanes += [lane(n, call(once, 100, init=150 + 10 * n), **gone) for n in range(2, 11)]  # type: ignore[arg-type]
    return lanes, [] if quiet is None else [jump(turned, quiet)]
