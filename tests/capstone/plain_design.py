"""A photo service of the tests' own, whose wrong variants are graded: a queue before `resize`, transactions for counts.

Each function's source is a text, so that a wrong answer is a replacement in it. The model solution and the other
design are in `designs`.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

from lambdalab import Lab
from lambdalab.functions import deploy

ACCOUNT = "123456789012"

COPY = """
import boto3
from urllib.parse import unquote_plus
s3 = boto3.client("s3")

def handler(event, context):
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        s3.copy_object(Bucket="photos-out", Key=key, CopySource={"Bucket": "photos-in", "Key": key})
"""

RESIZE = """
import hashlib, io, json
from urllib.parse import unquote_plus
import boto3
from botocore.exceptions import ClientError
from PIL import Image, ImageOps

s3, dynamodb, events = boto3.client("s3"), boto3.client("dynamodb"), boto3.client("events")


def handler(event, context):
    failed = []
    for message in event["Records"]:
        try:
            for record in json.loads(message["body"]).get("Records", []):
                one(record)
        except Exception as wrong:
            print(f"{message['messageId']}: {type(wrong).__name__}")
            failed.append({"itemIdentifier": message["messageId"]})
    return {"batchItemFailures": failed}


def one(record):
    key = unquote_plus(record["s3"]["object"]["key"])
    try:
        body = s3.get_object(Bucket="photos-in", Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        take_back(key)
        return
    picture = ImageOps.exif_transpose(Image.open(io.BytesIO(body))).convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    small = Image.alpha_composite(white, picture).convert("RGB")
    small.thumbnail((200, 200))
    out = io.BytesIO()
    small.save(out, "JPEG")
    s3.put_object(Bucket="photos-out", Key=key, Body=out.getvalue(), ContentType="image/jpeg")
    row = {
        "owner": {"S": key.partition("/")[0]}, "key": {"S": key},
        "width": {"N": str(picture.width)}, "height": {"N": str(picture.height)}, "bytes": {"N": str(len(body))},
        "uploaded": {"S": record["eventTime"]},
    }
    id = hashlib.sha256(key.encode()).hexdigest()[:16]
    try:
        dynamodb.update_item(
            TableName="photos", Key={"photo_id": {"S": id}},
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in row),
            ConditionExpression="attribute_not_exists(uploaded) OR uploaded <= :uploaded",
            ExpressionAttributeNames={f"#{name}": name for name in row},
            ExpressionAttributeValues={f":{name}": value for name, value in row.items()},
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return
    if not there(key):
        take_back(key)
        return
    announce(id, row["owner"]["S"])


def there(key):
    try:
        s3.head_object(Bucket="photos-in", Key=key)
    except ClientError:
        return False
    return True


def take_back(key):
    id = hashlib.sha256(key.encode()).hexdigest()[:16]
    try:
        dynamodb.delete_item(
            TableName="photos", Key={"photo_id": {"S": id}}, ConditionExpression="attribute_not_exists(counted)"
        )
    except dynamodb.exceptions.ConditionalCheckFailedException:
        return
    s3.delete_object(Bucket="photos-out", Key=key)


def announce(id, owner):
    detail = json.dumps({"photo_id": id, "owner": owner})
    events.put_events(Entries=[{"Source": "photos", "DetailType": "PhotoReady", "Detail": detail}])
"""

API = """
import json
import boto3
from boto3.dynamodb.types import TypeDeserializer

dynamodb, s3 = boto3.client("dynamodb"), boto3.client("s3")
read = TypeDeserializer().deserialize
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET, DELETE"}
ALL = ("photo_id", "owner", "width", "height", "bytes", "uploaded")


def handler(event, context):
    if "rawPath" in event:
        method, path = event["requestContext"]["http"]["method"], event["rawPath"]
    else:
        method, path = event["httpMethod"], event["path"]
    query = event.get("queryStringParameters") or {}
    status, body = answer(method, path, query)
    headers = {**CORS, "Content-Type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": "" if body is None else json.dumps(body)}


def answer(method, path, query):
    parts = path.strip("/").split("/")
    if method == "OPTIONS":
        return 204, None
    if parts == ["photos"] and method == "GET":
        if not query.get("owner"):
            return 400, {"message": "name an owner: /photos?owner=ada"}
        pages = dynamodb.get_paginator("query").paginate(
            TableName="photos", IndexName="by-owner", KeyConditionExpression="#o = :o",
            ExpressionAttributeNames={"#o": "owner"}, ExpressionAttributeValues={":o": {"S": query["owner"]}},
        )
        return 200, {"photos": [shown(item) for page in pages for item in page["Items"]]}
    if len(parts) == 2 and parts[0] == "photos" and method in ("GET", "DELETE"):
        item = dynamodb.get_item(TableName="photos", Key={"photo_id": {"S": parts[1]}}, ConsistentRead=True).get("Item")
        if item is None:
            return 404, {"message": f"there is no photo {parts[1]}"}
        if method == "GET":
            return 200, shown(item)
        delete(item)
        return 204, None
    return 404, {"message": "there is no such page"}


def shown(item):
    values = {name: read(value) for name, value in item.items() if name in ALL}
    return {name: int(value) if name in ("width", "height", "bytes") else value for name, value in values.items()}


def delete(item):
    for bucket in ("photos-in", "photos-out"):
        s3.delete_object(Bucket=bucket, Key=item["key"]["S"])
    key = {"photo_id": item["photo_id"]}
    try:
        dynamodb.transact_write_items(TransactItems=[
            {"Delete": {"TableName": "photos", "Key": key, "ConditionExpression": "attribute_exists(counted)"}},
            {"Update": {"TableName": "stats", "Key": {"owner": item["owner"]}, "UpdateExpression": "ADD photos :n",
                        "ExpressionAttributeValues": {":n": {"N": "-1"}}}},
        ])
    except dynamodb.exceptions.TransactionCanceledException:
        dynamodb.delete_item(TableName="photos", Key=key)
"""

COUNT = """
import boto3
dynamodb = boto3.client("dynamodb")


def handler(event, context):
    id, owner = event["detail"]["photo_id"], event["detail"]["owner"]
    try:
        dynamodb.transact_write_items(TransactItems=[
            {"Update": {"TableName": "photos", "Key": {"photo_id": {"S": id}}, "UpdateExpression": "SET counted = :t",
                        "ConditionExpression": "attribute_exists(photo_id) AND attribute_not_exists(counted)",
                        "ExpressionAttributeValues": {":t": {"BOOL": True}}}},
            {"Update": {"TableName": "stats", "Key": {"owner": {"S": owner}}, "UpdateExpression": "ADD photos :n",
                        "ExpressionAttributeValues": {":n": {"N": "1"}}}},
        ])
    except dynamodb.exceptions.TransactionCanceledException as cancelled:
        if cancelled.response["CancellationReasons"][0].get("Code") != "ConditionalCheckFailed":
            raise
"""

CLEANUP = """
from datetime import datetime, timedelta, timezone
import boto3
s3 = boto3.client("s3")


def handler(event, context):
    now = datetime.fromisoformat(event["time"]) if "time" in event else datetime.now(timezone.utc)
    old = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="photos-in"):
        for item in page.get("Contents", []):
            if item["LastModified"] < now - timedelta(days=30) and not kept(item["Key"]):
                old.append(item["Key"])
    if event.get("dry_run"):
        return {"would_delete": len(old)}
    for start in range(0, len(old), 1000):
        part = [{"Key": key} for key in old[start:start + 1000]]
        s3.delete_objects(Bucket="photos-in", Delete={"Objects": part})
    return {"deleted": len(old)}


def kept(key):
    tags = s3.get_object_tagging(Bucket="photos-in", Key=key)["TagSet"]
    return {"Key": "keep", "Value": "true"} in tags
"""

SOURCES = {"resize": RESIZE, "api": API, "count": COUNT, "cleanup": CLEANUP}
MILESTONE = {"resize": 1, "api": 3, "count": 4, "cleanup": 5}


def _table(name: str) -> str:
    return f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/{name}"


_GONE = {"eventTime": "2026-01-01T00:00:00.000Z", "s3": {"object": {"key": "ada/gone.jpg", "sequencer": "00"}}}
GONE = {"Records": [{"messageId": "1", "body": json.dumps({"Records": [_GONE]})}]}
"""An upload that was deleted, as `resize` gets it from the queue: it asks three services and makes nothing."""
RIGHTS: dict[str, list[tuple[list[str], str]]] = {
    "resize": [
        (["s3:GetObject"], "arn:aws:s3:::photos-in/*"),
        (["s3:ListBucket"], "arn:aws:s3:::photos-in"),
        (["s3:PutObject", "s3:DeleteObject"], "arn:aws:s3:::photos-out/*"),
        (["dynamodb:UpdateItem", "dynamodb:DeleteItem"], _table("photos")),
        (["events:PutEvents"], f"arn:aws:events:us-east-1:{ACCOUNT}:event-bus/default"),
        (
            ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
            f"arn:aws:sqs:us-east-1:{ACCOUNT}:photo-work",
        ),
    ],
    "api": [
        (["dynamodb:GetItem", "dynamodb:DeleteItem"], _table("photos")),
        (["dynamodb:Query"], _table("photos/index/by-owner")),
        (["dynamodb:UpdateItem"], _table("stats")),
        (["s3:DeleteObject"], "arn:aws:s3:::photos-in/*"),
        (["s3:DeleteObject"], "arn:aws:s3:::photos-out/*"),
    ],
    "count": [(["dynamodb:UpdateItem"], _table("photos")), (["dynamodb:UpdateItem"], _table("stats"))],
    "cleanup": [
        (["s3:ListBucket"], "arn:aws:s3:::photos-in"),
        (["s3:GetObjectTagging", "s3:DeleteObject"], "arn:aws:s3:::photos-in/*"),
    ],
}


def build(lab: Lab, milestone: int, sources: Mapping[str, str] | None = None) -> None:
    """Make the system up to a milestone; a second time only what is new."""
    given = {**SOURCES, **(sources or {})}
    s3, dynamodb = lab.client("s3"), lab.client("dynamodb")
    for bucket in ("photos-in", "photos-out"):
        s3.create_bucket(Bucket=bucket)
    if milestone == 0:
        deploy(lab, "resize", COPY, timeout=20, memory=512)
        lab.trigger("s3:photos-in", "resize")
        return
    _tables(dynamodb)
    _deploy(lab, "resize", given["resize"])
    _queue(lab)
    if milestone >= 3:
        _deploy(lab, "api", given["api"])
        lab.trigger("url", "api")
    if milestone >= 4:
        _deploy(lab, "count", given["count"])
        lab.trigger("events:default", "count", pattern={"detail-type": ["PhotoReady"]})
    if milestone >= 5:
        _deploy(lab, "cleanup", given["cleanup"])
        lab.trigger("events:default", "cleanup", schedule="cron(0 3 * * ? *)")
    if milestone >= 7:
        arn = lab.client("lambda").get_function_configuration(FunctionName="resize")["FunctionArn"]
        tags = {"tuned-256": "4200", "tuned-512": "2000", "tuned-1024": "1500"}
        lab.tune("resize", GONE, memory=(256, 512, 1024), repeats=1)
        lab.client("lambda").tag_resource(Resource=arn, Tags=tags)


def _tables(dynamodb: Any) -> None:
    if "photos" in dynamodb.list_tables()["TableNames"]:
        return
    dynamodb.create_table(
        TableName="photos",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "photo_id", "AttributeType": "S"},
            {"AttributeName": "owner", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "photo_id", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-owner",
                "KeySchema": [{"AttributeName": "owner", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    dynamodb.create_table(
        TableName="stats",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "owner", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "owner", "KeyType": "HASH"}],
    )


def role(lab: Lab, name: str) -> str:
    """The ARN of a function's role, which may do what `RIGHTS` has now."""
    iam = lab.client("iam")
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    try:
        arn = iam.create_role(RoleName=f"photos-{name}", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    except iam.exceptions.EntityAlreadyExistsException:
        arn = iam.get_role(RoleName=f"photos-{name}")["Role"]["Arn"]
    basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"
    iam.attach_role_policy(RoleName=f"photos-{name}", PolicyArn=basic)
    statements = [{"Effect": "Allow", "Action": actions, "Resource": where} for actions, where in RIGHTS[name]]
    allowed = json.dumps({"Version": "2012-10-17", "Statement": statements})
    iam.put_role_policy(RoleName=f"photos-{name}", PolicyName="own", PolicyDocument=allowed)
    return str(arn)


def _deploy(lab: Lab, name: str, source: str) -> None:
    layers = []
    if name == "resize":
        known = lab.client("lambda").list_layer_versions(LayerName="pillow")["LayerVersions"]
        layers = ["pillow"] if known else [lab.layer("pillow")]
    deploy(lab, name, source, timeout=20, memory=512, layers=layers)
    lab.client("lambda").update_function_configuration(FunctionName=name, Role=role(lab, name))


def _queue(lab: Lab) -> None:
    sqs, client = lab.client("sqs"), lab.client("lambda")
    dead = sqs.create_queue(QueueName="photo-dead")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    work = sqs.create_queue(QueueName="photo-work")["QueueUrl"]
    own = arn.replace("photo-dead", "photo-work")
    condition = {
        "ArnEquals": {"aws:SourceArn": "arn:aws:s3:::photos-in"},
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
    }
    sends = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:SendMessage"}
    policy = {"Version": "2012-10-17", "Statement": [{**sends, "Resource": own, "Condition": condition}]}
    settings = {
        "VisibilityTimeout": "120",
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 3}),
        "Policy": json.dumps(policy),
    }
    sqs.set_queue_attributes(QueueUrl=work, Attributes=settings)
    with contextlib.suppress(client.exceptions.ResourceConflictException):
        client.create_event_source_mapping(
            EventSourceArn=own,
            FunctionName="resize",
            BatchSize=10,
            FunctionResponseTypes=["ReportBatchItemFailures"],
            ScalingConfig={"MaximumConcurrency": 2},
        )
    rule = {"QueueArn": own, "Events": ["s3:ObjectCreated:*"]}
    lab.client("s3").put_bucket_notification_configuration(
        Bucket="photos-in", NotificationConfiguration={"QueueConfigurations": [rule]}
    )


def forget(lab: Lab) -> None:
    """Take everything away that a design has made."""
    client = lab.client("lambda")
    for mapping in client.list_event_source_mappings()["EventSourceMappings"]:
        client.delete_event_source_mapping(UUID=mapping["UUID"])
    for one in client.list_functions()["Functions"]:
        client.delete_function(FunctionName=one["FunctionName"])
    s3 = lab.client("s3")
    for bucket in [one["Name"] for one in s3.list_buckets()["Buckets"]]:
        s3.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for item in page.get("Contents", []):
                s3.delete_object(Bucket=bucket, Key=item["Key"])
        s3.delete_bucket(Bucket=bucket)
    events = lab.client("events")
    for rule in events.list_rules()["Rules"]:
        ids = [one["Id"] for one in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]]
        if ids:
            events.remove_targets(Rule=rule["Name"], Ids=ids)
        events.delete_rule(Name=rule["Name"])
    dynamodb, sqs = lab.client("dynamodb"), lab.client("sqs")
    for table in dynamodb.list_tables()["TableNames"]:
        dynamodb.delete_table(TableName=table)
    for url in sqs.list_queues().get("QueueUrls", []):
        sqs.delete_queue(QueueUrl=url)
    scheduler = lab.client("scheduler")
    for one in scheduler.list_schedules()["Schedules"]:
        scheduler.delete_schedule(Name=one["Name"], GroupName=one["GroupName"])
