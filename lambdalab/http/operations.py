"""Which operation a request asks for, such as GetObject: read from the request, with botocore's models.

On AWS the service itself reads this. JSON services name the operation in a header, older ones in the body; the others
only by method and path, so their models are searched for the operation whose address fits best.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import botocore.session
from botocore.exceptions import UnknownServiceError

from lambdalab.http.door import Arrived

_RPC = re.compile(r"/service/[^/]+/operation/(?P<name>\w+)")


@dataclass(frozen=True)
class _Address:
    """An operation and what a request for it must have: method, path, words of the query, and headers."""

    name: str
    method: str
    path: re.Pattern[str]
    query: tuple[tuple[str, str], ...]
    needed_query: frozenset[str]
    needed_headers: frozenset[str]
    deprecated: bool

    def fits(self, request: Arrived, query: dict[str, str]) -> bool:
        return (
            request.method == self.method
            and self.path.fullmatch(request.path) is not None
            and all(query.get(name) == value for name, value in self.query)
            and self.needed_query <= query.keys()
            and self.needed_headers <= request.headers.keys()
        )

    @property
    def narrow(self) -> tuple[int, int, bool]:
        """How much it asks for: of two operations that fit, the narrower one is meant, and not a deprecated one."""
        needed = len(self.query) + len(self.needed_query) + len(self.needed_headers)
        return needed, len(self.path.pattern), not self.deprecated


def name(request: Arrived, service: str) -> str:
    """AWS's name of the operation; method and path when no model has it.

    Args:
        service: the name in the request's signature, such as "s3".
    """
    if target := request.headers.get("x-amz-target"):
        return target.rpartition(".")[2]
    if found := _RPC.fullmatch(request.path):
        return found["name"]
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(request.body.decode("utf-8", "replace"))).get("Action", "")
    query = request.query
    fitting = [address for address in _addresses(service) if address.fits(request, query)]
    return max(fitting, key=lambda a: a.narrow).name if fitting else f"{request.method} {request.path}"


def load() -> None:
    """Read the models that functions ask for most: in a function's first request the time for it would be felt."""
    for service in ("s3", "lambda"):
        _addresses(service)


@functools.cache
def _addresses(service: str) -> tuple[_Address, ...]:
    """Every operation's address of a service that names operations by address, from the model's own file."""
    try:
        model = botocore.session.get_session().get_component("data_loader").load_service_model(service, "service-2")
    except UnknownServiceError:
        return ()
    return tuple(_address(operation, model["shapes"]) for operation in model["operations"].values())


def _address(operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> _Address:
    path, _, query = operation["http"]["requestUri"].partition("?")
    shape = shapes[operation["input"]["shape"]] if "input" in operation else {}
    needed: dict[str, set[str]] = {"querystring": set(), "header": set()}
    for name in shape.get("required", ()):
        member = shape["members"][name]
        if member.get("location") in needed:
            needed[member["location"]].add(member.get("locationName", name))
    return _Address(
        operation["name"],
        operation["http"]["method"],
        re.compile(_pattern(path)),
        tuple(parse_qsl(query, keep_blank_values=True)),
        frozenset(needed["querystring"]),
        frozenset(header.lower() for header in needed["header"]),
        bool(operation.get("deprecated")),
    )


def _pattern(path: str) -> str:
    """The path's template as an expression: {Name} is one part of it, {Name+} the rest."""
    parts = re.split(r"(\{[^}]+\})", path.rstrip("/"))
    seen = ["(?:.+)" if p.endswith("+}") else "[^/]+" if p.startswith("{") else re.escape(p) for p in parts]
    return "".join(seen) + "/?"
