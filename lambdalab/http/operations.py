"""Which operation a request asks for, such as GetObject: read from the request, with botocore's models.

On AWS the service itself reads this. JSON services name the operation in a header, older ones in the body; the others
only by method and path, so their models are searched for the operation whose address fits best.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from botocore.exceptions import UnknownServiceError

from lambdalab.cloud.descriptions import description
from lambdalab.http.door import Arrived

_RPC = re.compile(r"/service/[^/]+/operation/(?P<name>\w+)")


@dataclass(frozen=True)
class _Address:
    """An operation and what a request for it must have beside the method: path, words of the query, and headers."""

    name: str
    path: re.Pattern[str]
    query: tuple[tuple[str, str], ...]
    needed_query: frozenset[str]
    needed_headers: frozenset[str]
    deprecated: bool

    def fits(self, path: str, query: Mapping[str, str], headers: Set[str]) -> bool:
        return (
            self.path.fullmatch(path) is not None
            and all(query.get(name) == value for name, value in self.query)
            and self.needed_query <= query.keys()
            and self.needed_headers <= headers
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
    return _by_address(service, request.method, request.path, tuple(request.query.items()), frozenset(request.headers))


def load() -> None:
    """Read the models that functions ask for most: in a function's first request the time for it would be felt."""
    for service in ("s3", "lambda"):
        _addresses(service)


@functools.lru_cache(1024)  # it is asked several times of one request, and a warm call should not wait for it
def _by_address(
    service: str, method: str, path: str, query: tuple[tuple[str, str], ...], headers: frozenset[str]
) -> str:
    fitting = [a for a in _addresses(service).get(method, ()) if a.fits(path, dict(query), headers)]
    return max(fitting, key=lambda a: a.narrow).name if fitting else f"{method} {path}"


@functools.cache
def _addresses(service: str) -> Mapping[str, Sequence[_Address]]:
    """By method, every operation's address of a service that names them by address, from the model's own file."""
    try:
        model = description(service)
    except UnknownServiceError:
        return {}
    found: dict[str, list[_Address]] = {}
    for operation in model["operations"].values():
        found.setdefault(operation["http"]["method"], []).append(_address(operation, model["shapes"]))
    return found


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
