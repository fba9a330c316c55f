"""The course's one glossary, from `learn/content/glossary.toml`: a page beside the lessons, and links to its places.

Each lesson ends with the words it met, said in a few words in its own context. Here each word stands once, with a
sentence that can be read alone. The table with other providers' names is lesson 12's own.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass

from nbformat import NotebookNode

from lambdalab.learn.content import FOLDER
from lambdalab.teach import course
from lambdalab.teach.course import Course, Kind

_WORDS_MET = re.compile(r"\*\*Words met:\*\*(.*?)(?=\n\s*\n|\Z)", re.DOTALL)
_ENTRY = re.compile(r"(?<=[.)])\s+(?=\*)")
_TERM = re.compile(r"\*`?([^*`]+)`?\*")
_OTHER_CLOUDS = re.compile(r"\*\*The same in other clouds\.\*\*.*?\n\n((?:\|.*\n?)+)")


@dataclass(frozen=True)
class Entry:
    """One word.

    Args:
        term: as it stands in the glossary.
        meaning: a sentence that can be read alone.
        lessons: the numbers of the lessons that introduce it.
        also: other names of the same.
    """

    term: str
    meaning: str
    lessons: tuple[str, ...]
    also: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The term and its other names."""
        return (self.term, *self.also)


def read() -> list[Entry]:
    """All entries, by the alphabet."""
    with (FOLDER / "glossary.toml").open("rb") as file:
        rows = tomllib.load(file)["word"]
    entries = [Entry(row["term"], row["meaning"], tuple(row["lessons"]), tuple(row.get("also", ()))) for row in rows]
    return sorted(entries, key=lambda entry: slug(entry.term))


def slug(term: str) -> str:
    """A term as the name of its place on the page."""
    return re.sub(r"[^a-z0-9]+", "-", term.lower()).strip("-")


def words_met(notebook: NotebookNode) -> list[str]:
    """The terms that a lesson's summary lists."""
    found = []
    for cell in notebook.cells:
        for text in _WORDS_MET.findall(cell.source) if cell.cell_type == "markdown" else ():
            for entry in _ENTRY.split(text.strip()):
                found += [" ".join(term.split()) for term in _TERM.findall(entry.partition(": ")[0])]
    return found


def markdown(book: Course, folder: str = "") -> str:
    """The page as Markdown.

    Args:
        book: the course, for the lessons' titles and the table of other providers' names.
        folder: from the page to the lessons: "" beside them, "notebooks/" from the folder above.
    """
    lines = ["# Glossary", "", "Each word of the course once, with the lesson that introduces it.", ""]
    for entry in read():
        pages = [page for number in entry.lessons if (page := book.find(Kind.LESSON, number))]
        where = ", ".join(f"[{page.number}]({folder}{page.path.name})" for page in pages)
        also = f" (also: {', '.join(entry.also)})" if entry.also else ""
        term = entry.term.replace("$", r"\$")  # two dollar signs would enclose a formula
        lines.append(f"- **{term}**{also}: {entry.meaning} Lesson {where}.")
    table = _other_clouds(book)
    if table:
        lines += ["", "## The same in other clouds", "", "Limits by their documentation, November 2026.", "", table]
    return "\n".join(lines) + "\n"


def _other_clouds(book: Course) -> str:
    """The table of lesson 12, so that it stands in one place."""
    page = book.find(Kind.LESSON, "12")
    cells = course.read(page.path).cells if page else []
    found = (_OTHER_CLOUDS.search(cell.source) for cell in cells if cell.cell_type == "markdown")
    return next((match.group(1).strip() for match in found if match), "")
