from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from lambdalab.observe.records import Report
from lambdalab.show.result import ResultCard

ID = "1f3b0c52-7d1e-4a7c-9a56-0e61c0a4d2b7"
COLD: dict[str, Any] = {
    "function": "hello", "version": "$LATEST", "environment": 1, "process_id": 4187, "cold": True, "status_code": 200,
    "function_error": None, "answer": '{"greeting": "Hello, Ada"}', "report": Report(ID, 12.3, 256, 41, 83.1),
    "request_id": ID, "price_per_million": Decimal("0.60"),
}  # fmt: skip
WARM = {**COLD, "cold": False, "report": Report(ID, 1.42, 256, 41), "price_per_million": Decimal("0.21")}
FAILED = {**WARM, "function_error": "Unhandled", "answer": "KeyError: 'name'", "note": "line 2 of the handler"}
TIMEOUT = {
    **FAILED,
    "answer": "Task timed out after 3.00 seconds",
    "report": Report(ID, 3000, 256, 41, status="timeout"),
}
NOTHING: dict[str, Any] = {
    **COLD, "environment": None, "process_id": None, "cold": None, "report": None, "price_per_million": None
}  # fmt: skip
THROTTLED = {**NOTHING, "status_code": 429, "answer": "Rate Exceeded."}
QUEUED = {**NOTHING, "status_code": 202, "answer": ""}
ALL = [COLD, WARM, FAILED, TIMEOUT, THROTTLED, QUEUED]
NAMES = ["cold", "warm", "failed", "timeout", "throttled", "queued"]

SAID = {
    "cold": ["cold start", "200, answered", "environment 1, process 4187", "$0.60 a million"],
    "warm": ["warm", "200, answered", "none", "$0.21 a million"],
    "failed": ["✖ 200, FunctionError", "KeyError: 'name'", "line 2 of the handler"],
    "timeout": ["✖ 200, FunctionError, timeout", "Task timed out after 3.00 seconds"],
    "throttled": ["429, throttled", "no environment", "Rate Exceeded."],
    "queued": ["202, queued", "not run yet"],
}


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


@pytest.mark.parametrize(("name", "facts"), list(zip(NAMES, ALL, strict=True)))
def test_card_and_text_say_the_same(name: str, facts: dict[str, Any], read_html: Callable[[str], Any]) -> None:
    card, text = plain(read_html(ResultCard(**facts).html()).words), plain(ResultCard(**facts).text())
    for words in [*SAID[name], ID, "hello", "version $LATEST"]:
        assert words in card
        assert words in text


@pytest.mark.parametrize(("name", "facts"), list(zip(NAMES, ALL, strict=True)))
def test_only_a_failed_function_has_the_red_bar(
    name: str, facts: dict[str, Any], read_html: Callable[[str], Any]
) -> None:
    (frame,) = [tag for tag in read_html(ResultCard(**facts).html()).tags if "ll-card" in (tag[1].get("class") or "")]
    assert ("ll-bad" in (frame[1]["class"] or "")) == (name in ("failed", "timeout"))


def test_a_cold_start_is_hatched_with_c_and_a_refusal_is_hollow_with_t(read_html: Callable[[str], Any]) -> None:
    assert "C cold start" in plain(read_html(ResultCard(**COLD).html()).words)
    throttled = read_html(ResultCard(**THROTTLED).html())
    assert "T 429, throttled" in plain(throttled.words)
    assert "T 429, throttled" in plain(ResultCard(**THROTTLED).text())
    assert [tag[1]["class"] for tag in throttled.tags if "ll-throttled" in (tag[1].get("class") or "")] == [
        "ll-c ll-throttled"
    ]


def test_the_text_ends_with_the_report_line_itself() -> None:
    for facts in (COLD, WARM, FAILED, TIMEOUT):
        assert ResultCard(**facts).text().splitlines()[-1] == facts["report"].line().rstrip()


def test_the_text_tells_the_figures_in_a_sentence() -> None:
    expected = "init 83 ms, duration 12 ms, billed 96 ms, 41 of 256 MB, $0.60 a million"
    assert expected in plain(ResultCard(**COLD).text())


def test_a_log_that_ends_with_the_report_line_does_not_repeat_it() -> None:
    log = f"START RequestId: {ID} Version: $LATEST\nEND RequestId: {ID}\n{COLD['report'].line()}\n"
    text = ResultCard(**COLD, log=log).text()
    assert text.count("REPORT RequestId") == 1
    assert f"END RequestId: {ID}" in text


def test_the_log_is_folded_and_its_middle_left_out(read_html: Callable[[str], Any]) -> None:
    log = "\n".join(["START", *["x" * 10_000] * 500, "END", "REPORT"])
    read = read_html(ResultCard(**COLD, log=log).html())
    assert [tag for tag, _ in read.tags if tag in ("details", "summary")] == ["details", "summary"]
    assert "… 463 more lines" in read.words
    assert len(ResultCard(**COLD, log=log).html()) < 20_000


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ("\n".join("abcdef"), "… 2 more lines"),
        ("x" * 5_000_000, "… 4,999,680 more characters"),
        ("\n".join(["y" * 200, "end", "over"]), "… 1 more line"),
    ],
)
def test_an_answer_is_cut_at_four_lines(answer: str, left: str, read_html: Callable[[str], Any]) -> None:
    card = ResultCard(**{**COLD, "answer": answer}).html()
    assert left in read_html(card).words
    assert left in ResultCard(**{**COLD, "answer": answer}).text()
    assert len(card) < 8000


def test_a_short_answer_is_shown_whole(read_html: Callable[[str], Any]) -> None:
    assert "more" not in read_html(ResultCard(**{**COLD, "answer": "1\n2\n3\n4"}).html()).words


def test_what_a_student_writes_is_never_read_as_html(read_html: Callable[[str], Any]) -> None:
    evil = "<script>alert('x')</script>"
    facts = {**FAILED, "function": evil, "version": evil, "answer": evil, "request_id": evil, "note": evil, "log": evil}
    read = read_html(ResultCard(**facts).html())
    assert "script" not in [tag for tag, _ in read.tags]
    assert read.words.count(evil) == 6


def test_the_same_facts_give_the_same_card() -> None:
    assert ResultCard(**COLD).html() == ResultCard(**COLD).html()
