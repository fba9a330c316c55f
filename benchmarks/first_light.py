"""Speed against floors and peers in the same run: `make bench`.

Each row compares medians of repeated runs, one kind after the other in turn, so that a busy machine slows both. Nothing
here is a test: a slow machine must not make one fail.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import boto3
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from lambdalab import Lab
from lambdalab.functions import deploy


def milliseconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def in_turn(times: int, *runs: Callable[[], object]) -> list[float]:
    """The median milliseconds of each, run in turn."""
    taken: list[list[float]] = [[] for _ in runs]
    for _ in range(times):
        for run, found in zip(runs, taken, strict=True):
            found.append(milliseconds(run))
    return [statistics.median(found) for found in taken]


def python(*arguments: str) -> Callable[[], object]:
    return lambda: subprocess.run([sys.executable, *arguments], check=True, capture_output=True)


class Quiet(WSGIRequestHandler):
    disable_nagle_algorithm = True

    def log_request(self, *_: object) -> None:
        return


@Request.application
def echo(request: Request) -> Response:
    return Response(request.get_data(), content_type="application/json")


def main() -> None:
    rows = []
    alone, with_lab = in_turn(9, python("-c", "import boto3"), python("-c", "import boto3, lambdalab"))
    rows.append(("import lambdalab after boto3", with_lab, "import boto3", alone))

    lab = Lab()
    function = deploy(lab, "echo", "def handler(event, context):\n    return event")
    server = make_server("127.0.0.1", 0, echo, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    bare = boto3.client("lambda", endpoint_url=f"http://127.0.0.1:{server.server_port}")
    ours = boto3.client("lambda")
    call = {"FunctionName": "echo", "Payload": b'{"name": "Ada"}'}
    function.invoke()
    floor, warm = in_turn(300, lambda: bare.invoke(**call), lambda: ours.invoke(**call)["Payload"].read())
    rows.append(("warm invoke through boto3", warm, "boto3 to a bare echo server", floor))

    inits, starts = [], []
    for number in range(15):
        deploy(lab, "echo", f"# {number}\ndef handler(event, context):\n    return event")
        report = function.invoke().report
        assert report is not None and report.init_ms is not None
        inits.append(report.init_ms)
        starts.append(milliseconds(python("-I", "-S", "-c", "import json")))
    rows.append(
        ("cold start, init", statistics.median(inits), 'python -I -S -c "import json"', statistics.median(starts))
    )
    server.shutdown()

    print(f"{'what':30} {'ms':>8}   {'floor':32} {'ms':>8} {'ratio':>6}")
    for what, mine, name, base in rows:
        print(f"{what:30} {mine:8.2f}   {name:32} {base:8.2f} {mine / base:6.2f}")
    print(json.dumps([{"what": w, "ms": m, "floor": n, "floor_ms": b, "ratio": m / b} for w, m, n, b in rows]))


if __name__ == "__main__":
    main()
