"""How the way of one event is put together: each request, each delivery and each run knows what caused it.

On AWS X-Ray joins segments by the trace header, X-Amzn-Trace-Id. Here the same header joins the journal's steps, the
history of runs and the lanes of environments, and turns of the lab's clock are taken out of every time. Left out:
changes of rules, which belong to no event, and what Lambda's own queue says of an event that it keeps.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from lambdalab.clock import Jump, machine
from lambdalab.observe.journal import Step
from lambdalab.observe.records import Invocation, Lane, Span
from lambdalab.observe.traces import (
    PULLED,
    Arrival,
    Part,
    Station,
    Stretch,
    Trace,
    carrier,
    event_name,
    first_of,
    last_of,
    operation,
    said,
    service_of,
)


def build(
    root: str,
    steps: Sequence[Step],
    invocations: Sequence[Invocation],
    lanes: Sequence[Lane] = (),
    jumps: Sequence[Jump] = (),
) -> Trace:
    """Put one event's way together.

    Args:
        root: of the trace.
        steps: of this trace, in any order.
        invocations: of this trace, in any order.
        lanes: of the functions that ran; without them init is known from the REPORT line alone.
        jumps: turns of the lab's clock.
    """
    return _Way(root, steps, invocations, lanes, jumps).trace()


class _Way:
    """One trace while it is put together."""

    def __init__(
        self, root: str, steps: Sequence[Step], invocations: Sequence[Invocation], lanes: Sequence[Lane],
        jumps: Sequence[Jump],
    ) -> None:  # fmt: skip
        self.root = root
        self.steps = sorted((step for step in steps if step.kind not in ("rule", "queue")), key=lambda step: step.began)
        self.invocations = sorted(invocations, key=_moment)
        self.by_span = {step.span: step for step in self.steps}
        self.own = {one.span for one in self.invocations if one.span}
        self.spans: dict[str | None, list[Span]] = {}
        for lane in lanes:
            for span in lane.spans:
                self.spans.setdefault(span.request_id, []).append(span)
        moments = [step.began for step in self.steps] + [self._taken(one) for one in self.invocations]
        self.at = min(moments, default=0.0)
        # Every turn is asked for every moment; those before the event move all of its moments alike.
        self.jumps = [jump for jump in jumps if jump.at + jump.seconds > self.at]
        self.began = machine(self.at, self.jumps)

    def trace(self) -> Trace:
        stations = [self._run(one) if one.environment else self._turned_away(one) for one in self.invocations]
        begun = {one.request_id for one in self.invocations}
        went_on = {one.parent for one in self.invocations} | {s.parent for s in self.steps if s.kind == "delivery"}
        own = self.own
        for step in self.steps:
            if step.kind == "delivery" and step.request_id not in begun and step.span not in went_on:
                stations.append(self._undelivered(step))
            elif step.kind == "request" and step.parent not in own and not self._ran_at_once(step):
                stations.append(self._asked(step))
        stations.sort(key=lambda station: station.began)
        first = self.steps[0] if self.steps else None
        name, door = first_of(first, self.invocations)
        last = max((station.ended for station in stations), default=0.0)
        turns = [(machine(jump.at, self.jumps) - self.began, jump.seconds) for jump in self.jumps]
        within = tuple((at, seconds) for at, seconds in turns if 0 < at < last)
        asked = first is not None and (first.kind == "request" or first.name.startswith("http:"))
        from_outside = first is not None and first.parent not in own | {*self.by_span}
        answered = self._since(first.ended) if first is not None and asked and from_outside else None
        return Trace(self.root, name, door, self.at, tuple(stations), answered, within)

    # -- moments -----------------------------------------------------------------------------------------------------

    def _since(self, moment: float) -> float:
        return max(0.0, machine(moment, self.jumps) - self.began)

    def _stretch(self, began: float, ended: float) -> Stretch:
        start = self._since(began)
        return start, max(start, self._since(ended))

    def _span(self, one: Invocation, kinds: Iterable[str]) -> Span | None:
        """The stretch of the environment's life that belongs to an attempt: attempts share their request id."""
        found = [span for span in self.spans.get(one.request_id, ()) if span.kind in kinds]
        return min(found, key=lambda span: abs(span.began - _moment(one)), default=None)

    def _start(self, one: Invocation) -> tuple[str, float, float, bool] | None:
        """What made its environment: kind, begin, end, and whether it failed; None when it was there."""
        began, report = _moment(one), one.report
        span = self._span(one, ("init", "restore"))
        if span is not None and span.ended <= began + 0.005 and not self._ran_between(one, span):
            return span.kind, span.began, span.ended, span.status is not None
        if report is None or not report.cold:
            return None
        kind, ms = ("init", report.init_ms) if report.restore_ms is None else ("restore", report.restore_ms)
        return kind, began - (ms or 0.0) / 1000, began, False

    def _ran_between(self, one: Invocation, start: Span) -> bool:
        """Whether an earlier attempt ran after this start, so that the environment was there for this one."""
        runs = [span for span in self.spans.get(one.request_id, ()) if span.kind == "invoke"]
        return any(start.ended <= run.began < _moment(one) - 0.005 for run in runs)

    def _taken(self, one: Invocation) -> float:
        """When it took its environment; from here on it did not wait any more."""
        start = self._start(one)
        began = start[1] if start else _moment(one)
        span = self._span(one, ("invoke",))
        return min(began, span.taken) if span is not None and span.taken is not None else began

    def _handled(self, one: Invocation) -> tuple[float, float]:
        began = _moment(one)
        return began, began + (one.report.duration_ms / 1000 if one.report else max(0.0, one.time - began))

    # -- stations ----------------------------------------------------------------------------------------------------

    def _ran_at_once(self, step: Step) -> bool:
        """Whether a request is told by the run that it waited for."""
        return any(one.parent == step.span and one.kind == "RequestResponse" for one in self.invocations)

    def _run(self, one: Invocation) -> Station:
        cause = self.by_span.get(one.parent)
        waited = one.kind == "RequestResponse"
        start, taken, (began, ended) = self._start(one), self._taken(one), self._handled(one)
        parts = self._way_in(one, cause, start[1] if start else taken)
        if start is not None:
            kind, first, last, failed = start
            parts.append(Part(kind, kind, (self._stretch(first, last),), "failed" if failed else "ok"))
        requests = self._requests(one, began, ended)
        busy = _joined([stretch for part in requests for stretch in part.stretches])
        again = start is not None and start[3]
        outcome = "failed" if one.error_type else "ok"
        kind, name = ("init", "init again") if again else ("handler", "handler code")
        parts.append(Part(kind, name, tuple(_without(self._stretch(began, ended), busy)), outcome))
        parts += requests
        if waited and cause is not None:
            parts.append(Part("answer", "answer", (self._stretch(ended, max(ended, cause.ended)),)))
        reason = f"{one.error_type}: {one.error_message}" if one.error_type else ""
        if cause is not None and cause.outcome != "ok" and waited and not reason:
            outcome, reason = "failed", cause.reason
        return Station(
            "run", _named(one), tuple(parts), one.attempt, start is not None, waited, outcome, reason, one.span,
            one.request_id, self._arrival(one.parent, start[1] if start else taken),
        )  # fmt: skip

    def _arrival(self, parent: str, entered: float) -> Arrival | None:
        """How an event came: back along those who passed it on, to the one who sent it; None for the first of all.

        Args:
            parent: the span of the step that caused the arrival.
            entered: seconds since 1970 on the lab's clock.
        """
        way: list[Step] = []
        step = self.by_span.get(parent)
        while step is not None and step.kind == "delivery" and not step.name.startswith("http:"):
            way.insert(0, step)
            parent = step.parent
            step = self.by_span.get(parent)
        asked = step if step is not None and not step.name.startswith("http:") else None
        if asked is not None and asked.parent in self.own:
            sender = asked.parent
        elif asked is not None and way:
            sender = asked.span
        else:
            sender = parent if parent in self.own else ""
        if not way and (asked is None or not sender):
            return None
        sent = min([entered, *(each.began for each in way[:1]), *([asked.ended] if asked else [])])
        queued = None
        for before, each in zip([asked, *way], way, strict=False):
            if service_of(each.source) == "sqs":
                queued = max(0.0, entered - (before.ended if before else each.began))
        name = event_name(way[0]) if way else ""
        pulled = bool(way) and service_of(way[-1].source) in PULLED
        messages = frozenset(each.partition(" ")[0] for each in way[-1].subject.split(", ")) if pulled else frozenset()
        return Arrival(name, tuple(carrier(each) for each in way), self._since(sent), sender, queued, messages)

    def _way_in(self, one: Invocation, cause: Step | None, entered: float) -> list[Part]:
        """What came before the environment: the door, or the queue."""
        if one.attempt > 1:
            ends = [self._handled(e)[1] for e in self.invocations if e.request_id == one.request_id and e is not one]
            before = max((end for end in ends if end <= entered), default=entered)
            return [Part("queue", f"until attempt {one.attempt}", (self._stretch(before, entered),))]
        if cause is None:
            return []
        if one.kind != "RequestResponse":
            left = cause.began if cause.kind == "delivery" else cause.ended
            return [Part("queue", "on its way", (self._stretch(min(left, entered), entered),))]
        name = "door and route" if cause.name.startswith("http:") else "door"
        return [Part("door", name, (self._stretch(cause.began, entered),))]

    def _requests(self, one: Invocation, began: float, ended: float) -> list[Part]:
        """What the function asked of other services, the same operation of one service together."""
        found: dict[str, list[Step]] = {}
        for step in self.steps:
            if step.kind == "request" and one.span and step.parent == one.span:
                found.setdefault(operation(step), []).append(step)
        parts = []
        for name, steps in found.items():
            stretches = _joined([self._stretch(max(began, s.began), min(ended, max(began, s.ended))) for s in steps])
            wrong = next((step.outcome for step in steps if step.outcome != "ok"), "ok")
            parts.append(Part("request", name, tuple(stretches), wrong, len(steps)))
        return parts

    def _asked(self, step: Step) -> Station:
        """A request from outside that no run answered."""
        kind = "door" if step.name.startswith("http:") else "request"
        name = "door and route" if kind == "door" else operation(step)
        part = Part(kind, name, (self._stretch(step.began, step.ended),), step.outcome)
        return Station(
            "request", said(step), (part,), waited=True, outcome=step.outcome, reason=step.reason, span=step.span
        )

    def _undelivered(self, step: Step) -> Station:
        """An event that ran nothing, or has not yet; one that lies in a queue or went elsewhere has arrived."""
        came, service = self._arrival(step.span, step.ended), service_of(step.target)
        unheard = service in ("sns", "events")
        if step.outcome == "ok" and not unheard and service != "lambda" and not step.name.startswith("http:"):
            part = Part("request", "delivered", (self._stretch(step.began, step.ended),))
            return Station("request", last_of(step.target), (part,), span=step.span, came=came)
        outcome = step.outcome if step.outcome != "ok" else "unheard" if unheard else "waiting"
        part = Part("lost", "on its way", (self._stretch(step.began, step.ended),), outcome)
        waited = step.name.startswith("http:")
        return Station(
            "lost", _whom(step), (part,), waited=waited, outcome=outcome, reason=step.reason, span=step.span,
            came=came,
        )  # fmt: skip

    def _turned_away(self, one: Invocation) -> Station:
        cause = self.by_span.get(one.parent)
        began = min(cause.began, one.time) if cause else one.time
        part = Part("lost", "door", (self._stretch(began, max(one.time, cause.ended if cause else 0.0)),), "throttled")
        waited, reason = one.kind == "RequestResponse", one.error_message or ""
        return Station(
            "lost", _named(one), (part,), one.attempt, False, waited, "throttled", reason, one.span, one.request_id,
            self._arrival(one.parent, one.time),
        )  # fmt: skip


def _whom(step: Step) -> str:
    """For whom an event was; where nobody was named, who had it last, such as "rule paid" or "bus shop"."""
    kind = "rule" if ":rule/" in step.source else carrier(step)
    return last_of(step.target) or f"{kind} {re.split('[:/]', step.source)[-1]}"


def _moment(one: Invocation) -> float:
    """When the handler began; where none did, when the attempt was over."""
    return one.time if one.began is None else one.began


def _named(one: Invocation) -> str:
    return one.function if one.version == "$LATEST" else f"{one.function}:{one.version}"


def _joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """Stretches that touch or overlap as one."""
    found: list[Stretch] = []
    for began, ended in sorted(stretches):
        if found and began <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ended))
        else:
            found.append((began, ended))
    return found


def _without(whole: Stretch, busy: Iterable[Stretch]) -> list[Stretch]:
    """What is left of a stretch; one without length when nothing is."""
    left, found = whole[0], []
    for began, ended in busy:
        if began > left:
            found.append((left, began))
        left = max(left, ended)
    if left < whole[1] or not found:
        found.append((min(left, whole[1]), whole[1]))
    return found
