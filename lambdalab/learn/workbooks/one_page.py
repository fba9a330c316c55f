"""Exercise 12.5, one page for the boss: a form with a decision, three numbers, a counter-argument and a condition.

A number is given with the way to it: a formula, which is computed again (`ways.py`), or what was measured. Texts are
held against the card and the twin, as far as a rule can do that; what they are worth is for people to read.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from lambdalab.facts import fact
from lambdalab.learn.cases import all_filled, first
from lambdalab.learn.exercises import Case, Detect, Message, Seen, Stop, Tried
from lambdalab.learn.words import kind_of, short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks.verdicts import accepted, against
from lambdalab.learn.workbooks.ways import FormulaError, computed, decimals, is_computed, is_formula, names_in
from lambdalab.models.workloads import DAY_S, REASONS, VERDICTS, Workload, workload, workloads

PARTS = ("workload", "decision", "numbers", "against", "would change")
MEASURED = "measured:"
_NUMBERS, _COMPUTED = 3, 2  # numbers in the form, and how many of them have to be computed from facts
_NEAR = Decimal("0.01")
_LEAST_WORDS = {"against": 6, MEASURED: 4}
_FACTORS = 2  # hours a day and days, written out: 9 * 22
_HOURS = (24, 60, 168, 672, 696, 720, 730, 744, 3600, 8760)  # one of these makes hours of an hourly price's time
_EVERYWHERE = (0, 1, 7, 24, 28, 30, 60, 1000, 1024, 3600, 86_400)  # numbers that stand in a formula about anything
_DENIED = re.compile(r"\b(?:nothing|no argument)\b.* against\b", re.IGNORECASE)
_YEAR = re.compile(r"\b(?:in|by|until|since|of) (?:19|20)\d\d\b(?! [a-z]+s\b)", re.IGNORECASE)
_WORDS = r"half|twice|double|triple|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|fifty|dozens?"
_NUMBER = rf"(?:\d[\d,.]*|\b(?:{_WORDS}|(?:hundred|thousand|million)s?)\b)"
_UNIT = r"[ \-]?(?:[%€$/]|(?!(?:if|when|and|or|but|then|we|it|is)\b)[a-zµ]+)"
_WITH_UNIT = re.compile(rf"(?:[$€]|\bUSD) ?{_NUMBER}|{_NUMBER}{_UNIT}", re.IGNORECASE)
MISTAKES = (
    "no-source",
    "adds-up-otherwise",
    "price-without-hours",
    "limit-without-figure",
    "another-workload",
    "no-counter-argument",
    "from-the-twin",
    "own-reason",
    "against-the-card",
    "not-measurable",
    "no-unit",
)


# -- the parts of the form ---------------------------------------------------------------------------------------------


def cases(rng: random.Random | None) -> Sequence[Case]:
    return [
        Case("the decision", 'page["workload"], page["decision"]', _decision),
        Case("three numbers", 'page["numbers"]', _numbers),
        Case("the argument against", 'page["against"]', _against),
        Case("what would change it", 'page["would change"]', _would_change),
    ]


def _form(work: Work) -> tuple[Mapping[str, Any], Workload]:
    page = all_filled(work, "page", PARTS)
    name = page["workload"]
    if name not in [one.name for one in workloads()]:
        known = ", ".join(one.name for one in workloads()[:4])
        raise Stop(Message(f'`page["workload"]` is {short(name)}.', f"Take one of the twelve of 12.2: {known} …"))
    return page, workload(name)


def _pair(page: Mapping[str, Any], part: str, example: str) -> tuple[Any, Any]:
    value = page[part]
    if not isinstance(value, tuple | list) or len(value) != 2:
        raise Stop(Message(f'`page["{part}"]` is {short(value)}.', f"It must be a pair: `{example}`."))
    return value[0], value[1]


def _code(value: Any, words: Sequence[str], part: str) -> None:
    if value not in words:
        options = ", ".join(f'"{word}"' for word in words)
        raise Stop(Message(f'`page["{part}"]` holds {short(value)}.', f"Choose one of {options}."))


def _decision(work: Work) -> Seen:
    page, chosen = _form(work)
    verdict, reason = _pair(page, "decision", '("VM", "state")')
    _code(verdict, VERDICTS, "decision")
    _code(reason, REASONS, "decision")
    seen = f'For "{chosen.name}" you decided "{verdict}", because "{reason}".'
    right = (verdict, reason) in accepted(chosen.name)
    return Seen(right, f"{verdict}, {reason}", message=Message(seen, against(chosen.name)))


def _numbers(work: Work) -> Seen:
    page, chosen = _form(work)
    given = page["numbers"]
    if not isinstance(given, list | tuple) or len(given) < _NUMBERS:
        found = f"{len(given)} of {_NUMBERS}" if isinstance(given, list | tuple) else kind_of(given)
        raise Stop(
            Message(f'`page["numbers"]` holds {found}.', 'Write three, each as `("what", 1.5, "the way to it")`.')
        )
    for entry in given:
        if wrong := _number(entry) or _out_of_place(entry, chosen):
            return wrong
    values = [Decimal(str(value)) for _, value, _ in given]
    if len(set(values)) < len(values):
        return _not_yet("Two of your numbers are the same.", "Three numbers say three things.")
    ways = [way for _, _, way in given]
    if sum(is_computed(way) for way in ways) < _COMPUTED:
        idea = "A limit alone decides little. Compute with the workload's own figures."
        return _not_yet("Fewer than two of your numbers are computed from facts.", idea)
    if not any(fact(name).is_price for way in ways if is_computed(way) for name in names_in(way)):
        return _not_yet("None of your numbers is a price.", "A boss asks first what it costs.")
    if not _figures(chosen) & {number for way in (*map(str, values), *ways) for number in decimals(way)}:
        return _not_yet("", "", id="another-workload", w=chosen.name)
    return Seen(True, f"{len(given)} numbers, computed again")


def _number(entry: Any) -> Seen | None:
    """What is wrong with one number, or None."""
    if not isinstance(entry, list | tuple) or len(entry) != 3:
        raise Stop(Message(f"A number is {short(entry)}.", 'Write each as `("what", 1.5, "the way to it")`.'))
    what, value, way = entry
    if type(value) not in (int, float, Decimal):
        raise Stop(Message(f'The value of "{what}" is {short(value)}.', "It must be a number."))
    if way is not None and not isinstance(way, str):
        return _not_yet(f'The way to "{what}" is {short(way)}.', f'Write it as a text, in quotes: `"{short(way)}"`.')
    told = (way or "").strip().lower()
    if told.startswith(MEASURED):
        if len(told.removeprefix(MEASURED).split()) >= _LEAST_WORDS[MEASURED]:
            return None
        return _not_yet(f'The way to "{what}" is {short(way)}.', "Say what was measured, where and when.")
    if way is None or not is_formula(way):
        return _not_yet("", "", id="no-source", n=short(value), what=what)
    try:
        again = computed(way)
    except FormulaError as wrong:
        return _not_yet(f'The way to "{what}" cannot be computed: {short(way)}.', str(wrong))
    if abs(again - Decimal(str(value))) > _NEAR * abs(again):
        return _not_yet("", "", id="adds-up-otherwise", n=short(value), what=what, again=f"{again:.3g}")
    return None


def _out_of_place(entry: Any, chosen: Workload) -> Seen | None:
    """Whether a way multiplies what does not belong together, as far as its units tell; else None."""
    what, _, way = entry
    if not isinstance(way, str) or way.strip().lower().startswith(MEASURED) or not is_computed(way):
        return None
    names, numbers, own = names_in(way), set(decimals(way)), _figures(chosen)
    told = {"what": what, "way": short(way), "w": chosen.name}
    hours = {Decimal(hours) for hours in _HOURS} | {Decimal(f"{chosen.run_s / 3600:.10g}")}
    if any("hour" in fact(name).unit for name in names) and not numbers & hours and len(numbers - own) < _FACTORS:
        return _not_yet("", "", id="price-without-hours", **told)
    limits_alone = all(name.startswith("limits.") for name in names)
    if limits_alone and not numbers <= {Decimal(number) for number in _EVERYWHERE} and not numbers & own:
        return _not_yet("", "", id="limit-without-figure", **told)
    return None


def _figures(one: Workload) -> set[Decimal]:
    """The numbers that say of a way that it is about this workload: those of its card, and what follows at once."""
    a_day = one.pieces / one.days
    found = [one.pieces, one.calls, one.calls / 10**6, a_day, a_day / DAY_S, a_day / 24, one.run_s, one.run_s * 1000]
    found += [one.run_s / 60, one.run_s / 3600, one.at_once, one.answer_s, one.init_s * (one.answer_s > 0)]
    card = one.card.replace(",", "")
    known = {Decimal(f"{number:.10g}") for number in found} | set(decimals(card))
    return known - {Decimal(number) for number in _EVERYWHERE}


def _of_the_twin(sentence: str, work: Work) -> bool:
    return sentence.strip().rstrip(".") in work.exercise.twin


def _against(work: Work) -> Seen:
    page, chosen = _form(work)
    _, own = _pair(page, "decision", '("VM", "state")')
    value = page["against"]
    if value in (None, "", "none", "None", ()) or not isinstance(value, tuple | list):
        return _not_yet("", "", id="no-counter-argument")
    code, sentence = _pair(page, "against", '("latency", "The first visitor waits 4 s for …")')
    _code(code, REASONS, "against")
    if not isinstance(sentence, str) or len(sentence.split()) < _LEAST_WORDS["against"] or _DENIED.search(sentence):
        return _not_yet("", "", id="no-counter-argument")
    if _of_the_twin(sentence, work):
        return _not_yet("", "", id="from-the-twin", said=short(sentence), w=chosen.name)
    if code == own:
        return _not_yet("", "", id="own-reason", reason=code)
    broken = chosen.broken or chosen.windows
    if (code == "limit" and not broken) or (code == "rare" and not chosen.rare):
        return _not_yet("", "", id="against-the-card", reason=code, w=chosen.name)
    return Seen(True, f"{code}: {short(sentence)}")


def _would_change(work: Work) -> Seen:
    page, chosen = _form(work)
    value = page["would change"]
    told = _YEAR.sub("", value) if isinstance(value, str) else ""
    if not re.search(_NUMBER, told, re.IGNORECASE):
        return _not_yet("", "", id="not-measurable", said=short(value))
    if not _WITH_UNIT.search(told):
        return _not_yet("", "", id="no-unit", said=short(value))
    if _of_the_twin(value, work):
        return _not_yet("", "", id="from-the-twin", said=short(value), w=chosen.name)
    return Seen(True, short(value))


def _not_yet(seen: str, idea: str, *, id: str = "", **values: object) -> Seen:
    message = Message(seen, idea) if seen else None
    return Seen(False, "not yet", facts={"id": id, **values}, message=message)


def found(id: str) -> Detect:
    """The form has this mistake."""

    def fits(one: Tried) -> Mapping[str, object] | None:
        return (
            {key: value for key, value in one.seen.facts.items() if key != "id"}
            if one.seen.facts.get("id") == id
            else None
        )

    return first(fits)
