"""Why something is not as asked, as far as the lab knows it: what a function raised, what never ran, what was refused.

A message of the grading must fit what happened, so it is only said of this grading's uploads. Left out: the whole
story, which `lab.explain` tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lambdalab.learn.capstone.looks import Look, because, raised
from lambdalab.learn.exercises import Message

if TYPE_CHECKING:
    from lambdalab.learn.capstone.system import System


def missed(system: System, function: str, key: str) -> str:
    """What became of the last upload of a key in a function: what it raised, or that it did not run; else ""."""
    for step in system.lab.steps(answer_id=system.uploads.get(key) or "none"):
        runs = [run for run in system.lab.history(function) if run.time >= step.began]
        if not runs:
            return f'`{function}` did not run: `lab.explain("{function}")` tells why'
        return next((_told(run) for run in reversed(runs) if run.error_type and run.trace == step.trace), "")
    return ""


def error(system: System, function: str, since: datetime) -> str:
    """What a function raised last since a moment, "`count` raised …"; "" for nothing."""
    runs = system.lab.history(function)
    return next((_told(run) for run in reversed(runs) if run.error_type and run.time >= since.timestamp()), "")


def _told(run: Any) -> str:
    return f"`{run.function}` {raised(run.error_type, run.error_message)}"


def gives_up(waiting: Mapping[str, Any]) -> Message:
    """What to say of a stream's batch that fails again and again, as `Lab.waiting` lists it."""
    name, failed = waiting["function"], waiting["attempt"] - 1
    seen = f"`{name}` failed {failed} times at the same changes of a table; the check waits no longer."
    idea = "A stream gives a batch again until it is done, and all later changes wait."
    return Message(seen, idea, f'Look at `lab.explain("{name}", last=1)`.').within_limit()


def unread(system: System, look: Look, function: str) -> Look:
    """The look with other words where what a function answers about its batch is not read."""
    mappings = system.functions.list_event_source_mappings(FunctionName=function)["EventSourceMappings"]
    sources = [
        one["EventSourceArn"].rpartition(":")[2]
        for one in mappings
        if ":sqs:" in one["EventSourceArn"] and "ReportBatchItemFailures" not in one.get("FunctionResponseTypes", ())
    ]
    if not sources:
        return look
    words = f"{look.tried[:1].upper()}{look.tried[1:]}: {look.seen}. The mapping of `{sources[0]}` has no"
    idea = "Without it nobody reads `batchItemFailures`: the whole batch counts as done."
    return because(look, "not-reported", f"{words} `FunctionResponseTypes`.", idea)


def not_sent(system: System, queue: str) -> str:
    """Which function's role may not send to a queue, as a failure destination asks for it; "" for none."""
    steps = system.lab.steps(kind="delivery", since=system.began.timestamp())
    denied = [step for step in steps if step.outcome == "denied" and step.target.endswith(f":{queue}")]
    return denied[-1].source.rpartition(":")[2] if denied else ""
