"""A month on AWS, priced: everything that Lambda bills for its functions, and the services around them.

AWS counts a month of use and bills each kind of it. Here the same is computed from what is given: calls, times,
memory, and for other services how much of each. Follows https://aws.amazon.com/lambda/pricing/; lessons 11 and 12.
Left out: other regions, response streaming, savings plans, and free allowances for the first year of an account.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lambdalab.facts import price
from lambdalab.models.bill import Bill, Item, Number, bill, exact, lines
from lambdalab.models.cost import REQUESTS, duration, gb_seconds, of_architecture

HOURS = 730
"""Of a month, as AWS's own calculator counts it: 8,760 hours of a year in twelve parts."""
_MOST = "limits.memory_most_mb"


@dataclass(frozen=True)
class LambdaMonth:
    """One function's month, or the part of it under one setting (lesson 11).

    Args:
        calls: how many ran.
        duration_ms: billed milliseconds of each call; a fraction is rounded up, as on AWS.
        memory_mb: the configured size, in MB.
        architecture: "x86_64" or "arm64".
        tmp_mb: the size of /tmp in MB; 512 of it are free.
        provisioned: environments of provisioned concurrency. With one or more, all these calls run in them; calls
            beyond them are another LambdaMonth.
        provisioned_hours: how long they were configured, each time rounded up to five minutes; a number, or one for
            each time.
        snapshot_hours: how long each version with SnapStart was kept; at least three hours of each are billed.
        restores: how many environments were restored from a snapshot.

    Raises:
        ValueError: a negative figure, an unknown architecture, or memory and /tmp that Lambda does not offer.
    """

    calls: int
    duration_ms: Number
    memory_mb: int
    architecture: str = "x86_64"
    tmp_mb: int = 512
    provisioned: int = 0
    provisioned_hours: Number | Sequence[Number] = HOURS
    snapshot_hours: Number | Sequence[Number] = ()
    restores: int = 0

    def __post_init__(self) -> None:
        for name in ("calls", "duration_ms", "provisioned", "restores"):
            exact(getattr(self, name), name)
        duration(self.architecture)
        for name, least in (("memory", "limits.memory_least_mb"), ("tmp", "limits.tmp_least_mb")):
            size, most = getattr(self, f"{name}_mb"), price(f"limits.{name}_most_mb")
            if not price(least) <= size <= most:
                raise ValueError(
                    f"{name}_mb is {size}, and Lambda offers {price(least):,} to {most:,} MB; choose a size in between"
                )

    @property
    def seconds(self) -> Decimal:
        """Billed seconds of all calls."""
        return self.calls * Decimal(math.ceil(self.duration_ms)) / 1000

    @property
    def gb_s(self) -> Decimal:
        """Billed GB-seconds of all calls."""
        return self.calls * gb_seconds(math.ceil(self.duration_ms), self.memory_mb)


def _each(hours: Number | Sequence[Number], what: str) -> list[Decimal]:
    return [exact(each, what) for each in (hours if isinstance(hours, Iterable) else (hours,))]


def provisioned_gb_s(environments: int, memory_mb: int, hours: Number | Sequence[Number] = HOURS) -> Decimal:
    """GB-seconds for which provisioned concurrency is billed: each time rounded up to five minutes (lesson 11).

    Args:
        environments: how many are configured.
        memory_mb: the configured size of each.
        hours: how long; a number, or one for each time that it was configured.

    Raises:
        ValueError: a negative figure.
    """
    step = 60 * price("lambda.provisioned.step_minutes")
    seconds = sum(math.ceil(each * 3600 / step) * step for each in _each(hours, "hours"))
    return exact(environments, "environments") * seconds * exact(memory_mb, "memory") / 1024


def snapshot_gb_s(memory_mb: int, hours: Number | Sequence[Number]) -> Decimal:
    """GB-seconds for which snapshots are kept: at least three hours of each version (lesson 11).

    Args:
        memory_mb: the configured size.
        hours: of each version, from its publication to its deletion.

    Raises:
        ValueError: a negative figure.
    """
    least = price("lambda.snapstart.cache_least_hours")
    return sum(max(least, each) for each in _each(hours, "hours")) * 3600 * exact(memory_mb, "memory") / 1024


def month(*functions: LambdaMonth, free_tier: bool = False) -> Bill:
    """Lambda's bill of a month for these functions together, with tiers (lesson 11).

    The free tier takes off requests and GB-seconds of both architectures together, x86_64 first; nothing of provisioned
    concurrency. The tiers of x86_64 and arm64 are counted apart.

    Args:
        functions: each with its calls.
        free_tier: whether the million requests and 400,000 GB-seconds that are free every month are taken off.
    """
    free, items = price("lambda.free_gb_s") if free_tier else Decimal(0), []
    requests = sum(one.calls for one in functions)
    items += lines("Lambda requests", requests, REQUESTS, free="lambda.free_requests" if free_tier else "")
    for architecture in ("x86_64", "arm64"):
        mine = [one for one in functions if one.architecture == architecture]
        used = sum((one.gb_s for one in mine if not one.provisioned), Decimal(0))
        items += lines(f"Lambda compute, {architecture}", used, duration(architecture), taken=free)
        free -= min(free, used)
        items += _provisioned(mine, architecture)
    items += lines("Lambda /tmp above 512 MB", sum(_tmp(one) for one in functions), "lambda.tmp_gb_s")
    return bill(items, _snapshots(functions))


def _tmp(one: LambdaMonth) -> Decimal:
    return one.seconds * (one.tmp_mb - price("limits.tmp_least_mb")) / 1024


def _provisioned(functions: Sequence[LambdaMonth], architecture: str) -> list[Item]:
    under = [one for one in functions if one.provisioned]
    kept = sum(provisioned_gb_s(one.provisioned, one.memory_mb, one.provisioned_hours) for one in under)
    used = sum((one.gb_s for one in under), Decimal(0))
    name = f"Lambda provisioned concurrency, {architecture}"
    return [
        *lines(f"{name}: kept ready", kept, of_architecture("lambda.provisioned.{}_gb_s", architecture)),
        *lines(f"{name}: compute", used, of_architecture("lambda.provisioned.duration_{}_gb_s", architecture)),
    ]


def _snapshots(functions: Sequence[LambdaMonth]) -> list[Item]:
    cached = sum(snapshot_gb_s(one.memory_mb, one.snapshot_hours) for one in functions)
    restored = sum((one.restores * Decimal(one.memory_mb) / 1024 for one in functions), Decimal(0))
    return [
        *lines("Lambda SnapStart: snapshots kept", cached, "lambda.snapstart.cache_gb_s"),
        *lines("Lambda SnapStart: restores", restored, "lambda.snapstart.restore_gb"),
    ]


SERVICES: dict[str, tuple[str, str, str]] = {
    "s3_puts": ("S3 PUT, COPY, POST, LIST", "s3.put_per_thousand", ""),
    "s3_gets": ("S3 GET and others", "s3.get_per_thousand", ""),
    "s3_gb": ("S3 storage", "s3.storage_gb_month", ""),
    "dynamodb_writes": ("DynamoDB writes", "dynamodb.write_per_million", ""),
    "dynamodb_reads": ("DynamoDB reads", "dynamodb.read_per_million", ""),
    "dynamodb_gb": ("DynamoDB storage", "dynamodb.storage_gb_month", "dynamodb.free_storage_gb"),
    "log_gb": ("CloudWatch Logs, taken in", "logs.ingest_gb", ""),
    "log_stored_gb": ("CloudWatch Logs, kept", "logs.storage_gb_month", ""),
    "http_api_requests": ("HTTP API requests", "api_gateway.http.per_million", ""),
    "rest_api_requests": ("REST API requests", "api_gateway.rest.per_million", ""),
    "sqs_requests": ("SQS requests", "sqs.standard_per_million", ""),
    "sqs_fifo_requests": ("SQS FIFO requests", "sqs.fifo_per_million", ""),
    "sns_publishes": ("SNS publishes", "sns.publish_per_million", ""),
    "events": ("EventBridge events", "eventbridge.custom_per_million", ""),
    "scheduler_invocations": ("Scheduler invocations", "scheduler.per_million", "scheduler.free_invocations"),
    "egress_gb": ("data to the internet", "network.egress_gb", "network.free_egress_gb"),
    "public_ipv4_hours": ("public IPv4 addresses", "network.public_ipv4_hour", ""),
    "nat_gateway_hours": ("NAT gateways", "network.nat_gateway_hour", ""),
    "nat_gateway_gb": ("data through NAT gateways", "network.nat_gateway_gb", ""),
}
"""What `service_month` prices: the line's name, its price in facts.toml, and what is free of it every month."""


def service_month(*, free_tier: bool = False, **quantities: Number) -> Bill:
    """The bill of a month of other services (lesson 11).

    Args:
        free_tier: whether what is free every month is taken off: 25 GB of DynamoDB, 14 million invocations of the
            Scheduler, 100 GB to the internet.
        quantities: how much of each, by the names in `SERVICES`: s3_puts, s3_gets, s3_gb (GB-months),
            dynamodb_writes (of up to 1 KB), dynamodb_reads (of up to 4 KB), dynamodb_gb, log_gb, log_stored_gb,
            http_api_requests, rest_api_requests, sqs_requests, sqs_fifo_requests (of up to 64 KB), sns_publishes,
            events, scheduler_invocations, egress_gb, public_ipv4_hours, nat_gateway_hours, nat_gateway_gb.

    Raises:
        ValueError: an unknown name, or a negative quantity.
    """
    items: list[Item] = []
    for name, quantity in quantities.items():
        if name not in SERVICES:
            near = difflib.get_close_matches(name, SERVICES, n=3, cutoff=0.4) or list(SERVICES)
            raise ValueError(f"there is no price for {name!r}, so it cannot be billed. Did you mean {', '.join(near)}?")
        label, key, free = SERVICES[name]
        items += lines(label, quantity, key, free=free if free_tier else "")
    return Bill(tuple(items))


def gigabytes(kilobytes: Number) -> Decimal:
    """KB as GB: 1 GB is 1,024 × 1,024 KB (lesson 11).

    Raises:
        ValueError: a negative number.
    """
    return exact(kilobytes, "kilobytes") / 1024**2
