"""Cold first, warm after; one call at a time; frozen between; nothing but its own in sight."""

from __future__ import annotations

import html
import io
import json
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import psutil
import pytest

from lambdalab import Function, Lab
from lambdalab.observe.records import Report
from lambdalab.runtime.packages import pack_layer

Deploy = Callable[..., Function]
COUNTER = "import os\nn = 0\ndef handler(event, context):\n    global n\n    n += 1\n    return [n, os.getpid()]"


def test_the_first_call_is_cold_and_the_second_is_warm_in_the_same_process(deploy: Deploy) -> None:
    function = deploy(COUNTER)
    first, second = function.invoke(), function.invoke()
    assert (first.cold, second.cold) == (True, False)
    assert first.answer[0] == 1 and second.answer == [2, first.answer[1]]
    assert first.invocation is not None and first.invocation.pid == first.answer[1]


def test_the_code_runs_in_a_process_of_its_own(deploy: Deploy, lab: Lab) -> None:
    pid = deploy(COUNTER).invoke().answer[1]
    cloud = next(p.pid for p in lab.processes() if p.what == "cloud")
    assert psutil.Process(pid).ppid() == cloud


def test_calls_at_the_same_moment_get_an_environment_each(deploy: Deploy, shared: Path) -> None:
    source = """
import os, time
def handler(event, context):
    open(f"{event['folder']}/{os.getpid()}", "w").close()
    while len(os.listdir(event["folder"])) < 3:
        time.sleep(0.005)
    return os.getpid()
"""
    function = deploy(source, timeout=10)
    with ThreadPoolExecutor(3) as threads:
        pids = list(threads.map(lambda _: function.invoke({"folder": str(shared)}).answer, range(3)))
    assert len(set(pids)) == 3


def test_an_idle_environment_is_frozen(deploy: Deploy, lab: Lab) -> None:
    function = deploy(
        "import threading, time\nticks = 0\ndef tick():\n    global ticks\n    while True:\n"
        "        ticks += 1\n        time.sleep(0.001)\nthreading.Thread(target=tick, daemon=True).start()\n"
        "def handler(event, context):\n    return ticks"
    )
    function.invoke()
    assert [p.state for p in lab.processes("f")] == ["frozen"]
    pid = lab.processes("f")[0].pid
    used = psutil.Process(pid).cpu_times()
    threading.Event().wait(0.3)
    assert psutil.Process(pid).cpu_times() == used


def test_new_code_is_used_at_once_and_the_old_process_goes(deploy: Deploy, lab: Lab) -> None:
    old = deploy(COUNTER).invoke().answer[1]
    assert deploy("def handler(event, context):\n    return 'new'").invoke().answer == "new"
    assert old not in [p.pid for p in lab.processes("f")]
    assert not psutil.pid_exists(old) or psutil.Process(old).status() == psutil.STATUS_ZOMBIE


def test_idle_environments_are_reclaimed_after_five_to_fifteen_minutes_of_the_labs_clock(
    deploy: Deploy, lab: Lab
) -> None:
    function = deploy(COUNTER)
    pid = function.invoke().answer[1]
    lab.clock.advance(minutes=4, seconds=50)
    assert [p.pid for p in lab.processes("f")] == [pid]
    lab.clock.advance(minutes=10, seconds=20)
    assert lab.processes("f") == []
    assert function.invoke().cold


def test_a_function_sees_boto3_and_nothing_else_of_the_notebooks_environment(deploy: Deploy) -> None:
    source = """
import importlib
def handler(event, context):
    found = {}
    for name in event:
        try:
            importlib.import_module(name)
            found[name] = True
        except ImportError:
            found[name] = False
    return found
"""
    names = [
        "json",
        "boto3",
        "botocore",
        "urllib3",
        "dateutil",
        "PIL",
        "numpy",
        "moto",
        "IPython",
        "lambdalab",
        "plotly",
    ]
    found = deploy(source, timeout=30).invoke(names).answer
    assert [name for name in names if found[name]] == ["json", "boto3", "botocore", "urllib3", "dateutil"]


def test_a_missing_pillow_is_awss_error_and_a_layer_mends_it(deploy: Deploy, lab: Lab) -> None:
    source = "from PIL import Image\ndef handler(event, context):\n    return Image.new('L', (3, 2)).size"
    result = deploy(source, timeout=10).invoke()
    error = result.error
    assert error is not None
    assert error["errorType"] == "Runtime.ImportModuleError"
    assert error["errorMessage"] == "Unable to import module 'lambda_function': No module named 'PIL'"
    for said in (str(lab.explain("f")), repr(result), html.unescape(result._repr_html_())):
        assert 'lab.layer("pillow") packs PIL as a layer' in said
    lab.layer("pillow")
    assert deploy(source, timeout=10, layers=["pillow"]).invoke().answer == [3, 2]


def test_what_python_has_compiled_of_a_layer_is_used_after_unpacking(tmp_path: Path) -> None:
    """Compiling Pillow again took three quarters of the time in which it is imported."""
    zipfile.ZipFile(io.BytesIO(pack_layer("pillow"))).extractall(tmp_path)
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'python')!r}); import PIL.Image as it; print(it.__cached__)"
    )
    command = [sys.executable, "-I", "-S", "-B", "-v", "-c", program]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"# code object from '{ran.stdout.strip()}'" in ran.stderr
    assert ran.stdout.startswith(str(tmp_path))


def test_the_functions_own_boto3_talks_to_the_same_cloud(deploy: Deploy, lab: Lab) -> None:
    lab.client("s3").create_bucket(Bucket="own-boto3")
    source = """
import boto3
s3 = boto3.client("s3")
def handler(event, context):
    s3.put_object(Bucket="own-boto3", Key=event["key"], Body=b"from inside")
    return boto3.client("sts").get_caller_identity()["Arn"]
"""
    deploy(source, timeout=30).invoke({"key": "a b/ü"})
    assert boto3.client("s3").get_object(Bucket="own-boto3", Key="a b/ü")["Body"].read() == b"from inside"


def test_the_report_line_adds_up_and_can_be_read_back(deploy: Deploy) -> None:
    function = deploy("import time\ndef handler(event, context):\n    time.sleep(0.05)")
    cold, warm = function.invoke().report, function.invoke().report
    assert cold is not None and warm is not None
    assert cold.init_ms is not None and warm.init_ms is None
    assert warm.duration_ms >= 50 and warm.billed_ms - 1 < warm.duration_ms <= warm.billed_ms
    assert cold.billed_ms >= cold.init_ms + cold.duration_ms - 0.01
    assert 5 <= cold.max_memory_mb <= 60
    assert Report.parse(cold.line()).line() == cold.line()


def test_what_is_printed_and_logged_lands_in_cloudwatch_logs(deploy: Deploy) -> None:
    source = """
import logging
logging.getLogger().setLevel("INFO")
def handler(event, context):
    print("one\\ntwo")
    logging.info("three")
"""
    function = deploy(source, name="logged")
    result = function.invoke()
    client, group = boto3.client("logs"), "/aws/lambda/logged"
    (stream,) = client.describe_log_streams(logGroupName=group)["logStreams"]
    rows = client.get_log_events(logGroupName=group, logStreamName=stream["logStreamName"])["events"]
    lines = [row["message"] for row in rows]
    assert lines[0].startswith("INIT_START Runtime Version: python:")
    assert lines[1] == f"START RequestId: {result.request_id} Version: $LATEST"
    assert lines[2:4] == ["one", "two"]
    assert lines[4].startswith("[INFO]\t") and lines[4].endswith(f"Z\t{result.request_id}\tthree")
    assert lines[5] == f"END RequestId: {result.request_id}"
    assert lines[6].startswith(f"REPORT RequestId: {result.request_id}\tDuration: ") and lines[6].endswith(" ms\t")
    assert function.logs()[-1].startswith("REPORT")


def test_bytes_go_as_they_are_and_a_decimal_becomes_a_number(deploy: Deploy) -> None:
    function = deploy(
        "from decimal import Decimal\ndef handler(event, context):\n    return b'[1]' if event else Decimal('1.5')"
    )
    assert function.invoke().payload == b"1.5"
    assert function.invoke({"x": 1}).payload == b"[1]"


@pytest.mark.parametrize("value", [None, True, 3, 2.5, "ü", [1, [2]], {"a": {"b": None}}])
def test_json_survives_the_trip_there_and_back(deploy: Deploy, value: object) -> None:
    function = deploy("def handler(event, context):\n    return event['it']")
    assert function.invoke({"it": value}).answer == json.loads(json.dumps(value))
