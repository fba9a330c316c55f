"""A notebook's cells, read and put in order: tags, magics, stable ids, clean metadata, clean outputs.

Nothing of AWS stands here. What is stored must be the same for everybody who runs the notebook, so ids are fixed,
metadata is reduced to what the course uses, widget views and timings are removed, and paths in tracebacks lose their
beginning. What differs from run to run inside an output is left as it is: the author marks such a cell with a tag
(see `gates`).
"""

from __future__ import annotations

import ast
import copy
import hashlib
import re
from collections.abc import Iterator
from typing import Any

import nbformat
from nbformat import NotebookNode

NAVIGATION = "navigation"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"

_KEPT_METADATA = frozenset({"tags", "nbgrader", "lambdalab", "deletable", "editable"})
_WELL_FORMED_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MAGIC = re.compile(r"\s*(%%?|!|\?)\s*([\w.]*)")
_NOT_PYTHON = re.compile(r"%%deploy\b.*--runtime[ =](?!python)")
_PATH_IN_TRACEBACK = re.compile(
    r"(?:[A-Za-z]:|~)?(?:[/\\][^/\\\s:\"'<>|\x1b]+)+[/\\]((?:site-packages|lambdalab|python3\.\d+)[/\\])"
)


def node(data: Any) -> NotebookNode:
    """A notebook's dictionary, all its levels, as nbformat's own kind."""
    made: NotebookNode = nbformat.from_dict(data)  # type: ignore[no-untyped-call]  # nbformat has no types
    return made


def tags(cell: NotebookNode) -> frozenset[str]:
    """The cell's tags."""
    return frozenset(cell.metadata.get("tags", []))


def is_code(cell: NotebookNode) -> bool:
    """Whether the cell holds code."""
    return bool(cell.cell_type == "code")


def is_navigation(cell: NotebookNode) -> bool:
    """Whether the cell was written by the navigation tool."""
    return NAVIGATION in tags(cell)


def cell_magic(cell: NotebookNode) -> str | None:
    """The name of the magic that takes the whole cell (`deploy` for `%%deploy hello`), or None."""
    first = cell.source.lstrip().split("\n", 1)[0]
    match = _MAGIC.match(first)
    return match.group(2) if is_code(cell) and match and match.group(1) == "%%" else None


def magics(cell: NotebookNode) -> Iterator[tuple[int, str]]:
    """Each magic and shell line of a code cell: its line from 1, and its text as typed (`%%deploy`, `%pip`, `!ls`)."""
    inside_cell_magic = cell_magic(cell) is not None
    for number, line in enumerate(cell.source.split("\n"), start=1):
        match = _MAGIC.match(line)
        if match and (match.group(1) == "%%" or not inside_cell_magic):
            yield number, match.group(1) + match.group(2)


def syntax_tree(cell: NotebookNode) -> ast.Module:
    """The cell's Python as a tree, magics replaced by `pass` so that line numbers hold.

    A function's file in another language, such as `%%deploy greet --runtime nodejs`, has none. Raises SyntaxError when
    the rest is not Python.
    """
    if _NOT_PYTHON.match(cell.source.lstrip()):
        return ast.parse("")
    whole = cell_magic(cell) is not None
    lines = []
    for number, line in enumerate(cell.source.split("\n")):
        magic = _MAGIC.match(line) if number == 0 or not whole else None
        lines.append(line[: len(line) - len(line.lstrip())] + "pass" if magic else line)
    return ast.parse("\n".join(lines))


def calls(cell: NotebookNode, name: str) -> Iterator[ast.Call]:
    """Each call of the function `name` in a code cell, as `name(...)` or `module.name(...)`."""
    for node in ast.walk(syntax_tree(cell)):
        if isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
            if called == name:
                yield node


def fingerprint(cell: NotebookNode, number: str) -> str:
    """An id made from what the cell says, the same on every build."""
    return f"{number.lower()}-{hashlib.sha256((cell.cell_type + cell.source).encode()).hexdigest()[:8]}"


def set_ids(notebook: NotebookNode, number: str, *, fresh: bool = False) -> None:
    """Gives each cell a well-formed id of its own; ids that are so already stay, unless `fresh`."""
    seen: set[str] = set()
    for cell in notebook.cells:
        old = cell.get("id", "")
        named = is_navigation(cell) or not fresh
        candidate = old if named and _WELL_FORMED_ID.fullmatch(old) else fingerprint(cell, number)
        unique, count = candidate, 1
        while unique in seen:
            count += 1
            unique = f"{candidate[:60]}-{count}"
        seen.add(unique)
        cell["id"] = unique


def normalise(notebook: NotebookNode, number: str) -> NotebookNode:
    """A copy with fixed metadata, stable ids and clean outputs."""
    clean = copy.deepcopy(notebook)
    kept = {"lambdalab": clean.metadata.lambdalab} if "lambdalab" in clean.metadata else {}
    clean.metadata = node(
        {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
            **kept,
        }
    )
    clean.nbformat, clean.nbformat_minor = 4, 5
    for cell in clean.cells:
        cell.metadata = node({key: cell.metadata[key] for key in cell.metadata if key in _KEPT_METADATA})
        cell.pop("attachments", None)
        if is_code(cell):
            cell.outputs = [output for output in map(_clean_output, cell.outputs) if output is not None]
        else:
            for leftover in ("outputs", "execution_count"):
                cell.pop(leftover, None)
    set_ids(clean, number)
    return clean


def without_outputs(notebook: NotebookNode) -> NotebookNode:
    """A copy as if it had never been run."""
    blank = copy.deepcopy(notebook)
    for cell in filter(is_code, blank.cells):
        cell.outputs, cell.execution_count = [], None
    return blank


def _clean_output(output: NotebookNode) -> NotebookNode | None:
    """One output without its widget view and with short paths; None when nothing is left."""
    if output.output_type == "error":
        output.traceback = [_PATH_IN_TRACEBACK.sub(r"…/\1", line) for line in output.traceback]
    elif "data" in output:
        output.data.pop(WIDGET_VIEW, None)
        output.metadata.pop(WIDGET_VIEW, None)
        if not output.data:
            return None
    return output


def output_texts(output: NotebookNode) -> Iterator[str]:
    """Every text an output stores: streams, tracebacks, each kind of its data."""
    if output.output_type == "stream":
        yield output.text
    elif output.output_type == "error":
        yield f"{output.ename}: {output.evalue}"
        yield from output.traceback
    else:
        yield from _texts(output.data)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for kind, part in value.items():
            if not str(kind).startswith("image/") or kind == "image/svg+xml":  # a picture's base64 is no text
                yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
