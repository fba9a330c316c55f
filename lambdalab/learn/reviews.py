"""What a review asks: questions in another dress, each with the lesson questions whose idea it asks again.

A review stands after some lessons (R1 after 06, R2 after 12) and has a pool of items in `content/`, R1 in `r1.toml`.
Each item names the predictions and recall questions that it renews, so that a wrong answer in a lesson leads to the
same idea in new words. Checked when read, as the lessons' own content is. Which ten a student gets is `drawing`'s.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from lambdalab.learn.content import (
    DONT_KNOW,
    FOLDER,
    LETTERS,
    Entry,
    Option,
    lesson,
    near_equal,
    next_or_key_error,
    parsed,
    require,
)


@dataclass(frozen=True)
class Item:
    """One question of a review (reviews R1 and R2).

    Args:
        id: "R1-07".
        lesson: whose idea it is, "05".
        section: the heading in that lesson to read again.
        given: what is to be read first, such as a log line or a policy; may be empty.
        options: each with the idea behind it; without "I don't know", which has the letter after the last one.
        answer: the letter of the right one.
        predictions: the predictions that it asks again.
        recall: the recall questions that it asks again.
    """

    id: str
    lesson: str
    section: str
    question: str
    given: str
    options: tuple[Option, ...]
    answer: str
    predictions: tuple[str, ...]
    recall: tuple[str, ...]

    @property
    def of(self) -> str:
        """The review that it was written for, "R1"."""
        return self.id.partition("-")[0]

    @property
    def choices(self) -> tuple[Option, ...]:
        """All options, "I don't know" last."""
        return (*self.options, Option(LETTERS[len(self.options)], DONT_KNOW))

    def option(self, letter: str) -> Option:
        """Raises KeyError for a letter that is not there."""
        return next_or_key_error(self.choices, letter)

    def shuffled(self, seed: str) -> Item:
        """The same question with its options in another order, lettered anew; the same seed gives the same order."""
        turned = random.Random(seed).sample(self.options, len(self.options))
        options = tuple(replace(option, letter=letter) for letter, option in zip(LETTERS, turned, strict=False))
        answer = LETTERS[turned.index(self.option(self.answer))]
        return replace(self, options=options, answer=answer)

    def letter_of(self, words: Option) -> str:
        """The letter that these words have here."""
        return next(option.letter for option in self.choices if option.text == words.text)


@dataclass(frozen=True)
class Review:
    """One review and its own items; `after` is the last lesson before it, "06"."""

    number: str
    title: str
    after: str
    items: tuple[Item, ...]


def reviews() -> tuple[str, ...]:
    """The numbers of the reviews that have content, in order."""
    return tuple(sorted(path.stem.upper() for path in FOLDER.glob("r[0-9].toml")))


@cache
def content_of(number: str) -> Review:
    """The content of one review, "R1".

    Raises:
        ValueError: there is no such review; the text names the known ones.
        ContentError: its file breaks a rule.
    """
    if number not in reviews():
        raise ValueError(f"there is no review {number!r}; known are {', '.join(reviews())}")
    return read(FOLDER / f"{number.lower()}.toml")


def pool(number: str) -> dict[str, Item]:
    """The items that a review can ask, by their id: its own and those of the reviews before it."""
    content_of(number)
    return {item.id: item for one in reviews() if one <= number for item in content_of(one).items}


def part_of(number: str, item: Item) -> str:
    """The lesson that an item counts for in a review; the last one of an earlier review stands for all before it."""
    return max([item.lesson, *(content_of(one).after for one in reviews() if one < number)])


def page_of(number: str, section: str) -> str:
    """A lesson's notebook and a section in it, as a link from another notebook: "03_cold_starts.ipynb#What-survives?".

    A lesson's file is named after its title, and JupyterLab names a heading by its words, joined by hyphens.
    """
    name = re.sub(r"[^a-z0-9]+", "_", lesson(number).title.lower()).strip("_")
    return f"{number}_{name}.ipynb#{quote(section.replace(' ', '-'))}"


def read(path: Path) -> Review:
    """Read one content file and check it.

    Raises:
        ContentError: the file breaks a rule.
    """
    number, data = path.stem.upper(), parsed(path)
    items = tuple(_item(path.name, number, k, item) for k, item in enumerate(data.get("item", []), 1))
    top = Entry(path.name, "the file", data)
    return Review(number, top.text("title"), top.text("after"), items)


def _item(file: str, number: str, position: int, data: Mapping[str, Any]) -> Item:
    wanted = f"{number}-{position:02d}"
    item = Entry(file, str(data.get("id", f"item {position}")), data)
    require(data.get("id") == wanted, file, item.name, f"the id must be {wanted}")
    rows = [Entry(file, f"{item.name}, option {LETTERS[k]}", row) for k, row in enumerate(data.get("option", []))]
    require(3 <= len(rows) <= 4, file, item.name, f"3 or 4 options are wanted, there are {len(rows)}")
    options = tuple(
        Option(letter, row.text("text"), idea=row.text("idea")) for letter, row in zip(LETTERS, rows, strict=False)
    )
    near_equal(file, item.name, options)
    answer = item.text("answer")
    require(answer in [option.letter for option in options], file, item.name, f"`answer` is {answer!r}, no option")
    predictions, recall = tuple(data.get("predictions", ())), tuple(data.get("recall", ()))
    require(bool(predictions or recall), file, item.name, "`predictions` or `recall` must name what it asks again")
    return Item(
        id=wanted,
        lesson=item.text("lesson"),
        section=item.text("section"),
        question=item.text("question"),
        given=item.text("given", "").strip("\n"),
        options=options,
        answer=answer,
        predictions=predictions,
        recall=recall,
    )
