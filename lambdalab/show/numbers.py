"""How a number is written in every picture, card and table: short, with its unit, and never falsely exact.

AWS writes "Duration: 12.30 ms" in its REPORT line, which stays as it is. Here a number for reading has at most three
significant digits, a comma for thousands, and a no-break space before its unit. Left out: other languages' commas.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_EVEN, Decimal

SPACE = "\u00a0"  # no-break: a number and its unit stay on one line
Number = int | float | Decimal


def rounded(value: Number, digits: int = 3) -> Decimal:
    """The value with so many significant digits, as an exact decimal.

    Raises:
        ValueError: the value is infinite or not a number.
    """
    exact = value if isinstance(value, Decimal) else Decimal(str(value))
    if not exact.is_finite():
        raise ValueError(f"{value} cannot be written as a number: it has no end; give a finite value")
    if exact == 0:
        return Decimal(0)
    return exact.quantize(Decimal(1).scaleb(exact.adjusted() - digits + 1), rounding=ROUND_HALF_EVEN)


def number(value: Number, digits: int = 3) -> str:
    """Thousands with a comma and at most three significant digits: "5,830", "0.217", "12"."""
    text = f"{rounded(value, digits):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(value: int) -> str:
    """A counted number, exact: "5,832"; from ten million on in words, "36 million"."""
    return big(value) if abs(value) >= 10_000_000 else f"{value:,}"


def big(value: Number, *, short: bool = False) -> str:
    """A large number in words, "36 million", or short for a tick, "36 M"; below a million as `number`."""
    for size, word, letter in ((10**12, "trillion", "T"), (10**9, "billion", "G"), (10**6, "million", "M")):
        if abs(rounded(value)) >= size:
            return f"{number(Decimal(str(value)) / size)}{SPACE}{letter if short else word}"
    return number(value)


def milliseconds(value: Number) -> str:
    """A time given in milliseconds: "1.42 ms", "83 ms", and from one second on "1.28 s"."""
    if value >= 999.5:
        return f"{number(Decimal(str(value)) / 1000)}{SPACE}s"
    return f"{number(value, 2 if value >= 10 and value < 100 else 3)}{SPACE}ms"


def money(dollars: Decimal) -> str:
    """A sum in dollars: "$7.49", "$1,230", and below a cent with as few digits as stay within 5 %: "$0.00006"."""
    if dollars < 0:
        return "-" + money(-dollars)
    if dollars == 0:
        return "$0"
    if rounded(dollars) >= 100:
        return f"${big(dollars)}"
    if rounded(dollars) >= Decimal("0.01"):
        return f"${rounded(dollars).quantize(Decimal('0.01')):f}"
    for digits in (1, 2, 3):
        if abs(rounded(dollars, digits) - dollars) <= dollars * Decimal("0.05"):
            break
    return f"${number(dollars, digits)}"


def money_a_million(dollars_a_million: Decimal) -> str:
    """A price so small that it is told for a million calls: "$0.21 a million"."""
    return f"{money(dollars_a_million)} a million"


def about(ratio: Number) -> str:
    """A ratio with as few digits as stay within 5 %: "6,000" for 6,117."""
    for digits in (1, 2):
        if abs(float(rounded(ratio, digits)) - float(ratio)) <= 0.05 * float(ratio):
            break
    return big(rounded(ratio, digits))


def steps(top: float, *, whole: bool = False) -> list[float]:
    """Two to five tick values from zero up to at most `top`, a multiple of 1, 2 or 5.

    Args:
        top: the largest value drawn, above zero.
        whole: only whole numbers, for what is counted.
    """
    power = 10.0 ** math.floor(math.log10(top / 2))
    step = max(factor * power for factor in (1, 2, 5) if factor * power <= top / 2 * (1 + 1e-9))
    if whole:
        step = max(step, 1.0)
    return [index * step for index in range(math.floor(top / step * (1 + 1e-9)) + 1)]


_WORDS = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]


def in_words(value: int) -> str:
    """A counted number within a sentence: "ten", and above twelve "13"."""
    return _WORDS[value] if 0 <= value < len(_WORDS) else count(value)


def period(seconds: float) -> str:
    """A length of time that nobody measures to the millisecond: "0.8 s", "95 s", "10 min", "1 h 30 min", "2 days"."""
    if seconds < 119.5:
        return f"{number(seconds, 2)}{SPACE}s"
    minutes = round(seconds / 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [(days, "day" if days == 1 else "days"), (hours, "h"), (rest, "min")]
    shown = [f"{value}{SPACE}{unit}" for value, unit in parts if value][:2]
    return SPACE.join(shown)
