"""States of functions (AWS_SEMANTICS 49), and the settings that a configuration has (26)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from lambdalab.functions import package

Deploy = Callable[..., Function]
SOURCE = "def handler(event, context):\n    return 1"
CODE = package({"lambda_function.py": SOURCE})


def client() -> Any:
    return boto3.client("lambda")


@pytest.fixture
def settings(lab: Lab) -> dict[str, Any]:
    return {
        "FunctionName": "states",
        "Runtime": "python3.12",
        "Handler": "lambda_function.handler",
        "Role": lab.role,
        "Code": {"ZipFile": CODE},
    }


@pytest.fixture(autouse=True)
def gone(lab: Lab) -> Any:
    yield
    try:
        client().delete_function(FunctionName="states")
    except ClientError as missing:
        assert missing.response["Error"]["Code"] == "ResourceNotFoundException"


def refusal(operation: str, **call: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as error:
        getattr(client(), operation)(**call)
    return error.value.response["Error"]["Code"], error.value.response["Error"]["Message"]


def test_49_a_new_function_is_pending_in_the_answer_and_then_active(settings: dict[str, Any]) -> None:
    answer = client().create_function(**settings)
    assert (answer["State"], answer["StateReason"], answer["StateReasonCode"]) == (
        "Pending",
        "The function is being created.",
        "Creating",
    )
    assert "LastUpdateStatus" not in answer
    now = client().get_function(FunctionName="states")["Configuration"]
    assert (now["State"], now["LastUpdateStatus"]) == ("Active", "Successful")
    assert "StateReason" not in now


def test_49_an_update_is_in_progress_in_the_answer_and_then_successful(settings: dict[str, Any]) -> None:
    client().create_function(**settings)
    by_setting = client().update_function_configuration(FunctionName="states", Timeout=4)
    by_code = client().update_function_code(FunctionName="states", ZipFile=CODE)
    assert [a["LastUpdateStatus"] for a in (by_setting, by_code)] == ["InProgress", "InProgress"]
    assert [a["State"] for a in (by_setting, by_code)] == ["Active", "Active"]
    assert client().get_function_configuration(FunctionName="states")["LastUpdateStatus"] == "Successful"


def test_49_botos_waiters_come_to_their_end(settings: dict[str, Any]) -> None:
    quick = {"Delay": 0, "MaxAttempts": 2}
    client().create_function(**settings)
    client().get_waiter("function_active_v2").wait(FunctionName="states", WaiterConfig=quick)
    client().update_function_configuration(FunctionName="states", SnapStart={"ApplyOn": "PublishedVersions"})
    client().get_waiter("function_updated_v2").wait(FunctionName="states", WaiterConfig=quick)
    published = client().publish_version(FunctionName="states")
    assert published["State"] == "Pending", "its snapshot is not there yet"
    client().get_waiter("published_version_active").wait(
        FunctionName="states", Qualifier=published["Version"], WaiterConfig=quick
    )


def test_49_a_change_is_seen_in_the_revision_id_and_the_time(settings: dict[str, Any]) -> None:
    seen = [client().create_function(**settings)]
    seen.append(client().update_function_configuration(FunctionName="states", Timeout=4))
    seen.append(client().update_function_code(FunctionName="states", ZipFile=CODE))
    assert len({answer["RevisionId"] for answer in seen}) == 3
    assert [a["LastModified"] for a in seen] == sorted(a["LastModified"] for a in seen)
    assert client().get_function_configuration(FunctionName="states")["RevisionId"] == seen[-1]["RevisionId"]
    dry = client().update_function_code(FunctionName="states", ZipFile=package({"a.py": ""}), DryRun=True)
    assert (dry["RevisionId"], dry["CodeSha256"]) == (seen[-1]["RevisionId"], seen[-1]["CodeSha256"])


def test_23_snap_start_is_on_for_published_versions_and_off_for_latest(settings: dict[str, Any]) -> None:
    client().create_function(**settings, SnapStart={"ApplyOn": "PublishedVersions"})
    client().publish_version(FunctionName="states")
    latest = client().get_function_configuration(FunctionName="states")["SnapStart"]
    version = client().get_function_configuration(FunctionName="states", Qualifier="1")["SnapStart"]
    assert latest == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    assert version == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}


def test_23_snap_start_and_a_tmp_above_512_mb_exclude_each_other(settings: dict[str, Any]) -> None:
    snap_start, large = {"ApplyOn": "PublishedVersions"}, {"Size": 513}
    both = {"SnapStart": snap_start, "EphemeralStorage": large}
    code, text = refusal("create_function", **settings, **both)
    assert code == "InvalidParameterValueException"
    assert text.endswith("is not supported for SnapStart enabled functions.")
    client().create_function(**settings, SnapStart=snap_start, EphemeralStorage={"Size": 512})
    assert refusal("update_function_configuration", FunctionName="states", EphemeralStorage=large) == (code, text)
    now = client().update_function_configuration(
        FunctionName="states", SnapStart={"ApplyOn": "None"}, EphemeralStorage=large
    )
    assert (now["SnapStart"]["ApplyOn"], now["EphemeralStorage"]["Size"]) == ("None", 513)
    assert refusal("update_function_configuration", FunctionName="states", SnapStart=snap_start) == (code, text)


def test_23_snap_start_is_not_for_container_images(lab: Lab) -> None:
    image = {"PackageType": "Image", "Code": {"ImageUri": "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1"}}
    snap_start = {"ApplyOn": "PublishedVersions"}
    assert refusal("create_function", FunctionName="states", Role=lab.role, SnapStart=snap_start, **image) == (
        "InvalidParameterValueException",
        "ContainerImage is not supported for SnapStart enabled functions.",
    )


@pytest.mark.parametrize(
    ("setting", "within", "beyond"),
    [
        ("MemorySize", [128, 10_240], [127, 10_241]),
        ("Timeout", [1, 900], [0, 901]),
        ("EphemeralStorage", [{"Size": 512}, {"Size": 10_240}], [{"Size": 511}, {"Size": 10_241}]),
    ],
)
def test_26_the_limits_of_a_setting(settings: dict[str, Any], setting: str, within: Any, beyond: Any) -> None:
    client().create_function(**settings)
    lax = boto3.client("lambda", config=Config(parameter_validation=False))
    for value in beyond:
        with pytest.raises(ClientError) as error:
            lax.update_function_configuration(FunctionName="states", **{setting: value})
        assert error.value.response["Error"]["Code"] in ("ValidationException", "InvalidParameterValueException")
    for value in within:
        client().update_function_configuration(FunctionName="states", **{setting: value})
        assert client().get_function_configuration(FunctionName="states")[setting] == value


def test_26_environment_variables_have_4_kb_in_all(settings: dict[str, Any]) -> None:
    fits = {"A": "x" * (4096 - len('{"A":""}'))}
    client().create_function(**settings, Environment={"Variables": fits})
    more = {"A": fits["A"] + "x"}
    code, text = refusal("update_function_configuration", FunctionName="states", Environment={"Variables": more})
    assert code == "InvalidParameterValueException"
    assert "exceeded the 4KB limit. String measured: " + json.dumps(more, separators=(",", ":")) in text


def test_19_reserved_names_cannot_be_set(settings: dict[str, Any]) -> None:
    wrong = {"Variables": {"AWS_REGION": "mars-east-1", "MINE": "1"}}
    code, text = refusal("create_function", **settings, Environment=wrong)
    assert code == "InvalidParameterValueException"
    assert text.endswith("Reserved keys used in this request: AWS_REGION")


def test_26_a_function_takes_five_layers(settings: dict[str, Any]) -> None:
    arns = [
        client().publish_layer_version(LayerName=f"layer-{n}", Content={"ZipFile": CODE})["LayerVersionArn"]
        for n in range(6)
    ]
    client().create_function(**settings, Layers=arns[:5])
    said = refusal("update_function_configuration", FunctionName="states", Layers=arns)
    assert said == ("InvalidParameterValueException", "Cannot reference more than 5 layers.")


def test_26_code_has_250_mb_when_it_is_unzipped(settings: dict[str, Any]) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("large.bin", bytes(262_144_001))
    said = refusal("create_function", **{**settings, "Code": {"ZipFile": out.getvalue()}})
    assert said == ("InvalidParameterValueException", "Unzipped size must be smaller than 262144000 bytes")
