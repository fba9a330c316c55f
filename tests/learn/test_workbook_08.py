"""Workbook 08: what its checks try and count, what they leave behind, and that what they print can be run."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lambdalab import Lab
from lambdalab.learn import check
from lambdalab.learn.exercises import find, workbook
from lambdalab.learn.student import same_program
from lambdalab.learn.workbooks import designs, meant, shop
from tests.learn import cells
from tests.learn.answers_08 import A_08_1, A_08_2, A_08_3, ANSWERS, MORE_WRONG

ROOT = Path(__file__).parents[2]
TRY = (
    "import boto3, json\nfrom lambdalab.events import eventbridge_event\n"
    'events = boto3.client("events")\n'
    "def fits(pattern, event):\n"
    '    return events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))["Result"]\n'
)


def is_meant(event: Mapping[str, Any]) -> bool:
    """The task of 08.1 in plain Python."""
    detail = event["detail"]
    number = type(detail.get("total")) in (int, float) and detail["total"] >= 100
    place = (event["source"], event["detail-type"]) == ("shop", "OrderPlaced")
    return place and number and detail.get("country") in ("DE", "AT") and "test" not in detail


def run_each_line(names: dict[str, Any], lines: str) -> Any:
    """What the last of some lines gives, run as a student would who copies them."""
    *before, last = lines.split("\n")
    exec("\n".join(before), names)
    return eval(last, names)


def prepared(number: str, code: str) -> dict[str, Any]:
    return cells.run(cells.run(cells.notebook(), ANSWERS[number].given), code)


# 08.1


@pytest.mark.parametrize("seed", [None, *range(1, 30)])
def test_twenty_events_are_meant_or_not_as_the_task_says(seed: int | None) -> None:
    Lab()
    names = cells.run(cells.run(cells.notebook(), TRY), A_08_1.solution)
    cases = meant.cases(random.Random(seed) if seed else None)
    assert len(cases) == 20
    meanings = []
    for case in cases if seed is None else cases[10:]:
        event = eval(case.event.removeprefix("fits(pattern, ").removesuffix(")"), names)
        meanings.append(is_meant(event))
        assert eval(case.event, names) is is_meant(event), case.tried
    assert True in meanings and False in meanings  # with one kind alone, a pattern for all or for nothing would pass


def test_the_ten_printed_events_are_the_first_ten_that_are_tried() -> None:
    assert [event["detail"] for event in meant.EVENTS] == [case.about for case in meant.cases(None)[:10]]


def test_the_message_names_the_first_key_that_differs() -> None:
    names = cells.run(cells.notebook(), A_08_1.failing["case"])
    result = check("08.1", namespace=names)
    assert result.message is not None
    assert result.message.seen == (
        "Order 11: no match, and there should be one: "
        "the value of detail.total is 100, and the pattern wants numeric > 100."
    )


def test_no_given_event_is_meant_by_the_pattern_as_it_was_given() -> None:
    names = cells.run(cells.run(cells.notebook(), TRY), A_08_1.stub)
    assert not any(names["fits"](names["pattern"], event) for event in meant.EVENTS)


# 08.2


def test_the_workbook_deploys_the_functions_that_the_check_knows() -> None:
    solution = json.loads((ROOT / "solutions/08_event_driven_architecture.ipynb").read_text())
    texts = ["".join(cell["source"]) for cell in solution["cells"]]
    for name, source in shop.SOURCES.items():
        (cell,) = [text for text in texts if text.startswith(f"%%deploy {name} ")]
        assert same_program(cell.partition("\n")[2], source)


def test_the_check_takes_its_own_points_back_and_the_students_stay() -> None:
    lab, names = Lab(), prepared("08.2", A_08_2.solution)
    table = names["tables"]
    table.put_item(TableName=shop.TABLE, Item={"id": {"S": "mine"}, "customer": {"S": "Ngozi"}})
    assert check("08.2", namespace=names).done
    assert [item["id"]["S"] for item in table.scan(TableName=shop.TABLE)["Items"]] == ["mine"]
    assert str(lab.faults) == "Nothing is going to fail on request."
    assert [bus for bus, _, _ in shop.listening(lab)] == [shop.BUS], "the student's rule stays"
    table.delete_item(TableName=shop.TABLE, Key={"id": {"S": "mine"}})
    deleted("08.2")


def test_payment_put_back_as_it_was_is_looked_at_again() -> None:
    Lab()
    names = prepared("08.2", A_08_2.solution)
    changed = f"%%deploy {shop.PAYMENT} --memory 1769 --timeout 10\n" + shop.SOURCES[shop.PAYMENT]
    cells.run(names, changed + "    print(order)\n")
    result = check("08.2", namespace=names)
    assert result.message_id == "case" and "The code of `ex08_payment` is another one than above." in result.text
    cells.run(names, changed)
    assert check("08.2", namespace=names).done
    deleted("08.2")


@pytest.mark.parametrize(("id", "points"), [("unpaid-too", 1), ("counted-again", 2), ("before-payment", 1)])
def test_the_lines_under_a_message_give_the_point_that_should_not_be(id: str, points: int) -> None:
    lab = Lab()
    names = prepared("08.2", A_08_2.wrong[id])
    result = check("08.2", namespace=names)
    assert result.message_id == id
    items = len(names["tables"].scan(TableName=shop.TABLE)["Items"])
    if "put_events" in result.event:  # told again: it had been told before
        cells.run(names, result.event + "\n")
    cells.run(names, result.event + "\n")
    lab.clock.advance(seconds=0)
    assert len(names["tables"].scan(TableName=shop.TABLE)["Items"]) - items == points
    deleted("08.2")


def test_a_listener_left_from_an_earlier_answer_does_not_count() -> None:
    Lab()
    names = prepared("08.2", A_08_2.solution)
    assert check("08.2", namespace=names).done
    cells.run(names, "def listen():\n    return None\n")
    assert check("08.2", namespace=names).message_id == "no-target"
    deleted("08.2")


def test_the_error_of_a_condition_names_the_students_own_line_and_says_how_to_end() -> None:
    Lab()
    names = prepared("08.2", MORE_WRONG["08.2"]["a conditional put, and its error not caught"][1])
    result = check("08.2", namespace=names)
    assert "`ConditionalCheckFailedException` in your line 7, `points.put_item(" in result.text
    assert "catch this error and end quietly" in result.text
    deleted("08.2")


def test_a_rule_without_a_target_is_taken_off_the_bus_with_the_next_check() -> None:
    lab = Lab()
    names = prepared("08.2", A_08_2.wrong["no-target"])
    assert check("08.2", namespace=names).message_id == "no-target"
    cells.run(names, A_08_2.also_right["by the button"])
    assert check("08.2", namespace=names).done
    rules = [rule["Name"] for rule in lab.client("events").list_rules(EventBusName=shop.BUS)["Rules"]]
    assert "ex08-points" not in rules and len(rules) == 3
    deleted("08.2")


def test_a_shop_without_its_table_is_no_wrong_answer() -> None:
    Lab()
    names = prepared("08.2", A_08_2.solution)
    names["tables"].delete_table(TableName=shop.TABLE)
    result = check("08.2", namespace=names)
    assert result.message_id == "not-run" and "Run the cells that make and wire the shop" in result.text
    deleted("08.2")


def test_a_shop_whose_functions_hear_nothing_is_no_wrong_answer() -> None:
    lab = Lab()
    names = prepared("08.2", A_08_2.solution)
    for function in (shop.PAYMENT, shop.SHIPPING):
        names["client"].remove_permission(FunctionName=function, StatementId=statement(lab, function))
    result = check("08.2", namespace=names)
    assert result.message_id == "not-run" and "`ex08_shipping` did not hear of it" in result.text
    deleted("08.2")


def statement(lab: Lab, function: str) -> str:
    policy = json.loads(lab.client("lambda").get_policy(FunctionName=function)["Policy"])
    return str(policy["Statement"][0]["Sid"])


# 08.3


def test_the_clock_is_turned_by_eight_days_and_nothing_else_is_left() -> None:
    lab, names = Lab(), prepared("08.3", A_08_3.solution)
    rules = names_of_rules(lab)
    kept, before = lab.keep_alive(), lab.clock.ahead_seconds
    lab.client("s3").put_object(Bucket="ex08-exports", Key="mine.csv")
    assert check("08.3", namespace=names).done
    assert lab.clock.ahead_seconds - before == pytest.approx(8 * 86_400, abs=60)
    assert (names_of_rules(lab), lab.keep_alive()) == (rules, kept)
    assert lab.client("s3").list_objects_v2(Bucket="ex08-exports")["KeyCount"] == 0
    with pytest.raises(lab.client("lambda").exceptions.ResourceNotFoundException):
        lab.client("lambda").get_policy(FunctionName="ex08_cleanup")
    deleted("08.3")


def names_of_rules(lab: Lab) -> list[str]:
    return [rule["Name"] for rule in lab.client("events").list_rules()["Rules"]]


def test_a_check_that_was_interrupted_is_not_in_the_way_of_the_next() -> None:
    lab, names = Lab(), prepared("08.3", A_08_3.solution)
    statement = {"Action": "lambda:InvokeFunction", "Principal": "events.amazonaws.com"}
    lab.client("lambda").add_permission(FunctionName="ex08_cleanup", StatementId="ex08-nightly-check", **statement)
    assert check("08.3", namespace=names).done
    deleted("08.3")


def test_a_function_that_reads_its_own_clock_leaves_what_grew_old_meanwhile() -> None:
    Lab()
    result = check("08.3", namespace=prepared("08.3", A_08_3.wrong["not-by-its-time"]))
    rows = {row.tried: row.ok for row in result.rows}
    assert rows["a file that grew old in that week"] is False
    assert rows["an event without a time"] is True
    deleted("08.3")


@pytest.mark.parametrize(
    ("id", "answers"),
    [
        ("exactly-30", {"deleted": 1}),
        ("whole-days", {"deleted": 0}),
        ("first-page", {"deleted": 3}),
        ("any-tag", {"deleted": 1}),
        ("tag-ignored", {"deleted": 4}),
    ],
)
def test_the_lines_under_a_message_show_the_mistake_when_they_are_copied(id: str, answers: dict[str, int]) -> None:
    Lab()
    names = prepared("08.3", A_08_3.wrong[id])
    result = check("08.3", namespace=names)
    assert result.message_id == id
    names["timedelta"] = timedelta
    assert run_each_line(names, result.event).answer == answers
    deleted("08.3")


def test_without_the_bucket_the_student_is_told_to_make_it() -> None:
    lab, names = Lab(), prepared("08.3", A_08_3.solution)
    lab.fill("ex08-exports", {}, anew=True)
    lab.client("s3").delete_bucket(Bucket="ex08-exports")
    result = check("08.3", namespace=names)
    assert result.message_id == "not-run" and "There is no bucket `ex08-exports` yet." in result.text
    deleted("08.3")


def test_a_schedule_that_fires_each_minute_is_not_waited_for() -> None:
    lab = Lab()
    names = prepared("08.3", A_08_3.solution + 'schedule = "rate(1 minute)"\n')
    names["schedule"] = "rate(1 minute)"
    before = lab.clock.ahead_seconds
    result = check("08.3", namespace=names)
    assert "it would run more than 24 times a day" in result.text
    assert lab.clock.ahead_seconds == pytest.approx(before, abs=1)
    deleted("08.3")


def deleted(number: str) -> None:
    for function in find(number).functions:
        Lab().client("lambda").delete_function(FunctionName=function)


# 08.4


def test_where_only_the_reason_is_wrong_that_is_said() -> None:
    way = {need: min(accepted) for need, (accepted, _) in designs.NEEDS.items()}
    asked = "one listener added later must not touch the sender"
    result = check("08.4", namespace={"way": {**way, asked: ("SNS", "own pace")}})
    assert f'For "{asked}" you chose "SNS"' in result.text
    assert '"SNS" fits. Another of the reasons says why.' in result.text


# all


def test_each_section_that_is_named_to_look_again_stands_in_its_lesson() -> None:
    headings = {
        number: set(re.findall(r'^ *"## (.+?)(?:\\n)?",?$', path.read_text(encoding="utf-8"), re.MULTILINE))
        for number in ("07", "08")
        for path in (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    }
    named = set()
    for exercise in workbook("08").values():
        for number, words in re.findall(
            r'[Ll]esson (\d\d), ((?:"[^"]+"(?:,| and)? ?)+)', exercise.section + " " + exercise.hints[0]
        ):
            named |= {(number, heading) for heading in re.findall(r'"([^"]+)"', words)}
    assert {number for number, _ in named} == {"07", "08"}
    assert not {(number, heading) for number, heading in named if heading not in headings[number]}
