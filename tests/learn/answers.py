"""Answers to the exercises of workbooks 00 and 01, as students write them: stubs, solutions, right and wrong ones.

Each answer is the code of the student's cells; what follows a line `%%deploy NAME` is a deployed function.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answers:
    """What students write for one exercise; the wrong ones by the id of the message they must get."""

    stub: str
    solution: str
    also_right: dict[str, str]
    wrong: dict[str, str]
    given: str = ""
    failing: dict[str, str] = field(default_factory=dict)


HELLO = "%%deploy ex00_hello\n"
SERVUS = "%%deploy ex00_servus\n"

A_00_1 = Answers(
    stub=HELLO + 'def handler(event, context):\n    raise NotImplementedError("Exercise 00.1")\n',
    solution=HELLO + 'def handler(event, context):\n    return {"greeting": f"Hello, {event[\'name\']}"}\n',
    also_right={
        "plus": HELLO + 'def handler(event, context):\n    return {"greeting": "Hello, " + event["name"]}\n',
        "helper": HELLO
        + 'def greet(name):\n    return "Hello, {}".format(name)\n\n'
        + 'def handler(event, context):\n    return {"greeting": greet(event["name"])}\n',
    },
    wrong={
        "typed-name": HELLO + 'def handler(event, context):\n    return {"greeting": "Hello, Ada"}\n',
        "print": HELLO + 'def handler(event, context):\n    print({"greeting": f"Hello, {event[\'name\']}"})\n',
        "text-alone": HELLO + "def handler(event, context):\n    return f\"Hello, {event['name']}\"\n",
    },
    failing={
        "raised": HELLO
        + 'def handler(event, context):\n    name = event["nome"]\n    return {"greeting": f"Hello, {name}"}\n',
        "case": HELLO + 'def handler(event, context):\n    return {"greeting": f"hello {event[\'name\']}"}\n',
    },
)

A_00_2 = Answers(
    given='GREETING = "Servus"\n',
    stub=SERVUS + 'def handler(event, context):\n    return {"greeting": f"{GREETING}, {event[\'name\']}"}\n',
    solution=SERVUS
    + 'GREETING = "Servus"\n\ndef handler(event, context):\n'
    + '    return {"greeting": f"{GREETING}, {event[\'name\']}"}\n',
    also_right={
        "local": SERVUS
        + 'def handler(event, context):\n    greeting = "Servus"\n'
        + '    return {"greeting": f"{greeting}, {event[\'name\']}"}\n',
        "default": SERVUS
        + 'def handler(event, context, greeting="Servus"):\n'
        + '    return {"greeting": f"{greeting}, {event[\'name\']}"}\n',
    },
    wrong={
        "still-name-error": SERVUS
        + 'def handler(event, context):\n    name = event["name"]\n    return {"greeting": f"{GREETING}, {name}"}\n',
        "hidden-error": SERVUS
        + "def handler(event, context):\n    try:\n        greeting = GREETING\n"
        + '    except NameError:\n        greeting = "Hello"\n'
        + '    return {"greeting": f"{greeting}, {event[\'name\']}"}\n',
        "in-the-event": SERVUS
        + "def handler(event, context):\n    return {\"greeting\": f\"{event['greeting']}, {event['name']}\"}\n",
    },
)

A_00_3 = Answers(
    stub="order = []\n",
    solution='order = ["D", "B", "F", "A", "E"]\n',
    also_right={
        "harmless line first": 'order = ["D", "D", "B", "F", "A", "E"]\n',
        "a distractor that is overwritten": 'order = ["D", "B", "F", "C", "A", "E"]\n',
        "small letters": 'order = ["d", "b", "f", "a", "e"]\n',
    },
    wrong={
        "client-before-lab": 'order = ["B", "D", "F", "A", "E"]\n',
        "stream-as-result": 'order = ["D", "B", "F", "C"]\n',
        "loads-the-answer": 'order = ["D", "B", "F", "G"]\n',
    },
    failing={
        "raised": 'order = ["D", "F", "B", "A", "E"]\n',
        "case": 'order = ["D", "B", "F", "A"]\n',
        "shape": 'order = ["D", "B", "X"]\n',
    },
)

A_00_4 = Answers(
    stub='prediction = {"a": ..., "b": ..., "c": ..., "d": ...}\n',
    solution='prediction = {"a": False, "b": False, "c": False, "d": False}\n',
    also_right={},
    wrong={
        "bill": 'prediction = {"a": True, "b": False, "c": False, "d": False}\n',
        "request-leaves": 'prediction = {"a": False, "b": True, "c": False, "d": False}\n',
        "processes-left": 'prediction = {"a": False, "b": False, "c": True, "d": False}\n',
        "own-credentials": 'prediction = {"a": False, "b": False, "c": False, "d": True}\n',
    },
    failing={"shape": 'prediction = {"a": "no", "b": False, "c": False, "d": False}\n'},
)

A_01_1 = Answers(
    stub=(
        'def register(name, function):\n    raise NotImplementedError("Exercise 01.1")\n\n'
        'def dispatch(name, event):\n    raise NotImplementedError("Exercise 01.1")\n'
    ),
    solution=(
        "functions = {}\n\ndef register(name, function):\n    functions[name] = function\n\n"
        "def dispatch(name, event):\n    if name not in functions:\n"
        '        raise LookupError(f"no function named {name}")\n    return functions[name](event)\n'
    ),
    also_right={
        "class": (
            "class Dispatcher:\n    def __init__(self):\n        self.known = {}\n"
            "    def register(self, name, function):\n        self.known[name] = function\n"
            "    def dispatch(self, name, event):\n        return self.known[name](event)\n\n"
            "desk = Dispatcher()\nregister, dispatch = desk.register, desk.dispatch\n"
        ),
        "closure": (
            "def make():\n    known = {}\n"
            "    def register(name, function):\n        known[name] = function\n"
            "    def dispatch(name, event):\n        return known[name](event)\n"
            "    return register, dispatch\n\nregister, dispatch = make()\n"
        ),
        "get": (
            "known = {}\n\ndef register(name, function):\n    known[name] = function\n\n"
            "def dispatch(name, event):\n    function = known.get(name)\n    if function is None:\n"
            '        raise LookupError("unknown: " + name)\n    return function(event)\n'
        ),
    },
    wrong={
        "if-chain": (
            "known = {}\n\ndef register(name, function):\n    known[name] = function\n\n"
            'def dispatch(name, event):\n    if name == "hello":\n        return known["hello"](event)\n'
            '    elif name == "bye":\n        return known["bye"](event)\n'
            '    raise LookupError(f"no function named {name}")\n'
        ),
        "kept-in-the-call": (
            "known = {}\n\ndef register(name, function):\n    known = {}\n    known[name] = function\n\n"
            "def dispatch(name, event):\n    return known[name](event)\n"
        ),
        "nothing-handed-back": (
            "known = {}\n\ndef register(name, function):\n    known[name] = function\n\n"
            "def dispatch(name, event):\n    print(known[name](event))\n"
        ),
        "error-replaced": (
            "known = {}\n\ndef register(name, function):\n    known[name] = function\n\n"
            "def dispatch(name, event):\n    try:\n        return known[name](event)\n"
            "    except KeyError:\n        raise LookupError(name)\n"
        ),
        "runs-at-registration": (
            "known = {}\n\ndef register(name, function):\n    known[name] = function({})\n\n"
            "def dispatch(name, event):\n    return known[name]\n"
        ),
        "silent-none": (
            "known = {}\n\ndef register(name, function):\n    known[name] = function\n\n"
            "def dispatch(name, event):\n    if name in known:\n        return known[name](event)\n"
        ),
    },
    failing={
        "raised": (
            "known = {}\n\ndef register(name, function):\n    known[name] = function\n\n"
            'def dispatch(name, event):\n    return known[name](event["body"])\n'
        ),
        "case": (
            "known = {}\n\ndef register(name, function):\n    known.setdefault(name, function)\n\n"
            "def dispatch(name, event):\n    return known[name](event)\n"
        ),
    },
)

_AGAIN = 'again = {"after 3": 1, "after 2 h": 0}\n'
A_01_2 = Answers(
    stub='alive = {"deployed": ..., "after 1": ..., "after 2": ..., "after 2 h": ..., "after 3": ...}\n',
    solution='alive = {"deployed": 0, "after 1": 1, "after 2": 1, "after 2 h": 0, "after 3": 1}\n' + _AGAIN,
    also_right={},
    wrong={
        "one-after-deploying": 'alive = {"deployed": 1, "after 1": 1, "after 2": 1, "after 2 h": 0, "after 3": 1}\n'
        + _AGAIN,
        "two-after-second": 'alive = {"deployed": 0, "after 1": 1, "after 2": 2, "after 2 h": 0, "after 3": 1}\n'
        + _AGAIN,
        "one-after-two-hours": 'alive = {"deployed": 0, "after 1": 1, "after 2": 1, "after 2 h": 1, "after 3": 1}\n'
        + _AGAIN,
    },
    failing={
        "case": 'alive = {"deployed": 0, "after 1": 1, "after 2": 1, "after 2 h": 0, "after 3": 1}\n'
        + 'again = {"after 3": 3, "after 2 h": 0}\n',
        "shape": 'alive = {"deployed": "0", "after 1": 1, "after 2": 1, "after 2 h": 0, "after 3": 1}\n',
    },
)

_CLIENT = 'import json\nimport boto3\nclient = boto3.client("lambda")\n'
A_01_3 = Answers(
    given=(
        '%%deploy ex01_echo\ndef handler(event, context):\n    return event["say"]\n'
        '%%deploy ex01_count\ndef handler(event, context):\n    return len(event["lines"])\n'
        "%%deploy ex01_kind\ndef handler(event, context):\n"
        '    return {"kind": type(event).__name__, "empty": not event}\n'
    ),
    stub=_CLIENT + 'def call(name, event):\n    raise NotImplementedError("Exercise 01.3")\n',
    solution=_CLIENT
    + "def call(name, event):\n    answer = client.invoke(FunctionName=name, Payload=json.dumps(event))\n"
    + '    return json.loads(answer["Payload"].read())\n',
    also_right={
        "load": _CLIENT
        + "def call(name, event):\n    answer = client.invoke(FunctionName=name, Payload=json.dumps(event))\n"
        + '    return json.load(answer["Payload"])\n',
        "helper": "from lambdalab import Lab\nimport json\nlab = Lab()\n"
        + 'def ask(**more):\n    return lab.client("lambda").invoke(**more)["Payload"].read()\n'
        + "def call(name, event):\n    return json.loads(ask(FunctionName=name, Payload=json.dumps(event)))\n",
    },
    wrong={
        "not-decoded": _CLIENT
        + "def call(name, event):\n    answer = client.invoke(FunctionName=name, Payload=json.dumps(event))\n"
        + '    return answer["Payload"].read()\n',
        "encoded-twice": _CLIENT
        + "def call(name, event):\n    text = json.dumps(json.dumps(event))\n"
        + "    answer = client.invoke(FunctionName=name, Payload=text)\n"
        + '    return json.loads(answer["Payload"].read())\n',
        "payload-not-text": _CLIENT
        + "def call(name, event):\n    answer = client.invoke(FunctionName=name, Payload=event)\n"
        + '    return json.loads(answer["Payload"].read())\n',
        "nothing-handed-back": _CLIENT
        + "def call(name, event):\n    answer = client.invoke(FunctionName=name, Payload=json.dumps(event))\n"
        + '    print(json.loads(answer["Payload"].read()))\n',
        "another-way": "from lambdalab import Lab\nlab = Lab()\n"
        + "def call(name, event):\n    return lab.function(name).invoke(event).answer\n",
        "python-not-json": _CLIENT
        + "def call(name, event):\n    answer = client.invoke(FunctionName=name, Payload=json.dumps(event))\n"
        + '    return eval(answer["Payload"].read().decode())\n',
    },
    failing={
        "raised": _CLIENT
        + "def call(name, event):\n    answer = client.invoke(FunctionName=name, Payload=json.dumps(event))\n"
        + '    return json.loads(answer["payload"].read())\n',
    },
)
# Other forms of the same wrong answers.
MORE_WRONG_01_3 = {
    "the stream": (
        "not-decoded",
        _CLIENT
        + "def call(name, event):\n"
        + '    return client.invoke(FunctionName=name, Payload=json.dumps(event))["Payload"]\n',
    ),
    "the text": (
        "not-decoded",
        _CLIENT
        + "def call(name, event):\n    answer = client.invoke(FunctionName=name, Payload=json.dumps(event))\n"
        + '    return answer["Payload"].read().decode()\n',
    ),
    "a slice": (
        "python-not-json",
        _CLIENT
        + "def call(name, event):\n    answer = client.invoke(FunctionName=name, Payload=json.dumps(event))\n"
        + '    return answer["Payload"].read().decode()[1:-1]\n',
    ),
    "literal_eval": (
        "python-not-json",
        "import ast\n"
        + _CLIENT
        + "def call(name, event):\n    answer = client.invoke(FunctionName=name, Payload=json.dumps(event))\n"
        + '    return ast.literal_eval(answer["Payload"].read().decode())\n',
    ),
}

_PRICES = "PER_REQUEST = 0.20 / 1_000_000\nPER_GB_SECOND = 0.0000166667\n\n"
A_01_4 = Answers(
    stub='def monthly_bill(calls, ms, mb):\n    raise NotImplementedError("Exercise 01.4")\n',
    solution=_PRICES
    + "def monthly_bill(calls, ms, mb):\n    n = sum(calls)\n    gb_seconds = n * (ms / 1000) * (mb / 1024)\n"
    + "    return n * PER_REQUEST + gb_seconds * PER_GB_SECOND\n",
    also_right={
        "loop": _PRICES
        + "def monthly_bill(calls, ms, mb):\n    bill = 0\n"
        + "    for n in calls:\n        for_one = ms / 1000 * mb / 1024\n"
        + "        bill += n * (PER_REQUEST + for_one * PER_GB_SECOND)\n    return bill\n",
        "numpy": "import numpy as np\n"
        + _PRICES
        + "def monthly_bill(calls, ms, mb):\n    days = np.array(calls, dtype=float)\n"
        + "    return np.sum(days * PER_REQUEST + days * ms / 1e3 * mb / 2**10 * PER_GB_SECOND)\n",
        "decimal": "from decimal import Decimal\n\ndef monthly_bill(calls, ms, mb):\n    n = Decimal(sum(calls))\n"
        + '    return n * Decimal("0.0000002") + n * ms * mb / 1024000 * Decimal("0.0000166667")\n',
    },
    wrong={
        "peak-every-day": _PRICES
        + "def monthly_bill(calls, ms, mb):\n    n = max(calls) * 30\n    gb_seconds = n * (ms / 1000) * (mb / 1024)\n"
        + "    return n * PER_REQUEST + gb_seconds * PER_GB_SECOND\n",
        "milliseconds-as-seconds": _PRICES
        + "def monthly_bill(calls, ms, mb):\n    n = sum(calls)\n"
        + "    return n * PER_REQUEST + n * ms * (mb / 1024) * PER_GB_SECOND\n",
        "no-requests": _PRICES
        + "def monthly_bill(calls, ms, mb):\n    return sum(calls) * (ms / 1000) * (mb / 1024) * PER_GB_SECOND\n",
        "rounded": _PRICES
        + "def monthly_bill(calls, ms, mb):\n    n = sum(calls)\n    gb_seconds = n * (ms / 1000) * (mb / 1024)\n"
        + "    return round(n * PER_REQUEST + gb_seconds * PER_GB_SECOND, 2)\n",
        "gb-of-1000": _PRICES
        + "def monthly_bill(calls, ms, mb):\n    n = sum(calls)\n    gb_seconds = n * (ms / 1000) * (mb / 1000)\n"
        + "    return n * PER_REQUEST + gb_seconds * PER_GB_SECOND\n",
    },
    failing={
        "raised": _PRICES + "def monthly_bill(calls, ms, mb):\n    return sum(calls) / ms[0]\n",
        "case": _PRICES + "def monthly_bill(calls, ms, mb):\n    return round(sum(calls) * PER_REQUEST, 2)\n",
    },
)


def _who(**changed: str) -> str:
    right = {
        "patch the operating system": "AWS",
        "choose the memory": "me",
        "start a process when an event comes": "AWS",
        "replace a broken machine": "AWS",
        "keep libraries in my zip up to date": "me",
        "decide who may call": "me",
        "pay for idle hours": "nobody",
        "delete old files in my bucket": "me",
        "pick the region": "me",
        "end a call that passes its timeout": "AWS",
    }
    keys = {"libraries": "keep libraries in my zip up to date", "idle": "pay for idle hours"}
    keys |= {"files": "delete old files in my bucket", "region": "pick the region"}
    return f"who = {right | {keys[key]: value for key, value in changed.items()}}\n"


A_01_5 = Answers(
    stub=_who().replace("'AWS'", "...").replace("'me'", "...").replace("'nobody'", "..."),
    solution=_who(),
    also_right={"in another order": "who = dict(reversed(" + _who().removeprefix("who = ").strip() + ".items()))\n"},
    wrong={
        "libraries-by-aws": _who(libraries="AWS"),
        "idle-hours-by-me": _who(idle="me"),
        "files-by-aws": _who(files="AWS"),
    },
    failing={"case": _who(region="AWS"), "shape": _who(region="Amazon")},
)

ANSWERS = {
    "00.1": A_00_1,
    "00.2": A_00_2,
    "00.3": A_00_3,
    "00.4": A_00_4,
    "01.1": A_01_1,
    "01.2": A_01_2,
    "01.3": A_01_3,
    "01.4": A_01_4,
    "01.5": A_01_5,
}
