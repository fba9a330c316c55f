"""Zip files unpacked once, and shared by all environments that run them.

On AWS each environment has its own read-only /var/task and /opt. Here a zip is unpacked into a folder named after its
content, so that a thousand environments of one version cost one copy. Left out: an image's files outside /var/task,
/opt and /var/runtime.
"""

from __future__ import annotations

import hashlib
import io
import py_compile
import shutil
import stat
import threading
import zipfile
from collections.abc import Sequence
from pathlib import Path

from lambdalab import images
from lambdalab.image_layers import members
from lambdalab.runtime.packages import link_runtime

SHOWN = ("var/task", "opt", "var/runtime")


class FileStore:
    """The lab's folder on disk: code, layers, the runtime's packages, one folder an environment."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._lock = threading.Lock()
        self._runtime: Path | None = None

    def code(self, package: bytes, sha256: str = "") -> Path:
        """The folder with a function's unpacked zip; hashing a large one is saved when its hash is known."""
        return self._unpacked([package], [sha256], "code")

    def layers(self, packages: Sequence[bytes], sha256s: Sequence[str] = ()) -> Path | None:
        """The folder with all layers, unpacked one over the other in order; None without layers."""
        return self._unpacked(packages, sha256s, "opt") if packages else None

    def runtime(self) -> Path:
        """The folder with boto3 and what it needs."""
        with self._lock:
            if self._runtime is None:
                self._runtime = link_runtime(self.root / "runtime")
        return self._runtime

    def image(self, archive: bytes) -> Path:
        """The folder with the files of a container image."""
        folder = self.root / "images" / hashlib.sha256(archive).hexdigest()[:24]
        with self._lock:
            if not folder.exists():
                growing = folder.with_suffix(".growing")
                shutil.rmtree(growing, ignore_errors=True)
                images.unpack(images.read(archive), growing)
                for place in ("var/task", "opt"):
                    (growing / place).mkdir(parents=True, exist_ok=True)
                growing.rename(folder)
        return folder

    def empty(self) -> Path:
        """A folder with nothing in it: what a runtime without packages of its own is shown."""
        (self.root / "empty").mkdir(exist_ok=True)
        return self.root / "empty"

    def compiled(self, program: Path) -> Path:
        """A Python program, compiled once: compiling it at every start would be felt."""
        target = self.root / "programs" / f"{program.stem}.pyc"
        with self._lock:
            if not target.exists():
                py_compile.compile(str(program), str(target), doraise=True)
        return target

    def environment(self, name: str) -> Path:
        folder = self.root / "environments" / name
        folder.mkdir(parents=True)
        return folder

    def _unpacked(self, packages: Sequence[bytes], known: Sequence[str], kind: str) -> Path:
        hashes = known if known and all(known) else [hashlib.sha256(package).hexdigest() for package in packages]
        digest = hashlib.sha256("".join(hashes).encode()).hexdigest()
        folder = self.root / kind / digest[:24]
        with self._lock:
            if not folder.exists():
                growing = folder.with_suffix(".growing")
                shutil.rmtree(growing, ignore_errors=True)
                for package in packages:
                    _unpack(package, growing)
                growing.rename(folder)
        return folder


def cannot_be_shown(image: images.Image) -> str | None:
    """Why a function of this image would miss files here, and what to do; None when all can be shown."""
    for item in image.layers:
        for member in members(item):
            if not member.isdir() and not any(member.name.startswith(f"{root}/") for root in SHOWN):
                return (
                    f"The image carries /{member.name}, and lambdalab can show a function only an image's files below "
                    "/var/task, /opt and /var/runtime: its base is this machine. Move the file there."
                )
    return None


def _unpack(package: bytes, folder: Path) -> None:
    """Unpack with the modes of the zip, as AWS does; a name that would leave the folder is kept inside by zipfile."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        for info in archive.infolist():
            path = Path(archive.extract(info, folder))
            mode = info.external_attr >> 16
            if mode and not info.is_dir():
                path.chmod(stat.S_IMODE(mode) | 0o400)
