"""`review`: ten mixed questions after some lessons, and `look_again`: what to read once more (review R1).

Each question is explained as soon as it is answered, option by option; the first answer counts, since the second one
has read the explanation. An unanswered question blocks nothing. What is asked, and why, is `drawing`'s; here it is
shown and kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lambdalab.learn import store
from lambdalab.learn.content import DONT_KNOW, lesson
from lambdalab.learn.display import Shown, show
from lambdalab.learn.drawing import TEN, asked_again, open_round, questions, rounds, said_of
from lambdalab.learn.recall import move
from lambdalab.learn.reviews import Item, content_of
from lambdalab.learn.sources import missed


def review(number: str, question: int | None = None, answer: str | None = None, *, again: bool = False) -> None:
    """Say what a review asks, show one of its questions, or answer it (review R1).

    Args:
        number: "R1".
        question: from 1 to 10; None tells where the questions come from.
        answer: a letter; None shows the question alone.
        again: begin another round, with other questions, after one that has answers.

    Raises:
        ValueError: there is no such review, question or letter; the text names the known ones.
    """
    if question is None:
        if answer is not None:
            raise ValueError(f'say which question you answer: review("{number}", 1, "{answer}")')
        if again:
            store.change(lambda data: _begin_again(number, data))
        show(_overview(number, store.load()))
        return
    item = _find(number, question)
    if item is None:
        line = f"There is no question {question} in this round: you have answered the others of the pool already."
        show(Shown(f"<p>{line}</p>", line))
    elif answer is None:
        show(_card(number, question, item))
    else:
        show(answered(number, question, answer))


def look_again(number: str) -> None:
    """Show what to look at again after a review, lesson by lesson, from the answers of its round (review R1).

    Raises:
        ValueError: there is no such review; the text names the known ones.
    """
    content_of(number)
    show(summary(number, store.load()))


def answered(number: str, question: int, answer: str, *, below_it: bool = False) -> Shown:
    """Keep an answer, if it is the first one to this question, and explain it.

    Args:
        below_it: whether the question stands above the card, so that it need not be said once more.

    Raises:
        ValueError: the letter is none of the question's.
    """
    item = _find(number, question)
    letter = answer.strip().lower()
    letters = [option.letter for option in item.choices] if item else []
    if item is None or letter not in letters:
        raise ValueError(f"question {question} of {number} has the answers {', '.join(letters)}, not {answer!r}")
    before = said_of(item, store.load())
    first = store.change(lambda data: _keep(number, item, letter, data))
    return _explained(f"{number}, question {question}", "" if below_it else item.question, item, letter, first, before)


def given_answer(number: str, item: Item) -> str | None:
    """The letter that counts for this question in the open round, or None."""
    letter: str | None = rounds(number, store.load())[-1]["answers"].get(item.id)
    return letter


def call(number: str, question: int, letter: str = "…") -> str:
    """The call that does the same as a click."""
    return f'review("{number}", {question}, "{letter}")'


def _find(number: str, question: int) -> Item | None:
    """The item at this place of the open round; None where a round is short.

    Raises:
        ValueError: a review has no such place.
    """
    asked = questions(number, store.load())
    if not 1 <= question <= TEN:
        raise ValueError(f"review {number} asks {TEN} questions: give a number from 1 to {TEN}, not {question!r}")
    return asked[question - 1] if question <= len(asked) else None


def _begin_again(number: str, data: dict[str, Any]) -> None:
    if rounds(number, data)[-1].keys() & {"own", "table"}:  # something was answered
        data["reviews"][number]["rounds"].append({"draw": [], "answers": {}})


def _keep(number: str, item: Item, letter: str, data: dict[str, Any]) -> str:
    """Keep a first answer, and move the recall questions of the same idea; returns the letter that counts."""
    begun = open_round(number, data)
    if not begun["draw"]:
        begun["own"] = asked_again(number, data)
        begun["draw"] = [one.id for one in questions(number, data)]
    if item.id not in begun["answers"]:
        begun["answers"][item.id] = letter
        right = letter == item.answer
        for id in item.recall:
            if not right or id in data["recall"]:
                move(data, id, right, content_of(number).after)
    return str(begun["answers"][item.id])


def _overview(number: str, data: Mapping[str, Any]) -> Shown:
    from lambdalab.show.frame import card, paragraph, quiet

    asked, begun = questions(number, data), rounds(number, data)[-1]
    if not asked:
        line = "You have answered every question of the pool: there is nothing left to ask."
        return Shown(f"<p>{line}</p>", line)
    own = begun.get("own", asked_again(number, data))
    if own:
        source = f"{own} of them ask again what went wrong for you before; they come first."
    else:
        source = "Your progress file names nothing that went wrong, so all come from the pool."
    note = "No notes. Each answer is explained at once; the first one counts."
    done = len(begun["answers"])
    body = paragraph("", source) + quiet(f"{note} Answered so far: {done} of {len(asked)}.")
    heading = f"{len(asked)} questions, mixed"
    kicker = f"{number}, {content_of(number).title}"
    text = f"{kicker}: {heading}. {source}\n{note} Answered so far: {done} of {len(asked)}."
    return Shown(card(kicker=kicker, heading=heading, body_html=body), text)


def _card(number: str, question: int, item: Item) -> Shown:
    """The question: clickable in a notebook, folded answers in HTML, a call in text."""
    from lambdalab.show.frame import card, code, code_block, folded, paragraph, rich

    kicker = f"{number}, question {question} of {len(questions(number, store.load()))}"
    said = given_answer(number, item)
    yours = f"You said {said}. " if said else ""
    rows = "".join(f"<div><b>{one.letter}</b>&emsp;{rich(one.text)}</div>" for one in item.choices)
    ideas = "".join(paragraph(f"{one.letter}:", one.idea) for one in item.options)
    body = (
        f"{code_block(item.given) if item.given else ''}{rows}"
        f'<p class="ll-2">{yours}Answer with {code(call(number, question))}, or look:</p>'
        f"{folded(f'The answer to question {question}', paragraph('It is', f'{item.answer}.') + ideas)}"
    )
    lines = [kicker, item.question, *(f"    {line}" for line in item.given.splitlines())]
    lines += [f"  {one.letter}  {one.text}" for one in item.choices]
    lines.append(f"  {yours}Answer: {call(number, question)}")

    def widget() -> Any:
        from lambdalab.learn.widgets import review_widget

        return review_widget(number, question, item, kicker, said)

    html = card(kicker=kicker, heading=item.question, body_html=body)
    return Shown(html, "\n".join(lines), widget)


def _explained(kicker: str, heading: str, item: Item, letter: str, first: str, before: str) -> Shown:
    """The answer with the idea behind it, and the right one with its own; a later answer says which one counts."""
    from lambdalab.show.frame import card, paragraph, quiet

    chosen, right = item.option(letter), item.option(item.answer)
    rows = [("You said:", f"{chosen.letter}, {chosen.text}")]
    if chosen is not right:
        rows += [("The idea behind it:", chosen.idea)] if chosen.text != DONT_KNOW else []
        rows.append(("The answer:", f"{right.letter}, {right.text}"))
    rows.append(("Because:", right.idea))
    notes = [before] if before else []
    notes += [f"Your first answer, {first}, is the one that counts."] if first != letter else []
    notes += [f'To read again: lesson {item.lesson}, "{item.section}".'] if chosen is not right else []
    body = "".join(paragraph(label, text) for label, text in rows) + "".join(map(quiet, notes))
    lines = [f"{kicker}: {heading}".removesuffix(": "), *(f"{label} {text}" for label, text in rows), *notes]
    return Shown(card(kicker=kicker, heading=heading, body_html=body, live=True), "\n".join(lines))


def summary(number: str, data: Mapping[str, Any]) -> Shown:
    """What to look at again, by lesson, from the answers that count in the open round."""
    from lambdalab.show.frame import card, paragraph, quiet, rich, rows_table

    asked, answers = questions(number, data), rounds(number, data)[-1]["answers"]
    pages: list[tuple[str, str, str, str]] = []  # lesson, section, link, and what was asked
    for place, item in enumerate(asked, 1):
        if answers.get(item.id, item.answer) != item.answer:
            pages.append((item.lesson, item.section, item.page, f"question {place}"))
    wrong = len(pages)
    for source, cells in missed(number, data):
        pages.append((source.lesson, source.section, source.page, f"table, {source.name}: {', '.join(cells)}"))
    if not answers and not pages:
        line = "No question is answered yet. Answer some and run this cell again: it says what to look at once more."
        return Shown(f"<p>{line}</p>", line)
    heading = f"{len(answers) - wrong} of {len(answers)} questions answered right" if answers else "From the table"
    left = len(asked) - len(answers)
    notes = [f"{left} {'question is' if left == 1 else 'questions are'} still open."] if left else []
    notes += [f'Another round begins with what went wrong: `review("{number}", again=True)`.'] if wrong else []
    lines, rows = [f"{number}: {heading}."], []
    for own, section, page, what in sorted(pages, key=lambda page: page[0]):
        title = f"{own} {lesson(own).title}"
        rows.append((False, (rich(title), f'<a href="{page}">{rich(section)}</a>', rich(what))))
        lines.append(f'  {title}: "{section}" ({what})')
    if pages:
        body = rows_table(("lesson", "read again", "asked in"), rows, label="what to look at again, by lesson")
    else:
        body = paragraph("", "Nothing to look at again.")
        lines.append("Nothing to look at again.")
    kicker = f"{number}, what to look at again"
    html = card(kicker=kicker, heading=heading, body_html=body + "".join(map(quiet, notes)))
    return Shown(html, "\n".join([*lines, *notes]))
