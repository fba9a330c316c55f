"""Exercise 05.3, the check: build the set-ups anew, let the student's repairs run, and upload the same kind of file.

A repair has to leave the rest as it was: what ran before still runs, and nobody else is let in. The set-ups themselves
are in `silent.py`.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from lambdalab import permissions
from lambdalab.keys import ACCOUNT
from lambdalab.learn.cases import all_filled
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Seen, Stop, Tried
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks.own import refusal
from lambdalab.learn.workbooks.silent import (
    CAUSE_OF,
    CAUSES,
    FAR,
    OTHER,
    WORKED,
    build,
    function,
    policy,
    upload_to,
)


def cases(rng: random.Random | None) -> Sequence[Case]:
    built: list[bool] = []  # once, before the first repair

    def case(number: int) -> Case:
        def run(work: Work) -> Seen:
            said = _causes(work)
            if not built:
                build(work.lab)
                built.append(True)
            return _repaired(work, number, said[number])

        return Case(f"set-up {number}", f'lab.explain("{function(number)}")', run, about=number)

    return [case(number) for number in range(1, 6)]


def _causes(work: Work) -> Mapping[Any, str]:
    """Raises Unwritten while a cause is open, and Stop for one that is not in the list."""
    said = all_filled(work, "cause", [1, 2, 3, 4, 5])
    for number in range(1, 6):
        if said[number] not in CAUSES:
            raise Stop(Message(f"`cause[{number}]` is not one of `CAUSES`.", "Copy one of the five texts exactly."))
    return said


def _repaired(work: Work, number: int, said: str) -> Seen:
    now = time.time() + work.lab.clock.ahead_seconds
    outcome = work.call(f"fix_{number}")
    requests = [step.name for step in work.lab.steps(kind="request", since=now)]
    client = work.lab.client("lambda", region=FAR if number == 2 else "")
    statements = policy(client, function(number))
    facts: dict[str, Any] = {"requests": requests, "allowed": bool(statements), "there": _is_there(client, number)}
    if outcome.raised is not None:
        raised = outcome.raised
        if isinstance(raised.error, ClientError):
            raised = refusal(raised.error)
            facts["refused"] = raised.text
        return Seen(False, f"your fix_{number} raised {raised.kind}", raised=raised, facts=facts)
    effect = upload_to(work.lab, number)
    facts |= {"outcome": effect.outcome(function(number)), "runs": effect.count(function(number))}
    shown = f"after your repair {function(number)} ran {_times(facts['runs'])}"
    if facts["runs"] != 1:
        return Seen(False, shown, facts=facts)
    if number in WORKED:
        key, other = WORKED[number]
        facts["worked"] = upload_to(work.lab, number, key).count(other)
        if facts["worked"] != 1:
            return Seen(False, f"{shown}, but {other} {_times(facts['worked'])} for {key}", facts=facts)
    if _lets_in_others(statements):
        facts["others"] = True
        return Seen(False, f"{shown}, and every other bucket may run it too", facts=facts)
    if said != CAUSE_OF[number]:
        seen = f'Your repair of set-up {number} works, but you say that "{said}".'
        idea = "Which of the five is it that you repaired?"
        message = Message(seen, idea, f'Look at `lab.explain("{function(number)}")`.')
        return Seen(False, f"{shown}; the cause is another one", facts=facts, message=message)
    return Seen(True, shown, facts=facts)


def _is_there(client: Any, number: int) -> bool:
    with suppress(client.exceptions.ResourceNotFoundException):
        return bool(client.get_function_configuration(FunctionName=function(number)))
    return False


def _lets_in_others(statements: Iterable[permissions.Statement]) -> bool:
    """Whether a bucket that has no part in it may run the function; nothing is sent, so `explain` is as it was."""
    return permissions.decide(
        ({**statement, "Resource": "*"} for statement in statements),
        principal="s3.amazonaws.com",
        action="lambda:InvokeFunction",
        resource="*",
        source_arn="arn:aws:s3:::somebodys-bucket",
        source_account=ACCOUNT,
    ).allowed


def _times(count: int) -> str:
    return {0: "not at all", 1: "once"}.get(count, f"{count} times")


# -- wrong answers -----------------------------------------------------------------------------------------------------


def _failed(tried: Iterable[Tried], number: int) -> Tried | None:
    return next((one for one in tried if one.case.about == number and not one.seen.ok), None)


def role_instead(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Rights were added to the role, and S3 is still turned away."""
    one = _failed(tried, 1)
    changed = one and any(name.startswith(("iam:Put", "iam:Attach")) for name in one.seen.facts["requests"])
    return Hit(one) if one and changed and one.seen.facts.get("outcome") == "denied" else None


def permission_instead(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The function at home got another permission, or S3 refused its rule once more."""
    one = _failed(tried, 2)
    if one is None or one.seen.facts.get("runs"):
        return None
    refused = "region is not valid" in one.seen.facts.get("refused", "")
    added = "lambda:AddPermission" in one.seen.facts["requests"] and not one.seen.facts["there"]
    return Hit(one, explains_error=True) if refused or added else None


def far_refused(*, there: bool) -> Detect:
    """The rule names the function where the bucket is, and it is not there yet, or lets nobody in."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = _failed(tried, 2)
        arn = f"[arn:aws:lambda:{FAR}:{ACCOUNT}:function:{function(2)}]"
        if one is None or f"Not authorized to invoke function {arn}" not in one.seen.facts.get("refused", ""):
            return None
        return Hit(one, {"arn": arn}, explains_error=True) if one.seen.facts["there"] == there else None

    return detect


def lets_in_others(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = next((one for one in tried if one.seen.facts.get("others")), None)
    return Hit(one, {"number": one.case.about}) if one else None


def worked_before(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The upload runs the function now, and another one that did before does not any more."""
    one = next((one for one in tried if one.case.about in (3, 4) and one.seen.facts.get("worked", 1) != 1), None)
    return Hit(one, {"number": one.case.about, "key": WORKED[one.case.about][0]}) if one else None


def another_source(tried: Sequence[Tried], work: Work) -> Hit | None:
    """There is a statement now, but it does not let this bucket in."""
    one = _failed(tried, 1)
    return Hit(one) if one and one.seen.facts.get("outcome") == "denied" and one.seen.facts["allowed"] else None


def only_mine(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = _failed(tried, 5)
    return Hit(one, {"other": OTHER}) if one and one.seen.facts.get("worked", 1) != 1 else None


def still_filtered(number: int) -> Detect:
    """The rule of set-up 3 or 4 does not mean the upload yet."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = _failed(tried, number)
        return Hit(one) if one and one.seen.facts.get("outcome") == "filtered" else None

    return detect
