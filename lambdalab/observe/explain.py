"""Why a function ran, or why it did not: the story of its last events.

AWS leaves this to the reader of logs, metrics and policies. Here it is told from what the cloud remembers. First
version: ran, cold or warm, failed and how, refused, waiting for a retry.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from typing import Any

from lambdalab.observe.records import Invocation

SHOWN = 10
_WHY = {
    "busy": ", because every other one was busy",
    "idle": ", because the last one had been idle for too long and was ended",
    "changed": ", because code or settings had changed",
    "ended": ", because the process of the last one had ended",
    "replaced": ", because the last one had been replaced",
}
_THROTTLED = {
    "ReservedFunctionConcurrentInvocationLimitExceeded": "as many calls as it has reserved were running already",
    "ConcurrentInvocationLimitExceeded": "all concurrency of the account that nobody reserved was in use",
    "FunctionInvocationRateLimitExceeded": "there were more than 10 requests a second for each concurrent execution",
    "ReservedFunctionInvocationRateLimitExceeded": (
        "there were more than 10 requests a second for each concurrent execution that it has reserved"
    ),
    "ZeroReservedConcurrency": "its reserved concurrency is 0, so it is switched off, and the event was dropped",
    "EventAgeExceeded": "the event had waited for too long, so it was dropped",
}


@dataclass(frozen=True)
class Story:
    """Sentences about one function, newest event last."""

    function: str
    lines: Sequence[str]

    def __repr__(self) -> str:
        return "\n".join(self.lines)


def explain(
    name: str, invocations: Sequence[Invocation], waiting: Sequence[Mapping[str, Any]], *, deployed: bool
) -> Story:
    """Tell what happened to the last events of a function (lesson 01).

    Args:
        invocations: what the cloud remembers of it, oldest first.
        waiting: asynchronous events that wait for their next attempt.
        deployed: whether the function exists now.
    """
    if not deployed and not invocations:
        return Story(name, [f"{name} does not exist: nothing of that name was deployed. Check the spelling."])
    if not invocations:
        first = "has not run: no event has reached it since it was deployed."
        return Story(name, [f"{name} {first} Deploying stores code; only an event starts a process."])
    skipped = len(invocations) - SHOWN
    lines = [
        f"{name}: {len(invocations)} {'event' if len(invocations) == 1 else 'events'} so far"
        + (f", the last {SHOWN}:" if skipped > 0 else ":")
    ]
    lines += [f"{number}. {_sentence(i)}" for number, i in enumerate(invocations, 1) if number > skipped]
    lines += [_wait(w) for w in waiting if w["function"] == name]
    return Story(name, lines)


def _wait(waiting: Mapping[str, Any]) -> str:
    if waiting["throttles"]:
        times = "once" if waiting["throttles"] == 1 else f"{waiting['throttles']} times"
        again = "and waits for its turn; that does not count as an attempt"
        return f"An event from {waiting['source']} was turned away {times} (429) {again}."
    return f"An event from {waiting['source']} waits for attempt {waiting['attempt']} of 3."


def _sentence(invocation: Invocation) -> str:
    who = {"invoke": "called through the API"}.get(invocation.source, f"sent by {invocation.source}")
    if invocation.error_type == "TooManyRequestsException":
        reason = invocation.error_message or ""
        return f"{who}: turned away (429, {reason}), no code ran: {_THROTTLED.get(reason, reason)}."
    if invocation.environment is None:
        return f"{who}: refused, no code ran. {_closed(invocation.error_message or 'No reason is known')}"
    if invocation.attempt > 1:
        who += f", attempt {invocation.attempt}"
    report = invocation.report
    where = f"environment {invocation.environment}, process {invocation.pid}"
    if report and report.cold:
        why = _WHY.get(invocation.why_started or "", "")
        if report.restore_ms is None:
            how = f"ran cold: {where} was started for it{why}, init {report.init_ms:.0f} ms"
        else:
            how = f"ran cold: {where} was copied from the version's snapshot{why}, restore {report.restore_ms:.0f} ms"
    else:
        how = f"ran warm: {where} was there already"
    if invocation.error_type is None:
        return f"{who}: {how}. It answered."
    return f"{who}: {how}. It failed: {_failure(invocation)}"


def _failure(invocation: Invocation) -> str:
    kind, text = invocation.error_type, invocation.error_message or ""
    if kind == "Sandbox.Timedout":
        return "it was still running when its timeout was over, so its process was killed."
    if kind == "Runtime.ExitError":
        return "its process ended before it answered."
    return f"{kind}: {_closed(text)} {advice(kind, text) or ''}".rstrip()


def advice(kind: str | None, text: str) -> str | None:
    """What to do about an error, where the error itself does not say it: how to add a package that is missing.

    Args:
        kind: AWS's name of the error.
        text: its message.
    """
    if re.search(r"Cannot find (module|package) '(@aws-sdk/|aws-sdk')", text):
        return (
            "On AWS the Node.js runtime brings the AWS SDK along; this machine has none for it. Install it with npm "
            "and put the folder nodejs/node_modules into a layer, or node_modules into the zip."
        )
    if kind != "Runtime.ImportModuleError" or "No module named" not in text:
        return None
    module = text.rpartition("'")[0].rpartition("'")[2].split(".")[0]
    sees = "A function sees the standard library, boto3, its own files and its layers."
    installed = packages_distributions().get(module)
    if not installed:
        return f"{sees} {module} is not installed on this machine either: pip install it, then pack it as a layer."
    name = installed[0].lower()
    return f'{sees} lab.layer("{name}") packs {module} as a layer, and --layer {name} behind %%deploy adds it.'


def _closed(text: str) -> str:
    return text if text.endswith(".") else text + "."
