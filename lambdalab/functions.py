"""`Function`, the student's handle on one deployed function, and `Result`, what one call gave.

Everything here is a boto3 call with something friendlier around it: the same could be typed by hand. Left out: versions
and aliases.
"""

from __future__ import annotations

import base64
import io
import json
import time
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lambdalab.errors import LabError
from lambdalab.observe.explain import advice
from lambdalab.observe.records import Invocation, Report

if TYPE_CHECKING:
    from lambdalab.lab import Lab
    from lambdalab.show.result import ResultCard

FILE = "lambda_function.py"


@dataclass(frozen=True)
class Result:
    """What a caller gets from one invocation, with what was measured (lessons 00 and 01).

    Args:
        function: the function's name.
        version: the version that ran, "$LATEST" or a number; "" for a queued event.
        status_code: the HTTP status of the call: 200, or 202 for a queued event.
        function_error: "Unhandled" if the function failed, else None.
        payload: the answer as it came, JSON text.
        request_id: the invocation's id.
        log: the last 4 KB of its log.
        invocation: which environment and process ran it; None for a queued event.
    """

    function: str
    version: str
    status_code: int
    function_error: str | None
    payload: bytes
    request_id: str
    log: str = ""
    invocation: Invocation | None = None

    @property
    def answer(self) -> Any:
        """The answer as a Python value.

        Raises:
            LabError: the function failed, or the event was only queued.
        """
        if self.function_error:
            error = self.error or {}
            raise LabError(
                f"{self.function} failed, so there is no answer: {error.get('errorType')}: {error.get('errorMessage')}."
                " Look at `.error` and `.log`."
            )
        if self.status_code != 200:
            raise LabError(f"the event for {self.function} was queued (202): an asynchronous call has no answer")
        return json.loads(self.payload)

    @property
    def error(self) -> dict[str, Any] | None:
        """AWS's error object, or None."""
        return json.loads(self.payload) if self.function_error else None

    @property
    def report(self) -> Report | None:
        return self.invocation.report if self.invocation else None

    @property
    def cold(self) -> bool | None:
        return self.invocation.cold if self.invocation else None

    def _card(self, log: str = "") -> ResultCard:
        from lambdalab.facts import prices_date
        from lambdalab.models.cost import invocation_price, per_million
        from lambdalab.show.result import ResultCard

        report = self.report
        error = self.error
        return ResultCard(
            function=self.function,
            version=self.version,
            environment=self.invocation.environment if self.invocation else None,
            process_id=self.invocation.pid if self.invocation else None,
            cold=self.cold,
            status_code=self.status_code,
            function_error=self.function_error,
            answer=f"{error.get('errorType')}: {error.get('errorMessage')}" if error else self.payload.decode(),
            report=report,
            request_id=self.request_id,
            price_per_million=(
                per_million(invocation_price(report.billed_ms, report.memory_size_mb)) if report else None
            ),
            prices_date=prices_date(),
            note=(advice(error.get("errorType"), str(error.get("errorMessage"))) if error else None) or "",
            log=log,
        )

    def _repr_html_(self) -> str:
        return self._card(log=self.log).html()

    def __repr__(self) -> str:
        return self._card().text()


class Function:
    """One deployed function by name (lesson 00). Nothing is kept here: every call asks the cloud."""

    def __init__(self, lab: Lab, name: str) -> None:
        self._lab, self.name = lab, name

    def invoke(self, event: Any = None, *, qualifier: str | None = None) -> Result:
        """Call the function and wait for its answer.

        Follows https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html; lesson 00.

        Args:
            event: anything that JSON can carry, at most 6 MB; None becomes an empty object.
            qualifier: a version's number or an alias.

        Raises:
            TypeError: the event cannot be JSON.
            botocore.exceptions.ClientError: Lambda refused the call; a function's own failure is not raised.
        """
        more = {"Qualifier": qualifier} if qualifier else {}
        answer = self._client().invoke(FunctionName=self.name, Payload=_encode(event), LogType="Tail", **more)
        request_id = answer["ResponseMetadata"]["RequestId"]
        return Result(
            function=self.name,
            version=answer.get("ExecutedVersion", ""),
            status_code=answer["StatusCode"],
            function_error=answer.get("FunctionError"),
            payload=answer["Payload"].read(),
            request_id=request_id,
            log=base64.b64decode(answer.get("LogResult", "")).decode("utf-8", "replace"),
            invocation=next(iter(self._lab.history(request_id=request_id)), None),
        )

    def invoke_async(self, event: Any = None) -> Result:
        """Queue an event for the function and return at once, with status 202 (lesson 02).

        Raises:
            TypeError: the event cannot be JSON.
        """
        answer = self._client().invoke(FunctionName=self.name, Payload=_encode(event), InvocationType="Event")
        return Result(
            function=self.name,
            version="",
            status_code=answer["StatusCode"],
            function_error=None,
            payload=b"",
            request_id=answer["ResponseMetadata"]["RequestId"],
        )

    def wait(self, count: int = 1, *, source: str = "", timeout: float = 10.0) -> list[Invocation]:
        """Wait until the function has run at least `count` times in all, then return what has run.

        Args:
            count: how many times.
            source: count only events whose source begins so, such as "s3:photos/".
            timeout: seconds of real time.

        Raises:
            TimeoutError: it has not after `timeout` seconds; the text says what is known.
        """
        ends = time.monotonic() + timeout
        while True:
            found = [i for i in self._lab.history(name=self.name) if i.environment and i.source.startswith(source)]
            if len(found) >= count:
                return found
            if time.monotonic() > ends:
                story = self._lab.explain(self.name)
                raise TimeoutError(f"{self.name} has not run {count} times after {timeout:g} s.\n{story}")
            time.sleep(0.02)

    def logs(self, last: int = 100) -> Log:
        """The function's log, newest at the end (lesson 02).

        Args:
            last: how many log events at most.
        """
        client, group = self._lab.client("logs"), f"/aws/lambda/{self.name}"
        try:
            pages = client.get_paginator("filter_log_events").paginate(logGroupName=group)
            events = [event for page in pages for event in page["events"]]
        except client.exceptions.ResourceNotFoundException:
            return Log([])
        return Log([event["message"].rstrip("\n") for event in events][-last:])

    @property
    def configuration(self) -> dict[str, Any]:
        """What Lambda knows of the function, as GetFunctionConfiguration answers."""
        answer: dict[str, Any] = self._client().get_function_configuration(FunctionName=self.name)
        return answer

    def delete(self) -> None:
        self._client().delete_function(FunctionName=self.name)

    def _client(self) -> Any:
        return self._lab.client("lambda")

    def __repr__(self) -> str:
        return f"Function({self.name!r})"


class Log(list[str]):
    """Log lines, shown as a log."""

    def __repr__(self) -> str:
        return "\n".join(self) or "The log is empty: this function has not run."


def _encode(event: Any) -> bytes:
    return json.dumps({} if event is None else event, ensure_ascii=False).encode()


def package(files: Mapping[str, str | bytes]) -> bytes:
    """A deployment package: a zip of the given files, the same to the byte for the same content."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
            info.external_attr = 0o644 << 16
            archive.writestr(info, files[name])
    return out.getvalue()


def deploy(
    lab: Lab,
    name: str,
    source: str,
    *,
    memory: int = 128,
    timeout: int = 3,
    handler: str = "handler",
    env: Mapping[str, str] | None = None,
    layers: Sequence[str] = (),
) -> Function:
    """Create the function, or give an existing one new code and settings.

    Follows https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html; lesson 00, through `%%deploy`.

    Args:
        source: the text of lambda_function.py.
        memory: MB, 128 to 10,240.
        timeout: seconds, 1 to 900.
        handler: a function of the file, or "module.function".
        env: environment variables.
        layers: names of published layers, the newest version is taken, or ARNs of layer versions.

    Raises:
        botocore.exceptions.ClientError: Lambda refuses a value.
    """
    from lambdalab.service.programs import PYTHON

    client = lab.client("lambda")
    settings: dict[str, Any] = {
        "Handler": handler if "." in handler else f"lambda_function.{handler}",
        "MemorySize": memory,
        "Timeout": timeout,
        "Environment": {"Variables": dict(env or {})},
        "Layers": [_layer_arn(client, layer) for layer in layers],
        "Runtime": PYTHON,
        "Role": lab.role,
    }
    code = package({FILE: source})
    try:
        client.create_function(FunctionName=name, Code={"ZipFile": code}, **settings)
    except client.exceptions.ResourceConflictException:
        client.update_function_configuration(FunctionName=name, **settings)
        client.update_function_code(FunctionName=name, ZipFile=code)
    return Function(lab, name)


def _layer_arn(client: Any, layer: str) -> str:
    if layer.startswith("arn:"):
        return layer
    versions = client.list_layer_versions(LayerName=layer)["LayerVersions"]
    if not versions:
        raise LabError(
            f'there is no layer named {layer!r} yet, so the function cannot use it. Make it first: lab.layer("{layer}")'
        )
    newest = max(versions, key=lambda version: version["Version"])
    return str(newest["LayerVersionArn"])
