"""A design of the photo service that does what the specification asks, and differs from the model in nearly all else.

The model, which is the solution notebook, has: S3 → photo-work → `resize`, the row by S3's sequencer, `PhotoReady` by
`resize`, counts by transactions of `count` and `api`, a rule at three o'clock. Here S3 calls `resize` asynchronously,
what fails goes to photo-dead as a destination, the row follows the object that is there now, and the stream of the
table tells `count`, which counts in one update and announces; a schedule of EventBridge Scheduler calls `cleanup`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from lambdalab import Lab
from lambdalab.functions import deploy

RESIZE = """
import hashlib, io
from urllib.parse import unquote_plus
import boto3
from botocore.exceptions import ClientError
from PIL import Image, ImageOps

s3, photos = boto3.client("s3"), boto3.resource("dynamodb").Table("photos")


def handler(event, context):
    for record in event["Records"]:
        follow(unquote_plus(record["s3"]["object"]["key"]))


def follow(key):
    \"\"\"An event only says that something changed: thumbnail and row become those of the object that is there.\"\"\"
    original = read(key)
    if original is None:
        return
    photo = ImageOps.exif_transpose(Image.open(io.BytesIO(original["Bytes"])))
    s3.put_object(Bucket="photos-out", Key=key, Body=thumbnail(photo), ContentType="image/jpeg")
    id = hashlib.sha256(key.encode()).hexdigest()[:16]
    photos.put_item(Item={
        "photo_id": id, "owner": key.partition("/")[0], "key": key, "bytes": len(original["Bytes"]),
        "width": photo.width, "height": photo.height, "uploaded": original["LastModified"].isoformat(),
    })
    now = etag(key)
    if now is None:
        s3.delete_object(Bucket="photos-out", Key=key)
        photos.delete_item(Key={"photo_id": id})
    elif now != original["ETag"]:
        raise RuntimeError(f"{key} changed while it was read; Lambda calls again")


def read(key):
    try:
        found = s3.get_object(Bucket="photos-in", Key=key)
    except s3.exceptions.NoSuchKey:
        return None
    return {**found, "Bytes": found["Body"].read()}


def etag(key):
    try:
        return s3.head_object(Bucket="photos-in", Key=key)["ETag"]
    except ClientError as refused:
        if refused.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return None
        raise


def thumbnail(photo):
    if photo.mode in ("RGBA", "LA", "P"):
        clear = photo.convert("RGBA")
        photo = Image.new("RGB", clear.size, (255, 255, 255))
        photo.paste(clear, mask=clear.getchannel("A"))
    photo = photo.convert("RGB")
    photo.thumbnail((200, 200))
    file = io.BytesIO()
    photo.save(file, format="JPEG")
    return file.getvalue()
"""

API = """
import json
from decimal import Decimal
import boto3
from boto3.dynamodb.conditions import Attr

s3, photos = boto3.client("s3"), boto3.resource("dynamodb").Table("photos")
KINDS = {"photo_id": str, "owner": str, "uploaded": str, "width": int, "height": int, "bytes": int}


class Refused(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


def handler(event, context):
    try:
        status, body = route(event)
    except Refused as why:
        status, body = why.status, {"message": str(why)}
    answer = {"statusCode": status, "headers": {"content-type": "application/json"}}
    if "httpMethod" in event:  # the function URL adds it itself
        answer["headers"]["access-control-allow-origin"] = "*"
    return answer if body is None else {**answer, "body": json.dumps(body)}


def route(event):
    web = event["requestContext"].get("http") or {"method": event["httpMethod"], "path": event["path"]}
    match [web["method"], *web["path"].strip("/").split("/")]:
        case ["GET", "photos"]:
            return 200, {"photos": album((event.get("queryStringParameters") or {}).get("owner", ""))}
        case ["GET", "photos", id]:
            return 200, told(find(id))
        case ["DELETE", "photos", id]:
            row = find(id)
            s3.delete_object(Bucket="photos-in", Key=row["key"])
            s3.delete_object(Bucket="photos-out", Key=row["key"])
            photos.delete_item(Key={"photo_id": id})
            return 204, None
    raise Refused(404, "there is no such address")


def find(id):
    row = photos.get_item(Key={"photo_id": id}, ConsistentRead=True).get("Item")
    if row is None:
        raise Refused(404, f"no photo {id}")
    return row


def album(owner):
    if not owner:
        raise Refused(400, "whose photos? /photos?owner=ada")
    rows, more = [], {}
    while True:  # a scan may be consistent, an index may not
        page = photos.scan(FilterExpression=Attr("owner").eq(owner), ConsistentRead=True, **more)
        rows += page["Items"]
        if "LastEvaluatedKey" not in page:
            return [told(row) for row in rows]
        more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def told(row):
    return {name: kind(row[name]) for name, kind in KINDS.items()}
"""

COUNT = """
import json
import boto3
from botocore.exceptions import ClientError

stats, events = boto3.resource("dynamodb").Table("stats"), boto3.client("events")


def handler(event, context):
    for record in event["Records"]:
        change = record["dynamodb"]
        id = change["Keys"]["photo_id"]["S"]
        owner = (change.get("NewImage") or change["OldImage"])["owner"]["S"]
        if record["eventName"] == "REMOVE":
            count(owner, id, -1, "DELETE ids :id", "contains(ids, :one)")
            continue
        count(owner, id, 1, "ADD ids :id", "NOT contains(ids, :one)")
        detail = json.dumps({"photo_id": id, "owner": owner})
        said = events.put_events(Entries=[{"Source": "photos.table", "DetailType": "PhotoReady", "Detail": detail}])
        if said["FailedEntryCount"]:
            raise RuntimeError("the bus did not take it; the stream tells it again")


def count(owner, id, step, change, condition):
    \"\"\"The set says who is counted, so the number moves only together with it.\"\"\"
    change = f"ADD photos :step, {change[4:]}" if change.startswith("ADD") else f"ADD photos :step {change}"
    try:
        stats.update_item(
            Key={"owner": owner}, UpdateExpression=change, ConditionExpression=condition,
            ExpressionAttributeValues={":step": step, ":id": {id}, ":one": id},
        )
    except ClientError as refused:
        if refused.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
"""

CLEANUP = """
from datetime import datetime, timedelta, timezone
import boto3

bucket = boto3.resource("s3").Bucket("photos-in")


def handler(event, context):
    moment = event.get("time")
    now = datetime.fromisoformat(moment) if moment else datetime.now(timezone.utc)
    border, found = now - timedelta(days=30), 0
    for photo in bucket.objects.all():
        if photo.last_modified >= border or is_kept(photo.key):
            continue
        found += 1
        if not event.get("dry_run"):
            photo.delete()
    return {"would_delete": found} if event.get("dry_run") else {"deleted": found}


def is_kept(key):
    tags = bucket.meta.client.get_object_tagging(Bucket=bucket.name, Key=key)["TagSet"]
    return any(tag["Key"] == "keep" and tag["Value"] == "true" for tag in tags)
"""

Rights = Sequence[tuple[Sequence[str], Sequence[str]]]


def build(lab: Lab, milestone: int) -> None:
    """Deploy the other service up to a milestone: no queue before `resize`, a stream behind the table."""
    account = lab.client("sts").get_caller_identity()["Account"]
    s3, dynamodb = lab.client("s3"), lab.client("dynamodb")
    for bucket in ("photos-in", "photos-out"):
        s3.create_bucket(Bucket=bucket)

    def arn(service: str, name: str) -> str:
        return f"arn:aws:{service}:{lab.region}:{account}:{name}"

    stream = _tables(dynamodb)
    dead = lab.client("sqs").create_queue(QueueName="photo-dead")["QueueUrl"].rpartition("/")[2]
    photos, stats = arn("dynamodb", "table/photos"), arn("dynamodb", "table/stats")
    inbox, outbox = ["arn:aws:s3:::photos-in/*"], ["arn:aws:s3:::photos-out/*"]
    _resize(lab, arn("sqs", dead), [
        (["s3:GetObject"], inbox), (["s3:ListBucket"], ["arn:aws:s3:::photos-in"]),
        (["s3:PutObject", "s3:DeleteObject"], outbox), (["dynamodb:PutItem", "dynamodb:DeleteItem"], [photos]),
        (["sqs:SendMessage"], [arn("sqs", dead)]),
    ])  # fmt: skip
    if milestone >= 3:
        _deploy(lab, "api", API, [
            (["dynamodb:GetItem", "dynamodb:Scan", "dynamodb:DeleteItem"], [photos]),
            (["s3:DeleteObject"], [*inbox, *outbox]),
        ])  # fmt: skip
        lab.trigger("url", "api")
        cors = {"AllowOrigins": ["*"], "AllowMethods": ["GET", "DELETE"]}
        lab.client("lambda").update_function_url_config(FunctionName="api", Cors=cors)
    if milestone >= 4:
        reading = ["GetRecords", "GetShardIterator", "DescribeStream", "ListStreams"]
        _deploy(lab, "count", COUNT, [
            (["dynamodb:UpdateItem"], [stats]), (["events:PutEvents"], [arn("events", "event-bus/default")]),
            ([f"dynamodb:{action}" for action in reading], [stream]),
        ])  # fmt: skip
        _listen(lab, stream)
    if milestone >= 5:
        rights = [(["s3:ListBucket"], ["arn:aws:s3:::photos-in"])]
        _deploy(lab, "cleanup", CLEANUP, [*rights, (["s3:GetObjectTagging", "s3:DeleteObject"], inbox)], timeout=300)
        _every_night(lab, arn("lambda", "function:cleanup"))
    if milestone >= 7:
        tags = {"tuned-256": "4100", "tuned-512": "2000", "tuned-1024": "1300"}
        lab.tune("resize", {"Records": []}, memory=(256, 512, 1024), repeats=1)
        lab.client("lambda").tag_resource(Resource=arn("lambda", "function:resize"), Tags=tags)


def _tables(dynamodb: Any) -> str:
    """Make both tables; the ARN of the stream of `photos`."""
    for table, key, more in (
        (
            "photos",
            "photo_id",
            {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}},
        ),
        ("stats", "owner", {}),
    ):
        with suppress(dynamodb.exceptions.ResourceInUseException):
            dynamodb.create_table(
                TableName=table,
                KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
                **more,
            )
    return str(dynamodb.describe_table(TableName="photos")["Table"]["LatestStreamArn"])


def _resize(lab: Lab, dead: str, rights: Rights) -> None:
    """S3 calls it asynchronously; after two more tries the event goes to the queue of the dead."""
    client = lab.client("lambda")
    layers = [lab.layer("pillow")]
    _deploy(lab, "resize", RESIZE, rights, memory=512, layers=layers)
    lab.trigger("s3:photos-in", "resize")
    client.put_function_event_invoke_config(
        FunctionName="resize", MaximumRetryAttempts=2, DestinationConfig={"OnFailure": {"Destination": dead}}
    )
    client.put_function_concurrency(FunctionName="resize", ReservedConcurrentExecutions=10)


def _listen(lab: Lab, stream: str) -> None:
    client = lab.client("lambda")
    with suppress(client.exceptions.ResourceConflictException):
        client.create_event_source_mapping(
            EventSourceArn=stream, FunctionName="count", StartingPosition="TRIM_HORIZON", BatchSize=10
        )


def _every_night(lab: Lab, function: str) -> None:
    """A schedule, which takes a role of its own to call the function."""
    scheduler = lab.client("scheduler")
    taken = _role(lab, "photos-nightly", "scheduler.amazonaws.com", [(["lambda:InvokeFunction"], [function])])
    with suppress(scheduler.exceptions.ConflictException):
        scheduler.create_schedule(
            Name="photos-nightly",
            ScheduleExpression="cron(0 3 * * ? *)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": function, "RoleArn": taken, "Input": '{"time": "<aws.scheduler.scheduled-time>"}'},
        )


def _deploy(
    lab: Lab, name: str, source: str, rights: Rights, *, memory: int = 512, timeout: int = 20, **more: Any
) -> None:
    deploy(lab, name, source, memory=memory, timeout=timeout, **more)
    role = _role(lab, f"photos-other-{name}", "lambda.amazonaws.com", rights)
    lab.client("iam").attach_role_policy(
        RoleName=f"photos-other-{name}", PolicyArn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    )
    lab.client("lambda").update_function_configuration(FunctionName=name, Role=role)


def _role(lab: Lab, name: str, service: str, rights: Rights) -> str:
    iam = lab.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    with suppress(iam.exceptions.EntityAlreadyExistsException):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=_document([trust]))
    allowed = [{"Effect": "Allow", "Action": list(actions), "Resource": list(on)} for actions, on in rights]
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=_document(allowed))
    return str(iam.get_role(RoleName=name)["Role"]["Arn"])


def _document(statements: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
