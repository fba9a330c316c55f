"""A recorded call as Python that a student can run again.

In 2026 AWS's Lambda console shows no calls beside its buttons, as far as its guide tells; its nearest relatives are
CloudShell's history and CloudTrail's list of calls. Here a call is written as
`boto3.client("lambda").invoke(...)` with the arguments that were sent. Only a zip is abbreviated: it becomes
`package(files)`, and the script spells its files out. Left out: any other language.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from lambdalab.console.files import read_zip
from lambdalab.console.recorder import Call

WIDTH = 76  # characters in a line of the panel's code
ZIP = b"PK\x03\x04"
NOTES = {
    "put_bucket_notification_configuration": "replaces all rules of the bucket: the old ones are written again.",
    "update_function_code": "changes $LATEST only: published versions keep their code.",
    "update_function_configuration": "changes $LATEST only: published versions keep their settings.",
}


def code(call: Call) -> str:
    """The call as one Python expression; `files` stands for what is in its zip."""
    client = f"boto3.client({_text(call.service)})"
    method = f"get_paginator({_text(call.method)}).paginate" if call.paged else call.method
    lines = [f"{name}={_written(value, 1)}" for name, value in call.arguments.items()]
    whole = f"{client}.{method}({', '.join(lines)})"
    if len(whole) <= WIDTH and "\n" not in whole:
        return whole
    return f"{client}.{method}(\n" + "".join(f"    {line},\n" for line in lines) + ")"


def zipped(call: Call) -> Mapping[str, str | bytes]:
    """The files of the zip that the call sends; empty when it sends none."""
    for value in call.arguments.values():
        if _is_zip(value):
            return read_zip(value)
    return {}


def contents(files: Mapping[str, str | bytes]) -> str:
    """What the word `files` stands for, in words: "files: lambda_function.py, 3 lines"."""
    parts = [
        f"{name}, {_count(text.count(chr(10)) + (not text.endswith(chr(10))), 'line')}"
        if isinstance(text, str)
        else f"{name}, {_count(len(text), 'byte')}"
        for name, text in files.items()
    ]
    return f"files: {'; '.join(parts)}"


def script(calls: Iterable[Call]) -> str:
    """The calls as a program that can be run from its first line to its last."""
    body: list[str] = []
    zips = False
    for call in calls:
        files = zipped(call)
        if files:
            zips = True
            body.append("files = {\n" + "".join(f"    {_text(n)}: {t!r},\n" for n, t in files.items()) + "}")
        refused = f"  # refused: {call.error}" if call.error else ""
        added = "# added by the console\n" if call.purpose == "silent" else ""
        body.append(f"{added}{code(call)}{refused}")
    head = ["import boto3", *(["from lambdalab.functions import package"] if zips else [])]
    return "\n".join([*head, "", *body]) + "\n"


def _written(value: Any, depth: int) -> str:
    if _is_zip(value):
        return "package(files)"
    if isinstance(value, bytes | bytearray):
        try:
            return _text(bytes(value).decode())
        except UnicodeDecodeError:
            return repr(bytes(value))
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping | list | tuple):
        inside = depth + (len(value) > 1)  # what stands alone in its brackets needs no line of its own
        if isinstance(value, Mapping):
            return _listed([f"{_text(str(key))}: {_written(item, inside)}" for key, item in value.items()], "{}", depth)
        return _listed([_written(item, inside) for item in value], "[]", depth)
    return repr(value)


def _listed(items: list[str], brackets: str, depth: int) -> str:
    whole = f"{brackets[0]}{', '.join(items)}{brackets[1]}"
    if len(items) < 2 or (len(whole) + 4 * depth <= WIDTH - 10 and "\n" not in whole):
        return whole
    inside = "".join(f"{'    ' * (depth + 1)}{item},\n" for item in items)
    return f"{brackets[0]}\n{inside}{'    ' * depth}{brackets[1]}"


def _text(value: str) -> str:
    return repr(value) if '"' in value else json.dumps(value, ensure_ascii=False)


def _is_zip(value: Any) -> bool:
    return isinstance(value, bytes | bytearray) and bytes(value[:4]) == ZIP


def _count(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"
