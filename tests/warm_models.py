"""Imported by the process that the tests' clouds are copied from: AWS's descriptions, which each cloud reads first."""

from __future__ import annotations

from moto.core.utils import get_service_model

from lambdalab.cloud import descriptions

descriptions.install()
for service in ("lambda", "s3", "apigatewayv2"):
    descriptions.service_model(service)
for service in ("dynamodb", "events", "iam", "lambda", "logs", "s3", "sns", "sqs", "sts"):
    get_service_model(service)
