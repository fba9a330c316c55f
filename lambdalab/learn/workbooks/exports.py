"""The bucket of exercise 08.3: the student's, which a check fills with files of any age, and empties again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

from lambdalab.errors import LabError
from lambdalab.learn.exercises import Message, NotRun
from lambdalab.learn.work import Work

FUNCTION, BUCKET = "ex08_cleanup", "ex08-exports"


def filled(work: Work, ages: Mapping[str, float], tags: Mapping[str, Mapping[str, str]] | None = None) -> None:
    """Put files of these ages, in days, into the bucket, and nothing else.

    Raises:
        NotRun: there is no bucket.
    """
    try:
        work.lab.fill(BUCKET, ages, tags=tags, anew=True)
    except LabError:
        do = "Run the cell that makes the bucket, then check again."
        raise NotRun(Message(f"There is no bucket `{BUCKET}` yet.", "", do)) from None


def made(work: Work, key: str) -> datetime:
    """When a file was put there, to the second."""
    moment: datetime = work.lab.client("s3").head_object(Bucket=BUCKET, Key=key)["LastModified"]
    return moment


def there(work: Work, keys: Collection[str]) -> set[str]:
    """Which of these files are in the bucket; a listing of a thousand would take a second."""
    s3 = work.lab.client("s3")
    found = set()
    for key in keys:
        try:
            s3.head_object(Bucket=BUCKET, Key=key)
        except s3.exceptions.ClientError:
            continue
        found.add(key)
    return found


def iso(moment: datetime) -> str:
    """As an event has it: "2026-11-28T03:00:00Z"."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
