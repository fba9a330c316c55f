"""Answers to the exercises of workbook 04, as students write them; what they are is explained in `answers.py`."""

from __future__ import annotations

from tests.learn.answers import Answers

# 04.1, the module that cannot be found

_IMPORTS = "import io\nimport zipfile\n\n"
_ENTRY = "def entry(name):\n    info = zipfile.ZipInfo(name)\n    info.external_attr = 0o644 << 16\n    return info\n\n"


def _zip(name: str, handler: str = "app.handler", only: str = "", entry: str = "entry(NAME)") -> str:
    """An answer that packs each file under `name`, an expression with `path` in it."""
    condition = f"            if {only}:\n    " if only else ""
    return (
        _IMPORTS
        + _ENTRY
        + "def make_zip(files):\n    out = io.BytesIO()\n"
        + '    with zipfile.ZipFile(out, "w") as archive:\n        for path, content in files.items():\n'
        + f"{condition}            archive.writestr({entry.replace('NAME', name)}, content)\n"
        + f'    return out.getvalue()\n\nHANDLER = "{handler}"\n'
    )


A_04_1 = Answers(
    stub='def make_zip(files):\n    raise NotImplementedError("Exercise 04.1")\n\nHANDLER = "app.handler"\n',
    solution=_zip('path.removeprefix("shop/")'),
    also_right={
        "relative_to": "from pathlib import PurePosixPath\n" + _zip('str(PurePosixPath(path).relative_to("shop"))'),
        "a folder packed by make_archive": (
            "import shutil\nimport tempfile\nfrom pathlib import Path\n\n"
            "def make_zip(files):\n    with tempfile.TemporaryDirectory() as here:\n"
            "        for name, content in files.items():\n            path = Path(here) / name\n"
            "            path.parent.mkdir(parents=True, exist_ok=True)\n            path.write_bytes(content)\n"
            '        made = shutil.make_archive(str(Path(here) / "made"), "zip", Path(here) / "shop")\n'
            '        return Path(made).read_bytes()\n\nHANDLER = "app.handler"\n'
        ),
        "package": "from lambdalab.functions import package\n\n"
        'def make_zip(files):\n    return package({name[len("shop/"):]: text for name, text in files.items()})\n\n'
        'HANDLER = "app.handler"\n',
    },
    wrong={
        "folder-in-the-zip": _zip("path"),
        "folder-in-the-handler": _zip("path", "shop.app.handler"),
        "handler-is-a-file": _zip('path.removeprefix("shop/")', "app.py"),
        "only-app": _zip('path.removeprefix("shop/")', only='path == "shop/app.py"'),
        "flattened": _zip('path.rpartition("/")[2]'),
        "no-data": _zip('path.removeprefix("shop/")', only='path.endswith(".py")'),
        "letters-stripped": _zip('path.lstrip("shop/")'),
        "unreadable": _zip('path.removeprefix("shop/")', entry="NAME"),
        "no-zip": "def make_zip(files):\n    return sorted(files)\n\nHANDLER = 'app.handler'\n",
    },
    failing={
        "raised": _zip('path.removeprefix("shop/")', "app.handle"),
        "shape": _zip('path.removeprefix("shop/")') + "HANDLER = None\n",
    },
)
# Other forms of the same wrong answers.
MORE_WRONG = {
    "04.1": {
        "a slash in the handler": ("folder-in-the-handler", _zip("path", "shop/app.handler")),
        "the whole folder and a file's name": ("handler-is-a-file", _zip("path", "shop/app.py")),
        "modes of the owner alone": (
            "unreadable",
            _zip('path.removeprefix("shop/")').replace("0o644", "0o100600"),
        ),
        "names typed in": (
            "only-app",
            "from lambdalab.functions import package\n\ndef make_zip(files):\n"
            '    return package({name: files["shop/" + name] for name in ("app.py", "lib/prices.py", "data.json")'
            ' if "shop/" + name in files})\n\nHANDLER = "app.handler"\n',
        ),
    }
}

# 04.2, a safe release

A_04_2 = Answers(
    stub="order = []\n",
    solution='order = ["D", "G", "C", "E", "A"]\n',
    also_right={
        "waiting twice": 'order = ["D", "G", "C", "G", "E", "A"]\n',
        "small letters": 'order = ["d", "g", "c", "e", "a"]\n',
        "calling before, too": 'order = ["A", "D", "G", "C", "E", "A"]\n',
    },
    wrong={
        "published-too-early": 'order = ["C", "D", "G", "E", "A"]\n',
        "alias-to-latest": 'order = ["D", "G", "C", "B", "A"]\n',
        "changes-version-1": 'order = ["F", "G", "C", "E", "A"]\n',
        "no-wait": 'order = ["D", "C", "G", "E", "A"]\n',
    },
    failing={
        "raised": 'order = ["D", "G", "E", "C", "A"]\n',
        "case": 'order = ["D", "G", "C", "A", "E"]\n',
        "shape": 'order = ["D", "H"]\n',
    },
)

# 04.3, promote or roll back?

_PRICE = (
    "import boto3\nfrom lambdalab import Lab\nfrom lambdalab.functions import package\nlab = Lab()\n"
    'client = boto3.client("lambda")\n'
    'FUNCTION, OLD, NEW = "ex04_price", "1", "2"\n'
    "code = \"def handler(event, context):\\n    return event['price'] * {}\\n\"\n"
    'client.create_function(FunctionName=FUNCTION, Runtime="python3.12", Handler="lambda_function.handler",\n'
    '    Role=lab.role, Code={"ZipFile": package({"lambda_function.py": code.format(1)})}, Publish=True)\n'
    "client.update_function_code(FunctionName=FUNCTION, Publish=True,\n"
    '    ZipFile=package({"lambda_function.py": code.format(2)}))\n'
    'client.create_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=OLD,\n'
    '    RoutingConfig={"AdditionalVersionWeights": {NEW: 0.1}})\n'
)
_DECIDE = (
    "def decide(old_calls, old_errors, new_calls, new_errors):\n"
    '    if new_calls < 50:\n        return "wait"\n'
    "    old_rate = old_errors / old_calls if old_calls else 0\n    new_rate = new_errors / new_calls\n"
    '    if new_rate > 0.01 and new_rate > 2 * old_rate:\n        return "roll back"\n    return "promote"\n\n'
)
_ACT = (
    "def act(decision):\n"
    '    if decision == "wait":\n        return\n'
    '    version = NEW if decision == "promote" else OLD\n'
    '    client.update_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=version,\n'
    '        RoutingConfig={"AdditionalVersionWeights": {}})\n'
)
A_04_3 = Answers(
    given=_PRICE,
    stub=(
        "def decide(old_calls, old_errors, new_calls, new_errors):\n"
        '    raise NotImplementedError("Exercise 04.3")\n\n'
        'def act(decision):\n    raise NotImplementedError("Exercise 04.3")\n'
    ),
    solution=_DECIDE + _ACT,
    also_right={
        "without division": (
            "def decide(old_calls, old_errors, new_calls, new_errors):\n"
            '    if new_calls < 50:\n        return "wait"\n'
            "    bad = new_errors * 100 > new_calls and new_errors * old_calls > 2 * old_errors * new_calls\n"
            '    return "roll back" if bad or not old_calls and new_errors * 100 > new_calls else "promote"\n\n' + _ACT
        ),
        "in per cent": _DECIDE.replace("/ old_calls", "/ old_calls * 100")
        .replace("/ new_calls", "/ new_calls * 100")
        .replace("> 0.01", "> 1")
        + _ACT,
        "an empty RoutingConfig": _DECIDE + _ACT.replace('{"AdditionalVersionWeights": {}}', "{}"),
    },
    wrong={
        "counts-compared": (
            "def decide(old_calls, old_errors, new_calls, new_errors):\n"
            '    if new_calls < 50:\n        return "wait"\n'
            '    return "roll back" if new_errors > 2 * old_errors else "promote"\n\n' + _ACT
        ),
        "percent-as-rate": _DECIDE.replace("> 0.01", "> 1") + _ACT,
        "waits-at-fifty": _DECIDE.replace("new_calls < 50", "new_calls <= 50") + _ACT,
        "one-condition": _DECIDE.replace("> 0.01 and", "> 0.01 or") + _ACT,
        "at-the-limit": _DECIDE.replace("> 0.01 and", ">= 0.01 and") + _ACT,
        "act-does-nothing": _DECIDE + "def act(decision):\n    return decision\n",
        "not-promoted": _DECIDE
        + (
            'def act(decision):\n    if decision != "wait":\n'
            '        client.update_alias(FunctionName=FUNCTION, Name="live", RoutingConfig={})\n'
        ),
        "weights-left": _DECIDE
        + (
            'def act(decision):\n    if decision == "promote":\n'
            '        client.update_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=NEW,\n'
            "            RoutingConfig={})\n"
            '    elif decision == "roll back":\n'
            '        client.update_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=OLD)\n'
        ),
        "to-latest": _DECIDE + _ACT.replace("NEW if decision", '"2" if decision').replace("else OLD", 'else "$LATEST"'),
        "promoted-with-weights": _DECIDE
        + (
            'def act(decision):\n    if decision == "promote":\n'
            '        client.update_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=NEW)\n'
            '    elif decision == "roll back":\n'
            '        client.update_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=OLD,\n'
            "            RoutingConfig={})\n"
        ),
        "wait-moved": _DECIDE + _ACT.replace('    if decision == "wait":\n        return\n', ""),
    },
    failing={
        "raised": _DECIDE.replace(" if old_calls else 0", "") + _ACT,
        "case": _DECIDE.replace("> 0.01", "> 0.03") + _ACT,
    },
)
MORE_WRONG |= {
    "04.3": {
        "only the first condition": ("one-condition", _DECIDE.replace(" and new_rate > 2 * old_rate", "") + _ACT),
        "only the second condition": ("one-condition", _DECIDE.replace("new_rate > 0.01 and ", "") + _ACT),
        "at least twice": ("at-the-limit", _DECIDE.replace("> 2 * old_rate", ">= 2 * old_rate and new_errors") + _ACT),
        "promote does nothing": (
            "not-promoted",
            _DECIDE + _ACT.replace('"wait":', '"wait" or decision == "promote":'),
        ),
        "the weights stay and $LATEST is refused": (
            "to-latest",
            _DECIDE
            + 'def act(decision):\n    if decision == "promote":\n'
            + '        client.update_alias(FunctionName=FUNCTION, Name="live", FunctionVersion=NEW, RoutingConfig={})\n'
            + '    elif decision == "roll back":\n'
            + '        client.update_alias(FunctionName=FUNCTION, Name="live", FunctionVersion="$LATEST")\n',
        ),
    }
}

# 04.4, whose permission?

_ROLE, _POLICY, _CALLER = "the function's role", "the function's policy", "the caller's own role"
_RIGHT = {
    "the function reads a file of a bucket": _ROLE,
    "the bucket calls the function": _POLICY,
    "the function writes its log": _ROLE,
    "the function stores its result in a second bucket": _ROLE,
    "the second bucket calls the function too": _POLICY,
    "the function calls another function": _ROLE,
    "a colleague calls the function with boto3": _CALLER,
    "a colleague publishes a version of it": _CALLER,
}
_AGAIN = {
    "the function publishes a version of another function": _ROLE,
    "a deleted file starts the function": _POLICY,
    "a colleague adds a line to the function's policy": _CALLER,
}


def _where(again: dict[str, str] | None = None, **changed: str) -> str:
    keys = dict(zip(("read", "bucket", "log", "store", "second", "call", "colleague", "publish"), _RIGHT, strict=True))
    said = _RIGHT | {keys[key]: place for key, place in changed.items()}
    return f"where = {said}\nagain = {_AGAIN if again is None else again}\n"


A_04_4 = Answers(
    stub=f"where = {{{', '.join(f'{key!r}: ...' for key in _RIGHT)}}}\n",
    solution=_where(),
    also_right={"in another order": _where() + "where = dict(reversed(where.items()))\n"},
    wrong={
        "colleague-in-the-role": _where(colleague=_ROLE),
        "bucket-in-the-role": _where(bucket=_ROLE),
        "log-not-in-the-role": _where(log=_POLICY),
        "one-statement-for-all-buckets": _where(second=_ROLE),
        "work-in-the-policy": _where(read=_POLICY),
        "colleague-in-the-policy": _where(colleague=_POLICY),
        "bucket-with-a-role": _where(second=_CALLER),
        "work-by-the-caller": _where(call=_CALLER),
    },
    failing={
        "case": _where(_AGAIN | {"a deleted file starts the function": _ROLE}),
        "shape": _where(read="the role"),
        "next": _where({}),
    },
)

# 04.5, one zip, two settings

ORDERS = "%%deploy ex04_orders\n"
_HANDLER = '\ndef handler(event, context):\n    return {"greeting": GREETING, "table": TABLE}\n'
_GREETING = 'GREETING = os.environ.get("GREETING", "Hello")\n'
A_04_5 = Answers(
    stub=ORDERS
    + 'TABLE = "orders"\n\ndef handler(event, context):\n    return {"greeting": "Hello", "table": TABLE}\n',
    solution=ORDERS + 'import os\n\nTABLE = os.environ["TABLE"]\n' + _GREETING + _HANDLER,
    also_right={
        "an error of one's own": ORDERS
        + 'import os\n\nTABLE = os.environ.get("TABLE")\nif not TABLE:\n    raise SystemError("set TABLE first")\n'
        + _GREETING
        + _HANDLER,
        "getenv": ORDERS
        + 'from os import environ, getenv\n\nTABLE = environ["TABLE"]\nGREETING = getenv("GREETING") or "Hello"\n'
        + _HANDLER,
    },
    wrong={
        "typed": ORDERS + 'import os\n\nTABLE = "orders"\n' + _GREETING + _HANDLER,
        "silent-default": ORDERS + 'import os\n\nTABLE = os.environ.get("TABLE", "orders")\n' + _GREETING + _HANDLER,
        "overwritten": ORDERS
        + 'import os\n\nos.environ["TABLE"] = "orders"\nTABLE = os.environ["TABLE"]\n'
        + _GREETING
        + _HANDLER,
        "no-default-greeting": ORDERS
        + 'import os\n\nTABLE, GREETING = os.environ["TABLE"], os.environ["GREETING"]\n'
        + _HANDLER,
        "in-the-handler": ORDERS
        + "import os\n\n"
        + _GREETING
        + '\ndef handler(event, context):\n    return {"greeting": GREETING, "table": os.environ["TABLE"]}\n',
        "not-named": ORDERS
        + 'import os\n\nTABLE = os.environ.get("TABLE")\nassert TABLE, "a setting is missing"\n'
        + _GREETING
        + _HANDLER,
    },
    failing={
        "raised": ORDERS + 'import os\n\nTABLE = os.environ["TABEL"]\n' + _GREETING + _HANDLER,
        "case": ORDERS + 'import os\n\nTABLE = os.environ["TABLE"]\nGREETING = "Hello"\n' + _HANDLER,
    },
)

ANSWERS = {"04.1": A_04_1, "04.2": A_04_2, "04.3": A_04_3, "04.4": A_04_4, "04.5": A_04_5}

# What the messages say, with the values that these answers must bring into it.
PRINTED = {
    ("04.1", "folder-in-the-zip"): "The zip holds `shop/app.py`; Lambda looks for `app.py` at the top. Zip",
    ("04.1", "handler-is-a-file"): "`app.py` means: module `app`, function `py`. It is module dot function.",
    ("04.1", "only-app"): "`app` was found, but it imports `lib.prices`, which is not in the zip. Nothing from your",
    ("04.1", "no-data"): "it opens `data.json`, which is not in the zip.",
    ("04.1", "letters-stripped"): "In your zip `stock.json` became `tock.json`. `lstrip` takes letters away",
    ("04.1", "unreadable"): "Your zip lets only the owner read `app.py`: mode 600. On AWS the function runs as",
    ("04.2", "published-too-early"): "`publish_version` answered version 1 again, since nothing had changed.",
    ("04.2", "alias-to-latest"): "`live` changed again when someone saved an edit. Customers should see a version,",
    ("04.2", "changes-version-1"): "A published version never changes. That is what makes going back safe.",
    ("04.3", "counts-compared"): "Old 12 errors, new 3, and you promoted: the new version had 60 calls, the old",
    ("04.3", "percent-as-rate"): "You promoted although 5 % of the new calls failed. Your `decide` never rolled back.",
    ("04.3", "one-condition"): "The new version failed 0.9 % of its calls, the old one 0.1 %, and you rolled back.",
    ("04.3", "at-the-limit"): "That is exactly 1 %. Above a limit means more than the limit itself.",
    ("04.3", "act-does-nothing"): 'After `act("promote")` and `act("roll back")` the alias was as before.',
    ("04.3", "weights-left"): "After rolling back, 10 % of the traffic still goes to the new version.",
    ("04.3", "to-latest"): "`$LATEST` holds the code that just failed.",
    ("04.4", "colleague-in-the-role"): "The function wears its role while it runs. Your colleague calls before that,",
    ("04.4", "bucket-in-the-role"): "The role says what the function may do. Who may start it stands in the",
    ("04.4", "log-not-in-the-role"): "Without `logs:PutLogEvents` in its role it runs and you see nothing.",
    ("04.5", "typed"): "Both deployments use 'orders'. The same zip must serve test and production.",
    ("04.5", "silent-default"): "Without the setting it silently used 'orders'.",
    ("04.5", "overwritten"): "That overwrites what the deployment set",
}
