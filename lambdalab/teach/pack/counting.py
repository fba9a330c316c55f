"""What a class's progress files say together: who held which wrong idea, first and later, and which checks failed how.

Only letters, message names and right or wrong are read; sentences, values and file names are not. A file is one
student. The first vote is the first answer to a prediction. The later one is what a review that asked the same idea
again has shown, or else the last answer before the run. Left out: anything about fewer than three students.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lambdalab.learn.content import lesson, lessons
from lambdalab.learn.exercises import workbook, workbooks
from lambdalab.learn.reviews import pool, reviews
from lambdalab.show.class_report import FEWEST, Held
from lambdalab.teach.pack.guide import idea_of

Data = Mapping[str, Any]


@dataclass(frozen=True)
class WrongAnswer:
    """A wrong answer that a check has recognised.

    Args:
        exercise: "03.2".
        seen: what the check says that it saw.
        students: how many have met it at least once.
    """

    exercise: str
    seen: str
    students: int


def read(paths: Sequence[Path]) -> tuple[list[Data], int]:
    """The progress files among these files, and those in these folders; and how many could not be read.

    Args:
        paths: files, or folders that are searched for files named *.json.
    """
    found: list[Data] = []
    broken = 0
    for path in paths:
        for file in sorted(path.rglob("*.json")) if path.is_dir() else [path]:
            try:
                data = json.loads(file.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                data = None
            if isinstance(data, dict) and isinstance(data.get("predictions"), dict):
                found.append(data)
            else:
                broken += 1
    return found, broken


def ideas(files: Sequence[Data], numbers: Sequence[str] = ()) -> list[Held]:
    """Every wrong idea of these lessons, counted, whether many or few hold it.

    Args:
        files: what the progress files hold.
        numbers: lessons; without any all that somebody voted in.
    """
    held = []
    for number in numbers or lessons():
        for prediction in lesson(number).predictions:
            votes = [vote for data in files if (vote := _vote(data, prediction.id))]
            for option in prediction.options if votes else ():
                if option.letter != prediction.expected:
                    held.append(
                        Held(
                            idea=idea_of(prediction.id, option.letter),
                            lesson=number,
                            voters=len(votes),
                            before=sum(vote.first == option.letter for vote in votes),
                            after=sum(vote.later == option.letter for vote in votes),
                            asked_again=sum(vote.asked_again for vote in votes),
                        )
                    )
    return held


def wrong_answers(files: Sequence[Data], numbers: Sequence[str] = ()) -> list[WrongAnswer]:
    """The wrong answers that at least three students met, the most frequent first.

    Args:
        files: what the progress files hold.
        numbers: workbooks; without any all of them.
    """
    met: Counter[tuple[str, str]] = Counter()
    for data in files:
        met.update({(exercise, message) for exercise, message in _messages(data)})
    known = {
        (exercise.number, wrong.id): wrong.message.seen
        for number in workbooks()
        if not numbers or number in numbers
        for exercise in workbook(number).values()
        for wrong in exercise.wrong
    }
    told = [WrongAnswer(key[0], known[key], count) for key, count in met.items() if key in known and count >= FEWEST]
    return sorted(told, key=lambda one: (-one.students, one.exercise, one.seen))


@dataclass(frozen=True)
class _Vote:
    first: str
    later: str
    asked_again: bool


def _vote(data: Data, prediction: str) -> _Vote | None:
    """This student's first and later letter; None without a vote."""
    kept = data["predictions"].get(prediction)
    answers = kept.get("answers") if isinstance(kept, dict) else None
    given = [one for one in answers if isinstance(one, dict)] if isinstance(answers, list) else []
    letters = [str(one.get("letter", "")) for one in given if "after" not in one]
    if not letters:
        return None
    again = _review_of(data, prediction)
    if again is None:
        return _Vote(letters[0], letters[-1], False)
    return _Vote(letters[0], "" if again else letters[-1], True)


def _review_of(data: Data, prediction: str) -> bool | None:
    """Whether the last review that asked this idea again was answered right; None if none did."""
    right = None
    for number in reviews():
        asking = {id: item for id, item in pool(number).items() if item.predictions[:1] == (prediction,)}
        for id, letter in _review_answers(data, number):
            if id in asking:
                right = letter == asking[id].answer
    return right


def _review_answers(data: Data, number: str) -> Iterator[tuple[str, Any]]:
    kept = data.get("reviews")
    of_review = kept.get(number) if isinstance(kept, dict) else None
    rounds = of_review.get("rounds") if isinstance(of_review, dict) else None
    for one in rounds if isinstance(rounds, list) else ():
        if isinstance(one, dict) and isinstance(one.get("answers"), dict):
            yield from one["answers"].items()


def _messages(data: Data) -> Iterator[tuple[str, str]]:
    """Exercise and message of each attempt that was not right."""
    kept = data.get("exercises")
    for exercise, record in kept.items() if isinstance(kept, dict) else ():
        attempts = record.get("attempts") if isinstance(record, dict) else None
        for attempt in attempts if isinstance(attempts, list) else ():
            if isinstance(attempt, dict) and attempt.get("passed") is False and isinstance(attempt.get("message"), str):
                yield exercise, attempt["message"]
