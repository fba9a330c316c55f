"""What a check says: the result of one check, and its card as HTML and as text.

First what was seen, then one idea; never right and wrong as colours, never a traceback, never test code. The parts
of the card come from `lambdalab.show`. Left out: points and times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lambdalab.learn.display import Card, Shown
from lambdalab.learn.exercises import Message, Row

DONE, NEXT = "done", "next"
_NOT_JUDGED = {"not-run": "not run yet", "unwritten": "not written yet", NEXT: "not yet"}
_SAME = "The same code as your last attempt, so it was not run again."


class NotYet(Exception):
    """Raised instead of a card when nbgrader executes the notebook and the exercise is not right."""


@dataclass(frozen=True, repr=False)
class CheckResult(Card):
    """What one check found (workbook 00); as a cell's last value it shows its card.

    Args:
        number: of the exercise.
        message_id: "done", "not-run", "unwritten", "next" (a part is still to be written), "raised", "case", "shape",
            or the id of a wrong answer.
        passed, total: how many of the cases were as asked; both 0 if nothing was run.
        message: what was seen, the idea, where to look; None when done.
        event: what can be copied into a cell to see it oneself, under the heading `event_is`.
        rows: what was tried and seen.
        notes: explanations of predictions that came out differently, with the ids of `explained`.
        attempt: the number of different codes that were checked, this one included; 0 if nothing was run.
        failed: the number of different codes that were checked and not right.
        same_code: whether this is the result of the last attempt, shown again.
        predicted: whether the rows are predictions beside what was seen, shown also when done.
    """

    number: str
    message_id: str
    passed: int = 0
    total: int = 0
    message: Message | None = None
    event: str = ""
    event_is: str = "The event that showed it"
    rows: tuple[Row, ...] = ()
    notes: tuple[Message, ...] = ()
    explained: tuple[str, ...] = ()
    success: str = ""
    why: str = ""
    attempt: int = 0
    failed: int = 0
    hints_used: int = 0
    same_code: bool = False
    predicted: bool = False

    @property
    def done(self) -> bool:
        return self.message_id == DONE

    @property
    def judged(self) -> bool:
        """Whether there was an answer to judge, all of it."""
        return self.message_id not in _NOT_JUDGED

    @property
    def state(self) -> str:
        if self.done and self.predicted:
            return "done: all answered"  # said or not, each prediction counts, so "4 of 4" would read as all right
        if self.total:
            return f"{'done' if self.done else 'not yet'}: {self.passed} of {self.total}"
        return _NOT_JUDGED.get(self.message_id, "not yet")

    def shown(self) -> Shown:
        return card(self)


def card(result: CheckResult) -> Shown:
    """The card of a check and its text twin."""
    from lambdalab.show.frame import card as frame
    from lambdalab.show.frame import chip, code_block, quiet, tried_seen_table
    from lambdalab.show.theme import DASH, TICK

    kicker = f"Check {result.number}" + (f", attempt {result.attempt}" if result.attempt else "")
    said = [("Seen:", result.message.seen), (_label(result), result.message.advice)] if result.message else []
    body, lines = _paragraphs(said), [f"{kicker}: {result.state}", *_lines(said)]
    if result.event and result.failed >= 2 and not result.done:
        body += quiet(result.event_is) + code_block(result.event)
        lines += [f"{result.event_is}:", *(f"    {line}" for line in result.event.split("\n"))]
    if result.rows and (not result.done or result.predicted):
        body += tried_seen_table([(row.ok, row.tried, row.seen) for row in result.rows])
        lines += [f"  {TICK if row.ok else DASH} {row.tried}: {row.seen}" for row in result.rows]
    ending = [("Why it differs:", f"{note.seen} {note.advice}".strip()) for note in result.notes]
    if result.done:
        ending += [("The idea in a sentence:", result.success), ("Why?", f"{result.why} Your words; not graded.")]
    body, lines = body + _paragraphs(ending), lines + _lines(ending)
    for offer in _offers(result):
        body += quiet(offer)
        lines.append(offer)
    chips = [chip(f"{TICK} {result.state}", "solid") if result.done else chip(result.state, "dashed")]
    html = frame(kicker=kicker, heading="", body_html=body, chips=chips, live=True)
    return Shown(html, "\n".join(lines))


def _paragraphs(said: Sequence[tuple[str, str]]) -> str:
    from lambdalab.show.frame import paragraph

    return "".join(paragraph(label, text) for label, text in said if text)


def _lines(said: Sequence[tuple[str, str]]) -> list[str]:
    return [f"{label} {text}" for label, text in said if text]


def _label(result: CheckResult) -> str:
    return "The idea:" if result.judged else "Next:"


def _offers(result: CheckResult) -> Sequence[str]:
    """Quiet lines below: the same code, and the help that is offered after three different attempts."""
    offers = [_SAME] if result.same_code else []
    if result.judged and not result.done and result.failed >= 3:
        call = f'hint("{result.number}")'
        if result.hints_used == 0:
            offers.append(f"{result.failed} different attempts: `{call}` shows a first hint. Hints cost nothing.")
        else:
            offers.append(f'`hint("{result.number}", "twin")` shows the same idea worked out on another example.')
    return offers
