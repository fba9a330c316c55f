"""The short routes stand alone: each one's notebooks run from the top on a fresh kernel."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from lambdalab.teach import course, variants


@pytest.mark.slow(60)
def test_the_cells_of_the_ninety_minute_route_run_without_the_others(tmp_path: Path) -> None:
    written = variants.write_route(course.load(course.find_root()), tmp_path, "90")
    assert len(written) >= 2
    for path in written:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        NotebookClient(notebook, timeout=60, kernel_name="python3").execute()
