"""moto's time: whatever moto keeps goes by the lab's clock.

On AWS all services share one time. Here queues, topics, buses, tables, buckets, schedules, alarms and logs read the
lab's clock, so that a hidden message is seen again, and a file is a month old, when the clock was turned. Left out: the
dates in Lambda's own answers, and those of signatures, which keep the real time, as boto3 writes it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib import import_module

import moto.core.utils as utils

TOUCHED = {
    "moto.core.utils": ["unix_time", "unix_time_millis", "iso_8601_datetime_with_milliseconds"],
    "moto.cloudwatch.models": ["utcnow"],
    "moto.dynamodb.models.table": ["utcnow", "unix_time_millis"],
    "moto.events.models": ["unix_time", "unix_time_millis"],
    "moto.logs.models": ["utcnow", "unix_time_millis"],
    "moto.s3.models": ["utcnow", "unix_time"],
    "moto.scheduler.models": ["utcnow", "unix_time"],
    "moto.sns.models": ["utcnow", "iso_8601_datetime_with_milliseconds"],
    "moto.sqs.models": ["unix_time", "unix_time_millis"],
    "moto.sts.models": ["utcnow"],
}


def install(now: Callable[[], float]) -> None:
    """Let these modules read the time of day from `now`, in seconds since 1970."""

    def utcnow() -> datetime:
        return datetime.fromtimestamp(now(), UTC).replace(tzinfo=None)

    def unix_time(moment: datetime | None = None) -> float:
        return utils.unix_time(moment or utcnow())

    def unix_time_millis(moment: datetime | None = None) -> float:
        return utils.unix_time_millis(moment or utcnow())

    def iso_8601_datetime_with_milliseconds(moment: datetime | None = None) -> str:
        return utils.iso_8601_datetime_with_milliseconds(moment or utcnow())

    ours = (utcnow, unix_time, unix_time_millis, iso_8601_datetime_with_milliseconds)
    for name, touched in TOUCHED.items():
        if name != "moto.core.utils":
            vars(import_module(name)).update({one.__name__: one for one in ours if one.__name__ in touched})
