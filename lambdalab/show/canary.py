"""Picture S5: calls before, during and after a canary, one mark a call, by the version that answered.

On AWS these are two CloudWatch metrics by version, as rates. Here every call is a mark, so that 8 of 19 is seen as what
it is. Left out: time, and percentages of all calls, in which a canary's failures drown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lambdalab.show import theme
from lambdalab.show.figure import EDGE, Canvas, title_room
from lambdalab.show.numbers import SPACE, count, number
from lambdalab.show.picture import Picture, Table

HEIGHT = 640  # pixels, with twenty rows of marks; less with fewer
MOST_MARKS = 600  # in a panel
_PANELS = (EDGE, 316, 614)  # pixels: the left edges
_WIDTH, _HIGH = 216, 340  # pixels of a panel's marks
_HEADINGS, _TOP = 116, 148  # pixels from the top: the panels' names, their first marks
_COUNTS = 24  # pixels from the last row of marks to the first count
_LEAST_HEIGHT = 400
_LARGE = {False: theme.MARKER_UNIT, True: theme.MARKER_POINT}
_SHAPES = ("circle", "diamond", "square", "triangle-up")
Answer = tuple[str, bool]


@dataclass(frozen=True)
class _Panel:
    """The calls of one part, in order of arrival: the version that answered, and whether it failed."""

    name: str
    calls: Sequence[Answer]

    @property
    def failed(self) -> int:
        return sum(failed for _, failed in self.calls)

    def of(self, version: str) -> tuple[int, int]:
        """How many calls a version got, and how many of them failed."""
        mine = [failed for answered, failed in self.calls if answered == version]
        return len(mine), sum(mine)


@dataclass(frozen=True)
class _Release:
    """What figure, table and sentence are made of; `new` is the version that the canary brought, or None."""

    panels: tuple[_Panel, _Panel, _Panel]
    versions: Sequence[str]
    old: str
    new: str | None

    @property
    def back(self) -> bool:
        """Whether the new version was met, and is not met any more."""
        return self.new is not None and bool(self.panels[2].calls) and self.panels[2].of(self.new)[0] == 0


def _release(before: Sequence[Answer], canary: Sequence[Answer], after: Sequence[Answer], heading: str) -> _Release:
    parts = [[(str(version), bool(failed)) for version, failed in calls] for calls in (before, canary, after)]
    versions = list(dict.fromkeys(version for calls in parts for version, _ in calls))
    common = Counter(version for version, _ in parts[0] or parts[1] or parts[2])
    old = common.most_common(1)[0][0] if common else ""
    others = Counter(version for version, _ in parts[1] if version != old)
    new = others.most_common(1)[0][0] if others else None
    back = new is not None and bool(parts[2]) and new not in {version for version, _ in parts[2]}
    names = ("Before", heading, "After the rollback" if back else "After")
    panels = [_Panel(name, calls) for name, calls in zip(names, parts, strict=True)]
    return _Release((panels[0], panels[1], panels[2]), versions, old, new)


def _calls(how_many: int) -> str:
    return f"{count(how_many)} {'call' if how_many == 1 else 'calls'}"


def _title(release: _Release) -> str:
    middle = release.panels[1]
    if not any(panel.calls for panel in release.panels):
        return "No call was made"
    if release.new is None:
        broken = f"{count(middle.failed)} failed" if middle.failed else "none failed"
        return f"All {_calls(len(middle.calls))} of the canary met one version; {broken}"
    got, failed = middle.of(release.new)
    never = len(middle.calls) - got
    rest = f"; {count(never)} never met it" if never else ""
    return f"{_outcome(release.new, got, failed)}{rest}"


def _outcome(version: str, got: int, failed: int) -> str:
    if got == 1:
        return f"Version {version} {'failed' if failed else 'answered'} its one call"
    if failed:
        return f"Version {version} failed {count(failed)} of its {_calls(got)}"
    return f"Version {version} answered all its {_calls(got)}"


def _alt(release: _Release) -> str:
    middle, after = release.panels[1], release.panels[2]
    sizes = [count(len(panel.calls)) for panel in release.panels]
    drawn = f"Three panels, a mark a call: {sizes[0]}, {sizes[1]} and {sizes[2]}"
    if release.new is None:
        return f"{_title(release)}. {drawn}."
    got, failed = middle.of(release.new)
    others, broken = middle.of(release.old)
    first = _outcome(release.new, got, failed)
    if others:
        first += f"; version {release.old} failed {count(broken) if broken else 'none'} of {count(others)}"
    if release.back:
        late = count(after.failed) if after.failed else "none"
        return f"{first}. {drawn}; after the rollback none of {_calls(len(after.calls))} met it, and {late} failed."
    return f"{first}. {drawn}; afterwards {count(after.of(release.new)[0])} of {_calls(len(after.calls))} met it."


def _table(release: _Release) -> Table:
    rows: list[tuple[str, str, str, str]] = []
    for panel in release.panels:
        for version in release.versions:
            got, failed = panel.of(version)
            if got:
                rate = f"{number(100 * failed / got, 2)}{SPACE}%" if failed else "none"
                rows.append((f"{panel.name}, version {version}", count(got), count(failed), rate))
    if len(rows) > 8:
        rows = [*rows[:7], ("other versions", "", "", "")]
    rows = rows or [("no call", "0", "0", "none")]
    return Table("Calls by the version that answered, measured on this machine", ("", "calls", "failed", "share"), rows)


def _marks(canvas: Canvas, release: _Release, index: int, columns: int, across: float, down: float, top: float) -> None:
    """One mark a call, row by row: the old version small, any other large, and a cross where it failed."""
    panel, colours, left = release.panels[index], canvas.colours, _PANELS[index] + 9
    places: dict[str, tuple[list[int], list[int]]] = {version: ([], []) for version in release.versions}
    for place, (version, failed) in enumerate(panel.calls[:MOST_MARKS]):
        places[version][failed].append(place)
    for version, (fine, broken) in places.items():
        other = version != release.old
        size = min(_LARGE[other], min(across, down) * (0.95 if other else 0.6))
        for where, colour, shape in (
            (fine, colours.text if other else colours.invoke, _shape(release, version)),
            (broken, colours.failed, "x"),
        ):
            if where:
                spots = [(left + place % columns * across, top + place // columns * down) for place in where]
                _add(canvas, spots, shape, colour, size)


def _shape(release: _Release, version: str) -> str:
    others = [each for each in release.versions if each != release.old]
    return _SHAPES[0] if version == release.old else _SHAPES[min(1 + others.index(version), len(_SHAPES) - 1)]


def _add(canvas: Canvas, spots: Sequence[tuple[float, float]], shape: str, colour: str, size: float) -> None:
    canvas.figure.add_scatter(
        x=[round(x, 1) for x, _ in spots], y=[round(y, 1) for _, y in spots], mode="markers", cliponaxis=False,
        marker={"color": colour, "symbol": shape, "size": round(size, 1)}, hoverinfo="skip",
    )  # fmt: skip


def _counts(canvas: Canvas, release: _Release, index: int, top: float) -> None:
    """Under a panel: what each of its marks is, and how many there are."""
    panel, colours, left = release.panels[index], canvas.colours, _PANELS[index]
    lines: list[tuple[str, str, str, float]] = []  # shape, colour, words, size
    for version in release.versions:
        got, failed = panel.of(version)
        other = version != release.old
        shape, size = _shape(release, version), 14.0 if other else 10.0
        colour = colours.text if other else colours.invoke
        if got and not failed:
            lines.append((shape, colour, f"version {version}: {_calls(got)}, 0 failed", size))
        elif got:
            if got > failed:
                lines.append((shape, colour, f"version {version}: {count(got - failed)} answered", size))
            lines.append(("x", colours.failed, f"version {version}: {count(failed)} of {count(got)} failed", size))
    if not panel.calls:
        canvas.text(left, top, "no call")
    if index == 2 and release.back:
        lines.append(("", "", f"all back on version {release.old}" if len({v for v, _ in panel.calls}) == 1 else "", 0))
    most = 3
    for row, (shape, colour, words, size) in enumerate(lines[:most] if len(lines) > most + 1 else lines):
        y = top + 26 * row
        canvas.text(left + 24, y, words, colour=colours.text if shape else None)
        if shape:
            _add(canvas, [(left + 9, y)], shape, colour, size)
    if len(lines) > most + 1:
        canvas.text(left + 24, top + 26 * most, "more: see the table")


def canary(
    before: Sequence[Answer],
    canary: Sequence[Answer],
    after: Sequence[Answer],
    *,
    share: float | None = None,
    colours: theme.Theme | None = None,
) -> Picture:
    """A canary release call by call: before, with some calls on the new version, and after (lesson 04).

    Follows https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html.

    Args:
        before, canary, after: for each call, in order of arrival, the version that answered and whether it failed:
            `[(r.version, r.function_error is not None) for r in results]`.
        share: what the alias sends to the new version, 0 to 1, if it is to be named.
        colours: LIGHT or DARK; without it the setting LAMBDALAB_THEME, else light.

    Raises:
        ValueError: `share` is not between 0 and 1.
    """
    if share is not None and not 0 <= share <= 1:
        raise ValueError(f"an alias cannot send a share of {share} to a version: give a number from 0 to 1")
    percent = f"{number(100 * share)}{SPACE}%" if share is not None else ""
    release = _release(before, canary, after, f"Canary, {percent}" if percent else "Canary")
    longest = min(MOST_MARKS, max(len(panel.calls) for panel in release.panels))
    columns = 10 if longest <= 200 else 20
    told = f"Each mark is one call, in order of arrival, in rows of {'ten' if columns == 10 else 'twenty'}"
    if share is not None and release.new is not None:
        told += f"; the alias sends {percent} to version {release.new}"
    if any(len(panel.calls) > MOST_MARKS for panel in release.panels):
        told += f"; the first {count(MOST_MARKS)} are drawn"
    title = _title(release)
    lower = title_room(title, told)
    across, down = _WIDTH / columns, _HIGH * columns / (200 if columns == 10 else MOST_MARKS)
    marks_end = _TOP + lower + down * -(-longest // columns)
    height = max(_LEAST_HEIGHT, round(marks_end + HEIGHT - _TOP - _HIGH))
    canvas = Canvas(height, colours or theme.chosen())
    canvas.title(title, told)
    canvas.pixels(height)
    canvas.figure.update_layout(xaxis={"visible": False}, yaxis={"visible": False})
    for index, panel in enumerate(release.panels):
        name = panel.name
        canvas.text(_PANELS[index], _HEADINGS + lower, name, size=theme.LABEL, colour=canvas.colours.text, bold=True)
        _marks(canvas, release, index, columns, across, down, _TOP + lower)
        _counts(canvas, release, index, marks_end + _COUNTS)
    canvas.bottom("Measured on this machine")
    return Picture(table=_table(release), alt=_alt(release), figure=canvas.drawn())
