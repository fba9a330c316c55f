"""What a REST API's stage serves: a deployment, frozen, and the way from a path to one of its methods.

On AWS a deployment is a snapshot of an API's resources and methods, and a stage points to one: what is changed later is
not served before it is deployed again. Here the snapshot is made of frozen records, which the address of the API reads
without asking the cloud. Follows
https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html; lesson 06.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_FUNCTION = re.compile(r"arn:[^:]+:apigateway:[^:]+:lambda:path/[^/]+/functions/(?P<arn>[^/]+)/invocations")
_VARIABLE = re.compile(r"\$\{stageVariables\.(\w+)\}")


@dataclass(frozen=True)
class MadeAnswer:
    """How a MOCK integration answers: its status, the headers with their values, and the body.

    Args:
        pattern: of the integration's status that this is for; None for the one that is used where no pattern fits.
    """

    status: int
    pattern: str | None
    headers: Mapping[str, str]
    body: str


@dataclass(frozen=True)
class RestMethod:
    """One method of one resource, with its integration.

    Args:
        name: "GET", or "ANY" for every method that the resource does not name.
        path: the resource's, such as "/items/{id}".
        authorization: "NONE" or "AWS_IAM".
        integration: "AWS_PROXY" or "MOCK".
        uri: of the function, as it was given; it may hold stage variables.
        integration_method: how the function is called; only POST works.
        timeout_ms: 50 to 29,000.
        credentials: the role that API Gateway wears to call; None where the function's policy has to allow it.
        templates: a MOCK's request templates by content type.
        answers: a MOCK's answers.
    """

    name: str
    resource_id: str
    path: str
    authorization: str
    integration: str
    uri: str
    integration_method: str
    timeout_ms: int
    credentials: str | None = None
    templates: Mapping[str, str] = field(default_factory=dict)
    answers: Sequence[MadeAnswer] = ()


@dataclass(frozen=True)
class Snapshot:
    """What one deployment holds."""

    methods: Sequence[RestMethod]
    binary_media_types: Sequence[str]


@dataclass(frozen=True)
class RestStage:
    """One stage of one REST API as it is served now.

    Args:
        variables: the stage's variables.
        settings: its method settings, by "path/METHOD"; "*/*" is for all of them.
    """

    api_id: str
    region: str
    account: str
    name: str
    deployment_id: str
    variables: Mapping[str, str]
    settings: Mapping[str, Mapping[str, Any]]
    snapshot: Snapshot

    def route(self, method: str, path: str) -> tuple[RestMethod, Mapping[str, str]] | None:
        """The method that serves a path, and the values of the path's parameters, still percent-encoded.

        Of those that fit, the one with a literal where others have a parameter, and a parameter where others have
        {proxy+}. A resource without the method does not stand in the way of one that has it, as was measured on AWS:
        https://github.com/ministackorg/ministack/pull/1423.
        """
        parts = [part for part in path.split("/") if part]
        fitting = []
        for one in self.snapshot.methods:
            values = _values(one.path, parts)
            if values is not None and one.name in (method, "ANY"):
                fitting.append((_rank(one), one, values))
        return min(fitting, key=lambda found: found[0])[1:] if fitting else None

    def function(self, method: RestMethod) -> str:
        """The ARN of the function that a method calls, with the stage's variables put in; "" if it names none."""
        uri = _VARIABLE.sub(lambda found: self.variables.get(found[1], ""), method.uri)
        found = _FUNCTION.fullmatch(uri)
        return found["arn"] if found else ""

    def arn(self, method: str, path: str) -> str:
        """The ARN on whose behalf API Gateway calls a function, and that a caller needs the right to invoke."""
        return f"arn:aws:execute-api:{self.region}:{self.account}:{self.api_id}/{self.name}/{method}{path}"

    def setting(self, method: RestMethod, name: str) -> Any:
        """A setting of a method; of all methods where it has none of its own. AWS takes its path with or without ~1."""
        own = f"{method.path.lstrip('/').replace('/', '~1')}/{method.name}"
        for where in (own, f"~1{own}", "*/*"):
            if name in self.settings.get(where, {}):
                return self.settings[where][name]
        return None


def _rank(method: RestMethod) -> tuple[list[int], bool]:
    """The smaller, the better a method fits: literal before parameter before {proxy+}; its own name before ANY."""
    parts = [part for part in method.path.split("/") if part]
    return [2 if part.endswith("+}") else part.startswith("{") for part in parts], method.name == "ANY"


def _values(pattern: str, parts: Sequence[str]) -> dict[str, str] | None:
    """The parameters' values when a path fits a resource; None when it does not."""
    values: dict[str, str] = {}
    wanted = [part for part in pattern.split("/") if part]
    for place, part in enumerate(wanted):
        if part.endswith("+}"):
            rest = parts[place:]
            return {**values, part[1:-2]: "/".join(rest)} if rest else None
        if place >= len(parts):
            return None
        if part.startswith("{"):
            values[part[1:-1]] = parts[place]
        elif part != parts[place]:
            return None
    return values if len(parts) == len(wanted) else None
