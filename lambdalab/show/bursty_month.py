"""Picture S2: a month of bursty calls, Lambda's bill under it, and the bill of a server that is always on.

On AWS the two bills come from two services, a month later. Here both are computed from the dated prices, for the same
days. Left out: the free tier, the server's disk and network, and its load over a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from lambdalab.facts import prices_date
from lambdalab.models.cost import month_price, server_month_price
from lambdalab.show import theme
from lambdalab.show.figure import Canvas
from lambdalab.show.numbers import about, big, count, milliseconds, money, rounded, steps
from lambdalab.show.picture import Picture, Table

HEIGHT = 640
CPUS = 2  # of a t3.micro
_DAY_MS = 86_400_000
_LEFT, _RIGHT, _TOTALS = 152, 700, 714  # pixels: the panels, and the totals beside them
_PANELS = ((162, 246), (312, 396), (462, 546))  # pixels: top and bottom of each

_HEADROOM = 1.04  # of each panel's largest value, so that a line at the top keeps its weight
_OVER_PEAK = 38  # pixels from the first panel's top to its heading, with the peak's value between


@dataclass(frozen=True)
class _Month:
    """What figure, table and sentence are made of."""

    calls: tuple[int, ...]
    duration_ms: float
    memory_mb: int
    server: str

    @property
    def days(self) -> int:
        return len(self.calls)

    @property
    def total(self) -> int:
        return sum(self.calls)

    @property
    def peak(self) -> int:
        return max(self.calls)

    @property
    def quiet(self) -> int:
        return self.calls.count(0)

    @property
    def bill(self) -> Decimal:
        return self.price(self.total)

    @property
    def server_day(self) -> Decimal:
        return server_month_price(self.server, days=1)

    @property
    def server_bill(self) -> Decimal:
        return server_month_price(self.server, days=self.days)

    @property
    def room(self) -> int:
        """Calls a day that the server has time for."""
        return int(CPUS * _DAY_MS / self.duration_ms)

    @property
    def crowded(self) -> int:
        """Days with more calls than that."""
        return sum(calls > self.room for calls in self.calls)

    @property
    def average(self) -> str:
        """Calls a day, in words; one digit suffices beside the exact total."""
        return big(rounded(Decimal(self.total) / self.days, 2 if self.total % self.days else 3))

    def price(self, calls: int) -> Decimal:
        return month_price(calls, self.duration_ms, self.memory_mb)

    @property
    def span(self) -> str:
        return f"{self.days} days" if self.days > 1 else "1 day"

    @property
    def name(self) -> str:
        return "a month" if 28 <= self.days <= 31 else self.span

    @property
    def calls_in_words(self) -> str:
        return f"{count(self.total)} {'call' if self.total == 1 else 'calls'}"

    @property
    def cheaper_and_roomy(self) -> bool:
        return self.bill < self.server_bill and not self.crowded


def _title(month: _Month) -> str:
    if month.total == 0:
        return f"No call in {month.span}: Lambda bills nothing, the server bills {month.span}"
    start = f"{month.name[0].upper()}{month.name[1:]} with {month.calls_in_words}"
    if month.cheaper_and_roomy:
        return f"{start}: Lambda bills the calls, the server bills {month.span}"
    return f"{start}: Lambda bills {money(month.bill)}, the server {money(month.server_bill)}"


def _alt(month: _Month) -> str:
    busy = month.days - month.quiet
    server = f"an always-on server {money(month.server_bill)}"
    if month.total == 0:
        each = f"the server's bill is {money(month.server_day)} every day"
        return f"No call in {month.span}: Lambda bills $0, {server}. No bars; {each}."
    first = f"{month.calls_in_words} on {busy} of {month.span}: Lambda bills {money(month.bill)}, {server}."
    each = f"{money(month.server_day)} every day"
    if month.crowded:
        return f"{first} Bars a day; the server's bill is {each}, and it is too small on {month.crowded} of them."
    if month.quiet:
        return f"{first} Bars a day; between the bars Lambda's bill is zero, the server's is {each}."
    return f"{first} Bars a day; Lambda's bill follows the calls, the server's is {each}."


def _table(month: _Month) -> Table:
    day = money(month.server_day)
    rows = []
    if month.total:
        at = f"busiest day ({month.calls.index(month.peak) + 1})"
        rows.append((at, count(month.peak), money(month.price(month.peak)), day))
    if month.quiet:
        rows.append((f"a day without a call ({month.quiet} of {month.days})", "0", "$0", day))
    if month.total:
        rows.append(("a day on average", month.average, money(month.bill / month.days), day))
    whole = f"all {month.days} days" if month.days > 1 else "the one day"
    busy = f"{whole}, {month.days - month.quiet} with calls"
    rows.append((busy, count(month.total), money(month.bill), money(month.server_bill)))
    rows.append(("room on a day", "", "", f"{big(rounded(month.room, 2))} calls"))
    if month.crowded:
        rows.append(("days with more calls than that", "", "", str(month.crowded)))
    caption = f"Calls and bills, computed (prices of {prices_date()}, us-east-1), without the free tier"
    return Table(caption, ("", "calls", "Lambda's bill", "server's bill"), tuple(rows))


def _scale(month: _Month) -> str:
    """How the server's axis compares with Lambda's; both are drawn equally high."""
    if not month.total:
        return ""
    ratio = month.server_day / month.price(month.peak)
    if ratio >= Decimal("1.05"):
        return f": a scale {about(ratio)} times larger"
    return f": a scale {about(1 / ratio)} times smaller" if ratio <= Decimal("0.95") else ": the same scale"


def _bars(canvas: Canvas, month: _Month, panel: int, values: list[float], colour: str, said: list[str]) -> None:
    x, y = canvas.panel(panel, _LEFT, _RIGHT, *_PANELS[panel - 1], below=False)
    days = list(range(1, month.days + 1))
    canvas.figure.add_bar(
        x=days, y=values, width=theme.BAR, marker={"color": colour, "line": {"width": 0}}, xaxis=x, yaxis=y,
        customdata=said, hovertemplate="day %{x}: %{customdata}<extra></extra>",
    )  # fmt: skip


def _server(canvas: Canvas, month: _Month) -> None:
    colours = canvas.colours
    x, y = canvas.panel(3, _LEFT, _RIGHT, *_PANELS[2], below=True)
    day, middle = float(month.server_day), (month.days + 1) / 2
    canvas.figure.add_bar(
        x=[middle], y=[day], width=month.days, xaxis=x, yaxis=y, hoverinfo="skip",
        marker={
            "color": colours.paper, "line": {"width": 0},
            "pattern": {
                "shape": ".", "fgcolor": colours.money, "fgopacity": theme.PATTERN_OPACITY,
                "bgcolor": colours.paper, "fillmode": "replace",
                "size": theme.PATTERN_SIZE, "solidity": theme.PATTERN_SOLIDITY,
            },
        },
    )  # fmt: skip
    used = [min(1.0, calls / month.room) for calls in month.calls]
    if max(used) > 0.02:  # below, the bar would be thinner than 2 px
        canvas.figure.add_bar(
            x=list(range(1, month.days + 1)), y=[share * day for share in used], width=1, xaxis=x, yaxis=y,
            marker={"color": colours.invoke, "line": {"width": 0}}, hoverinfo="skip",
        )  # fmt: skip
    canvas.figure.add_scatter(
        x=[0.5, month.days + 0.5], y=[day, day], mode="lines", xaxis=x, yaxis=y, hoverinfo="skip", cliponaxis=False,
        line={"color": colours.money, "width": theme.DATA_LINE},
    )  # fmt: skip
    words = "dotted: paid for, not used"
    if max(used) > 0.02:
        words = f"solid: used; {words}" if min(used) < 1 else "solid: all of it used"
    canvas.text((_LEFT + _RIGHT) / 2, sum(_PANELS[2]) / 2, words, colour=colours.text, anchor="center", plate=True)


def _axes(canvas: Canvas, month: _Month) -> None:
    counts = steps(month.peak, whole=True) if month.peak else [0.0]
    bills = steps(float(month.price(month.peak))) if month.total else [0.0]
    tops = (max(month.peak, 1), float(month.price(month.peak)) if month.total else 1.0, float(month.server_day))
    ticks = (
        (counts, [big(int(value), short=True) for value in counts]),
        (bills, [money(Decimal(f"{value:.6g}")) for value in bills]),
        ([0.0, float(month.server_day)], ["$0", money(month.server_day)]),
    )
    every = 1 if month.days <= 7 else 5 * -(-month.days // 34)  # at most seven ticks
    days = [1, *range(every, month.days + 1, every)] if every > 1 else list(range(1, month.days + 1))
    for index, (top, (values, words)) in enumerate(zip(tops, ticks, strict=True)):
        end = str(index + 1) if index else ""
        canvas.figure.update_layout(
            {
                f"xaxis{end}": {"range": [0.5, month.days + 0.5], "tickvals": days},
                f"yaxis{end}": {"range": [0, top * _HEADROOM], "tickvals": values, "ticktext": words},
            }
        )


def _peak_label(canvas: Canvas, month: _Month) -> None:
    """The highest bar's value above it; nothing is higher, so the words are free of other bars."""
    days = month.calls.count(month.peak)
    where = "on the peak day" if days == 1 else "on each day" if days == month.days else f"on each of {days} days"
    lane = (_RIGHT - _LEFT) / month.days
    x = _LEFT + (month.calls.index(month.peak) + 0.5) * lane
    anchor = "left" if x < _LEFT + 100 else "right" if x > _RIGHT - 100 else "center"
    edge = {"left": max(_LEFT, x - lane / 3), "right": min(_RIGHT, x + lane / 3), "center": x}[anchor]
    words = f"{count(month.peak)} {where}" if month.days > 1 else count(month.peak)
    canvas.text(edge, _PANELS[0][0] - 14, words, colour=canvas.colours.text, anchor=anchor)


def _total(canvas: Canvas, panel: int, key: str, words: str, colour: str) -> None:
    top = _PANELS[panel - 1][0]
    canvas.text(_TOTALS, top + 12, key, size=theme.KEY, colour=colour, bold=True)
    canvas.text(_TOTALS, top + 44, words)


def bursty_month(
    calls: Sequence[int],
    *,
    duration_ms: float,
    memory_mb: int,
    server: str = "t3.micro",
    colours: theme.Theme | None = None,
) -> Picture:
    """Calls, Lambda's bill and an always-on server's bill, day by day (lesson 01).

    Follows https://aws.amazon.com/lambda/pricing/.

    Args:
        calls: how many on each day.
        duration_ms: billed milliseconds of one call.
        memory_mb: the function's configured size in MB.
        server: an EC2 type of facts.toml with two CPUs.
        colours: LIGHT or DARK; without it the setting LAMBDALAB_THEME, else light.

    Raises:
        ValueError: no day, a negative number of calls, or a duration that is not above zero.
        KeyError: facts.toml has no price for this server.
    """
    days = tuple(int(number_of_calls) for number_of_calls in calls)
    if not days or min(days) < 0 or duration_ms <= 0:
        raise ValueError(
            "a month cannot be drawn from no day, fewer than zero calls, or calls that take no time; "
            "give one number of calls for each day, and duration_ms above 0"
        )
    month = _Month(days, duration_ms, memory_mb, server)
    chosen = colours or theme.chosen()
    canvas = Canvas(HEIGHT, chosen)
    canvas.title(
        _title(month),
        f"One call: {milliseconds(duration_ms)} at {memory_mb:,} MB. "
        f"Server: {server}, {CPUS} CPUs, each one call at a time",
    )
    _bars(canvas, month, 1, [float(each) for each in days], chosen.invoke, [f"{each:,} calls" for each in days])
    prices = [month.price(each) for each in days]
    _bars(canvas, month, 2, [float(each) for each in prices], chosen.money, [money(each) for each in prices])
    _server(canvas, month)
    _axes(canvas, month)
    headings = ("Calls a day", "Lambda's bill for each day", f"Always-on server's bill for each day{_scale(month)}")
    for (top, _), heading in zip(_PANELS, headings, strict=True):
        y = top - (_OVER_PEAK if top == _PANELS[0][0] else 22)
        canvas.text(_LEFT, y, heading, size=theme.LABEL, colour=chosen.text, bold=True)
    if month.total:
        _peak_label(canvas, month)
    if month.quiet:
        canvas.text(_RIGHT, _PANELS[0][0] - _OVER_PEAK, f"no call on {month.quiet} of {month.span}", anchor="right")
    _total(canvas, 1, count(month.total), f"calls, on average\n{month.average} a day", chosen.invoke)
    between = "nothing ran" if not month.total else "zero between bars" if month.quiet else "the calls that ran"
    period = "the month:" if month.name == "a month" else f"{month.span}:"
    _total(canvas, 2, money(month.bill), f"{period}\n{between}", chosen.money)
    room = f"{period} room for\n{big(rounded(month.room, 2))} calls a day"
    small = f"{period}\ntoo small on {month.crowded} {'day' if month.crowded == 1 else 'days'}"
    _total(canvas, 3, money(month.server_bill), small if month.crowded else room, chosen.money)
    axis = "day of the month" if month.name == "a month" else "day"
    canvas.text((_LEFT + _RIGHT) / 2, _PANELS[2][1] + 42, axis, anchor="center")
    canvas.bottom(f"Computed (prices of {prices_date()}); left out: free tier, server's burst limit and disk")
    return Picture(table=_table(month), alt=_alt(month), figure=canvas.drawn())
