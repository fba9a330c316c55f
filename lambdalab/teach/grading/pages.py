"""A page for each student, with points, code and the card of each check; and one for the class, with its chart.

The card is the one that `check` shows in the notebook, so nothing new has to be learned to read it. It shows no test
code. Left out: the audit column, which is for the teacher.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

from lambdalab.show import theme
from lambdalab.show.figure import Canvas
from lambdalab.show.frame import code_block, folded, quiet
from lambdalab.teach.grading import report
from lambdalab.teach.grading.graded import GRADED, Graded, Mark
from lambdalab.teach.grading.report import number

_MOST_ROWS = 24

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>{title}</title><style>:root{{color-scheme:light dark}}{css}
main{{max-width:900px;margin:0 auto;padding:16px}}</style></head>
<body><main class="ll"><h1>{title}</h1>{body}</main></body></html>
"""


def write(graded: Sequence[Graded], folder: Path) -> None:
    """Write a page for each submission into the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in graded:
        (folder / file_name(one.name)).write_text(page(one), encoding="utf-8")


def file_name(name: str) -> str:
    """The page's name; "ada/02" becomes "ada-02.html"."""
    return re.sub(r"[^\w.-]+", "-", name).strip("-.") + ".html"


def page(graded: Graded) -> str:
    """The whole page."""
    most = sum(mark.most for mark in graded.marks)
    body = f"<p><b>{number(graded.points)} of {number(most)} points</b></p>"
    if graded.state != GRADED:
        body += f"<p>{escape(graded.state)}</p>"
    body += "".join(map(_exercise, graded.marks))
    return _PAGE.format(title=escape(graded.name), css=theme.css(), body=body)


def _exercise(mark: Mark) -> str:
    head = f"<h2>{escape(mark.exercise)}: {number(mark.points)} of {number(mark.most)} points</h2>"
    if not any(mark.how):
        return head + quiet("No answer was found in the notebook.") + mark.html
    code = "".join(code_block(source) for source in mark.code)
    return head + mark.html + folded("Your code", code, opened=True)


def write_class(graded: Sequence[Graded], path: Path) -> None:
    """A page with the chart and its table; it needs no network."""
    rows = [(f"{line.exercise}  {id}", count) for line in report.lines(graded) for id, count in line.wrong]
    shown = sorted(rows, key=lambda row: -row[1])[:_MOST_ROWS]
    shown.sort(key=lambda row: row[0][:5])
    height = 150 + 30 * max(1, len(shown))
    canvas = Canvas(height, theme.LIGHT)
    canvas.title(report.finding(graded), "Submissions with each wrong answer, named as its card's message is")
    top = max((count for _, count in shown), default=1)
    for position, (name, count) in enumerate(shown):
        y = 105 + 30 * position
        long = max(4.0, 480 * count / top)
        canvas.text(330, y, name, anchor="right", colour=canvas.colours.text)
        canvas.shape(
            type="rect", xref="paper", yref="paper", x0=canvas.across(345), x1=canvas.across(345 + long),
            y0=canvas.up(y + 9), y1=canvas.up(y - 9), fillcolor=canvas.colours.second, line={"width": 0},
        )  # fmt: skip
        canvas.text(355 + long, y, str(count), colour=canvas.colours.text, bold=True)
    canvas.bottom(f"lambdalab grade, {len(graded)} submissions")
    canvas.figure.update_layout(xaxis={"visible": False}, yaxis={"visible": False})
    drawn = canvas.drawn().to_html(full_html=False, include_plotlyjs=True, config={"displayModeBar": False})
    figure = f'<div role="img" aria-label="{escape(report.finding(graded))}">{drawn}</div>'
    table = report.table(graded).html(sheet=False)
    path.write_text(_PAGE.format(title="The class", css=theme.css(), body=figure + table), encoding="utf-8")
