"""Writes the HTML edition: `python -m lambdalab.teach.html [--to build/html]`."""

from __future__ import annotations

import argparse
from pathlib import Path

from lambdalab.teach import course
from lambdalab.teach.html import edition


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m lambdalab.teach.html", description="Writes the HTML edition.")
    parser.add_argument("--to", type=Path, default=Path("build/html"), metavar="DIR", help="default: build/html")
    parser.add_argument("--root", type=Path, help="the project's folder (default: found upwards from here)")
    options = parser.parse_args()
    written = edition.write(course.load(options.root or course.find_root()), options.to)
    print(f"written   {len(written)} pages; open {options.to / 'index.html'}")


if __name__ == "__main__":
    main()
