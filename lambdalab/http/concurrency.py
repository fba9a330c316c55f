"""Provisioned concurrency and the account's limits, answered before moto, which does not know them.

Follows https://docs.aws.amazon.com/lambda/latest/api/API_PutProvisionedConcurrencyConfig.html and
API_GetAccountSettings.html; lesson 09. The setting itself lives in `service.provisioned`. Left out: the account's
usage, and pages of a long list.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from lambdalab.cloud.validation import complaint
from lambdalab.http.door import Arrived
from lambdalab.http.invoke import Answer, error
from lambdalab.keys import ACCOUNT
from lambdalab.service.concurrency import ACCOUNT_LIMIT
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.model import FunctionNotFound, QualifiersDiffer
from lambdalab.service.provisioned import FAILED, INIT_FAILURE, Provision, ProvisioningRefused

PROVISIONED = re.compile(r"/2019-09-30/functions/(?P<name>[^/]+)/provisioned-concurrency/?")
SETTINGS = re.compile(r"/2016-08-19/account-settings/?")
_CODE_LIMITS = {"TotalCodeSize": 80_530_636_800, "CodeSizeUnzipped": 262_144_000, "CodeSizeZipped": 52_428_800}


def provisioned(request: Arrived, name: str, region: str, service: LambdaService) -> Answer:
    """Answer one request about provisioned concurrency."""
    try:
        return _provisioned(request, name, region, service)
    except FunctionNotFound as missing:
        return error(404, "ResourceNotFoundException", str(missing))
    except QualifiersDiffer as two:
        return error(400, "InvalidParameterValueException", str(two))
    except ProvisioningRefused as refused:
        return error(refused.status, refused.name, str(refused))


def _provisioned(request: Arrived, name: str, region: str, service: LambdaService) -> Answer:
    provisions, qualifier = service.provisioned, request.query.get("Qualifier")
    if request.method == "PUT":
        given = json.loads(request.body)
        if text := complaint("lambda", "PutProvisionedConcurrencyConfig", given, {}):
            return error(400, "ValidationException", text)
        put = provisions.put(region, name, qualifier, int(given["ProvisionedConcurrentExecutions"]))
        return _json(202, _told(put))
    if request.method == "DELETE":
        provisions.delete(region, name, qualifier)
        return 204, [], b""
    if request.query.get("List") == "ALL":
        found = [{"FunctionArn": p.arn, **_told(p)} for p in provisions.all_of(region, name)]
        return _json(200, {"ProvisionedConcurrencyConfigs": found})
    return _json(200, _told(provisions.get(region, name, qualifier)))


def settings(region: str, service: LambdaService) -> Answer:
    """Answer GetAccountSettings."""
    unreserved = service.limits.unreserved(f"arn:aws:lambda:{region}:{ACCOUNT}:function:")
    limits = {"ConcurrentExecutions": ACCOUNT_LIMIT, "UnreservedConcurrentExecutions": unreserved, **_CODE_LIMITS}
    return _json(200, {"AccountLimit": limits})


def _told(provision: Provision) -> Mapping[str, Any]:
    told = {
        "RequestedProvisionedConcurrentExecutions": provision.requested,
        "AllocatedProvisionedConcurrentExecutions": provision.ready,
        "AvailableProvisionedConcurrentExecutions": provision.ready,
        "Status": provision.status,
        "LastModified": provision.last_modified,
    }
    return {**told, "StatusReason": INIT_FAILURE} if provision.status == FAILED else told


def _json(status: int, data: Any) -> Answer:
    return status, [("Content-Type", "application/json")], json.dumps(data).encode()
