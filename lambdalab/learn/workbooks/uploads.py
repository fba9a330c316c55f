"""What one upload causes: a check makes it, and waits until all of it has ended.

Whether a bucket's rule calls anybody is decided while the upload is answered, so an upload without an effect is known
at once; only runs that have begun are waited for. Used by the exercises of workbook 05.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from lambdalab.learn.exercises import Message, NotRun
from lambdalab.observe.journal import Step
from lambdalab.observe.records import Invocation

SECONDS = 20.0


@dataclass(frozen=True)
class Effect:
    """Deliveries and first attempts that came of one upload, those of a whole chain."""

    deliveries: Sequence[Step]
    runs: Sequence[Invocation]

    def outcome(self, function: str) -> str:
        """What became of the first delivery to a function: "filtered" only if no rule meant it, "" without a rule."""
        found = [step.outcome for step in self.deliveries if step.target.split(":")[6] == function]
        return next((outcome for outcome in found if outcome != "filtered"), found[0] if found else "")

    def count(self, function: str) -> int:
        """How often a function ran for it."""
        return sum(run.function == function for run in self.runs)


def upload(lab: Any, bucket: str, send: Callable[[], object]) -> Effect:
    """Make the upload, and wait until what it caused has ended.

    Args:
        bucket: where the file goes.
        send: makes the upload.

    Raises:
        NotRun: for some seconds nothing went on, and it had not ended; a count cut off by time would be wrong.
    """
    source = f"arn:aws:s3:::{bucket}"
    known = {step.span for step in lab.steps(kind="delivery", source=source)}
    send()
    first = [step for step in lab.steps(kind="delivery", source=source) if step.span not in known]
    if not first:
        return Effect((), ())
    trace, ended, last = first[0].trace, -1, time.monotonic()
    while True:
        runs = [one for one in lab.history(trace=trace) if one.attempt == 1]
        deliveries = lab.steps(kind="delivery", trace=trace)  # after the runs: what they have sent on is among them
        if {s.request_id for s in deliveries if s.outcome == "ok"} <= {one.request_id for one in runs}:
            return Effect(deliveries, [one for one in runs if one.environment])
        if len(runs) > ended:
            ended, last = len(runs), time.monotonic()
        if time.monotonic() > last + SECONDS:
            seen = f"An event has not ended, and for {SECONDS:g} s nothing went on."
            raise NotRun(Message(seen, "", "The machine may be busy: wait a moment, then check again."))
        time.sleep(0.02)


def new(name: str) -> str:
    """A key that no earlier check has used, such as "3f2a9c-cat.jpg"."""
    return f"{secrets.token_hex(3)}-{name}"


def emptied(s3: Any, bucket: str, **create: Any) -> None:
    """Make the bucket, or take everything out of it: rules and objects."""
    try:
        s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    except s3.exceptions.ClientError:
        s3.create_bucket(Bucket=bucket, **create)
        return
    if found := s3.list_objects_v2(Bucket=bucket).get("Contents", []):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": item["Key"]} for item in found]})


def removed(s3: Any, bucket: str) -> None:
    """Delete the bucket with all that is in it."""
    emptied(s3, bucket)
    s3.delete_bucket(Bucket=bucket)
