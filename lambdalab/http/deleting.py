"""Deleting several objects at once, with the right to delete some of them.

On AWS DeleteObjects answers 200 whatever happens, deletes what the caller may delete, and lists the rest as errors: a
program that does not read `Errors` never learns of them. Here the same: the objects that the caller's role forbids are
taken out of the list before the cloud gets it, and are put into the answer. Follows
https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html; lesson 08.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any, Protocol
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from lambdalab.http import operations, rights
from lambdalab.http.door import Arrived, Caller
from lambdalab.http.invoke import Answer

_END = b"</DeleteResult>"
_NOTHING = b'<?xml version="1.0" encoding="UTF-8"?>\n<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'


class Cloud(rights.Policies, Protocol):
    """Who deletes, a WSGI application that also knows the policies."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]: ...


def answer(request: Arrived, caller: Caller, cloud: Cloud, environ: dict[str, Any]) -> Answer | None:
    """The answer to a DeleteObjects of which something is forbidden; None for any other request."""
    if caller.service != "s3" or operations.name(request, "s3") != "DeleteObjects":
        return None
    try:
        wanted = ElementTree.fromstring(request.body)
    except ElementTree.ParseError:
        return None
    errors = []
    for one, refused in zip(wanted.findall("{*}Object"), rights.each(request, caller, cloud), strict=False):
        if refused is not None:
            wanted.remove(one)
            key = escape(one.findtext("{*}Key") or "")
            text = f"<Key>{key}</Key><Code>{refused.s3_code}</Code><Message>{escape(refused.text)}</Message>"
            errors.append(f"<Error>{text}</Error>".encode())
    if not errors:
        return None
    if wanted.find("{*}Object") is None:
        return 200, [("Content-Type", "application/xml")], b"".join([_NOTHING, *errors, _END])
    for part in wanted.iter():  # the cloud knows the names without their namespace
        part.tag = part.tag.rpartition("}")[2]
    body = ElementTree.tostring(wanted)
    answered: list[Any] = []
    environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    said = b"".join(cloud(environ, lambda status, headers, *_: answered.extend((status, headers))))
    headers = [(name, value) for name, value in answered[1] if name.lower() != "content-length"]
    return int(answered[0][:3]), headers, said.replace(_END, b"".join([*errors, _END]))
