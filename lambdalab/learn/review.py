"""`review`: ten mixed questions after some lessons, each explained as soon as it is answered (reviews R1 and R2).

The first answer counts, since the second one has read the explanation. An unanswered question blocks nothing. A letter
answers the question that its writer saw: not one of another round, and none that this notebook has not shown since it
was started. The refusal shows it, so the same cell answers when it runs again. What is asked, and why, is `drawing`'s;
what to read again at the end is `rereading`'s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lambdalab.learn import store
from lambdalab.learn.content import DONT_KNOW
from lambdalab.learn.display import Shown, show
from lambdalab.learn.drawing import TEN, Asked, asked, asked_again, come_back, open_round, questions, rounds, said_of
from lambdalab.learn.recall import move
from lambdalab.learn.reviews import content_of, pool

_seen: set[tuple[Path, Asked]] = set()  # what this notebook has shown, before it was answered


def review(
    number: str, question: int | None = None, answer: str | None = None, *, round: int = 1, again: bool = False
) -> None:
    """Say what a review asks, show one of its questions, or answer it (reviews R1 and R2).

    A question has to be shown before it is answered, and from the second round on the answer names its round: a letter
    that stands in a cell from an earlier round is not taken.

    Args:
        number: "R1".
        question: from 1 to 10; None tells where the questions come from.
        answer: a letter, or the words of an option; None shows the question alone.
        round: for which round the letter is meant; the question says it.
        again: begin another round, with other questions, when all of this one are answered.

    Raises:
        ValueError: there is no such review, question or letter; the text names the known ones.
    """
    if question is None:
        if answer is not None:
            raise ValueError(f'say which question you answer: review("{number}", 1, "{answer}")')
        note = store.change(lambda data: _begin_again(number, data)) if again else ""
        show(_overview(number, store.load(), note))
        return
    here = _find(number, question)
    if here is None:
        line = f"This round has no question {question}: one of the ten is no longer in the pool."
        show(Shown(f"<p>{line}</p>", line))
    elif answer is None:
        _seen.add((store.path(), here))
        show(_card(here))
    else:
        show(_written(here, answer, round))


def answered(here: Asked, answer: str, *, below_it: bool = False) -> Shown:
    """Keep an answer, if it is the first one to this question, and explain it.

    Args:
        here: the question that was shown; it is not answered when another round has begun since.
        below_it: whether the question stands above the card, so that it need not be said once more.

    Raises:
        ValueError: the letter is none of the question's.
    """
    letter = _letter(here, answer)
    before = said_of(here.kept, store.load())
    first = store.change(lambda data: _keep(here, letter, data))
    if first is None:
        line = "This card is from an earlier round. Your answer was not taken: run the cell of the question again."
        return Shown(f'<div role="status" aria-live="polite">{line}</div>', line)
    return _explained(here, "" if below_it else here.item.question, letter, first, before)


def given_answer(here: Asked) -> str | None:
    """The letter that counts for this question in its round, as the round letters it; None if there is none."""
    answers = rounds(here.number, store.load())[here.round - 1]["answers"]
    return here.item.letter_of(here.kept.option(answers[here.kept.id])) if here.kept.id in answers else None


def call(here: Asked, letter: str = "…") -> str:
    """The call that does the same as a click."""
    return f'review("{here.number}", {here.place}, "{letter}"{f", round={here.round}" if here.round > 1 else ""})'


def _find(number: str, question: int) -> Asked | None:
    """The question at this place of the open round; None where one of its ten has left the pool.

    Raises:
        ValueError: a review has no such place.
    """
    there = asked(number, store.load())
    if not isinstance(question, int) or not 1 <= question <= TEN:
        raise ValueError(f"review {number} asks {TEN} questions: give a number from 1 to {TEN}, not {question!r}")
    return there[question - 1] if question <= len(there) else None


def _letter(here: Asked, answer: str) -> str:
    """The letter that is meant: typed itself, or all the words of its option. Half of them could mean another one."""
    choices, said = here.item.choices, _plain(str(answer))
    meant = next((one.letter for one in choices if said in (one.letter, _plain(one.text))), None)
    if meant is None:
        wanted = f"question {here.place} of {here.number} has the answers {', '.join(one.letter for one in choices)}"
        raise ValueError(f'{wanted}, not {answer!r}; {choices[-1].letter} is "{DONT_KNOW}"')
    return meant


def _plain(text: str) -> str:
    """Words as they are compared: the apostrophe has several signs, and is often left out."""
    return re.sub("['\u2019`]", "", " ".join(text.lower().split())).rstrip(".")


def _written(here: Asked, answer: str, round: int) -> Shown:
    """What becomes of a letter in a cell: it is taken if its writer can have seen the question of this round."""
    letter = _letter(here, answer)
    if round != here.round:
        return _card(here, f'Your "{letter}" was not taken: it is from round {round}, and this is round {here.round}.')
    if given_answer(here) is None and (store.path(), here) not in _seen:
        _seen.add((store.path(), here))
        note = f'Your "{letter}" is not taken yet: this notebook had not shown the question since it was started.'
        return _card(here, f"{note} Read it, then run this cell again.")
    return answered(here, letter)


def _begin_again(number: str, data: dict[str, Any]) -> str:
    """Begin another round when this one is done, and say what became of that."""
    now, answers = questions(number, data), rounds(number, data)[-1]["answers"]
    left = sum(item.id not in answers for item in now)
    if not answers:
        return ""  # it has just begun
    if left:
        still = "1 question of this round is" if left == 1 else f"{left} questions of this round are"
        return f'No other round yet: {still} open. Answer them first; "{DONT_KNOW}" is an answer, too.'
    data["reviews"][number]["rounds"].append({"draw": [], "answers": {}})
    return "Another round begins. Take letters that you wrote out of the cells of the questions, and run them again."


def _keep(here: Asked, letter: str, data: dict[str, Any]) -> str | None:
    """Keep a first answer, and move the recall questions of the same idea; returns the letter that counts.

    None when this question is not asked any more.
    """
    now, item = asked(here.number, data), here.kept
    if here not in now:
        return None
    begun = open_round(here.number, data)
    if not begun["draw"]:
        begun["own"] = asked_again(here.number, data)
        begun["draw"] = [one.kept.id for one in now]
    if item.id not in begun["answers"]:
        begun["answers"][item.id] = item.letter_of(here.item.option(letter))
        right = letter == here.item.answer
        for id in item.recall:
            if not right or id in data["recall"]:
                move(data, id, right, content_of(here.number).after)
    return here.item.letter_of(item.option(begun["answers"][item.id]))


def _overview(number: str, data: Mapping[str, Any], begun_again: str) -> Shown:
    from lambdalab.show.frame import card, paragraph, quiet

    now, begun = questions(number, data), rounds(number, data)[-1]
    own, back = begun.get("own", asked_again(number, data)), come_back(number, data)
    if begun_again and begun["answers"]:
        source = ""  # no other round has begun, so nothing new was drawn
    elif own:
        source = (
            "1 of them asks again what went wrong for you before; it comes first."
            if own == 1
            else f"{own} of them ask again what went wrong for you before; they come first."
        )
    elif begun["answers"]:
        source = "When this round began, nothing had gone wrong in your progress file, so all come from the pool."
    elif any(data[part] for part in ("predictions", "recall", "reviews")):
        source = "Your progress file names nothing that went wrong, so all come from the pool."
    else:
        source = "Your progress file has no answers yet, so all come from the pool."
    if back and source:
        source += f" The pool of {len(pool(number))} is used up: {back} {'comes' if back == 1 else 'come'} back."
    source = f"{begun_again} {source}".strip()
    note = "No notes. Each answer is explained at once; the first one counts."
    done = len(begun["answers"])
    body = paragraph("", source) + quiet(f"{note} Answered so far: {done} of {len(now)}.")
    heading = f"{len(now)} questions, mixed"
    kicker = f"{number}, {content_of(number).title}"
    text = f"{kicker}: {heading}. {source}\n{note} Answered so far: {done} of {len(now)}."
    return Shown(card(kicker=kicker, heading=heading, body_html=body), text)


def _kicker(here: Asked) -> str:
    return f"{here.number}, {f'round {here.round}, ' if here.round > 1 else ''}question {here.place}"


def _card(here: Asked, note: str = "") -> Shown:
    """The question: clickable in a notebook, folded answers in HTML, a call in text."""
    from lambdalab.show.frame import card, code, code_block, folded, paragraph, quiet, rich

    item = here.item
    kicker = f"{_kicker(here)} of {len(questions(here.number, store.load()))}"
    said = given_answer(here)
    yours = f"You said {said}. " if said else ""
    rows = "".join(f"<div><b>{one.letter}</b>&emsp;{rich(one.text)}</div>" for one in item.choices)
    ideas = "".join(paragraph(f"{one.letter}:", one.idea) for one in item.options)
    body = (
        f"{quiet(note) if note else ''}{code_block(item.given) if item.given else ''}{rows}"
        f'<p class="ll-2">{yours}Answer with {code(call(here))}, or look:</p>'
        f"{folded(f'The answer to question {here.place}', paragraph('It is', f'{item.answer}.') + ideas)}"
    )
    lines = [kicker, *([note] if note else []), item.question, *(f"    {line}" for line in item.given.splitlines())]
    lines += [f"  {one.letter}  {one.text}" for one in item.choices]
    lines.append(f"  {yours}Answer: {call(here)}")

    def widget() -> Any:
        from lambdalab.learn.widgets import review_widget

        return review_widget(here, kicker, said, note)

    html = card(kicker=kicker, heading=item.question, body_html=body)
    return Shown(html, "\n".join(lines), widget)


def _explained(here: Asked, heading: str, letter: str, first: str, before: str) -> Shown:
    """Whether it is right, and why; of a wrong answer, why not. A later answer says which one counts."""
    from lambdalab.show.frame import card, paragraph, quiet

    item = here.item
    chosen, right = item.option(letter), item.option(item.answer)
    if chosen is right:
        rows = [("Right. You said:", f"{chosen.letter}, {chosen.text}")]
    else:
        rows = [("You said:", f"{chosen.letter}, {chosen.text}")]
        rows += [(f"Why not {chosen.letter}:", chosen.idea)] if chosen.text != DONT_KNOW else []
        rows.append(("The answer:", f"{right.letter}, {right.text}"))
    rows.append(("Because:", right.idea))
    notes = [before] if before else []
    notes += [f"Your first answer, {first}, is the one that counts."] if first != letter else []
    notes += [f'To read again: lesson {item.lesson}, "{item.section}".'] if chosen is not right else []
    body = "".join(paragraph(label, text) for label, text in rows) + "".join(map(quiet, notes))
    kicker = _kicker(here)
    lines = [f"{kicker}: {heading}".removesuffix(": "), *(f"{label} {text}" for label, text in rows), *notes]
    return Shown(card(kicker=kicker, heading=heading, body_html=body, live=True), "\n".join(lines))
