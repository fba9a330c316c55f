"""Showing a card: one display with the same facts as HTML and as text.

In a notebook the card is one output that holds the HTML, its text twin and, where somebody can click, a widget. In
a plain terminal the text is printed. Left out: any styling, which is `lambdalab.show`'s.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from lambdalab.show.theme import NO_FORMULAS


@dataclass(frozen=True)
class Shown:
    """Something to show: HTML and its text twin, and perhaps a way to make a widget of it.

    Args:
        html: the card.
        text: the same facts, plain.
        widget: makes the clickable form; asked only where a notebook is open.
    """

    html: str
    text: str
    widget: Callable[[], Any] | None = None

    def __repr__(self) -> str:
        return self.text

    def bundle(self) -> dict[str, Any]:
        """The MIME bundle of this card; `text/plain` is always in it."""
        data: dict[str, Any] = {"text/plain": self.text, "text/html": f'<div class="{NO_FORMULAS}">{self.html}</div>'}
        if self.widget is not None and in_notebook():
            view = _widget_view(self.widget)
            if view is not None:
                data["application/vnd.jupyter.widget-view+json"] = view
        return data

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return self.bundle()


class Card:
    """A result that shows itself as a card: of a check, of the capstone."""

    def shown(self) -> Shown:
        raise NotImplementedError

    @property
    def text(self) -> str:
        """The card as plain text."""
        return self.shown().text

    def __repr__(self) -> str:
        return self.text

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return self.shown().bundle()


def show(card: Shown) -> None:
    """Show it now: in the notebook's output, or as printed text."""
    if in_ipython():
        from IPython.display import publish_display_data

        publish_display_data(card.bundle())  # type: ignore[no-untyped-call]  # IPython has no types
    else:
        print(card.text)


def in_ipython() -> bool:
    """Whether IPython runs this code, in a notebook or in a terminal."""
    return _shell() is not None


def in_notebook() -> bool:
    """Whether a Jupyter kernel runs this code."""
    return getattr(_shell(), "kernel", None) is not None


def user_names() -> Mapping[str, Any] | None:
    """The names of the notebook, or None outside IPython."""
    shell = _shell()
    return None if shell is None else shell.user_ns


def _shell() -> Any:
    import sys

    if "IPython" not in sys.modules:
        return None
    from IPython import get_ipython

    return get_ipython()


def _widget_view(make: Callable[[], Any]) -> Any:
    """The widget's own entry in the bundle; None where ipywidgets is missing or cannot reach the page."""
    try:
        data = make()._repr_mimebundle_()
    except Exception:  # a page that cannot show widgets still gets the card and its text twin
        return None
    return data.get("application/vnd.jupyter.widget-view+json")
