"""The bill of what a lab really ran: what its services metered, priced line by line.

On AWS Cost Explorer tells this a day later, for everything that an account holds. Here the lab is asked how much was
used since it started, and each line is priced by the dated prices of facts.toml: a function's time as its REPORT lines
say, the requests of each service by who sent them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from lambdalab.models.bill import Bill, Item, exact, lines
from lambdalab.models.cost import REQUESTS, duration, of_architecture
from lambdalab.models.months import SERVICES, gigabytes, provisioned_gb_s, snapshot_gb_s

NOTE = (
    "Not counted: the free tier and cheaper tiers, which belong to a month; what lies in buckets, tables and logs; "
    "data to the internet; what AWS's services ask of each other, such as Lambda's polling of a queue; requests that "
    "were refused, or only set something up. A DynamoDB item counts as one of up to 1 KB written or 4 KB read."
)
_MB_MS_PER_GB_S = 1024 * 1000


def bill(used: Mapping[str, Any]) -> Bill:
    """The bill of what the lab's meter tells (lesson 11).

    Args:
        used: as `/_lab/use` answers.
    """
    functions = sorted(
        {who for what, who, _ in used["used"] if what == "requests"} | {k["function"] for k in used["kept"]}
    )
    amounts = {(what, who): exact(amount) for what, who, amount in used["used"]}
    kept = [one | {"hours": _hours(one, used["now"])} for one in used["kept"]]
    items = [
        item for name in functions for item in _function(name, amounts, [k for k in kept if k["function"] == name])
    ]
    for what, (label, price, _) in SERVICES.items():
        for who in sorted(who for line, who in amounts if line == what):
            items += lines(f"{label}, by {who}" if who else label, amounts[what, who], price)
    return Bill(tuple(items), NOTE)


def _hours(kept: Mapping[str, Any], now: float) -> Decimal:
    return exact(round((kept["ended"] or now) - kept["began"], 3)) / 3600


def _function(
    name: str, amounts: Mapping[tuple[str, str], Decimal], kept: Sequence[Mapping[str, Any]]
) -> Iterator[Item]:
    """A function's lines; the name of the architecture stands where it is another one than usual."""

    def used(what: str) -> Decimal:
        return amounts.get((what, name), Decimal(0))

    yield from lines(f"{name}: Lambda requests", used("requests"), REQUESTS)
    for architecture in ("x86_64", "arm64"):
        on = "" if architecture == "x86_64" else f" on {architecture}"
        ready = f"provisioned concurrency, {architecture}"
        gb_s = used(f"mb_ms {architecture}") / _MB_MS_PER_GB_S
        yield from lines(f"{name}: Lambda compute{on}", gb_s, duration(architecture))
        stood = sum(
            provisioned_gb_s(one["count"], one["memory_mb"], one["hours"])
            for one in kept
            if one["what"] == "provisioned" and one["architecture"] == architecture
        )
        price = of_architecture("lambda.provisioned.{}_gb_s", architecture)
        yield from lines(f"{name}: Lambda {ready}: kept ready", stood, price)
        gb_s = used(f"provisioned_mb_ms {architecture}") / _MB_MS_PER_GB_S
        price = of_architecture("lambda.provisioned.duration_{}_gb_s", architecture)
        yield from lines(f"{name}: Lambda {ready}: compute", gb_s, price)
    tmp = used("tmp_mb_ms") / _MB_MS_PER_GB_S
    yield from lines(f"{name}: Lambda /tmp above 512 MB", tmp, "lambda.tmp_gb_s")
    cached = sum(snapshot_gb_s(one["memory_mb"], one["hours"]) for one in kept if one["what"] == "snapshot")
    yield from lines(f"{name}: Lambda SnapStart: snapshots kept", cached, "lambda.snapstart.cache_gb_s")
    yield from lines(f"{name}: Lambda SnapStart: restores", used("restored_mb") / 1024, "lambda.snapstart.restore_gb")
    yield from lines(f"{name}: CloudWatch Logs, taken in", gigabytes(used("log_bytes") / 1024), "logs.ingest_gb")
