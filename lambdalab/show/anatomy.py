"""Picture S3: one invocation in lanes, caller, environment and log, with the times that were measured.

On AWS the caller sees the answer and the status, the log shows the rest, and nobody sees the environment. Here one
result holds all three. Left out: Lambda's front end, retries, ports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdalab.show import theme
from lambdalab.show.figure import BOLD, cut, wide
from lambdalab.show.numbers import milliseconds
from lambdalab.show.pen import Pen, fit
from lambdalab.show.picture import Picture, Table

if TYPE_CHECKING:
    from lambdalab.results import Result

HEIGHT = 560
_CODE = 9.9  # pixels of one character of the code's font at 16 px
# Pixels: where the call begins, the handler, the answer, the result's box; where all ends.
_LEFT, _HANDLER, _ANSWER, _BOX, _RIGHT = 276, 462, 676, 610, 882
_LOG_ROOM = int((_RIGHT - _LEFT - 28) / _CODE)
_FAILED = "init, failed"
_LOG_WORDS = ("START", "END", "REPORT")
_NOT_SHOWN = ("INIT_START", "INIT_REPORT", "RESTORE_START", "RESTORE_REPORT")
_ENDED = {"Sandbox.Timedout": "timed out", "Runtime.ExitError": "its process ended",
          "Runtime.OutOfMemory": "out of memory"}  # fmt: skip


@dataclass(frozen=True)
class _Facts:
    """What figure, table and sentence are made of.

    Args:
        start: what came before the handler, such as "init 84 ms"; empty when the environment was there.
        letter: "C" or "R" for the start.
        again: whether the start failed, and was tried again as part of the invocation.
        ran: the handler's time, such as "12 ms".
        did: "raises KeyError", "timed out", …; empty when it answered.
        payload: what the caller gets, in short.
        error: FunctionError, or empty.
        after: what the environment is afterwards.
        printed: whether the handler printed.
        log: the log in one line.
    """

    function: str
    status_code: int
    start: str
    letter: str
    again: bool
    ran: str
    did: str
    payload: str
    error: str
    after: str
    printed: bool
    log: str

    @property
    def runs(self) -> str:
        return "init again" if self.again else "handler"

    @property
    def logged(self) -> str:
        """What went to the log, in words."""
        if self.error:
            return "print and the error" if self.printed else "the error"
        return "print" if self.printed else "the report"


def anatomy(result: Result, *, waited_ms: float | None = None, standalone: bool = False) -> Picture:
    """One invocation from call to answer, with StatusCode and FunctionError one over the other (lesson 02).

    Follows https://docs.aws.amazon.com/lambda/latest/dg/python-exceptions.html.

    Args:
        result: of `Function.invoke`, answered or failed.
        waited_ms: how long the caller waited, in milliseconds, if it was measured.
        standalone: fixed light colours, for a file.

    Raises:
        ValueError: no environment has run it, because it was only queued, or was refused.
    """
    facts = _facts(result)
    least = result.report.duration_ms + (result.report.init_ms or result.report.restore_ms or 0) if result.report else 0
    waits = f"waits, {milliseconds(waited_ms)}" if waited_ms is not None else f"waits, at least {milliseconds(least)}"
    if facts.error:
        title = f"The call came back HTTP {facts.status_code}, and the function had failed"
        gets = f"status {facts.status_code} with FunctionError {facts.error}"
        handler = f"{_spoken(facts)} after {facts.ran}"
    else:
        title = f"The call came back HTTP {facts.status_code}, with the function's answer"
        gets = f"status {facts.status_code} and the answer"
        handler = f"the handler answers after {facts.ran}"
    starts = f"needs {facts.start}" if facts.start else "is warm"
    starts = "fails to init" if facts.again else starts
    then = {"frozen": "freezes", "ended": "ends", "restarted": "restarts"}[facts.after]
    alt = f"The caller gets {gets}. The environment {starts}, {handler}, and it {then}. {_heard(facts)}"
    pen = Pen(theme.LIGHT if standalone else None)
    pen.text(18, 36, title, size=theme.TITLE, bold=True)
    told = "One invocation in three lanes; time runs to the right, not to scale"
    pen.text(18, 64, told, role="second", size=theme.SUBTITLE)
    _caller(pen, facts, waits)
    _environment(pen, facts)
    _log(pen, facts)
    pen.text(18, 544, "Measured on this machine", role="second", size=theme.NOTE)
    return Picture(table=_table(facts, waits), alt=alt, svg=pen.svg(theme.WIDTH, HEIGHT, alt))


def _spoken(facts: _Facts) -> str:
    who = "the second try" if facts.again else "the handler"
    return facts.did if facts.did.startswith("its process") else f"{who} {facts.did.replace('timed out', 'is stopped')}"


def _heard(facts: _Facts) -> str:
    """What goes to the log alone; an error is in the answer too."""
    alone = f"{'What it printed' if facts.printed else 'The report'} goes to the log only"
    if not facts.error:
        return f"{alone}."
    return f"{alone}, the error goes to both." if facts.printed else "The error goes to the caller and to the log."


def _facts(result: Result) -> _Facts:
    invocation, report = result.invocation, result.report
    if invocation is None or report is None:
        raise ValueError(
            f"the call of {result.function} came back {result.status_code} and no environment has answered it, "
            "so there is no anatomy to draw; give the result of a call that waited for its end"
        )
    error = result.error or {}
    kind = str(error.get("errorType", ""))
    if report.restore_ms is not None:
        letter, start = "R", f"restore {milliseconds(report.restore_ms)}"
    elif report.init_ms is not None:
        letter, start = "C", f"init {milliseconds(report.init_ms)}"
    else:  # it was started, and that failed: Lambda tries it once more within the invocation
        letter, start = ("C", _FAILED) if invocation.why_started else ("", "")
    ends = report.status == "error"
    after = "ended" if ends else "restarted" if report.status == "timeout" else "frozen"
    payload = f"{kind}: {error.get('errorMessage')}" if error else result.payload.decode("utf-8", "replace")
    printed, log = _words(result.log)
    return _Facts(
        function=result.function, status_code=result.status_code, start=start, letter=letter,
        again=start == _FAILED, ran=milliseconds(report.duration_ms),
        did=_ENDED.get(kind, f"raises {kind or 'an error'}") if error else "",
        payload=payload, error=result.function_error or "", after=after, printed=printed, log=log,
    )  # fmt: skip


def _words(log: str) -> tuple[bool, str]:
    """Whether the handler printed, and the log in one line: the names of its parts, and the first printed words."""
    parts: list[str] = []
    own = ""
    for line in log.splitlines():
        if line.startswith(_NOT_SHOWN):
            continue
        name = next((word for word in _LOG_WORDS if line.startswith(f"{word} ")), "")
        if line.startswith("[ERROR] "):
            name = " ".join(line.split(":")[0].split()[:2])
        elif " Task timed out after " in line:
            name = "Task timed out"
        elif line.startswith("RequestId: ") and " Error: " in line:
            name = "Runtime exited"
        if name in parts:
            continue
        if name:
            parts.append(name)
        elif parts and parts[-1] == "START" and line.strip() and not line.startswith("[WARNING]"):
            own = line.strip()
            parts.append("\0")
        elif not parts or parts[-1] not in ("…", "\0"):
            parts.append("…")
    text = " ".join(parts)
    return bool(own), text.replace("\0", fit(own, max(4, _LOG_ROOM - len(text))) if own else "")


def _lane(pen: Pen, y: float, name: str, what: str) -> None:
    pen.text(18, y, name, size=theme.LABEL, bold=True)
    pen.text(18, y + 22, what, role="second", size=theme.NOTE)


def _caller(pen: Pen, facts: _Facts, waits: str) -> None:
    _lane(pen, 138, "Caller", "boto3")
    pen.block(_LEFT, 112, _BOX - _LEFT, 56, "idle")
    pen.text((_LEFT + _BOX) / 2, 146, waits, anchor="middle")
    pen.box(150, 112, _LEFT - 150, 56, line=theme.BOX_LINE, radius=0, fill=pen.colour("paper"))
    pen.text(213, 146, "invoke(…)", code=True, size=theme.NOTE, anchor="middle")
    pen.box(_BOX, 92, _RIGHT - _BOX, 94, line=theme.BOX_LINE, radius=0, fill=pen.colour("paper"))
    pen.text(_BOX + 12, 120, f"StatusCode {facts.status_code}", bold=True)
    if facts.error:
        words = cut(f"FunctionError {facts.error}", 250, bold=True)
        pen.text(_BOX + 12, 146, words, role="failed", bold=True)
    else:
        pen.text(_BOX + 12, 146, "no FunctionError")
    pen.text(_BOX + 12, 172, cut(f"payload: {facts.payload}", 250, size=theme.NOTE), role="second", size=theme.NOTE)
    pen.slanted((_LEFT, 170), (_LEFT, 288))
    pen.text(264, 222, "event", anchor="end")
    pen.text(264, 243, "JSON text", role="second", size=theme.NOTE, anchor="end")
    pen.slanted((_ANSWER, 290), (_ANSWER + 44, 189))
    pen.text(_ANSWER + 36, 250, "error, JSON text" if facts.error else "answer, JSON text")


def _environment(pen: Pen, facts: _Facts) -> None:
    _lane(pen, 318, "Environment", "one process")
    left = _HANDLER if facts.start else _LEFT
    if facts.start:
        pen.block(_LEFT, 292, _HANDLER - _LEFT, 56, "init", outline="init_line")
        words = cut(f"{facts.letter}  {facts.start}", _HANDLER - _LEFT - 12, bold=True)
        middle, half = (_LEFT + _HANDLER) / 2, wide(words) * BOLD / 2 + 4
        pen.block(middle - half, 309, 2 * half, 22, "plate")
        pen.text(middle, 326, words, role="on_init", bold=True, anchor="middle")
    else:
        pen.block(150, 292, _LEFT - 150, 56, "idle")
        pen.text((150 + _LEFT) / 2, 326, "frozen", anchor="middle")
    pen.block(left, 292, _ANSWER - left, 56, "failed" if facts.did else "invoke")
    middle, room = (left + _ANSWER) / 2, _ANSWER - left - 12
    pen.text(middle, 315, f"{facts.runs} {facts.ran}", role="paper", bold=True, anchor="middle")
    did = f"{theme.CROSS} {facts.did}" if facts.did else f"returns {facts.payload}"
    if facts.did and wide(did) > room:
        did = did.replace("raises ", "").replace("Runtime.", "")
    pen.text(middle, 337, cut(did, room), role="paper", anchor="middle")
    pen.block(_ANSWER, 292, _RIGHT - _ANSWER, 56, "gone" if facts.after == "ended" else "idle")
    after = {"ended": "ended: process gone", "restarted": "restarts at next call", "frozen": "frozen, waits in next"}
    pen.text((_ANSWER + _RIGHT) / 2, 326, after[facts.after], anchor="middle")


def _log(pen: Pen, facts: _Facts) -> None:
    _lane(pen, 478, "Log", "CloudWatch")
    middle = ((_HANDLER if facts.start else _LEFT) + _ANSWER) / 2
    pen.slanted((middle, 350), (middle, 447), dashed=True)
    pen.text(middle + 12, 404, facts.logged)
    pen.block(_LEFT, 452, _RIGHT - _LEFT, 56, "panel", outline="axis")
    pen.text(_LEFT + 14, 486, fit(facts.log, _LOG_ROOM), code=True, size=theme.NOTE)


def _table(facts: _Facts, waits: str) -> Table:
    start = facts.start.split(" ", 1)
    rows = [
        ("StatusCode", str(facts.status_code), "caller"),
        ("FunctionError", facts.error or "none", "caller"),
        ("payload", fit(facts.payload, 60), "caller"),
        ("caller waits", waits.removeprefix("waits, "), "caller"),
        (start[0].rstrip(","), start[1] if len(start) > 1 else "none, warm", "environment") if facts.start
        else ("init", "none, warm", "environment"),
        (facts.runs, f"{facts.ran}{f', {facts.did}' if facts.did else ''}", "environment"),
        ("afterwards", facts.after, "environment"),
        ("log", fit(facts.log, 60), "log"),
    ]  # fmt: skip
    return Table(f"One invocation of {facts.function}, measured on this machine", ("", "", "seen by"), rows, "lll")
