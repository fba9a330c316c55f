"""What an HTTP API serves, frozen at the moment of its deployment.

On AWS a stage serves a deployment, a snapshot of routes and integrations; a stage with AutoDeploy gets a new one with
every change. These are the snapshots, as the cloud hands them to the front that serves them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_INVOCATION = re.compile(r"arn:aws:apigateway:[^:]+:lambda:path/2015-03-31/functions/(?P<arn>.+)/invocations")
_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")


@dataclass(frozen=True)
class HttpIntegration:
    """How a route reaches its function.

    Args:
        uri: the function's ARN, or the address at which API Gateway invokes it; may hold stage variables.
        payload_format: "1.0" or "2.0".
        timeout_ms: how long API Gateway waits, 50 to 30,000.
        credentials: the ARN of a role that API Gateway wears for it; "" to ask the function's policy.
    """

    uri: str
    payload_format: str
    timeout_ms: int
    credentials: str = ""

    def function_arn(self, variables: Mapping[str, str]) -> str:
        """The ARN of the function, with the stage's variables filled in."""
        filled = _VARIABLE.sub(lambda found: variables.get(found[1], ""), self.uri)
        found = _INVOCATION.fullmatch(filled)
        return found["arn"] if found else filled


@dataclass(frozen=True)
class HttpRoute:
    """One route.

    Args:
        key: such as "GET /items/{id}" or "$default".
        authorization: "NONE" or "AWS_IAM".
        integration: None for a route without a target.
    """

    key: str
    authorization: str
    integration: HttpIntegration | None


@dataclass(frozen=True)
class HttpSnapshot:
    """What was deployed together: the routes, and the CORS settings as they were given."""

    routes: Sequence[HttpRoute]
    cors: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class HttpStage:
    """One stage.

    Args:
        name: "$default" stands at the root of the address, any other is the first part of the path.
        snapshot: None before the first deployment.
        rate: requests a second that it takes in the long run; None for no limit.
        burst: requests that it takes at once; None for no limit.
    """

    name: str
    variables: Mapping[str, str]
    snapshot: HttpSnapshot | None
    rate: float | None = None
    burst: int | None = None


@dataclass(frozen=True)
class HttpApi:
    """One HTTP API with its stages by name."""

    region: str
    api_id: str
    name: str
    stages: Mapping[str, HttpStage]
