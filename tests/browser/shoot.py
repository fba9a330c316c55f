"""Looks at notebooks as a student would see them: `python -m tests.browser.shoot notebooks/01_what_is_lambda.ipynb …`.

Runs each notebook in JupyterLab, stores pictures of it in build/screenshots, and prints what is wrong.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.browser import jupyter


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns 1 when something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.shoot", description="Photographs notebooks.")
    parser.add_argument("notebooks", nargs="+", type=Path)
    parser.add_argument("--to", type=Path, default=Path("build/screenshots"), help="where the pictures go")
    options = parser.parse_args(arguments)
    if jupyter.chromium() is None:
        raise SystemExit(f"No browser was found. Install one of {', '.join(jupyter.CHROMIUM)}.")
    wrong: list[str] = []
    with tempfile.TemporaryDirectory(prefix="lambdalab-shoot-", ignore_cleanup_errors=True) as own:
        root = Path(own) / "course"
        for folder in {path.parent for path in options.notebooks}:
            shutil.copytree(folder, root / folder.name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        with jupyter.server(root, Path(own) / "jupyter") as running, jupyter.browser() as opened:
            desk = jupyter.Desk(running, opened)
            for path in options.notebooks:
                seen = desk.visit(f"{path.parent.name}/{path.name}", pictures=options.to)
                wrong += seen.findings(path.name)
                print(*seen.pictures, sep="\n")
                print(f"{path.name}: {seen.figures} figures, {seen.driven} choices driven")
    print(*wrong, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
