"""A picture and its twins: the drawing, the same facts as a small table, and one spoken sentence, from one call.

AWS's console draws charts and keeps the numbers elsewhere. Here figure, table and alternative text are made together,
so they can't disagree, and each notebook output also carries plain text. Left out: figure widgets, which need a kernel.
"""

from __future__ import annotations

import html
import json
import os
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lambdalab.show import theme


def _columns(text: str) -> int:
    """How many columns of a terminal the text fills: a Chinese character fills two, a combining accent none."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(unicodedata.combining(character) != 0 for character in text)


@dataclass(frozen=True, repr=False)
class Table:
    """A small table, as HTML and as plain text; stands under each picture.

    Args:
        caption: what is counted, and where the numbers come from.
        columns: the headings; the first one heads the rows' names and may be empty.
        rows: each as many cells as there are columns.
        align: "l" or "r" for each column; without it the first is left, the others right.
        widths: how many percent of the whole each column has, where long cells would break the words of short ones.

    Raises:
        ValueError: a row, `align` or `widths` does not have one entry for each column.
    """

    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    align: str = ""
    widths: Sequence[int] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))  # lists are welcome, and what is kept cannot change
        object.__setattr__(self, "rows", tuple(tuple(row) for row in self.rows))
        width = len(self.columns)
        lengths = {len(self._sides), len(self.widths) or width, *(len(row) for row in self.rows)}
        if lengths != {width}:
            raise ValueError(
                f"the table {self.caption!r} has {width} columns, and a row, its alignment or its widths have another "
                "number; give one cell, one letter and one width for each column"
            )

    @property
    def _sides(self) -> str:
        return self.align or "l" + "r" * (len(self.columns) - 1)

    def html(self, *, sheet: bool = True) -> str:
        """The table as HTML, with a caption and header scopes.

        Args:
            sheet: whether the style sheet goes along; a card that holds the table has it already.
        """
        sides = [' class="ll-r"' if side == "r" else "" for side in self._sides]
        shares = [f' width="{share}%"' for share in self.widths] or [""] * len(sides)
        named = zip(self.columns, sides, shares, strict=True)
        head = "".join(
            f'<th scope="col"{side}{share}>{html.escape(name)}</th>' if name else f"<td{share}></td>"
            for name, side, share in named
        )
        body = ""
        for first, *others in self.rows:
            cells = "".join(f"<td{side}>{html.escape(cell)}</td>" for cell, side in zip(others, sides[1:], strict=True))
            body += f'<tr><th scope="row"{sides[0]}>{html.escape(first)}</th>{cells}</tr>'
        table = (
            f"<table><caption>{html.escape(self.caption)}</caption><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>"
        )
        return f'<style>{theme.css()}</style><div class="ll ll-t {theme.NO_FORMULAS}">{table}</div>' if sheet else table

    def text(self) -> str:
        """The table as plain text with aligned columns."""
        lines = [self.columns, *self.rows]
        widths = [max(_columns(line[index]) for line in lines) for index in range(len(self.columns))]

        def aligned(line: Sequence[str]) -> str:
            cells = []
            for cell, width, side in zip(line, widths, self._sides, strict=True):
                room = " " * (width - _columns(cell))
                cells.append(room + cell if side == "r" else cell + room)
            return "  ".join(cells).rstrip()

        rule = "  ".join("-" * width for width in widths)
        return "\n".join([self.caption, aligned(self.columns), rule, *map(aligned, self.rows)])

    def _repr_html_(self) -> str:
        return self.html()

    def __repr__(self) -> str:
        return self.text()


@dataclass(frozen=True, repr=False)
class Picture:
    """A Plotly figure or an SVG drawing with its table and its sentence; each lesson's picture is one.

    Args:
        table: the same facts as numbers, at most eight rows.
        alt: the finding with its numbers, what is drawn, one comparison: at most 40 words.
        figure: a Plotly figure; or else
        svg: an SVG element as text.

    Raises:
        ValueError: both or neither of figure and svg, a long sentence, or a long table.
    """

    table: Table
    alt: str
    figure: Any = None
    svg: str = ""

    def __post_init__(self) -> None:
        if (self.figure is None) == (not self.svg):
            raise ValueError("a picture is either a Plotly figure or an SVG drawing; give exactly one of the two")
        if len(self.alt.split()) > 40:
            raise ValueError(f"the alternative text has {len(self.alt.split())} words; a listener follows at most 40")
        if len(self.table.rows) > 8:
            raise ValueError(f"the table has {len(self.table.rows)} rows; summarise them in at most 8")

    def bundle(self) -> dict[str, Any]:
        """The drawing as a notebook stores it: by MIME type, plain text always among them."""
        if self.figure is None:
            return {
                "text/html": f'<style>{theme.css()}</style><div class="ll">{self.svg}</div>',
                "text/plain": self.alt,
            }
        drawn = json.loads(self.figure.to_json())
        stored = {"data": drawn["data"], "layout": drawn["layout"], "config": {"displayModeBar": False}}
        renderer = {}
        if os.environ.get("PLOTLY_RENDERER"):  # an export to HTML asks for a renderer of its own
            renderer = dict(self.figure._repr_mimebundle_() or {})
        return {**renderer, "application/vnd.plotly.v1+json": stored, "text/plain": self.alt}

    def twin(self) -> dict[str, Any]:
        """The table as a notebook stores it; under a figure the sentence goes along, for listeners."""
        spoken = f'<p class="ll-x">{html.escape(self.alt)}</p>' if self.figure is not None else ""
        table = self.table.html(sheet=False)
        return {
            "text/html": f'<style>{theme.css()}</style><div class="ll ll-t {theme.NO_FORMULAS}">{spoken}{table}</div>',
            "text/plain": self.table.text(),
        }

    def _ipython_display_(self) -> None:
        from IPython import display  # only a notebook calls this

        publish: Any = display.publish_display_data  # IPython leaves it untyped
        for output in (self.bundle(), self.twin()):
            publish(output)

    def __repr__(self) -> str:
        return f"{self.alt}\n\n{self.table.text()}"
