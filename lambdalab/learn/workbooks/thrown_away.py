"""Exercise 10.3, the secret in the layer: where a deleted key still lies, and layers that never held it.

The student's search is tried on images of every shape. The student's layers are unpacked one by one and looked through,
then laid over one another; and a build with a cache makes the image again after a line of the code has changed.
"""

from __future__ import annotations

import random
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from lambdalab import images
from lambdalab.errors import LabError
from lambdalab.learn.cases import first
from lambdalab.learn.checks import sentence
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Seen, Stop, Tried, Unwritten
from lambdalab.learn.words import kind_of, short
from lambdalab.learn.work import Work, unwritten

NAME, APP = "key.pem", "app.py"
_Files = Mapping[str, str | bytes]
_APP = """import stations

def handler(event, context):
    return stations.near(event["place"])
"""
_STATIONS = """def near(place):
    return {"Dakar": "DKR", "Lima": "LIM"}.get(place)
"""
CODE: _Files = {"/var/task/app.py": _APP}
LIBRARY: _Files = {
    "/opt/python/stations.py": _STATIONS,
    "/opt/stations.bin": random.Random(10).randbytes(2_000_000),
}
SECRET = "opens-the-package-store-4711\n"
KEY: _Files = {"/var/task/key.pem": SECRET}
OTHER = "not it\n"
LARGE = 1_000_000  # bytes that a changed line of code need not make again
_IMPORTED = ("/var/task", "/opt/python")  # where Python looks for a module
_PLACES = (*_IMPORTED, "/opt")
_Layer = tuple[_Files, Sequence[str]]


def given() -> images.Image:
    """The image of the exercise: the code, then library and key, then the key taken away."""
    return _built((CODE, ()), ({**LIBRARY, **KEY}, ()), ({}, list(KEY)))


def _built(*layers: _Layer) -> images.Image:
    return images.build(*(images.layer(files, removed=gone) for files, gone in layers), cmd=["app.handler"])


def cases(rng: random.Random | None) -> Sequence[Case]:
    draw = rng or random.Random(10)
    number, folder = draw.randrange(1_000, 10_000), draw.choice(("keys", "build", "secrets"))
    old, top, deep = (f"{where}-{number}" for where in ("old", "top", "deep"))
    text: _Layer = ({"/opt/read.me": f"number {number}\n"}, ())
    code: _Layer = (CODE, ())
    other: _Layer = ({"/opt/monkey.pem": OTHER}, ())
    lost = f"/opt/{folder}/{NAME}"
    found: Sequence[tuple[str, images.Image, tuple[int, str] | None]] = [
        ("the given image", given(), (2, SECRET)),
        ("its folder was taken away", _built(({lost: old}, ()), text, code, ({}, [f"/opt/{folder}"])), (1, old)),
        ("nothing was taken away", _built(text, other, code, ({f"/var/task/{NAME}": top}, ())), (4, top)),
        (
            "another folder, five layers",
            _built(code, other, ({f"/srv/{NAME}": deep}, ()), text, ({}, [f"/srv/{NAME}"])),
            (3, deep),
        ),
        ("no key at all", _built(text, code, other, ({}, ["/opt/monkey.pem"])), None),
    ]
    return [
        *(_searched(tried, image, where) for tried, image, where in found),
        Case("your `layers`", "images.build(*layers)", lambda work: _laid(work, number), about="layers"),
    ]


# -- the search --------------------------------------------------------------------------------------------------------


def _searched(tried: str, image: images.Image, where: tuple[int, str] | None) -> Case:
    def run(work: Work) -> Seen:
        outcome = work.call("find", image)
        if outcome.raised is not None:
            return Seen(False, f"raised {outcome.raised.kind}", raised=outcome.raised)
        said = _pair(outcome.value)
        fine = outcome.value is None if where is None else said == where
        facts = {"said": said, "where": where, "hidden": not all(one.seen for one in images.find(image, NAME))}
        text = Message(f"{sentence(tried)}: got {short(outcome.value)}.", *_why(where, outcome.value))
        return Seen(fine, short(outcome.value), outcome.value, facts=facts, message=text)

    return Case(tried, "find(image)", run, about="find")


_WANTED = "A pair is asked for, the layer's number and the content, in whatever layer and folder the file lies."
_NOTHING = "No layer of this image holds a `key.pem`: the answer is `None`."


def _why(where: tuple[int, str] | None, value: Any) -> tuple[str, ...]:
    """What speaks against an answer that no wrong answer recognises, and where to look."""
    if where is None:
        return (_NOTHING,)
    if value is None:
        return "A layer of this image holds a `key.pem`.", "Look at when your `find` gives up: after the last layer?"
    if _pair(value):
        return "It is a pair, and not what this image holds.", "Look at which image and which paths `find` searches."
    return (_WANTED,)


def _pair(value: Any) -> tuple[Any, str] | None:
    """The value as a layer's number and a content, if it is that."""
    if not isinstance(value, tuple | list) or len(value) != 2:
        return None
    content = value[1]
    if isinstance(content, bytes | bytearray):
        content = bytes(content).decode(errors="replace")
    counted = isinstance(value[0], int) and not isinstance(value[0], bool)
    return (value[0], content) if counted and isinstance(content, str) else None


def searched(fits: Callable[[Seen], bool], among: Callable[[Seen], bool] | None = None) -> Detect:
    """A wrong answer in what `find` gave: in one failing case, or in all of those that `among` names."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        answered = [one for one in tried if one.case.about == "find" and one.seen.raised is None]
        found = [one for one in answered if not one.seen.ok and fits(one.seen)]
        wanted = [one for one in answered if among(one.seen)] if among else found[:1]
        if not found or not all(one in found for one in wanted):
            return None
        said = found[0].seen.facts["said"]
        return Hit(found[0], {"tried": sentence(found[0].case.tried), "n": said[0] if said else ""})

    return detect


def holds_it(seen: Seen) -> bool:
    return seen.facts["where"] is not None


def hides_it(seen: Seen) -> bool:
    return holds_it(seen) and seen.facts["hidden"]


def counted_from_0(seen: Seen) -> bool:
    said, where = seen.facts["said"], seen.facts["where"]
    return bool(said and where) and said == (where[0] - 1, where[1])


def found_nothing(seen: Seen) -> bool:
    return not seen.value


def another_layer(seen: Seen) -> bool:
    """The content is right, and another layer was named: that which takes the key away, or one counted from above."""
    said, where = seen.facts["said"], seen.facts["where"]
    return bool(said and where) and said[1] == where[1] and said[0] != where[0]


def another_file(seen: Seen) -> bool:
    said = seen.facts["said"]
    return bool(said) and said[1] == OTHER


# -- the layers --------------------------------------------------------------------------------------------------------


def _laid(work: Work, number: int) -> Seen:
    if work.names["layers"] is ...:
        text = Message("Your `find` is right.", "", "Write `layers` too, run its cell, and check again.")
        return Seen(False, "`layers` comes next", message=text, rows=(), pending=True)
    layers = _given(work)
    names = {number: _names(images.files(item)) for number, item in enumerate(layers, start=1)}
    again = _made_again(layers, number)
    facts = {
        "secret in": [place for place, item in enumerate(layers, start=1) if _holds_secret(item)],
        "hidden": any(NAME in path for item in layers for path in images.removed(item)),
        "missing": _missing(layers),
        "again": again,
        "together": any({APP, "stations.bin"} <= held for held in names.values()),
        "count": len(layers),
    }
    fine = not facts["secret in"] and not facts["missing"] and len(again.layers) == 1 and again.size < LARGE
    return Seen(fine, _in_short(facts), facts=facts, message=_said(facts))


def _given(work: Work) -> list[bytes]:
    """The student's layers.

    Raises:
        Unwritten: there is none of them.
        Stop: they are no layers.
    """
    value = work.names["layers"]
    if isinstance(value, images.Image):
        return list(value.layers)
    make = "Make a list, each layer with `images.layer(…)`, the lowest first."
    if not isinstance(value, tuple | list):
        raise Stop(Message(f"`layers` is {kind_of(value)}.", make))
    if not value:
        raise Unwritten(unwritten("layers"))
    for place, item in enumerate(value):
        try:
            images.files(item)
        except (TypeError, AttributeError, OSError, EOFError, zlib.error, tarfile.TarError):
            raise Stop(Message(f"`layers[{place}]` is {kind_of(item)}, and no layer.", make)) from None
    return list(value)


def _names(files: Mapping[str, bytes]) -> set[str]:
    return {path.rpartition("/")[2] for path in files}


def _holds_secret(item: bytes) -> bool:
    """Whether a layer that is unpacked alone shows the key, under its name or by what is in it."""
    secret = SECRET.strip().encode()
    with tempfile.TemporaryDirectory() as folder:
        try:
            images.unpack(images.build(item), Path(folder))
        except LabError as wrong:
            raise Stop(Message(f"A layer can't be unpacked: {wrong}")) from None
        files = [path for path in Path(folder).rglob("*") if path.is_file()]
        return any(path.name == NAME or secret in path.read_bytes() for path in files)


def _missing(layers: Sequence[bytes]) -> list[str]:
    """What a function of these layers would not find."""
    with tempfile.TemporaryDirectory() as folder:
        images.unpack(images.build(*layers), Path(folder))
        wanted = {path.rpartition("/")[2]: body for path, body in {**CODE, **LIBRARY}.items()}
        return [name for name, body in wanted.items() if not _there(Path(folder), name, body)]


def _there(root: Path, name: str, body: str | bytes) -> bool:
    content = body.encode() if isinstance(body, str) else body
    places = _IMPORTED if name.endswith(".py") else _PLACES
    paths = [root.joinpath(place.lstrip("/"), name) for place in places]
    return any(path.is_file() and path.read_bytes() == content for path in paths)


def _made_again(layers: Sequence[bytes], number: int) -> images.MadeAgain:
    """What a build makes again when a line of the code has changed."""

    def edited(item: bytes) -> bytes:
        files: dict[str, bytes] = images.files(item)
        changed = {path: body + f"# {number}\n".encode() for path, body in files.items() if path.endswith(f"/{APP}")}
        return images.layer({**files, **changed}, removed=images.removed(item)) if changed else item

    return images.made_again(images.build(*layers), images.build(*map(edited, layers)))


def _mb(size: int) -> str:
    return f"{size / 1e6:.1f}" if size >= 100_000 else f"{size / 1e6:.4f}"


def _in_short(facts: Mapping[str, Any]) -> str:
    """The layers' line of the table: what speaks against them comes before what they cost."""
    if facts["secret in"]:
        return f"the key is in layer {facts['secret in'][0]}"
    if facts["missing"]:
        return f"{facts['missing'][0]} is not where the function looks, or has changed"
    count = f"{facts['count']} layer{'s' * (facts['count'] != 1)}"
    return f"{count}; a changed line makes {_mb(facts['again'].size)} MB again"


_LEAVE_OUT = "Does the function need it when it runs? Look at what you put into that layer."


def _said(facts: Mapping[str, Any]) -> Message | None:
    """What to say of layers that no wrong answer recognises."""
    if facts["secret in"]:
        return Message(
            f"The key lies in layer {facts['secret in'][0]}.", "Whoever may pull the image reads it.", _LEAVE_OUT
        )
    if facts["missing"]:
        text = f"Unpacked, your layers have no `{facts['missing'][0]}` where the function looks, or it has changed."
        python = "Python looks in `/var/task` and in `/opt/python`, and nowhere else in `/opt`."
        kept = "The app needs its code and its library, both as they were given."
        idea = python if facts["missing"][0].endswith(".py") else kept
        return Message(text, idea, "Look at the paths of your layers, and at what each file holds.")
    again = ", ".join(map(str, facts["again"].layers))
    text = f"One changed line made layers {again} again."
    return Message(
        text, "A build makes the changed layer again, and all above it.", "Look at what lies above the code."
    )


def laid(fits: Callable[[Mapping[str, Any]], bool]) -> Detect:
    """A wrong answer in the student's layers."""

    def one_fits(one: Tried) -> Mapping[str, object] | None:
        facts = one.seen.facts
        if one.case.about != "layers" or one.seen.pending or not fits(facts):
            return None
        return {"n": facts["secret in"][0] if facts["secret in"] else "", "mb": f"{facts['again'].size / 1e6:.1f}"}

    return first(one_fits)


def deletes_again(facts: Mapping[str, Any]) -> bool:
    return bool(facts["secret in"]) and bool(facts["hidden"])


def all_in_one(facts: Mapping[str, Any]) -> bool:
    return not facts["secret in"] and not facts["missing"] and bool(facts["together"])


def code_before_libraries(facts: Mapping[str, Any]) -> bool:
    return not facts["secret in"] and not facts["missing"] and facts["again"].size >= LARGE
