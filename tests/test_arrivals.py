"""Calls at given moments: they come whether or not others are done, and the results say how many ran at once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest

from lambdalab import Lab
from lambdalab.errors import LabError
from lambdalab.functions import MOST_ARRIVALS, Function

SLEEPS = "import time\ndef handler(event, context):\n    time.sleep(event['seconds'])\n    return 'done'\n"


@pytest.fixture
def sleeper(deploy: Callable[..., Function]) -> Function:
    function = deploy(SLEEPS, "arrivals-sleeper", timeout=10)
    function.invoke_together([{"seconds": 0}] * 12)  # all that is needed is warm
    return function


def test_rate_times_duration_is_how_many_run_at_once(sleeper: Function) -> None:
    calls = sleeper.invoke_at([number / 20 for number in range(40)], {"seconds": 0.2})
    assert calls.concurrency == pytest.approx(20 * 0.2, rel=0.2)  # Little's law, with what a call costs on top
    assert {call.answer for call in calls} == {"done"}


def test_calls_come_in_order_at_their_moments_though_the_first_is_not_done(sleeper: Function) -> None:
    calls = sleeper.invoke_at([0.4, 0.0, 0.2], {"seconds": 1})
    began = [call.invocation.began for call in calls if call.invocation and call.invocation.began]
    assert began == sorted(began) and len(began) == 3
    assert all(0.1 < later - earlier < 0.6 for earlier, later in pairwise(began))


def test_a_call_above_the_limit_stands_among_the_results(lab: Lab, sleeper: Function) -> None:
    client = lab.client("lambda")
    client.put_function_concurrency(FunctionName=sleeper.name, ReservedConcurrentExecutions=1)
    try:
        calls = sleeper.invoke_at([0, 0.2], {"seconds": 1})
        assert [call.throttled for call in calls] == [False, True]
    finally:
        client.delete_function_concurrency(FunctionName=sleeper.name)


def test_calls_at_one_moment_have_no_average(sleeper: Function) -> None:
    with pytest.raises(LabError, match="no call began after the first one had ended"):
        _ = sleeper.invoke_at([0, 0], {"seconds": 0.3}).concurrency


@pytest.mark.parametrize("moments", [[], [-1], [31], [0] * (MOST_ARRIVALS + 1)], ids=["none", "past", "late", "many"])
def test_moments_that_cannot_be_kept_are_refused(sleeper: Function, moments: list[float]) -> None:
    with pytest.raises(LabError, match="cannot be made at these moments: give 1 to 500 moments"):
        sleeper.invoke_at(moments, {"seconds": 0})
