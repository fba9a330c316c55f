"""Where the course's notebooks are, in which order, and what each says about itself.

A page is one notebook: a lesson in notebooks/, its workbook in exercises/, its solutions in solutions/, all named
NN_name.ipynb (R1_name.ipynb and R2_name.ipynb are the reviews after lessons 06 and 12). Title, question and minutes
are read from the page:

    # 01 What is Lambda?

    **Question:** Where does my code run if there is no server?
    **Minutes:** 45–55

So the text is the only place where they stand. Notebooks with other names are left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from lambdalab.teach import cells

_NAME = re.compile(r"(\d\d|R\d)_[a-z0-9_]+\.ipynb")
_REVIEWS_STAND_AFTER = {"R1": 6, "R2": 12}
_TITLE = re.compile(r"^#\s+(.+?)\s*$", re.MULTILINE)
_LEADING_NUMBER = re.compile(r"^(?:\d\d|R\d)[\s:.–-]+")
_QUESTION = re.compile(r"\*\*(?:The )?question:?\*\*:?\s*(.+)", re.IGNORECASE)
_MINUTES = re.compile(r"\*\*(?:Minutes|Time):?\*\*:?\s*(\d+(?:\s*[–-]\s*\d+)?)", re.IGNORECASE)


class Kind(StrEnum):
    """What a page is; the value is its folder."""

    LESSON = "notebooks"
    EXERCISE = "exercises"
    SOLUTION = "solutions"


@dataclass(frozen=True)
class Page:
    """One notebook of the course, and what its first cells say about it."""

    kind: Kind
    number: str
    path: Path
    title: str
    question: str
    minutes: str

    @property
    def label(self) -> str:
        """Number and title, as links show them."""
        return f"{self.number} {self.title}"

    @property
    def name(self) -> str:
        """Folder and file name, as messages show them."""
        return f"{self.kind.value}/{self.path.name}"


@dataclass(frozen=True)
class Course:
    """All pages under one root, in reading order."""

    root: Path
    pages: tuple[Page, ...]

    def of(self, kind: Kind) -> list[Page]:
        """The pages of one kind, in reading order."""
        return [page for page in self.pages if page.kind is kind]

    def find(self, kind: Kind, number: str) -> Page | None:
        """The page of that kind and number, or None."""
        return next((page for page in self.of(kind) if page.number == number), None)


def find_root(start: Path | None = None) -> Path:
    """The nearest folder upwards from `start` (or here) that holds pyproject.toml and notebooks/.

    Raises FileNotFoundError when there is none.
    """
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "pyproject.toml").exists() and (folder / Kind.LESSON.value).is_dir():
            return folder
    raise FileNotFoundError(
        f"No course was found in {here} or above it: no folder holds both pyproject.toml and notebooks/. "
        "Run this from the project's folder, or name it with --root."
    )


def own_root() -> Path:
    """The root of the course that came with this package: around it in the repository, inside it when installed."""
    package = Path(__file__).parents[1]
    return package if (package / Kind.LESSON.value).is_dir() else package.parent


def load(root: Path) -> Course:
    """Reads every page under `root`."""
    pages = [
        _page(kind, path)
        for kind in Kind
        for path in sorted((root / kind.value).glob("*.ipynb"))
        if _NAME.fullmatch(path.name)
    ]
    return Course(root, tuple(sorted(pages, key=lambda page: (list(Kind).index(page.kind), order(page.number)))))


def companions(root: Path) -> list[Path]:
    """The files that lie beside lessons and workbooks, such as pictures, in a fixed order."""
    found = (path for kind in (Kind.LESSON, Kind.EXERCISE) for path in sorted((root / kind.value).rglob("*")))
    return [
        path
        for path in found
        if path.is_file()
        and path.suffix != ".ipynb"
        and not any(part.startswith((".", "__")) for part in path.relative_to(root).parts)
    ]


def order(number: str) -> tuple[int, int]:
    """Where a number stands in the course: R1 follows 06, R2 follows 12."""
    return (_REVIEWS_STAND_AFTER[number], 1) if number in _REVIEWS_STAND_AFTER else (int(number.lstrip("R")), 0)


def number_of(path: Path) -> str:
    """The number in a page's file name.

    Raises ValueError when the name is not of the form NN_name.ipynb.
    """
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise ValueError(
            f"{path.name} is not named NN_name.ipynb, so its place in the course is unknown. Rename it, for example "
            "03_cold_starts.ipynb."
        )
    return match.group(1)


def read(path: Path) -> NotebookNode:
    """Reads one notebook in today's format."""
    return cells.node(nbformat.read(path, as_version=4))  # type: ignore[no-untyped-call]  # nbformat has no types


def as_text(notebook: NotebookNode) -> str:
    """The notebook as its file's text, the same to the byte for the same notebook."""
    text = nbformat.writes(notebook, version=4)  # type: ignore[no-untyped-call]  # nbformat has no types
    return str(text).rstrip("\n") + "\n"


def write(path: Path, text: str) -> bool:
    """Writes `text` with plain line ends if the file differs; returns whether it did."""
    new = text.encode()
    if path.exists() and path.read_bytes() == new:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(new)
    return True


def _page(kind: Kind, path: Path) -> Page:
    text = "\n".join(_opening(read(path).cells))
    title = _TITLE.search(text)
    return Page(
        kind=kind,
        number=number_of(path),
        path=path,
        title=_LEADING_NUMBER.sub("", title.group(1)) if title else path.stem,
        question=_plain(_QUESTION.search(text)),
        minutes=_plain(_MINUTES.search(text)),
    )


def _opening(all_cells: Iterable[NotebookNode]) -> list[str]:
    """The first four cells of text: title, question and minutes stand there."""
    texts = [cell.source for cell in all_cells if cell.cell_type == "markdown" and not cells.is_navigation(cell)]
    return texts[:4]


def _plain(match: re.Match[str] | None) -> str:
    """The matched words without the marks of emphasis and line breaks around them."""
    return re.split(r"\s+·\s+", match.group(1))[0].strip().strip("*_\\ ") if match else ""
