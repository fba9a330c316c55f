"""Lanes read as calls: which came one after the other, which together, and the sentence that this bears out.

AWS counts invocations and concurrent executions a minute. Here every call is known with its environment, so a picture
can say "ten in a row" and "ten at once", and how many environments each took. Left out: who called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import median

from lambdalab.clock import Jump, machine
from lambdalab.observe.records import Lane, Span
from lambdalab.show.numbers import count, in_words, milliseconds, period
from lambdalab.show.picture import Table

_MOST_PHASES = 6  # of all functions together; more are counted as one for each function


@dataclass(frozen=True)
class Call:
    """One invocation: its environment, its start if it had one, and itself.

    Args:
        lane: the environment's place in the list of lanes.
        function: its name, with the version if that is a published one.
        start: an init or a restore; None when the call was warm.
        run: the invocation.
    """

    lane: int
    function: str
    start: Span | None
    run: Span

    @property
    def began(self) -> float:
        """When its start began, or else itself."""
        return self.start.began if self.start else self.run.began

    @property
    def taken(self) -> float:
        """From here on it held its environment."""
        return self.began if self.run.taken is None else min(self.began, self.run.taken)

    @property
    def failed(self) -> bool:
        return self.run.status is not None


@dataclass(frozen=True)
class Phase:
    """Calls of one function that belong together.

    Args:
        calls: in the order of their starts.
        most: how many of them held an environment at the same moment.
        quiet: by how many seconds the clock was turned since the phase before.
    """

    function: str
    calls: Sequence[Call]
    most: int
    quiet: float = 0.0

    @property
    def kind(self) -> str:
        """Either "row", one after the other, or "once", all there at the same moment, or else "mixed"."""
        return "row" if self.most == 1 else "once" if self.most == len(self.calls) else "mixed"

    @property
    def began(self) -> float:
        return min(call.began for call in self.calls)

    @property
    def environments(self) -> int:
        return len({call.lane for call in self.calls})

    @property
    def cold(self) -> int:
        return sum(call.start is not None for call in self.calls)

    @property
    def failed(self) -> int:
        return sum(call.failed for call in self.calls)

    @property
    def words(self) -> str:
        """Such as "ten in a row"."""
        many = len(self.calls)
        if many == 1:
            return "one call"
        return f"{in_words(many)} {dict(row='in a row', once='at once', mixed='calls')[self.kind]}"


def name_of(lane: Lane) -> str:
    """The function's name, with the version behind a colon where it is a published one, as AWS writes it."""
    return lane.function if lane.version == "$LATEST" else f"{lane.function}:{lane.version}"


def calls_of(lanes: Sequence[Lane]) -> list[Call]:
    """Every invocation, in the order of their starts."""
    found = []
    for index, lane in enumerate(lanes):
        starts = {span.request_id: span for span in lane.spans if span.kind != "invoke" and span.request_id is not None}
        runs = [span for span in lane.spans if span.kind == "invoke"]
        found += [Call(index, name_of(lane), starts.get(run.request_id or ""), run) for run in runs]
    return sorted(found, key=lambda call: (call.run.began, call.lane))


def phases_of(calls: Sequence[Call], jumps: Sequence[Jump]) -> list[Phase]:
    """The calls in groups, in order of time.

    Args:
        calls: in the order of their starts.
        jumps: turns of the clock; each begins a new group.
    """
    functions = list(dict.fromkeys(call.function for call in calls))
    of_each = [[call for call in calls if call.function == function] for function in functions]
    found = [phase for mine in of_each for phase in _phases(mine, jumps)]
    if len(found) > _MOST_PHASES:
        mosts = [max(phase.most for phase in found if phase.function == mine[0].function) for mine in of_each]
        found = [Phase(mine[0].function, mine, most) for mine, most in zip(of_each, mosts, strict=True)]
    return sorted(found, key=lambda phase: phase.began)


def _phases(calls: Sequence[Call], jumps: Sequence[Jump]) -> list[Phase]:
    clusters: list[list[Call]] = []
    latest = 0.0
    for call in sorted(calls, key=lambda call: call.taken):
        if clusters and call.taken < latest:
            clusters[-1].append(call)
        else:
            clusters.append([call])
        latest = max(latest, call.run.ended)
    found: list[Phase] = []
    ended = 0.0
    for cluster in clusters:
        quiet = sum(jump.seconds for jump in jumps if ended and ended <= jump.at <= cluster[0].taken)
        cluster.sort(key=lambda call: call.run.began)
        phase = Phase(cluster[0].function, cluster, _most_together(cluster, jumps), quiet)
        if found and found[-1].kind == phase.kind == "row" and not quiet:
            found[-1] = replace(found[-1], calls=[*found[-1].calls, *cluster])
        else:
            found.append(phase)
        ended = max(call.run.ended for call in cluster)
    return found


def _most_together(cluster: Sequence[Call], jumps: Sequence[Jump]) -> int:
    """The largest number of calls that held an environment at the same moment."""
    moments = [(machine(call.taken, jumps), 1) for call in cluster]
    moments += [(machine(call.run.ended, jumps), -1) for call in cluster]
    running = most = 0
    for _, change in sorted(moments):
        running += change
        most = max(most, running)
    return most


def _many(number: int, one: str, several: str = "") -> str:
    return f"{count(number)} {one if number == 1 else several or one + 's'}"


def _start(text: str) -> str:
    return text[0].upper() + text[1:]


def finding(phases: Sequence[Phase], lanes: Sequence[Lane]) -> str:
    """The sentence that the data bear out, or else a plain description."""
    if not phases:
        ready = sum(lane.ended is None for lane in lanes)
        return f"No call has run; {_many(ready, 'environment')} ready" if ready else "No call has run"
    first, last = phases[0], phases[-1]
    one, two = len(phases) == 1, len(phases) == 2
    if two and last.quiet and first.function == last.function:
        word = "cold" if last.calls[0].start else "still warm"
        return f"After {period(last.quiet)} without a call, the next one was {word}"
    if two and {first.kind, last.kind} == {"row", "once"} and min(len(first.calls), len(last.calls)) > 1:
        row, once = sorted(phases, key=lambda phase: phase.kind, reverse=True)
        if row.environments == 1 < once.environments:
            says = {
                "row": f"{row.words} used 1{'' if row is last else ' environment'}",
                "once": f"{once.words} needed {once.environments}{'' if once is last else ' environments'}",
            }
            return _start(f"{says[first.kind]}; {says[last.kind]}")
        return f"Environments used: {first.environments} and {last.environments}"
    if one and len(first.calls) == 1:
        return _one(first.calls[0])
    steady = first.cold == 0 or (first.cold == 1 and first.calls[0].start is not None)
    if one and first.kind == "row" and first.environments == 1 and steady:
        return _start(f"{first.words} used 1 environment; {'only the first' if first.cold else 'none'} was cold")
    if one and first.kind == "once" and first.environments == len(first.calls):
        cold = {0: "none of them", len(first.calls): "all"}.get(first.cold, f"{count(first.cold)} of them")
        return _start(f"{first.words} needed {count(first.environments)} environments, {cold} cold")
    calls = sum(len(phase.calls) for phase in phases)
    used = len({call.lane for phase in phases for call in phase.calls})
    return f"{_many(calls, 'call')} in {_many(used, 'environment')}, {_many(sum(p.cold for p in phases), 'cold start')}"


def _one(call: Call) -> str:
    ran = milliseconds((call.run.ended - call.run.began) * 1000)
    if call.start is None:
        return f"One warm call: no init, the handler ran {ran}"
    if call.run.status or call.start.status:
        return f"One cold call, and it failed after {ran}"
    took = milliseconds((call.start.ended - call.start.began) * 1000)
    what = "restore" if call.start.kind == "restore" else "init"
    return f"One cold call: {what} took {took}, then the handler {ran}"


def spoken(phases: Sequence[Phase], lanes: Sequence[Lane], quiet_after: float) -> str:
    """The picture as one text of at most 40 words.

    Args:
        quiet_after: by how many seconds the clock was turned after the last call.
    """
    if not phases:
        return f"{finding(phases, lanes)}. Each lane is one environment; nothing is drawn."
    if len(phases) <= 2:
        each = [
            f"{phase.words} used {_many(phase.environments, 'environment')}, "
            f"{'none' if not phase.cold else count(phase.cold)} cold"
            for phase in phases
        ]
        if phases[-1].quiet:
            each[-1] = f"after {period(phases[-1].quiet)} on the clock {each[-1]}"
        said = _start("; ".join(each))
    else:
        said = finding(phases, lanes)
    more = "Each lane is one environment"
    gone = sum(lane.why_ended == "idle" for lane in lanes)
    failed = sum(phase.failed for phase in phases)
    if failed:
        more += f"; {_many(failed, 'call')} failed"
    elif gone and quiet_after:
        all_gone = "all are" if gone == len(lanes) else f"{count(gone)} {'is' if gone == 1 else 'are'}"
        more += f"; after {period(quiet_after)} on the clock {all_gone} reclaimed"
    return f"{said}. {more}."


def table(phases: Sequence[Phase], lanes: Sequence[Lane]) -> Table:
    """The same as numbers: a row for each phase, and what was reclaimed."""
    named = len({phase.function for phase in phases}) > 1
    rows = []
    for phase in phases:
        starts = [call.start for call in phase.calls if call.start]
        runs = [call.run for call in phase.calls]
        name = f"{phase.function}, {phase.words}" if named else phase.words
        restored = "restored, " if any(start.kind == "restore" for start in starts) else ""
        rows.append(
            (
                f"{period(phase.quiet)} later, {name}" if phase.quiet else name,
                count(len(phase.calls)),
                count(phase.environments),
                count(phase.cold),
                restored + _middle(starts),
                _middle(runs),
                count(phase.failed),
            )
        )
    gone = [lane for lane in lanes if lane.why_ended == "idle"]
    if gone or not rows:
        rows.append(("reclaimed, idle" if rows else "none", "", count(len(gone)), "", "", "", ""))
    caption = "Calls and their environments, measured on this machine; init and handler are the middle of their times"
    return Table(caption, ("", "calls", "environments", "cold", "init", "handler", "failed"), rows)


def _middle(spans: Sequence[Span]) -> str:
    return milliseconds(1000 * median(span.ended - span.began for span in spans)) if spans else "none"
