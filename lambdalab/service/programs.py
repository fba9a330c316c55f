"""From a function version to the program that an environment runs.

On AWS the managed runtimes are operating-system images with an interpreter of the version that was asked for. Here a
Python function runs under the interpreter at hand, a Node.js function under the `node` that is installed, and a
`provided` function is its own `bootstrap`; `stand_in` says when the version is another one. Left out: Java, Ruby, .NET
and Go runtimes, which are refused with a sentence, and Node's AWS SDK, which a function brings along itself.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lambdalab import images
from lambdalab.keys import Key
from lambdalab.runtime import rooms
from lambdalab.runtime.files import FileStore
from lambdalab.runtime.rooms import Program
from lambdalab.service.model import FunctionVersion

BOOTSTRAP = Path(rooms.__file__).with_name("bootstrap.py")
NODE_RUNTIME = Path(rooms.__file__).with_name("node")
PYTHON = f"python{sys.version_info[0]}.{sys.version_info[1]}"
PROVIDED = "provided.al2023"
INVALID_ENTRYPOINT = "Runtime.InvalidEntrypoint"
_DEFAULTS = {  # what every runtime gets and a function may set otherwise
    "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
    "LD_LIBRARY_PATH": "/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
    "LANG": "en_US.UTF-8",
    "TZ": ":UTC",
    "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
    "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",  # on AWS a link-local address; here nobody listens
    "_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1",
    "_AWS_XRAY_DAEMON_PORT": "2000",
}


@dataclass(frozen=True)
class _Runtime:
    """How one kind of runtime is started: its command, what /var/runtime is, and its name in the log.

    `variables` are its own, which a function may set otherwise, `fixed` those that it may not. `fault` is AWS's text
    when there is nothing to start.
    """

    command: Sequence[str]
    folder: Path
    version: str
    variables: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None
    start_in: str = "/var/task"


def program(function: FunctionVersion, files: FileStore, key: Key, endpoint: str) -> Program:
    """Unpack what the function needs and say how to run it, with the variables that AWS sets.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html; lesson 02. The lab's own additions
    are AWS_ENDPOINT_URL and NO_PROXY, and LAMBDALAB_PATH, which the Python runtime takes away before the handler loads.
    """
    opt: Path | None
    if function.image is not None:
        root = files.image(function.image)
        task, opt = root / "var/task", root / "opt"
        runtime = _image(function, root, files)
    else:
        task = files.code(function.code, function.code_sha256)
        opt = files.layers(function.layers, function.layer_sha256s)
        runtime = _zip(function, [task, *([opt] if opt else [])], files)
    return Program(
        command=runtime.command,
        variables={**_DEFAULTS, **runtime.variables, **function.variables, **_fixed(function, key, endpoint, runtime)},
        task=task,
        runtime=runtime.folder,
        opt=opt,
        version=runtime.version,
        timeout=float(function.timeout),
        memory_mb=function.memory_mb,
        ephemeral_mb=function.ephemeral_mb,
        launcher=files.compiled(rooms.SANDBOX),
        fault=runtime.fault,
        folder=runtime.start_in,
    )


def _zip(function: FunctionVersion, folders: Sequence[Path], files: FileStore) -> _Runtime:
    """The runtime of a function whose code is a zip; `folders` are its own and its layers'."""
    if why_not := refusal(function.runtime):
        return _Runtime([], files.empty(), function.runtime, fault=why_not)
    if function.runtime.startswith("provided"):
        return _provided(folders, files)
    runtime = _python(function, files) if function.runtime.startswith("python") else _node(function)
    note = stand_in(function.runtime)
    return replace(runtime, version=f"{runtime.version}\tlambdalab: {note}") if note else runtime


def refusal(runtime: str) -> str | None:
    """Why functions of a runtime cannot run on this machine, and what to do; None when they can.

    Args:
        runtime: AWS's identifier, such as "nodejs22.x".
    """
    if runtime.startswith("python"):
        return None
    if runtime.startswith("nodejs"):
        if _node_version():
            return None
        return (
            f"Node.js is not installed on this machine, so {runtime} functions cannot run here: there is no `node` on "
            "the PATH. Install it (https://nodejs.org, or `conda install nodejs`), then start JupyterLab again."
        )
    if runtime.startswith("provided"):
        if sys.platform != "win32":
            return None
        return f"{runtime} functions are programs for Linux; Windows cannot run them. Use WSL, or a Python function."
    return (
        f"lambdalab runs Python, Node.js and `provided` functions; it has no runtime {runtime}. "
        "Write the handler in Python or JavaScript, or bring the runtime along as the `bootstrap` of a provided one."
    )


def identifier(name: str) -> str:
    """AWS's identifier of the runtime that a short name means on this machine.

    Args:
        name: "python", "nodejs", "provided", or an identifier, which stays as it is.
    """
    if name == "nodejs":
        major = (_node_version() or (22, 0))[0]
        return f"nodejs{major + major % 2}.x"  # Lambda has the even versions only
    return {"python": PYTHON, "provided": PROVIDED}.get(name, name)


def stand_in(runtime: str) -> str | None:
    """What runs a function instead of the version that it asks for, as a sentence; None when it is that version."""
    node = _node_version() if runtime.startswith("nodejs") else None
    here = f"nodejs{node[0]}.x" if node else PYTHON
    if runtime.startswith(("python", "nodejs")) and runtime != here and not refusal(runtime):
        return f"the function asks for {runtime}, this machine runs it with {here}"
    return None


def _fixed(function: FunctionVersion, key: Key, endpoint: str, runtime: _Runtime) -> dict[str, str]:
    """The variables that a function cannot set itself."""
    variables = {
        "PWD": "/var/task",
        "SHLVL": "0",
        "LAMBDA_TASK_ROOT": "/var/task",
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        "_HANDLER": function.handler,
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_ACCESS_KEY_ID": key.access_key_id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        "AWS_SESSION_TOKEN": key.token or "",
        "AWS_ENDPOINT_URL": endpoint,
        "NO_PROXY": "127.0.0.1,localhost",
        **runtime.fixed,
    }
    if sys.platform == "win32":
        variables["SYSTEMROOT"] = os.environ.get("SYSTEMROOT", "")
    return variables


def _python(function: FunctionVersion, files: FileStore) -> _Runtime:
    layers = ["/opt/python", f"/opt/python/lib/{PYTHON}/site-packages"] if function.layers or function.image else []
    own = [function.variables["PYTHONPATH"]] if "PYTHONPATH" in function.variables else []
    return _Runtime(
        command=[*rooms.PYTHON, str(files.compiled(BOOTSTRAP))],
        folder=files.runtime(),
        version=PYTHON.replace("python", "python:"),
        variables={"PYTHONPATH": "/var/runtime", "LC_CTYPE": "C.UTF-8"},
        fixed={
            "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime or PYTHON}",
            "LAMBDALAB_PATH": os.pathsep.join([*own, *layers, "/var/runtime"]),
        },
    )


def _node(function: FunctionVersion) -> _Runtime:
    """The command line that AWS's own bootstrap of this runtime makes."""
    major, minor = _node_version() or (0, 0)
    given = function.variables.get("NODE_OPTIONS", "").split()
    off = {20: ["require-module"], 22: ["require-module", "detect-module"]}.get(major, [])
    known = (major, minor) >= {20: (20, 19), 22: (22, 12)}.get(major, (major, 0))
    features = [f"--no-experimental-{it}" for it in off if known and f"--experimental-{it}" not in given]
    young = function.memory_mb // 10
    memory = [f"--max-semi-space-size={young // 2}", f"--max-old-space-size={function.memory_mb - young}"]
    node = shutil.which("node") or "node"
    modules = [f"/opt/nodejs/node{major}/node_modules", "/opt/nodejs/node_modules", "/var/runtime/node_modules"]
    return _Runtime(
        command=[node, "--expose-gc", "--max-http-header-size", "81920", *memory, *features, "/var/runtime/index.mjs"],
        folder=NODE_RUNTIME,
        version=f"nodejs:{major}",
        variables={"NODE_PATH": os.pathsep.join([*modules, "/var/runtime", "/var/task"])},
        fixed={"AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}"},
    )


def _provided(folders: Sequence[Path], files: FileStore) -> _Runtime:
    """The function's own `bootstrap`, or its layers'."""
    version = f"provided:{sys.platform}"
    for folder, name in zip(folders, ("/var/task", "/opt"), strict=False):
        if (folder / "bootstrap").is_file():
            why = _not_executable(folder / "bootstrap")
            fault = f"fork/exec {name}/bootstrap: {why}" if why else None
            return _Runtime([f"{name}/bootstrap"], files.empty(), version, fault=fault)
    fault = "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
    return _Runtime([], files.empty(), version, fault=fault)


def _image(function: FunctionVersion, root: Path, files: FileStore) -> _Runtime:
    """What a container image starts: its own settings under those of the function.

    Without an entrypoint, or with that of AWS's Python images, it is the Python runtime, whose handler is the command.
    """
    image, over = images.read(function.image or b""), function.image_config
    entry = over.get("EntryPoint") or image.settings.get("Entrypoint") or []
    command = over.get("Command") or image.settings.get("Cmd") or []
    brings = dict(pair.partition("=")[::2] for pair in image.settings.get("Env") or [])
    if entry in ([], ["/lambda-entrypoint.sh"]):
        runtime = _python(function, files)
        fault = None if command else "entrypoint requires the handler name to be the first argument"
        runtime = replace(runtime, fixed={**runtime.fixed, "_HANDLER": "".join(command[:1])}, fault=fault)
    else:
        started, fault = _entrypoint(entry[0], root)
        version = f"image:{image.digest.removeprefix('sha256:')[:12]}"
        runtime = _Runtime([*started, *entry[1:], *command], files.empty(), version, fault=fault)
    own = root / "var/runtime"
    return replace(
        runtime,
        variables={**runtime.variables, **brings},
        folder=own if own.is_dir() else runtime.folder,
        start_in=over.get("WorkingDirectory") or image.settings.get("WorkingDir") or runtime.start_in,
    )


def _entrypoint(name: str, root: Path) -> tuple[list[str], str | None]:
    """The program of an image's entrypoint: this machine's Python, a file of the image, or one of this machine."""
    if name in ("python", "python3"):
        return [sys.executable, "-S", "-B", "-X", "utf8"], None
    if "/" not in name:
        found = shutil.which(name, path=_DEFAULTS["PATH"])
        return [found or name], None if found else f'exec: "{name}": executable file not found in $PATH'
    file = next((file for file in (root / name.lstrip("/"), Path(name)) if file.is_file()), None)
    why = _not_executable(file) if file else "no such file or directory"
    return [name], f"fork/exec {name}: {why}" if why else None


def _not_executable(file: Path) -> str | None:
    """Why the system will refuse to run a file, in the system's words; None when it will run it."""
    if not file.stat().st_mode & stat.S_IXUSR:
        return "permission denied"
    with file.open("rb") as stream:
        head = stream.read(256)
    if head.startswith(b"#!"):
        interpreter = head[2:].partition(b"\n")[0].strip(b" \t").split(b" ")[0]
        return None if Path(os.fsdecode(interpreter)).exists() else "no such file or directory"
    with Path(sys.executable).open("rb") as stream:
        own = stream.read(20)
    same_machine = head[:4] == own[:4] and (own[:4] != b"\x7fELF" or head[18:20] == own[18:20])
    return None if same_machine else "exec format error"


@functools.cache
def _asked_version(node: str) -> tuple[int, int] | None:
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"v(\d+)\.(\d+)", said)
    return (int(found[1]), int(found[2])) if found else None


def _node_version() -> tuple[int, int] | None:
    """Major and minor version of the `node` on the PATH; None without one."""
    node = shutil.which("node")
    return _asked_version(node) if node else None
