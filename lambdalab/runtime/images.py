"""Container images: layers, a configuration and a manifest, made, read and unpacked in plain Python.

On AWS an image is built with Docker and kept in ECR, and Lambda runs it. Here an image follows the same open format
(https://github.com/opencontainers/image-spec), so that ECR's own calls take it, and its base is this machine's Python:
there is no network to fetch another one from. A function is shown the image's files below /var/task, /opt and
/var/runtime. Left out: an image's files outside /var/task, /opt and /var/runtime, other processors, and building from a
Dockerfile.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import json
import platform
import shutil
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from lambdalab.errors import LabError

SHOWN = ("var/task", "opt", "var/runtime")
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
_WHITEOUT, _OPAQUE = ".wh.", ".wh..wh..opq"
_PART = 20 * 2**20  # the largest part of a layer that ECR takes


@dataclass(frozen=True)
class Image:
    """An image: its manifest and configuration as JSON text, its layers as compressed archives, the lowest first."""

    manifest: bytes
    config: bytes
    layers: tuple[bytes, ...]

    @property
    def digest(self) -> str:
        """What names this image and no other, in every registry."""
        return digest(self.manifest)

    @property
    def settings(self) -> dict[str, Any]:
        """What the image says about running it: Entrypoint, Cmd, Env, WorkingDir."""
        found: dict[str, Any] = json.loads(self.config).get("config") or {}
        return found

    @property
    def blobs(self) -> dict[str, bytes]:
        """Everything that a registry keeps of it beside the manifest, by digest."""
        return {digest(blob): blob for blob in (self.config, *self.layers)}

    def __repr__(self) -> str:
        lines = [f"image {self.digest}", *(f"{name}: {value}" for name, value in self.settings.items())]
        for layer in self.layers:
            lines.append(f"layer {digest(layer)}, {len(layer):,} bytes")
            lines += [f"    /{member.name}" for member in _members(layer) if not member.isdir()]
        return "\n".join(lines)


@dataclass(frozen=True)
class Pushed:
    """What a push did: the URI for CreateFunction, the digests that were sent, and those that were there already."""

    uri: str
    sent: tuple[str, ...]
    there: tuple[str, ...]


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


def build(
    *layers: bytes,
    entrypoint: Sequence[str] = (),
    cmd: Sequence[str] = (),
    env: Mapping[str, str] | None = None,
    workdir: str = "/var/task",
) -> Image:
    """Put an image together from its layers (lesson 10).

    Args:
        layers: what `layer` made, the lowest first.
        entrypoint: the program; empty for the Python runtime of the base.
        cmd: its arguments; for the base's runtime the handler, such as "app.handler".
        env: variables that the image brings.
        workdir: the folder in which the program starts.
    """
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    config = {
        "architecture": machine,
        "os": "linux",
        "config": {
            "Entrypoint": list(entrypoint),
            "Cmd": list(cmd),
            "Env": [f"{name}={value}" for name, value in sorted((env or {}).items())],
            "WorkingDir": workdir,
        },
        "rootfs": {"type": "layers", "diff_ids": [digest(gzip.decompress(item)) for item in layers]},
    }
    text = _json(config)
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": {"mediaType": _CONFIG, "digest": digest(text), "size": len(text)},
        "layers": [{"mediaType": _LAYER, "digest": digest(item), "size": len(item)} for item in layers],
    }
    return Image(_json(manifest), text, layers)


def archive(image: Image) -> bytes:
    """The image as one file, an OCI layout: what `docker load` and `skopeo` read, and `read`."""
    entry = {"mediaType": _MANIFEST, "digest": image.digest, "size": len(image.manifest)}
    blobs = {image.digest: image.manifest, **image.blobs}
    files = {
        "oci-layout": _json({"imageLayoutVersion": "1.0.0"}),
        "index.json": _json({"schemaVersion": 2, "manifests": [entry]}),
        **{f"blobs/{name.replace(':', '/')}": blob for name, blob in blobs.items()},
    }
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as packed:
        for name, body in sorted(files.items()):
            member = tarfile.TarInfo(name)
            member.size = len(body)
            packed.addfile(member, io.BytesIO(body))
    return out.getvalue()


def read(packed: bytes) -> Image:
    """The image in an OCI layout, every digest checked.

    Raises:
        LabError: it is no OCI layout with one image, or a blob is not what its digest says.
    """
    try:
        with tarfile.open(fileobj=io.BytesIO(packed)) as found:
            files = {m.name.removeprefix("./"): _content(found, m) for m in found if m.isfile()}
        (entry,) = json.loads(files["index.json"])["manifests"]
        return assemble(_blob(files, entry["digest"]), lambda name: _blob(files, name))
    except (tarfile.TarError, KeyError, ValueError, EOFError) as wrong:
        raise LabError(f"this is not the archive of one image ({wrong!r}): make it with images.archive(...)") from None


def assemble(manifest: bytes, blob: Any) -> Image:
    """The image of a manifest, its blobs asked for by digest: `blob(digest)` gives bytes."""
    told = json.loads(manifest)
    return Image(manifest, blob(told["config"]["digest"]), tuple(blob(item["digest"]) for item in told["layers"]))


def cannot_be_shown(image: Image) -> str | None:
    """Why a function of this image would miss files here, and what to do; None when all can be shown."""
    for item in image.layers:
        for member in _members(item):
            if not member.isdir() and not any(member.name.startswith(f"{root}/") for root in SHOWN):
                return (
                    f"The image carries /{member.name}, and lambdalab can show a function only an image's files below "
                    "/var/task, /opt and /var/runtime: its base is this machine. Move the file there."
                )
    return None


def unpack(image: Image, folder: Path) -> None:
    """Lay the layers over one another in a folder: later files win, whiteouts take away.

    Raises:
        LabError: a path would leave the folder, or is neither file, folder nor link.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for item in image.layers:
        with tarfile.open(fileobj=io.BytesIO(gzip.decompress(item))) as found:
            for member in found:
                _unpack(found, member, folder)


def push(ecr: Any, repository: str, tag: str, image: Image) -> Pushed:
    """Send an image to ECR, layer by layer, those that are there already left out (lesson 10).

    Every call is one of ECR's own, so that the same works on AWS:
    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutImage.html.

    Args:
        ecr: a boto3 client of ECR.
        repository: the repository's name; it is made when it does not exist.
        tag: what the image is called in it, such as "v1".
    """
    try:
        told = ecr.describe_repositories(repositoryNames=[repository])["repositories"][0]
    except ecr.exceptions.RepositoryNotFoundException:
        told = ecr.create_repository(repositoryName=repository)["repository"]
    asked = ecr.batch_check_layer_availability(repositoryName=repository, layerDigests=list(image.blobs))
    there = {item["layerDigest"] for item in asked["layers"] if item["layerAvailability"] == "AVAILABLE"}
    for name, blob in image.blobs.items():
        if name not in there:
            upload = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
            for first in range(0, len(blob), _PART):
                part = blob[first : first + _PART]
                ecr.upload_layer_part(
                    repositoryName=repository,
                    uploadId=upload,
                    partFirstByte=first,
                    partLastByte=first + len(part) - 1,
                    layerPartBlob=part,
                )
            ecr.complete_layer_upload(repositoryName=repository, uploadId=upload, layerDigests=[name])
    named = {"imageTag": tag, "imageDigest": image.digest}
    with contextlib.suppress(ecr.exceptions.ImageAlreadyExistsException):  # the same image under the same tag
        ecr.put_image(repositoryName=repository, imageManifest=image.manifest.decode(), **named)
    sent = tuple(name for name in image.blobs if name not in there)
    return Pushed(f"{told['repositoryUri']}:{tag}", sent, tuple(there))


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
            body = _inside(folder, member.linkname).read_bytes() if member.islnk() else _content(found, member)
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


def _members(packed: bytes) -> Iterator[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(packed))) as found:
        for member in found:
            member.name = member.name.removeprefix("./").lstrip("/")
            yield member


def _content(found: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    stream = found.extractfile(member)
    return stream.read() if stream else b""


def _blob(files: Mapping[str, bytes], name: str) -> bytes:
    blob = files[f"blobs/{name.replace(':', '/')}"]
    if digest(blob) != name:
        raise LabError(f"the blob {name} of this image is damaged: its bytes are {digest(blob)}. Build the image again")
    return blob


def _json(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
