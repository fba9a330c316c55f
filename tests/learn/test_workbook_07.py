"""Workbook 07: what its checks count is what the lab does, and they leave nothing behind."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from lambdalab import Lab
from lambdalab.functions import deploy
from lambdalab.learn import check
from lambdalab.learn.exercises import find
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks import attempts, blocked, charge_once, poisoned, same_moment, wiring
from lambdalab.learn.workbooks.own import code_with, own_function
from lambdalab.learn.workbooks.own_queue import own_queue
from tests.learn import cells
from tests.learn.answers_07 import ANSWERS, BATCH, CHARGE

ROOT = Path(__file__).parents[2]
EVERYTHING_FAILS = "def handler(event, context):\n    raise ValueError('no')\n"


def there(lab: Lab) -> list[Any]:
    """Everything that a check could leave behind."""
    client, sqs, dynamodb = (lab.client(service) for service in ("lambda", "sqs", "dynamodb"))
    return [
        sorted(f["FunctionName"] for f in client.list_functions()["Functions"]),
        sorted(url.rpartition("/")[2] for url in sqs.list_queues().get("QueueUrls", [])),
        sorted(m["EventSourceArn"] for m in client.list_event_source_mappings()["EventSourceMappings"]),
        sorted(dynamodb.list_tables()["TableNames"]),
    ]


@pytest.mark.parametrize("number", ANSWERS)
@pytest.mark.parametrize("right", [True, False])
def test_a_check_leaves_nothing_behind(number: str, right: bool) -> None:
    lab, answers = Lab(), ANSWERS[number]
    assert lab.role  # made when it is first asked for
    names = cells.run(cells.notebook(), answers.given)
    cells.run(names, answers.solution if right else next(iter(answers.wrong.values())))
    poisoned._counts.pop(lab, None)
    attempts._seen.pop(lab, None)
    before = there(lab)
    check(number, namespace=names)
    assert there(lab) == before
    assert str(lab.faults) == "Nothing is going to fail on request."
    for table in ("ex07_ledger", "ex07_lines"):
        if table in before[3]:
            assert boto3.resource("dynamodb").Table(table).scan()["Items"] == []
    for function in find(number).functions:
        lab.client("lambda").delete_function(FunctionName=function)


@pytest.mark.parametrize(
    ("number", "table", "key"), [("07.1", "ex07_ledger", "order_id"), ("07.3", "ex07_lines", "line_id")]
)
def test_the_students_own_lines_stay_in_the_ledger(number: str, table: str, key: str) -> None:
    lab, answers = Lab(), ANSWERS[number]
    names = cells.run(cells.notebook(), answers.given)
    cells.run(names, answers.solution)
    ledger = boto3.resource("dynamodb").Table(table)
    ledger.put_item(Item={key: "mine", "cents": 1})
    assert check(number, namespace=names).done
    assert [item[key] for item in ledger.scan()["Items"]] == ["mine"]
    ledger.delete_item(Key={key: "mine"})
    lab.client("lambda").delete_function(FunctionName=find(number).functions[0])


@pytest.mark.parametrize(("number", "table"), [("07.1", "ex07_ledger"), ("07.3", "ex07_lines")])
def test_a_notebook_without_the_ledger_is_told_to_make_it(number: str, table: str) -> None:
    lab = Lab()
    if table in lab.client("dynamodb").list_tables()["TableNames"]:
        lab.client("dynamodb").delete_table(TableName=table)
    result = check(number, namespace=cells.run(cells.notebook(), ANSWERS[number].solution))
    assert result.message_id == "not-run" and f"no table `{table}`" in result.text
    lab.client("lambda").delete_function(FunctionName=find(number).functions[0])


@pytest.mark.parametrize(("number", "head"), [("07.1", BATCH), ("07.3", CHARGE)])
def test_the_function_as_it_was_given_is_not_called_wrong(number: str, head: str) -> None:
    lab, names = Lab(), cells.run(cells.notebook(), ANSWERS[number].given)
    assert head in ANSWERS[number].stub
    assert check(number, namespace=cells.run(names, ANSWERS[number].stub)).message_id == "unwritten"
    lab.client("lambda").delete_function(FunctionName=head.split()[1])


def test_a_queue_of_a_checks_own_tells_only_of_its_own_messages() -> None:
    lab = Lab()
    deploy(lab, "ex07_test_fails", EVERYTHING_FAILS)
    work = Work(find("07.1"), {})
    for count in (2, 1):
        with own_queue(work, "ex07-test", "ex07_test_fails", visibility=30, receives=2, reports=False) as own:
            ids = own.queue.send(*("x" * count))
            lab.clock.advance(seconds=65)
            assert sorted(own.buried()) == sorted(ids)
            assert [run.error_type for run in own.runs()] == ["ValueError"] * 2
    lab.client("lambda").delete_function(FunctionName="ex07_test_fails")


def test_the_poison_is_counted_by_running_it() -> None:
    lab = Lab()
    poisoned._counts.pop(lab, None)
    assert check("07.2", namespace=cells.run(cells.notebook(), ANSWERS["07.2"].solution)).done
    assert [list(found.values()) for found in poisoned._counts[lab].values()] == [
        [4, 10, 80, 1, 1, 80],
        [5, 10, 300, 1, 1, 300],
    ]


def test_the_attempts_are_seen_by_running_them() -> None:
    lab = Lab()
    attempts._seen.pop(lab, None)
    assert check("07.5", namespace=cells.run(cells.notebook(), ANSWERS["07.5"].solution)).done
    assert [list(found.values()) for found in attempts._seen[lab].values()] == [
        [2, [0, 60], "same", "202", "one success"],
        [3, [0, 60, 180], "same", "202", "one failure"],
        [2, [0, 60], "same", "202", "one failure"],
    ]


def test_the_second_predictions_do_not_give_their_answers_away() -> None:
    Lab()
    for number, hidden in (("07.2", "300"), ("07.5", "[0, 60]")):
        result = check(number, namespace=cells.run(cells.notebook(), ANSWERS[number].failing["case"]))
        assert result.message_id == "case"
        wrong = [row.seen for row in result.rows if not row.ok]
        assert wrong and all(row.startswith("not ") and hidden not in row for row in wrong)


@pytest.mark.parametrize(("wrong", "charged"), [("looked-first", 2), (None, 1)])
def test_both_environments_are_about_to_write_before_either_does(wrong: str | None, charged: int) -> None:
    """Each time: the race does not depend on the speed of the machine."""
    lab, answers = Lab(), ANSWERS["07.3"]
    names = cells.run(cells.notebook(), answers.given)
    cells.run(names, answers.wrong[wrong] if wrong else answers.solution)
    work = Work(find("07.3"), names)
    found = []
    copy = code_with(work, charge_once.FUNCTION, same_moment.files(charge_once.LEDGER))
    with own_function(work, "ex07_test_race", copy, "same_moment.handler", MemorySize=1769, Timeout=10):
        function = lab.function("ex07_test_race")
        for _ in range(5):
            shop = charge_once.Shop(250)
            with same_moment.latch(work) as latch:
                results = function.invoke_together([shop.orders("17"), shop.orders("17", more=100)])
                assert not any(result.function_error for result in results)
                assert latch()["came"] == 2
                found.append(latch()["charged"])
            function.replace_environments()
    assert found == [charged] * 5
    lab.client("lambda").delete_function(FunctionName=charge_once.FUNCTION)
    table = boto3.resource("dynamodb").Table(charge_once.LEDGER)
    for item in table.scan()["Items"]:
        table.delete_item(Key={"line_id": item["line_id"]})


def test_the_lines_of_the_wiring_are_those_that_the_notebook_prints() -> None:
    notebook = json.loads((ROOT / "solutions" / "07_when_it_fails.ipynb").read_text(encoding="utf-8"))
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    for letter, line in wiring.LINES.items():
        assert f"{letter}  {line}" in text.replace(",\n" + " " * 38, ", ")
    assert wiring.GIVEN.strip() in text
    assert wiring.SOURCE.strip() in text
    assert blocked.GIVEN.strip() in text


def test_settings_alone_that_change_nothing_are_told_what_stays_blocked() -> None:
    lab = Lab()
    names = cells.run(cells.notebook(), ANSWERS["07.6"].given)
    result = check("07.6", namespace=cells.run(names, ANSWERS["07.6"].wrong["still-blocked"]))
    assert result.message is not None and "30 good changes have not arrived" in result.message.seen
    lab.client("lambda").delete_function(FunctionName=blocked.FUNCTION)
