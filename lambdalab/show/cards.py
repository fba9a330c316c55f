"""The cards of a lesson: a prediction, what was measured, the answer of a check; the result card comes from `result`.

AWS has nothing of the kind. Here each card is a set of facts with two forms, HTML and plain text, so
that it can be read without a browser. Left out: right and wrong as colours, points, exclamation marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from lambdalab.show.frame import (
    card,
    chip,
    code,
    code_block,
    lettered,
    paragraph,
    quiet,
    rich,
    said_measured_table,
    tried_seen_table,
)
from lambdalab.show.picture import Table
from lambdalab.show.result import ResultCard
from lambdalab.show.theme import DASH

__all__ = [
    "PredictionCard",
    "ResultCard",
    "RevealCard",
    "card",
    "chip",
    "code",
    "code_block",
    "paragraph",
    "processes_table",
    "quiet",
    "said_measured_table",
    "tried_seen_table",
]  # fmt: skip

SURE = {"little": "a little", "quite": "quite"}
_NOT_JUDGED = "Nothing is judged before the run."
_SAVED = "Saved. You can change it; nothing is judged before the run."
_RUN = "The run has been made; your first answer is kept."


def prediction_kicker(number: str, run: bool) -> str:
    """The small line above a prediction, before or after its run (lesson 00)."""
    return f"Prediction {number}, {'after' if run else 'before'} the run"


def prediction_note(chosen: str | None, run: bool) -> str:
    """The state of an answer, in a sentence (lesson 00)."""
    return _RUN if run else _SAVED if chosen else _NOT_JUDGED


def _sure(sure: str | None) -> str:
    return SURE.get(sure, sure) if sure else ""


@dataclass(frozen=True, kw_only=True)
class PredictionCard:
    """The question of a prediction (lesson 00).

    Args:
        number: such as "03-2".
        question: in the student's words.
        options: letter and words of each, "I don't know" last.
        chosen: the letter of the saved answer; None before.
        sure: "little" or "quite"; None before.
        twin: the call that does the same in text, such as 'predict("03-2", "b")'.
        run: whether what was measured has been shown.
    """

    number: str
    question: str
    options: Sequence[tuple[str, str]]
    chosen: str | None
    sure: str | None
    twin: str
    run: bool = False

    def html(self) -> str:
        """The card."""
        body = ""
        for letter, words in self.options:
            on = letter == self.chosen
            mark, spoken = ("●", ' <span class="ll-x">(chosen)</span>') if on else ("○", "")
            body += (
                f'<div class="ll-o{" ll-on" if on else ""}"><span class="ll-i" aria-hidden="true">{mark}</span>'
                f"<b>{escape(letter)}</b>&emsp;{rich(words)}{spoken}</div>"
            )
        steps = [chip(words, "solid" if words == _sure(self.sure) else "plain") for words in SURE.values()]
        body += f"<p><b>How sure?</b>&ensp; {' '.join(steps)}</p>"
        body += f'<p class="ll-2">{prediction_note(self.chosen, self.run)} In text: {code(self.twin)}</p>'
        return card(kicker=prediction_kicker(self.number, self.run), heading=self.question, body_html=body)

    def text(self) -> str:
        """The same facts as plain text."""
        lines = [prediction_kicker(self.number, self.run), self.question]
        lines += [f"{'*' if letter == self.chosen else ' '} {letter}  {words}" for letter, words in self.options]
        if self.chosen:
            lines.append(f"You said {self.chosen}{f', {_sure(self.sure)} sure' if self.sure else ''}.")
        lines.append(f"{prediction_note(self.chosen, self.run)} In text: {self.twin}")
        return "\n".join(lines)


def _behind(said: str | None) -> str:
    letter = lettered(said)[0] if said else ""
    return f"The idea behind {letter}:" if letter else "The idea behind it:"


def _why_not(text: str) -> tuple[str, str]:
    """The label with the letter, and the words, from "a: a line would …" or "Why not a: a line would …"."""
    letter, words = lettered(text.removeprefix("Why not ").strip())
    return (f"Why not {letter}:", words) if letter else ("Why not the other:", text)


@dataclass(frozen=True, kw_only=True)
class RevealCard:
    """What you said beside what was measured, after the run (lesson 00).

    Args:
        number: such as "03-2".
        heading: the measured sentence.
        label: what is counted, such as "environments".
        said: the option with its letter, such as "b, 1 to 4"; None without a prediction.
        measured: such as "c, 10" or "10".
        sure: "little", "quite" or None.
        idea: the idea behind the option chosen.
        why_not: why the commonest other option fails, with its letter: "a: a line would make …".
        footer: a last quiet line; may be empty.
    """

    number: str
    heading: str
    label: str
    said: str | None
    measured: str
    sure: str | None
    idea: str | None
    why_not: str | None
    footer: str

    def html(self) -> str:
        """The card."""
        body = said_measured_table(
            self.label, self.said if self.said is not None else DASH, self.measured, _sure(self.sure) or None
        )
        body += paragraph(_behind(self.said), self.idea) if self.idea else ""
        body += paragraph(*_why_not(self.why_not)) if self.why_not else ""
        body += quiet(self.footer) if self.footer else ""
        return card(kicker=prediction_kicker(self.number, True), heading=self.heading, body_html=body, live=True)

    def text(self) -> str:
        """The same facts as plain text."""
        yours = f": you said {self.said}{f' ({_sure(self.sure)} sure)' if self.sure else ''};" if self.said else ","
        lines = [
            prediction_kicker(self.number, True),
            self.heading,
            f"{self.label[:1].upper()}{self.label[1:]}{yours} measured: {self.measured}.",
        ]
        lines += [f"{_behind(self.said)} {self.idea}"] if self.idea else []
        lines += [" ".join(_why_not(self.why_not))] if self.why_not else []
        lines += [self.footer] if self.footer else []
        return "\n".join(lines)


def processes_table(processes: Sequence[tuple[int, str, str]], *, when: str = "now") -> Table:
    """What runs on behalf of the lab, as a table (lessons 00 and 01).

    Args:
        processes: number, what it is, and its state: (4187, "hello, environment 1", "frozen").
        when: ends the caption, such as "after the first event".
    """
    counted = f"{len(processes)} {'process' if len(processes) == 1 else 'processes'}" if processes else "No process"
    rows = tuple((what, state, str(number)) for number, what, state in processes)
    return Table(f"{counted} {when}, measured on this machine", ("what runs", "state", "process"), rows, align="llr")
