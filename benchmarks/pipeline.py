"""A pipeline that loses nothing: S3, SNS, SQS, a function, DynamoDB, a stream, and a second function.

`make soak` sends 10,000 messages through it, a test sends 300: `python -m benchmarks.pipeline [COUNT] [SEED]`. Five
messages in a hundred fail at each try, one crashes its process, one in fifty is poison, and the first function may run
only twice at a time. At the end each message's effect is there, once where the function is idempotent, or the message
lies in the dead-letter queue; the counts must add up.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from lambdalab import Lab
from lambdalab.functions import deploy

POISON_EVERY = 50
RECEIVES = 12
VISIBILITY = 30
_ROUNDS = 200
_FAULTS = """
import os, random
def trouble(seed, key, attempt):
    drawn = random.Random(f"{seed}/{key}/{attempt}").random()
    if drawn < 0.01:
        os._exit(1)
    return "before" if drawn < 0.035 else "after" if drawn < 0.06 else ""
"""
WORKER = (
    _FAULTS
    + """
import json, boto3
from botocore.exceptions import ClientError
effects = boto3.resource("dynamodb").Table(os.environ["EFFECTS"])
def handler(event, context):
    failed = []
    for record in event["Records"]:
        uploads = json.loads(json.loads(record["body"])["Message"]).get("Records")
        if uploads is None:  # S3's test event
            continue
        key = uploads[0]["s3"]["object"]["key"]
        attempt = record["attributes"]["ApproximateReceiveCount"]
        poison = int(key.split("-")[1]) % int(os.environ["POISON"]) == 0
        fails = "before" if poison else trouble(os.environ["SEED"], key, attempt)
        if fails == "before":
            failed.append(record["messageId"])
            continue
        if os.environ["IDEMPOTENT"] == "yes":
            try:
                effects.put_item(Item={"id": key, "times": 1}, ConditionExpression="attribute_not_exists(id)")
            except ClientError as error:
                if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
                    raise
        else:
            add = {"UpdateExpression": "ADD times :one", "ExpressionAttributeValues": {":one": 1}}
            effects.update_item(Key={"id": key}, **add)
        if fails:  # after the effect: these are the messages that are charged twice
            failed.append(record["messageId"])
    return {"batchItemFailures": [{"itemIdentifier": id} for id in failed]}
"""
)
FOLLOWER = (
    _FAULTS
    + """
import time, boto3
seen = boto3.resource("dynamodb").Table(os.environ["SEEN"])
tries = {}
def handler(event, context):
    for record in event["Records"]:
        key, number = record["dynamodb"]["Keys"]["id"]["S"], record["dynamodb"]["SequenceNumber"]
        tries[number] = tries.get(number, 0) + 1
        if trouble(os.environ["SEED"], number, f"{tries[number]}{time.time()}"):
            return {"batchItemFailures": [{"itemIdentifier": number}]}
        add = {"UpdateExpression": "ADD changes :change", "ExpressionAttributeValues": {":change": {number}}}
        seen.update_item(Key={"id": key}, **add)
"""
)


@dataclass(frozen=True)
class Ending:
    """What became of the messages that were sent.

    Args:
        sent: how many.
        effects: for each message, how often its effect was made.
        followed: for each message, how many of its changes the second function has taken in.
        dead: the keys of those in the dead-letter queue.
        left: how many still lie in the queue.
        throttles: how often the first function was refused an environment.
        crashes: how often a process of the first function died.
        seconds: of the machine's clock, from the first upload on.
    """

    sent: int
    effects: dict[str, int]
    followed: dict[str, int]
    dead: Counter[str]
    left: int
    throttles: int
    crashes: int
    seconds: float

    def faults(self, *, idempotent: bool) -> list[str]:
        """What is wrong with it: lost, double, not followed; empty when nothing is."""
        poison = {key(number) for number in range(self.sent) if number % POISON_EVERY == 0}
        wanted = {key(number) for number in range(self.sent)} - poison
        found = [f"{self.left} messages are still in the queue"] if self.left else []
        lost = wanted - self.effects.keys() - self.dead.keys()
        buried = self.dead.keys() - poison - self.effects.keys()
        double = {name for name, times in self.effects.items() if times > 1}
        unseen = {name for name, times in self.effects.items() if self.followed.get(name, 0) < times}
        extra = {name for name, times in self.followed.items() if times > self.effects.get(name, 0)}
        for word, names in (("lost", lost), ("buried without poison", buried), ("followed too little", unseen)):
            found += [f"{len(names)} {word}: {sorted(names)[:3]}"] if names else []
        found += [f"{len(extra)} followed too much: {sorted(extra)[:3]}"] if extra else []
        found += [f"{len(double)} done more than once: {sorted(double)[:3]}"] if idempotent and double else []
        found += [] if poison <= self.dead.keys() else [f"poison is not among the dead: {sorted(poison)[:3]}"]
        found += [f"dead twice: {again}"] if (again := [k for k, times in self.dead.items() if times > 1]) else []
        return found


def key(number: int) -> str:
    return f"message-{number:06}"


def run(lab: Lab, count: int, seed: int, *, idempotent: bool = True) -> Ending:
    """Build the pipeline, send the messages, and turn the clock until all is quiet."""
    name = f"pipe-{seed}-{'once' if idempotent else 'often'}"
    s3, sqs = lab.client("s3"), lab.client("sqs")
    queue, letters = _build(lab, name, seed, idempotent)
    began = time.monotonic()
    with ThreadPoolExecutor(8) as uploads:
        list(uploads.map(lambda number: s3.put_object(Bucket=name, Key=key(number), Body=b"x"), range(count)))
    for _ in range(_ROUNDS):
        lab.clock.advance(seconds=VISIBILITY)
        if not _left(sqs, queue):
            break
    lab.clock.advance(minutes=10)
    effects = {item["id"]["S"]: int(item["times"]["N"]) for item in _items(lab, f"{name}-effects")}
    followed = {item["id"]["S"]: len(item["changes"]["SS"]) for item in _items(lab, f"{name}-seen")}
    runs = lab.counts(f"{name}-worker")
    crashes = sum(run.error_type == "Runtime.ExitError" for run in lab.history(f"{name}-worker"))
    seconds = time.monotonic() - began
    return Ending(count, effects, followed, _dead(sqs, letters), _left(sqs, queue), runs.throttles, crashes, seconds)


def _build(lab: Lab, name: str, seed: int, idempotent: bool) -> tuple[str, str]:
    """The URLs of the queue and of its dead-letter queue."""
    s3, sns, sqs = lab.client("s3"), lab.client("sns"), lab.client("sqs")
    letters = sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
    dead = sqs.get_queue_attributes(QueueUrl=letters, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    arn = dead.removesuffix("-dead")
    policy = _allow("sns.amazonaws.com", "sqs:SendMessage", arn)
    attributes = {
        "VisibilityTimeout": str(VISIBILITY),
        "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead, "maxReceiveCount": RECEIVES}),
        "Policy": policy,
    }
    queue = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    topic = sns.create_topic(Name=name)["TopicArn"]
    sns.set_topic_attributes(
        TopicArn=topic, AttributeName="Policy", AttributeValue=_allow("s3.amazonaws.com", "sns:Publish", topic)
    )
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    s3.create_bucket(Bucket=name)
    rule = {"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration={"TopicConfigurations": [rule]})
    stream = _table(lab, f"{name}-effects", stream=True)
    _table(lab, f"{name}-seen")
    client = lab.client("lambda")
    shared = {"SEED": str(seed), "POISON": str(POISON_EVERY), "IDEMPOTENT": "yes" if idempotent else "no"}
    deploy(lab, f"{name}-worker", WORKER, timeout=5, memory=256, env={**shared, "EFFECTS": f"{name}-effects"})
    client.put_function_concurrency(FunctionName=f"{name}-worker", ReservedConcurrentExecutions=2)
    deploy(lab, f"{name}-follower", FOLLOWER, timeout=5, memory=256, env={**shared, "SEEN": f"{name}-seen"})
    reports = {"FunctionResponseTypes": ["ReportBatchItemFailures"]}
    client.create_event_source_mapping(
        EventSourceArn=stream, FunctionName=f"{name}-follower", StartingPosition="TRIM_HORIZON", **reports
    )
    client.create_event_source_mapping(EventSourceArn=arn, FunctionName=f"{name}-worker", BatchSize=10, **reports)
    return queue, letters


def _allow(principal: str, action: str, resource: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _table(lab: Lab, name: str, *, stream: bool = False) -> str:
    """Make a table; the ARN of its stream, if it has one."""
    made = lab.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **({"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}} if stream else {}),
    )
    return str(made["TableDescription"].get("LatestStreamArn", ""))


def _left(sqs: Any, queue: str) -> int:
    """How many messages lie in a queue, seen or hidden."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    return sum(int(n) for n in sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"].values())


def _items(lab: Lab, table: str) -> list[dict[str, Any]]:
    pages = lab.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    return [item for page in pages for item in page["Items"]]


def _dead(sqs: Any, letters: str) -> Counter[str]:
    found: Counter[str] = Counter()
    while messages := sqs.receive_message(QueueUrl=letters, MaxNumberOfMessages=10).get("Messages", []):
        for message in messages:
            upload = json.loads(json.loads(message["Body"])["Message"])["Records"][0]
            found[upload["s3"]["object"]["key"]] += 1
            sqs.delete_message(QueueUrl=letters, ReceiptHandle=message["ReceiptHandle"])
    return found


def main(count: int, seed: int) -> int:
    lab = Lab()
    for idempotent in (True, False):
        ending = run(lab, count, seed, idempotent=idempotent)
        wrong = ending.faults(idempotent=idempotent)
        double = sum(times > 1 for times in ending.effects.values())
        print(
            f"{count:,} messages, {'' if idempotent else 'not '}idempotent, {ending.seconds:.0f} s: "
            f"{len(ending.effects):,} with an effect, {double} of them more than once, {len(ending.dead)} dead letters,"
            f" {ending.crashes} crashes, {ending.throttles:,} throttles; " + ("; ".join(wrong) or "nothing lost"),
            flush=True,
        )
        if wrong:
            return 1
    return 0


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    sys.exit(main(*(given or [10_000])[:1], *(given[1:] or [random.randrange(10_000)])))
