"""A function's answer to a batch: which of the messages or changes failed.

On AWS a mapping with ReportBatchItemFailures reads the answer for a list of ids, and its names are part of a contract
that is easily missed. Here it is read in one place, for queues and streams, and for checks of exercises.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """What a function's answer says of its batch (lesson 07).

    Args:
        failed: the ids of the records that failed, in the batch's order.
        reason: why all of them count as failed although the function answered; "" otherwise.
    """

    failed: Sequence[str] = ()
    reason: str = ""


def verdict(answer: bytes, ids: Sequence[str]) -> Verdict:
    """Read a function's answer, for a mapping with ReportBatchItemFailures (lesson 07).

    Follows https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html. Nothing at all, an object that
    says nothing of failures, and an empty list mean that all went well. What cannot be understood means that all
    failed. Unsure: what AWS makes of an answer that is a number or a text; here all failed.

    Args:
        answer: the payload of a call that did not fail.
        ids: message ids of a queue's batch, sequence numbers of a stream's, in order.
    """
    try:
        said = json.loads(answer) if answer.strip() else None
    except ValueError:
        return Verdict(ids, "its answer is not JSON")
    if not said:
        return Verdict()
    if not isinstance(said, dict):
        return Verdict(ids, "its answer is no object with batchItemFailures")
    listed = said.get("batchItemFailures")
    if not listed:
        return Verdict()
    if not isinstance(listed, list):
        return Verdict(ids, "batchItemFailures in its answer is no list")
    named = [one.get("itemIdentifier") if isinstance(one, dict) else None for one in listed]
    for name in named:
        if not isinstance(name, str) or not name:
            return Verdict(ids, "an entry of batchItemFailures has no itemIdentifier that is a text")
        if name not in ids:
            return Verdict(ids, f"batchItemFailures names {name}, which is not in the batch")
    return Verdict([one for one in ids if one in named])
