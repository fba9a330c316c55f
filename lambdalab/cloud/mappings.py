"""Event source mappings in the control plane: what AWS refuses is refused, and each one that is taken gets a poller.

On AWS a mapping is made in the background, and read with the rights of the function's role, which is why it is refused
when the role lacks them. moto takes what it is told, and knows no states. Here a mapping is made at once: the answer
says Creating, and Enabled when it is read. Left out: sources other than queues and tables' streams, tumbling windows,
more than one batch a shard at once, and the check of the role on every later read. Follows
https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html; lesson 07.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import moto.awslambda.models as lambda_models
from moto.awslambda.exceptions import UnknownFunctionException

from lambdalab.cloud import mapping_rules
from lambdalab.cloud.refusals import conflict, invalid, not_found, validate
from lambdalab.keys import ACCOUNT
from lambdalab.service import names
from lambdalab.service.model import FunctionNotFound
from lambdalab.triggers.mappings import REPORTS, EventSourceMapping

TOUCHED = {
    "moto.awslambda.models": [
        "EventSourceMapping",
        "lambda_backends",
        "LambdaBackend.create_event_source_mapping",
        "LambdaBackend.update_event_source_mapping",
        "LambdaBackend.delete_event_source_mapping",
        "LambdaBackend.list_event_source_mappings",
        "LambdaBackend.create_function",
    ],
    "moto.awslambda.exceptions": ["UnknownFunctionException"],
}
_STREAM_DEFAULTS: Mapping[str, Any] = {
    "BatchSize": 100,
    "BisectBatchOnFunctionError": False,
    "DestinationConfig": {"OnFailure": {}},
    "FunctionResponseTypes": [],
    "MaximumBatchingWindowInSeconds": 0,
    "MaximumRecordAgeInSeconds": -1,
    "MaximumRetryAttempts": -1,
    "ParallelizationFactor": 1,
    "TumblingWindowInSeconds": 0,
}
_QUEUE_DEFAULTS: Mapping[str, Any] = {
    "BatchSize": 10,
    "FunctionResponseTypes": [],
    "MaximumBatchingWindowInSeconds": 0,
}
_EMPTY_REMOVES = ("ScalingConfig", "FilterCriteria", "KMSKeyArn", "MetricsConfig")
_NOT_ANSWERED = ("FunctionName", "Enabled", "Tags")


class MappingHands(Protocol):
    """Who is told of mappings."""

    def now(self) -> float: ...

    def mapping_changed(self, mapping: EventSourceMapping) -> None:
        """It was made, set anew, switched on or off, or may have its function again."""

    def mapping_deleted(self, uuid: str) -> None: ...


_hands: MappingHands


def install(hands: MappingHands) -> None:
    global _hands
    _hands = hands


class LabMapping(lambda_models.EventSourceMapping):
    """One mapping in moto's store.

    Args:
        spec: what was asked for, and FunctionArn, RegionName and AccountId.
    """

    def __init__(self, spec: dict[str, Any]) -> None:
        super().__init__(spec)
        defaults = _QUEUE_DEFAULTS if _service(spec["EventSourceArn"]) == "sqs" else _STREAM_DEFAULTS
        self.settings: dict[str, Any] = {**defaults, **_given(spec)}
        self.becomes, self.last_result = "Creating", "No records processed"
        self.last_modified = _hands.now()

    def set(self, spec: Mapping[str, Any]) -> None:
        """Change what is given."""
        was = self.settings.get("Enabled", True)
        self.settings = {name: v for name, v in {**self.settings, **spec}.items() if v or name not in _EMPTY_REMOVES}
        self.enabled = self.settings.get("Enabled", True)
        self.function_arn = self.settings["FunctionArn"]
        self.becomes = "Updating" if was == self.enabled else "Enabling" if self.enabled else "Disabling"
        self.last_modified = _hands.now()

    def get_configuration(self) -> dict[str, Any]:
        state, self.becomes = self.becomes or ("Enabled" if self.enabled else "Disabled"), ""
        of_stream = _service(self.settings["EventSourceArn"]) != "sqs"
        return {
            **{name: value for name, value in self.settings.items() if name not in _NOT_ANSWERED},
            "UUID": self.uuid,
            "EventSourceMappingArn": self.arn,
            "LastModified": self.last_modified,
            "State": state,
            "StateTransitionReason": "User action" if of_stream else "USER_INITIATED",
            **({"LastProcessingResult": self.last_result} if of_stream else {}),
        }

    @property
    def frozen(self) -> EventSourceMapping:
        """What its poller knows of it."""
        of = self.settings
        return EventSourceMapping(
            uuid=self.uuid,
            source_arn=of["EventSourceArn"],
            function_arn=of["FunctionArn"],
            batch_size=int(of["BatchSize"]),
            window_seconds=float(of["MaximumBatchingWindowInSeconds"]),
            filters=mapping_rules.filters(of),
            reports=REPORTS in of["FunctionResponseTypes"],
            enabled=bool(self.enabled),
            most_at_once=of.get("ScalingConfig", {}).get("MaximumConcurrency"),
            starting_position=of.get("StartingPosition", ""),
            bisects=bool(of.get("BisectBatchOnFunctionError")),
            most_retries=int(of.get("MaximumRetryAttempts", -1)),
            oldest_seconds=float(of.get("MaximumRecordAgeInSeconds", -1)),
            on_failure_arn=of.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", ""),
        )


class MappingBackend(lambda_models.LambdaBackend):
    """The part of the control plane that keeps mappings."""

    _event_source_mappings: dict[str, Any]

    def create_event_source_mapping(self, spec: dict[str, Any]) -> Any:
        validate("CreateEventSourceMapping", spec)
        arn = spec.get("EventSourceArn") or ""
        if _service(arn) not in ("sqs", "dynamodb", "kinesis"):
            raise invalid("Unrecognized event source.")
        if _service(arn) == "kinesis":
            raise invalid("lambdalab reads queues and the streams of tables; Kinesis is left out.")
        function_arn, function = self._mapped(spec["FunctionName"])
        if arn.split(":")[3] != self.region_name:
            raise invalid(f"Event source region must match Lambda region {self.region_name}.")
        spec = {**spec, "FunctionArn": function_arn}
        mapping_rules.check_settings(spec)
        mapping_rules.check_source(arn, function)
        for other in self._event_source_mappings.values():
            if (other.settings["EventSourceArn"], other.function_arn) == (arn, function_arn):
                raise conflict(_twice(arn, function.function_name, other.uuid))
        whole = {**spec, "RegionName": self.region_name, "AccountId": self.account_id}
        made = LabMapping(whole)  # type: ignore[abstract]  # moto's class leaves out what only CloudFormation asks
        self._event_source_mappings[made.uuid] = made
        _hands.mapping_changed(made.frozen)
        return made

    def update_event_source_mapping(self, uuid: str, spec: dict[str, Any]) -> Any:
        validate("UpdateEventSourceMapping", spec)
        found = self._mapping(uuid)
        wanted = _given(spec)
        mapping_rules.check_settings({**found.settings, **wanted})
        if spec.get("FunctionName"):
            wanted["FunctionArn"], function = self._mapped(spec["FunctionName"])
            mapping_rules.check_source(found.settings["EventSourceArn"], function)
        found.set(wanted)
        _hands.mapping_changed(found.frozen)
        return found

    def delete_event_source_mapping(self, uuid: str) -> Any:
        found = self._mapping(uuid)
        del self._event_source_mappings[uuid]
        _hands.mapping_deleted(uuid)
        return found

    def list_event_source_mappings(self, event_source_arn: str, function_name: str) -> Any:
        wanted = self._called(function_name)[0] if function_name else None
        return [
            one
            for one in self._event_source_mappings.values()
            if event_source_arn in (None, one.settings["EventSourceArn"]) and wanted in (None, one.function_arn)
        ]

    def create_function(self, spec: dict[str, Any]) -> Any:
        function = super().create_function(spec)
        for one in self._event_source_mappings.values():  # those of a deleted function of this name wait for it
            if one.function_arn.split(":")[6] == function.function_name:
                _hands.mapping_changed(one.frozen)
        return function

    def _mapping(self, uuid: str) -> Any:
        if uuid not in self._event_source_mappings:
            raise not_found("The resource you requested does not exist.")
        return self._event_source_mappings[uuid]

    def _called(self, name: str) -> tuple[str, str, str | None]:
        """A function's ARN with its qualifier, its plain name, and the qualifier."""
        plain, qualifier = names.read(self.region_name, name, None)
        arn = f"arn:aws:lambda:{self.region_name}:{ACCOUNT}:function:{plain}"
        return f"{arn}:{qualifier}" if qualifier else arn, plain, qualifier

    def _mapped(self, name: str) -> tuple[str, Any]:
        """The ARN that is called, and the function."""
        try:
            arn, plain, qualifier = self._called(name)
            return arn, self.get_function(plain, qualifier)
        except (FunctionNotFound, UnknownFunctionException):
            raise invalid("Function does not exist") from None


def processed(uuid: str, region: str, result: str) -> None:
    """A batch of a stream was tried; a mapping that is deleted meanwhile keeps nothing."""
    mapping = lambda_models.lambda_backends[ACCOUNT][region]._event_source_mappings.get(uuid)
    if isinstance(mapping, LabMapping):
        mapping.last_result = result


def _service(arn: str) -> str:
    return arn.split(":")[2] if arn.count(":") >= 5 else ""


def _given(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {name: v for name, v in spec.items() if v is not None and name not in ("UUID", "RegionName", "AccountId")}


def _twice(arn: str, name: str, uuid: str) -> str:
    pair = f'(" {arn} ") and function (" {name} ")'
    what = f"An event source mapping with SQS arn {pair} already exists."
    if _service(arn) != "sqs":
        what = f"The event source arn {pair} provided mapping already exists."
    return f"{what} Please update or delete the existing mapping with UUID {uuid}"
