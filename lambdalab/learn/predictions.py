"""`predict` and `reveal`: say what will happen, run it, and see both side by side (lesson 00).

Nothing is judged before the run, and an unanswered prediction blocks nothing. What was measured is the value that
the lesson's cell has just measured; if it is not what the course expected, the text says so. The questions lie in
`learn/content/`.
"""

from __future__ import annotations

from typing import Any

from lambdalab.learn import store
from lambdalab.learn.content import DONT_KNOW, Option, Prediction, lesson, lessons
from lambdalab.learn.display import Shown, show

SURE = ("a little", "quite")
_SHORT = {"little": "a little", "a little": "a little", "quite": "quite"}


def predict(id: str, answer: str | None = None, *, sure: str | None = None) -> None:
    """Show a prediction's card, or record an answer to it (lesson 00).

    Args:
        id: "01-2", the lesson and the number of the prediction.
        answer: a letter; None shows the card to choose from.
        sure: "a little" or "quite".

    Raises:
        ValueError: there is no such prediction or letter, or `sure` is neither; the text names the known ones.
    """
    prediction = find(id)
    if answer is None and sure is None:
        show(_card(prediction))
        return
    record(prediction, answer, sure)
    show(_card(prediction))


def reveal(id: str, measured: Any) -> None:
    """Show what was said beside what was measured, and explain the difference (lesson 00).

    Args:
        id: "01-2".
        measured: the value that was just measured; it is compared with the values of the options.

    Raises:
        ValueError: there is no such prediction; the text names the known ones.
    """
    prediction = find(id)
    match = prediction.matching(measured)
    answers = answers_to(id)
    if answers:
        seen = match.letter if match else ""
        store.change(lambda data: data["predictions"][id].__setitem__("measured", seen))
        show(_revealed(prediction, measured, match, answers))
    else:
        show(_unanswered(prediction, measured, match))


def find(id: str) -> Prediction:
    """The prediction of this id.

    Raises:
        ValueError: there is none; the text names the known ones.
    """
    known = {prediction.id: prediction for number in lessons() for prediction in lesson(number).predictions}
    if id not in known:
        raise ValueError(f"there is no prediction {id!r}; known are {', '.join(known)}")
    return known[id]


def record(prediction: Prediction, answer: str | None, sure: str | None) -> str:
    """Keep an answer in the progress file and say so in a sentence; the first one stays the first.

    Raises:
        ValueError: the letter or `sure` is unknown.
    """
    letter = str(answer or "").strip().lower()
    letters = [option.letter for option in prediction.choices]
    if letter not in letters:
        raise ValueError(f"prediction {prediction.id} has the answers {', '.join(letters)}, not {answer!r}")
    if sure is not None and sure not in _SHORT:
        raise ValueError(f'`sure` is "a little" or "quite", not {sure!r}')

    def keep(data: dict[str, Any]) -> str:
        answers = data["predictions"].setdefault(prediction.id, {"answers": []})["answers"]
        before = answers[-1]["sure"] if answers else None
        new = {"letter": letter, "sure": _SHORT[sure] if sure else before}
        if not answers or any(answers[-1][key] != new[key] for key in new):
            answers.append(new | ({"after": True} if "measured" in data["predictions"][prediction.id] else {}))
        first = answers[0]["letter"]
        saved = f"Saved: {letter}." if first == letter else f"Saved: {letter}. Your first answer, {first}, is kept too."
        return (
            saved if "measured" in data["predictions"][prediction.id] else f"{saved} Nothing is judged before the run."
        )

    return store.change(keep)


def answers_to(id: str) -> list[dict[str, Any]]:
    """The answers kept for this prediction, the first one first."""
    answers: list[dict[str, Any]] = store.load()["predictions"].get(id, {}).get("answers", [])
    return answers


def was_run(id: str) -> bool:
    """Whether `reveal` has shown what was measured beside an answer."""
    return "measured" in store.load()["predictions"].get(id, {})


def twin(prediction: Prediction, letter: str | None = None, sure: str | None = None) -> str:
    """The call that does the same as a click; without a letter it leaves the place of the answer open."""
    if letter is None:
        return f'predict("{prediction.id}", "…", sure="quite")'
    return f'predict("{prediction.id}", "{letter}"' + (f', sure="{sure}")' if sure else ")")


def _card(prediction: Prediction) -> Shown:
    from lambdalab.show.cards import PredictionCard

    answers = answers_to(prediction.id)
    last = answers[-1] if answers else {"letter": None, "sure": None}
    given: dict[str, Any] = {
        "number": prediction.id,
        "question": prediction.question,
        "options": [(option.letter, option.text) for option in prediction.choices],
        "chosen": last["letter"],
        "sure": last["sure"],
        "twin": twin(prediction, last["letter"], last["sure"]),
        "run": was_run(prediction.id),
    }

    def widget() -> Any:
        from lambdalab.learn.widgets import prediction_widget

        return prediction_widget(prediction, last["letter"], last["sure"])

    card = PredictionCard(**given)
    return Shown(card.html(), card.text(), widget)


def _unanswered(prediction: Prediction, measured: Any, match: Option | None) -> Shown:
    """One quiet paragraph, with the idea all the same: nobody who only reads shall miss it."""
    from lambdalab.show.frame import rich

    heading = prediction.heading.replace("{measured}", str(measured))
    expected = match is not None and match.letter == prediction.expected
    idea = match.idea if match is not None and expected else _unexpected(prediction, measured, match)
    line = f"{heading}. {idea[:1].upper()}{idea[1:]} (You made no prediction; {twin(prediction)} records one.)"
    return Shown(f"<p>{rich(line)}</p>", line)


def _revealed(prediction: Prediction, measured: Any, match: Option | None, answers: list[dict[str, Any]]) -> Shown:
    from lambdalab.show.cards import RevealCard

    before = [answer for answer in answers if "after" not in answer]  # whoever has seen the run does not predict it
    said, sure = prediction.option(before[-1]["letter"]), before[-1]["sure"]
    given: dict[str, Any] = {
        "number": prediction.id,
        "heading": prediction.heading.replace("{measured}", str(measured)),
        "label": prediction.label,
        "said": said.text if said.text == DONT_KNOW else _lettered(said),
        "measured": f"{match.letter}, {measured}" if match else str(measured),
        "sure": sure,
        "idea": None,
        "why_not": None,
        "footer": _unexpected(prediction, measured, match),
    }
    if match is not None and match.letter == prediction.expected:
        given["idea"] = _idea(prediction, said, match, sure)
        if said.letter != prediction.commonest:
            given["why_not"] = f"{prediction.commonest}: {prediction.option(prediction.commonest).why_not}"
        given["footer"] = _footer(prediction, before)
    card = RevealCard(**given)
    return Shown(card.html(), card.text())


def _lettered(option: Option) -> str:
    return f"{option.letter}, {option.text}"


def _idea(prediction: Prediction, said: Option, match: Option, sure: str | None) -> str:
    """The explanation of the chosen option, longer after a confident error."""
    if said.text == DONT_KNOW:
        return match.idea
    confident_error = said.letter != match.letter and sure == "quite"
    return f"{said.idea} {prediction.after_confident}".strip() if confident_error else said.idea


def _unexpected(prediction: Prediction, measured: Any, match: Option | None) -> str:
    """The honest text where this machine did not show what the course expected."""
    expected = _lettered(prediction.option(prediction.expected))
    found = f"none of the options says {measured}" if match is None else f"this machine showed {_lettered(match)}"
    return f"The course expected {expected}, but {found}. Run the cells from the top; if it stays so, ask why."


def _footer(prediction: Prediction, answers: list[dict[str, Any]]) -> str:
    first = answers[0]["letter"]
    kept = "Your first answer is kept" if first == answers[-1]["letter"] else f"Your first answer, {first}, is kept"
    return f"{kept}; this idea comes back in lesson {prediction.comes_back}." if prediction.comes_back else f"{kept}."
