"""Brings the course's notebooks up to date: `python -m lambdalab.teach.notebooks [--execute] [NN …]`.

Writes navigation cells, clean metadata, the workbooks, the glossary and the README's table; with --execute it first
runs the lessons and solutions (all, or those whose numbers are given) and stores their outputs. Running it twice
changes nothing, except outputs that differ from run to run. `--route 90 DIR` writes the short route for the room.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from nbformat import NotebookNode

from lambdalab.teach import cells, course, gates, glossary, navigation, variants, workbooks
from lambdalab.teach.course import Course, Kind, Page
from lambdalab.teach.execution import NOTEBOOK_SECONDS, NotebookFailedError, execute


def refreshed(book: Course) -> dict[Path, str]:
    """The text that each notebook of the course and the README have to have, by path."""
    texts = {}
    for page in (*book.of(Kind.LESSON), *book.of(Kind.SOLUTION)):
        texts[page.path] = course.as_text(_in_order(course.read(page.path), page, book))
    texts.update(workbooks.refreshed(book))
    path = book.root / "README.md"
    texts[path] = navigation.readme(path.read_text(encoding="utf-8"), book)
    path = book.root / "docs" / "glossary.md"
    if path.exists():  # a course of another maker may have none
        texts[path] = glossary.markdown(book, f"../{Kind.LESSON.value}/")
    return texts


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns 1 when a notebook failed."""
    options = _parser().parse_args(arguments)
    book = course.load(options.root or course.find_root())
    if options.route:
        written = variants.write_route(book, Path(options.route[1]), options.route[0])
        print("\n".join(f"written   {path}" for path in written))
        return 0
    chosen = _chosen(book, options.numbers)
    failed = sum(not _run(page, book) for page in chosen) if options.execute else 0
    for path, text in refreshed(course.load(book.root)).items():
        if course.write(path, text):
            print(f"written   {path.relative_to(book.root).as_posix()}")
    return 1 if failed else 0


def _chosen(book: Course, numbers: Sequence[str]) -> list[Page]:
    """The lessons and solutions of the given numbers, or all."""
    runnable = [*book.of(Kind.LESSON), *book.of(Kind.SOLUTION)]
    unknown = sorted(set(numbers) - {page.number for page in runnable})
    if unknown:
        raise SystemExit(
            f"There is no notebook number {', '.join(unknown)}. There are: "
            f"{', '.join(sorted({page.number for page in runnable}))}."
        )
    return [page for page in runnable if not numbers or page.number in numbers]


def _run(page: Page, book: Course) -> bool:
    """Executes one page and stores its outputs; a page that fails keeps its old ones."""
    try:
        done = execute(_in_order(course.read(page.path), page, book), page.path.parent, page.number)
    except NotebookFailedError as error:
        print(f"FAILED    {page.name}, {error}")
        return False
    findings = gates.stored_errors(page.name, done.notebook)
    if findings:
        print("\n".join(f"FAILED    {finding}" for finding in findings))
        return False
    course.write(page.path, course.as_text(done.notebook))
    slow = f", over the limit of {NOTEBOOK_SECONDS} s" if done.seconds > NOTEBOOK_SECONDS else ""
    print(f"executed  {page.name} in {done.seconds:.0f} s{slow}")
    return True


def _in_order(notebook: NotebookNode, page: Page, book: Course) -> NotebookNode:
    return navigation.navigate(cells.normalise(notebook, page.number), page.kind, page.number, book)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m lambdalab.teach.notebooks", description="Brings the course's notebooks up to date."
    )
    parser.add_argument("numbers", nargs="*", metavar="NN", help="only these numbers are executed (default: all)")
    parser.add_argument("--execute", action="store_true", help="run the notebooks and store their outputs")
    parser.add_argument(
        "--route", nargs=2, metavar=("ROUTE", "DIR"), help="write only the cells of a route, such as 90, to DIR"
    )
    parser.add_argument("--root", type=Path, help="the project's folder (default: found upwards from here)")
    return parser


if __name__ == "__main__":
    raise SystemExit(main())
