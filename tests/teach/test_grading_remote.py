"""The judge's side of a student's process: its answers, its errors, and what it may try on the channel."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdalab.learn.exercises import find
from lambdalab.learn.work import Work
from lambdalab.teach.grading import rebuilt, remote, wire
from lambdalab.teach.grading.processes import Gone, Jailed, Limits
from lambdalab.teach.grading.remote import Notebook, RemoteWork

Answer = Callable[[dict[str, Any]], list[Any]]


@contextmanager
def _process(answer: Answer) -> Iterator[Jailed]:
    """A process as the judge sees it: a thread that answers each order with the lines that `answer` gives."""
    channel, theirs = socket.socketpair()
    alive, end = os.pipe()
    said = theirs.makefile("rb")

    def run() -> None:
        with suppress(BrokenPipeError):  # the judge has heard enough
            for line in said:
                for one in answer(wire.loads(line)):
                    theirs.sendall(one if isinstance(one, bytes) else wire.dumps(one))

    theirs.sendall(wire.dumps({"pid": os.getpid(), "keeper": 0, "missing": []}))
    threading.Thread(target=run, daemon=True).start()
    made = Jailed(channel, alive)
    made.end = lambda: []  # type: ignore[method-assign]  # there is no process to end
    try:
        yield made
    finally:
        os.close(end)
        theirs.shutdown(socket.SHUT_RDWR)
        theirs.close()
        channel.close()


def _raised(**said: Any) -> Answer:
    whole = {"kind": "KeyError", "text": "'n'", "line": "x", "number": 3, "kinds": [], "response": None, **said}
    return lambda order: [{"id": order["id"], "raised": whole}]


def test_a_process_that_writes_letter_by_letter_is_not_waited_for_longer_than_the_limit() -> None:
    stop = threading.Event()
    channel, theirs = socket.socketpair()
    alive, _ = os.pipe()

    def dribble() -> None:
        while not stop.wait(0.05):
            theirs.sendall(b" ")

    theirs.sendall(wire.dumps({"pid": os.getpid(), "keeper": 0, "missing": []}))
    process = Jailed(channel, alive)
    threading.Thread(target=dribble, daemon=True).start()
    with pytest.raises(Gone) as gone:
        process.line(Limits(30, 0.5))
    stop.set()
    assert gone.value.endless


@pytest.mark.parametrize("line", [b'{"id": 99}\n', b"forged\n", b"[1]\n", b'{"mark": {"points": 2}}\n', b"\xff\n"])
def test_a_forged_line_on_the_channel_becomes_an_error_of_the_students_call(line: bytes) -> None:
    with _process(lambda order: [line]) as process:
        notebook = Notebook(lambda: process)
        outcome = notebook.call("outcome", ("ex02_answers", {}))
    assert outcome.raised is not None and outcome.raised.kind == "SystemExit"
    assert any("judge's channel" in note for note in notebook.notes)


def test_an_error_arrives_with_its_kind_its_text_and_the_students_line() -> None:
    with _process(_raised(kinds=["KeyError", "LookupError", "Exception"])) as process:
        raised = Notebook(lambda: process).call("f", ()).raised
    assert raised is not None
    assert (raised.kind, raised.text, raised.line, raised.number) == ("KeyError", "'n'", "x", 3)
    assert isinstance(raised.error, LookupError)


def test_an_error_of_boto3_keeps_its_code_and_one_of_the_students_own_its_name() -> None:
    response = wire.encode({"Error": {"Code": "ResourceNotFoundException", "Message": "no such function"}})
    kinds = ["ResourceNotFoundException", "ClientError", "Exception"]
    with _process(_raised(kind=kinds[0], kinds=kinds, response=response, operation="Invoke")) as process:
        raised = Notebook(lambda: process).call("f", ()).raised
    assert raised is not None and isinstance(raised.error, ClientError)
    assert raised.error.response["Error"]["Code"] == "ResourceNotFoundException"
    with _process(_raised(kind="Own\0Error", kinds=["OwnError", "UnicodeDecodeError"])) as process:
        own = Notebook(lambda: process).call("f", ()).raised
    assert own is not None and type(own.error).__name__ == "Own_Error"


def test_a_function_of_the_checks_is_called_by_value_and_its_error_is_known_again() -> None:
    heard: list[Any] = []
    own = ArithmeticError("no number")

    def spy(event: Any) -> Any:
        heard.append(event)
        raise own

    def calls_back(order: dict[str, Any]) -> list[Any]:
        if "raise" in order:
            token = order["token"]
            return [{"id": 1, "raised": {"kind": order["raise"], "text": "", "line": "", "token": token}}]
        return [{"callback": order["arguments"][0]["number"], "arguments": [wire.encode({"n": (1, 2)})]}]

    with _process(calls_back) as process:
        raised = Notebook(lambda: process).call("register", (spy,)).raised
    assert heard == [{"n": (1, 2)}]
    assert raised is not None and raised.error is own


def test_calling_back_without_an_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_MOST_CALLS_BACK", 20)
    with _process(lambda order: [{"callback": 0, "arguments": []}]) as process:
        raised = Notebook(lambda: process).call("dispatch", (lambda: 1,)).raised
    assert raised is not None and raised.kind == "NeverEnded"


def test_a_function_the_judge_never_handed_out_cannot_be_called() -> None:
    with _process(lambda order: [{"callback": 7, "arguments": []}]) as process:
        raised = Notebook(lambda: process).call("f", ()).raised
    assert raised is not None and raised.kind == "SystemExit"


def test_what_a_function_does_to_the_list_it_was_given_is_seen_by_the_check() -> None:
    given = [3, 1, 2]
    answer = {"value": None, "arguments": [[1, 2, 3]]}
    with _process(lambda order: [{"id": order["id"], **answer}]) as process:
        Notebook(lambda: process).call("sort", (given,))
    assert given == [1, 2, 3]


def test_a_check_sees_names_by_value_and_functions_by_their_text() -> None:
    values = {"fate": wire.encode({"a": "same"}), "outcome": {"#": "other", "type": "function", "text": "<function>"}}

    def answer(order: dict[str, Any]) -> list[Any]:
        there = order["name"] in values
        return [{"id": order["id"], "there": there, "value": values.get(order["name"])}]

    with _process(answer) as process:
        notebook = Notebook(
            lambda: process, rebuilt=rebuilt.functions(["def outcome(name, event):\n    return name\n"])
        )
        work: Work = RemoteWork(find("02.4"), notebook, {})
        assert work.names["fate"] == {"a": "same"} and "again" not in work.names
        assert work.names["outcome"].__code__.co_varnames == ("name", "event")
        assert work.names["In"] == [""]
