"""The short routes stand alone: each one's notebooks run from the top on a fresh kernel."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambdalab.teach import course, variants
from lambdalab.teach.execution import execute_file


@pytest.mark.slow(60)
def test_the_cells_of_the_ninety_minute_route_run_without_the_others(tmp_path: Path) -> None:
    written = variants.write_route(course.load(course.find_root()), tmp_path, "90")
    assert len(written) >= 2
    for path in written:
        execute_file(path)
