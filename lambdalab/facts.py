"""Dated figures: every price, limit and published measurement that a lesson shows.

On AWS they are scattered over price lists, documentation pages and papers. Here they stand in facts.toml, each with its
unit, source, date and certainty, and are read as exact decimals. Left out: regions other than us-east-1, and taxes.
"""

from __future__ import annotations

import difflib
import functools
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import Any

_ABOUT = ("unit", "source", "date", "certainty", "note")


@dataclass(frozen=True)
class Fact:
    """One figure and where it comes from (lesson 01 shows the first).

    Args:
        name: the path in facts.toml, such as "lambda.requests_per_million".
        value: the figure, exact.
        unit: such as "USD per GB-s".
        source: who says so.
        date: when that was read or published: "2026-09-19", "2021-01" or "2017".
        certainty: "A" two dated readings agree, "B" one, "C" secondary or undated, "D" derived.
        note: what the figure holds for; may be empty.
    """

    name: str
    value: Decimal
    unit: str
    source: str
    date: str
    certainty: str
    note: str = ""

    @property
    def is_price(self) -> bool:
        return self.unit.startswith("USD per")


def _flatten(table: Mapping[str, Any], path: str, about: Mapping[str, str]) -> Iterator[Fact]:
    about = {**about, **{key: table[key] for key in _ABOUT if key in table}}
    for key, entry in table.items():
        if key in _ABOUT:
            continue
        name = path if key == "value" else f"{path}.{key}".removeprefix(".")
        if isinstance(entry, dict):
            yield from _flatten(entry, name, about)
        else:
            yield Fact(name=name, value=Decimal(entry), **about)


@functools.cache
def facts() -> Mapping[str, Fact]:
    """Every fact by its name, in the order of the file (lessons 11 and 12)."""
    text = resources.files("lambdalab").joinpath("facts.toml").read_text(encoding="utf-8")
    return {fact.name: fact for fact in _flatten(tomllib.loads(text, parse_float=Decimal), "", {})}


def fact(name: str) -> Fact:
    """One fact by its name (lesson 11).

    Raises:
        KeyError: no fact has this name; the message lists names that are near.
    """
    known = facts()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    near += [other for other in known if name and name in other and other not in near][:3]
    advice = f"near names: {', '.join(near)}" if near else "lambdalab.facts.facts() holds all names"
    raise KeyError(f"there is no fact named {name!r}; {advice}")


def price(name: str) -> Decimal:
    """A price, free allowance or other figure as an exact decimal, in the unit of `fact(name).unit` (lesson 01).

    Raises:
        KeyError: no fact has this name.
    """
    return fact(name).value


def _day(text: str) -> date:
    year, month, day, *_ = [*map(int, text.split("-")), 1, 1]  # "2021-01" is its first day
    return date(year, month, day)


def _oldest_price(*names: str) -> date:
    return min(_day(found.date) for found in (map(fact, names) if names else facts().values()) if found.is_price)


def prices_date(*names: str) -> str:
    """Month and year of the oldest price, such as "September 2026": a computed picture names it (lesson 01).

    Args:
        names: only of these prices; without one, of all.

    Raises:
        KeyError: no fact has one of these names.
    """
    oldest = _oldest_price(*names)
    months = (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    )  # strftime would follow the locale
    return f"{months[oldest.month - 1]} {oldest.year}"


def age_in_days(today: date) -> int:
    """How many days before `today` the oldest price was read; `lambdalab doctor` asks (lesson 00)."""
    return (today - _oldest_price()).days
