"""Whether a link leads to a section of a lesson that is there, read from the notebooks themselves."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from lambdalab.teach import course, shape

ROOT = course.find_root(Path(__file__).parent)


def has_section(page: str) -> bool:
    """Whether a link leads to a notebook, and to a heading that is in it."""
    file, _, section = page.partition("#")
    headings = [heading.text for heading in shape.headings(course.read(ROOT / "notebooks" / file))]
    return unquote(section).replace("-", " ") in [heading.replace("-", " ") for heading in headings]
