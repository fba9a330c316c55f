"""The clickable form of a prediction: a thin layer over `predict`, which does the same in text.

Radio buttons, two steps of certainty, and one button that saves, so that moving through the options by keyboard
records nothing. Left out: anything that the text twin could not do.
"""

from __future__ import annotations

from html import escape
from typing import Any

from lambdalab.learn.content import Prediction

# Targets of 44 px, and a focus ring that does not depend on a colour alone.
_STYLE = """<style>
.ll-form {border:1.5px solid;border-left-width:6px;border-radius:4px;padding:12px 16px;max-width:900px}
.ll-form .widget-radio-box label {min-height:44px;line-height:22px;padding:10px 4px;height:auto;margin:0}
.ll-form .widget-radio-box {height:auto;max-width:none}
.ll-form button {min-height:44px;height:auto;line-height:22px;padding:8px 16px}
.ll-form :focus-visible {outline:3px solid currentColor;outline-offset:2px}
</style>"""


def prediction_widget(prediction: Prediction, chosen: str | None, sure: str | None) -> Any:
    """The form of one prediction; a click on its button records the answer.

    Args:
        chosen: the letter already saved, or None.
        sure: "a little", "quite" or None, as saved.
    """
    import ipywidgets as widgets

    from lambdalab.learn.predictions import SURE, record, twin

    options = widgets.RadioButtons(
        options=[(f"{option.letter}   {option.text}", option.letter) for option in prediction.choices],
        value=chosen,
        layout=widgets.Layout(width="auto"),
        tooltip=prediction.question,
    )
    certainty = widgets.ToggleButtons(
        options=list(SURE), value=sure, description="How sure?", tooltips=[f"{step} sure" for step in SURE]
    )
    save = widgets.Button(description="Save my answer", tooltip=f"Save the answer to prediction {prediction.id}")
    status = widgets.HTML(_status("Nothing is judged before the run.", twin(prediction)))

    def on_save(_: object) -> None:
        if options.value is None:
            status.value = _status("Choose an answer first.", twin(prediction))
        else:
            status.value = _status(record(prediction, options.value, certainty.value), twin(prediction, options.value))

    save.on_click(on_save)
    heading = (
        f"{_STYLE}<div>Prediction {escape(prediction.id)}, before the run</div>"
        f"<p style='font-weight:bold;font-size:17px'>{escape(prediction.question)}</p>"
    )
    form = widgets.VBox([widgets.HTML(heading), options, certainty, save, status])
    form.add_class("ll-form")
    return form


def _status(text: str, call: str) -> str:
    return f'<div role="status" aria-live="polite">{escape(text)} In text: <code>{escape(call)}</code></div>'
