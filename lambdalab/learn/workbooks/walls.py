"""Exercises 10.1 and 10.5: what each kind of wall has of its own, and which wall is right for six programs.

What a program sees is read from inside each wall (`models/seen.py`): process and container are started for it, the
machines too where the processor helps with them. Otherwise the recorded run says it, and is compared with its own
machine, never with this one. The choice of a wall is decided on paper; each accepted pair is listed.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from lambdalab.learn.cases import first, named, reasoned, second_comes_next, yes_or_no
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Row, Seen, Tried
from lambdalab.learn.work import Work
from lambdalab.models import virtual
from lambdalab.models.seen import Look, look, recorded

# 10.1, what is shared?

PROCESS, CONTAINER, MICROVM, VM = WALLS = ("process", "container", "microVM", "VM")
KERNEL, FILES, LIST, LIMIT, HARDWARE = THINGS = (
    "kernel",
    "files",
    "process list",
    "memory limit",
    "virtual hardware",
)
PAIRS: Mapping[str, tuple[str, str]] = {
    "a thread and a process": ("thread", PROCESS),
    "a container and a process beside it": (CONTAINER, PROCESS),
    "two containers": (CONTAINER, CONTAINER),
    "a microVM and a VM, both with the same Linux": (MICROVM, VM),
}
"""The second question: which two of one machine ask the same running kernel."""
_MACHINES = (MICROVM, VM)
_Cell = tuple[str, str]


def cases(rng: random.Random | None) -> Sequence[Case]:
    return [
        Case("the table of twenty", "own", _committed, about="own"),
        Case("four pairs", "again", _second_prediction, about="again"),
    ]


def _committed(work: Work) -> Seen:
    said = yes_or_no(work, "own", list(product(WALLS, THINGS)))
    looks = {wall: looked(wall) for wall in WALLS}
    seen: dict[_Cell, bool] = {}
    rows: list[Row] = []
    for wall, (here, inside) in looks.items():
        for thing, (own, shown) in compared(here, inside).items():
            cell = (wall, thing)
            seen[cell] = own
            rows.append(Row(said[cell] == own, f"{named(cell)}: you said {_own(said[cell])}", f"{_own(own)} ({shown})"))
    rows += [_from(looks, PROCESS, CONTAINER), _from(looks, MICROVM, VM)]
    return Seen(True, "looked", facts={"said": said, "seen": seen}, rows=tuple(rows))


def _own(own: bool) -> str:
    return "own" if own else "shared"


def _from(looks: Mapping[str, tuple[Look, Look]], *walls: str) -> Row:
    """Where the figures of these walls come from, as a line of the table."""
    told = dict.fromkeys(looks[wall][1].source for wall in walls)
    return Row(True, " and ".join(walls), "; ".join(told))


def looked(wall: str, beside: str = "thread") -> tuple[Look, Look]:
    """What is seen beside the wall, in the notebook's own process without another name, and inside it.

    Both are of the same machine: where one of the two cannot be measured here, both are the recorded run's.
    """
    outside, inside = _look(beside), _look(wall)
    hides = beside != "thread" or _tells_apart(outside)
    if hides and outside.provenance == inside.provenance:
        return outside, inside
    return recorded(beside.lower()), recorded(wall.lower())


def _look(wall: str) -> Look:
    """Machines are started only where the processor helps: translated, a boot takes longer than a check may."""
    if wall in _MACHINES and (virtual.why_no_linux() or virtual.accelerator() != "kvm"):
        return recorded(wall.lower())
    return look(wall.lower())


def _tells_apart(here: Look) -> bool:
    """Whether this machine has what a wall could hide: files at home, and a processor that QEMU does not play."""
    return here.home > 0 and not here.processor.startswith("QEMU")


def compared(here: Look, inside: Look) -> dict[str, tuple[bool, str]]:
    """Of each thing whether the wall has one of its own, and what shows it."""
    boots = here.boot_id != inside.boot_id
    alone = boots or inside.processes == 1
    memory = inside.memory_mb != here.memory_mb
    processor = inside.processor != here.processor
    return {
        KERNEL: (boots, f"{'another' if boots else 'the same'} boot id, {inside.boot_id[:8]}"),
        FILES: (inside.home < here.home, f"{inside.home} of {here.home} files at home"),
        LIST: (alone, f"{inside.processes} in it, {here.processes} in the notebook's"),
        LIMIT: (memory, f"at most {inside.memory_mb:,} MB, {here.memory_mb:,} in the notebook"),
        HARDWARE: (processor, inside.processor or "the same processor"),
    }


def _second_prediction(work: Work) -> Seen:
    if pending := second_comes_next(work, "The twenty cells are looked at.", "Now four pairs of one machine:"):
        return pending
    said = yes_or_no(work, "again", list(PAIRS))
    looks = {pair: looked(one, beside=other) for pair, (one, other) in PAIRS.items()}
    seen = {pair: one.boot_id == other.boot_id for pair, (one, other) in looks.items()}
    rows = [
        Row(said[pair] == seen[pair], f"{pair}: you said {_yes(said[pair])}", _boots(looks[pair], said[pair]))
        for pair in PAIRS
    ]
    wrong = next((pair for pair in PAIRS if said[pair] != seen[pair]), None)
    text = None
    if wrong:
        idea = "A kernel draws its boot id by lot when it starts, also when the same version starts again."
        look = "Ask of each of the two: was a kernel started for it?"
        text = Message(f"For {wrong} you said {_yes(said[wrong])}.", idea, look)
    return Seen(wrong is None, "looked", facts={"said": said, "seen": seen}, rows=tuple(rows), message=text)


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def _boots(looks: tuple[Look, Look], said: bool) -> str:
    """Both boot ids in the pair's order, once the answer is right; it is the second beside which was looked."""
    other, one = looks
    fits = said == (one.boot_id == other.boot_id)
    return f"boot ids {one.boot_id[:8]} and {other.boot_id[:8]}" if fits else "the boot ids say otherwise"


def differs(*cells: _Cell) -> Detect:
    """One of these cells was said and not seen."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = next(one for one in tried if one.case.about == "own")
        said, seen = one.seen.facts["said"], one.seen.facts["seen"]
        return Hit(one) if any(said[cell] != seen[cell] for cell in cells) else None

    return detect


# 10.5, choose the wall

REASONS = (
    "hostile neighbours",
    "density",
    "trust",
    "own kernel",
    "start time",
    "other system",
    "device",
)
UPLOADS, MODULE, WINDOWS = "code that anybody may upload", "a program with a driver", "accounting of 2009"
PROGRAMS: Mapping[str, tuple[set[tuple[str, str]], str]] = {
    UPLOADS: (
        {(MICROVM, "hostile neighbours")},
        "Some who upload look for a hole in the wall, and most jobs are over within a second.",
    ),
    "twelve parts of a shop": (
        {(CONTAINER, "density"), (CONTAINER, "trust")},
        "Each of the twelve brings libraries of its own, so it needs its own view of the files. And the three servers "
        "are small.",
    ),
    MODULE: (
        {(VM, "own kernel"), (MICROVM, "own kernel")},
        "What the driver changes, all who ask the same kernel get. Which walls have one that may be changed?",
    ),
    "an editor's plug-ins": (
        {(PROCESS, "start time"), (PROCESS, "trust")},
        "They work on the files that are open, and a wall that hides files hides these too. And every key press waits.",
    ),
    WINDOWS: (
        {(VM, "other system")},
        "It asks for Windows, and for the PC that Windows of 2009 looks for. What plays a whole one?",
    ),
    "a model on a GPU": (
        {(VM, "device"), (CONTAINER, "device"), (PROCESS, "device")},
        "It must reach a card in the host. Which walls stand in the way of that, and which let it through?",
    ),
}


def chosen(rng: random.Random | None) -> Sequence[Case]:
    about: dict[str, Any] = {
        "items": list(PROGRAMS),
        "parts": (WALLS, REASONS),
        "form": 'It must be a pair, wall and reason: `("VM", "trust")`.',
        "said": 'chose "{}", because "{}"',
    }
    return [
        _in_the_table(reasoned("wall", program, accepted=accepted, against=against, **about), accepted)
        for program, (accepted, against) in PROGRAMS.items()
    ]


def _in_the_table(case: Case, accepted: set[tuple[str, str]]) -> Case:
    """The case with a line in the table, and both say which of the two to look at: the wall or the reason."""

    def run(work: Work) -> Seen:
        seen = case.run(work)
        if seen.ok:
            return replace(seen, rows=None)
        fits = any(seen.value[0] == wall for wall, _ in accepted)
        told = "the wall fits, another reason says why" if fits else "look at the wall"
        message = seen.message if fits or not seen.message else replace(seen.message, look="Look at the wall first.")
        return replace(seen, rows=(Row(False, case.tried, f"{seen.shown}: {told}"),), message=message)

    return replace(case, run=run)


def chose(wall: str, program: str, *reasons: str) -> Detect:
    """This wall was chosen for this program, because of one of these reasons or, without them, of any."""

    def fits(one: Tried) -> Mapping[str, object] | None:
        chosen_here = one.case.about == program and one.seen.value[0] == wall
        return {} if chosen_here and (not reasons or one.seen.value[1] in reasons) else None

    return first(fits)
