"""What happened to one event, in a sentence: delivered, run, filtered out, denied, lost, stopped, or still waiting.

AWS writes most of these nowhere: an event that a rule does not mean, or that a policy turns away, leaves no line where
its owner looks. Here each outcome has one entry in a table: a word, a sentence, and what to do. A new outcome is one
more entry. Left out: what the function did with the event.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from typing import Any

from lambdalab import permissions
from lambdalab.keys import ACCOUNT
from lambdalab.observe.journal import Step
from lambdalab.observe.records import Invocation

_WHY = {
    "busy": ", because every other one was busy",
    "idle": ", because the last one had been idle for too long and was ended",
    "changed": ", because code or settings had changed",
    "ended": ", because the process of the last one had ended",
    "replaced": ", because the last one had been replaced",
}


@dataclass(frozen=True)
class Telling:
    """How one outcome is told.

    Args:
        word: for a table.
        sentence: may hold {reason}, {source} and {time}.
        advice: what to do, where the step itself does not say it.
    """

    word: str
    sentence: str
    advice: str = ""


_DELIVERIES = {
    "ok": Telling("delivered", "delivered; it has not ended yet."),
    "filtered": Telling(
        "filtered out",
        "filtered out, no code ran: {reason}.",
        "If it is meant to run for this too, write the rules again, with one that names it.",
    ),
    "disabled": Telling("switched off", "not sent, no code ran: {reason}."),
    "denied": Telling(
        "denied",
        "denied, no code ran and no line was logged: {reason}.",
        "Allow it in the function's own policy, with add_permission. The function's role has no part in this.",
    ),
    "missing": Telling(
        "lost",
        "lost, no code ran: {reason}.",
        "Deploy a function of this name, or let the source name one that exists.",
    ),
    "stopped": Telling(
        "stopped",
        "stopped, no code ran: this function had run 16 times in one chain of events, so it starts itself.",
        "Write results where no rule sends them back: into another bucket, or under a prefix that the rule leaves out.",
    ),
    "throttled": Telling("turned away", "turned away (429), no code ran: {reason}.", "Send it again later."),
    "failed": Telling("failed", "not delivered: {reason}."),
    "returned": Telling("returned", "returned: {reason}."),
    "expired": Telling("expired", "expired: {reason}."),
    "dead-lettered": Telling(
        "dead letter",
        "moved to the dead-letter queue: {reason}.",
        "Find out why: the function failed on it, or was never free for it. Then receive it there, send it to the "
        "queue again, and delete it.",
    ),
}
_REQUESTS = {
    "denied": Telling(
        "denied",
        "denied, no code ran: nothing allows the caller to run this function.",
        "Allow lambda:InvokeFunction in a policy of the caller's role.",
    ),
    "missing": Telling("lost", "lost, no code ran: there was no function, version or alias of this name."),
    "stopped": _DELIVERIES["stopped"],
}
_RULES = {
    "replaced": Telling(
        "rule gone",
        "at {time} {reason}. It gets no events from {source} any more.",
    ),
    "refused": Telling(
        "rule refused",
        "at {time} a rule of {source} that names it was refused, so nothing was changed: {reason}.",
    ),
    "expression": Telling(
        "schedule refused",
        "at {time} {source} was refused, so nothing was changed: {reason}.",
    ),
    "region": Telling(
        "rule refused",
        "at {time} a rule of {source} that names it was refused, so nothing was changed: {reason}.",
        "Source and function must lie in one region: deploy the function where {source} is, or use another source.",
    ),
}
_SLOWER = "Send them more slowly, or give more calls at once room, for this rate grows with them."
_THROTTLED = {
    "ReservedFunctionConcurrentInvocationLimitExceeded": Telling(
        "turned away",
        "as many calls as it has reserved were running already",
        "Reserve more with put_function_concurrency, or take it off with delete_function_concurrency.",
    ),
    "ConcurrentInvocationLimitExceeded": Telling(
        "turned away",
        "all concurrency of the account that nobody reserved was in use",
        "Send it again when other calls have ended. On AWS the limit is raised on request, in Service Quotas.",
    ),
    "FunctionInvocationRateLimitExceeded": Telling(
        "turned away", "there were more than 10 requests a second for each concurrent execution", _SLOWER
    ),
    "ReservedFunctionInvocationRateLimitExceeded": Telling(
        "turned away",
        "there were more than 10 requests a second for each concurrent execution that it has reserved",
        _SLOWER,
    ),
    "ZeroReservedConcurrency": Telling(
        "turned away",
        "its reserved concurrency is 0, so it is switched off, and the event was dropped",
        "Switch it on with delete_function_concurrency, then send the event again.",
    ),
    "EventAgeExceeded": Telling(
        "turned away",
        "the event had waited for too long, so it was dropped",
        "Make room for it sooner, or let it wait longer: put_function_event_invoke_config, MaximumEventAgeInSeconds.",
    ),
}
_TOLD = {"delivery": _DELIVERIES, "request": _REQUESTS, "rule": _RULES}
_RULE_ADVICE = (
    (r"replaced all rules", "Read the rules with get_bucket_notification_configuration, add this one, write them all."),
    (r"was deleted", "Create the bucket and its rules again."),
    (r"overlapping", "Give the rules prefixes or suffixes of which no key can have both, or different events."),
)
"""What to do about a rule, by what S3 said of it."""


def outcome(step: Step) -> Telling:
    """How the outcome of a delivery or of a changed rule is told; one that is not in the tables is told as it is."""
    return _TOLD[step.kind].get(step.outcome, Telling(step.outcome, f"{step.outcome}: {{reason}}."))


def of_step(step: Step) -> tuple[str, str]:
    """The sentence about a delivery or a changed rule, and what to do; both may be quoted alone (lesson 05)."""
    telling, source = outcome(step), source_name(step.source)
    reason = (step.reason or "no reason is known").rstrip(".")
    told = {"reason": reason, "source": source, "time": clock_time(step.ended)}
    sentence = telling.sentence.format(**told)
    if step.kind == "rule":
        return sentence[0].upper() + sentence[1:], step.advice or _about_rule(step) or telling.advice.format(**told)
    visitor = f" The visitor got {step.status}." if step.kind == "delivery" and step.status else ""
    return f"{sender(step)}: {sentence}{visitor}", step.advice or telling.advice


def _about_rule(step: Step) -> str:
    """What to do about a rule that is gone or was refused."""
    if step.reason.startswith("Not authorized to invoke function"):
        service = step.source.split(":")[2]
        action = "lambda:InvokeFunction"
        return permissions.add_permission_call(f"{service}.amazonaws.com", action, step.target, step.source, ACCOUNT)
    return next((advice for pattern, advice in _RULE_ADVICE if re.search(pattern, step.reason)), "")


def source_name(arn: str) -> str:
    """A source as one says it, such as "bucket photos"; an address or an ARN of another kind as it is."""
    parts = arn.split(":")
    kinds = {"s3": "bucket", "sqs": "queue", "sns": "topic", "scheduler": "schedule", "cloudwatch": "alarm"}
    if parts[2:3] == ["dynamodb"]:
        return f"the table {_table(arn)}"
    if ":rule/" in arn:
        return f"the rule {arn.rpartition('/')[2]}"
    known = parts[0] == "arn" and parts[2] in kinds
    return f"the {kinds[parts[2]]} {parts[-1].rpartition('/')[2]}" if known else arn


def _table(arn: str) -> str:
    """The name of a table or of the one that a stream belongs to."""
    return arn.split("/")[1]


def sender(step: Step) -> str:
    """Who sent an event, as the history of invocations names it, such as "sent by s3:photos/cat.jpg"."""
    if step.kind == "request":
        return f"called by {step.source.rpartition('/')[2]}"
    if step.name.startswith("http:"):
        return f"asked by {step.name.removeprefix('http:')}"
    service, name = step.source.split(":")[2], re.split(r"[:/]", step.source)[-1]
    name = _table(step.source) if service == "dynamodb" else name
    return _came_from(f"{service}:{name}/{step.subject}" if service == "s3" else f"{service}:{name}")


def _came_from(source: str) -> str:
    """A queue and a stream send nothing: Lambda reads them."""
    read = source.startswith(("sqs:", "dynamodb:"))
    return f"read from {source}" if read else f"sent by {source}"


def clock_time(moment: float) -> str:
    """Hour and minute on the lab's clock: "12:03"."""
    return time.strftime("%H:%M", time.localtime(moment))


def in_time(seconds: float) -> str:
    """How long until something happens: "in 48 s", "in 3 min", "now"."""
    whole = round(seconds)
    if whole <= 0:
        return "now"
    return f"in {whole} s" if whole < 120 else f"in {round(whole / 60)} min"


def of_waiting(waiting: Mapping[str, Any], now: float) -> str:
    """An asynchronous event or a shard's batch that waits for its next attempt, as the cloud lists it.

    Args:
        now: seconds since 1970 on the lab's clock.
    """
    seconds = float(waiting.get("due", now)) - now
    due, who = in_time(seconds), {"invoke": "sent with invoke"}.get(waiting["source"], f"from {waiting['source']}")
    sooner = f" lab.clock.advance(seconds={round(seconds)}) turns the clock so far." if round(seconds) > 0 else ""
    if "blocked" in waiting:
        since, number = in_time(now - waiting["blocked"]).removeprefix("in "), waiting["attempt"]
        held = f"The shard of {waiting['source']} is blocked by {waiting['batch']}, for {since}"
        return f"{held}. The next attempt, number {number}, comes {due} on the lab's clock.{sooner}"
    if waiting["throttles"]:
        times = "once" if waiting["throttles"] == 1 else f"{waiting['throttles']} times"
        again = f"and waits for its turn, {due}; that does not count as an attempt"
        return f"An event {who} was turned away {times} (429) {again}.{sooner}"
    number = f"{waiting['attempt']} of {waiting['most']}"
    return f"An event {who} waits for attempt {number}, {due} on the lab's clock.{sooner}"


def turned_away(invocation: Invocation) -> bool:
    """Whether no environment could be had for it (429)."""
    return invocation.error_type == "TooManyRequestsException"


def about_throttle(invocation: Invocation) -> str:
    """What to do about a call that was turned away."""
    known = _THROTTLED.get(invocation.error_message or "")
    return known.advice if known else _DELIVERIES["throttled"].advice


def of_invocation(invocation: Invocation) -> tuple[str, str]:
    """The word and the sentence about one attempt to run the function."""
    who = {"invoke": "called through the API"}.get(invocation.source, _came_from(invocation.source))
    if turned_away(invocation):
        reason = invocation.error_message or ""
        why = _THROTTLED[reason].sentence if reason in _THROTTLED else reason
        return "turned away", f"{who}: turned away (429, {reason}), no code ran: {why}."
    if invocation.attempt > 1:
        who += f", attempt {invocation.attempt}"
    report = invocation.report
    where = f"environment {invocation.environment}, process {invocation.pid}"
    word = "ran warm"
    if report and report.cold:
        word, why = "ran cold", _WHY.get(invocation.why_started or "", "")
        if report.restore_ms is None:
            how = f"ran cold: {where} was started for it{why}, init {report.init_ms:.0f} ms"
        else:
            how = f"ran cold: {where} was copied from the version's snapshot{why}, restore {report.restore_ms:.0f} ms"
    else:
        how = f"ran warm: {where} was there already"
    if invocation.error_type is None:
        return word, f"{who}: {how}. It answered."
    return "failed", f"{who}: {how}. It failed: {_failure(invocation)}"


def _failure(invocation: Invocation) -> str:
    kind, text = invocation.error_type, invocation.error_message or ""
    if kind == "Sandbox.Timedout":
        return "it was still running when its timeout was over, so its process was killed."
    if kind == "Runtime.ExitError":
        return "its process ended before it answered."
    return f"{kind}: {text if text.endswith('.') else text + '.'} {advice(kind, text) or ''}".rstrip()


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
