"""An explorer: drawings of one size as frames, one slider that walks through them, and at most three buttons beside it.

AWS's calculator and consoles ask a server at each change. Here every frame is drawn beforehand and stored in the
output, so the slider works without a kernel and in exported HTML, and no script is needed. The slider is a row of radio
buttons on a track, which every browser moves with the arrow keys and names to a listener; the style sheet shows the
drawing that belongs to what is chosen. Each drawing is a `chart.Board`, so it follows the page's theme. On paper the
first, the decisive and the last frame of the chosen row stand below each other. Left out: motion, values in between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from lambdalab.show import keys, stepper, theme

MOST_STEPS, MOST_BUTTONS = 12, 3

_SHEET = """
.ll-ex>div,.ll-ex>div>svg{display:none}
.ll-ex>div>svg{max-width:100%;height:auto}
.ll-ex>fieldset{border:0;margin:0;padding:0 18px 8px;display:flex;flex-wrap:wrap;justify-content:space-between}
.ll-ex>fieldset>span{flex:1 0 100%;font-weight:700;padding-bottom:4px}
.ll-ex>.ll-b{justify-content:flex-start;align-items:center;gap:8px 12px}
.ll-ex>.ll-b>span{flex:0 0 auto;padding:0}
.ll-b label{display:flex;align-items:center;gap:8px;min-height:44px;padding:0 16px;cursor:pointer;
box-sizing:border-box;border:1.5px solid var(--ll-axis);border-radius:4px}
.ll-b label:has(:checked){font-weight:700;border:2.5px solid var(--ll-text);padding:0 15px;background:var(--ll-panel)}
.ll-b input{width:18px;height:18px;margin:0;accent-color:var(--ll-text)}
@supports not selector(:has(a)){.ll-ex>.ll-kept,.ll-ex>.ll-kept>.ll-kept{display:block}.ll-ex>fieldset{display:none}}
"""


@dataclass(frozen=True)
class Choice:
    """What can be chosen in one row.

    Args:
        name: what it is, with its unit, such as "Peak, calls a second".
        options: the values in words, from left to right.
        chosen: which one is chosen at first, counted from 0; without it the last.

    Raises:
        ValueError: no option, or `chosen` is none of them.
    """

    name: str
    options: Sequence[str]
    chosen: int = -1

    def __post_init__(self) -> None:
        object.__setattr__(self, "options", tuple(self.options))
        if not -len(self.options) <= self.chosen < len(self.options):
            raise ValueError(f"{self.name!r} has {len(self.options)} options: number {self.chosen} is none of them")

    @property
    def at(self) -> int:
        """Which option is chosen, counted from 0."""
        return self.chosen % len(self.options)


def html(
    drawings: Sequence[Sequence[str]],
    slider: Choice,
    buttons: Choice | None = None,
    *,
    shared: Sequence[str] = (),
    decisive: int | None = None,
) -> str:
    """The drawings as HTML, with the slider and the buttons beneath (lessons 09 and 11).

    Args:
        drawings: for each button, and in it for each step of the slider, an SVG element, all of one size; without
            buttons one row of them.
        slider: its steps, at most 12.
        buttons: at most three, or none.
        shared: SVG that several drawings take in with `stepper.use`, stored once each.
        decisive: the step that also goes on paper, counted from 0.

    Raises:
        ValueError: too many steps or buttons, or there is not one drawing for each.
    """
    steps, rows = len(slider.options), len(buttons.options) if buttons else 1
    if steps > MOST_STEPS or rows > MOST_BUTTONS:
        raise ValueError(
            f"{steps} steps and {rows} buttons are too many to compare: give at most {MOST_STEPS} and {MOST_BUTTONS}"
        )
    if [len(row) for row in drawings] != [steps] * rows:
        raise ValueError(
            f"{[len(row) for row in drawings]} drawings do not fit {rows} x {steps}: give one for each step of each row"
        )
    chosen = buttons.at if buttons else 0
    looks = ["ll-paper" if at in {0, steps - 1, decisive} else "" for at in range(steps)]
    looks[slider.at] += " ll-kept"
    films = ""
    for number, row in enumerate(drawings):
        inside = "".join(_marked(svg, look.strip()) for svg, look in zip(row, looks, strict=True))
        films += f'<div class="ll-kept">{inside}</div>' if number == chosen else f"<div>{inside}</div>"
    controls = _row("ll-k", slider) + (_row("ll-b", buttons) if buttons else "")
    common = "".join(f'<g id="{stepper.name(each)}">{each}</g>' for each in dict.fromkeys(shared))
    store = f'<svg width="0" height="0" aria-hidden="true" style="position:absolute">{common}</svg>' if common else ""
    # A form of its own keeps the choice apart from other outputs; method="dialog" sends nothing at Enter.
    return (
        f"<style>{_rules()}</style>"
        f'<form class="ll-ex {theme.NO_FORMULAS}" method="dialog">{films}{controls}</form>{store}'
    )


def _row(look: str, choice: Choice) -> str:
    group = look.removeprefix("ll-")
    buttons = "".join(
        f'<label><input type="radio" name="{group}" {keys.KEPT}{" checked" if n == choice.at else ""}>'
        f"{escape(option)}</label>"
        for n, option in enumerate(choice.options)
    )
    name = escape(choice.name)
    return f'<fieldset class="{look}" role="radiogroup" aria-label="{name}"><span>{name}</span>{buttons}</fieldset>'


def _marked(svg: str, look: str) -> str:
    return svg.replace("<svg ", f'<svg class="{look}" ', 1) if look else svg


def _rules() -> str:
    """Which drawing is shown: the same rules in every explorer, for a page applies them to all."""
    row = ",".join(
        f".ll-ex:has(.ll-b label:nth-of-type({n}) :checked)>div:nth-of-type({n})" for n in range(1, MOST_BUTTONS + 1)
    )
    one = ",".join(
        f".ll-ex:has(.ll-k label:nth-of-type({n}) :checked)>div>svg:nth-of-type({n})" for n in range(1, MOST_STEPS + 1)
    )
    alone = ".ll-ex:not(:has(.ll-b))>div"
    paper = "@media print{.ll-ex>div>.ll-paper{display:block!important}.ll-ex>fieldset{display:none}}"
    return f"{stepper.TRACK}{_SHEET}{row},{one},{alone}{{display:block}}{paper}".replace("\n", "")
