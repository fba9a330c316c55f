"""Answers to the exercises of workbook 10, as students write them; what they are is explained in `answers.py`."""

from __future__ import annotations

from itertools import product
from typing import Any

from lambdalab.learn.workbooks import walls
from tests.learn.answers import Answers

MORE_WRONG: dict[str, dict[str, tuple[str, str]]] = {}


def _filled(name: str, items: dict[Any, Any], changed: dict[Any, Any] | None = None) -> str:
    return f"{name} = {items | (changed or {})!r}\n".replace("Ellipsis", "...")


# 10.1, what is shared?

_THINGS = ("kernel", "files", "process list", "memory limit", "virtual hardware")
_WALLS = {"process": "-----", "container": "-+++-", "microVM": "+++++", "VM": "+++++"}
_OWN = {
    (wall, thing): mark == "+" for wall, marks in _WALLS.items() for thing, mark in zip(_THINGS, marks, strict=True)
}
_PAIRS = {
    "a thread and a process": True,
    "a container and a process beside it": True,
    "two containers": True,
    "a microVM and a VM, both with the same Linux": False,
}
_AGAIN, _OPEN = _filled("again", _PAIRS), _filled("again", dict.fromkeys(_PAIRS, ...))


def _own(*turned: tuple[str, str]) -> str:
    """The right table, but for these cells."""
    return _filled("own", _OWN, {cell: not _OWN[cell] for cell in turned}) + _AGAIN


A_10_1 = Answers(
    stub=_filled("own", dict.fromkeys(_OWN, ...)) + _OPEN,
    solution=_own(),
    also_right={
        "made by a rule": "own = {(wall, thing): wall in ('microVM', 'VM') or wall == 'container' and "
        f"thing not in ('kernel', 'virtual hardware') for wall in {list(_WALLS)} for thing in {_THINGS}}}\n" + _AGAIN,
        "a wrong table is credited": _filled("own", dict.fromkeys(_OWN, True)) + _AGAIN,
    },
    wrong={
        "container-own-kernel": _own(("container", "kernel")),
        "machine-shares-kernel": _own(("microVM", "kernel")),
        "process-own-files": _own(("process", "files")),
        "process-own-kernel": _own(("process", "kernel")),
        "process-own-list": _own(("process", "process list")),
        "process-own-limit": _own(("process", "memory limit")),
        "container-sees-all": _own(("container", "files"), ("container", "process list")),
        "container-no-limit": _own(("container", "memory limit")),
        "hardware-played-for-all": _own(("container", "virtual hardware")),
        "hardware-for-nobody": _own(("microVM", "virtual hardware")),
        "machine-sees-host": _own(("VM", "files"), ("microVM", "memory limit")),
    },
    failing={
        "next": _filled("own", _OWN) + _OPEN,
        "case": _filled("own", _OWN) + _filled("again", _PAIRS, {"a microVM and a VM, both with the same Linux": True}),
        "shape": _filled("own", _OWN, {("VM", "kernel"): "yes"}) + _AGAIN,
        "unwritten": _filled("own", _OWN, {("VM", "files"): ...}) + _AGAIN,
    },
)
MORE_WRONG["10.1"] = {
    "no to all pairs": ("case", _filled("own", _OWN) + _filled("again", dict.fromkeys(_PAIRS, False))),
    "yes to all pairs": ("case", _filled("own", _OWN) + _filled("again", dict.fromkeys(_PAIRS, True))),
    "a pair is open": ("unwritten", _filled("own", _OWN) + _filled("again", _PAIRS, {"two containers": ...})),
    "ones and zeros": ("shape", _filled("own", {cell: int(value) for cell, value in _OWN.items()}) + _AGAIN),
}
assert list(_OWN) == list(product(walls.WALLS, walls.THINGS)) and list(_PAIRS) == list(walls.PAIRS)

# 10.2, how many fit?

_RIGHT = "host_gib * 1024 // (app_mb + overhead_mb)"
_RIGHT_IDLE = "int(host_gib * 1024 / ((app_mb + overhead_mb) * busy_share))"


def _fits(every: str = _RIGHT, idle: str = _RIGHT_IDLE) -> str:
    return (
        f"import math\n\ndef fits(host_gib, app_mb, overhead_mb):\n    return {every}\n\n"
        f"def fits_idle(host_gib, app_mb, overhead_mb, busy_share):\n    return {idle}\n"
    )


def _both(host: str = "host_gib * 1024", each: str = "(app_mb + overhead_mb)") -> str:
    """Both functions with the same mistake."""
    return _fits(f"int({host} / {each})", f"int({host} / {each} / busy_share)")


_STUB = '    raise NotImplementedError("Exercise 10.2")\n'
_IDLE_OPEN = "def fits_idle(host_gib, app_mb, overhead_mb, busy_share):\n" + _STUB
A_10_2 = Answers(
    stub="def fits(host_gib, app_mb, overhead_mb):\n" + _STUB + "\n" + _IDLE_OPEN,
    solution=_fits("math.floor(host_gib * 1024 / (app_mb + overhead_mb))"),
    also_right={
        "in bytes": _fits(
            "host_gib * 2**30 // ((app_mb + overhead_mb) * 2**20)",
            "host_gib * 2**30 // ((app_mb + overhead_mb) * 2**20 * busy_share)",
        ),
        "one by the other, with a share of all": _fits(
            "fits_idle(host_gib, app_mb, overhead_mb, 1)",
            "math.floor(host_gib * 1024 / busy_share / (app_mb + overhead_mb))",
        ),
        "decimals": "from decimal import Decimal\n"
        + _fits(
            "Decimal(host_gib) * 1024 // (app_mb + overhead_mb)",
            "Decimal(host_gib) * 1024 // ((app_mb + overhead_mb) * Decimal(str(busy_share)))",
        ),
        "counted one by one": "def fits(host_gib, app_mb, overhead_mb):\n    left, count = host_gib * 1024, 0\n"
        "    while left >= app_mb + overhead_mb:\n        left, count = left - app_mb - overhead_mb, count + 1\n"
        "    return count\n\n"
        "def fits_idle(host_gib, app_mb, overhead_mb, busy_share):\n"
        "    return fits(host_gib / busy_share, app_mb, overhead_mb)\n",
    },
    wrong={
        "nothing-returned": "def fits(host_gib, app_mb, overhead_mb):\n    print(1)\n\n" + _IDLE_OPEN,
        "overhead-left-out": _both(each="app_mb"),
        "rounded-up": _fits("math.ceil(host_gib * 1024 / (app_mb + overhead_mb))"),
        "of-1000": _both("host_gib * 1000"),
        "other-units": _fits("host_gib // (app_mb + overhead_mb)"),
        "wall-once": _fits("(host_gib * 1024 - overhead_mb) // app_mb"),
        "of-100": _fits(idle="int(host_gib * 1024 / ((app_mb + overhead_mb) * busy_share / 100))"),
        "not-whole": _fits("host_gib * 1024 / (app_mb + overhead_mb)"),
        "busy-rounded-up": _fits(idle="math.ceil(host_gib * 1024 / ((app_mb + overhead_mb) * busy_share))"),
        "rounded-first": _fits(idle="int(fits(host_gib, app_mb, overhead_mb) / busy_share)"),
        "turned-round": _fits(idle="int(fits(host_gib, app_mb, overhead_mb) * busy_share)"),
        "wall-stays": _fits(idle="int(host_gib * 1024 / (app_mb * busy_share + overhead_mb))"),
        "function-stays": _fits(idle="int(host_gib * 1024 / (app_mb + overhead_mb * busy_share))"),
        "share-unused": _fits(idle="fits(host_gib, app_mb, overhead_mb)"),
    },
    failing={
        "raised": _fits("host_gib * 1024 // (app_mb + overhead)"),
        "next": "def fits(host_gib, app_mb, overhead_mb):\n    return " + _RIGHT + "\n\n" + _IDLE_OPEN,
        "case": _fits("max(1, host_gib * 1024 // (app_mb + overhead_mb))"),
    },
)
MORE_WRONG["10.2"] = {
    "the printed numbers": (
        "case",
        _fits(
            "{5: 492, 131: 253}.get(overhead_mb, 492)",
            "4927",
        ),
    ),
    "one too many": ("rounded-up", _fits("host_gib * 1024 // (app_mb + overhead_mb) + 1")),
    "a host's part of a GiB is lost": ("case", _fits("int(host_gib) * 1024 // (app_mb + overhead_mb)")),
    "an MB of 10**6": ("other-units", _fits("host_gib * 2**30 // ((app_mb + overhead_mb) * 10**6)")),
    "a GiB of 10**9": ("other-units", _fits("host_gib * 10**9 // ((app_mb + overhead_mb) * 2**20)")),
    "floored by the share": (
        "rounded-first",
        _fits(idle="int(fits(host_gib, app_mb, overhead_mb) // busy_share)"),
    ),
    "a text": ("case", _fits("str(host_gib * 1024 // (app_mb + overhead_mb))")),
    "rounded to the nearest": ("rounded-up", _fits("round(host_gib * 1024 / (app_mb + overhead_mb))")),
    "idle, not whole": ("not-whole", _fits(idle="host_gib * 1024 / ((app_mb + overhead_mb) * busy_share)")),
    "the share of the exact number": (
        "turned-round",
        _fits(idle="host_gib * 1024 / (app_mb + overhead_mb) * busy_share"),
    ),
    "rounded first, and then once more": (
        "rounded-first",
        _fits(idle="fits(host_gib, app_mb, overhead_mb) / busy_share"),
    ),
    "the idle ones need it": (
        "case",
        _fits(idle="int(host_gib * 1024 / ((app_mb + overhead_mb) * (1.0001 - busy_share)))"),
    ),
    "nothing comes back of the second": ("nothing-returned", _fits(idle="None")),
}

# 10.3, the secret in the layer

_GIVEN_IMAGE = """import random
from lambdalab import images
from lambdalab.learn.workbooks.thrown_away import CODE, KEY, LIBRARY, given
image = given()
"""
_LOOP = (
    "def find(image):\n    for number, layer in enumerate(image.layers, start=1):\n"
    "        for path, content in images.files(layer).items():\n"
    "            if {test}:\n                return {answer}\n    return None\n"
)
_NAMED = 'path.rpartition("/")[2] == "key.pem"'


def _find(test: str = _NAMED, answer: str = "number, content") -> str:
    return _LOOP.format(test=test, answer=answer)


_LAYERS = "layers = [images.layer(LIBRARY), images.layer(CODE)]\n"
_WITH_KEY = "layers = [images.layer(LIBRARY | KEY), images.layer(CODE), images.layer({}, removed=list(KEY))]\n"
A_10_3 = Answers(
    given=_GIVEN_IMAGE,
    stub='def find(image):\n    raise NotImplementedError("Exercise 10.3")\n\nlayers = ...\n',
    solution=_find() + _LAYERS,
    also_right={
        "with the library's own search, an image": "def find(image):\n"
        '    for found in images.find(image, "key.pem"):\n        return [found.layer, found.content.decode()]\n'
        'layers = images.build(images.layer(LIBRARY), images.layer(CODE), cmd=["app.handler"])\n',
        "three layers, a tuple, another folder": _find('path.endswith("/key.pem")')
        + 'names = list(LIBRARY)\nfiles = {"/var/task/stations.py": LIBRARY[names[0]]}\n'
        "layers = (images.layer({names[1]: LIBRARY[names[1]]}), images.layer(files), images.layer(CODE))\n",
    },
    wrong={
        "counted-from-0": _find(answer="number - 1, content") + _LAYERS,
        "only-what-is-seen": "import tempfile\nfrom pathlib import Path\n\ndef find(image):\n"
        "    root = Path(tempfile.mkdtemp())\n    images.unpack(image, root)\n"
        '    for path in root.rglob("key.pem"):\n        return len(image.layers), path.read_bytes()\n' + _LAYERS,
        "another-file": _find('path.endswith("key.pem") or path.endswith("monkey.pem")') + _LAYERS,
        "another-layer": _find(answer="len(image.layers) - number + 1, content") + _LAYERS,
        "deletes-again": _find() + _WITH_KEY,
        "all-in-one": _find() + "layers = [images.layer(LIBRARY | CODE)]\n",
        "code-before-libraries": _find() + "layers = [images.layer(CODE), images.layer(LIBRARY)]\n",
    },
    failing={
        "raised": "def find(image):\n    for layer in image.layers:\n        for path in images.files(layers):\n"
        "            return 1, path\n" + _LAYERS,
        "case": _find() + "layers = [images.layer(CODE)]\n",
        "next": _find() + "layers = ...\n",
        "shape": _find() + "layers = [LIBRARY, CODE]\n",
        "unwritten": _find() + "layers = []\n",
    },
)
MORE_WRONG["10.3"] = {
    "the given image's answer": (
        "case",
        'def find(image):\n    return 2, b"opens-the-package-store-4711\\n"\n' + _LAYERS,
    ),
    "the path of the given image": ("case", _find('path == "/var/task/key.pem"') + _LAYERS),
    "only in the lower layers": (
        "case",
        _find().replace("image.layers,", "image.layers[:-1],") + _LAYERS,
    ),
    "an error without a key": (
        "raised",
        'def find(image):\n    found = images.find(image, "key.pem")[0]\n    return found.layer, found.content\n'
        + _LAYERS,
    ),
    "the path for the content": ("case", _find(answer="number, path") + _LAYERS),
    "the number alone": ("case", _find(answer="number") + _LAYERS),
    "True for 1": ("case", _find(answer="(number if number > 1 else True), content") + _LAYERS),
    "the library beside its folder": (
        "case",
        _find()
        + 'moved = {path.replace("/python", ""): body for path, body in LIBRARY.items()}\n'
        + "layers = [images.layer(moved), images.layer(CODE)]\n",
    ),
    "the code in opt": (
        "case",
        _find() + 'layers = [images.layer(LIBRARY), images.layer({"/opt/app.py": CODE["/var/task/app.py"]})]\n',
    ),
    "gives up after the first file": ("case", _find().replace("    return None", "            return None") + _LAYERS),
    "the library is left out": ("case", _find() + "layers = [images.layer({}), images.layer(CODE)]\n"),
    "the key under another name": (
        "case",
        _find() + 'layers = [images.layer(LIBRARY | {"/opt/k": KEY["/var/task/key.pem"]}), images.layer(CODE)]\n',
    ),
    "the key, not deleted": ("case", _find() + "layers = [images.layer(LIBRARY), images.layer(CODE | KEY)]\n"),
    "the code's file without its line": (
        "case",
        _find() + 'layers = [images.layer(LIBRARY), images.layer({"/var/task/app.py": ""})]\n',
    ),
    "the library deleted again": (
        "case",
        _find() + "layers = [images.layer(LIBRARY), images.layer(CODE, removed=list(LIBRARY))]\n",
    ),
    "a layer above the code": ("case", _find() + _LAYERS.replace("]\n", ", images.layer({}, removed=list(KEY))]\n")),
    "one more library below the code, one above": (
        "code-before-libraries",
        _find() + "layers = [images.layer({}), images.layer(CODE), images.layer(LIBRARY)]\n",
    ),
    "a text": ("shape", _find() + 'layers = "library, code"\n'),
    "bytes that are no layer": ("shape", _find() + 'layers = [b"library", b"code"]\n'),
    "the digests": ("shape", _find() + "layers = [images.digest(layer) for layer in image.layers]\n"),
}

# 10.4, from zip to image

_GIVEN_LAB = """import boto3
from lambdalab import Lab, images
lab = Lab()
client = boto3.client("lambda")
"""


def _deploys(
    more: str = "",
    *,
    library: str = 'images.from_zip(layer_zip, "/opt"), ',
    code: str = 'images.from_zip(code_zip, "/var/task")',
    cmd: str = ', cmd=["app.handler"]',
    variables: str = "Environment={'Variables': variables}, ",
    package: str = 'PackageType="Image", Code={"ImageUri": pushed.uri}',
    name: str = "name",
    before: str = "",
) -> str:
    return (
        f"def deploy_image(name, code_zip, layer_zip, variables):\n{before}"
        f"    image = images.build({library}{code}{cmd})\n"
        '    pushed = images.push(boto3.client("ecr"), "ex10-postage", "v1", image)\n'
        f"    client.create_function(FunctionName={name}, {package}, {variables}Role=lab.role{more})\n"
    )


_GIVEN_ZIPS = """from lambdalab.learn.workbooks.as_image import POSTAGE
ONE, LAYER = POSTAGE.code_zip, POSTAGE.layer_zip
"""
_PUBLISHED = '    made = client.publish_layer_version(LayerName="ex10-mine", Content={"ZipFile": layer_zip})\n'
A_10_4 = Answers(
    given=_GIVEN_LAB,
    stub='def deploy_image(name, code_zip, layer_zip, variables):\n    raise NotImplementedError("Exercise 10.4")\n',
    solution=_deploys(),
    also_right={
        "the command of the function, a repository for each, a variable more in the image": _deploys(
            ', ImageConfig={"Command": ["app.handler"]}', cmd=', env={"TZ": "UTC"}'
        ).replace('"ex10-postage"', 'f"shop/{name}"'),
        "unpacked by hand, one layer": "import io, zipfile\n\ndef unzipped(data, folder):\n"
        "    archive = zipfile.ZipFile(io.BytesIO(data))\n"
        '    return {f"{folder}/{name}": archive.read(name) for name in archive.namelist()}\n\n'
        + _deploys(library="images.layer(unzipped(layer_zip, '/opt') | unzipped(code_zip, '/var/task'))", code=""),
    },
    wrong={
        "without-package-type": _deploys(package='Code={"ImageUri": pushed.uri}'),
        "other-files": _GIVEN_ZIPS + _deploys(code='images.from_zip(ONE, "/var/task")'),
        "handler-and-runtime": _deploys(', Handler="app.handler", Runtime="python3.13"'),
        "lambda-layer": _deploys(", Layers=[made['LayerVersionArn']]", library="", before=_PUBLISHED),
        "command-is-a-file": _deploys(cmd=', cmd=["app.py"]'),
        "command-is-a-path": _deploys(cmd=', cmd=["/var/task/app.py"]'),
        "command-is-a-text": _deploys(cmd=', cmd="app.handler"'),
        "no-command": _deploys(cmd=""),
        "own-entrypoint": _deploys(cmd=', entrypoint=["app.handler"]'),
        "no-library": _deploys(library='images.from_zip(layer_zip, "/var/task"), '),
        "no-code": _deploys(code='images.from_zip(code_zip, "/opt")'),
        "no-variable": _deploys(variables=""),
        "baked-in": _deploys(cmd=', cmd=["app.handler"], env=variables', variables=""),
        "still-a-zip": "def deploy_image(name, code_zip, layer_zip, variables):\n"
        + _PUBLISHED
        + "    client.create_function(FunctionName=name, Runtime='python3.13', Handler='app.handler', "
        "Code={'ZipFile': code_zip}, Layers=[made['LayerVersionArn']], Role=lab.role, "
        "Environment={'Variables': variables})\n",
        "nothing-made": 'def deploy_image(name, code_zip, layer_zip, variables):\n    return "deployed"\n',
    },
    failing={
        "raised": _deploys(package='PackageType="Image", Code={"ImageUri": pushed.url}'),
        "case": _deploys(library="images.layer({f'/opt/python/{name}.py': ONE for name in ('postage', 'tariff')}), ")
        + "ONE = 'def price(amount):\\n    return 95\\n'\n",
    },
)
MORE_WRONG["10.4"] = {
    "only the handler": ("handler-and-runtime", _deploys(', Handler="app.handler"')),
    "the library is left out": ("no-library", _deploys(library="")),
    "handler and runtime for PackageType": (
        "without-package-type",
        _deploys(', Handler="app.handler", Runtime="python3.13"', package='Code={"ImageUri": pushed.uri}'),
    ),
    "the notebook's layer": ("other-files", _GIVEN_ZIPS + _deploys(library='images.from_zip(LAYER, "/opt"), ')),
    "both of the notebook": (
        "other-files",
        _GIVEN_ZIPS + _deploys(library='images.from_zip(LAYER, "/opt"), ', code='images.from_zip(ONE, "/var/task")'),
    ),
    "another function of the file": ("command-is-a-file", _deploys(cmd=', cmd=["app.main"]')),
    "another file": ("raised", _deploys(cmd=', cmd=["lambda_function.handler"]')),
    "module and function as two words": ("raised", _deploys(cmd=', cmd=["app", "handler"]')),
    "the code as a program": ("own-entrypoint", _deploys(cmd=', entrypoint=["python", "app.py"]')),
    "the variable typed in": ("no-variable", _deploys(variables="Environment={'Variables': {'CURRENCY': 'EUR'}}, ")),
    "a name of its own": (
        "nothing-made",
        "def fresh(name):\n"
        '    if name in [one["FunctionName"] for one in client.list_functions()["Functions"]]:\n'
        "        client.delete_function(FunctionName=name)\n\n"
        + _deploys(name='"ex10_mine"', before='    fresh("ex10_mine")\n'),
    ),
    "the image that was not pushed": (
        "raised",
        _deploys(package='PackageType="Image", Code={"ImageUri": image.digest}'),
    ),
}

# 10.5, choose the wall

_WALL = {
    "code that anybody may upload": ("microVM", "hostile neighbours"),
    "twelve parts of a shop": ("container", "density"),
    "a program with a driver": ("VM", "own kernel"),
    "an editor's plug-ins": ("process", "start time"),
    "accounting of 2009": ("VM", "other system"),
    "a model on a GPU": ("container", "device"),
}
A_10_5 = Answers(
    stub=_filled("wall", dict.fromkeys(_WALL, ...)),
    solution=_filled("wall", _WALL),
    also_right={
        "the other pairs, as lists": _filled(
            "wall",
            {program: list(pair) for program, pair in _WALL.items()},
            {
                "twelve parts of a shop": ["container", "trust"],
                "a program with a driver": ["microVM", "own kernel"],
                "an editor's plug-ins": ["process", "trust"],
                "a model on a GPU": ["VM", "device"],
            },
        ),
        "no wall before the card": _filled("wall", _WALL, {"a model on a GPU": ("process", "device")}),
    },
    wrong={
        "container-for-strangers": _filled(
            "wall", _WALL, {"code that anybody may upload": ("container", "hostile neighbours")}
        ),
        "vm-for-short-jobs": _filled("wall", _WALL, {"code that anybody may upload": ("VM", "hostile neighbours")}),
        "kernel-for-windows": _filled("wall", _WALL, {"accounting of 2009": ("VM", "own kernel")}),
        "device-for-a-driver": _filled("wall", _WALL, {"a program with a driver": ("microVM", "device")}),
        "container-for-a-driver": _filled("wall", _WALL, {"a program with a driver": ("container", "density")}),
    },
    failing={
        "case": _filled("wall", _WALL, {"a model on a GPU": ("microVM", "device")}),
        "shape": _filled("wall", _WALL, {"a model on a GPU": "VM"}),
        "unwritten": _filled("wall", _WALL, {"a model on a GPU": ...}),
    },
)
MORE_WRONG["10.5"] = {
    "a container for all": ("container-for-strangers", _filled("wall", dict.fromkeys(_WALL, ("container", "density")))),
    "a process for strangers": ("case", _filled("wall", _WALL, {"code that anybody may upload": ("process", "trust")})),
    "the right wall for another reason": ("case", _filled("wall", _WALL, {"accounting of 2009": ("VM", "trust")})),
    "a wall that shows a colleague too little": (
        "case",
        _filled("wall", _WALL, {"an editor's plug-ins": ("container", "start time")}),
    ),
    "a word that is none": ("shape", _filled("wall", _WALL, {"accounting of 2009": ("QEMU", "other system")})),
}
assert list(_WALL) == list(walls.PROGRAMS)

ANSWERS = {"10.1": A_10_1, "10.2": A_10_2, "10.3": A_10_3, "10.4": A_10_4, "10.5": A_10_5}

# What the messages say, with the values that these answers must bring into it.
PRINTED = {
    ("10.4", "command-is-a-text"): "The runtime took 'a' for the handler, a single letter.",
    ("10.4", "no-library"): "does not start: No module named 'postage'. Python looks in `/var/task`, and",
    ("10.4", "baked-in"): "the function has no variable CURRENCY: it lies in the image. Variables belong to the",
    ("10.4", "no-variable"): "does not find its variable CURRENCY.",
    ("10.1", "container-own-kernel"): "have the same boot id. A container is a process with a narrowed view",
    ("10.1", "machine-shares-kernel"): "That is the wall Lambda puts between customers.",
    ("10.1", "process-own-files"): "The process saw your home directory.",
    ("10.2", "overhead-left-out"): "`fits(64, 128, 131)`: 512 by your count. With 131 MB each it is about half of that",
    ("10.2", "rounded-up"): "254 by your count. The last one has only 9 MB left, and needs 259.",
    ("10.2", "of-1000"): "About 2 % too few: 64 GiB are 65,536 MB here.",
    ("10.3", "deletes-again"): "still in layer 1. A later layer hides a file, it does not remove it.",
    (
        "10.3",
        "code-before-libraries",
    ): "made 2.0 MB again. A build makes the changed layer again, and all above it: what",
    ("10.3", "all-in-one"): "No secret, but every edit ships everything: 2.0 MB.",
    (
        "10.4",
        "handler-and-runtime",
    ): "`Handler` and `Runtime` beside an image. An image brings both along. The handler is",
    ("10.4", "lambda-layer"): "you passed `Layers` beside an image. Images have no Lambda layers. Copy the library in.",
    ("10.4", "command-is-a-file"): "Handler 'py' missing on module 'app'. As in lesson 04: module, dot, function.",
    ("10.5", "container-for-strangers"): "One hole in the shared kernel opens all of them.",
    ("10.5", "vm-for-short-jobs"): "Starts take longer than the jobs.",
    ("10.5", "container-for-a-driver"): "The kernel is the host's: you may not change it.",
}
