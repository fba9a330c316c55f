"""What the tests of the reviews share: mappings that are gone after a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lambdalab import Lab


@pytest.fixture
def read(lab: Lab) -> Iterator[Callable[..., str]]:
    """Make mappings that are gone after the test; each one's id."""
    made: list[str] = []

    def make(arn: str, function: str, **settings: Any) -> str:
        client = lab.client("lambda")
        made.append(client.create_event_source_mapping(EventSourceArn=arn, FunctionName=function, **settings)["UUID"])
        return made[-1]

    yield make
    for uuid in made:
        lab.client("lambda").delete_event_source_mapping(UUID=uuid)
