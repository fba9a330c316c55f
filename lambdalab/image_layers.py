"""One layer of a container image: files in a compressed archive, and what layers laid over one another come to.

On AWS a layer is made by a line of a Dockerfile. Here it is made of files by name, and follows the same open format
(https://github.com/opencontainers/image-spec/blob/main/layer.md): a file that a layer takes away is a whiteout in it,
and its bytes stay in the layer below. Left out: owners, times of change, and devices.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import shutil
import tarfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath

from lambdalab.errors import LabError

_WHITEOUT, _OPAQUE = ".wh.", ".wh..wh..opq"


def digest(blob: bytes) -> str:
    """The name of a blob: the SHA-256 of its bytes."""
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def layer(files: Mapping[str, str | bytes], *, removed: Sequence[str] = ()) -> bytes:
    """One layer, the same to the byte for the same content (lesson 10).

    Args:
        files: contents by path in the image, such as "/var/task/app.py"; one that begins with "#!" may be executed.
        removed: paths of lower layers that are no longer there: each becomes a whiteout, and the bytes stay below.
    """
    out = io.BytesIO()
    gone = {str(PurePosixPath(path).with_name(_WHITEOUT + PurePosixPath(path).name)): b"" for path in removed}
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in sorted({**files, **gone}.items()):
            body = content.encode() if isinstance(content, str) else content
            member = tarfile.TarInfo(name.lstrip("/"))
            member.size, member.mode = len(body), 0o755 if body.startswith(b"#!") else 0o644
            archive.addfile(member, io.BytesIO(body))
    return gzip.compress(out.getvalue(), mtime=0)


def from_zip(package: bytes, to: str) -> bytes:
    """A layer with the files of a zip: of a function's code, or of a function's layer (lesson 10).

    Args:
        package: the zip.
        to: the folder in the image: "/var/task" for code, "/opt" for what Lambda would lay there as a layer.

    Raises:
        LabError: it is no zip.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(package)) as found:
            named = [info.filename for info in found.infolist() if not info.is_dir()]
            return layer({f"{to.rstrip('/')}/{name}": found.read(name) for name in named})
    except zipfile.BadZipFile as wrong:
        raise LabError(f"these {len(package):,} bytes are not a zip ({wrong}): give code or a layer as one") from None


def files(packed: bytes) -> dict[str, bytes]:
    """What a layer adds: contents by path in the image, hidden by a later layer or not (lesson 10)."""
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(packed))) as found:
        return {
            _path(member): body_of(found, member)
            for member in found
            if not member.isdir() and not PurePosixPath(member.name).name.startswith(_WHITEOUT)
        }


def removed(packed: bytes) -> tuple[str, ...]:
    """The paths that a layer takes away from those below it; one that ends in "/" is all that a folder held."""
    gone = []
    for member in members(packed):
        path = PurePosixPath(_path(member))
        if path.name == _OPAQUE:
            gone.append(f"{path.parent}/")
        elif path.name.startswith(_WHITEOUT):
            gone.append(str(path.with_name(path.name.removeprefix(_WHITEOUT))))
    return tuple(gone)


def unpack(layers: Sequence[bytes], folder: Path) -> None:
    """Lay layers over one another in a folder: later files win, whiteouts take away.

    Args:
        layers: what `layer` made, the lowest first.
        folder: where to; it is made when it does not exist.

    Raises:
        LabError: a path would leave the folder, or is neither file, folder nor link.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for item in layers:
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(item))) as found:
            for member in found:
                _unpack(found, member, folder)


def members(packed: bytes) -> Iterator[tarfile.TarInfo]:
    """Everything in a layer's archive, whiteouts and folders too, by its name without a leading "/"."""
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(packed))) as found:
        for member in found:
            member.name = member.name.removeprefix("./").lstrip("/")
            yield member


def _unpack(found: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    target = _inside(folder, member.name)
    if target.name == _OPAQUE:
        for old in target.parent.iterdir() if target.parent.is_dir() else ():
            _remove(old)
    elif target.name.startswith(_WHITEOUT):
        _remove(target.with_name(target.name.removeprefix(_WHITEOUT)))
    elif member.isdir():
        if target.is_symlink() or target.is_file():
            _remove(target)
        target.mkdir(parents=True, exist_ok=True)
    else:
        _remove(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        if member.issym():
            target.symlink_to(member.linkname)
        elif member.isfile() or member.islnk():
            body = _inside(folder, member.linkname).read_bytes() if member.islnk() else body_of(found, member)
            target.write_bytes(body)
            target.chmod(member.mode & 0o777 | 0o400)
        else:
            raise LabError(f"the image's /{member.name} is neither a file nor a folder nor a link: leave it out")


def _inside(folder: Path, name: str) -> Path:
    """The path of a name in the folder; following the links that are there must not lead out of it."""
    target = folder.joinpath(*(part for part in PurePosixPath(name).parts if part not in ("/", ".")))
    if ".." in target.parts or not target.parent.resolve().is_relative_to(folder.resolve()):
        raise LabError(f"the image's path {name!r} would leave the folder it is unpacked to: the image is not used")
    return target


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _path(member: tarfile.TarInfo) -> str:
    return "/" + member.name.removeprefix("./").lstrip("/")


def body_of(found: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    """The bytes of a file in an archive."""
    stream = found.extractfile(member)
    return stream.read() if stream else b""
