"""What the console shows, as HTML and as text: pure functions from what was read to what is seen.

AWS's console draws with scripts. Here each part is a piece of HTML that a notebook can store, with a text twin. Left
out: everything that is clicked, which is `panel` and `tabs`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from statistics import median

from lambdalab.console import python
from lambdalab.console.actions import LATEST, Metrics, Overview, Settings
from lambdalab.console.policies import Permissions, Statement
from lambdalab.console.recorder import Act, Call
from lambdalab.console.releases import Alias, Version
from lambdalab.console.triggers import Trigger
from lambdalab.show import glyphs
from lambdalab.show.frame import chip, code, code_block, quiet
from lambdalab.show.numbers import count, milliseconds
from lambdalab.show.picture import Table
from lambdalab.show.theme import CROSS, DASH

ADDED = "added by the console"
NOTHING_YET = "nothing yet. Each button shows here the boto3 calls that it makes."
ASYNCHRONOUS = "An event from S3 is asynchronous: nobody waits for the answer. With a batch, Lambda does."


# -- the header --------------------------------------------------------------------------------------------------------


def alive(environments: Mapping[str, int]) -> str:
    """Such as "3 environments: 2 frozen, 1 running"."""
    total = sum(environments.values())
    if not total:
        return "no environment alive"
    states = ", ".join(f"{number} {state}" for state, number in sorted(environments.items()))
    return f"{count(total)} environment{'' if total == 1 else 's'}: {states}"


def header(overview: Overview) -> str:
    """Region, clock, environments."""
    return (
        f'<div class="ll-top"><span><b>lab console</b>&emsp; region {escape(overview.region)}</span>'
        f"<span>{glyphs.svg('clock')}lab clock: {escape(overview.clock)}</span>"
        f"<span>{escape(alive(overview.environments))}</span></div>"
    )


def header_text(overview: Overview) -> str:
    """The same as text."""
    return f"lab console: region {overview.region}, lab clock {overview.clock}, {alive(overview.environments)}"


def sources(overview: Overview) -> str:
    """Everything that is no function, with its drawing and its kind in words."""
    if not overview.sources:
        return quiet("No bucket, queue, table or topic yet.")
    rows = "".join(
        f'<li>{glyphs.svg(glyph)}<span class="ll-x">{glyph} </span>{escape(name)}</li>'
        for glyph, name in overview.sources
    )
    return f'<p class="ll-2">Sources</p><ul class="ll-list" aria-label="Sources">{rows}</ul>'


# -- what the button did -----------------------------------------------------------------------------------------------


def did(acts: Sequence[Act], looks: Sequence[Call]) -> str:
    """The part that is always open: the calls of the last button, then the earlier ones and the reading, folded."""
    if not acts:
        body = f'<p><b class="ll-h">What the button did:</b> {NOTHING_YET}</p>'
    else:
        last = acts[-1]
        body = (
            f'{quiet(last.title)}<p><b class="ll-h">What the button did: {_summary(last)}</b></p>{_calls(last.calls)}'
        )
        earlier = "".join(f"<li>{escape(_titled(act))}{_calls(act.calls)}</li>" for act in acts[:-1])
        if earlier:
            before = _counted(len(acts) - 1, "button")
            body += f"<details><summary>Before that: {before}</summary><ol>{earlier}</ol></details>"
    if looks:
        read = code_block("\n".join(python.code(call) for call in looks))
        body += (
            f"<details><summary>To fill the panel it only read: {_counted(len(looks), 'call')}</summary>"
            f"{read}</details>"
        )
    return f'<div class="ll-did" role="region" aria-label="What the button did">{body}</div>'


def _titled(act: Act) -> str:
    return f"{act.title}: {_summary(act)}"


def _summary(act: Act) -> str:
    if not act.calls:
        return "no call"
    added = f", {act.silent} of them {ADDED}" if act.silent else ""
    return f"{_counted(len(act.calls), 'boto3 call')}{added}"


def _calls(calls: Sequence[Call]) -> str:
    """The calls side by side where there is room, numbered."""
    drawn = ""
    for number, call in enumerate(calls, start=1):
        silent = call.purpose == "silent"
        head = f"{number}&ensp; {escape(call.service)}{f' &ensp; <b>{ADDED}</b>' if silent else ''}"
        notes = []
        if files := python.zipped(call):
            notes.append(python.contents(files))
        if call.method in python.NOTES and not call.error:
            notes.append(f"Call {number} {python.NOTES[call.method]}")
        refused = f"<p><b>{CROSS} refused: {escape(call.error)}</b></p>" if call.error else ""
        drawn += (
            f'<div class="ll-call"><p class="ll-2">{head}</p>'
            f'<pre class="{"ll-added" if silent else ""}" tabindex="0">{escape(python.code(call))}</pre>'
            f"{refused}{''.join(quiet(note) for note in notes)}</div>"
        )
    return f'<div class="ll-calls">{drawn}</div>'


def did_text(acts: Sequence[Act]) -> str:
    """The same as text: every button, and the calls behind it."""
    if not acts:
        return f"What the button did: {NOTHING_YET}"
    return "\n\n".join(f"# {_titled(act)}\n{python.script(act.calls)}".rstrip() for act in acts)


# -- the tabs ----------------------------------------------------------------------------------------------------------


def trigger_map(triggers: Sequence[Trigger], function: str) -> str:
    """What calls the function: source, events, arrow, function; a line for each rule."""
    if not triggers:
        return f"<p>Nothing calls {escape(function)} of its own accord yet.</p>"
    rows = "".join(
        f'<li><span>{glyphs.svg(t.glyph, 32)}<b>{escape(t.source)}</b></span><span class="ll-2">{escape(t.when)}</span>'
        f'<span class="ll-arrow" role="img" aria-label="calls"></span>'
        f"<span>{glyphs.svg('function', 32)}<b>{escape(function)}</b></span></li>"
        for t in triggers
    )
    return f'<ul class="ll-list ll-map" aria-label="What calls {escape(function)}">{rows}</ul>{quiet(ASYNCHRONOUS)}'


def permissions_tables(found: Permissions, function: str) -> tuple[Table, Table]:
    """Who may call the function, and what it may do itself, as two tables."""
    own = "only users and roles of this account may, if their own policies allow it"
    nobody = "" if found.policy else f". It has no statement: {own}"
    policy = Table(
        f"The resource policy of {function}: who may call it{nobody}",
        ("who", "what", "only if", "statement"),
        [(s.who, _what(s), s.only_if or DASH, s.name) for s in found.policy],
        align="llll",
    )
    wearer = f"the role {found.role}"
    nothing = "" if found.role_statements else ". It has no policy: on AWS the function could not even write its log"
    role = Table(
        f"The role {found.role}: what {function} may do itself{nothing}",
        ("who", "what", "on what", "statement"),
        [(s.who, _what(s), wearer, s.name) for s in found.trust]
        + [(wearer, _what(s), s.resource, s.name) for s in found.role_statements],
        align="llll",
    )
    return policy, role


def _what(statement: Statement) -> str:
    return f"{statement.effect} {statement.actions}"


def permissions(found: Permissions, function: str) -> str:
    """Both tables, each with its JSON one fold away."""
    policy, role = permissions_tables(found, function)
    return (
        f"{table(policy)}{_json('The policy as JSON', found.policy)}"
        f"{table(role)}{_json('The role as JSON', [*found.trust, *found.role_statements])}"
    )


def _json(words: str, statements: Sequence[Statement]) -> str:
    if not statements:
        return ""
    raw = code_block("\n".join(s.raw for s in statements))
    return f"<details><summary>{words}</summary>{raw}</details>"


def releases_tables(versions: Sequence[Version], aliases: Sequence[Alias], function: str) -> tuple[Table, Table]:
    """The versions and the aliases."""
    rows = [
        (v.number, v.code, f"{count(v.memory)}\u00a0MB", f"{v.timeout}\u00a0s", v.description or DASH) for v in versions
    ]
    published = "" if len(rows) > 1 else ". None is published yet: $LATEST is the workbench, and changes with each edit"
    return (
        Table(
            f"Versions of {function}, with the beginning of their code's SHA-256{published}",
            ("version", "code", "memory", "timeout", "description"),
            rows,
            align="llrrl",
        ),
        Table(
            f"Aliases of {function}" + ("" if aliases else ": none yet"),
            ("alias", "means"),
            [(a.name, a.words) for a in aliases],
            align="ll",
        ),
    )


def releases(versions: Sequence[Version], aliases: Sequence[Alias], function: str) -> str:
    """The versions and the aliases as two tables."""
    return "".join(table(drawn) for drawn in releases_tables(versions, aliases, function))


def metrics_table(metrics: Metrics, function: str) -> Table:
    """How the function has run, as a small table; durations only where something ran."""
    rows = [
        ("invocations", count(metrics.invocations)),
        ("errors", count(metrics.errors)),
        ("cold starts", count(metrics.cold)),
        ("events that ran no code", count(metrics.refused)),
    ]
    if times := metrics.durations:
        rows.append(("duration, shortest", milliseconds(times[0])))
        rows.append(("duration, median", milliseconds(median(times))))
        rows.append(("duration, longest", milliseconds(times[-1])))
    return Table(f"How {function} has run so far, measured on this machine", ("", "value"), rows)


def log(lines: Sequence[str], metrics: Metrics, function: str) -> str:
    """The table, then the last log events."""
    group = f"/aws/lambda/{function}"
    shown = (
        f'<p class="ll-2">The last {_counted(len(lines), "event")} of {code(group)}, newest at the end</p>'
        f'<pre tabindex="0">{escape(chr(10).join(lines))}</pre>'
        if lines
        else quiet(f"The log {group} is empty: {function} has not run.")
    )
    return f"{table(metrics_table(metrics, function))}{shown}"


def settings_table(settings: Settings, function: str) -> Table:
    """The settings as text has them."""
    variables = ", ".join(f"{key}={value}" for key, value in settings.variables.items())
    rows = [
        ("handler", settings.handler),
        ("memory", f"{count(settings.memory)}\u00a0MB"),
        ("timeout", f"{settings.timeout}\u00a0s"),
        ("environment variables", variables or DASH),
    ]
    return Table(f"The settings of {LATEST} of {function}", ("setting", "value"), rows, align="ll")


def triggers_table(triggers: Sequence[Trigger], function: str) -> Table:
    """What calls the function, as text has it."""
    return Table(
        f"What calls {function} of its own accord" + ("" if triggers else ": nothing yet"),
        ("source", "name", "when"),
        [(t.kind, t.source, t.when) for t in triggers],
        align="lll",
    )


# -- what was said -----------------------------------------------------------------------------------------------------


def message(text: str, *, failed: bool = False) -> str:
    """A sentence about what a button did; further lines keep their columns."""
    first, _, rest = text.partition("\n")
    state = chip("not done", "failed") + " " if failed else ""
    block = code_block(rest) if rest else ""
    return f"<p>{state}{escape(first)}</p>{block}"


def table(drawn: Table) -> str:
    """A table that scrolls within itself where the panel is narrow; one without rows is its caption, as a sentence."""
    if not drawn.rows:
        return quiet(f"{drawn.caption}.")
    named = f'role="group" aria-label="{escape(drawn.caption)}"'
    return f'<div class="ll-wide" tabindex="0" {named}>{drawn.html(sheet=False)}</div>'


def _counted(number: int, word: str) -> str:
    return f"{count(number)} {word}{'' if number == 1 else 's'}"
