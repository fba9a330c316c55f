"""The shared frame of every card, and its parts: chips, labelled paragraphs, code, two kinds of table.

On AWS such facts stand in console pages, logs and mails. Here a card is plain HTML that needs no script: readable
without its style sheet, by keyboard, and by a screen reader. Left out: colours for right and wrong; a state is a chip
with a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from lambdalab.show import glyphs, keys, theme

CHIPS = ("plain", "cold", "warm", "failed", "throttled", "dashed", "solid")
LINES, LINE = 4, 80  # an answer on a card: lines, and characters in each
_BETWEEN_BACKTICKS = re.compile(r"`([^`\n]+)`")


def chip(text: str, kind: str = "plain") -> str:
    """A state as a word in a box; a kind adds its second sign: the hatch, ✖, or hollow with T.

    Args:
        text: the word.
        kind: one of `CHIPS`.

    Raises:
        ValueError: there is no such kind.
    """
    if kind not in CHIPS:
        raise ValueError(f"there is no chip {kind!r}: choose one of {', '.join(CHIPS)}")
    sign = {"failed": f"{theme.CROSS} ", "throttled": "T&nbsp; "}.get(kind, "")
    inside = f"<b>C&nbsp; {escape(text)}</b>" if kind == "cold" else f"{sign}{escape(text)}"
    return f'<span class="ll-c ll-{kind}">{inside}</span>'


def rich(text: str) -> str:
    """A text of the course as HTML, with what stands between backticks in the code's font (lesson 00)."""
    return _BETWEEN_BACKTICKS.sub(r"<code>\1</code>", escape(text))


def quiet(text: str) -> str:
    """A line in the second text."""
    return f'<p class="ll-2">{rich(text)}</p>'


def paragraph(label: str, text: str, note: str = "") -> str:
    """A paragraph that begins with its label in bold.

    Args:
        label: such as "Seen:"; may be empty.
        text: what follows.
        note: an afterthought in the second text.
    """
    bold = f"<b>{escape(label)}</b> " if label else ""
    after = f' <span class="ll-2">{rich(note)}</span>' if note else ""
    return f"<p>{bold}{rich(text)}{after}</p>"


def code_block(text: str, note: str = "") -> str:
    """Code, an event or an answer, in the code's font; long lines wrap.

    Args:
        text: shown letter by letter.
        note: an afterthought in the second text, in the same box.
    """
    after = f'<span class="ll-2">  {escape(note)}</span>' if note else ""
    return f"<pre>{escape(text)}{after}</pre>"


def code(text: str) -> str:
    """A few words of code within a line."""
    return f"<code>{escape(text)}</code>"


def folded(summary: str, inside_html: str, *, opened: bool = False) -> str:
    """What opens at a click or at Enter.

    Args:
        summary: the line that is always there.
        inside_html: HTML made of the parts of this module.
        opened: whether it begins open.
    """
    state = " open" if opened else ""
    return f"<details{state}><summary {keys.KEPT}>{escape(summary)}</summary>{inside_html}</details>"


def cut(text: str, lines: int = LINES, width: int = LINE) -> tuple[str, str]:
    """The beginning of a text, and what was left out, in words: ("first\\nlines", "… 12 more lines").

    Args:
        text: of any length.
        lines: how many lines stay.
        width: the characters that one line holds before it wraps.
    """
    given = text.splitlines() or [""]
    shown: list[str] = []
    room = lines
    for line in given:
        if room <= 0:
            break
        shown.append(line[: room * width])
        room -= max(1, -(-len(line) // width))
    kept = "\n".join(shown)
    if len(shown) < len(given):
        left = len(given) - len(shown)
        return kept, f"… {left:,} more {'line' if left == 1 else 'lines'}"
    left = len(given[-1]) - len(shown[-1])
    return kept, f"… {left:,} more {'character' if left == 1 else 'characters'}" if left else ""


# "a" is also an article: as a letter it needs its comma, colon, bracket or two spaces.
_LETTER = re.compile(r"([a-z])(?:[:,.)]\s*|\s{2,}|(?<!a)\s)(?=\S)")


def lettered(text: str) -> tuple[str, str]:
    """An option's letter and its words: "b, 1 to 4" and "b 1 to 4" give ("b", "1 to 4"); no letter gives ("", text)."""
    found = _LETTER.match(text)
    return (found[1], text[found.end() :]) if found else ("", text)


def rows_table(columns: Sequence[str], rows: Sequence[tuple[bool, Sequence[str]]], *, label: str) -> str:
    """A table inside a card; each cell is HTML already.

    Args:
        columns: the headings, HTML.
        rows: whether the row is to be noticed, and its cells, HTML; the first heads the row.
        label: the table's name for a screen reader.
    """
    head = "".join(f'<th scope="col">{name}</th>' if name else "<td></td>" for name in columns)
    body = ""
    for noticed, (first, *others) in rows:
        mark = ' class="ll-miss"' if noticed else ""
        body += f'<tr{mark}><th scope="row">{first}</th>{"".join(f"<td>{cell}</td>" for cell in others)}</tr>'
    return f'<table aria-label="{escape(label)}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def said_measured_table(label: str, said: str, measured: str, sure: str | None) -> str:
    """What you said beside what was measured.

    Args:
        label: what is counted, such as "environments".
        said: the option, such as "b, 1 to 4".
        measured: such as "c, 10" or "10".
        sure: "a little", "quite", or None.
    """

    def cell(text: str) -> str:
        letter, words = lettered(text)
        return f"<b>{letter}</b>&nbsp; {rich(words)}" if letter else rich(words)

    rows = [(False, (rich(label), cell(said), cell(measured)))]
    if sure:
        rows.append((False, ("how sure", escape(sure), theme.DASH)))
    return rows_table(("", "you said", "measured"), rows, label="what you said and what was measured")


def marked(text: str, *, ok: bool) -> str:
    """A text with a tick before it, or a dash for what is not yet as expected; a screen reader says which."""
    said, mark = ("as expected", theme.TICK) if ok else ("not yet", theme.DASH)
    return f'<span class="ll-i" role="img" aria-label="{said}">{mark}</span>{rich(text)}'


def tried_seen_table(rows: Sequence[tuple[bool, str, str]]) -> str:
    """What a check tried and what it saw; a missed row is bold and has a dash for its tick.

    Args:
        rows: whether it was as expected, what was tried, what was seen.
    """
    drawn = [(not ok, (marked(tried, ok=ok), rich(seen))) for ok, tried, seen in rows]
    return rows_table(("what was tried", "seen"), drawn, label="what was tried and what was seen")


def card(
    *,
    kicker: str,
    heading: str,
    body_html: str,
    failed: bool = False,
    chips: Sequence[str] = (),
    glyph: str = "",
    live: bool = False,
) -> str:
    """The frame: a small line above with the chips at its right, a heading, the body.

    Args:
        kicker: such as "Check 07.4, attempt 2".
        heading: the finding or the question; may be empty.
        body_html: HTML made of the parts of this module.
        failed: whether the bar at the left says that the function failed.
        chips: made by `chip`.
        glyph: the name of a glyph before the heading; heading and kicker then share the first line.
        live: whether a screen reader announces the card when it appears.

    Raises:
        ValueError: there is no such glyph.
    """
    title = f'<b class="ll-h">{rich(heading)}</b>' if heading else ""
    small = f'<span class="ll-2">{escape(kicker)}</span>'
    top = f"<span>{glyphs.svg(glyph, 28)}{title}&ensp; {small}</span>" if glyph else small
    below = f"<p>{title}</p>" if title and not glyph else ""
    look = f"ll ll-card{' ll-bad' if failed else ''} {theme.NO_FORMULAS}"
    announced = ' aria-live="polite"' if live else ""
    return (
        f'<style>{theme.css()}</style><div class="{look}" role="group" aria-label="{escape(kicker)}"{announced}>'
        f'<div class="ll-top">{top}{"".join(chips)}</div>{below}{body_html}</div>'
    )
