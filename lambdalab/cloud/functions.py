"""One function in moto's stores: its settings, its state, its versions' contents.

On AWS GetFunction tells them. moto's class keeps most of them and makes invocations up; this subclass keeps the rest,
and hands invocations over.
"""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol

import moto.awslambda.models as lambda_models
from moto.awslambda.policy import Policy

from lambdalab.cloud import registry
from lambdalab.cloud.limits import code_complaint
from lambdalab.cloud.refusals import invalid
from lambdalab.images import archive
from lambdalab.runtime.files import cannot_be_shown

TOUCHED = {
    "moto.awslambda.models": [
        "ImageConfig",
        "LambdaFunction.invoke",
        "LambdaFunction._set_function_code",
        "LambdaFunction.get_configuration",
        "LambdaFunction.get_code",
        "LambdaFunction.update_configuration",
        "LambdaFunction.update_function_code",
        "LambdaFunction.set_version",
    ],
    "moto.awslambda.policy": ["Policy"],
}
CREATING = {"State": "Pending", "StateReason": "The function is being created.", "StateReasonCode": "Creating"}


class InvocationHands(Protocol):
    """Who takes invocations, and knows where code can be fetched: region, name, version."""

    @property
    def code_location(self) -> Callable[[str, str, str], str]: ...

    def function_invoked(self, region: str, name: str, version: str, payload: bytes) -> None: ...


class LabFunction(lambda_models.LambdaFunction):
    """moto's function, whose invocation is handed over instead of being made up, with the settings that moto drops."""

    __module__ = "moto.awslambda.models"
    hands: ClassVar[InvocationHands]
    image: bytes | None = None

    def __init__(self, account_id: str, spec: dict[str, Any], region: str, version: str | int = 1) -> None:
        super().__init__(account_id, spec, region, version)
        self.snap_start = str((spec.get("SnapStart") or {}).get("ApplyOn", "None"))
        self.dead_letters = str((spec.get("DeadLetterConfig") or {}).get("TargetArn") or "")
        self.published = 0
        self._touch()

    def invoke(self, body: str, request_headers: Any, response_headers: Any) -> bytes:
        self.hands.function_invoked(self.region, self.function_name, str(self.version), (body or "{}").encode())
        return b""

    def get_configuration(self, on_create: bool = False) -> dict[str, Any]:
        is_version = str(self.version) != "$LATEST"
        status = "On" if is_version and self.snap_start == "PublishedVersions" else "Off"
        return {
            **super().get_configuration(on_create),
            **(CREATING if on_create else {}),
            **({"DeadLetterConfig": {"TargetArn": self.dead_letters}} if self.dead_letters else {}),
            "RevisionId": self.revision_id,
            "SnapStart": {"ApplyOn": self.snap_start, "OptimizationStatus": status},
        }

    def get_code(self) -> dict[str, Any]:
        answer: dict[str, Any] = super().get_code()
        if self.package_type == "Zip":
            answer["Code"]["Location"] = self.hands.code_location(self.region, self.function_name, str(self.version))
        if self.reserved_concurrency is not None:  # moto leaves a reservation of 0 out
            answer["Concurrency"] = {"ReservedConcurrentExecutions": self.reserved_concurrency}
        return answer

    def update_configuration(self, config_updates: dict[str, Any]) -> dict[str, Any]:
        super().update_configuration(config_updates)
        if "EphemeralStorage" in config_updates:
            self.ephemeral_storage = config_updates["EphemeralStorage"]["Size"]
        if "SnapStart" in config_updates:
            self.snap_start = config_updates["SnapStart"]["ApplyOn"]
        if "DeadLetterConfig" in config_updates:
            self.dead_letters = str(config_updates["DeadLetterConfig"].get("TargetArn") or "")
        if "ImageConfig" in config_updates:
            self.image_config = lambda_models.ImageConfig(config_updates["ImageConfig"])
        if "TracingConfig" in config_updates:
            self.tracing_config = config_updates["TracingConfig"]
        self._touch()
        return self.get_configuration()

    def update_function_code(self, updated_spec: dict[str, Any]) -> dict[str, Any]:
        if not updated_spec.get("DryRun"):
            if updated_spec.get("Architectures"):
                self.architectures = updated_spec["Architectures"]
            super().update_function_code(updated_spec)
            self._touch()
        return self.get_configuration()

    def shape(self) -> str:
        """Everything that makes two versions different."""
        told = self.get_configuration()
        same = ("FunctionArn", "Version", "LastModified", "RevisionId", "State", "LastUpdateStatus", "SnapStart")
        return json.dumps([self.snap_start, {k: v for k, v in told.items() if k not in same}], sort_keys=True)

    def published_as(self, number: int, description: str) -> LabFunction:
        """A copy that keeps what the function is now, under a number."""
        version = copy.copy(self)
        version.set_version(number)
        version.policy = Policy(self)
        version.reserved_concurrency = None
        version.description = description or self.description
        version._touch()
        return version

    def _touch(self) -> None:
        self.revision_id = str(uuid.uuid4())
        self.last_modified = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "+0000"

    def _set_function_code(self, updated_spec: dict[str, Any]) -> None:
        super()._set_function_code(updated_spec)
        if self.package_type == "Zip" and not updated_spec.get("DryRun") and (text := code_complaint(self.code_bytes)):
            raise invalid(text)
        if "ImageUri" in updated_spec and not updated_spec.get("DryRun"):
            self._take_image(updated_spec["ImageUri"])

    def _take_image(self, uri: str) -> None:
        """Keep the image that the URI names now: a tag that is moved later changes nothing."""
        try:
            image = registry.find(self.account_id, self.region, uri)
        except LookupError:
            raise invalid(f"Source image {uri} does not exist. Provide a valid source image.") from None
        if text := cannot_be_shown(image):
            raise invalid(text)
        self.image, self.code_sha_256 = archive(image), image.digest.removeprefix("sha256:")
