"""The way to a number: a small formula of numbers and names of facts, as students write it in exercise 12.5.

A formula is read as Python reads it and computed with decimals. Left out: everything but + - * / and brackets. What
cannot be computed gets the reason in words.
"""

from __future__ import annotations

import ast
import difflib
import operator
import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from lambdalab.facts import fact, facts

_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[A-Za-z0-9_]+)+")
_SIGN = re.compile(r"[-+*/×·÷:^]")
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


def computed(formula: str, factor: int = 1) -> Decimal:
    """The value of a formula of numbers, + - * /, brackets, and names of facts.

    Args:
        factor: each fact is taken so many times, to see whether the formula needs it.

    Raises:
        FormulaError: there is no such fact, or it is no such formula.
    """
    for name in names_in(formula):
        if name not in facts():
            raise FormulaError(f"There is no fact `{name}`{_near(name)}.")
    text = _NAME.sub(lambda found: f"({fact(found[0]).value * factor})", formula)
    try:
        return _value(ast.parse(text.strip(), mode="eval").body)
    except (ZeroDivisionError, InvalidOperation):
        raise FormulaError("It divides by zero.") from None
    except (SyntaxError, ValueError):
        raise FormulaError(_what_is_wrong(_NAME.sub("1", formula))) from None


def _near(name: str) -> str:
    """A fact whose name ends in the same way, or is written nearly so."""
    last = name.rpartition(".")[2]
    same_end = [known for known in facts() if known.rpartition(".")[2] == last]
    found = same_end or difflib.get_close_matches(name, facts(), n=1, cutoff=0.5)
    return f", but `{found[0]}`" if found else ""


def _what_is_wrong(formula: str) -> str:
    if re.search(r"\d,\d", formula):
        return "Write decimals with a point, `0.3`, and thousands without a comma."
    foreign = re.search(r"\*\*|//|[^-\d.\s+*/()e]", formula)
    at_fault = f", and no `{foreign[0]}`" if foreign else ""
    return f"It can hold numbers, names of facts, brackets and `+ - * /`{at_fault}."


def _value(node: ast.expr) -> Decimal:
    if isinstance(node, ast.Constant) and type(node.value) in (int, float):
        return Decimal(str(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_value(node.left), _value(node.right))
    raise ValueError(ast.dump(node))


def is_computed(formula: str) -> bool:
    """Whether something is done with a fact, so that it counts: it is not only copied, nor multiplied by 0."""
    if not names_in(formula) or not _SIGN.search(_NAME.sub("", formula)):
        return False
    return computed(formula) != computed(formula, factor=2)


def is_formula(way: str) -> bool:
    """Whether it looks like something to compute: a fact's name, or a sign between numbers."""
    return bool(names_in(way) or (re.search(r"\d", way) and _SIGN.search(way)))


def decimals(text: str) -> list[Decimal]:
    """The numbers in a text, without those in names of facts."""
    return [Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", _NAME.sub("", text))]
