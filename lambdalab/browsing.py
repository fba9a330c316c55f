"""What a browser does when a page of one address calls another one: it asks first, and it may hide the answer.

Scheme, host and port of a page are its origin. A browser sends what a page of another origin asks for, and shows the
page the answer only when that has headers which say so (CORS). A request that a plain form could not make, such as one
with JSON, is not even sent before an OPTIONS request, the preflight, was answered with leave. Here the requests are
sent over real HTTP, in the order and by the rules of https://fetch.spec.whatwg.org/#http-cors-protocol; the tests ask
a real browser the same. Lesson 06 and workbook 06. Left out: cookies, redirects, and what a browser remembers of a
preflight. In one thing the standard is followed and not Chromium: a * for headers does not cover Authorization.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

FAILED = "TypeError: Failed to fetch"
"""All that a page is told; these are Chromium's words."""
_SECONDS = 60
_PLAIN_METHODS = ("GET", "HEAD", "POST")
_PLAIN_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "text/plain")
_PLAIN_HEADERS = ("accept", "accept-language", "content-language")
_ALLOW = "access-control-allow-"
_ORIGIN, _CREDENTIALS = f"{_ALLOW}origin", f"{_ALLOW}credentials"


@dataclass(frozen=True)
class Exchange:
    """One request of the browser's and its answer; header names are in lower case."""

    method: str
    status: int
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class Fetched:
    """What came of a page's call (lesson 06).

    Args:
        page: the page's origin.
        exchanges: what was really sent, in order.
        refused: why the browser keeps the answer from the page, or did not send the request; "" when it does neither.
    """

    page: str
    exchanges: tuple[Exchange, ...]
    refused: str = ""

    @property
    def shown(self) -> str:
        """What the page gets to see: the status and the body, or the browser's words for "no"."""
        last = self.exchanges[-1]
        return FAILED if self.refused else f"{last.status} {last.body}".rstrip()

    def __repr__(self) -> str:
        lines = [f"A page of {self.page}"]
        for one in self.exchanges:
            lines.append(f"  the browser sends  {one.method}")
            lines.append(f"  the answer         {one.status}, {_ORIGIN}: {one.headers.get(_ORIGIN, 'not there')}")
            more = sorted(name for name in one.headers if name.startswith(_ALLOW) and name != _ORIGIN)
            lines += [f"{'':21}{name}: {one.headers[name]}" for name in more]
        if self.refused:
            lines.append(f"  the browser        refuses: {self.refused}")
        lines.append(f"  the page sees      {self.shown}")
        return "\n".join(lines)


def fetch(
    page: str,
    method: str,
    url: str,
    *,
    data: Any = None,
    headers: Mapping[str, str] | None = None,
    credentials: bool = False,
) -> Fetched:
    """Call a URL as a browser does for a page of another origin (lesson 06).

    Args:
        page: the page's origin, such as "https://shop.example".
        method: such as "POST".
        url: what the page calls.
        data: sent as JSON; None for no body.
        headers: further ones that the page sets.
        credentials: whether the page asks for cookies to be sent along.
    """
    own = dict(headers or {})
    if data is not None:
        own.setdefault("Content-Type", "application/json")
    unusual = sorted(name.lower() for name, value in own.items() if not _plain(name.lower(), value))
    exchanges: list[Exchange] = []
    if unusual or method not in _PLAIN_METHODS:
        asked = {"Origin": page, "Access-Control-Request-Method": method}
        if unusual:
            asked["Access-Control-Request-Headers"] = ",".join(unusual)
        question = send("OPTIONS", url, asked)
        exchanges.append(question)
        why = _refusal(question, page, credentials) or _no_leave(question, method, unusual, credentials)
        if why:
            return Fetched(page, tuple(exchanges), f"{why}, so the {method} was not sent")
    body = None if data is None else json.dumps(data).encode()
    exchanges.append(send(method, url, {"Origin": page, **own}, body))
    return Fetched(page, tuple(exchanges), _refusal(exchanges[-1], page, credentials))


def _plain(name: str, value: str) -> bool:
    """Whether a form could send this header, so that no question is needed."""
    if name == "content-type":
        return value.partition(";")[0].strip().lower() in _PLAIN_TYPES
    return name in _PLAIN_HEADERS


def send(method: str, url: str, headers: Mapping[str, str], body: bytes | None = None) -> Exchange:
    """One request, sent as it is: what any client does that is no browser.

    Args:
        method: such as "GET".
        url: of the lab, with a path and perhaps a query.
    """
    split = urlsplit(url)
    connection = HTTPConnection(split.netloc, timeout=_SECONDS)
    try:
        connection.request(
            method, (split.path or "/") + (f"?{split.query}" if split.query else ""), body, dict(headers)
        )
        answer = connection.getresponse()
        said: dict[str, str] = {}
        for name, value in answer.getheaders():
            said[name.lower()] = f"{said[name.lower()]}, {value}" if name.lower() in said else value
        return Exchange(method, answer.status, said, answer.read().decode("utf-8", "replace"))
    finally:
        connection.close()


def _refusal(answer: Exchange, page: str, credentials: bool) -> str:
    """Why a page of this origin may not see the answer; "" when it may."""
    allowed = answer.headers.get(_ORIGIN)
    if allowed is None:
        return f"the answer to {answer.method} has no {_ORIGIN}"
    if allowed == "*" and not credentials:
        return ""
    if allowed == "*":
        return f"{_ORIGIN} is *, and with credentials it must name the page's origin"
    if allowed != page:
        return f"{_ORIGIN} is {allowed}, not {page}"
    if credentials and answer.headers.get(_CREDENTIALS) != "true":
        return f"the page sends credentials, and the answer to {answer.method} has no {_CREDENTIALS}: true"
    return ""


def _no_leave(answer: Exchange, method: str, unusual: list[str], credentials: bool) -> str:
    """Why the answer to a preflight does not give leave, though it names the origin; "" when it does."""
    if not 200 <= answer.status < 300:
        return f"OPTIONS was answered {answer.status}"
    methods = _listed(answer, "access-control-allow-methods")
    star = not credentials
    if method not in methods and method not in _PLAIN_METHODS and not (star and "*" in methods):
        return f"access-control-allow-methods is {', '.join(methods) or 'not there'}"
    allowed = [name.lower() for name in _listed(answer, "access-control-allow-headers")]
    for name in unusual:
        if name not in allowed and not (star and "*" in allowed and name != "authorization"):
            return f"access-control-allow-headers does not name {name}"
    return ""


def _listed(answer: Exchange, name: str) -> list[str]:
    return [part.strip() for part in answer.headers.get(name, "").split(",") if part.strip()]
