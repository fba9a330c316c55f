"""`trigger_table`: who calls a function, who waits for it, who tries again, what is lost, whose permission.

Filled in from memory, with a letter for each cell, so that keyboard and screen reader suffice. A cell that is left
open is not judged and not shown, so the table can be filled row by row. It grows with the course: a page asks about the
sources that were met until then. The words lie in `content/triggers.toml`. Reviews keep what was said, lessons do not.
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
from lambdalab.learn.reviews import content_of, page_of, reviews

OPEN = "."
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
    """What can call a function: the right letters, and why, in the order of the columns."""

    name: str
    note: str
    lesson: str
    section: str
    right: str
    why: tuple[str, ...]

    @property
    def page(self) -> str:
        """The lesson's notebook and section, as a link."""
        return page_of(self.lesson, self.section)


def trigger_table(number: str, mine: Mapping[str, str] | None = None, *, answer: bool = False) -> None:
    """Show the empty trigger table of a review or a lesson, or your own beside the right one (review R1, lesson 07).

    Args:
        number: "R1" or "07".
        mine: for each source the letters of its row, such as {"S3": "b b . . ."}; a point leaves a cell open.
        answer: unfold the whole table below the empty one, for those who read text.

    Raises:
        ValueError: a source or a letter is unknown, or a row has another number of letters than there are columns.
    """
    rows, asked = sources(number), columns(number)
    if mine is None:
        show(_empty(number, rows, asked, answer))
        return
    letters = {name: _row(name, given, rows, asked) for name, given in mine.items()}
    if number in reviews():
        store.change(lambda data: _keep(number, letters, data))
    show(_compared(rows, letters))


def sources(number: str) -> tuple[Source, ...]:
    """The sources that a page asks about: those met until then.

    Raises:
        ValueError: this page has no table; the text names those that have one.
    """
    last = _last_lesson(number)
    return tuple(source for source in _content()[1] if source.lesson <= last)


def _last_lesson(number: str) -> str:
    """The last lesson whose sources are in the table of a page: its own, or the last one before a review."""
    first = content_of(reviews()[0]).after
    adding = sorted({source.lesson for source in _content()[1] if source.lesson > first})
    if number not in (*reviews(), *adding):
        raise ValueError(f"there is no trigger table for {number!r}; known are {', '.join((*reviews(), *adding))}")
    return content_of(number).after if number in reviews() else number


def missed(number: str, data: Mapping[str, Any]) -> list[tuple[Source, list[str]]]:
    """The sources with the names of those columns that were wrong when they were filled in first in this round."""
    kept: Mapping[str, str] = rounds(number, data)[-1].get("table", {})
    found = []
    for source in sources(number):
        given = kept.get(source.name, "")
        wrong = [
            column.name
            for column, said, right in zip(columns(), given, source.right, strict=False)
            if said not in (OPEN, right)
        ]
        if wrong:
            found.append((source, wrong))
    return found


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
    words = {key: row.text(key) for key in ("name", "note", "lesson", "section")}
    return Source(**words, right=right, why=why)


def _row(name: str, given: str, rows: Sequence[Source], asked: Sequence[Column]) -> str:
    """The letters of a row without blanks.

    Raises:
        ValueError: the source is unknown, or the letters don't fit the columns.
    """
    if name not in [source.name for source in rows]:
        raise ValueError(f"there is no source {name!r}; known are {', '.join(source.name for source in rows)}")
    letters = "".join(given.lower().split())
    if len(letters) != len(asked):
        raise ValueError(f"{name!r} has {len(letters)} letters, and the table {len(asked)} columns: {given!r}")
    for letter, column in zip(letters, asked, strict=True):
        known = column.letters
        if letter != OPEN and letter not in known:
            raise ValueError(f"{name!r}: {column.name!r} has the answers {', '.join(known)}, not {letter!r}")
    return letters


def _keep(number: str, letters: Mapping[str, str], data: dict[str, Any]) -> None:
    """Keep what was said first of each cell."""
    if all(set(row) == {OPEN} for row in letters.values()):
        return
    kept = open_round(number, data).setdefault("table", {})
    for name, row in letters.items():
        before = kept.get(name, OPEN * len(row))
        kept[name] = "".join(new if old == OPEN else old for old, new in zip(before, row, strict=True))


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


def _compared(rows: Sequence[Source], letters: Mapping[str, str]) -> Shown:
    """Right words in each cell that was filled in; below, what was said otherwise, and why it is not so.

    A source that `letters` leave out is not shown.
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
    heading = f"{right} of {filled} cells as they are"
    body = _table("source", drawn)
    body += "".join(paragraph(label, text) for label, text in reasons)
    left = len(shown) * len(columns()) - filled
    note = f"{left} {'cell is' if left == 1 else 'cells are'} still open." if left else ""
    text = [f"The trigger table: {heading}.", *lines, *(f"{label} {words}" for label, words in reasons)]
    body += quiet(note) if note else ""
    return Shown(card(kicker="The trigger table", heading=heading, body_html=body), "\n".join([*text, note]).strip())
