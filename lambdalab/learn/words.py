"""Small words for values: short forms that fit into a sentence, and strict comparison.

A message of a check has room for 50 words, so a student's value is cut. Equality is strict: a `True` is not a 1.
"""

from __future__ import annotations

import json
from typing import Any

_PLAIN = {
    "NoneType": "None",
    "str": "a text (`str`)",
    "bytes": "bytes (`bytes`)",
    "dict": "an object (`dict`)",
    "list": "a list (`list`)",
    "int": "a whole number (`int`)",
    "float": "a number (`float`)",
    "bool": "`True` or `False` (`bool`)",
    "StreamingBody": "a stream (`StreamingBody`)",
}


def short(value: object, most: int = 40) -> str:
    """The value as Python writes it, cut to `most` characters and six words."""
    try:
        text = repr(value)
    except Exception:  # a student's class may have a broken __repr__
        text = f"a {type(value).__name__}"
    if " at 0x" in text:  # an address says nothing and differs from run to run
        text = f"a {type(value).__name__}"
    return _cut(text, most)


def as_json(value: object, most: int = 40) -> str:
    """The value as the JSON text that travels, cut like `short`, with letters of every script as they are."""
    return _cut(json.dumps(value, ensure_ascii=False), most)


def _cut(text: str, most: int) -> str:
    words = text.split()
    text = " ".join(words[:6]) + " …" if len(words) > 6 else " ".join(words)
    return text if len(text) <= most else text[: most - 1] + "…"


def kind_of(value: object) -> str:
    """What kind of thing it is, in words: "a text (`str`)"."""
    return kind_named(type(value).__name__)


def kind_named(name: str) -> str:
    """The same for a type's name."""
    return _PLAIN.get(name, f"a `{name}`")


def strictly_equal(one: Any, other: Any) -> bool:
    """Equal in value and in type, all the way down."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(strictly_equal(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(strictly_equal(a, b) for a, b in zip(one, other, strict=True))
    return bool(one == other)
