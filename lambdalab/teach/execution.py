"""Runs a notebook from top to bottom on a fresh kernel and gives back the notebook with its new outputs.

The student's own progress file is never touched: each run gets an empty one, and an empty IPython folder, so that
start-up files of this machine change nothing. A cell may fail only where the author expects it (tag
`raises-exception`).
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from nbformat import NotebookNode
from traitlets.config import Config

from lambdalab.teach import cells, course, gates

CELL_SECONDS = 120
NOTEBOOK_SECONDS = 60


class NotebookFailedError(RuntimeError):
    """A notebook that did not run to its end; the message names the cell and the error."""


@dataclass(frozen=True)
class Execution:
    """A notebook after its run, and the seconds the run took."""

    notebook: NotebookNode
    seconds: float


def environment(folder: Path) -> dict[str, str]:
    """The environment variables of a run: this process's own, with the student's files in `folder`."""
    return {**os.environ, "LAMBDALAB_PROGRESS": str(folder / "progress.json"), "IPYTHONDIR": str(folder / "ipython")}


def execute(notebook: NotebookNode, folder: Path, number: str, *, cell_seconds: int = CELL_SECONDS) -> Execution:
    """Executes a copy of the notebook, with `folder` as its working folder.

    Raises NotebookFailedError for an error where none is expected, for a cell over its time, and for a kernel that
    died.
    """
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    fresh = cells.without_outputs(cells.normalise(notebook, number))
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="lambdalab-run-", ignore_cleanup_errors=True) as own:
        client = NotebookClient(
            fresh,
            timeout=cell_seconds,
            startup_timeout=60,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            record_timing=False,
            store_widget_state=False,
            coalesce_streams=True,
            skip_cells_with_tag=gates.SKIPPED,
            config=_wires(Path(own)),
        )
        try:
            client.execute(env=environment(Path(own)))
        except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
            raise NotebookFailedError(f"{_last_cell(fresh)}: {_reason(error)}") from error
    return Execution(cells.normalise(fresh, number), time.monotonic() - begun)


def _wires(folder: Path) -> Config:
    """How the kernel is reached: by sockets in a folder of its own, for which no other process takes a port first."""
    sockets = {} if os.name == "nt" else {"transport": "ipc", "connection_file": str(folder / "kernel.json")}
    return Config(KernelManager=sockets)


def execute_file(path: Path, *, cell_seconds: int = CELL_SECONDS) -> Execution:
    """Executes the notebook in a file, in the file's own folder; the file stays as it is."""
    return execute(course.read(path), path.parent, course.number_of(path), cell_seconds=cell_seconds)


def _reason(error: Exception) -> str:
    """The error in one line, where it has one."""
    name, value = getattr(error, "ename", None), getattr(error, "evalue", None)
    return f"{name}: {value}" if name else str(error).strip()


def _last_cell(notebook: NotebookNode) -> str:
    """The code cell that was running when the run ended."""
    started = [
        (position, cell)
        for position, cell in enumerate(notebook.cells, start=1)
        if cells.is_code(cell) and (cell.execution_count is not None or cell.outputs)
    ]
    if not started:
        return "before the first cell"
    position, cell = started[-1]
    return f"cell {position} ({cell.source.strip().splitlines()[0]})"
