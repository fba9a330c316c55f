"""Functions of a check's own, made with boto3 as the exercise asks for them, and deleted afterwards.

`Work.own_function` deploys one source file; here a check gives the zip, the handler and the settings itself.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from urllib.request import urlopen

from botocore.exceptions import ClientError

from lambdalab.functions import package
from lambdalab.learn.exercises import Raised
from lambdalab.learn.work import Work

RUNTIME = "python3.12"  # as the lessons say it; the lab runs it with this machine's Python


def code(source: str) -> bytes:
    """The zip of one file that Lambda runs by the handler `lambda_function.handler`."""
    return package({"lambda_function.py": source})


def files_of(work: Work, function: str) -> dict[str, bytes]:
    """What is in the zip of a deployed function, by name."""
    where = work.client.get_function(FunctionName=function)["Code"]["Location"]
    with urlopen(where) as answer, zipfile.ZipFile(io.BytesIO(answer.read())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def code_with(work: Work, function: str, more: Mapping[str, str]) -> bytes:
    """The zip of the student's deployed function with further files, by which a check changes what is around it."""
    return package({**files_of(work, function), **more})


@contextmanager
def own_function(
    work: Work, name: str, zip_file: bytes, handler: str = "lambda_function.handler", **settings: Any
) -> Iterator[str]:
    """Create the function, and delete it when the block ends; one that an interrupted check left is replaced.

    Raises:
        botocore.exceptions.ClientError: Lambda refuses it.
    """
    delete(work, name)
    more = {"Role": work.lab.role, **settings}
    work.client.create_function(FunctionName=name, Runtime=RUNTIME, Handler=handler, Code={"ZipFile": zip_file}, **more)
    try:
        yield name
    finally:
        delete(work, name)


def delete(work: Work, name: str) -> None:
    with suppress(work.client.exceptions.ResourceNotFoundException):
        work.client.delete_function(FunctionName=name)


def answer_of(work: Work, name: str, event: Any, **more: str) -> tuple[Any, bool]:
    """What the function answered, and whether it failed (then it is AWS's error object)."""
    said: Mapping[str, Any] = work.client.invoke(FunctionName=name, Payload=json.dumps(event).encode(), **more)
    return json.loads(said["Payload"].read()), "FunctionError" in said


def refusal(error: ClientError) -> Raised:
    """A refusal of AWS's, as an error of the student's; what S3 says in `ArgumentValue1` alone comes first."""
    said = error.response["Error"]
    reason = str(said.get("ArgumentValue1", ""))
    text = str(said.get("Message", ""))
    return Raised(str(said["Code"]), f"{reason} ({text})" if reason else text, error=error)
