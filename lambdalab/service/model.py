"""What Lambda knows of one function version, and what comes back from a call.

On AWS these are GetFunction's answer and the answer of Invoke. Frozen, so that a call in flight keeps what it started
with while somebody updates the function.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from lambdalab.observe.records import Report
from lambdalab.observe.tracing import Trace
from lambdalab.runtime.logs import LogEvent


@dataclass(frozen=True)
class FunctionVersion:
    """One version of one function, complete enough to run it.

    Args:
        arn: of the function, without a qualifier.
        version: "$LATEST" or a number.
        revision: changes whenever code or configuration does; environments of an older one are not used again.
        code: the zip's bytes.
        layers: the layers' zips, in order.
        memory_mb: 128 to 10,240.
        timeout: seconds, 1 to 900.
        ephemeral_mb: the size of /tmp, 512 to 10,240.
        snap_start: whether environments of this published version are restored from a snapshot.
        image: the archive of a container image, for PackageType Image; `code` is then empty.
        image_config: what the function sets over the image: EntryPoint, Command, WorkingDirectory.
        code_sha256: of the zip, base64 as in AWS's CodeSha256; "" when it is not known.
        layer_sha256s: the same of each layer.
        dead_letters: the ARN of the queue or topic that gets events which nothing came of; "" for none.
        architecture: "x86_64" or "arm64"; it changes the price, and nothing here.
    """

    arn: str
    name: str
    version: str
    revision: str
    account: str
    region: str
    role: str
    runtime: str
    handler: str
    code: bytes
    layers: Sequence[bytes]
    variables: Mapping[str, str]
    memory_mb: int
    timeout: int
    ephemeral_mb: int = 512
    snap_start: bool = False
    image: bytes | None = None
    image_config: Mapping[str, Any] = field(default_factory=dict)
    code_sha256: str = ""
    layer_sha256s: Sequence[str] = ()
    dead_letters: str = ""
    architecture: str = "x86_64"

    @property
    def log_group(self) -> str:
        return f"/aws/lambda/{self.name}"


@dataclass(frozen=True)
class EventSettings:
    """What a function, a version or an alias sets for its asynchronous events (lesson 07).

    Args:
        retries: MaximumRetryAttempts, 0 to 2.
        oldest: MaximumEventAgeInSeconds, 60 to 21,600.
        on_success: the ARN of a destination; "" for none.
        on_failure: the same.
    """

    retries: int = 2
    oldest: float = 21_600.0
    on_success: str = ""
    on_failure: str = ""


@dataclass(frozen=True)
class Call:
    """One request to run a function.

    Args:
        payload: JSON text.
        source: who calls, for the story: "invoke", or a trigger such as "s3:photos/cat.jpg".
        arn: the ARN that was invoked, with its qualifier.
        trace: where the event comes from, with this run in its lineage.
    """

    function: FunctionVersion
    arn: str
    payload: bytes
    request_id: str
    trace: Trace
    source: str = "invoke"
    client_context: str | None = None

    @property
    def qualifier(self) -> str | None:
        """The version or alias that was called, None for the function as it is."""
        return self.arn.removeprefix(self.function.arn).removeprefix(":") or None

    def with_payload(self, payload: bytes) -> Call:
        return replace(self, payload=payload)


@dataclass(frozen=True)
class Reply:
    """What the caller gets: the payload, the error object if the function failed, and the log of this invocation.

    Args:
        span: the run's own id in its trace.
    """

    payload: bytes
    error: Mapping[str, Any] | None
    report: Report
    log: Sequence[LogEvent]
    span: str = ""


class FunctionNotFound(LookupError):
    """There is no such function, version or alias; carries the ARN that AWS names in its answer."""

    def __init__(self, arn: str, text: str | None = None) -> None:
        super().__init__(text or f"Function not found: {arn}")
        self.arn = arn


class RecursiveLoop(RuntimeError):
    """The function has run too often in one chain of events: it starts itself.

    Args:
        arn: the function's.
        call: what was stopped, as far as anybody can still use it.
    """

    def __init__(self, arn: str, call: Call | None = None) -> None:
        super().__init__(
            "Lambda has detected your function being invoked in a recursive loop with other Amazon Web Services "
            "resources and stopped your function's invocation."
        )
        self.arn, self.call = arn, call


class QualifiersDiffer(ValueError):
    """A call names one version or alias in the function's name and another one beside it."""


class Catalogue(Protocol):
    """What the service asks of the cloud: which version a name means now."""

    def resolve(self, region: str, name: str, qualifier: str | None, *, draw: bool = True) -> FunctionVersion:
        """The version that a plain name means now.

        Args:
            draw: for an alias with weights, draw one of its versions; otherwise it is the alias's first.

        Raises:
            FunctionNotFound: no such function, version or alias.
        """

    def event_settings(self, region: str, name: str, qualifier: str | None) -> EventSettings:
        """What is set for asynchronous events by this name and qualifier; what Lambda does without settings if not."""


class LogShelf(Protocol):
    """Where an invocation's log goes."""

    def put(self, function: FunctionVersion, stream: str, events: Sequence[LogEvent]) -> None:
        """Take a log; it is kept if the function's role may write one."""
