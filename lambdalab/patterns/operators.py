"""What a value may be: itself, or an operator such as prefix, numeric or anything-but.

On AWS and here an operator works on values only, not on objects and lists. Each refuses what AWS refuses, with AWS's
sentence, and has words for itself, which a reason uses.
"""

from __future__ import annotations

import ipaddress
import json
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

_LARGEST = 5e9
"""AWS compares numbers only up to five thousand millions, on both sides of zero."""
_SHOWN = 80

Test = Callable[[Any], bool]
"""Asked of a value that is no object and no list."""


class InvalidPattern(ValueError):
    """AWS does not take the pattern; the text is AWS's reason, without what each service writes before it."""


@dataclass(frozen=True)
class Wanted:
    """One of the things that a key's value may be.

    Args:
        words: how a sentence names it, such as "numeric >= 100".
        absent: it is met where there is no value.
    """

    words: str
    holds: Test
    absent: bool = False


def wanted(value: Any) -> Wanted:
    """What one element of a pattern's list asks for; raises InvalidPattern."""
    if isinstance(value, list):
        refuse("Match value must be String, number, true, false, or null")
    if not isinstance(value, Mapping):
        return Wanted(shown(value), lambda seen: _same(value, seen))
    name = _first(value, "Match expression name not found")
    if name not in _OPERATORS:
        refuse(f"Unrecognized match type {name}")
    made = _OPERATORS[name](name, value[name])
    if len(value) > 1:
        lists = name in ("numeric", "anything-but")
        refuse("Too many elements in numeric expression" if lists else "Only one key allowed in match expression")
    return made


def refuse(reason: str) -> NoReturn:
    """Raise InvalidPattern."""
    raise InvalidPattern(reason)


def shown(value: Any) -> str:
    """A value as JSON, shortened if it is long."""
    return short(json.dumps(value, ensure_ascii=False, default=str))


def short(text: str) -> str:
    """The beginning of a long text."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _first(node: Mapping[str, Any], otherwise: str) -> str:
    """An operator's name: the first key."""
    for name in node:
        return name
    refuse(otherwise)


def _same(one: Any, other: Any) -> bool:
    """JSON's equality: 300 is 300.0, and true is not 1."""
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_COMPARE: Mapping[str, Callable[[str, str], bool]] = {
    "prefix": str.startswith,
    "suffix": str.endswith,
    "equals-ignore-case": lambda seen, text: seen.lower() == text.lower(),
    "wildcard": lambda seen, text: _wildcard(text).fullmatch(seen) is not None,
}


def _compare(name: str, text: str) -> Test:
    if name == "wildcard":
        _wildcard(text)  # refused now, not when the first event comes
    return lambda seen: isinstance(seen, str) and _COMPARE[name](seen, text)


def _wildcard(text: str) -> re.Pattern[str]:
    """A star stands for any characters, also none; after a backslash, a star or a backslash is the sign itself."""
    made = ""
    for part in re.finditer(r"\\[*\\]|.", text, re.DOTALL):
        at = len(text[: part.start()].encode()) + 1  # AWS counts bytes, and the quotation mark before them
        if part[0] == "\\":
            refuse(f"Invalid escape character at pos {at}")
        if part[0] == "*" and text[part.end() : part.end() + 1] == "*":
            refuse(f"Consecutive wildcard characters at pos {at}")
        made += ".*" if part[0] == "*" else re.escape(part[0][-1])
    return re.compile(made, re.DOTALL)


def _text(name: str, value: Any) -> Wanted:
    """prefix and suffix, with or without equals-ignore-case; equals-ignore-case itself; wildcard."""
    if name in ("prefix", "suffix") and isinstance(value, Mapping):
        inner = _first(value, f"{name.capitalize()} expression name not found")
        if inner != "equals-ignore-case":
            refuse(f"Unsupported {name} pattern: {inner}")
        text, compare = _string(inner, value[inner]), _COMPARE[name]
        if len(value) > 1:
            refuse("Only one key allowed in match expression")
        words = f"{name} {shown(text)} in any case"
        return Wanted(words, lambda seen: isinstance(seen, str) and compare(seen.lower(), text.lower()))
    text = _string(name, value)
    words = f"{shown(text)} in any case" if name == "equals-ignore-case" else f"{name} {shown(text)}"
    return Wanted(words, _compare(name, text))


def _string(name: str, value: Any) -> str:
    if not isinstance(value, str):
        refuse(f"{name} match pattern must be a string")
    return value


def _anything_but(_: str, value: Any) -> Wanted:
    """Any value but these: null and values of another kind are other values, and a missing key has none."""
    name = ""
    if isinstance(value, Mapping):
        name = _first(value, "Anything-But expression name not found")
        if name not in _COMPARE:
            refuse(f"Unsupported anything-but pattern: {name}")
        if len(value) > 1:
            refuse("Too many elements in numeric expression")  # so AWS says it
        value = value[name]
    if not isinstance(value, (list, str)) and not _is_number(value):
        refuse("Value of anything-but must be an array or single string/number value.")
    values = value if isinstance(value, list) else [value]
    tests = [_compare(name, _unwanted(name, one)) for one in values] if name else _unequal(values)
    words = " or ".join(shown(one) for one in values)
    return Wanted(f"anything but {name}{name and ' '}{words}", lambda seen: not any(test(seen) for test in tests))


def _unwanted(name: str, value: Any) -> str:
    ends = name in ("prefix", "suffix")
    if not isinstance(value, str):
        if name == "equals-ignore-case":
            refuse("Inside anything-but/equals-ignore-case list, number|start|null|boolean is not supported.")
        refuse(f"{'prefix/suffix' if ends else name} match pattern must be a string")
    if ends and not value:
        refuse("Null prefix/suffix not allowed")
    return value


def _unequal(values: Sequence[Any]) -> list[Test]:
    if not all(isinstance(one, str) or _is_number(one) for one in values):
        refuse("Inside anything but list, start|null|boolean is not supported.")
    if len({isinstance(one, str) for one in values}) != 1:
        refuse("Inside anything but list, either all values are number or string, mixed type is not supported")
    return [lambda seen: any(_same(one, seen) for one in values)]


_LIMITS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _numeric(_: str, value: Any) -> Wanted:
    """One comparison, or a lower limit and then an upper one."""
    if not isinstance(value, list):
        refuse("Value of numeric must be an array.")
    if not value or not isinstance(value[0], str):
        refuse(f"Invalid member in numeric match: {value[0] if value else ']'}")
    if value[0] not in _LIMITS:
        refuse(f"Unrecognized numeric range operator: {value[0]}")
    limits = [_limit(value[:2])]
    if upper := value[2:]:
        if value[0] not in (">", ">="):
            refuse("Too many elements in numeric expression")
        if not isinstance(upper[0], str):
            refuse(f"Bad value in numeric range: {upper[0]}")
        if upper[0] not in ("<", "<="):
            refuse(f"Bad numeric range operator: {upper[0]}")
        limits.append(_limit(upper[:2]))
        if len(upper) > 2:
            refuse("Too many terms in numeric range expression")

    def holds(seen: Any) -> bool:
        return _is_number(seen) and abs(seen) <= _LARGEST and all(_LIMITS[sign](seen, limit) for sign, limit in limits)

    return Wanted("numeric " + " and ".join(f"{sign} {limit}" for sign, limit in limits), holds)


def _limit(given: Sequence[Any]) -> tuple[str, float]:
    """A sign and its number, which may be missing."""
    sign, number = given[0], given[-1]
    if not _is_number(number):
        refuse(f"Value of {'equals' if sign == '=' else sign} must be numeric")
    if abs(number) > _LARGEST:
        refuse("Value must be between -5.0E9 and 5.0E9, inclusive")
    return sign, number


def _exists(_: str, value: Any) -> Wanted:
    if not isinstance(value, bool):
        refuse("exists match pattern must be either true or false.")
    return Wanted("any value" if value else "no value there", lambda seen: value, absent=not value)


def _cidr(_: str, value: Any) -> Wanted:
    """From the address that is written to the end of its block, as AWS compares them."""
    if not isinstance(value, str):
        refuse("prefix match pattern must be a string")  # so AWS says it
    written, _, mask = value.partition("/")
    if not mask or "/" in mask:
        refuse("Malformed CIDR, one '/' required")
    if not re.fullmatch(r"[+-]?[0-9]+", mask):
        refuse("Malformed CIDR, mask bits must be an integer")
    first, bits = _address(written), int(mask)
    if bits < 0:
        refuse("Malformed CIDR, mask bits must not be negative")
    if first is None:
        refuse(f"Nonstandard IP address: {written}")
    if bits >= first.max_prefixlen:
        refuse(f"IPv{first.version} mask bits must be < {first.max_prefixlen}")
    last = int(first) | ((1 << (first.max_prefixlen - bits)) - 1)

    def holds(seen: Any) -> bool:
        address = _address(seen)
        return address is not None and address.version == first.version and int(first) <= int(address) <= last

    return Wanted(f"cidr {value}", holds)


def _address(text: Any) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text) if isinstance(text, str) else None
    except ValueError:
        return None


_OPERATORS: Mapping[str, Callable[[str, Any], Wanted]] = {
    **dict.fromkeys(("prefix", "suffix", "equals-ignore-case", "wildcard"), _text),
    "anything-but": _anything_but,
    "numeric": _numeric,
    "exists": _exists,
    "cidr": _cidr,
}
