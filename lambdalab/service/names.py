"""Names of functions: every form that AWS takes, read once.

A function is named by "f", "f:live", "123456789012:function:f" or its ARN, with or without a version or an alias behind
it; the version or alias may also come beside the name. Follows FunctionName of
https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html.
"""

from __future__ import annotations

import re

from lambdalab.keys import ACCOUNT
from lambdalab.service.model import FunctionNotFound, QualifiersDiffer

_NAME = re.compile(
    r"(?:arn:aws[a-zA-Z-]*:lambda:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):function:|(?:\d{12}:)?function:)?"
    r"(?P<name>[a-zA-Z0-9_-]+)(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9_-]+))?"
)


def read(region: str, name: str, qualifier: str | None = None) -> tuple[str, str | None]:
    """The plain name, and the qualifier that stands in the name or beside it.

    Raises:
        FunctionNotFound: this is no function's name, or one of another region.
        QualifiersDiffer: one stands in the name and another one beside it.
    """
    found = _NAME.fullmatch(name)
    if found is None:
        raise FunctionNotFound(f"arn:aws:lambda:{region}:{ACCOUNT}:function:{name}:{qualifier or '$LATEST'}")
    if found["region"] not in (None, region):
        text = f"Functions from '{found['region']}' are not reachable in this region ('{region}')"
        raise FunctionNotFound(name, text)
    inside = found["qualifier"]
    if inside and qualifier and inside != qualifier:
        raise QualifiersDiffer("The derived qualifier from the function name does not match the specified qualifier.")
    return found["name"], inside or qualifier
