"""Windows and macOS, as far as Linux can show them: no POSIX-only import, and a lab without fork, SIGSTOP and /proc.

Each process of a lab is told by `elsewhere.py` that it is on another system. The bootstrap and the guard are started
without site packages and see this machine as it is.
"""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import elsewhere

ROOT = Path(__file__).parents[1]

# the bootstrap is a program of an environment and no module: it needs that environment's variables
EVERY_MODULE = """
import importlib, pkgutil, lambdalab
for found in pkgutil.walk_packages(lambdalab.__path__, "lambdalab."):
    if not found.name.endswith(("__main__", "runtime.bootstrap")):
        importlib.import_module(found.name)
import lambdalab.runtime.processes as there
assert there.sys.platform == "win32" and not hasattr(there.os, "fork") and not hasattr(there.signal, "SIGSTOP")
"""

PIPE = """
import json, os, select, threading
from lambdalab.runtime.logs import LogPipe

pipe = LogPipe()
told = {"late": 0}
for number in range(2000):
    os.write(pipe.writer, b"line %d" % number)
    os.write(pipe.writer, b"\\n")
    told["late"] += [event.message for event in pipe.read()[0]] != [f"line {number}"]
os.write(pipe.writer, b"more\\n")
told["woken"] = select.select([pipe], [], [], 60)[0] == [pipe]
pipe.read()
pipe.read()
told["rung again"] = select.select([pipe], [], [], 0.1)[0] != []
large = threading.Thread(target=os.write, args=(pipe.writer, (b"a" * 1023 + b"\\n") * 3 * 1024))
large.start()
told["large"] = 0
while large.is_alive() or select.select([pipe], [], [], 0.1)[0]:
    told["large"] += sum(len(event.message) + 1 for event in pipe.read()[0])
print(json.dumps(told))
"""

LAB = '''
import json, os
from lambdalab import Lab, doctor
from lambdalab.functions import deploy
from lambdalab.languages import answer

told = {}
lab = Lab()
f = deploy(lab, "f", """
import pathlib, tempfile, threading, time
calls = ticks = 0
def tick():
    global ticks
    while True:
        time.sleep(0.01)
        ticks += 1
def handler(event, context):
    global calls
    before = ticks
    calls += 1
    print("call", calls)
    if calls == 1:
        threading.Thread(target=tick, daemon=True).start()
    if "hold" in event:
        return len(bytearray(b"1") * (event["hold"] * 2**20))
    time.sleep(event.get("seconds", 0))
    return {"calls": calls, "before": before, "after": ticks}
""", timeout=60)
told["first"], told["second"] = first, second = f.invoke(), f.invoke()
told["states"] = [process.state for process in lab.processes("f")]
other = deploy(lab, "other", "import time\\ndef handler(event, context):\\n    time.sleep(60)", timeout=1)
told["timeout"] = other.invoke()
told["third"] = f.invoke()
together = f.invoke_together([{"seconds": 1}] * 10)
told["together"] = [together.cold_starts, together.environments]
told["memory"] = f.invoke({"hold": 300})
lab.clock.advance(hours=2)
told["later"] = len(lab.processes("f"))
client = lab.client("lambda")
client.update_function_configuration(FunctionName="f", SnapStart={"ApplyOn": "PublishedVersions"})
version = client.publish_version(FunctionName="f")["Version"]
client.get_waiter("published_version_active").wait(FunctionName="f", Qualifier=version)
told["published"] = f.invoke(qualifier=version)
if os.environ["PRETEND_SYSTEM"] == "win32":
    told["shell"] = answer(deploy(lab, "greet_sh", "#!/bin/sh", runtime="provided"), {"name": "Amina"})
told["doctor"] = [f"{check.name}: {check.detail}" for check in (doctor.own_folders(), doctor.fork())]


def plain(value):
    answer = None if value.error else value.answer
    named = {"cold": value.cold, "answer": answer, "log": value.log, "restore": value.report.restore_ms}
    return {**named, "error": (value.error or {}).get("errorType"), "mb": value.report.max_memory_mb}


print(json.dumps(told, default=plain))
'''


def _on(system: str, program: str, folder: Path) -> str:
    """What a program prints in a Python that takes this machine for another system."""
    shutil.copy(elsewhere.__file__, folder / "sitecustomize.py")
    path = os.pathsep.join([str(folder), str(ROOT)])
    ran = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": path, "PRETEND_SYSTEM": system},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _unguarded(tree: ast.Module) -> Iterator[str]:
    """The POSIX-only modules that are imported as soon as the module is, with nothing that catches their absence."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.Try) and any("Import" in ast.unparse(h.type) for h in node.handlers if h.type):
            continue
        if isinstance(node, ast.If) and "platform" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names if name.name in elsewhere.POSIX_ONLY)
        elif isinstance(node, ast.ImportFrom) and node.module in elsewhere.POSIX_ONLY:
            yield node.module
        waiting += ast.iter_child_nodes(node)


def test_no_module_imports_what_only_posix_has_when_it_is_loaded() -> None:
    found = {}
    for path in (ROOT / "lambdalab").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if any(name in text for name in elsewhere.POSIX_ONLY):
            found[path.relative_to(ROOT).as_posix()] = [*_unguarded(ast.parse(text))]
    assert len(found) > 3
    assert {path: names for path, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import os, fcntl", ["fcntl"]),
        ("class A:\n    from resource import getrlimit", ["resource"]),
        ("try:\n    import pwd\nexcept ImportError:\n    pwd = None", []),
        ("import sys\nif sys.platform != 'win32':\n    import termios", []),
        ("def f():\n    import grp", []),
    ],
)
def test_an_unguarded_import_is_found(source: str, found: list[str]) -> None:
    assert [*_unguarded(ast.parse(source))] == found


def test_every_module_can_be_imported_where_windows_lacks_what_posix_has(tmp_path: Path) -> None:
    _on("win32", EVERY_MODULE, tmp_path)


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_what_was_printed_is_read_at_once_and_wakes_who_waits_for_it(system: str, tmp_path: Path) -> None:
    assert json.loads(_on(system, PIPE, tmp_path)) == {"late": 0, "woken": True, "rung again": False, "large": 3 << 20}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all that is hidden here")
@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_a_lab_without_fork_signals_and_proc_does_what_lessons_01_to_03_show(system: str, tmp_path: Path) -> None:
    """One lab for all, since starting it is what takes time."""
    told: dict[str, Any] = json.loads(_on(system, LAB, tmp_path))
    assert [told["first"]["cold"], told["second"]["cold"], told["later"]] == [True, False, 0]
    assert told["states"] == ["frozen"]
    assert "call 2" in told["second"]["log"]
    assert 0 < told["second"]["mb"] < 128

    # more than a second of another function's call lies between: a hundred ticks, had it not been frozen
    assert told["timeout"]["error"] == "Sandbox.Timedout"
    assert told["third"]["answer"]["before"] - told["second"]["answer"]["after"] < 10
    assert told["together"] == [9, 10]
    assert told["memory"]["error"] == "Runtime.OutOfMemory"

    rooms, fork = told["doctor"]
    assert rooms.endswith("by real folders and TMPDIR instead: mount namespaces exist on Linux only")
    restored = told["published"]["restore"] is not None
    assert restored == (system == "darwin") == fork.endswith("works")
    assert restored or fork.endswith("with SnapStart, in lesson 03, every start is a full one")
    if system == "win32":
        assert re.match(r'recorded run: .*Windows cannot run them.*\n{"you sent": {"name": "Amina"}}$', told["shell"])
