"""The routes through the course as tables: 50 and 90 minutes, one day, seven double lessons, fourteen weeks.

A block names a lesson and the sections of it, so a section that was renamed is found when the pack is made. Minutes of
whole lessons are the notebooks' own; those of the short routes are a choice, since only some cells of a section are
in them. The notebooks of the short routes are those with cells tagged `route-90`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lambdalab.teach.course import Course, Kind
from lambdalab.teach.pack import workbook
from lambdalab.teach.pack.guide import guide
from lambdalab.teach.pack.outline import RECALL, Section, plan, sections

HALF = 45  # minutes: one of the two lessons in a double lesson
DAY = 8 * 60


@dataclass(frozen=True)
class Block:
    """One line of a route.

    Args:
        what: in words.
        minutes: how long it takes.
        lesson: its number, or "".
        parts: the sections of the lesson.
    """

    what: str
    minutes: int
    lesson: str = ""
    parts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Route:
    """A way through the course, in sittings of a given length.

    Args:
        name: "90 minutes".
        about: who it is for, in a sentence.
        sittings: the blocks of each sitting.
        minutes: of one sitting.
    """

    name: str
    about: str
    sittings: tuple[tuple[Block, ...], ...]
    minutes: int


_FIRST = Block("a first function", 8, "00", ("Your first function",))
_WHERE = ("Where is my code while nobody calls?",)
_NINETY = (
    _FIRST,
    Block("the process and the bill", 15, "01", (*_WHERE, "What does it cost?")),
    Block("event, context, one error", 15, "02", ("The event", "The context", "When it fails")),
    Block("cold, warm, ten at once", 18, "03", ("The first call and the second", "Ten in a row, ten at once")),
    Block("an upload that does nothing, repaired", 20, "05", ("A bucket asks to come in", "A colleague tidies up")),
    Block("four cards sorted", 9, "12", ("Twelve cards", "Place the cards", "The borders")),
    Block("exit ticket", 5),
)
_FIFTY = (
    _FIRST,
    Block("the process and the bill", 17, "01", (*_WHERE, "What does it cost?")),
    Block("cold, warm, ten at once", 18, "03", ("The first call and the second", "Ten in a row, ten at once")),
    Block("exit ticket and questions", 7),
)
_DAY = ("00", "01", "", "02", "03", "lunch", "05", "07", "", "12")


def routes(book: Course) -> tuple[Route, ...]:
    """Every route, its minutes added up and its sections looked up.

    Raises:
        ValueError: a section is not in its lesson, has no cell tagged for it, or the minutes do not add up.
    """
    found = (
        Route("50 minutes", "A first look, for people who will not take the course.", (_FIFTY,), 50),
        Route("90 minutes", "One visit to a class: the ideas of five lessons.", (_NINETY,), 90),
        Route("one day", "A workshop from nine to five; the workbooks are for home.", (tuple(_day(book)),), DAY),
        Route("seven double lessons", "Two lessons of 45 minutes each time; workbooks at home.", _doubles(book), 90),
        Route("fourteen weeks", "One lesson a week, with a part of its workbook in class.", _weeks(book), 90),
    )
    for route in found:
        for sitting in route.sittings:
            _must_fit(book, route, sitting)
    return found


def _must_fit(book: Course, route: Route, sitting: Sequence[Block]) -> None:
    together = sum(block.minutes for block in sitting)
    if together != route.minutes:
        raise ValueError(f"the route {route.name} has {together} minutes in a sitting of {route.minutes}")
    for block in sitting:
        there = {part.title: part for part in _sections(book, block.lesson)}
        for title in block.parts:
            if title not in there:
                raise ValueError(f"lesson {block.lesson} has no section {title!r}, which the route {route.name} names")
            if sitting in (_NINETY, _FIFTY) and not there[title].in_route:
                raise ValueError(f"no cell of {title!r} in lesson {block.lesson} is tagged route-90")


def _sections(book: Course, number: str) -> tuple[Section, ...]:
    page = book.find(Kind.LESSON, number)
    return sections(page) if page else ()


def _title(book: Course, number: str) -> str:
    page = book.find(Kind.LESSON, number)
    return page.label if page else f"{number} Capstone"


def _day(book: Course) -> Iterator[Block]:
    used = 0
    for stop in _DAY:
        if stop == "lunch":
            block = Block("lunch", 60)
        elif not stop:
            block = Block("a pause", 15)
        else:
            parts = [part for part in _sections(book, stop) if not part.further]
            block = Block(_title(book, stop), sum(part.minutes for part in parts), stop, tuple(p.title for p in parts))
        used += block.minutes
        yield block
    yield Block("one exercise in pairs, from a workbook of the day", 30)
    yield Block("exit tickets and questions", DAY - used - 30)


def _doubles(book: Course) -> tuple[tuple[Block, ...], ...]:
    numbers = [f"{number:02}" for number in range(14)]
    return tuple(
        tuple(block for number in pair for block in _half(book, number))
        for pair in zip(numbers[::2], numbers[1::2], strict=True)
    )


def _half(book: Course, number: str) -> Iterator[Block]:
    """A lesson in 45 minutes, recall and exit ticket in it."""
    chosen = plan(_sections(book, number), list(guide(number).skip), HALF - 4)
    kept = tuple(part.title for part in chosen.kept)
    yield Block(_title(book, number), sum(part.minutes for part in chosen.kept), number, kept)
    yield Block("talk after votes, exit ticket", 4 + chosen.spare)


def _weeks(book: Course) -> tuple[tuple[Block, ...], ...]:
    weeks = []
    for number in (f"{number:02}" for number in range(14)):
        chosen = plan(_sections(book, number), list(guide(number).skip), 45, without=(RECALL,))
        kept = tuple(part.title for part in chosen.kept)
        pairs = workbook.class_work(book, number)
        weeks.append(
            (
                Block("recall" if number != "00" else "the check of the machine", 5),
                Block(_title(book, number), 45 - chosen.spare, number, kept),
                Block("talk after votes", chosen.spare),
                Block(f"workbook in pairs: {pairs}", 30),
                Block("discussion and exit ticket", 10),
            )
        )
    return tuple(weeks)
