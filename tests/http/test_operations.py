"""Which operation a request asks for: every operation of these services, as botocore itself sends it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.config import Config

from lambdalab import Lab
from lambdalab.http.door import Arrived
from lambdalab.http.operations import name

SERVICES = ["s3", "lambda", "dynamodb", "sqs", "sns", "sts", "iam", "events", "logs", "apigateway"]


class Prepared(Exception):
    """The request that would have been sent."""

    def __init__(self, request: Any) -> None:
        self.request = request


def example(shape: Any, depth: int = 0) -> Any:
    """The smallest value that a required member may have."""
    if shape.type_name == "structure":
        return {} if depth > 5 else {n: example(shape.members[n], depth + 1) for n in shape.required_members}
    if shape.type_name == "list":
        return [example(shape.member, depth + 1)] if depth < 5 else []
    if shape.type_name == "map":
        return {}
    if shape.type_name == "timestamp":
        return "2026-01-01T00:00:00Z"
    if shape.type_name == "blob":
        return b"{}"
    if shape.type_name == "boolean":
        return True
    if shape.type_name in ("integer", "long", "float", "double"):
        return shape.metadata.get("min", 1)
    return (shape.metadata.get("enum") or ["x" * max(4, shape.metadata.get("min", 0))])[0]


def stop(request: Any, **_: Any) -> None:
    raise Prepared(request)


def prepared(client: Any, operation: str) -> Arrived | None:
    """What botocore would send; None for a request that an example cannot make."""
    model = client.meta.service_model.operation_model(operation)
    given = example(model.input_shape) if model.input_shape else {}
    try:
        client._make_api_call(operation, given)
    except Prepared as stopped:
        sent = stopped.request
        url = urlsplit(sent.url)
        headers = {n.lower(): v.decode() if isinstance(v, bytes) else str(v) for n, v in sent.headers.items()}
        body = sent.body.encode() if isinstance(sent.body, str) else sent.body
        return Arrived(sent.method, url.path + (f"?{url.query}" if url.query else ""), headers, body or b"")
    except Exception:  # an example without sense, or an operation of another address
        return None
    return None


@pytest.mark.parametrize("service", SERVICES)
def test_the_operation_is_read_from_what_botocore_sends(lab: Lab, service: str) -> None:
    client = boto3.client(service, config=Config(parameter_validation=False, s3={"addressing_style": "path"}))
    client.meta.events.register("before-send", stop)
    operations = client.meta.service_model.operation_names
    requests = {operation: prepared(client, operation) for operation in operations}
    seen = {operation: name(request, service) for operation, request in requests.items() if request}
    assert len(seen) > len(operations) * 0.8, "nearly every operation was tried"
    model = client.meta.service_model
    same = [o for o in seen if model.operation_model(o).deprecated]  # sent like the operation that took its place
    wrong = {o: said for o, said in seen.items() if said != o and o not in [*same, "ListDirectoryBuckets"]}
    assert wrong == {}


def test_a_service_without_a_model_is_told_by_method_and_path() -> None:
    assert name(Arrived("GET", "/somewhere?x=1", {}, b""), "no-such-service") == "GET /somewhere"
