"""Why a function ran, or why it did not: the story of its last events.

AWS leaves this to the reader of logs, metrics and policies. Here it is told from what the cloud remembers: runs, steps
of events on their way to the function, and events that wait. When nothing reached it, the story says which sources are
set up to call it, and what keeps them from it. Lessons 01, 05 and 06. Left out: what stands in the function's log.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lambdalab.observe.afterwards import KIND, after
from lambdalab.observe.journal import Step
from lambdalab.observe.records import Invocation
from lambdalab.observe.sentences import about_throttle, of_invocation, of_step, of_waiting, outcome, turned_away

if TYPE_CHECKING:
    from lambdalab.topology import Topology

SHOWN = 10
_USED = 4  # requests of a run that are named
_IDS = 3  # messages of a batch that are named
_CALLS = ("lambda:Invoke", "lambda:InvokeAsync", "lambda:InvokeWithResponseStream")
_RUNS_NOTHING = ("denied", "missing", "stopped")
QUEUE_READ, STREAM_READ = "sqs:ReceiveMessage", "dynamodb:GetRecords"


@dataclass(frozen=True)
class Entry:
    """One event, one attempt, or one change of a rule.

    Args:
        at: seconds since 1970 on the lab's clock: when the event was sent, or when the attempt or change was made.
        word: the outcome, such as "ran cold" or "filtered out".
        text: what happened and why, one or more sentences.
        advice: what to do about it, a sentence or a call to copy; "" when nothing is to be done.
        request_id: of the invocation; "" when none began.
    """

    at: float
    word: str
    text: str
    advice: str = ""
    request_id: str = ""


@dataclass(frozen=True)
class Evidence:
    """What is known of a function.

    Args:
        invocations: its runs, and the calls that were turned away.
        steps: deliveries to it, changes of rules that name it, and requests to run it.
        used: requests that it made itself.
        sent: what Lambda sent on in its name, to destinations and dead-letter queues.
        waiting: asynchronous events that wait for their next attempt, of this and of other functions.
        deployed: whether it exists now.
        now: seconds since 1970 on the lab's clock.
        topology: what is wired to what; None where nobody has looked.
    """

    invocations: Sequence[Invocation] = ()
    steps: Sequence[Step] = ()
    used: Sequence[Step] = ()
    sent: Sequence[Step] = ()
    waiting: Sequence[Mapping[str, Any]] = ()
    deployed: bool = True
    now: float = 0.0
    topology: Topology | None = None


@dataclass(frozen=True, repr=False)
class Story:
    """What happened to a function's last events, the newest last; `show.story` makes a table of it.

    Args:
        heading: how many events and changes of rules there were.
        rows: the last of them.
        skipped: how many came before.
        closing: what waits, and what is set up to call it: sentences.
    """

    function: str
    heading: str
    rows: Sequence[Entry] = ()
    skipped: int = 0
    closing: Sequence[str] = ()

    @property
    def lines(self) -> list[str]:
        """The story as lines of text; a call that would help stands indented below its event."""
        told = [self.heading]
        for number, row in enumerate(self.rows, self.skipped + 1):
            told.append(f"{number}. {row.text}")
            told += [f"   {line}" for line in row.advice.splitlines()]
        return [*told, *self.closing]

    def __repr__(self) -> str:
        return "\n".join(self.lines)


def explain(name: str, evidence: Evidence, last: int = SHOWN) -> Story:
    """Tell what happened to the last events of a function (lesson 01).

    Args:
        name: the function's.
        evidence: in any order.
        last: how many events are told at most, the last ones.
    """
    rows = _rows(evidence)
    closing = [of_waiting(one, evidence.now) for one in evidence.waiting if one["function"] == name]
    ran = any(invocation.environment for invocation in evidence.invocations)
    if not evidence.deployed and not rows:
        return Story(name, f"{name} does not exist: nothing of that name was deployed. Check the spelling.")
    if not ran:
        closing += _sources(name, evidence)
    if not rows:
        first = "has not run: no event has reached it since it was deployed."
        heading = f"{name} {first} Deploying stores code; only an event starts a process."
        return Story(name, heading, closing=closing)
    skipped = max(0, len(rows) - last)
    changes = sum(step.kind == "rule" for step in evidence.steps)
    counted = ((len(rows) - changes, "event", "events"), (changes, "change of rules", "changes of rules"))
    heading = f"{name}: {' and '.join(f'{n} {one if n == 1 else many}' for n, one, many in counted if n)} so far"
    heading += ":" if not skipped else ", the last one:" if last == 1 else f", the last {last}:"
    return Story(name, heading, rows[skipped:], skipped, closing)


def _rows(evidence: Evidence) -> list[Entry]:
    """Everything in the order in which it was sent, so that a chain reads from its first event to its last.

    A delivery and the run that it started are one; a later attempt stands where it began.
    """
    delivered: dict[str, Step] = {}
    for step in evidence.steps:
        if step.request_id and step.kind != KIND:
            before = delivered.get(step.request_id)  # a batch of several events has a step for each
            also = f"{before.subject}, " if before and before.name == QUEUE_READ else ""
            delivered[step.request_id] = replace(step, subject=also + step.subject)
    used = [step for step in evidence.used if step.kind == "request"]
    attempts = sorted(evidence.invocations, key=lambda one: one.time)
    first = {one.request_id: one for one in reversed(attempts)}
    rows = []
    for one in attempts:
        delivery = delivered.get(one.request_id)
        sent = delivery.began if delivery and first[one.request_id] is one else one.began or one.time
        rows.append(_ran(one, delivery, used, sent, _followed(evidence, one.span, _why_away(one))))
    begun = {row.request_id for row in rows} | {str(one["request_id"]) for one in evidence.waiting}
    news = [step for step in evidence.steps if step.request_id not in begun or step.outcome == "missing"]
    rows += [_told(evidence, step) for step in news if _counts(step)]
    spans = {one.span for one in attempts} | {step.span for step in news if _counts(step)}
    rows += [_ended(evidence, step) for step in evidence.steps if step.kind == KIND and step.parent not in spans]
    return sorted(rows, key=lambda row: (row.at, row.request_id, row.text))


def _counts(step: Step) -> bool:
    """Whether a step is an event or a change by itself: of the requests only those that ran nothing."""
    return step.kind in ("delivery", "rule") or (
        step.kind == "request" and step.name in _CALLS and step.outcome in _RUNS_NOTHING
    )


def _why_away(invocation: Invocation) -> str:
    """Lambda's word for why a call was turned away; "" for one that was not."""
    return (invocation.error_message or "") if turned_away(invocation) else ""


def _followed(evidence: Evidence, span: str, known: str = "") -> tuple[str, str]:
    """What became of the event after an attempt, and what to do about it; `known` is the reason told with it."""
    if not span:
        return "", ""
    kept = [step for step in evidence.steps if step.kind == KIND and step.parent == span]
    return after(kept, [step for step in evidence.sent if step.parent == span], known)


def _ended(evidence: Evidence, step: Step) -> Entry:
    """An event that was given up without an attempt, and that nobody delivered."""
    text, advice = _followed(evidence, step.parent)
    return Entry(step.began, step.outcome, text, advice, step.request_id)


def _told(evidence: Evidence, step: Step) -> Entry:
    text, advice = of_step(step)
    followed = _followed(evidence, step.span, "RecursiveInvocation" if step.outcome == "stopped" else "")
    return Entry(
        step.began, outcome(step).word, f"{text} {followed[0]}".rstrip(), advice or followed[1], step.request_id
    )


def _ran(
    invocation: Invocation, delivery: Step | None, requests: Iterable[Step], sent: float, followed: tuple[str, str]
) -> Entry:
    """A run, with what it asked of other services, what the visitor got where that is another thing, and what followed.

    Args:
        followed: a sentence, and what to do.
    """
    word, text = of_invocation(invocation)
    advice = about_throttle(invocation) if turned_away(invocation) else ""
    if delivery is not None and delivery.name in (QUEUE_READ, STREAM_READ):
        ids = delivery.subject.split(", ")
        text += f" In the batch: {', '.join(ids[:_IDS])}{' and more' if len(ids) > _IDS else ''}."
    own = sorted((s for s in requests if invocation.span and s.parent == invocation.span), key=lambda s: s.began)
    if own:
        more = f" and {len(own) - _USED} more" if len(own) > _USED else ""
        text += f" It asked for {_joined([_request(step) for step in own[:_USED]])}{more}."
    if delivery is not None and delivery.outcome != "ok":
        if delivery.outcome == "failed" and invocation.error_type is None:
            word, advice = "failed", delivery.advice
            text += f" But {delivery.reason.rstrip('.')}."
        elif delivery.name in (QUEUE_READ, STREAM_READ):
            word, advice = "returned" if delivery.outcome == "returned" else word, delivery.advice or advice
            text += f" {delivery.reason[:1].upper()}{delivery.reason[1:]}."
        if delivery.status is not None:
            text += f" The visitor got {delivery.status}."
    text = f"{text} {followed[0]}".rstrip()
    return Entry(sent, word, text, advice or followed[1], invocation.request_id)


def _request(step: Step) -> str:
    """One request in words: "s3:GetObject of photos/cat.jpg", and how it went when it did not go well.

    One that went well has a reason where its answer was lost.
    """
    name = step.target.removeprefix("arn:aws:s3:::") if ":s3:::" in step.target else re.split(r"[:/]", step.target)[-1]
    of = f" of {name}" if name and step.target != "*" else ""
    went = step.reason if step.outcome == "ok" else step.outcome
    return f"{step.name}{of}" + (f" ({went})" if went else "")


def _joined(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _sources(name: str, evidence: Evidence) -> list[str]:
    """What is set up to call a function that did not run, and what each of them lacks."""
    if evidence.topology is None or not evidence.deployed:
        return []
    told = []
    own = {node.arn: node for node in evidence.topology.named(name) if node.kind == "function"}
    for arrow in evidence.topology.arrows:
        source = evidence.topology.node(arrow.source)
        if arrow.target not in own or source is None or source.kind == "person":
            continue
        who = f"{source.name}, a function URL" if source.note else f"the {source.kind} {source.name}"
        what = f"{who} ({arrow.label})" if arrow.label else who
        told.append(f"Set up to call it: {what}. " + (_broken(arrow.reason) if arrow.reason else "Nothing bars it."))
    if told:
        return told
    return [
        "Nothing is set up to call it. A trigger takes two things: a rule at the source that names this function, and "
        "a statement in this function's policy that lets the source in. From a queue or a stream Lambda fetches "
        "itself: there it is a mapping, and rights in this function's role. lab.trigger(...) writes all but the rights."
    ]


def _broken(reason: str) -> str:
    return f"It does not get through: {reason.rstrip('.')}."
