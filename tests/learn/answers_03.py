"""Answers to the exercises of workbook 03, as students write them, and what the messages say of the wrong ones."""

from __future__ import annotations

from lambdalab.learn.exercises import find
from tests.learn.answers import Answers

# 03.1

_HEAD = "def read_report(line):\n"
_RETURN = (
    '    return {"cold": COLD, "duration_ms": float(fields["Duration"].removesuffix(" ms")),\n'
    '            "billed_ms": int(fields["Billed Duration"].removesuffix(" ms")),\n'
    '            "memory_mb": int(fields["Memory Size"].removesuffix(" MB")),\n'
    '            "init_ms": float(init.removesuffix(" ms")) if init else None}\n'
)
_FIELDS = (
    _HEAD
    + '    parts = line.removeprefix("REPORT ").split("\\t")\n'
    + '    fields = dict(part.split(": ") for part in parts if part)\n'
    + '    init = fields.get("Init Duration")\n'
)

A_03_1 = Answers(
    stub=_HEAD + '    raise NotImplementedError("Exercise 03.1")\n',
    solution=_FIELDS + _RETURN.replace("COLD", "init is not None"),
    also_right={
        "regular expression": "import re\n"
        + _HEAD
        + '    init = re.search(r"Init Duration: ([\\d.]+)", line)\n'
        + '    return {"cold": bool(init), "duration_ms": float(re.search(r"\\tDuration: ([\\d.]+)", line)[1]),\n'
        + '            "billed_ms": int(re.search(r"Billed Duration: (\\d+)", line)[1]),\n'
        + '            "memory_mb": int(re.search(r"Memory Size: (\\d+)", line)[1]),\n'
        + '            "init_ms": float(init[1]) if init else None}\n',
    },
    wrong={
        "empty-part": _FIELDS.replace(" if part)", ")") + _RETURN.replace("COLD", "init is not None"),
        "nothing-returned": _HEAD + "    print(line)\n",
        "text-values": _FIELDS
        + _RETURN.replace("COLD", "init is not None").replace('float(fields["Duration"]', 'str(fields["Duration"]'),
        "slow-is-cold": _FIELDS + _RETURN.replace("COLD", 'float(fields["Duration"].split()[0]) > 100'),
        "fixed-positions": _HEAD
        + '    parts = line.split("\\t")\n'
        + "    numbers = [part.split(': ')[1].split()[0] for part in parts[1:6]]\n"
        + '    return {"cold": True, "duration_ms": float(numbers[0]), "billed_ms": int(numbers[1]),\n'
        + '            "memory_mb": int(numbers[2]), "init_ms": float(numbers[4])}\n',
        "other-duration": "import re\n"
        + _HEAD
        + '    fields = dict(re.findall(r"(\\w+ \\w+|\\w+): ([\\d.]+)", line))\n'
        + '    init = fields.get("Init Duration")\n'
        + '    last = re.findall(r"Duration: ([\\d.]+)", line)[1]\n'
        + '    return {"cold": init is not None, "duration_ms": float(last),\n'
        + '            "billed_ms": int(fields["Billed Duration"]), "memory_mb": int(fields["Memory Size"]),\n'
        + '            "init_ms": float(init) if init else None}\n',
    },
    failing={
        "raised": _HEAD + '    return {"cold": line["Init Duration"]}\n',
        "case": _FIELDS + _RETURN.replace("COLD", "init is not None").replace("int(", "float("),
    },
)

# 03.2

_PAPER = "counts = [1, 2, 5]\n"
_COUNT = "def cold_starts(starts, duration, keep_alive):\n"
_RIGHT = (
    _COUNT
    + "    free_at, cold = [], 0\n    for start in starts:\n"
    + "        free_at = [t for t in free_at if start - t <= keep_alive]\n"
    + "        idle = [t for t in free_at if t <= start]\n"
    + "        if idle:\n            free_at.remove(max(idle))\n        else:\n            cold += 1\n"
    + "        free_at.append(start + duration)\n    return cold\n"
)

A_03_2 = Answers(
    stub="counts = [..., ..., ...]\n" + _COUNT + '    raise NotImplementedError("Exercise 03.2")\n',
    solution=_PAPER + _RIGHT,
    also_right={
        "heap": _PAPER
        + "import heapq\n"
        + _COUNT
        + "    free, cold = [], 0\n    for start in starts:\n"
        + "        while free and start - free[0] > keep_alive:\n            heapq.heappop(free)\n"
        + "        if free and free[0] <= start:\n            heapq.heappop(free)\n        else:\n"
        + "            cold += 1\n        heapq.heappush(free, start + duration)\n    return cold\n",
        "environments as dictionaries": _PAPER
        + _COUNT
        + "    environments = []\n    for start in starts:\n        for one in environments:\n"
        + '            if 0 <= start - one["free"] <= keep_alive:\n'
        + '                one["free"] = start + duration\n                break\n        else:\n'
        + '            environments.append({"free": start + duration})\n    return len(environments)\n',
    },
    wrong={
        "always-one": _PAPER + _COUNT + "    return 1\n",
        "only-the-gap": _PAPER
        + _COUNT
        + "    cold, before = 0, None\n    for start in starts:\n"
        + "        if before is None or start - before > keep_alive:\n            cold += 1\n"
        + "        before = start + duration\n    return cold\n",
        "every-call": _PAPER + _COUNT + "    return len(starts)\n",
    },
    failing={
        "case": "counts = [1, 4, 5]\n" + _RIGHT,
        "raised": _PAPER + _COUNT + '    return starts["cold"]\n',
        "shape": "counts = 8\n" + _RIGHT,
    },
)

# 03.3

_GUESS = "%%deploy ex03_guess\n"
_GIVEN_GUESS = find("03.3").given.lstrip()
_LOAD_MODEL = _GIVEN_GUESS[: _GIVEN_GUESS.index("def handler")]
_ANSWER = '    return {"language": model.get(event["word"], "unknown")}\n'
_PONG = '    if event.get("ping"):\n        return {"pong": True}\n'
_HANDLER = "def handler(event, context):\n"

A_03_3 = Answers(
    stub=_GUESS + _GIVEN_GUESS,
    solution=_GUESS
    + _LOAD_MODEL
    + "model = None\n\n"
    + _HANDLER
    + "    global model\n"
    + _PONG
    + "    if model is None:\n        model = load_model()\n"
    + _ANSWER,
    also_right={
        "cache": _GUESS
        + "import functools\n\n@functools.cache\n"
        + _LOAD_MODEL
        + _HANDLER
        + _PONG
        + "    model = load_model()\n"
        + _ANSWER,
        "a list": _GUESS
        + _LOAD_MODEL
        + "kept = []\n\n"
        + _HANDLER
        + _PONG
        + "    if not kept:\n        kept.append(load_model())\n    model = kept[0]\n"
        + _ANSWER,
    },
    wrong={
        "in-the-handler": _GUESS + _LOAD_MODEL + _HANDLER + _PONG + "    model = load_model()\n" + _ANSWER,
        "at-the-top": _GUESS + _LOAD_MODEL + "model = load_model()\n\n" + _HANDLER + _PONG + _ANSWER,
        "stores-the-answer": _GUESS
        + _LOAD_MODEL
        + "answer = None\n\n"
        + _HANDLER
        + _PONG
        + "    global answer\n    if answer is None:\n        model = load_model()\n"
        + '        answer = {"language": model.get(event["word"], "unknown")}\n    return answer\n',
        "no-global": _GUESS
        + _LOAD_MODEL
        + "model = None\n\n"
        + _HANDLER
        + _PONG
        + "    if model is None:\n        model = load_model()\n"
        + _ANSWER,
        "not-logged": _GUESS + "model = " + _LOAD_MODEL[_LOAD_MODEL.index("{") :] + _HANDLER + _PONG + _ANSWER,
    },
    failing={
        "raised": _GUESS + _LOAD_MODEL + _HANDLER + _PONG + "    model = loaded_model\n" + _ANSWER,
        "case": _GUESS
        + _LOAD_MODEL
        + "model = None\n\n"
        + _HANDLER
        + "    global model\n"
        + _PONG
        + "    if model is None:\n        model = load_model()\n"
        + '    return {"language": model.get(event["word"], "none")}\n',
    },
)

# 03.4

_THINGS = {"global": (True, False, False, False), "/tmp": (True, False, True, False), "S3": (True, True, True, True)}
_WHEN = ("next warm call", "second environment", "after a timeout", "next morning")
_AGAIN = {("global", "after new code"): False, ("/tmp", "after new code"): False, ("S3", "after new code"): True}


def _survives(*changed: tuple[str, str], again: object = _AGAIN) -> str:
    cells = {(thing, when): seen for thing, row in _THINGS.items() for when, seen in zip(_WHEN, row, strict=True)}
    cells |= {cell: not cells[cell] for cell in changed}
    return f"survives = {cells}\nagain = {again}\n"


A_03_4 = Answers(
    stub=_survives().replace("True", "...").replace("False", "..."),
    solution=_survives(),
    also_right={"in another order": _survives() + "survives = dict(reversed(survives.items()))\n"},
    wrong={
        "tmp-is-shared": _survives(("/tmp", "second environment")),
        "global-after-timeout": _survives(("global", "after a timeout")),
        "next-morning": _survives(("global", "next morning"), ("/tmp", "next morning")),
        "global-is-shared": _survives(("global", "second environment")),
        "tmp-after-timeout": _survives(("/tmp", "after a timeout")),
        "store-is-lost": _survives(("S3", "next morning")),
        "nothing-in-the-next-call": _survives(("global", "next warm call")),
    },
    failing={
        "case": _survives(again={**_AGAIN, ("/tmp", "after new code"): True}),
        "shape": _survives().replace("True", '"yes"', 1),
    },
)

# 03.5

_PLAN = {
    "internal report": ("nothing", "nobody waits"),
    "checkout page": ("provisioned concurrency", "bursts need several"),
    "nightly batch": ("nothing", "nobody waits"),
    "busy API": ("lighter init", "init is the cause"),
    "webhook": ("lighter init", "deadline at risk"),
}


def _plan(**changed: object) -> str:
    names = {"report": "internal report", "checkout": "checkout page", "batch": "nightly batch", "api": "busy API"}
    return f"plan = {_PLAN | {names.get(key, key): value for key, value in changed.items()}}\n"


A_03_5 = Answers(
    stub="plan = {" + ", ".join(f'"{name}": ...' for name in _PLAN) + "}\n",
    solution=_plan(),
    also_right={
        "SnapStart": _plan(
            checkout=("SnapStart", "bursts need several"),
            api=("SnapStart", "init is the cause"),
            webhook=("SnapStart", "deadline at risk"),
        ),
        "too rare, always warm, and a ping for one": _plan(
            api=("nothing", "nearly always warm"),
            report=["nothing", "too rare to pay"],
            batch=("nothing", "too rare to pay"),
            webhook=("scheduled ping", "deadline at risk"),
        ),
    },
    wrong={
        "ping-for-the-burst": _plan(checkout=("scheduled ping", "bursts need several")),
        "provisioned-for-the-batch": _plan(batch=("provisioned concurrency", "init is the cause")),
        "nothing-for-the-webhook": _plan(webhook=("nothing", "too rare to pay")),
    },
    failing={
        "case": _plan(api=("scheduled ping", "init is the cause")),
        "shape": _plan(api="lighter init"),
    },
)

# 03.6

_TOKEN = "%%deploy ex03_token\n"
_GIVEN_TOKEN = find("03.6").given.lstrip()
_READ = _GIVEN_TOKEN[_GIVEN_TOKEN.index("def read_settings") : _GIVEN_TOKEN.index("settings =")]
_SETTINGS = "settings = read_settings()\n"
_HAND_OUT = '    return {"shop": settings["shop"], "token": token}\n'


def _token(imports: str, top: str, inside: str) -> str:
    return f"{_TOKEN}{imports}\n\n{_READ}{top}\n{_HANDLER}{inside}{_HAND_OUT}"


A_03_6 = Answers(
    stub=_TOKEN + _GIVEN_TOKEN,
    solution=_token("import secrets", _SETTINGS, "    token = secrets.token_hex(8)\n"),
    also_right={
        "uuid4": _token("import uuid", _SETTINGS, "    token = str(uuid.uuid4())\n"),
        "SystemRandom": _token(
            "import random", _SETTINGS + "chance = random.SystemRandom()\n", "    token = chance.getrandbits(64)\n"
        ),
        "a function of one's own": _token(
            "import string\nfrom secrets import choice as draw",
            _SETTINGS + "\ndef fresh():\n    return ''.join(draw(string.hexdigits) for _ in range(20))\n",
            "    token = fresh()\n",
        ),
        "letter by letter": _token(
            "import secrets as s",
            _SETTINGS,
            "    token = ''\n    for _ in range(20):\n        token += s.choice('0123456789abcdef')\n",
        ),
    },
    wrong={
        "seed-at-the-top": _token(
            "import random", _SETTINGS + "random.seed()\n", "    token = f'{random.getrandbits(64):x}'\n"
        ),
        "process-id": _token(
            "import os\nimport random\nimport time",
            _SETTINGS,
            "    random.seed(os.getpid() + time.time_ns())\n    token = f'{random.getrandbits(64):x}'\n",
        ),
        "all-in-the-handler": _token(
            "import secrets", "", "    settings = read_settings()\n    token = secrets.token_hex(8)\n"
        ),
        "guessable": _token("import time", _SETTINGS, "    token = str(time.perf_counter_ns())\n"),
        "shared-generator": _token("import random", _SETTINGS, "    token = f'{random.getrandbits(64):x}'\n"),
    },
    failing={
        "raised": _token("import secrets", _SETTINGS, "    token = secret.token_hex(8)\n"),
        "case": _token("import secrets", _SETTINGS + "token = secrets.token_hex(9)\n", ""),
    },
)

ANSWERS = {
    "03.1": A_03_1,
    "03.2": A_03_2,
    "03.3": A_03_3,
    "03.4": A_03_4,
    "03.5": A_03_5,
    "03.6": A_03_6,
}
# Other forms of the same wrong answers.
MORE_WRONG = {
    "03.6": {
        "named and not used": (
            "guessable",
            _token(
                "import secrets\nimport time",
                _SETTINGS,
                "    secrets.token_hex(8)\n    token = str(time.time_ns())\n",
            ),
        ),
        "the given line is still there": (
            "guessable",
            _token(
                "import secrets\nimport time",
                _SETTINGS + "token = secrets.token_hex(8)\n",
                "    token = str(time.perf_counter_ns())\n",
            ),
        ),
    }
}

# What the messages say, with the values that these answers must bring into it.
PRINTED = {
    ("03.1", "slow-is-cold"): "The line with `Duration: 2300.41 ms` is slow and warm: the work took long.",
    ("03.1", "fixed-positions"): "Works for cold lines only: a warm line has one field less. Search by name",
    ("03.1", "other-duration"): "you read 97.0. `Billed Duration` contains the word `Duration` too. Cut the",
    ("03.2", "always-one"): "Ten calls at the same moment need ten environments: each serves one call at a time.",
    ("03.2", "only-the-gap"): "At 19 s the earlier call was still running, so its environment was not free.",
    ("03.2", "every-call"): "Call 2 came 4 s after an environment became free: it was warm.",
    ("03.3", "in-the-handler"): "5 loads in five calls, one after another. What is kept outside the handler is",
    ("03.3", "at-the-top"): "an environment that only answered pings also loaded it: the first ping paid.",
    ("03.3", "stores-the-answer"): 'The word "merci" got the answer of "danke". Keep the model, not a result',
    ("03.4", "tmp-is-shared"): "The second environment found no file. `/tmp` is a private disk of one environment.",
    ("03.4", "global-after-timeout"): "A timeout restarts the process, not the environment",
    ("03.4", "next-morning"): "Idle environments go. What must stay belongs in a store outside.",
    ("03.5", "ping-for-the-burst"): "One ping keeps *one* environment: of 20 arriving together, 19 still start cold.",
    ("03.5", "provisioned-for-the-batch"): "Paid for as long as it is kept ready, for 3 minutes' work",
    ("03.5", "nothing-for-the-webhook"): "1.2 s of init leaves 1.8 s of 3: after each quiet hour the",
    ("03.6", "seed-at-the-top"): "The snapshot was taken after the line with `seed` had run",
    ("03.6", "process-id"): "on AWS all copies have the same id. And an id can be guessed. Use `secrets`.",
    ("03.6", "all-in-the-handler"): "Tokens differ, but after the restore one copy read the settings again: 2 time(s).",
}
