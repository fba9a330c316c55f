"""Runs the lines of a Parsons exercise, in the order a student gave, in a process of its own.

The process begins as a notebook does before a lab is started: lambdalab is imported, AWS is out of reach, and no
boto3 setting points anywhere. Its `Lab()` sets what the student's own running lab has set, so the lines reach the
student's functions. Lines come in, and what became of them goes out, as JSON: `python -m
lambdalab.learn.assembled`.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SETTINGS = ("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION", "AWS_REGION")
_SECONDS = 30


@dataclass(frozen=True)
class Ran:
    """What became of the lines.

    Args:
        value: what `result` held, if JSON can carry it.
        kind: the type of `result`, "" if no line made it.
        error: the type of the error that ended the run, "" if none did.
        text: what the error says.
        line: the number of the line that raised it, from 0.
    """

    value: Any = None
    kind: str = ""
    error: str = ""
    text: str = ""
    line: int = -1


def run(lines: Sequence[str]) -> Ran:
    """Run the lines in a fresh process whose lab is the one that is running here."""
    settings = {name: os.environ[name] for name in SETTINGS if name in os.environ}
    given = json.dumps({"lines": list(lines), "settings": settings})
    command = [sys.executable, "-m", "lambdalab.learn.assembled"]
    done = subprocess.run(command, input=given.encode(), capture_output=True, timeout=_SECONDS, check=False)
    if done.returncode:
        return Ran(error="RuntimeError", text=done.stderr.decode("utf-8", "replace")[-200:])
    return Ran(**json.loads(done.stdout))


def _run_here(lines: Sequence[str], settings: Mapping[str, str]) -> Ran:
    import boto3

    class Lab:
        def __init__(self) -> None:
            os.environ.update(settings)
            boto3.DEFAULT_SESSION = None

    names: dict[str, Any] = {"Lab": Lab, "boto3": boto3, "json": json}
    for number, line in enumerate(lines):
        try:
            exec(line, names)
        except Exception as error:
            return Ran(error=type(error).__name__, text=str(error), line=number)
    if "result" not in names:
        return Ran()
    result = names["result"]
    try:
        return Ran(value=json.loads(json.dumps(result)), kind=type(result).__name__)
    except TypeError:
        return Ran(kind=type(result).__name__)


def main() -> None:
    given = json.loads(sys.stdin.buffer.read())
    ran = _run_here(given["lines"], given["settings"])
    sys.stdout.buffer.write(json.dumps(vars(ran)).encode())


if __name__ == "__main__":
    main()
