"""A browser without its manners: one request, sent exactly as given, and what came back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def call(
    url: str, method: str = "GET", body: bytes | str | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """Send one request."""
    split = urlsplit(url)
    connection = HTTPConnection(split.netloc, timeout=60)
    try:
        return send(connection, split.path + (f"?{split.query}" if split.query else ""), method, body, headers)
    finally:
        connection.close()


def send(
    connection: HTTPConnection,
    target: str,
    method: str = "GET",
    body: bytes | str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send one request over a connection that stays open."""
    connection.request(method, target, body, dict(headers or {}))
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read())
