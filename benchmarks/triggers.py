"""An upload that runs a function, and a request through a web front."""

from __future__ import annotations

import contextlib
import http.client
import io
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import boto3

from benchmarks.calls import ECHO
from benchmarks.echo import bare
from benchmarks.measure import Row, medians, milliseconds
from lambdalab import Lab
from lambdalab.functions import deploy

SAYS_WHEN = "import time\ndef handler(event, context):\n    print(f'first line {time.time():.6f}')"
WEB = "def handler(event, context):\n    return {'statusCode': 200, 'body': 'hello'}"
TIMES = 100


def rows() -> Iterator[Row]:
    lab = Lab()
    yield upload(lab)
    yield from request(lab)
    lab.stop()


def upload(lab: Lab) -> Row:
    """From before a put to the handler's first line, against moto's own put and a warm call."""
    s3, client, function = boto3.client("s3"), boto3.client("lambda"), deploy(lab, "says-when", SAYS_WHEN)
    deploy(lab, "echo", ECHO)
    s3.create_bucket(Bucket="photos")
    with contextlib.redirect_stdout(io.StringIO()):  # which calls it made belongs into no table
        lab.trigger("s3:photos", "says-when")
    with own_moto() as moto:
        moto.create_bucket(Bucket="photos")
        began: list[float] = []

        def put(to: Any) -> float:
            return milliseconds(lambda: to.put_object(Bucket="photos", Key="a", Body=b"x" * 1000))

        def uploaded() -> float:
            began.append(time.time())
            put(s3)
            function.wait(len(began), source="s3:")
            return 0.0

        def called() -> float:
            return milliseconds(lambda: client.invoke(FunctionName="echo", Payload=b"{}")["Payload"].read())

        uploaded(), called()
        _, bare, call = medians(TIMES, uploaded, lambda: put(moto), called)
    said = [float(line.split()[2]) for line in function.logs(10_000) if line.startswith("first line")]
    taken = [(at - start) * 1000 for start, at in zip(began, sorted(said), strict=True)]
    what = "S3 put to the handler's first line, warm"
    return Row(what, statistics.median(taken), "moto's own put + a warm invoke", bare + call, "at most 1.5")


def request(lab: Lab) -> Iterator[Row]:
    """A request through an HTTP API, against a bare server of the same kind: the middle one, and the 99th of 100."""
    deploy(lab, "web", WEB, memory=1769)  # a whole processor: less would be measured instead of the way
    api = boto3.client("apigatewayv2").create_api(
        Name="web", ProtocolType="HTTP", Target=lab.function("web").configuration["FunctionArn"]
    )
    boto3.client("lambda").add_permission(
        FunctionName="web",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
        SourceArn=f"arn:aws:execute-api:us-east-1:123456789012:{api['ApiId']}/*/*",
    )
    with bare() as address:
        ours, theirs = getting(api["ApiEndpoint"]), getting(address)
        ours(), theirs()
        front, floor = [ours() for _ in range(5 * TIMES)], [theirs() for _ in range(5 * TIMES)]
    yield Row("HTTP API request, p50", statistics.median(front), "bare server, p50", statistics.median(floor))
    yield Row("HTTP API request, p99", _p99(front), "bare server, p99", _p99(floor))


def getting(address: str) -> Callable[[], float]:
    """One GET on a kept connection; its milliseconds."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc)

    def get() -> float:
        def once() -> None:
            connection.request("GET", "/")
            answer = connection.getresponse()
            assert answer.status == 200, answer.read()
            answer.read()

        return milliseconds(once)

    return get


def _p99(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=100)[98]


@contextlib.contextmanager
def own_moto() -> Iterator[Any]:
    """moto's own server as its users run it, and a client of its S3."""
    process = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr is not None
        address = next(line.split()[-1] for line in process.stderr if "Running on" in line)
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield boto3.client("s3", endpoint_url=address)
    finally:
        process.terminate()
        process.wait()
