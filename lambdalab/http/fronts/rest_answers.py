"""A function's answer becomes an HTTP answer: format 1.0, of REST APIs.

On AWS a REST API takes an object with five keys, each of which may be missing, and nothing else: one more key, or no
object at all, and the visitor gets 502 while only a log says why. Here the same, and what breaks a rule says which one.
Some headers are not the function's to set and come out under another name. Follows
https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html and
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html; lesson 06. Unsure: whether
AWS takes a body that is a number, and a header that is null: both are refused here.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Mapping, Sequence
from typing import Any

from lambdalab.http.fronts.answers import Malformed, header, sent_body, sent_headers, sent_status
from lambdalab.http.fronts.front import WebAnswer, WebRequest

KEYS = ("statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded")
_REMAPPED = ("connection", "content-length", "date", "server", "www-authenticate")
_JSON = ("Content-Type", "application/json")


class NoBase64(Malformed):
    """The API was to send bytes, and the function's body is not base64: API Gateway answers 500 and not 502."""


def rest(payload: bytes, *, binary: bool = False) -> WebAnswer:
    """The HTTP answer for what a function returned.

    Args:
        payload: JSON text.
        binary: whether the API sends a body in base64 as the bytes that it stands for, see `wants_binary`.

    Raises:
        Malformed: it breaks one of format 1.0's rules.
    """
    answer = json.loads(payload)
    if not isinstance(answer, Mapping):
        raise Malformed(f"it is {_shortened(answer)}; a REST API takes an object with {', '.join(KEYS)} only")
    for key in answer:
        if key not in KEYS:
            raise Malformed(f"it has the key {key!r}; a REST API takes {', '.join(KEYS)} only")
    if not isinstance(answer.get("isBase64Encoded"), (bool, type(None))):
        raise Malformed("isBase64Encoded is neither true nor false")
    status = 200 if answer.get("statusCode") is None else sent_status(answer["statusCode"])
    headers = [_passed(name, value) for name, value in _headers(answer)]
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.insert(0, _JSON)
    return WebAnswer(status, headers, _body(answer, binary))


def wants_binary(request: WebRequest, types: Sequence[str]) -> bool:
    """Whether an answer in base64 is sent as bytes: the first media type of Accept is one of the API's binary ones.

    Follows https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings.html.
    """
    return is_binary((request.header("accept") or "").split(",")[0], types)


def is_binary(media_type: str, types: Sequence[str]) -> bool:
    """Whether one of an API's binary media types covers a media type; "*/*" covers also none."""
    plain = media_type.partition(";")[0].strip().lower()
    return any(one == "*/*" or (plain and fnmatch.fnmatchcase(plain, one.lower())) for one in types)


def _headers(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Both maps as one list; a name that stands in both has the values of multiValueHeaders."""
    several = answer.get("multiValueHeaders") or {}
    if not isinstance(several, Mapping) or not all(isinstance(values, list) for values in several.values()):
        raise Malformed("multiValueHeaders must be an object in which each value is a list of texts")
    many = [header(name, value) for name, values in several.items() for value in values]
    taken = {name.lower() for name in several}
    return [pair for pair in sent_headers(answer.get("headers")) if pair[0].lower() not in taken] + many


def _passed(name: str, value: str) -> tuple[str, str]:
    return (f"x-amzn-Remapped-{name}" if name.lower() in _REMAPPED else name), value


def _body(answer: Mapping[str, Any], binary: bool) -> bytes:
    if not binary:
        return sent_body({**answer, "isBase64Encoded": False})
    try:
        return sent_body(answer)
    except Malformed as malformed:
        if isinstance(answer.get("body"), str):
            raise NoBase64(str(malformed)) from None
        raise


def _shortened(answer: Any) -> str:
    text = json.dumps(answer, ensure_ascii=False)
    return text if len(text) <= 60 else text[:57] + "…"
