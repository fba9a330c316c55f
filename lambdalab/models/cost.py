"""What calls cost: the arithmetic of AWS's bill, exact.

AWS adds a price per request to a price per gigabyte-second: configured memory times billed time. Here the same sum is
done in decimals with the dated prices of facts.toml. Left out so far: the cheaper tiers above 6 billion GB-s a month,
provisioned concurrency, SnapStart, and every service but Lambda and EC2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal

from lambdalab.facts import price

MILLION = 1_000_000
_DURATION = {"x86_64": "lambda.duration_x86_gb_s", "arm64": "lambda.duration_arm64_gb_s"}


def _exact(number: float | Decimal) -> Decimal:
    # by way of the text: 0.1 is meant as one tenth, not as the nearest binary fraction
    return number if isinstance(number, Decimal) else Decimal(str(number))


def gb_seconds(ms: float | Decimal, mb: float | Decimal) -> Decimal:
    """Gigabyte-seconds of `ms` milliseconds at `mb` MB of memory; 1 GB is 1,024 MB (lesson 01).

    Raises:
        ValueError: time or memory is negative.
    """
    time, memory = _exact(ms), _exact(mb)
    if time < 0 or memory < 0:
        raise ValueError(f"{ms} ms at {mb} MB cannot be billed: neither may be negative; take the REPORT line's")
    return time * memory / (1000 * 1024)


def _gb_second_price(architecture: str) -> Decimal:
    if architecture not in _DURATION:
        raise ValueError(f"there is no architecture {architecture!r}: Lambda runs on 'x86_64' or 'arm64'; choose one")
    return price(_DURATION[architecture])


def _request_price() -> Decimal:
    return price("lambda.requests_per_million") / MILLION


def invocation_price(billed_ms: float | Decimal, memory_mb: int, architecture: str = "x86_64") -> Decimal:
    """USD of one call, request and duration, first price tier, without free tier (lesson 01).

    Follows https://aws.amazon.com/lambda/pricing/.

    Args:
        billed_ms: the billed duration in milliseconds; a fraction is rounded up, as on AWS.
        memory_mb: the configured size, not what was used.
        architecture: "x86_64" or "arm64".

    Raises:
        ValueError: an unknown architecture, or a negative figure.
    """
    return _request_price() + gb_seconds(math.ceil(billed_ms), memory_mb) * _gb_second_price(architecture)


def month_price(
    calls: Sequence[int] | int,
    duration_ms: float | Decimal,
    memory_mb: int,
    *,
    free_tier: bool = False,
    architecture: str = "x86_64",
) -> Decimal:
    """USD of a month of equal calls (lesson 01).

    Follows https://aws.amazon.com/lambda/pricing/.

    Args:
        calls: the month's number of calls, or the number on each day.
        duration_ms: billed milliseconds of each call; a fraction is rounded up, as on AWS.
        memory_mb: the configured size in MB.
        free_tier: whether the month's free requests and GB-seconds are taken off.
        architecture: "x86_64" or "arm64".

    Raises:
        ValueError: an unknown architecture, or a negative figure.
    """
    total = sum(int(day) for day in calls) if isinstance(calls, Iterable) else int(calls)  # numpy's numbers are welcome
    if total < 0:
        raise ValueError(f"{total} calls cannot be billed: a month has none or more; give the number of calls that ran")
    requests, used = Decimal(total), total * gb_seconds(math.ceil(duration_ms), memory_mb)
    if free_tier:
        requests = max(Decimal(0), requests - price("lambda.free_requests"))
        used = max(Decimal(0), used - price("lambda.free_gb_s"))
    return requests * _request_price() + used * _gb_second_price(architecture)


def server_month_price(server: str, days: int = 30) -> Decimal:
    """USD of an EC2 Linux server, such as "t3.micro", that stands for `days` days, busy or not (lesson 01).

    Raises:
        KeyError: facts.toml has no price for this server.
    """
    return price(f"ec2.{server}_hour") * 24 * days


def per_million(price_of_one: Decimal) -> Decimal:
    """The price of a million calls: small money in a unit that can be read (lesson 01)."""
    return price_of_one * MILLION
