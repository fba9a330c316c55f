"""A function's switch for loops, answered before moto, which does not know it.

Follows https://docs.aws.amazon.com/lambda/latest/api/API_PutFunctionRecursionConfig.html; lesson 05. The setting itself
lives in `service.recursion`.
"""

from __future__ import annotations

import json
import re

from lambdalab.cloud.validation import complaint
from lambdalab.http.door import Arrived
from lambdalab.http.invoke import Answer, error
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.model import FunctionNotFound, QualifiersDiffer

PATH = re.compile(r"/2024-08-31/functions/(?P<name>[^/]+)/recursion-config/?")


def recursion(request: Arrived, name: str, region: str, service: LambdaService) -> Answer:
    """Answer GetFunctionRecursionConfig or PutFunctionRecursionConfig."""
    try:
        arn = service.prepare(region, name, None, b"").function.arn
    except FunctionNotFound as missing:
        return error(404, "ResourceNotFoundException", str(missing))
    except QualifiersDiffer as two:
        return error(400, "InvalidParameterValueException", str(two))
    if request.method == "PUT":
        given = json.loads(request.body)
        if text := complaint("lambda", "PutFunctionRecursionConfig", given, {}):
            return error(400, "ValidationException", text)
        service.recursion.put(arn, given["RecursiveLoop"])
    body = json.dumps({"RecursiveLoop": service.recursion.setting(arn)})
    return 200, [("Content-Type", "application/json")], body.encode()
