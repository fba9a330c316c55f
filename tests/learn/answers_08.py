"""Answers to the exercises of workbook 08, as students write them; what they are is explained in `answers.py`."""

from __future__ import annotations

import json
from typing import Any

from lambdalab.learn.workbooks import designs, meant
from lambdalab.learn.workbooks.shop import PAYMENT, SOURCES
from tests.learn.answers import Answers

MORE_WRONG: dict[str, dict[str, tuple[str, str]]] = {}

# 08.1, match the pattern

_TOTAL: Any = [{"numeric": [">=", 100]}]
_COUNTRY: Any = ["DE", "AT"]
_TEST: Any = [{"exists": False}]


def _pattern(source: Any = ("shop",), detail_type: Any = ("OrderPlaced",), top: Any = None, **detail: Any) -> str:
    """The right pattern, but for what is given; None leaves a key out."""
    inner = {"total": _TOTAL, "country": _COUNTRY, "test": _TEST} | detail
    whole = {"source": source, "detail-type": detail_type, **(top or {})}
    whole["detail"] = {key: value for key, value in inner.items() if value is not None}
    plain = json.loads(json.dumps(whole))
    return f"pattern = {plain!r}\n"


_DOTTED = {
    "source": ["shop"],
    "detail-type": ["OrderPlaced"],
    "detail.total": _TOTAL,
    "detail.country": _COUNTRY,
    "detail.test": _TEST,
}
_EITHER = {
    "source": ["shop"],
    "detail-type": ["OrderPlaced"],
    "detail": {"total": _TOTAL, "test": _TEST, "$or": [{"country": ["DE"]}, {"country": ["AT"]}]},
}
A_08_1 = Answers(
    stub=f"pattern = {meant.GIVEN!r}\n",
    solution=_pattern(),
    also_right={
        "as JSON text": f"pattern = {json.dumps(json.loads(json.dumps(_DOTTED)))!r}\n",
        "dotted keys": f"pattern = {_DOTTED!r}\n",
        "with $or": f"pattern = {_EITHER!r}\n",
        "a sign of its own for 100": _pattern(total=[{"numeric": [">", 100]}, {"numeric": ["=", 100]}]),
    },
    wrong={
        "not-a-list": _pattern(source="shop"),
        "operator-alone": _pattern(total={"numeric": [">=", 100]}),
        "at-the-top": _pattern(total=None, top={"total": _TOTAL}),
        "totals-listed": _pattern(total=["100"]),
        "test-as-a-value": _pattern(test=[False]),
    },
    failing={
        "case": _pattern(total=[{"numeric": [">", 100]}]),
        "shape": "pattern = ['shop']\n",
    },
)
MORE_WRONG["08.1"] = {
    "a number alone": ("not-a-list", _pattern(total=100)),
    "a country alone": ("not-a-list", _pattern(country="AT")),
    "exists alone": ("operator-alone", _pattern(test={"exists": False})),
    "one total": ("totals-listed", _pattern(total=[100])),
    "the printed totals": ("totals-listed", _pattern(total=[120, 250, 1200.5])),
    "anything but true": ("test-as-a-value", _pattern(test=[{"anything-but": ["true"]}])),
    "nothing in detail": ("at-the-top", _pattern(total=None, country=None, test=_TEST, top={"country": _COUNTRY})),
    "a sign in the text": ("numeric-form", _pattern(total=[{"numeric": ">= 100"}])),
    "the number as a text": ("numeric-form", _pattern(total=[{"numeric": [">=", "100"]}])),
    "a sign as the test": ("numeric-form", _pattern(total=[{">=": 100}])),
    "anything but a truth value": ("exists-form", _pattern(test=[{"anything-but": [True]}])),
    "exists as a text": ("exists-form", _pattern(test=[{"exists": "false"}])),
    "an upper limit": ("case", _pattern(total=[{"numeric": [">=", 100, "<", 10_000]}])),
    "the text 100 as well": ("case", _pattern(total=[*_TOTAL, "100"])),
    "all that begins with DE": ("case", _pattern(country=["AT", {"prefix": "DE"}])),
    "any case": ("case", _pattern(country=[{"equals-ignore-case": "de"}, {"equals-ignore-case": "at"}])),
    "the numbers of the orders": ("case", _pattern(total=None, country=None, test=None, order=["1", "3", "8"])),
    "tests not left out": ("case", _pattern(test=None)),
    "an operator that AWS does not know": ("case", _pattern(total=[{"min": 100}])),
}

# 08.2, one more listener

_SHOP = "".join(f"%%deploy {name} --memory 1769 --timeout 10\n{source}" for name, source in SOURCES.items())
_MADE = (
    "import json\nfrom contextlib import suppress\nimport boto3\nfrom lambdalab import Lab\n"
    'lab = Lab()\nclient, events, tables = boto3.client("lambda"), boto3.client("events"), boto3.client("dynamodb")\n'
    "with suppress(events.exceptions.ResourceAlreadyExistsException):\n"
    '    events.create_event_bus(Name="ex08-shop")\n'
    "with suppress(tables.exceptions.ResourceInUseException):\n"
    '    tables.create_table(TableName="ex08_points", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],\n'
    '        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}], BillingMode="PAY_PER_REQUEST")\n'
)
_WIRED = (
    'lab.trigger("events:ex08-shop", "ex08_payment", pattern={"detail-type": ["OrderPlaced"]})\n'
    'lab.trigger("events:ex08-shop", "ex08_shipping", pattern={"detail-type": ["CardCharged"]})\n'
)
_LOYALTY = "%%deploy ex08_loyalty --memory 1769 --timeout 10\n"
_COUNTS = (
    'import boto3\n\npoints = boto3.resource("dynamodb").Table("ex08_points")\n\ndef handler(event, context):\n'
    '    order = event["detail"]\n'
    '    points.put_item(Item={"id": order["id"], "customer": order["customer"]})\n'
)
_ALLOW = (
    '    client.add_permission(FunctionName="ex08_loyalty", StatementId="points", Action="lambda:InvokeFunction",\n'
    '        Principal="events.amazonaws.com", SourceArn=arn)\n'
)
_TARGET = (
    '    target = lab.function("ex08_loyalty").configuration["FunctionArn"]\n'
    '    events.put_targets(Rule="ex08-points", EventBusName="ex08-shop", Targets=[{"Id": "1", "Arn": target}])\n'
)
_RULE = (
    '    arn = events.put_rule(Name="ex08-points", EventBusName="ex08-shop",\n'
    '        EventPattern=json.dumps(PATTERN))["RuleArn"]\n'
)
_PAID = '{"detail-type": ["CardCharged"]}'


def _listens(rule: str = _RULE, allow: str = _ALLOW, target: str = _TARGET, pattern: str = _PAID) -> str:
    return "def listen():\n" + rule.replace("PATTERN", pattern) + allow + target


_NOT_WRITTEN = 'def handler(event, context):\n    raise NotImplementedError("Exercise 08.2")\n'
_BY_CALL = SOURCES[PAYMENT] + (
    '    client, event = boto3.client("lambda"), json.dumps(event)\n'
    '    client.invoke(FunctionName="ex08_loyalty", InvocationType="Event", Payload=event)\n'
)
_PAYMENT = f"%%deploy {PAYMENT} --memory 1769 --timeout 10\n"
A_08_2 = Answers(
    given=_MADE + _SHOP,
    stub=_WIRED + 'def listen():\n    raise NotImplementedError("Exercise 08.2")\n\n' + _LOYALTY + _NOT_WRITTEN,
    solution=_WIRED + _listens() + _LOYALTY + _COUNTS,
    also_right={
        "by the button": _WIRED
        + 'def listen():\n    pattern = {"detail-type": ["CardCharged"]}\n'
        + '    lab.trigger("events:ex08-shop", "ex08_loyalty", pattern=pattern)\n'
        + _LOYALTY
        + _COUNTS,
        "filtered in the function": _WIRED
        + _listens(pattern='{"source": ["shop"]}')
        + _LOYALTY
        + _COUNTS.replace(
            '    order = event["detail"]\n',
            '    if event["detail-type"] != "CardCharged":\n        return\n    order = event["detail"]\n',
        ),
        "the detail alone, and a conditional put": _WIRED
        + _listens(target=_TARGET.replace('"Arn": target', '"Arn": target, "InputPath": "$.detail"'))
        + _LOYALTY
        + "import boto3\n\n"
        'table = boto3.client("dynamodb")\n\ndef handler(order, context):\n'
        '    item = {"id": {"S": "order " + order["id"]}, "customer": {"S": order["customer"]}}\n'
        "    try:\n"
        '        table.put_item(TableName="ex08_points", Item=item, ConditionExpression="attribute_not_exists(id)")\n'
        "    except table.exceptions.ConditionalCheckFailedException:\n"
        '        print("already", order["id"])\n',
        "every rule of the bus may call": _WIRED
        + _listens(allow=_ALLOW.replace("SourceArn=arn", 'SourceArn=arn.rpartition("/")[0] + "/*"'))
        + _LOYALTY
        + _COUNTS,
    },
    wrong={
        "code-changed": _WIRED + "def listen():\n    pass\n" + _LOYALTY + _COUNTS + _PAYMENT + _BY_CALL,
        "unpaid-too": _WIRED + _listens(pattern='{"detail-type": ["OrderPlaced"]}') + _LOYALTY + _COUNTS,
        "before-payment": _WIRED
        + _listens(pattern='{"detail-type": ["OrderPlaced"]}')
        + _LOYALTY
        + _COUNTS.replace("    points.put", '    if order["card"] == "good":\n        points.put'),
        "not-let-in": _WIRED + _listens(allow="") + _LOYALTY + _COUNTS,
        "another-bus": _WIRED + _listens().replace(', EventBusName="ex08-shop"', "") + _LOYALTY + _COUNTS,
        "no-target": _WIRED + _listens(target="") + _LOYALTY + _COUNTS,
        "counted-again": _WIRED + _listens() + _LOYALTY + _COUNTS.replace('"id": order["id"]', '"id": event["id"]'),
    },
    failing={
        "case": _WIRED + _listens(pattern='{"detail-type": ["cardCharged"]}') + _LOYALTY + _COUNTS,
        "raised": _WIRED + _listens() + _LOYALTY + _COUNTS.replace('order["customer"]', 'order["name"]'),
    },
)
MORE_WRONG["08.2"] = {
    "an id of the call": (
        "counted-again",
        _WIRED + _listens() + _LOYALTY + _COUNTS.replace('"id": order["id"]', '"id": context.aws_request_id'),
    ),
    "a point for each time": (
        "counted-again",
        _WIRED
        + _listens()
        + _LOYALTY
        + "import uuid\n"
        + _COUNTS.replace('"id": order["id"]', '"id": str(uuid.uuid4())'),
    ),
    "another service let in": (
        "not-let-in",
        _WIRED + _listens(allow=_ALLOW.replace("events.", "sns.")) + _LOYALTY + _COUNTS,
    ),
    "payment calls it, and it listens as well": (
        "code-changed",
        _WIRED + _listens() + _LOYALTY + _COUNTS + _PAYMENT + _BY_CALL,
    ),
    "an error in listen": (
        "raised",
        _WIRED + _listens(rule=_RULE.replace("events.put_rule", "events.put_rules")) + _LOYALTY + _COUNTS,
    ),
    "one for each customer": (
        "one-for-each-customer",
        _WIRED + _listens() + _LOYALTY + _COUNTS.replace('"id": order["id"]', '"id": order["customer"]'),
    ),
    "one for each second": (
        "counted-again",
        _WIRED + _listens() + _LOYALTY + _COUNTS.replace('"id": order["id"]', '"id": event["time"]'),
    ),
    "what an environment remembers": (
        "counted-again",
        _WIRED
        + _listens()
        + _LOYALTY
        + "import uuid\nseen = set()\n"
        + _COUNTS.replace(
            "    points.put",
            '    if order["id"] in seen:\n        return\n    seen.add(order["id"])\n    points.put',
        ).replace('"id": order["id"],', '"id": str(uuid.uuid4()),'),
    ),
    "a look into the table first": (
        "looked-first",
        _WIRED
        + _listens()
        + _LOYALTY
        + "import uuid\n"
        + _COUNTS.replace(
            "    points.put",
            '    if any(item.get("order") == order["id"] for item in points.scan()["Items"]):\n        return\n'
            "    points.put",
        ).replace('"id": order["id"],', '"id": str(uuid.uuid4()), "order": order["id"],'),
    ),
    "only good cards": (
        "case",
        _WIRED
        + _listens(pattern='{"detail-type": ["CardCharged"], "detail": {"card": ["good"]}}')
        + _LOYALTY
        + _COUNTS,
    ),
    "a point for somebody else": (
        "case",
        _WIRED + _listens() + _LOYALTY + _COUNTS.replace('order["customer"]', '"Ngozi"'),
    ),
    "payment changed, and the listener right": (
        "case",
        _WIRED
        + _listens()
        + _LOYALTY
        + _COUNTS
        + _PAYMENT
        + SOURCES[PAYMENT].replace("    order =", '    print("paid")\n    order ='),
    ),
    "a conditional put, and its error not caught": (
        "raised",
        _WIRED
        + _listens()
        + _LOYALTY
        + _COUNTS.replace(
            '"customer": order["customer"]}',
            '"customer": order["customer"]}, ConditionExpression="attribute_not_exists(id)"',
        ),
    ),
    "a point that belongs to nobody": (
        "case",
        _WIRED + _listens() + _LOYALTY + _COUNTS.replace(', "customer": order["customer"]', ""),
    ),
}

# 08.3, every night at three

_BUCKET = (
    "import boto3\nfrom lambdalab import Lab\nlab = Lab()\n"
    's3 = boto3.client("s3")\ns3.create_bucket(Bucket="ex08-exports")\n'
)
_HEAD = "%%deploy ex08_cleanup --memory 1769 --timeout 30\n"
_CRON = 'schedule = "cron(0 3 * * ? *)"\n'
_CLEANS = (
    "from datetime import UTC, datetime, timedelta\n\nimport boto3\n\n"
    's3 = boto3.client("s3")\n\ndef handler(event, context):\n'
    '    now = datetime.fromisoformat(event["time"]) if "time" in event else datetime.now(UTC)\n'
    "    count = 0\n"
    '    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="ex08-exports"):\n'
    '        for file in page.get("Contents", []):\n'
    '            if now - file["LastModified"] <= timedelta(days=30):\n'
    "                continue\n"
    '            tags = s3.get_object_tagging(Bucket="ex08-exports", Key=file["Key"])["TagSet"]\n'
    '            if {"Key": "keep", "Value": "true"} in tags:\n'
    "                continue\n"
    "            count += 1\n"
    '            if not event.get("dry_run"):\n'
    '                s3.delete_object(Bucket="ex08-exports", Key=file["Key"])\n'
    '    return {"would_delete" if event.get("dry_run") else "deleted": count}\n'
)
_PAGES = '    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="ex08-exports"):\n'
_ONE_PAGE = '    for page in [s3.list_objects_v2(Bucket="ex08-exports")]:\n'
_AGE = '            if now - file["LastModified"] <= timedelta(days=30):\n                continue\n'
_TAGS = '            if {"Key": "keep", "Value": "true"} in tags:\n'
_BY_TOKEN = (
    "from datetime import datetime, timedelta, timezone\nimport boto3\n\n"
    "def handler(event, context):\n"
    '    s3, more, old = boto3.client("s3"), {}, []\n'
    '    at = event.get("time")\n'
    '    at = datetime.strptime(at, "%Y-%m-%dT%H:%M:%S%z") if at else datetime.now(timezone.utc)\n'
    "    while True:\n"
    '        page = s3.list_objects_v2(Bucket="ex08-exports", **more)\n'
    '        there = page.get("Contents", [])\n'
    '        old += [o["Key"] for o in there if (at - o["LastModified"]).total_seconds() > 2592000]\n'
    '        if not page["IsTruncated"]:\n            break\n'
    '        more = {"ContinuationToken": page["NextContinuationToken"]}\n'
    "    def kept(key):\n"
    '        tags = s3.get_object_tagging(Bucket="ex08-exports", Key=key)["TagSet"]\n'
    '        return {tag["Key"]: tag["Value"] for tag in tags}.get("keep") == "true"\n'
    "    old = [key for key in old if not kept(key)]\n"
    '    if event.get("dry_run"):\n        return {"would_delete": len(old)}\n'
    "    if old:\n"
    '        s3.delete_objects(Bucket="ex08-exports", Delete={"Objects": [{"Key": key} for key in old]})\n'
    '    return {"deleted": len(old)}\n'
)


def _nightly(code: str = _CLEANS, schedule: str = _CRON, head: str = _HEAD) -> str:
    return schedule + head + code


A_08_3 = Answers(
    given=_BUCKET,
    stub="schedule = ...\n" + _HEAD + 'def handler(event, context):\n    raise NotImplementedError("Exercise 08.3")\n',
    solution=_nightly(),
    also_right={
        "token by token, and all deleted at once": _nightly(_BY_TOKEN, 'schedule = "cron(0 3 ? * * *)"\n'),
        "each day of the week by name": _nightly(schedule='schedule = "cron(0 3 ? * SUN-SAT *)"\n'),
    },
    wrong={
        "a-rate": _nightly(schedule='schedule = "rate(1 day)"\n'),
        "five-fields": _nightly(schedule='schedule = "cron(0 3 * * *)"\n'),
        "first-page": _nightly(_CLEANS.replace(_PAGES, _ONE_PAGE)),
        "exactly-30": _nightly(_CLEANS.replace("<= timedelta", "< timedelta")),
        "whole-days": _nightly(
            _CLEANS.replace(_AGE, _AGE.replace("<= timedelta(days=30)", "<= X")).replace(
                'if now - file["LastModified"] <= X', 'if (now - file["LastModified"]).days <= 30'
            )
        ),
        "not-by-its-time": _nightly(
            _CLEANS.replace('datetime.fromisoformat(event["time"]) if "time" in event else ', "")
        ),
        "time-missing": _nightly(_CLEANS.replace(' if "time" in event else datetime.now(UTC)', "")),
        "tag-ignored": _nightly(_CLEANS.replace(_TAGS, "            if False:\n")),
        "any-tag": _nightly(_CLEANS.replace(_TAGS, '            if any(tag["Key"] == "keep" for tag in tags):\n')),
        "dry-run-deletes": _nightly(_CLEANS.replace('            if not event.get("dry_run"):\n    ', "")),
        "tags-of-all": _nightly(
            _CLEANS.replace(
                '        for file in page.get("Contents", []):\n',
                '        for file in page.get("Contents", []):\n'
                '            s3.get_object_tagging(Bucket="ex08-exports", Key=file["Key"])\n',
            ),
            head=_HEAD.replace("30", "3"),
        ),
    },
    failing={
        "case": _nightly(schedule='schedule = "cron(3 0 * * ? *)"\n'),
        "raised": _nightly(_CLEANS.replace('page.get("Contents", [])', 'page["Contents"]')),
        "shape": _nightly(schedule="schedule = 3\n"),
    },
)
MORE_WRONG["08.3"] = {
    "each minute": ("case", _nightly(schedule='schedule = "rate(1 minute)"\n')),
    "each minute from three to four": ("case", _nightly(schedule='schedule = "cron(* 3 * * ? *)"\n')),
    "on Mondays": ("case", _nightly(schedule='schedule = "cron(0 3 ? * MON *)"\n')),
    "24 hours": ("a-rate", _nightly(schedule='schedule = "rate(24 hours)"\n')),
    "both days given": ("case", _nightly(schedule='schedule = "cron(0 3 * * * *)"\n')),
    "no answer": ("answer-form", _nightly(_CLEANS.replace("    return {", "    answer = {"))),
    "the answer of a dry run": ("answer-form", _nightly(_CLEANS.replace('"would_delete"', '"deleted"'))),
    "one page of ten thousand": (
        "first-page",
        _nightly(_CLEANS.replace(_PAGES, _ONE_PAGE.replace('exports")', 'exports", MaxKeys=10_000)'))),
    ),
    "the list of tags is this one": (
        "only-tag",
        _nightly(_CLEANS.replace(_TAGS, '            if tags == [{"Key": "keep", "Value": "true"}]:\n')),
    ),
    "the first tag": (
        "only-tag",
        _nightly(_CLEANS.replace(_TAGS, '            if tags and tags[0] == {"Key": "keep", "Value": "true"}:\n')),
    ),
    "a dry run that reads no tags": (
        "dry-run-tags",
        _nightly(_CLEANS.replace(_TAGS, _TAGS.replace(" in tags", ' in tags and not event.get("dry_run")'))),
    ),
    "any dry_run": (
        "dry-run-false",
        _nightly(
            _CLEANS.replace('not event.get("dry_run")', '"dry_run" not in event').replace(
                'event.get("dry_run")', '"dry_run" in event'
            )
        ),
    ),
    "kept files are counted": (
        "counts-wrong",
        _nightly(_CLEANS.replace("            count += 1\n", "").replace(_TAGS, "            count += 1\n" + _TAGS)),
    ),
    "always four": ("counts-wrong", _nightly(_CLEANS[: _CLEANS.index("    now")] + '    return {"deleted": 4}\n')),
    "always none": ("case", _nightly(_CLEANS[: _CLEANS.index("    now")] + '    return {"deleted": 0}\n')),
    "no word before the fields": ("case", _nightly(schedule='schedule = "0 3 * * ? *"\n')),
    "files with any tag stay": ("case", _nightly(_CLEANS.replace(_TAGS, "            if tags:\n"))),
}

# 08.4 and 08.5


def _design(name: str, items: dict[str, Any], **changes: Any) -> str:
    """The solution, but for the items whose first words are given, with underscores."""
    for begin, value in changes.items():
        (item,) = [one for one in items if one.replace(",", "").replace(" ", "_").startswith(begin)]
        items = {**items, item: value}
    return f"{name} = {items!r}\n"


_WAY = {
    "three services must all hear of an order": ("SNS", "many must hear"),
    "work that may wait": ("SQS", "may wait"),
    "every change to a row, in order": ("stream", "order"),
    "smooth a burst for a slow partner": ("SQS", "own pace"),
    "keep working while the receiver is down": ("SQS", "receiver absent"),
    "react to price changes, per product in order": ("stream", "order"),
    "one listener added later must not touch the sender": ("SNS", "sender unchanged"),
    "three teams, each at its own speed, nothing lost": ("SNS to SQS", "own pace"),
}
A_08_4 = Answers(
    stub="way = {" + ", ".join(f'"{need}": ...' for need in _WAY) + "}\n",
    solution=_design("way", _WAY),
    also_right={
        "queues behind a topic": _design(
            "way",
            _WAY,
            three_services=("SNS to SQS", "many must hear"),
            keep_working=["SNS to SQS", "receiver absent"],
            one_listener=("SNS to SQS", "many must hear"),
            three_teams=("SNS to SQS", "many must hear"),
        ),
        "other reasons, and more than is needed": _design(
            "way",
            _WAY,
            work=("SNS to SQS", "may wait"),
            smooth=("SQS", "may wait"),
            keep_working=("SQS", "may wait"),
            one_listener=("stream", "sender unchanged"),
            three_teams=("SNS to SQS", "receiver absent"),
        ),
    },
    wrong={
        "one-takes-it": _design("way", _WAY, three_services=("SQS", "many must hear")),
        "topic-forgets": _design("way", _WAY, keep_working=("SNS", "receiver absent")),
        "stream-for-a-day": _design("way", _WAY, keep_working=("stream", "receiver absent")),
        "queue-for-order": _design("way", _WAY, every_change=("SQS", "order")),
    },
    failing={
        "case": _design("way", _WAY, three_teams=("SNS", "many must hear")),
        "shape": _design("way", _WAY, work="SQS"),
        "unwritten": _design("way", _WAY, work=...).replace("Ellipsis", "..."),
    },
)
MORE_WRONG["08.4"] = {
    "the prices": ("queue-for-order", _design("way", _WAY, react=("SQS", "order"))),
    "a word that is none": ("shape", _design("way", _WAY, react=("Kinesis", "order"))),
    "the right way for the wrong reason": ("case", _design("way", _WAY, smooth=("SQS", "order"))),
    "three readers of a stream": (
        "stream-for-a-day",
        _design("way", _WAY, three_services=("stream", "many must hear")),
    ),
}

_CHANGES = {
    "add a listener": (2, 1, "choreography"),
    "forbid orders over 5,000": (1, 1, "same"),
    "show where an order is stuck": (1, 5, "controller"),
    "change the order of two steps": (1, 3, "controller"),
    "undo when payment fails": (2, 3, "controller"),
    "replace the mail provider": (1, 1, "same"),
}
A_08_5 = Answers(
    stub="changes = {" + ", ".join(f'"{request}": ...' for request in _CHANGES) + "}\n",
    solution=_design("changes", _CHANGES),
    also_right={
        "other numbers of the ranges": _design(
            "changes",
            _CHANGES,
            show=(1, 1, "controller"),
            change=[1, 2, "controller"],
            undo=(1, 2, "controller"),
        ),
        "the same where the numbers are": _design(
            "changes",
            _CHANGES,
            show=(1, 1, "same"),
            undo=(2, 2, "same"),
        ),
    },
    wrong={
        "easier-for-all": _design("changes", _CHANGES, change=(1, 1, "choreography")),
        "controller-untouched": _design("changes", _CHANGES, add=(1, 1, "same")),
        "undo-by-one": _design("changes", _CHANGES, undo=(1, 1, "same")),
    },
    failing={
        "case": _design("changes", _CHANGES, replace=(2, 1, "choreography")),
        "shape": _design("changes", _CHANGES, replace=("one", 1, "same")),
    },
)
MORE_WRONG["08.5"] = {
    "choreography for all": (
        "easier-for-all",
        "changes = " + repr({request: (2, 1, "choreography") for request in _CHANGES}) + "\n",
    ),
    "too few parts": ("shape", _design("changes", _CHANGES, add=(2, 1))),
    "another word": ("shape", _design("changes", _CHANGES, add=(2, 1, "events"))),
    "stuck, without": ("case", _design("changes", _CHANGES, show=(1, 1, "choreography"))),
}
assert (list(_WAY), list(_CHANGES)) == (list(designs.NEEDS), list(designs.REQUESTS))

ANSWERS = {"08.1": A_08_1, "08.2": A_08_2, "08.3": A_08_3, "08.4": A_08_4, "08.5": A_08_5}

# What the messages say, with the values that these answers must bring into it.
PRINTED = {
    (
        "08.1",
        "not-a-list",
    ): "AWS refuses the pattern: `source` has a single value. Every value in a pattern is a *list*",
    (
        "08.1",
        "at-the-top",
    ): "Your pattern wants `total` beside `source`, and no event has it there. The business data is",
    (
        "08.1",
        "totals-listed",
    ): 'Only exactly "100" matches. A list names what is accepted, one by one, and a text is no',
    ("08.1", "test-as-a-value"): "Order 1 has no `test`, and your pattern wants a value of it.",
    ("08.2", "code-changed"): "Payment's code changed: it now knows about loyalty, and fails when loyalty fails.",
    ("08.2", "unpaid-too"): "was never paid and got a point.",
    ("08.2", "not-let-in"): "The rule matched 4 times, and the function was denied each time: `events.amazonaws.com`",
    ("08.2", "counted-again"): "was told twice and got two points.",
    ("08.3", "a-rate"): "UTC: a rate counts from its creation. Three o'clock is a `cron`.",
    (
        "08.3",
        "five-fields",
    ): "AWS refuses `cron(0 3 * * *)`. AWS's cron has six fields, with `?` for one of the two day",
    ("08.3", "first-page"): "5 old files remained. A listing shows at most 1,000 at a time",
    ("08.3", "dry-run-deletes"): "A dry run deleted",
    ("08.4", "one-takes-it"): "A message in a queue is taken by *one* receiver.",
    ("08.4", "topic-forgets"): "A topic hands over and forgets, apart from its retries. A queue waits.",
    (
        "08.4",
        "queue-for-order",
    ): "Standard queues do not keep order. A stream (or a queue of the kind FIFO) does, per key.",
    ("08.5", "easier-for-all"): "Changing the order of steps touches at least two listeners: nobody holds the plan.",
    ("08.5", "controller-untouched"): "The controller must call the new one.",
    ("08.5", "undo-by-one"): "Each earlier step needs its own undo event and listener.",
}
