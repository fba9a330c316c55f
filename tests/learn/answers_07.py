"""Answers to the exercises of workbook 07, as students write them; what they are is explained in `answers.py`."""

from __future__ import annotations

from lambdalab.learn.workbooks import attempts, blocked, poisoned
from tests.learn.answers import Answers

# 07.1, nine good orders and a bad one

BATCH = "%%deploy ex07_batch --memory 1769\n"
_TABLE = (
    'import boto3\n\nclient = boto3.client("dynamodb")\n'
    'if "{name}" not in client.list_tables()["TableNames"]:\n    client.create_table(\n'
    '        TableName="{name}",\n        KeySchema=[{{"AttributeName": "{key}", "KeyType": "HASH"}}],\n'
    '        AttributeDefinitions=[{{"AttributeName": "{key}", "AttributeType": "S"}}],\n'
    '        BillingMode="PAY_PER_REQUEST",\n    )\n'
)
_CHARGE = (
    "import json\n\nimport boto3\n\n"
    'ledger = boto3.resource("dynamodb").Table("ex07_ledger")\n\n'
    "def charge(order):\n    ledger.update_item(\n"
    '        Key={"order_id": order["order_id"]},\n        UpdateExpression="ADD cents :cents",\n'
    '        ExpressionAttributeValues={":cents": order["cents"]},\n    )\n\n'
)
_GIVEN_BATCH = (
    'def handler(event, context):\n    for record in event["Records"]:\n        charge(json.loads(record["body"]))\n'
)
_REPORTS = (
    "def handler(event, context):\n    failed = []\n"
    '    for record in event["Records"]:\n        try:\n            charge(json.loads(record["body"]))\n'
    "        except Exception as problem:\n"
    '            print("failed", record["body"], repr(problem))\n'
    '            failed.append({"itemIdentifier": record["messageId"]})\n'
    '    return {"batchItemFailures": failed}\n'
)
_BATCH = BATCH + _CHARGE + _REPORTS
_EARLY = '            return {"batchItemFailures": failed}\n' + '    return {"batchItemFailures": failed}\n'
A_07_1 = Answers(
    given=_TABLE.format(name="ex07_ledger", key="order_id"),
    stub=BATCH + _CHARGE + _GIVEN_BATCH,
    solution=_BATCH,
    also_right={
        "a comprehension with a helper": BATCH
        + _CHARGE
        + "def failed(record):\n    try:\n"
        + '        charge(json.loads(record["body"]))\n'
        + "    except (KeyError, TypeError, ValueError):\n        return True\n    return False\n\n"
        + "def handler(event, context):\n"
        + '    bad = [record["messageId"] for record in event["Records"] if failed(record)]\n'
        + '    return {"batchItemFailures": [{"itemIdentifier": one} for one in bad]}\n',
        "nothing when nothing failed": _BATCH.replace(
            '    return {"batchItemFailures": failed}', '    if failed:\n        return {"batchItemFailures": failed}'
        ),
    },
    wrong={
        "raises": BATCH
        + _CHARGE
        + _GIVEN_BATCH.replace("        charge(", '        print(record["messageId"])\n        charge('),
        "swallowed": _BATCH.replace('    return {"batchItemFailures": failed}\n', ""),
        "other-key": _BATCH.replace("batchItemFailures", "failures"),
        "entry-form": _BATCH.replace('{"itemIdentifier": record["messageId"]}', 'record["messageId"]'),
        "other-id": _BATCH.replace('record["messageId"]', 'record["receiptHandle"]'),
        "stopped-early": _BATCH.replace('    return {"batchItemFailures": failed}\n', _EARLY),
        "kept-list": _BATCH.replace(
            "def handler(event, context):\n    failed = []", "failed = []\n\ndef handler(event, context):"
        ),
        "no-dictionary": _BATCH.replace('{"batchItemFailures": failed}', 'json.dumps({"batchItemFailures": failed})'),
    },
    failing={
        "raised": _BATCH.replace("failed = []", "failed = list(evnt)"),
        "case": _BATCH.replace(
            '    return {"batchItemFailures": failed}',
            '    every = [{"itemIdentifier": record["messageId"]} for record in event["Records"]]\n'
            '    return {"batchItemFailures": every if failed else []}',
        ),
    },
)
MORE_WRONG: dict[str, dict[str, tuple[str, str]]] = {
    "07.1": {
        "raises after all of them": (
            "raises",
            _BATCH.replace(
                '    return {"batchItemFailures": failed}',
                '    if failed:\n        raise RuntimeError("some failed")',
            ),
        ),
        "only one kind of error is caught": ("raises", _BATCH.replace("except Exception", "except KeyError")),
        "the text is read outside of try": (
            "raises",
            _BATCH.replace(
                '        try:\n            charge(json.loads(record["body"]))\n',
                '        order = json.loads(record["body"])\n        try:\n            charge(order)\n',
            ),
        ),
        "a list that is always empty": ("swallowed", _BATCH.replace("failed.append", "print")),
        "the HTTP way": (
            "other-key",
            _BATCH.replace('{"batchItemFailures": failed}', '{"statusCode": 200, "body": json.dumps(failed)}'),
        ),
        "another name for the id": ("entry-form", _BATCH.replace("itemIdentifier", "messageId")),
        "the order's id": ("other-id", _BATCH.replace('record["messageId"]', '"order-1"')),
        "a list alone": ("no-dictionary", _BATCH.replace('{"batchItemFailures": failed}', "failed")),
        "it names the first failure and all behind it": (
            "stopped-early",
            _BATCH.replace('for record in event["Records"]', 'for i, record in enumerate(event["Records"])').replace(
                '            failed.append({"itemIdentifier": record["messageId"]})\n',
                '            return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in'
                ' event["Records"][i:]]}\n',
            ),
        ),
    }
}

# 07.2, the poison message


def _poison(*numbers: object, name: str = "poison") -> str:
    return f"{name} = {dict(zip(poisoned.KEYS, numbers, strict=True))}\n".replace("Ellipsis", "...")


_FIRST_2 = _poison(4, 10, 80, 1, 1, 80)
_AGAIN_2 = _poison(5, 10, 300, 1, 1, 300, name="again")
A_07_2 = Answers(
    stub=_poison(*[...] * 6),
    solution=_FIRST_2 + _AGAIN_2,
    also_right={"as decimals": _poison(4.0, 10, 80.0, 1, 1, 80.0) + _AGAIN_2},
    wrong={
        "good-once": _poison(1, 10, 80, 1, 1, 80) + _AGAIN_2,
        "dead-alone": _poison(4, 1, 80, 1, 1, 80) + _AGAIN_2,
        "good-again": _poison(4, 10, 80, 4, 1, 80) + _AGAIN_2,
        "dead-together": _poison(4, 10, 80, 1, 10, 80) + _AGAIN_2,
        "at-once": _poison(4, 10, 0, 1, 1, 0) + _AGAIN_2,
        "another-time": _poison(4, 10, 80, 1, 1, 60) + _AGAIN_2,
    },
    failing={
        "case": _FIRST_2 + _AGAIN_2.replace("300", "240"),
        "shape": _poison("four", 10, 80, 1, 1, 80) + _AGAIN_2,
        "next": _FIRST_2 + "again = {}\n",
        "unwritten": _poison(4, 10, ..., 1, 1, 80),
    },
)

# 07.3, charge once

CHARGE = "%%deploy ex07_charge --memory 1769\n"
_LINES = 'ledger = boto3.resource("dynamodb").Table("ex07_lines")\n'
_LOOP = (
    'def handler(event, context):\n    for record in event["Records"]:\n        order = json.loads(record["body"])\n'
)
_ITEM = (
    '{"line_id": order["order_id"], "order_id": order["order_id"], "cents": order["cents"],'
    ' "message_id": record["messageId"]}'
)
_HEAD = "import json\nimport uuid\n\nimport boto3\n\n" + _LINES
_THERE = "there_already = ledger.meta.client.exceptions.ConditionalCheckFailedException\n"
_PUT = (
    f"        try:\n            ledger.put_item(Item={_ITEM},\n"
    '                            ConditionExpression="attribute_not_exists(line_id)")\n'
    '        except there_already:\n            print("charged before", order["order_id"])\n'
)
_ONCE = CHARGE + _HEAD + _THERE + "\n" + _LOOP + _PUT
_RANDOM = "        ledger.put_item(Item=" + _ITEM.replace('order["order_id"]', "str(uuid.uuid4())", 1) + ")\n"
_SEEN = (
    CHARGE
    + _HEAD
    + "seen = set()\n\n"
    + _LOOP
    + '        if order["order_id"] in seen:\n            continue\n'
    + _RANDOM
    + '        seen.add(order["order_id"])\n'
)
_LOOKS = (
    CHARGE
    + _HEAD
    + "\n"
    + _LOOP
    + '        found = ledger.get_item(Key={"line_id": order["order_id"]}, ConsistentRead=True)\n'
    + '        if "Item" in found:\n            continue\n'
    + f"        ledger.put_item(Item={_ITEM})\n"
)
_REPORTING = (
    _ONCE.replace("def handler(event, context):\n", "def handler(event, context):\n    failed = []\n")
    + "        except Exception:\n"
    + '            failed.append({"itemIdentifier": record["messageId"]})\n'
    + '    return {"batchItemFailures": failed}\n'
)
_CLAIM = (
    '        try:\n            ledger.put_item(Item={"line_id": "claim " + order["order_id"]},\n'
    '                            ConditionExpression="attribute_not_exists(line_id)")\n'
    "        except there_already:\n            continue\n"
)
A_07_3 = Answers(
    given=_TABLE.format(name="ex07_lines", key="line_id"),
    stub=CHARGE + _HEAD + "\n" + _LOOP + _RANDOM,
    solution=_ONCE,
    also_right={
        "a conditional update": CHARGE
        + _HEAD
        + _THERE
        + "\n"
        + _LOOP
        + "        try:\n            ledger.update_item(\n"
        + '                Key={"line_id": "order " + order["order_id"]},\n'
        + '                UpdateExpression="SET order_id = :o, cents = :c",\n'
        + '                ConditionExpression="attribute_not_exists(cents)",\n'
        + '                ExpressionAttributeValues={":o": order["order_id"], ":c": order["cents"]},\n'
        + "            )\n        except there_already:\n            pass\n",
        "a transaction": CHARGE
        + 'import json\nimport uuid\n\nimport boto3\n\nclient = boto3.client("dynamodb")\n\n'
        + "def put(**item):\n"
        + '    return {"Put": {"TableName": "ex07_lines", "Item": item,\n'
        + '                    "ConditionExpression": "attribute_not_exists(line_id)"}}\n\n'
        + _LOOP
        + '        number, cents = {"S": order["order_id"]}, {"N": str(order["cents"])}\n'
        + "        try:\n            client.transact_write_items(TransactItems=[\n"
        + '                put(line_id={"S": "seen " + order["order_id"]}),\n'
        + '                put(line_id={"S": str(uuid.uuid4())}, order_id=number, cents=cents),\n            ])\n'
        + "        except client.exceptions.TransactionCanceledException as refused:\n"
        + '            codes = [reason["Code"] for reason in refused.response["CancellationReasons"]]\n'
        + '            if "ConditionalCheckFailed" not in codes:\n                raise\n',
        "it looks first and puts with a condition": _ONCE.replace(
            "        try:\n",
            '        if "Item" in ledger.get_item(Key={"line_id": order["order_id"]}):\n            continue\n'
            "        try:\n",
        ),
        "it reports what failed": _REPORTING,
        "an update that keeps what is there": CHARGE
        + _HEAD
        + "\n"
        + _LOOP
        + '        ledger.update_item(\n            Key={"line_id": order["order_id"]},\n'
        + '            UpdateExpression="SET order_id = :o, cents = if_not_exists(cents, :c)",\n'
        + '            ExpressionAttributeValues={":o": order["order_id"], ":c": order["cents"]},\n        )\n',
        "it answers a text": _ONCE + '    return "charged"\n',
    },
    wrong={
        "in-a-global": _SEEN,
        "new-key": _ONCE.replace('"line_id": order["order_id"]', '"line_id": str(uuid.uuid4())').replace(
            "attribute_not_exists(line_id)", "attribute_not_exists(order_id)"
        ),
        "price-in-key": _ONCE.replace(
            '"line_id": order["order_id"]', '"line_id": order["order_id"] + str(order["cents"])'
        ),
        "named-though-done": _REPORTING.replace(
            'print("charged before", order["order_id"])',
            'failed.append({"itemIdentifier": record["messageId"]})',
        ),
        "ended-early": _ONCE.replace('print("charged before", order["order_id"])', "return"),
        "looked-first": _LOOKS,
        "message-as-key": _ONCE.replace('"line_id": order["order_id"]', '"line_id": record["messageId"]'),
        "there-already": CHARGE
        + _HEAD
        + "\n"
        + _LOOP
        + f'        ledger.put_item(Item={_ITEM}, ConditionExpression="attribute_not_exists(line_id)")\n',
        "written-over": CHARGE + _HEAD + "\n" + _LOOP + f"        ledger.put_item(Item={_ITEM})\n",
        "lost": _ONCE.replace("except there_already", "except Exception"),
    },
    failing={
        "raised": _ONCE.replace('order["cents"]', 'order["cent"]'),
        "case": CHARGE + _HEAD + "\ndef handler(event, context):\n    pass\n",
    },
)
_NAMES_ALL = '    return {"batchItemFailures": [{"itemIdentifier": one["messageId"]} for one in event["Records"]]}\n'
MORE_WRONG |= {
    "07.3": {
        "it names every message": ("named-though-done", _ONCE + _NAMES_ALL),
        "it names a message that is not in the batch": (
            "named-though-done",
            _ONCE + '    return {"batchItemFailures": [{"itemIdentifier": "1"}]}\n',
        ),
        "one key for all": ("case", _ONCE.replace('"line_id": order["order_id"]', '"line_id": "17"')),
        "it reports the first failure and ends": (
            "ended-early",
            _REPORTING.replace(
                'failed.append({"itemIdentifier": record["messageId"]})',
                'return {"batchItemFailures": [{"itemIdentifier": record["messageId"]}]}',
            ),
        ),
        "it tries five times and hides the last error": (
            "lost",
            CHARGE
            + _HEAD
            + _THERE
            + "\n"
            + _LOOP
            + "        for _ in range(5):\n            try:\n"
            + f"                ledger.put_item(Item={_ITEM}, "
            + 'ConditionExpression="attribute_not_exists(line_id)")\n'
            + "                break\n            except there_already:\n                break\n"
            + "            except Exception as problem:\n                print(problem)\n",
        ),
        "a global set of message ids": (
            "message-as-key",
            _SEEN.replace('order["order_id"] in seen', 'record["messageId"] in seen').replace(
                'seen.add(order["order_id"])', 'seen.add(record["messageId"])'
            ),
        ),
        "it scans before it writes": (
            "looked-first",
            CHARGE
            + _HEAD
            + "\n"
            + _LOOP
            + '        if order["order_id"] in [line.get("order_id") for line in ledger.scan()["Items"]]:\n'
            + "            continue\n"
            + _RANDOM,
        ),
        "a put that leaves the same line": (
            "written-over",
            CHARGE
            + _HEAD
            + "\n"
            + _LOOP
            + '        ledger.put_item(Item={"line_id": order["order_id"], "cents": order["cents"]})\n',
        ),
        "a look, and a put that leaves the same line": (
            "looked-first",
            _LOOKS.replace(_ITEM, '{"line_id": order["order_id"], "cents": order["cents"]}'),
        ),
        "claimed, then charged": ("lost", CHARGE + _HEAD + _THERE + "\n" + _LOOP + _CLAIM + _RANDOM),
    }
}

# 07.4, wire it so that nothing is lost


def _order(letters: str) -> str:
    return f"order = {list(letters)}\n"


A_07_4 = Answers(
    stub="order = []\n",
    solution=_order("FDHBG"),
    also_right={
        "the queue first": _order("HFDGB"),
        "the mapping first": _order("HGFDB"),
    },
    wrong={
        "functions-letters": _order("FDHAG"),
        "too-short": _order("FDEBG"),
        "no-address": _order("HBFDG"),
        "unreported": _order("FDHBC"),
        "nothing-done": _order("FDHABG"),
        "made-twice": _order("FDHBGC"),
    },
    failing={
        "raised": _order("BFDHG"),
        "case": _order("FDHG"),
        "shape": 'order = ["F", "Z"]\n',
    },
)
MORE_WRONG |= {
    "07.4": {
        "the ARN of no queue": ("no-address", _order("DFHBG")),
        "the function's setting, and no report": ("unreported", _order("FDHAC")),
        "the function's setting last": ("nothing-done", _order("FDHBGA")),
        "both queues": ("made-twice", _order("FDHEBG")),
        "both queues, the hasty one first": ("made-twice", _order("FDEHBG")),
        "the function's setting first": ("no-address", _order("AFDHBG")),
        "a queue without a reader": ("case", _order("FDHB")),
        "no queue": ("case", _order("FD")),
    }
}

# 07.5, again, and again


def _call(name: str, **changed: object) -> str:
    said = {
        "attempts": 3,
        "seconds": [0, 60, 180],
        "ids": "same",
        "caller": "202",
        "destination": "one success" if name == "recovers" else "one failure",
    }
    if name != attempts.ALWAYS:
        said |= {"attempts": 2, "seconds": [0, 60]}
    return f"{name} = {dict(zip(attempts.KEYS, (said | changed).values(), strict=True))}\n".replace("Ellipsis", "...")


_OPEN = dict.fromkeys(("attempts", "seconds", "ids", "caller", "destination"), ...)
_AGAIN_5 = _call(attempts.AGAIN)
A_07_5 = Answers(
    stub=_call("recovers", **_OPEN) + _call("always", **_OPEN),
    solution=_call("recovers") + _call("always") + _AGAIN_5,
    also_right={
        "the status as a number": _call("recovers", caller=202) + _call("always", seconds=(0, 60, 180)) + _AGAIN_5
    },
    wrong={
        "caller-sees-it": _call("recovers") + _call("always", caller="the error") + _AGAIN_5,
        "another-number": _call("recovers") + _call("always", attempts=2, seconds=[0, 60]) + _AGAIN_5,
        "goes-on": _call("recovers", attempts=3, seconds=[0, 60, 180]) + _call("always") + _AGAIN_5,
        "other-times": _call("recovers") + _call("always", seconds=[0, 60, 120]) + _AGAIN_5,
        "different-ids": _call("recovers", ids="different") + _call("always", ids="different") + _AGAIN_5,
        "other-record": _call("recovers") + _call("always", destination="one for each attempt") + _AGAIN_5,
    },
    failing={
        "case": _call("recovers") + _call("always") + _call(attempts.AGAIN, attempts=1, seconds=[0]),
        "shape": _call("recovers", caller="an error") + _call("always") + _AGAIN_5,
        "next": _call("recovers") + _call("always") + f"{attempts.AGAIN} = {{}}\n",
        "unwritten": _call("recovers") + _call("always", **_OPEN),
    },
)

# 07.6, a blocked shard

ANNOUNCE = "%%deploy ex07_announce\n"
_QUEUE = (
    "import boto3\n\nfrom lambdalab import Lab\n\n"
    'for name in ("ex07-failed", "ex07-other"):\n    boto3.client("sqs").create_queue(QueueName=name)\n'
    'failed, other = Lab().queue("ex07-failed"), Lab().queue("ex07-other")\n'
)
_PLACE = '"DestinationConfig": {"OnFailure": {"Destination": failed.arn}}'
_FREE = f'settings = {{"BisectBatchOnFunctionError": True, "MaximumRetryAttempts": 2, {_PLACE}}}\n'
_ANNOUNCE = ANNOUNCE + blocked.GIVEN.lstrip()
_CATCHES = ANNOUNCE + (
    "def handler(event, context):\n"
    '    for record in event["Records"]:\n        parcel = record["dynamodb"]["NewImage"]\n        try:\n'
    '            print("announced", parcel["parcel_id"]["S"], parcel["step"]["N"])\n'
    '        except KeyError:\n            print("skipped")\n'
)
_NAMES_IT = _CATCHES.replace(
    'print("skipped")',
    'number = record["dynamodb"]["SequenceNumber"]\n'
    '            return {"batchItemFailures": [{"itemIdentifier": number}]}',
)
_REPORTS_IT = '"FunctionResponseTypes": ["ReportBatchItemFailures"]'
A_07_6 = Answers(
    given=_QUEUE,
    stub="settings = {}\n" + _ANNOUNCE,
    solution=_FREE + _ANNOUNCE,
    also_right={
        "one change a batch": f'settings = {{"BatchSize": 1, "MaximumRetryAttempts": 0, {_PLACE}}}\n' + _ANNOUNCE,
        "it reports, and the batch is cut": _FREE.replace("{", f"{{{_REPORTS_IT}, ", 1) + _NAMES_IT,
    },
    wrong={
        "caught": "settings = {}\n" + _CATCHES,
        "thrown-out": f'settings = {{"MaximumRetryAttempts": 0, {_PLACE}}}\n' + _ANNOUNCE,
        "still-blocked": 'settings = {"BatchSize": 1000}\n' + _ANNOUNCE,
        "other-number": f"settings = {{{_REPORTS_IT}, {_PLACE}}}\n"
        + _NAMES_IT.replace('record["dynamodb"]["SequenceNumber"]', 'record["eventID"]'),
        "limit-too-far": _FREE.replace(": 2", ": 100") + _ANNOUNCE,
        "another-place": _FREE.replace("failed.arn", "other.arn") + _ANNOUNCE,
        "nobody-told": 'settings = {"BisectBatchOnFunctionError": True, "MaximumRetryAttempts": 2}\n' + _ANNOUNCE,
    },
    failing={
        "raised": 'settings = {"BisectBatch": True}\n' + _ANNOUNCE,
        "case": _FREE + ANNOUNCE + blocked.GIVEN.lstrip().replace('event["Records"]', 'reversed(event["Records"])'),
        "shape": "settings = [1]\n" + _ANNOUNCE,
    },
)
MORE_WRONG |= {
    "07.6": {
        "cut, but without an end": (
            "still-blocked",
            f'settings = {{"BisectBatchOnFunctionError": True, {_PLACE}}}\n' + _ANNOUNCE,
        ),
        "it reports, and the batch is not cut": (
            "thrown-out",
            f'settings = {{"MaximumRetryAttempts": 2, {_REPORTS_IT}, {_PLACE}}}\n' + _NAMES_IT,
        ),
        "an age, and the batch is not cut": (
            "thrown-out",
            f'settings = {{"MaximumRecordAgeInSeconds": 60, {_PLACE}}}\n' + _ANNOUNCE,
        ),
        "the limit of no limit": ("limit-too-far", _FREE.replace(": 2", ": -1") + _ANNOUNCE),
        "an age of a day": (
            "limit-too-far",
            _FREE.replace('"MaximumRetryAttempts": 2', '"MaximumRecordAgeInSeconds": 86400') + _ANNOUNCE,
        ),
        "caught, with all settings": ("caught", _FREE + _CATCHES),
    }
}

ANSWERS = {"07.1": A_07_1, "07.2": A_07_2, "07.3": A_07_3, "07.4": A_07_4, "07.5": A_07_5, "07.6": A_07_6}

# What the messages say, with the values that these answers must bring into it.
PRINTED = {
    (
        "07.1",
        "raises",
    ): "Your handler raised `KeyError`. 3 good orders came back, and were charged 3 times, and 6 were never charged.",
    ("07.1", "swallowed"): "The bad order was deleted as done: it is in no queue any more.",
    (
        "07.1",
        "other-key",
    ): "There is no `batchItemFailures` in it, so all ten counted as done and the bad order is gone.",
    ("07.2", "good-once"): "All ten share the fate of their batch",
    ("07.2", "dead-alone"): "Without partial failures nine good orders were buried with the bad one.",
    ("07.2", "at-once"): "It comes back when its time is up, and is moved on the receive after the fourth.",
    ("07.2", "another-time"): "You said 60 s. It was 80 s.",
    ("07.3", "in-a-global"): "The new environment knew nothing of the old one's memory and charged again: 2 lines.",
    (
        "07.3",
        "looked-first",
    ): "Both looked, both saw nothing, both wrote. Let the store decide: write only if it is not",
    ("07.3", "message-as-key"): "The shop sent the order twice, as two messages, and it was charged twice: 2 lines.",
    ("07.3", "there-already"): "An order that was charged before ended in `ConditionalCheckFailedException`",
    ("07.3", "lost"): "`PutItem` failed in one run, and the order was never charged.",
    (
        "07.4",
        "functions-letters",
    ): "The function's dead-letter queue stayed empty, and the poison is still in the queue. That setting",
    (
        "07.4",
        "too-short",
    ): "Refused: visible again after 5 s, but the function may take 10 s. A message would come back",
    ("07.4", "no-address"): "The redrive policy needs an address, and that does not exist yet",
    (
        "07.4",
        "unreported",
    ): "The poison was deleted as done: it is in no queue any more. Without `ReportBatchItemFailures`",
    ("07.5", "caller-sees-it"): "The caller had 202 and was gone. Asynchronous failures need someone who looks",
    ("07.5", "another-number"): "For `always` you said 2 attempts. There were 3. One try and two *re*tries.",
    ("07.5", "different-ids"): "The same id on each attempt: that is what makes duplicates recognisable.",
    ("07.6", "caught"): "For Lambda the poison is done: the mapping keeps no record of it.",
    ("07.6", "thrown-out"): "30 good changes were thrown out with it.",
    ("07.6", "still-blocked"): "A shard waits for its oldest record",
}
