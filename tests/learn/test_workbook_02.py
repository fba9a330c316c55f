"""Workbook 02: what its checks give away, and what they leave behind in the student's lab."""

from __future__ import annotations

from lambdalab import Lab
from lambdalab.learn import check
from tests.learn import cells
from tests.learn.answers_02 import ANSWERS


def test_a_wrong_second_prediction_is_named_and_its_answer_is_not_told() -> None:
    Lab()
    wrong = 'again = {"k": "same", "l": "refused", "m": "refused", "n": "same"}\n'
    names = cells.run(cells.notebook(), ANSWERS["02.2"].solution + wrong)
    result = check("02.2", namespace=names)
    assert not result.done
    assert "For m, " in result.text
    assert [row.seen for row in result.rows if not row.ok] == ["that is not what became of it"]


def test_the_ten_predictions_alone_are_credited_and_four_more_are_asked_for() -> None:
    Lab()
    first = ANSWERS["02.2"].solution.splitlines()[0] + "\n"
    result = check("02.2", namespace=cells.run(cells.notebook(), first))
    assert result.message_id == "next"
    assert len(result.rows) == 11
    assert "Now four more" in result.text


def test_the_timeout_of_the_students_function_comes_back_after_the_check() -> None:
    lab, names = Lab(), cells.run(cells.notebook(), ANSWERS["02.5"].solution)
    client = lab.client("lambda")
    client.update_function_configuration(FunctionName="ex02_batch", Timeout=7)
    assert check("02.5", namespace=names).done
    assert client.get_function_configuration(FunctionName="ex02_batch")["Timeout"] == 7
    client.delete_function(FunctionName="ex02_batch")
