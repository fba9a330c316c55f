"""What a teacher reads about one lesson and no program can derive, from `guide/NN.toml`: votes, questions, a board.

The files are checked against the lesson when they are read: a prediction, a section or a wrong answer that is named
must be there, and each wrong option of each prediction needs its idea, as a student would say it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lambdalab.learn.content import DONT_KNOW, Entry, lesson, lessons, parsed, require

FOLDER = Path(__file__).parent / "guide"
VOTERS = 10
LONGEST_IDEA = 46  # characters: two lines beside a bar


@dataclass(frozen=True)
class Vote:
    """A prediction that the room votes on.

    Args:
        id: of the prediction, "03-3".
        expected: how many of ten are expected to choose each letter; an estimate, not a count.
    """

    id: str
    expected: Mapping[str, int]


@dataclass(frozen=True)
class Question:
    """A question that students ask, and its answer."""

    ask: str
    answer: str


@dataclass(frozen=True)
class Guide:
    """The page of one lesson, as far as it is written by hand.

    Args:
        number: "03".
        idea: the one idea, a sentence.
        key: the id of the prediction before the key experiment.
        experiment: where the key experiment is, in words.
        say: what to say before it.
        votes: one for each prediction of the lesson.
        questions: the three likeliest.
        ask: for an exercise (in the capstone a milestone) and a wrong answer of its check, what to ask.
        slow: what may differ on slow machines.
        board: a sketch in characters.
        exit, exit_answer: the exit ticket.
        skip: sections to leave out when late, the first to go first, each with the reason.
        ideas: for a prediction and a wrong letter, the idea as a student would say it.
    """

    number: str
    idea: str
    key: str
    experiment: str
    say: str
    votes: tuple[Vote, ...]
    questions: tuple[Question, ...]
    ask: Mapping[str, Mapping[str, str]]
    slow: str
    board: str
    exit: str
    exit_answer: str
    skip: Mapping[str, str]
    ideas: Mapping[str, Mapping[str, str]]


def numbers() -> tuple[str, ...]:
    """The lessons that have a page, in order."""
    return tuple(sorted(path.stem for path in FOLDER.glob("[0-9][0-9].toml")))


@cache
def guide(number: str) -> Guide:
    """The page of one lesson, "03".

    Raises:
        ContentError: it does not fit to the lesson, or a part is missing; the text names file and part.
    """
    path = FOLDER / f"{number}.toml"
    data = parsed(path)
    top = Entry(path.name, "the file", data)
    made = Guide(
        number=number,
        idea=top.text("idea"),
        key=top.text("key"),
        experiment=top.text("experiment"),
        say=top.text("say"),
        votes=tuple(Vote(id, counts) for id, counts in data.get("votes", {}).items()),
        questions=tuple(_question(path.name, each) for each in data.get("question", [])),
        ask=data.get("ask", {}),
        slow=top.text("slow"),
        board=top.text("board").strip("\n"),
        exit=top.text("exit"),
        exit_answer=top.text("exit_answer"),
        skip=data.get("skip", {}),
        ideas=data.get("ideas", {}),
    )
    require(len(made.questions) == 3, path.name, "question", f"3 are wanted, there are {len(made.questions)}")
    if number in lessons():
        _fits_the_predictions(path.name, made)
    return made


def idea_of(prediction: str, letter: str) -> str:
    """A wrong option as a student would say it, "Ten at once share the warm environment".

    Raises:
        KeyError: this option is right, or says "I don't know".
    """
    return guide(prediction.partition("-")[0]).ideas[prediction][letter]


def _question(file: str, data: Mapping[str, Any]) -> Question:
    item = Entry(file, "question", data)
    return Question(item.text("ask"), item.text("answer"))


def _fits_the_predictions(file: str, made: Guide) -> None:
    known = {prediction.id: prediction for prediction in lesson(made.number).predictions}
    voted = [vote.id for vote in made.votes]
    require(voted == list(known), file, "votes", f"{', '.join(known)} are wanted, there are {', '.join(voted)}")
    require(made.key in known, file, "key", f"{made.key!r} is no prediction of this lesson")
    for vote in made.votes:
        prediction = known[vote.id]
        letters = [option.letter for option in prediction.choices]
        counts = list(vote.expected.values())
        fine = list(vote.expected) == letters and sum(counts) == VOTERS
        require(fine, file, vote.id, f"ten votes on {', '.join(letters)} are wanted")
        wrong = {k: n for k, n in vote.expected.items() if k not in (prediction.expected, prediction.dont_know.letter)}
        most = wrong[prediction.commonest] == max(wrong.values())
        require(most, file, vote.id, "the commonest wrong option has the most wrong votes")
        ideas = made.ideas.get(vote.id, {})
        named = [option.letter for option in prediction.options if option.letter != prediction.expected]
        require(list(ideas) == named, file, f"ideas of {vote.id}", f"{', '.join(named)} are wanted")
        for letter, words in ideas.items():
            short = len(words) <= LONGEST_IDEA and words != DONT_KNOW
            require(short, file, f"ideas of {vote.id}, {letter}", f"at most {LONGEST_IDEA} characters")
