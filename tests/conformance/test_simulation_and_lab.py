"""The simulator beside the real lab: the same arrivals, with real processes and the lab's clock turned forward.

Calls come in rounds, each at the same moment, and minutes lie between two rounds. The lab gives a call to the
environment that was used last, so that is the policy simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from lambdalab import Function, Lab
from lambdalab.models.simulation import simulate

HANDLER = "def handler(event, context):\n    return event"
MINUTE = 60.0

# minutes since the round before, and how many calls come
TRACES = {
    "a rush, then some, then a rush": [(0, 6), (3, 2), (3, 2), (3, 6), (7, 3), (2, 7), (30, 4)],
    "up and down": [(0, 1), (2, 3), (2, 5), (3, 4), (3, 2), (3, 1), (3, 6), (13, 6), (2, 8)],
}


@pytest.fixture(autouse=True)
def own_keep_alive(lab: Lab) -> Iterator[None]:
    yield
    lab.keep_alive(least=5, most=15)


def simulated(trace: list[tuple[int, int]], minutes: float) -> list[int]:
    """Cold starts in each round."""
    arrivals, starts, now = [], [], 0.0
    for gap, calls in trace:
        now += gap * MINUTE
        starts.append(now)
        arrivals += [now] * calls
    result = simulate(
        arrivals, warm_service=0.1, cold_service=0.5, keep_alive=minutes * MINUTE, service="constant", policy="recent",
        series=MINUTE, until=now + MINUTE,
    )  # fmt: skip
    assert result.series is not None
    cold = [int(result.series.cold[round(start / MINUTE)]) for start in starts]
    assert sum(cold) == result.cold
    return cold


@pytest.mark.parametrize("minutes", [5, 10])
@pytest.mark.parametrize("trace", TRACES.values(), ids=TRACES)
def test_the_lab_starts_as_many_environments_in_each_round_as_the_simulation(
    deploy: Callable[..., Function], lab: Lab, trace: list[tuple[int, int]], minutes: int
) -> None:
    function = deploy(HANDLER, name=f"replayed-{minutes}-{len(trace)}", timeout=30)
    lab.keep_alive(minutes=minutes)
    cold = []
    for gap, calls in trace:
        lab.clock.advance(minutes=gap)
        results = function.invoke_together([{}] * calls)
        assert not results.note
        cold.append(len(results.cold))
    assert cold == simulated(trace, minutes)


def test_the_traces_tell_the_keep_alives_apart_and_leave_the_lab_time_to_run() -> None:
    for trace in TRACES.values():
        five, ten = simulated(trace, 5), simulated(trace, 10)
        assert sum(ten) < sum(five) < sum(calls for _, calls in trace)
        assert (simulated(trace, 4.2), simulated(trace, 9.2)) == (five, ten)  # the lab's clock goes on during a round
