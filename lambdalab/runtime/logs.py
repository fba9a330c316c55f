"""What a function prints, on its way to the log.

On AWS the runtime's output reaches CloudWatch Logs by itself, one event a line. Here both output streams are one pipe,
read while the function runs, cut into lines with the moment of their arrival. Left out: the framed log descriptor.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
from dataclasses import dataclass

MOST_BYTES = 8 * 2**20


@dataclass(frozen=True)
class LogEvent:
    """One event of a log stream: milliseconds since 1970, and the text."""

    timestamp: int
    message: str


class LogPipe:
    """The pipe behind a function's print: `writer` goes to the process, the rest stays here."""

    def __init__(self) -> None:
        reader, self.writer = os.pipe()
        self._socket: socket.socket | None = None
        if sys.platform == "win32":  # select there knows only sockets: a thread carries the bytes over
            self._socket, other = socket.socketpair()
            threading.Thread(target=_carry, args=(reader, other), daemon=True).start()
            self._socket.setblocking(False)
            reader = self._socket.fileno()
        else:
            os.set_blocking(reader, False)
        self._reader = reader
        self._rest: list[bytes] = []
        self._bytes = 0

    def fileno(self) -> int:
        return self._reader

    def close_writer(self) -> None:
        """To be called once the process has its own copy."""
        if self.writer >= 0:
            os.close(self.writer)
            self.writer = -1

    def close(self) -> None:
        self.close_writer()
        if self._socket:
            self._socket.close()
        else:
            os.close(self._reader)

    def read(self) -> tuple[list[LogEvent], bool]:
        """Everything that has arrived, as whole lines, and whether the pipe is still open."""
        found: list[LogEvent] = []
        while True:
            try:
                data = self._socket.recv(1 << 16) if self._socket else os.read(self._reader, 1 << 16)
            except BlockingIOError:
                return found, True
            except OSError:
                return found, False
            if not data:
                return found + self.rest(), False
            found += self._lines(data)

    def rest(self) -> list[LogEvent]:
        """The last line, if it has no end yet."""
        line = b"".join(self._rest)
        self._rest = []
        return [_event(line)] if line else []

    def start(self) -> None:
        """A new invocation: the limit of what is kept counts from zero."""
        self._bytes = 0

    def _lines(self, data: bytes) -> list[LogEvent]:
        before = self._bytes
        self._bytes += len(data)
        if before > MOST_BYTES:
            return []
        if b"\n" in data:
            *lines, rest = b"".join([*self._rest, data]).split(b"\n")
            events, self._rest = [_event(line) for line in lines], [rest]
        else:
            events = []
            self._rest.append(data)
        if self._bytes > MOST_BYTES:
            self._rest = []
            events.append(_event(b"[lambdalab] more than 8 MB in one invocation: the rest is not kept"))
        return events


def _event(line: bytes) -> LogEvent:
    return LogEvent(int(time.time() * 1000), line.decode("utf-8", "replace").replace("\r", "\n"))


def _carry(reader: int, out: socket.socket) -> None:
    with out:
        while data := os.read(reader, 1 << 16):
            out.sendall(data)
    os.close(reader)
