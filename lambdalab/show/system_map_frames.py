"""The frames of a map: what one event did after another, one frame a step.

On AWS nobody shows an event on its way. Here the journal's steps become frames: a rule that is written, an upload, its
refusal, the permission, the next event, what the function wrote. Steps that say the same as the one before are counted
and not repeated. Left out: how long each took, which a trace shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from urllib.parse import quote_plus

from botocore import xform_name

from lambdalab.observe.journal import Step
from lambdalab.topology import BROKEN, DID, MAY, NOT_REACHED, Arrow, Topology
from lambdalab.topology.model import YOU
from lambdalab.topology.reading import arrived, visits, way

MOST_FRAMES = 12
_RULES = {
    "s3:PutBucketNotificationConfiguration": "rule",
    "events:PutTargets": "rule",
    "lambda:AddPermission": "allow",
    "lambda:RemovePermission": "take away",
}
"""Requests that change what may pass, and what a frame calls them."""
_NOUNS = {"s3": "upload", "dynamodb": "change", "sqs": "message", "sns": "message", "lambda": "call", "http": "request"}
_TROUBLE = {
    "denied": "denied, no log line",
    "replaced": "replaced",
    "missing": "no such function",
    "region": "another region",
    "stopped": "stopped: a loop",
    "filtered": "filtered out",
    "disabled": "rule switched off",
    "throttled": "turned away, 429",
    "failed": "failed",
    "refused": "refused",
}
_HAPPENED = {
    "denied": "the event is sent, the policy says no",
    "missing": "the event is sent, and nobody is there",
    "region": "the event is sent to another region, and is not taken",
    "stopped": "the function has started itself again and again, and is stopped",
    "filtered": "the event does not match the filter",
    "disabled": "the rule is switched off",
    "throttled": "the function has no room for the event",
    "failed": "the function fails",
    "expired": "the event was too old before the function had done its work",
}
_NO_STATEMENT = re.compile(r"no statement of the policy lets (\S+) do .*")


@dataclass(frozen=True)
class Policy:
    """What decided on an arrow, for the line with the lock.

    Args:
        whose: the ARN of the node.
        words: such as "no statement names s3.amazonaws.com".
        broken: whether it refused.
        weighed: whether it was a policy, and not another reason.
    """

    whose: str
    words: str
    broken: bool
    weighed: bool = True

    def told(self, owner: str) -> str:
        """The words with the name of the node whose policy it is, if it is one."""
        if not self.weighed or self.words.startswith("the role "):
            return self.words
        if self.words.startswith("no statement "):
            return f"no statement of {owner}'s policy {self.words.removeprefix('no statement ')}"
        return f"{owner}'s policy: {self.words}"


@dataclass(frozen=True)
class Frame:
    """One step of the map.

    Args:
        name: on the slider, such as "upload".
        sentence: what happens.
        states: of each arrow of the topology.
        current: the arrow that it is about; None for none.
        travels: whether an event is on that arrow.
        label: what passes along it.
        trouble: why it does not arrive, in few words; "" when it does.
        policy: what decided; None where nobody was asked.
    """

    name: str
    sentence: str
    states: Sequence[str]
    current: int | None = None
    travels: bool = False
    label: str = ""
    trouble: str = ""
    policy: Policy | None = None


@dataclass(frozen=True)
class Story:
    """All frames, and what they come to.

    Args:
        frames: at least one; a map without steps has one.
        noun: what the last event was, such as "upload"; "" without an event.
        reached: the nodes it reached, by name, you left out.
        trouble: the last frame of the last event that did not arrive; None when it did.
        before: whether an earlier event was refused where the last one passed.
    """

    frames: Sequence[Frame]
    noun: str = ""
    reached: Sequence[str] = ()
    trouble: Frame | None = None
    before: bool = False


def configured(topology: Topology) -> Frame:
    """The map as it is now, without any event."""
    states = [arrow.state for arrow in topology.arrows]
    broken = [arrow for arrow in topology.arrows if arrow.state == BROKEN]
    decided = [arrow for arrow in broken or topology.arrows if arrow.whose]
    return Frame("now", "as it is configured now", states, policy=_policy(decided[0]) if decided else None)


def tell(topology: Topology, steps: Sequence[Step], last: int | None) -> Story:
    """The story of the last events on this map.

    Args:
        steps: of the journal.
        last: only so many events, with what was changed between them.
    """
    groups = _groups(topology, steps)
    if last is not None:
        events = [index for index, group in enumerate(groups) if group[0].name not in _RULES]
        groups = groups[events[-last] if last <= len(events) else 0 :]
    frames: list[tuple[int, Frame]] = []
    for number, group in enumerate(groups):
        rule = group[0].name in _RULES
        frames += [(number, f) for f in (_rule(topology, group) if rule else _way(topology, group))]
    told = [frame for _, frame in frames][-MOST_FRAMES:]
    if not told:
        return Story([configured(topology)])
    told = [*told[:-1], *_with_the_present(topology, told[-1])]
    return _story(topology, groups, frames, told)


def _groups(topology: Topology, steps: Sequence[Step]) -> list[list[Step]]:
    """The steps event by event, in the order in which they began; of events that went alike one after another, one."""
    steps = sorted(visits(steps), key=lambda step: step.began)
    kept = [s for s in steps if way_of(topology, s) is not None or _changes(topology, s)]
    first = {step.trace: index for index, step in reversed(list(enumerate(kept)))}
    groups = [list(group) for _, group in groupby(sorted(kept, key=lambda s: first[s.trace]), key=lambda s: s.trace)]
    alike = [[(step.name, way_of(topology, step), step.outcome) for step in group] for group in groups]
    return [group for index, group in enumerate(groups) if index + 1 == len(groups) or alike[index] != alike[index + 1]]


def way_of(topology: Topology, step: Step) -> int | None:
    """The arrow that a step went along; None for none."""
    pair = way(topology, step)
    pairs = [(arrow.source, arrow.target) for arrow in topology.arrows]
    return pairs.index(pair) if pair in pairs else None


def _changes(topology: Topology, step: Step) -> list[int]:
    """The arrows that a change of rules is about."""
    node = topology.node(step.source if step.kind == "rule" else step.target)
    if node is None or step.name not in _RULES or step.kind == "delivery":
        return []
    about = [index for index, arrow in enumerate(topology.arrows) if node.arn in (arrow.source, arrow.target)]
    if step.kind == "rule" and (target := topology.node(step.target)):
        return [index for index in about if topology.arrows[index].target == target.arn]
    if _RULES[step.name] == "rule":
        return [index for index in about if topology.arrows[index].source == node.arn]
    return [i for i in about if topology.arrows[i].target == node.arn == topology.arrows[i].whose]


def _rule(topology: Topology, group: Sequence[Step]) -> Iterator[Frame]:
    """A change of rules as one frame; the journal's own step about it, where there is one, says why it was refused."""
    step = next((step for step in group if step.kind == "rule"), group[0])
    about, name = _changes(topology, step), _RULES[step.name]
    refused = step.outcome not in ("ok", "replaced")
    states = [NOT_REACHED] * len(topology.arrows)
    for index in about:
        states[index] = BROKEN if refused or name == "take away" else MAY
    arrow = topology.arrows[about[0]]
    source, target = _name(topology, arrow.source), _name(topology, arrow.target)
    sentence = {
        "rule": f"{source} gets a rule: its events go to {target}",
        "allow": f"{target}'s policy lets {source} in",
        "take away": f"a statement is taken out of {target}'s policy",
    }[name]
    if refused:
        sentence = f"{step.name.partition(':')[2]} is refused, and nothing changes"
    yield Frame(
        "refused" if refused else name, sentence, states, about[0], label=arrow.label if name == "rule" else "",
        trouble="refused" if refused else "",
        policy=Policy(arrow.target, step.reason, True, False) if refused and step.reason else None,
    )  # fmt: skip


def _way(topology: Topology, group: Sequence[Step]) -> Iterator[Frame]:
    """An event's frames: what it has passed is drawn as passed, what it has not reached yet as not reached."""
    failed = [step for step in group if step.outcome != "ok" and arrived(step)]  # first it came, at the end it failed
    came = [replace(step, outcome="ok", reason="") if step in failed else step for step in group]
    found: dict[tuple[int, bool, str], list[Step]] = {}
    for step in [*came, *failed]:
        if (index := way_of(topology, step)) is not None:
            found.setdefault((index, step.outcome == "ok", step.name), []).append(step)
    passes = {index for index, well, _ in found if well}
    passed: set[int] = set()
    for (index, well, _), same in found.items():
        passed |= {index} if well else set()
        states = [DID if i in passed else MAY if i in passes else NOT_REACHED for i in range(len(topology.arrows))]
        if not arrived(same[-1]) and same[-1].outcome not in ("filtered", "disabled"):
            states[index] = BROKEN
        yield _frame(topology, index, same[-1], len(same), states)


def _frame(topology: Topology, index: int, step: Step, times: int, states: Sequence[str]) -> Frame:
    arrow = topology.arrows[index]
    node = topology.node(step.target)
    subject = step.subject or step.target[len(node.arn) + 1 if node else 0 :]
    operation = step.name.partition(":")[2]
    often = f", {times} times" if times > 1 else ""
    broken = step.outcome != "ok"
    if step.kind == "delivery":
        key = quote_plus(subject, safe="/") if step.name.startswith("s3:") else subject
        label, name = ", ".join(filter(None, (operation, "" if operation.endswith(key) else key))), "event"
        happened = _HAPPENED.get(step.outcome, "the event arrives")
        sentence = happened if broken or not arrow.whose else f"allowed, {happened}"
    else:
        label = ", ".join(filter(None, (operation, "" if operation.endswith(subject) else subject)))
        name = _noun(step) if arrow.source == YOU else "invoke" if operation == "Invoke" else "write"
        name = "read" if operation.startswith(("Get", "Query", "Scan", "Head", "Receive")) else name
        call = operation if step.name.startswith("http:") else xform_name(operation)
        calls = f"call{'' if arrow.source == YOU else 's'} {call} on"
        sentence = f"{_name(topology, arrow.source)} {calls} {_name(topology, arrow.target)}"
    trouble = _TROUBLE.get(step.outcome, step.outcome) if broken else ""
    if step.kind == "request" or step.name.startswith("http:"):
        trouble = trouble.removesuffix(", no log line")
    return Frame(
        step.outcome if broken else name, sentence + often, states, index, True, label,
        trouble=trouble, policy=_decided(arrow, step),
    )  # fmt: skip


def _noun(step: Step) -> str:
    service, _, operation = step.name.partition(":")
    return "removal" if operation.startswith("DeleteObject") else _NOUNS.get(service, "event")


def _decided(arrow: Arrow, step: Step) -> Policy | None:
    """What decided when the step was made: what the policy says now is told only where it comes to the same."""
    if step.outcome == "ok":
        return Policy(arrow.whose, arrow.statement, False) if arrow.statement else None
    if step.outcome != "denied":
        return Policy(arrow.target, step.reason, True, False) if step.reason else None
    reason = arrow.reason or _NO_STATEMENT.sub(r"no statement lets \1 in", step.reason)
    return Policy(arrow.whose or arrow.target, reason, True) if reason else None


def _policy(arrow: Arrow) -> Policy:
    return Policy(arrow.whose, arrow.reason or arrow.statement, arrow.state == BROKEN)


def _with_the_present(topology: Topology, frame: Frame) -> Iterator[Frame]:
    """The last frame with what is broken now; a frame more where the event has passed what is broken now."""
    now = [arrow.state == BROKEN for arrow in topology.arrows]
    pairs = list(zip(now, frame.states, strict=True))
    yield replace(frame, states=[BROKEN if broken and state == NOT_REACHED else state for broken, state in pairs])
    if any(broken and state in (DID, MAY) for broken, state in pairs):
        yield configured(topology)


def _story(
    topology: Topology, groups: Sequence[Sequence[Step]], frames: Sequence[tuple[int, Frame]], told: Sequence[Frame]
) -> Story:
    events = [number for number, group in enumerate(groups) if group[0].name not in _RULES]
    if not events:
        return Story(told)
    mine = [frame for number, frame in frames if number == events[-1]]
    earlier = [frame for number, frame in frames if number < events[-1] and number in events]
    came = [frame.current for frame in mine if not frame.trouble and frame.current is not None]
    names = dict.fromkeys(_name(topology, topology.arrows[index].target) for index in came)
    return Story(
        told, _noun(groups[events[-1]][0]), list(names), next((f for f in reversed(mine) if f.trouble), None),
        any(frame.trouble and frame.current in came for frame in earlier),
    )  # fmt: skip


def _name(topology: Topology, arn: str) -> str:
    node = topology.node(arn)
    return node.name if node else arn
