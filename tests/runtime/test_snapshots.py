"""SnapStart: published versions are restored from one initialised process."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from lambdalab.functions import Result

Deploy = Callable[..., Function]

TOKEN = """
import os, random, time
token = random.random()
def handler(event, context):
    time.sleep(event.get("sleep", 0))
    return [token, os.getpid(), os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], random.random()]
"""


@pytest.fixture
def publish(deploy: Deploy, lab: Lab) -> Callable[..., Function]:
    """Deploy a function with SnapStart and publish version 1."""

    def publish_one(source: str, **settings: Any) -> Function:
        function = deploy(source, **{"memory": 512, **settings})
        client = lab.client("lambda")
        client.update_function_configuration(FunctionName="f", SnapStart={"ApplyOn": "PublishedVersions"})
        client.publish_version(FunctionName="f")
        return function

    return publish_one


def at_once(function: Function, number: int) -> list[Result]:
    with ThreadPoolExecutor(number) as threads:
        return list(threads.map(lambda _: function.invoke({"sleep": 0.5}, qualifier="1"), range(number)))


def test_restored_copies_share_what_was_made_at_init(publish: Callable[..., Function]) -> None:
    answers = [result.answer for result in at_once(publish(TOKEN), 3)]
    assert len({pid for _, pid, _, _ in answers}) == 3
    assert len({token for token, _, _, _ in answers}) == 1
    assert len({later for _, _, _, later in answers}) == 1  # the state of the random generator is shared as well
    assert {kind for _, _, kind, _ in answers} == {"snap-start"}


def test_a_restored_environment_reports_restore_and_no_init(publish: Callable[..., Function]) -> None:
    result = publish(TOKEN).invoke(qualifier="1")
    report = result.report
    assert report is not None and report.init_ms is None and report.restore_ms is not None
    assert "\tRestore Duration: " in result.log and "\tBilled Restore Duration: " in result.log
    assert "INIT_START" not in result.log and "RESTORE_START Runtime Version: python:3" in result.log
    assert "Init Duration" not in result.log


def test_latest_is_not_restored(publish: Callable[..., Function], lab: Lab) -> None:
    function = publish(TOKEN)
    assert function.invoke().answer[2] == "on-demand"
    configuration = lab.client("lambda").get_function_configuration(FunctionName="f")
    assert configuration["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "Off"}
    published = lab.client("lambda").get_function_configuration(FunctionName="f", Qualifier="1")
    assert published["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}


def test_hooks_run_backwards_before_the_snapshot_and_in_order_after_the_restore(
    publish: Callable[..., Function],
) -> None:
    source = """
from snapshot_restore_py import register_after_restore, register_before_snapshot
order = []
register_before_snapshot(order.append, "before 1")
register_before_snapshot(order.append, "before 2")
register_after_restore(order.append, "after 1")
register_after_restore(order.append, "after 2")
def handler(event, context):
    return order
"""
    assert publish(source).invoke(qualifier="1").answer == ["before 2", "before 1", "after 1", "after 2"]


def test_what_init_wrote_to_tmp_is_there_in_every_copy_and_later_files_are_not_shared(
    publish: Callable[..., Function],
) -> None:
    source = """
import os, time
open("/tmp/init.txt", "w").close()
def handler(event, context):
    open(f"/tmp/{os.getpid()}", "w").close()
    time.sleep(event.get("sleep", 0))
    return sorted(name for name in os.listdir("/tmp") if os.path.isfile(f"/tmp/{name}"))
"""
    for files in (result.answer for result in at_once(publish(source), 2)):
        assert len(files) == 2 and "init.txt" in files


def test_a_failing_after_restore_hook_is_refused_as_snapstart_exception(publish: Callable[..., Function]) -> None:
    source = """
from snapshot_restore_py import register_after_restore
@register_after_restore
def broken():
    raise ValueError("no connection")
def handler(event, context):
    return 1
"""
    function = publish(source)
    with pytest.raises(ClientError) as refused:
        function.invoke(qualifier="1")
    assert refused.value.response["Error"]["Code"] == "SnapStartException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert "[ERROR] ValueError: no connection" in str(function.logs())


def test_a_copy_that_dies_is_reported_like_any_process_and_the_next_call_gets_another(
    publish: Callable[..., Function],
) -> None:
    source = """
import os
def handler(event, context):
    if event.get("die"):
        os._exit(3)
    return os.getpid()
"""
    function = publish(source)
    died = function.invoke({"die": True}, qualifier="1")
    assert died.error is not None and died.error["errorMessage"].endswith("Runtime exited with error: exit status 3")
    assert function.invoke(qualifier="1").answer != (died.invocation.pid if died.invocation else None)


def test_a_timeout_in_a_copy_starts_the_process_again(publish: Callable[..., Function]) -> None:
    source = "import time\ndef handler(event, context):\n    time.sleep(event.get('s', 0))\n    return 'here'"
    function = publish(source, timeout=1)
    late = function.invoke({"s": 5}, qualifier="1")
    assert late.error is not None and late.error["errorType"] == "Sandbox.Timedout"
    assert function.invoke(qualifier="1").answer == "here"


def test_a_version_whose_init_fails_says_why_when_it_is_called(publish: Callable[..., Function]) -> None:
    result = publish("raise ValueError('no settings')").invoke(qualifier="1")
    assert result.error is not None
    assert (result.error["errorType"], result.error["errorMessage"]) == ("ValueError", "no settings")


def test_a_function_that_starts_a_thread_at_init_is_told_so(publish: Callable[..., Function]) -> None:
    source = """
import threading, time
threading.Thread(target=time.sleep, args=[60], daemon=True).start()
def handler(event, context):
    return 1
"""
    result = publish(source).invoke(qualifier="1")
    assert result.answer == 1  # started in full instead
    assert result.report is not None and result.report.init_ms is not None


@pytest.mark.parametrize("which", ["version", "function"])
def test_deleting_the_version_or_the_function_ends_its_template(
    publish: Callable[..., Function], deploy: Deploy, lab: Lab, which: str
) -> None:
    function = publish(TOKEN)
    function.invoke(qualifier="1")
    cloud = psutil.Process(next(p.pid for p in lab.processes() if p.what == "cloud"))
    templates = [p for p in cloud.children() if any("bootstrap" in part for part in p.cmdline())]
    assert templates
    if which == "version":
        lab.client("lambda").delete_function(FunctionName="f", Qualifier="1")
    else:
        function.delete()
        deploy(TOKEN)  # for the fixture, which deletes it
    psutil.wait_procs(templates, timeout=5)
    assert not [p for p in templates if p.is_running()]
