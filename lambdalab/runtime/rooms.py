"""How a process is started so that it finds its files where AWS has them.

On AWS each microVM has its own /var/task, /opt, /var/runtime and /tmp. Here the sandbox lays them in a mount namespace
where the system allows one without privilege (Linux, mostly); elsewhere the same places are real folders, and every
variable that names one of AWS's paths is translated. `why_not` says which it is. Left out: the same paths in containers
that forbid namespaces, on macOS and on Windows, where `/tmp` has no size either.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SANDBOX = Path(__file__).with_name("sandbox.py")
PYTHON = (sys.executable, "-I", "-S", "-B", "-X", "utf8")


@dataclass(frozen=True)
class Program:
    """What an environment runs, spoken of as on AWS: /var/task, /opt, /var/runtime, /tmp.

    Args:
        command: the argument list of the runtime.
        variables: its environment variables, complete; the Runtime API's address and the log stream are added.
        task: the folder with the function's own code, which is /var/task.
        runtime: the folder with the runtime's packages, which is /var/runtime.
        opt: the folder with the layers, which is /opt; None without layers.
        version: what INIT_START says of the runtime, such as "python:3.11".
        timeout: seconds an invocation may take.
        memory_mb: the memory size, which also sets the share of a CPU.
        ephemeral_mb: the size of /tmp.
        launcher: the compiled sandbox.
        fault: AWS's text when there is nothing to start, as for a `bootstrap` that is missing; None mostly.
        folder: where it starts.
    """

    command: Sequence[str]
    variables: Mapping[str, str]
    task: Path
    runtime: Path
    opt: Path | None
    version: str
    timeout: float
    memory_mb: int
    ephemeral_mb: int
    launcher: Path
    fault: str | None = None
    folder: str = "/var/task"

    @property
    def places(self) -> dict[str, str]:
        """AWS's paths and the folders behind them."""
        found = {"/var/task": str(self.task), "/var/runtime": str(self.runtime)}
        return found | ({"/opt": str(self.opt)} if self.opt else {})


@dataclass(frozen=True)
class Start:
    """What Popen needs: the argument list, the variables, the working folder, descriptors to pass on."""

    command: Sequence[str]
    variables: Mapping[str, str]
    folder: str
    descriptors: Sequence[int] = ()


def start(program: Program, tmp: Path, namespaces: Sequence[int] = ()) -> Start:
    """Say how to start a program in its own rooms.

    Args:
        tmp: the folder that is /tmp where there is no namespace.
        namespaces: descriptors of an earlier process's namespaces, which are entered instead of new ones.
    """
    if why_not():
        tmp.mkdir(parents=True, exist_ok=True)
        variables = {name: _translated(value, program) for name, value in program.variables.items()}
        command = [_translated(part, program) for part in program.command]
        return Start(command, {**variables, "TMPDIR": str(tmp)}, _translated(program.folder, program))
    plan: dict[str, object] = {"folder": program.folder}
    if namespaces:
        plan["join"] = list(namespaces)
    else:
        plan["enter"] = {
            "task": str(program.task),
            "opt": str(program.opt or ""),
            "runtime": str(program.runtime),
            "keep": _kept(program.runtime, program.command[0]),
            "tmp_mb": program.ephemeral_mb,
        }
    command = [*PYTHON, str(program.launcher), json.dumps(plan), *program.command]
    return Start(command, program.variables, "/", namespaces)


@functools.cache
def why_not() -> str | None:
    """Why processes here cannot have rooms of their own; None when they can (asked of the system once)."""
    if not sys.platform.startswith("linux"):
        return "mount namespaces exist on Linux only"
    with tempfile.TemporaryDirectory() as folder:
        rooms = {"task": folder, "opt": "", "runtime": folder, "keep": [], "tmp_mb": 1}
        plan = json.dumps({"folder": "/var/task", "enter": rooms})
        command = [*PYTHON, str(SANDBOX), plan, "/bin/true"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return None
    lines = done.stderr.strip().splitlines() or [f"the try ended with status {done.returncode}"]
    return f"this system does not allow a mount namespace ({lines[-1]})"


def namespaces_of(pid: int) -> list[int]:
    """Descriptors that keep a process's user and mount namespace, its /tmp included, when the process has ended."""
    if why_not():
        return []
    return [os.open(f"/proc/{pid}/ns/{kind}", os.O_RDONLY | os.O_CLOEXEC) for kind in ("user", "mnt")]


@functools.cache
def _kept(runtime: Path, command: str) -> list[str]:
    """Folders that the interpreter and the runtime's links need, wherever they are."""
    targets = {str(path.resolve().parent) for path in runtime.iterdir()}
    own = {sys.prefix, sys.base_prefix, str(Path(sys.executable).resolve().parent), str(SANDBOX.parent)}
    if Path(command).exists():  # a `node` may be installed anywhere; what is in /var/task is there anyway
        own |= {str(Path(command).parent), str(Path(command).resolve().parent.parent)}
    return sorted(targets | own | {str(Path(path).resolve()) for path in own}, key=len)


def _translated(text: str, program: Program) -> str:
    """AWS's paths in a variable or an argument, replaced by the folders behind them."""
    for path, folder in program.places.items():
        if path in text.split(os.pathsep) or text.startswith(path + "/") or f"{os.pathsep}{path}/" in text:
            text = text.replace(path, folder)
    return text
