"""Provisioned concurrency (AWS_SEMANTICS 15, 28, 46): environments that are there before the first call."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdalab import Function, Lab

Deploy = Callable[..., Function]
HOW = """
import os

def handler(event, context):
    if event.get("end"):
        os._exit(1)
    return [os.getpid(), os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]]
"""
NONE_SET = (
    404,
    "ProvisionedConcurrencyConfigNotFoundException",
    "No Provisioned Concurrency Config found for this function",
)


def client() -> Any:
    return boto3.client("lambda")


def put(number: int, qualifier: str, name: str = "warm") -> dict[str, Any]:
    answer: dict[str, Any] = client().put_provisioned_concurrency_config(
        FunctionName=name, Qualifier=qualifier, ProvisionedConcurrentExecutions=number
    )
    return answer


def get(qualifier: str, name: str = "warm") -> dict[str, Any]:
    answer: dict[str, Any] = client().get_provisioned_concurrency_config(FunctionName=name, Qualifier=qualifier)
    return answer


def settled(qualifier: str, name: str = "warm") -> dict[str, Any]:
    """What is told when it is no longer IN_PROGRESS."""
    ends = time.monotonic() + 60
    while (told := get(qualifier, name))["Status"] == "IN_PROGRESS":
        assert time.monotonic() < ends, told
    return told


def refusal(ask: Callable[..., Any], *given: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as error:
        ask(*given)
    said = error.value.response
    return said["ResponseMetadata"]["HTTPStatusCode"], said["Error"]["Code"], said["Error"]["Message"]


@pytest.fixture
def warm(deploy: Deploy) -> Iterator[Function]:
    """A function with version 1, and the alias `live` on it."""
    function = deploy(HOW, name="warm")
    client().publish_version(FunctionName="warm")
    client().create_alias(FunctionName="warm", Name="live", FunctionVersion="1")
    yield function


def test_the_environments_are_started_before_the_first_call_which_is_then_warm(warm: Function, lab: Lab) -> None:
    answer = put(2, "1")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 202
    assert (answer["Status"], answer["RequestedProvisionedConcurrentExecutions"]) == ("IN_PROGRESS", 2)
    told = settled("1")
    assert told["Status"] == "READY"
    assert told["AvailableProvisionedConcurrentExecutions"] == told["AllocatedProvisionedConcurrentExecutions"] == 2
    waiting = {p.pid: p.state for p in lab.processes("warm")}
    assert len(waiting) == 2 and set(waiting.values()) == {"frozen"}
    first = warm.invoke(qualifier="1")
    assert first.answer[0] in waiting and first.answer[1] == "provisioned-concurrency"
    assert first.cold is False and first.report is not None
    assert "Init Duration" not in first.report.line() and "Init Duration" not in first.log
    assert (lab.counts("warm").inits, lab.counts("warm").environments) == (2, 2)


def test_what_is_not_provisioned_spills_over_to_ordinary_environments(warm: Function) -> None:
    put(2, "live")
    settled("live")
    results = warm.invoke_together([{}] * 3, qualifier="live")
    kinds = sorted(result.answer[1] for result in results)
    assert kinds == ["on-demand", "provisioned-concurrency", "provisioned-concurrency"]
    assert (results.cold_starts, results.environments) == (1, 3)
    assert warm.invoke(qualifier="live").answer[1] == "provisioned-concurrency", "a free provisioned one goes first"
    assert warm.invoke().answer[1] == "on-demand", "$LATEST has no part in it"


def test_keep_alive_does_not_reclaim_them(warm: Function, lab: Lab) -> None:
    put(1, "1")
    settled("1")
    pid = warm.invoke(qualifier="1").answer[0]
    warm.invoke()
    lab.clock.advance(hours=2)
    assert [p.pid for p in lab.processes("warm")] == [pid]
    assert warm.invoke(qualifier="1").answer[0] == pid


def test_one_whose_process_ends_is_replaced(warm: Function) -> None:
    put(1, "1")
    settled("1")
    pid = warm.invoke(qualifier="1").answer[0]
    assert warm.invoke({"end": True}, qualifier="1").function_error == "Unhandled"
    assert settled("1")["AvailableProvisionedConcurrentExecutions"] == 1
    again = warm.invoke(qualifier="1")
    assert again.cold is False and again.answer[1] == "provisioned-concurrency" and again.answer[0] != pid


def test_an_init_that_raises_makes_it_fail(deploy: Deploy, lab: Lab) -> None:
    deploy("raise RuntimeError('no')", name="warm")
    client().publish_version(FunctionName="warm")
    put(2, "1")
    told = settled("1")
    assert (told["Status"], told["StatusReason"]) == ("FAILED", "FUNCTION_ERROR_INIT_FAILURE")
    assert told["AvailableProvisionedConcurrentExecutions"] == 0
    while lab.processes("warm"):  # the second one notices for itself
        pass


def test_more_and_fewer_and_none(warm: Function, lab: Lab) -> None:
    put(1, "1")
    settled("1")
    kept = {p.pid for p in lab.processes("warm")}
    put(3, "1")
    assert settled("1")["AvailableProvisionedConcurrentExecutions"] == 3
    assert kept < {p.pid for p in lab.processes("warm")}, "those that were there stay"
    assert put(1, "1")["RequestedProvisionedConcurrentExecutions"] == 1
    assert settled("1")["AvailableProvisionedConcurrentExecutions"] == 1
    assert len(lab.processes("warm")) == 1
    answer = client().delete_provisioned_concurrency_config(FunctionName="warm", Qualifier="1")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert lab.processes("warm") == []
    assert refusal(get, "1") == NONE_SET


def test_an_alias_takes_its_environments_along_to_another_version(warm: Function, lab: Lab) -> None:
    put(1, "live")
    settled("live")
    client().update_function_configuration(FunctionName="warm", Description="second")
    assert client().publish_version(FunctionName="warm")["Version"] == "2"
    client().update_alias(FunctionName="warm", Name="live", FunctionVersion="2")
    assert settled("live")["Status"] == "READY"
    result = warm.invoke(qualifier="live")
    assert (result.version, result.answer[1], result.cold) == ("2", "provisioned-concurrency", False)
    assert warm.invoke(qualifier="1").answer[1] == "on-demand"
    client().delete_alias(FunctionName="warm", Name="live")
    assert [told["FunctionArn"] for told in listed()] == []


def listed() -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = client().list_provisioned_concurrency_configs(FunctionName="warm")[
        "ProvisionedConcurrencyConfigs"
    ]
    return told


def test_46_one_setting_for_a_version_never_two(warm: Function) -> None:
    put(1, "1")
    assert refusal(put, 1, "live") == (
        409,
        "ResourceConflictException",
        "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
    )
    client().delete_provisioned_concurrency_config(FunctionName="warm", Qualifier="1")
    put(1, "live")
    assert refusal(put, 1, "1") == (
        409,
        "ResourceConflictException",
        "Version is pointed by a Provisioned Concurrency alias",
    )
    assert [told["FunctionArn"] for told in listed()] == ["arn:aws:lambda:us-east-1:123456789012:function:warm:live"]


def test_46_what_aws_refuses(warm: Function) -> None:
    unpublished = "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
    client().create_alias(FunctionName="warm", Name="newest", FunctionVersion="$LATEST")
    for qualifier in ("$LATEST", "newest"):
        assert refusal(put, 1, qualifier) == (400, "InvalidParameterValueException", unpublished)
    assert refusal(put, 1, "9")[:2] == (404, "ResourceNotFoundException")
    assert refusal(put, 1, "1", "nobody")[:2] == (404, "ResourceNotFoundException")
    assert refusal(get, "1") == NONE_SET
    left = client().get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    assert refusal(put, left + 1, "1") == (
        400,
        "InvalidParameterValueException",
        f"Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [{left}].",
    )
    assert "below its minimum value of [100]" in refusal(put, left - 99, "1")[2]
    lax = boto3.client("lambda", config=Config(parameter_validation=False))
    none = {"FunctionName": "warm", "Qualifier": "1", "ProvisionedConcurrentExecutions": 0}
    with pytest.raises(ClientError) as error:
        lax.put_provisioned_concurrency_config(**none)
    assert error.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(ClientError) as error:
        lax.put_function_concurrency(FunctionName="warm", ReservedConcurrentExecutions=-1)
    assert error.value.response["Error"]["Code"] == "ValidationException"


def test_46_a_reservation_and_what_is_provisioned_hold_each_other(warm: Function, lab: Lab) -> None:
    reserve = {"FunctionName": "warm", "ReservedConcurrentExecutions": 1}
    client().put_function_concurrency(**reserve)
    assert refusal(put, 2, "1") == (
        400,
        "InvalidParameterValueException",
        "Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function",
    )
    client().put_function_concurrency(FunctionName="warm", ReservedConcurrentExecutions=2)
    put(2, "1")
    settled("1")
    with pytest.raises(ClientError) as error:
        client().put_function_concurrency(**reserve)
    assert error.value.response["Error"]["Message"] == (
        " ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2]."
    )
    latest = warm.invoke_together([{}])
    assert latest[0].reason == "ReservedFunctionConcurrentInvocationLimitExceeded", "nothing is left for $LATEST"
    assert warm.invoke(qualifier="1").answer[1] == "provisioned-concurrency"


@pytest.mark.slow
def test_15_an_init_of_more_than_ten_seconds_is_no_failure_when_it_is_provisioned(deploy: Deploy, lab: Lab) -> None:
    deploy("import time\ntime.sleep(11)\ndef handler(event, context):\n    return 'ready'", name="warm")
    client().publish_version(FunctionName="warm")
    put(1, "1")
    assert settled("1")["Status"] == "READY"
    result = lab.function("warm").invoke(qualifier="1")
    assert (result.answer, result.cold) == ("ready", False)


def test_deleting_the_function_ends_them_and_gives_their_share_back(warm: Function, lab: Lab) -> None:
    before = client().get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    put(2, "1")
    settled("1")
    assert client().get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == before - 2
    warm.delete()
    assert lab.processes("warm") == []
    assert client().get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == before
    client().create_function(
        FunctionName="warm",
        Runtime="python3.12",
        Handler="lambda_function.handler",
        Role=lab.role,
        Code={"ZipFile": b"PK\x05\x06" + bytes(18)},
    )  # the fixture deletes it again
