"""Picture S1: the notebook and the function are two processes, and only JSON text passes between them.

On AWS the function is on another machine altogether. Here both are on this one, in two processes, which is enough to
see that a notebook's variable is not there. Left out: clouds, HTTP, ports.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any

from lambdalab.show import glyphs, theme
from lambdalab.show.picture import Picture, Table

HEIGHT = 400
_ARROW_TEXT = 28  # characters of 16 px between the boxes
_BOX_TEXT = 23  # characters of 17 px inside a box
_CHARACTER = 10.3  # pixels of one character of the code's font at 17 px


def _fit(text: str, room: int) -> str:
    return text if len(text) <= room else text[: room - 1] + "…"


class _Pen:
    """Writes SVG elements with colours by role: fixed ones for a file, the style sheet's inside a notebook."""

    def __init__(self, colours: theme.Theme | None) -> None:
        self.colours = colours
        self.parts: list[str] = []

    def colour(self, role: str) -> str:
        return self.colours.colours()[role] if self.colours else theme.var(role)

    def text(
        self, x: float, y: float, words: str, *, role: str = "text", size: int = theme.LABEL, bold: bool = False,
        code: bool = False, anchor: str = "start",
    ) -> None:  # fmt: skip
        look = f' font-weight="{700 if bold else 400}"' if bold else ""
        look += f' font-family="{escape(theme.MONO)}" xml:space="preserve"' if code else ""
        where = f'x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}"'
        self.parts.append(f'<text {where} fill="{self.colour(role)}"{look}>{escape(words)}</text>')

    def box(self, x: float, y: float, width: float, height: float, *, line: float, radius: float, fill: str) -> None:
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" fill="{fill}" '
            f'stroke="{self.colour("text")}" stroke-width="{line:g}"/>'
        )

    def line(self, x1: float, x2: float, y: float, *, role: str, width: float) -> None:
        colour = self.colour(role)
        self.parts.append(f'<path d="M{x1:g},{y:g} H{x2:g}" fill="none" stroke="{colour}" stroke-width="{width:g}"/>')

    def arrow(self, x1: float, x2: float, y: float, *, width: float, head: float) -> None:
        back = head if x1 < x2 else -head
        self.line(x1, x2 - back / 2, y, role="second", width=width)
        tip = f"M{x2 - back:g},{y - head / 2:g} L{x2:g},{y:g} L{x2 - back:g},{y + head / 2:g} Z"
        self.parts.append(f'<path d="{tip}" fill="{self.colour("second")}"/>')

    def svg(self, width: int, height: int, spoken: str) -> str:
        paper = f'<rect width="{width}" height="{height}" fill="{self.colour("paper")}"/>'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-label="{escape(spoken)}" font-family="{escape(theme.FONT)}">'
            f"{paper}{''.join(self.parts)}</svg>"
        )


def _process(pen: _Pen, x: float, name: str, process: int) -> None:
    pen.box(x, 92, 280, 228, line=theme.BOX_LINE, radius=8, fill=pen.colour("panel"))
    pen.parts.append(glyphs.inner("process", x=x + 14, y=104, size=36, colours=pen.colours))
    pen.text(x + 60, 120, name, size=19, bold=True)
    pen.text(x + 60, 142, f"process {process}", role="second", size=theme.NOTE)
    pen.line(x, x + 280, 158, role="text", width=theme.AXIS_LINE)


def _draw(
    pen: _Pen, title: str, *, notebook_process: int, function_process: int, variable: str, value: str,
    event: Mapping[str, Any], event_text: str, answer_text: str, function: str,
) -> None:  # fmt: skip
    pen.text(18, 36, title, size=theme.TITLE, bold=True)
    two = notebook_process != function_process
    told = "Two processes: neither can see the other's variables" if two else "Event and answer, as JSON text"
    pen.text(18, 64, told, role="second", size=theme.SUBTITLE)
    _process(pen, 18, "your notebook", notebook_process)
    _process(pen, 602, "the function", function_process)

    key, given = next(iter(event.items()), ("", ""))
    name = key if key.isidentifier() else "value"
    code = [f"{name} = {json.dumps(given, ensure_ascii=False)}"] if event else []
    for row, line in enumerate([*code, f"{variable} = {value}"]):
        pen.text(36, 192 + 26 * row, _fit(line, _BOX_TEXT), code=True)
    more = ", …" if len(event) > 1 else ""
    call = f"  {{{json.dumps(key, ensure_ascii=False)}: {name}{more}}})" if event else "  {})"
    for row, line in enumerate([f"{function}.invoke(", call]):
        pen.text(36, 262 + 24 * row, _fit(line, _BOX_TEXT), code=True)

    pen.text(620, 192, "def handler(event, …):", code=True)
    if event:
        read = _fit(f"  event[{json.dumps(key, ensure_ascii=False)}]", 16)
        pen.text(620, 218, read, code=True)
        found = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        x = 620 + _CHARACTER * (len(read) + 2)
        pen.text(x, 218, f"→ {_fit(found, max(2, int((872 - x) / 13) - 2))}", role="invoke", bold=True)
    if two:
        unknown = _fit(f"  {variable}", 10)
        pen.text(620, 262, unknown, code=True)
        pen.text(620 + _CHARACTER * (len(unknown) + 2), 262, "→ NameError", role="failed", bold=True)
        pen.text(641, 288, _fit(f"{variable} lives in the notebook", 26), role="second", size=theme.NOTE)

    for y, text, words, ends in (
        (200, event_text, "event, as JSON text", (306, 594)),
        (290, answer_text, "answer, as JSON text", (594, 306)),
    ):
        pen.arrow(*ends, y, width=theme.ARROW, head=theme.ARROW_HEAD)
        pen.text(450, y - 14, _fit(text, _ARROW_TEXT), size=theme.NOTE, code=True, anchor="middle")
        pen.text(450, y + 22, words, role="second", size=theme.NOTE, anchor="middle")
    source = "A drawing; the process numbers are read from this machine and vary from run to run"
    pen.text(18, 384, source, role="second", size=theme.NOTE)


def two_processes(
    *,
    notebook_process: int,
    function_process: int,
    variable: str = "tax",
    value: str = "0.19",
    event: Mapping[str, Any] | None = None,
    answer: Any = None,
    function: str = "hello",
    standalone: bool = False,
) -> Picture:
    """Notebook and function as two boxes with JSON text between them (lesson 00).

    Args:
        notebook_process, function_process: the operating system's numbers, read live.
        variable, value: a variable of the notebook that the function does not see, and its value as code.
        event: what goes over; without it {"name": "Ada"}.
        answer: what comes back; without it {"greeting": "Hello, Ada"}.
        function: the function's name.
        standalone: fixed light colours, for a file such as the README's picture.

    Raises:
        TypeError: event or answer is not JSON.
    """
    event = {"name": "Ada"} if event is None else event
    answer = {"greeting": "Hello, Ada"} if answer is None else answer
    over, back = json.dumps(event, ensure_ascii=False), json.dumps(answer, ensure_ascii=False)
    rows = [
        ("process", str(notebook_process), str(function_process)),
        ("event, as JSON text", f"sends {_fit(over, 60)}", f"gets {_fit(over, 60)}"),
        ("answer, as JSON text", f"gets {_fit(back, 60)}", f"sends {_fit(back, 60)}"),
    ]
    if notebook_process != function_process:
        rows.append((variable, _fit(value, 60), "NameError"))
        title = "Only JSON text passes between notebook and function"
        alt = (
            "Only JSON text passes between notebook and function, two processes. The event goes over, the answer comes "
            f"back; the notebook's variable {variable} is a NameError in the function."
        )
    else:
        title = f"Notebook and function have the same process number, {notebook_process}"
        alt = f"{title}. Two boxes; an event goes over and an answer comes back as JSON text."
    pen = _Pen(theme.LIGHT if standalone else None)
    _draw(
        pen, title, notebook_process=notebook_process, function_process=function_process, variable=variable,
        value=value, event=event, event_text=over, answer_text=back, function=function,
    )  # fmt: skip
    table = Table(
        "What each process knows; the process numbers are read from this machine and vary",
        ("", "your notebook", "the function"),
        rows,
        align="lll",
    )
    return Picture(table=table, alt=alt, svg=pen.svg(theme.WIDTH, HEIGHT, alt))


def two_processes_icon(*, standalone: bool = False) -> str:
    """The two boxes at 96 × 32: marks later places where "the function is another process" explains something.

    Args:
        standalone: fixed light colours, for a file.
    """
    pen = _Pen(theme.LIGHT if standalone else None)
    for x in (2, 64):
        pen.box(x, 4, 30, 24, line=2, radius=3, fill="none")
    pen.arrow(35, 61, 12, width=2, head=9)
    pen.arrow(61, 35, 21, width=2, head=9)
    return pen.svg(96, 32, "Another process: only JSON text passes between the two")
