"""Addresses on this machine: opened, changed, closed, and what happens when a front itself fails."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from lambdalab.http.fronts.front import Fronts, WebAnswer, WebRequest, message
from tests.http.fronts.web import call, send


class Told:
    """A front that answers a text."""

    too_large = message(413, "Too Large")

    def __init__(self, text: str) -> None:
        self.text, self.seen = text, list[WebRequest]()

    def answer(self, request: WebRequest) -> WebAnswer:
        self.seen.append(request)
        return WebAnswer(200, [("X-Two", "1"), ("X-Two", "2"), ("Content-Length", "99")], self.text.encode())


class Broken(Told):
    def answer(self, request: WebRequest) -> WebAnswer:
        raise RuntimeError("a fault of lambdalab's")


@pytest.fixture
def fronts() -> Iterator[Fronts]:
    made = Fronts()
    yield made
    made.close_all()


def test_a_name_keeps_its_address_when_its_front_changes(fronts: Fronts) -> None:
    first = fronts.open("a", Told("old"))
    assert fronts.open("a", Told("new")) == first != fronts.open("b", Told("other"))
    assert call(first).body == b"new"


def test_a_request_keeps_its_path_its_order_and_the_case_of_its_headers(fronts: Fronts) -> None:
    front = Told("")
    call(f"{fronts.open('a', front)}/a%2Fb?x=1&y=%26&x=", headers={"X-Case": "Kept"})
    seen = front.seen[0]
    assert (seen.path, seen.raw_query, list(seen.query)) == (
        "/a%2Fb",
        "x=1&y=%26&x=",
        [("x", "1"), ("y", "&"), ("x", "")],
    )
    assert ("X-Case", "Kept") in seen.headers and seen.header("x-case") == "Kept" and seen.source_ip == "127.0.0.1"


def test_an_answers_headers_are_sent_as_they_are_but_its_length_is_counted(fronts: Fronts) -> None:
    answer = call(fronts.open("a", Told("four")))
    assert answer.headers.get_all("x-two") == ["1", "2"] and answer.headers.get_all("content-length") == ["4"]


def test_a_front_that_breaks_answers_500_and_stays(fronts: Fronts, capsys: pytest.CaptureFixture[str]) -> None:
    address = fronts.open("a", Broken(""))
    assert [call(address).status for _ in range(2)] == [500, 500]
    assert "a fault of lambdalab's" in capsys.readouterr().err


def test_too_large_a_body_is_not_given_to_the_front(fronts: Fronts) -> None:
    front = Told("")
    address = fronts.open("a", front)
    for headers in ({}, {"Transfer-Encoding": "chunked"}):
        answer = call(address, "POST", _chunks() if headers else b"x" * (11 * 2**20), headers)
        assert (answer.status, answer.json()) == (413, {"message": "Too Large"})
    assert front.seen == []


def _chunks() -> bytes:
    """A chunked body of 11 MB, as it stands on the wire."""
    return (b"100000\r\n" + b"x" * 2**20 + b"\r\n") * 11 + b"0\r\n\r\n"


@pytest.mark.parametrize("headers", [{"Content-Length": "-1"}, {"Content-Length": "many"}])
def test_a_length_that_is_none_is_400(fronts: Fronts, headers: dict[str, str]) -> None:
    assert call(fronts.open("a", Told("")), "POST", None, headers).status == 400


def test_a_closed_address_hangs_up_and_leaves_no_thread(fronts: Fronts) -> None:
    before = {thread.name for thread in threading.enumerate()}
    connection = HTTPConnection(urlsplit(fronts.open("gone", Told("here"))).netloc)
    assert send(connection, "/").body == b"here"
    fronts.close("gone")
    with pytest.raises((ConnectionError, OSError)):
        HTTPConnection(f"{connection.host}:{connection.port}").request("GET", "/")
    assert connection.sock is not None and connection.sock.recv(1) == b""
    for thread in threading.enumerate():
        if thread.name not in before:
            thread.join(10)
    assert {thread.name for thread in threading.enumerate()} <= before
    connection.close()
