"""`python -m lambdalab.teach.pack --to DIR`, or `make pack`: write the teacher's pack."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from lambdalab.teach import course
from lambdalab.teach.pack import writing


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m lambdalab.teach.pack", description="Write the teacher's pack.")
    parser.add_argument("--to", type=Path, required=True, metavar="DIR", help="a folder for it")
    parser.add_argument("--root", type=Path, help="the course (default: the one that came with this package)")
    given = parser.parse_args(arguments)
    try:
        for name in writing.write(course.load(given.root or course.own_root()), given.to):
            print(f"written   {(given.to / name).as_posix()}")
    except (ValueError, OSError) as wrong:
        print(wrong, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
