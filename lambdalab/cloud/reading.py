"""What Lambda reads by itself, put together: mappings, queues and streams, between moto and the pollers.

On AWS pollers are a part of Lambda that nobody sees. Here moto's places hand over what happens to mappings, queues and
tables, the pollers act from the agenda, and they enter moto's stores with the cloud's lock, for a moment
each. Whoever waits for a message of a queue waits here, without the lock.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from lambdalab.cloud import mappings, streams
from lambdalab.cloud.queues import MotoQueues
from lambdalab.observe.tracing import Trace
from lambdalab.service.lambdas import LambdaService
from lambdalab.triggers.batches import DeadLetter
from lambdalab.triggers.mappings import EventSourceMapping, Pollers
from lambdalab.triggers.queues import QueuePoller
from lambdalab.triggers.shards import Part
from lambdalab.triggers.streams import StreamPoller

_LONGEST_SECONDS = 20.0


class Home(Protocol):
    """The cloud, as far as it is needed here."""

    service: LambdaService

    def trace(self) -> Trace: ...


class Reading:
    """moto's hands for mappings and what they read.

    Args:
        lock: the cloud's, a threading.RLock.
        within: takes it, and remembers which request moto answers.
    """

    def __init__(self, home: Home, lock: Any, within: Callable[[Trace | None], AbstractContextManager[None]]) -> None:
        self._home, self._news, self._within = home, threading.Condition(lock), within

    def now(self) -> float:
        return self._home.service.now()

    def trace(self) -> Trace:
        return self._home.trace()

    def close(self) -> None:
        self._pollers.close()
        self._wake()

    def mapping_changed(self, mapping: EventSourceMapping) -> None:
        self._pollers.put(mapping)

    def mapping_deleted(self, uuid: str) -> None:
        self._pollers.drop(uuid)

    def queue_news(self, arn: str) -> None:
        self._news.notify_all()
        self._pollers.news(arn)

    def stream_written(self, stream_arn: str) -> None:
        self._pollers.news(stream_arn)

    def read_stream(self, stream_arn: str, start: int | None, most: int) -> Part:
        """The next changes of a stream, see `streams.read`; raises LookupError when there is no such stream."""
        with self._within(None):
            return streams.read(stream_arn, start, most)

    def processed(self, uuid: str, region: str, result: str) -> None:
        """A batch of a stream was tried; the mapping's configuration says so."""
        with self._within(None):
            mappings.processed(uuid, region, result)

    def dead_lettered(self, letter: DeadLetter) -> None:
        self._home.service.journal.add(letter.step(self.now()))

    def wait(self, until: float) -> None:
        """Let others in until there is news, or until this moment of the lab's clock."""
        end = self._home.service.agenda.at(until, self._wake)
        with self._within(None):
            self._news.wait(_LONGEST_SECONDS)
        end.cancel()

    def _wake(self) -> None:
        with self._news:
            self._news.notify_all()

    @functools.cached_property
    def _pollers(self) -> Pollers:
        home, queues = self._home, MotoQueues(self._within)
        makers: dict[str, Callable[[EventSourceMapping], Any]] = {
            "sqs": lambda mapping: QueuePoller(mapping, queues, home.service),
            "dynamodb": lambda mapping: StreamPoller(mapping, self, home.service),
        }
        return Pollers(makers)
