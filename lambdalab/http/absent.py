"""What lambdalab does not have: an answer that a client of AWS can read, where moto answers with a web page.

moto plays thousands of AWS's operations, and for the others it raises, or its web server sends a page in HTML, which
boto3 shows as a long text without a reason. AWS has no such case. Here this becomes a refusal in the service's own
shape, with status 501, which no client tries again.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable
from typing import Any

from lambdalab.http import operations
from lambdalab.http.door import Arrived, Caller, Refused

_PAGES = (404, 405, 500, 501)
Answered = tuple[str, list[tuple[str, str]], bytes]
"""Status line, headers, body."""


def asked(cloud: Callable[[dict[str, Any], Any], Iterable[bytes]], environ: dict[str, Any]) -> Answered | None:
    """What the cloud answers; None where it has no answer that a client of AWS could read."""
    given: list[tuple[str, list[tuple[str, str]]]] = []
    try:
        body = b"".join(cloud(environ, lambda status, headers, *_: given.append((status, headers))))
    except Exception:  # moto raises whatever it likes at what it does not know
        traceback.print_exc()
        return None
    status, headers = given[-1]
    html = any(name.lower() == "content-type" and value.startswith("text/html") for name, value in headers)
    page = html and int(status[:3]) in _PAGES and body.lower().startswith(b"<!doctype html>")
    return None if page else (status, headers, body)


def refused(request: Arrived, caller: Caller) -> Refused:
    """The refusal that takes its place; it names service and operation."""
    asked_for = operations.name(request, caller.service) or f"{request.method} {request.path}"
    text = (
        f"lambdalab does not have {caller.service}:{asked_for}, or not with these arguments; on AWS it may well work. "
        "No lesson needs it: look for another call that does the same."
    )
    return Refused("NotImplemented", "NotImplemented", text, status=501)
