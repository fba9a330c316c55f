"""Exercise 12.5, one page for the boss: a form with a decision, three numbers, a counter-argument and a condition.

A number is given with the way to it: a small formula of numbers and names of facts, which is computed again, or what
was measured. What the sentences are worth is for people to read.
"""

from __future__ import annotations

import ast
import operator
import random
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from lambdalab.facts import fact, facts
from lambdalab.learn.cases import all_filled, first
from lambdalab.learn.exercises import Case, Detect, Message, Seen, Stop, Tried
from lambdalab.learn.words import kind_of, short
from lambdalab.learn.work import Work
from lambdalab.models.workloads import REASONS, VERDICTS, Workload, workload, workloads

PARTS = ("workload", "decision", "numbers", "against", "would change")
MEASURED = "measured:"
_NUMBERS, _COMPUTED = 3, 2  # numbers in the form, and how many of them have to be computed from facts
_NEAR = Decimal("0.01")
_LEAST_WORDS = {"against": 6, "would change": 4, MEASURED: 4}
_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[A-Za-z0-9_]+)+")
_OPERATORS: Mapping[type, Callable[[Decimal, Decimal], Decimal]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


class FormulaError(ValueError):
    """A formula that cannot be computed; the text says why."""


def names_in(formula: str) -> list[str]:
    """The names of facts in a formula, such as "lambda.requests_per_million"."""
    return _NAME.findall(formula)


def computed(formula: str) -> Decimal:
    """The value of a formula of numbers, + - * /, brackets, and names of facts.

    Raises:
        FormulaError: there is no such fact, or it is no such formula.
    """
    for name in names_in(formula):
        if name not in facts():
            raise FormulaError(f"There is no fact `{name}`.")
    text = _NAME.sub(lambda found: f"({fact(found[0]).value})", formula)
    try:
        return _value(ast.parse(text, mode="eval").body)
    except (SyntaxError, ZeroDivisionError, InvalidOperation, ValueError):
        raise FormulaError("It can hold numbers, names of facts, brackets and `+ - * /`.") from None


def _value(node: ast.expr) -> Decimal:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return Decimal(str(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.left), _value(node.right))
    raise ValueError(ast.dump(node))


def _is_computed(formula: str) -> bool:
    """Whether something is done with a fact, and it is not only copied."""
    return bool(names_in(formula)) and any(sign in _NAME.sub("", formula) for sign in "+-*/")


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
    return Seen((verdict, reason) in chosen.accepted, f"{verdict}, {reason}", message=Message(seen, chosen.against))


def _numbers(work: Work) -> Seen:
    page, _ = _form(work)
    given = page["numbers"]
    if not isinstance(given, list | tuple) or len(given) < _NUMBERS:
        found = f"{len(given)} of {_NUMBERS}" if isinstance(given, list | tuple) else kind_of(given)
        raise Stop(
            Message(f'`page["numbers"]` holds {found}.', 'Write three, each as `("what", 1.5, "the way to it")`.')
        )
    for entry in given:
        if wrong := _number(entry):
            return wrong
    values = [Decimal(str(value)) for _, value, _ in given]
    if len(set(values)) < len(values):
        return _not_yet("Two of your numbers are the same.", "Three numbers say three things.")
    ways = [way for _, _, way in given]
    if sum(_is_computed(way) for way in ways) < _COMPUTED:
        idea = "A limit alone decides little. Compute with the workload's own figures."
        return _not_yet("Fewer than two of your numbers are computed from facts.", idea)
    if not any(fact(name).is_price for way in ways if _is_computed(way) for name in names_in(way)):
        return _not_yet("None of your numbers is a price.", "A boss asks first what it costs.")
    return Seen(True, f"{len(given)} numbers, computed again")


def _number(entry: Any) -> Seen | None:
    """What is wrong with one number, or None."""
    if not isinstance(entry, list | tuple) or len(entry) != 3:
        raise Stop(Message(f"A number is {short(entry)}.", 'Write each as `("what", 1.5, "the way to it")`.'))
    what, value, way = entry
    if type(value) not in (int, float, Decimal):
        raise Stop(Message(f'The value of "{what}" is {short(value)}.', "It must be a number."))
    if not isinstance(way, str) or not (names_in(way) or _is_measured(way)):
        return _not_yet("", "", id="no-source", n=short(value), what=what)
    if _is_measured(way):
        return None
    try:
        again = computed(way)
    except FormulaError as wrong:
        return _not_yet(f'The way to "{short(what)}" cannot be computed.', str(wrong))
    if abs(again - Decimal(str(value))) > _NEAR * abs(again):
        return _not_yet("", "", id="adds-up-otherwise", n=short(value), what=what, again=f"{again:.3g}")
    return None


def _is_measured(way: str) -> bool:
    told = way.strip().lower()
    return told.startswith(MEASURED) and len(told.removeprefix(MEASURED).split()) >= _LEAST_WORDS[MEASURED]


def _against(work: Work) -> Seen:
    page, _ = _form(work)
    _, own = _pair(page, "decision", '("VM", "state")')
    value = page["against"]
    if value in (None, "", "none", "None", ()) or not isinstance(value, tuple | list):
        return _not_yet("", "", id="no-counter-argument")
    code, sentence = _pair(page, "against", '("latency", "The first visitor waits 4 s for …")')
    _code(code, REASONS, "against")
    if not isinstance(sentence, str) or len(sentence.split()) < _LEAST_WORDS["against"]:
        return _not_yet("", "", id="no-counter-argument")
    if code == own:
        return _not_yet("", "", id="own-reason", reason=code)
    return Seen(True, f"{code}: {short(sentence)}")


def _would_change(work: Work) -> Seen:
    page, _ = _form(work)
    value = page["would change"]
    told = isinstance(value, str) and len(value.split()) >= _LEAST_WORDS["would change"]
    if not told or not re.search(r"\d", value):
        return _not_yet("", "", id="not-measurable", said=short(value))
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
