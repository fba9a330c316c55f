"""The floor of a call: a bare server of the lab's kind, werkzeug's in a process of its own, that echoes."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response


@contextlib.contextmanager
def bare() -> Iterator[str]:
    """The address of a started echo server."""
    command = [sys.executable, "-m", "benchmarks.echo"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin and server.stdout
        yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        server.stdin.close()


class _Quiet(WSGIRequestHandler):
    disable_nagle_algorithm = True

    def log_request(self, *_: object) -> None:
        return


@Request.application
def _echo(request: Request) -> Response:
    return Response(request.get_data(), content_type="application/json")


def _serve() -> None:
    """Say the port, and answer until the standard input ends."""
    server = make_server("127.0.0.1", 0, _echo, threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    _serve()
