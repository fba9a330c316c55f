"""The story of a function's last events as a table: when, what came of it, why, and what to do.

On AWS the same facts lie in logs, metrics, policies and configurations, and some nowhere. Here one table tells each
event, with the call that would mend it to copy. Text everywhere else is the story's own lines. Left out: the function's
log, which each result holds.
"""

from __future__ import annotations

from html import escape

from lambdalab.observe.explain import Entry, Story
from lambdalab.observe.sentences import clock_time
from lambdalab.show import theme
from lambdalab.show.frame import chip, code_block, rich

_CHIPS = {
    "ran cold": "cold",
    "ran warm": "warm",
    "failed": "failed",
    "denied": "failed",
    "lost": "failed",
    "stopped": "failed",
    "turned away": "throttled",
    "filtered out": "dashed",
}
_COLUMNS = (("", ""), ("time", ""), ("outcome", ""), ("what happened, and what to do", ' width="66%"'))


class StoryTable(Story):
    """A story that shows itself as a table in a notebook (lessons 01 and 05)."""

    @classmethod
    def of(cls, story: Story) -> StoryTable:
        return cls(story.function, story.heading, story.rows, story.skipped, story.closing)

    def _repr_html_(self) -> str:
        return html(self)


def html(story: Story) -> str:
    """A story as HTML, with a caption and header scopes (lessons 01 and 05)."""
    numbered = enumerate(story.rows, story.skipped + 1)
    body = "".join(_row(number, entry) for number, entry in numbered)
    head = "".join(f'<th scope="col"{look}>{name}</th>' if name else "<td></td>" for name, look in _COLUMNS)
    caption = f"<caption>{rich(story.heading)}</caption>"
    table = f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    closing = "".join(f"<p>{rich(line)}</p>" for line in story.closing)
    told = (table if story.rows else f"<p>{rich(story.heading)}</p>") + closing
    return f'<style>{theme.css()}</style><div class="ll ll-t {theme.NO_FORMULAS}">{told}</div>'


def _row(number: int, entry: Entry) -> str:
    word = chip(entry.word, _CHIPS.get(entry.word, "plain"))
    told = f"<p>{rich(entry.text)}</p>{_advice(entry.advice)}"
    cells = f"<td>{escape(clock_time(entry.at))}</td><td>{word}</td><td>{told}</td>"
    return f'<tr><th scope="row">{number}</th>{cells}</tr>'


def _advice(advice: str) -> str:
    """A call to copy as code, a sentence as it is."""
    if not advice:
        return ""
    return code_block(advice) if "boto3.client(" in advice else f"<p>{rich(advice)}</p>"
