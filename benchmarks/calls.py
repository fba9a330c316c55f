"""A call through boto3, and importing the library."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import boto3
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from benchmarks.measure import Row, in_turn, python
from lambdalab import Lab
from lambdalab.functions import deploy

ECHO = "def handler(event, context):\n    return event"


class Quiet(WSGIRequestHandler):
    disable_nagle_algorithm = True

    def log_request(self, *_: object) -> None:
        return


@Request.application
def echo(request: Request) -> Response:
    return Response(request.get_data(), content_type="application/json")


def rows() -> Iterator[Row]:
    alone, with_lab = in_turn(9, python("-c", "import boto3"), python("-c", "import boto3, lambdalab"))
    yield Row("import lambdalab after boto3", with_lab, "import boto3", alone)

    lab = Lab()
    deploy(lab, "echo", ECHO).invoke()
    server = make_server("127.0.0.1", 0, echo, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    bare = boto3.client("lambda", endpoint_url=f"http://127.0.0.1:{server.server_port}")
    ours = boto3.client("lambda")
    call = {"FunctionName": "echo", "Payload": b'{"name": "Ada"}'}
    floor, warm = in_turn(400, *(lambda to=to: to.invoke(**call)["Payload"].read() for to in (bare, ours)))
    yield Row("warm invoke through boto3", warm, "boto3 to a bare echo server", floor, "at most 1.4")
    yield Row("added by a warm invoke", warm - floor, "target", 1.5, "at most 1")
    server.shutdown()
    lab.stop()
