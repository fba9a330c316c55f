"""Answers to the exercises of workbook 02, as students write them; see `answers.py`."""

from __future__ import annotations

from lambdalab.learn.exercises import find
from tests.learn.answers import Answers

ORDER = "%%deploy ex02_order\n"
DELIVERY = "%%deploy ex02_delivery\n"
BATCH = "%%deploy ex02_batch --timeout 2\n"

_ADD_UP = '    for item in event["items"]:\n        total += item["cents"] * item["qty"]\n        lines.append(item)\n'
_COUPON = '    total = max(0, total - event.get("coupon_cents", 0))\n'
_ANSWER = '    return {"total_cents": total, "lines": len(lines)}\n'

A_02_1 = Answers(
    stub=ORDER + find("02.1").given,
    solution=ORDER + "def handler(event, context):\n    total, lines = 0, []\n" + _ADD_UP + _COUPON + _ANSWER,
    also_right={
        "sum": ORDER
        + "def handler(event, context):\n"
        + '    total = sum(item["cents"] * item["qty"] for item in event["items"])\n'
        + '    return {"total_cents": max(0, total - event.get("coupon_cents", 0)), "lines": len(event["items"])}\n',
        "dataclass": ORDER
        + "from dataclasses import dataclass, field\n\n@dataclass\nclass Order:\n    total: int = 0\n"
        + "    lines: list = field(default_factory=list)\n\ndef handler(event, context):\n    order = Order()\n"
        + '    for item in event["items"]:\n        order.total += item["cents"] * item["qty"]\n'
        + "        order.lines.append(item)\n"
        + '    if "coupon_cents" in event:\n        order.total -= event["coupon_cents"]\n'
        + '    return {"total_cents": max(order.total, 0), "lines": len(order.lines)}\n',
        "a global that is set anew": ORDER
        + "total = 0\n\ndef handler(event, context):\n    global total\n    total, lines = 0, []\n"
        + _ADD_UP
        + _COUPON
        + _ANSWER,
    },
    wrong={
        "globals-kept": ORDER
        + "total = 0\nlines = []\n\ndef handler(event, context):\n    global total\n"
        + _ADD_UP
        + _COUPON
        + _ANSWER,
        "coupon-required": ORDER
        + "def handler(event, context):\n    total, lines = 0, []\n"
        + _ADD_UP
        + '    total = max(0, total - event["coupon_cents"])\n'
        + _ANSWER,
        "below-zero": ORDER
        + "def handler(event, context):\n    total, lines = 0, []\n"
        + _ADD_UP
        + '    total -= event.get("coupon_cents", 0)\n'
        + _ANSWER,
        "default-list": ORDER + "def handler(event, context, lines=[]):\n    total = 0\n" + _ADD_UP + _COUPON + _ANSWER,
    },
    failing={
        "case": ORDER + "def handler(event, context):\n    total, lines = 0, []\n" + _ADD_UP + _ANSWER,
        "raised": ORDER + 'def handler(event, context):\n    return event["item"]\n',
    },
)

_RIGHT_FATE = {letter: "refused" for letter in "efgh"} | {letter: "same" for letter in "cdij"}
_RIGHT_FATE |= {"a": "changed", "b": "changed"}
_AGAIN = 'again = {"k": "same", "l": "refused", "m": "changed", "n": "same"}\n'


def _fate(**said: str) -> str:
    return f"fate = {dict(sorted({**_RIGHT_FATE, **said}.items()))}\n"


def _one_by_one() -> str:
    return "".join(f'fate["{letter}"] = "{word}"\n' for letter, word in reversed(sorted(_RIGHT_FATE.items())))


A_02_2 = Answers(
    stub="fate = {letter: ... for letter in 'abcdefghij'}\n",
    solution=_fate() + _AGAIN,
    also_right={"one by one": "fate = {}\n" + _one_by_one() + _AGAIN},
    wrong={
        "int-key-same": _fate(a="same") + _AGAIN,
        "int-key-refused": _fate(a="refused") + _AGAIN,
        "tuple-same": _fate(b="same") + _AGAIN,
        "tuple-refused": _fate(b="refused") + _AGAIN,
        "datetime-changed": _fate(e="changed") + _AGAIN,
        "set-sent": _fate(f="changed") + _AGAIN,
        "bytes-sent": _fate(g="same") + _AGAIN,
        "decimal-sent": _fate(h="changed") + _AGAIN,
        "plain-not-same": _fate(c="refused") + _AGAIN,
    },
    failing={
        "case": _fate() + _AGAIN.replace("refused", "changed"),
        "next": _fate(),
        "shape": _fate(a="lost") + _AGAIN,
    },
)

_FACTS = (
    "from datetime import date, timedelta\nfrom decimal import Decimal\nimport json\n\ndef handler(event, context):\n"
    '    when = date.fromisoformat(event["ordered"]) + timedelta(days=event["days"])\n'
    '    tags = set(event["tags"])\n    price = Decimal(event["price"])\n'
)


def _delivery(
    cents: str = "int(price * 100)", tags: str = "sorted(tags)", when: str = "when.isoformat()", around: str = "{}"
) -> str:
    facts = f'{{"when": {when}, "tags": {tags}, "price_cents": {cents}}}'
    return DELIVERY + _FACTS + f"    return {around.replace('{}', facts)}\n"


A_02_3 = Answers(
    stub=DELIVERY + find("02.3").given,
    solution=_delivery(),
    also_right={
        "list of sorted": _delivery(tags="list(sorted(tags))", when="str(when)"),
        "rounded": _delivery(cents="round(price * 100)"),
        "a rounded float": _delivery(cents="round(float(price) * 100)"),
        "two texts": _delivery(cents='int(event["price"].split(".")[0] + (event["price"] + ".00").split(".")[1])'),
    },
    wrong={
        "encoded-twice": _delivery(around="json.dumps({})"),
        "texts-of-everything": _delivery(tags="tags", around="json.loads(json.dumps({}, default=str))"),
        "float-cents": _delivery(cents="float(price) * 100"),
        "cents-with-point": _delivery(cents="price * 100"),
        "unsorted": _delivery(tags="sorted(tags, reverse=True)"),
    },
    failing={
        "raised": _delivery(tags="tags"),
        "case": _delivery(cents="int(price)"),
    },
)
MORE_WRONG_02_3 = {
    "str of the set": ("texts-of-everything", _delivery(tags="str(tags)")),
    "int of the float": ("float-cents", _delivery(cents="int(float(price) * 100)")),
}

_CLIENT = "import json\nimport boto3\nfrom botocore.exceptions import ClientError\nclient = boto3.client('lambda')\n"


def _deployed(name: str, body: str, head: str = "") -> str:
    return f"%%deploy {name}\n{head}def handler(event, context):\n    {body}\n"


_FIVE = (
    _deployed("ex02_answers", 'return {"double": 2 * event["n"]}')
    + _deployed("ex02_raises", 'return event["missing"]')
    + _deployed("ex02_slow --timeout 1", "time.sleep(5)", "import time\n\n")
    + _deployed("ex02_exits", "sys.exit(1)", "import sys\n\n")
    + _deployed("ex02_stock", 'return {"errorMessage": "out of stock"}')
)


_BY_STATUS = (
    _CLIENT
    + "def outcome(name, event):\n    answer = client.invoke(FunctionName=name, Payload=json.dumps(event))\n"
    + '    value = json.loads(answer["Payload"].read())\n    if answer["StatusCode"] == 200:\n'
    + '        return "ok", value\n    return "failed", value["errorType"]\n'
)
_BY_THE_LAB = (
    "from lambdalab import Lab\nfrom botocore.exceptions import ClientError\nlab = Lab()\n"
    "def outcome(name, event):\n    try:\n        result = lab.function(name).invoke(event)\n"
    '    except ClientError as error:\n        return "refused", error.response["Error"]["Code"]\n'
    '    if result.function_error:\n        return "failed", result.error["errorType"]\n'
    '    return "ok", result.answer\n'
)


def _outcome(failed: str, caught: bool = True, value: str = '"ok", value') -> str:
    invoke = "answer = client.invoke(FunctionName=name, Payload=json.dumps(event))\n"
    refused = '    except ClientError as error:\n        return "refused", error.response["Error"]["Code"]\n'
    return (
        _CLIENT
        + "def outcome(name, event):\n"
        + (f"    try:\n        {invoke}{refused}" if caught else f"    {invoke}")
        + '    value = json.loads(answer["Payload"].read())\n'
        + f'    if {failed}:\n        return "failed", value["errorType"]\n'
        + f"    return {value}\n"
    )


def _undecoded(value: str) -> str:
    """What is in the payload, handed back as it came; an error is decoded."""
    once = '    value = json.loads(answer["Payload"].read())\n'
    failed = '        return "failed", '
    code = _outcome('"FunctionError" in answer', value=f'"ok", {value}').replace(once, "")
    return code.replace(f"{failed}value", f'{failed}json.loads(answer["Payload"].read())')


A_02_4 = Answers(
    given=_FIVE,
    stub=_CLIENT + 'def outcome(name, event):\n    raise NotImplementedError("Exercise 02.4")\n',
    solution=_outcome('"FunctionError" in answer'),
    also_right={
        "get": _outcome('answer.get("FunctionError")'),
        "unhandled": _outcome('answer.get("FunctionError") == "Unhandled"'),
        "every error of the client": _outcome('"FunctionError" in answer').replace(
            "except ClientError", "except client.exceptions.ResourceNotFoundException"
        ),
    },
    wrong={
        "status-200": _outcome('answer["StatusCode"] != 200'),
        "error-message": _outcome('isinstance(value, dict) and "errorMessage" in value'),
        "refusal-raises": _outcome('"FunctionError" in answer', caught=False),
        "not-decoded": _undecoded('answer["Payload"].read()'),
        "through-the-lab": _BY_THE_LAB,
        "nothing-handed-back": _outcome('"FunctionError" in answer', value='print("ok", value)'),
    },
    failing={
        "raised": _CLIENT + "def outcome(name, event):\n    return client.invoke(FunctionName='name')\n",
        "case": _outcome('"FunctionError" in answer', value='["ok", value]'),
    },
)

MORE_WRONG_02_4 = {
    "the stream": ("not-decoded", _undecoded('answer["Payload"]')),
    "the text": ("not-decoded", _undecoded('answer["Payload"].read().decode()')),
    "the stream, and nothing caught": (
        "not-decoded",
        _CLIENT
        + "def outcome(name, event):\n    answer = client.invoke(FunctionName=name, Payload=json.dumps(event))\n"
        + '    return "ok", answer["Payload"]\n',
    ),
    "the status, and nothing caught": ("status-200", _BY_STATUS),
    "the message of any error": (
        "error-message",
        _outcome('isinstance(value, dict) and "errorMessage" in value').replace('["errorType"]', '["errorMessage"]'),
    ),
}

_WORK = 'import time\n\ndef work(item):\n    print("item", item)\n    time.sleep(0.02)\n\n'


def _batch(stop: str, left: str = 'event["items"][len(done):]', before: str = "") -> str:
    return (
        BATCH
        + _WORK
        + "def handler(event, context):\n    done = []\n"
        + before
        + f'    for item in event["items"]:\n        if {stop}:\n            break\n'
        + "        work(item)\n        done.append(item)\n"
        + f'    return {{"done": done, "left": {left}}}\n'
    )


_LEFT = "context.get_remaining_time_in_millis()"
A_02_5 = Answers(
    stub=BATCH + find("02.5").given,
    solution=_batch(f"{_LEFT} < 200"),
    also_right={
        "while": BATCH
        + _WORK
        + 'def handler(event, context):\n    left, done = list(event["items"]), []\n'
        + f"    while left and {_LEFT} > 300:\n        work(left[0])\n        done.append(left.pop(0))\n"
        + '    return {"done": done, "left": left}\n',
        "by number": BATCH
        + _WORK
        + 'def handler(event, context):\n    items, stopped = event["items"], None\n'
        + "    for number, item in enumerate(items):\n"
        + f"        if {_LEFT} < 150:\n            stopped = number\n            break\n        work(item)\n"
        + '    return {"done": items[:stopped], "left": [] if stopped is None else items[stopped:]}\n',
    },
    wrong={
        "no-reserve": _batch(f"{_LEFT} <= 0"),
        "own-stopwatch": _batch("time.monotonic() - began > 0.6", before="    began = time.monotonic()\n"),
        "rest-forgotten": _batch(f"{_LEFT} < 200", left="[]"),
    },
    failing={
        "case": _batch(f"{_LEFT} < 1200"),
        "raised": _batch("context.time_left < 200"),
    },
)
MORE_WRONG_02_5 = {
    "a fixed number": ("own-stopwatch", _batch("len(done) == 30")),
    "no look at the time": ("no-reserve", _batch("False")),
    "a clock set for 2 s": (
        "own-stopwatch",
        _batch("time.monotonic() - began > 1.5", before="    began = time.monotonic()\n"),
    ),
    "a number that fits 2 s": ("own-stopwatch", _batch("len(done) == 65")),
    "what is not in done": (
        "rest-forgotten",
        _batch(f"{_LEFT} < 200", left='[item for item in event["items"] if item not in done]'),
    ),
}

ANSWERS = {"02.1": A_02_1, "02.2": A_02_2, "02.3": A_02_3, "02.4": A_02_4, "02.5": A_02_5}
MORE_WRONG = {"02.3": MORE_WRONG_02_3, "02.4": MORE_WRONG_02_4, "02.5": MORE_WRONG_02_5}

_CALLS = '{"total_cents": 500, "lines": 1}, second call {"total_cents": 1000, "lines": 2}'
PRINTED = {
    (
        "02.1",
        "globals-kept",
    ): f"First call {_CALLS} for the same event. What stands above `def` (module-level variables)",
    ("02.1", "below-zero"): "`total_cents` was -50: the coupon was larger than the sum.",
    ("02.1", "coupon-required"): "`KeyError`: most orders have no coupon. What may be absent is read with a default.",
    ("02.1", "default-list"): "The list outlives the call: a default is made once, like a global.",
    ("02.2", "int-key-same"): '`{"1": "a"}`: JSON keys are texts. `event[1]` fails in the handler although it worked',
    ("02.2", "tuple-same"): "it arrived as a list. JSON has one kind of sequence.",
    ("02.2", "datetime-changed"): "nothing converts it: `json.dumps` refuses before anything is sent. You decide",
    ("02.2", "plain-not-same"): "c: `None` arrived as it was.",
    ("02.3", "encoded-twice"): "The caller decodes once and still holds a text: it was encoded twice. Return the dict",
    ("02.3", "texts-of-everything"): "Choose a JSON type for each value: a set becomes a list.",
    ("02.3", "float-cents"): "19.99 became 1998.9999999999998 cents: binary fractions miss most prices. Stay in",
    ("02.3", "cents-with-point"): "`price_cents` arrived as 1999.0, a number with a point.",
    ("02.3", "unsorted"): "`tags` arrived as `['b', 'a']`: the right ones, but not sorted.",
    ("02.4", "status-200"): "`ex02_raises` failed and still answered 200: Lambda did its job, your code did not.",
    ("02.4", "error-message"): "`ex02_stock` answered normally with a key of that name. Only `FunctionError` marks a",
    ("02.4", "refusal-raises"): "The check called `ex02_nobody`, a name that no function has, and `ResourceNotFoundExc",
    (
        "02.4",
        "not-decoded",
    ): "Your pair holds bytes (`bytes`), not the value that the function answered. Read the stream",
    ("02.4", "through-the-lab"): "For `ex02_nobody` the lab's own `lab.function` raised its own `LabError`.",
    ("02.5", "no-reserve"): ": an item was begun with less time left than it needs. Check before each item, with a",
    ("02.5", "own-stopwatch"): "With twice the timeout you did about the same amount: ",
    ("02.5", "rest-forgotten"): "items are in neither list. What is not reported is lost.",
}
