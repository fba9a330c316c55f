"""The server's end of the wire: how a request is taken, and how an answer is sent.

On AWS this is a fleet of machines. Here it is werkzeug's server, which starts a thread for each request and sends an
answer in two pieces. A warm call feels both, so threads are used again, and an answer leaves in one piece.
"""

from __future__ import annotations

import functools
import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import Any

from werkzeug.serving import ThreadedWSGIServer

from lambdalab.cloud import seam

_KEPT = 8
"""Threads that wait for a next request; what a burst needs beyond them ends with it."""
_Job = Callable[[], None]


class Handler(seam.RequestHandler):
    """moto's request handler, quiet and without the delays that TCP adds to small answers."""

    disable_nagle_algorithm = True
    wbufsize = 1 << 16  # head and body leave together: who waits for them is woken once

    def make_environ(self) -> dict[str, Any]:
        self.wfile.flush()  # what may wait there now is "100 Continue", without which the client sends no body
        return super().make_environ()

    def log_request(self, *_: Any) -> None:
        return


class Server(ThreadedWSGIServer):
    """Answers each request in a thread, one that has just answered another if there is one.

    Args:
        host: the address to listen on.
        port: 0 for any that is free.
        app: a WSGI application.
    """

    def __init__(self, host: str, port: int, app: Any) -> None:
        self._free: deque[SimpleQueue[_Job | None]] = deque()
        super().__init__(host, port, app, Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        job = functools.partial(self.process_request_thread, request, client_address)
        try:
            self._free.pop().put(job)
        except IndexError:
            threading.Thread(target=self._work, args=(job,), name="request", daemon=True).start()

    def _work(self, job: _Job | None) -> None:
        mine: SimpleQueue[_Job | None] = SimpleQueue()
        while job:
            job()
            if len(self._free) >= _KEPT:
                return
            self._free.append(mine)
            if self.socket.fileno() < 0:  # the server is closed, and has perhaps just told those that were free
                return
            job = mine.get()

    def server_close(self) -> None:
        super().server_close()
        while self._free:
            self._free.pop().put(None)
