"""Exercise 05.4, the smallest permission: four senders ring at a function that has only the student's statement.

Nobody can make another account's bucket here, so the check speaks in the name of each sender (`Lab.send_as`); the
function's policy is asked as for any event.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from lambdalab.keys import ACCOUNT
from lambdalab.learn.cases import entries
from lambdalab.learn.exercises import Case, Detect, Hit, Raised, Row, Seen, Tried, Unwritten
from lambdalab.learn.words import short
from lambdalab.learn.work import Work, unwritten
from lambdalab.learn.workbooks.own import code, own_function, refusal

BUCKET, FUNCTION = "ex05-letters", "ex05_door"
_OTHER = "ex05-letters-old"
_OWN = "ex05_door_check"
_STRANGER = "111122223333"
S3, SNS = "s3.amazonaws.com", "sns.amazonaws.com"
_SENDERS = {
    "bucket": (f"the bucket {BUCKET}", S3, f"arn:aws:s3:::{BUCKET}", ACCOUNT, "ok"),
    "other": (f"the bucket {_OTHER}", S3, f"arn:aws:s3:::{_OTHER}", ACCOUNT, "denied"),
    "stranger": (f"a bucket {BUCKET} of account {_STRANGER}", S3, f"arn:aws:s3:::{BUCKET}", _STRANGER, "denied"),
    "sns": ("a topic of SNS", SNS, f"arn:aws:sns:us-east-1:{ACCOUNT}:letters", ACCOUNT, "denied"),
}


def cases(rng: random.Random | None) -> Sequence[Case]:
    outcomes: dict[str, Any] = {}  # the statement is added once

    def sender(kind: str) -> Case:
        who, *_, wanted = _SENDERS[kind]

        def run(work: Work) -> Seen:
            if not outcomes:
                outcomes.update(_tried(work))
            if "raised" in outcomes:
                return _refused(outcomes["raised"], first=kind == "bucket")
            said = {"ok": "let in", "denied": "denied"}
            shown = f"{said[outcomes[kind]]}, and should be {said[wanted]}"
            right = outcomes[kind] == wanted
            return Seen(right, said[wanted] if right else shown, outcomes[kind], facts=outcomes)

        return Case(who, "", run, about=kind)

    def stated(name: str, wanted: Any) -> Case:
        def run(work: Work) -> Seen:
            if "raised" in outcomes:
                return _refused(outcomes["raised"])
            value = outcomes["statement"][name]
            return Seen(value == wanted, f"the statement says {short(value)}", value, facts=outcomes)

        return Case(f"the statement's {name}", "", run, about=name)

    def named(work: Work) -> Seen:
        if "raised" in outcomes:
            return _refused(outcomes["raised"])
        value = outcomes["given"].get("FunctionName")
        right = str(value).rpartition(":")[2] == FUNCTION  # an ARN says it too
        return Seen(right, f"FunctionName is {short(value)}", value, facts=outcomes)

    said = [stated("Principal", {"Service": S3}), stated("Action", "lambda:InvokeFunction")]
    return [*(sender(kind) for kind in _SENDERS), Case("whose policy it is", "", named, about="FunctionName"), *said]


def _refused(raised: Raised, *, first: bool = False) -> Seen:
    """No statement was added, so there was nothing to ring at: said once, not once for each sender."""
    rows = (Row(False, "add_permission", f"refused: {raised.kind}"),) if first else ()
    return Seen(False, f"refused: {raised.kind}", raised=raised, rows=rows)


def _tried(work: Work) -> dict[str, Any]:
    """What became of each sender's event, and the statement; or AWS's refusal of the arguments."""
    given = dict(entries(work, "permission"))
    if not set(given) - {"FunctionName"} or any(value is ... for value in given.values()):
        raise Unwritten(unwritten("permission"))
    with own_function(work, _OWN, code("def handler(event, context):\n    return None\n")):
        try:
            work.client.add_permission(**{**given, "FunctionName": _OWN})
        except ClientError as error:
            return {"raised": refusal(error)}
        except (ParamValidationError, TypeError) as error:
            return {"raised": Raised(type(error).__name__, " ".join(str(error).split()), error=error)}
        found = {
            kind: work.lab.send_as(principal, arn, _OWN, account=account).outcome
            for kind, (_, principal, arn, account, _) in _SENDERS.items()
        }
        (statement,) = json.loads(work.client.get_policy(FunctionName=_OWN)["Policy"])["Statement"]
        return {**found, "statement": statement, "given": given}


# -- wrong answers: `given` are the student's arguments ----------------------------------------------------------------


def _facts(tried: Sequence[Tried]) -> Mapping[str, Any]:
    return tried[0].seen.facts


def names_the_objects(tried: Sequence[Tried], work: Work) -> Hit | None:
    facts = _facts(tried)
    slash = facts and str(facts["given"].get("SourceArn", "")).startswith(f"arn:aws:s3:::{BUCKET}/")
    return Hit(tried[0]) if slash and facts["bucket"] == "denied" else None


def not_s3(tried: Sequence[Tried], work: Work) -> Hit | None:
    facts = _facts(tried)
    if not facts or facts["given"].get("Principal") == S3:
        return None
    return Hit(tried[0], {"principal": short(facts["given"].get("Principal"))})


def let_in(kind: str) -> Detect:
    """This sender should have been turned away."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = next(one for one in tried if one.case.about == kind)
        return Hit(one, {"who": one.case.tried}) if _facts(tried) and one.seen.value == "ok" else None

    return detect


def too_much(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = tried[-1]
    return Hit(one, {"action": one.seen.value}) if not one.seen.ok and "*" in str(one.seen.value) else None
