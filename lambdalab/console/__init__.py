"""The console: AWS's web pages for Lambda as one panel in the notebook, which shows the calls behind each button.

`lab.console()` makes it (lesson 04). With a kernel it is a widget; in a stored notebook, on paper and in a terminal it
is a text about one function, with the calls that do the same. Left out: making functions, charts, and every setting
that no lesson uses.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from lambdalab.console import releases, views
from lambdalab.console.actions import Actions
from lambdalab.learn.display import Shown
from lambdalab.show import theme
from lambdalab.show.frame import code_block
from lambdalab.show.picture import Table

if TYPE_CHECKING:
    from lambdalab.lab import Lab

_TWINS = """import boto3
functions = boto3.client("lambda")
# Code, Deploy
functions.update_function_code(FunctionName="{name}", ZipFile=...)
# Test
functions.invoke(FunctionName="{name}", Payload="{{}}")
# Configuration, Save
functions.update_function_configuration(FunctionName="{name}", MemorySize=256)
# Triggers, Add trigger; the first call is added by the console
functions.add_permission(FunctionName="{name}", ...)
boto3.client("s3").put_bucket_notification_configuration(...)
# Permissions
functions.get_policy(FunctionName="{name}")
# Versions
functions.publish_version(FunctionName="{name}")
functions.update_alias(FunctionName="{name}", ...)
# Log
lab.function("{name}").logs()"""


class Console:
    """The console of one lab, open at one function; `lab.console()` returns it.

    Shown as a cell's last value it is the panel; `text()` is the same as words, and `calls()` what the buttons did.

    Args:
        lab: the running lab.
        name: the function to open; None opens the first one there is.
    """

    def __init__(self, lab: Lab, name: str | None = None) -> None:
        self._actions = Actions(lab)
        self._name = name

    def text(self) -> str:
        """The lab, and of the function what the tabs show, as plain text."""
        return self._as_text(*self._facts())

    @staticmethod
    def _as_text(head: str, tables: Sequence[Table], twins: str) -> str:
        parts = [head, *(table.text() if table.rows else f"{table.caption}." for table in tables)]
        return "\n\n".join([*parts, f"The same by call:\n{twins}"] if twins else parts)

    def calls(self) -> str:
        """Every boto3 call that the buttons made, as Python that can be run again."""
        return views.did_text(self._actions.recorder.acts)

    def _facts(self) -> tuple[str, list[Table], str]:
        """The head line, the tables, and the twin calls."""
        overview = self._actions.overview()
        name = self._name or next(iter(overview.functions), "")
        lines = [views.header_text(overview)]
        lines.append(f"functions: {', '.join(overview.functions) or 'none yet: run a %%deploy cell'}")
        if overview.sources:
            lines.append(f"sources: {', '.join(f'{glyph} {source}' for glyph, source in overview.sources)}")
        head = "\n".join(lines)
        if not name:
            return head, [], ""
        do = self._actions
        tables = [
            views.settings_table(do.settings(name), name),
            views.triggers_table(do.triggers(name), name),
            *views.permissions_tables(do.permissions(name), name),
            *views.releases_tables(releases.versions(do, name), releases.aliases(do, name), name),
        ]
        return head, tables, _TWINS.format(name=name)

    @staticmethod
    def _as_html(head: str, tables: Sequence[Table], twins: str) -> str:
        body = "".join(f"<p>{escape(line)}</p>" for line in head.splitlines())
        body += "".join(views.table(table) for table in tables)
        body += f"<p><b>The same by call</b></p>{code_block(twins)}" if twins else ""
        return f'<style>{theme.css()}</style><div class="ll ll-t">{body}</div>'

    def _widget(self) -> Any:
        from lambdalab.console.panel import Panel

        self._actions.recorder.looks.clear()
        return Panel(self._actions, self._name).widget

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        facts = self._facts()
        return Shown(self._as_html(*facts), self._as_text(*facts), self._widget).bundle()

    def __repr__(self) -> str:
        return self.text()
