"""AWS's own descriptions of its services, read once for everybody who asks.

They come with botocore: each operation with its address, its members, their limits and its errors. Who wants one first
looks through the folders of all services, and both moto and a new botocore session did that for each service again.
Here it is done once; moto has a reader of its own, which adds some of moto's words. What moto finds an operation's
address with, werkzeug, compiled two functions for each that make the address again from its parts. Here it does so when
somebody wants an address made, and moto never does.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import botocore.session
from botocore.model import ServiceModel
from moto.core import utils
from werkzeug.routing import Rule

TOUCHED = {"moto.core": ["utils.create_loader"], "werkzeug.routing": ["Rule._compile_builder"]}
_compile_builder = Rule._compile_builder


def install() -> None:
    """Give moto one reader for all services, and addresses that are only looked up."""
    vars(utils)["create_loader"] = functools.cache(vars(utils)["create_loader"])
    setattr(Rule, "_compile_builder", _compile_later)  # noqa: B010 - mypy


@functools.cache
def service_model(service: str) -> ServiceModel:
    """What botocore knows of a service.

    Args:
        service: botocore's name of it, such as "lambda".

    Raises:
        botocore.exceptions.UnknownServiceError: it knows no such service.
    """
    return ServiceModel(description(service), service)


def description(service: str) -> dict[str, Any]:
    """The same as botocore's file has it: dictionaries and lists."""
    found: dict[str, Any] = _reader().load_service_model(service, "service-2")
    return found


@functools.cache
def _reader() -> Any:
    return botocore.session.get_session().get_component("data_loader")


def _compile_later(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
    def build(self: Rule, **parts: Any) -> Any:
        return _compile_builder(rule, append_unknown)(self, **parts)

    return build
