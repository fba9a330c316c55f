"""Answers to the exercises of workbook 06, as students write them; what they are is explained in `answers.py`."""

from __future__ import annotations

from tests.learn.answers import Answers

# 06.1, 502

ITEM = "%%deploy ex06_item\n"
_FIND = (
    'TITLES = {"7": "Tea", "8": "Käse", "12": "Brød", "15": "Şeker", "21": "Jalapeño"}\n\n'
    'def find(number):\n    if number == "13":\n        raise RuntimeError("the shelf is locked")\n'
    '    return {"id": int(number), "title": TITLES[number]}\n\n'
)
_ANSWER = (
    "import json\n\ndef answer(status, data):\n"
    '    headers = {"Content-Type": "application/json"}\n'
    '    return {"statusCode": status, "headers": headers, "body": json.dumps(data)}\n\n'
)
_HANDLER = (
    "def handler(event, context):\n"
    '    query = event.get("queryStringParameters") or {}\n'
    '    if "id" not in query:\n        return answer(400, {"message": "id is missing"})\n'
    '    try:\n        return answer(200, find(query["id"]))\n'
    "    except KeyError:\n"
    '        return answer(404, {"message": f"no item {query[\'id\']}"})\n'
    '    except Exception:\n        return answer(500, {"message": "something went wrong"})\n'
)
_ITEM = ITEM + _FIND + _ANSWER + _HANDLER
A_06_1 = Answers(
    stub=ITEM + _FIND + 'def handler(event, context):\n    return find(event["queryStringParameters"]["id"])\n',
    solution=_ITEM,
    also_right={
        "without a helper": ITEM
        + _FIND
        + "import json\n\ndef handler(event, context):\n"
        + '    number = (event.get("queryStringParameters") or {}).get("id")\n'
        + '    status, data = 400, {"message": "which id?"}\n'
        + "    if number:\n        try:\n            status, data = 200, find(number)\n"
        + '        except LookupError:\n            status, data = 404, {"message": "unknown"}\n'
        + '        except Exception as error:\n            status, data = 500, {"message": type(error).__name__}\n'
        + '    return {"statusCode": status, "body": json.dumps(data, ensure_ascii=False)}\n',
    },
    wrong={
        "plain-dictionary": ITEM
        + _FIND
        + "def handler(event, context):\n"
        + '    query = event.get("queryStringParameters") or {}\n    return find(query["id"])\n',
        "body-object": _ITEM.replace("json.dumps(data)", "data"),
        "python-text": _ITEM.replace("json.dumps(data)", "str(data)"),
        "no-query": _ITEM.replace('event.get("queryStringParameters") or {}', 'event["queryStringParameters"]'),
        "errors-raised": _ITEM.replace("    except KeyError:\n", "    except ZeroDivisionError:\n").replace(
            "except Exception", "except OSError"
        ),
        "unexpected-raised": _ITEM.replace("except Exception", "except OSError"),
        "caught-too-much": _ITEM.replace("except KeyError", "except Exception"),
        "always-200": _ITEM.replace("answer(404,", "answer(200,"),
        "reason-told": _ITEM.replace(
            'except Exception:\n        return answer(500, {"message": "something went wrong"})',
            'except Exception as error:\n        return answer(500, {"message": str(error)})',
        ),
        "not-by-find": ITEM
        + _FIND
        + _ANSWER
        + "def handler(event, context):\n"
        + '    query = event.get("queryStringParameters")\n'
        + '    if not query or "id" not in query:\n        return answer(400, {"message": "no id"})\n'
        + '    number = query["id"]\n'
        + '    if number == "13":\n        return answer(500, {"message": "sorry"})\n'
        + '    if number not in TITLES:\n        return answer(404, {"message": "no such item"})\n'
        + '    return answer(200, {"id": int(number), "title": TITLES[number]})\n',
    },
    failing={
        "raised": _ITEM.replace('"title": TITLES', '"title": TITELS').replace("except Exception", "except OSError"),
        "case": _ITEM.replace("application/json", "text/plain"),
    },
)
MORE_WRONG: dict[str, dict[str, tuple[str, str]]] = {
    "06.1": {
        "nothing but json.dumps": (
            "plain-dictionary",
            ITEM
            + _FIND
            + 'import json\n\ndef handler(event, context):\n    query = event.get("queryStringParameters") or {}\n'
            + '    return json.dumps(find(query["id"]))\n',
        ),
        "get of None": (
            "no-query",
            _ITEM.replace('event.get("queryStringParameters") or {}', 'event.get("queryStringParameters", {})'),
        ),
        "no error is caught": (
            "errors-raised",
            ITEM
            + _FIND
            + _ANSWER
            + 'def handler(event, context):\n    query = event.get("queryStringParameters") or {}\n'
            + '    if "id" not in query:\n        return answer(400, {"message": "id"})\n'
            + '    return answer(200, find(query["id"]))\n',
        ),
        "looking before finding": (
            "not-by-find",
            ITEM
            + _FIND
            + _ANSWER
            + "def handler(event, context):\n"
            + '    query = event.get("queryStringParameters")\n'
            + '    if not query or "id" not in query:\n        return answer(400, {"message": "no id"})\n'
            + '    if query["id"] not in TITLES and query["id"] != "13":\n'
            + '        return answer(404, {"message": "no such item"})\n'
            + '    try:\n        return answer(200, find(query["id"]))\n'
            + '    except Exception:\n        return answer(500, {"message": "sorry"})\n',
        ),
        "another find than the given one": (
            "not-by-find",
            _ITEM.replace(
                '    return {"id": int(number), "title": TITLES[number]}',
                '    return {"id": int(number), "title": TITLES[number]} if number in TITLES else None',
            )
            .replace(
                'answer(200, find(query["id"]))',
                '(lambda item: answer(200, item) if item else answer(404, {"message": "no item"}))(find(query["id"]))',
            )
            .replace("except KeyError", "except ZeroDivisionError"),
        ),
        "the status in the body": ("always-200", _ITEM.replace("answer(404, {", 'answer(200, {"status": 404, ')),
    }
}

# 06.2, two kinds of request

_READ = (
    "import base64\nimport json\n\ndef read_request(event):\n"
    '    if event.get("version") == "2.0":\n'
    '        method, path = event["requestContext"]["http"]["method"], event["rawPath"]\n'
    '    else:\n        method, path = event["httpMethod"], event["path"]\n'
    '    body = event.get("body")\n'
    '    if body and event["isBase64Encoded"]:\n        body = base64.b64decode(body)\n'
    '    query = event.get("queryStringParameters") or {}\n'
    '    return {"method": method, "path": path, "query": query, "body": json.loads(body) if body else None}\n'
)
_LINES = (
    '    if event.get("version") == "2.0":\n'
    '        method, path = event["requestContext"]["http"]["method"], event["rawPath"]\n'
    '    else:\n        method, path = event["httpMethod"], event["path"]\n'
)
A_06_2 = Answers(
    stub='def read_request(event):\n    raise NotImplementedError("Exercise 06.2")\n',
    solution=_READ,
    also_right={
        "by what is there": (
            "import base64\nimport json\n\ndef read_request(event):\n"
            '    http = event["requestContext"].get("http")\n    text = event.get("body") or "null"\n'
            '    if event.get("isBase64Encoded"):\n        text = base64.b64decode(text).decode()\n'
            "    return {\n"
            '        "method": http["method"] if http else event["httpMethod"],\n'
            '        "path": http["path"] if http else event["path"],\n'
            '        "query": dict(event.get("queryStringParameters") or {}),\n'
            '        "body": json.loads(text),\n    }\n'
        ),
        "two small readers": (
            "import base64\nimport json\n\ndef new(event):\n"
            '    return event["requestContext"]["http"]["method"], event["rawPath"]\n\n'
            'def old(event):\n    return event["httpMethod"], event["path"]\n\n'
            'def read_request(event):\n    method, path = (old if "httpMethod" in event else new)(event)\n'
            '    raw = event.get("body")\n    if raw is not None and event["isBase64Encoded"]:\n'
            "        raw = base64.b64decode(raw)\n"
            '    query = event.get("queryStringParameters")\n'
            "    return dict(method=method, path=path, query=query if query else {}, "
            "body=None if raw is None else json.loads(raw))\n"
        ),
    },
    wrong={
        "only-1.0": _READ.replace(_LINES, '    method, path = event["httpMethod"], event["path"]\n'),
        "only-2.0": _READ.replace(
            _LINES, '    method, path = event["requestContext"]["http"]["method"], event["rawPath"]\n'
        ),
        "no-query": _READ.replace(" or {}\n    return", "\n    return"),
        "no-body": _READ.replace('event.get("body")', 'event["body"]'),
        "base64-ignored": _READ.replace('body and event["isBase64Encoded"]', "False"),
        "body-as-text": _READ.replace("json.loads(body) if body else None", "body"),
    },
    failing={
        "raised": _READ.replace('"httpMethod"', '"method"'),
        "case": _READ.replace('event["rawPath"]', 'event["requestContext"]["http"]["path"] + "?"'),
    },
)
MORE_WRONG |= {
    "06.2": {
        "the query in square brackets": (
            "no-query",
            _READ.replace('event.get("queryStringParameters") or {}', 'event["queryStringParameters"]'),
        ),
        "a copy of None": (
            "no-query",
            _READ.replace('event.get("queryStringParameters") or {}', 'dict(event.get("queryStringParameters"))'),
        ),
        "json.loads without looking": (
            "no-body",
            _READ.replace("json.loads(body) if body else None", "json.loads(body)"),
        ),
        "the version in square brackets": ("only-2.0", _READ.replace('event.get("version")', 'event["version"]')),
        "base64 only in 1.0": (
            "base64-ignored",
            _READ.replace('event["isBase64Encoded"]', 'event["isBase64Encoded"] and "httpMethod" in event'),
        ),
        "base64 only in 2.0": (
            "base64-ignored",
            _READ.replace('event["isBase64Encoded"]', 'event["isBase64Encoded"] and "rawPath" in event'),
        ),
        "base64 handed on": (
            "base64-ignored",
            _READ.replace("        body = base64.b64decode(body)\n", "        pass\n").replace(
                "json.loads(body) if body else None",
                'body if body and event["isBase64Encoded"] else json.loads(body) if body else None',
            ),
        ),
    }
}

# 06.3, a notes service

NOTES = "%%deploy ex06_notes --memory 1769\n"
_TABLE = (
    "import boto3\nfrom lambdalab import Lab\nLab()\n"
    'if "ex06_notes" not in boto3.client("dynamodb").list_tables()["TableNames"]:\n'
    '    boto3.client("dynamodb").create_table(TableName="ex06_notes", BillingMode="PAY_PER_REQUEST",\n'
    '        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],\n'
    '        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}])\n'
)
_NOTES = (
    'import json\nimport uuid\n\nimport boto3\n\ntable = boto3.resource("dynamodb").Table("ex06_notes")\n\n'
    "def answer(status, data=None):\n"
    '    body = "" if data is None else json.dumps(data, default=int)\n'
    '    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": body}\n\n'
    "def handler(event, context):\n"
    '    method = event["requestContext"]["http"]["method"]\n'
    '    first, *rest = event["rawPath"].strip("/").split("/")\n'
    '    if first != "notes" or len(rest) > 1:\n        return answer(404, {"message": "no such route"})\n'
    '    if method == "POST" and not rest:\n'
    '        try:\n            note = json.loads(event.get("body", ""))\n'
    "        except ValueError:\n            note = None\n"
    '        if not isinstance(note, dict):\n            return answer(400, {"message": "no object"})\n'
    '        note["id"] = str(uuid.uuid4())\n        table.put_item(Item=note)\n        return answer(201, note)\n'
    '    if method == "GET" and not rest:\n        return answer(200, table.scan()["Items"])\n'
    '    if method == "GET":\n'
    '        note = table.get_item(Key={"id": rest[0]}).get("Item")\n'
    '        return answer(200, note) if note else answer(404, {"message": "no such note"})\n'
    '    if method == "DELETE" and rest:\n'
    '        table.delete_item(Key={"id": rest[0]})\n        return answer(204)\n'
    '    return answer(404, {"message": "no such route"})\n'
)
_ROUTES = (
    'import json\nimport uuid\nfrom decimal import Decimal\n\nimport boto3\n\nclient = boto3.client("dynamodb")\n\n'
    "def plain(item):\n"
    '    return {name: int(value["N"]) if "N" in value else value["S"] for name, value in item.items()}\n\n'
    "def typed(note):\n"
    '    return {k: {"N": str(v)} if isinstance(v, int) else {"S": v} for k, v in note.items()}\n\n'
    "def add(number, body):\n    try:\n        note = dict(**json.loads(body))\n"
    '    except (json.JSONDecodeError, TypeError):\n        return 400, {"message": "no JSON"}\n'
    '    note = {**note, "id": uuid.uuid4().hex}\n'
    '    client.put_item(TableName="ex06_notes", Item=typed(note))\n    return 201, note\n\n'
    "def show(number, body):\n"
    '    found = client.get_item(TableName="ex06_notes", Key={"id": {"S": number}}).get("Item")\n'
    '    return (200, plain(found)) if found else (404, {"message": "unknown"})\n\n'
    "def listed(number, body):\n"
    '    return 200, [plain(item) for item in client.scan(TableName="ex06_notes")["Items"]]\n\n'
    "def drop(number, body):\n"
    '    client.delete_item(TableName="ex06_notes", Key={"id": {"S": number}})\n    return 204, None\n\n'
    'routes = {("POST", False): add, ("GET", True): show, ("GET", False): listed, ("DELETE", True): drop}\n\n'
    "def handler(event, context):\n"
    '    parts = event["rawPath"].split("/")[1:]\n'
    '    route = routes.get((event["requestContext"]["http"]["method"], len(parts) == 2))\n'
    '    if parts[0] != "notes" or route is None:\n        return {"statusCode": 404, "body": "{}"}\n'
    '    status, data = route(parts[-1], event.get("body"))\n'
    '    return {"statusCode": status} | ({"body": json.dumps(data)} if data is not None else {})\n'
)
_GLOBAL = (
    _NOTES.replace('table = boto3.resource("dynamodb").Table("ex06_notes")', "notes = {}")
    .replace("table.put_item(Item=note)", 'notes[note["id"]] = note')
    .replace('table.scan()["Items"]', "list(notes.values())")
    .replace('table.get_item(Key={"id": rest[0]}).get("Item")', "notes.get(rest[0])")
    .replace('table.delete_item(Key={"id": rest[0]})', "notes.pop(rest[0], None)")
)
A_06_3 = Answers(
    given=_TABLE,
    stub=NOTES + 'def handler(event, context):\n    raise NotImplementedError("Exercise 06.3")\n',
    solution=NOTES + _NOTES,
    also_right={"a dictionary of routes, and the client": NOTES + _ROUTES},
    wrong={
        "in-a-global": NOTES + _GLOBAL,
        "decimal": NOTES + _NOTES.replace(", default=int", ""),
        "always-200": NOTES + _NOTES.replace('"statusCode": status', '"statusCode": 201 if status == 201 else 200'),
        "same-id": NOTES
        + _NOTES.replace("def answer", "count = 0\n\ndef answer", 1)
        .replace("def handler(event, context):\n", "def handler(event, context):\n    global count\n")
        .replace("str(uuid.uuid4())", "str(count)")
        .replace("        table.put_item", "        count += 1\n        table.put_item"),
        "errors-raised": NOTES + _NOTES.replace("except ValueError", "except OSError"),
        "own-id": NOTES + _NOTES.replace('note["id"] = str(uuid.uuid4())', 'note = {"id": str(uuid.uuid4()), **note}'),
        "wrong-route": NOTES + _NOTES.replace('first != "notes" or len(rest) > 1', 'first == "nothing"'),
    },
    failing={
        "raised": NOTES + _NOTES.replace('table.scan()["Items"]', 'table.scan()["items"]'),
        "case": NOTES + _NOTES.replace("default=int", "default=str"),
    },
)
MORE_WRONG |= {
    "06.3": {
        "no object": ("errors-raised", NOTES + _NOTES.replace("not isinstance(note, dict)", "note is None")),
        "the text as the id": ("same-id", NOTES + _NOTES.replace("str(uuid.uuid4())", 'note.get("text", "none")')),
        "the clock as the id": (
            "same-id",
            NOTES + _NOTES.replace("import uuid", "import time").replace("uuid.uuid4()", "time.time()"),
        ),
        "the number of notes as the id": (
            "same-id",
            NOTES + _NOTES.replace("str(uuid.uuid4())", 'str(len(table.scan()["Items"]) + 1)'),
        ),
        "an id only if there is none": (
            "own-id",
            NOTES + _NOTES.replace('note["id"] = ', 'note["id"] = note.get("id") or '),
        ),
        "POST anywhere": (
            "wrong-route",
            NOTES
            + _NOTES.replace(
                'if first != "notes" or len(rest) > 1:', 'if method != "POST" and (first != "notes" or len(rest) > 1):'
            ),
        ),
        "DELETE anywhere": (
            "wrong-route",
            NOTES
            + _NOTES.replace(
                'if first != "notes" or len(rest) > 1:',
                'if method != "DELETE" and (first != "notes" or len(rest) > 1):',
            ),
        ),
        "GET of an id anywhere": (
            "wrong-route",
            NOTES + _NOTES.replace('first != "notes" or len(rest) > 1', 'first != "notes" and not rest'),
        ),
        "a deleted note is not found": ("always-200", NOTES + _NOTES.replace("answer(204)", 'answer(200, "deleted")')),
        "no note, no Item": (
            "errors-raised",
            NOTES
            + _NOTES.replace(
                'table.get_item(Key={"id": rest[0]}).get("Item")', 'table.get_item(Key={"id": rest[0]})["Item"]'
            ),
        ),
    }
}

# 06.4, it works with curl

ORDERS = "%%deploy ex06_orders\n"
_CORS = (
    'CORS = {\n    "Access-Control-Allow-Origin": "https://shop.example",\n'
    '    "Access-Control-Allow-Credentials": "true",\n}\n\n'
)
_ORDER = (
    '    order = json.loads(event["body"])\n'
    '    if "item" not in order:\n        return answer(400, {"message": "item is missing"})\n'
    '    return answer(201, {"ordered": order["item"]})\n'
)
_OPTIONS = (
    '    if event["httpMethod"] == "OPTIONS":\n'
    '        leave = {"Access-Control-Allow-Headers": "content-type"}\n'
    '        return {"statusCode": 204, "headers": CORS | leave}\n'
)
_ORDERS = (
    "import json\n\n"
    + _CORS
    + "def answer(status, data):\n"
    + '    headers = CORS | {"Content-Type": "application/json"}\n'
    + '    return {"statusCode": status, "headers": headers, "body": json.dumps(data)}\n\n'
    + "def handler(event, context):\n"
    + _OPTIONS
    + _ORDER
)
A_06_4 = Answers(
    stub=ORDERS + _ANSWER + "def handler(event, context):\n" + _ORDER,
    solution=ORDERS + _ORDERS,
    also_right={
        "the origin looked up": ORDERS
        + "import json\n\n"
        + "def answer(event, status, data=None):\n"
        + '    headers = {"Content-Type": "application/json", "Vary": "Origin"}\n'
        + '    said = {name.lower(): value for name, value in event["headers"].items()}\n'
        + '    if said.get("origin") in ("https://shop.example",):\n'
        + '        headers["Access-Control-Allow-Origin"] = said["origin"]\n'
        + '        headers["Access-Control-Allow-Credentials"] = "true"\n'
        + '        headers["Access-Control-Allow-Headers"] = said.get("access-control-request-headers", "")\n'
        + '    return {"statusCode": status, "headers": headers, "body": json.dumps(data)}\n\n'
        + "def handler(event, context):\n"
        + '    if event["httpMethod"] == "OPTIONS":\n        return answer(event, 200)\n'
        + _ORDER.replace("answer(", "answer(event, "),
    },
    wrong={
        "no-options": ORDERS + _ORDERS.replace(_OPTIONS, ""),
        "only-on-success": ORDERS
        + _ORDERS.replace("headers = CORS | {", "headers = (CORS if status < 300 else {}) | {"),
        "only-on-options": ORDERS + _ORDERS.replace('headers = CORS | {"Content', 'headers = {"Content'),
        "star-with-credentials": ORDERS + _ORDERS.replace('"https://shop.example"', '"*"'),
        "no-credentials": ORDERS + _ORDERS.replace('    "Access-Control-Allow-Credentials": "true",\n', ""),
        "headers-not-allowed": ORDERS + _ORDERS.replace('"Access-Control-Allow-Headers": "content-type"', ""),
        "anybody": ORDERS
        + _ORDERS.replace(
            "def handler(event, context):\n",
            "def handler(event, context):\n"
            '    CORS["Access-Control-Allow-Origin"] = event["headers"].get("Origin", "")\n',
        ),
    },
    failing={
        "raised": ORDERS + _ORDERS.replace('{"ordered": order["item"]}', '{"ordered": order["title"]}'),
        "case": ORDERS + _ORDERS.replace('{"ordered": order["item"]}', '{"ordered": "tea"}'),
    },
)
MORE_WRONG |= {
    "06.4": {
        "an empty answer to OPTIONS": (
            "no-options",
            ORDERS + _ORDERS.replace(', "headers": CORS | leave', ""),
        ),
        "a slash after the origin": ("case", ORDERS + _ORDERS.replace("shop.example", "shop.example/")),
        "wrong orders known by a word": (
            "case",
            ORDERS
            + _ORDERS.replace('"item" not in order', '\'"item"\' not in event["body"]').replace(
                'order["item"]', 'order.get("item", "tea")'
            ),
        ),
        "headers must be * without credentials": (
            "headers-not-allowed",
            ORDERS + _ORDERS.replace('"Access-Control-Allow-Headers": "content-type"', '"X": "y"'),
        ),
    }
}

# A star, and the JSON's header is not allowed: the browser refuses every page, the shop's own too.
NOBODY_SERVED = ORDERS + _ORDERS.replace('"https://shop.example"', '"*"').replace(
    '"Access-Control-Allow-Headers"', '"X"'
)

# 06.5, what does the visitor see?

_STATUSES = {
    "REST API: the handler raises an error": 502,
    "REST API: a plain dictionary, without statusCode": 502,
    "function URL: a plain dictionary, without statusCode": 200,
    "REST API: it takes 31 s, the function's timeout is 60 s": 504,
    "REST API: the function's policy has no statement": 500,
    "function URL: the function's policy has no statement": 403,
    "REST API: statusCode 201, and a text as the body": 201,
}
_AGAIN = {
    "REST API: it takes 2 s, the function's timeout is 1 s": 502,
    "REST API: statusCode 200, and a dictionary as the body": 502,
    "function URL: the handler returns a text": 200,
}


def _sees(again: dict[str, int] | None = None, **changed: object) -> str:
    keys = dict(zip(("raises", "rest", "url", "slow", "denied", "denied_url", "well"), _STATUSES, strict=True))
    said = {**_STATUSES, **{keys[key]: status for key, status in changed.items()}}
    return f"sees = {said}\nagain = {_AGAIN if again is None else again}\n"


A_06_5 = Answers(
    stub=f"sees = {{{', '.join(f'{key!r}: ...' for key in _STATUSES)}}}\n",
    solution=_sees(),
    also_right={"in another order": _sees() + "sees = dict(reversed(sees.items()))\n"},
    wrong={
        "dictionary-alike": _sees(url=502),
        "raises-is-200": _sees(raises=200),
        "raises-is-500": _sees(raises=500),
        "it-waits": _sees(slow=200),
        "denied-alike": _sees(denied=403),
    },
    failing={
        "case": _sees(_AGAIN | {"function URL: the handler returns a text": 502}),
        "shape": _sees(raises="502"),
        "next": _sees({}),
    },
)

ANSWERS = {"06.1": A_06_1, "06.2": A_06_2, "06.3": A_06_3, "06.4": A_06_4, "06.5": A_06_5}

# What the messages say, with the values that these answers must bring into it.
PRINTED = {
    ("06.1", "plain-dictionary"): "Through the function URL it works, through the REST API the visitor saw 502.",
    ("06.1", "body-object"): "`body` must be a *text*: the REST API answers 502 to an object.",
    (
        "06.1",
        "errors-raised",
    ): "The visitor saw 502 for an unknown id: the handler raised `KeyError`. Nobody translates",
    ("06.1", "python-text"): "The body is `{'id': 7, 'title': 'Tea'}`. Single quotes are Python, not JSON.",
    ("06.2", "only-1.0"): "`KeyError` 'httpMethod' for a 2.0 event. There it is `requestContext.http.method`",
    ("06.2", "no-query"): "1.0 sends `None` when there is no query, 2.0 leaves the key out. Make it `{}`.",
    ("06.2", "base64-ignored"): "`isBase64Encoded` is true for this event: decode first",
    ("06.3", "in-a-global"): "After the environments were replaced the list was empty. Between calls a function owns",
    ("06.3", "decimal"): "502: DynamoDB gives numbers back as `Decimal`, which JSON does not know.",
    ("06.3", "always-200"): "Deleting and not finding look alike to the caller. Say it with the status.",
    ("06.1", "reason-told"): "For id 13 the visitor reads your error's own text, `the shelf is locked`.",
    ("06.3", "own-id"): "A visitor sent a note with the `id` of another one, and your function took it.",
    ("06.3", "wrong-route"): "GET /other/ID: you answered 200, expected 404.",
    ("06.3", "same-id"): "Two notes got the same id, '0'.",
    ("06.4", "only-on-success"): 'The page shows "CORS error" instead of your 400. Every answer needs the header,',
    ("06.4", "only-on-options"): "Then it hid the answer: the header is not on that one.",
    ("06.4", "no-options"): "The browser asked first and got 502; your POST was never sent. curl does not ask.",
    ("06.4", "star-with-credentials"): "Refused by the browser: with credentials the origin must be named.",
    ("06.5", "dictionary-alike"): "Format 2.0 guesses: no `statusCode`, so 200 and your answer as the body.",
    ("06.5", "raises-is-200"): "That was the *Invoke* API of lesson 02.",
    ("06.5", "it-waits"): "The front gives up at its own limit (29 s; in the check 1 s) with 504, while your function",
    ("06.5", "denied-alike"): "The function URL says 403 to the visitor. The REST API hides it: 500, as if your code",
}
