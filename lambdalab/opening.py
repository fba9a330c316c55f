"""`lambdalab open`: the course in a folder of the student's, and JupyterLab on its first lesson.

AWS has no such thing. Lessons and workbooks are copied out of the package, without outputs and without solutions. The
folder is the student's: what they changed is never overwritten. Beside it lies a note of what was handed over, so that
a later version updates what is unchanged, and puts the newer form of a changed page beside it. Left out: taking
anything away, and telling two changes of the same page apart.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from lambdalab.teach import bundle, course

FOLDER = "lambdalab-course"
_NOTE = ".lambdalab-course.json"
_JUPYTER = Path(__file__).with_name("jupyter")  # settings: no news, no updates
_IN_JUPYTER = "JUPYTER_SERVER_ROOT"  # set in the terminals of JupyterLab, those of a hub too
_SHOWN = 4


@dataclass
class Copied:
    """What a copy did, each file by its path in the folder.

    Args:
        new: was not there, and is now.
        updated: was as it had been handed over, and is the newer form now.
        kept: the student's own; there is nothing newer.
        beside: the student's own, and where the newer form is.
        same: was the newest already.
    """

    new: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    beside: dict[str, str] = field(default_factory=dict)
    same: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """What was done, for the student."""
        if self.new:
            yield f"  new: {_some(self.new)}"
        if self.updated:
            yield f"  updated, you had not changed it: {_some(self.updated)}"
        if self.kept:
            yield f"  yours, left as it is: {_some(self.kept)}"
        for name, newer in self.beside.items():
            yield f"  yours, left as it is: {name}; a newer form of it is {newer}"
        if not (self.new or self.updated or self.beside):
            yield "  Nothing is newer than what you have."


def copy(made: Mapping[str, bytes], folder: Path) -> Copied:
    """Bring a folder up to date, without touching what the student changed.

    Args:
        made: the newest form of each file, by its path in the folder.
        folder: is made if it is not there.

    Raises:
        OSError: the folder cannot be made or written.
    """
    done = Copied()
    note = folder / _NOTE
    handed = _handed_over(note)
    for name, content in made.items():
        path, newest = folder / name, _fingerprint(content)
        if not path.exists():
            done.new.append(name)
            _write(path, content)
        elif (there := _fingerprint(path.read_bytes())) == newest:
            done.same.append(name)
        elif there == handed.get(name):
            done.updated.append(name)
            _write(path, content)
        elif handed.get(name) == newest:
            done.kept.append(name)
        else:
            beside = _beside(path, content)
            done.beside[name] = beside.relative_to(folder).as_posix()
            _write(beside, content)
        handed[name] = newest
    _write(note, json.dumps(handed, indent=1).encode())
    return done


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `lambdalab open`."""
    parser.add_argument(
        "folder", nargs="?", type=Path, default=Path(FOLDER), help=f"where the course goes (default {FOLDER}, here)"
    )
    parser.add_argument("--no-start", action="store_true", help="only copy; do not start JupyterLab")
    parser.add_argument("--port", type=int, help="for JupyterLab, instead of one that it chooses")


def command(given: argparse.Namespace) -> int:
    """`lambdalab open`: copy, say what was done, start JupyterLab; the exit code."""
    target: Path = given.folder.absolute()
    if (target / "pyproject.toml").exists() and (target / course.Kind.LESSON.value).is_dir():
        print(f"{target} holds the course's sources: `make lab` opens them. Name another folder.", file=sys.stderr)
        return 1
    made = bundle.files(course.load(course.own_root()))
    try:
        done = copy(made, target)
    except OSError as refused:
        why = f"The course cannot be copied to {target}: {refused.strerror or refused}."
        print(f"{why} Name a folder that you may write, as in: lambdalab open my-course", file=sys.stderr)
        return 1
    print(f"The course is in {target}", *done.lines(), sep="\n")
    if given.no_start:
        return 0
    if _IN_JUPYTER in os.environ:
        print("JupyterLab runs here already: look for the folder in its list of files.")
        return 0
    return _jupyterlab(target, next(name for name in made if name.endswith(".ipynb")), given.port)


def _jupyterlab(folder: Path, page: str, port: int | None) -> int:
    """Run JupyterLab until it ends; it asks nobody outside for news or updates."""
    if find_spec("jupyterlab") is None:
        print("JupyterLab is missing in this Python: `lambdalab doctor` says what helps.", file=sys.stderr)
        return 1
    command = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}"]
    command += [f"--LabApp.default_url=/lab/tree/{page}"]
    if port is not None:
        command.append(f"--port={port}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    if sys.platform not in ("darwin", "win32") and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        command.append("--no-browser")
        print("No display here: open the address that follows in a browser. Ctrl-C ends JupyterLab.")
    paths = [str(_JUPYTER), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    programs = [str(Path(sys.executable).parent), *filter(None, [os.environ.get("PATH")])]
    more = {"JUPYTER_CONFIG_PATH": os.pathsep.join(paths), "PATH": os.pathsep.join(programs)}
    environment = {**os.environ, **more}
    sys.stdout.flush()
    if sys.platform != "win32":
        os.execve(sys.executable, command, environment)  # this process becomes JupyterLab, and gets its signals
    with subprocess.Popen(command, env=environment) as server:
        while True:
            with suppress(KeyboardInterrupt):  # Ctrl-C reaches JupyterLab too, which asks whether it is meant
                return server.wait()


def _handed_over(note: Path) -> dict[str, str]:
    """The fingerprint of each file as it was handed over last; without a readable note every file is the student's."""
    with suppress(OSError, ValueError):
        kept = json.loads(note.read_text(encoding="utf-8"))
        if isinstance(kept, dict):
            return {str(name): str(fingerprint) for name, fingerprint in kept.items()}
    return {}


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _beside(path: Path, content: bytes) -> Path:
    """Where the newer form goes: 05_x_new.ipynb; 05_x_new_2.ipynb if that is there and something else."""
    names = (path.with_name(f"{path.stem}_new{more}{path.suffix}") for more in ("", *(f"_{k}" for k in range(2, 1000))))
    return next(name for name in names if not name.exists() or name.read_bytes() == content)


def _write(path: Path, content: bytes) -> None:
    """The whole file or none of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.part")
    draft.write_bytes(content)
    draft.replace(path)


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more
