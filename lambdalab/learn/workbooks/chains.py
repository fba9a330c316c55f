"""Exercise 05.5, how often will it run?: four designs, and a fifth, each built and given one upload.

One function serves all designs, so that one environment is enough: the bucket that its event names says where the
result goes. A chain of events is counted for itself, so the designs don't add up. What was counted does not depend on
the student's answer, so each design runs once in a lab.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from lambdalab.lab import Lab
from lambdalab.learn.cases import all_filled, second_comes_next
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Row, Seen, Stop, Tried
from lambdalab.learn.words import short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks.own import code, own_function
from lambdalab.learn.workbooks.uploads import removed, upload

FOR_EVER = "for ever"
SAME, FOLDERS, SUFFIX, TWO = (
    "same bucket, no filter",
    "reads in/, writes out/, filter in/",
    "filter .jpg, writes thumb-x.jpg",
    "two buckets",
)
FIRST, AGAIN = (SAME, FOLDERS, SUFFIX, TWO), ("reads in/, writes in/small/, filter in/",)
_OWN = "ex05_chain_check"
_PLACES = {
    SAME: ("ex05-same-check", "", "", "x.jpg", "result-{name}"),
    FOLDERS: ("ex05-folders-check", "in/", "", "in/x.jpg", "out/{name}"),
    SUFFIX: ("ex05-suffix-check", "", ".jpg", "x.jpg", "thumb-{name}"),
    TWO: ("ex05-from-check", "", "", "x.jpg", "{name}"),
    AGAIN[0]: ("ex05-deeper-check", "in/", "", "in/x.jpg", "in/small/{name}"),
}
"""Of each design: the bucket, prefix and suffix of its rule, the key that is uploaded, the key of the result."""
_RESULTS = "ex05-results-check"
_SOURCE = f"""import boto3

s3 = boto3.client("s3")
RESULTS = {{bucket: key for bucket, _, _, _, key in {list(_PLACES.values())!r}}}


def handler(event, context):
    told = event["Records"][0]["s3"]
    bucket, name = told["bucket"]["name"], told["object"]["key"].split("/")[-1]
    to = "{_RESULTS}" if bucket == "{_PLACES[TWO][0]}" else bucket
    s3.put_object(Bucket=to, Key=RESULTS[bucket].format(name=name), Body=b"small")
"""


_counts: WeakKeyDictionary[Lab, dict[str, int]] = WeakKeyDictionary()


def cases(rng: random.Random | None) -> Sequence[Case]:
    def first(work: Work) -> Seen:
        return _compared(work, "runs", FIRST)

    return [
        Case("four designs", "", first, about="runs"),
        Case("a fifth", "", _second_prediction, about="again"),
    ]


def _compared(work: Work, name: str, designs: Sequence[str]) -> Seen:
    said = all_filled(work, name, designs)
    for design in designs:
        if said[design] != FOR_EVER and type(said[design]) is not int:
            raise Stop(Message(f'`{name}["{design}"]` is {short(said[design])}.', "It must be a whole number."))
    counts = _counted(work, designs)
    rows = tuple(
        Row(said[d] == counts[d], f"{d}: you said {said[d]}", _shown(name, said[d], counts[d])) for d in designs
    )
    return Seen(True, "run", facts={"said": said, "seen": counts}, rows=rows)


def _shown(name: str, said: object, seen: int) -> str:
    """What the lab counted; the second part does not give its number away, only that this one was wrong."""
    return f"ran {seen} times".replace("1 times", "once") if name == "runs" or said == seen else f"not {said}"


def _second_prediction(work: Work) -> Seen:
    if pending := second_comes_next(work, "The four designs have run.", "Now a fifth:"):
        return pending
    seen = _compared(work, "again", AGAIN)
    said = seen.facts["said"][AGAIN[0]]
    if said == seen.facts["seen"][AGAIN[0]]:
        return seen
    text = Message(f'"{AGAIN[0]}": you said {said}, and the lab counted another number.', work.exercise.idea)
    return Seen(False, "run", facts=seen.facts, rows=seen.rows, message=text)


def _counted(work: Work, designs: Sequence[str]) -> dict[str, int]:
    """How often the function ran for one upload in each of these designs, and in those that were counted before."""
    known = _counts.setdefault(work.lab, {})
    if wanted := {design: _PLACES[design] for design in designs if design not in known}:
        known |= _built_and_run(work, wanted)
    return known


def _built_and_run(work: Work, places: Mapping[str, tuple[str, str, str, str, str]]) -> dict[str, int]:
    s3 = work.lab.client("s3")
    buckets = [place[0] for place in places.values()]
    with own_function(work, _OWN, code(_SOURCE), MemorySize=1769, Timeout=10):
        arn = work.settings(_OWN)["FunctionArn"]
        try:
            for name in (*buckets, _RESULTS):
                s3.create_bucket(Bucket=name)
            return {design: _runs(work, s3, arn, place) for design, place in places.items()}
        finally:
            for name in (*buckets, _RESULTS):
                removed(s3, name)


def _runs(work: Work, s3: Any, arn: str, place: tuple[str, str, str, str, str]) -> int:
    bucket, prefix, suffix, key, _ = place
    allowed = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    source = f"arn:aws:s3:::{bucket}"
    work.client.add_permission(FunctionName=_OWN, StatementId=bucket, SourceArn=source, **allowed)
    ends = [{"Name": name, "Value": value} for name, value in (("prefix", prefix), ("suffix", suffix)) if value]
    rule: dict[str, Any] = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
    if ends:
        rule["Filter"] = {"Key": {"FilterRules": ends}}
    rules = {"LambdaFunctionConfigurations": [rule]}
    s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=rules)
    return upload(work.lab, bucket, lambda: s3.put_object(Bucket=bucket, Key=key, Body=b"a picture")).count(_OWN)


def said_of(design: str, *numbers: int) -> Detect:
    """One of these was said of a design, or, without any, a number that is not the lab's."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = next(one for one in tried if one.case.about == "runs")
        said, seen = one.seen.facts["said"][design], one.seen.facts["seen"][design]
        fits = said in numbers if numbers else said != FOR_EVER
        return Hit(one, {"said": said}) if said != seen and fits else None

    return detect


def another_count(tried: Sequence[Tried], work: Work) -> Hit | None:
    """A chain was seen in a design that goes on, but it was given another length."""
    hits = [said_of(design)(tried, work) for design in (SAME, SUFFIX)]
    return next((hit for hit in hits if hit and hit.values["said"] not in (1, 2)), None)


def for_ever(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Said of any design."""
    one = next(one for one in tried if one.case.about == "runs")
    said: Mapping[str, object] = one.seen.facts["said"]
    return Hit(one) if FOR_EVER in [said[design] for design in FIRST] else None
