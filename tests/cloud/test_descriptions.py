"""AWS's descriptions are botocore's, looked for once; and an address can still be made from its parts."""

from __future__ import annotations

import os
from pathlib import Path

import botocore
import botocore.session
import pytest
from botocore.exceptions import UnknownServiceError
from moto.core import loaders, utils
from werkzeug.routing import Map, Rule

from lambdalab.cloud import descriptions


@pytest.fixture(autouse=True)
def taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is put in other libraries' places is there for one test."""
    monkeypatch.setattr(utils, "create_loader", loaders.create_loader)
    monkeypatch.setattr(Rule, "_compile_builder", Rule._compile_builder)
    descriptions.install()


def test_a_service_is_described_as_by_botocore() -> None:
    ours = descriptions.service_model("lambda")
    botocores = botocore.session.get_session().get_service_model("lambda")
    assert ours.operation_names == botocores.operation_names
    assert ours.operation_model("Invoke").http == botocores.operation_model("Invoke").http
    with pytest.raises(UnknownServiceError, match="lambada"):
        descriptions.service_model("lambada")


def test_moto_looks_through_the_folders_once_for_all_services(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []
    listdir = os.listdir
    monkeypatch.setattr(os, "listdir", lambda path: looked.append(str(path)) or listdir(path))  # type: ignore[func-returns-value]
    for service in ("sns", "sqs"):
        assert utils._load_service_model(service, "service-2")["metadata"]["endpointPrefix"] == service
    folder = f"{Path(botocore.__file__).parent / 'data'}"
    assert looked.count(folder) == 1


def test_an_address_can_still_be_made() -> None:
    places = Map([Rule("/topics/<name>/items", endpoint="items")]).bind("example.com")
    assert places.match("/topics/a/items") == ("items", {"name": "a"})
    assert places.build("items", {"name": "a b"}) == "/topics/a%20b/items"
    assert places.build("items", {"name": "a", "page": 2}) == "/topics/a/items?page=2"
