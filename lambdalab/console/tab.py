"""What the tabs of the console share: reading a function in, a button that never shows a traceback, labelled inputs.

AWS's console shows an error as a banner. Here it is a sentence under the form, with AWS's error type, and what the
student wrote stays. Left out: any knowledge of a single tab.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import ipywidgets as widgets
from botocore.exceptions import BotoCoreError, ClientError

from lambdalab.console import views
from lambdalab.console.actions import Actions
from lambdalab.console.recorder import error_text
from lambdalab.console.triggers import Field
from lambdalab.errors import LabError

FAILURES = (ClientError, BotoCoreError, LabError)
RUNNING = "Running …"


def said(error: Exception) -> str:
    """An error as the panel tells it."""
    return str(error) if isinstance(error, LabError) else error_text(error)


class Tab:
    """One tab.

    Args:
        actions: what it can do.
        changed: called after each press, with whether it was done, so that the rest of the panel is read anew.
    """

    title = ""

    def __init__(self, actions: Actions, changed: Callable[[bool], None]) -> None:
        self.actions, self._changed = actions, changed
        self.function = ""
        self.status = widgets.HTML()
        self.status.add_class("ll-status")
        self.widget = widgets.VBox([*self.parts(), self.status])
        self.widget.add_class("ll-tab")

    def parts(self) -> Iterable[Any]:
        """The inputs, in the order in which Tab goes through them."""
        raise NotImplementedError

    def read(self) -> None:
        """Fill the inputs with what AWS says of the function now."""
        raise NotImplementedError

    def fill(self, function: str) -> None:
        """Show a function; the sentence about the last press stays only while the function does."""
        if function != self.function:
            self.status.value = ""
        self.function = function
        try:
            self.read()
        except FAILURES as error:
            self.status.value = views.message(said(error), failed=True)

    def button(self, words: str, work: Callable[[], str], *, primary: bool = False) -> Any:
        """A button whose press does the work and shows what it returns: a sentence, or HTML that begins with "<"."""
        made = widgets.Button(description=words, button_style="primary" if primary else "")

        def pressed(_: object) -> None:
            self.actions.recorder.looks.clear()
            self.status.value = views.message(RUNNING)
            done = False
            try:
                text = work()
                shown, done = text if text.startswith("<") else views.message(text), True
            except FAILURES as error:
                shown = views.message(said(error), failed=True)
            self._changed(done)
            self.status.value = shown

        made.on_click(pressed)
        return made


def choose(menu: Any, options: Sequence[str]) -> None:
    """Give a menu its options anew, and keep what was chosen where it still is one."""
    if tuple(menu.options) != tuple(options):
        before = menu.value
        menu.options = tuple(options)
        menu.value = before if before in options else next(iter(options), None)


def labelled(field: Field) -> Any:
    """The labelled input of a source's field, in a row with its note."""
    if field.kind == "several":
        boxes = [widgets.Checkbox(o in field.chosen, description=o, indent=False) for o in field.options]
        return row(widgets.HTML(f'<p class="ll-2">{field.label}</p>'), *boxes)
    if field.kind == "text":
        return row(widgets.Text(description=field.label, placeholder=field.note))
    return row(widgets.Dropdown(description=field.label, options=tuple(field.options)))


def value_of(inputs: Any) -> str | Sequence[str]:
    boxes = [part for part in inputs.children if isinstance(part, widgets.Checkbox)]
    if boxes:
        return [box.description for box in boxes if box.value]
    return inputs.children[0].value or ""


def row(*parts: Any) -> Any:
    """Inputs and their button side by side; one below the other where the panel is narrow."""
    made = widgets.HBox(parts)
    made.add_class("ll-row")
    return made
