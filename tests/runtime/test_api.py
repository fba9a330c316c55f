"""The Runtime API's wire: requests are cut out of the stream the same way however the bytes arrive."""

from __future__ import annotations

import itertools
import select
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdalab.runtime.api import Connection, Request

HEAD = b"POST /2018-06-01/runtime/invocation/r-1/response HTTP/1.1\r\nHost: x\r\n"


def plain(body: bytes) -> bytes:
    return HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body


def chunked(body: bytes, size: int = 3) -> bytes:
    parts = [body[i : i + size] for i in range(0, len(body), size)]
    sent = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + sent + b"0\r\n\r\n"


def read(pieces: list[bytes]) -> list[Request]:
    """Feed a connection piece by piece; every request that it cuts out."""
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as theirs:
        connection = Connection(server.accept()[0])
        found = []
        for piece in pieces:
            theirs.sendall(piece)
            select.select([connection.socket], [], [])
            connection.receive()
            while request := connection.request():
                found.append(request)
        connection.socket.close()
        return found


def cut(data: bytes, places: list[int]) -> Iterator[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return (data[a:b] for a, b in itertools.pairwise(edges) if b > a)


@given(
    bodies=st.lists(st.tuples(st.binary(max_size=40), st.booleans()), min_size=1, max_size=4),
    places=st.lists(st.integers(0, 2000), max_size=12),
)
def test_requests_are_the_same_however_the_bytes_arrive(bodies: list[tuple[bytes, bool]], places: list[int]) -> None:
    stream = b"".join(chunked(body) if in_chunks else plain(body) for body, in_chunks in bodies)
    found = read(list(cut(stream, places)))
    assert [request.body for request in found] == [body for body, _ in bodies]
    assert {(request.method, request.path) for request in found} == {("POST", "/invocation/r-1/response")}


def test_header_names_are_read_in_lower_case_and_queries_are_left_out() -> None:
    (request,) = read([b"GET /2018-06-01/runtime/invocation/next?x=1 HTTP/1.1\r\nX-One:  two \r\n\r\n"])
    assert (request.path, request.headers["x-one"]) == ("/invocation/next", "two")


def test_trailers_after_chunks_belong_to_the_request() -> None:
    data = HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\nLambda-Runtime-Function-Error-Type: x\r\n\r\n"
    assert [r.body for r in read([data + plain(b"next")])] == [b"ab", b"next"]


@pytest.mark.parametrize("nonsense", [b"nonsense\r\n\r\n", HEAD + b"Content-Length: many\r\n\r\n"])
def test_what_is_not_http_is_refused(nonsense: bytes) -> None:
    with pytest.raises(ValueError):
        read([nonsense])
