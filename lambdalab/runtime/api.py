"""The wire of the Runtime API: HTTP/1.1 requests cut out of a byte stream, and answers put back together.

Follows https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html. Every execution environment has a port of its
own and is served by one thread that reads many things at once, so the parser is fed with whatever has arrived. Both
ways to send a body are read, with a length and in chunks. Left out: everything of HTTP that no runtime client uses.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from typing import NamedTuple

PREFIX = "/2018-06-01/runtime"
_PIECE = 1 << 16
"""Bytes read at once; for more, memory would be fetched from the system and given back at every call."""
_REASONS = {
    200: "OK",
    202: "Accepted",
    400: "Bad Request",
    403: "Forbidden",
    404: "Not Found",
    413: "Payload Too Large",
}


class Request(NamedTuple):
    """One request of the runtime: method, path below the prefix, headers with names in lower case, body."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """One kept connection of the runtime, read without blocking."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = sock
        self._buffer = bytearray()
        self._wanted = 0

    def receive(self) -> bool:
        """Take all that has arrived; False when the other side has closed."""
        while True:
            try:
                data = self.socket.recv(_PIECE)
            except BlockingIOError:
                return True
            except OSError:
                return False
            self._buffer += data
            if len(data) < _PIECE:
                return bool(data)

    def request(self) -> Request | None:
        """Cut the next complete request out of what has arrived.

        Raises:
            ValueError: the bytes are not HTTP.
        """
        if len(self._buffer) < self._wanted:
            return None
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        first, *lines = self._buffer[:end].decode("latin-1").split("\r\n")
        method, path, _ = first.split(" ", 2)
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        start = end + 4
        if headers.get("transfer-encoding", "").lower() == "chunked":
            found = _chunked(self._buffer, start)
            if found is None:
                return None
            body, stop = found
        else:
            stop = start + int(headers.get("content-length", 0))
            self._wanted = stop
            if len(self._buffer) < stop:
                return None
            body = bytes(self._buffer[start:stop])
        del self._buffer[:stop]
        self._wanted = 0
        return Request(method, path.partition("?")[0].removeprefix(PREFIX), headers, body)

    def answer(self, status: int, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> None:
        """Send one answer; a runtime that has gone away is nobody's fault."""
        if body is None:
            body = b'{"status":"OK"}'
        more = "".join([f"{name}: {value}\r\n" for name, value in headers.items()]) if headers else ""
        first = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: application/json\r\n"
        data = f"{first}{more}Content-Length: {len(body)}\r\n\r\n".encode() + body
        try:
            sent = self.socket.send(data)
            if sent < len(data):
                self.socket.setblocking(True)
                self.socket.sendall(memoryview(data)[sent:])
                self.socket.setblocking(False)
        except OSError:
            return

    def refuse(self, status: int, kind: str, text: str) -> None:
        self.answer(status, json.dumps({"errorType": kind, "errorMessage": text}).encode())


def _chunked(data: bytearray, position: int) -> tuple[bytes, int] | None:
    """The joined body and where it ends, trailers included; None while it is incomplete."""
    parts: list[bytes] = []
    while True:
        line = data.find(b"\r\n", position)
        if line < 0:
            return None
        size = int(bytes(data[position:line]).split(b";")[0], 16)
        start = line + 2
        if size == 0:
            if data[start : start + 2] == b"\r\n":
                return b"".join(parts), start + 2
            end = data.find(b"\r\n\r\n", start)
            return None if end < 0 else (b"".join(parts), end + 4)
        if len(data) < start + size + 2:
            return None
        parts.append(bytes(data[start : start + size]))
        position = start + size + 2
