"""The policies that resources have of their own, as moto keeps them: buckets, queues, topics, functions.

On AWS such a policy can let in who has no right by a role, and shut out who has; each service keeps and reads its own.
Here they are found by the resource's ARN. Also whether a bucket holds an object, because S3's answer depends on it.
Left out: the policies of buses, secrets, keys and tables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from moto.s3.models import FakeKey, s3_backends

from lambdalab.cloud.targets import MotoTargets
from lambdalab.keys import ACCOUNT
from lambdalab.permissions import Statement

TOUCHED = {"moto.s3.models": ["FakeKey", "s3_backends", "S3Backend", "FakeBucket"]}
_TARGET = re.compile(r"arn:aws:(lambda:[^:]+:\d{12}:function:.+|(sqs|sns):[^:]+:\d{12}:[^:]+)")


def statements(arn: str, targets: MotoTargets) -> Sequence[Statement]:
    """Those of the policy that the resource itself has; none when it has no policy, or is not there."""
    if arn.startswith("arn:aws:s3:::"):
        bucket = s3_backends[ACCOUNT]["aws"].buckets.get(_split(arn)[0])
        found = json.loads(bucket.policy)["Statement"] if bucket and bucket.policy else []
        return found if isinstance(found, list) else [found]
    try:
        return targets.policy(arn) if _TARGET.fullmatch(arn) else []
    except LookupError:
        return []


def lacks(arn: str) -> bool:
    """Whether there is the bucket of an object's ARN, and not the object."""
    name, key = _split(arn)
    bucket = s3_backends[ACCOUNT]["aws"].buckets.get(name)
    return bucket is not None and not isinstance(bucket.keys.get(key), FakeKey)


def _split(arn: str) -> tuple[str, str]:
    """The names of a bucket and of the object in it, which may hold colons; "" for none."""
    bucket, _, key = arn.removeprefix("arn:aws:s3:::").partition("/")
    return bucket, key
