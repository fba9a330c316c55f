"""What calls cost: the arithmetic of AWS's bill, exact.

AWS adds a price per request to a price per gigabyte-second: configured memory times billed time. Here the same sum is
done in decimals with the dated prices of facts.toml. A whole month with everything that Lambda bills is in `months`,
the services around it too; servers are in `servers`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from lambdalab.facts import price
from lambdalab.models.bill import exact, lines, per_unit

MILLION = 1_000_000
REQUESTS = "lambda.requests_per_million"
_SHORT = {"x86_64": "x86", "arm64": "arm64"}
_BILLED = re.compile(r"\bBilled (?:Restore )?Duration: (\d+) ms")
_SIZE = re.compile(r"\bMemory Size: (\d+) MB")


def gb_seconds(ms: float | Decimal, mb: float | Decimal) -> Decimal:
    """Gigabyte-seconds of `ms` milliseconds at `mb` MB of memory; 1 GB is 1,024 MB (lesson 01).

    Raises:
        ValueError: time or memory is negative.
    """
    if ms < 0 or mb < 0:
        raise ValueError(f"{ms} ms at {mb} MB cannot be billed: neither may be negative; take the REPORT line's")
    return exact(ms) * exact(mb) / (1000 * 1024)


def of_architecture(name: str, architecture: str) -> str:
    """A price's name in facts.toml, with the architecture in its place.

    Args:
        name: such as "lambda.duration_{}_gb_s".
        architecture: "x86_64" or "arm64".

    Raises:
        ValueError: an unknown architecture.
    """
    if architecture not in _SHORT:
        raise ValueError(f"there is no architecture {architecture!r}: Lambda runs on 'x86_64' or 'arm64'; choose one")
    return name.format(_SHORT[architecture])


def duration(architecture: str) -> str:
    """The name of the first tier's price of a GB-second.

    Raises:
        ValueError: an unknown architecture.
    """
    return of_architecture("lambda.duration_{}_gb_s", architecture)


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
    (request, _), (second, _) = per_unit(REQUESTS), per_unit(duration(architecture))
    return request + gb_seconds(math.ceil(billed_ms), memory_mb) * second


def report_price(line: str, architecture: str = "x86_64") -> Decimal:
    """USD of the call that a REPORT line tells of, request included, without free tier (lesson 11).

    What is billed stands in the line: Billed Duration has the init in it already, and Billed Restore Duration is added
    where there is one. Not in it: /tmp above 512 MB, provisioned concurrency and SnapStart's price of a restore, of
    which the line does not tell.

    Args:
        line: its text, fields parted by tabs or spaces.
        architecture: "x86_64" or "arm64".

    Raises:
        ValueError: the text is no REPORT line, or an unknown architecture.
    """
    billed, size = _BILLED.findall(line), _SIZE.search(line)
    if not line.lstrip().startswith("REPORT") or not billed or size is None:
        raise ValueError(
            f"{line[:80]!r} is no REPORT line: it has no Billed Duration or no Memory Size, so nobody knows what is "
            "billed. Give the line that begins with REPORT; result.report.line() has it."
        )
    return invocation_price(sum(map(int, billed)), int(size[1]), architecture)


def month_price(
    calls: Sequence[int] | int,
    duration_ms: float | Decimal,
    memory_mb: int,
    *,
    free_tier: bool = False,
    architecture: str = "x86_64",
) -> Decimal:
    """USD of a month of equal calls, with the cheaper tiers of a large one (lesson 01).

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
    used = total * gb_seconds(math.ceil(duration_ms), memory_mb)
    requests = lines("requests", total, REQUESTS, free="lambda.free_requests" if free_tier else "")
    seconds = lines("compute", used, duration(architecture), free="lambda.free_gb_s" if free_tier else "")
    return sum((item.usd for item in (*requests, *seconds)), Decimal(0))


def server_month_price(server: str, days: int = 30) -> Decimal:
    """USD of an EC2 Linux server, such as "t3.micro", that stands for `days` days, busy or not (lesson 01).

    Raises:
        KeyError: facts.toml has no price for this server.
    """
    return price(f"ec2.{server}_hour") * 24 * days


def per_million(price_of_one: Decimal) -> Decimal:
    """The price of a million calls: small money in a unit that can be read (lesson 01)."""
    return price_of_one * MILLION
