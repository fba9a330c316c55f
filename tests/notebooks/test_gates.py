"""The gates fail when they should: each finding is provoked on a small notebook."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode

from lambdalab.observe.records import Report
from lambdalab.show.result import ResultCard
from lambdalab.teach import course, execution, gates, hygiene, shape
from tests.teach.made import code, graded, notebook, printed, raised, save, shown, solution, text

ROOT = Path(__file__).resolve().parents[2]
SANITIZE = ROOT / "tests" / "notebooks" / "sanitize.cfg"


# A lesson in good shape, and what is wrong when one part of it is missing.


def lesson(**changed: Any) -> NotebookNode:
    """A lesson with every part that the shape gates ask for; each part can be replaced."""
    parts: dict[str, Any] = {
        "title": text("# 01 What?\n\n**Question:** Where?\n\n**Minutes:** 45"),
        "objectives": text("## What you will be able to do\n\n- one\n- two"),
        "recall": code('recall("01")'),
        "box": text("## Before you go on\n\nMinutes to here: 3\n\n### Details"),
        "predict": [code(f'predict("01-{item}")') for item in (1, 2, 3)],
        "prose": text("word " * 1000),
        "middle": [code(f"{number} + 1") for number in range(15)],
        "reveal": [code(f'reveal("01-{item}", {item})') for item in (1, 2, 3)],
        "error": code("int('x')", "raises-exception", "raises:ValueError", outputs=[raised("ValueError")]),
        "summary": text("## Summary\n\nMinutes to here: 40\n\n- one\n- two"),
        "transfer": code('transfer("01")'),
        "bridge": text("Go on in the [workbook](../exercises/01_what.ipynb)."),
        **changed,
    }
    flat = [cell for part in parts.values() if part for cell in (part if isinstance(part, list) else [part])]
    return notebook(*flat)


def said(found: list[gates.Finding]) -> str:
    return "\n".join(map(str, found))


def test_a_lesson_in_good_shape_has_no_findings() -> None:
    assert said(shape.lesson("01", lesson(), "01")) == ""


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"middle": None}, "15 cells; a lesson has 30 to 60"),
        ({"middle": [code("1")] * 60}, "75 cells"),
        ({"prose": text("word " * 900)}, "words of text; a lesson has 1,000"),
        ({"prose": text("word " * 1900)}, "words of text; a lesson has 1,000"),
        ({"middle": [code("a\nb\nc\nd")] * 20}, "the median code cell has 4 lines"),
        ({"middle": [code("a = 1\n" * 16), *[code("1")] * 14]}, "cell 9: 16 lines of code; 15 is the limit"),
        ({"objectives": None}, "no section with the objectives"),
        ({"summary": None}, "no summary"),
        ({"summary": text("## Summary\n\nMinutes to here: 40\n\n- one")}, "the summary has 1 points and the objec"),
        ({"objectives": text("## Objectives"), "summary": text("## Summary\nMinutes to here: 9")}, "has 0 points"),
        ({"summary": text("## Summary\n\n- one\n- two")}, "'Summary' does not say 'Minutes to here: N'"),
        ({"summary": text("## Summary\n\nMinutes to here: 2\n\n- one\n- two")}, "2 minutes to here, after 3"),
        ({"box": None}, "no heading says 'Before you go on'"),
        ({"title": text("# 01 What?\n\n**Minutes:** 4")}, "no line '**Question:** …'"),
        ({"title": text("# 01 What?\n\n**Question:** Who?")}, "no line '**Minutes:** …'"),
        ({"bridge": text("the end")}, "no bridge to the workbook"),
        ({"predict": [code('predict("01-1")')] * 3}, "1 predictions; a lesson has 3 to 5"),
        ({"predict": [code(f'predict("00-{n}")') for n in (1, 2, 3)]}, "predict('00-1') belongs to another lesson"),
        ({"reveal": None}, "cell 5: predict('01-1') has no later reveal('01-1', …)"),
        ({"reveal": [code(f'reveal("01-{n}", 1)') for n in (1, 2, 3, 4)]}, "reveal('01-4') without predict"),
        ({"predict": [code(f'predict("01-{n}", "b")') for n in (1, 2, 3)]}, "answers its own prediction"),
        ({"recall": None}, 'no recall("01")'),
        ({"transfer": None}, 'no transfer("01")'),
        ({"error": None}, "no error is asserted"),
        ({"error": [code("opt = 1", "further"), code("opt", "asserts-error")]}, "uses opt, which only a cell tagged"),
    ],
)
def test_each_departure_from_the_shape_is_found(changed: dict[str, Any], words: str) -> None:
    assert words in said(shape.lesson("01", lesson(**changed), "01"))


def test_a_reveal_before_its_prediction_is_found() -> None:
    early = {"recall": [code('recall("01")'), code('reveal("01-1", 1)')], "reveal": [code('reveal("01-2", 2)')]}
    assert "predict('01-1') has no later reveal" in said(shape.lesson("01", lesson(**early), "01"))


def test_lesson_00_needs_no_recall_and_no_box() -> None:
    first = lesson(recall=None, box=None, predict=[code(f'predict("00-{n}")') for n in (1, 2, 3)],
                   reveal=[code(f'reveal("00-{n}", 1)') for n in (1, 2, 3)], middle=[code("1")] * 20)  # fmt: skip
    assert said(shape.lesson("00", first, "00")) == ""


def test_function_files_comments_and_fences_are_not_counted() -> None:
    made = lesson(middle=[code("%%deploy a\n" + "x = 1\n" * 40), *[code("# why\n\nx")] * 14])
    assert said(shape.lesson("01", made, "01")) == ""
    words = notebook(text("one [two](http://x.y/z w) ![no words here](a.png) <b>three</b> – 4\n```\nnot these\n```"))
    assert shape.words(words) == 4
    assert shape.headings(notebook(text("# One\n```\n# no heading\n```\n## Two ##")))[1].text == "Two"


# What no notebook may hold.


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (text("## Second\n\n#### Deep"), "line 3: the heading 'Deep' jumps from level 2 to 4"),
        (text("# Another"), "2 headings of level 1"),
        (text("![](a.png)"), "an image without alt text"),
        (text('<img src="a.png">'), "<img> without a text: give it alt"),
        (text("<svg viewBox='0 0 1 1'><path/></svg>"), "<svg> without a text"),
        (text("Well done!"), "an exclamation mark"),
        (text("one\ntwo, as you can see"), "line 2: 'as you can see'"),
        (text("from $1 for a call\nto $2"), "becomes a formula"),
        (text("in /home/zoe/lab"), "a path of one machine"),
        (code("%pip install x"), "line 1: the magic %pip is unknown here"),
        (code("x = 1\n!ls"), "line 2: the magic !ls is unknown"),
        (code("%%bash\nls"), "the magic %%bash is unknown"),
        (code("x = '" + "a" * 100 + "'"), "106 columns; 100 is the limit"),
        (code("# NBVAL_IGNORE_OUTPUT\nx"), "a comment steers nbval"),
        (code("x", "nbval-skip"), "the tag nbval-skip"),
        (code("open('/Users/li/a')"), "a path of one machine"),
        (code("from boto3 import *"), "import *"),
        (code("%%deploy f\nfrom os import *"), "line 2: import *"),
        (code("go.FigureWidget()"), "FigureWidget is not shown"),
        (code("def"), "not Python"),
        (code("x", outputs=[printed("bad", "stderr")]), "a warning is stored: bad"),
        (code("x", outputs=[printed("<a at 0x7f00aa>")]), "0x7f00aa differs from run to run"),
        (code("x", outputs=[printed("7d9c0b1e-9f53-4f0e-8a43-cf3a5a1f3a10")]), "differs from run to run"),
        (code("x", "nbval-ignore-output", outputs=[printed("/home/zoe/x")]), "a path of one machine (/home/…)"),
        (code("x", outputs=[printed("~/lab/x")]), "a path of one machine (~/…)"),
        (code("x", outputs=[printed(r"C:\Users\li")]), "a path of one machine"),
        (code("x", outputs=[printed("by ingeborg.")]), "this machine's user, host or folder"),
        (code("x", outputs=[shown({"text/html": '<script src="https://cdn.plot.ly/x">'})]), "a whole drawing library"),
        (code("x", outputs=[shown({"text/html": "<svg><path/></svg>"})]), "<svg> without a text"),
        (code("x", outputs=[shown({"image/png": "aGk=", "text/plain": "<Figure>"})]), "image/png has no alt text"),
        (code("x", outputs=[raised("KeyError")]), "raised KeyError, and nothing says that this is expected"),
        (code("x", "raises-exception", outputs=[raised("KeyError")]), "without saying what is raised"),
        (code("x", "raises:KeyError"), "but not raises-exception"),
        (code("x", "raises-exception", "raises:KeyError"), "did not raise"),
        (code("x", "raises-exception", "raises:KeyError", outputs=[raised("OSError")]), "raised OSError, and its tag"),
        (code("x", "asserts-error"), "has no assert"),
    ],
)
def test_each_breach_of_hygiene_is_found(cell: dict[str, Any], words: str) -> None:
    found = hygiene.notebook("01", notebook(text("# Title"), cell), private=["ingeborg"])
    assert words in said(found)
    assert all(finding.cell == 2 for finding in found if finding.cell)


@pytest.mark.parametrize(
    "cell",
    [
        text("![Ten calls, ten bars](a.png) and `x != 1!` in /tmp and /var/task"),
        text('<img src="a.png" alt="Ten calls"><svg aria-hidden="true"></svg>\n\n```\n# x!\n```'),
        code("%%deploy hello --memory 256\ndef handler(event, context):\n    return event"),
        code("%%deploy hello --runtime nodejs\nexport const handler = async (event) => event;"),
        code("x", "varies-in-part", outputs=[printed("7d9c0b1e-9f53-4f0e-8a43-cf3a5a1f3a10 at 0x7f00aa")]),
        code("x", outputs=[printed('File "/var/task/lambda_function.py", line 2\n/tmp/photo.jpg')]),
        code("x", "raises-exception", "raises:KeyError", outputs=[raised("KeyError", "'a'")]),
        code("assert error == 'x'", "asserts-error"),
        code("x", outputs=[shown({"image/png": "aGk=", "text/plain": "Ten calls at once: ten environments."})]),
    ],
)
def test_what_is_allowed_is_not_found(cell: dict[str, Any]) -> None:
    assert said(hygiene.notebook("01", notebook(text("# Title"), cell), private=["ingeborg"])) == ""


def test_untidy_notebooks_are_found() -> None:
    untidy = notebook({**text("# A"), "id": "same"}, {**text("b"), "id": "same"}, tidy=False)
    untidy.metadata = {"kernelspec": {"name": "conda-x", "display_name": "x"}, "widgets": {}}
    untidy.cells[1].metadata["collapsed"] = True
    told = said(hygiene.notebook("01", untidy))
    for words in (
        "the kernel is 'conda-x'",
        "the state of widgets",
        "id 'same' is missing or used twice",
        "'collapsed'",
    ):
        assert words in told


def test_a_stored_widget_view_is_found() -> None:
    view = notebook(
        text("# A"), code("x", outputs=[shown({"application/vnd.jupyter.widget-view+json": {}})]), tidy=False
    )
    assert "a widget's view is stored" in said(hygiene.notebook("01", view))


def test_size_and_links_are_looked_at_in_the_file(tmp_path: Path) -> None:
    path = save(tmp_path / "01_big.ipynb", text("# A [one](02_no.ipynb#x) [two](01_big.ipynb) [three](https://a.b)"),
                code("x", outputs=[printed("x" * 300_000)]))  # fmt: skip
    told = said(hygiene.notebook("01", course.read(path), path))
    assert "300,000 is the limit" in told and "the link to 02_no.ipynb leads nowhere" in told
    assert told.count("leads nowhere") == 1


def test_an_exercise_with_outputs_or_an_expected_failure_is_found() -> None:
    cell = solution("x", "ex01-1")
    cell["metadata"]["tags"] = ["raises-exception"]
    told = said(hygiene.workbook("01", notebook(cell, code("y", outputs=[printed("1")]))))
    assert "the untouched workbook must run" in told and "stores no outputs" in told
    assert hygiene.workbook("01", notebook(graded("check('01.1')", "ex01-1-test"))) == []


# What a run must prove.


def runs(made: NotebookNode, **changed: Any) -> list[gates.CellRun]:
    """A run in which everything went as stored, with changes to the last cell."""
    done = []
    for cell in made.cells:
        names = tuple(output.ename for output in cell.outputs if output.output_type == "error")
        compared = gates.has_comparable_output(cell) and gates.IGNORED not in cell.metadata.get("tags", [])
        done.append({"cell_id": cell.id, "passed": True, "compared": compared, "raised": names})
    done[-1].update(changed)
    return [gates.CellRun(**run) for run in done]


FAILING = notebook(
    code("1", outputs=[printed("1")]), code("x", "raises-exception", "raises:NameError", outputs=[raised("NameError")])
)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"raised": ()}, "cell 2: is tagged raises-exception and did not raise"),
        ({"raised": ("TypeError",)}, "cell 2: raised TypeError, and its tag says NameError"),
        ({"passed": False}, "cell 2: nbval failed here"),
        ({"compared": False}, "1 cells were compared, and the stored notebook promises 2"),
        ({"cell_id": "other"}, "cell 2: the cell was not run"),
    ],
)
def test_a_run_that_does_not_keep_the_promise_is_found(changed: dict[str, Any], words: str) -> None:
    assert gates.run("01", FAILING, runs(FAILING)) == []
    assert words in said(gates.run("01", FAILING, runs(FAILING, **changed)))


@pytest.mark.parametrize(("source", "found"), [('lab.grade("13", milestone=6)', False), ("x = 1", True)])
def test_only_the_grading_of_a_whole_system_may_be_skipped(source: str, found: bool) -> None:
    made = notebook(code("1", outputs=[printed("1")]), code(source, gates.SKIPPED))
    ran = runs(made)[:1]
    assert ("cell 2: the cell was not run" in said(gates.run("13", made, ran))) is found
    assert made.cells[1].id not in {run.cell_id for run in ran}


def test_a_lesson_that_compares_too_little_is_found() -> None:
    png = shown({"image/png": "aGk="})
    bitmaps = notebook(code("a", outputs=[printed("1")]), code("b", outputs=[png]), code("c", outputs=[png]))
    assert gates.counts(bitmaps) == gates.Counts(outputs=3, deterministic=3, compared=1, errors_asserted=0)
    assert "only 1 of 3 deterministic outputs" in said(gates.run("01", bitmaps, runs(bitmaps)))
    hidden = notebook(code("a", outputs=[printed("1")]), *[code("b", gates.IGNORED, outputs=[printed("2")])] * 2)
    assert "only 1 of 3 outputs are compared" in said(gates.run("01", hidden, runs(hidden)))
    assert gates.run("01", hidden, runs(hidden), need_half=False) == []


def test_an_output_of_a_cell_that_was_not_counted_as_run_is_not_compared() -> None:
    unrun = notebook(code("a", outputs=[printed("1")]))
    unrun.cells[0].execution_count = None
    assert gates.counts(unrun).compared == 0


@pytest.mark.slow
def test_nbval_with_the_plugin_counts_what_it_compares_and_sees_an_error_that_stays_away(tmp_path: Path) -> None:
    def stored(name: str, *parts: dict[str, Any]) -> None:
        path = save(tmp_path / name, *parts)
        course.write(path, course.as_text(execution.execute_file(path).notebook))

    stored("01_good.ipynb", code("1 + 1"), code("object()"), code("x", "raises-exception", "raises:NameError"))
    stored("02_bad.ipynb", code("1 + 1"), code("x = 1\nx", "raises-exception", "raises:NameError"))
    command = [sys.executable, "-m", "pytest", "-p", "tests.notebooks.nbval_gates", "-p", "no:cacheprovider", "--nbval"]
    options = ["--nbval-current-env", f"--nbval-sanitize-with={SANITIZE}", "-q", "-rA", str(tmp_path)]
    done = subprocess.run([*command, *options], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert "3 of 3 outputs compared, 1 errors" in done.stdout
    assert re.search(r"FAILED .*02_bad\.ipynb::gates", done.stdout)
    assert "cell 2: is tagged raises-exception and did not raise" in done.stdout
    assert done.stdout.count("FAILED ") == 1


# What is taken out before comparing.


def sanitized(told: str) -> str:
    for pattern, replacement in re.findall(
        r"^regex: (.*)$\n^replace: (.*)$", SANITIZE.read_text(encoding="utf-8"), re.M
    ):
        told = re.sub(pattern, replacement, told)
    return told


def call(answer: str, cold: bool, **numbers: float) -> dict[str, Any]:
    identity = f"7d9c0b1e-9f53-4f0e-8a43-cf3a5a1f3a{int(numbers['ms']) % 100:02d}"
    report = Report(
        request_id=identity, duration_ms=numbers["ms"], memory_size_mb=128,
        max_memory_mb=int(numbers["mb"]), init_ms=numbers["ms"] * 3 if cold else None,
    )  # fmt: skip
    return {
        "function": "hello", "version": "$LATEST", "environment": 1, "process_id": int(numbers["process"]),
        "cold": cold, "status_code": 200, "function_error": None, "answer": answer, "report": report,
        "request_id": identity, "price_per_million": Decimal(str(numbers["price"])),
    }  # fmt: skip


@pytest.mark.parametrize("form", ["html", "text"])
def test_cards_of_two_runs_compare_equal_and_cards_of_two_answers_do_not(form: str) -> None:
    def draw(**facts: Any) -> str:
        return str(getattr(ResultCard(**facts), form)())

    one = call('{"a": 1}', True, ms=1.53, mb=31, process=4187, price=0.21)
    again = call('{"a": 1}', True, ms=1204.7, mb=33, process=91, price=0.004)
    assert draw(**one) != draw(**again)
    assert sanitized(draw(**one)) == sanitized(draw(**again))
    assert sanitized(draw(**one)) != sanitized(draw(**{**one, "answer": '{"a": 2}'}))
    assert sanitized(draw(**one)) != sanitized(draw(**{**one, "cold": False}))
