"""A pattern and an event: all keys must agree, and one of the values of each.

On AWS and here the event is first laid out as a list of values, each under the path of keys that leads to it, so that
a key with a dot in it and the nested path are the same. Values under one list only agree together when they stand in
the same element of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lambdalab.patterns.operators import Wanted, refuse, short, shown, wanted

_MOST_BRANCHES = 1_000
_RESERVED = {
    *("exactly", "equals-ignore-case", "prefix", "suffix", "anything-but", "exists", "wildcard", "numeric", "cidr"),
    *("=", "<", "<=", ">", ">=", "regex", "not-wildcard", "not-equals-ignore-case", "date-after", "date-on-or-after"),
    *("date-before", "date-on-or-before", "in-date-range", "ip-address-in-range", "ip-address-not-in-range"),
}
"""Names that AWS does not take as keys inside $or."""

Branch = Mapping[str, Sequence[Wanted]]
Found = tuple[Any, Mapping[int, int]]
"""A value of the event, and in which element of each list it stands."""


@dataclass(frozen=True)
class Pattern:
    """A pattern that AWS would take (lessons 07 and 08).

    Args:
        branches: the ways in which an event can match; more than one only with $or. Each has for dotted keys what
            their values may be.
    """

    branches: Sequence[Branch]

    @classmethod
    def parse(cls, pattern: str | Mapping[str, Any]) -> Pattern:
        """Read a pattern.

        Args:
            pattern: as JSON text, or as that text would be read.

        Raises:
            InvalidPattern: AWS would refuse it.
        """
        given = _read(pattern) if isinstance(pattern, str) else pattern
        if not isinstance(given, Mapping):
            refuse("Filter is not an object")
        return cls(_branches(given, (), False))

    def matches(self, event: Mapping[str, Any]) -> bool:
        """Whether the pattern means this event."""
        return self._means(_values(event))

    def misses(self, event: Mapping[str, Any]) -> str:
        """Why it does not match: the first key that differs, what was wanted, and what was seen; "" when it matches."""
        values = _values(event)
        if self._means(values):
            return ""
        reasons = list(dict.fromkeys(_difference(branch, values, event) for branch in self.branches))
        return reasons[0] if len(reasons) == 1 else f"no part of $or matches: {'; '.join(reasons)}"

    def _means(self, values: Mapping[str, Sequence[Found]]) -> bool:
        return any(_agree(list(branch.items()), values, {}) for branch in self.branches)


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as wrong:
        if token := re.match(r"[A-Za-z_]\w*", text[wrong.pos :]):
            kinds = "JSON String, Number, Array, Object or token 'null', 'true' or 'false'"
            refuse(f"Unrecognized token '{token[0]}': was expecting ({kinds})")
        if wrong.msg.startswith("Expecting property name") and wrong.pos < len(text):
            sign = f"'{text[wrong.pos]}' (code {ord(text[wrong.pos])})"
            refuse(f"Unexpected character ({sign}): was expecting double-quote to start field name")
        refuse(f"{wrong.msg}: line {wrong.lineno}, column {wrong.colno}")


def _branches(node: Mapping[str, Any], path: tuple[str, ...], within_or: bool) -> list[Branch]:
    """An object of a pattern: all its keys must match, so each way of one goes with each way of the others."""
    if not node:
        refuse("Empty objects are not allowed")
    found: list[Branch] = [{}]
    for key, value in node.items():
        if key == "$or":
            ways = _either(value, path)
        elif within_or and key in _RESERVED:
            refuse(f"{key} is Ruler reserved fieldName which cannot be used inside $or.")
        elif isinstance(value, Mapping):
            ways = _branches(value, (*path, key), within_or)
        elif isinstance(value, list):
            if not value:
                refuse("Empty arrays are not allowed")
            ways = [{".".join((*path, key)): [wanted(one) for one in value]}]
        else:
            refuse(f'"{key}" must be an object or an array')
        if len(found) * len(ways) > _MOST_BRANCHES:
            refuse(f"the parts of $or can be combined in more than {_MOST_BRANCHES} ways")
        found = [{**one, **way} for one in found for way in ways]
    return found


def _either(parts: Any, path: tuple[str, ...]) -> list[Branch]:
    if not isinstance(parts, list):
        refuse("It must be an Array followed with $or.")
    if not all(isinstance(part, Mapping) for part in parts):
        refuse("Only JSON object is allowed in array of $or relationship.")
    if len(parts) < 2:
        refuse("There must have at least 2 Objects in $or relationship.")
    return [way for part in parts for way in _branches(part, path, True)]


def _values(event: Mapping[str, Any]) -> dict[str, list[Found]]:
    """The event's values by dotted key."""
    found: dict[str, list[Found]] = {}
    for path, value, elements in _walk(event, (), {}):
        found.setdefault(".".join(path), []).append((value, elements))
    return found


def _walk(
    node: Any, path: tuple[str, ...], elements: Mapping[int, int]
) -> Iterator[tuple[tuple[str, ...], Any, Mapping[int, int]]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield from _walk(value, (*path, key), elements)
    elif isinstance(node, (list, tuple)):
        for index, value in enumerate(node):
            inner = isinstance(value, (Mapping, list, tuple))  # two plain values of a list need not be the same one
            yield from _walk(value, path, {**elements, id(node): index} if inner else elements)
    else:
        yield path, node, elements


def _agree(
    keys: Sequence[tuple[str, Sequence[Wanted]]], values: Mapping[str, Sequence[Found]], at: Mapping[int, int]
) -> bool:
    """Whether there is a value for each key, and all those under one list in the same element of it."""
    if not keys:
        return True
    (key, wishes), rest = keys[0], keys[1:]
    if key not in values:
        return any(wish.absent for wish in wishes) and _agree(rest, values, at)
    fitting = {tuple(places.items()) for value, places in values[key] if any(wish.holds(value) for wish in wishes)}
    return any(
        _agree(rest, values, {**at, **dict(places)})
        for places in fitting
        if all(at.get(node, index) == index for node, index in places)
    )


def _difference(branch: Branch, values: Mapping[str, Sequence[Found]], event: Mapping[str, Any]) -> str:
    """In a sentence, what keeps a branch from matching."""
    for key, wishes in branch.items():
        if not _agree([(key, wishes)], values, {}):
            seen = [value for value, _ in values.get(key, [])]
            words = " or ".join(wish.words for wish in wishes) + ("; case counts" if _only_case(seen, wishes) else "")
            return f"{_seen(key, seen, values, event)}, and the pattern wants {words}"
    return f"each of {' and '.join(branch)} matches by itself, but no one element of the list has all of them"


def _seen(key: str, seen: Sequence[Any], values: Iterable[str], event: Mapping[str, Any]) -> str:
    if len(seen) == 1:
        return f"the value of {key} is {shown(seen[0])}"
    if seen:
        return f"the values of {key} are {short(' and '.join(dict.fromkeys(map(shown, seen))))}"
    node: Any = event
    for step in key.split("."):
        node = node.get(step) if isinstance(node, Mapping) else None
    if isinstance(node, (Mapping, list, tuple)):
        return f"{key} is {'an object, which has no value of its own' if node else 'empty, which counts as no value'}"
    near = next((one for one in values if one.lower() == key.lower()), "")
    return f"the event has no {key}" + (f" (it has {near}, and case counts)" if near else "")


def _only_case(seen: Iterable[Any], wishes: Sequence[Wanted]) -> bool:
    return any(
        wish.holds(value.lower()) or wish.holds(value.upper()) or wish.words.lower() == shown(value).lower()
        for value in seen
        if isinstance(value, str)
        for wish in wishes
        if not wish.words.startswith("anything but")
    )
