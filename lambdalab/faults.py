"""Faults, seen from the notebook: let the next event go wrong in a way that AWS promises (workbook 07).

On AWS nobody can order them. Each of these waits for the next event of a function and happens once, or as often as
asked. `print(lab.faults)` tells which have not happened yet.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Ask = Callable[..., dict[str, Any]]


class Faults:
    """What shall go wrong."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def fail(self, function: str, operation: str = "", *, done: bool = False, times: int = 1) -> Faults:
        """Refuse what the function asks of AWS in its next event.

        Args:
            operation: such as "dynamodb:PutItem"; "" for its first request of any kind.
            done: carry it out all the same, so that only the answer is lost.
            times: with how many events.

        Raises:
            LabError: not 1 to 1,000 events.
        """
        return self._order(what="fail", function=function, operation=operation, done=done, times=times)

    def kill(self, function: str, operation: str = "", *, done: bool = False, times: int = 1) -> Faults:
        """Kill the function's process when it asks for something in its next event.

        Args:
            operation: such as "dynamodb:PutItem"; "" for its first request of any kind.
            done: carry the request out first.
            times: with how many events.

        Raises:
            LabError: not 1 to 1,000 events.
        """
        return self._order(what="kill", function=function, operation=operation, done=done, times=times)

    def hang(self, function: str, operation: str = "", *, done: bool = False, times: int = 1) -> Faults:
        """Give no answer to what the function asks for in its next event, so that it meets its timeout (lesson 13).

        Args:
            operation: such as "s3:PutObject"; "" for its first request of any kind.
            done: carry the request out first.
            times: with how many events.

        Raises:
            LabError: not 1 to 1,000 events.
        """
        return self._order(what="hang", function=function, operation=operation, done=done, times=times)

    def hold(self, function: str, operation: str = "") -> Faults:
        """Let what the function asks for in its next event wait until `clear`; then it is carried out (lesson 13).

        Args:
            operation: such as "s3:PutObject"; "" for its first request of any kind.
        """
        return self._order(what="hold", function=function, operation=operation)

    def held(self, *, seconds: float = 60) -> bool:
        """Wait until a request is held, so many seconds of the machine's clock at most; whether one is (lesson 13)."""
        return bool(self._ask("GET", "faults", held=str(seconds))["held"])

    def twice(self, function: str, *, times: int = 1) -> Faults:
        """Give the function its next event two times, one after the other; not one that somebody waits for.

        Raises:
            LabError: not 1 to 1,000 events.
        """
        return self._order(what="twice", function=function, times=times)

    def late(self, function: str, *, minutes: float = 0, seconds: float = 0, times: int = 1) -> Faults:
        """Keep the function's next asynchronous event back on the lab's clock, so that later ones overtake it.

        Raises:
            LabError: the time is below zero, or not 1 to 1,000 events.
        """
        return self._order(what="late", function=function, seconds=60 * minutes + seconds, times=times)

    def clear(self) -> Faults:
        """Let nothing more go wrong."""
        self._ask("DELETE", "faults")
        return self

    def _order(self, **fault: Any) -> Faults:
        self._ask("POST", "faults", fault)
        return self

    def __repr__(self) -> str:
        left = self._ask("GET", "faults")["left"]
        return "\n".join(_told(fault) for fault in left) or "Nothing is going to fail on request."


def _told(fault: dict[str, Any]) -> str:
    events = "event" if fault["times"] == 1 else f"{fault['times']} events"
    asks = fault["operation"] or "anything"
    after = ", after that was carried out" if fault["done"] else ""
    what = {
        "fail": f"is refused when it asks for {asks}{after}",
        "kill": f"dies when it asks for {asks}{after}",
        "hang": f"gets no answer when it asks for {asks}{after}",
        "hold": f"waits when it asks for {asks}",
        "twice": "is delivered two times",
        "late": f"comes {fault['seconds']:g} s late",
    }[fault["what"]]
    return f"The next {events} of {fault['function']}: {what}."
