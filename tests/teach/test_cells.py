from __future__ import annotations

import pytest

from lambdalab.teach import cells
from tests.teach.made import code, notebook, raised, shown, text


def test_well_formed_ids_stay_and_doubles_get_ids_of_their_own() -> None:
    parts = [{**text("a"), "id": "kept-1"}, {**text("b"), "id": "kept-1"}, {**text("c"), "id": "not good"}]
    first = notebook(*parts, number="03")
    ids = [cell.id for cell in first.cells]
    assert ids[:2] == ["kept-1", "kept-1-2"] and ids[2].startswith("03-") and len(set(ids)) == 3
    assert [cell.id for cell in cells.normalise(first, "03").cells] == ids


def test_widget_views_leave_and_what_stands_beside_them_stays() -> None:
    view = {cells.WIDGET_VIEW: {"model_id": "x"}}
    made = notebook(code("a", outputs=[shown({**view, "text/plain": "card"})]), code("b", outputs=[shown(view)]))
    assert made.cells[0].outputs[0].data == {"text/plain": "card"}
    assert made.cells[1].outputs == []


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        ("File /home/zoe/x/.venv/lib/python3.11/site-packages/botocore/a.py:3", "File …/site-packages/botocore/a.py:3"),
        ("File ~/x/lib/python3.12/json/__init__.py:3", "File …/python3.12/json/__init__.py:3"),
        (r"File C:\Users\li\v\Lib\site-packages\boto3\a.py", r"File …/site-packages\boto3\a.py"),
        ("File /srv/lab/lambdalab/errors.py:9", "File …/lambdalab/errors.py:9"),
        ("Cell In[3], line 1", "Cell In[3], line 1"),
        ("/var/task/lambda_function.py line 2", "/var/task/lambda_function.py line 2"),
    ],
)
def test_tracebacks_lose_the_machines_part_of_a_path(line: str, clean: str) -> None:
    made = notebook(code("a", outputs=[raised("E", "", [line])]))
    assert made.cells[0].outputs[0].traceback == [clean]


def test_metadata_is_reduced_to_what_the_course_uses() -> None:
    cell = code("a", "x")
    cell["metadata"].update({"execution": {"iopub": "2026"}, "collapsed": True, "deletable": False})
    made = notebook(cell, tidy=False)
    made.metadata["widgets"] = {"state": {}}
    made.metadata["language_info"] = {"name": "python", "version": "3.11.7"}
    clean = cells.normalise(made, "01")
    assert clean.cells[0].metadata == {"tags": ["x"], "deletable": False}
    assert clean.metadata == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


def test_magics_are_found_with_their_lines_and_a_function_file_is_not_searched() -> None:
    assert list(cells.magics(code_cell("x = 1\n%pip install y\n!ls"))) == [(2, "%pip"), (3, "!ls")]
    assert list(cells.magics(code_cell("%%deploy a\n%not_one = 1"))) == [(1, "%%deploy")]
    assert cells.cell_magic(code_cell("%%deploy a --memory 256")) == "deploy"
    assert cells.cell_magic(code_cell("%load_ext a")) is None


def test_calls_are_found_by_their_name_with_line_numbers() -> None:
    found = list(cells.calls(code_cell('%load_ext x\npredict("01-1")\nlab.predict("01-2")\npredicted()'), "predict"))
    assert [call.lineno for call in found] == [2, 3]


def code_cell(source: str):  # type: ignore[no-untyped-def]  # nbformat's node, whose fields are dynamic
    return notebook(code(source)).cells[0]
