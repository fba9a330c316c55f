"""Exercise 10.4, from zip to image: the student's `deploy_image` beside the same function as a zip with a layer.

Two shops with other code, other libraries and other variables are made in both ways, in the student's lab. Both answer
five events, and then another value of their variable. All that was made for it is deleted afterwards.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from lambdalab.functions import package
from lambdalab.learn.cases import first
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Row, Seen, Tried
from lambdalab.learn.student import mentions
from lambdalab.learn.words import as_json
from lambdalab.learn.work import Work, raised_inside
from lambdalab.learn.workbooks.own import answer_of, delete, own_function

NAME = "deploy_image"
ZIPPED, PACKED, LAYER = "ex10_zip_check", "ex10_image_check", "ex10-library-check"
TAKEN_FOR_ZIP = re.compile("Runtime and Handler are mandatory|lambda:CreateFunction, or not with")
REFUSED = "Please don't provide Handler or Runtime or Layer"
APP = """import os

import {library}

{variable} = os.environ["{variable}"]

def handler(event, context):
    return {{"price": {library}.price(event["{word}"]), "{answer}": {variable}}}
"""
LIBRARY = """STEPS = {steps}

def price(amount):
    return next(cents for most, cents in STEPS if amount <= most)
"""


@dataclass(frozen=True)
class Shop:
    """A function that needs a library of its layer and a variable of its environment."""

    library: str
    variable: str
    word: str
    steps: tuple[tuple[int, int], ...]
    value: str
    other: str

    @property
    def code_zip(self) -> bytes:
        about = {"library": self.library, "variable": self.variable, "word": self.word}
        return package({"app.py": APP.format(answer=self.variable.lower(), **about)})

    @property
    def layer_zip(self) -> bytes:
        return package({f"python/{self.library}.py": LIBRARY.format(steps=list(self.steps))})

    @property
    def events(self) -> list[dict[str, int]]:
        """Five, the last of them above every step: its error must be the same too."""
        limits = [most for most, _ in self.steps]
        return [{self.word: amount} for amount in (1, limits[0], limits[0] + 1, limits[-1], limits[-1] + 1)]


POSTAGE = Shop("postage", "CURRENCY", "grams", ((20, 95), (500, 180), (2_000, 420)), "EUR", "CHF")


def cases(rng: random.Random | None) -> Sequence[Case]:
    draw = rng or random.Random(10)
    cents = sorted(draw.sample(range(90, 900, 5), 3))
    steps = tuple(zip((draw.randint(2, 9), 30, 90), cents, strict=True))
    tram = Shop("tariff", "ZONE", "minutes", steps, draw.choice(("inner", "north")), draw.choice(("outer", "south")))
    return [_deployed("the given function", POSTAGE), _deployed("another function, library and variable", tram)]


def _deployed(tried: str, shop: Shop) -> Case:
    event = f'{NAME}("{PACKED}", code_zip, layer_zip, {{"{shop.variable}": "{shop.value}"}})'

    def run(work: Work) -> Seen:
        with _surroundings(work):
            made = work.call(NAME, PACKED, shop.code_zip, shop.layer_zip, {shop.variable: shop.value})
            if made.raised is not None:
                return Seen(False, f"raised {made.raised.kind}", raised=made.raised)
            kind = _package_type(work)
            if kind != "Image":
                return Seen(False, "there is no such function" if kind is None else kind, facts={"kind": kind})
            with _twin(work, shop):
                return _beside(work, shop, tried)

    return Case(tried, event, run, about=shop)


def _beside(work: Work, shop: Shop, tried: str) -> Seen:
    """The answers of both functions, and what they say with another value of the variable."""
    pairs = [(answer_of(work, ZIPPED, event), answer_of(work, PACKED, event)) for event in shop.events]
    same = [_alike(zipped, packed) for zipped, packed in pairs]
    rows = [Row(True, f"{tried}, PackageType", "Image"), Row(all(same), f"{tried}, answers as the zip's", _count(same))]
    if not all(same):
        event, (zipped, packed) = next(
            (event, pair) for event, pair, ok in zip(shop.events, pairs, same, strict=True) if not ok
        )
        raised = replace(raised_inside(packed[0]), line="") if packed[1] else None  # the line is not the student's
        text = Message(
            f"`{as_json(event)}`: the image answers `{as_json(packed[0])}`, the zip `{as_json(zipped[0])}`.",
            "Both have the same code, library and variable, so they answer the same.",
            "Look at what lies in your image: `print(image)` shows it.",
        )
        return Seen(False, "", packed[0], rows=tuple(rows), raised=raised, message=text, facts={"kind": "Image"})
    own = shop.variable in _variables(work)
    rows.append(Row(own, f"{tried}, {shop.variable} belongs to", "the function" if own else "the image alone"))
    if not own:
        return Seen(False, "", rows=tuple(rows), facts={"kind": "Image", "baked in": shop.variable})
    for name in (ZIPPED, PACKED):
        work.client.update_function_configuration(
            FunctionName=name, Environment={"Variables": {shop.variable: shop.other}}
        )
    zipped, packed = answer_of(work, ZIPPED, shop.events[0]), answer_of(work, PACKED, shop.events[0])
    read = _alike(zipped, packed)
    rows.append(Row(read, f"{tried}, {shop.variable}={shop.other}", as_json(packed[0])))
    text = Message(
        f"`{shop.variable}` was set to {shop.other} in the function's environment, and the image answered "
        f"`{as_json(packed[0])}`.",
        "What is set for the function goes over what an image brings.",
        "Look at where your image gets the variable from.",
    )
    return Seen(read, "", packed[0], rows=tuple(rows), message=None if read else text, facts={"kind": "Image"})


def _alike(one: tuple[Any, bool], other: tuple[Any, bool]) -> bool:
    """Whether both answered the same; of two errors type and text count, not the frames."""
    if one[1] and other[1]:
        return all(one[0].get(key) == other[0].get(key) for key in ("errorType", "errorMessage"))
    return one == other


def _count(same: Sequence[bool]) -> str:
    return f"{sum(same)} of {len(same)} events"


def _package_type(work: Work) -> str | None:
    try:
        return str(work.client.get_function_configuration(FunctionName=PACKED)["PackageType"])
    except work.client.exceptions.ResourceNotFoundException:
        return None


def _variables(work: Work) -> Mapping[str, str]:
    """Those of the image's function; what its image brings is not among them."""
    told = work.client.get_function_configuration(FunctionName=PACKED)
    return dict(told.get("Environment", {}).get("Variables", {}))


@contextmanager
def _twin(work: Work, shop: Shop) -> Iterator[None]:
    """The same function as a zip with a layer, while the block runs."""
    made = work.client.publish_layer_version(LayerName=LAYER, Content={"ZipFile": shop.layer_zip})
    more: dict[str, Any] = {
        "Layers": [made["LayerVersionArn"]],
        "Environment": {"Variables": {shop.variable: shop.value}},
        "Timeout": 10,
    }
    try:
        with own_function(work, ZIPPED, shop.code_zip, "app.handler", **more):
            yield
    finally:
        work.client.delete_layer_version(LayerName=LAYER, VersionNumber=made["Version"])


@contextmanager
def _surroundings(work: Work) -> Iterator[None]:
    """Without the function and, afterwards, without the repositories that the student's code has made for it."""
    ecr = work.lab.client("ecr")
    before = _repositories(ecr)
    delete(work, PACKED)
    try:
        yield
    finally:
        delete(work, PACKED)
        for name in _repositories(ecr) - before:
            ecr.delete_repository(repositoryName=name, force=True)


def _repositories(ecr: Any) -> set[str]:
    return {one["repositoryName"] for one in ecr.describe_repositories()["repositories"]}


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def refused_for(*settings: str) -> Detect:
    """AWS refused settings beside an image, and the student's code names one of these."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = next((one for one in tried if one.seen.raised and REFUSED in one.seen.raised.text), None)
        passed = [name for name in settings if mentions(work.names[NAME], name)]
        what = " and ".join(f"`{name}`" for name in passed)
        return Hit(one, {"what": what}, explains_error=True) if one and passed else None

    return detect


def without_package_type() -> Detect:
    """Lambda took the image for a zip: the code names `ImageUri`, and no `PackageType`."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = next((one for one in tried if one.seen.raised and TAKEN_FOR_ZIP.search(one.seen.raised.text)), None)
        code = work.names[NAME]
        fits = one and mentions(code, "ImageUri") and not mentions(code, "PackageType")
        return Hit(one, explains_error=True) if one and fits else None

    return detect


def other_files() -> Detect:
    """The image holds files of another function than that of the zips it was called with."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        for one in tried:
            raised, shop = one.seen.raised, one.case.about
            if raised is None or not one.seen.facts:
                continue
            variable = raised.kind == "KeyError" and shop.variable not in raised.text
            module = raised.kind == "Runtime.ImportModuleError" and tried[0].seen.ok
            if variable or module:
                return Hit(one, explains_error=True)
        return None

    return detect


def failed(kind: str, text: str) -> Detect:
    """The image's function ended with this error, and this was found in its text."""

    def fits(one: Tried) -> Mapping[str, object] | None:
        raised = one.seen.raised
        found = re.search(text, raised.text) if raised and raised.kind == kind and one.seen.facts else None
        return {"found": found[0]} if found else None

    return first(fits, explains_error=True)


def baked_in() -> Detect:
    """The answers are right, and the variable is the image's, not the function's."""

    def fits(one: Tried) -> Mapping[str, object] | None:
        found = one.seen.facts.get("baked in")
        return {"found": found} if found else None

    return first(fits)


def made_as(kind: str | None) -> Detect:
    """What the student's code made under the name: None for nothing."""
    return first(lambda one: {} if one.seen.facts.get("kind", "") == kind else None, explains_error=True)
