"""What a request to Lambda asks for: the action that policies name, and the function that it acts on.

A function has many names in a request: plain, with an alias, an ARN or a part of one. Policies know the ARN. Left out:
layers and event source mappings, which have no ARN here, so that only a statement on "*" allows what is done with
them, and iam:PassRole, which on AWS also is needed to give a function its role. Lesson 04.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lambdalab.http.door import Arrived
from lambdalab.keys import ACCOUNT
from lambdalab.service import names
from lambdalab.service.model import FunctionNotFound, QualifiersDiffer

_FUNCTION = re.compile(r"/20\d\d-\d\d-\d\d/functions/(?P<name>[^/]+)(/.*)?")
_ACTIONS = {
    "Invoke": "lambda:InvokeFunction",
    "InvokeAsync": "lambda:InvokeFunction",
    "InvokeWithResponseStream": "lambda:InvokeFunction",
}


def asked(request: Arrived, operation: str, region: str) -> Iterator[tuple[str, str]]:
    """The action that a request needs, with the ARN that it acts on."""
    yield _ACTIONS.get(operation, f"lambda:{operation}"), _function(request, region, operation)


def _function(request: Arrived, region: str, operation: str) -> str:
    """The ARN of the function, version or alias that a request names; "*" for none."""
    found = _FUNCTION.fullmatch(request.path)
    name = found["name"] if found else _named_in(request.body) if operation == "CreateFunction" else ""
    if not name:
        return "*"
    try:
        plain, qualifier = names.read(region, name, request.query.get("Qualifier"))
    except (FunctionNotFound, QualifiersDiffer):  # Lambda will say so, to those who may ask
        plain, qualifier = name, None
    arn = plain if plain.startswith("arn:") else f"arn:aws:lambda:{region}:{ACCOUNT}:function:{plain}"
    return f"{arn}:{qualifier}" if qualifier else arn


def _named_in(body: bytes) -> str:
    """The name in the body of CreateFunction; "" where there is none to read."""
    try:
        return str(json.loads(body)["FunctionName"])
    except (ValueError, KeyError, TypeError):
        return ""
