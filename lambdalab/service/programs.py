"""From a function version to the program that an environment runs.

On AWS the managed runtimes are operating-system images. Here a Python function runs under the interpreter at hand.
Left out so far: Node, provided runtimes, container images.
"""

from __future__ import annotations

import os
import sys

from lambdalab.keys import Key
from lambdalab.runtime.environment import BOOTSTRAP
from lambdalab.runtime.files import FileStore
from lambdalab.runtime.process import Program
from lambdalab.service.model import FunctionVersion

PYTHON = f"python{sys.version_info[0]}.{sys.version_info[1]}"


def program(function: FunctionVersion, files: FileStore, key: Key, endpoint: str) -> Program:
    """Unpack what the function needs and say how to run it, with the variables that AWS sets.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html; lesson 02. The lab's own additions
    are AWS_ENDPOINT_URL, NO_PROXY, TMPDIR and LAMBDALAB_PATH, which the runtime takes away before the handler loads.
    """
    folder = files.code(function.code)
    layers = files.layers(function.layers)
    site = f"python/lib/{PYTHON}/site-packages"
    opt = [layers / "python", layers / site] if layers else []
    variables = {
        **function.variables,
        "PATH": os.pathsep.join(["/usr/local/bin", "/usr/bin", "/bin", *([str(layers / "bin")] if layers else [])]),
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "LAMBDA_TASK_ROOT": str(folder),
        "LAMBDA_RUNTIME_DIR": str(files.runtime()),
        "LAMBDALAB_PATH": os.pathsep.join(str(path) for path in [*opt, files.runtime()]),
        "_HANDLER": function.handler,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_LOG_GROUP_NAME": function.log_group,
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_ACCESS_KEY_ID": key.access_key_id,
        "AWS_SECRET_ACCESS_KEY": key.secret,
        "AWS_SESSION_TOKEN": key.token or "",
        "AWS_ENDPOINT_URL": endpoint,
        "NO_PROXY": "127.0.0.1,localhost",
    }
    if sys.platform == "win32":
        variables["SYSTEMROOT"] = os.environ.get("SYSTEMROOT", "")
    command = [sys.executable, "-I", "-S", "-B", "-X", "utf8", str(BOOTSTRAP)]
    version = ".".join(str(part) for part in sys.version_info[:2])
    return Program(command, variables, folder, f"python:{version}", float(function.timeout))
