"""What a check may want to know of a function's text: rebuilt from the submission, and never run.

A check looks into some functions: which words they hold, which names from outside they use. Here the text is only
compiled, into a function whose first statement is a name that nothing has; so even a check that called it by mistake
would run nothing of the student's. Names that no text explains stay out.
"""

from __future__ import annotations

import ast
import builtins
import types
import warnings
from collections.abc import Iterable
from typing import Any

MOST_CHARACTERS = 200_000
_GUARD = "_student_code_does_not_run_here_"


def functions(sources: Iterable[str]) -> dict[str, types.FunctionType]:
    """The functions that these cells define at their top level, by name; a later one replaces an earlier one.

    Args:
        sources: cells of Python, without their magics.
    """
    names: dict[str, Any] = {"__builtins__": builtins.__dict__, "__name__": "__main__"}
    found: dict[str, types.FunctionType] = {}
    for source in sources:
        tree = parsed(source)
        for statement in tree.body if tree else ():
            for name, value in _bound(statement):
                if isinstance(value, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                    code = _compiled(value)
                    if code is not None:
                        found[name] = names[name] = types.FunctionType(code, names, name)
                        continue
                found.pop(name, None)
                names[name] = _literal(value)
    return found


def parsed(source: str) -> ast.Module | None:
    """The tree of a cell; None if Python cannot read it."""
    if len(source) > MOST_CHARACTERS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _bound(statement: ast.stmt) -> Iterable[tuple[str, ast.AST | None]]:
    """Each name that a statement binds, and what it is bound to where the text says so."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name, statement
    elif isinstance(statement, ast.Assign | ast.AnnAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            if isinstance(target, ast.Name):
                yield target.id, statement.value
            else:
                yield from ((part.id, None) for part in ast.walk(target) if isinstance(part, ast.Name))
    elif isinstance(statement, ast.Import | ast.ImportFrom):
        yield from ((alias.asname or alias.name.partition(".")[0], None) for alias in statement.names)


def defined(source: str) -> set[str]:
    """The names that a cell defines at its top level."""
    tree = parsed(source)
    return {name for statement in tree.body for name, _ in _bound(statement)} if tree else set()


def _compiled(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> types.CodeType | None:
    """The code of one function, behind its guard."""
    guard = ast.Name(_GUARD, ast.Load())
    body = [ast.Return(node.body)] if isinstance(node, ast.Lambda) else node.body
    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    plain = ast.FunctionDef(name, _without_defaults(node.args), [ast.Expr(guard), *body], [])
    if hasattr(ast, "type_param"):  # Python 3.12 and later want the field
        setattr(plain, "type_params", [])  # noqa: B010 - unknown to the types of Python 3.11
    tree = ast.fix_missing_locations(ast.copy_location(ast.Module([plain], []), node))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            module = compile(tree, "<submission>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return next(one for one in module.co_consts if isinstance(one, types.CodeType) and one.co_name == name)


def _without_defaults(arguments: ast.arguments) -> ast.arguments:
    return ast.arguments(
        arguments.posonlyargs,
        arguments.args,
        arguments.vararg,
        arguments.kwonlyargs,
        [None] * len(arguments.kwonlyargs),
        arguments.kwarg,
        [],
    )


def _literal(value: ast.AST | None) -> Any:
    """What is written there, where it is a plain value; else a value that says nothing."""
    try:
        return ast.literal_eval(value) if isinstance(value, ast.expr) else None
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return None
