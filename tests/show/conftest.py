"""What the tests of pictures and cards share: a strict reader of HTML, and the width of a text in the widest fonts."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import combinations
from typing import Any

import pytest
from PIL import ImageFont

from lambdalab.show import theme

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


@pytest.fixture
def apart(width: Callable[..., float]) -> Callable[[Any], None]:
    """Fails when a text of a Plotly picture touches another, leaves the canvas, or is below 16 px."""

    def check(picture: Any) -> None:
        layout = picture.figure.layout
        height, found = layout.height, []
        for each in layout.annotations:
            if each.xref != "paper":  # a letter on its block
                continue
            bold = str(each.text).startswith("<b>")
            lines = re.sub("</?b>", "", str(each.text)).split("<br>")
            wide = max(width(line, each.font.size, bold=bold) for line in lines)
            left = each.x * theme.WIDTH - wide * {"left": 0, "center": 0.5, "right": 1}[each.xanchor]
            top = (1 - each.y) * height
            found.append((left, top + 3, left + wide, top + 1.3 * each.font.size * len(lines) - 3, each.text))
            assert each.font.size >= 16
        if layout.xaxis.tickvals:  # in pixels, right below the axis
            y = height * (1 - layout.yaxis.domain[0]) + 8
            for x, words in zip(layout.xaxis.tickvals, layout.xaxis.ticktext, strict=True):
                half = width(words, theme.NOTE) / 2
                found.append((x - half, y, x + half, y + 18, f"tick {words}"))
        for left, top, right, bottom, words in found:
            assert left >= 0 and top >= 0 and right <= theme.WIDTH and bottom <= height, f"{words!r} leaves the canvas"
        for one, other in combinations(found, 2):
            clear = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert clear, f"{one[4]!r} touches {other[4]!r}"

    return check


@pytest.fixture
def svg_apart(width: Callable[..., float]) -> Callable[[str], None]:
    """Fails when a text of a drawing touches another, leaves the canvas, or is below 16 px."""

    def check(drawing: str) -> None:
        element = ElementTree.fromstring(drawing)
        wide, high = (float(element.attrib[name]) for name in ("width", "height"))
        found = []
        for text in element.iter("{http://www.w3.org/2000/svg}text"):
            size, words = float(text.attrib["font-size"]), text.text or ""
            length = width(words, size, bold=text.get("font-weight") == "700")
            left = float(text.attrib["x"]) - length * {"start": 0, "middle": 0.5, "end": 1}[text.attrib["text-anchor"]]
            base = float(text.attrib["y"])
            found.append((left, base - 0.76 * size, left + length, base + 0.24 * size, words))
            assert size >= 16, f"{words!r} is {size} px high"
        assert found
        for left, top, right, bottom, words in found:
            assert left >= 0 and top >= 0 and right <= wide and bottom <= high, f"{words!r} leaves the canvas"
        for one, other in combinations(found, 2):
            clear = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
            assert clear, f"{one[4]!r} touches {other[4]!r}"

    return check
