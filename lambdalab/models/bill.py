"""A bill: items of quantity times price, each with the dated fact that its price comes from, and their sum.

AWS's bill lists each kind of use with its quantity and its price, a month later. Here the same lines are made at once,
in exact decimals, from facts.toml: cheaper tiers are lines of their own, and what is free is taken off first. Left out:
taxes, discounts by contract, and rounding to the cent, which AWS does at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from lambdalab.facts import Fact, fact, facts, prices_date

Number = int | float | Decimal
_PRICED = re.compile(r"USD per (?P<many>million |1,000 |)(?P<unit>.+)")
_MANY = {"": 1, "1,000 ": 1_000, "million ": 1_000_000}


def exact(number: Number, what: str = "a quantity") -> Decimal:
    """The number as it is meant: 0.1 is one tenth, and not the nearest binary fraction.

    Args:
        what: the number's name, for the error.

    Raises:
        ValueError: it is negative, or not a number.
    """
    read = number if isinstance(number, Decimal) else Decimal(str(number))
    if not read.is_finite() or read < 0:
        raise ValueError(f"{what} of {number} cannot be billed: nothing is used less than zero times; give 0 or more")
    return read


@dataclass(frozen=True)
class Item:
    """One line of a bill (lesson 11).

    Args:
        name: what was used, such as "Lambda requests".
        quantity: how much of it is billed.
        unit: of the quantity, such as "GB-s".
        price: USD of one unit.
        fact: the name of that price in facts.toml; `lambdalab.facts.fact` tells its source and date.
        free: how much more was used that costs nothing.
    """

    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    fact: str
    free: Decimal = Decimal(0)

    @property
    def usd(self) -> Decimal:
        """What the line comes to, exact."""
        return self.quantity * self.price


@dataclass(frozen=True, repr=False)
class Bill:
    """Items and their sum (lesson 11); shows itself as a table.

    Args:
        items: the lines.
        note: what the bill does not count, and other words under the table.
    """

    items: tuple[Item, ...] = ()
    note: str = ""

    @property
    def usd(self) -> Decimal:
        """The sum in USD, exact."""
        return sum((item.usd for item in self.items), Decimal(0))

    @property
    def date(self) -> str:
        """Month and year of the oldest price in it, such as "September 2026"."""
        return prices_date(*{item.fact for item in self.items})

    @property
    def largest(self) -> Item:
        """The line that costs the most.

        Raises:
            ValueError: the bill has no line.
        """
        if not self.items:
            raise ValueError("the bill has no line, so none is the largest: nothing was used; price something first")
        return max(self.items, key=lambda item: item.usd)

    def of(self, name: str) -> Bill:
        """Only the lines whose name has this in it, such as "Lambda".

        Raises:
            ValueError: no line has; the text lists those there are.
        """
        found = tuple(item for item in self.items if name.lower() in item.name.lower())
        if not found:
            there = ", ".join(dict.fromkeys(item.name for item in self.items)) or "nothing"
            raise ValueError(f"no line of the bill is named {name!r}. There is: {there}. Choose one of these.")
        return replace(self, items=found)

    def times(self, number: Number) -> Bill:
        """The bill of so many times as much, at the same prices: a million photos from one (lesson 11).

        Later price tiers and free allowances are not looked at: they belong to a month.

        Raises:
            ValueError: the number is negative.
        """
        many = exact(number, "a number of times")
        return replace(
            self, items=tuple(replace(i, quantity=i.quantity * many, free=i.free * many) for i in self.items)
        )

    def __sub__(self, earlier: Bill) -> Bill:
        """What came after an earlier bill of the same things; lines without a change are left out.

        Raises:
            ValueError: the other bill has more of something, so it is no earlier one.
        """
        before = {(item.name, item.fact): item for item in earlier}
        items = []
        for item in self.items:
            old = before.pop((item.name, item.fact), replace(item, quantity=Decimal(0), free=Decimal(0)))
            if item.quantity < old.quantity:
                before[item.name, item.fact] = old
            elif item.quantity > old.quantity:
                items.append(replace(item, quantity=item.quantity - old.quantity, free=item.free - old.free))
        if before:
            more = ", ".join(name for name, _ in list(before)[:3])
            raise ValueError(f"that is no earlier bill of the same: it has more of {more}; take one of this lab's")
        return replace(self, items=tuple(items))

    def __add__(self, other: Bill) -> Bill:
        notes = dict.fromkeys(note for note in (self.note, other.note) if note)
        return Bill(self.items + other.items, " ".join(notes))

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def _repr_html_(self) -> str:
        from lambdalab.show.bills import html

        return html(self)

    def __repr__(self) -> str:
        from lambdalab.show.bills import text

        return text(self)


def per_unit(name: str) -> tuple[Decimal, str]:
    """A price's USD for a single unit, and that unit, such as (0.0000002, "requests").

    Args:
        name: of a price in facts.toml.

    Raises:
        KeyError: no fact has this name.
        ValueError: the fact is no price.
    """
    found = fact(name)
    read = _PRICED.fullmatch(found.unit)
    if read is None:
        raise ValueError(f"{name} is no price but counted in {found.unit}; take a fact whose unit begins with USD per")
    return found.value / _MANY[read["many"]], read["unit"]


def lines(name: str, quantity: Number, price: str, *, free: str = "", taken: Number | None = None) -> list[Item]:
    """The lines for so much of something: one for each price tier that it reaches, none for nothing.

    Tiers count what is left after the free part is taken off; AWS's worked examples take it off first, too.

    Args:
        name: what was used.
        quantity: in the unit of the price.
        price: the name of the first tier's price in facts.toml.
        free: the name of the fact that says how much is free in a month; "" when nothing is.
        taken: how much is free, where it is not the whole of `free`.

    Raises:
        ValueError: the quantity is negative.
    """
    used = exact(quantity, name)
    without = min(used, exact(taken, "a free part") if taken is not None else fact(free).value if free else Decimal(0))
    found: list[Item] = []
    rest, below = used - without, Decimal(0)
    for tier, up_to in _tiers(price):
        inside = rest if up_to is None else min(rest, up_to - below)
        if inside or (without and not found):
            usd, unit = per_unit(tier.name)
            found.append(Item(name, inside, unit, usd, tier.name, Decimal(0) if found else without))
        rest, below = rest - inside, up_to or below
    return found


def _tiers(name: str) -> Iterator[tuple[Fact, Decimal | None]]:
    """The price's tiers, each with how much of a month it reaches up to."""
    names = [name, *(f"{name}{joint}tier_{number}" for number in (2, 3, 4) for joint in "._")]
    for tier in names:
        if tier == name or tier in facts():
            end = facts().get(f"{tier}.up_to")
            yield fact(tier), end.value if end else None


def bill(*items: Iterable[Item], note: str = "") -> Bill:
    """A bill of all these lines."""
    return Bill(tuple(item for some in items for item in some), note)
