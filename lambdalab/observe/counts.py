"""What a function did, in whole numbers.

On AWS these are CloudWatch metrics, CloudTrail events and the bill, and they arrive minutes later. Here the cloud
counts while it happens, so that an exercise can be checked by what was done and not by how long it took. Left out:
what a function asks of anything but the cloud.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class EventCounts:
    """What one event caused, all attempts together.

    Args:
        inits: how often the function's code was loaded for it.
        requests: how often each operation was asked of the cloud, such as {"s3:GetObject": 3}.
        log_bytes: length of its log messages, in bytes.
    """

    inits: int = 0
    requests: Mapping[str, int] = field(default_factory=dict)
    log_bytes: int = 0


@dataclass(frozen=True)
class Counts:
    """What a function did since the lab was started (lesson 03).

    Args:
        function: its name.
        invocations: attempts that ran; those turned away are in `throttles`.
        throttles: attempts that got no environment (429).
        inits: how often its code was loaded, for calls and ahead of them.
        environments: how many execution environments it has had.
        requests: how often each operation was asked of the cloud, such as {"s3:GetObject": 3}.
        log_bytes: length of its log messages, in bytes.
        by_event: the same for each of the last events, by request id.
    """

    function: str
    invocations: int = 0
    throttles: int = 0
    inits: int = 0
    environments: int = 0
    requests: Mapping[str, int] = field(default_factory=dict)
    log_bytes: int = 0
    by_event: Mapping[str, EventCounts] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Counts:
        return cls(**{**data, "by_event": {key: EventCounts(**one) for key, one in data["by_event"].items()}})
