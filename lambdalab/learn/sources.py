"""`trigger_table`: who calls a function, who waits for it, who tries again, what is lost, whose permission.

Filled in from memory, with a letter for each cell, so that keyboard and screen reader suffice. A cell that is left
open is not judged and not shown, so the table can be filled row by row. It grows with the course: a page asks about the
sources that were met until then. The words lie in `content/triggers.toml`. Reviews keep what was said first of each
cell, lessons do not. How a row may be typed is `rows`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import zip_longest
from typing import Any

from lambdalab.learn import store
from lambdalab.learn.content import FOLDER, LETTERS, Entry, parsed, require
from lambdalab.learn.display import Shown, show
from lambdalab.learn.drawing import open_round, rounds
from lambdalab.learn.reviews import content_of, reviews
from lambdalab.learn.rows import OPEN, letters_of, name_of

_FILE = "triggers.toml"
_HOW = "One letter for each column; a point leaves a cell open."


@dataclass(frozen=True)
class Column:
    """A question to every source, and the answers to choose from, lettered a, b, …

    Args:
        since: of each choice, the lesson that it needs; later ones come last.
    """

    name: str
    choices: tuple[str, ...]
    since: tuple[str, ...]

    @property
    def letters(self) -> str:
        """Those of its choices: "abc"."""
        return LETTERS[: len(self.choices)]

    def words(self, letter: str) -> str:
        """Raises ValueError for a letter that is not there."""
        return self.choices[LETTERS.index(letter)]


@dataclass(frozen=True)
class Source:
    """What can call a function: the right letters, why, and where that stands, in the order of the columns.

    Args:
        since: the lesson from which on it is asked.
        read: for each column the lesson and its section.
    """

    name: str
    note: str
    since: str
    right: str
    why: tuple[str, ...]
    read: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Missed:
    """A cell of the table that was wrong when it was filled in first, and where to read again."""

    source: str
    column: str
    lesson: str
    section: str


def trigger_table(number: str, mine: Mapping[str, str | Sequence[str]] | None = None, *, answer: bool = False) -> None:
    """Show the empty trigger table of a review or a lesson, or your own beside the right one (reviews, lesson 07).

    Args:
        number: "R1" or "07".
        mine: for each source the letters of its row, such as {"S3": "b b . . ."}; a point leaves a cell open.
        answer: unfold the whole table below the empty one, for those who read text.

    Raises:
        ValueError: a source or a letter is unknown, a row has another number of cells than there are columns, or
            `mine` is no table.
    """
    rows, asked = sources(number), columns(number)
    if mine is None:
        show(_empty(number, rows, asked, answer))
        return
    if not isinstance(mine, Mapping):
        raise ValueError(f'your table has a row for each source, such as {{"S3": "b b . . ."}}, and is not {mine!r}')
    names, choices = [row.name for row in rows], [(column.name, column.choices) for column in asked]
    letters = {(name := name_of(typed, names)): letters_of(name, given, choices) for typed, given in mine.items()}
    first = store.change(lambda data: _keep(number, letters, data)) if number in reviews() else letters
    show(_compared(rows, letters, first))


def sources(number: str) -> tuple[Source, ...]:
    """The sources that a page asks about: those met until then.

    Raises:
        ValueError: this page has no table; the text names those that have one.
    """
    last = _last_lesson(number)
    return tuple(source for source in _content()[1] if source.since <= last)


def _last_lesson(number: str) -> str:
    """The last lesson whose sources are in the table of a page: its own, or the last one before a review."""
    first = content_of(reviews()[0]).after
    adding = sorted({source.since for source in _content()[1] if source.since > first})
    if number not in (*reviews(), *adding):
        raise ValueError(f"there is no trigger table for {number!r}; known are {', '.join((*reviews(), *adding))}")
    return content_of(number).after if number in reviews() else number


def missed(number: str, data: Mapping[str, Any]) -> list[Missed]:
    """The cells that were wrong when they were filled in first: in the last round that filled them."""
    kept: dict[str, str] = {}
    for one in rounds(number, data):
        kept = _over(kept, one.get("table", {}))
    return [
        Missed(source.name, column.name, *page)
        for source in sources(number)
        for column, said, right, page in zip(
            columns(), kept.get(source.name, OPEN * len(source.right)), source.right, source.read, strict=True
        )
        if said not in (OPEN, right)
    ]


def _over(below: Mapping[str, str], above: Mapping[str, str]) -> dict[str, str]:
    """One table laid over another one, which is seen through the open cells."""
    laid = dict(below)
    for name, row in above.items():
        under = below.get(name, OPEN * len(row))
        laid[name] = "".join(old if new == OPEN else new for new, old in zip(row, under, strict=True))
    return laid


def columns(number: str = "") -> tuple[Column, ...]:
    """The five questions of the table, with the choices met until a page; "" means all of them."""
    asked = _content()[0]
    if not number:
        return asked
    last = _last_lesson(number)
    met = [sum(since <= last for since in column.since) for column in asked]
    return tuple(
        Column(column.name, column.choices[:many], column.since[:many]) for column, many in zip(asked, met, strict=True)
    )


@cache
def _content() -> tuple[tuple[Column, ...], tuple[Source, ...]]:
    data = parsed(FOLDER / _FILE)
    asked = tuple(_column(one) for one in data["column"])
    return asked, tuple(_source(one, asked) for one in data["source"])


def _column(data: Mapping[str, Any]) -> Column:
    later = [(words, number) for number, added in data.get("later", {}).items() for words in added]
    choices = [*((words, "") for words in data["choices"]), *later]
    return Column(data["name"], tuple(words for words, _ in choices), tuple(since for _, since in choices))


def _source(data: Mapping[str, Any], asked: Sequence[Column]) -> Source:
    row = Entry(_FILE, str(data.get("name", "a source")), data)
    right, why = row.text("right"), tuple(data.get("why", ()))
    require(len(right) == len(why) == len(asked), _FILE, row.name, "a letter and a reason are wanted for each column")
    for letter, column in zip(right, asked, strict=True):
        known = letter in column.letters
        require(known, _FILE, row.name, f"{letter!r} is no answer of {column.name!r}")
    own, read = (row.text("lesson"), row.text("section")), data.get("read", {})
    unknown = set(read) - {column.name for column in asked}
    require(not unknown, _FILE, row.name, f"`read` names no column: {', '.join(sorted(unknown))}")
    pages = tuple((str(place[0]), str(place[1])) for column in asked for place in [read.get(column.name, own)])
    return Source(row.text("name"), row.text("note"), row.text("asked_from", own[0]), right, why, pages)


def _keep(number: str, letters: Mapping[str, str], data: dict[str, Any]) -> dict[str, str]:
    """Keep what was said first of each cell in this round; returns what is kept."""
    if all(set(row) == {OPEN} for row in letters.values()):
        return {}
    begun = open_round(number, data)
    begun["table"] = _over(letters, begun.get("table", {}))
    return dict(begun["table"])


def _empty(number: str, rows: Sequence[Source], asked: Sequence[Column], answer: bool) -> Shown:
    """The letters to choose from, the sources, and the whole table folded away."""
    from lambdalab.show.frame import card, folded, paragraph, quiet, rich

    choices = zip(LETTERS, zip_longest(*(column.choices for column in asked), fillvalue=""), strict=False)
    body = "".join(paragraph(f"{row.name}:", row.note) for row in rows)
    body += _table("", [(f"<b>{letter}</b>", *map(rich, words)) for letter, words in choices])
    whole = [[column.words(letter) for column, letter in zip(asked, row.right, strict=True)] for row in rows]
    filled = [(rich(row.name), *map(rich, words)) for row, words in zip(rows, whole, strict=True)]
    body += quiet(_HOW) + folded("The whole table", _table("source", filled), opened=answer)
    lines = ["The trigger table, from memory. Its sources:", *(f"  {row.name}: {row.note}" for row in rows), _HOW]
    for column in asked:
        said = " · ".join(f"{letter} {words}" for letter, words in zip(LETTERS, column.choices, strict=False))
        lines.append(f"  {column.name}: {said}")
    if answer:
        lines += [f"  {row.name}: {'; '.join(words)}" for row, words in zip(rows, whole, strict=True)]
    else:
        lines.append(f'The whole table: trigger_table("{number}", answer=True)')
    return Shown(card(kicker="The trigger table", heading="From memory", body_html=body), "\n".join(lines))


def _table(heads: str, rows: Sequence[Iterable[str]]) -> str:
    """A table with the columns' names, its first column called `heads`; each cell is HTML already."""
    from lambdalab.show.frame import rows_table

    names = (heads, *(column.name for column in columns()))
    table = rows_table(names, [(False, tuple(row)) for row in rows], label="the trigger table")
    return f'<div style="overflow-wrap:break-word">{table}</div>'  # narrow columns, but no word is broken


def _compared(rows: Sequence[Source], letters: Mapping[str, str], first: Mapping[str, str]) -> Shown:
    """Right words in each cell that was filled in; below, what was said otherwise, and why it is not so.

    A source that `letters` leave out is not shown. Where `first` says something else, a line tells that it counts.
    """
    from lambdalab.show.frame import card, paragraph, quiet, rich
    from lambdalab.show.theme import DASH, TICK

    drawn, lines, reasons, right, filled = [], [], [], 0, 0
    shown = [row for row in rows if row.name in letters]
    for row in shown:
        cells, told = [], []
        for column, said, is_so, why in zip(columns(), letters[row.name], row.right, row.why, strict=True):
            if said == OPEN:
                cells.append("?")
                told.append("?")
                continue
            filled, right = filled + 1, right + (said == is_so)
            mark = TICK if said == is_so else DASH
            cell = f"{mark} {rich(column.words(is_so))}"
            cells.append(cell if said == is_so else f"<b>{cell}</b>")
            told.append(f"{mark} {column.words(is_so)}")
            if said != is_so:
                reasons.append((f"{row.name}, {column.name}:", f"you said: {column.words(said)}. {why}"))
        drawn.append((rich(row.name), *cells))
        lines.append(f"  {row.name}: " + "; ".join(told))
    if not filled:
        line = "No cell is filled in yet. Put letters in the place of the points, row by row, and run this cell again."
        return Shown(f"<p>{line}</p>", line)
    heading = f"{right} of {filled} {'cell is' if filled == 1 else 'cells are'} right"
    body = _table("source", drawn)
    body += "".join(paragraph(label, text) for label, text in reasons)
    left = len(shown) * len(columns()) - filled
    notes = [f"{left} {'cell is' if left == 1 else 'cells are'} still open."] if left else []
    if any(_over(first, {name: row})[name] != _over(letters, first)[name] for name, row in letters.items()):
        notes.append("What you wrote first in a cell is what look_again reads.")
    text = [f"The trigger table: {heading}.", *lines, *(f"{label} {words}" for label, words in reasons), *notes]
    body += "".join(map(quiet, notes))
    return Shown(card(kicker="The trigger table", heading=heading, body_html=body), "\n".join(text))
