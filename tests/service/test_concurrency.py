"""Reserved concurrency, the account's limit, and throttling (AWS_SEMANTICS 6, 18, 27, 28, 29, 46)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from lambdalab import Function, Lab, LabError
from lambdalab.service.concurrency import Limits, Throttled

Deploy = Callable[..., Function]
ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
OTHER = "arn:aws:lambda:us-east-1:123456789012:function:other"
ELSEWHERE = "arn:aws:lambda:eu-west-1:123456789012:function:far"
PID = "import os\ndef handler(event, context):\n    return os.getpid()"


def client() -> Any:
    return boto3.client("lambda", config=Config(retries={"max_attempts": 0}))


def refusal(operation: str, **call: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as error:
        getattr(client(), operation)(**call)
    said = error.value.response
    return said["ResponseMetadata"]["HTTPStatusCode"], said["Error"]["Code"], said["Error"]["Message"]


def reason(limits: Limits, arn: str, busy: dict[str, int], now: float = 0.0) -> str | None:
    try:
        limits.admit(arn, busy, now)
    except Throttled as throttled:
        return throttled.reason
    return None


def test_27_the_1001st_call_of_a_region_is_throttled_and_other_regions_are_not() -> None:
    limits = Limits()
    assert reason(limits, ARN, {ARN: 600, OTHER: 399}) is None
    assert reason(limits, ARN, {ARN: 600, OTHER: 400}) == "ConcurrentInvocationLimitExceeded"
    assert reason(limits, ELSEWHERE, {ARN: 600, OTHER: 400}) is None


def test_27_reservations_leave_at_least_100_unreserved() -> None:
    limits = Limits()
    assert limits.reserve(ARN, 900) is None
    assert limits.unreserved(OTHER) == 100
    assert limits.reserve(OTHER, 1) == (
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below "
        "its minimum value of [100]."
    )
    assert limits.reserve(ARN, 899) is None and limits.reserve(OTHER, 1) is None
    assert limits.reserve(ELSEWHERE, 900) is None


def test_27_a_function_grows_by_1000_environments_in_10_seconds_and_then_by_100_a_second() -> None:
    limits = Limits()
    for _ in range(1000):
        limits.grow(ARN, 0.0)
    with pytest.raises(Throttled):
        limits.grow(ARN, 0.0)
    limits.grow(OTHER, 0.0)
    for _ in range(100):
        limits.grow(ARN, 1.0)
    with pytest.raises(Throttled):
        limits.grow(ARN, 1.0)


def test_27_a_function_takes_ten_requests_a_second_for_each_reserved_execution() -> None:
    limits = Limits()
    limits.reserve(ARN, 2)
    said = [reason(limits, ARN, {}, now=0.0) for _ in range(21)]
    assert said == [None] * 20 + ["ReservedFunctionInvocationRateLimitExceeded"]
    assert reason(limits, ARN, {}, now=0.1) is None


def test_28_what_one_function_reserves_is_its_share_and_its_ceiling() -> None:
    limits = Limits()
    limits.reserve(ARN, 300)
    assert reason(limits, ARN, {OTHER: 700, ARN: 299}) is None, "its share is free though the rest is full"
    assert reason(limits, ARN, {ARN: 300}) == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert reason(limits, OTHER, {OTHER: 699}) is None
    assert reason(limits, OTHER, {OTHER: 700}) == "ConcurrentInvocationLimitExceeded", "nobody else may use the share"


def test_28_provisioned_environments_count_in_the_reservation_and_in_the_account() -> None:
    limits = Limits()
    limits.reserve(ARN, 3)
    assert limits.provision(ARN, 2) is None
    assert reason(limits, ARN, {ARN: 0}) is None
    assert reason(limits, ARN, {ARN: 1}) == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert limits.provision(OTHER, 100) is None
    assert limits.unreserved(OTHER) == 1000 - 3 - 100


def test_18_and_28_of_five_calls_at_once_two_run_with_a_reservation_of_two(deploy: Deploy, lab: Lab) -> None:
    function = deploy(PID, name="narrow")
    client().put_function_concurrency(FunctionName="narrow", ReservedConcurrentExecutions=2)
    results = function.invoke_together([{}] * 5)
    assert (results.environments, len(results.throttled)) == (2, 3)
    assert len({r.answer for r in results if not r.throttled}) == 2, "one call at a time holds a process"
    turned_away = results.throttled[0]
    assert turned_away.reason == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert (turned_away.cold, turned_away.report) == (None, None)
    assert turned_away.invocation is not None and turned_away.invocation.environment is None
    with pytest.raises(LabError, match="turned away"):
        _ = turned_away.answer
    assert "turned away (429, Reserved" in str(lab.explain("narrow"))
    assert "as many calls as it has reserved were running" in str(lab.explain("narrow"))
    assert lab.counts("narrow").throttles == 3


def test_28_a_reservation_of_zero_switches_the_function_off_until_it_is_taken_away(deploy: Deploy, lab: Lab) -> None:
    function = deploy(PID, name="off")
    client().put_function_concurrency(FunctionName="off", ReservedConcurrentExecutions=0)
    assert client().get_function(FunctionName="off")["Concurrency"] == {"ReservedConcurrentExecutions": 0}
    assert refusal("invoke", FunctionName="off")[:2] == (429, "TooManyRequestsException")
    client().delete_function_concurrency(FunctionName="off")
    assert function.invoke().answer
    assert "Concurrency" not in client().get_function(FunctionName="off")


def test_29_a_throttled_event_goes_back_to_the_queue_and_that_is_no_attempt(deploy: Deploy, lab: Lab) -> None:
    name = "later"
    function = deploy(
        "import time\ndef handler(event, context):\n    time.sleep(event.get('s', 0))", name=name, timeout=30
    )
    client().put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    with ThreadPoolExecutor(1) as thread:
        long = thread.submit(function.invoke, {"s": 3})
        while not [p for p in lab.processes(name) if p.state != "frozen"]:
            pass
        queued = function.invoke_async({})
        while not lab.counts(name).throttles:
            pass
        assert "was turned away once (429) and waits for its turn" in str(lab.explain(name))
        long.result()
    lab.clock.advance(minutes=5)
    ran = [i for i in function.wait(2) if i.request_id == queued.request_id]
    assert [i.attempt for i in ran] == [1]


def test_29_a_throttled_event_is_dropped_after_six_hours(deploy: Deploy, lab: Lab) -> None:
    name = "dropped"
    function = deploy(PID, name=name)
    version = client().publish_version(FunctionName=name)["Version"]
    client().put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=1)
    client().put_provisioned_concurrency_config(FunctionName=name, Qualifier=version, ProvisionedConcurrentExecutions=1)
    function.invoke_async({})  # $LATEST has nothing left of the reservation
    lab.clock.advance(hours=5, minutes=59)
    assert "EventAgeExceeded" not in str(lab.explain(name))
    lab.clock.advance(minutes=1)
    assert "EventAgeExceeded" in str(lab.explain(name))
    assert 70 <= lab.counts(name).throttles <= 90, "1, 2, 4 … 256 s, then every five minutes, for six hours"
    assert lab.counts(name).invocations == 0


def test_30_an_event_for_a_function_that_is_switched_off_is_dropped_at_once(deploy: Deploy, lab: Lab) -> None:
    function = deploy(PID, name="gone")
    client().put_function_concurrency(FunctionName="gone", ReservedConcurrentExecutions=0)
    function.invoke_async({})
    while not lab.counts("gone").throttles:
        pass
    assert "ZeroReservedConcurrency" in str(lab.explain("gone"))
    assert "waits" not in str(lab.explain("gone"))


def test_46_what_aws_refuses_of_a_reservation(deploy: Deploy, lab: Lab) -> None:
    deploy(PID, name="asks")
    client().publish_version(FunctionName="asks")
    too_much = refusal("put_function_concurrency", FunctionName="asks", ReservedConcurrentExecutions=901)
    assert too_much == (
        400,
        "InvalidParameterValueException",
        "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below "
        "its minimum value of [100].",
    )
    version = refusal("put_function_concurrency", FunctionName="asks:1", ReservedConcurrentExecutions=1)
    assert version == (
        400,
        "InvalidParameterValueException",
        "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. "
        "Please specify either a function name or an unqualified function ARN.",
    )
    nobody = refusal("put_function_concurrency", FunctionName="nobody", ReservedConcurrentExecutions=1)
    assert nobody[:2] == (404, "ResourceNotFoundException")
    assert "ReservedConcurrentExecutions" not in client().get_function_concurrency(FunctionName="asks")


def test_46_the_account_says_what_is_left_unreserved(deploy: Deploy) -> None:
    deploy(PID, name="takes")
    before = client().get_account_settings()["AccountLimit"]
    assert before["ConcurrentExecutions"] == 1000
    client().put_function_concurrency(FunctionName="takes", ReservedConcurrentExecutions=7)
    after = client().get_account_settings()["AccountLimit"]
    assert before["UnreservedConcurrentExecutions"] - after["UnreservedConcurrentExecutions"] == 7


def test_a_deleted_function_gives_back_what_it_reserved(deploy: Deploy, lab: Lab) -> None:
    before = client().get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    function = deploy(PID, name="leaves")
    client().put_function_concurrency(FunctionName="leaves", ReservedConcurrentExecutions=50)
    function.delete()
    assert client().get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"] == before
    assert deploy(PID, name="leaves").invoke().answer
