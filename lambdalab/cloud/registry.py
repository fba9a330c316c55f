"""The image registry: what ECR keeps of a pushed image, so that Lambda can run it.

On AWS a push sends the layers one by one, then the manifest, and CreateFunction takes the image that a tag names at
that moment. moto's ECR counts the bytes of a layer and throws them away; here they are kept beside it, by digest. Left
out: pulling (`docker pull`), and forgetting layers that no image uses any more.
"""

from __future__ import annotations

from typing import Any

from moto.ecr.exceptions import ImageNotFoundException, RepositoryNotFoundException
from moto.ecr.models import ECRBackend, ecr_backends

from lambdalab import images

TOUCHED = {
    "moto.ecr.models": ["ecr_backends", "ECRBackend.complete_layer_upload", "ECRBackend.batch_get_image"],
    "moto.ecr.exceptions": ["ImageNotFoundException", "RepositoryNotFoundException"],
}
_blobs: dict[str, bytes] = {}
_moto_complete_layer_upload = ECRBackend.complete_layer_upload


def install() -> None:
    """Keep the layers from now on."""
    setattr(ECRBackend, "complete_layer_upload", _complete_layer_upload)  # noqa: B010 - mypy


def find(account: str, region: str, uri: str) -> images.Image:
    """The image that a URI names now, by its tag or its digest.

    Raises:
        LookupError: there is no such repository, image, or layer.
    """
    name, _, wanted = uri.partition("@") if "@" in uri else uri.rpartition(":")
    which = {"imageDigest": wanted} if "@" in uri else {"imageTag": wanted}
    repository = name.partition("/")[2]
    try:
        found = ecr_backends[account][region].batch_get_image(repository_name=repository, image_ids=[which])
    except (ImageNotFoundException, RepositoryNotFoundException):
        raise LookupError(uri) from None
    if not found["images"]:
        raise LookupError(uri)
    return images.assemble(found["images"][0].image_manifest.encode(), _blobs.__getitem__)


def _complete_layer_upload(self: Any, repository_name: str, upload_id: str, *given: Any, **named: Any) -> Any:
    uploads = self.repositories[repository_name].uploads if repository_name in self.repositories else {}
    parts = uploads[upload_id].layer_parts if upload_id in uploads else b""
    answer = _moto_complete_layer_upload(self, repository_name, upload_id, *given, **named)
    _blobs[answer["layerDigest"]] = bytes(parts)
    return answer
