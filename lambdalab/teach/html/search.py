"""The index of all pages: what stands under each heading, as a script that a page may read without a server.

A browser lets no page read a file of the folder it came from, but it does run a script from there; so the index is a
script that sets one value. Left out: outputs, which would give predictions away, and word stems.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from bs4 import BeautifulSoup, Tag

_LEFT_OUT = ".output, .paper, script, style, svg"


@dataclass(frozen=True)
class Place:
    """One heading and what stands under it.

    Args:
        href: from the edition's folder.
        page: the page's title.
        heading: the section's name, or the term of the glossary; empty for what stands above the first.
        text: with one space between the words.
    """

    href: str
    page: str
    heading: str
    text: str


def places(href: str, title: str, soup: BeautifulSoup) -> Iterator[Place]:
    """Every section of a page, in order."""
    assert soup.main is not None
    left_out = {id(element) for element in soup.main.select(_LEFT_OUT)}
    anchor, heading, words = "", "", list[str]()
    for element in soup.main.descendants:
        if isinstance(element, Tag):
            starts = element.name in ("h2", "h3") or (element.name == "li" and element.has_attr("id"))
            if starts and element.has_attr("id"):
                yield from _place(href + anchor, title, heading, words)
                named = element.strong if element.name == "li" and element.strong else element
                anchor, heading, words = f"#{element['id']}", named.get_text(" ", strip=True), []
        elif not any(id(parent) in left_out for parent in element.parents):
            words.append(str(element))
    yield from _place(href + anchor, title, heading, words)


def _place(href: str, title: str, heading: str, words: list[str]) -> Iterator[Place]:
    text = " ".join("".join(words).split())
    if text:
        yield Place(href, title, heading, text)


def script(found: Iterable[Place]) -> str:
    """The index as a script."""
    rows = ",\n".join(json.dumps(asdict(place), ensure_ascii=False, separators=(",", ":")) for place in found)
    return f"window.COURSE = [\n{rows}\n];\n"
