"""S3's listings: at most 1,000 keys at a time, whatever `MaxKeys` asks for.

On AWS one answer holds up to 1,000 keys and says whether there are more; who wants all goes from page to page. moto
gives as many as it is asked for, so a program that asks for 10,000 would work here and miss files there. Here the
number is cut before moto reads it, and what moto reads from text for each key, its time, is read once for each time:
that was a third of a listing. Follows https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html; lesson
08. Left out: the listings of uploads and of their parts.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from moto.core import serialize
from moto.s3.responses import S3Response

TOUCHED = {
    "moto.core": ["serialize.parse_to_aware_datetime"],
    "moto.s3.responses": [
        "S3Response.list_objects",
        "S3Response.list_objects_v2",
        "S3Response.list_object_versions",
    ],
}
_MOST = 1_000  # keys of one answer


def install() -> None:
    """Put our limit before moto's listings, and a memory before its reading of times."""
    names = vars(serialize)
    names["parse_to_aware_datetime"] = functools.lru_cache(1 << 12)(names["parse_to_aware_datetime"])
    for name in ("list_objects", "list_objects_v2", "list_object_versions"):
        setattr(S3Response, name, _limited(getattr(S3Response, name)))


def _limited(listing: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @functools.wraps(listing)
    def answer(response: Any) -> Any:
        asked = response.querystring.get("max-keys", [])
        if asked and int(asked[0]) > _MOST:
            response.querystring["max-keys"] = [str(_MOST)]
        return listing(response)

    return answer
