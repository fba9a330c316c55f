"""The card of one invocation: what came back, how long it took, cold or warm, and what it costs.

On AWS the answer, the status, FunctionError and the REPORT line reach the caller on separate ways. Here they stand on
one card, with the status and FunctionError in one chip, because a call can be HTTP 200 and have failed. Left out: the
other headers.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from html import escape

from lambdalab.observe.records import Report
from lambdalab.show import theme
from lambdalab.show.frame import card, chip, code, code_block, cut, folded
from lambdalab.show.numbers import SPACE, milliseconds, money

LOG_ENDS, LOG_LINE = 20, 240  # lines at each end of a log, and characters of a line
_OTHER_STATUS = {202: "queued", 204: "allowed, not run"}


def _where(version: str, environment: int | None, process_id: int | None, status_code: int) -> str:
    none = "not run yet" if status_code == 202 else "no environment"
    parts = [f"version {version}", none if environment is None else f"environment {environment}"]
    return ", ".join([*parts, f"process {process_id}"] if process_id is not None else parts)


def _start(cold: bool | None) -> str:
    return "" if cold is None else "cold start" if cold else "warm"


def _status(status_code: int, function_error: str | None, report: Report | None) -> tuple[str, str]:
    """The words of the status chip and its kind."""
    if function_error:
        timeout = ", timeout" if report is not None and report.status == "timeout" else ""
        return f"{status_code}, FunctionError{timeout}", "failed"
    if status_code == 429:
        return "429, throttled", "throttled"
    words = _OTHER_STATUS.get(status_code, "answered" if status_code < 300 else "refused")
    return f"{status_code}, {words}", "plain"


def _started(report: Report) -> tuple[str, float | None]:
    """How the environment was made for this call, "init" or "restore", and its milliseconds; None if it was there."""
    return ("init", report.init_ms) if report.restore_ms is None else ("restore", report.restore_ms)


def _figures(report: Report | None, price_per_million: Decimal | None) -> list[tuple[str, str, str]]:
    """The five figures: name, number, unit."""
    price = ("price", theme.DASH, "") if price_per_million is None else ("price", money(price_per_million), "a million")
    if report is None:
        return [(name, theme.DASH, "") for name in ("init", "duration", "billed", "memory used")] + [price]
    name, started = _started(report)
    return [
        (name, "none", "") if started is None else (name, f"{started:,.2f}", "ms"),
        ("duration", f"{report.duration_ms:,.2f}", "ms"),
        ("billed", f"{report.billed_ms:,}", "ms"),
        ("memory used", f"{report.max_memory_mb:,}", f"of {report.memory_size_mb:,}{SPACE}MB"),
        price,
    ]


def _figures_table(figures: list[tuple[str, str, str]]) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name, _, _ in figures)
    cells = ""
    for name, value, unit in figures:
        kind = "ll-n ll-money" if name == "price" and value != theme.DASH else "ll-n"
        cells += f'<td><b class="{kind}">{value}</b>{SPACE}{unit}</td>'
    return (
        '<table aria-label="the figures of this call">'
        f'<thead class="ll-f"><tr>{head}</tr></thead><tbody class="ll-f"><tr>{cells}</tr></tbody></table>'
    )


def _short(log: str) -> str:
    """The log's first and last lines: a function can print megabytes, and a notebook stores each card."""
    lines = [line if len(line) <= LOG_LINE else line[:LOG_LINE] + "…" for line in log.rstrip().splitlines()]
    if len(lines) > 2 * LOG_ENDS:
        lines[LOG_ENDS:-LOG_ENDS] = [f"… {len(lines) - 2 * LOG_ENDS:,} more lines"]
    return "\n".join(lines)


def _source(report: Report | None, price_per_million: Decimal | None, prices_date: str) -> str:
    if report is None:
        return ""
    dated = f"; price: {prices_date}" if price_per_million is not None and prices_date else ""
    return f"measured on this machine{dated}"


@dataclass(frozen=True, kw_only=True)
class ResultCard:
    """The card of one call as HTML (lesson 01).

    Args:
        function, version: "hello", "$LATEST" or a number.
        environment, process_id: which environment of this function, and its process; None when nothing ran.
        cold: whether the call waited for init; None when nothing ran.
        status_code: of Invoke: 200 answered or failed, 202 queued, 429 throttled.
        function_error: AWS's header of the same name, "Unhandled"; None when the handler answered.
        answer: the answer's JSON text, or the error as "KeyError: 'name'"; cut at four lines.
        report: the REPORT line's figures; None when nothing ran yet.
        request_id: shown in full.
        price_per_million: dollars for a million such calls; None when nothing is billed.
        log: START, what was printed, END and REPORT; folded.
        note: an afterthought to the answer, such as "line 2 of the handler".
        prices_date: such as "September 2026".
    """

    function: str
    version: str
    environment: int | None
    process_id: int | None
    cold: bool | None
    status_code: int
    function_error: str | None
    answer: str
    report: Report | None
    request_id: str
    price_per_million: Decimal | None
    log: str = ""
    note: str = ""
    prices_date: str = ""

    def html(self) -> str:
        """The card."""
        shown, left = cut(self.answer)
        words, kind = _status(self.status_code, self.function_error, self.report)
        start = _start(self.cold)
        started = [chip(start, "cold" if self.cold else "warm")] if start else []
        source = _source(self.report, self.price_per_million, self.prices_date)
        body = (
            code_block(f"{shown}\n" if left else shown, ", ".join(filter(None, (left, self.note))))
            if shown or self.note
            else ""
        )
        body += _figures_table(_figures(self.report, self.price_per_million))
        body += f'<p class="ll-2">request id {code(self.request_id)}{f" &ensp; {escape(source)}" if source else ""}</p>'
        if self.log:
            body += folded("START, END, REPORT", code_block(_short(self.log)))
        return card(
            kicker=_where(self.version, self.environment, self.process_id, self.status_code),
            heading=self.function,
            body_html=body,
            glyph="function",
            failed=bool(self.function_error),
            chips=[*started, chip(words, kind)],
        )

    def text(self) -> str:
        """The same facts as plain text."""
        shown, left = cut(self.answer)
        words, kind = _status(self.status_code, self.function_error, self.report)
        sign = {"failed": f"{theme.CROSS} ", "throttled": "T "}.get(kind, "")
        head = ", ".join(filter(None, (self.function, _start(self.cold), sign + words)))
        lines = [f"{head}: {shown}" if shown else head]
        if left or self.note:
            lines.append(", ".join(filter(None, (left, self.note))))
        if self.report is not None:
            name, started = _started(self.report)
            init = "none" if started is None else milliseconds(started)
            price = f", {money(self.price_per_million)} a million" if self.price_per_million is not None else ""
            lines.append(
                f"{name} {init}, duration {milliseconds(self.report.duration_ms)}, "
                f"billed {self.report.billed_ms:,}{SPACE}ms, "
                f"{self.report.max_memory_mb:,} of {self.report.memory_size_mb:,}{SPACE}MB{price}"
            )
        lines.append(_where(self.version, self.environment, self.process_id, self.status_code))
        if self.report is None:
            lines.append(f"request id {self.request_id}")
        source = _source(self.report, self.price_per_million, self.prices_date)
        lines += [source] if source else []
        lines += _short(self.log).splitlines()
        reported = self.report.line().rstrip() if self.report is not None else ""
        if reported and (not self.log or lines[-1].rstrip() != reported):
            lines.append(reported)
        return "\n".join(lines)
