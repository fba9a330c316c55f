"""Imported by the process that the tests' clouds are copied from: the cloud, and what it would read of each service.

Not moto's `urls`: that of REST APIs copies the addresses of HTTP APIs, to which each cloud first adds its own.
"""

from __future__ import annotations

from importlib import import_module

from moto.core.utils import get_service_model

import lambdalab.http.server  # noqa: F401
from lambdalab.cloud import descriptions

_SERVICES = "apigateway apigatewayv2 cloudwatch dynamodb dynamodbstreams events iam logs s3 scheduler sns sqs sts"

descriptions.install()
for service in ("lambda", "s3", "apigatewayv2"):
    descriptions.service_model(service)
get_service_model("lambda")
for service in _SERVICES.split():
    import_module(f"moto.{service}.responses")
    get_service_model(service)
