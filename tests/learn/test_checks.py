"""How a check behaves: the order of its messages, attempts, help, and that it survives what students write."""

from __future__ import annotations

from typing import Any

import pytest

from lambdalab.learn import CheckResult, check, hint, store
from lambdalab.learn.exercises import Message
from lambdalab.learn.feedback import card
from tests.learn import cells
from tests.learn.answers import ANSWERS

BILL = "def monthly_bill(calls, ms, mb):\n"


def bill(line: str) -> dict[str, Any]:
    return cells.run(cells.notebook(), f"{BILL}    return {line}\n")


def test_an_unknown_exercise_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"99\.9.*00\.1, 00\.2.*01\.5"):
        check("99.9")


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
    assert "monthly_bill([0, 0, 0, 6" not in first.text
    assert "monthly_bill([0, 0, 0, 6" in second.text
    assert "monthly_bill([0, 0, 0, 6" in card(second).html


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


def test_a_loop_without_an_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambdalab.learn.student.CPU_SECONDS", 0.3)
    result = check("01.4", namespace=cells.run(cells.notebook(), f"{BILL}    while True: pass\n"))
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
    names["proof"] = lab.proof()
    result = check("00.4", namespace=names)
    assert result.done
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
