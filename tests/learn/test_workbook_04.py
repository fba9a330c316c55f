"""Workbook 04: what its checks leave behind in the student's lab."""

from __future__ import annotations

from lambdalab import Lab
from lambdalab.learn import check
from tests.learn import cells
from tests.learn.answers_04 import ANSWERS, ORDERS


def test_the_experiment_about_permissions_leaves_nothing_behind() -> None:
    lab = Lab()

    def there() -> list[list[str]]:
        return [
            sorted(f["FunctionName"] for f in lab.client("lambda").list_functions()["Functions"]),
            sorted(b["Name"] for b in lab.client("s3").list_buckets()["Buckets"]),
            sorted(r["RoleName"] for r in lab.client("iam").list_roles()["Roles"]),
        ]

    assert lab.role  # made when it is first asked for
    before = there()
    assert check("04.4", namespace=cells.run(cells.notebook(), ANSWERS["04.4"].solution)).done
    assert there() == before


def test_each_sentence_failed_without_its_own_document_and_worked_without_the_others() -> None:
    Lab()
    result = check("04.4", namespace=cells.run(cells.notebook(), ANSWERS["04.4"].solution))
    assert len(result.rows) == 11
    assert all(row.ok and row.seen.startswith("failed without the ") and " and " not in row.seen for row in result.rows)


def test_the_second_prediction_does_not_give_its_answer_away() -> None:
    Lab()
    answers = ANSWERS["04.4"]
    result = check("04.4", namespace=cells.run(cells.notebook(), answers.failing["case"]))
    assert result.message is not None and "still worked" in result.message.seen
    assert "policy" not in result.message.seen
    assert [row.seen for row in result.rows if not row.ok] == ["worked without the function's role, too"]


def test_a_functions_own_settings_come_back_after_the_check() -> None:
    lab, names = Lab(), cells.run(cells.notebook(), ANSWERS["04.5"].solution)
    own = {"Environment": {"Variables": {"TABLE": "mine"}}}
    client = lab.client("lambda")
    client.update_function_configuration(FunctionName="ex04_orders", **own)
    assert check("04.5", namespace=names).done
    assert client.get_function_configuration(FunctionName="ex04_orders")["Environment"] == own["Environment"]
    client.delete_function(FunctionName="ex04_orders")


def test_the_function_as_it_was_given_is_not_called_wrong() -> None:
    lab, names = Lab(), cells.notebook()
    assert ORDERS in ANSWERS["04.5"].stub
    assert check("04.5", namespace=cells.run(names, ANSWERS["04.5"].stub)).message_id == "unwritten"
    lab.client("lambda").delete_function(FunctionName="ex04_orders")
