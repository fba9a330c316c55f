"""What a student gets of the course: `lambdalab release LESSON --to DIR`, and what `lambdalab open` copies.

Lessons and workbooks without outputs, since stored outputs give predictions away; the pictures that they show; a
README that says what to type first. Solutions are left out, and so are links to pages that are not in it. The same
course gives the same bytes.
"""

from __future__ import annotations

import argparse
import io
import sys
import zipfile
from importlib import metadata
from pathlib import Path

from lambdalab.teach import cells, course, navigation
from lambdalab.teach.course import Course, Kind, Page

ALL = "all"
README = "README.md"
_KINDS = (Kind.LESSON, Kind.EXERCISE)
_FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)

_TEXT = """# {title}

{about}

## What to type first

You need Python 3.11 or newer and `lambdalab` {version}. If it is not installed yet, install the file that your teacher
gives you, once:

```
python -m pip install lambdalab-{version}-py3-none-any.whl
```

Then, in this folder:

```
lambdalab doctor
jupyter lab {first} --ServerApp.root_dir=.
```

`doctor` says whether this machine is ready. Run the cells of a page from the top; each page starts what it needs.
`lambdalab progress` shows what you have done so far.

## The pages

{table}
"""


def files(book: Course, lesson: str = ALL) -> dict[str, bytes]:
    """The files of a student's bundle, by their path in it.

    Args:
        book: the course; its solutions are not looked at.
        lesson: the number of a lesson or review, "05" or "R1"; "all" for the whole course.

    Raises:
        ValueError: there is no such lesson; the text names the known ones.
    """
    known = [page.number for page in book.of(Kind.LESSON)]
    if lesson not in (ALL, *known):
        raise ValueError(f"There is no lesson {lesson!r}. There are: {', '.join(known)}; or all of them: {ALL}.")
    pages = [page for page in book.pages if page.kind in _KINDS and lesson in (ALL, page.number)]
    part = Course(book.root, tuple(pages))
    made = {page.name: _page(page, part) for page in pages}
    together = b"\n".join(made.values()).decode()
    made |= {
        path.relative_to(book.root).as_posix(): path.read_bytes()
        for path in course.companions(book.root)
        if lesson == ALL or path.relative_to(path.parents[1]).as_posix() in together
    }
    return {README: _readme(part, lesson).encode(), **made}


def write(made: dict[str, bytes], target: Path, *, replace: bool = False) -> None:
    """Write a bundle into a folder, which is made, or as one archive if the name ends in `.zip`.

    Args:
        replace: write over the files of an earlier one.

    Raises:
        OSError: it cannot be written; a FileExistsError if it is there already and is not
            empty, since a bundle replaces nothing unless that is asked for.
    """
    there = target.is_file() or (target.is_dir() and any(target.iterdir()))
    if there and not replace:
        raise FileExistsError(f"{target} is there already, and a release replaces nothing. Name another place.")
    if target.suffix == ".zip":
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(_archive(made))
        return
    for name, content in made.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(content)


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `lambdalab release`."""
    parser.add_argument("lesson", metavar="LESSON", help=f"its number, such as 05 or R1; {ALL} for the whole course")
    parser.add_argument(
        "--to", type=Path, required=True, metavar="DIR", help="a new folder; a name that ends in .zip makes an archive"
    )


def command(given: argparse.Namespace) -> int:
    """`lambdalab release`: write the bundle and say what is in it; the exit code."""
    try:
        made = files(course.load(course.own_root()), given.lesson)
        write(made, given.to)
    except (ValueError, OSError) as wrong:
        print(wrong, file=sys.stderr)
        return 1
    print(*(f"written   {given.to / name}" for name in made), sep="\n")
    return 0


def _page(page: Page, part: Course) -> bytes:
    blank = cells.without_outputs(course.read(page.path))
    return course.as_text(navigation.navigate(blank, page.kind, page.number, part)).encode()


def _readme(part: Course, lesson: str) -> str:
    first: Page = part.of(Kind.LESSON)[0]
    if lesson == ALL:
        title = "AWS Lambda in notebooks"
        about = "A course in lessons and workbooks. Each lesson has a workbook whose questions check themselves."
    else:
        title, about = first.label, f"{first.question} {first.minutes} minutes, and more for the workbook."
    return _TEXT.format(
        title=title,
        about=about,
        version=metadata.version("lambdalab"),
        first=first.name,
        table=navigation.table(part),
    )


def _archive(made: dict[str, bytes]) -> bytes:
    """The files in their order, with no date and no owner of this machine."""
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as archive:
        for name, content in made.items():
            entry = zipfile.ZipInfo(name, _FIRST_DAY_OF_ZIP)
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return kept.getvalue()
