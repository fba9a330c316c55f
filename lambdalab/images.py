"""Container images: layers, a configuration and a manifest, built, looked into, unpacked and pushed in plain Python.

On AWS an image is built with Docker and kept in ECR, and Lambda runs it. Here an image follows the same open format
(https://github.com/opencontainers/image-spec), so that ECR's own calls take it, and its base is this machine's Python:
there is no network to fetch another one from. What can be done with a single layer stands in `image_layers`, and can be
called from here too. Left out: images for another processor, and building from a Dockerfile.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import platform
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lambdalab import image_layers
from lambdalab.errors import LabError
from lambdalab.image_layers import body_of, digest, files, from_zip, layer, members, removed

__all__ = [
    "Found",
    "Image",
    "MadeAgain",
    "Pushed",
    "archive",
    "assemble",
    "build",
    "digest",
    "files",
    "find",
    "from_zip",
    "layer",
    "made_again",
    "push",
    "read",
    "removed",
    "unpack",
]

_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
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
        for item in self.layers:
            lines.append(f"layer {digest(item)}, {len(item):,} bytes")
            lines += [f"    /{member.name}" for member in members(item) if not member.isdir()]
        return "\n".join(lines)


@dataclass(frozen=True)
class Pushed:
    """What a push did: the URI for CreateFunction, the digests that were sent, and those that were there already."""

    uri: str
    sent: tuple[str, ...]
    there: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A file in a layer of an image.

    Args:
        layer: the layer's number, the lowest is 1.
        path: in the image.
        content: its bytes.
        seen: whether a function of the image sees it; False when a later layer replaces it or takes it away.
    """

    layer: int
    path: str
    content: bytes
    seen: bool


@dataclass(frozen=True)
class MadeAgain:
    """What a build with a cache makes again.

    Args:
        layers: the numbers of the layers, the lowest is 1.
        size: their bytes together, compressed.
    """

    layers: tuple[int, ...]
    size: int


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
            files = {m.name.removeprefix("./"): body_of(found, m) for m in found if m.isfile()}
        (entry,) = json.loads(files["index.json"])["manifests"]
        return assemble(_blob(files, entry["digest"]), lambda name: _blob(files, name))
    except (tarfile.TarError, KeyError, ValueError, EOFError) as wrong:
        raise LabError(f"this is not the archive of one image ({wrong!r}): make it with images.archive(...)") from None


def assemble(manifest: bytes, blob: Any) -> Image:
    """The image of a manifest, its blobs asked for by digest: `blob(digest)` gives bytes."""
    told = json.loads(manifest)
    return Image(manifest, blob(told["config"]["digest"]), tuple(blob(item["digest"]) for item in told["layers"]))


def unpack(image: Image, folder: Path) -> None:
    """Lay the layers over one another in a folder, as a container's root is made (lesson 10).

    Args:
        image: the image.
        folder: where to; it is made when it does not exist.

    Raises:
        LabError: a path would leave the folder, or is neither file, folder nor link.
    """
    image_layers.unpack(image.layers, folder)


def find(image: Image, name: str) -> list[Found]:
    """Every file of a name in any layer, the hidden ones too, the lowest layer first (lesson 10).

    Args:
        image: the image.
        name: a path such as "/var/task/key.pem", or its last part, "key.pem".
    """
    found: list[Found] = []
    for number, item in enumerate(image.layers, start=1):
        gone = removed(item)
        added = {path: body for path, body in files(item).items() if path == name or path.rpartition("/")[2] == name}
        found = [replace(old, seen=old.seen and old.path not in added and not _covers(gone, old.path)) for old in found]
        found += [Found(number, path, body, True) for path, body in added.items()]
    return found


def made_again(before: Image, after: Image) -> MadeAgain:
    """What a build with a cache makes again: the first layer that differs, and all above it (lesson 10).

    Args:
        before: what was built last; its layers are in the cache.
        after: what is to be built.
    """
    pairs = zip(before.layers, after.layers, strict=False)
    same = next((number for number, (old, new) in enumerate(pairs) if old != new), None)
    kept = min(len(before.layers), len(after.layers)) if same is None else same
    again = after.layers[kept:]
    return MadeAgain(tuple(range(kept + 1, len(after.layers) + 1)), sum(map(len, again)))


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


def _covers(gone: Sequence[str], path: str) -> bool:
    """Whether one of the paths that a layer takes away is the file, or a folder that it lies in."""
    return any(path == each or path.startswith(f"{each.rstrip('/')}/") for each in gone)


def _blob(files: Mapping[str, bytes], name: str) -> bytes:
    blob = files[f"blobs/{name.replace(':', '/')}"]
    if digest(blob) != name:
        raise LabError(f"the blob {name} of this image is damaged: its bytes are {digest(blob)}. Build the image again")
    return blob


def _json(data: Any) -> bytes:
    return json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
