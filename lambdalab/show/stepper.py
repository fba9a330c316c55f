"""Several drawings of one size as frames with a row of steps beneath: one is shown at a time, and no script is needed.

A slider of Plotly's needs its library and a mouse. Here the steps are radio buttons, which every browser moves with the
arrow keys and names to a listener, and the style sheet shows the drawing that belongs to the chosen one: so it works
without a kernel, in exported HTML and in both themes. On paper the first, the decisive and the last frame stand below
each other. Left out: motion.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from html import escape

from lambdalab.show import keys

# The track with its knobs; an explorer has the same.
TRACK = """
.ll-k label{position:relative;flex:1 1 68px;min-height:44px;text-align:center;font-size:16px;line-height:1.25;
color:var(--ll-second);cursor:pointer}
.ll-k label::before{content:"";position:absolute;left:0;right:0;top:9px;border-top:6px solid var(--ll-axis)}
.ll-k label:first-of-type::before{left:50%}
.ll-k label:last-of-type::before{right:50%}
.ll-k input{appearance:none;position:relative;display:block;width:16px;height:16px;margin:4px auto 6px;
border:2.5px solid var(--ll-text);border-radius:50%;background:var(--ll-paper)}
.ll-k input:checked{width:24px;height:24px;margin:0 auto 2px;background:var(--ll-text)}
.ll-k label:has(:checked){font-weight:700;color:var(--ll-text)}
"""
_SHEET = """
.ll-film>svg{display:none;max-width:100%;height:auto}
.ll-film>.ll-k{border:0;margin:0;padding:0 18px 8px;display:flex;flex-wrap:wrap;justify-content:space-between}
@supports not selector(:has(a)){.ll-film>svg{display:block}.ll-film>.ll-k{display:none}}
"""


def use(shared: str) -> str:
    """Stands in a drawing for what all drawings share, which is stored once."""
    return f'<use href="#{name(shared)}"/>'


def name(shared: str) -> str:
    """The same content has the same name, so that two outputs with it do not disturb each other."""
    return f"ll-{hashlib.sha256(shared.encode()).hexdigest()[:12]}"


def html(drawings: Sequence[str], names: Sequence[str], *, shared: str = "", decisive: int | None = None) -> str:
    """The drawings as HTML, the last one shown; a single one stays as it is.

    Args:
        drawings: SVG elements.
        names: of each step, short.
        shared: SVG that each drawing takes in with `use`.
        decisive: the drawing that also goes on paper, counted from 0.

    Raises:
        ValueError: there is not one name for each drawing.
    """
    if len(drawings) != len(names):
        raise ValueError(f"there are {len(drawings)} drawings and {len(names)} names; give one name for each drawing")
    if len(drawings) == 1:
        return drawings[0]
    count = len(drawings)
    shown = ",".join(f".ll-film:has(label:nth-of-type({n}) :checked)>svg:nth-of-type({n})" for n in range(1, count + 1))
    printed = ",".join(
        f".ll-film>svg:nth-of-type({n})" for n in sorted({1, count, count if decisive is None else decisive + 1})
    )
    paper = f"@media print{{{printed}{{display:block!important}}.ll-film>.ll-k{{display:none}}}}"
    rules = f"{TRACK}{_SHEET}{shown}{{display:block}}{paper}"
    button = f'<input type="radio" name="step" {keys.KEPT}'
    buttons = "".join(
        f"<label>{button}{' checked' if n == count else ''}>{n} {escape(step)}</label>"
        for n, step in enumerate(names, 1)
    )
    # A form of its own keeps the choice apart from other outputs; method="dialog" sends nothing at Enter.
    common = f'<svg width="0" height="0" aria-hidden="true"><g id="{name(shared)}">{shared}</g></svg>' if shared else ""
    return (
        f'<style>{rules.replace(chr(10), "")}</style><form class="ll-film" method="dialog">{"".join(drawings)}'
        f'<fieldset class="ll-k"><legend class="ll-x">Step</legend>{buttons}{common}</fieldset></form>'
    )
