"""/tmp, /opt, /var/task: an environment's own, as on AWS."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lambdalab import Function, Lab
from lambdalab.runtime import rooms
from lambdalab.runtime.environment import Job

from .conftest import Bench

Deploy = Callable[..., Function]
own = pytest.mark.skipif(rooms.why_not() is not None, reason=str(rooms.why_not()))

FILES = """
import os
def handler(event, context):
    if "write" in event:
        open(event["write"], "w").write("x")
    if event.get("hang"):
        while True: pass
    return sorted(name for name in os.listdir("/tmp") if os.path.isfile(f"/tmp/{name}"))
"""


@own
def test_tmp_is_a_private_disk_of_one_environment(deploy: Deploy) -> None:
    function = deploy(FILES)
    assert function.invoke({"write": "/tmp/mine.txt"}).answer == ["mine.txt"]
    assert not Path("/tmp/mine.txt").exists()
    assert deploy(FILES, name="other").invoke().answer == []
    assert function.invoke().answer == ["mine.txt"]


@own
def test_tmp_survives_a_timeout_and_a_module_global_does_not(deploy: Deploy) -> None:
    function = deploy("n = 0\n" + FILES.replace("    if", "    global n; n += 1\n    if", 1), timeout=1)
    assert function.invoke({"write": "/tmp/kept.txt"}).answer == ["kept.txt"]
    late = function.invoke({"hang": True})
    assert late.error is not None and late.error["errorType"] == "Sandbox.Timedout"
    after = function.invoke()
    assert after.answer == ["kept.txt"]
    assert after.invocation is not None and late.invocation is not None
    assert after.invocation.environment == late.invocation.environment
    assert after.invocation.pid != late.invocation.pid


def test_the_start_after_a_timeout_counts_as_duration(deploy: Deploy) -> None:
    source = "import time\ntime.sleep(0.3)\ndef handler(event, context):\n    time.sleep(event['s'])"
    function = deploy(source, timeout=1)
    function.invoke({"s": 2})
    report = function.invoke({"s": 0}).report
    assert report is not None and report.init_ms is None and report.duration_ms > 300


@own
@pytest.mark.parametrize("megabytes", [512, 600])
def test_tmp_has_the_configured_size(deploy: Deploy, lab: Lab, megabytes: int) -> None:
    source = """
import os
def handler(event, context):
    with open("/tmp/large", "wb") as file:  # which empties it
        os.posix_fallocate(file.fileno(), 0, event["mb"] * 2**20)
    return os.stat("/tmp/large").st_size
"""
    function = deploy(source, timeout=20, memory=1769)
    lab.client("lambda").update_function_configuration(FunctionName="f", EphemeralStorage={"Size": megabytes})
    assert function.invoke({"mb": megabytes - 10}).answer == (megabytes - 10) * 2**20
    full = function.invoke({"mb": megabytes + 10})
    assert full.error is not None and full.error["errorMessage"] == "[Errno 28] No space left on device"


@own
def test_code_is_at_var_task_and_cannot_be_written(deploy: Deploy) -> None:
    source = """
import os
def handler(event, context):
    try:
        open("/var/task/new.txt", "w")
        wrote = True
    except OSError as error:
        wrote = error.strerror
    return [__file__, os.getcwd(), os.environ["LAMBDA_TASK_ROOT"], os.listdir("."), wrote]
"""
    told = deploy(source).invoke().answer
    assert told == [
        "/var/task/lambda_function.py",
        "/var/task",
        "/var/task",
        ["lambda_function.py"],
        "Read-only file system",
    ]


@own
def test_layers_are_laid_over_one_another_below_opt(deploy: Deploy, lab: Lab) -> None:
    client = lab.client("lambda")
    first = _layer(client, "first", {"python/one.py": "x = 1", "data/a.txt": "first"})
    second = _layer(client, "second", {"python/two.py": "x = 2", "data/a.txt": "second"})
    source = """
import one, two
def handler(event, context):
    return [one.x, one.__file__, two.x, open("/opt/data/a.txt").read()]
"""
    assert deploy(source, layers=[first, second]).invoke().answer == [1, "/opt/python/one.py", 2, "second"]


@own
def test_a_file_directly_below_opt_may_be_large_and_cannot_be_written(deploy: Deploy, lab: Lab) -> None:
    large = _layer(lab.client("lambda"), "large", {"model.bin": "0" * 3_000_000})
    source = """
import os
def handler(event, context):
    return [os.path.getsize("/opt/model.bin"), os.access("/opt/model.bin", os.W_OK)]
"""
    assert deploy(source, layers=[large]).invoke().answer == [3_000_000, False]


def test_where_no_namespace_is_allowed_folders_take_its_place(
    bench: Bench, job: Callable[..., Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "why_not", lambda: "not here")
    source = """
import os, tempfile
def handler(event, context):
    made = tempfile.NamedTemporaryFile(delete=False).name
    return [os.getcwd(), os.environ["LAMBDA_TASK_ROOT"], os.environ["TMPDIR"], os.path.dirname(made)]
def broken(event, context):
    raise ValueError
"""
    made = bench.program(source)
    environment = bench.environment(made)
    folder, root, tmp, used = _json(environment.invoke(job()).payload)
    assert folder == root == str(made.task)
    assert tmp == used == str(environment.folder / "tmp")
    other = bench.environment(bench.program(source, handler="lambda_function.broken"))
    trace = _json(other.invoke(job()).payload)["stackTrace"]
    assert '"/var/task/lambda_function.py", line 7' in trace[0]


def test_the_system_is_asked_once_and_answers_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms.sys, "platform", "darwin")
    assert rooms.why_not.__wrapped__() == "mount namespaces exist on Linux only"


@own
def test_a_reclaimed_environment_leaves_no_descriptor(bench: Bench, job: Callable[..., Job]) -> None:
    made = bench.program("import time\ndef handler(event, context):\n    time.sleep(9)", timeout=1)
    environment = bench.environment(made)
    before = set(Path("/proc/self/fd").iterdir())
    environment.invoke(job())
    environment.invoke(job())
    environment.close()
    assert set(Path("/proc/self/fd").iterdir()) <= before


def _layer(client: Any, name: str, files: dict[str, str]) -> str:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return str(client.publish_layer_version(LayerName=name, Content={"ZipFile": out.getvalue()})["LayerVersionArn"])


def _json(payload: bytes) -> Any:
    import json

    return json.loads(payload)
