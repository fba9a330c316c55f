"""The clickable forms of a prediction and of a review's question: a thin layer over `predict` and `review`.

Radio buttons, for a prediction two steps of certainty, and one button that saves, so that moving through the options
by keyboard records nothing. Left out: anything that the text twin could not do.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from lambdalab.learn.content import Option, Prediction
from lambdalab.learn.drawing import Asked
from lambdalab.show import keys, theme
from lambdalab.show.frame import code, code_block, rich

# Targets of 44 px, and a focus ring that does not depend on a colour alone; ipywidgets' own for buttons is thinner.
_SHEET = """
.ll-form {border:1.5px solid;border-left-width:6px;border-radius:4px;padding:12px 16px;max-width:900px}
.ll-form, .ll-form label, .ll-form button, .ll-form .widget-html-content {font-size:16px}
.ll-form .widget-radio-box {height:auto;max-width:none;margin:0}
.ll-form .widget-radio-box br {display:none}
.ll-form .widget-radio-box label {display:flex;flex-direction:row-reverse;justify-content:flex-end;align-items:center;
 gap:10px;min-height:44px;height:auto;margin:0 0 6px;padding:0 12px;
 border:1px solid var(--jp-border-color1,currentColor);border-radius:4px}
.ll-form button {min-height:44px;height:auto;padding:8px 16px}
.ll-form button.mod-active {font-weight:bold;outline:2px solid}
.ll-form :focus-visible {outline:3px solid !important;outline-offset:2px}
"""
_STYLE = f'<style onload="{keys.onload(".ll-form")}">{_SHEET}</style>'


def prediction_widget(prediction: Prediction, chosen: str | None, sure: str | None) -> Any:
    """The form of one prediction; a click on its button records the answer.

    Args:
        chosen: the letter already saved, or None.
        sure: "a little", "quite" or None, as saved.
    """
    import ipywidgets as widgets

    from lambdalab.learn.predictions import SURE, record, twin, was_run
    from lambdalab.show.cards import prediction_kicker, prediction_note

    options = _radio_buttons(prediction.choices, chosen, prediction.question)
    certainty = widgets.ToggleButtons(
        options=list(SURE), value=sure, description="How sure?", tooltips=[f"{step} sure" for step in SURE]
    )
    save = _button("Save my answer")
    run = was_run(prediction.id)
    status = widgets.HTML(_status(prediction_note(chosen, run), twin(prediction, chosen, sure)))

    def on_save(_: object) -> None:
        if options.value is None:
            status.value = _status("Choose an answer first.", twin(prediction))
        else:
            call = twin(prediction, options.value, certainty.value)
            status.value = _status(record(prediction, options.value, certainty.value), call)

    save.on_click(on_save)
    return _form(prediction_kicker(prediction.id, run), prediction.question, [options, certainty, save, status])


def review_widget(here: Asked, kicker: str, said: str | None, note: str = "") -> Any:
    """The form of a review's question; a click on its button answers, and the explanation appears below.

    Args:
        here: the question; a form that is left from an earlier round answers nothing.
        said: the letter that counts already, or None.
        note: what to say first below the form.
    """
    import ipywidgets as widgets

    from lambdalab.learn.review import answered, call

    item = here.item
    options = _radio_buttons(item.choices, said, item.question)
    save = _button("Answer")
    first = f"You said {said}." if said else note or "No notes."
    status = widgets.HTML(_status(first, call(here)))

    def on_save(_: object) -> None:
        if options.value is None:
            status.value = _status("Choose an answer first.", call(here))
        else:
            status.value = answered(here, options.value, below_it=True).html

    save.on_click(on_save)
    given = [widgets.HTML(f'<style>{theme.css()}</style><div class="ll">{code_block(item.given)}</div>')]
    return _form(kicker, item.question, [*(given if item.given else []), options, save, status])


def _form(kicker: str, question: str, parts: Sequence[Any]) -> Any:
    import ipywidgets as widgets

    heading = f"{_STYLE}<div>{escape(kicker)}</div><p style='font-weight:bold;font-size:17px'>{rich(question)}</p>"
    form = widgets.VBox([widgets.HTML(heading), *parts])
    form.add_class("ll-form")
    return form


def _radio_buttons(choices: Sequence[Option], chosen: str | None, question: str) -> Any:
    import ipywidgets as widgets

    return widgets.RadioButtons(
        options=[(_label(option), option.letter) for option in choices],
        value=chosen,
        layout=widgets.Layout(width="auto"),
        tooltip=question.replace("`", ""),
    )


def _button(words: str) -> Any:
    import ipywidgets as widgets

    return widgets.Button(description=words, button_style="primary", layout=widgets.Layout(width="max-content"))


def _label(option: Option) -> str:
    """The words beside a radio button, which cannot have a second font: without the backticks."""
    return f"{option.letter}\u2003{option.text.replace('`', '')}"


def _status(text: str, call: str) -> str:
    return f'<div role="status" aria-live="polite">{rich(text)} In text: {code(call)}</div>'
