"""A function's answer becomes an HTTP answer: format 2.0 of function URLs and HTTP APIs, and an HTTP API's format 1.0.

On AWS a function behind either may answer two ways: an object with statusCode, and perhaps headers, cookies, body and
isBase64Encoded; or anything else, which then is the body of a 200. Here the same, and what breaks a rule says which
one. Follows https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-response-payload and
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html; lesson 06.
Unsure: that a statusCode in quotes works behind an HTTP API too, and which headers' values AWS takes besides text.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lambdalab.http.fronts.front import WebAnswer

_JSON = "application/json"
TEXT = "text/plain;charset=UTF-8"
"""What an HTTP API says of an answer that does not say it itself."""
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Malformed(ValueError):
    """The function's answer breaks a rule of its front; the text says which, in one sentence."""


def format_2(payload: bytes, *, content_type: str = _JSON) -> WebAnswer:
    """The HTTP answer for what a function returned.

    Args:
        payload: JSON text.
        content_type: of an answer with a statusCode that does not say its own.

    Raises:
        Malformed: it has a statusCode, but cannot be sent.
    """
    answer = json.loads(payload)
    if not isinstance(answer, Mapping) or "statusCode" not in answer:
        body = answer if isinstance(answer, str) else json.dumps(answer, separators=(",", ":"), ensure_ascii=False)
        return WebAnswer(200, [("Content-Type", _JSON)], body.encode())
    headers = [*sent_headers(answer.get("headers")), *_cookies(answer.get("cookies"))]
    return WebAnswer(sent_status(answer["statusCode"]), _typed(headers, content_type), sent_body(answer))


def format_1(payload: bytes) -> WebAnswer:
    """The HTTP answer for what a function behind an HTTP API returned, where the integration says payload format 1.0.

    Args:
        payload: JSON text.

    Raises:
        Malformed: it has no statusCode, or cannot be sent.
    """
    answer = json.loads(payload)
    if not isinstance(answer, Mapping) or "statusCode" not in answer:
        raise Malformed("it has no statusCode; with payload format 1.0 an HTTP API guesses nothing")
    several = answer.get("multiValueHeaders") or {}
    if not isinstance(several, Mapping) or not all(isinstance(values, list) for values in several.values()):
        raise Malformed("multiValueHeaders must be an object in which each value is a list of texts")
    headers = [*sent_headers(answer.get("headers")), *(header(n, v) for n, values in several.items() for v in values)]
    return WebAnswer(sent_status(answer["statusCode"]), _typed(headers, TEXT), sent_body(answer))


def _typed(headers: list[tuple[str, str]], content_type: str) -> list[tuple[str, str]]:
    """Headers that say what the body is."""
    said = any(name.lower() == "content-type" for name, _ in headers)
    return headers if said else [("Content-Type", content_type), *headers]


def sent_status(given: Any) -> int:
    """A statusCode as a number, which may have stood in quotes.

    Raises:
        Malformed: it is no status of HTTP's.
    """
    digits = str(given) if isinstance(given, (int, str)) and not isinstance(given, bool) else ""
    if not re.fullmatch(r"[1-5]\d\d", digits):
        raise Malformed(f"statusCode is {given!r}; it must be a number from 100 to 599")
    return int(digits)


def sent_headers(given: Any) -> list[tuple[str, str]]:
    """Headers as pairs of text.

    Raises:
        Malformed: they are no object of names and simple values, or hold what no header may.
    """
    if given is None:
        return []
    if not isinstance(given, Mapping):
        raise Malformed(f"headers is {_kind(given)}; it must be an object")
    return [header(name, value) for name, value in given.items()]


def header(name: str, value: Any) -> tuple[str, str]:
    """One header as a pair of text.

    Raises:
        Malformed: its value is no text, number or truth value, or one of both has characters that no header may have.
    """
    if value is None or isinstance(value, (Mapping, list)):
        raise Malformed(f"the header {name} is {_kind(value)}; it must be a text")
    text = json.dumps(value) if isinstance(value, (bool, int, float)) else str(value)
    if not _NAME.fullmatch(name) or any((ord(sign) < 32 and sign != "\t") or ord(sign) > 255 for sign in text):
        raise Malformed(f"the header {name!r} has characters that HTTP does not allow in headers")
    return name, text


def sent_body(answer: Mapping[str, Any]) -> bytes:
    """The body's bytes.

    Raises:
        Malformed: it is no text, or said to be base64 and is not.
    """
    body = answer.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise Malformed(f"body is {_kind(body)}; it must be a text, such as json.dumps(...) makes")
    if answer.get("isBase64Encoded") is not True:
        return body.encode("utf-8", "replace")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        raise Malformed("isBase64Encoded is true, but body is not base64") from None


def _cookies(given: Any) -> Iterator[tuple[str, str]]:
    if given is None:
        return
    if not isinstance(given, list):
        raise Malformed(f"cookies is {_kind(given)}; it must be a list of texts")
    for cookie in given:
        yield header("Set-Cookie", cookie)


def _kind(value: Any) -> str:
    """What JSON calls a value."""
    if value is None:
        return "null"
    kinds = {dict: "an object", list: "a list", bool: "a truth value", str: "a text"}
    return kinds.get(type(value), "a number")
