"""What every notebook of the course must be free of, and what it must have: STYLE.md's list, cell by cell.

A finding names the cell and the line. The checks read; they never run anything.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

from nbformat import NotebookNode

from lambdalab.teach import cells, gates, navigation, shape
from lambdalab.teach.gates import Finding

ALLOWED_MAGICS = frozenset({"%%deploy", "%load_ext"})
MOST_BYTES = 300_000
MOST_COLUMNS = 100

_IMAGE = re.compile(r"!\[([^\]]*)\]\(")
_TAG = re.compile(r"<(img|svg)\b([^>]*)>(.{0,200})", re.DOTALL | re.IGNORECASE)
_LINK = re.compile(r"\]\(([^)\s]+)")
_SHOUTING = re.compile(r"[\w)\]\"'”’]!(?![=\[])")
_CODE_SPAN = re.compile(r"`[^`]*`|<[^>]+>")
_MACHINE_PATH = re.compile(
    r"(?<![\w.…])(?:/(?:home|Users|root|work|mnt|private|workspace\w*)/|/var/folders/|/tmp/(?:tmp|lambdalab|pytest)|/usr/(?:local/)?lib/python"
    r"|/[^\s\"'<>]*/site-packages/|~/|[A-Z]:\\\\?\w)"
)
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{4,}")
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b")
_EMBEDDED_LIBRARY = re.compile(r"cdn\.plot\.ly|plotly\.js v|require\(\[.plotly|unpkg\.com|cdnjs\.")
_NBVAL_COMMENT = re.compile(r"^\s*#\s*(NBVAL_\w+|PYTEST_VALIDATE_\w+)\s*$")
_FORMULA = re.compile(r"(?<!\\)\$(?:[^\n]|\n(?!\s*\n))*(?<!\\)\$")
_RULE = re.compile(r"\|[-:| ]+\|\s*$")  # the line below a table's heading
_UNNAMED = re.compile(r"\|\s*\|")
_EMPTY_WORDS = re.compile(r"\bas you can see\b", re.IGNORECASE)


def notebook(name: str, notebook: NotebookNode, path: Path | None = None, private: Iterable[str] = ()) -> list[Finding]:
    """Everything to repair in any notebook; with `path` also its size and its links.

    `private` holds texts that must stand nowhere, such as this machine's user name and home folder.
    """
    found = [
        *_whole(name, notebook, path),
        *_headings(name, notebook),
        *_images(name, notebook),
        *_text(name, notebook, path),
        *_code(name, notebook),
        *_outputs(name, notebook, [text for text in private if len(text) > 3]),
        *gates.stored_errors(name, notebook),
    ]
    return found


def workbook(name: str, notebook: NotebookNode) -> list[Finding]:
    """What else an exercise must fulfil: no outputs, and no cell of the student's that is expected to fail."""
    findings = []
    for position, cell in enumerate(notebook.cells, start=1):
        if cells.is_code(cell) and (cell.outputs or cell.execution_count is not None):
            findings.append(
                Finding(name, position, 0, "an exercise stores no outputs. Make it again with make exercises.")
            )
        if cell.metadata.get("nbgrader", {}).get("solution") and gates.RAISES in cells.tags(cell):
            findings.append(
                Finding(
                    name,
                    position,
                    0,
                    f"the student's cell is tagged {gates.RAISES}; the untouched workbook must run without errors.",
                )
            )
    return findings


def _whole(name: str, notebook: NotebookNode, path: Path | None) -> Iterator[Finding]:
    kernel = notebook.metadata.get("kernelspec", {})
    if (kernel.get("name"), kernel.get("display_name")) != ("python3", "Python 3"):
        yield Finding(name, 0, 0, f"the kernel is {kernel.get('name')!r}, not python3. Run make notebooks.")
    if "widgets" in notebook.metadata:
        yield Finding(name, 0, 0, "the state of widgets is stored. Run make notebooks.")
    if path is not None and path.stat().st_size > MOST_BYTES:
        yield Finding(
            name, 0, 0, f"{path.stat().st_size:,} bytes; {MOST_BYTES:,} is the limit. Store fewer or smaller outputs."
        )
    seen: set[str] = set()
    for position, cell in enumerate(notebook.cells, start=1):
        identity = cell.get("id", "")
        if not identity or identity in seen:
            yield Finding(
                name, position, 0, f"the cell's id {identity!r} is missing or used twice. Run make notebooks."
            )
        seen.add(identity)
        for key in ("execution", "collapsed", "scrolled", "widgets"):
            if key in cell.metadata:
                yield Finding(name, position, 0, f"the cell's metadata holds {key!r}. Run make notebooks.")


def _headings(name: str, notebook: NotebookNode) -> Iterator[Finding]:
    found = shape.headings(notebook)
    if sum(heading.level == 1 for heading in found) != 1:
        yield Finding(
            name, 0, 0, f"{sum(heading.level == 1 for heading in found)} headings of level 1; there is exactly one."
        )
    level = 0
    for heading in found:
        if heading.level > level + 1:
            yield Finding(
                name,
                heading.cell,
                heading.line,
                f"the heading '{heading.text}' jumps from level {level} to {heading.level}.",
            )
        level = heading.level


def _images(name: str, notebook: NotebookNode) -> Iterator[Finding]:
    """Every picture says in words what it shows."""
    for position, cell in enumerate(notebook.cells, start=1):
        if not cells.is_code(cell):
            yield from (Finding(name, position, 0, what) for what in _without_alt(cell.source, markdown=True))
            continue
        for output in cell.outputs:
            data = output.get("data", {})
            html = "".join(data.get("text/html", ""))
            yield from (Finding(name, position, 0, what) for what in _without_alt(html, markdown=False))
            drawn = [kind for kind in data if kind.startswith("image/") or kind == "application/vnd.plotly.v1+json"]
            if drawn and not _described(output, cell):
                yield Finding(
                    name,
                    position,
                    0,
                    f"an output of kind {drawn[0]} has no alt text. Show it as a Picture, whose text says the finding.",
                )


def _without_alt(text: str, *, markdown: bool) -> Iterator[str]:
    for match in _IMAGE.finditer(text) if markdown else ():
        if len(match.group(1).split()) < 3:
            yield "an image without alt text, or with fewer than three words. Write the finding into ![…]."
    for match in _TAG.finditer(text):
        kind, attributes, after = match.group(1).lower(), match.group(2), match.group(3)
        hidden = "aria-hidden" in attributes
        described = re.search(r"(?:alt|aria-label(?:ledby)?)\s*=\s*[\"'][^\"']{3,}", attributes) or (
            kind == "svg" and "<title" in after
        )
        if not hidden and not described:
            remedy = "alt" if kind == "img" else "role=img and aria-label, or aria-hidden if it only decorates"
            yield f"<{kind}> without a text: give it {remedy}."


def _described(output: NotebookNode, cell: NotebookNode) -> bool:
    """A bitmap or figure is described by words in its own plain text, or by the HTML published beside it."""
    plain = "".join(output.data.get("text/plain", ""))
    beside = any("text/html" in other.get("data", {}) and other is not output for other in cell.outputs)
    return beside or (len(plain.split()) >= 5 and not plain.startswith(("<", "Figure(")))


def _text(name: str, notebook: NotebookNode, path: Path | None) -> Iterator[Finding]:
    for position, cell in enumerate(notebook.cells, start=1):
        if cell.cell_type != "markdown":
            continue
        if _FORMULA.search("\n".join(_CODE_SPAN.sub(" ", line) for _, line in shape.prose(cell.source))):
            yield Finding(name, position, 0, "what stands between two dollar signs becomes a formula. Write \\$.")
        for number, line in shape.prose(cell.source):
            plain = _CODE_SPAN.sub(" ", line)
            if _RULE.match(line) and _UNNAMED.search(cell.source.split("\n")[number - 2]):
                yield Finding(name, position, number - 1, "a column of a table has no name. Give it one.")
            if _SHOUTING.search(plain):
                yield Finding(name, position, number, "an exclamation mark. Say it calmly.")
            if _EMPTY_WORDS.search(plain):
                yield Finding(name, position, number, "'as you can see': say what there is to see.")
            if _MACHINE_PATH.search(plain.replace("~/.lambdalab", "")):
                yield Finding(name, position, number, "a path of one machine. Write it relative to the project.")
            targets = [unquote(target.split("#")[0]) for target in _LINK.findall(line)]
            local = [target for target in targets if target and not re.match(r"[a-z]+:", target)]
            for broken in navigation.broken_links(path, local) if path else ():
                yield Finding(name, position, number, f"the link to {broken} leads nowhere.")


def _code(name: str, notebook: NotebookNode) -> Iterator[Finding]:
    for position, cell in enumerate(notebook.cells, start=1):
        if not cells.is_code(cell):
            continue
        for number, magic in cells.magics(cell):
            if magic not in ALLOWED_MAGICS:
                yield Finding(
                    name,
                    position,
                    number,
                    f"the magic {magic} is unknown here, and an unknown one hides whatever raises after it. "
                    f"Allowed: {', '.join(sorted(ALLOWED_MAGICS))}.",
                )
        for number, line in enumerate(cell.source.split("\n"), start=1):
            if len(line) > MOST_COLUMNS:
                yield Finding(name, position, number, f"{len(line)} columns; {MOST_COLUMNS} is the limit.")
            if _NBVAL_COMMENT.match(line):
                yield Finding(
                    name,
                    position,
                    number,
                    f"a comment steers nbval. Use the tag {gates.IGNORED} instead, which the gates count.",
                )
            if _MACHINE_PATH.search(line):
                yield Finding(name, position, number, "a path of one machine. Write it relative to the notebook.")
        if gates.SKIPPED in cells.tags(cell) and not gates.grades_a_system(cell):
            yield Finding(name, position, 0, f"the tag {gates.SKIPPED}: every cell runs.")
        try:
            tree = cells.syntax_tree(cell)
        except SyntaxError as error:
            yield Finding(
                name,
                position,
                error.lineno or 0,
                f"not Python: {error.msg}. A lesson about a SyntaxError passes the text to compile().",
            )
            continue
        yield from _names(name, position, tree)


def _names(name: str, position: int, tree: ast.Module) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            yield Finding(name, position, node.lineno, "import *: name what is used.")
        used = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", None)
        if used in ("FigureWidget", "interact"):
            yield Finding(
                name,
                position,
                getattr(node, "lineno", 0),
                f"{used} is not shown in lessons: it stores megabytes, or fails to compare. Use frames, or a widget "
                "of lambdalab.",
            )


def _outputs(name: str, notebook: NotebookNode, private: list[str]) -> Iterator[Finding]:
    for position, cell in enumerate(notebook.cells, start=1):
        if not cells.is_code(cell):
            continue
        marked = cells.tags(cell) & {gates.IGNORED, gates.VARIES}
        for output in cell.outputs:
            if cells.WIDGET_VIEW in output.get("data", {}):
                yield Finding(name, position, 0, "a widget's view is stored. Run make notebooks.")
            if output.output_type == "stream" and output.name == "stderr" and gates.RAISES not in cells.tags(cell):
                yield Finding(
                    name,
                    position,
                    0,
                    f"a warning is stored: {output.text.strip().splitlines()[0] if output.text.strip() else ''}. "
                    "Repair its cause.",
                )
            text = "\n".join(cells.output_texts(output))
            yield from (Finding(name, position, 0, f"{what} in the stored output.") for what in _private(text, private))
            if not marked:
                varying = _ADDRESS.search(text) or _UUID.search(text)
                if varying:
                    yield Finding(
                        name,
                        position,
                        0,
                        f"{varying.group(0)} differs from run to run. Don't show it, or tag the cell {gates.VARIES} "
                        f"or {gates.IGNORED}.",
                    )


def _private(text: str, private: list[str]) -> Iterator[str]:
    path = _MACHINE_PATH.search(text)
    if path:
        yield f"a path of one machine ({path.group(0)}…)"
    for word in private:
        if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text):
            yield "this machine's user, host or folder"
    if _EMBEDDED_LIBRARY.search(text):
        yield "a whole drawing library, or a link to one,"
