"""Lambda's refusals, in the shapes in which moto sends errors.

On AWS each has a name, a status and a sentence; the sentences are AWS's own. Here they are made once, for all the
modules that put AWS's checks in front of moto's resources.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.awslambda.exceptions import LambdaClientError

from lambdalab.cloud.validation import complaint

TOUCHED = {"moto.awslambda.exceptions": ["LambdaClientError"]}

MOST = {"FunctionName": 64, "MemorySize": 10_240, "Timeout": 900}
"""Limits of standard functions; the model's are those of an ARN and of Lambda's newer forms.

For the timeout AWS allows 1,800 s since November 2026 (botocore 1.44.7); the course's workloads count with the 900 s of
the guide.
"""

_OLD_REVISION = (
    "The Revision Id provided does not match the latest Revision Id. "
    "Call the GetFunction/GetAlias API to retrieve the latest Revision Id"
)


def refusal(status: int, name: str, text: str) -> LambdaClientError:
    """An error to raise: status, AWS's name of it, and its sentence."""
    error = LambdaClientError(name, text)
    error.code = status
    return error


def invalid(text: str) -> LambdaClientError:
    return refusal(400, "InvalidParameterValueException", text)


def conflict(text: str) -> LambdaClientError:
    return refusal(409, "ResourceConflictException", text)


def not_found(text: str) -> LambdaClientError:
    return refusal(404, "ResourceNotFoundException", text)


def validate(operation: str, values: Mapping[str, Any]) -> None:
    """Refuse values that break the rules of Lambda's own model."""
    text = complaint("lambda", operation, values, MOST)
    if text:
        raise refusal(400, "ValidationException", text)


def check_revision(wanted: str | None, present: str) -> None:
    """Refuse a change that was meant for an older state."""
    if wanted and wanted != present:
        raise refusal(412, "PreconditionFailedException", _OLD_REVISION)
