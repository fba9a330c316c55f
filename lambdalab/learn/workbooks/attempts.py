"""Exercise 07.5, again, and again: asynchronous calls of a function of the check's own, by the lab's clock.

One fails once and then works, one always fails, and one always fails and may be tried again only once. What was seen
does not depend on the student's answer, so it runs once in a lab.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from lambdalab.lab import Lab
from lambdalab.learn.cases import all_filled, second_comes_next
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Row, Seen, Stop, Tried, Unwritten
from lambdalab.learn.words import short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks.own import code, own_function
from lambdalab.learn.workbooks.own_queue import removed

RECOVERS, ALWAYS, AGAIN = "recovers", "always", "one_retry"
NAMES = (RECOVERS, ALWAYS)
ATTEMPTS, SECONDS, IDS, CALLER, DESTINATION = "attempts", "seconds", "request ids", "the caller gets", "destination"
KEYS = (ATTEMPTS, SECONDS, IDS, CALLER, DESTINATION)
WORDS: Mapping[str, Sequence[str]] = {
    IDS: ("same", "different"),
    CALLER: ("202", "the error"),
    DESTINATION: ("nothing", "one success", "one failure", "one for each attempt"),
}
_OWN, _QUEUE = "ex07_attempts_check", "ex07-attempts-check"
_SOURCE = """
tried = {}

def handler(event, context):
    tried[context.aws_request_id] = tried.get(context.aws_request_id, 0) + 1
    if tried[context.aws_request_id] <= event["failures"]:
        raise RuntimeError("not yet")
"""
_EACH_TIME = 99
_seen: WeakKeyDictionary[Lab, dict[str, dict[str, Any]]] = WeakKeyDictionary()


def cases(rng: random.Random | None) -> Sequence[Case]:
    return [
        Case("two calls", "", _first, about="first"),
        Case("one retry", "", _second_prediction, about=AGAIN),
    ]


def _first(work: Work) -> Seen:
    open_ones = []
    for name in NAMES:
        try:
            all_filled(work, name, KEYS)
        except Unwritten as still:
            open_ones.append(still)
    if open_ones:
        raise open_ones[0]
    told = [_compared(work, name) for name in NAMES]
    facts = {name: seen.facts for name, seen in zip(NAMES, told, strict=True)}
    return Seen(True, "run", facts=facts, rows=tuple(row for seen in told for row in seen.rows or ()))


def _second_prediction(work: Work) -> Seen:
    if pending := second_comes_next(work, "Both calls have run.", "Now with `MaximumRetryAttempts` 1:", AGAIN):
        return pending
    seen = _compared(work, AGAIN)
    said, counted = seen.facts["said"], seen.facts["seen"]
    wrong = next((key for key in KEYS if said[key] != counted[key]), None)
    if wrong is None:
        return seen
    text = Message(f'"{wrong}": you said {short(said[wrong])}, and it was otherwise.', work.exercise.idea)
    return Seen(False, "run", facts=seen.facts, rows=seen.rows, message=text)


def _compared(work: Work, name: str) -> Seen:
    said = dict(all_filled(work, name, KEYS))
    for key in KEYS:
        _must_fit(name, key, said)
    seen = _observed(work)[name]
    rows = tuple(
        Row(said[key] == seen[key], f"{name}, {key}: you said {said[key]}", _shown(name, said[key], seen[key]))
        for key in KEYS
    )
    return Seen(True, "run", facts={"said": said, "seen": seen}, rows=rows)


def _shown(name: str, said: object, seen: object) -> str:
    """What was seen; the second part does not give it away, only that something else was said."""
    return str(seen) if name != AGAIN or said == seen else f"not {said}"


def _must_fit(name: str, key: str, said: dict[str, Any]) -> None:
    """Raises Stop when an entry has another form than the cell asks for."""
    value = said[key]
    if key == CALLER and value == 202:
        said[key] = value = "202"
    if key in WORDS:
        fits = value in WORDS[key]
        wanted = "one of " + ", ".join(f'"{word}"' for word in WORDS[key])
    elif key == SECONDS:
        fits = isinstance(value, list | tuple) and all(type(one) in (int, float) for one in value)
        said[key] = list(value) if fits else value
        wanted = "a list of numbers, such as `[0, 10]`"
    else:
        fits, wanted = type(value) is int, "a whole number"
    if not fits:
        raise Stop(Message(f'`{name}["{key}"]` is {short(value)}.', f"It must be {wanted}."))


# -- the runs ----------------------------------------------------------------------------------------------------------


def _observed(work: Work) -> dict[str, dict[str, Any]]:
    """What became of each call, one after the other, by its name."""
    if work.lab not in _seen:
        sqs = work.lab.client("sqs")
        removed(work, [_QUEUE])
        try:
            with own_function(work, _OWN, code(_SOURCE), Timeout=10):
                sqs.create_queue(QueueName=_QUEUE)
                place = {"Destination": work.lab.queue(_QUEUE).arn}
                settings = {"FunctionName": _OWN, "DestinationConfig": {"OnSuccess": place, "OnFailure": place}}
                work.client.put_function_event_invoke_config(**settings)
                found = {RECOVERS: _called(work, 1), ALWAYS: _called(work, _EACH_TIME)}
                work.client.put_function_event_invoke_config(**settings, MaximumRetryAttempts=1)
                _seen[work.lab] = {**found, AGAIN: _called(work, _EACH_TIME)}
        finally:
            removed(work, [_QUEUE])
    return _seen[work.lab]


def _called(work: Work, failures: int) -> dict[str, Any]:
    """One call, and what was seen of it a quarter of an hour later."""
    known = {run.request_id for run in work.lab.history(_OWN)}
    called = work.lab.function(_OWN).invoke_async({"failures": failures})
    work.lab.clock.advance(minutes=15)
    runs = [run for run in work.lab.history(_OWN) if run.request_id not in known]
    began = [run.began or 0.0 for run in runs]
    return {
        ATTEMPTS: len(runs),
        SECONDS: [60 * round((moment - began[0]) / 60) for moment in began],  # Lambda waits for whole minutes
        IDS: "same" if {run.request_id for run in runs} == {called.request_id} else "different",
        CALLER: str(called.status_code),
        DESTINATION: _told(work, len(runs)),
    }


def _told(work: Work, attempts: int) -> str:
    """What lies in the queue since the last look, in the words of the exercise."""
    url = work.lab.queue(_QUEUE).url
    asked = work.lab.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)
    work.lab.client("sqs").purge_queue(QueueUrl=url)
    told = [json.loads(one["Body"])["requestContext"]["condition"] for one in asked.get("Messages", [])]
    if len(told) > 1:
        return "one for each attempt" if len(told) == attempts else f"{len(told)} records"
    return {"Success": "one success"}.get(told[0], "one failure") if told else "nothing"


# -- wrong ideas -------------------------------------------------------------------------------------------------------


def said_of(
    key: str,
    when: Callable[[Mapping[str, Any], Mapping[str, Any]], bool] | None = None,
    calls: Sequence[str] = NAMES,
) -> Detect:
    """Something else was said of one of these calls than was seen.

    Args:
        when: whether this is the place to speak of it, by all that was said and seen of the call.
    """

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = next(one for one in tried if one.case.about == "first")
        for name in calls:
            said, seen = one.seen.facts[name]["said"], one.seen.facts[name]["seen"]
            if said[key] != seen[key] and (when is None or when(said, seen)):
                return Hit(one, {"said": short(said[key]), "seen": seen[key], "call": name})
        return None

    return detect


def same_number(said: Mapping[str, Any], seen: Mapping[str, Any]) -> bool:
    """Whether only the times differ, and not the number of attempts."""
    return bool(said[ATTEMPTS] == seen[ATTEMPTS])
