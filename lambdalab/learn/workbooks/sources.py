"""What a value in a handler's answer is made from, followed back through the source (exercise 03.6).

A name that is imported, or used for something else, says nothing: only what flows into the value counts. Assignments,
calls of the student's own functions, loops and `append` are followed; the order of lines, and classes of the student's
own, are not. On AWS nobody looks at the source.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

_Found = list[tuple[str, ast.AST]]


def made_from(source: str, key: str) -> set[str]:
    """The names that the handler's answer under this key is made from; modules count under their own name.

    Args:
        source: of a whole file with a function `handler`; with a syntax error nothing is found.
        key: such as "token", as in `return {"token": …}`; where the answer is no such display, all of it counts.
    """
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return set()
    top = list(_given(tree.body))
    names: set[str] = set()
    for handler in [node for name, node in top if name == "handler"]:
        own = list(_given(handler.body)) if isinstance(handler, ast.FunctionDef) else []
        for answer in _answers(handler):
            names |= _behind(_under(answer, key), own, top)
    return names


def _answers(handler: ast.AST) -> list[ast.expr]:
    if isinstance(handler, ast.Lambda):
        return [handler.body]
    return [node.value for node in ast.walk(handler) if isinstance(node, ast.Return) and node.value]


def _under(answer: ast.expr, key: str) -> ast.expr:
    keys = answer.keys if isinstance(answer, ast.Dict) else []
    at = next((i for i, one in enumerate(keys) if isinstance(one, ast.Constant) and one.value == key), None)
    return answer.values[at] if isinstance(answer, ast.Dict) and at is not None else answer


def _behind(node: ast.AST, own: _Found, top: _Found) -> set[str]:
    """The names in the node and in whatever gave these their values: in the handler first, else outside it."""
    names: set[str] = set()
    followed: set[str] = set()
    waiting = [node]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.alias):
            names.update(node.name.split("."))
        for inner in ast.walk(node):
            if isinstance(inner, ast.Attribute):
                names.add(inner.attr)
            elif isinstance(inner, ast.Name) and inner.id not in followed:
                followed.add(inner.id)
                waiting += [giver for name, giver in own if name == inner.id] or [
                    giver for name, giver in top if name == inner.id
                ]
    return names | followed


def _given(body: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.AST]]:
    """Each name that these statements give a value to, with where the value comes from."""
    for statement in body:
        if isinstance(statement, ast.FunctionDef):
            yield statement.name, statement
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Import | ast.ImportFrom):
                module = ast.alias(getattr(node, "module", None) or "")
                for alias in node.names:
                    bound = alias.asname or alias.name.partition(".")[0]
                    yield bound, alias
                    yield bound, module
            elif isinstance(node, ast.Assign):
                for target in node.targets:
                    yield from ((name, node.value) for name in _bases(target))
            elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.NamedExpr) and node.value:
                yield from ((name, node.value) for name in _bases(node.target))
            elif isinstance(node, ast.For):
                yield from ((name, node.iter) for name in _bases(node.target))
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                yield from ((name, node.value) for name in _bases(node.value.func))


def _bases(target: ast.expr) -> list[str]:
    """The names that a target such as `a`, `a["key"]`, `a.append` or `(a, b)` changes."""
    if isinstance(target, ast.Name):
        return [target.id]
    if isinstance(target, ast.Tuple | ast.List):
        return [name for each in target.elts for name in _bases(each)]
    inner = getattr(target, "value", None)
    return _bases(inner) if isinstance(inner, ast.expr) else []
