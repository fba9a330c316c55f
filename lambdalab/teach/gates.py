"""What a notebook must prove when it runs: that its outputs are compared, and that the errors it expects happen.

nbval alone passes while it compares nothing, and passes a cell that was expected to raise and did not. So these gates
count. An author's tags, all on code cells:

- `raises-exception` together with `raises:NameError`: the cell ends in that error. It fails the gate when it does not
  raise,
  or raises something else.
- `asserts-error`: the cell looks at an error with an `assert` (a failed function answers; it does not raise in the
  notebook).
- `nbval-ignore-output`: the output differs from run to run, and is not compared.
- `varies-in-part`: the output holds numbers that differ (ids, durations), which tests/notebooks/sanitize.cfg takes
  out; the
  rest is compared.
- `nbval-skip`: only for a cell that is one `lab.grade(…)` of the capstone and nothing else. It tries a whole system for
  minutes, so it is neither run here nor when outputs are stored; tests/capstone grade the system of the same cells, and
  ask for all points.

A deterministic output is every stored output not tagged `nbval-ignore-output`. At least half of them must really be
compared, and at least half of all outputs, so that nothing hides behind the tag. The shape of lessons and the hygiene
of all notebooks are in `shape` and `hygiene`.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from lambdalab.teach import cells

RAISES = "raises-exception"
RAISES_TYPE = "raises:"
ASSERTS = "asserts-error"
IGNORED = "nbval-ignore-output"
VARIES = "varies-in-part"
SKIPPED = "nbval-skip"

# What nbval 0.11 leaves out when it compares two outputs.
_NOT_COMPARED = frozenset({cells.WIDGET_VIEW, "image/png", "image/jpeg"})


@dataclass(frozen=True)
class Finding:
    """Something to repair: the notebook, the cell and the line (from 1; 0 is the whole of it), and what to do."""

    notebook: str
    cell: int
    line: int
    text: str

    def __str__(self) -> str:
        place = f", cell {self.cell}" if self.cell else ""
        return f"{self.notebook}{place}{f', line {self.line}' if self.line else ''}: {self.text}"


@dataclass(frozen=True)
class Counts:
    """How much of a notebook can be compared: numbers of code cells."""

    outputs: int
    deterministic: int
    compared: int
    errors_asserted: int


@dataclass(frozen=True)
class CellRun:
    """One code cell as nbval ran it: its id, passed or not, whether something was compared, the types of errors
    raised."""

    cell_id: str
    passed: bool
    compared: bool
    raised: tuple[str, ...]


def has_comparable_output(cell: NotebookNode) -> bool:
    """Whether nbval would compare anything of what the cell stores."""
    for output in cell.outputs:
        if output.output_type in ("stream", "error") or set(output.get("data", {})) - _NOT_COMPARED:
            return True
    return False


def counts(notebook: NotebookNode) -> Counts:
    """What the stored notebook promises: nbval must compare exactly so many cells."""
    with_outputs = [cell for cell in notebook.cells if cells.is_code(cell) and cell.outputs]
    deterministic = [cell for cell in with_outputs if IGNORED not in cells.tags(cell)]
    return Counts(
        outputs=len(with_outputs),
        deterministic=len(deterministic),
        compared=sum(has_comparable_output(cell) and cell.execution_count is not None for cell in deterministic),
        errors_asserted=sum(asserts_error(cell) for cell in notebook.cells),
    )


def asserts_error(cell: NotebookNode) -> bool:
    """Whether the cell states which error it expects, by a tag that names it or by an `assert`."""
    return cells.is_code(cell) and (
        expected_error(cell) is not None or (ASSERTS in cells.tags(cell) and _has_assert(cell))
    )


def grades_a_system(cell: NotebookNode) -> bool:
    """Whether the cell is one call of `lab.grade` and nothing else."""
    alone = cells.cell_magic(cell) is None and len(cells.syntax_tree(cell).body) == 1
    return alone and cell.source.startswith("lab.grade(")


def expected_error(cell: NotebookNode) -> str | None:
    """The type of error that the cell is tagged to raise, or None."""
    named = [tag.removeprefix(RAISES_TYPE) for tag in cells.tags(cell) if tag.startswith(RAISES_TYPE)]
    return named[0] if len(named) == 1 and named[0] and RAISES in cells.tags(cell) else None


def stored_errors(name: str, notebook: NotebookNode) -> list[Finding]:
    """Errors where none belongs, and expected errors that are missing or of another type, in the stored outputs."""
    return list(_stored_errors(name, notebook))


def run(name: str, notebook: NotebookNode, runs: Sequence[CellRun], *, need_half: bool = True) -> list[Finding]:
    """What is wrong with nbval's fresh run of the notebook; `need_half=False` for workbooks, which store no outputs."""
    findings = []
    promised = counts(notebook)
    by_id = {cell_run.cell_id: cell_run for cell_run in runs}
    for position, cell in _code(notebook):
        if SKIPPED in cells.tags(cell) and grades_a_system(cell):
            continue
        done = by_id.get(cell.id)
        if done is None:
            findings.append(Finding(name, position, 0, "the cell was not run. Take away whatever makes nbval skip it."))
            continue
        if not done.passed:
            findings.append(
                Finding(name, position, 0, "nbval failed here; its report says how the fresh output differs.")
            )
        findings += _raised_as_expected(name, position, cell, done.raised)
    compared = sum(cell_run.compared for cell_run in runs)
    if compared != promised.compared:
        findings.append(
            Finding(
                name,
                0,
                0,
                f"{compared} cells were compared, and the stored notebook promises {promised.compared}. Execute it "
                "again with make notebooks.",
            )
        )
    if need_half:
        findings += enough_compared(name, promised)
    return findings


def enough_compared(name: str, found: Counts) -> list[Finding]:
    """Findings when fewer than half of the deterministic outputs, or of all outputs, are compared."""
    findings = []
    if found.compared * 2 < found.deterministic:
        findings.append(
            Finding(
                name,
                0,
                0,
                f"only {found.compared} of {found.deterministic} deterministic outputs are compared. Let cells end "
                "in text or a table, not in a bitmap alone.",
            )
        )
    if found.compared * 2 < found.outputs:
        findings.append(
            Finding(
                name,
                0,
                0,
                f"only {found.compared} of {found.outputs} outputs are compared; the others are tagged {IGNORED}. "
                f"Show what stays the same in a cell of its own, or tag {VARIES}.",
            )
        )
    return findings


def _stored_errors(name: str, notebook: NotebookNode) -> Iterator[Finding]:
    for position, cell in _code(notebook):
        tagged = cells.tags(cell)
        if RAISES in tagged and expected_error(cell) is None:
            yield Finding(
                name,
                position,
                0,
                f"tagged {RAISES} without saying what is raised. Add one tag such as {RAISES_TYPE}NameError.",
            )
        if RAISES not in tagged and any(tag.startswith(RAISES_TYPE) for tag in tagged):
            yield Finding(name, position, 0, f"tagged with the error it raises, but not {RAISES}. Add that tag.")
        if ASSERTS in tagged and not _has_assert(cell):
            yield Finding(
                name, position, 0, f"tagged {ASSERTS} and has no assert. Compare the error's type with an assert."
            )
        yield from _raised_as_expected(
            name, position, cell, tuple(output.ename for output in cell.outputs if output.output_type == "error")
        )


def _raised_as_expected(name: str, position: int, cell: NotebookNode, raised: tuple[str, ...]) -> Iterator[Finding]:
    expected = expected_error(cell)
    if RAISES not in cells.tags(cell) and raised:
        yield Finding(
            name,
            position,
            0,
            f"raised {raised[0]}, and nothing says that this is expected. Repair it, or tag it {RAISES} and "
            f"{RAISES_TYPE}{raised[0]}.",
        )
    elif RAISES in cells.tags(cell) and not raised:
        yield Finding(
            name,
            position,
            0,
            f"is tagged {RAISES} and did not raise. The lesson's text about this error is no longer true.",
        )
    elif expected is not None and raised[0] != expected:
        yield Finding(name, position, 0, f"raised {raised[0]}, and its tag says {expected}.")


def _code(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    return ((position, cell) for position, cell in enumerate(notebook.cells, start=1) if cells.is_code(cell))


def _has_assert(cell: NotebookNode) -> bool:
    try:
        return any(isinstance(node, ast.Assert) for node in ast.walk(cells.syntax_tree(cell)))
    except SyntaxError:
        return False
