"""`Result`, what one call gave, and `Results`, what several gave.

On AWS a caller sees the answer, the status and perhaps the end of the log; which environment ran it, and whether that
was started for it, must be guessed from logs. Here every result knows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdalab.errors import LabError
from lambdalab.observe.records import Invocation, Report
from lambdalab.observe.sentences import advice

if TYPE_CHECKING:
    from lambdalab.show.picture import Table
    from lambdalab.show.result import ResultCard

THROTTLED = 429
_ANSWER = 40  # characters of an answer in the table


@dataclass(frozen=True)
class Result:
    """What a caller gets from one invocation, with what was measured (lessons 00 and 01).

    Args:
        function: the function's name.
        version: the version that ran, "$LATEST" or a number; "" for an event that was queued or turned away.
        status_code: the HTTP status of the call: 200, 202 for a queued event, 429 for one that was turned away.
        function_error: "Unhandled" if the function failed, else None.
        payload: the answer as it came, JSON text.
        request_id: the invocation's id.
        log: the last 4 KB of its log.
        invocation: which environment and process ran it; None for a queued event.
    """

    function: str
    version: str
    status_code: int
    function_error: str | None
    payload: bytes
    request_id: str
    log: str = ""
    invocation: Invocation | None = None

    @property
    def answer(self) -> Any:
        """The answer as a Python value.

        Raises:
            LabError: the function failed, the event was only queued, or it was turned away.
        """
        if self.function_error:
            error = self.error or {}
            raise LabError(
                f"{self.function} failed, so there is no answer: {error.get('errorType')}: {error.get('errorMessage')}."
                " Look at `.error` and `.log`."
            )
        if self.throttled:
            raise LabError(
                f"the call of {self.function} was turned away (429, {self.reason}): no code ran, there is no answer. "
                "Call again when less is running, or raise what limits it."
            )
        if self.status_code != 200:
            raise LabError(f"the event for {self.function} was queued (202): an asynchronous call has no answer")
        return json.loads(self.payload)

    @property
    def error(self) -> dict[str, Any] | None:
        """AWS's error object, or None."""
        return json.loads(self.payload) if self.function_error else None

    @property
    def throttled(self) -> bool:
        """Whether the call got no environment: HTTP 429, TooManyRequestsException."""
        return self.status_code == THROTTLED

    @property
    def reason(self) -> str | None:
        """Why it was turned away, in AWS's word; None when it was not."""
        return str(json.loads(self.payload).get("Reason")) if self.throttled else None

    @property
    def report(self) -> Report | None:
        return self.invocation.report if self.invocation else None

    @property
    def cold(self) -> bool | None:
        """Whether an environment was started for it; None when nothing ran."""
        return self.invocation.cold if self.invocation and self.invocation.environment else None

    def _said(self) -> str:
        """The answer or the error, in one line."""
        if self.throttled:
            return f"TooManyRequestsException: {self.reason}"
        error = self.error
        return f"{error.get('errorType')}: {error.get('errorMessage')}" if error else self.payload.decode()

    def _card(self, log: str = "") -> ResultCard:
        from lambdalab.facts import prices_date
        from lambdalab.models.cost import invocation_price, per_million
        from lambdalab.show.result import ResultCard

        report = self.report
        error = self.error
        return ResultCard(
            function=self.function,
            version=self.version,
            environment=self.invocation.environment if self.invocation else None,
            process_id=self.invocation.pid if self.invocation else None,
            cold=self.cold,
            status_code=self.status_code,
            function_error=self.function_error,
            answer=self._said(),
            report=report,
            request_id=self.request_id,
            price_per_million=(
                per_million(invocation_price(report.billed_ms, report.memory_size_mb)) if report else None
            ),
            prices_date=prices_date(),
            note=(advice(error.get("errorType"), str(error.get("errorMessage"))) if error else None) or "",
            log=log,
        )

    def _repr_html_(self) -> str:
        return self._card(log=self.log).html()

    def __repr__(self) -> str:
        return self._card().text()


class Results(list[Result]):
    """The results of several calls, in the order of their events; shown as a table (lesson 03).

    Args:
        results: one for each event.
        note: what must be known when reading them; "" when there is nothing.
    """

    def __init__(self, results: Iterable[Result], note: str = "") -> None:
        super().__init__(results)
        self.note = note

    @property
    def cold(self) -> list[Result]:
        """Those for which an environment was started."""
        return [result for result in self if result.cold]

    @property
    def warm(self) -> list[Result]:
        """Those that found an environment."""
        return [result for result in self if result.cold is False]

    @property
    def throttled(self) -> list[Result]:
        """Those that were turned away (429)."""
        return [result for result in self if result.throttled]

    @property
    def cold_starts(self) -> int:
        return len(self.cold)

    @property
    def environments(self) -> int:
        """How many different environments ran them."""
        return len({(i.function, i.environment) for i in self._invocations})

    @property
    def concurrency(self) -> float:
        """How many ran at the same moment: the mean from the first call's end to the start of the last (lesson 09).

        Raises:
            LabError: no call began after the first one had ended.
        """
        done = [(run.began, run.report) for run in self._invocations]
        ran = sorted((began, report.duration_ms / 1000) for began, report in done if began is not None and report)
        full, last = (sum(ran[0]), ran[-1][0]) if ran else (0.0, 0.0)
        if full >= last:
            raise LabError("how many ran at once cannot be told: no call began after the first one had ended")
        return sum(max(0.0, min(began + took, last) - max(began, full)) for began, took in ran) / (last - full)

    @property
    def _invocations(self) -> list[Invocation]:
        return [result.invocation for result in self if result.invocation and result.invocation.environment]

    def _table(self) -> Table:
        from lambdalab.show.picture import Table

        parts = [f"{len(self)} {'call' if len(self) == 1 else 'calls'}", f"{self.cold_starts} cold"]
        parts.append(f"{self.environments} {'environment' if self.environments == 1 else 'environments'}")
        if self.throttled:
            parts.append(f"{len(self.throttled)} turned away")
        rows = [_row(number, result) for number, result in enumerate(self, 1)]
        names = ("call", "environment", "start", "init, ms", "duration, ms", "answer")
        return Table(f"{', '.join(parts)}, measured on this machine", names, rows, align="rrlrrl")

    def _repr_html_(self) -> str:
        note = f"<p>{self.note}</p>" if self.note else ""
        return str(self._table().html()) + note if self else "<p>No calls.</p>"

    def __repr__(self) -> str:
        return "\n".join([str(self._table().text()), *([self.note] if self.note else [])]) if self else "No calls."


def _row(number: int, result: Result) -> tuple[str, ...]:
    environment = result.invocation.environment if result.invocation else None
    start = {None: "none", True: "cold", False: "warm"}[result.cold]
    report = result.report
    init = "" if report is None or report.init_ms is None else f"{report.init_ms:,.0f}"
    duration = "" if report is None else f"{report.duration_ms:,.1f}"
    said = result._said()
    short = said if len(said) <= _ANSWER else said[: _ANSWER - 1] + "…"
    return str(number), "" if environment is None else str(environment), start, init, duration, short
