"""`Function`, the student's handle on one deployed function, and `deploy`, which makes one.

Everything here is a boto3 call with something friendlier around it: the same could be typed by hand. Versions, aliases
and concurrency are boto3's alone.
"""

from __future__ import annotations

import base64
import io
import json
import time
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from lambdalab.errors import LabError
from lambdalab.observe.records import Invocation
from lambdalab.results import THROTTLED, Result, Results

if TYPE_CHECKING:
    from lambdalab.lab import Lab

FILES = {"python": "lambda_function.py", "nodejs": "index.mjs", "provided": "bootstrap"}
"""The one file of a function deployed from text, by the runtime's kind."""
MOST_TOGETHER = 50
MOST_ARRIVALS, LONGEST_ARRIVALS = 500, 30  # calls; seconds


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
        return self._call(self._client(), _encode(event), qualifier)

    def invoke_each(self, events: Iterable[Any], *, qualifier: str | None = None) -> Results:
        """Call the function for each event, one call after the other (lesson 03).

        Raises:
            TypeError: an event cannot be JSON.
            botocore.exceptions.ClientError: Lambda refused a call.
        """
        return Results([self.invoke(event, qualifier=qualifier) for event in events])

    def invoke_together(self, events: Iterable[Any], *, qualifier: str | None = None) -> Results:
        """Call the function for all events at the same moment (lesson 03).

        No call starts before each of them holds an environment or was turned away, however fast the machine is. Calls
        that are turned away (429) are not tried again and stand among the results.

        Args:
            events: 1 to 50 of them.

        Raises:
            LabError: there are more than 50 events, or none.
            TypeError: an event cannot be JSON.
            botocore.exceptions.ClientError: Lambda refused a call for another reason.
        """
        calls = [_encode(event) for event in events]
        client = self._client_without_retries()
        gathering = {"name": self.name, "region": client.meta.region_name}
        self._lab._ask("POST", "together", {**gathering, "count": len(calls)})
        with ThreadPoolExecutor(len(calls)) as threads:
            results = list(threads.map(lambda call: self._call_or_throttle(client, call, qualifier), calls))
        came = self._lab._ask("GET", "together", **gathering)["came"]
        late = f"Only {came} of {len(calls)} calls came together within 10 seconds; they did not wait for the others."
        return Results(results, note="" if came >= len(calls) else late)

    def invoke_at(self, moments: Iterable[float], event: Any = None, *, qualifier: str | None = None) -> Results:
        """Call the function at given moments, whether or not earlier calls are done, as visitors do (lesson 09).

        Calls that are turned away (429) are not tried again and stand among the results.

        Args:
            moments: seconds from now, at most 500 of them within 30 seconds, in any order.
            event: the same for every call.

        Raises:
            LabError: there are none, too many, or one is before now or after 30 seconds.
            TypeError: the event cannot be JSON.
            botocore.exceptions.ClientError: Lambda refused a call for another reason.
        """
        due = sorted(moments)
        if not 1 <= len(due) <= MOST_ARRIVALS or due[0] < 0 or due[-1] > LONGEST_ARRIVALS:
            raise LabError(
                f"{len(due)} calls cannot be made at these moments: give 1 to {MOST_ARRIVALS} moments, in seconds from "
                f"now, from 0 to {LONGEST_ARRIVALS}"
            )
        payload = _encode(event)
        client = self._client_without_retries()
        start = time.monotonic()
        with ThreadPoolExecutor(len(due)) as threads:
            calls = []
            for moment in due:
                time.sleep(max(0.0, start + moment - time.monotonic()))
                calls.append(threads.submit(self._call_or_throttle, client, payload, qualifier))
            return Results([call.result() for call in calls])

    def _client_without_retries(self) -> Any:
        from botocore.config import Config

        settings = Config(retries={"max_attempts": 0}, max_pool_connections=MOST_TOGETHER, read_timeout=1000)
        return self._lab.client("lambda", settings)

    def _call_or_throttle(self, client: Any, payload: bytes, qualifier: str | None) -> Result:
        try:
            return self._call(client, payload, qualifier)
        except client.exceptions.TooManyRequestsException as throttled:
            answer = throttled.response
            said = json.dumps({"Reason": answer.get("Reason"), "message": answer["Error"]["Message"]}).encode()
            request_id = answer["ResponseMetadata"]["RequestId"]
            seen = next(iter(self._lab.history(request_id=request_id)), None)
            return Result(self.name, "", THROTTLED, None, said, request_id, invocation=seen)

    def _call(self, client: Any, payload: bytes, qualifier: str | None) -> Result:
        """One synchronous call, with what the lab knows of it."""
        more = {"Qualifier": qualifier} if qualifier else {}
        answer = client.invoke(FunctionName=self.name, Payload=payload, LogType="Tail", **more)
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

    def replace_environments(self) -> int:
        """End its idle environments, so that the next call starts cold; how many they were (lesson 03).

        Busy ones end after their call. Provisioned ones stay.
        """
        asked = {"name": self.name, "region": self._client().meta.region_name}
        return int(self._lab._ask("POST", "replace", asked)["ended"])

    def delete(self) -> None:
        self._client().delete_function(FunctionName=self.name)

    def _client(self) -> Any:
        return self._lab.client("lambda")

    def __repr__(self) -> str:
        return f"Function({self.name!r})"


class Log(list[str]):
    """Log lines, shown as a log."""

    def __repr__(self) -> str:
        return "\n".join(self) or "The log is empty: this function has not run, or its role may not write a log."


def _encode(event: Any) -> bytes:
    return json.dumps({} if event is None else event, ensure_ascii=False).encode()


def package(files: Mapping[str, str | bytes]) -> bytes:
    """A deployment package: a zip of the given files, the same to the byte for the same content.

    A file named `bootstrap` may be executed, as a provided runtime needs it.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, date_time=(2026, 1, 1, 0, 0, 0))
            info.external_attr = (0o755 if name == FILES["provided"] else 0o644) << 16
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
    runtime: str = "python",
) -> Function:
    """Create the function, or give an existing one new code and settings.

    Follows https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html; lesson 00, through `%%deploy`.

    Args:
        source: the text of the function's one file: lambda_function.py, index.mjs or bootstrap.
        memory: MB, 128 to 10,240.
        timeout: seconds, 1 to 900.
        handler: a function of the file, or "module.function".
        env: environment variables.
        layers: names of published layers, the newest version is taken, or ARNs of layer versions.
        runtime: "python", "nodejs" or "provided", meant as this machine has it, or AWS's identifier of one.

    Raises:
        LabError: the lab has no such runtime. One that only this machine lacks is refused when it is called.
        botocore.exceptions.ClientError: Lambda refuses a value.
    """
    from lambdalab.service.programs import identifier, refusal

    client = lab.client("lambda")
    runtime = identifier(runtime)
    file = next((file for kind, file in FILES.items() if runtime.startswith(kind)), None)
    if file is None:
        raise LabError(f"{refusal(runtime)}")
    settings: dict[str, Any] = {
        "Handler": handler if "." in handler else f"{file.partition('.')[0]}.{handler}",
        "MemorySize": memory,
        "Timeout": timeout,
        "Environment": {"Variables": dict(env or {})},
        "Layers": [_layer_arn(client, layer) for layer in layers],
        "Runtime": runtime,
        "Role": lab.role,
    }
    code = package({file: source})
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
