"""The student's notebook as the checks see it from the judge's process: names, values, calls.

`Notebook` keeps a worker going: a cell that hangs or ends the process is left out, and the others run again in a new
one. `RemoteWork` is what a check works with: a call goes to the worker and comes back as plain data.
"""

from __future__ import annotations

import base64
import builtins
import pickle
import secrets
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lambdalab.learn.exercises import Exercise, Raised
from lambdalab.learn.student import CPU_SECONDS, WALL_SECONDS, Outcome
from lambdalab.learn.work import Work
from lambdalab.teach.grading import wire
from lambdalab.teach.grading.processes import Gone, Jailed, Limits

_GRACE = 3.0  # seconds beyond the worker's own limit, which a student's code may have caught
STUDENTS = Limits(CPU_SECONDS + _GRACE, WALL_SECONDS + _GRACE)
GIVEN = Limits(60, 150)
MOST_WORKERS = 60
_MOST_CALLS_BACK = 5_000


@dataclass
class _Cell:
    source: str
    limited: bool
    lost: bool = False


@dataclass
class Notebook:
    """The cells that ran so far, and a worker that has run them.

    Args:
        make: makes a new worker.
        typed: the cells as IPython would remember them, for checks that look at the text.
        rebuilt: functions from the text, see `rebuilt`.
        ended: by exercise, the kind of the error with which a cell of its answer ended.
    """

    make: Callable[[], Jailed]
    typed: list[str] = field(default_factory=lambda: [""])
    rebuilt: dict[str, types.FunctionType] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    ended: dict[str, str] = field(default_factory=dict)
    _cells: list[_Cell] = field(default_factory=list)
    _worker: Jailed | None = None
    _back: _Back = field(default_factory=lambda: _Back())
    _made: int = 0
    _asked: int = 0

    def run(self, source: str, *, students: bool, once: bool = False) -> str:
        """Run a cell; the kind of the error that ended it, "" if none did.

        Args:
            students: whether it is the student's own, which gets a student's limits.
            once: not to be run again in a new worker, since its effect is in the lab.
        """
        cell = _Cell(source, students)
        try:
            self._ready()
            return self._run(cell)
        except Gone as gone:
            self._lose(cell, gone)
            return "NeverEnded" if gone.endless else "ProcessEnded"
        finally:
            if not once:
                self._cells.append(cell)

    def _lose(self, cell: _Cell, gone: Gone) -> None:
        cell.lost = True
        self.notes.append(f"a cell was left out: {gone}")
        self.end()

    def _run(self, cell: _Cell) -> str:
        order = {"do": "run", "source": cell.source, "limited": cell.limited}
        return str(self._ask(order, STUDENTS if cell.limited else GIVEN).get("error", ""))

    def _ready(self) -> None:
        """A worker that has run every cell so far.

        Raises:
            Gone: too many were lost.
        """
        while self._worker is None:
            if self._made == MOST_WORKERS:
                raise Gone("too many of the submission's processes were lost")
            self._made += 1
            self._worker = self.make()
            for cell in [cell for cell in self._cells if not cell.lost]:
                try:
                    self._run(cell)
                except Gone as gone:
                    self._lose(cell, gone)
                    break

    def _ask(
        self, order: Mapping[str, Any], limits: Limits, called: Callable[[dict[str, Any]], Any] | None = None
    ) -> Any:
        """One order and its answer; `called` answers what the worker asks back meanwhile."""
        assert self._worker is not None
        self._asked += 1
        self._worker.send({"id": self._asked, **order})
        for _ in range(_MOST_CALLS_BACK):
            answer = self._worker.line(limits)
            if "callback" in answer and called is not None:
                self._worker.send(called(answer))
            elif answer.get("id") == self._asked:
                return answer
            else:
                raise Gone("the process wrote to the judge's channel")
        raise Gone("it called a function of the check's without an end", endless=True)

    def get(self, name: str) -> tuple[bool, Any]:
        """Whether the notebook has this name, and its value as plain data."""
        try:
            self._ready()
            answer = self._ask({"do": "get", "name": name}, STUDENTS)
            return bool(answer.get("there")), wire.decode(answer.get("value"))
        except Gone:
            self.end()
            return False, None
        except wire.WireError:
            return True, wire.Foreign("a value that cannot be read")

    def has(self, name: str) -> bool:
        return self.get(name)[0]

    def call(self, name: str, arguments: tuple[Any, ...]) -> Outcome:
        """Call a function of the notebook."""
        back = self._back
        order = {"do": "call", "name": name, "arguments": [wire.encode(one, back.number, _packed) for one in arguments]}
        try:
            self._ready()
            answer = self._ask(order, STUDENTS, back.answer)
            return _outcome(answer, arguments, back)
        except Gone as gone:
            self.end()
            self.notes.append(f"a call of {name} ended its process: {gone}")
            kind, text = ("NeverEnded", "it was still running and was stopped") if gone.endless else ("SystemExit", "")
            return Outcome(None, Raised(kind, text or f"{gone}", error=SystemExit(str(gone))), "")
        except wire.WireError as wrong:
            return Outcome(wire.Foreign("a value that cannot be read"), None, f"{wrong}")

    def end(self) -> None:
        if self._worker is not None:
            self._worker.end()
            self._worker = None


def _packed(value: Any) -> str:
    """An object of the course, such as an image of lesson 10; what a worker sends is never unpacked."""
    return base64.b64encode(pickle.dumps(value)).decode()


class _Back:
    """Functions of the judge's that were handed to the student's: in this call, or kept from an earlier one."""

    def __init__(self) -> None:
        self._functions: list[Callable[..., Any]] = []
        self.errors: dict[str, BaseException] = {}

    def number(self, function: Callable[..., Any]) -> int:
        self._functions.append(function)
        return len(self._functions) - 1

    def answer(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        try:
            function = self._functions[int(asked["callback"])]
            arguments = [wire.decode(one) for one in asked["arguments"]]
        except (IndexError, TypeError, ValueError, KeyError) as wrong:
            raise Gone(f"the process wrote to the judge's channel: {wrong}") from None
        try:
            return {"value": wire.encode(function(*arguments))}
        except Exception as error:
            token = secrets.token_hex(8)
            self.errors[token] = error
            text = str(error.args[0]) if error.args else ""
            return {"raise": type(error).__name__, "text": text, "token": token}


def _outcome(answer: Mapping[str, Any], arguments: tuple[Any, ...], back: _Back) -> Outcome:
    printed = str(answer.get("printed", ""))
    said = answer.get("raised")
    if not isinstance(said, dict):
        for mine, theirs in zip(arguments, answer.get("arguments") or (), strict=False):
            _follow(mine, wire.decode(theirs))
        return Outcome(wire.decode(answer.get("value")), None, printed)
    error = back.errors.get(str(said.get("token"))) or _error(said)
    number = said.get("number")
    line = number if isinstance(number, int) else 0
    return Outcome(None, Raised(str(said["kind"]), str(said["text"]), str(said["line"]), line, error), printed)


def _follow(mine: Any, theirs: Any) -> None:
    """What the student's code did to a list or a dictionary that it was given, done to the judge's own."""
    if type(mine) is list and type(theirs) is list:
        mine[:] = theirs
    elif type(mine) is dict and type(theirs) is dict:
        mine.clear()
        mine.update(theirs)


def _error(said: Mapping[str, Any]) -> BaseException:
    """An error of the same name, and of the nearest kind that Python or boto3 has."""
    from botocore.exceptions import ClientError

    kind, kinds = wire.type_name(said["kind"]), [str(one) for one in said.get("kinds", ())]
    if "ClientError" in kinds:
        response = wire.decode(said.get("response"))
        whole = response if isinstance(response, dict) else {}
        named = type(kind, (ClientError,), {})
        made: BaseException = named({"Error": {}, **whole}, str(said.get("operation", "")))
        return made
    bases = (getattr(builtins, name, None) for name in kinds)
    base = next((one for one in bases if isinstance(one, type) and issubclass(one, BaseException)), Exception)
    plain = base if base.__name__ == kind else type(kind, (base,), {})
    try:
        return plain(str(said["text"]))  # type: ignore[no-any-return]  # a class of exceptions
    except TypeError:  # such as UnicodeDecodeError, which wants more
        return type(kind, (Exception,), {})(str(said["text"]))  # type: ignore[no-any-return]


class RemoteNames(Mapping[str, Any]):
    """The notebook's names: values by value, functions as their text says."""

    def __init__(self, notebook: Notebook, own: Mapping[str, Any]) -> None:
        self._notebook, self._own = notebook, own

    def __getitem__(self, name: str) -> Any:
        if name == "In":
            return self._notebook.typed
        there, value = self._notebook.get(name)
        if not there:
            raise KeyError(name)
        if name in self._own:
            return self._own[name]
        return self._notebook.rebuilt.get(name, value) if isinstance(value, wire.Foreign) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._notebook.rebuilt)

    def __len__(self) -> int:
        return len(self._notebook.rebuilt)


class RemoteWork(Work):
    """What a check works with when the notebook is in another process."""

    def __init__(self, exercise: Exercise, notebook: Notebook, own: Mapping[str, Any]) -> None:
        super().__init__(exercise, RemoteNames(notebook, own))
        self._notebook = notebook

    def outcome(self, name: str, *args: Any) -> Outcome:
        return self._notebook.call(name, args)
