"""The capstone's grading tells each typical wrong answer, and it loses just the points of its own line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from lambdalab import Lab
from lambdalab.functions import package
from lambdalab.learn.capstone import budget, survive
from lambdalab.learn.capstone.grading import judge, of_budget
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


ADD = """
    stats = boto3.resource("dynamodb").Table("stats")
    photos = boto3.resource("dynamodb").Table("photos")
    row = photos.get_item(Key={"photo_id": id}, ConsistentRead=True).get("Item", {"counted": True})
    if row.get("counted"):
        return
    number = stats.get_item(Key={"owner": owner}, ConsistentRead=True).get("Item", {"photos": 0})["photos"]
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
        "good photos of the batch were made three times and then buried",
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


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_answer_gets_its_message_and_keeps_the_other_points(system: Lab, name: str) -> None:
    wrong = WRONG[name]
    client = system.client("lambda")

    def put(source: str) -> None:
        client.update_function_code(FunctionName=wrong.function, ZipFile=package({"lambda_function.py": source}))

    own = plain_design.SOURCES[wrong.function]
    put(replaced(own, wrong.changes))
    if wrong.admin:
        client.update_function_configuration(FunctionName=wrong.function, Role=system.role)
    try:
        found = judge(system, 7, [wrong.part])
    finally:
        put(own)
        if wrong.admin:
            role = plain_design.role(system, wrong.function)
            client.update_function_configuration(FunctionName=wrong.function, Role=role)
    assert found.message_id == wrong.id, found.text
    assert found.message is not None and wrong.seen in found.message.seen
    assert found.message.words <= MOST_WORDS
    assert found.points == wrong.points, found.text


def changed(system: Lab, function: str, changes: Mapping[str, str]) -> None:
    source = replaced(plain_design.SOURCES[function], changes)
    code = package({"lambda_function.py": source})
    system.client("lambda").update_function_code(FunctionName=function, ZipFile=code)


def failing(system: Lab) -> dict[str, str]:
    """The faults that do harm, each with the id of what is said."""
    check = System(system)
    try:
        return {look.tried: look.id for look in survive.one_by_one(check) if not look.ok}
    finally:
        check.leave()


def test_a_retry_that_finds_the_row_must_still_announce_it(system: Lab) -> None:
    changed(system, "resize", {"uploaded <= :uploaded": "uploaded < :uploaded"})
    try:
        assert failing(system) == {"`resize` dies when the row is written": "not-announced"}
    finally:
        changed(system, "resize", {})


def test_a_count_that_knows_no_photo_counts_twice_in_just_the_faults_that_repeat_it(system: Lab) -> None:
    changed(system, "count", {" AND attribute_not_exists(counted)": ""})
    try:
        assert failing(system) == {
            "`count` dies when it has counted": "double",
            "an event comes twice": "double",
        }
    finally:
        changed(system, "count", {})


@pytest.mark.parametrize(
    ("rights", "id", "points"),
    [
        ([(["s3:*"], "arn:aws:s3:::photos-in/*")], "wildcard", 5),
        ([(["s3:GetObject"], "*")], "wildcard", 5),
        ([(["*"], "*")], "everything", 0),
        ([(["sqs:SendMessage"], f"arn:aws:sqs:us-east-1:{plain_design.ACCOUNT}:another")], "unused", 5),
    ],
)
def test_a_role_that_names_more_than_it_uses_loses_points(
    system: Lab, monkeypatch: pytest.MonkeyPatch, rights: Any, id: str, points: int
) -> None:
    monkeypatch.setitem(plain_design.RIGHTS, "resize", plain_design.RIGHTS["resize"] + rights)
    plain_design.role(system, "resize")
    try:
        found = judge(system, 7, ["permissions"])
    finally:
        monkeypatch.undo()
        plain_design.role(system, "resize")
    assert (found.message_id, found.points) == (id, points), found.text


def test_a_stranger_that_may_start_cleanup_is_told(system: Lab) -> None:
    client = system.client("lambda")
    allowed = {"FunctionName": "cleanup", "StatementId": "all-rules"}
    client.add_permission(**allowed, Action="lambda:InvokeFunction", Principal="events.amazonaws.com")
    try:
        found = judge(system, 7, ["permissions"])
    finally:
        client.remove_permission(**allowed)
    assert (found.message_id, found.points) == ("stranger", 5), found.text
    assert found.message is not None and found.message.seen == "M6's stranger could start `cleanup`. Who needs to?"


def test_one_count_above_the_budget_costs_half(system: Lab) -> None:
    asks = "    body = s3.get_object"
    heads = '    for _ in range(4):\n        s3.head_object(Bucket="photos-in", Key=key)\n    try:\n    ' + asks
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
    measured = budget.memory(check)
    client.untag_resource(Resource=arn, TagKeys=["tuned-512"])
    try:
        guessed = budget.memory(check)
    finally:
        client.tag_resource(Resource=arn, Tags={"tuned-512": "200"})
        check.leave()
    assert (of_budget([measured], 10), of_budget([guessed], 10)) == (10, 0)
    assert guessed.id == "not-measured"
