"""Which ten questions of a review's pool a student gets: the ideas that went wrong first, then the others, mixed.

Read from the progress file: the answers of an earlier round, confident errors in predictions, recall questions in
the first box, other wrong predictions. The lessons take turns. An idea that went wrong comes back in another dress.
What was answered right in a review is not asked again before the pool is used up, and the same file gives the same
ten. A later review asks its own items, and those of an earlier one only for what went wrong. A round keeps its ten
from the first answer on.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lambdalab.learn.content import DONT_KNOW, Prediction, Recall, lesson, lessons
from lambdalab.learn.reviews import Item, part_of, pool

TEN = 10
MOST_OF_A_LESSON = 3
_IN_THE_FIRST_BOX = 1
_HALF_A_LINE = 110


@dataclass(frozen=True)
class Asked:
    """A question at its place in one round: what a card shows, so that it answers nothing else.

    Args:
        number: of the review, "R1".
        round: from 1.
        place: from 1 to 10.
        kept: the item as the pool has it; the letter that is kept is one of its letters.
    """

    number: str
    round: int
    place: int
    kept: Item

    @property
    def item(self) -> Item:
        """As it is shown: where it may have been seen before, its options stand in another order."""
        new = self.round == 1 and self.kept.of == self.number
        return self.kept if new else self.kept.shuffled(f"{self.kept.id}, round {self.round}")


def asked(number: str, data: Mapping[str, Any]) -> list[Asked]:
    """The places of the round that is open, in their order."""
    many = len(rounds(number, data))
    return [Asked(number, many, place, item) for place, item in enumerate(questions(number, data), 1)]


def questions(number: str, data: Mapping[str, Any]) -> list[Item]:
    """The questions of the round that is open, in their order.

    Args:
        number: of the review, "R1".
        data: what the progress file holds.
    """
    return _drawn(number, rounds(number, data)[-1]) or draw(number, data)


def last_answered(number: str, data: Mapping[str, Any]) -> tuple[list[Item], dict[str, str]]:
    """The questions of the last round that has an answer, and its answers; those of the open round if none has."""
    for one in reversed(rounds(number, data)):
        if one["answers"]:
            return _drawn(number, one), one["answers"]
    return questions(number, data), {}


def draw(number: str, data: Mapping[str, Any], *, seed: str = "") -> list[Item]:
    """Ten items, or fewer if the pool has fewer: first those for ideas that went wrong.

    Args:
        seed: another one gives another choice of what did not go wrong; without it the review and its round decide.
    """
    dice = random.Random(seed or f"{number}, round {len(rounds(number, data))}")
    first, right = wrong_ideas(number, data), _settled(number, data)
    others = [item for item in pool(number).values() if item not in first and item not in right]
    dice.shuffle(others)
    added: list[Item] = []
    for own in (True, False):  # those of an earlier review come when its own are used up
        some = [item for item in others if (item.of == number) is own]
        added += _spread(number, some, TEN - len(first) - len(added), [*first, *added])
    added += right[: TEN - len(first) - len(added)]
    return [*_mixed(first), *_mixed(added, after=first)]


def asked_again(number: str, data: Mapping[str, Any]) -> int:
    """How many questions a new round would begin with because their idea went wrong before."""
    return len(wrong_ideas(number, data))


def come_back(number: str, data: Mapping[str, Any]) -> int:
    """How many questions of the open round were answered right in a round before it: the pool was used up."""
    before = _reviewed({"reviews": {**data["reviews"], number: {"rounds": rounds(number, data)[:-1]}}})
    return sum(before.get(item.id, False) for item in questions(number, data))


def rounds(number: str, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rounds of a review that this student began, the open one last; it may be empty."""
    kept: list[dict[str, Any]] = data["reviews"].get(number, {}).get("rounds", [])
    return kept or [{"draw": [], "answers": {}}]


def open_round(number: str, data: dict[str, Any]) -> dict[str, Any]:
    """The open round as it stands in `data`, to be changed; made if there is none yet."""
    kept: list[dict[str, Any]] = data["reviews"].setdefault(number, {}).setdefault("rounds", rounds(number, data))
    return kept[-1]


def _drawn(number: str, one: Mapping[str, Any]) -> list[Item]:
    """The questions of a round that were drawn, without those that have left the pool."""
    known = pool(number)
    return [known[id] for id in one["draw"] if id in known]


def said_of(item: Item, data: Mapping[str, Any]) -> str:
    """What this student said of the item's idea in a lesson and got wrong, with its question; "" if nothing."""
    for prediction in map(_predictions().__getitem__, item.predictions):
        words = prediction.option(letter).text if (letter := _wrong_letter(prediction, data)) else DONT_KNOW
        if words != DONT_KNOW:
            return _said(f"In lesson {prediction.id[:2]}", prediction.question, words)
    for recall in map(_recall().__getitem__, item.recall):
        if letter := _wrong_recall(recall, data):
            return _said(f"Before lesson {recall.id[:2]}", recall.question, recall.option(letter).text)
    return ""


def _said(where: str, question: str, words: str) -> str:
    """The end of the question is enough to know it again."""
    sentences = re.split(r"(?<=[.?:]) ", question)
    while len(sentences) > 1 and len(" ".join(sentences)) > _HALF_A_LINE:
        del sentences[0]
    end = " ".join(sentences)
    return f"{where} you were asked: {end if end == question else f'… {end}'} You said: {words}."


def _settled(number: str, data: Mapping[str, Any]) -> list[Item]:
    """What a review has seen answered right last, the oldest first."""
    known = pool(number)
    return [known[id] for id, right in _reviewed(data).items() if right and id in known]


def wrong_ideas(number: str, data: Mapping[str, Any]) -> list[Item]:
    """The items for what went wrong, at most ten, one for each idea; what is worse comes first.

    Among equals the lessons take turns, the newest one first, and one lesson has at most three places while there are
    mistakes in others.
    """
    degrees: list[list[Item]] = [[], [], [], []]
    settled = _settled(number, data)
    for degree, kind, id in _went_wrong(data):
        asking = [item for item in pool(number).values() if id in _asks(item, kind)]
        if not asking:
            continue
        nearest = min(_asks(item, kind).index(id) for item in asking)  # the first idea of an item is its own
        dresses = [item for item in asking if _asks(item, kind).index(id) == nearest]
        item = next((one for one in dresses if one.of == number), dresses[0])
        if not any(one in settled for one in dresses) and not any(item in found for found in degrees):
            degrees[degree].append(item)
    chosen: list[Item] = []
    for most in (MOST_OF_A_LESSON, TEN):
        for found in degrees:
            left = sorted((item for item in found if item not in chosen), key=lambda one: one.lesson, reverse=True)
            chosen += _spread(number, left, TEN - len(chosen), chosen, most)
    return chosen


def _asks(item: Item, kind: str) -> Sequence[str]:
    return {"item": (item.id,), "prediction": item.predictions, "recall": item.recall}[kind]


def _went_wrong(data: Mapping[str, Any]) -> Iterator[tuple[int, str, str]]:
    """What went wrong: how bad that is, 0 being the worst, what kind of question it was, and its id."""
    yield from ((0, "item", id) for id, right in _reviewed(data).items() if not right)
    for id, prediction in _predictions().items():
        if _wrong_letter(prediction, data):
            yield 1 if _before_the_run(data, id)[-1]["sure"] == "quite" else 3, "prediction", id
    yield from ((2, "recall", id) for id, recall in _recall().items() if _wrong_recall(recall, data))


def _reviewed(data: Mapping[str, Any]) -> dict[str, bool]:
    """The items answered in any review so far, and whether the last first answer was right."""
    found: dict[str, bool] = {}
    for number in data["reviews"]:
        known = pool(number)
        for one in rounds(number, data):
            for id in known.keys() & one["answers"].keys():
                found.pop(id, None)  # the answers stand in the order of their rounds
            found |= {id: letter == known[id].answer for id, letter in one["answers"].items() if id in known}
    return found


def _wrong_letter(prediction: Prediction, data: Mapping[str, Any]) -> str:
    """The last letter before the run, if there was a run and it showed another one; else ""."""
    answers = _before_the_run(data, prediction.id)
    run = "measured" in data["predictions"].get(prediction.id, {})
    return answers[-1]["letter"] if run and answers and answers[-1]["letter"] != prediction.expected else ""


def _wrong_recall(recall: Recall, data: Mapping[str, Any]) -> str:
    """The letter of a recall question that was answered wrong and has not been right since; else ""."""
    place = data["recall"].get(recall.id, {})
    letter: str = place.get("answer", recall.answer)
    return letter if place.get("box") == _IN_THE_FIRST_BOX and letter != recall.answer else ""


def _before_the_run(data: Mapping[str, Any], id: str) -> list[dict[str, Any]]:
    return [answer for answer in data["predictions"].get(id, {}).get("answers", []) if "after" not in answer]


def _spread(number: str, items: Sequence[Item], count: int, taken: Sequence[Item], most: int = TEN) -> list[Item]:
    """So many of the items, from the lessons that have the fewest so far, and not more than `most` of one.

    All lessons that an earlier review was about count as one.
    """
    chosen: list[Item] = []
    left = list(items)
    while left and len(chosen) < count:
        have = [part_of(number, item) for item in (*taken, *chosen)]
        item = min(left, key=lambda one: have.count(part_of(number, one)))
        if have.count(part_of(number, item)) >= most:
            break
        chosen.append(item)
        left.remove(item)
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
