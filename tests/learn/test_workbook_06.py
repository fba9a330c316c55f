"""Workbook 06: what its checks leave behind, and answers that are right by another way than the handler's."""

from __future__ import annotations

import random
from typing import Any

import boto3
import pytest

from lambdalab import Lab
from lambdalab.learn import check
from lambdalab.learn.exercises import find
from lambdalab.learn.workbooks import two_kinds
from tests.learn import cells
from tests.learn.answers_06 import ANSWERS, ITEM, NOBODY_SERVED, NOTES, ORDERS


def there(lab: Lab) -> list[Any]:
    return [
        sorted(f["FunctionName"] for f in lab.client("lambda").list_functions()["Functions"]),
        sorted(api["name"] for api in lab.client("apigateway").get_rest_apis(limit=500)["items"]),
    ]


def test_the_seven_visits_leave_nothing_behind_and_each_was_really_made() -> None:
    lab = Lab()
    assert lab.role  # made when it is first asked for
    before = there(lab)
    result = check("06.5", namespace=cells.run(cells.notebook(), ANSWERS["06.5"].solution))
    assert result.done
    assert [row.seen.rpartition(" ")[2] for row in result.rows[:7]] == ["502", "502", "200", "504", "500", "403", "201"]
    assert there(lab) == before


def test_the_second_prediction_does_not_give_its_answer_away() -> None:
    Lab()
    result = check("06.5", namespace=cells.run(cells.notebook(), ANSWERS["06.5"].failing["case"]))
    assert result.message is not None and result.message.seen == "Of the three more, 2 came as you said."
    assert len(result.rows) == 7, "no row tells which of the three it was"


def test_a_body_in_base64_is_base64_in_both_formats() -> None:
    for rng in (None, random.Random(1)):
        events = [one.about for one in two_kinds.cases(rng) if one.about["name"] == "a body in base64"]
        assert [(one["version"], one["event"]["isBase64Encoded"]) for one in events] == [("2.0", True), ("1.0", True)]


def test_a_refusal_counts_only_where_the_shops_own_page_is_served() -> None:
    lab = Lab()
    result = check("06.4", namespace=cells.run(cells.notebook(), NOBODY_SERVED))
    rows = [row for row in result.rows if row.tried.startswith("a page of ")]
    assert [(row.ok, row.seen) for row in rows] == [(False, "refused, and so is the shop's own page")]
    lab.client("lambda").delete_function(FunctionName="ex06_orders")


@pytest.mark.parametrize(("number", "id"), [("06.1", "not-by-find"), ("06.3", "same-id")])
def test_the_copy_of_a_function_that_a_check_made_is_deleted(number: str, id: str) -> None:
    lab, answers = Lab(), ANSWERS[number]
    names = cells.run(cells.notebook(), answers.given)
    check(number, namespace=cells.run(names, answers.wrong[id]))
    assert not [name for name in there(lab)[0] if name.endswith("_check")]
    for function in find(number).functions:
        lab.client("lambda").delete_function(FunctionName=function)


@pytest.mark.parametrize("answer", ["solution", "in-a-global"])
def test_the_notes_that_a_check_made_are_deleted_and_the_students_stay(answer: str) -> None:
    lab, answers = Lab(), ANSWERS["06.3"]
    names = cells.run(cells.notebook(), answers.given)
    cells.run(names, answers.solution if answer == "solution" else answers.wrong[answer])
    table = boto3.resource("dynamodb").Table("ex06_notes")
    table.put_item(Item={"id": "mine", "text": "my own"})
    check("06.3", namespace=names)
    assert [item["id"] for item in table.scan()["Items"]] == ["mine"]
    table.delete_item(Key={"id": "mine"})
    lab.client("lambda").delete_function(FunctionName="ex06_notes")


def test_a_notebook_without_the_table_is_told_to_make_it() -> None:
    lab = Lab()
    if "ex06_notes" in lab.client("dynamodb").list_tables()["TableNames"]:
        lab.client("dynamodb").delete_table(TableName="ex06_notes")
    result = check("06.3", namespace=cells.run(cells.notebook(), ANSWERS["06.3"].solution))
    assert result.message_id == "not-run" and "no table `ex06_notes`" in result.text
    lab.client("lambda").delete_function(FunctionName="ex06_notes")


def test_options_may_be_answered_by_the_api_itself() -> None:
    """The other right answer of the specification: a MOCK method for OPTIONS, and headers in the handler."""
    lab, answers = Lab(), ANSWERS["06.4"]
    options = answers.solution.partition('    if event["httpMethod"] == "OPTIONS":\n')
    handler = options[0] + "    order = " + options[2].partition("    order = ")[2]
    assert "OPTIONS" not in handler
    names = cells.run(cells.notebook(), handler)
    lab.trigger("rest-api:ex06-orders-api", "ex06_orders")
    gateway = lab.client("apigateway")
    api = next(one["id"] for one in gateway.get_rest_apis()["items"] if one["name"] == "ex06-orders-api")
    greedy = next(one["id"] for one in gateway.get_resources(restApiId=api)["items"] if one["path"] != "/")
    place = {"restApiId": api, "resourceId": greedy, "httpMethod": "OPTIONS"}
    leave = {
        "Access-Control-Allow-Origin": "'https://shop.example'",
        "Access-Control-Allow-Credentials": "'true'",
        "Access-Control-Allow-Headers": "'content-type'",
    }
    gateway.put_method(**place, authorizationType="NONE")
    gateway.put_integration(**place, type="MOCK", requestTemplates={"application/json": '{"statusCode": 200}'})
    kept = {f"method.response.header.{name}": value for name, value in leave.items()}
    gateway.put_method_response(**place, statusCode="200", responseParameters=dict.fromkeys(kept, True))
    gateway.put_integration_response(**place, statusCode="200", responseParameters=kept)
    gateway.create_deployment(restApiId=api, stageName="prod")
    try:
        result = check("06.4", namespace=names)
        assert result.done, result.text
    finally:
        gateway.delete_rest_api(restApiId=api)
        lab.client("lambda").delete_function(FunctionName="ex06_orders")


@pytest.mark.parametrize(("number", "head"), [("06.1", ITEM), ("06.3", NOTES), ("06.4", ORDERS)])
def test_the_function_as_it_was_given_is_not_called_wrong(number: str, head: str) -> None:
    lab, names = Lab(), cells.run(cells.notebook(), ANSWERS[number].given)
    assert head in ANSWERS[number].stub
    assert check(number, namespace=cells.run(names, ANSWERS[number].stub)).message_id == "unwritten"
    lab.client("lambda").delete_function(FunctionName=head.split()[1])
