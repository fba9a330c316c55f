"""Installed distributions, as folders a function can import from.

On AWS the Python runtime brings boto3, and a layer brings what else a function needs. Here both are made from what is
installed beside lambdalab: the files that a distribution's own RECORD names, and those of everything it requires. A
function sees nothing else of the notebook's environment. Left out: building packages for another processor.
"""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.util
import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

from lambdalab.errors import LabError

_UNCHECKED = (1).to_bytes(4, "little")
"""Flags of a compiled file that is taken as it is."""


def closure(name: str, *, without: frozenset[str] = frozenset()) -> dict[str, importlib.metadata.Distribution]:
    """A distribution and everything that it requires, by normalised name.

    Raises:
        LabError: it is not installed here.
    """
    found: dict[str, importlib.metadata.Distribution] = {}
    todo = [name]
    while todo:
        wanted = _normal(todo.pop())
        if wanted in found or wanted in without:
            continue
        try:
            found[wanted] = distribution = importlib.metadata.distribution(wanted)
        except importlib.metadata.PackageNotFoundError:
            raise LabError(
                f"{wanted} is not installed on this machine, so it cannot be packed. "
                f"A layer is made from installed files: run `pip install {wanted}` first, then try again."
            ) from None
        todo += _required(distribution)
    return found


def runtime_closure() -> dict[str, importlib.metadata.Distribution]:
    """What AWS's Python runtime brings: boto3 with all that it needs, and SnapStart's hooks."""
    return {**closure("boto3"), **closure("snapshot-restore-py")}


def link_runtime(folder: Path) -> Path:
    """Make the runtime's own folder: links to what AWS's Python runtime brings (copies where links are refused)."""
    folder.mkdir(parents=True, exist_ok=True)
    for distribution in runtime_closure().values():
        files = [Path(str(file)) for file in distribution.files or () if ".." not in Path(str(file)).parts]
        for part in {file if file.parts[0] == "__pycache__" else Path(file.parts[0]) for file in files}:
            source, target = Path(str(distribution.locate_file(part))), folder / part
            if target.exists() or not source.exists():
                continue
            target.parent.mkdir(exist_ok=True)
            try:
                target.symlink_to(source, target_is_directory=source.is_dir())
            except OSError:
                shutil.copytree(source, target) if source.is_dir() else shutil.copy(source, target)
    return folder


def pack_layer(name: str) -> bytes:
    """A layer's zip, everything below `python/`, without what the runtime already has.

    It holds what Python has compiled too, as the folder of AWS's recipe does: `pip install --target` compiles.

    Raises:
        LabError: the distribution is not installed here.
    """
    runtime = frozenset(runtime_closure()) - {_normal(name)}
    return _packed(*((part, found.version) for part, found in closure(name, without=runtime).items()))


@functools.lru_cache(2)  # half a second of packing, and a notebook asks for the same layer again and again
def _packed(*parts: tuple[str, str]) -> bytes:
    """The zip of distributions, given by name and version."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, _ in parts:
            for inside, mode, data in _files(importlib.metadata.distribution(name)):
                info = zipfile.ZipInfo(f"python/{inside}", date_time=(2026, 1, 1, 0, 0, 0))
                info.external_attr = mode << 16
                archive.writestr(info, data, zipfile.ZIP_DEFLATED, 1)
    return out.getvalue()


def _files(distribution: importlib.metadata.Distribution) -> Iterator[tuple[str, int, bytes]]:
    """Each file's name, mode and bytes."""
    for file in distribution.files or ():
        inside = Path(str(file))
        path = Path(str(distribution.locate_file(file)))
        if ".." in inside.parts or "__pycache__" in inside.parts or not path.is_file():
            continue
        mode, data = path.stat().st_mode & 0o777, path.read_bytes()
        yield inside.as_posix(), mode, data
        if path.suffix == ".py" and (compiled := Path(importlib.util.cache_from_source(str(path)))).is_file():
            name = (inside.parent / "__pycache__" / compiled.name).as_posix()
            yield name, mode, _by_content(compiled.read_bytes(), data)


def _by_content(compiled: bytes, source: bytes) -> bytes:
    """The same compiled file, bound to its source's content: a time would be another one after unpacking (PEP 552)."""
    return compiled[:4] + _UNCHECKED + importlib.util.source_hash(source) + compiled[16:]


def _required(distribution: importlib.metadata.Distribution) -> list[str]:
    """Names of what it needs on this machine; extras are left out."""
    wanted = [Requirement(line) for line in distribution.requires or ()]
    return [item.name for item in wanted if item.marker is None or item.marker.evaluate({"extra": ""})]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
