"""Web addresses on this machine: what a browser or curl calls instead of boto3.

On AWS a function URL or an API has a host name of its own. Here each has a loopback port, because names under
localhost reach only curl and browsers. This module knows HTTP and nothing else: it reads a request as it was sent,
asks the front behind the address, and writes the answer. Left out: HTTPS, HTTP/2 and WebSockets. Lesson 06.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import responses
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

HOST = "127.0.0.1"
MOST_BODY = 10 * 2**20
"""Bytes of a request's body, the limit of API Gateway; a function URL takes 6 MB."""
_IDLE_SECONDS = 60
_LINE = 64 * 2**10
_MOST_HEARD = 100 * 2**20
"""Bytes of a body that is too large which are still read, and thrown away."""
_OURS = ("connection", "content-length", "date", "keep-alive", "transfer-encoding")
"""Headers that the server writes itself."""


@dataclass(frozen=True)
class WebRequest:
    """A request as it came.

    Args:
        path: as sent, still percent-encoded, without the query.
        query: names and values, decoded, in the order of the address; a name may come again.
        raw_query: as sent, without the question mark.
        headers: names as sent, order and repetition kept.
        source_ip: the caller's address.
        host: the Host header.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    raw_query: str
    headers: Sequence[tuple[str, str]]
    body: bytes
    source_ip: str
    host: str

    def header(self, name: str) -> str | None:
        """The values of a header joined by commas, whatever the case of its name; None when it was not sent."""
        values = [value for given, value in self.headers if given.lower() == name.lower()]
        return ",".join(values) if values else None


@dataclass(frozen=True)
class WebAnswer:
    """An answer; its length, date and connection are the server's business."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes


def message(status: int, text: str) -> WebAnswer:
    """An answer in API Gateway's own words: {"message": text}."""
    body = json.dumps({"message": text}, separators=(",", ":")).encode()
    return WebAnswer(status, [("Content-Type", "application/json")], body)


class Front(Protocol):
    """What stands behind an address; `too_large` is its answer to a body over 10 MB, which is not read."""

    too_large: WebAnswer

    def answer(self, request: WebRequest) -> WebAnswer: ...


class Fronts:
    """Every web address of the lab."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._servers: dict[str, _Server] = {}

    def open(self, name: str, front: Front) -> str:
        """Give the front an address such as "http://127.0.0.1:PORT"; a name that is open keeps its own."""
        with self._lock:
            server = self._servers.get(name)
            if server is None:
                server = self._servers[name] = _Server(front)
                threading.Thread(target=server.serve_forever, args=(0.1,), name=f"front {name}", daemon=True).start()
            server.front = front
            return f"http://{HOST}:{server.server_port}"

    def close(self, name: str) -> None:
        """Close the address, and the connections that are open to it; nothing happens when there is none."""
        with self._lock:
            server = self._servers.pop(name, None)
        if server:
            server.end()

    def close_all(self) -> None:
        """Close every address."""
        for name in list(self._servers):
            self.close(name)


class _Server(ThreadingHTTPServer):
    """One address: a thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, front: Front) -> None:
        self.front = front
        self._open: set[socket.socket] = set()
        super().__init__((HOST, 0), _Handler)

    def server_bind(self) -> None:
        """Bind without looking up the machine's own name, which may take seconds."""
        super(ThreadingHTTPServer, self).server_bind()
        self.server_name, self.server_port = HOST, self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hangs up is no news; anything else is a fault of lambdalab's and is shown."""
        traceback.print_exc()

    def end(self) -> None:
        """Stop listening, and hang up on those who still talk."""
        self.shutdown()
        self.server_close()
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


class _Unreadable(Exception):
    """The request cannot be taken; carries the answer."""

    def __init__(self, answer: WebAnswer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class _Handler(BaseHTTPRequestHandler):
    """One connection, which may carry many requests."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # head and body leave together
    timeout = _IDLE_SECONDS
    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):  # the caller hung up
            super().handle()

    def finish(self) -> None:
        with contextlib.suppress(ConnectionError):
            super().finish()

    def _serve(self) -> None:
        try:
            answer = self._asked()
        except _Unreadable as unreadable:
            self.close_connection = True  # what is left of the request is not taken
            self._write(unreadable.answer)
            self._hear_out()
        else:
            self._write(answer)

    def _hear_out(self) -> None:
        """Let the caller finish: many read an answer only after they have sent everything."""
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_WR)
        heard = 0
        while heard < _MOST_HEARD and (part := self.rfile.read1(_LINE)):
            heard += len(part)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815 - http.server's names

    def _asked(self) -> WebAnswer:
        target = urlsplit(self.path)
        request = WebRequest(
            method=self.command,
            path=target.path or "/",
            query=parse_qsl(target.query, keep_blank_values=True),
            raw_query=target.query,
            headers=self.headers.items(),
            body=self._body(),
            source_ip=str(self.client_address[0]),
            host=self.headers.get("Host", ""),
        )
        try:
            return self.server.front.answer(request)
        except Exception:
            traceback.print_exc()
            return message(500, "Internal Server Error")

    def _body(self) -> bytes:
        """The request's body.

        Raises:
            _Unreadable: it is too large, or its length is not said as HTTP wants it.
        """
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._chunks()
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal():
            raise _bad()
        if int(length) > MOST_BODY:
            raise _too_large(self.server.front)
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionError("the caller hung up before its body was there")
        return body

    def _chunks(self) -> bytes:
        body = b""
        while True:
            try:
                size = int(self.rfile.readline(_LINE).split(b";")[0], 16)
            except ValueError:
                raise _bad() from None
            if size < 0 or len(body) + size > MOST_BODY:
                raise _too_large(self.server.front)
            if size == 0:
                break
            body += self.rfile.read(size)
            self.rfile.readline(_LINE)
        while self.rfile.readline(_LINE).strip():  # trailers
            pass
        return body

    def _write(self, answer: WebAnswer) -> None:
        self.send_response_only(answer.status, responses.get(answer.status, ""))
        self.send_header("Date", self.date_time_string())
        for name, value in answer.headers:
            if name.lower() not in _OURS:
                self.send_header(name, value)
        if answer.status >= 200 and answer.status not in (204, 304):
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and answer.status not in (204, 304):
            self.wfile.write(answer.body)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What http.server itself refuses, such as an unknown method, in the words of the fronts."""
        self.close_connection = True
        self.command = self.command or "GET"
        self._write(_message(code, responses.get(code, "")))

    def log_message(self, *_: Any) -> None:
        return


_message = message  # send_error's argument has the same name


def _bad() -> _Unreadable:
    return _Unreadable(message(400, "Bad Request"))


def _too_large(front: Front) -> _Unreadable:
    return _Unreadable(front.too_large)
