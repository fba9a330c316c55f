"""Lambda's control plane: moto holds functions, versions and settings, and here AWS's rules stand before them.

On AWS a function is created, published, given concurrency and deleted under many conditions. moto keeps what it is
told. Here its backend is replaced by a subclass that refuses what AWS refuses. Becoming active takes no time here: the
answer says Pending or InProgress as on AWS, and the state has turned when it is read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Protocol, cast

import moto.awslambda.models as lambda_models
from moto.awslambda.exceptions import UnknownFunctionException

from lambdalab.cloud import aliases, roles
from lambdalab.cloud.functions import InvocationHands, LabFunction
from lambdalab.cloud.invoke_configs import DestinationHands, InvokeConfigBackend
from lambdalab.cloud.limits import new_code_complaint, package_complaint, settings_complaint, snap_start_complaint
from lambdalab.cloud.mappings import MappingBackend
from lambdalab.cloud.refusals import check_revision, conflict, invalid, validate
from lambdalab.keys import ACCOUNT
from lambdalab.permissions import written
from lambdalab.service.model import EventSettings

TOUCHED = {
    "moto.awslambda.models": [
        "lambda_backends.backend",
        "LambdaBackend.create_function",
        "LambdaBackend.update_function_configuration",
        "LambdaBackend.update_function_code",
        "LambdaBackend.publish_version",
        "LambdaBackend.list_versions_by_function",
        "LambdaBackend.put_function_concurrency",
        "LambdaBackend.delete_function_concurrency",
        "LambdaBackend.add_permission",
        "LambdaBackend.remove_permission",
        "LambdaBackend.get_policy",
        "LambdaBackend.get_function",
        "LambdaBackend.layers_versions_by_arn",
        "LambdaBackend.delete_function",
        "LambdaStorage.get_alias",
        "LambdaStorage._functions",
        "LambdaStorage._arns",
    ],
    "moto.awslambda.exceptions": ["UnknownFunctionException"],
}
NO_QUALIFIER = (
    "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
    "Please specify either a function name or an unqualified function ARN."
)


class FunctionHands(InvocationHands, DestinationHands, Protocol):
    """Who takes what moto's Lambda hands over."""

    def function_deleted(self, arn: str) -> None: ...

    def version_published(self, region: str, name: str, version: str) -> None: ...

    def version_deleted(self, arn: str, version: str) -> None: ...

    def reserve(self, arn: str, wanted: int | None) -> str | None: ...


_hands: FunctionHands


class LabBackend(InvokeConfigBackend, MappingBackend):
    """moto's Lambda control plane, refusing what AWS refuses."""

    __module__ = "moto.awslambda.models"

    def create_function(self, spec: dict[str, Any]) -> Any:
        _check("CreateFunction", spec)
        _agree(package_complaint(spec.get("PackageType", "Zip"), spec))
        if spec.get("PackageType", "Zip") == "Zip" and not (spec.get("Runtime") and spec.get("Handler")):
            raise invalid(
                "Runtime and Handler are mandatory parameters for functions created with deployment packages."
            )
        _agree(snap_start_complaint(spec))
        self._trusted(spec["FunctionName"], spec.get("Role"))
        self._check_dead_letters(spec["FunctionName"], spec)
        function = super().create_function(spec)
        if spec.get("ReservedConcurrentExecutions") is not None:  # only CloudFormation's form of it has this
            self.put_function_concurrency(function.function_name, spec["ReservedConcurrentExecutions"])
        return function

    def get_function(self, function_name_or_arn: str, qualifier: str | None = None) -> Any:
        return super().get_function(*self._read(function_name_or_arn, qualifier))

    def _latest_only(self, name: str, qualifier: str | None) -> None:
        """Refuse to change a published version, which never changes."""
        if self._read(name, qualifier)[1] not in (None, "$LATEST"):
            raise invalid(
                "Current operation does not support versions other than $LATEST. "
                "Please set the version to $LATEST or do not set a version in your request."
            )

    def _trusted(self, name: str, role: str | None) -> None:
        """Refuse a role whose trust policy does not let Lambda wear it."""
        arn = f"arn:aws:lambda:{self.region_name}:{ACCOUNT}:function:{self._read(name)[0]}"
        if role and not roles.may_wear(role, "lambda.amazonaws.com", arn):
            raise invalid("The role defined for the function cannot be assumed by Lambda.")

    def update_function_configuration(self, function_name: str, qualifier: str, body: dict[str, Any]) -> Any:
        _check("UpdateFunctionConfiguration", body)
        self._latest_only(function_name, qualifier)
        now = self.get_function(function_name, qualifier)
        check_revision(body.get("RevisionId"), now.revision_id)
        _agree(package_complaint(now.package_type, body))
        _agree(snap_start_complaint({**now.get_configuration(), **body}))
        self._trusted(function_name, body.get("Role"))
        self._check_dead_letters(now.function_name, {**now.get_configuration(), **body})
        super().update_function_configuration(function_name, qualifier, body)
        return self._in_progress(self.get_function(function_name, qualifier))

    def update_function_code(self, function_name: str, qualifier: str, body: dict[str, Any]) -> Any:
        self._latest_only(function_name, qualifier)
        function = self.get_function(function_name, qualifier)
        check_revision(body.get("RevisionId"), function.revision_id)
        _agree(new_code_complaint(function.package_type, body))
        function.update_function_code(body)
        if body.get("DryRun"):
            return function.get_configuration()
        if body.get("Publish"):
            function = self.publish_version(function_name)
        return self._in_progress(function)

    @staticmethod
    def _in_progress(function: LabFunction) -> dict[str, Any]:
        return {**function.get_configuration(), "LastUpdateStatus": "InProgress"}

    def publish_version(
        self,
        function_name: str,
        description: str = "",
        *,
        code_sha256: str | None = None,
        revision_id: str | None = None,
    ) -> Any:
        latest = self.get_function(function_name)
        check_revision(revision_id, latest.revision_id)
        if code_sha256 and code_sha256 != latest.code_sha_256:
            raise invalid(
                f"CodeSHA256 ({code_sha256}) is different from current CodeSHA256 in $LATEST ({latest.code_sha_256}). "
                "Please try again with the CodeSHA256 in $LATEST."
            )
        versions = self._versions(latest.function_name)
        if versions and versions[-1].published_from == latest.shape():
            return versions[-1]
        latest.published += 1  # a number is never given twice, even when its version was deleted
        version = latest.published_as(latest.published, description)
        version.published_from = latest.shape()
        versions.append(version)
        self._lambdas._arns[version.function_arn] = version
        _hands.version_published(self.region_name, latest.function_name, str(version.version))
        return version

    def _versions(self, name: str) -> list[Any]:
        versions: list[Any] = self._lambdas._functions[name]["versions"]
        return versions

    def delete_function(self, function_name: str, qualifier: str | None = None) -> None:
        function = self.get_function(function_name, qualifier)
        plain, version = self._read(function_name, qualifier)
        if version == "$LATEST":
            raise invalid("$LATEST version cannot be deleted without deleting the function.")
        if version is None:
            super().delete_function(function_name)
            self.forget_settings(plain)
            _hands.function_deleted(function.function_arn)
            return
        if not version.isdigit():
            raise invalid("Deletion of aliases is not currently supported.")
        pointing = [a.name for a in self.list_aliases(plain) if version in _targets(a)]
        if pointing:
            raise conflict(
                f"Unable to delete version because the following aliases reference it: [{', '.join(pointing)}]"
            )
        self._versions(plain).remove(function)
        _hands.version_deleted(function.function_arn.rpartition(":")[0], version)

    def put_function_concurrency(self, function_name: str, reserved_concurrency: Any) -> Any:
        plain, qualifier = self._read(function_name)
        if qualifier:
            raise invalid(NO_QUALIFIER)
        validate("PutFunctionConcurrency", {"ReservedConcurrentExecutions": reserved_concurrency})
        complaint = _hands.reserve(self.get_function(plain).function_arn, int(reserved_concurrency))
        if complaint:
            raise invalid(complaint)
        return super().put_function_concurrency(plain, reserved_concurrency)

    def delete_function_concurrency(self, function_name: str) -> None:
        _hands.reserve(self.get_function(function_name).function_arn, None)
        super().delete_function_concurrency(function_name)

    def add_permission(self, function_name: str, qualifier: str, raw: str) -> Any:
        wanted = json.loads(raw)
        validate("AddPermission", wanted)
        plain, which = self._read(function_name, qualifier)
        if which == "$LATEST":
            raise invalid("We currently do not support adding policies for $LATEST.")
        policy = self.policy(plain, which)
        for statement in policy.statements:
            if statement.get("Sid") == wanted.get("StatementId"):
                raise conflict(
                    f"The statement id ({wanted['StatementId']}) provided already exists. "
                    "Please provide a new statement id, or remove the existing statement."
                )
        added = policy.add_statement(raw, which)[0]
        whole = written(wanted, added["Resource"])
        added.clear()  # moto knows neither the conditions of function URLs nor an account as a principal
        added.update(whole)
        return added

    def remove_permission(self, function_name: str, sid: str, revision: str = "", qualifier: str | None = None) -> None:
        self.policy(function_name, qualifier).del_statement(sid, revision)

    def get_policy(self, function_name: str, qualifier: str | None = None) -> str:
        return str(self.policy(function_name, qualifier).wire_format())

    def policy(self, function_name: str, qualifier: str | None = None) -> Any:
        """The resource policy of a function, a version or an alias: each has its own."""
        plain, which = self._read(function_name, qualifier)
        named = [alias for alias in self.list_aliases(plain) if alias.name == which]
        owner: Any = named[0] if named else self.get_function(plain, which)
        return owner.policy


def _check(operation: str, settings: dict[str, Any]) -> None:
    validate(operation, settings)
    _agree(settings_complaint(settings))


def _agree(complaint: str | None) -> None:
    """Refuse what there is a complaint about."""
    if complaint:
        raise invalid(complaint)


def _targets(alias: Any) -> set[str]:
    return {alias.function_version, *((alias.routing_config or {}).get("AdditionalVersionWeights") or {})}


def install(hands: FunctionHands) -> None:
    """Put our classes in moto's places, before moto makes its first backend."""
    global _hands
    _hands = LabBackend.hands = LabFunction.hands = hands
    vars(lambda_models)["LambdaFunction"] = LabFunction
    lambda_models.lambda_backends.backend = LabBackend


def backend(region: str) -> LabBackend:
    """The region's control plane."""
    made: Any = lambda_models.lambda_backends[ACCOUNT][region]
    return cast(LabBackend, made)


def function(region: str, name: str, qualifier: str | None) -> Any:
    """moto's function object.

    Raises:
        LookupError: there is none by this name or qualifier.
    """
    try:
        return backend(region).get_function(name, qualifier)
    except UnknownFunctionException as missing:
        raise LookupError(str(missing)) from None


def shares(region: str, name: str, qualifier: str | None) -> Mapping[str, float]:
    """Which versions an alias stands for, with the share of requests that each gets; empty for what is no alias.

    Raises:
        LookupError: there is no such function.
    """
    try:
        return aliases.shares(backend(region), name, qualifier)
    except UnknownFunctionException as missing:
        raise LookupError(str(missing)) from None


def statements(region: str, name: str, qualifier: str | None) -> list[Any]:
    """Those of a function's resource policy.

    Raises:
        LookupError: there is no function by this name or qualifier.
    """
    try:
        return list(backend(region).policy(name, qualifier).statements)
    except UnknownFunctionException as missing:
        raise LookupError(str(missing)) from None


def event_settings(region: str, name: str, qualifier: str | None) -> EventSettings:
    """What is set for asynchronous events by this name and qualifier."""
    return backend(region).event_settings(name, qualifier)


def layer(region: str, arn: str) -> tuple[bytes, str]:
    """A layer version's zip and its hash; of one that was deleted, nothing."""
    version = backend(region).layers_versions_by_arn(arn)
    return (bytes(version.code_bytes), str(version.code_sha_256)) if version else (b"", "")
