"""Picture S12: what a month of calls costs on Lambda, on a server and in a container, and where the lines meet.

AWS's calculator gives one number for one load. Here the price is drawn against the number of requests, with the steps
where a full server needs a second one; the explorer moves those steps by how busy servers are, and Lambda's line by its
memory. Left out: reserved instances, and the work of running a server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from lambdalab.facts import prices_date
from lambdalab.models.servers import ec2, fargate
from lambdalab.show import explorer, theme
from lambdalab.show.chart import Board, Panel
from lambdalab.show.costs_case import (
    CONTAINER,
    LAMBDA,
    MONTH_SECONDS,
    SERVER,
    Case,
    Option,
    alt,
    conditions,
    finding,
    percent,
    short,
    table_of_frames,
    table_of_prices,
)  # fmt: skip
from lambdalab.show.figure import title_room, wide
from lambdalab.show.numbers import SPACE, big, number, rounded, steps
from lambdalab.show.picture import Picture

BUSY = (1, 0.5, 0.25, 0.1)
MEMORY_MB = (256, 512, 1024)
HEIGHT = 566
_LEFT, _RIGHT, _NAMES, _AXIS = 84, 674, 690, 722  # pixels: the panel, the names at the lines' ends, the axis's name
_TOP, _BOTTOM = 128, 470
_ENDS = 1.15  # how far beyond the first server's room the picture goes
_HEADROOM = 1.06  # over the dearest option of the busiest frame
_ROW, _BETWEEN = 22, 8  # pixels of a line of text, and between two names
_PROBES = 12  # places across some words at which the lines are looked at
Box = tuple[float, float, float, float]
"""Left, top, right and bottom of some words, in pixels."""
_LOOK = {LAMBDA: ("invoke", ""), SERVER: ("text", "14 8"), CONTAINER: ("second", "3 5")}
"""The role and the dash of each line."""


def cost_against_requests(
    memory_mb: int | Sequence[int] = MEMORY_MB,
    duration_ms: float = 100,
    *,
    cpu_ms: float | None = None,
    server: str = "t3.medium",
    server_cpus: float = 2,
    vcpu: float = 1,
    gb: float = 2,
    busy: float | Sequence[float] = BUSY,
    architecture: str = "x86_64",
    free_tier: bool = True,
    most: int | None = None,
    colours: theme.Theme | None = None,
) -> Picture:
    """Dollars a month against requests a month, computed (lesson 11).

    Follows https://aws.amazon.com/lambda/pricing/.

    Args:
        memory_mb: the function's configured size in MB; one, or at most three, which are buttons.
        duration_ms: billed milliseconds of a call.
        cpu_ms: milliseconds of one CPU that a call needs on a server; without it the same.
        server: an EC2 type of facts.toml.
        server_cpus: how many CPUs it has.
        vcpu, gb: the container's virtual CPUs and memory.
        busy: how full servers may be, from above 0 to 1; one, or at most twelve, which are the slider.
        architecture: the function's and the container's, "x86_64" or "arm64".
        free_tier: whether Lambda's is taken off.
        most: the largest number of requests a month; without it a little more than the server holds.
        colours: LIGHT or DARK, for a file; without it those of the page.

    Raises:
        ValueError: a figure that cannot be, too many frames, or an unknown server or architecture.
    """
    sizes = list(memory_mb) if isinstance(memory_mb, Sequence) else [memory_mb]
    shares = [Decimal(str(each)) for each in (busy if isinstance(busy, Sequence) else [busy])]
    needs = duration_ms if cpu_ms is None else cpu_ms
    if not sizes or not shares or min(*sizes, duration_ms, needs, server_cpus, vcpu) <= 0 or (most or 1) <= 0:
        raise ValueError("sizes, times, CPUs and requests must be above zero, and there is one at least: give such")
    options = (
        Option(SERVER, "EC2", f"{server}, {number(server_cpus)} CPUs", ec2(server, _rate(server_cpus, needs))),
        Option(
            CONTAINER, "Fargate", f"{number(vcpu)} vCPU, {number(gb)}{SPACE}GB",
            fargate(vcpu, gb, _rate(vcpu, needs), architecture),
        ),
    )  # fmt: skip
    base = Case(sizes[0], duration_ms, needs, architecture, free_tier, options, Decimal(1), most or 1)
    base = replace(base, most=most or _round(base.room(options[0])))  # the axes are those of full servers
    cases = [[replace(base, memory_mb=size, busy=share) for share in shares] for size in sizes]
    for case in cases[0]:
        case.check()
    top = base.dearest(base.most) * Decimal(str(_HEADROOM))
    lower = max(title_room(finding(case), conditions(case)) for row in cases for case in row)
    if len(sizes) == len(shares) == 1:
        only = cases[0][0]
        return Picture(table=table_of_prices(only), alt=alt(only), svg=_drawn(only, top, lower, None, colours))
    ground = Board(HEIGHT, colours)
    _ground(ground, base, top, lower)
    drawings = [[_drawn(case, top, lower, ground, colours) for case in row] for row in cases]
    slider = explorer.Choice("How busy servers and containers are", [percent(share) for share in shares], 0)
    middle = len(sizes) // 2
    memory = [f"{size:,}{SPACE}MB" for size in sizes]
    buttons = explorer.Choice("The function's memory", memory, middle) if len(sizes) > 1 else None
    svg = explorer.html(drawings, slider, buttons, shared=[ground.parts], decisive=0)
    return Picture(table=table_of_frames(cases), alt=alt(cases[middle][0]), svg=svg)


def _rate(cpus: float, cpu_ms: float) -> Decimal:
    """Calls a second that so many CPUs hold."""
    return Decimal(str(cpus)) * 1000 / Decimal(str(cpu_ms))


def _round(room: int) -> int:
    return max(1, int(rounded(Decimal(str(_ENDS)) * room, 1)))


def _panel(board: Board, case: Case, top: Decimal, lower: float) -> Panel:
    return Panel(board, _LEFT, _RIGHT, _TOP + lower, _BOTTOM + lower, x=(0, case.most), y=(0, float(top)))


def _ground(board: Board, case: Case, top: Decimal, lower: float) -> None:
    """What all frames share: the axes."""
    panel = _panel(board, case, top, lower)
    panel.heading("Dollars a month")
    panel.y_ticks([(value, short(Decimal(f"{value:.6g}"))) for value in steps(float(top))])
    values = steps(case.most, whole=True)[1:]
    panel.x_axis([(0, "0"), *((value, _tick(int(value), _pace(case.most))) for value in values)])
    board.text(_AXIS, panel.bottom + 20, f"requests a month,\nper {_pace(case.most)[2]}")


_Pace = tuple[int, str, str]


def _pace(most: int) -> _Pace:
    """The time in which so many calls a month are a number that can be read: its seconds, its letter and its word."""
    paces = ((1, "s", "second"), (3600, "h", "hour"), (86_400, "d", "day"))
    return next((pace for pace in paces if most * pace[0] >= MONTH_SECONDS / 10), paces[-1])


def _tick(calls: int, pace: _Pace) -> str:
    return f"{big(calls, short=True)}\n{number(calls * pace[0] / MONTH_SECONDS, 2)}/{pace[1]}"


def _drawn(case: Case, top: Decimal, lower: float, ground: Board | None, colours: theme.Theme | None) -> str:
    board = Board(HEIGHT + round(lower), colours)
    board.title(finding(case), conditions(case))
    if ground:
        board.put(ground.parts)
    else:
        _ground(board, case, top, lower)
    panel = _panel(board, case, top, lower)
    for option in reversed(case.options):
        _steps(panel, case, option, top)
    role, _ = _LOOK[LAMBDA]
    panel.line(_lambda_line(case, top), role=role, width=theme.DATA_LINE + 0.5)
    taken = _break_even(board, panel, case)
    if case.free_tier:
        heights = [(_LEFT + 8, panel.bottom - above, "left") for above in (16, 32, 48)]
        _write(board, panel, case, ["free tier"], heights, taken, role=role)
    for option in case.options:
        _full(board, panel, case, option, top, taken)
    _names(board, panel, case, top)
    free = "included" if case.free_tier else "left out"
    board.bottom(f"Computed (prices of {prices_date()}, us-east-1), free tier {free}; servers are paid all month")
    return board.svg(alt(case))


def _lambda_line(case: Case, top: Decimal) -> list[tuple[float, float]]:
    """Lambda's line, cut off where it leaves the panel."""
    points: list[tuple[float, float]] = []
    for calls in case.kinks:
        usd = case.on_lambda(calls)
        if usd > top:
            x, y = points[-1]
            share = (float(top) - y) / (float(usd) - y)
            return [*points, (x + share * (calls - x), float(top))]
        points.append((calls, float(usd)))
    return points


def _steps(panel: Panel, case: Case, option: Option, top: Decimal) -> None:
    role, dash = _LOOK[option.name]
    points = [(float(calls), float(min(usd, top))) for calls, usd in case.steps(option, top)]
    if points[-1][1] < float(top):
        points.append((case.most, points[-1][1]))
    panel.line(points, role=role, dash=dash, steps=True)


def _box(x: float, y: float, lines: Sequence[str], anchor: str) -> Box:
    """What some lines of text fill in the widest font."""
    room = 1.1 * max(wide(line, theme.NOTE) for line in lines)
    left = x if anchor == "left" else x - room
    return left, y - 0.7 * theme.NOTE, left + room, y + (1.3 * len(lines) - 0.6) * theme.NOTE


def _apart(one: Box, other: Box) -> bool:
    return one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]


def _crossed(panel: Panel, case: Case, box: Box) -> bool:
    """Whether a line of the picture runs through a place."""
    for step in range(_PROBES + 1):
        x = box[0] + (box[2] - box[0]) * step / _PROBES
        calls = max(0, min(case.most, round((x - _LEFT) / (_RIGHT - _LEFT) * case.most)))
        usd = [case.on_lambda(calls), *(case.price(option, calls) for option in case.options)]
        if any(box[1] - 3 <= panel.up(float(each)) <= box[3] + 3 for each in usd):
            return True
    return False


def _write(
    board: Board, panel: Panel, case: Case, lines: Sequence[str], places: Sequence[tuple[float, float, str]],
    taken: list[Box], *, role: str = "second",
) -> None:  # fmt: skip
    """Write some words in the first of these places that is free, and take it; in none, if all are taken.

    Args:
        places: x, y and which side of the text x is.
    """
    for x, y, anchor in places:
        box = _box(x, y, lines, anchor)
        inside = box[0] > _LEFT and box[2] < _RIGHT and box[1] > panel.top and box[3] < panel.bottom
        if inside and all(_apart(box, other) for other in taken) and not _crossed(panel, case, box):
            board.text(x, y, "\n".join(lines), role=role, anchor=anchor)
            taken.append(box)
            return


def _break_even(board: Board, panel: Panel, case: Case) -> list[Box]:
    """The point where another option costs no more, with its words; gives the place they take."""
    if case.break_even is None:
        return []
    calls, option = case.break_even
    usd = case.price(option, calls)
    x, y = panel.across(calls), panel.up(float(usd))
    panel.mark(calls, float(usd), hollow=True, drop=True)
    lines = ["break-even", f"{big(rounded(calls, 2))}, {short(usd)}"]
    beside = [(x + 14, y + 24, "left"), (x - 14, y + 24, "right")]
    over = [(max(x, _LEFT + 8) + 4, y - row * _ROW, "left") for row in range(3, 14)]
    taken: list[Box] = []
    _write(board, panel, case, lines, [*beside, *over], taken, role="text")
    if taken and taken[0][3] < y:
        board.path(f"M{x:.1f},{y - 9:.1f}V{taken[0][3]:.1f}", line="axis", width=theme.LEADER)
    return taken


def _full(board: Board, panel: Panel, case: Case, option: Option, top: Decimal, taken: list[Box]) -> None:
    """Words beside the first step, where there is a free place; else the step speaks for itself."""
    found = case.steps(option, top)
    if len(found) < 2:
        return
    (_, low), (calls, high) = found[:2]
    x, middle = panel.across(calls), (panel.up(float(low)) + panel.up(float(min(high, top)))) / 2 - 10
    shifts = [shift * _ROW for shift in (0, -1, 1, -2, 2, -3, 3)]
    places = [(x + gap, middle + shift, side) for shift in shifts for side, gap in (("left", 10), ("right", -10))]
    _write(board, panel, case, ["full: a second", option.name], places, taken)


def _names(board: Board, panel: Panel, case: Case, top: Decimal) -> None:
    """The lines' names at their right ends, each with what it costs there, moved apart where they are near."""
    ends = [(LAMBDA, "", case.on_lambda(case.most))]
    ends += [(option.name, f"{option.kind}, ", case.price(option, case.most)) for option in case.options]
    ends.sort(key=lambda end: end[2], reverse=True)
    blocks = [
        (name, [f"{kind}{short(usd)}"] + (["above the scale"] if usd > top else []), min(usd, top))
        for name, kind, usd in ends
    ]
    free = panel.top - _ROW
    below = sum(_ROW * (1 + len(lines)) + _BETWEEN for _, lines, _ in blocks)
    for name, lines, usd in blocks:
        high = _ROW * (1 + len(lines)) + _BETWEEN
        place = min(max(panel.up(float(usd)) - high / 2, free), panel.bottom + _BETWEEN - below)
        role, _ = _LOOK[name]
        board.text(_NAMES, place + 10, name, size=theme.LABEL, role=role, bold=True)
        board.text(_NAMES, place + 10 + _ROW, "\n".join(lines), role="text")
        free, below = place + high, below - high
