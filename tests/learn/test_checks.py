"""How a check behaves: the order of its messages, attempts, help, and that it survives what students write."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from lambdalab.learn import CheckResult, check, hint, store
from lambdalab.learn.exercises import Message, find
from lambdalab.learn.feedback import card
from lambdalab.learn.student import deployed_source
from tests.learn import cells
from tests.learn.answers import ANSWERS

BILL = "def monthly_bill(calls, ms, mb):\n"


def bill(line: str) -> dict[str, Any]:
    return cells.run(cells.notebook(), f"{BILL}    return {line}\n")


def test_an_unknown_exercise_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"99\.9.*00\.1, 00\.2.*01\.5"):
        check("99.9")


@pytest.mark.parametrize(("function", "text"), [("a", "pass"), ("b", "pass"), ("256", ""), ("c", "")])
def test_a_cell_that_deploys_several_functions_is_the_text_of_each(function: str, text: str) -> None:
    cell = "get_ipython().run_cell_magic('deploy', 'a b --memory 256', 'pass')"
    assert deployed_source({"In": [cell]}, function) == text


def test_names_are_found_in_the_calling_code_without_a_notebook() -> None:
    names = cells.run(
        cells.notebook(), ANSWERS["01.4"].solution + "from lambdalab.learn import check\nx = check('01.4')\n"
    )
    assert names["x"].done


def test_an_error_is_shown_with_the_students_own_line() -> None:
    result = check("01.4", namespace=bill("prices[ms]"))
    assert result.message_id == "raised"
    assert "`return prices[ms]`" in result.text
    assert "line 2" in result.text
    assert "NameError" in result.text
    assert "checks.py" not in result.text


def test_an_error_in_a_deployed_function_is_shown_with_the_students_own_line(lab: Any) -> None:
    names = cells.run(cells.notebook(), ANSWERS["00.1"].failing["raised"])
    result = check("00.1", namespace=names)
    assert 'name = event["nome"]' in result.text
    assert "line 2" in result.text


def test_an_error_comes_before_a_wrong_answer_that_does_not_explain_it() -> None:
    code = "calls = list(calls)\n    if mb == 10_240: raise OSError('no')\n    return max(calls) * 30"
    names = cells.run(cells.notebook(), f"{BILL}    {code}\n")
    assert check("01.4", namespace=names).message_id == "raised"


BOTO3 = "import boto3, json\nclient = boto3.client('lambda')\ndef call(name, event):\n"


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        ("00.1", "def handler(name):\n    return 1\n", "Lambda calls the handler with two values"),
        ("00.1", "def hello(event, context):\n    return 1\n", "looks for a function named `handler` in this file"),
        (
            "00.1",
            "def greet():\n    return 1\ndef handler(event, context):\n    return greet(event)\n",
            "A value is of another kind",
        ),
        ("00.1", "def handler(event, context)\n    return 1\n", "Python cannot read the file"),
        (
            "00.1",
            "def handler(event, context):\n    return {'greeting': 'hello ' + event['name']}\n",
            'got `{"greeting": "hello Ada"}`, expected `{"greeting": "Hello, Ada"}`.',
        ),
        ("01.3", "    client.invoke(name=name)\n", 'Missing required parameter in input: "FunctionName"'),
        (
            "01.3",
            "    client.invoke(FunctionName=name, Payload=str(event))\n",
            "Could not parse payload into json: Expecting property name enclosed in double quotes",
        ),
        ("01.3", "    client.invoke(FunctionName='nobody')\n", "Function not found: arn:aws:lambda"),
        ("01.4", "def monthly_bill(calls):\n    return 1\n", "called with other arguments than it takes"),
    ],
)
def test_an_error_is_shown_to_its_useful_part_with_a_fitting_idea(number: str, code: str, said: str, lab: Any) -> None:
    given = ANSWERS[number].given
    code = f"%%deploy ex00_hello\n{code}" if number == "00.1" else BOTO3 + code if number == "01.3" else code
    result = check(number, namespace=cells.run(cells.run(cells.notebook(), given), code))
    assert said in result.text
    assert result.message is not None
    assert result.message.words <= 50


def test_a_loop_in_a_function_is_named_as_such_without_the_number_of_the_request(lab: Any) -> None:
    names = cells.run(cells.notebook(), "%%deploy ex00_hello\ndef handler(event, context):\n    while True: pass\n")
    lab.client("lambda").update_function_configuration(FunctionName="ex00_hello", Timeout=1)
    text = check("00.1", namespace=names).text
    assert "`Sandbox.Timedout`: Task timed out after 1.00 seconds." in text
    assert "look for a loop that never ends" in text


def test_a_cell_that_python_could_not_read_is_named_before_its_older_version_is_judged() -> None:
    names = cells.run(cells.notebook(), ANSWERS["01.4"].solution)
    names["In"] += [
        "def monthly_bill(calls, ms, mb):\n    return 1\n",
        "def monthly_bill(calls, ms mb):\n    return 2\n",
        "1 +",
    ]
    result = check("01.4", namespace=names)
    assert result.message_id == "not-run"
    assert "Your last version of `monthly_bill` does not run" in result.text
    assert "line 1, `def monthly_bill(calls, ms mb):`" in result.text
    names["In"].append("bill = monthly_bill([1], 2, 3\n")  # uses the name and does not define it
    assert not check("01.4", namespace=names).done
    names["In"].append("def monthly_bill(calls, ms, mb):\n    return await now()\n")  # a notebook may await
    names["In"].append("monthly_bill = await now()\n")
    assert check("01.4", namespace=names).done


def test_the_code_that_is_shown_for_the_dispatcher_does_what_was_tried() -> None:
    solved = cells.run(cells.notebook(), ANSWERS["01.1"].solution)
    outcomes: dict[str, Any] = {}
    for case in find("01.1").cases(None):
        *before, last = case.event.split("\n")
        names = {**solved}
        exec("\n".join(before), names)
        try:
            outcomes[case.tried] = eval(last, names)
        except Exception as error:
            outcomes[case.tried] = repr(error)
    assert outcomes == {
        "two registrations": [{"by": "resize"}, {"by": "notify"}],
        "a name registered again": "new",
        "a function that returns None": None,
        "a function that raises": "ArithmeticError('the event holds no number')",
        "a function that raises KeyError": "KeyError('colour')",
        "an unknown name": "LookupError('no function named measure')",
        "100 names": 99,
    }


def test_the_lines_of_the_student_are_shown_in_the_students_order(lab: Any) -> None:
    names = cells.run(cells.notebook(), ANSWERS["00.1"].solution)
    for order in ('["D", "B", "F", "G"]', '["B", "D", "F", "C"]'):
        text = check("00.3", namespace=cells.run(names, f"order = {order}\n")).text
    assert "Your lines, in your order:" in text
    client, started, called, result = text.split("in your order:\n")[1].split("\n")[:4]
    assert [line.split()[0] for line in (client, started, called, result)] == ["client", "lab", "answer", "result"]
    assert "result = json.loads" not in text


def test_lines_that_call_a_function_that_fails_are_not_judged(lab: Any) -> None:
    names = cells.run(cells.notebook(), ANSWERS["00.1"].failing["raised"] + ANSWERS["00.3"].stub)
    result = check("00.3", namespace=cells.run(names, ANSWERS["00.3"].solution))
    assert result.message_id == "not-run"
    assert "`ex00_hello` failed when it was called" in result.text
    assert "Finish 00.1 first" in result.text


def test_the_bill_shows_large_amounts_with_commas() -> None:
    text = check("01.4", namespace=bill("1_234_000")).text
    assert "got $1,234,000, expected $0.0000925" in text


def test_the_given_month_is_the_one_of_the_workbook() -> None:
    """Read from the notebook that students get."""
    notebook = Path(__file__).parents[2] / "exercises" / "01_what_is_lambda.ipynb"
    sources = ["".join(cell["source"]) for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]]
    given = cells.run(cells.notebook(), next(source for source in sources if "calls[" in source))
    assert given["calls"] == find("01.4").cases(None)[0].about[0]


def test_a_wrong_answer_that_is_the_error_comes_before_it() -> None:
    names = cells.run(cells.notebook(), ANSWERS["01.1"].wrong["runs-at-registration"])
    assert check("01.1", namespace=names).message_id == "runs-at-registration"


def test_the_same_code_is_not_run_again() -> None:
    names = cells.run(cells.notebook(), f"runs = []\n{BILL}    runs.append(1)\n    return 0\n")
    first = check("01.4", namespace=names)
    ran = len(names["runs"])
    again = check("01.4", namespace=names)
    assert len(names["runs"]) == ran
    assert again.same_code
    assert not first.same_code
    assert (again.message_id, again.attempt) == (first.message_id, first.attempt)
    assert "same code" in again.text


def test_code_that_uses_another_price_is_not_the_same_code() -> None:
    names = cells.run(cells.notebook(), f"price = 1\n{BILL}    return price\n")
    check("01.4", namespace=names)
    names["price"] = 2
    result = check("01.4", namespace=names)
    assert not result.same_code
    assert result.attempt == 2


def test_a_helper_that_was_changed_makes_other_code() -> None:
    names = cells.run(cells.notebook(), f"def one(ms):\n    return ms\n{BILL}    return one(ms)\n")
    check("01.4", namespace=names)
    cells.run(names, "def one(ms):\n    return ms + 1\n")
    assert not check("01.4", namespace=names).same_code


def test_the_event_is_shown_from_the_second_failing_attempt_on() -> None:
    first = check("01.4", namespace=bill("1"))
    second = check("01.4", namespace=bill("2"))
    assert "monthly_bill([0, 0, 10, 0" not in first.text
    assert "monthly_bill([0, 0, 10, 0" in second.text
    assert "monthly_bill([0, 0, 10, 0" in card(second).html


def test_the_event_that_is_shown_can_be_run() -> None:
    check("01.4", namespace=bill("1"))
    result = check("01.4", namespace=bill("2"))
    assert eval(result.event, bill("sum(calls)")) == 150


def test_a_hint_is_offered_after_three_different_attempts_and_then_a_twin() -> None:
    results = [check("01.4", namespace=bill(str(k))) for k in (1, 2, 3)]
    assert ['hint("01.4")' in result.text for result in results] == [False, False, True]
    hint("01.4")
    fourth = check("01.4", namespace=bill("4"))
    assert 'hint("01.4", "twin")' in fourth.text


def test_repeating_one_attempt_is_not_three_different_ones() -> None:
    for _ in range(4):
        result = check("01.4", namespace=bill("1"))
    assert result.attempt == 1
    assert "hint(" not in result.text


@pytest.mark.filterwarnings("ignore:z")
def test_prints_and_warnings_of_the_students_code_do_not_come_out(capsys: pytest.CaptureFixture[str]) -> None:
    line = 'import sys, warnings; print("x"); print("y", file=sys.stderr); warnings.warn("z"); return 0'
    check("01.4", namespace=cells.run(cells.notebook(), f"{BILL}    {line}\n"))
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "line",
    [
        "raise SystemExit",
        "exit()",
        "raise RecursionError",
        "return monthly_bill(calls, ms, mb)",
        "return object()",
        "return float('nan')",
        "return True",
        "return '0'",
        "return None",
        "yield 1",
    ],
)
def test_whatever_the_code_does_the_check_only_says_so(line: str) -> None:
    result = check("01.4", namespace=cells.run(cells.notebook(), f"{BILL}    {line}\n"))
    assert not result.done
    assert result.message_id in ("raised", "case")
    assert " at 0x" not in result.text


@pytest.mark.parametrize("handler", [signal.default_int_handler, signal.SIG_IGN], ids=["at a prompt", "with nohup"])
def test_a_loop_without_an_end_is_stopped(monkeypatch: pytest.MonkeyPatch, handler: Any) -> None:
    monkeypatch.setattr("lambdalab.learn.student.CPU_SECONDS", 0.3)
    before = signal.signal(signal.SIGINT, handler)
    try:
        result = check("01.4", namespace=cells.run(cells.notebook(), f"{BILL}    while True: pass\n"))
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)
    assert result.message_id == "raised"
    assert len(result.rows) == 1, "the other cases were not waited for"
    assert "still running" in result.text


def test_a_name_that_is_no_function_is_said_politely() -> None:
    result = check("01.4", namespace={**cells.notebook(), "monthly_bill": 12})
    assert result.message_id == "raised"
    assert "TypeError" in result.text


def test_a_function_that_is_still_as_it_was_given_is_not_called_wrong_the_first_time(lab: Any) -> None:
    names = cells.run(cells.notebook(), ANSWERS["00.2"].given + ANSWERS["00.2"].stub)
    assert check("00.2", namespace=names).message_id == "unwritten"
    cells.run(names, ANSWERS["00.2"].stub)  # resubmits
    assert check("00.2", namespace=names).message_id == "still-name-error"


def test_the_notebooks_variable_is_put_back_after_the_check(lab: Any) -> None:
    names = cells.run(cells.notebook(), ANSWERS["00.2"].given + ANSWERS["00.2"].solution)
    assert check("00.2", namespace=names).done
    assert names["GREETING"] == "Servus"


def test_the_second_prediction_is_asked_for_and_then_checked(lab: Any) -> None:
    committed = ANSWERS["01.2"].solution.split("\n")[0] + "\n"
    names = cells.run(cells.notebook(), committed)
    asked = check("01.2", namespace=names)
    assert (asked.message_id, asked.passed, asked.total, asked.attempt) == ("next", 1, 2, 0)
    cells.run(names, 'again = {"after 3": 3, "after 2 h": 0}\n')
    assert check("01.2", namespace=names).message_id == "case"
    cells.run(names, 'again = {"after 3": 1, "after 2 h": 0}\n')
    assert check("01.2", namespace=names).done


def test_the_proof_of_a_real_lab_answers_all_four_statements() -> None:
    from lambdalab import Lab

    lab = Lab()
    names = cells.run(cells.notebook(), ANSWERS["00.4"].wrong["own-credentials"])
    assert check("00.4", namespace=names).message_id == "not-run"
    names["proof"] = "yes"
    assert check("00.4", namespace=names).message_id == "not-run"
    names["proof"] = lab.proof()
    result = check("00.4", namespace=names)
    assert result.done
    assert "done: all answered" in result.text
    assert "✓ done: all answered" in card(result).html
    assert "4 of 4" not in result.text
    assert result.explained == ("own-credentials",)
    assert names["proof"].access_key in result.text


def test_the_open_entries_of_a_verdict_are_counted() -> None:
    names = cells.run(cells.notebook(), ANSWERS["01.5"].solution)
    names["who"]["pick the region"] = ...
    result = check("01.5", namespace=names)
    assert result.message_id == "unwritten"
    assert "1 of 10" in result.text
    assert "pick the region" in result.text


def test_one_item_is_named_at_a_time() -> None:
    names = cells.run(cells.notebook(), ANSWERS["01.5"].solution)
    names["who"] |= {"pick the region": "AWS", "choose the memory": "AWS"}
    text = check("01.5", namespace=names).text
    assert "choose the memory" in text
    assert "pick the region" not in text
    assert "8 of 10" in text


def test_attempts_are_kept_in_the_progress_file_without_the_code() -> None:
    check("01.4", namespace=bill("'my secret name'"))
    check("01.4", namespace=cells.run(cells.notebook(), ANSWERS["01.4"].solution))
    kept = store.load()["exercises"]["01.4"]["attempts"]
    assert [attempt["passed"] for attempt in kept] == [False, True]
    assert all(set(attempt) == {"code", "passed", "message"} for attempt in kept)


def test_grading_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    check("01.4", namespace=cells.run(cells.notebook(), ANSWERS["01.4"].solution))
    assert not store.path().exists()


def test_the_card_shows_once_and_holds_the_same_facts_as_the_text() -> None:
    result = check("01.4", namespace=bill("0.1"))
    bundle = result._repr_mimebundle_()
    assert bundle["text/plain"] == repr(result) == result.text
    assert "not yet: 0 of 6" in bundle["text/html"]
    assert "ll-dashed" in bundle["text/html"]
    assert 'aria-live="polite"' in bundle["text/html"]


def test_what_a_student_wrote_is_escaped_in_the_card() -> None:
    result = check("01.4", namespace=bill("'<script>alert(1)</script>'"))
    assert "<script>" not in card(result).html


def test_the_words_of_a_message_are_counted_with_its_values() -> None:
    filled = Message("You returned {type}.", "One idea.").filled({"type": "a text"})
    assert (filled.seen, filled.words) == ("You returned a text.", 6)


def test_a_message_about_a_long_line_and_a_long_error_keeps_to_fifty_words() -> None:
    line = "raise ValueError(' '.join(str(n) for n in range(200))) if 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 + 1 else 0"
    result = check("01.4", namespace=cells.run(cells.notebook(), f"{BILL}    {line}\n"))
    assert result.message is not None
    assert result.message.words <= 50


def test_done_never_claims_that_all_tests_passed() -> None:
    names = cells.run(cells.notebook(), ANSWERS["01.4"].solution)
    result: CheckResult = check("01.4", namespace=names)
    assert "tests" not in result.text
    assert "done: 6 of 6" in result.text
