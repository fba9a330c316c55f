"""The recorder: every boto3 call that the console panel makes, kept in order, with its reason.

AWS's console is a web page over the same API, and CloudTrail shows later what it called. Here each button shows it at
once. A call is kept with exactly the arguments that were sent, so that a student can send it again. Left out: what
came back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

Purpose = Literal["asked", "silent", "look"]
MOST_LOOKS = 50


@dataclass(frozen=True)
class Call:
    """One boto3 call (lesson 04).

    Args:
        service: boto3's name of it, such as "lambda".
        method: the client's method, such as "add_permission".
        arguments: by name, as they were given.
        purpose: "asked" for what the button says, "silent" for what the console adds unasked, "look" for what only
            fills the panel.
        paged: whether a paginator made it.
        error: AWS's error type, or "" when the call was answered.
    """

    service: str
    method: str
    arguments: Mapping[str, Any]
    purpose: Purpose
    paged: bool = False
    error: str = ""


@dataclass(frozen=True)
class Act:
    """What one press of a button did.

    Args:
        title: the button's words.
        calls: in the order in which they were made.
    """

    title: str
    calls: list[Call] = field(default_factory=list)

    @property
    def silent(self) -> int:
        """How many of the calls the console added of its own accord."""
        return sum(call.purpose == "silent" for call in self.calls)


class Recorder:
    """Gives out boto3 clients whose calls are kept.

    Args:
        client: makes or returns the plain client of a service.
    """

    def __init__(self, client: Callable[[str], Any]) -> None:
        self._client = client
        self._purpose: Purpose = "look"
        self.acts: list[Act] = []
        self.looks: deque[Call] = deque(maxlen=MOST_LOOKS)

    def client(self, service: str) -> Any:
        """A client that is used like boto3's own."""
        return _Recorded(self, service, self._client(service))

    @contextmanager
    def act(self, title: str) -> Iterator[Act]:
        """The calls made inside belong to one press of a button."""
        done = Act(title)
        self.acts.append(done)
        with self._as("asked"):
            yield done

    @contextmanager
    def silently(self) -> Iterator[None]:
        """The calls made inside are those that the button does not tell of."""
        with self._as("silent"):
            yield

    @contextmanager
    def looking(self) -> Iterator[None]:
        """The calls made inside only find out what is there."""
        with self._as("look"):
            yield

    @contextmanager
    def _as(self, purpose: Purpose) -> Iterator[None]:
        before, self._purpose = self._purpose, purpose
        try:
            yield
        finally:
            self._purpose = before

    def keep(self, service: str, method: str, arguments: Mapping[str, Any], *, paged: bool, error: str = "") -> None:
        """Remember one call; calls outside an act only filled the panel."""
        call = Call(service, method, dict(arguments), self._purpose, paged, error)
        if self._purpose == "look":
            self.looks.append(call)
        else:
            self.acts[-1].calls.append(call)


class _Recorded:
    """A boto3 client around which each call is kept; everything else is the client's own."""

    def __init__(self, recorder: Recorder, service: str, client: Any) -> None:
        self._recorder, self._service, self._plain = recorder, service, client

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._plain, name)
        if name not in self._plain.meta.method_to_api_mapping:
            return found

        def called(**arguments: Any) -> Any:
            with _kept(self._recorder, self._service, name, arguments, paged=False):
                return found(**arguments)

        return called

    def get_paginator(self, name: str) -> _RecordedPaginator:
        """A paginator whose `paginate` is one kept call, however many pages there are."""
        return _RecordedPaginator(self._recorder, self._service, name, self._plain.get_paginator(name))


class _RecordedPaginator:
    def __init__(self, recorder: Recorder, service: str, method: str, plain: Any) -> None:
        self._recorder, self._service, self._method, self._plain = recorder, service, method, plain

    def paginate(self, **arguments: Any) -> list[Any]:
        with _kept(self._recorder, self._service, self._method, arguments, paged=True):
            return list(self._plain.paginate(**arguments))


@contextmanager
def _kept(
    recorder: Recorder, service: str, method: str, arguments: Mapping[str, Any], *, paged: bool
) -> Iterator[None]:
    try:
        yield
    except (ClientError, BotoCoreError) as refused:
        recorder.keep(service, method, arguments, paged=paged, error=error_type(refused))
        raise
    recorder.keep(service, method, arguments, paged=paged)


def error_type(error: Exception) -> str:
    """AWS's name of an error, such as "InvalidArgument"; for an error of boto3's own, its class."""
    if isinstance(error, ClientError):
        return str(error.response.get("Error", {}).get("Code", "ClientError"))
    return type(error).__name__


def error_text(error: Exception) -> str:
    """What went wrong in one line: error type, the call that was refused, and the service's own words."""
    if not isinstance(error, ClientError):
        return f"{error_type(error)}: {error}"
    said = error.response.get("Error", {})
    more = [str(value) for key, value in said.items() if key.startswith("ArgumentValue")]
    words = ". ".join(part.rstrip(".") for part in (str(said.get("Message", "")), *more) if part)
    return f"{error_type(error)}, when calling {error.operation_name}: {words}."
