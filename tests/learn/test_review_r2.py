"""Review R2: its own items first, those of R1 only for what went wrong; and what its items say, tried."""

from __future__ import annotations

import datetime
import io
import json
import random
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import requests

from lambdalab import Function, Lab, images
from lambdalab.facts import price
from lambdalab.learn import predict, recall, reveal, review, store
from lambdalab.learn.content import lesson
from lambdalab.learn.drawing import TEN, asked, draw, questions
from lambdalab.learn.review import answered
from lambdalab.learn.reviews import Item, content_of, pool
from lambdalab.models.cost import invocation_price, report_price
from lambdalab.models.workloads import limits
from tests.learn.tables import make_table

Deploy = Callable[..., Function]
Read = Callable[..., str]

OWN = {item.id: item for item in content_of("R2").items}
NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "R2_review.ipynb"
NOTHING = "def handler(event, context):\n    pass"
SLEEPS = "import time\ndef handler(event, context):\n    time.sleep(event['seconds'])"


def right(id: str) -> str:
    return OWN[id].option(OWN[id].answer).text


def lines(id: str) -> dict[str, str]:
    """The lines of an item's `given` that begin with a capital letter, by that letter."""
    return dict(line.split(None, 1) for line in OWN[id].given.split("\n") if line[:2].strip().isupper())


def drawn() -> list[Item]:
    return questions("R2", store.load())


def wrong(id: str, sure: str = "a little") -> None:
    """A prediction that was made, run, and not so."""
    prediction = next(one for one in lesson(id[:2]).predictions if one.id == id)
    predict(id, prediction.commonest, sure=sure)
    value = prediction.option(prediction.expected).value
    reveal(id, value["min"] if isinstance(value, dict) else value)


# -- which questions ---------------------------------------------------------------------------------------------------


def test_a_blank_progress_file_gets_own_items_from_every_lesson_since_the_review_before_and_few_from_earlier() -> None:
    for seed in map(str, range(20)):
        items = draw("R2", store.load(), seed=seed)
        found = Counter(item.lesson if item.lesson >= "07" else "earlier" for item in items)
        assert len(items) == TEN and {*items} <= {*OWN.values()}
        assert {"07", "08", "09", "10", "11", "12", "earlier"} == {*found} and max(found.values()) <= 2


def test_what_went_wrong_in_r1_comes_again_with_its_options_in_another_order() -> None:
    first = questions("R1", store.load())
    for one in asked("R1", store.load()):
        answered(one, "e" if one.place <= 3 else one.item.answer)
    again = asked("R2", store.load())
    assert {one.kept.id for one in again[:3]} == {item.id for item in first[:3]}
    assert {one.kept.of for one in again[3:]} == {"R2"}
    assert any(one.item.options != one.kept.options for one in again[:3])
    assert all(one.item.options == one.kept.options for one in again[3:])


def test_many_old_mistakes_leave_room_for_those_of_the_new_lessons() -> None:
    for one in asked("R1", store.load()):
        answered(one, "e")
    for id in ("07-1", "08-1", "09-1", "10-1", "11-1", "12-1"):
        wrong(id)
    found = Counter(item.of for item in drawn())
    assert found["R2"] == 6 and {item.lesson for item in drawn()} >= {"07", "08", "09", "10", "11", "12"}


def test_an_idea_that_went_wrong_comes_in_the_newest_dress_unless_a_review_has_seen_it_right() -> None:
    wrong("06-2")
    assert drawn()[0].id == "R2-04"
    item = pool("R1")["R1-27"]
    assert "06-2" in item.predictions
    places = asked("R1", store.load())
    answered(next(one for one in places if one.kept == item), item.answer)
    assert drawn()[0].id != "R2-04"


def test_when_its_own_items_are_used_up_those_of_the_review_before_follow() -> None:
    seen: list[str] = []
    for _ in range(5):
        places = asked("R2", store.load())
        seen += [one.kept.id for one in places]
        for one in places:
            answered(one, one.item.answer)
        review("R2", again=True)
    assert {*seen[: len(OWN)]} == {*OWN} and len({*seen}) == 5 * TEN


def test_a_wrong_recall_question_of_the_new_lessons_begins_the_review() -> None:
    recall("11-3", "a")
    assert drawn()[0].id == "R2-21"


# -- what the items say, tried: lessons 03 to 06 -----------------------------------------------------------------------


def test_r2_01_cold_is_who_finds_no_free_environment(lab: Lab, deploy: Deploy) -> None:
    function = deploy(SLEEPS, name="r2-01")
    quick: dict[str, float] = {"seconds": 0.0}
    assert not function.invoke_each([quick] * 2)[1].cold
    function = deploy(f"{SLEEPS}\n# new", name="r2-01")
    cold = {"A": function.invoke(quick).cold}
    cold["B"] = function.invoke_together([{"seconds": 0.5}] * 2).cold_starts == 1
    lab.clock.advance(seconds=2)
    cold["C"] = function.invoke(quick).cold
    lab.clock.advance(hours=24)
    cold["D"] = function.invoke(quick).cold
    assert cold == {"A": True, "B": True, "C": False, "D": True}
    assert right("R2-01") == "A, B and D, not C"


def test_r2_02_callers_of_the_alias_get_the_repair_when_it_is_moved(lab: Lab, deploy: Deploy) -> None:
    function, client = deploy("def handler(event, context):\n    return 'old'", name="r2-02"), lab.client("lambda")
    old = client.publish_version(FunctionName="r2-02")["Version"]
    client.create_alias(FunctionName="r2-02", Name="live", FunctionVersion=old)
    deploy("def handler(event, context):\n    return 'new'", name="r2-02")
    new = client.publish_version(FunctionName="r2-02")["Version"]
    assert new != old and function.invoke(qualifier="live").answer == "old"
    client.update_alias(FunctionName="r2-02", Name="live", FunctionVersion=new)
    assert function.invoke(qualifier="live").answer == "new" and right("R2-02").endswith("until live is moved")


@pytest.mark.parametrize(("suffix", "runs"), [("", 16), (".jpg", 1)])
def test_r2_03_a_rule_for_photos_alone_breaks_the_circle(lab: Lab, deploy: Deploy, suffix: str, runs: int) -> None:
    name = f"r2-03-{runs}"
    source = "import boto3\ns3 = boto3.client('s3')\ndef handler(event, context):\n"
    body = f"    s3.put_object(Bucket='{name}', Key='index.txt', Body=b'list')"
    function = deploy(source + body, name=name)
    lab.client("s3").create_bucket(Bucket=name)
    lab.trigger(f"s3:{name}", function, suffix=suffix)
    lab.client("s3").put_object(Bucket=name, Key="a.jpg", Body=b"a")
    function.wait(runs)
    lab.clock.advance(minutes=10)
    assert len(function.wait(runs)) == runs
    assert right("R2-03") == "a rule for .jpg alone"


def test_r2_05_only_the_filled_in_form_passes_both_fronts(lab: Lab, deploy: Deploy) -> None:
    found: dict[str, list[int]] = {}
    for letter, line in lines("R2-05").items():
        name = f"r2-05-{letter.lower()}"
        function = deploy(f"import json\ndef handler(event, context):\n    {line}", name=name)
        lab.trigger("url", function)
        lab.trigger(f"rest-api:{name}-api", function)
        found[letter] = [requests.get(lab.url(one, "/x"), timeout=10).status_code for one in (name, f"{name}-api")]
    assert [letter for letter, statuses in found.items() if statuses == [200, 200]] == ["B"]
    assert found["A"] == [200, 502] and found["C"][1] == 502
    assert right("R2-05") == "with B, not with A or C"


# -- lesson 07 ---------------------------------------------------------------------------------------------------------


def queue(lab: Lab, name: str, *, visible_after: int = 30, receives: int = 0) -> tuple[Any, Any]:
    """A queue and its dead-letter queue."""
    sqs = lab.client("sqs")
    sqs.create_queue(QueueName=f"{name}-dead")
    dead = lab.queue(f"{name}-dead")
    redrive = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": receives})
    settings = {"VisibilityTimeout": str(visible_after), **({"RedrivePolicy": redrive} if receives else {})}
    sqs.create_queue(QueueName=name, Attributes=settings)
    return lab.queue(name), dead


def test_r2_06_the_queues_own_setting_moves_the_message_after_three_runs(lab: Lab, deploy: Deploy, read: Read) -> None:
    function = deploy("def handler(event, context):\n    raise ValueError('no')", name="r2-06")
    mails, dead = queue(lab, "r2-06", visible_after=300, receives=3)
    lab.client("sqs").create_queue(QueueName="r2-06-functions-dead")
    own = lab.queue("r2-06-functions-dead")
    lab.client("lambda").update_function_configuration(FunctionName="r2-06", DeadLetterConfig={"TargetArn": own.arn})
    read(mails.arn, "r2-06")
    mails.send("one")
    lab.clock.advance(minutes=30)
    assert (mails.left, dead.left, own.left) == (0, 1, 0)
    assert f"in mails-dead, after {len(function.wait(3))} runs" == right("R2-06")


def test_r2_07_each_receive_sends_the_second_and_never_reaches_the_fourth(lab: Lab, deploy: Deploy, read: Read) -> None:
    sends = "import json\ndef send_text(level):\n    print('text', level)\n\n"
    function = deploy(sends + OWN["R2-07"].given, name="r2-07")
    levels, _ = queue(lab, "r2-07", receives=5)
    read(levels.arn, "r2-07")
    levels.send({"level": 1}, {"level": 2}, {}, {"level": 4})
    lab.clock.advance(minutes=10)
    sent = Counter(line for line in function.logs(10_000) if line.startswith("text"))
    assert right("R2-07") == f"{sent['text 2']} of the second, {sent['text 4']} of the fourth"


def test_r2_08_a_list_that_nobody_asked_for_counts_as_done(lab: Lab, deploy: Deploy, read: Read) -> None:
    source = "def handler(event, context):\n    failed = event['Records'][2]['messageId']\n"
    function = deploy(f"{source}    return {{'batchItemFailures': [{{'itemIdentifier': failed}}]}}", name="r2-08")
    four, dead = queue(lab, "r2-08", receives=3)
    mapping = read(four.arn, "r2-08")
    assert lab.client("lambda").get_event_source_mapping(UUID=mapping)["FunctionResponseTypes"] == []
    four.send(*"1234")
    lab.clock.advance(minutes=10)
    assert (four.left, dead.left, len(function.wait(1))) == (0, 0, 1)
    assert right("R2-08") == "all of them are deleted"


def test_r2_09_the_second_time_changes_nothing_with_the_put_and_the_deletion(lab: Lab) -> None:
    dynamodb, s3, sqs = lab.client("dynamodb"), lab.client("s3"), lab.client("sqs")
    for table in ("r2-09-points", "r2-09-orders"):
        make_table(lab, table)
    s3.create_bucket(Bucket="r2-09")
    s3.put_object(Bucket="r2-09", Key="7", Body=b"cart")
    printer = sqs.create_queue(QueueName="r2-09")["QueueUrl"]
    ten = {":ten": {"N": "10"}}
    add = {"UpdateExpression": "ADD points :ten", "ExpressionAttributeValues": ten}
    seven = {"id": {"S": "7"}}

    def stored(table: str) -> Any:
        return dynamodb.scan(TableName=table, ConsistentRead=True)["Items"]

    acts: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {
        "A": (
            lambda: dynamodb.update_item(TableName="r2-09-points", Key=seven, **add),
            lambda: stored("r2-09-points"),
        ),
        "B": (
            lambda: dynamodb.put_item(TableName="r2-09-orders", Item={**seven, "state": {"S": "paid"}}),
            lambda: stored("r2-09-orders"),
        ),
        "C": (lambda: sqs.send_message(QueueUrl=printer, MessageBody="7"), lambda: lab.queue("r2-09").left),
        "D": (
            lambda: s3.delete_object(Bucket="r2-09", Key="7"),
            lambda: s3.list_objects_v2(Bucket="r2-09")["KeyCount"],
        ),
    }
    harmless = []
    for letter, (act, seen) in acts.items():
        act()
        once = seen()
        act()
        harmless += [letter] if seen() == once else []
    assert harmless == ["B", "D"] and right("R2-09") == "with B and D, not A or C"


def test_r2_10_both_passengers_hear_yours_and_one_item_is_there(lab: Lab, deploy: Deploy) -> None:
    make_table(lab, "r2-10", key="seat")
    before = (
        "import boto3, time\nseats = boto3.resource('dynamodb').Table('r2-10')\n"
        "def print_ticket(name):\n    time.sleep(1)\n\ndef handler(event, context):\n"
        "    seat, name = '12A', event['name']\n"
    )
    body = "".join(f"    {line}\n" for line in OWN["R2-10"].given.split("\n"))
    results = deploy(before + body, name="r2-10").invoke_together([{"name": "Abena"}, {"name": "Jonas"}])
    assert [result.answer for result in results] == ["yours", "yours"]
    assert len(lab.client("dynamodb").scan(TableName="r2-10")["Items"]) == 1
    assert right("R2-10") == "both hear yours, and one has it"


def test_r2_11_a_limit_alone_gives_up_the_neighbours_too(lab: Lab, deploy: Deploy, read: Read) -> None:
    source = "def handler(event, context):\n    for record in event['Records']:\n"
    source += (
        "        key = record['dynamodb']['Keys']['id']['S']\n        assert key != '2'\n        print('did', key)"
    )
    function, client = deploy(source, name="r2-11"), lab.client("dynamodb")
    arn = make_table(lab, "r2-11", stream=True)
    for key in "1234":
        client.put_item(TableName="r2-11", Item={"id": {"S": key}})
    read(arn, "r2-11", StartingPosition="TRIM_HORIZON", MaximumRetryAttempts=2)
    lab.clock.advance(minutes=30)
    client.put_item(TableName="r2-11", Item={"id": {"S": "5"}})
    lab.clock.advance(minutes=30)
    assert {line for line in function.logs(10_000) if line.startswith("did")} == {"did 1", "did 5"}
    assert right("R2-11") == "no: they were given up too"


def test_r2_12_one_id_after_one_and_two_minutes_are_the_attempts_of_one_event(lab: Lab, deploy: Deploy) -> None:
    function = deploy("def handler(event, context):\n    raise TimeoutError('the bank is silent')", name="r2-12")
    function.invoke_async({})
    lab.clock.advance(hours=7)
    runs = function.wait(3)
    began = [(run.began or 0) - (runs[0].began or 0) for run in runs]
    assert len({run.request_id for run in runs}) == 1 and began == pytest.approx([0, 60, 180], abs=5)
    given = OWN["R2-12"].given.split("\n")
    assert len({line.split()[3] for line in given}) == 1 and len(given) == len(runs)
    clock = [datetime.datetime.strptime(line.split()[0], "%H:%M:%S") for line in given]
    assert [(one - clock[0]).seconds for one in clock] == pytest.approx(began, abs=10)


# -- lesson 08 ---------------------------------------------------------------------------------------------------------


def put(lab: Lab, bus: str, name: str, detail: str) -> dict[str, Any]:
    entry = {"Source": "r2", "DetailType": name, "Detail": detail, "EventBusName": bus}
    answer: dict[str, Any] = lab.client("events").put_events(Entries=[entry])
    return answer


def test_r2_13_only_the_first_event_fits_and_the_answer_says_nothing_of_it(lab: Lab, deploy: Deploy) -> None:
    given = OWN["R2-13"].given.split("\n")
    function = deploy("def handler(event, context):\n    print('got', event['detail'])", name="r2-13")
    lab.client("events").create_event_bus(Name="r2-13")
    lab.trigger("events:r2-13", function, pattern=json.loads(given[0]))
    ran = []
    for letter, line in lines("R2-13").items():
        before = len(lab.history("r2-13"))
        name, _, detail = line.removeprefix("detail-type ").partition(", detail ")
        assert put(lab, "r2-13", name, detail)["FailedEntryCount"] == 0
        lab.clock.advance(seconds=0)
        ran += [letter] * (len(lab.history("r2-13")) - before)
    assert ran == ["A"] and right("R2-13") == "A; of B and C: FailedEntryCount 0"


def test_r2_14_an_error_stops_only_those_who_wait_for_its_event(lab: Lab, deploy: Deploy) -> None:
    lab.client("events").create_event_bus(Name="r2-14")
    raises = "def handler(event, context):\n    raise ValueError('no bed')"
    listeners = {"beds": raises, "kitchen": NOTHING, "billing": NOTHING, "porter": NOTHING}
    for name, source in listeners.items():
        hears = "BedReady" if name == "porter" else "PatientAdmitted"
        lab.trigger("events:r2-14", deploy(source, name=f"r2-14-{name}"), pattern={"detail-type": [hears]})
    put(lab, "r2-14", "PatientAdmitted", "{}")
    lab.clock.advance(seconds=0)
    assert [name for name in listeners if not lab.history(f"r2-14-{name}")] == ["porter"]
    assert right("R2-14") == "all of them except porter"


def test_r2_17_a_rate_counts_from_its_making_and_cron_is_in_utc(lab: Lab, deploy: Deploy) -> None:
    rules = dict(line.split(None, 1) for line in OWN["R2-17"].given.split("\n"))
    nairobi = datetime.timezone(datetime.timedelta(hours=3))
    made = time.time() + lab.clock.ahead_seconds
    for name, schedule in rules.items():
        lab.trigger("events:default", deploy(NOTHING, name=f"r2-17-{name}"), schedule=schedule)
    lab.clock.advance(hours=24, minutes=1)
    first = {name: lab.history(f"r2-17-{name}")[0].began or 0 for name in rules}
    for name in rules:
        lab.client("events").disable_rule(Name=f"to-r2-17-{name}")
    assert first["one"] - made == pytest.approx(86_400, abs=60)
    local = datetime.datetime.fromtimestamp(first["other"], nairobi)
    assert right("R2-17") == f"one at 14:30, other at {local.hour}:{local.minute:02}"


# -- lesson 09 ---------------------------------------------------------------------------------------------------------


def test_r2_18_the_numbers_are_rate_times_duration() -> None:
    assert right("R2-18") == f"{3000 / 60 * 0.5:.0f} before, {3000 / 60 * 2:.0f} after"


def test_r2_19_visitors_above_the_limit_get_429_and_leave_no_line(lab: Lab, deploy: Deploy) -> None:
    sleeps = "import time\ndef handler(event, context):\n    time.sleep(2)\n    return 'ticket'"
    function = deploy(sleeps, name="r2-19", timeout=10)
    lab.trigger("url", function)
    reserved = {"ReservedConcurrentExecutions": 2}
    lab.client("lambda").put_function_concurrency(FunctionName="r2-19", **reserved)
    with ThreadPoolExecutor(6) as visitors:
        address = lab.url("r2-19")
        statuses = list(visitors.map(lambda _: requests.get(address, timeout=20).status_code, range(6)))
    assert Counter(statuses) == {200: 2, 429: 4}
    assert sum(line.startswith("START") for line in function.logs(1000)) == 2
    assert right("R2-19").startswith("429")


def test_r2_20_throttled_events_are_all_done_without_any_attempts_left(lab: Lab, deploy: Deploy) -> None:
    function, client = deploy(SLEEPS, name="r2-20"), lab.client("lambda")
    client.put_function_concurrency(FunctionName="r2-20", ReservedConcurrentExecutions=3)
    client.put_function_event_invoke_config(FunctionName="r2-20", MaximumRetryAttempts=0)
    sent = {function.invoke_async({"seconds": 0.3}).request_id for _ in range(12)}
    lab.clock.advance(hours=1)
    done = {run.request_id for run in lab.history("r2-20") if run.environment and not run.error_type}
    assert done == sent and right("R2-20").startswith("60:")


def test_r2_21_what_is_provisioned_is_warm_and_what_is_reserved_is_not(lab: Lab, deploy: Deploy) -> None:
    function, client = deploy(SLEEPS, name="r2-21"), lab.client("lambda")
    version = client.publish_version(FunctionName="r2-21")["Version"]
    client.create_alias(FunctionName="r2-21", Name="live", FunctionVersion=version)
    client.put_function_concurrency(FunctionName="r2-21", ReservedConcurrentExecutions=20)
    live = {"FunctionName": "r2-21", "Qualifier": "live"}
    client.put_provisioned_concurrency_config(**live, ProvisionedConcurrentExecutions=5)
    while client.get_provisioned_concurrency_config(**live)["Status"] != "READY":
        pass
    lab.clock.advance(hours=12)
    cold = function.invoke_together([{"seconds": 1}] * 8, qualifier="live").cold_starts
    client.delete_provisioned_concurrency_config(**live)
    assert right("R2-21") == f"{cold} of the eight"


def test_r2_22_fetched_without_room_is_buried_without_an_error(lab: Lab, deploy: Deploy, read: Read) -> None:
    numbers = OWN["R2-22"].given.split()
    sent, runs, errors, dead = (int(numbers[numbers.index(word) + 1]) for word in ("sent", "runs", "errors", "letters"))
    assert sent == runs + dead and errors == 0
    deploy("import time\ndef handler(event, context):\n    time.sleep(0.4)", name="r2-22", timeout=1)
    invoices, buried = queue(lab, "r2-22", visible_after=1, receives=3)
    lab.client("lambda").put_function_concurrency(FunctionName="r2-22", ReservedConcurrentExecutions=2)
    read(invoices.arn, "r2-22", BatchSize=1)
    invoices.send(*range(40))
    lab.clock.advance(minutes=5)
    ran = [run for run in lab.history("r2-22") if run.environment]
    assert not [run for run in ran if run.error_type] and buried.left > 0
    assert len(ran) + buried.left == 40


# -- lesson 10 ---------------------------------------------------------------------------------------------------------


def test_r2_25_the_changed_layer_and_all_above_it_are_made_again() -> None:
    files = [line.split()[1] for line in OWN["R2-25"].given.split("\n") if line.startswith("COPY")]
    before = [images.layer({f"/opt/{name}": name}) for name in files]
    changed = images.layer({f"/opt/{files[0]}": "another line"})
    again = images.made_again(images.build(*before, cmd=["a.b"]), images.build(changed, *before[1:], cmd=["a.b"]))
    assert files[0] == "app.py" and again.layers == (1, 2, 3)
    assert right("R2-25") == "those of app.py, model and words"


def test_r2_26_layers_add_up_and_a_deletion_takes_nothing_away() -> None:
    dice = random.Random(26)
    archive = images.layer({"/opt/archive.zip": dice.randbytes(400_000)})
    unpacked = images.layer({"/opt/data.bin": dice.randbytes(900_000)})
    gone = images.layer({}, removed=["/opt/archive.zip"])
    image = images.build(archive, unpacked, gone, cmd=["a.b"])
    assert sum(map(len, image.layers)) == pytest.approx(1_300_000, rel=0.01)
    assert right("R2-26") == "about 1,300 MB"


# -- lessons 11 and 12: the numbers -----------------------------------------------------------------------------------


def test_r2_28_the_report_is_billed_by_size_for_init_and_handler() -> None:
    told = dict(line.split(": ") for line in OWN["R2-28"].given.split("\n"))
    ran = sum(float(told[what].split()[0]) for what in ("Duration", "Init Duration"))
    billed, size = -int(-ran // 1), int(told["Memory Size"].split()[0])
    assert right("R2-28") == f"{size:,} MB and {billed} ms"
    line = f"REPORT RequestId: 1\tBilled Duration: {billed} ms\tMemory Size: {size} MB\tMax Memory Used: 190 MB"
    assert report_price(line) == invocation_price(billed, size)


def test_r2_29_a_quarter_of_the_time_keeps_the_price_and_the_same_time_makes_it_four_times() -> None:
    request = invocation_price(0, 128)
    before = invocation_price(1000, 256) - request
    assert invocation_price(250, 1024) - request == before
    assert invocation_price(1000, 1024) - request == 4 * before


def test_r2_30_fewer_puts_save_more_than_anything_else() -> None:
    millions, seconds = 10, Decimal("0.02")
    compute = millions * 1_000_000 * seconds * Decimal("0.25") * price("lambda.duration_x86_gb_s")
    puts = millions * 1000 * price("s3.put_per_thousand")
    lies = millions * 1_000_000 * 2 / Decimal(1_000_000) * price("s3.storage_gb_month")
    saved = {"128 MB": compute / 2, "arm64": compute / 5, "hundred": puts * Decimal("0.99"), "deleting": lies}
    assert max(saved, key=lambda way: saved[way]) == "hundred" and right("R2-30").endswith("a hundred readings")
    assert float(compute) == pytest.approx(10 * 0.083, abs=0.01) and puts == 50
    assert float(lies) == pytest.approx(0.46, abs=0.001)


def test_r2_31_to_33_and_36_add_up() -> None:
    full = 1 / 2.5
    assert 0.10 < full < 0.80 and right("R2-31") == "for Greta, and not for Farid"
    assert all(servers * 60 > servers * 10 * 4.80 for servers in range(1, 11)) and right("R2-32") == "from no number on"
    assert right("R2-33") == f"in about {1200 * 3 / 4 / 86_400:.0%} of it".replace("%", " %")
    assert right("R2-36") == f"from about {2 * 45} % on"


def test_r2_34_four_megabytes_pass_with_a_waiting_caller_and_through_a_bucket(lab: Lab, deploy: Deploy) -> None:
    function, client = deploy("def handler(event, context):\n    return 'read'", name="r2-34"), lab.client("lambda")
    scan = json.dumps({"scan": "x" * 4_000_000}).encode()
    assert client.invoke(FunctionName="r2-34", Payload=scan)["StatusCode"] == 200
    with pytest.raises(client.exceptions.RequestTooLargeException):
        client.invoke(FunctionName="r2-34", InvocationType="Event", Payload=scan)
    lab.client("s3").create_bucket(Bucket="r2-34")
    lab.trigger("s3:r2-34", function)
    lab.client("s3").upload_fileobj(io.BytesIO(scan), "r2-34", "scan.txt")
    assert [run.source for run in function.wait(2)][1:] == ["s3:r2-34/scan.txt"]
    assert right("R2-34") == "A and C, not B"


def test_r2_35_each_press_is_a_run_that_goes_on_to_its_end(lab: Lab, deploy: Deploy) -> None:
    sleeps = "import time\ndef handler(event, context):\n    time.sleep(2)\n    print('made')"
    function, gateway = deploy(sleeps, name="r2-35", timeout=60), lab.client("apigateway")
    lab.trigger("rest-api:r2-35", function)
    [api] = [one["id"] for one in gateway.get_rest_apis()["items"] if one["name"] == "r2-35"]
    [path] = [one["id"] for one in gateway.get_resources(restApiId=api)["items"] if one["path"] != "/"]
    where = {"restApiId": api, "resourceId": path, "httpMethod": "ANY"}
    same = {key: gateway.get_integration(**where)[key] for key in ("type", "uri")}
    gateway.put_integration(**where, **same, integrationHttpMethod="POST", timeoutInMillis=500)
    gateway.create_deployment(restApiId=api, stageName="prod")
    assert [requests.get(lab.url("r2-35", "/r"), timeout=20).status_code for _ in range(3)] == [504] * 3
    function.wait(3)
    made = list(function.logs(1000)).count("made")
    assert {3: "three; 504 is seen"}[made] == right("R2-35")


def test_r2_37_only_the_first_takes_longer_than_a_function_may() -> None:
    longest = {"A": 45 * 60, "B": 0.01, "C": 20, "D": 0.05}
    assert [letter for letter, seconds in longest.items() if seconds > limits()["timeout_most_s"]] == ["A"]
    assert "45 minutes" in lines("R2-37")["A"] and right("R2-37") == "for A alone"


# -- the repair of the notebook ----------------------------------------------------------------------------------------


def repair_cell(words: str) -> str:
    """The first code cell of the notebook with these words."""
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    return next(code for cell in cells if cell["cell_type"] == "code" and words in (code := "".join(cell["source"])))


def test_the_repair_begins_anew_with_an_empty_queue_and_counts_also_when_nothing_ran(lab: Lab, deploy: Deploy) -> None:
    deploy("import time\ndef handler(event, context):\n    time.sleep(0.1)", name="print-label", timeout=1)
    names: dict[str, Any] = {"lab": lab}
    exec(repair_cell("create_event_source_mapping"), names)
    exec(repair_cell("def twenty_labels").replace("\ntwenty_labels()", ""), names)
    names["client"].put_function_concurrency(FunctionName="print-label", ReservedConcurrentExecutions=0)
    names["client"].update_event_source_mapping(UUID=names["mapping"], Enabled=False)
    assert names["twenty_labels"]() == {"printed": 0, "buried": 0, "most at once": 0}
    assert lab.queue("labels").left == 20
    exec(repair_cell("create_event_source_mapping"), names)
    assert lab.queue("labels").left == 0
    names["client"].update_event_source_mapping(UUID=names["mapping"], ScalingConfig={"MaximumConcurrency": 2})
    assert names["twenty_labels"]() == {"printed": 20, "buried": 0, "most at once": 2}
    names["client"].delete_event_source_mapping(UUID=names["mapping"])
