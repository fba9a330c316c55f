"""The console panel as a widget: header, list of functions, tabs, and what the button did.

AWS's console is a web application; here it is a few ipywidgets over `actions`, so that everything it does could be
typed. What is shown is read when a tab is opened and after each press. Left out: noticing by itself what other cells
change; Refresh does that.
"""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from lambdalab.console import style, views
from lambdalab.console.actions import Actions
from lambdalab.console.tab import FAILURES, said
from lambdalab.console.tabs import TABS
from lambdalab.show import theme

NONE_YET = "Nothing is deployed yet. Run a %%deploy cell, then press Refresh."


class Panel:
    """The widget (lesson 04).

    Args:
        actions: the console that it drives.
        name: the function to show first; None shows the first there is.
    """

    def __init__(self, actions: Actions, name: str | None = None) -> None:
        self._actions = actions
        self._quiet = False
        self._header = widgets.HTML()
        refresh = widgets.Button(description="Refresh")
        refresh.on_click(lambda _: self.refresh())
        head = widgets.HBox([self._header, refresh])
        head.add_class("ll-head")
        self._list = widgets.RadioButtons(description="Functions", options=())
        self._menu = widgets.Dropdown(description="Function", options=())
        self._menu.add_class("ll-menu")
        self._sources = widgets.HTML()
        self._sources.add_class("ll-sources")
        side = widgets.VBox([self._list, self._menu, self._sources])
        side.add_class("ll-side")
        self._tabs = [tab(actions, self._pressed) for tab in TABS]
        self._pages = widgets.Tab([tab.widget for tab in self._tabs], titles=[tab.title for tab in TABS])
        self._pages.add_class("ll-main")
        self._empty = widgets.HTML(views.message(NONE_YET))
        self._empty.add_class("ll-tab")
        body = widgets.HBox([side, self._pages, self._empty])
        body.add_class("ll-body")
        self._did = widgets.HTML()
        self.widget = widgets.VBox([widgets.HTML(style.sheet()), head, body, self._did])
        for name_of_class in ("ll", "ll-console", *theme.NO_FORMULAS.split()):
            self.widget.add_class(name_of_class)
        for chooser in (self._list, self._menu):
            chooser.observe(self._chosen, "value")
        self._pages.observe(lambda _: self._open(), "selected_index")
        self._read_overview(name)
        self._fill()

    def refresh(self) -> None:
        """Read everything anew, whatever other cells have done."""
        self._actions.recorder.looks.clear()
        self._read_overview(self._list.value)
        self._fill()

    def _pressed(self, done: bool) -> None:
        """After a button's work: the header, the calls, and the open tab; what was refused stays to be mended."""
        self._read_overview(self._list.value)
        self._fill(read=done)

    def _read_overview(self, name: str | None) -> None:
        try:
            overview = self._actions.overview()
        except FAILURES as error:
            self._header.value = views.message(said(error), failed=True)
            return
        self._header.value = views.header(overview)
        self._sources.value = views.sources(overview)
        there = list(overview.functions)
        chosen = name if name in there else next(iter(there), None)
        self._quiet = True
        for chooser in (self._list, self._menu):
            if tuple(chooser.options) != tuple(there):
                chooser.options = tuple(there)
            chooser.value = chosen
        self._quiet = False
        self._pages.layout.display = None if there else "none"
        self._empty.layout.display = "none" if there else None

    def _chosen(self, change: dict[str, Any]) -> None:
        """The list and the menu are two faces of one choice."""
        if self._quiet or change["new"] is None:
            return
        self._quiet = True
        self._list.value = self._menu.value = change["new"]
        self._quiet = False
        self._open()

    def _open(self) -> None:
        """Another function or another tab."""
        self._actions.recorder.looks.clear()
        self._fill()

    def _fill(self, *, read: bool = True) -> None:
        if read and self._list.value is not None:
            self._tabs[self._pages.selected_index or 0].fill(self._list.value)
        self._did.value = views.did(self._actions.recorder.acts, tuple(self._actions.recorder.looks))
