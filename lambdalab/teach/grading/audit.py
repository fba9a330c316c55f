"""What a person should look at: found in a submission's text, which is read and never run.

Nothing here changes a point. Each note is one short sentence for the audit column of the table. Left out: whether a
note means anything; that is the teacher's to say.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Mapping, Sequence

from lambdalab.teach.grading import rebuilt
from lambdalab.teach.grading.submission import Answer, Cell, Step, deployed

_MODULES = {"gc", "inspect", "ctypes", "pickle", "multiprocessing", "_posixsubprocess", "faulthandler"}
_ENDS = {"_exit", "fork", "kill", "killpg", "abort", "ptrace"}
_CHECKS = ("lambdalab.learn.workbooks", "lambdalab.learn.checks", "lambdalab.teach")
_PLACES = ("/proc/", "/dev/fd", "/dev/mem")
_OURS = {"check", "judge", "Lab", "CheckResult", "lambdalab"}


def notes(steps: Sequence[Step], cells: Sequence[Cell], found: Mapping[str, Answer]) -> list[str]:
    """One sentence for each thing that is worth a look, in the order of the notebook."""
    given = {step.source.strip() for step in steps if step.kind != "answer"}
    own = [cell.source for cell in cells if cell.source.strip() not in given]
    said = [*_tests(steps, cells), *_found(found)]
    for source in own:
        said += _in_text(source)
    return list(dict.fromkeys(said))


def _tests(steps: Sequence[Step], cells: Sequence[Cell]) -> Iterable[str]:
    for step in steps:
        if step.kind == "test":
            those = [cell for cell in cells if step.key == cell.key or (step.cell == cell.cell and cell.cell)]
            if not those:
                yield f"test cell {step.key} is missing"
            elif all(cell.source.strip() != step.source.strip() for cell in those):
                yield f"test cell {step.key} was changed"


def _found(found: Mapping[str, Answer]) -> Iterable[str]:
    for key, answer in found.items():
        if not answer.how:
            yield f"answer {key} is missing"
        elif answer.how != "grade_id":
            yield f"answer {key} was found by its {answer.how}"
        if answer.copies > 1:
            yield f"answer {key} stands there {answer.copies} times, the last changed one counts"


def _in_text(source: str) -> Iterable[str]:
    magic = deployed(source)
    tree = rebuilt.parsed(magic[1] if magic else source)
    nodes = list(ast.walk(tree)) if tree else []
    ours = _OURS | {name for node in nodes for name in _imported(node)}
    for node in nodes:
        yield from _in_node(node, ours)


def _imported(node: ast.AST) -> Iterable[str]:
    """The names under which an import brings something of lambdalab."""
    if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "lambdalab":
        yield from (alias.asname or alias.name for alias in node.names)
    elif isinstance(node, ast.Import):
        yield from (alias.asname for alias in node.names if alias.asname and alias.name.startswith("lambdalab"))


def _in_node(node: ast.AST, ours: Collection[str]) -> Iterable[str]:
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [alias.name for alias in node.names]
        whole = [f"{node.module}.{name}" for name in names] if isinstance(node, ast.ImportFrom) else names
        for name in whole:
            if name.split(".")[0] in _MODULES:
                yield f"uses {name.split('.')[0]}"
            if name.startswith(_CHECKS):
                yield f"imports {name}"
    elif isinstance(node, ast.FunctionDef) and node.name == "__eq__" and _always_true(node):
        yield "defines __eq__ that is always true"
    elif isinstance(node, ast.FunctionDef | ast.ClassDef) and node.name in ours:
        yield f"defines {node.name} anew"
    elif isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        yield from (f"changes {root}" for target in targets for root in _of_ours(target, ours))
    elif isinstance(node, ast.Attribute) and node.attr in (*_ENDS, "__subclasses__", "_getframe", "f_globals"):
        yield f"uses {node.attr}"
    elif isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setattr" and node.args:
        yield from (f"changes {root}" for root in _of_ours(node.args[0], ours))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from (f"names {place}" for place in _PLACES if place in node.value)


def _always_true(node: ast.FunctionDef) -> bool:
    last = node.body[-1]
    return isinstance(last, ast.Return) and isinstance(last.value, ast.Constant) and last.value.value is True


def _of_ours(target: ast.AST, ours: Collection[str]) -> Iterable[str]:
    """The name of ours that an assignment changes: `check = …`, `lambdalab.learn.check = …`."""
    root = target
    while isinstance(root, ast.Attribute | ast.Subscript):
        root = root.value
    if isinstance(root, ast.Name) and root.id in ours:
        yield ast.unparse(target)[:60]


def alike(codes: Mapping[str, Mapping[str, str]], least: int = 120) -> dict[str, list[str]]:
    """Functions that are the same to the byte as another submission's, by submission.

    Args:
        codes: for each submission the code of each exercise that was changed.
        least: shorter ones say nothing, and neither does an answer without a function; so many characters.
    """
    owners: dict[tuple[str, str], list[str]] = {}
    for name, answers in codes.items():
        for exercise, code in answers.items():
            if len(code) >= least and "def " in code:
                owners.setdefault((exercise, code), []).append(name)
    shared: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for (exercise, _), names in owners.items():
        for name in names if len(names) > 1 else ():
            others = tuple(other for other in names if other != name)
            shared.setdefault(name, {}).setdefault(others, []).append(exercise)
    return {name: [_same(exercises, others) for others, exercises in found.items()] for name, found in shared.items()}


def _same(exercises: Sequence[str], others: Sequence[str]) -> str:
    more = f" and {len(others) - 1} more" if len(others) > 1 else ""
    return f"{', '.join(exercises)} the same to the byte as in {others[0]}{more}"
