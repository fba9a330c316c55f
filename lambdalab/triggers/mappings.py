"""Event source mappings: what Lambda itself reads, batch by batch, and hands to a function.

On AWS a mapping is a setting, and pollers that nobody sees do the work: they read a queue or a stream with the rights
of the function's role, wait for its answer, and then delete or go on. Here the settings are one frozen record, and each
mapping has one poller, which lives on the agenda. This module holds what both kinds share: the settings, the filters,
and which pollers there are. `queues` and `streams` are the pollers.
Follows https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html; lesson 07. Left out: Kinesis,
Kafka, MQ and DocumentDB, provisioned pollers, and a mapping's own metrics.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from lambdalab.patterns import Pattern

REPORTS = "ReportBatchItemFailures"


@dataclass(frozen=True)
class EventSourceMapping:
    """One mapping as it is set now (lesson 07); what does not belong to its kind of source keeps its default.

    Args:
        uuid: AWS's id of it.
        source_arn: of a queue or of a table's stream.
        function_arn: with the version or alias that was named.
        batch_size: records in one call of the function, at most.
        window_seconds: how long a batch that is not full is waited for.
        filters: a record is handed on when it matches one of them, or when there is none.
        reports: whether the function's answer names the records that failed.
        enabled: whether anything is read.
        most_at_once: of a queue, MaximumConcurrency; None leaves it to Lambda.
        starting_position: of a stream, "TRIM_HORIZON" or "LATEST".
        bisects: of a stream, whether a batch that failed is tried again in halves.
        most_retries: of a stream; -1 for no end.
        oldest_seconds: of a stream, the age at which a record is given up; -1 for no limit.
        on_failure_arn: of a stream, where it is told what was given up; "" for nowhere.
    """

    uuid: str
    source_arn: str
    function_arn: str
    batch_size: int
    window_seconds: float = 0.0
    filters: Sequence[Pattern] = ()
    reports: bool = False
    enabled: bool = True
    most_at_once: int | None = None
    starting_position: str = ""
    bisects: bool = False
    most_retries: int = -1
    oldest_seconds: float = -1.0
    on_failure_arn: str = ""

    @property
    def region(self) -> str:
        return self.function_arn.split(":")[3]

    @property
    def function(self) -> str:
        return self.function_arn.split(":")[6]

    @property
    def qualifier(self) -> str | None:
        return next(iter(self.function_arn.split(":")[7:]), None)

    def keeps_back(self, record: Mapping[str, Any]) -> str:
        """Why no filter lets this record through, in a sentence; "" when one does, or when there is none.

        Args:
            record: as the function would get it, with the text of a body or of data read as JSON where it is JSON.
        """
        if not self.filters or any(one.matches(record) for one in self.filters):
            return ""
        reasons = dict.fromkeys(one.misses(record) for one in self.filters)
        return "; and ".join(reasons)


class Poller(Protocol):
    """What reads the source of one mapping. Its methods return at once: all work is done from the agenda."""

    def news(self) -> None:
        """There may be something to read now; may be called from any thread, with the cloud's lock or without."""

    def change(self, mapping: EventSourceMapping) -> None:
        """It is set anew, perhaps switched off; a batch under way ends as it began."""

    def close(self) -> None:
        """Read nothing more; a batch under way ends, and what succeeded is deleted."""


@dataclass
class Pollers:
    """The pollers of all mappings (lesson 07).

    Args:
        makers: how a poller is made, by the service in the source's ARN, such as "sqs".
    """

    makers: Mapping[str, Callable[[EventSourceMapping], Poller]]
    _running: dict[str, tuple[str, Poller]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, mapping: EventSourceMapping) -> None:
        """A mapping was made or changed."""
        with self._lock:
            known = self._running.get(mapping.uuid)
            if known is None:
                poller = self.makers[mapping.source_arn.split(":")[2]](mapping)
                self._running[mapping.uuid] = mapping.source_arn, poller
            else:
                poller = known[1]
                poller.change(mapping)
        poller.news()

    def drop(self, uuid: str) -> None:
        """A mapping was deleted."""
        with self._lock:
            _, poller = self._running.pop(uuid, (None, None))
        if poller:
            poller.close()

    def news(self, source_arn: str) -> None:
        """Something has happened to a queue or a stream; may be called with the cloud's lock."""
        with self._lock:
            told = [poller for arn, poller in self._running.values() if arn == source_arn]
        for poller in told:
            poller.news()

    def close(self) -> None:
        """End them all."""
        with self._lock:
            gone, self._running = list(self._running.values()), {}
        for _, poller in gone:
            poller.close()
