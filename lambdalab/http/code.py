"""The address of a function's code: what GetFunction answers as Code.Location, and the zip behind it.

On AWS Lambda keeps each zip in a bucket of its own, and presigns an address in it that is good for ten minutes. Here
the address is the lab's, with a bucket in it that only Lambda's key opens, and it passes the same door. Follows
https://docs.aws.amazon.com/lambda/latest/api/API_FunctionCodeLocation.html; lesson 04. Left out: earlier states of
`$LATEST`, whose address answers the zip that is there now.
"""

from __future__ import annotations

import re

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from lambdalab.http.door import Arrived
from lambdalab.http.invoke import Answer
from lambdalab.keys import ACCOUNT, Key
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.model import FunctionNotFound

SECONDS = 600
PATH = re.compile(r"/awslambda-(?P<region>[a-z0-9-]+)-tasks/snapshots/\d{12}/(?P<name>[^/]+)/(?P<version>[^/]+)")
_GONE = b'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>NoSuchKey</Code><Message>%b</Message></Error>'


def location(endpoint: str, key: Key, region: str, name: str, version: str) -> str:
    """A presigned address, good for `SECONDS`.

    Args:
        endpoint: of the lab.
        key: Lambda's own.
        region: the function's.
        name: the function's.
        version: "$LATEST" or a number.
    """
    url = f"{endpoint}/awslambda-{region}-tasks/snapshots/{ACCOUNT}/{name}/{version}"
    request = AWSRequest(method="GET", url=url)
    S3SigV4QueryAuth(Credentials(key.access_key_id, key.secret), "s3", region, expires=SECONDS).add_auth(request)
    return str(request.url)


def answer(request: Arrived, service: LambdaService) -> Answer | None:
    """The zip behind such an address; None for any other request."""
    found = PATH.fullmatch(request.path)
    if found is None or request.method != "GET":
        return None
    try:
        function = service.prepare(found["region"], found["name"], found["version"], b"").function
    except FunctionNotFound:
        return 404, [("Content-Type", "application/xml")], _GONE % b"The specified key does not exist."
    return 200, [("Content-Type", "application/zip")], function.code
