"""Inside the walls: runs a submission's cells as a notebook would, and calls what they define.

It holds nothing that is worth looking for: the cells, the lab's address, and a channel over which orders come and
values go, as plain data. Whatever student code does to this process changes only what it says of itself. `check`,
`hint` and `mistake` do nothing here.
"""

from __future__ import annotations

import base64
import contextlib
import os
import pickle
from collections.abc import Mapping
from typing import IO, Any

from lambdalab.teach.grading import wire

_MOST_PRINTED = 20_000
_TOKEN = "_lambdalab_token"


def shell() -> Any:
    """An IPython of its own, as a kernel has it, which keeps no history and draws nothing."""
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell

    HistoryManager.enabled = False  # type: ignore[assignment]  # a trait takes its value so
    made: Any = InteractiveShell.instance(colors="NoColor")
    made.display_formatter.active_types = ["text/plain"]
    import boto3  # noqa: F401 - loaded once, for every worker
    import numpy  # noqa: F401

    import lambdalab.learn.student

    lambdalab.load_ipython_extension(made)
    return made


def serve(shell: Any, order: Mapping[str, Any]) -> None:
    """Answer the orders of the judge until it closes the channel."""
    import lambdalab.learn
    from lambdalab.lab import Lab

    silent: Any = lambda *_, **__: None  # noqa: E731 - one that is named would need a line for each
    for name in ("check", "hint", "mistake"):
        setattr(lambdalab.learn, name, silent)
    Lab.attached(order["lab"])
    for name in ("stop", "proof", "grade"):  # the lab is the judge's, and so is what is said of it
        setattr(Lab, name, silent)
    shell.user_ns["__name__"] = "__main__"
    Answering(shell, order["channel"]).forever()


class Answering:
    """One channel and the names of one notebook."""

    def __init__(self, shell: Any, channel: int) -> None:
        self._shell = shell
        self._orders: IO[bytes] = os.fdopen(os.dup(channel), "rb")
        self._answers: IO[bytes] = os.fdopen(channel, "wb", buffering=0)

    def forever(self) -> None:
        deeds = {"run": self._run, "get": self._get, "call": self._call}
        self._say({"here": True})
        for line in self._orders:
            order = wire.loads(line)
            answer = deeds[order["do"]](order)
            self._say({"id": order["id"], **answer})

    def _say(self, message: Mapping[str, Any]) -> None:
        try:
            line = wire.dumps(message)
        except (ValueError, RecursionError, TypeError):  # such as a number of a million digits
            line = wire.dumps({"id": message.get("id"), "value": {"#": "other", "type": "object", "text": "…"}})
        while line:
            line = line[self._answers.write(line) :]

    def _run(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Run a cell; what it prints and shows is not kept."""
        from lambdalab.learn.student import NeverEnded, stopped_when_endless

        limit = stopped_when_endless() if order["limited"] else contextlib.nullcontext()
        try:
            with limit:
                ran = self._shell.run_cell(order["source"], store_history=False, silent=True)
        except BaseException as error:
            return {"error": type(error).__name__}
        wrong = ran.error_before_exec or ran.error_in_exec
        if isinstance(wrong, KeyboardInterrupt):  # the limit's; IPython keeps it for itself
            return {"error": NeverEnded.__name__}
        return {"error": type(wrong).__name__ if wrong is not None else ""}

    def _get(self, order: Mapping[str, Any]) -> dict[str, Any]:
        names = self._shell.user_ns
        if order["name"] not in names:
            return {"there": False}
        return {"there": True, "value": wire.encode(names[order["name"]])}

    def _call(self, order: Mapping[str, Any]) -> dict[str, Any]:
        """Call a function of the notebook; the arguments go back too, since it may have changed them."""
        from lambdalab.learn.student import call

        names = self._shell.user_ns
        arguments = [wire.decode(argument, self._calling, _unpacked) for argument in order["arguments"]]
        outcome = call(names[order["name"]], *arguments, names=names)
        answer: dict[str, Any] = {"printed": outcome.printed[:_MOST_PRINTED]}
        if outcome.raised is None:
            return answer | {"value": wire.encode(outcome.value), "arguments": list(map(wire.encode, arguments))}
        raised, error = outcome.raised, outcome.raised.error
        kinds = [kind.__name__ for kind in type(error).__mro__]
        response = wire.encode(getattr(error, "response", None))
        said = {"kind": raised.kind, "text": raised.text, "line": raised.line, "number": raised.number}
        more = {"kinds": kinds, "response": response, "operation": str(getattr(error, "operation_name", ""))}
        return answer | {"raised": {**said, **more, "token": getattr(error, _TOKEN, None)}}

    def _calling(self, number: int) -> Any:
        """What stands for a function of the judge's: calling it asks the judge."""

        def ask(*arguments: Any) -> Any:
            self._say({"callback": number, "arguments": [wire.encode(argument) for argument in arguments]})
            answer = wire.loads(self._orders.readline())
            if "raise" not in answer:
                return wire.decode(answer["value"], self._calling)
            raise _error(answer["raise"], answer["text"], answer["token"])

        return ask


def _unpacked(text: str) -> Any:
    """An object of the judge's; this process trusts the judge, and never the other way round."""
    return pickle.loads(base64.b64decode(text))


def _error(kind: str, text: str, token: str) -> BaseException:
    """An error of Python's own by its name, which can be told from every other one."""
    import builtins

    made: BaseException = getattr(builtins, kind, Exception)(text)
    setattr(made, _TOKEN, token)
    return made
