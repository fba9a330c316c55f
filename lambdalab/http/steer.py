"""What the notebook asks of the lab about its environments: how long they are kept, to start anew, to start together.

Part of the `/_lab` call; there is nothing like it on AWS, where nobody but Lambda decides this. Also the counts of what
a function did.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lambdalab.http.door import Arrived
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.model import FunctionNotFound
from lambdalab.service.pool import Pool

Told = tuple[int, Any]


def steer(request: Arrived, what: str, service: LambdaService, pool: Pool) -> Told | None:
    """Status and data for GET and POST keep_alive, GET and POST together, POST replace, GET counts, use; else None."""
    try:
        return _steer(request, f"{request.method} {what}", service, pool)
    except ValueError as wrong:
        return 400, {"message": str(wrong)}
    except FunctionNotFound as missing:
        return 404, {"message": str(missing)}


def _steer(request: Arrived, asked: str, service: LambdaService, pool: Pool) -> Told | None:
    query = request.query
    given = json.loads(request.body or b"{}")
    if asked == "POST keep_alive":
        pool.keep_alive(float(given["least"]), float(given["most"]))
        pool.reclaim()
    if asked in ("GET keep_alive", "POST keep_alive"):
        least, most = pool.keep_alive_minutes
        return 200, {"least": least, "most": most}
    if asked == "POST together":
        service.together.expect(_arn(given, service), int(given["count"]))
        return 200, {}
    if asked == "GET together":
        return 200, {"came": service.together.came(_arn(query, service))}
    if asked == "POST replace":
        return 200, {"ended": pool.replace(_arn(given, service))}
    if asked == "GET use":
        return 200, service.meter.to_json()
    if asked == "GET counts":
        return 200, service.tally.counts(query["name"]).to_json()
    return None


def _arn(given: Mapping[str, Any], service: LambdaService) -> str:
    return service.prepare(given["region"], given["name"], None, b"").function.arn
