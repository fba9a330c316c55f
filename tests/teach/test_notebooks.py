from __future__ import annotations

from pathlib import Path

import pytest

from lambdalab.teach import author, cells, course, execution, notebooks, variants
from tests.teach.made import code, graded, notebook, save, small_course, text


def everything(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_running_the_tool_twice_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = small_course(tmp_path)
    assert notebooks.main(["--root", str(root)]) == 0
    after_once = everything(root)
    assert "exercises/01_what.ipynb" in after_once
    capsys.readouterr()
    notebooks.main(["--root", str(root)])
    assert everything(root) == after_once
    assert capsys.readouterr().out == ""


@pytest.mark.slow
def test_execute_stores_outputs_and_a_failing_notebook_keeps_its_old_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = small_course(tmp_path)
    save(root / "notebooks" / "01_what.ipynb", text("# 01"), code("1"), code("1 / 0"))
    before = everything(root)["notebooks/01_what.ipynb"]
    assert notebooks.main(["--root", str(root), "--execute", "00"]) == 0
    assert notebooks.main(["--root", str(root), "--execute", "01"]) == 1
    told = capsys.readouterr().out
    assert "executed  notebooks/00_start_here.ipynb" in told
    assert "FAILED    notebooks/01_what.ipynb, cell 4 (1 / 0): ZeroDivisionError: division by zero" in told
    first = course.read(root / "notebooks" / "00_start_here.ipynb")
    assert [cell.outputs[0].data["text/plain"] for cell in first.cells if cells.is_code(cell)] == ["2"]
    kept = [cell for cell in course.read(root / "notebooks" / "01_what.ipynb").cells if not cells.is_navigation(cell)]
    assert [cell.source for cell in kept] == [cell.source for cell in notebook_from(before).cells]
    assert not any(cell.get("outputs") for cell in kept)


def notebook_from(text: bytes):  # type: ignore[no-untyped-def]  # nbformat's node, whose fields are dynamic
    import nbformat

    return nbformat.reads(text.decode(), as_version=4)  # type: ignore[no-untyped-call]  # nbformat has no types


@pytest.mark.slow
def test_execution_has_a_progress_file_of_its_own_and_allows_only_tagged_errors(tmp_path: Path) -> None:
    made = notebook(
        code("import os, pathlib\nfile = pathlib.Path(os.environ['LAMBDALAB_PROGRESS'])\nfile.exists()"),
        code("int('x')", "raises-exception", "raises:ValueError"),
        code("print('one')\nprint('two')"),
    )
    done = execution.execute(made, tmp_path, "01").notebook
    assert done.cells[0].outputs[0].data["text/plain"] == "False"
    assert done.cells[1].outputs[0].ename == "ValueError"
    assert [output.text for output in done.cells[2].outputs] == ["one\ntwo\n"]
    assert all("execution" not in cell.metadata for cell in done.cells)


@pytest.mark.slow
def test_a_cell_over_its_time_fails_and_is_named(tmp_path: Path) -> None:
    made = notebook(code("1"), code("import threading\nthreading.Event().wait()"))
    with pytest.raises(execution.NotebookFailedError, match="cell 2"):
        execution.execute(made, tmp_path, "01", cell_seconds=1)


def test_a_route_never_lands_on_the_originals(tmp_path: Path) -> None:
    book = course.load(small_course(tmp_path))
    for place in (tmp_path / "notebooks" / "short", tmp_path):
        with pytest.raises(ValueError, match="originals"):
            variants.write_route(book, place, "90")


def test_route_holds_only_its_cells_of_the_lessons_that_have_any(tmp_path: Path) -> None:
    book = course.load(small_course(tmp_path / "project"))
    (path,) = variants.write_route(book, tmp_path / "short", "90")
    assert [cell.source for cell in course.read(path).cells] == ["1 + 1"]
    with pytest.raises(ValueError, match="route-7"):
        variants.write_route(book, tmp_path / "none", "7")


def test_unknown_number_is_refused_with_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"07.*There are: 00, 01"):
        notebooks.main(["--root", str(small_course(tmp_path)), "--execute", "07"])


PERCENT = """# %% [markdown]
# # 03 Cold
#
# Some *text*.

# %% tags=["raises-exception", "raises:NameError"]
%%deploy hello --memory 128
def handler(event, context):
    return {"a": 1}

# %% solution="03.2-first"
def f():
    ### BEGIN SOLUTION
    return 1
    ### END SOLUTION

# %% test="03.2" points=3
check("03.2")
"""


def test_percent_text_becomes_cells_with_tags_magics_and_grader_metadata() -> None:
    made = author.from_percent(PERCENT, "03")
    assert made.cells[0].source == "# 03 Cold\n\nSome *text*."
    assert cells.cell_magic(made.cells[1]) == "deploy" and "raises:NameError" in cells.tags(made.cells[1])
    assert made.cells[2].metadata == notebook_metadata("ex03-2-first")
    expected = graded('check("03.2")', "ex03-2-test", 3)["metadata"]
    assert made.cells[3].metadata == expected


def notebook_metadata(grade_id: str) -> dict[str, object]:
    from tests.teach.made import solution

    metadata = solution("", grade_id)["metadata"]
    assert isinstance(metadata, dict)
    return metadata


def test_percent_text_built_again_keeps_the_ids_of_unchanged_cells(tmp_path: Path) -> None:
    (tmp_path / "03_cold.py").write_text(PERCENT)
    author.main([str(tmp_path / "03_cold.py"), str(tmp_path)])
    first = course.read(tmp_path / "03_cold.ipynb")
    changed = author.from_percent(PERCENT.replace("Some", "Other"), "03")
    same = [one.id == other.id for one, other in zip(first.cells, changed.cells, strict=True)]
    assert same == [False, True, True, True]
