"""The capstone's grading tells each typical wrong answer, and it loses just the points of its own line."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from lambdalab import Lab
from lambdalab.functions import package
from lambdalab.learn.capstone import budget, burst, nightly, rights, survive
from lambdalab.learn.capstone.grading import PARTS, Grade, chosen, judge, of_budget
from lambdalab.learn.capstone.looks import Look
from lambdalab.learn.capstone.reasons import unread
from lambdalab.learn.capstone.system import System
from lambdalab.learn.exercises import MOST_WORDS
from tests.capstone import plain_design


@dataclass(frozen=True)
class Wrong:
    """One function of the plain design, changed.

    Args:
        part: the line of the rubric that is graded.
        function: whose source is changed.
        changes: texts and what stands in their place.
        id: of the message.
        points: that are left.
        seen: how the message begins, or a part of it.
        admin: whether its role may do everything, which this wrong answer needs.
    """

    part: str
    function: str
    changes: Mapping[str, str]
    id: str
    points: int
    seen: str = ""
    admin: bool = False


pytestmark = pytest.mark.slow(5)  # whole systems are built and graded

ADD = """
    stats = boto3.resource("dynamodb").Table("stats")
    photos = boto3.resource("dynamodb").Table("photos")
    row = photos.get_item(Key={"photo_id": id}, ConsistentRead=True).get("Item", {"counted": True})
    if row.get("counted"):
        return
    number = stats.get_item(Key={"owner": owner}, ConsistentRead=True).get("Item", {"photos": 0})["photos"]
    import time
    time.sleep(0.5)  # on a busy machine, too, others read meanwhile
    stats.put_item(Item={"owner": owner, "photos": number + 1})
    photos.update_item(
        Key={"photo_id": id}, UpdateExpression="SET counted = :t", ExpressionAttributeValues={":t": True}
    )
    return
"""
ANNOUNCED_FIRST = """
    announce(id, row["owner"]["S"])
    try:
        dynamodb.update_item("""
CACHE = """
cache = {}

def handler(event, context):
    key = json.dumps(event.get("queryStringParameters"))
    get = event.get("httpMethod") or event["requestContext"]["http"]["method"]
    if get == "GET" and key != "null" and '"photos"' in str(cache.get(key)):
        return cache[key]
    cache[key] = asked(event, context)
    return cache[key]


def asked(event, context):
"""
QUERY = """get_paginator("query").paginate(
            TableName="photos", IndexName="by-owner", KeyConditionExpression="#o = :o","""
BEGINS = """get_paginator("scan").paginate(
            TableName="photos", FilterExpression="begins_with(#o, :o)","""
TWO_WRITES = """    key = {"photo_id": item["photo_id"]}
    dynamodb.delete_item(TableName="photos", Key=key)
    dynamodb.update_item(
        TableName="stats", Key={"owner": item["owner"]}, UpdateExpression="ADD photos :n",
        ExpressionAttributeValues={":n": {"N": "-1"}},
    )
    return
"""
PAGES = 's3.get_paginator("list_objects_v2").paginate(Bucket="photos-in")'
FIRST_PAGE = '[s3.list_objects_v2(Bucket="photos-in")]'
WRONG = {
    "1 a thumbnail into photos-in": Wrong(
        "M0 walking skeleton",
        "resize",
        {'Bucket="photos-out"': 'Bucket="photos-in"'},
        "loops",
        0,
        "One upload, 1",
        admin=True,
    ),
    "2 read, add, write": Wrong(
        "M4 notify",
        "count",
        {"    try:\n": ADD + "    try:\n"},
        "read-add-write",
        4,
        "4 photos at the same moment, counted",
        admin=True,
    ),
    "3 announced before the row": Wrong(
        "M4 notify",
        "resize",
        {"    try:\n        dynamodb.update_item(": ANNOUNCED_FIRST},
        "too-early",
        4,
        "A listener asked",
    ),
    "4 an exception for the poison file": Wrong(
        "M6 survive",
        "resize",
        {
            "        try:\n            for": "        if True:\n            for",
            "        except Exception as wrong:": "        if False:",
        },
        "batch-buried",
        10,
        "good photos of the batch were tried again with it, and then buried",
    ),
    "6 a cache in a global": Wrong(
        "M3 browse",
        "api",
        {"def handler(event, context):\n": CACHE},
        "cache",
        4,
        "was still listed by the second environment",
    ),
    "a constant thumbnail": Wrong(
        "M1 resize",
        "resize",
        {"small.thumbnail((200, 200))": 'small = Image.new("RGB", (200, 100))'},
        "another-picture",
        0,
    ),
    "no thumbnail at all": Wrong("M1 resize", "resize", {"    s3.put_object(": "    (lambda **k: None)("}, "case", 0),
    "enlarged": Wrong(
        "M1 resize",
        "resize",
        {"small.thumbnail((200, 200))": "small = ImageOps.contain(small, (200, 200))"},
        "enlarged",
        4,
    ),
    "sideways": Wrong("M1 resize", "resize", {"ImageOps.exif_transpose(": "("}, "sideways", 4),
    "the key as it arrives": Wrong("M1 resize", "resize", {"unquote_plus(record": "str(record"}, "case", 4),
    "a forged row": Wrong(
        "M2 index", "resize", {"str(picture.width)": '"600"', "str(picture.height)": '"300"'}, "case", 0
    ),
    "numbers as texts": Wrong("M2 index", "resize", {'"width": {"N"': '"width": {"S"'}, "text", 0),
    "its own clock": Wrong(
        "M2 index",
        "resize",
        {'record["eventTime"]': '__import__("datetime").datetime.now().isoformat() + "Z"'},
        "own-clock",
        4,
    ),
    "the late event wins": Wrong(
        "M2 index",
        "resize",
        {'ConditionExpression="attribute_not_exists(uploaded) OR uploaded <= :uploaded",': ""},
        "late-wins",
        4,
    ),
    "what was held up wins": Wrong("M2 index", "resize", {}, "look-then-write", 4),
    "a name that begins alike": Wrong("M3 browse", "api", {QUERY: BEGINS}, "prefix", 0, admin=True),
    "one format only": Wrong("M3 browse", "api", {'if "rawPath" in event:': "if True:"}, "format", 4),
    "no CORS": Wrong("M3 browse", "api", {'"Access-Control-Allow-Origin": "*", ': ""}, "origin", 4),
    "the thumbnail is left": Wrong(
        "M3 browse", "api", {'in ("photos-in", "photos-out")': 'in ("photos-in",)'}, "left-behind", 4
    ),
    "each announcement counts": Wrong(
        "M4 notify", "count", {" AND attribute_not_exists(counted)": ""}, "counted-twice", 4
    ),
    "the first page only": Wrong("M5 clean up", "cleanup", {PAGES: FIRST_PAGE}, "first-page", 4),
    "the tag is ignored": Wrong("M5 clean up", "cleanup", {' and not kept(item["Key"])': ""}, "tag-ignored", 0),
    "thirty days are enough": Wrong(
        "M5 clean up", "cleanup", {'["LastModified"] <': '["LastModified"] <='}, "boundary", 4
    ),
}
TOGETHER = (
    ("enlarged", "sideways", "the key as it arrives"),
    ("numbers as texts", "its own clock", "the late event wins", "what was held up wins"),
    ("one format only", "a name that begins alike", "no CORS", "the thumbnail is left", "6 a cache in a global"),
    ("the first page only", "the tag is ignored", "thirty days are enough"),
)
"""Mistakes in one function that show at different looks: one system has them all, and each is told by itself."""
MADE = [*TOGETHER, *((name,) for name in WRONG if not any(name in group for group in TOGETHER))]
UPLOADS = 20
"""Enough for a batch of ten with the poison in it, where nothing else is looked at."""


@pytest.fixture(scope="module")
def system() -> Iterator[Lab]:
    lab = Lab()
    plain_design.build(lab, 7)
    yield lab
    plain_design.forget(lab)


def replaced(source: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        assert old in source, old
        source = source.replace(old, new)
    return source


def alone(found: Grade, meant: Callable[[Look], bool]) -> Grade:
    """The grade of a system that has only this mistake of several."""
    (part,) = found.parts
    kind = next(kind for kind in PARTS if kind.name == part.name)
    looks = [look if look.ok or meant(look) else replace(look, ok=True, id="") for look in part.looks]
    part = replace(part, looks=looks, points=kind.points(looks, kind.most))
    return chosen(replace(found, parts=[part], message_id="done", message=None))


@pytest.mark.parametrize("names", MADE, ids=", ".join)
def test_a_wrong_answer_gets_its_message_and_keeps_the_other_points(
    system: Lab, monkeypatch: pytest.MonkeyPatch, names: Sequence[str]
) -> None:
    monkeypatch.setattr(burst, "BURST", UPLOADS)
    wrongs = [WRONG[name] for name in names]
    function, client = wrongs[0].function, system.client("lambda")
    changed(system, function, {old: new for wrong in wrongs for old, new in wrong.changes.items()})
    if any(wrong.admin for wrong in wrongs):
        client.update_function_configuration(FunctionName=function, Role=system.role)
    try:
        graded = judge(system, 7, [wrongs[0].part])
    finally:
        changed(system, function, {})
        if any(wrong.admin for wrong in wrongs):
            client.update_function_configuration(FunctionName=function, Role=plain_design.role(system, function))
    for wrong in wrongs:
        found = graded
        if len(wrongs) > 1:
            found = alone(graded, lambda look, id=wrong.id: (look.id or "case") == id)  # type: ignore[misc]
        assert found.message_id == wrong.id, graded.text
        assert found.message is not None and wrong.seen in found.message.seen
        assert found.message.words <= MOST_WORDS
        assert found.points == wrong.points, graded.text


def test_the_nights_are_graded_alike_at_any_hour_and_two_mistakes_are_told_from_others(system: Lab) -> None:
    check = System(system)
    now = check.now()
    check.leave()
    any_value, days = '"keep" in [tag["Key"] for tag in tags]', '(now - item["LastModified"]).days > 30'
    kept, border = '{"Key": "keep", "Value": "true"} in tags', 'item["LastModified"] < now - timedelta(days=30)'
    changed(system, "cleanup", {kept: any_value})
    one = now.replace(hour=1, minute=0, second=0) + timedelta(days=1)
    system.clock.advance(seconds=(one - now).total_seconds())  # the next three o'clock is near
    try:
        found = judge(system, 7, ["M5 clean up"])
        changed(system, "cleanup", {border: days})
        check = System(system)
        with nightly.emptied(check):
            (whole_days,) = nightly.a_second_later(check)
        check.leave()
    finally:
        changed(system, "cleanup", {})
    assert [look.id for look in found.parts[0].looks if not look.ok] == ["tag-value"], found.text
    assert whole_days.id == "whole-days"


def changed(system: Lab, function: str, changes: Mapping[str, str]) -> None:
    source = replaced(plain_design.SOURCES[function], changes)
    code = package({"lambda_function.py": source})
    system.client("lambda").update_function_code(FunctionName=function, ZipFile=code)


def test_each_fault_finds_the_mistake_that_it_is_there_for(system: Lab) -> None:
    changed(
        system,
        "resize",
        {
            "uploaded <= :uploaded": "uploaded < :uploaded",
            "if not there(key)": "if False",
            "NoSuchKey:\n        take_back(key)\n        return": "NoSuchKey:\n        raise",
        },
    )
    changed(system, "api", {'    key = {"photo_id": item["photo_id"]}\n': TWO_WRITES})
    changed(system, "count", {" AND attribute_not_exists(counted)": ""})
    check = System(system)
    try:
        failing = {look.tried: look.id for look in survive.one_by_one(check) if not look.ok}
    finally:
        check.leave()
        for function in ("resize", "api", "count"):
            changed(system, function, {})
    assert failing == {
        "`resize` dies when the row is written": "not-announced",  # its retry finds the row and must still announce
        "`count` dies when it has counted": "double",
        "an event comes twice": "double",
        "a DELETE in the middle of a run": "overtaken",  # what it wrote after the DELETE stays
        "an upload's event comes after its DELETE": "gone-is-no-error",
        "PhotoReady comes after the DELETE": "overtaken",  # `api` takes one off for what is not counted yet
        "`api` dies in a DELETE, which is asked again": "half-deleted",
    }


def test_failures_that_nobody_reads_are_told_by_the_mapping(system: Lab) -> None:
    check, client = System(system), system.client("lambda")
    (mapping,) = client.list_event_source_mappings(FunctionName="resize")["EventSourceMappings"]
    lost = Look(False, "the table refuses a write", "lost: the row", "there, counted 1")
    assert unread(check, lost, "resize") == lost
    client.update_event_source_mapping(UUID=mapping["UUID"], FunctionResponseTypes=[])
    try:
        found = unread(check, lost, "resize")
    finally:
        client.update_event_source_mapping(UUID=mapping["UUID"], FunctionResponseTypes=["ReportBatchItemFailures"])
        check.leave()
    assert found.id == "not-reported" and found.message is not None
    words = "The table refuses a write: lost: the row. The mapping of `photo-work` has no `FunctionResponseTypes`."
    assert found.message.seen == words


def test_a_role_that_names_more_than_it_uses_and_a_stranger_that_may_start_a_function_cost_points(
    system: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = f"arn:aws:sqs:us-east-1:{plain_design.ACCOUNT}:another"
    roles = {
        "resize": (["s3:*"], "arn:aws:s3:::photos-in/*", "wildcard", 5),
        "api": (["s3:GetObject"], "*", "wildcard", 5),
        "count": (["*"], "*", "everything", 0),
        "cleanup": (["sqs:SendMessage"], queue, "unused", 5),
    }
    client = system.client("lambda")
    system.function("cleanup").invoke({"dry_run": True})  # of what never ran nothing can be said
    dead = {"QueueUrl": system.queue("photo-dead").url}
    anybody = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [anybody]})
    system.client("sqs").set_queue_attributes(**dead, Attributes={"Policy": policy})
    allowed = {"FunctionName": "cleanup", "StatementId": "all-rules"}
    client.add_permission(**allowed, Action="lambda:InvokeFunction", Principal="events.amazonaws.com")
    for name, (actions, where, *_) in roles.items():
        monkeypatch.setitem(plain_design.RIGHTS, name, [*plain_design.RIGHTS[name], (actions, where)])
        plain_design.role(system, name)
    try:
        graded = judge(system, 7, ["permissions"])
    finally:
        system.client("sqs").set_queue_attributes(**dead, Attributes={"Policy": ""})
        client.remove_permission(**allowed)
        monkeypatch.undo()
        for name in roles:
            plain_design.role(system, name)
    for name, (*_, id, points) in roles.items():
        found = alone(graded, lambda look, name=name: look.tried == f"the role of `{name}`")  # type: ignore[misc]
        assert (found.message_id, found.points) == (id, points), graded.text
    found = alone(graded, lambda look: look.tried == "who may send to `photo-dead`")
    assert (found.message_id, found.points) == ("stranger", 5), graded.text
    found = alone(graded, lambda look: look.tried.startswith("who may start"))
    assert (found.message_id, found.points) == ("stranger", 5), graded.text
    assert found.message is not None and found.message.seen == "M6's stranger could start `cleanup`. Who needs to?"


def test_a_role_that_may_delete_its_table_names_more_than_it_uses(system: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    table = f"arn:aws:dynamodb:us-east-1:{plain_design.ACCOUNT}:table/stats"
    right = [(["dynamodb:DeleteTable"], table), *plain_design.RIGHTS["count"]]
    with monkeypatch.context() as patch:
        patch.setitem(plain_design.RIGHTS, "count", right)
        plain_design.role(system, "count")
        system.function("count").invoke(
            {"detail": {"photo_id": "none", "owner": "none"}}
        )  # of what never ran nothing can be said
        check = System(system)
        (look,) = [one for one in rights.rights(check) if one.tried == "the role of `count`"]
        check.leave()
    plain_design.role(system, "count")
    assert (look.id, look.seen) == ("unused", f"never used: `dynamodb:DeleteTable` on `{table}`")


def test_one_count_above_the_budget_costs_half(system: Lab) -> None:
    asks = "    body = s3.get_object"
    heads = '    for _ in range(3):\n        s3.head_object(Bucket="photos-in", Key=key)\n    try:\n    ' + asks
    changed(system, "resize", {"    try:\n    " + asks: heads})
    try:
        found = judge(system, 7, ["M7 budget"])
    finally:
        changed(system, "resize", {})
    assert (found.message_id, found.points) == ("over-budget", 5), found.text
    assert found.message is not None and "6 S3 requests" in found.message.seen


def test_a_memory_size_that_was_never_measured_leaves_no_point_of_the_budget(system: Lab) -> None:
    client = system.client("lambda")
    arn = client.get_function_configuration(FunctionName="resize")["FunctionArn"]
    check = System(system)
    measured, tags = budget.memory(check), client.list_tags(Resource=arn)["Tags"]
    try:
        system.tune("resize", plain_design.GONE, memory=(640,), repeats=1)  # no other test has run it with so much
        client.tag_resource(Resource=arn, Tags={"tuned-640": "0.01"})
        too_good = budget.memory(check)
        client.tag_resource(Resource=arn, Tags={"tuned-640": "2000", "tuned-2048": "900"})
        never_run = budget.memory(check)
        client.untag_resource(Resource=arn, TagKeys=["tuned-512", "tuned-640", "tuned-2048"])
        guessed = budget.memory(check)
    finally:
        client.tag_resource(Resource=arn, Tags=tags)
        check.leave()
    assert (of_budget([measured], 10), of_budget([guessed], 10)) == (10, 0)
    assert guessed.id == "not-measured"
    assert (too_good.id, never_run.id) == ("not-run-there", "not-run-there")
    assert "says 0.01 ms, and no run with 640 MB took less than" in too_good.seen
    assert "2,048 MB, with which `resize` never ran" in never_run.seen
