"""Aliases: names for versions, one or two at a time.

On AWS an alias points to a version, and may send a share of its requests to a second one. moto stores whatever it is
told; here an alias that AWS refuses is refused. Left out: the rule that both versions of an alias need the same role
and dead-letter queue. Follows https://docs.aws.amazon.com/lambda/latest/dg/configuration-aliases.html.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Protocol

import moto.awslambda.models as lambda_models
from moto.awslambda.exceptions import UnknownAliasException, UnknownFunctionException
from moto.awslambda.policy import Policy

from lambdalab.cloud.refusals import check_revision, conflict, invalid, not_found, validate
from lambdalab.service import names
from lambdalab.service.model import FunctionNotFound, QualifiersDiffer

TOUCHED = {
    "moto.awslambda.models": [
        "LambdaBackend.create_alias",
        "LambdaBackend.update_alias",
        "LambdaBackend.delete_alias",
        "LambdaBackend.get_alias",
        "LambdaBackend.list_aliases",
        "LambdaAlias.to_json",
    ],
    "moto.awslambda.exceptions": ["UnknownAliasException", "UnknownFunctionException"],
    "moto.awslambda.policy": ["Policy"],
}


class AliasHands(Protocol):
    """Who is told that an alias now means another version, or is gone."""

    def alias_changed(self, region: str, name: str, alias: str) -> None: ...


class AliasBackend(lambda_models.LambdaBackend):
    """The part of the control plane that keeps aliases."""

    hands: AliasHands

    def create_alias(
        self, name: str, function_name: str, function_version: str, description: str, routing_config: Any
    ) -> Any:
        validate("CreateAlias", {"Name": name, "FunctionVersion": function_version, "RoutingConfig": routing_config})
        function = self.get_function(function_name)
        self._check_versions(function_name, function_version, routing_config)
        try:
            self.get_alias(name, function.function_name)
        except UnknownAliasException:
            plain = function.function_name
            alias: Any = super().create_alias(name, plain, function_version, description or "", routing_config)
            alias.policy = Policy(function)  # an alias has a policy of its own, whatever version it points to
            return alias
        raise conflict(f"Alias already exists: {function.function_arn}:{name}")

    def update_alias(
        self,
        name: str,
        function_name: str,
        function_version: str,
        description: str,
        routing_config: Any,
        revision_id: str | None = None,
    ) -> Any:
        function = self.get_function(function_name)
        try:
            alias = self.get_alias(name, function.function_name)
        except UnknownAliasException:
            raise not_found(f"Alias not found: {function.function_arn}:{name}") from None
        check_revision(revision_id, alias.revision_id)
        version = function_version or alias.function_version
        kept: Any = alias.routing_config
        self._check_versions(function_name, version, kept if routing_config is None else routing_config)
        if routing_config is not None and not routing_config.get("AdditionalVersionWeights"):
            routing_config = {}
        alias = super().update_alias(name, function.function_name, version, description, routing_config)
        alias.revision_id = str(uuid.uuid4())
        self.hands.alias_changed(self.region_name, function.function_name, name)
        return alias

    def delete_alias(self, name: str, function_name: str) -> None:
        function = self.get_function(function_name)
        super().delete_alias(name, function.function_name)
        self.hands.alias_changed(self.region_name, function.function_name, name)

    def _read(self, name: str, qualifier: str | None = None) -> tuple[str, str | None]:
        """The plain name and the qualifier, wherever it stood."""
        try:
            return names.read(self.region_name, name, qualifier)
        except QualifiersDiffer as two:
            raise invalid(str(two)) from None
        except FunctionNotFound as missing:
            unknown = UnknownFunctionException(missing.arn)
            unknown.message = str(missing)
            raise unknown from None

    def _check_versions(self, function_name: str, version: str, routing: Mapping[str, Any] | None) -> None:
        """Refuse versions that are not there, and shares that cannot be."""
        self.get_function(function_name, version)
        weights = (routing or {}).get("AdditionalVersionWeights") or {}
        if len(weights) > 1:
            raise invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")
        if not weights:
            return
        if version == "$LATEST":
            raise invalid("$LATEST is not supported for an alias pointing to more than 1 version")
        other = next(iter(weights))
        if other == version:
            text = f"Function version {other} is already included in routing configuration."
            raise invalid(f"Invalid function version {other}. {text}")
        self.get_function(function_name, other)


def shares(backend: AliasBackend, name: str, qualifier: str | None) -> Mapping[str, float]:
    """Which versions an alias stands for, with the share of requests that each gets; empty for what is no alias."""
    if qualifier is None:
        return {}
    try:
        alias = backend.get_alias(qualifier, name)
    except UnknownAliasException:
        return {}
    routing: Any = alias.routing_config
    weights = (routing or {}).get("AdditionalVersionWeights") or {}
    other = {version: float(weight) for version, weight in weights.items()}
    return {alias.function_version: 1 - sum(other.values()), **other}
