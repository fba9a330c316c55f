"""The short routes: a choice of cells for the room. Those tagged `route-90` make the ninety-minute class.

Without outputs, since stored outputs give predictions away. A route's notebooks stand alone, so the tag also belongs to
the cells that start the lab.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from lambdalab.teach import cells, course
from lambdalab.teach.course import Course, Kind


def write_route(book: Course, target: Path, route: str) -> list[Path]:
    """Writes only the cells tagged `route-<route>` of each lesson, without outputs; returns the notebooks written.

    Raises ValueError when no cell carries that tag, or when the target is where the originals are.
    """
    folders = [(book.root / kind.value).resolve() for kind in Kind]
    if target.resolve() == book.root.resolve() or any(folder in (target.resolve() / "x").parents for folder in folders):
        raise ValueError(f"{target} is where the originals are, and they would be lost. Choose another folder.")
    tag, written = f"route-{route}", []
    for page in book.of(Kind.LESSON):
        short = cells.without_outputs(course.read(page.path))
        if not any(tag in cells.tags(cell) for cell in short.cells):
            continue
        short.cells = [cell for cell in short.cells if tag in cells.tags(cell) or cells.is_navigation(cell)]
        path = target / page.kind.value / page.path.name
        course.write(path, course.as_text(short))
        written.append(path)
    if not written:
        raise ValueError(
            f"No cell of any lesson is tagged route-{route}. Tag the cells of the route, or choose another."
        )
    _copy_companions(book.root, target)
    return written


def _copy_companions(root: Path, target: Path) -> None:
    """The README that navigation leads to, and whatever else lies beside the notebooks."""
    if (root / "README.md").exists():
        target.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / "README.md", target / "README.md")
    for path in course.companions(root):
        copy = target / path.relative_to(root)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, copy)
