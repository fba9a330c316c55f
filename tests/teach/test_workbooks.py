from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from lambdalab.teach import cells, course, workbooks
from tests.teach.made import code, graded, notebook, small_course, solution, text

IN_FUNCTION = (
    'def call(name):\n    """Calls."""\n    ### BEGIN SOLUTION\n    return name\n    ### END SOLUTION\n\nprint(1)'
)
IN_DEPLOY = (
    "%%deploy ex01_hello --memory 128\n### BEGIN SOLUTION\ndef handler(event, context):\n    return 1\n### END SOLUTION"
)
TEST = "check('01.1')\n### BEGIN HIDDEN TESTS\nassert call('Ada') == 'Ada'\n### END HIDDEN TESTS"


def workbook() -> NotebookNode:
    locked = code("import lambdalab", "given")
    locked["metadata"]["nbgrader"] = {
        "grade": False, "grade_id": "ex01-1-given", "locked": True, "schema_version": 3,
        "solution": False, "task": False,
    }  # fmt: skip
    return notebook(
        text("# Workbook 01"),
        locked,
        solution(IN_FUNCTION, "ex01-1"),
        graded(TEST, "ex01-1-test"),
        code("print('free')", outputs=[{"output_type": "stream", "name": "stdout", "text": "free\n"}]),
        solution(IN_DEPLOY, "ex01-2"),
        graded("check('01.2')", "ex01-2-test", 3),
    )


def released(*parts: object) -> NotebookNode:
    return workbooks.release(notebook(*parts), "01")  # type: ignore[arg-type]  # the parts are cells made here


def test_release_equals_nbgraders_own_in_every_cell_checksums_included() -> None:
    pytest.importorskip("nbgrader", reason="nbgrader is not installed; it is in the extra 'teacher'")
    master = workbook()
    ours = workbooks.release(master, "01")
    for exercise in (1, 2):
        theirs = nbgraders_release(master, f'# YOUR CODE HERE\nraise NotImplementedError("Exercise 01.{exercise}")')
        assert len(theirs.cells) == len(ours.cells)
        for our_cell, their_cell in zip(ours.cells, theirs.cells, strict=True):
            grade_id = our_cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if not grade_id or grade_id.startswith(f"ex01-{exercise}"):
                assert our_cell == their_cell


def nbgraders_release(master: NotebookNode, stub: str) -> NotebookNode:
    from nbconvert.exporters import NotebookExporter
    from nbgrader import preprocessors as steps  # type: ignore[import-untyped]  # nbgrader has no types
    from traitlets.config import Config

    config = Config()
    config.NotebookExporter.preprocessors = [
        steps.LockCells, steps.ClearSolutions, steps.ClearOutput, steps.CheckCellMetadata, steps.ClearHiddenTests,
        steps.ClearMarkScheme, steps.ComputeChecksums, steps.CheckCellMetadata,
    ]  # fmt: skip
    config.ClearSolutions.code_stub = {"python": stub}
    exporter: Any = NotebookExporter
    body, _ = exporter(config=config).from_notebook_node(master)
    return cells.node(nbformat.reads(body, as_version=4))  # type: ignore[no-untyped-call]  # nbformat has no types


def test_same_solution_gives_the_same_bytes() -> None:
    assert course.as_text(workbooks.release(workbook(), "01")) == course.as_text(workbooks.release(workbook(), "01"))


def test_exercise_holds_no_solution_hidden_test_or_output() -> None:
    told = course.as_text(workbooks.release(workbook(), "01"))
    for secret in ("return name", "return 1", "HIDDEN", "assert call", "SOLUTION", "free\\n"):
        assert secret not in told


def test_stub_names_its_exercise_and_keeps_the_indentation() -> None:
    cell = released(solution(IN_FUNCTION, "ex01-3-first")).cells[0]
    assert cell.source.split("\n")[2:4] == ["    # YOUR CODE HERE", '    raise NotImplementedError("Exercise 01.3")']


def test_region_in_a_deploy_cell_keeps_the_magic_line() -> None:
    cell = released(solution(IN_DEPLOY, "ex01-2")).cells[0]
    assert cell.source.split("\n")[0] == "%%deploy ex01_hello --memory 128"
    assert cell.source.endswith('raise NotImplementedError("Exercise 01.2")')


def test_stub_lines_are_the_stub_with_their_inner_indentation() -> None:
    stub = "### STUB: x = {\n### STUB:     1: 0}\n### STUB:\n### STUB: y = []"
    region = f"### BEGIN SOLUTION\n{stub}\ny = [1]\n### END SOLUTION"
    source = released(solution(region, "ex01-1")).cells[0].source
    assert source == "# YOUR CODE HERE\nx = {\n    1: 0}\n\ny = []"


@pytest.mark.parametrize(
    ("body", "line"),
    [("return 0", "# CHANGE THE CODE BELOW"), ('raise NotImplementedError("Exercise 01.1")', "# YOUR CODE HERE")],
)
def test_a_stub_that_works_is_code_to_change_and_one_that_raises_is_code_to_write(body: str, line: str) -> None:
    region = f"### BEGIN SOLUTION\n### STUB: def f(x):\n### STUB:     {body}\ndef f(x):\n    return x\n### END SOLUTION"
    assert released(solution(region, "ex01-1")).cells[0].source == f"{line}\ndef f(x):\n    {body}"


def test_checksum_is_md5_of_what_nbgrader_documents() -> None:
    cell = released(graded("1", "ex01-1-test", 2)).cells[0]
    expected = hashlib.md5(b"1" + b"code" + b"True" + b"False" + b"True" + b"ex01-1-test" + b"2.0").hexdigest()
    assert cell.metadata.nbgrader.checksum == expected


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (solution("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", "ex01-1"), "top level"),
        (solution("x = 1", "ex01-1"), "a solution cell has a region"),
        (code("### BEGIN SOLUTION\nx = 1\n### END SOLUTION"), "a solution cell has a region"),
        (solution("%%deploy a\n### BEGIN SOLUTION\nx = 1", "ex01-1"), "never ended"),
        (solution("%%deploy a\n### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION", "ex01-1"), "line 3"),
        (code("### BEGIN HIDDEN TESTS\nx\n### END HIDDEN TESTS"), "not graded"),
        (graded("1", "q1"), "exNN-k"),
    ],
)
def test_what_cannot_be_released_is_refused_with_its_place(cell: dict[str, object], words: str) -> None:
    with pytest.raises(workbooks.WorkbookError, match=words) as refusal:
        released(cell)
    assert "cell 1" in str(refusal.value)


def test_grade_id_used_twice_is_refused() -> None:
    with pytest.raises(workbooks.WorkbookError, match=r"cell 2.*twice"):
        released(graded("1", "ex01-1-test"), graded("2", "ex01-1-test"))


def test_command_writes_exercises_once_and_then_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_course(tmp_path)
    assert workbooks.main(["--root", str(root)]) == 0
    assert capsys.readouterr().out == "written   exercises/01_what.ipynb\n"
    workbooks.main(["--root", str(root)])
    assert capsys.readouterr().out == "unchanged exercises/01_what.ipynb\n"
    exercise = course.read(root / "exercises" / "01_what.ipynb")
    assert [cell.id for cell in exercise.cells if cell.id.startswith("nav")] == ["nav-top", "nav-end"]
    assert "[Lesson 01](../notebooks/01_what.ipynb)" in exercise.cells[0].source
