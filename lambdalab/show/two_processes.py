"""Picture S1: the notebook and the function are two processes, and only JSON text passes between them.

On AWS the function is on another machine altogether. Here both are on this one, in two processes, which is enough to
see that a notebook's variable is not there. Left out: clouds, HTTP, ports.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lambdalab.show import glyphs, theme
from lambdalab.show.pen import Pen, fit
from lambdalab.show.picture import Picture, Table

HEIGHT = 400
_ARROW_TEXT = 28  # characters of 16 px between the boxes
_BOX_TEXT = 23  # characters of 17 px inside a box
_CHARACTER = 10.3  # pixels of one character of the code's font at 17 px


def _process(pen: Pen, x: float, name: str, process: int) -> None:
    pen.box(x, 92, 280, 228, line=theme.BOX_LINE, radius=8, fill=pen.colour("panel"))
    pen.parts.append(glyphs.inner("process", x=x + 14, y=104, size=36, colours=pen.colours))
    pen.text(x + 60, 120, name, bold=True)
    pen.text(x + 60, 142, f"process {process}", role="second", size=theme.NOTE)
    pen.line(x, x + 280, 158, role="text", width=theme.AXIS_LINE)


def _draw(
    pen: Pen, title: str, *, notebook_process: int, function_process: int, variable: str, value: str,
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
        pen.text(36, 192 + 26 * row, fit(line, _BOX_TEXT), code=True)
    more = ", …" if len(event) > 1 else ""
    call = f"  {{{json.dumps(key, ensure_ascii=False)}: {name}{more}}})" if event else "  {})"
    for row, line in enumerate([f"{function}.invoke(", call]):
        pen.text(36, 262 + 24 * row, fit(line, _BOX_TEXT), code=True)

    pen.text(620, 192, "def handler(event, …):", code=True)
    if event:
        read = fit(f"  event[{json.dumps(key, ensure_ascii=False)}]", 16)
        pen.text(620, 218, read, code=True)
        found = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        x = 620 + _CHARACTER * (len(read) + 2)
        pen.text(x, 218, f"→ {fit(found, max(2, int((872 - x) / 13) - 2))}", role="invoke", bold=True)
    if two:
        unknown = fit(f"  {variable}", 10)
        pen.text(620, 262, unknown, code=True)
        pen.text(620 + _CHARACTER * (len(unknown) + 2), 262, "→ NameError", role="failed", bold=True)
        pen.text(641, 288, fit(f"{variable} lives in the notebook", 26), role="second", size=theme.NOTE)

    for y, text, words, ends in (
        (200, event_text, "event, as JSON text", (306, 594)),
        (290, answer_text, "answer, as JSON text", (594, 306)),
    ):
        pen.arrow(*ends, y, width=theme.ARROW, head=theme.ARROW_HEAD)
        pen.text(450, y - 14, fit(text, _ARROW_TEXT), size=theme.NOTE, code=True, anchor="middle")
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
        ("event, as JSON text", f"sends {fit(over, 60)}", f"gets {fit(over, 60)}"),
        ("answer, as JSON text", f"gets {fit(back, 60)}", f"sends {fit(back, 60)}"),
    ]
    if notebook_process != function_process:
        rows.append((variable, fit(value, 60), "NameError"))
        title = "Only JSON text passes between notebook and function"
        alt = (
            "Only JSON text passes between notebook and function, two processes. The event goes over, the answer comes "
            f"back; the notebook's variable {variable} is a NameError in the function."
        )
    else:
        title = f"Notebook and function have the same process number, {notebook_process}"
        alt = f"{title}. Two boxes; an event goes over and an answer comes back as JSON text."
    pen = Pen(theme.LIGHT if standalone else None)
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
    pen = Pen(theme.LIGHT if standalone else None)
    for x in (2, 64):
        pen.box(x, 4, 30, 24, line=2, radius=3, fill="none")
    pen.arrow(35, 61, 12, width=2, head=9)
    pen.arrow(61, 35, 21, width=2, head=9)
    return pen.svg(96, 32, "Another process: only JSON text passes between the two")
