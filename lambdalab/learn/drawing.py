"""Which ten questions of a review's pool a student gets: the ideas that went wrong first, then the others, mixed.

Read from the progress file: the answers of an earlier round, confident errors in predictions, recall questions in
the first box, other wrong predictions. An idea that went wrong comes back in another dress. What was answered right
in a review is not asked again, and the same file gives the same ten. A round keeps its ten from the first answer on.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lambdalab.learn.content import Prediction, Recall, lesson, lessons
from lambdalab.learn.reviews import Item, pool

TEN = 10
_IN_THE_FIRST_BOX = 1


def questions(number: str, data: Mapping[str, Any]) -> list[Item]:
    """The questions of the round that is open, in their order.

    Args:
        number: of the review, "R1".
        data: what the progress file holds.
    """
    known = pool(number)
    begun = rounds(number, data)[-1]["draw"]
    return [known[id] for id in begun if id in known] if begun else draw(number, data)


def draw(number: str, data: Mapping[str, Any], *, seed: str = "") -> list[Item]:
    """Ten items, or fewer if fewer are left: first those for ideas that went wrong.

    Args:
        seed: another one gives another choice of what did not go wrong; without it the review and its round decide.
    """
    dice = random.Random(seed or f"{number}, round {len(rounds(number, data))}")
    free = _not_settled(number, data)
    dice.shuffle(free)
    first = _mixed(_wrong_ideas(free, data))
    others = [item for item in free if item not in first]
    return [*first, *_mixed(_spread(others, TEN - len(first), first), after=first)]


def asked_again(number: str, data: Mapping[str, Any]) -> int:
    """How many questions a new round would begin with because their idea went wrong before."""
    return len(_wrong_ideas(_not_settled(number, data), data))


def rounds(number: str, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rounds of a review that this student began, the open one last; it may be empty."""
    kept: list[dict[str, Any]] = data["reviews"].get(number, {}).get("rounds", [])
    return kept or [{"draw": [], "answers": {}}]


def open_round(number: str, data: dict[str, Any]) -> dict[str, Any]:
    """The open round as it stands in `data`, to be changed; made if there is none yet."""
    kept: list[dict[str, Any]] = data["reviews"].setdefault(number, {}).setdefault("rounds", rounds(number, data))
    return kept[-1]


def said_of(item: Item, data: Mapping[str, Any]) -> str:
    """What this student said of the item's idea in a lesson and got wrong, as a sentence; "" if nothing."""
    for id in item.predictions:
        letter = _wrong_letter(_predictions()[id], data)
        if letter:
            return f"In lesson {id[:2]} you said of this idea: {_predictions()[id].option(letter).text}."
    for id in item.recall:
        place = data["recall"].get(id, {})
        if place.get("box") == _IN_THE_FIRST_BOX and "answer" in place:
            return f"Before lesson {id[:2]} you said of this idea: {_recall()[id].option(place['answer']).text}."
    return ""


def _not_settled(number: str, data: Mapping[str, Any]) -> list[Item]:
    """What no review has seen answered right."""
    reviewed = _reviewed(data)
    return [item for item in pool(number).values() if not reviewed.get(item.id, False)]


def _wrong_ideas(items: Sequence[Item], data: Mapping[str, Any]) -> list[Item]:
    """The items for what went wrong, at most ten, one for each idea."""
    found: dict[str, Item] = {}
    for kind, id in _went_wrong(data):
        item = next((one for one in items if id in _asks(one, kind)), None)
        if item is not None:
            found[item.id] = item
    return list(found.values())[:TEN]


def _asks(item: Item, kind: str) -> Sequence[str]:
    return {"item": (item.id,), "prediction": item.predictions, "recall": item.recall}[kind]


def _went_wrong(data: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What kind of question went wrong and its id: the worst first, the older before the newer."""
    yield from (("item", id) for id, right in _reviewed(data).items() if not right)
    wrong = {id: _wrong_letter(one, data) for id, one in _predictions().items()}
    sure = {id: _before_the_run(data, id)[-1]["sure"] == "quite" for id, letter in wrong.items() if letter}
    yield from (("prediction", id) for id in sure if sure[id])
    yield from (("recall", id) for id in _recall() if data["recall"].get(id, {}).get("box") == _IN_THE_FIRST_BOX)
    yield from (("prediction", id) for id in sure if not sure[id])


def _reviewed(data: Mapping[str, Any]) -> dict[str, bool]:
    """The items answered in any review so far, and whether the last first answer was right."""
    found: dict[str, bool] = {}
    for number in data["reviews"]:
        known = pool(number)
        for one in rounds(number, data):
            found |= {id: letter == known[id].answer for id, letter in one["answers"].items() if id in known}
    return found


def _wrong_letter(prediction: Prediction, data: Mapping[str, Any]) -> str:
    """The last letter before the run, if there was a run and it showed another one; else ""."""
    answers = _before_the_run(data, prediction.id)
    run = "measured" in data["predictions"].get(prediction.id, {})
    return answers[-1]["letter"] if run and answers and answers[-1]["letter"] != prediction.expected else ""


def _before_the_run(data: Mapping[str, Any], id: str) -> list[dict[str, Any]]:
    return [answer for answer in data["predictions"].get(id, {}).get("answers", []) if "after" not in answer]


def _spread(items: Sequence[Item], count: int, taken: Sequence[Item]) -> list[Item]:
    """So many of the items, from the lessons that have the fewest so far."""
    chosen: list[Item] = []
    left = list(items)
    while left and len(chosen) < count:
        have = [item.lesson for item in (*taken, *chosen)]
        chosen.append(min(left, key=lambda item: have.count(item.lesson)))
        left.remove(chosen[-1])
    return chosen


def _mixed(items: Sequence[Item], after: Sequence[Item] = ()) -> list[Item]:
    """The same items in an order in which neighbours come from different lessons, as far as that is possible."""
    left, row = list(items), list(after)
    while left:
        last = row[-1].lesson if row else ""
        waiting = [item.lesson for item in left]
        row.append(max(left, key=lambda item: (item.lesson != last, waiting.count(item.lesson))))
        left.remove(row[-1])
    return row[len(after) :]


def _predictions() -> dict[str, Prediction]:
    return {one.id: one for number in lessons() for one in lesson(number).predictions}


def _recall() -> dict[str, Recall]:
    return {one.id: one for number in lessons() for one in lesson(number).recall}
