"""Values between a student's process and the judge's, by value, as JSON: never as pickle, which would run code.

What JSON has is sent as it is; a tuple, a set, bytes, a decimal number, a date and the like carry a tag. Anything else
arrives as a stand-in that has only its type's name and its text: it equals nothing but itself and can do nothing. A
subclass of a plain type arrives as a subclass without any method of its own.
"""

from __future__ import annotations

import base64
import datetime
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

MOST_BYTES = 8_000_000
_DEEPEST = 60
_TAG = "#"
_LONGEST_TEXT = 400
_TEXTS: Mapping[str, tuple[type, Callable[[Any], str], Callable[[str], Any]]] = {
    "bytes": (bytes, lambda value: base64.b64encode(value).decode(), base64.b64decode),
    "bytearray": (
        bytearray,
        lambda value: base64.b64encode(bytes(value)).decode(),
        lambda text: bytearray(base64.b64decode(text)),
    ),
    "decimal": (Decimal, str, Decimal),
    "complex": (complex, str, complex),
    "datetime": (datetime.datetime, lambda value: value.isoformat(), datetime.datetime.fromisoformat),
    "date": (datetime.date, lambda value: value.isoformat(), datetime.date.fromisoformat),
    "time": (datetime.time, lambda value: value.isoformat(), datetime.time.fromisoformat),
}
_MANY: Mapping[str, type[Any]] = {"tuple": tuple, "set": set, "frozenset": frozenset}
_PLAIN: tuple[type, ...] = (dict, list, tuple, set, frozenset, str, int, float, bytes)


class WireError(ValueError):
    """What came is no value of this form."""


class Foreign:
    """The stand-in for a value that cannot be sent; its class is named as the student's type is."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def encode(
    value: Any,
    callable_as: Callable[[Any], Any] | None = None,
    object_as: Callable[[Any], str] | None = None,
    depth: int = 0,
) -> Any:
    """The value as what `json.dumps` takes.

    Args:
        value: anything.
        callable_as: makes the number under which the other side may call a function; without it, none may be called.
        object_as: makes the text of an object that has no form here; only the judge has it, since only its objects are
            made again on the other side.
        depth: how deep inside another value it stands.
    """
    if value is None or type(value) in (bool, int, float, str):
        return value
    if value is ...:
        return {_TAG: "..."}
    if depth > _DEEPEST:
        return {_TAG: "other", "type": type(value).__name__, "text": "…"}

    def inner(part: Any) -> Any:
        return encode(part, callable_as, object_as, depth + 1)

    if type(value) is list:
        return [inner(item) for item in value]
    if type(value) is dict:
        return {_TAG: "dict", "of": [[inner(key), inner(item)] for key, item in value.items()]}
    for name, kind in _MANY.items():
        if type(value) is kind:
            return {_TAG: name, "of": [inner(item) for item in value]}
    for name, (kind, said, _) in _TEXTS.items():
        if type(value) is kind:
            return {_TAG: name, "text": said(value)}
    if type(value) is datetime.timedelta:
        return {_TAG: "timedelta", "of": [value.days, value.seconds, value.microseconds]}
    if callable_as is not None and callable(value):
        return {_TAG: "call", "number": callable_as(value)}
    base = next((kind for kind in _PLAIN if isinstance(value, kind)), None)
    if base is not None:
        return {_TAG: "like", "type": type(value).__name__, "of": inner(_bare(value, base))}
    if object_as is not None:
        return {_TAG: "object", "text": object_as(value)}
    return {_TAG: "other", "type": type(value).__name__, "text": _text(value)}


def _bare(value: Any, base: Any) -> Any:
    """The value without the methods that its own class has; those of the plain type read it."""
    if base is dict:
        return {key: dict.__getitem__(value, key) for key in dict.keys(value)}
    if base in (list, tuple, set, frozenset):
        return base(base.__iter__(value))
    if base is bytes:
        return bytes.__getitem__(value, slice(None))
    return {str: str.__str__, int: int.__int__, float: float.__float__}[base](value)


def _text(value: Any) -> str:
    try:
        return repr(value)[:_LONGEST_TEXT]
    except Exception:  # a student's class may have a broken __repr__
        return f"a {type(value).__name__}"


def decode(
    data: Any, calling: Callable[[int], Any] | None = None, object_of: Callable[[str], Any] | None = None
) -> Any:
    """The value again; what it says is taken as data only.

    Args:
        data: what `json.loads` gave.
        calling: makes what stands for the other side's function of this number.
        object_of: makes an object from its text; only a worker has it.

    Raises:
        WireError: it is not what `encode` makes.
    """
    try:
        return _decode(data, _Made(calling, object_of))
    except (TypeError, ValueError, KeyError, AttributeError, ArithmeticError, RecursionError) as wrong:
        raise WireError(f"{type(wrong).__name__}: {wrong}"[:200]) from None


@dataclass(frozen=True)
class _Made:
    """What a worker makes of the judge's functions and objects; the judge has neither."""

    function: Callable[[int], Any] | None
    object: Callable[[str], Any] | None


def _decode(data: Any, made: _Made) -> Any:
    if data is None or isinstance(data, bool | int | float | str):
        return data
    if isinstance(data, list):
        return [_decode(item, made) for item in data]
    tag = data[_TAG]
    if tag == "...":
        return ...
    if tag == "dict":
        return {_decode(key, made): _decode(item, made) for key, item in data["of"]}
    if tag in _MANY:
        return _MANY[tag](_decode(item, made) for item in data["of"])
    if tag in _TEXTS:
        return _TEXTS[tag][2](str(data["text"]))
    if tag == "timedelta":
        return datetime.timedelta(*data["of"])
    if tag == "like":
        value = _decode(data["of"], made)
        return _named(str(data["type"]), type(value))(value)
    if tag == "call" and made.function is not None:
        return made.function(int(data["number"]))
    if tag == "object" and made.object is not None:
        return made.object(str(data["text"]))
    if tag == "other":
        return _named(str(data["type"]), Foreign)(str(data["text"])[:_LONGEST_TEXT])
    raise WireError(f"no value has the tag {tag!r}")


def _named(name: str, base: type) -> type:
    """A class of this name that adds nothing."""
    return type(type_name(name), (base,), {"__module__": "student"})


def type_name(said: Any) -> str:
    """What a type of a student's may be called here."""
    return re.sub(r"[^\w.]", "_", str(said), flags=re.ASCII)[:80] or "_"


def dumps(message: Mapping[str, Any]) -> bytes:
    """One line of the channel."""
    return json.dumps(message).encode() + b"\n"


def loads(line: bytes) -> dict[str, Any]:
    """What a line of the channel says.

    Raises:
        WireError: it is no JSON object.
    """
    try:
        message = json.loads(line)
    except (ValueError, RecursionError) as wrong:
        raise WireError(str(wrong)[:200]) from None
    if not isinstance(message, dict):
        raise WireError("a message is an object")
    return message
