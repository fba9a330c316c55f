"""Exercise 08.1, match the pattern: twenty events, and which of them the student's pattern means.

Ten are printed in the workbook, ten are not. The pattern is read by the code that reads the patterns of the lab's
rules, so a message can name the first key that differs.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from lambdalab.events import eventbridge_event
from lambdalab.learn.exercises import Case, Hit, Message, Row, Seen, Stop, Tried, Unwritten
from lambdalab.learn.words import as_json, kind_of
from lambdalab.learn.work import Work, unwritten
from lambdalab.patterns import InvalidPattern, Pattern

GIVEN = {"source": ["Shop"], "detail-type": ["OrderPlaced"]}
_PLACED, _OURS = "OrderPlaced", "shop"
_OPERATORS = ("numeric", "exists", "prefix", "suffix", "anything-but", "equals-ignore-case", "wildcard")

Given = tuple[str, str, Mapping[str, Any], str]
"""An event's source, detail-type and detail, and why it is not meant; "" for one that is."""

_PRINTED: Sequence[Given] = (
    (_OURS, _PLACED, {"order": "1", "total": 120, "country": "AT"}, ""),
    (_OURS, _PLACED, {"order": "2", "total": 99, "country": "DE"}, "its total is below 100"),
    (_OURS, _PLACED, {"order": "3", "total": 250, "country": "DE"}, ""),
    (_OURS, _PLACED, {"order": "4", "total": 250, "country": "CH"}, "its country is CH"),
    (_OURS, _PLACED, {"order": "5", "total": 120, "country": "AT", "test": True}, "it is a test"),
    (_OURS, "OrderCancelled", {"order": "6", "total": 250, "country": "DE"}, "the order was cancelled"),
    ("warehouse", _PLACED, {"order": "7", "total": 250, "country": "DE"}, "it comes from the warehouse"),
    (_OURS, _PLACED, {"order": "8", "total": 1200.5, "country": "AT"}, ""),
    (_OURS, _PLACED, {"order": "9", "total": 20, "country": "AT"}, "its total is below 100"),
    (_OURS, _PLACED, {"order": "10", "total": 300}, "it names no country"),
)
EVENTS = [eventbridge_event(*given[:3]) for given in _PRINTED]
"""The ten events that the workbook prints."""


def cases(rng: random.Random | None) -> Sequence[Case]:
    return [
        _one(f"order {given[2]['order']}", given, first=position == 0)
        for position, given in enumerate([*_PRINTED, *_hidden(rng)])
    ]


def _hidden(rng: random.Random | None) -> Sequence[Given]:
    """Ten more; with a generator, other totals and countries of the same families."""
    draw = rng or random.Random(8)
    low, high = (99.99, 500) if rng is None else (draw.randint(1, 99), draw.randint(101, 9_000))
    one, other = draw.sample(["AT", "DE"], 2)
    known = {"total": high, "country": one}
    made: Sequence[tuple[str, str, Mapping[str, Any], str]] = (
        (_OURS, _PLACED, {"total": 100, "country": one}, ""),
        (_OURS, _PLACED, {"total": "100", "country": other}, "its total is a text"),
        (
            _OURS,
            _PLACED,
            {"total": high, "country": other.lower()},
            f"its country is {other.lower()}, in small letters",
        ),
        (f"{_OURS}.eu", _PLACED, known, "its source is another one"),
        (_OURS, _PLACED, {"total": high, "country": f"{other}U"}, f"its country is {other}U"),
        (_OURS, _PLACED, {"total": low, "country": one}, "its total is below 100"),
        (_OURS, _PLACED, {**known, "test": "load"}, "it is a test"),
        (_OURS, _PLACED, {"items": ["tea", "soap"], "total": high + 0.5, "country": other}, ""),
        (_OURS, _PLACED, {"total": 10_000 * high, "country": one}, ""),
        (_OURS, _PLACED, {"total": high, "country": f"{one}U"}, f"its country is {one}U"),
    )
    return [
        (source, name, {"order": str(number), **detail}, why)
        for number, (source, name, detail, why) in enumerate(made, 11)
    ]


def _one(tried: str, given: Given, first: bool) -> Case:
    source, name, detail, why = given
    event = eventbridge_event(source, name, detail)
    copy = f"fits(pattern, eventbridge_event({source!r}, {name!r}, {dict(detail)!r}))"

    def run(work: Work) -> Seen:
        said = _pattern(work)
        try:
            pattern = Pattern.parse(json.dumps(said))
        except InvalidPattern as refused:
            reason = str(refused).rstrip(".")
            rows = (Row(False, "the pattern", f"refused: {reason}"),) if first else ()
            text = Message(f"AWS refuses this pattern: {reason}.", work.exercise.idea, work.exercise.look)
            facts: dict[str, Any] = {"refused": reason}
            return Seen(False, "refused", said, facts=facts, rows=rows, message=text.within_limit())
        misses = pattern.misses(event)
        facts = {"misses": misses, "meant": not why}
        if bool(misses) is bool(why):
            return Seen(True, f"no match, as it should be: {why}" if why else "matches", said, facts=facts)
        shown = f"no match: {misses}" if misses else f"matches, but {why}"
        what = f"no match, and there should be one: {misses}" if misses else f"it matches, and should not: {why}"
        text = Message(f"{tried.capitalize()}: {what}.", work.exercise.idea, work.exercise.look).within_limit()
        return Seen(False, shown, said, facts=facts, message=text)

    return Case(f"{tried}: {_short(given)}", copy, run, about=detail)


def _short(given: Given) -> str:
    source, name, detail, _ = given
    place = "" if (source, name) == (_OURS, _PLACED) else f"{source}, {name}, "
    rest = {key: value for key, value in detail.items() if key not in ("order", "items")}
    return place + ", ".join(f"{key} {as_json(value)}" for key, value in rest.items())


def _pattern(work: Work) -> Any:
    """The student's pattern, as JSON would carry it.

    Raises:
        Unwritten: it is as it was given.
        Stop: it is no object.
    """
    said = work.names["pattern"]
    if said == GIVEN:
        raise Unwritten(unwritten("pattern"))
    try:
        said = json.loads(said) if isinstance(said, str) else json.loads(json.dumps(said))
    except (TypeError, ValueError) as wrong:
        what = f"`pattern` cannot be sent as JSON: {wrong}."
        raise Stop(Message(what, "It must be an object, as the cell had it: `{…: …}`.")) from None
    if not isinstance(said, dict):
        raise Stop(Message(f"`pattern` is {kind_of(said)}.", "It must be an object, as the cell had it: `{…: …}`."))
    return said


# -- wrong answers -----------------------------------------------------------------------------------------------------


def _failing(tried: Sequence[Tried]) -> Tried:
    return next(one for one in tried if not one.seen.ok)


def _detail(pattern: Mapping[str, Any], name: str) -> Any:
    """What the pattern wants of a key in `detail`, in either spelling."""
    inner = pattern.get("detail")
    nested = inner.get(name) if isinstance(inner, Mapping) else None
    return pattern.get(f"detail.{name}", nested)


def not_a_list(tried: Sequence[Tried], work: Work) -> Hit | None:
    """A single value, where AWS wants a list."""
    key, colon, _ = str(tried[0].seen.facts.get("refused", "")).partition('" must be an object or an array')
    return Hit(tried[0], {"key": key.strip('"')}) if colon and key.strip('"') not in _OPERATORS else None


def numeric_form(tried: Sequence[Tried], work: Work) -> Hit | None:
    """`numeric` with something else than pairs of a sign and a number."""
    refused = str(tried[0].seen.facts.get("refused", ""))
    hit = re.search(r"numeric|^Value of [<>=]+ must|^Unrecognized match type [<>=]", refused)
    return Hit(tried[0], {"refused": refused}) if hit else None


def exists_form(tried: Sequence[Tried], work: Work) -> Hit | None:
    """A test for `test` that AWS refuses: another value in `exists`, or another operator for a truth value."""
    refused = str(tried[0].seen.facts.get("refused", ""))
    return Hit(tried[0], {"refused": refused}) if re.match("exists|Inside anything but", refused) else None


def operator_alone(tried: Sequence[Tried], work: Work) -> Hit | None:
    """An operator outside a list is read as the name of a key."""
    for name in ("total", "country", "test"):
        wanted = _detail(tried[0].seen.value, name)
        operator = next((one for one in _OPERATORS if isinstance(wanted, Mapping) and one in wanted), None)
        if operator:
            return Hit(_failing(tried), {"key": name, "operator": operator})
    return None


def at_the_top(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Business data, asked for beside `detail`."""
    key = next((name for name in ("total", "country", "test") if name in tried[0].seen.value), None)
    return Hit(_failing(tried), {"key": key}) if key else None


def totals_listed(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Single totals, where all from 100 on are meant."""
    wanted = _detail(tried[0].seen.value, "total")
    values = [value for value in wanted if not isinstance(value, Mapping)] if isinstance(wanted, list) else []
    one = next((one for one in tried if one.seen.facts.get("meant") and not one.seen.ok), None)
    return Hit(one, {"values": " or ".join(map(as_json, values[:4]))}) if values and one else None


def test_as_a_value(tried: Sequence[Tried], work: Work) -> Hit | None:
    """A value is asked of a key that real orders do not have."""
    one = next(
        (one for one in tried if str(one.seen.facts.get("misses")).startswith("the event has no detail.test")), None
    )
    return Hit(one, {"order": one.case.about["order"]}) if one and not one.seen.ok else None
