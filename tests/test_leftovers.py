"""No leftovers: whatever is killed, nothing of the lab is alive 3 s later; an interrupt leaves a working lab."""

from __future__ import annotations

import os
import queue
import signal
import sys
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from jupyter_client.manager import KernelManager

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kill -9 and SIGINT are POSIX")

SETUP = """
import json, os, threading, time
from lambdalab import Lab
from lambdalab.functions import deploy
lab = Lab()
idle = deploy(lab, "idle", "def handler(event, context):\\n    return 'fine'")
busy = deploy(lab, "busy", '''
import subprocess, sys, time
def handler(event, context):
    if event.get("child"):
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    time.sleep(event.get("seconds", 0))
    return "done"
''', timeout=300)
idle.invoke()
thread = threading.Thread(target=busy.invoke, args=({"seconds": 200, "child": True},), daemon=True)
thread.start()
while [p.state for p in lab.processes("busy")] != ["waiting"] or [p.state for p in lab.processes("idle")] != ["frozen"]:
    time.sleep(0.01)
time.sleep(0.2)
print(json.dumps([p.pid for p in lab.processes()]))
"""


class Kernel:
    """A real Jupyter kernel."""

    def __init__(self) -> None:
        self.manager = KernelManager(kernel_name="python3", transport="ipc")  # no port that another may take
        self.manager.start_kernel()
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    @property
    def pid(self) -> int:
        return int(self.manager.provisioner.pid)

    def run(self, code: str, timeout: float = 60) -> str:
        """What a cell printed, or its error."""
        asked = self.client.execute(code)
        said = ""
        ends = time.monotonic() + timeout
        while time.monotonic() < ends:
            try:
                message = self.client.get_iopub_msg(timeout=1)
            except queue.Empty:
                continue
            if message["parent_header"].get("msg_id") != asked:
                continue
            content: dict[str, Any] = message["content"]
            if message["msg_type"] == "stream":
                said += content["text"]
            elif message["msg_type"] == "error":
                said += f"{content['ename']}: {content['evalue']}"
            elif message["msg_type"] == "status" and content["execution_state"] == "idle":
                return said
        raise TimeoutError(f"the cell did not end: {said}")

    def close(self) -> None:
        self.client.stop_channels()
        if psutil.pid_exists(self.pid):
            self.manager.shutdown_kernel(now=True)


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    made = Kernel()
    yield made
    made.close()


def pids_of_the_lab(kernel: Kernel) -> list[int]:
    pids = [int(pid) for pid in kernel.run(SETUP).strip().strip("[]").split(",")]
    children = [child.pid for pid in pids for child in psutil.Process(pid).children(recursive=True)]
    return sorted({*pids, *children})


def alive_after(pids: list[int], seconds: float = 3.0) -> list[int]:
    ends = time.monotonic() + seconds
    while True:
        alive = []
        for pid in pids:
            try:
                if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                    alive.append(pid)
            except psutil.NoSuchProcess:
                continue
        if not alive or time.monotonic() > ends:
            return alive
        time.sleep(0.02)


def test_when_the_kernel_is_killed_nothing_of_the_lab_stays(kernel: Kernel) -> None:
    pids = pids_of_the_lab(kernel)
    assert len(pids) >= 5  # cloud, guard, an idle environment, a busy one and its child
    os.kill(kernel.pid, signal.SIGKILL)
    assert alive_after(pids) == []


def test_when_the_cloud_is_killed_nothing_of_the_lab_stays_and_a_new_lab_can_be_made(kernel: Kernel) -> None:
    pids = pids_of_the_lab(kernel)
    cloud = next(pid for pid in pids if "serve" in psutil.Process(pid).cmdline())
    os.kill(cloud, signal.SIGKILL)
    assert alive_after(pids) == []
    assert "the lab that this client was made for has ended" in kernel.run("lab.history()")
    kernel.run("idle = deploy(Lab(), 'idle', 'def handler(event, context):\\n    return 1')")
    again = "print(idle.invoke().answer)"
    assert kernel.run(again).strip() == "1"


def test_when_the_guard_is_killed_too_another_one_takes_over(kernel: Kernel) -> None:
    pids = pids_of_the_lab(kernel)
    guard = next(pid for pid in pids if any("guard" in word for word in psutil.Process(pid).cmdline()))
    os.kill(guard, signal.SIGKILL)
    said = kernel.run(
        "idle.delete(); idle = deploy(lab, 'idle', 'def handler(e, c): return 2'); print(idle.invoke().answer)"
    )
    assert said.strip() == "2"
    pids = sorted({*pids, *(int(p) for p in kernel.run("print(*[p.pid for p in lab.processes()])").split())} - {guard})
    os.kill(kernel.pid, signal.SIGKILL)
    assert alive_after(pids) == []


def test_restarting_the_kernel_ends_the_lab(kernel: Kernel) -> None:
    pids = pids_of_the_lab(kernel)
    kernel.manager.restart_kernel(now=False)
    assert alive_after(pids) == []


def test_interrupting_the_kernel_in_mid_call_leaves_a_working_lab(kernel: Kernel) -> None:
    kernel.run(SETUP)
    kernel.client.execute("busy.invoke({'seconds': 100})")
    while True:
        content = kernel.client.get_iopub_msg(timeout=30)
        if content["msg_type"] == "execute_input":
            break
    time.sleep(0.5)
    kernel.manager.interrupt_kernel()
    while kernel.client.get_iopub_msg(timeout=30)["content"].get("execution_state") != "idle":
        continue
    assert kernel.run("print(idle.invoke().answer, busy.invoke().answer)").endswith("fine done\n")


def test_a_lab_that_is_stopped_leaves_nothing(kernel: Kernel) -> None:
    pids = pids_of_the_lab(kernel)
    kernel.run("lab.stop()")
    assert alive_after(pids) == []
