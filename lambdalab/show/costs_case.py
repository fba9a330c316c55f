"""What picture S12 tells: a month of calls on Lambda, on servers and in containers, and who is the cheapest where.

On AWS three calculators tell three prices. Here they are computed for the same calls. How many calls a server holds
follows from one assumption, which the subtitle names: each takes so long of one CPU. Left out: the drawing.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import floor

from lambdalab.facts import price, prices_date
from lambdalab.models.cost import month_price
from lambdalab.models.months import HOURS
from lambdalab.models.servers import Server, capacity
from lambdalab.show.numbers import SPACE, big, in_words, milliseconds, money, number, rounded, steps
from lambdalab.show.picture import Table

MONTH_SECONDS = HOURS * 3600
MOST_STEPS = 500
LAMBDA, SERVER, CONTAINER = "Lambda", "server", "container"


@dataclass(frozen=True)
class Option:
    """What is paid by the hour.

    Args:
        name: "server" or "container".
        kind: what it is called on AWS, short.
        words: the same with its size, for the subtitle.
        server: its price and how many calls it holds.
    """

    name: str
    kind: str
    words: str
    server: Server


@dataclass(frozen=True)
class Stretch:
    """A stretch of numbers of calls in which one option is the cheapest; it begins at `first` calls."""

    first: int
    name: str


@dataclass(frozen=True)
class Case:
    """One frame.

    Args:
        memory_mb: of the function.
        duration_ms: billed for each call.
        cpu_ms: of one CPU that a call needs on a server.
        architecture: "x86_64" or "arm64".
        free_tier: whether Lambda's is taken off.
        options: a server and a container.
        busy: how full they may be, from above 0 to 1.
        most: the largest number of calls a month that is drawn.
    """

    memory_mb: int
    duration_ms: float
    cpu_ms: float
    architecture: str
    free_tier: bool
    options: tuple[Option, ...]
    busy: Decimal
    most: int

    def on_lambda(self, calls: int) -> Decimal:
        """USD a month."""
        return month_price(
            calls, self.duration_ms, self.memory_mb, free_tier=self.free_tier, architecture=self.architecture
        )

    def room(self, option: Option) -> int:
        """Calls a month that one of them holds."""
        return floor(capacity(option.server.calls_a_second, busy=self.busy))

    def number_of(self, option: Option, calls: int) -> int:
        """How many of them so many calls need."""
        return max(1, -(-calls // self.room(option)))

    def price(self, option: Option, calls: int) -> Decimal:
        """USD a month."""
        return self.number_of(option, calls) * HOURS * option.server.hour

    def dearest(self, calls: int) -> Decimal:
        """USD a month of the dearest option by the hour."""
        return max(self.price(option, calls) for option in self.options)

    def steps(self, option: Option, top: Decimal) -> list[tuple[int, Decimal]]:
        """From how many calls on it costs how much, as far as it is drawn; a price above `top` is the last."""
        room, found = self.room(option), [(0, self.price(option, 0))]
        while found[-1][1] <= top and len(found) * room < self.most:
            calls = len(found) * room
            found.append((calls, self.price(option, calls + 1)))
        return found

    def check(self) -> None:
        """Whether the steps can be drawn.

        Raises:
            ValueError: one holds no call in a month, or more than 500 are needed.
        """
        for option in self.options:
            if self.room(option) < 1 or self.most > MOST_STEPS * self.room(option):
                raise ValueError(
                    f"a {option.name} holds {self.room(option):,} requests a month, so {self.most:,} would be more "
                    f"than {MOST_STEPS} steps: give a smaller `most`, fewer milliseconds of a CPU, or busier servers"
                )

    @cached_property
    def kinks(self) -> list[int]:
        """Where Lambda's line bends or ends."""
        gb_s = Decimal(self.memory_mb) / 1024 * Decimal(str(self.duration_ms)) / 1000
        bends = [price("lambda.free_requests"), price("lambda.free_gb_s") / gb_s] if self.free_tier else []
        return sorted({0, self.most, *(int(bend) for bend in bends if bend < self.most)})

    def _cheapest_hourly(self, calls: int) -> Option:
        return min(self.options, key=lambda option: self.price(option, calls))

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """Who is the cheapest, from no call to the last; Lambda loses where another costs no more."""
        ends = {self.most}
        for option in self.options:
            ends |= set(range(self.room(option), self.most, self.room(option)))
        found, first = [Stretch(0, LAMBDA)], 1
        for end in sorted(ends):  # up to here nobody needs one more, so the hourly price is level
            other = self._cheapest_hourly(end)
            level = self.price(other, end)
            meets = bisect.bisect_left(range(first, end + 1), True, key=lambda calls: self.on_lambda(calls) >= level)
            if meets and found[-1].name != LAMBDA:
                found.append(Stretch(first, LAMBDA))
            if first + meets <= end and found[-1].name != other.name:
                found.append(Stretch(first + meets, other.name))
            first = end + 1
        return tuple(found)

    @property
    def break_even(self) -> tuple[int, Option] | None:
        """The first number of calls at which another option costs no more than Lambda, and which one."""
        if len(self.stretches) == 1:
            return None
        calls = self.stretches[1].first
        return calls, self._cheapest_hourly(calls)


def percent(share: Decimal) -> str:
    """A share in words."""
    return f"{number(100 * share)}{SPACE}%"


def short(usd: Decimal) -> str:
    """Money in a picture: whole dollars from ten on."""
    return f"${big(rounded(usd, 3).quantize(1))}" if usd >= 10 else money(usd)


def finding(case: Case) -> str:
    """The title: up to where Lambda is the cheapest."""
    if case.break_even is None:
        return f"Up to {big(case.most)} requests a month, Lambda stays cheapest"
    return f"Lambda is the cheapest up to {_calls(case.break_even[0])} requests a month"


def _calls(calls: int) -> str:
    return big(rounded(calls, 2))


def conditions(case: Case) -> str:
    """The subtitle: the function, what it is compared with, and the assumption."""
    processor = {"x86_64": "x86", "arm64": "arm64"}[case.architecture]
    sizes = " ".join(f"{option.name.capitalize()}: {option.words}." for option in case.options)
    return (
        f"Lambda: {case.memory_mb:,}{SPACE}MB, {milliseconds(case.duration_ms)} a call, {processor}. {sizes} "
        f"On both a call takes {milliseconds(case.cpu_ms)} of a CPU, and they are {percent(case.busy)} busy; "
        "without burst credits, addresses, disks"
    )


def alt(case: Case) -> str:
    """The finding with its numbers, what is drawn, and where Lambda is the cheapest again."""
    said = finding(case)
    if case.break_even:
        calls, option = case.break_even
        count = case.number_of(option, calls)
        many = f"one {option.name}" if count == 1 else f"{in_words(count)} {option.name}s"
        said += f", where it meets {many} at {short(case.price(option, calls))}"
    else:
        said += f": there it costs {short(case.on_lambda(case.most))}"
    back = next((at for at, one in enumerate(case.stretches) if at and one.name == LAMBDA), len(case.stretches))
    ends = [_calls(stretch.first) for stretch in case.stretches[back : back + 2]]
    again = f" Again cheapest: {'' if ends[1:] else 'from '}{' to '.join(ends)}." if ends else ""
    return f"{said}.{again} Lambda is a line; server and container rise in steps, {percent(case.busy)} busy."


def table_of_frames(rows: list[list[Case]]) -> Table:
    """The explorer's table: a row for each busy share, a break-even for each memory size."""
    first = rows[0]
    columns = ["how busy", *(f"a {option.name} holds" for option in first[0].options)]
    columns += [f"break-even, {row[0].memory_mb:,}{SPACE}MB" for row in rows]
    told = []
    for at, case in enumerate(first):
        holds = [_calls(case.room(option)) for option in case.options]
        told.append((percent(case.busy), *holds, *(_told(row[at]) for row in rows)))
    caption = f"Requests a month: what one holds, and from where on Lambda is not the cheapest; {_computed(first[0])}"
    return Table(caption, columns, told)


def _told(case: Case) -> str:
    if case.break_even is None:
        return f"none to {big(case.most)}"
    calls, option = case.break_even
    return f"{_calls(calls)}, {short(case.price(option, calls))}"


def table_of_prices(case: Case) -> Table:
    """One frame's table: what each number of calls costs."""
    numbers = {int(value): "" for value in steps(case.most)[:5]} | {case.most: ""}
    for stretch in case.stretches[1:4]:
        numbers = {value: note for value, note in numbers.items() if _calls(value) != _calls(stretch.first)}
        numbers[stretch.first] = f" ({stretch.name} from here)"
    rows = []
    for calls, note in sorted(numbers.items()):
        others = [f"{short(case.price(o, calls))} for {case.number_of(o, calls)}" for o in case.options]
        rows.append((f"{_calls(calls)}{note}", f"{calls / MONTH_SECONDS:.2g}", short(case.on_lambda(calls)), *others))
    columns = ("requests a month", "a second", "Lambda", *(f"{option.name}s" for option in case.options))
    return Table(f"Dollars a month, {_computed(case)}", columns, rows)


def _computed(case: Case) -> str:
    free = "with" if case.free_tier else "without"
    return f"computed (prices of {prices_date()}, us-east-1), {free} free tier"
