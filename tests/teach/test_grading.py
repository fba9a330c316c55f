"""Grading, piece by piece: values on the wire, answers found, texts looked at, results kept, pages written."""

from __future__ import annotations

import csv
import datetime
import inspect
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lambdalab.learn.student import mentions
from lambdalab.learn.words import strictly_equal
from lambdalab.teach.grading import audit, jail, pages, rebuilt, report, wire
from lambdalab.teach.grading.command import named
from lambdalab.teach.grading.graded import Graded, Kept, Mark
from lambdalab.teach.grading.submission import UnreadableError, answers, helpers, plan, read
from tests.teach.submissions import POINTS, SOLUTION, exercise, klass, right, with_answers

_plain = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats(allow_nan=False)
    | some.text()
    | some.binary()
    | some.decimals(allow_nan=False)
    | some.datetimes()
    | some.timedeltas()
)
_hashable = some.text() | some.integers() | some.tuples(some.text(), some.booleans())
_values = some.recursive(
    _plain,
    lambda inner: (
        some.lists(inner)
        | some.dictionaries(_hashable, inner)
        | some.lists(inner).map(tuple)
        | some.sets(_hashable)
        | some.frozensets(some.text())
    ),
    max_leaves=12,
)


def _sent(value: Any) -> Any:
    return wire.decode(wire.loads(wire.dumps({"value": wire.encode(value)}))["value"])


# -- values ------------------------------------------------------------------------------------------------------------


@given(_values)
def test_a_plain_value_arrives_with_its_type_and_nothing_else(value: Any) -> None:
    assert strictly_equal(_sent(value), value)


def test_an_object_that_equals_everything_arrives_as_one_that_equals_nothing() -> None:
    class Always:
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = object.__hash__

    got = _sent(Always())
    assert Always() == {"double": 4}
    assert got != {"double": 4} and got != ("ok", 1)
    assert type(got).__name__ == "Always"


def test_a_text_or_dictionary_with_methods_of_its_own_arrives_without_them() -> None:
    class Sly(str):
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = str.__hash__

    class Both(dict):  # type: ignore[type-arg]
        def __eq__(self, other: object) -> bool:
            return True

        def __iter__(self) -> Any:
            return iter(["forged"])

        __hash__ = None  # type: ignore[assignment]

    word, both = _sent(Sly("no")), _sent(Both(a=1))
    assert word != "yes" and type(word) is not str and word == "no"
    assert both != {"a": 2} and list(both) == ["a"] and type(both) is not dict


@pytest.mark.parametrize(
    "data",
    [
        {"#": "object", "text": "gASVCwAAAAAAAACMBnN5c3RlbZQu"},
        {"#": "call", "number": 0},
        {"#": "dict", "of": [[[], 1]]},
        {"#": "decimal", "text": "one"},
        {"#": "like", "type": "x"},
        {"no": "tag"},
        {"#": []},
    ],
)
def test_what_is_no_value_is_refused_and_never_made_into_an_object(data: Any) -> None:
    with pytest.raises(wire.WireError):
        wire.decode(data)


def test_what_is_too_deep_or_too_large_for_the_wire_is_cut_and_does_not_raise() -> None:
    deep: list[Any] = []
    for _ in range(5000):
        deep = [deep]
    loop: dict[str, Any] = {}
    loop["self"] = loop
    assert _sent(deep) != deep
    assert type(_sent(loop)) is dict
    with pytest.raises(wire.WireError):
        wire.loads(b"[" * 100_000)
    assert _sent({"when": datetime.date(2026, 11, 28), "price": Decimal("1.50")})["price"] == Decimal("1.50")


# -- texts -------------------------------------------------------------------------------------------------------------


def test_a_function_is_known_by_its_text_and_cannot_be_run_by_it(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    cell = (
        f"def call(name, event, made=open({str(mark)!r}, 'w')):\n    open({str(mark)!r}, 'w')\n"
        "    return client.invoke(FunctionName=name)\n"
    )
    functions = rebuilt.functions(["client = 1\n", cell, "short = lambda: kept\n"])
    assert mentions(functions["call"], "FunctionName") and not mentions(functions["short"], "FunctionName")
    assert "client" in inspect.getclosurevars(functions["call"]).globals
    for function, arguments in ((functions["call"], (1, 2, 3)), (functions["short"], ())):
        with pytest.raises(NameError, match="does_not_run_here"):
            function(*arguments)
    assert not mark.exists()


@pytest.mark.parametrize("text", ["def f(:\n", "(" * 5000, "x = " + "-" * 90_000 + "1", "\0"])
def test_a_text_that_python_cannot_read_defines_nothing(text: str) -> None:
    assert rebuilt.functions([text]) == {}
    assert rebuilt.defined(text) == set()


# -- answers -----------------------------------------------------------------------------------------------------------


def _found(notebook: Any) -> dict[str, tuple[str, str]]:
    steps = plan(SOLUTION)
    found = answers(steps, read(json.dumps(notebook)))
    return {key: (answer.how, answer.source) for key, answer in found.items()}


def test_the_solution_says_points_and_answers_and_where_to_judge() -> None:
    steps = plan(SOLUTION)
    assert {step.exercise: step.points for step in steps if step.kind == "test"} == POINTS
    assert all("SOLUTION" not in step.source for step in steps if step.kind == "answer")
    assert sum(step.kind == "answer" for step in steps) == 6


def test_an_answer_is_found_by_grade_id_then_by_cell_id_then_by_name() -> None:
    notebook = right()
    texts = {key: source for key, (_, source) in _found(notebook).items()}
    assert {how for how, _ in _found(notebook).values()} == {"grade_id"}
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    assert {how for how, _ in _found(notebook).values()} == {"cell id"}
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"c{number}"
    again = _found(notebook)
    assert {how for how, _ in again.values()} == {"name"}
    assert {key: source for key, (_, source) in again.items()} == texts


def test_a_deleted_answer_is_the_stub_and_of_doubled_ones_the_last_changed_counts() -> None:
    stub = dict((key, source) for key, (_, source) in _found(exercise()).items())
    notebook = right()
    notebook["cells"] = [c for c in notebook["cells"] if c["metadata"].get("nbgrader", {}).get("grade_id") != "ex02-4"]
    assert _found(notebook)["ex02-4"] == ("", stub["ex02-4"])
    doubled = json.loads(klass()["answer-doubled"].text)
    assert _found(doubled)["ex02-3"][1] == _found(right())["ex02-3"][1] != stub["ex02-3"]


def test_a_cell_of_the_students_own_is_run_only_if_an_answer_uses_what_it_defines() -> None:
    notebook = with_answers({"ex02-4": "def outcome(name, event):\n    return told(name)\n"})
    own = {"cell_type": "code", "metadata": {}, "id": "mine", "outputs": [], "execution_count": None}
    notebook["cells"][3:3] = [
        {**own, "source": "def told(name):\n    return name\n"},
        {**own, "id": "other", "source": "while True:\n    pass\n"},
    ]
    steps, cells = plan(SOLUTION), read(json.dumps(notebook))
    assert helpers(steps, cells, answers(steps, cells)) == ["def told(name):\n    return name\n"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"cells": 1}', "[" * 100_000, "\ufffd\ufffd"])
def test_a_file_that_is_no_notebook_is_said_to_be_none(text: str) -> None:
    with pytest.raises(UnreadableError, match="notebook"):
        read(text)


def test_a_solution_without_points_is_refused_with_the_reason(tmp_path: Path) -> None:
    plain = tmp_path / "plain.ipynb"
    plain.write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}), encoding="utf-8")
    with pytest.raises(ValueError, match="no test cell with points"):
        plan(plain)


# -- the audit column --------------------------------------------------------------------------------------------------


def _noted(notebook: Any) -> list[str]:
    steps, cells = plan(SOLUTION), read(json.dumps(notebook))
    return audit.notes(steps, cells, answers(steps, cells))


def test_an_honest_notebook_gets_no_note_and_a_hostile_one_says_what_it_does() -> None:
    assert _noted(right()) == _noted(exercise()) == []
    for handed in klass().values():
        if handed.state == "graded" and handed.audit and "left out" not in handed.audit:
            said = "; ".join(_noted(json.loads(handed.text)))
            assert all(word in said for word in handed.audit), said


def test_functions_that_are_the_same_to_the_byte_are_said_of_both() -> None:
    code = "def handler(event, context):\n" + "    total = 1\n" * 20
    said = audit.alike({"ada": {"02.1": code, "02.2": "fate = {}" * 50}, "zoe": {"02.1": code}, "lin": {"02.1": "x"}})
    assert said == {
        "ada": ["02.1 the same to the byte as in zoe"],
        "zoe": ["02.1 the same to the byte as in ada"],
    }


# -- walls and results -------------------------------------------------------------------------------------------------


def test_a_folder_that_python_needs_is_never_covered_and_all_beside_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, other = tmp_path / "home", tmp_path / "other"
    for folder in (home / "keys", home / "course" / "env" / "lib", home / "course" / "solutions", other / "inner"):
        folder.mkdir(parents=True)
    (home / "notes.txt").write_text("", encoding="utf-8")
    monkeypatch.setattr(jail.sys, "prefix", str(home / "course" / "env"))
    package = Path(jail.__file__).parents[2]
    covered = jail.coverable(map(str, (home, other / "inner", other, package)))
    beside = [home / "course" / "solutions", home / "keys", home / "notes.txt"]
    assert sorted(covered) == sorted(map(str, (*beside, other)))


def _graded(name: str, **messages: str) -> Graded:
    marks = [
        Mark(exercise, 0.0 if id != "done" else 2.0, 2.0, id, "said", "<p>said</p>", ("x = 1",), ("grade_id",))
        for exercise, id in messages.items()
    ]
    return Graded(name, "graded", tuple(marks), ("a note",))


def test_a_result_is_kept_for_the_same_bytes_and_the_same_seed_only(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "kept", b"solution")
    drawn = kept.seed(None)
    assert kept.seed(None) == drawn
    kept.save(b"one", _graded("ada", a="done"))
    assert kept.load(b"one", "ada") == _graded("ada", a="done")
    assert kept.load(b"two", "ada") is None
    kept.seed(drawn + 1)
    assert kept.load(b"one", "ada") is None
    kept.seed(None)
    kept.path(b"one").write_text("half", encoding="utf-8")
    assert kept.load(b"one", "ada") is None


def test_the_class_is_told_by_exercise_and_wrong_answer(tmp_path: Path) -> None:
    everybody = [_graded("ada", a="done", b="kept"), _graded("zoe", a="late", b="kept"), Graded("lin", "unreadable: x")]
    assert report.lines(everybody)[1] == report.Line("b", 2.0, 0, (("kept", 2),))
    assert report.finding(everybody) == "Most frequent: kept in b, 2 of 2 submissions"
    report.write_csv(everybody, tmp_path / "grades.csv")
    with (tmp_path / "grades.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["submission"]: row for row in csv.DictReader(file)}
    assert rows["ada"]["points"] == "2" and rows["ada"]["of"] == "4" and rows["lin"]["b"] == "0"
    assert rows["zoe"]["a message"] == "late" and rows["zoe"]["audit"] == "a note"
    pages.write_class(everybody, tmp_path / "class.html")
    drawn = (tmp_path / "class.html").read_text(encoding="utf-8")
    assert "kept in b, 2 of 2" in drawn and 'src="http' not in drawn


def test_a_students_page_shows_points_code_and_card_and_no_note_of_the_audit(tmp_path: Path) -> None:
    hostile = Mark("02.1", 0.0, 2.0, "case", "", "<p>card</p>", ("</pre><script>alert(1)</script>",), ("name",))
    page = pages.page(Graded("<b>", "graded", (hostile,), ("uses gc",)))
    assert "0 of 2 points" in page and "<p>card</p>" in page
    assert "<script>" not in page and "uses gc" not in page and "<h1>&lt;b&gt;" in page


def test_files_of_the_same_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    for name in ("ada", "zoe"):
        (tmp_path / name / ".ipynb_checkpoints").mkdir(parents=True)
        (tmp_path / name / "02.ipynb").write_text("{}", encoding="utf-8")
        (tmp_path / name / ".ipynb_checkpoints" / "02.ipynb").write_text("{}", encoding="utf-8")
    assert [one.name for one in named([tmp_path])] == ["ada/02", "zoe/02"]
    with pytest.raises(FileNotFoundError, match="nobody does not exist"):
        named([tmp_path / "nobody"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(FileNotFoundError, match="empty holds no notebook"):
        named([tmp_path / "empty"])
