"""The lab's own call, `/_lab`: what happened, what runs, and the clock.

There is nothing like it on AWS, where the same facts are spread over CloudWatch, X-Ray and CloudTrail. It is signed
like every other request, with the notebook's key only: a function cannot turn the clock.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import Any

from lambdalab.agenda import Agenda
from lambdalab.http.door import Arrived
from lambdalab.http.invoke import Answer
from lambdalab.http.steer import steer
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.pool import Pool

PREFIX = "/_lab/"


def answer(request: Arrived, service: LambdaService, pool: Pool, agenda: Agenda, guard_pid: int) -> Answer:
    """Answer one `/_lab` request: GET history, GET steps, GET state, GET lanes, POST clock."""
    clock = agenda.clock
    what = request.path.removeprefix(PREFIX)
    if what == "history" and request.method == "GET":
        found = service.history(request.query.get("name"), request.query.get("request_id"))
        found = [i for i in found if request.query.get("trace") in (None, i.trace)]
        return told({"invocations": [i.to_json() for i in found], "waiting": service.waiting()})
    if what == "state" and request.method == "GET":
        pool.reclaim()
        running: list[dict[str, Any]] = [
            {
                "what": "function",
                "function": f.name,
                "version": f.version,
                "environment": number,
                "pid": pid,
                "state": word,
            }
            for f, number, pid, word in pool.alive()
        ]
        return told({"clock_offset": clock.offset, "cloud": os.getpid(), "guard": guard_pid, "environments": running})
    if what == "lanes" and request.method == "GET":
        pool.reclaim()
        lanes = pool.lanes.lanes([name for name in request.query.get("names", "").split(",") if name])
        return told({"lanes": [asdict(lane) for lane in lanes], "jumps": [asdict(jump) for jump in clock.jumps]})
    if what == "steps" and request.method == "GET":
        wanted = {name: request.query.get(name) for name in ("kind", "trace", "source", "target", "answer_id")}
        found_steps = service.journal.steps(**wanted, since=float(request.query.get("since", 0)))
        return told({"steps": [step.to_json() for step in found_steps]})
    if what == "clock" and request.method == "POST":
        agenda.advance(float(json.loads(request.body)["advance"]))
        pool.reclaim()
        return told({"clock_offset": clock.offset})
    status, data = steer(request, what, service, pool) or (404, {"message": "there is no such thing in /_lab"})
    return told(data, status)


def told(data: Any, status: int = 200) -> Answer:
    """An answer of the lab's own, as JSON."""
    return status, [("Content-Type", "application/json")], json.dumps(data).encode()
