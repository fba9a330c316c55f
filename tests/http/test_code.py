"""The address of a function's code answers its zip, to whoever has the address and for no other purpose."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest

from lambdalab import Lab
from lambdalab.functions import package

FIRST, SECOND = (package({"app.py": f"def handler(event, context):\n    return {n}"}) for n in (1, 2))


@pytest.fixture
def client(lab: Lab) -> Iterator[Any]:
    client = boto3.client("lambda")
    settings = {"Runtime": "python3.12", "Handler": "app.handler", "Role": lab.role, "Code": {"ZipFile": FIRST}}
    client.create_function(FunctionName="kept", **settings, Publish=True)
    client.update_function_code(FunctionName="kept", ZipFile=SECOND)
    yield client
    if any(f["FunctionName"] == "kept" for f in client.list_functions()["Functions"]):
        client.delete_function(FunctionName="kept")


def location(client: Any, **which: str) -> str:
    return str(client.get_function(FunctionName="kept", **which)["Code"]["Location"])


def got(url: str, **how: Any) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, **how)) as answer:
        return bytes(answer.read())


def refused(url: str, **how: Any) -> tuple[int, bytes]:
    with pytest.raises(HTTPError) as error:
        got(url, **how)
    return error.value.code, error.value.read()


def test_each_versions_code_comes_from_its_own_address(client: Any) -> None:
    assert got(location(client)) == SECOND
    assert got(location(client, Qualifier="1")) == FIRST


def test_the_address_is_presigned_for_ten_minutes_as_awss_is(client: Any) -> None:
    query = parse_qs(urlsplit(location(client)).query)
    assert query["X-Amz-Expires"] == ["600"]
    assert query["X-Amz-SignedHeaders"] == ["host"]


def test_another_address_needs_another_signature(client: Any) -> None:
    url = location(client)
    status, said = refused(url.replace("%24LATEST", "1").replace("$LATEST", "1"))
    assert (status, b"SignatureDoesNotMatch" in said) == (403, True)
    assert refused(url, method="DELETE")[0] == 403
    assert refused(url.partition("?")[0])[0] == 403


def test_the_address_of_a_function_that_is_gone_answers_404(client: Any) -> None:
    url = location(client)
    client.delete_function(FunctionName="kept")
    status, said = refused(url)
    assert (status, b"NoSuchKey" in said) == (404, True)
