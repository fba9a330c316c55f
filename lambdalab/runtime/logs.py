"""What a function prints, on its way to the log.

On AWS the runtime's output reaches CloudWatch Logs by itself, one event a line. Here both output streams are one pipe,
read while the function runs, cut into lines with the moment of their arrival. Left out: the framed log descriptor.
"""

from __future__ import annotations

import contextlib
import os
import queue
import socket
import sys
import threading
import time
import uuid
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
        self._reader, self.writer = os.pipe()
        self._carrier: _Carrier | None = None
        if sys.platform == "win32":
            self._carrier = _Carrier(self._reader, self.writer)
        else:
            os.set_blocking(self._reader, False)
        self._rest: list[bytes] = []
        self._bytes = 0

    def fileno(self) -> int:
        return self._carrier.bell.fileno() if self._carrier else self._reader

    def close_writer(self) -> None:
        """To be called once the process has its own copy; a carrier needs it for its marks until the end."""
        if self.writer >= 0 and not self._carrier:
            os.close(self.writer)
            self.writer = -1

    def close(self) -> None:
        if self.writer >= 0:
            os.close(self.writer)
        if self._carrier:
            self._carrier.bell.close()
        else:
            os.close(self._reader)

    def read(self) -> tuple[list[LogEvent], bool]:
        """Everything that was printed before this call, as whole lines, and whether the pipe is still open."""
        if self._carrier:
            return self._lines(self._carrier.take()), True
        found: list[LogEvent] = []
        while True:
            try:
                data = os.read(self._reader, 1 << 16)
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


class _Carrier:
    """Windows' select knows only sockets: a thread reads the pipe and rings a bell that is one.

    What the thread has in hand belongs to the invocation that printed it, although it has not arrived. So `take` sends
    a mark after it through the same pipe, and waits for the mark.
    """

    def __init__(self, reader: int, writer: int) -> None:
        self.bell, ringer = socket.socketpair()
        self.bell.setblocking(False)
        ringer.setblocking(False)
        self._writer = writer
        self._mark = uuid.uuid4().hex.encode()
        self._arrived: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        threading.Thread(target=self._carry, args=(reader, ringer), daemon=True).start()

    def take(self) -> bytes:
        """All that the process had written when this was called."""
        with contextlib.suppress(BlockingIOError):
            self.bell.recv(1 << 16)
        os.write(self._writer, self._mark)
        data = b""
        while self._mark not in data:
            data += self._arrived.get()
        return data.replace(self._mark, b"")

    def _carry(self, reader: int, ringer: socket.socket) -> None:
        with ringer:
            while data := os.read(reader, 1 << 16):
                self._arrived.put(data)
                if not data.endswith(self._mark):  # somebody waits for that already
                    with contextlib.suppress(OSError):  # it rings, or nobody is there any more
                        ringer.send(b"!")
        os.close(reader)
