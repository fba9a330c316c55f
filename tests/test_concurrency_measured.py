"""A measured run of the real lab, in the form of picture S10."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lambdalab import Function, Lab
from lambdalab.show.concurrency_measured import measured

WAIT = "import time\n\ndef handler(event, context):\n    time.sleep(0.1)\n"
Deploy = Callable[..., Function]


def test_calls_together_need_as_many_environments_and_littles_law_holds(lab: Lab, deploy: Deploy) -> None:
    function = deploy(WAIT, "tune-waves")
    for together in (1, 2, 5, 8):
        function.invoke_together([None] * together)
    run = measured(lab.lanes(function.name), lab.history(function.name))
    assert (run.calls, run.refused, run.cold, run.most) == (16, 0, 8, 8)
    assert max(run.total) == 8
    # each environment's busy time, counted from its lane, over the time that passed
    spans = [span for lane in lab.lanes(function.name) for span in lane.spans if span.kind == "invoke"]
    longest = max(span.ended for span in spans) - min(span.began for span in spans)
    assert run.length == pytest.approx(longest, rel=0.3)
    assert 0.1 <= run.call_seconds < 5


def test_calls_above_the_reserved_concurrency_are_drawn_as_refused(lab: Lab, deploy: Deploy) -> None:
    function = deploy(WAIT, "tune-limited")
    lab.client("lambda").put_function_concurrency(FunctionName=function.name, ReservedConcurrentExecutions=3)
    results = function.invoke_together([None] * 7)
    refused = sum(result.throttled for result in results)
    run = measured(lab.lanes(function.name), lab.history(function.name), limit=3)
    assert (run.calls, run.refused, run.most) == (7, refused, 3)
    assert refused == 4 and run.full_seconds > 0
