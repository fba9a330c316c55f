"""Picture S13: workloads on a plane, how much of the time there is work, and how long one piece takes.

AWS's guides say "short and spiky" in words. Here both are axes in steps of ten, and the borders are computed: the
longest run that a function may have, and the share of the time above which a server is cheaper. The cards that a
student placed are hollow. Left out: latency, state and devices, which lie on no axis; a square stands for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lambdalab.facts import price, prices_date
from lambdalab.models.workloads import Workload, border
from lambdalab.show import theme
from lambdalab.show.numbers import SPACE, in_words, milliseconds, number, period
from lambdalab.show.picture import Picture, Table
from lambdalab.show.plane import BATCH, FUNCTION, SERVER, Edge, Mark, plane

FAR = 10  # times: a card that lies further away than that is shown beside its place
_Place = tuple[float, float]


def workload_plane(
    workloads: Sequence[Workload],
    placed: Mapping[str, Any] | None = None,
    *,
    step: int = 2,
    colours: theme.Theme | None = None,
) -> Picture:
    """Where each workload lies, and where the student placed its card (lesson 12).

    Follows https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html.

    Args:
        workloads: such as those of `lambdalab.models.workloads.workloads()`.
        placed: by letter, (share of the time with work, 0 to 1; seconds of one piece); `...` or a missing letter is a
            card that lies nowhere yet.
        step: 1 shows the axes and the placed cards only, 2 the verdicts and the regions as well.
        colours: LIGHT or DARK; without it the setting LAMBDALAB_THEME, else light.

    Raises:
        ValueError: there is no such step or card, or a card lies off the plane.
    """
    if step not in (1, 2):
        raise ValueError(f"there is no step {step!r}: 1 shows your cards, 2 the verdicts and the regions as well")
    places = _places(workloads, placed or {})
    shown = _Shown(tuple(workloads), places)
    if step == 1:
        hollow = [Mark(letter, "", *place, hollow=True) for letter, place in places.items()]
        note = "" if hollow else "No card is placed yet."
        words = (_before(shown), AXES, "Placed by you")
        figure = plane(hollow, regions=False, words=words, note=note, colours=colours)
        return Picture(table=_placed_table(shown), alt=_before_alt(shown), figure=figure)
    marks = [Mark(w.letter, w.name, w.share, w.run_s, function=fits(w), whole=w.card) for w in workloads]
    marks += [Mark(letter, "", *places[letter], hollow=True) for letter in shown.far]
    words = (_finding(shown), _conditions(shown), source())
    figure = plane(marks, regions=True, words=words, colours=colours)
    return Picture(table=_table(shown), alt=_alt(shown), figure=figure)


def cards(workloads: Sequence[Workload]) -> Table:
    """The cards as a table to read, without any verdict (lesson 12)."""
    rows = [(one.letter, one.name, one.card) for one in workloads]
    return Table("The cards", ("", "name", "what happens"), rows, align="lll", widths=(4, 18, 78))


AXES = "Both axes in steps of ten"


@dataclass(frozen=True)
class _Shown:
    """What figure, table and sentence are made of."""

    workloads: tuple[Workload, ...]
    places: Mapping[str, _Place]

    @property
    def fitting(self) -> list[Workload]:
        return [one for one in self.workloads if fits(one)]

    @property
    def too_long(self) -> list[Workload]:
        """Those that the longest run rules out."""
        return [one for one in self.workloads if not fits(one) and "timeout_most_s" in one.broken]

    @property
    def elsewhere(self) -> list[str]:
        """The letters of the cards that were placed in another region than their own."""
        return [
            one.letter
            for one in self.workloads
            if one.letter in self.places and region(*self.places[one.letter]) != region(one.share, one.run_s)
        ]

    @property
    def far(self) -> list[str]:
        """The letters of the cards that lie in another region, or ten times further off."""

        def off(one: Workload) -> bool:
            share, seconds = self.places[one.letter]
            factors = (max(share, 1e-6) / one.share, seconds / one.run_s)
            return any(not 1 / FAR < factor < FAR for factor in factors)

        found = {one.letter for one in self.workloads if one.letter in self.places and off(one)}
        return [one.letter for one in self.workloads if one.letter in found | set(self.elsewhere)]


def region(share: float, run_s: float, edge: Edge = border) -> str:
    """The name of the region in which a place lies (lesson 12).

    Args:
        share: of the time with work, 0 to 1.
        run_s: seconds of one piece.
        edge: from these seconds to the share from which on standing is cheaper.
    """
    if run_s > price("limits.timeout_most_s"):
        return BATCH
    return SERVER if share > edge(run_s) else FUNCTION


def fits(one: Workload) -> bool:
    """Whether a function is its verdict."""
    return one.fits_a_function and one.starts_in_time


def _places(workloads: Sequence[Workload], placed: Mapping[str, Any]) -> dict[str, _Place]:
    letters = [one.letter for one in workloads]
    found = {}
    for letter, value in placed.items():
        if letter not in letters:
            raise ValueError(f"there is no card {letter!r}; the cards are {', '.join(letters)}")
        if value is ... or value is None:
            continue
        try:
            share, seconds = (float(part) for part in value)
        except (TypeError, ValueError):
            raise ValueError(
                f"card {letter} needs two numbers, such as (0.3, 5): work 30 % of the time, 5 s each; it has {value!r}"
            ) from None
        if not (0 <= share <= 1 and 0 < seconds < float("inf")):
            raise ValueError(
                f"card {letter} lies off the plane at {value!r}: the share goes from 0 to 1 (30 % is 0.3), and a piece "
                "takes more than 0 s"
            )
        found[letter] = (share, seconds)
    return found


def percent(share: float) -> str:
    """A share from 0 to 1, such as "46 %"."""
    return f"{number(100 * share, 2)}{SPACE}%"


def _run(seconds: float) -> str:
    return milliseconds(1000 * seconds) if seconds < 60 else period(seconds)


def listed(letters: Sequence[str]) -> str:
    """Letters in a sentence, at least one: "E, F and J"."""
    return ", ".join(letters[:-1]) + f" and {letters[-1]}" if len(letters) > 1 else letters[0]


# Step 1


def _before(shown: _Shown) -> str:
    count = len(shown.places)
    of = f"{in_words(count)} of {in_words(len(shown.workloads))}"
    return f"You placed {of} cards" if count else "The plane, before you place the cards"


def _before_alt(shown: _Shown) -> str:
    if not shown.places:
        return "No card is placed yet. An empty plane: share of the time with work across, length of one piece upwards."
    return f"{_before(shown)}. A hollow circle a card: share of the time with work across, length of one piece upwards."


def _placed_table(shown: _Shown) -> Table:
    """Of many cards the ends of each axis; the cards are in the student's own cell."""
    rows = [("cards placed", f"{len(shown.places)} of {len(shown.workloads)}", "")]
    if shown.places:
        for words, axis, pick in (
            ("least time with work", 0, min),
            ("most time with work", 0, max),
            ("shortest piece", 1, min),
            ("longest piece", 1, max),
        ):
            letter = pick(shown.places, key=lambda letter: shown.places[letter][axis])
            value = shown.places[letter][axis]
            rows.append((words, _run(value) if axis else percent(value), letter))
    return Table("Your cards; nothing is judged yet", ("", "", "card"), rows)


# Step 2


def _finding(shown: _Shown) -> str:
    count, fitting, too_long = len(shown.workloads), len(shown.fitting), len(shown.too_long)
    if not count:
        return "No workload is given"
    if fitting == count:
        return "The workload fits a function" if count == 1 else f"All {in_words(count)} workloads fit a function"
    first = f"{in_words(fitting).capitalize() if fitting else 'None'} of {in_words(count)} fit a function"
    only = "only " if too_long < count - fitting else ""
    return f"{first}; the 15 minutes rule out {only if too_long else ''}{in_words(too_long) if too_long else 'none'}"


def _conditions(shown: _Shown) -> str:
    far = len(shown.far)
    hollow = f"; hollow: where you placed it, if that is far off ({far} of {len(shown.places)})" if far else ""
    return f"{AXES}{hollow}"


def source() -> str:
    """The bottom line: what is computed, and what the dashed line compares."""
    return f"Computed (prices of {prices_date()}); dashed: one CPU of Lambda against one of Fargate"


def _alt(shown: _Shown) -> str:
    parts = [f"{_finding(shown)}.", "A mark a workload on share of the time with work by length."]
    steady = [one.name for one in shown.workloads if region(one.share, one.run_s) == SERVER]
    if shown.elsewhere:
        lay = "card {} lay" if len(shown.elsewhere) == 1 else "cards {} lay"
        parts.append(f"Your {lay.format(listed(shown.elsewhere))} in another region.")
    elif steady:
        parts.append(f"Right of the border of steady load: {listed(steady)}.")
    return " ".join(parts)


def _table(shown: _Shown) -> Table:
    """A row for each region and mark, with the place of each card; the reasons are for the student to find (12.2)."""
    rows = []
    for name in (FUNCTION, SERVER, BATCH):
        for function, mark in ((True, "function"), (False, "something else")):
            found = [w for w in shown.workloads if region(w.share, w.run_s) == name and fits(w) == function]
            if found:
                rows.append((name.capitalize(), "; ".join(_placed(one) for one in found), f"{mark}: {len(found)}"))
    caption = f"Where each card lies: share of the time with work, and length of one piece (prices of {prices_date()})"
    return Table(caption, ("region", "cards", "marked as"), rows, align="lll", widths=(20, 60, 20))


def _placed(one: Workload) -> str:
    return f"{one.letter} {one.name}: {percent(one.share)}, {_run(one.run_s)}"
