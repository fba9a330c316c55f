"""What is measured from within one process: threads, and forks of a small one. A program of the standard library only.

`isolation` starts it as a process of its own, so that no notebook is ever forked. It speaks lines: each answers one
line of its standard input, and the end of the input ends it and all that it started. Left out: memory, which is read
from outside.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time


def threads(count: int) -> None:
    """Start so many threads at the first line, say how many milliseconds each took, and keep them until the end."""
    parked = threading.Event()
    moments: list[float] = []

    def work() -> None:
        moments.append(time.perf_counter())
        parked.wait()

    say("ready")
    if not sys.stdin.readline():
        return
    taken = []
    started = []
    for _ in range(count):
        before = time.perf_counter()
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        started.append(thread)
        while len(moments) < len(started):  # the thread has run when `start` is back, or soon after
            time.sleep(0)
        taken.append((moments[-1] - before) * 1000)
    say(json.dumps(taken))
    sys.stdin.readline()
    parked.set()
    for thread in started:
        thread.join()


def forks() -> None:
    """At each line fork once: say the copy's process id and how long its first word took; the next line ends it."""
    say("ready")
    while sys.stdin.readline():
        word, speak = os.pipe()
        hold, let_go = os.pipe()
        before = time.perf_counter()
        pid = os.fork()
        if pid == 0:
            os.close(let_go)
            os.write(speak, b"1")
            os.read(hold, 1)  # until the original lets go, or has ended
            os._exit(0)
        os.read(word, 1)
        say(json.dumps([pid, (time.perf_counter() - before) * 1000]))
        sys.stdin.readline()
        for end in (let_go, hold, word, speak):
            os.close(end)
        os.waitpid(pid, 0)


def say(words: str) -> None:
    print(words, flush=True)


if __name__ == "__main__":
    threads(int(sys.argv[2])) if sys.argv[1] == "threads" else forks()
