"""Servers and containers beside Lambda: what they cost, how many a load needs, and from which load on they are cheaper.

On AWS an EC2 server or a Fargate container is paid by the hour, busy or not, and holds so many calls a second; when it
is full, another one is needed, so the price has steps. How many calls it holds depends on the code, so that is given.
Lessons 11 and 12. Left out: disks, load balancers, reserved and spot prices, burst credits, and the work of running it.
"""

from __future__ import annotations

import bisect
import math
from dataclasses import dataclass
from decimal import Decimal

from lambdalab.facts import facts, price
from lambdalab.models.bill import Bill, Item, Number, bill, exact, lines
from lambdalab.models.cost import duration, invocation_price, month_price, of_architecture
from lambdalab.models.months import HOURS

_DAY_HOURS = 24


def _share(value: Number, name: str, most: int = 1) -> Decimal:
    """A number above zero and at most `most`.

    Raises:
        ValueError: it is not.
    """
    if not 0 < value <= most:
        raise ValueError(
            f"{name} is {value}, and a load comes more than never and not beyond {most}; give up to {most}"
        )
    return exact(value)


def capacity(calls_a_second: Number, *, busy: Number = 1, hours_a_day: Number = _DAY_HOURS) -> Decimal:
    """Calls that one server takes in a month of 730 hours (lesson 11).

    Args:
        calls_a_second: what it holds when it is full.
        busy: how full it may be on average, from above 0 to 1; the rest is reserve for peaks, or nobody calls.
        hours_a_day: in how many hours of a day the calls come.

    Raises:
        ValueError: a figure that is not above zero, a share above 1, or more than 24 hours.
    """
    if not calls_a_second > 0:
        raise ValueError(f"a server that holds {calls_a_second} calls a second does nothing; give a number above zero")
    hours = HOURS * _share(hours_a_day, "hours_a_day", _DAY_HOURS)
    return exact(calls_a_second) * _share(busy, "busy") * hours * 3600 / _DAY_HOURS


@dataclass(frozen=True)
class Server:
    """A server or a container that is paid by the hour; `ec2` and `fargate` make one (lesson 11).

    Args:
        name: such as "t3.medium".
        parts: the names of its hourly prices in facts.toml, each with how many of it.
        calls_a_second: what it holds when it is full.
    """

    name: str
    parts: tuple[tuple[str, Decimal], ...]
    calls_a_second: Number

    @property
    def hour(self) -> Decimal:
        """USD an hour."""
        return sum((price(name) * amount for name, amount in self.parts), Decimal(0))

    def needed(self, calls: int, *, busy: Number = 1, hours_a_day: Number = _DAY_HOURS) -> int:
        """How many of them a month of so many calls needs: at least one, which also stands there without a call.

        Args:
            calls: of the month, equally spread over its busy hours.
            busy, hours_a_day: see `capacity`.

        Raises:
            ValueError: a figure that cannot be.
        """
        room = capacity(self.calls_a_second, busy=busy, hours_a_day=hours_a_day)
        return max(1, math.ceil(exact(calls, "a number of calls") / room))

    def month(self, calls: int = 0, *, busy: Number = 1, hours_a_day: Number = _DAY_HOURS) -> Bill:
        """The bill of a month of 730 hours with as many servers as the calls need.

        Raises:
            ValueError: a figure that cannot be.
        """
        return self._bill(HOURS * self.needed(calls, busy=busy, hours_a_day=hours_a_day))

    def _bill(self, hours: Decimal | int) -> Bill:
        return bill(*(lines(self.name, hours * amount, name) for name, amount in self.parts))


def ec2(kind: str, calls_a_second: Number) -> Server:
    """An EC2 Linux server on demand (lesson 11).

    Follows https://aws.amazon.com/ec2/pricing/on-demand/.

    Args:
        kind: such as "t3.medium".
        calls_a_second: what it holds when it is full.

    Raises:
        ValueError: facts.toml has no price for this kind; the text lists those there are.
    """
    if f"ec2.{kind}_hour" not in facts():
        there = [name.removeprefix("ec2.").removesuffix("_hour") for name in facts() if name.startswith("ec2.")]
        raise ValueError(
            f"facts.toml has no price for a server of the kind {kind!r}. Choose one of {', '.join(there)}."
        )
    return Server(kind, ((f"ec2.{kind}_hour", Decimal(1)),), calls_a_second)


def fargate(vcpu: Number, gb: Number, calls_a_second: Number, architecture: str = "x86_64") -> Server:
    """A Fargate container (lesson 11).

    Follows https://aws.amazon.com/fargate/pricing/.

    Args:
        vcpu: virtual CPUs, such as 0.25.
        gb: memory in GB.
        calls_a_second: what it holds when it is full.
        architecture: "x86_64" or "arm64".

    Raises:
        ValueError: an unknown architecture, or a negative figure.
    """
    parts = (
        (of_architecture("fargate.{}_vcpu_hour", architecture), exact(vcpu, "vcpu")),
        (of_architecture("fargate.{}_gb_hour", architecture), exact(gb, "gb")),
    )
    return Server(f"Fargate {vcpu} vCPU, {gb} GB", parts, calls_a_second)


def fargate_run(seconds: Number, vcpu: Number, gb: Number, *, runs: int = 1, architecture: str = "x86_64") -> Bill:
    """The bill of Fargate tasks that run and end, each for at least a minute (lesson 12).

    Args:
        seconds: how long each runs, from the download of its image to its end; a fraction is rounded up.
        vcpu, gb, architecture: see `fargate`.
        runs: how many of them.

    Raises:
        ValueError: an unknown architecture, or a negative figure.
    """
    least = 60 * price("fargate.least_minutes")
    billed = exact(runs, "runs") * max(least, Decimal(math.ceil(exact(seconds, "seconds"))))
    items: list[Item] = []
    for name, amount in fargate(vcpu, gb, 1, architecture).parts:
        items += lines(f"Fargate {vcpu} vCPU, {gb} GB", billed * amount / 3600, name)
    return Bill(tuple(items))


def break_even(
    memory_mb: int,
    duration_ms: Number,
    server_hour: Number,
    server_rps: Number,
    hours_a_day: Number = _DAY_HOURS,
    *,
    busy: Number = 1,
    free_tier: bool = False,
    architecture: str = "x86_64",
) -> int | None:
    """The smallest number of calls in a month at which enough servers cost no more than Lambda (lesson 11).

    A month has 730 hours. None where there is no such number: when a full server costs more than the calls that it
    takes over, each further one does so too. It is looked for within Lambda's first price tier.

    Args:
        memory_mb: the function's configured size.
        duration_ms: billed milliseconds of a call; a fraction is rounded up.
        server_hour: USD an hour; servers are paid for all hours.
        server_rps: calls a second that one server holds when it is full.
        hours_a_day: in how many hours of a day the calls come.
        busy: how full a server may be on average, from above 0 to 1.
        free_tier: whether Lambda's free requests and GB-seconds are taken off.
        architecture: "x86_64" or "arm64".

    Raises:
        ValueError: a figure that cannot be, or an unknown architecture.
    """
    server = HOURS * exact(server_hour, "server_hour")
    room = capacity(server_rps, busy=busy, hours_a_day=hours_a_day)

    def ahead(calls: int, servers: int) -> Decimal:
        """By how much so many servers are cheaper than Lambda."""
        billed = month_price(calls, duration_ms, memory_mb, free_tier=free_tier, architecture=architecture)
        return billed - servers * server

    most = 1
    if free_tier:  # then a later server may be the first that pays: the free part has to be earned back first
        gain = room * invocation_price(duration_ms, memory_mb, architecture) - server  # of each full server
        free = month_price(int(price("lambda.free_requests")), 0, memory_mb, architecture=architecture)
        free += price("lambda.free_gb_s") * price(duration(architecture))
        most = math.ceil(free / gain) if gain > 0 else 0
    servers = 1 + bisect.bisect_left(range(most), True, key=lambda n: ahead(math.floor((n + 1) * room), n + 1) >= 0)
    first, last = math.floor((servers - 1) * room), math.floor(servers * room)
    found = first + bisect.bisect_left(range(last - first + 1), True, key=lambda n: ahead(first + n, servers) >= 0)
    return found if found <= last else None
