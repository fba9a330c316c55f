"""The server's end of the wire: threads that are used again, and answers that leave in one piece."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from lambdalab.http.wire import Server

GET = b"GET / HTTP/1.1\r\nHost: lab\r\n\r\n"
MOST = 10.0


@contextmanager
def serving(says: Callable[[dict[str, Any]], bytes]) -> Iterator[Server]:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = says(environ)
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    server = Server("127.0.0.1", 0, app)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(server: Server, request: bytes = GET) -> bytes:
    """The body of the answer, read until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", server.server_port), MOST) as connection:
        connection.sendall(request)
        return b"".join(iter(lambda: connection.recv(65536), b"")).partition(b"\r\n\r\n")[2]


def working() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "request"]


def test_a_thread_that_has_answered_answers_again() -> None:
    mine = threading.local()

    def says(_: dict[str, Any]) -> bytes:
        mine.answered = getattr(mine, "answered", 0) + 1
        return str(mine.answered).encode()

    with serving(says) as server:
        assert max(int(ask(server)) for _ in range(50)) > 1


def test_requests_that_wait_for_each_other_are_all_answered_and_closing_ends_their_threads() -> None:
    together = 60
    barrier = threading.Barrier(together, timeout=MOST)

    def says(_: dict[str, Any]) -> bytes:
        barrier.wait()
        return b"met"

    with serving(says) as server, ThreadPoolExecutor(together) as callers:
        for _ in range(2):  # the second time some of the threads are there already
            assert list(callers.map(lambda _: ask(server), range(together))) == [b"met"] * together
        threads = working()
        assert len(threads) <= together
    for thread in threads:
        thread.join(MOST)
    assert not working()


def test_the_head_and_the_body_of_an_answer_arrive_together() -> None:
    with serving(lambda _: b"body") as server:
        for _ in range(20):
            with socket.create_connection(("127.0.0.1", server.server_port), MOST) as connection:
                connection.sendall(GET)
                assert connection.recv(65536).endswith(b"\r\n\r\nbody")


def test_a_client_that_waits_to_be_told_to_go_on_is_told_before_it_sends_its_body() -> None:
    head = b"PUT / HTTP/1.1\r\nHost: lab\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n"
    with (
        serving(lambda environ: bytes(environ["wsgi.input"].read(4))) as server,
        socket.create_connection(("127.0.0.1", server.server_port), MOST) as connection,
    ):
        connection.sendall(head)
        assert connection.recv(65536).startswith(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection.sendall(b"body")
        assert b"".join(iter(lambda: connection.recv(65536), b"")).endswith(b"\r\n\r\nbody")
