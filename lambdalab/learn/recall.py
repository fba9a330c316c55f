"""`recall`: three questions from earlier lessons before a new one, and those that went wrong come back (lesson 01).

Three boxes, no calendar: a wrong answer goes to box 1 and returns at the start of the next lesson; then right, box
2, it returns two lessons later; right again, box 3, it rests. The questions lie in `learn/content/`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lambdalab.learn import store
from lambdalab.learn.content import Recall, lesson, lessons
from lambdalab.learn.display import Shown, show

RETURNING = 2
_LESSONS_LATER = {1: 1, 2: 2}


def recall(id: str, answer: str | None = None) -> None:
    """Show a lesson's recall questions, or answer one of them (lesson 01).

    Args:
        id: "01" for the three questions at the start of lesson 01, "01-1" for one of them.
        answer: a letter; only with the id of a question. None shows the question alone.

    Raises:
        ValueError: there is no such lesson, question or letter; the text names the known ones.
    """
    if "-" not in id:
        if answer is not None:
            raise ValueError(f'answer one question at a time: recall("{id}-1", "{answer}")')
        show(_start(id))
        return
    question = find(id)
    if answer is None:
        show(_page(f"Recall {id}", "", [question], _answers([question])))
        return
    letter = answer.strip().lower()
    letters = [option.letter for option in question.options]
    if letter not in letters:
        raise ValueError(f"question {id} has the answers {', '.join(letters)}, not {answer!r}")
    right = letter == question.answer
    store.change(lambda data: _move(data, question, letter))
    show(_answered(question, letter, right))


def find(id: str) -> Recall:
    """The recall question of this id.

    Raises:
        ValueError: there is none; the text names the known ones.
    """
    known = _questions()
    if id not in known:
        raise ValueError(f"there is no recall question {id!r}; known are {', '.join(known)}")
    return known[id]


def returning(number: str, data: dict[str, Any]) -> list[Recall]:
    """The questions of earlier lessons that are due at the start of this one, at most two."""
    known = _questions()
    due = [
        (place["box"], id)
        for id, place in data["recall"].items()
        if id in known
        and id.split("-")[0] < number
        and place["box"] in _LESSONS_LATER
        and int(number) >= int(place["lesson"]) + _LESSONS_LATER[place["box"]]
    ]
    return [known[id] for _, id in sorted(due)[:RETURNING]]


def move(data: dict[str, Any], id: str, right: bool, asked_in: str) -> None:
    """Put a question into its new box; a question that was right at first rests at once.

    Args:
        asked_in: the lesson at whose start it was asked, or the last one before the review that asked its idea.
    """
    before = data["recall"].get(id)
    box = 1 if not right else 3 if before is None else min(3, before["box"] + 1)
    data["recall"][id] = {**(before or {}), "box": box, "lesson": asked_in}


def _questions() -> dict[str, Recall]:
    return {question.id: question for number in lessons() for question in lesson(number).recall}


def _answers(questions: Sequence[Recall]) -> dict[str, str]:
    """The last answers given to these questions, by their id."""
    kept = store.load()["recall"]
    return {question.id: kept[question.id]["answer"] for question in questions if "answer" in kept.get(question.id, {})}


def _move(data: dict[str, Any], question: Recall, letter: str) -> None:
    """Keep the answer, and put the question into its new box."""
    own = question.id.split("-")[0]
    asked_in = max(own, str(data.get("recall_lesson", own)))
    move(data, question.id, letter == question.answer, asked_in)
    data["recall"][question.id]["answer"] = letter


def _start(number: str) -> Shown:
    questions = lesson(number).recall
    again = returning(number, store.load())
    if not questions and not again:
        line = f"Lesson {number} is a beginning: it has no recall questions."
        return Shown(f"<p>{line}</p>", line)

    def remember(data: dict[str, Any]) -> None:
        data["recall_lesson"] = number

    store.change(remember)
    note = "Three minutes, no notes."
    if again:
        note += f" {len(again)} of them {'comes' if len(again) == 1 else 'come'} back from earlier."
    return _page(f"Recall before lesson {number}", note, [*questions, *again], _answers(questions))


def _page(kicker: str, note: str, questions: Sequence[Recall], said: Mapping[str, str]) -> Shown:
    """Questions with their options; in HTML the answer is folded, in text another call gives it.

    Args:
        said: the answers to show beside their questions; one that returns is asked afresh.
    """
    from lambdalab.show.frame import card, code, folded, quiet, rich

    body, lines = quiet(note) if note else "", [f"{kicker}. {note}".strip()]
    for question in questions:
        rows = "".join(f"<div><b>{option.letter}</b>&emsp;{rich(option.text)}</div>" for option in question.options)
        call = f'recall("{question.id}", "…")'
        yours = f"You said {said[question.id]}. " if question.id in said else ""
        body += (
            f'<p><span class="ll-2">{question.id}</span>&ensp; <b>{rich(question.question)}</b></p>{rows}'
            f'<p class="ll-2">{yours}Answer with {code(call)}, or look:</p>'
        )
        answer = f"<p><b>{question.answer}</b>&ensp; {rich(question.explanation)}</p>"
        body += folded(f"The answer to {question.id}", answer)
        lines += ["", f"{question.id}  {question.question}"]
        lines += [f"  {option.letter}  {option.text}" for option in question.options]
        lines.append(f"  {yours}Answer: {call}")
    return Shown(card(kicker=kicker, heading="", body_html=body), "\n".join(lines))


def _answered(question: Recall, letter: str, right: bool) -> Shown:
    from lambdalab.show.frame import card, paragraph

    said = f"{letter}, {question.option(letter).text}"
    answer = f"{question.answer}, {question.option(question.answer).text}"
    later = "" if right else " This question comes back in a later lesson."
    rows = [("You said:", said)] if right else [("You said:", said), ("The answer:", answer)]
    rows.append(("Because:", question.explanation + later))
    body = "".join(paragraph(label, text) for label, text in rows)
    html = card(kicker=f"Recall {question.id}", heading=question.question, body_html=body, live=True)
    lines = [f"Recall {question.id}: {question.question}", *(f"{label} {text}" for label, text in rows)]
    return Shown(html, "\n".join(lines))
