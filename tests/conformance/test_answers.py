"""Every answer that boto3's Lambda client gets here is one that AWS's own model allows.

botocore's model states the status, the members, their types, allowed words and patterns of each answer and each error.
The oracle is that model; the answers are read as they come over the wire, before botocore parses them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdalab import Lab
from lambdalab.functions import package

COMMON_ERRORS = {"ValidationException": 400, "AccessDeniedException": 403}
CODE = {"ZipFile": package({"lambda_function.py": "def handler(event, context):\n    return event"})}
TYPES = {
    "string": str,
    "timestamp": (str, int, float),
    "blob": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "list": list,
    "map": dict,
    "structure": dict,
}


def faults(shape: Any, value: Any, at: str) -> Iterator[str]:
    """What the model does not allow in a value."""
    if not isinstance(value, TYPES[shape.type_name]):
        yield f"{at}: {value!r} is no {shape.type_name}"
    elif shape.type_name == "structure":
        in_body = {n: m for n, m in shape.members.items() if "location" not in m.serialization}
        named = {m.serialization.get("name", n): m for n, m in in_body.items()}
        for name in value.keys() - named.keys():
            yield f"{at}.{name}: unknown to the model"
        for name in shape.required_members:
            if name in in_body and value.get(name) is None:
                yield f"{at}.{name}: missing"
        for name, member in named.items():
            if value.get(name) is not None:
                yield from faults(member, value[name], f"{at}.{name}")
    elif shape.type_name == "list":
        for number, one in enumerate(value):
            yield from faults(shape.member, one, f"{at}[{number}]")
    elif shape.type_name == "map":
        for key, one in value.items():
            yield from faults(shape.value, one, f"{at}.{key}")
    elif shape.type_name == "string":
        rules = shape.metadata
        if rules.get("enum") and value not in rules["enum"]:
            yield f"{at}: {value!r} is not one of {rules['enum']}"
        if rules.get("pattern") and r"\p" not in rules["pattern"] and not re.fullmatch(rules["pattern"], value):
            yield f"{at}: {value!r} does not match {rules['pattern']}"


class Witness:
    """Reads each answer on its way to botocore's parser, and writes down what is wrong with it."""

    def __init__(self, client: Any) -> None:
        self.client, self.seen, self.wrong = client, set(), []  # type: tuple[Any, set[str], list[str]]
        client.meta.events.register("after-call.lambda", self.look)

    def look(self, http_response: Any, model: Any, **_: Any) -> None:
        status = http_response.status_code
        if status >= 300:
            self.wrong += [f"{model.name} {text}" for text in self.refusal(http_response)]
            return
        self.seen.add(model.name)
        self.wrong += [f"{model.name} {text}" for text in self.answer(http_response, model)]

    def answer(self, http_response: Any, model: Any) -> Iterator[str]:
        status, shape = http_response.status_code, model.output_shape
        members = shape.members.values() if shape else []
        varies = any(m.serialization.get("location") == "statusCode" for m in members)
        if not varies and status != model.http["responseCode"]:
            yield f"status {status}, not {model.http['responseCode']}"
        if not http_response.headers.get("x-amzn-RequestId"):
            yield "has no request id"
        if model.has_streaming_output:
            return
        if status == 204 or not shape:
            if http_response.content:
                yield f"has a body where there is none: {http_response.content!r}"
            return
        if http_response.headers.get("Content-Type") != "application/json":
            yield f"content type {http_response.headers.get('Content-Type')}"
        yield from faults(shape, json.loads(http_response.content or b"{}"), "")

    def refusal(self, http_response: Any) -> Iterator[str]:
        status, name = http_response.status_code, http_response.headers.get("x-amzn-ErrorType", "")
        self.seen.add(name)
        if name in COMMON_ERRORS:
            if status != COMMON_ERRORS[name]:
                yield f"{name}: status {status}"
            return
        shapes = {s.name: s for s in self.client.meta.service_model.error_shapes}
        if name not in shapes:
            yield f"error {name!r} is not in the model"
            return
        if status != shapes[name].metadata["error"]["httpStatusCode"]:
            yield f"{name}: status {status}"
        yield from faults(shapes[name], json.loads(http_response.content), name)


@pytest.fixture
def witness(lab: Lab) -> Iterator[Witness]:
    made = Witness(boto3.client("lambda", config=Config(retries={"max_attempts": 0})))
    yield made
    for function in made.client.list_functions()["Functions"]:
        if function["FunctionName"].startswith("answers"):
            made.client.delete_function(FunctionName=function["FunctionName"])
    assert made.wrong == []


def refused(operation: Any, name: str, **call: Any) -> None:
    with pytest.raises(ClientError) as error:
        operation(**call)
    assert error.value.response["Error"]["Code"] == name


def create(witness: Witness, lab: Lab, **settings: Any) -> Any:
    return witness.client.create_function(
        FunctionName="answers",
        Runtime="python3.12",
        Handler="lambda_function.handler",
        Role=lab.role,
        Code=CODE,
        **settings,
    )


def test_functions(witness: Witness, lab: Lab) -> None:
    client = witness.client
    settings = {"Environment": {"Variables": {"A": "1"}}, "MemorySize": 256, "Tags": {"course": "lambda"}}
    arn = create(witness, lab, **settings)["FunctionArn"]
    client.get_function(FunctionName="answers")
    client.get_function_configuration(FunctionName=arn)
    client.update_function_configuration(FunctionName="answers", Timeout=4, EphemeralStorage={"Size": 1024})
    client.update_function_code(FunctionName="answers", ZipFile=CODE["ZipFile"])
    client.list_functions()
    client.list_functions(FunctionVersion="ALL")
    client.list_tags(Resource=arn)
    client.tag_resource(Resource=arn, Tags={"more": "1"})
    client.untag_resource(Resource=arn, TagKeys=["more"])
    client.get_account_settings()
    refused(client.get_function, "ResourceNotFoundException", FunctionName="nobody")
    refused(client.get_function, "InvalidParameterValueException", FunctionName="answers:1", Qualifier="2")
    with pytest.raises(ClientError):
        create(witness, lab)
    refused(client.update_function_configuration, "ValidationException", FunctionName="answers", Timeout=901)
    refused(
        client.update_function_configuration, "PreconditionFailedException", FunctionName="answers", RevisionId="old"
    )
    client.delete_function(FunctionName="answers")
    assert {"CreateFunction", "GetFunction", "ListFunctions", "ResourceConflictException"} <= witness.seen


def test_calls(witness: Witness, lab: Lab) -> None:
    client = witness.client
    create(witness, lab)
    client.invoke(FunctionName="answers")
    client.invoke(FunctionName="answers", InvocationType="DryRun")
    client.invoke(FunctionName="answers", InvocationType="Event")
    refused(client.invoke, "ResourceNotFoundException", FunctionName="nobody")
    refused(client.invoke, "InvalidRequestContentException", FunctionName="answers", Payload=b"{")
    refused(client.invoke, "RequestTooLargeException", FunctionName="answers", Payload=b"1" * (6 * 2**20 + 1))
    client.put_function_concurrency(FunctionName="answers", ReservedConcurrentExecutions=0)
    refused(client.invoke, "TooManyRequestsException", FunctionName="answers")


def test_versions_and_aliases(witness: Witness, lab: Lab) -> None:
    client = witness.client
    create(witness, lab, SnapStart={"ApplyOn": "PublishedVersions"})
    client.publish_version(FunctionName="answers")
    client.update_function_configuration(FunctionName="answers", Description="second")
    client.publish_version(FunctionName="answers", Description="two")
    client.list_versions_by_function(FunctionName="answers")
    routing = {"AdditionalVersionWeights": {"2": 0.5}}
    client.create_alias(FunctionName="answers", Name="live", FunctionVersion="1", RoutingConfig=routing)
    client.get_alias(FunctionName="answers", Name="live")
    client.update_alias(FunctionName="answers", Name="live", FunctionVersion="2", RoutingConfig={})
    client.list_aliases(FunctionName="answers")
    refused(client.get_alias, "ResourceNotFoundException", FunctionName="answers", Name="none")
    again = {"FunctionName": "answers", "Name": "live", "FunctionVersion": "1"}
    refused(client.create_alias, "ResourceConflictException", **again)
    refused(client.publish_version, "PreconditionFailedException", FunctionName="answers", RevisionId="old")
    refused(client.delete_function, "InvalidParameterValueException", FunctionName="answers", Qualifier="$LATEST")
    client.delete_alias(FunctionName="answers", Name="live")
    client.delete_function(FunctionName="answers", Qualifier="1")


def test_concurrency(witness: Witness, lab: Lab) -> None:
    client = witness.client
    create(witness, lab)
    client.publish_version(FunctionName="answers")
    client.get_function_concurrency(FunctionName="answers")
    client.put_function_concurrency(FunctionName="answers", ReservedConcurrentExecutions=5)
    client.get_function_concurrency(FunctionName="answers")
    client.get_function(FunctionName="answers")
    provisioned = {"FunctionName": "answers", "Qualifier": "1"}
    client.put_provisioned_concurrency_config(**provisioned, ProvisionedConcurrentExecutions=1)
    client.get_provisioned_concurrency_config(**provisioned)
    client.list_provisioned_concurrency_configs(FunctionName="answers")
    client.delete_provisioned_concurrency_config(**provisioned)
    name = "ProvisionedConcurrencyConfigNotFoundException"
    refused(client.get_provisioned_concurrency_config, name, **provisioned)
    client.delete_function_concurrency(FunctionName="answers")


def test_permissions_and_layers(witness: Witness, lab: Lab) -> None:
    client = witness.client
    create(witness, lab)
    permission = {"StatementId": "s3", "Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com"}
    client.add_permission(FunctionName="answers", **permission)
    client.get_policy(FunctionName="answers")
    refused(client.add_permission, "ResourceConflictException", FunctionName="answers", **permission)
    client.remove_permission(FunctionName="answers", StatementId="s3")
    refused(client.get_policy, "ResourceNotFoundException", FunctionName="answers")
    arn = client.publish_layer_version(LayerName="answers", Content=CODE)["LayerVersionArn"]
    client.update_function_configuration(FunctionName="answers", Layers=[arn])
    client.list_layers()
    client.list_layer_versions(LayerName="answers")
    client.get_layer_version(LayerName="answers", VersionNumber=1)
    client.delete_layer_version(LayerName="answers", VersionNumber=1)


def test_the_witness_sees_what_is_wrong(lab: Lab) -> None:
    model = boto3.client("lambda").meta.service_model
    shape = model.operation_model("GetAlias").output_shape
    assert list(faults(shape, {"Name": "live", "FunctionVersion": "1"}, "")) == []
    said = list(faults(shape, {"Name": 7, "Colour": "red", "FunctionVersion": "one"}, ""))
    assert len(said) == 3 and any("Colour: unknown" in text for text in said)
