"""What the tests of pictures and cards share: a strict reader of HTML, and the width of a text in the widest fonts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser

import pytest
from PIL import ImageFont

_VOID = {"br", "img", "hr", "input", "col", "path", "rect", "meta"}


class _Strict(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        self.tags.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)


@dataclass(frozen=True)
class Read:
    """An HTML text that was well formed: its tags with attributes, and its visible words."""

    tags: list[tuple[str, dict[str, str | None]]]
    words: str


@pytest.fixture
def read_html() -> Callable[[str], Read]:
    """Reads HTML, and fails when a tag is not closed, is closed out of turn, or has an attribute twice."""

    def read(text: str) -> Read:
        parser = _Strict()
        parser.feed(text)
        parser.close()
        assert parser.open == [], f"never closed: {parser.open}"
        return Read(parser.tags, " ".join("".join(parser.words).split()))

    return read


@pytest.fixture(scope="session")
def width() -> Callable[..., float]:
    """The width of a text in pixels in DejaVu, the widest fonts of the stacks; an estimate where they are missing."""

    def measured(text: str, size: float, *, bold: bool = False, mono: bool = False) -> float:
        name = "DejaVuSansMono.ttf" if mono else "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
        try:
            return float(ImageFont.truetype(name, round(size)).getlength(text))
        except OSError:
            return len(text) * size * (0.61 if mono else 0.68 if bold else 0.6)

    return measured
