"""`check`, the engine of the workbooks: run the cases, choose one message, remember the attempt.

One message at a time, in a fixed order: not run, not yet written, raised, the known wrong answers, a case that
fails, right. It never shows a traceback of its own and never judges by the clock. What an exercise tries and says
is content, in `learn/workbooks/`.
"""

from __future__ import annotations

import os
import random
import re
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from lambdalab.learn import store
from lambdalab.learn.display import user_names
from lambdalab.learn.exercises import (
    MOST_WORDS,
    Case,
    Exercise,
    Hit,
    Message,
    NotRun,
    Raised,
    Row,
    Stop,
    Tried,
    Unwritten,
    find,
)
from lambdalab.learn.feedback import DONE, NEXT, CheckResult, NotYet
from lambdalab.learn.hints import used_of
from lambdalab.learn.student import broken_cell
from lambdalab.learn.work import Work

GRADING = "NBGRADER_EXECUTION"
SEED = "LAMBDALAB_CHECK_SEED"
_KEPT_ATTEMPTS = 200
ENDLESS = ("NeverEnded", "Sandbox.Timedout")
_SESSION = secrets.token_hex(8)

# What to think of first when a line raises this.
_FIRST_THOUGHTS = {
    "NameError": "A name is used that nothing defined before, or it is spelled differently.",
    "UnboundLocalError": "A name is used in the function before it gets its value there.",
    "KeyError": "A dictionary has no such key. Look at what it does hold.",
    "AttributeError": "The value has no such attribute: it is of another kind than the line expects.",
    "TypeError": "A value is of another kind than the line expects.",
    "IndexError": "The list is shorter than the line expects.",
    "ValueError": "The kind of the value is right, but not what is in it.",
    "JSONDecodeError": "The text is not JSON. Look at the text itself.",
    "ZeroDivisionError": "One of the events makes the divisor zero.",
    "RecursionError": "The function calls itself without an end.",
    "NeverEnded": "Look for a loop that has no end, or a wait for something that never comes.",
    "Sandbox.Timedout": "The function did not answer within its timeout: look for a loop that never ends.",
    "Runtime.MarshalError": "The answer holds a value that JSON does not have. Give it a form that JSON has.",
    "Runtime.HandlerNotFound": "Lambda looks for a function named `handler` in this file.",
    "Runtime.UserCodeSyntaxError": "Python cannot read the file. Look at this line and the one above it.",
    "InvalidRequestContentException": "`Payload` is not JSON text: encode the event with `json.dumps`.",
    "ConditionalCheckFailedException": "The condition did not hold, so nothing was written. Where that only means that "
    "it is done already, catch this error and end quietly.",
    "ResourceNotFoundException": "No function of this name is deployed. Look at `FunctionName`.",
}
_FIRST_THOUGHT = "Read the error's text first: it names what went wrong."
_TWO_VALUES = "Lambda calls the handler with two values: `event` and `context`."
_STREAM = "`Payload` is a stream, not a text: read it first, with `.read()`."
_OTHER_ARGUMENTS = "It was called with other arguments than it takes. Compare its first line with the example."

# What boto3 and Lambda put before the part of an error's text that helps.
_BEFORE_THE_POINT = re.compile(
    r"An error occurred \(\w+\) when calling the \w+ operation: |Parameter validation failed: |RequestId: \S+ Error: "
)
_TEXT_WORDS = (12, 30)  # of an error's text: always, and at most


def check(number: str, *, namespace: Mapping[str, Any] | None = None, seed: int | None = None) -> CheckResult:
    """Look at the answer to an exercise and say one thing about it (workbook 00).

    Args:
        number: "01.3".
        namespace: the student's names; by default the notebook's, or those of the calling code.
        seed: 0 for the values that EXERCISES prints, another number for other values of the same families; by default
            0, or 1 when nbgrader runs.

    Raises:
        ValueError: there is no such exercise; the text names the known ones.
        NotYet: only when nbgrader runs, which gives full points to a cell that raises nothing.
    """
    exercise = find(number)
    names = namespace if namespace is not None else user_names()
    if names is None:
        names = sys._getframe(1).f_globals
    grading = bool(os.environ.get(GRADING))
    if seed is None:
        seed = int(os.environ.get(SEED, "1" if grading else "0"))
    work = Work(exercise, names)
    if not grading:
        return _with_memory(exercise, work, seed)
    result = judge(exercise, work, seed)
    if not result.done:
        raise NotYet(result.text)
    return result


def judge(exercise: Exercise, work: Work, seed: int) -> CheckResult:
    """Run every case and choose the one message that fits; remembers nothing."""
    try:
        _must_be_there(exercise, work)
        cases = exercise.cases(random.Random(seed) if seed else None)
        tried = _run_all(cases, work)
    except Stop as stopped:
        return CheckResult(exercise.number, stopped.message_id, message=stopped.message)
    rows = tuple(row for one in tried for row in _rows(one))
    counts = CheckResult(
        exercise.number,
        DONE,
        passed=sum(one.seen.ok for one in tried),
        total=len(cases),
        rows=rows,
        success=exercise.success,
        why=exercise.why,
        event_is="Your lines, in your order" if exercise.kind == "parsons" else CheckResult.event_is,
    )
    if exercise.kind == "predict":
        counts = _explain_predictions(exercise, work, tried, counts)
    return _choose(exercise, work, tried, counts)


def _run_all(cases: Sequence[Case], work: Work) -> list[Tried]:
    """Run the cases; one that never ended is the last, or the student would wait for each of the others too."""
    tried: list[Tried] = []
    for case in cases:
        seen = case.run(work)
        tried.append(Tried(case, seen))
        if seen.raised is not None and seen.raised.kind in ENDLESS:
            break
    return tried


def _must_be_there(exercise: Exercise, work: Work) -> None:
    """Not run comes before not written.

    Raises:
        Stop: something is missing, or the code is still as it was given.
    """
    for name in (*exercise.names, *exercise.later):
        broken = broken_cell(work.names, name)
        if broken is not None:
            line = short_line((broken.text or "").strip())
            seen = f"Your last version of `{name}` does not run: {broken.msg}, line {broken.lineno}, `{line}`."
            raise NotRun(Message(seen, "", "Repair that line or the one above it, run the cell, then check again."))
    for name in exercise.names:
        if name not in work.names:
            do = f"Run the cell that defines `{name}`, then check again."
            raise NotRun(Message(f"There is no `{name}` in this notebook yet.", "", do))
    if exercise.needs_lab or exercise.functions:
        _ = work.lab
    for function in exercise.functions:
        work.settings(function)


def _rows(one: Tried) -> tuple[Row, ...]:
    """The case's lines of the table, which shows code without marks."""
    rows = (Row(one.seen.ok, one.case.tried, one.seen.shown),) if one.seen.rows is None else one.seen.rows
    return tuple(Row(row.ok, row.tried.replace("`", ""), row.seen.replace("`", "")) for row in rows)


def _choose(exercise: Exercise, work: Work, tried: Sequence[Tried], counts: CheckResult) -> CheckResult:
    """The order of messages: raised, known wrong answers, a failing case, right."""
    if counts.passed == counts.total:
        return counts
    hits = _hits(exercise, work, tried) if exercise.kind != "predict" else []
    raised = next((one for one in tried if one.seen.raised is not None), None)
    if raised is not None:
        hits = [(id, message, hit) for id, message, hit in hits if hit.explains_error or hit.tried.seen.raised]
    if hits:
        id, message, hit = hits[0]
        return replace(counts, message_id=id, message=message, event=hit.tried.event)
    if raised is not None:
        return replace(counts, message_id="raised", message=_about_error(raised), event=raised.event)
    failing = next(one for one in tried if not one.seen.ok)
    general = Message(
        f"{sentence(failing.case.tried)}: {failing.seen.shown}.", exercise.idea, exercise.look
    ).within_limit()
    id = NEXT if failing.seen.pending else "case"
    return replace(counts, message_id=id, message=failing.seen.message or general, event=failing.event)


def _hits(exercise: Exercise, work: Work, tried: Sequence[Tried]) -> list[tuple[str, Message, Hit]]:
    """The wrong answers that are recognised, the most specific first, with their texts."""
    found = []
    for wrong in exercise.wrong:
        hit = wrong.detect(tried, work)
        if hit is not None:
            found.append((wrong.id, wrong.message.filled(hit.values), hit))
    return found


def _explain_predictions(exercise: Exercise, work: Work, tried: Sequence[Tried], counts: CheckResult) -> CheckResult:
    """The commitment is credited; each known wrong idea is explained beside what was seen."""
    hits = _hits(exercise, work, tried)
    notes = tuple(message for _, message, _ in hits)
    return replace(counts, notes=notes, explained=tuple(id for id, _, _ in hits), predicted=True)


def _about_error(one: Tried) -> Message:
    raised = one.seen.raised
    assert raised is not None
    idea = _first_thought(raised)
    where = f" in your line {raised.number}, `{short_line(raised.line)}`" if raised.line else ""
    before = f"{sentence(one.case.tried)}: `{raised.kind}`{where}:"
    words = _BEFORE_THE_POINT.sub("", raised.text).split()
    least, most = _TEXT_WORDS
    room = max(least, min(most, MOST_WORDS - len(f"{before} {idea}".split())))
    seen = f"{before} {' '.join(words[:room])}".rstrip(": .") + (" …" if len(words) > room else ".")
    return Message(seen, idea).within_limit()


def _first_thought(raised: Raised) -> str:
    if raised.kind == "TypeError" and "positional argument" in raised.text and not raised.line:
        return _TWO_VALUES if raised.error is None else _OTHER_ARGUMENTS  # a deployed function, or the notebook's
    if raised.kind == "TypeError" and "StreamingBody" in raised.text:
        return _STREAM
    return _FIRST_THOUGHTS.get(raised.kind, _FIRST_THOUGHT)


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def short_line(line: str) -> str:
    return line if len(line) <= 60 else line[:59] + "…"


# -- attempts ----------------------------------------------------------------------------------------------------------


def _with_memory(exercise: Exercise, work: Work, seed: int) -> CheckResult:
    """Judge, and keep the attempt; the same code as the last time in this notebook is not run again."""
    try:
        _must_be_there(exercise, work)
        code = f"{work.fingerprint()}-{seed}"
    except Stop as stopped:
        return CheckResult(exercise.number, stopped.message_id, message=stopped.message)
    record = store.load()["exercises"].get(exercise.number, {})
    last = record.get("last", {})
    if last.get("session") == _SESSION and code in last.get("codes", []):
        return _again(exercise, record)
    if _still_as_given(exercise, work) and not record.get("given_seen"):
        store.change(lambda data: data["exercises"].setdefault(exercise.number, {}).update(given_seen=True))
        return CheckResult(exercise.number, Unwritten.message_id, message=_as_given(exercise))
    result = judge(exercise, work, seed)
    if not result.judged:
        return result
    after = f"{work.fingerprint()}-{seed}"  # running the code may have changed what it holds
    return _keep(exercise, result, [code, after])


def _keep(exercise: Exercise, result: CheckResult, codes: list[str]) -> CheckResult:
    """Add the attempt to the progress file and number it."""

    def keep(data: dict[str, Any]) -> CheckResult:
        record = data["exercises"].setdefault(exercise.number, {})
        attempts = record.setdefault("attempts", [])
        attempts[:] = [attempt for attempt in attempts if attempt["code"] != codes[0]]
        attempts.append({"code": codes[0], "passed": result.done, "message": result.message_id})
        del attempts[:-_KEPT_ATTEMPTS]
        numbered = replace(result, attempt=len(attempts), failed=sum(not attempt["passed"] for attempt in attempts))
        record["last"] = {"session": _SESSION, "codes": codes, "result": asdict(numbered)}
        return replace(numbered, hints_used=int(data["hints"].get(exercise.number, 0)))

    return store.change(keep)


def _again(exercise: Exercise, record: Mapping[str, Any]) -> CheckResult:
    """The last result, from the file."""
    kept = dict(record["last"]["result"])
    kept["message"] = Message(**kept["message"]) if kept["message"] else None
    kept["rows"] = tuple(Row(**row) for row in kept["rows"])
    kept["notes"] = tuple(Message(**note) for note in kept["notes"])
    kept["explained"] = tuple(kept["explained"])
    return replace(CheckResult(**kept), same_code=True, hints_used=used_of(exercise.number))


def _still_as_given(exercise: Exercise, work: Work) -> bool:
    from lambdalab.learn.student import same_program

    return bool(exercise.given) and any(same_program(work.source(f), exercise.given) for f in exercise.functions)


def _as_given(exercise: Exercise) -> Message:
    function = exercise.functions[0]
    do = f"Change the cell that begins with `%%deploy {function}`, run it, then check again."
    return Message(f"`{function}` is still as it was given.", "", do)
