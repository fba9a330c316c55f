"""Exercise 05.1, the key as it arrives: the keys of an event as they are stored, from events as S3 builds them."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote_plus

from lambdalab.events import s3_put, s3_test
from lambdalab.learn.cases import called
from lambdalab.learn.exercises import Case, Hit, Tried
from lambdalab.learn.words import short
from lambdalab.learn.work import Work

_BUCKET = "ex05-in"
_PRINTED = {
    "blank": "a b.jpg",
    "plus": "c++.txt",
    "letter": "ümlaut.png",
    "percent": "50%.csv",
    "folder": "x/y z.jpg",
}
_OTHERS = {
    "blank": ("my cat.jpg", "day one.png", "Ada 1.jpg"),
    "plus": ("a+b.txt", "g++.log", "1+1.csv"),
    "letter": ("çay.png", "ñandú.png", "über.png"),
    "percent": ("99%.csv", "7%.csv", "100%.txt"),
    "folder": ("in/day one.jpg", "2026/my cat.png", "a/b/c d.txt"),
}
_PAIR = ("one & two.jpg", "Zoë.jpg")


def cases(rng: random.Random | None) -> Sequence[Case]:
    keys = _PRINTED if rng is None else {kind: rng.choice(others) for kind, others in _OTHERS.items()}
    bucket = _BUCKET if rng is None else f"{_BUCKET}-{rng.randint(2, 99)}"
    single = [_case(bucket, kind, key) for kind, key in keys.items()]
    test = called("keys", s3_test(bucket), expected=[], tried="the test event that S3 sends to a queue")
    fresh = secrets.token_hex(3)  # in no table of names
    other = _case(f"ex05-in-{fresh}", "fresh", f"{fresh} & more.jpg")
    return [*single, _case(bucket, "pair", *_PAIR), replace(test, about=("test",)), other]


def _case(bucket: str, kind: str, *keys: str) -> Case:
    """S3 sends one record an event today; but the event holds a list, so a handler loops in any case."""
    tried = " and ".join(f"`{key}`" for key in keys)
    made = called("keys", s3_put(bucket, *keys), expected=[(bucket, key) for key in keys], tried=tried)
    return replace(made, about=(kind, *keys))


def _got(one: Tried) -> str | None:
    """The key of the first pair that was returned."""
    value: Any = one.seen.value
    pair = value[0] if isinstance(value, list) and value else None
    key = pair[-1] if isinstance(pair, list | tuple) and pair else None
    return key if isinstance(key, str) else None


def _of(tried: Sequence[Tried], kind: str) -> Tried:
    return next(one for one in tried if one.case.about[0] == kind)


def _wrong(one: Tried) -> str:
    """The wrong key that this case showed; "" when it is right, or no key at all."""
    return "" if one.seen.ok else _got(one) or ""


def _only_records(tried: Sequence[Tried]) -> bool:
    """Whether no case raised but the event without Records: then a mistake in the keys is told first."""
    return [one.case.about[0] for one in tried if one.seen.raised] == ["test"]


def as_it_came(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = _of(tried, "letter")
    values = {"key": one.case.about[1], "got": _wrong(one)}
    return Hit(one, values, explains_error=_only_records(tried)) if "%" in _wrong(one) else None


def plus_kept(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The percent signs were decoded, and the plus of a blank was not."""
    one = _of(tried, "blank")
    key = one.case.about[1]
    kept = _of(tried, "letter").seen.ok and _wrong(one) == key.replace(" ", "+")
    return Hit(one, {"key": key, "came": quote_plus(key)}, explains_error=_only_records(tried)) if kept else None


def patched(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The blank is right, and the plus signs are not."""
    blank, one = _of(tried, "blank"), _of(tried, "plus")
    values = {"blank": blank.case.about[1], "key": one.case.about[1], "got": _wrong(one)}
    return Hit(one, values, explains_error=_only_records(tried)) if blank.seen.ok and _wrong(one) else None


def first_only(tried: Sequence[Tried], work: Work) -> Hit | None:
    one = _of(tried, "pair")
    value = one.seen.value
    return Hit(one) if not one.seen.ok and isinstance(value, list) and len(value) == 1 else None


def no_records(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Only the test event raises, because it holds no Records."""
    one = _of(tried, "test")
    raised = one.seen.raised
    return Hit(one, explains_error=True) if raised and raised.kind == "KeyError" and "Records" in raised.text else None


def known_names(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Only the pair that this check made up is wrong."""
    one = _of(tried, "fresh")
    wrong = [other for other in tried if not other.seen.ok]
    return Hit(one, {"key": one.case.about[1]}) if wrong == [one] else None


def keys_alone(one: Tried) -> Mapping[str, object] | None:
    value = one.seen.value
    alone = isinstance(value, list) and value and all(isinstance(item, str) for item in value)
    return {"got": short(value)} if alone else None
