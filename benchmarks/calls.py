"""A call through boto3, and importing the library."""

from __future__ import annotations

from collections.abc import Iterator

import boto3

from benchmarks.echo import bare
from benchmarks.measure import Row, in_turn, python
from lambdalab import Lab
from lambdalab.functions import deploy

ECHO = "def handler(event, context):\n    return event"


def rows() -> Iterator[Row]:
    alone, with_lab = in_turn(9, python("-c", "import boto3"), python("-c", "import boto3, lambdalab"))
    yield Row("import lambdalab after boto3", with_lab, "import boto3", alone)

    lab = Lab()
    deploy(lab, "echo", ECHO).invoke()
    with bare() as address:
        clients = boto3.client("lambda", endpoint_url=address), boto3.client("lambda")
        call = {"FunctionName": "echo", "Payload": b'{"name": "Ada"}'}
        floor, warm = in_turn(400, *(lambda to=to: to.invoke(**call)["Payload"].read() for to in clients))
        yield Row("warm invoke through boto3", warm, "boto3 to a bare echo server", floor, "at most 1.4")
        yield Row("added by a warm invoke", warm - floor, "target", 1.5, "at most 1")
    lab.stop()
