"""The student's photo service as the grading meets it: its names, uploads, what lies where, and waiting for it.

Only the deployed system counts: it is reached through boto3, HTTP and what a `Lab` offers, so this also works from
another process. All photos belong to an owner of the check's own, and `leave` takes away what it brought. Left out:
what each milestone wants, which is in modules of their own.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from botocore.exceptions import ClientError

from lambdalab.browsing import Exchange, send
from lambdalab.errors import LabError
from lambdalab.learn.capstone.aside import aside, puts_back, restore
from lambdalab.learn.capstone.reasons import gives_up
from lambdalab.learn.exercises import Message, NotRun

IN, OUT, PHOTOS, STATS = "photos-in", "photos-out", "photos", "stats"
RESIZE, API, COUNT, CLEANUP = "resize", "api", "count", "cleanup"
FUNCTIONS = (RESIZE, API, COUNT, CLEANUP)
WORK, DEAD = "photo-work", "photo-dead"
OWN = "photos-check"
"""How everything is named that the grading makes for a while."""
_KEPT_MINUTES = 60 * 24 * 60  # no environment ends while the clock is turned, so that nobody waits for cold starts
_KEYS_AT_ONCE, _ROWS_AT_ONCE = 1_000, 25
_MOMENTS = 2.0  # seconds of the lab's clock; a stream is read four times in each
_ROUNDS, _ROUND_SECONDS = 8, 16 * 60.0
_GLANCE_SECONDS, _MOST_ATTEMPTS = 60.0, 5
"""A stream's batch fails as often in a minute of the lab's clock; each time may take a whole timeout for real."""


class System:
    """The system in a lab, and what one grading does with it."""

    def __init__(self, lab: Any) -> None:
        self.lab = lab
        self.owner = f"{OWN}-{secrets.token_hex(3)}"
        self.turned = 0.0
        self.uploads: dict[str, str] = {}
        self.s3, self.dynamodb = lab.client("s3"), lab.client("dynamodb")
        self.sqs, self.functions, self.events = lab.client("sqs"), lab.client("lambda"), lab.client("events")
        restore(self)
        lab.faults.clear()
        self.began = self.now()
        self._changed, kept = ExitStack(), lab.keep_alive()
        self._changed.enter_context(aside(self, kept_alive, [kept.least, kept.most]))
        lab.keep_alive(_KEPT_MINUTES)

    def leave(self) -> None:
        """Take away the check's photos, rows, counts and dead letters; environments are kept as long as before."""
        self.lab.faults.clear()
        self._changed.close()
        for bucket in (IN, OUT):
            self.delete(bucket, self.keys(bucket, f"{OWN}-"))
        self.settle()
        for table, name in ((PHOTOS, "photo_id"), (STATS, "owner")):
            own = [row for row in self.rows(table) if row.get("owner", {}).get("S", "").startswith(f"{OWN}-")]
            for start in range(0, len(own), _ROWS_AT_ONCE):
                part = [{"DeleteRequest": {"Key": {name: row[name]}}} for row in own[start : start + _ROWS_AT_ONCE]]
                self.dynamodb.batch_write_item(RequestItems={table: part})
            self.settle()
        for letter in self.dead_letters():
            if f"{OWN}-" in letter["Body"]:
                self.sqs.delete_message(QueueUrl=self.dead_url(), ReceiptHandle=letter["ReceiptHandle"])

    # -- what has to be there ----------------------------------------------------------------------------------------

    def must_have(
        self, *, buckets: bool = False, tables: tuple[str, ...] = (), functions: tuple[str, ...] = ()
    ) -> None:
        """Stop where something has not been made yet.

        Raises:
            NotRun: the first thing that is missing.
        """
        for bucket in (IN, OUT) if buckets else ():
            self._is_there(lambda bucket=bucket: self.s3.head_bucket(Bucket=bucket), f"bucket `{bucket}`")
        for table in tables:
            self._is_there(lambda table=table: self.dynamodb.describe_table(TableName=table), f"table `{table}`")
        for name in functions:
            self._is_there(lambda name=name: self.settings(name), f"function `{name}`")

    def _is_there(self, ask: Any, what: str) -> None:
        try:
            ask()
        except ClientError:
            raise NotRun(Message(f"There is no {what} yet.", "", "Make it, then grade again.")) from None

    def settings(self, function: str) -> Mapping[str, Any]:
        """What Lambda knows of a function."""
        found: Mapping[str, Any] = self.functions.get_function_configuration(FunctionName=function)
        return found

    def deployed(self) -> list[str]:
        """All functions but the check's own."""
        pages = self.functions.get_paginator("list_functions").paginate()
        names = [one["FunctionName"] for page in pages for one in page["Functions"]]
        return [name for name in names if not name.startswith(OWN)]

    # -- photos ------------------------------------------------------------------------------------------------------

    def key(self, name: str, owner: str = "") -> str:
        """The key of an upload of the check's own."""
        return f"{self.owner}{owner}/{name}"

    def put(self, key: str, body: bytes) -> None:
        """Upload, without waiting."""
        answer = self.s3.put_object(Bucket=IN, Key=key, Body=body)
        self.uploads[key] = answer["ResponseMetadata"]["HTTPHeaders"].get("x-amzn-requestid", "")

    def upload(self, key: str, body: bytes) -> None:
        """Upload, and wait until nothing goes on any more."""
        self.put(key, body)
        self.settle()

    def body(self, key: str, bucket: str = OUT) -> bytes | None:
        """What lies under the key; None for nothing."""
        try:
            body: bytes = self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        except ClientError:
            return None
        return body

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        """The keys of a bucket that begin so."""
        try:
            pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            return [item["Key"] for page in pages for item in page.get("Contents", ())]
        except ClientError:
            return []

    def delete(self, bucket: str, keys: Sequence[str]) -> None:
        """Delete objects, a thousand with each request."""
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            part = [{"Key": key} for key in keys[start : start + _KEYS_AT_ONCE]]
            self.s3.delete_objects(Bucket=bucket, Delete={"Objects": part, "Quiet": True})

    def row(self, key: str) -> dict[str, dict[str, Any]] | None:
        """The row of a photo as DynamoDB tells it, such as {"width": {"N": "600"}}."""
        answer = self.dynamodb.get_item(TableName=PHOTOS, Key={"photo_id": {"S": photo_id(key)}}, ConsistentRead=True)
        found: dict[str, dict[str, Any]] | None = answer.get("Item")
        return found

    def rows(self, table: str) -> list[dict[str, Any]]:
        """All rows of a table; none where there is no such table."""
        try:
            pages = self.dynamodb.get_paginator("scan").paginate(TableName=table)
            return [row for page in pages for row in page["Items"]]
        except ClientError:
            return []

    def counted(self, owner: str = "") -> Any:
        """How many photos `stats` says that the owner has: a number, 0 without a row, or what else stands there."""
        key = {"owner": {"S": f"{self.owner}{owner}"}}
        row = self.dynamodb.get_item(TableName=STATS, Key=key, ConsistentRead=True).get("Item")
        if row is None:
            return 0
        number = row.get("photos", {}).get("N")
        return int(number) if number is not None and number.lstrip("-").isdigit() else row.get("photos", "no `photos`")

    def dead_url(self) -> str:
        """The address of `photo-dead`; "" where there is no such queue."""
        try:
            return str(self.sqs.get_queue_url(QueueName=DEAD)["QueueUrl"])
        except ClientError:
            return ""

    def dead_letters(self) -> list[dict[str, Any]]:
        """The messages in `photo-dead`; all stay there, and can be received by others at once."""
        url = self.dead_url()
        found: dict[str, dict[str, Any]] = {}
        while url:
            got = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=600)
            if not got.get("Messages"):
                break
            found |= {one["MessageId"]: one for one in got["Messages"]}
        for one in found.values():
            self.sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=one["ReceiptHandle"], VisibilityTimeout=0)
        return list(found.values())

    # -- the web -----------------------------------------------------------------------------------------------------

    def address(self) -> str:
        """The function URL of `api`, without a slash at the end.

        Raises:
            NotRun: it has none.
        """
        self.must_have(functions=(API,))
        try:
            return str(self.lab.url(API)).rstrip("/")
        except LabError:
            do = 'Give it one, such as with `lab.trigger("url", "api")`, then grade again.'
            raise NotRun(Message("`api` has no function URL yet.", "", do)) from None

    def ask(self, method: str, path: str, base: str = "") -> Exchange:
        """One request to `api`, with the path as it travels."""
        return send(method, (base or self.address()) + path, {"Accept": "application/json"})

    def listed(self, owner: str = "", base: str = "") -> Any:
        """What `GET /photos?owner=` lists; None when the answer is no such list."""
        answer = self.ask("GET", f"/photos?owner={quote(self.owner + owner)}", base)
        found = said(answer)
        return found.get("photos") if answer.status == 200 and isinstance(found, dict) else None

    # -- time --------------------------------------------------------------------------------------------------------

    def now(self) -> datetime:
        """The lab's clock."""
        return datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.lab.clock.ahead_seconds, UTC)

    def settle(self) -> None:
        """Wait until nothing runs and nothing is due in the next moments, in which a stream is read again too."""
        self.turn(_MOMENTS)

    def turn(self, seconds: float) -> None:
        """Turn the lab's clock; what falls due on the way is done.

        Raises:
            NotRun: a function fails again and again at the same changes of a table.
        """
        self.turned += seconds
        if seconds > _GLANCE_SECONDS and self._blocked():
            self.lab.clock.advance(seconds=_GLANCE_SECONDS)
            for waiting in self._blocked():
                if waiting["attempt"] > _MOST_ATTEMPTS:
                    raise NotRun(gives_up(waiting))
            seconds -= _GLANCE_SECONDS
        self.lab.clock.advance(seconds=seconds)

    def _blocked(self) -> list[dict[str, Any]]:
        return [waiting for waiting in self.lab.waiting() if "blocked" in waiting]

    def calm(self) -> None:
        """Wait, with the clock, until nothing is to be tried again."""
        self.settle()
        for _ in range(_ROUNDS):
            if not self.lab.waiting() and not any(self.lab.queue(name).left for name in self.queues_read()):
                return
            self.turn(_ROUND_SECONDS)

    def queues_read(self) -> list[str]:
        """The queues that functions of the system read."""
        arns = {one["EventSourceArn"] for one in self._reading()}
        return sorted(arn.rpartition(":")[2] for arn in arns if not arn.rpartition(":")[2].startswith(OWN))

    def batched(self) -> set[str]:
        """The functions that read a queue."""
        return {one["FunctionArn"].split(":")[6] for one in self._reading()}

    def _reading(self) -> list[dict[str, Any]]:
        found = self.functions.list_event_source_mappings()["EventSourceMappings"]
        return [one for one in found if ":sqs:" in one["EventSourceArn"]]

    # -- what functions asked for ------------------------------------------------------------------------------------

    def requests(self) -> dict[str, dict[str, int]]:
        """How often each function asked for each operation so far."""
        return {name: dict(self.lab.counts(name).requests) for name in self.deployed()}


@puts_back
def kept_alive(system: System, minutes: Sequence[float]) -> None:
    """Environments are kept as long as before."""
    system.lab.keep_alive(least=minutes[0], most=minutes[1])


def photo_id(key: str) -> str:
    """The first 16 hex digits of the key's SHA-256."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def said(answer: Exchange) -> Any:
    """The body read as JSON; None when it is none."""
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def more(before: Mapping[str, Mapping[str, int]], after: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """What was asked for between two looks at `System.requests`."""
    return {
        name: {what: n - before.get(name, {}).get(what, 0) for what, n in asked.items()}
        for name, asked in after.items()
    }
