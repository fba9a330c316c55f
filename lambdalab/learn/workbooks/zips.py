"""Exercise 04.1, the module that cannot be found: the student's zip is deployed and called, with two sets of files.

The same shop under two stocks, so that a zip of typed-in names works once only.
"""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from lambdalab.learn.cases import compared, first
from lambdalab.learn.exercises import Case, Detect, Message, Seen, Stop, Tried
from lambdalab.learn.words import as_json, kind_of, short
from lambdalab.learn.work import Work, raised_inside
from lambdalab.learn.workbooks.own import answer_of, own_function, refusal

FOLDER = "shop/"
FUNCTION = "ex04_shop_check"
APP = """import json
from pathlib import Path

from {helper} import total

STOCK = json.loads((Path(__file__).parent / "{data}").read_text())


def handler(event, context):
    return {{"total": total(event["basket"], STOCK)}}
"""
HELPER = "def total(basket, stock):\n    return sum(stock[item] for item in basket)\n"
_GOODS = ("tea", "bread", "soap", "rice", "honey", "paper", "string", "salt")


def shop(helper: str, data: str, stock: Mapping[str, int]) -> dict[str, bytes]:
    """The files of a shop; `helper` is a module such as "lib.prices", `data` a file such as "data.json"."""
    module = helper.replace(".", "/") + ".py"
    return {
        f"{FOLDER}app.py": APP.format(helper=helper, data=data).encode(),
        f"{FOLDER}{module}": HELPER.encode(),
        f"{FOLDER}{data}": json.dumps(stock).encode(),
    }


def cases(rng: random.Random | None) -> Sequence[Case]:
    pick = rng or random.Random(4)
    goods = pick.sample(_GOODS, 4)
    stock = {item: pick.randrange(50, 900, 10) for item in goods}
    given = shop("lib.prices", "data.json", {"tea": 250, "bread": 120} if rng is None else stock)
    other = shop("lib.till.sums", "stock.json", stock)
    return [
        _deployed("the shop", given, ["tea", "bread", "tea"] if rng is None else goods[:2]),
        _deployed("a shop with other files", other, goods[1:]),
    ]


def _deployed(tried: str, files: dict[str, bytes], basket: list[str]) -> Case:
    stock = json.loads(next(content for name, content in files.items() if name.endswith(".json")))
    expected = {"total": sum(stock[item] for item in basket)}

    def run(work: Work) -> Seen:
        handler = _handler(work)
        made = work.call("make_zip", dict(files))
        if made.raised is not None:
            return Seen(False, f"make_zip raised {made.raised.kind}", raised=made.raised)
        facts = {"names": _names(made.value), "handler": handler, "files": files}
        if facts["names"] is None:
            return Seen(False, f"make_zip returned {kind_of(made.value)}", made.value, facts=facts)
        try:
            with own_function(work, FUNCTION, bytes(made.value), handler):
                answer, failed = answer_of(work, FUNCTION, {"basket": basket})
        except ClientError as refused:
            return Seen(False, "create_function refused it", raised=refusal(refused), facts=facts)
        seen = compared(answer, raised_inside(answer) if failed else None, expected, shown=as_json)
        closed = _closed(made.value)
        if seen.ok and closed:
            seen = replace(seen, ok=False, shown=f"on AWS nobody but the owner may read {closed[0]}")
        return replace(seen, facts=facts | {"closed": closed})

    return Case(tried, f"make_zip({short(sorted(files))})", run)


def _handler(work: Work) -> str:
    handler = work.names["HANDLER"]
    if not isinstance(handler, str):
        raise Stop(Message(f"`HANDLER` is {short(handler)}.", "It must be a text: module, dot, function."))
    return handler


def _names(value: Any) -> list[str] | None:
    """The names of the files in a zip; None if the value is no zip."""
    try:
        with zipfile.ZipFile(io.BytesIO(value)) as archive:
            return [name for name in archive.namelist() if not name.endswith("/")]
    except (TypeError, zipfile.BadZipFile):
        return None


def _closed(package: bytes) -> tuple[str, str] | None:
    """A file in the zip that only its owner may read, and its mode; a zip made on Windows may hold no modes."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        for info in archive.infolist():
            mode = info.external_attr >> 16
            if mode and not mode & 0o004:
                return info.filename, f"{mode & 0o777:03o}"
    return None


def no_zip(one: Tried) -> Mapping[str, object] | None:
    names = one.seen.facts.get("names", [])
    return {"type": kind_of(one.seen.value)} if names is None else None


def handler_is_a_file(one: Tried) -> Mapping[str, object] | None:
    handler = str(one.seen.facts.get("handler", ""))
    if not handler.endswith(".py"):
        return None
    module, _, function = handler.rpartition(".")
    return {"handler": handler, "module": module, "function": function}


def unreadable(one: Tried) -> Mapping[str, object] | None:
    """The call worked, since on this machine one user owns all files; on AWS it would not."""
    closed = one.seen.facts.get("closed")
    return {"found": closed[0], "mode": closed[1]} if closed else None


def packed(fits: Callable[[set[str], set[str], str], str | None], **more: object) -> Detect:
    """A wrong answer seen in the zip: `fits` gets the names in it, the wanted ones and the handler."""

    def detect(one: Tried) -> Mapping[str, object] | None:
        names = one.seen.facts.get("names")
        if names is None:
            return None
        wanted = {name.removeprefix(FOLDER) for name in one.seen.facts["files"]}
        found = fits(set(names), wanted, one.seen.facts["handler"])
        return None if found is None else {"found": found, **more}

    return first(detect, explains_error=True)


def letters_stripped(names: set[str], wanted: set[str], handler: str) -> str | None:
    """`lstrip` took more than the folder away from a name."""
    cut = {name: name.lstrip(FOLDER) for name in sorted(wanted)}
    return next((f"`{name}` became `{short}`" for name, short in cut.items() if name != short and short in names), None)


def folder_in_zip(names: set[str], wanted: set[str], handler: str) -> str | None:
    return f"{FOLDER}app.py" if f"{FOLDER}app.py" in names and handler.startswith("app.") else None


def folder_in_handler(names: set[str], wanted: set[str], handler: str) -> str | None:
    inside = f"{FOLDER}app.py" in names and handler.startswith("shop")
    return _helper(wanted).removesuffix(".py").replace("/", ".") if inside else None


def flattened(names: set[str], wanted: set[str], handler: str) -> str | None:
    bare = _helper(wanted).rpartition("/")[2]
    return bare if bare in names and _helper(wanted) not in names else None


def helper_missing(names: set[str], wanted: set[str], handler: str) -> str | None:
    alone = "app.py" in names and _helper(wanted) not in names
    return _helper(wanted).removesuffix(".py").replace("/", ".") if alone else None


def data_missing(names: set[str], wanted: set[str], handler: str) -> str | None:
    data = next(name for name in wanted if name.endswith(".json"))
    return data if "app.py" in names and data not in names else None


def _helper(wanted: set[str]) -> str:
    return next(name for name in wanted if name.endswith(".py") and name != "app.py")
