"""The look of every picture and card, each value once: colours by role, sizes, fonts, the style sheet.

AWS's console has a look of its own, which is not copied. Here a colour has a role and a second sign that survives a
black-and-white copier: a hatch, a letter, a word. Left out: an eighth hue. No other module of `show` names a colour.
"""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Theme:
    """One set of colours, by role; all lessons use it.

    Args:
        name: "light" or "dark".
        text, second: first and second text.
        axis, grid: lines of 1.5 px, and of 1 px.
        paper, panel: the ground, and a box on it.
        init, init_line: a cold start's fill; its hatch and outline, always with the letter C.
        invoke, on_invoke: a warm call's fill; text on it.
        retried, retried_line: a repeated call's fill; its hatch and outline, always with "2nd".
        idle, idle_line: frozen or waiting; its outline. A reclaimed environment has the outline alone, dotted.
        throttled: outline and text of what was refused, always hollow and with T.
        failed, on_failed: what failed, always with ✖; text on it.
        money: always with $.
    """

    name: str
    text: str
    second: str
    axis: str
    grid: str
    paper: str
    panel: str
    init: str
    init_line: str
    on_init: str
    invoke: str
    on_invoke: str
    retried: str
    retried_line: str
    idle: str
    idle_line: str
    throttled: str
    failed: str
    on_failed: str
    money: str

    def colours(self) -> dict[str, str]:
        """Role to colour, without the theme's name."""
        return {role: value for role, value in asdict(self).items() if role != "name"}


LIGHT = Theme(
    name="light", text="#1B2530", second="#4A5663", axis="#76828F", grid="#DDE2E7", paper="#FFFFFF", panel="#F5F7F9",
    init="#E8A33D", init_line="#7A4A00", on_init="#1B2530", invoke="#1F62A8", on_invoke="#FFFFFF",
    retried="#8DB6DE", retried_line="#1F62A8", idle="#D3DAE0", idle_line="#76828F", throttled="#6A2C8C",
    failed="#8E1230", on_failed="#FFFFFF", money="#527A2C",
)  # fmt: skip
DARK = Theme(
    name="dark", text="#E8EDF2", second="#AEB9C4", axis="#8D99A6", grid="#323C46", paper="#14191F", panel="#1D242C",
    init="#F5BE62", init_line="#5A3A00", on_init="#14191F", invoke="#5AA2E6", on_invoke="#14191F",
    retried="#2C5C8F", retried_line="#5AA2E6", idle="#46525E", idle_line="#8D99A6", throttled="#D9A6F2",
    failed="#F0657C", on_failed="#14191F", money="#B9E08A",
)  # fmt: skip
CLEAR = "rgba(0,0,0,0)"  # Plotly's word for "not painted"

WIDTH = 900  # pixels: the width of a notebook's output
TITLE, SUBTITLE, LABEL, NOTE = 22, 17, 17, 16  # font sizes in pixels; NOTE is the smallest that is allowed
KEY, COUNT = 24, 20  # pixels: a key number, and one in a column of them
DATA_LINE, LIMIT, AXIS_LINE, GRID_LINE, LEADER, ARROW, BOX_LINE = 3.5, 3.0, 1.5, 1.0, 1.5, 2.5, 2.5  # pixels
ARROW_HEAD = 12  # pixels
BAR = 0.66  # of the lane
PATTERN_SIZE, PATTERN_SOLIDITY, PATTERN_OPACITY = 8, 0.22, 0.6
MARKER_UNIT, MARKER_POINT, MARKER_LETTER = 8, 16, 26  # pixels
TITLE_CHARACTERS = 58  # a line; the widest font of the stack needs 14 px for a bold character

FONT = '"Open Sans","Segoe UI",Roboto,"Noto Sans","Helvetica Neue",Arial,sans-serif'
NO_FORMULAS = "mathjax_ignore tex2jax_ignore"
"""Classes that keep JupyterLab from reading what stands between two dollar signs as a formula."""

MONO = '"DejaVu Sans Mono",Consolas,Menlo,monospace'

DASH, CROSS, TICK = "–", "\u2716", "\u2713"  # nothing to show, failed, as expected: in text form, never as emoji


def chosen() -> Theme:
    """The theme of new Plotly figures: light, or dark where the setting LAMBDALAB_THEME says "dark"."""
    return DARK if os.environ.get("LAMBDALAB_THEME", "").strip().lower() == "dark" else LIGHT


def template(theme: Theme) -> Any:
    """The one Plotly template; each figure of the course uses it.

    Args:
        theme: LIGHT or DARK.
    """
    from plotly import graph_objects as go  # here, so that `import lambdalab` stays fast

    axis = {
        "showgrid": False, "zeroline": False, "showline": False, "ticks": "", "automargin": False,
        "tickfont": {"size": NOTE, "color": theme.second}, "ticklabeloverflow": "allow", "fixedrange": True,
        "linecolor": theme.axis, "linewidth": AXIS_LINE, "tickcolor": theme.axis, "gridcolor": theme.grid,
    }  # fmt: skip
    layout = {
        "font": {"family": FONT, "size": LABEL, "color": theme.text},
        "paper_bgcolor": theme.paper, "plot_bgcolor": theme.paper,
        "autosize": False, "width": WIDTH, "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "autoexpand": False},
        "showlegend": False, "barmode": "overlay", "dragmode": False,
        "hoverlabel": {"bgcolor": theme.panel, "bordercolor": theme.axis, "font": {"size": NOTE, "color": theme.text}},
        "xaxis": {**axis, "showline": True, "ticks": "outside", "ticklen": 6, "tickwidth": AXIS_LINE}, 
        "yaxis": {**axis, "ticklabelstandoff": 6},
    }  # fmt: skip
    return go.layout.Template(layout=layout)


# What cards and drawings use; text on a solid fill has the colour of the paper, in both themes.
_SHEET_ROLES = ("text", "second", "axis", "grid", "paper", "panel", "init", "init_line", "on_init", "invoke",
                "throttled", "failed", "money")  # fmt: skip
# `.ll.ll` outweighs JupyterLab's own rules for tables and code in an output.
_SHEET = """
.ll{color:var(--ll-text);background:var(--ll-paper);font:17px/1.45 FONT;
max-width:900px;box-sizing:border-box;overflow-wrap:anywhere}
.ll-t{padding:4px 18px}
.ll p,.ll.ll pre,.ll.ll table,.ll-top{margin:0 0 8px}
.ll-card{border:1.5px solid var(--ll-axis);border-left:6px solid var(--ll-text);
border-radius:4px;padding:12px 16px 8px;margin:6px 0}
.ll-bad{border-left-color:var(--ll-failed)}
.ll-top{display:flex;flex-wrap:wrap;align-items:center;gap:4px 10px}
.ll-top>:first-child{flex:1}
.ll-g{vertical-align:-8px;margin-right:8px}
.ll-h{font-weight:700;font-size:18px}
.ll-2{color:var(--ll-second);font-size:16px}
.ll-c{font-weight:700;font-size:16px;line-height:24px;padding:0 10px;border:2px solid;border-radius:3px;
white-space:nowrap;print-color-adjust:exact}
.ll-cold{padding:0 16px;color:var(--ll-on-init);border-color:var(--ll-init-line);background:repeating-linear-gradient(
135deg,var(--ll-init-line) 0 2px,var(--ll-init) 2px 9px)}
.ll-cold b{background:var(--ll-init);padding:2px 5px}
.ll-warm,.ll-failed,.ll-solid{color:var(--ll-paper);background:var(--ll-invoke);border-color:var(--ll-invoke)}
.ll-failed{background:var(--ll-failed);border-color:var(--ll-failed)}
.ll-solid{background:var(--ll-text);border-color:var(--ll-text)}
.ll-throttled{color:var(--ll-throttled)}
.ll-dashed{border-style:dashed}
.ll.ll pre,.ll.ll code{font:16px/1.45 MONO;color:inherit;background:none;padding:0}
.ll.ll pre{background:var(--ll-panel);border:1px solid var(--ll-grid);padding:8px 12px;
white-space:pre-wrap}
.ll.ll table{border-collapse:collapse;width:100%;font:inherit;color:inherit;table-layout:auto}
.ll caption{caption-side:top;text-align:left;color:var(--ll-second);font-size:16px}
.ll.ll table tr:nth-child(n),.ll.ll table thead{background:none;border:0}
.ll.ll table td,.ll.ll table th{text-align:left;vertical-align:top;padding:6px 14px 6px 0;
border:0 solid var(--ll-grid);font-weight:400;font-variant-numeric:tabular-nums}
.ll.ll table .ll-r{text-align:right}
.ll.ll table thead>*>*{color:var(--ll-second);border-bottom:1.5px solid var(--ll-axis)}
.ll.ll table tbody>*>*{border-bottom-width:1px}
.ll.ll table .ll-f>*>*{border:0;padding:0 14px 0 0;font-size:16px;width:20%}
.ll b,.ll.ll table .ll-miss>*{font-weight:700}
.ll-i{display:inline-block;width:1.6em}
.ll-n{font-size:20px}
.ll-money{color:var(--ll-money)}
.ll-o{border:1.5px solid var(--ll-axis);border-radius:4px;padding:9px 12px;margin:0 0 6px}
.ll-on{border:2.5px solid;background:var(--ll-panel)}
.ll button,.ll summary{min-height:44px;line-height:44px;cursor:pointer}
.ll :focus-visible{outline:3px solid var(--ll-text);outline-offset:2px}
.ll-x{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
"""


def _properties(theme: Theme) -> str:
    colours = theme.colours()
    return ";".join(f"--ll-{role.replace('_', '-')}:{colours[role]}" for role in _SHEET_ROLES)


def var(role: str) -> str:
    """A role as the style sheet's custom property, with the light colour where the sheet is missing.

    Raises:
        ValueError: the style sheet has no such role.
    """
    if role not in _SHEET_ROLES:
        raise ValueError(f"the style sheet has no role {role!r}; it has {', '.join(_SHEET_ROLES)}")
    return f"var(--ll-{role.replace('_', '-')},{getattr(LIGHT, role)})"


def css() -> str:
    """The one style sheet of cards, tables and drawings; each output stores it, so it is short (all lessons).

    A dark JupyterLab says so on its body; a page that says nothing follows the reader's system. Print is always light.
    """
    dark = _properties(DARK)
    switch = (
        f'@media screen{{[data-jp-theme-light="false"] .ll{{{dark}}}}}'
        f"@media screen and (prefers-color-scheme:dark){{body:not([data-jp-theme-light]) .ll{{{dark}}}}}"
    )
    rules = _SHEET.replace("FONT", FONT).replace("MONO", MONO).replace(";}", "}").replace("\n", "")
    return f".ll{{{_properties(LIGHT)}}}{rules}{switch}"


def page_css() -> str:
    """The colours and fonts of a whole page; they follow the reader's system, and on paper are light (all lessons)."""
    fonts = f"--ll-font:{FONT};--ll-mono:{MONO}"
    dark = f"@media screen and (prefers-color-scheme:dark){{:root{{{_properties(DARK)}}}}}"
    return f":root{{{_properties(LIGHT)};{fonts}}}{dark}"
