"""Exercise 05.3, why did it not run?: five set-ups in which an upload has no effect, each for a reason of its own.

They are built in the student's lab, each with a bucket and a function; the fifth has a second function. How repairs
are checked is in `repairs.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from lambdalab.functions import package
from lambdalab.keys import ACCOUNT
from lambdalab.lab import Lab
from lambdalab.learn.workbooks.own import RUNTIME
from lambdalab.learn.workbooks.uploads import Effect, emptied, upload

CAUSES = (
    "the rule was replaced by another one",
    "the rule's suffix does not fit the key",
    "the bucket is in another region",
    "the permission is missing",
    "the rule is for another kind of upload",
)
CAUSE_OF = {1: CAUSES[3], 2: CAUSES[2], 3: CAUSES[1], 4: CAUSES[4], 5: CAUSES[0]}
FAR = "eu-west-1"
OTHER = "ex05_other"
_ANSWERS = "def handler(event, context):\n    return 'ran'\n"
_NAMES = ("photo.jpg", "photo.jpg", "PHOTO.JPG", "film.mp4", "photo.jpg")  # a film is sent in parts
WORKED = {3: ("photo.jpg", "ex05_case_3"), 4: ("note.txt", "ex05_case_4"), 5: ("places.csv", OTHER)}
"""What ran before the repair, and has to go on: the key, and the function that it runs."""


def bucket(number: int) -> str:
    return f"ex05-case-{number}"


def function(number: int) -> str:
    return f"ex05_case_{number}"


# -- the set-ups -------------------------------------------------------------------------------------------------------


def set_up() -> None:
    """Build the five set-ups in the running lab, make one upload in each, and say what there is (exercise 05.3).

    Run again, it puts everything back as it was at first.

    Raises:
        LabError: no lab could be started.
    """
    lab = Lab()
    build(lab)
    for number in range(1, 6):
        upload_to(lab, number)
        print(f"{number}  {_NAMES[number - 1]} came into {bucket(number)}, and {function(number)} did not run")
    print(f"   In set-up 5 a second function, {OTHER}, runs for files that end in .csv.")


def deploy_to(region: str, name: str) -> str:
    """Deploy the function of a set-up in a region; the ARN that it has there (exercise 05.3)."""
    return _deployed(Lab(), region, name)


def build(lab: Lab) -> None:
    """Everything as it is at first: what an earlier run or a repair has made goes."""
    s3, client = lab.client("s3"), lab.client("lambda")
    arns = {n: _deployed(lab, lab.region, function(n)) for n in range(1, 6)}
    other = _deployed(lab, lab.region, OTHER)
    with suppress(ClientError):
        lab.client("lambda", region=FAR).delete_function(FunctionName=function(2))
    far = lab.client("s3", region=FAR)
    emptied(far, bucket(2), CreateBucketConfiguration={"LocationConstraint": FAR})
    for number in (1, 3, 4, 5):
        emptied(s3, bucket(number))
    for name, number in (*((function(n), n) for n in range(1, 6)), (OTHER, 5)):
        _allow(client, name, number)
    _rules(s3, 1, [_rule(arns[1])])
    client.remove_permission(FunctionName=function(1), StatementId="s3")
    with suppress(ClientError):  # the script of set-up 2 hid S3's refusal
        _rules(far, 2, [_rule(arns[2])])
    _rules(s3, 3, [_rule(arns[3], suffix=".jpg")])
    _rules(s3, 4, [_rule(arns[4], "s3:ObjectCreated:Put")])
    _rules(s3, 5, [_rule(arns[5], suffix=".jpg")])
    _rules(s3, 5, [_rule(other, suffix=".csv")])


def _deployed(lab: Lab, region: str, name: str) -> str:
    """A function without a policy; one that is there keeps its environment, so that checks start few processes."""
    client = lab.client("lambda", region=region)
    try:
        found = client.get_function_configuration(FunctionName=name)
    except client.exceptions.ResourceNotFoundException:
        found = client.create_function(
            FunctionName=name,
            Runtime=RUNTIME,
            Role=lab.role,
            Handler="lambda_function.handler",
            Code={"ZipFile": package({"lambda_function.py": _ANSWERS})},
        )
    for statement in policy(client, name):
        client.remove_permission(FunctionName=name, StatementId=statement["Sid"])
    return str(found["FunctionArn"])


def policy(client: Any, name: str) -> list[dict[str, Any]]:
    try:
        policy = json.loads(client.get_policy(FunctionName=name)["Policy"])
    except client.exceptions.ResourceNotFoundException:
        return []
    return list(policy["Statement"])


def _allow(client: Any, name: str, number: int) -> None:
    client.add_permission(
        FunctionName=name,
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=f"arn:aws:s3:::{bucket(number)}",
        SourceAccount=ACCOUNT,
    )


def _rule(arn: str, event: str = "s3:ObjectCreated:*", suffix: str = "") -> dict[str, Any]:
    made: dict[str, Any] = {"LambdaFunctionArn": arn, "Events": [event]}
    if suffix:
        made["Filter"] = {"Key": {"FilterRules": [{"Name": "suffix", "Value": suffix}]}}
    return made


def _rules(s3: Any, number: int, rules: Sequence[Mapping[str, Any]]) -> None:
    given = {"LambdaFunctionConfigurations": list(rules)}
    s3.put_bucket_notification_configuration(Bucket=bucket(number), NotificationConfiguration=given)


def upload_to(lab: Lab, number: int, name: str = "") -> Effect:
    """The kind of upload that this set-up is about, or another one."""
    s3 = lab.client("s3", region=FAR if number == 2 else "")
    return upload(lab, bucket(number), _sender(s3, bucket(number), name or _NAMES[number - 1]))


def _sender(s3: Any, name: str, key: str) -> Callable[[], object]:
    where = {"Bucket": name, "Key": key}
    if not key.endswith(".mp4"):
        return lambda: s3.put_object(**where, Body=b"a picture")

    def send() -> None:
        """What boto3 does with a large file, with one small part."""
        given = {**where, "UploadId": s3.create_multipart_upload(**where)["UploadId"]}
        part = {"PartNumber": 1, "ETag": s3.upload_part(**given, PartNumber=1, Body=b"a film")["ETag"]}
        s3.complete_multipart_upload(**given, MultipartUpload={"Parts": [part]})

    return send
