"""The process that holds checks and verdicts: `python -m lambdalab.teach.grading.judge`.

It runs no student code, listens on nothing, and no other process may look into its memory. Jobs come over stdin and
marks go out over stdout, as lines of JSON; one judge grades one submission after another. When its stdin closes it ends
and takes its labs and workers with it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from lambdalab.teach.grading.jail import NO_NETWORK_WALL, ends_with_parent, unreadable, without_network


def main() -> None:
    cut = without_network()  # before anything is loaded that might start a thread
    unreadable()
    ends_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def say(**message: Any) -> None:
        out.write(json.dumps(message) + "\n")
        out.flush()

    from lambdalab.teach.grading.marking import Surroundings, marks, read_text
    from lambdalab.teach.grading.processes import Gone
    from lambdalab.teach.grading.submission import UnreadableError, plan

    first = json.loads(sys.stdin.readline())
    around = Surroundings(first["covered"], () if cut else (NO_NETWORK_WALL,))
    steps = plan(Path(first["solution"]))
    try:
        for line in sys.stdin:
            job = json.loads(line)
            begun = time.monotonic()
            try:
                for one in marks(steps, read_text(Path(job["submission"])), job["seed"], around):
                    say(**one)
                say(end="graded", seconds=time.monotonic() - begun)
            except UnreadableError as wrong:
                say(end="unreadable", why=str(wrong))
            except (Gone, OSError) as wrong:
                say(end="failed", why=str(wrong))
    finally:
        around.stop()


if __name__ == "__main__":
    main()
