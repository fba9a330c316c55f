"""Concurrency: how many calls of a function may run at the same moment, and who is turned away.

On AWS an account has 1,000 concurrent executions a region. A function may reserve a part, which is then its share and
its ceiling; the others draw on what nobody reserved, of which at least 100 stay. Here the same numbers, counted over
the environments that are busy now. Left out: quotas that were raised, and the rate at which a caller may call the API.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

ACCOUNT_LIMIT = 1000
LEAST_UNRESERVED = 100
GROWTH = 1000
GROWTH_SECONDS = 10.0
REQUESTS_PER_CONCURRENCY = 10
_DECREASES = f"decreases account's UnreservedConcurrentExecution below its minimum value of [{LEAST_UNRESERVED}]."
_ABOVE_RESERVED = "should not be greater than the reservedConcurrentExecution for function"
_ABOVE_UNRESERVED = "is greater than account's unreserved concurrency"


class Throttled(Exception):
    """A call was turned away before any code ran: Lambda's 429, TooManyRequestsException.

    Args:
        reason: AWS's word for it, such as "ReservedFunctionConcurrentInvocationLimitExceeded".
    """

    def __init__(self, reason: str) -> None:
        super().__init__("Rate Exceeded.")
        self.reason = reason


@dataclass
class _Bucket:
    """Permits that come back at a steady rate, up to a most."""

    permits: float
    looked: float

    def take(self, most: float, per_second: float, now: float) -> bool:
        """Add what has come back since the last look, and take one permit if there is one."""
        self.permits = min(most, self.permits + max(0.0, now - self.looked) * per_second)
        self.looked = now
        if self.permits < 1:
            return False
        self.permits -= 1
        return True


class Limits:
    """What functions have reserved and provisioned, and whether one more call gets in (lesson 09).

    Follows https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html. Functions are named by their ARN
    without a qualifier.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._reserved: dict[str, int] = {}
        self._provisioned: dict[str, int] = {}
        self._requests: dict[str, _Bucket] = {}
        self._growth: dict[str, _Bucket] = {}

    def admit(self, arn: str, busy: Mapping[str, int], now: float) -> None:
        """Let one more call in that finds no free provisioned environment.

        Args:
            busy: how many calls of each function run now, those in provisioned environments left out.
            now: seconds, on the lab's clock.

        Raises:
            Throttled: the function's or the account's share is used up.
        """
        with self._lock:
            reserved = self._reserved.get(arn)
            if reserved is not None:
                if busy.get(arn, 0) >= reserved - self._provisioned.get(arn, 0):
                    raise Throttled("ReservedFunctionConcurrentInvocationLimitExceeded")
            elif self._busy_unreserved(arn, busy) >= self.unreserved(arn):
                raise Throttled("ConcurrentInvocationLimitExceeded")
            most = REQUESTS_PER_CONCURRENCY * (ACCOUNT_LIMIT if reserved is None else reserved)
            requests = self._requests.setdefault(arn, _Bucket(most, now))
            if not requests.take(most, most, now):
                raise Throttled(f"{'' if reserved is None else 'Reserved'}FunctionInvocationRateLimitExceeded")

    def grow(self, arn: str, now: float) -> None:
        """Let a function have one more environment for a call.

        Raises:
            Throttled: it has had 1,000 new ones within 10 s.
        """
        with self._lock:
            growth = self._growth.setdefault(arn, _Bucket(GROWTH, now))
            if not growth.take(GROWTH, GROWTH / GROWTH_SECONDS, now):
                raise Throttled("ConcurrentInvocationLimitExceeded")

    def reserved(self, arn: str) -> int | None:
        """What the function has reserved; 0 switches it off, None leaves it on what nobody reserved."""
        return self._reserved.get(arn)

    def unreserved(self, arn: str, *, without: bool = False) -> int:
        """What the region of this function has left for functions that reserve nothing.

        Args:
            without: leave this function's own reservation and provisioned environments out.
        """
        with self._lock:
            here = [a for a in {*self._reserved, *self._provisioned} if _region(a) == _region(arn)]
            taken = [self._reserved.get(a, self._provisioned.get(a, 0)) for a in here if a != arn or not without]
            return ACCOUNT_LIMIT - sum(taken)

    def reserve(self, arn: str, wanted: int | None) -> str | None:
        """Reserve this much for a function, None for nothing; AWS's sentence when it cannot be."""
        with self._lock:
            if wanted is None:
                self._reserved.pop(arn, None)
                return None
            provisioned = self._provisioned.get(arn, 0)
            if wanted < provisioned:
                return (
                    f" ReservedConcurrentExecutions  {wanted} should not be lower than function's total provisioned "
                    f"concurrency [{provisioned}]."
                )
            if self.unreserved(arn, without=True) - wanted < LEAST_UNRESERVED:
                return f"Specified ReservedConcurrentExecutions for function {_DECREASES}"
            self._reserved[arn] = wanted
            self._requests.pop(arn, None)
            return None

    def provision(self, arn: str, total: int) -> str | None:
        """Set this many provisioned environments aside for a function, all versions; AWS's sentence if it cannot be."""
        with self._lock:
            reserved, more = self._reserved.get(arn), total - self._provisioned.get(arn, 0)
            if reserved is not None and total > reserved:
                return f"Requested Provisioned Concurrency {_ABOVE_RESERVED}"
            left = self.unreserved(arn)
            if reserved is None and more > left:
                return f"Specified ConcurrentExecutions for function {_ABOVE_UNRESERVED} [{left}]."
            if reserved is None and more > 0 and left - more < LEAST_UNRESERVED:
                return f"Specified ConcurrentExecutions for function {_DECREASES}"
            self._provisioned[arn] = total
            return None

    def forget(self, arn: str) -> None:
        """The function was deleted."""
        with self._lock:
            self._reserved.pop(arn, None)
            self._provisioned.pop(arn, None)
            self._requests.pop(arn, None)
            self._growth.pop(arn, None)

    def _busy_unreserved(self, arn: str, busy: Mapping[str, int]) -> int:
        return sum(n for a, n in busy.items() if a not in self._reserved and _region(a) == _region(arn))


def _region(arn: str) -> str:
    return arn.split(":")[3]
