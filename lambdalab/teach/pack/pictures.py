"""Each lesson's pictures alone, at projector size, from the outputs that the notebooks store: nothing is run.

A drawing becomes an SVG file twice as large, in light colours that need no style sheet. A Plotly figure, and a picture
with a slider, become a page of their own, which needs no network. Each has its finding as a text. Left out: cards and
tables, which are read.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode

from lambdalab.show import theme
from lambdalab.teach import cells, course
from lambdalab.teach.course import Course, Kind

PLOTLY = "application/vnd.plotly.v1+json"
_DRAWING = re.compile(r"<svg [^>]*?role=\"img\".*?</svg>", re.DOTALL)
_WIDE = re.compile(r'width="900" height="(\d+)"')
_COLOUR = re.compile(r"var\(--[\w-]+,(#[0-9A-Fa-f]{6})\)")
_SPOKEN = re.compile(r'aria-label="([^"]*)"')
_TIMES = 2
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{margin:0;background:{paper}}}main{{transform:scale(1.4);transform-origin:0 0;width:900px}}
.spoken{{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}}</style>
<main>{body}</main></html>
"""
_FIGURE = """<div id="picture" aria-hidden="true"></div><p class="spoken">{spoken}</p>
<script src="plotly.min.js"></script>
<script>Plotly.newPlot("picture", {data}, {layout}, {{"displayModeBar": false}})</script>"""


@dataclass(frozen=True)
class Stored:
    """One picture as a file.

    Args:
        name: of the file, "03-1.html".
        text: of the file.
        spoken: its finding.
    """

    name: str
    text: str
    spoken: str


def stored(book: Course) -> Iterator[Stored]:
    """Every picture of every lesson, in reading order."""
    for page in book.of(Kind.LESSON):
        for place, (kind, text, spoken) in enumerate(_in(course.read(page.path)), start=1):
            told = {"title": html.escape(page.label), "paper": theme.LIGHT.paper, "body": text}
            whole = text if kind == "svg" else _PAGE.format(**told)
            yield Stored(f"{page.number}-{place}.{kind}", whole, spoken)


def plotly_script() -> str:
    """The library that draws the figures' pages, as the installed plotly brings it along."""
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


def _in(notebook: NotebookNode) -> Iterator[tuple[str, str, str]]:
    """The end of the file's name, what is drawn, and its sentence, for each stored picture."""
    for cell in filter(cells.is_code, notebook.cells):
        for output in cell.outputs:
            data = output.get("data", {})
            if PLOTLY in data:
                yield "html", figure_html(data[PLOTLY], data["text/plain"]), data["text/plain"]
                continue
            page = data.get("text/html", "")
            found = _DRAWING.search(page)
            if found and _WIDE.search(found.group()):
                spoken = html.unescape(_SPOKEN.search(found.group())[1])  # type: ignore[index]  # each drawing has one
                yield ("html", page, spoken) if "<form" in page else ("svg", _alone(found.group()), spoken)


def figure_html(figure: Mapping[str, Any], spoken: str) -> str:
    """A Plotly figure and its sentence as a part of a page; `plotly.min.js` has to lie beside the page.

    Args:
        figure: its data and layout.
        spoken: its finding, for listeners.
    """
    parts = {key: json.dumps(figure[key]).replace("</", "<\\/") for key in ("data", "layout")}
    return _FIGURE.format(spoken=html.escape(spoken), **parts)


def _alone(drawing: str) -> str:
    """The drawing as a file: twice as large, its colours without a style sheet."""
    large = _WIDE.sub(lambda size: f'width="{900 * _TIMES}" height="{int(size.group(1)) * _TIMES}"', drawing, count=1)
    return _COLOUR.sub(r"\1", large) + "\n"
