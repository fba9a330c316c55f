"""One notebook as one page: nbconvert with our template, and what the template cannot do to the finished page.

The stored outputs are shown as they are. Styles that each output brings along stand once in the head; links lead from
page to page instead of from notebook to notebook; a term leads to the glossary. JupyterLab brings nbconvert, and that
Beautiful Soup. Left out: widgets, of which the stored text remains, and formulas, which the course does not use.
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from bs4 import BeautifulSoup
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from lambdalab.teach import cells, glossary
from lambdalab.teach.html import paper

PLOTLY = "application/vnd.plotly.v1+json"
_TEMPLATES = Path(__file__).parent / "template"
_NOTEBOOK = re.compile(r"\.ipynb(?=#|$)")


@dataclass(frozen=True)
class Link:
    """Where a link leads, relative to the page, and its words."""

    href: str
    label: str


@dataclass(frozen=True)
class Sheet:
    """A page to be made.

    Args:
        path: below the edition's folder, such as "notebooks/03_cold_starts.html".
        title: as the browser's tab shows it.
        notebook: what it shows.
        before, after, beside: the pages that its navigation leads to.
        scripts: of the edition's own files, which it needs.
        entries: whether each item of its list begins with a name that links lead to.
    """

    path: PurePosixPath
    title: str
    notebook: NotebookNode
    before: Link | None = None
    after: Link | None = None
    beside: Link | None = None
    scripts: tuple[str, ...] = ()
    entries: bool = False

    @property
    def up(self) -> str:
        """The way from the page to the edition's folder: "" or "../"."""
        return "../" * (len(self.path.parts) - 1)


def page(sheet: Sheet, terms: dict[str, str]) -> BeautifulSoup:
    """The finished page.

    Args:
        sheet: what to make.
        terms: each term of the glossary in small letters, and the name of its place there.
    """
    notebook = _marked(sheet.notebook)
    scripts = ("plotly.min.js", "figures.js") if _has_plot(notebook) else ()
    about = {
        "title": sheet.title, "up": sheet.up, "scripts": (*scripts, *sheet.scripts),
        "before": sheet.before, "after": sheet.after, "beside": sheet.beside,
    }  # fmt: skip
    body, _ = _exporter().from_notebook_node(notebook, {"page": about})
    soup = BeautifulSoup(body, "html.parser")
    _styles_once(soup)
    _wide(soup)
    _places(soup, "h2, h3, li" if sheet.entries else "h2, h3")
    _links(soup, sheet.up)
    _terms(soup, f"{sheet.up}glossary.html", terms)
    paper.arrange(soup)
    return soup


def _exporter() -> Any:
    exporter: Any = HTMLExporter(  # type: ignore[no-untyped-call]  # nbconvert has no types
        template_name="course", extra_template_basedirs=[str(_TEMPLATES)], exclude_anchor_links=True
    )
    exporter.register_filter("plot", _plot)
    exporter.register_filter("ratio", _ratio)
    return exporter


def _plot(figure: dict[str, Any]) -> str:
    """A figure as JSON that may stand in a script element."""
    return json.dumps(figure, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")


def _ratio(figure: dict[str, Any]) -> str:
    """A figure's width to its height, so that its place is kept free until it is drawn."""
    return f"{_size(figure, 'width')} / {_size(figure, 'height')}"


def _size(figure: dict[str, Any], side: str) -> int:
    layout = figure["layout"]
    return int(layout.get(side) or layout["template"]["layout"][side])


def _has_plot(notebook: NotebookNode) -> bool:
    return any(PLOTLY in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", []))


def _marked(notebook: NotebookNode) -> NotebookNode:
    """A copy without navigation cells, in which each cell says whether it predicts or reveals."""
    marked = copy.deepcopy(notebook)
    marked.cells = [cell for cell in marked.cells if not cells.is_navigation(cell)]
    for cell in filter(cells.is_code, marked.cells):
        found = {
            name: str(call.args[0].value)  # type: ignore[attr-defined]  # a constant: the lessons are checked for it
            for name in ("predict", "reveal")
            if cells.cell_magic(cell) is None
            for call in cells.calls(cell, name)
        }
        cell.metadata["html"] = found
    return marked


def _styles_once(soup: BeautifulSoup) -> None:
    """Every style sheet that outputs brought along stands in the head, each once."""
    assert soup.head is not None
    seen: set[str] = set()
    for style in soup.select("body style"):
        style.extract()
        if style.text not in seen:
            seen.add(style.text)
            soup.head.append(style)


def _places(soup: BeautifulSoup, named_elements: str) -> None:
    """Headings, and the words of the glossary, get names that a link can lead to."""
    taken: set[str] = set()
    for element in soup.select(f"main .text :is({named_elements})"):
        named = element.strong if element.name == "li" and element.strong else element
        name = glossary.slug(named.get_text()) or "place"
        element["id"] = name if name not in taken else f"{name}-{len(taken)}"
        taken.add(str(element["id"]))


def _wide(soup: BeautifulSoup) -> None:
    """What may be wider than a small screen is moved there by the arrow keys too, once it has the focus."""
    for table in soup.select("main .text table"):
        table.wrap(soup.new_tag("div", attrs={"class": "wide", **_focus("Table")}))
    for output in soup.select("main .output"):
        if output.select_one(".plot, svg[role=img], table") and not output.select_one("input, details"):
            output.attrs.update(_focus("Output"))


def _focus(name: str) -> dict[str, str]:
    return {"tabindex": "0", "role": "group", "aria-label": name}


def _links(soup: BeautifulSoup, up: str) -> None:
    """Links from notebook to notebook lead from page to page; the README is the page of contents."""
    for link in soup.select("main a[href]"):
        target = str(link["href"])
        if re.match(r"[a-z]+:", target):
            continue
        target = _NOTEBOOK.sub(".html", target)
        link["href"] = f"{up}index.html" if target.endswith("README.md") else target


def _terms(soup: BeautifulSoup, glossary: str, terms: dict[str, str]) -> None:
    """The first place in the text that marks a term, and its place among the words met, lead to the glossary."""
    seen: set[tuple[str, str]] = set()
    for marked in soup.select("main .text strong, main .text em"):
        words = marked.get_text().strip().lower()
        place = terms.get(words) or terms.get(words.removesuffix("s"))
        if place is None or (marked.name, place) in seen or marked.find_parent("a") or marked.find_parent("h1"):
            continue
        seen.add((marked.name, place))
        link = soup.new_tag("a", attrs={"class": "term", "href": f"{glossary}#{place}"})
        for inside in list(marked.contents):
            link.append(inside.extract())
        marked.append(link)
