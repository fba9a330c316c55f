"""A bill as a table: what was used, at which price, and what it comes to, with the sum and the prices' date.

AWS's bill is a page of its own, in whole cents. Here a bill is one table under the call that made it. A bill below a
cent is told for a million times as much, because nobody can read $0.00000042. Left out: each price's source, which
`lambdalab.facts.fact` tells by the name that stands in the item.
"""

from __future__ import annotations

import html as escaping
from decimal import ROUND_HALF_UP, Decimal

from lambdalab.facts import fact
from lambdalab.models.bill import Bill, Item
from lambdalab.show import theme
from lambdalab.show.numbers import SPACE, big, count, money, number
from lambdalab.show.picture import Table

_CENT = Decimal("0.01")
_MILLION = 1_000_000
_NO_BREAK = "\u2011"  # a hyphen at which no line ends
# Where room is scarce a function's long name is broken, and no quantity or price inside a word.
_WHOLE = ".ll-bill :is(td,th)+:is(td,th){overflow-wrap:break-word}"


def table(bill: Bill) -> Table:
    """The bill as a table, the sum in its last row."""
    small = 0 < bill.usd < _CENT
    many = _MILLION if small else 1
    rows = [(item.name, _quantity(item), _price(item), dollars(item.usd * many)) for item in bill]
    rows.append(("together", "", "", dollars(bill.usd * many)))
    caption = f"A bill, computed (prices of {bill.date}, us-east-1)" if bill.items else "A bill: nothing was used"
    if small:
        caption += "; it is below a cent, so the last column is a million times as much"
    heading = "a million times" if small else "comes to"
    return Table(caption, ("", "quantity", "price", heading), rows, align="lrlr")


def dollars(usd: Decimal) -> str:
    """Money as a bill has it, to the cent: "$263.92"; a smaller sum as far as it can be read."""
    return f"${usd.quantize(_CENT, ROUND_HALF_UP):,}" if usd >= _CENT else money(usd)


def _quantity(item: Item) -> str:
    told = _together(_small(item) or f"{_count(item.quantity)}{SPACE}{_unit(item)}")
    return f"{told}, and {_count(item.free)} free" if item.free else told


def _unit(item: Item) -> str:
    if item.quantity == 1:
        return item.unit if item.unit.endswith("GB-s") else item.unit.removesuffix("s")
    return f"{item.unit}s" if item.unit.endswith(("hour", "month")) else item.unit


def _small(item: Item) -> str:
    """A small part of a GB in a unit that can be read; "" for everything else."""
    if item.unit != "GB" or not 0 < item.quantity < Decimal("0.001"):
        return ""
    kilobytes = item.quantity * 1024**2
    return f"{number(kilobytes)}{SPACE}KB" if kilobytes < 1000 else f"{number(kilobytes / 1024)}{SPACE}MB"


def _together(words: str) -> str:
    """A unit stays on one line."""
    return words.replace("GB-", f"GB{_NO_BREAK}")


def _count(value: Decimal) -> str:
    return count(int(value)) if value == value.to_integral_value() else big(value)


def _price(item: Item) -> str:
    found = fact(item.fact)
    about = "about " if found.certainty in "CD" else ""
    return _together(f"{about}${found.value:f} {found.unit.removeprefix('USD ')}")


def html(bill: Bill) -> str:
    """The bill as HTML: the table, and the words under it."""
    note = f'<p class="ll-2">{escaping.escape(bill.note)}</p>' if bill.note else ""
    told = table(bill).html(sheet=False) + note
    return f'<style>{theme.css()}{_WHOLE}</style><div class="ll ll-t ll-bill {theme.NO_FORMULAS}">{told}</div>'


def text(bill: Bill) -> str:
    """The bill as plain text."""
    return f"{table(bill).text()}\n\n{bill.note}" if bill.note else table(bill).text()
