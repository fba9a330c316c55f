"""The whole edition: one page a lesson, review and workbook, the contents, the glossary, the search, the shared files.

The folders are those of the project, so that the links of the notebooks keep their form. Everything lies beside the
pages and is named relative to them: the folder may be moved, zipped, or opened from a stick. Plotly's library, of
several megabytes, is stored once. Left out: the solutions.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from nbformat import NotebookNode

from lambdalab.show import theme
from lambdalab.teach import cells, course, glossary, navigation
from lambdalab.teach.course import Course, Kind, Page
from lambdalab.teach.html import search
from lambdalab.teach.html.pages import Link, Sheet, page

_ASSETS = Path(__file__).parent / "assets"
_CONTENTS = """# AWS Lambda in notebooks

From "what is Lambda?" to a system of your own, each lesson begins with a question. The outputs were measured when the
lessons were last run; to run them yourself, open the notebooks in JupyterLab.

Where a lesson asks for a prediction, choose before you open what was measured. These pages need no network.

## The lessons

{table}
"""
_SEARCH = """# Search

<p id="found" role="status">Write one or more words into the field above.</p>
<ol id="places"></ol>
<noscript><p>The search needs a script. The <a href="index.html">contents</a> and the
<a href="glossary.html">glossary</a> do not.</p></noscript>
"""


def write(book: Course, target: Path) -> list[Path]:
    """Writes the edition of a course to a folder, and returns the pages.

    Args:
        book: the course.
        target: the folder; what an earlier edition left in it goes.

    Raises:
        ValueError: the folder holds something else than an edition.
    """
    _make_room(book, target)
    words = glossary.read()
    terms = {term.lower(): glossary.slug(entry.term) for entry in words for term in entry.names}
    written: list[Path] = []
    index: list[search.Place] = []
    for sheet in sheets(book):
        soup = page(sheet, terms)
        path = target / sheet.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(str(soup), encoding="utf-8", newline="\n")
        written.append(path)
        index += search.places(sheet.path.as_posix(), sheet.title, soup)
    _shared_files(book, target, search.script(index))
    return written


def sheets(book: Course) -> Iterator[Sheet]:
    """Every page, in reading order."""
    yield _plain("index", "AWS Lambda in notebooks", _CONTENTS.format(table=navigation.table(book)))
    yield _plain("glossary", "Glossary", glossary.markdown(book, f"{Kind.LESSON.value}/"), entries=True)
    yield _plain("search", "Search", _SEARCH, scripts=("places.js", "search.js"))
    for kind in (Kind.LESSON, Kind.EXERCISE):
        row = book.of(kind)
        for place, this in enumerate(row):
            other = book.find(Kind.EXERCISE if kind is Kind.LESSON else Kind.LESSON, this.number)
            word = "Workbook" if kind is Kind.LESSON else "Lesson"
            yield Sheet(
                path=_path(this),
                title=this.label,
                notebook=course.read(this.path),
                before=_link(this, row[place - 1]) if place else None,
                after=_link(this, row[place + 1]) if place + 1 < len(row) else None,
                beside=_link(this, other, f"{word} {this.number}") if other else None,
            )


def _plain(name: str, title: str, text: str, *, scripts: tuple[str, ...] = (), entries: bool = False) -> Sheet:
    return Sheet(PurePosixPath(f"{name}.html"), title, _notebook(text), scripts=scripts, entries=entries)


def _notebook(text: str) -> NotebookNode:
    cell = {"cell_type": "markdown", "id": "text", "metadata": {}, "source": text}
    return cells.node({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def _path(this: Page) -> PurePosixPath:
    return PurePosixPath(this.kind.value, f"{this.path.stem}.html")


def _link(this: Page, other: Page, words: str = "") -> Link:
    name = _path(other).name
    return Link(name if other.kind is this.kind else f"../{other.kind.value}/{name}", words or other.label)


def _make_room(book: Course, target: Path) -> None:
    """Removes an earlier edition, and nothing else."""
    if target.exists() and any(target.iterdir()) and not (target / "course.css").exists():
        raise ValueError(
            f"{target} holds files that are no HTML edition, and they would be lost. Choose another folder."
        )
    if target.resolve() in (book.root.resolve(), *book.root.resolve().parents):
        raise ValueError(f"{target} is where the course lies, and it would be lost. Choose another folder.")
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)


def _shared_files(book: Course, target: Path, index: str) -> None:
    import plotly

    for name in ("search.js", "figures.js"):
        shutil.copyfile(_ASSETS / name, target / name)
    style = (_ASSETS / "course.css").read_text(encoding="utf-8")
    (target / "course.css").write_text(f"{theme.page_css()}\n{style}", encoding="utf-8", newline="\n")
    (target / "places.js").write_text(index, encoding="utf-8", newline="\n")
    shutil.copyfile(Path(plotly.__file__).parent / "package_data" / "plotly.min.js", target / "plotly.min.js")
    for picture in sorted((book.root / Kind.LESSON.value / "images").glob("*")):
        copy = target / Kind.LESSON.value / "images" / picture.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, copy)
