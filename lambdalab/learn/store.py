"""The progress file: one student's own answers, in one small JSON file on their own machine.

It holds letters, counts and short fingerprints of code, never a name. Two notebooks may write at the same time:
each change reads the file again under a lock file and replaces it as a whole. Left out: sending it anywhere.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

VARIABLE = "LAMBDALAB_PROGRESS"
_PARTS = ("predictions", "recall", "exercises", "hints", "mistakes", "reviews")
_LOCK_SECONDS = 3.0
_STALE_SECONDS = 10.0

T = TypeVar("T")
_in_memory: dict[Path, dict[str, Any]] = {}


def path() -> Path:
    """Where the progress file is: $LAMBDALAB_PROGRESS, or `.lambdalab/progress.json` in the home folder."""
    chosen = os.environ.get(VARIABLE)
    return Path(chosen) if chosen else Path.home() / ".lambdalab" / "progress.json"


def load() -> dict[str, Any]:
    """What the file holds; empty parts if there is none yet.

    A file that cannot be read as progress is kept aside under another name, and one line says so.
    """
    file = path()
    if file in _in_memory:
        return _in_memory[file]
    with contextlib.suppress(OSError, ValueError):
        data = json.loads(file.read_text(encoding="utf-8"))
        if isinstance(data, dict) and all(isinstance(data.get(part, {}), dict) for part in _PARTS):
            return {**_empty(), **data}
    if file.is_file():
        _keep_aside(file)
    return _empty()


def change(edit: Callable[[dict[str, Any]], T]) -> T:
    """Read the file, let `edit` change what it holds, write it back as a whole.

    Where the folder cannot be written, the answers are kept until the notebook ends, and one line says so.
    """
    file = path()
    if file not in _in_memory:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with _locked(file):
                data = load()
                result = edit(data)
                _write(file, data)
                return result
        except OSError as refused:
            print(f"Your progress cannot be saved ({refused.strerror}): it is kept until this notebook ends.")
            _in_memory[file] = load()
    return edit(_in_memory[file])


def _empty() -> dict[str, Any]:
    return {"version": 1, **{part: {} for part in _PARTS}}


def _write(file: Path, data: dict[str, Any]) -> None:
    """A reader sees the old file or the new one, never half of it."""
    draft = file.with_name(f"{file.name}.{os.getpid()}.tmp")
    draft.write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    _again_if_busy(lambda: draft.replace(file))


def _keep_aside(file: Path) -> None:
    aside = next(
        p for n in range(1, 1000) if not (p := file.with_name(f"{file.stem}.unreadable-{n}{file.suffix}")).exists()
    )
    with contextlib.suppress(OSError):
        file.replace(aside)
        print(f"Your progress file could not be read. It is kept as {aside.name}, and a new one begins.")


@contextlib.contextmanager
def _locked(file: Path) -> Iterator[None]:
    """Hold the lock file; one that a crashed notebook left behind is taken over after ten seconds."""
    lock = file.with_name(f"{file.name}.lock")
    ends = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            os.close(os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
            break
        except FileExistsError:
            with contextlib.suppress(OSError):
                if time.time() - lock.stat().st_mtime > _STALE_SECONDS:
                    lock.unlink()
                    continue
            if time.monotonic() > ends:
                raise OSError(None, "another notebook holds it") from None
            time.sleep(0.01)
        except PermissionError:  # Windows, while another process deletes the lock
            if time.monotonic() > ends:
                raise
            time.sleep(0.01)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            lock.unlink()


def _again_if_busy(act: Callable[[], object]) -> None:
    """Windows refuses to replace a file while somebody reads it: that takes an instant."""
    for _ in range(50):
        try:
            act()
            return
        except PermissionError:
            time.sleep(0.01)
    act()
