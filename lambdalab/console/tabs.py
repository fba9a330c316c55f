"""The seven tabs of the console, each a thin layer over the actions.

AWS's console has a page for each. Here a tab is a few labelled inputs and one primary button, and its press is one
action. Left out: everything that could not be typed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import ipywidgets as widgets

from lambdalab.console import files, releases, saved_events, views
from lambdalab.console.actions import LATEST, Settings, variables
from lambdalab.console.tab import Tab, choose, labelled, row, value_of
from lambdalab.console.triggers import SOURCES, Trigger, source

NO_SECOND = "none"


class Code(Tab):
    """The files of the package, one at a time, and Deploy."""

    title = "Code"

    def parts(self) -> Iterable[Any]:
        self._files: dict[str, str | bytes] = {}
        self._edited: dict[str, str] = {}
        self._of = ""
        self._file = widgets.Dropdown(description="File")
        self._text = widgets.Textarea(description="Code", rows=14)
        self._file.observe(self._show, "value")
        self._text.observe(self._keep, "value")
        return self._file, self._text, self.button("Deploy", self._deploy, primary=True)

    def read(self) -> None:
        if self._of != self.function:
            self._of, self._edited = self.function, {}
            self._files, self._file.options = {}, ()  # what was shown of another function is not deployed to this one
        self._files = files.read_zip(self.actions.zip(self.function))
        shown = self._file.value
        self._file.options = tuple(self._files)
        handler = self.actions.settings(self.function).handler
        self._file.value = shown if shown in self._files else files.first(self._files, handler) or None
        self._show()

    def _show(self, _: object = None) -> None:
        name = self._file.value
        if name is None:
            self._text.value, self._text.disabled = "", True
            return
        content = self._files[name]
        self._text.disabled = isinstance(content, bytes)
        edited = self._edited.get(name)
        if isinstance(content, bytes):
            self._text.value = f"{name} is not text: {len(content):,} bytes. It is deployed as it is."
        else:
            self._text.value = content if edited is None else edited

    def _keep(self, _: object) -> None:
        """An edit stays while another file or tab is looked at."""
        name = self._file.value
        if name is None or self._text.disabled:
            return
        if self._text.value == self._files.get(name):
            self._edited.pop(name, None)
        else:
            self._edited[name] = self._text.value

    def _deploy(self) -> str:
        shown = {self._file.value: self._text.value} if not self._text.disabled else {}
        said = self.actions.deploy(self.function, {**self._edited, **shown})
        self._edited = {}
        return said


class Test(Tab):
    """An event, whom to call with it, and the card of the answer."""

    title = "Test"

    def parts(self) -> Iterable[Any]:
        self._event = widgets.Dropdown(description="Event")
        self._text = widgets.Textarea(description="Event, as JSON", rows=8)
        self._qualifier = widgets.Dropdown(description="Version or alias")
        self._name = widgets.Text(description="Name of the event")
        self._event.observe(self._show, "value")
        keep = row(self._name, self.button("Save event", self._save))
        call = row(self._qualifier, self.button("Test", self._test, primary=True))
        return self._event, self._text, call, keep

    def read(self) -> None:
        """The text stays as it is, since the student may be in the middle of it."""
        choose(self._event, saved_events.names(self.actions.lab, self.function))
        choose(self._qualifier, releases.qualifiers(self.actions, self.function))
        if not self._text.value:
            self._show()

    def _show(self, _: object = None) -> None:
        if self._event.value and self.function:
            self._text.value = saved_events.text(
                self.actions.lab, self.function, self._event.value, self.actions.region
            )

    def _test(self) -> str:
        result = self.actions.test(self.function, self._text.value, self._qualifier.value)
        return result._repr_html_()

    def _save(self) -> str:
        text = self._text.value
        name = saved_events.save(self.actions.lab, self.function, self._name.value, text)
        choose(self._event, saved_events.names(self.actions.lab, self.function))
        self._event.value = name
        return f"Saved the event {name} for {self.function}, in the memory of this notebook. No AWS call was made."


class Configuration(Tab):
    """Handler, memory, timeout, environment variables."""

    title = "Configuration"

    def parts(self) -> Iterable[Any]:
        self._handler = widgets.Text(description="Handler")
        self._memory = widgets.IntText(description="Memory, MB")
        self._timeout = widgets.IntText(description="Timeout, s")
        self._variables = widgets.Textarea(description="Environment variables, a line each: KEY=VALUE", rows=4)
        save = self.button("Save", self._save, primary=True)
        return self._handler, self._memory, self._timeout, self._variables, save

    def read(self) -> None:
        now = self.actions.settings(self.function)
        self._handler.value, self._memory.value, self._timeout.value = now.handler, now.memory, now.timeout
        self._variables.value = "\n".join(f"{key}={value}" for key, value in now.variables.items())

    def _save(self) -> str:
        given = (self._handler.value, self._memory.value, self._timeout.value, variables(self._variables.value))
        return self.actions.configure(self.function, Settings(*given))


class Triggers(Tab):
    """What calls the function, and a form for one more; the form is the source's own."""

    title = "Triggers"

    def parts(self) -> Iterable[Any]:
        self._map = widgets.HTML()
        self._kind = widgets.Dropdown(description="Source", options=[known.kind for known in SOURCES])
        self._form = widgets.VBox()
        self._form.add_class("ll-fields")
        self._inputs: dict[str, Any] = {}
        self._trial = self.button("Test", self._try)
        self._kind.observe(self._build, "value")
        buttons = row(self.button("Add trigger", self._add, primary=True), self._trial)
        heading = widgets.HTML('<p><b class="ll-h">Add a trigger</b></p>')
        self._there: list[Trigger] = []
        self._which = widgets.Dropdown(description="Trigger")
        self._removal = row(self._which, self.button("Remove trigger", self._remove))
        return self._map, self._removal, heading, self._kind, self._form, buttons

    def read(self) -> None:
        self._there = self.actions.triggers(self.function)
        self._map.value = views.trigger_map(self._there, self.function)
        choose(self._which, [trigger.words for trigger in self._there])
        self._removal.layout.display = None if self._there else "none"
        self._build()

    def _build(self, _: object = None) -> None:
        """Make the source's form, once; afterwards only its choices are read anew."""
        chosen = source(self._kind.value)
        fields = chosen.fields(self.actions.recorder)
        self._trial.description = chosen.trial
        if set(self._inputs) == {field.name for field in fields}:
            for field in fields:
                if field.kind == "one":
                    choose(self._inputs[field.name].children[0], field.options)
            return
        self._inputs = {field.name: labelled(field) for field in fields}
        self._form.children = tuple(self._inputs.values())

    def _values(self) -> dict[str, str | Sequence[str]]:
        return {name: value_of(made) for name, made in self._inputs.items()}

    def _add(self) -> str:
        return self.actions.add_trigger(self.function, source(self._kind.value), self._values())

    def _remove(self) -> str:
        return self.actions.remove_trigger(self.function, self._there[self._which.index])

    def _try(self) -> str:
        return self.actions.try_out(self.function, source(self._kind.value), self._values())


class Permissions(Tab):
    """Who may call the function, and what it may do itself; only to read."""

    title = "Permissions"

    def parts(self) -> tuple[Any, ...]:
        self._tables = widgets.HTML()
        return (self._tables,)

    def read(self) -> None:
        self._tables.value = views.permissions(self.actions.permissions(self.function), self.function)


class Versions(Tab):
    """The versions and aliases, and what makes and moves them."""

    title = "Versions"

    def parts(self) -> Iterable[Any]:
        self._tables = widgets.HTML()
        self._description = widgets.Text(description="Description")
        self._new = widgets.Text(description="New alias")
        self._of = widgets.Dropdown(description="Its version")
        self._alias = widgets.Dropdown(description="Alias")
        self._to = widgets.Dropdown(description="Version")
        self._second = widgets.Dropdown(description="Second version")
        self._percent = widgets.FloatText(description="Its share, %")
        rows = (
            (self._description, self.button("Publish version", self._publish, primary=True)),
            (self._new, self._of, self.button("Create alias", self._create)),
            (self._alias, self._to, self._second, self._percent, self.button("Move alias", self._move)),
        )
        return self._tables, *(row(*parts) for parts in rows)

    def read(self) -> None:
        found = releases.versions(self.actions, self.function)
        aliases = releases.aliases(self.actions, self.function)
        self._tables.value = views.releases(found, aliases, self.function)
        numbers = [version.number for version in reversed(found) if version.number != LATEST] or [LATEST]
        for menu in (self._of, self._to):
            choose(menu, numbers)
        choose(self._second, [NO_SECOND, *numbers])
        choose(self._alias, [alias.name for alias in aliases])

    def _publish(self) -> str:
        return releases.publish(self.actions, self.function, self._description.value)

    def _create(self) -> str:
        return releases.create_alias(self.actions, self.function, self._new.value, self._of.value)

    def _move(self) -> str:
        second = "" if self._second.value == NO_SECOND else self._second.value
        given = (self._alias.value or "", self._to.value, second, self._percent.value)
        return releases.move_alias(self.actions, self.function, *given)


class Log(Tab):
    """The last log events and a small table of how the function has run; only to read."""

    title = "Log"

    def parts(self) -> tuple[Any, ...]:
        self._log = widgets.HTML()
        return (self._log,)

    def read(self) -> None:
        lines, metrics = self.actions.log(self.function), self.actions.metrics(self.function)
        self._log.value = views.log(lines, metrics, self.function)


TABS = (Code, Test, Configuration, Triggers, Permissions, Versions, Log)
