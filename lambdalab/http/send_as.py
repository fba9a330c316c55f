"""An event sent in the name of a source that need not exist: how a check asks who would be let in.

On AWS nobody can do this: only S3 itself speaks as S3. Exercises need it, because what a good permission keeps out
cannot be made here by honest means: a bucket of the same name in another account, or a service that was never told to
call. The event takes the way of any event from the function's policy on, with the same code. Part of the `/_lab` call.
"""

from __future__ import annotations

import json

from lambdalab.http import invoke
from lambdalab.http.door import Arrived
from lambdalab.observe.journal import FOR_A_CHECK
from lambdalab.observe.tracing import Trace
from lambdalab.service.lambdas import LambdaService
from lambdalab.triggers.delivery import Push, Statements, deliver

PATH = "/_lab/send_as"


def answer(request: Arrived, service: LambdaService, statements: Statements) -> invoke.Answer:
    """Deliver the event, and answer with the step that was written about it."""
    given = json.loads(request.body)
    service_name, trace = given["principal"].partition(".")[0], Trace.new()
    push = Push(
        principal=given["principal"],
        source_arn=given["source_arn"],
        target_arn=given["function_arn"],
        name=f"{service_name}:{FOR_A_CHECK}",
        subject="",
        words=f"{service_name}:{given['source_arn'].rpartition(':')[2]}",
        began=service.now(),
        trace=trace,
        account=given["account"],
    )
    deliver(push, given["event"], service, statements)
    step = service.journal.steps(trace=trace.root)[0]
    return 200, [("Content-Type", "application/json")], json.dumps(step.to_json()).encode()
