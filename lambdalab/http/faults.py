"""Faults as a function meets them: a request that is refused or waits, an answer that never comes, a killed process.

Part of the `/_lab` call, where faults are ordered; `service.faults` keeps them. The refusal is one that no client tries
again, so that the function itself has to deal with it.
"""

from __future__ import annotations

import json

from lambdalab.http import operations
from lambdalab.http.door import Arrived, Caller, Refused
from lambdalab.http.invoke import Answer
from lambdalab.http.observe import told
from lambdalab.runtime import processes
from lambdalab.service.faults import HANG, HOLD, KILL, Fault
from lambdalab.service.lambdas import LambdaService

PATH = "/_lab/faults"
_NAMES = {"dynamodb": "TransactionConflictException"}
_OTHER = "ServiceUnavailable"


def answer(request: Arrived, service: LambdaService) -> Answer:
    """GET tells what is left, and waits for a held request if asked to; POST orders a fault, DELETE forgets all."""
    if request.method == "POST":
        try:
            service.faults.order(Fault(**json.loads(request.body)))
        except ValueError as wrong:
            return told({"message": str(wrong)}, 400)
    if request.method == "DELETE":
        service.faults.clear()
    held = service.faults.until_held(float(request.query.get("held", 0)))
    return told({"held": held, "left": [{**fault.to_json(), "times": times} for fault, times in service.faults.left()]})


def of(request: Arrived, caller: Caller, service: LambdaService) -> Fault | None:
    """The fault that meets this request of an environment's."""
    working = service.tally.working(caller.key.access_key_id)
    if working is None:
        return None
    function = caller.key.principal.rpartition("/")[2]
    operation = f"{caller.service}:{operations.name(request, caller.service)}"
    fault = service.faults.of_request(function, working, operation)
    if fault is None or fault.what != HOLD:
        return fault
    service.faults.hold()
    ended = service.tally.working(caller.key.access_key_id) != working
    return fault if ended else None  # nobody is there any more to ask for it


def happens(fault: Fault, caller: Caller, service: LambdaService) -> Refused:
    """Let it happen; what the function is told, if its process is still there to read it."""
    if fault.what == KILL:
        pid = service.process_of(caller.key.access_key_id)
        if pid:
            processes.kill(pid)
    if fault.what == HANG:
        service.tally.until_it_ends(caller.key.access_key_id)
    name = _NAMES.get(caller.service, _OTHER)
    was = "it was carried out, and its answer is lost" if fault.done else "nothing was carried out"
    return Refused(name, name, f"This request fails because the lab was asked for a fault; {was}.", status=400)
