"""Many objects of any age in a bucket at once: what a year of uploads would leave, made in the store itself.

On AWS nobody can say when an object was written. Exercises need old ones, and more than a page of them, within a
second; they tell nobody, as nobody uploaded them. Part of the `/_lab` call.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Protocol

from lambdalab.http.door import Arrived
from lambdalab.http.invoke import Answer
from lambdalab.http.observe import told

PATH = "/_lab/fill"


class Shelf(Protocol):
    """Who keeps objects."""

    def fill(
        self, bucket: str, ages: Mapping[str, float], tags: Mapping[str, Mapping[str, str]], body: bytes, anew: bool
    ) -> None:
        """Raises LookupError when there is no such bucket."""


def answer(request: Arrived, shelf: Shelf) -> Answer:
    """Make the objects; ages in seconds, before now on the lab's clock."""
    given = json.loads(request.body)
    if any(not 0 <= age < float("inf") for age in given["ages"].values()):
        return told({"message": "an object cannot be from the future: give ages of 0 or more"}, 400)
    try:
        shelf.fill(given["bucket"], given["ages"], given["tags"], given["body"].encode(), bool(given["anew"]))
    except LookupError:
        return told({"message": f"there is no bucket named {given['bucket']!r}"}, 404)
    return told({"objects": len(given["ages"])})
