"""AWS's own runtime clients, brought along as on AWS: by a `provided` function whose bootstrap starts them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TOOLS = ("node", "npm", "cmake", "make", "g++", "autoreconf", "libtoolize")
_OFFLINE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")


def python_client(before: str = "") -> dict[str, str | bytes]:
    """The bootstrap that starts `awslambdaric` under the interpreter at hand.

    Args:
        before: a line of shell that is run first.
    """
    environment = "export AWS_EXECUTION_ENV=AWS_Lambda_python3.13"  # there it writes JSON as it is, not in ASCII
    return {"bootstrap": f'#!/bin/sh\n{environment}\n{before}\nexec {sys.executable} -B -m awslambdaric "$_HANDLER"\n'}


def node_client(folder: Path) -> dict[str, str | bytes]:
    """The bootstrap that starts `aws-lambda-ric`, and the package itself, installed by npm below `folder`."""
    package = folder / "node_modules" / "aws-lambda-ric"
    files: dict[str, str | bytes] = {
        f"ric/{path.relative_to(package).as_posix()}": path.read_bytes()
        for path in (package / "package.json", *(package / "bin").iterdir(), *(package / "dist").iterdir())
    }
    start = f'exec {shutil.which("node")} "$LAMBDA_TASK_ROOT/ric/bin/index.mjs" "$_HANDLER"'
    return {**files, "bootstrap": f"#!/bin/sh\n{start}\n"}


def install_node_client(folder: Path) -> None:
    """Let npm fetch and build `aws-lambda-ric`, which takes a minute; skips the test where that cannot be done."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"aws-lambda-ric is built by npm, which needs: {', '.join(missing)}")
    if (folder / "node_modules" / "aws-lambda-ric" / "dist" / "rapid-client.node").exists():
        return
    (folder / "package.json").write_text('{"private": true}')
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-progress", "aws-lambda-ric@3"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=600, check=False)
    if any(word in done.stderr for word in _OFFLINE):
        pytest.skip("npm's registry is out of reach")
    assert done.returncode == 0, done.stderr[-2000:]
