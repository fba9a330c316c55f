"""What the console's tests share: the actions of a lab whose resources are thrown away, and the strict HTML reader."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import boto3
import pytest

from lambdalab import Function, Lab
from lambdalab.console.actions import Actions
from tests.show.conftest import read_html

__all__ = ["read_html"]

Deploy = Callable[..., Function]
GREETS = "def handler(event, context):\n    return 'Hello, ' + event['name']\n"


@pytest.fixture
def actions(lab: Lab) -> Actions:
    return Actions(lab)


@pytest.fixture
def greets(deploy: Deploy) -> str:
    """The name of a deployed function that answers 'Hello, …'."""
    return deploy(GREETS, name="greets").name


@pytest.fixture
def bucket(lab: Lab) -> Iterator[str]:
    """A bucket that is gone after the test."""
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="photos-of-the-console")
    yield "photos-of-the-console"
    for thing in s3.list_objects_v2(Bucket="photos-of-the-console").get("Contents", []):
        s3.delete_object(Bucket="photos-of-the-console", Key=thing["Key"])
    s3.delete_bucket(Bucket="photos-of-the-console")
