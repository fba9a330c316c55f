from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest

from lambdalab.observe.records import Invocation, Report
from lambdalab.results import Result
from lambdalab.show import theme
from lambdalab.show.pictures import anatomy

ID = "5b1aeb4e-9a3b-4a5a-8f1e-0c2c4e1a7d11"
START, END = (
    f"START RequestId: {ID} Version: $LATEST\n",
    f"END RequestId: {ID}\nREPORT RequestId: {ID}\tDuration: …\t\n",
)
TRACE = "[ERROR] KeyError: 'name'\nTraceback (most recent call last):\n  File …\n"


def result(
    answer: Any = None, *, error: str | None = None, text: str = "'name'", ms: float = 12.0, init: float | None = None,
    restore: float | None = None, status: str | None = None, why: str | None = None, log: str = START + END,
) -> Result:  # fmt: skip
    payload = {"errorMessage": text, "errorType": error} if error else answer
    report = Report(ID, ms, 128, 40, init, status, error, restore)
    why = why or ("first" if init is not None or restore is not None else None)
    invocation = Invocation(
        ID,
        "hello",
        "$LATEST",
        "invoke",
        "RequestResponse",
        1,
        0.0,
        1,
        4187,
        why,
        error,
        text if error else None,
        report,
    )
    return Result(
        function="hello", version="$LATEST", status_code=200, function_error="Unhandled" if error else None,
        payload=json.dumps(payload, ensure_ascii=False).encode(), request_id=ID, log=log, invocation=invocation,
    )  # fmt: skip


ANSWERED = result({"greeting": "Hello, Ada"}, init=84, log=f"INIT_START …\n{START}hello\n{END}")
FAILED = result(error="KeyError", init=84, log=f"INIT_START …\n{START}hello\n{TRACE}{END}")
TIMEOUT = f"2026-11-24T14:15:06.586Z {ID} Task timed out after 3.00 seconds\n"
CASES: dict[str, Result] = {
    "answered": ANSWERED,
    "failed": FAILED,
    "warm": result({"greeting": "Hello, Ada"}),
    "warm and failed": result(error="KeyError", log=START + TRACE + END),
    "timeout": result(error="Sandbox.Timedout", ms=3000, status="timeout", log=START + TIMEOUT + END),
    "exit": result(
        error="Runtime.ExitError", ms=1.82, init=51, status="error",
        log=f"{START}RequestId: {ID} Error: Runtime exited with error: exit status 3\nRuntime.ExitError\n{END}",
    ),
    "import": result(
        error="Runtime.ImportModuleError", text="Unable to import module 'lambda_function': No module named 'x'",
        ms=52, status="error", why="first",
        log="INIT_START …\n[ERROR] Runtime.ImportModuleError: Unable …\nTraceback …\nINIT_REPORT …\n" + START + END,
    ),
    "restored": result("ok", restore=31.4, init=None),
    "long": result(
        error="AnExceptionClassWithAVeryLongNameIndeed" * 3, text="because " * 500, ms=899_999, init=123_456,
        log=START + "printed " * 400 + "\n" + TRACE + END,
    ),
    "markup": result(error="<script>x</script>", text="<script>x</script>", log=START + "<script>x</script>\n" + END),
    "no log": result(None, log=""),
}  # fmt: skip


def texts(svg: str) -> list[dict[str, str]]:
    root = ElementTree.fromstring(svg)
    return [{**each.attrib, "words": each.text or ""} for each in root.iter("{http://www.w3.org/2000/svg}text")]


def words(case: Result) -> list[str]:
    return [text["words"] for text in texts(anatomy(case).svg)]


def test_a_failed_call_shows_its_status_and_its_error_one_over_the_other() -> None:
    found = {text["words"]: text for text in texts(anatomy(FAILED).svg)}
    assert "The call came back HTTP 200, and the function had failed" in found
    status, error = found["StatusCode 200"], found["FunctionError Unhandled"]
    assert status["x"] == error["x"] and float(status["y"]) < float(error["y"])
    assert {"C  init 84\u00a0ms", "handler 12\u00a0ms", "✖ raises KeyError", "payload: KeyError: 'name'"} <= set(found)


def test_an_answer_takes_the_place_of_the_error_and_nothing_else_moves() -> None:
    fine, broken = texts(anatomy(ANSWERED).svg), texts(anatomy(FAILED).svg)
    assert [(text["x"], text["y"]) for text in fine] == [(text["x"], text["y"]) for text in broken]
    changed = {one["words"] for one, other in zip(fine, broken, strict=True) if one["words"] != other["words"]}
    assert 'returns {"greeting": "Hell…' in changed or any(each.startswith("returns ") for each in changed)
    assert "no FunctionError" in changed and "✖" not in " ".join(words(ANSWERED))


def test_the_sentence_has_the_measured_numbers() -> None:
    assert anatomy(FAILED).alt == (
        "The caller gets status 200 with FunctionError Unhandled. The environment needs init 84\u00a0ms, the handler "
        "raises KeyError after 12\u00a0ms, and it freezes. What it printed goes to the log only, the error goes to "
        "both."
    )


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("answered", "What it printed goes to the log only."),
        ("warm", "The report goes to the log only."),
        ("failed", "What it printed goes to the log only, the error goes to both."),
        ("warm and failed", "The error goes to the caller and to the log."),
    ],
)
def test_the_last_sentence_says_who_sees_what_was_printed_and_the_error(name: str, sentence: str) -> None:
    assert anatomy(CASES[name]).alt.endswith(f" {sentence}")


def test_a_warm_environment_was_frozen_before_and_has_no_init() -> None:
    assert "frozen" in words(CASES["warm"])
    assert not any(each.startswith("C ") for each in words(CASES["warm"]))
    assert "The environment is warm" in anatomy(CASES["warm"]).alt


@pytest.mark.parametrize(
    ("name", "did", "after"),
    [
        ("timeout", "✖ timed out", "restarts at next call"),
        ("exit", "✖ its process ended", "ended: process gone"),
        ("import", "✖ ImportModuleError", "ended: process gone"),
        ("failed", "✖ raises KeyError", "frozen, waits in next"),
    ],
)
def test_each_way_to_fail_is_named_with_what_becomes_of_the_environment(name: str, did: str, after: str) -> None:
    assert {did, after} <= set(words(CASES[name]))


def test_a_start_that_failed_was_tried_again_within_the_call() -> None:
    assert {"C  init, failed", "init again 52\u00a0ms"} <= set(words(CASES["import"]))


def test_a_restored_environment_has_its_letter() -> None:
    assert "R  restore 31\u00a0ms" in words(CASES["restored"])


def test_what_goes_to_the_log_is_told_from_the_log() -> None:
    assert "print and the error" in words(FAILED) and "the report" in words(CASES["warm"])
    assert "START hello [ERROR] KeyError … END REPORT" in words(FAILED)
    assert "START hello END REPORT" in words(ANSWERED)


def test_the_wait_is_at_least_what_was_billed_or_what_was_measured() -> None:
    assert "waits, at least 96\u00a0ms" in words(FAILED)
    assert "waits, 99\u00a0ms" in [text["words"] for text in texts(anatomy(FAILED, waited_ms=99).svg)]


@pytest.mark.parametrize("name", CASES)
def test_no_text_leaves_the_drawing_or_touches_another(name: str, width: Callable[..., float]) -> None:
    found = []
    for text in texts(anatomy(CASES[name]).svg):
        size, x, y = float(text["font-size"]), float(text["x"]), float(text["y"])
        wide = width(text["words"], size, bold=text.get("font-weight") == "700", mono="font-family" in text)
        left = x - wide * {"start": 0, "middle": 0.5, "end": 1}[text["text-anchor"]]
        found.append((left, y - 0.75 * size, left + wide, y + 0.2 * size, text["words"]))
        assert size >= 16
    for left, top, right, bottom, said in found:
        assert left >= 0 and top >= 0 and right <= 882 and bottom <= 560, said
    for one, other in combinations(found, 2):
        clear = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert clear, f"{one[4]!r} touches {other[4]!r}"


@pytest.mark.parametrize("name", CASES)
def test_words_on_a_block_stay_on_it(name: str, width: Callable[..., float]) -> None:
    started = any(each.startswith(("C ", "R ")) for each in words(CASES[name]))
    edges = [150, 276, *([462] if started else []), 676, 882]
    for text in texts(anatomy(CASES[name]).svg):
        if text["text-anchor"] == "middle" and float(text["y"]) in (315, 326, 337):
            half = width(text["words"], 17, bold=text.get("font-weight") == "700") / 2
            x = float(text["x"])
            assert max(edge for edge in edges if edge < x) <= x - half, text["words"]
            assert x + half <= min(edge for edge in edges if edge > x), text["words"]


@pytest.mark.parametrize("name", CASES)
def test_the_sentence_is_short_and_the_drawing_small(name: str) -> None:
    picture = anatomy(CASES[name])
    assert len(picture.alt.split()) <= 40
    assert len(picture.bundle()["text/html"]) < 20_000
    rows = {row[0]: row[1] for row in picture.table.rows}
    assert rows["StatusCode"] == "200"
    assert rows["FunctionError"] == ("Unhandled" if CASES[name].function_error else "none")


def test_what_a_function_writes_is_never_read_as_markup() -> None:
    picture = anatomy(CASES["markup"])
    assert "<script" not in picture.svg + picture.twin()["text/html"]


def test_in_a_notebook_the_colours_follow_the_sheet_and_in_a_file_they_are_fixed() -> None:
    assert not re.findall(r'(?:fill|stroke)="#', anatomy(FAILED).svg)
    alone = anatomy(FAILED, standalone=True).svg
    assert "var(" not in alone and f'fill="{theme.LIGHT.paper}"' in alone


def test_a_call_that_no_environment_answered_is_refused() -> None:
    with pytest.raises(ValueError, match="no environment has answered it"):
        anatomy(replace(FAILED, status_code=202, invocation=None))


def test_a_real_failure_is_drawn_with_its_measured_times(deploy: Callable[..., Any]) -> None:
    function = deploy("def handler(event, context):\n    print('hello')\n    return event['name']\n")
    failed = function.invoke({})
    found = words(failed)
    assert "✖ raises KeyError" in found and "START hello [ERROR] KeyError … END REPORT" in found
    assert any(each.startswith("C  init ") and each.endswith(" ms".replace(" ", "\u00a0")) for each in found)
    assert 'returns "Ada"' in words(function.invoke({"name": "Ada"}))
