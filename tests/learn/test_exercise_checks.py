"""Every exercise of every workbook: polite, right, and each wrong answer with its own words."""

from __future__ import annotations

import dis
import re
import subprocess
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from lambdalab import Lab
from lambdalab.learn import CheckResult, NotYet, check
from lambdalab.learn.exercises import MOST_WORDS, find, workbook, workbooks
from tests.learn import cells
from tests.learn.answers import ANSWERS, MORE_WRONG_01_3, Answers

pytestmark = pytest.mark.slow(0.6)  # each little, but they are more than a thousand

SEEDS = (0, 1, 2, 3)  # for the solution: the values of the notebook, and others
TWO = (0, 1)
NEEDS_LAB = ("00.1", "00.2", "00.3", "01.2", "01.3")

MORE_WRONG = {"01.3": MORE_WRONG_01_3}

# From workbook 02 on each has a file of its own: ANSWERS, PRINTED (what messages say), and if needed MORE_WRONG.
BOOKS = [import_module(f"tests.learn.{file.stem}") for file in sorted(Path(__file__).parent.glob("answers_[0-9]*.py"))]
for book in BOOKS:
    ANSWERS |= book.ANSWERS
    MORE_WRONG |= getattr(book, "MORE_WRONG", {})
    NEEDS_LAB += tuple(number for number in book.ANSWERS if find(number).needs_lab or find(number).functions)


class Proof:
    """What lab.proof() shows of a lab that reached nothing and left nothing."""

    access_key = "AKIAEXAMPLE"
    key_is_the_labs = True
    stopped = True
    addresses = ("127.0.0.1:8123",)
    processes_before = (1, 2)
    processes_after = ()


@pytest.fixture
def names(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    """A notebook in which everything that the exercise gives has been run."""
    number = request.getfixturevalue("number")
    here = cells.notebook()
    if number in NEEDS_LAB:
        Lab()
    if number == "00.3":
        cells.run(here, ANSWERS["00.1"].solution)
    if number == "00.4":
        here["proof"] = Proof()
    cells.run(here, ANSWERS[number].given)
    yield here
    if number in NEEDS_LAB:
        for function in find(number).functions:
            Lab().client("lambda").delete_function(FunctionName=function)


def varies(number: str) -> bool:
    """Whether the exercise's cases use the random generator that they are given."""
    cases = find(number).cases.__code__
    return any(step.argval == cases.co_varnames[0] for step in dis.get_instructions(cases))


def seeds(number: str, id: str) -> tuple[int, ...]:
    """For an answer the values of the notebook and others; where a lab takes seconds for each, one of the two."""
    if not varies(number) or (number in NEEDS_LAB and (number, id) in PRINTED):
        return (0,)
    return (zlib.crc32(id.encode()) % 2,) if number in NEEDS_LAB else TWO


@contextmanager
def counting(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """The processes that are started meanwhile beside the notebook and the lab."""
    started: list[object] = []
    run = subprocess.run

    def counted(*args: Any, **more: Any) -> Any:
        started.append(args)
        return run(*args, **more)

    lab = Lab.current()
    before = {i.pid for i in lab.history()} if lab else set()
    with monkeypatch.context() as patch:
        patch.setattr(subprocess, "run", counted)
        yield started
    started += {i.pid for i in lab.history()} - before if lab else ()


def message(result: CheckResult) -> str:
    assert result.message is not None
    return f"{result.message.seen} {result.message.advice}"


def all_of(field: str) -> list[Any]:
    return [
        pytest.param(number, id, code, id=f"{number} {id}")
        for number, answers in ANSWERS.items()
        for id, code in getattr(answers, field).items()
    ]


def test_there_are_answers_for_every_exercise() -> None:
    assert [number for book in workbooks() for number in workbook(book)] == list(ANSWERS)
    for number, answers in ANSWERS.items():
        assert set(answers.wrong) <= {wrong.id for wrong in find(number).wrong}
        assert len(answers.wrong) >= 3


@pytest.mark.parametrize("number", ANSWERS)
def test_a_notebook_in_which_nothing_was_run_is_told_which_cell_to_run(number: str) -> None:
    if number in NEEDS_LAB:
        Lab()
    result = check(number, namespace=cells.notebook())
    assert result.message_id == "not-run"
    assert not result.done
    assert "Run the cell" in message(result)
    assert "Traceback" not in result.text


@pytest.mark.parametrize("number", ANSWERS)
def test_the_stub_is_not_called_wrong(number: str, names: dict[str, Any]) -> None:
    cells.run(names, ANSWERS[number].stub)
    result = check(number, namespace=names)
    assert result.message_id == "unwritten"
    assert result.attempt == 0
    assert "not written yet" in result.text


@pytest.mark.parametrize("number", ANSWERS)
def test_the_solution_is_done_with_these_and_other_values_and_one_more_check_starts_at_most_12_processes(
    number: str, names: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first check of 09.2 starts more: what it has seen in a lab, it remembers."""
    cells.run(names, ANSWERS[number].solution)
    for seed in SEEDS if varies(number) and number not in NEEDS_LAB else TWO:
        with counting(monkeypatch) as started:
            result = check(number, namespace=names, seed=seed)
        assert result.message_id == "done", result.text
        assert result.done
        assert result.passed == result.total > 0
        assert find(number).success in result.text
        assert find(number).why in result.text
    assert len(started) <= 12


@pytest.mark.parametrize(("number", "id", "code"), all_of("also_right"))
def test_an_answer_written_differently_is_done_too(number: str, id: str, code: str, names: dict[str, Any]) -> None:
    cells.run(names, code)
    for seed in seeds(number, id):
        result = check(number, namespace=names, seed=seed)
        assert result.done, result.text


@pytest.mark.parametrize(("number", "id", "code"), all_of("wrong"))
def test_each_typical_wrong_answer_gets_its_own_message_and_it_says_what_the_specification_prints(
    number: str, id: str, code: str, names: dict[str, Any]
) -> None:
    cells.run(names, code)
    for seed in seeds(number, id):
        result = check(number, namespace=names, seed=seed)
        if find(number).kind == "predict":
            assert result.done, result.text
            assert result.explained == (id,)
            said = [f"{note.seen} {note.advice}" for note in result.notes]
        else:
            assert result.message_id == id, result.text
            assert not result.done
            said = [message(result)]
        if seed == 0:
            assert PRINTED.get((number, id), "") in " ".join(said)
        assert all(len(text.split()) <= MOST_WORDS for text in said)
        assert not re.search(r"\{\w+\}", "".join(said)), "a placeholder was not filled"
        assert "incorrect" not in result.text
        assert "Traceback" not in result.text


@pytest.mark.parametrize(("number", "form"), [(number, form) for number, forms in MORE_WRONG.items() for form in forms])
def test_other_forms_of_a_wrong_answer_get_the_same_message(number: str, form: str, names: dict[str, Any]) -> None:
    id, code = MORE_WRONG[number][form]
    cells.run(names, code)
    assert check(number, namespace=names).message_id == id


@pytest.mark.parametrize(("number", "id", "code"), all_of("failing"))
def test_an_error_or_an_unknown_mistake_gets_a_general_message(
    number: str, id: str, code: str, names: dict[str, Any]
) -> None:
    cells.run(names, code)
    result = check(number, namespace=names)
    assert result.message_id == id, result.text
    assert not result.done
    assert len(message(result).split()) <= MOST_WORDS


# What the messages say, with the values that these answers must bring into it.
PRINTED = {
    (
        "00.1",
        "typed-name",
    ): "Your function greets Ada whoever calls. The caller's data arrives in `event`. Read the name",
    (
        "00.1",
        "print",
    ): "The caller received nothing (`null`). What a handler prints goes to the log; what it returns goes",
    ("00.1", "text-alone"): "You returned a text. The caller expects an object with the key `greeting`.",
    (
        "00.2",
        "still-name-error",
    ): "Still `NameError`. The function runs in another process: it sees its own file, never",
    (
        "00.2",
        "hidden-error",
    ): "The error is hidden, not repaired: the answer was 'Hello, Ada'. Define the greeting where",
    (
        "00.2",
        "in-the-event",
    ): "The check sends only `name`. A fixed text belongs to the function's file (or, from lesson 04",
    (
        "00.3",
        "client-before-lab",
    ): "That client was made before the lab, so it points at the real AWS and is refused. Start",
    ("00.3", "stream-as-result"): "which is a stream, like an open file. A stream must be read, and its text decoded.",
    (
        "00.3",
        "loads-the-answer",
    ): "`answer` is a Python dictionary describing the call. The function's own answer is inside",
    ("00.4", "request-leaves"): "Every boto3 request for another machine is stopped. The proof tried one",
    ("00.4", "processes-left"): "No process of the lab is left. Stopping the lab stops every environment.",
    ("00.4", "own-credentials"): "The proof shows the key in use, `AKIAEXAMPLE`, which no AWS account knows.",
    (
        "01.1",
        "if-chain",
    ): "`resize` was registered a moment ago but not found. The dispatcher must look the name up, not",
    (
        "01.1",
        "runs-at-registration",
    ): "The function ran 1 time(s) before any event came. Registering stores it; only an",
    (
        "01.1",
        "silent-none",
    ): "Nobody would notice a missing function. Compare: AWS answers `ResourceNotFoundException`.",
    ("01.1", "kept-in-the-call"): "Both functions must use the same place, one that outlives the call.",
    ("01.1", "nothing-handed-back"): "`resize` ran and answered, but `dispatch` handed back `None`.",
    ("01.1", "error-replaced"): "raised an error of its own, `KeyError`. The caller got `LookupError` instead.",
    (
        "01.2",
        "one-after-deploying",
    ): "Deploying stores a file. No process exists until the first event: that is why nothing",
    ("01.2", "two-after-second"): "Both calls report the same process number. A free environment is used again.",
    ("01.2", "one-after-two-hours"): "Idle environments are taken away. The next call starts a new one.",
    ("01.3", "not-decoded"): "You returned bytes (`bytes`). Read the stream, then decode the JSON text in it.",
    ("01.3", "encoded-twice"): "The function received a *text* that looks like JSON instead of an object. Encode once.",
    ("01.3", "python-not-json"): "`null` and `true` are JSON, not Python. `json.loads` knows the difference.",
    (
        "01.4",
        "peak-every-day",
    ): "You pay for the peak every day ($0.00185). One busy day costs one busy day: add up what",
    (
        "01.4",
        "milliseconds-as-seconds",
    ): "The duration part of your result is 1,000 times too large. The price is per second.",
    ("01.3", "payload-not-text"): "boto3 refused `Payload`: it is an object (`dict`). `Payload` is text: encode",
    ("01.3", "nothing-handed-back"): "Your `call` handed nothing back (`None`).",
    ("01.3", "another-way"): "The answers are right, but they came another way. The task is to go through boto3's",
    ("01.4", "no-requests"): "Your bill, $0.0000625, holds the duration only. Each call has two prices",
    ("01.4", "rounded"): "Your bill was rounded: $0 instead of $0.0000925.",
    ("01.4", "gb-of-1000"): "Close: your GB-seconds are 2.4 % too many. AWS counts 1 GB as 1,024 MB.",
    ("01.5", "libraries-by-aws"): "What you packed into the zip is yours, and its security is too.",
    ("01.5", "idle-hours-by-me"): "Look at lesson 01's picture: between the bars the bill is zero.",
    ("01.5", "files-by-aws"): "Storage is not compute: files stay, and cost, until someone deletes them.",
}
for book in BOOKS:
    PRINTED |= book.PRINTED


def test_what_the_specification_prints_are_wrong_answers_that_are_tried() -> None:
    assert all(id in ANSWERS[number].wrong and seeds(number, id)[0] == 0 for number, id in PRINTED)


@pytest.mark.parametrize("number", ["01.4"])
def test_the_bill_of_the_given_example_is_aws_own(number: str, names: dict[str, Any]) -> None:
    """3 million requests of 120 ms at 1,536 MB: AWS's worked example bills a third of 9.60 USD for a million."""
    bill = cells.run(names, ANSWERS["01.4"].solution)["monthly_bill"]
    assert bill([1_000_000], 120, 1_536) == pytest.approx(3.20, abs=0.005)
    assert check("01.4", namespace=names).done


@pytest.mark.parametrize("number", [next(iter(workbook(book))) for book in workbooks()])
def test_nbgrader_gets_an_error_unless_the_exercise_is_right(
    number: str, names: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    answers: Answers = ANSWERS[number]
    cells.run(names, answers.stub)
    with pytest.raises(NotYet):
        check(number, namespace=names)
    cells.run(names, answers.solution)
    assert check(number, namespace=names).done
    assert capsys.readouterr().err == ""
