"""Times and ids in the forms that AWS writes into events.

On AWS each service has forms of its own: S3's times have milliseconds, EventBridge's have none. Here the same forms are
made from seconds since 1970 and from random digits. The ids are not secret, so that `fixed` can make them the same
again, for a page or a test that shows events.
"""

from __future__ import annotations

import base64
import random
import string
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_UPPER = string.ascii_uppercase + string.digits
_random = random.Random()
_fixed_now: float | None = None


def now() -> float:
    """Seconds since 1970."""
    global _fixed_now
    if _fixed_now is None:
        return time.time()
    _fixed_now += 0.001
    return _fixed_now


@contextmanager
def fixed(at: float = 1_767_268_800.0, seed: int = 1) -> Iterator[None]:
    """Events made inside have the same ids and times on every run.

    The time begins at `at` (seconds since 1970; noon on 1 January 2026) and moves on by a millisecond whenever it is
    asked for. Meant for one thread: the documentation and tests.
    """
    global _fixed_now
    state = _random.getstate()
    _random.seed(seed)
    _fixed_now = at
    try:
        yield
    finally:
        _fixed_now = None
        _random.setstate(state)


def milliseconds(at: float) -> str:
    """`2026-01-01T12:00:00.000Z`."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(at: float) -> str:
    """`2026-01-01T12:00:00Z`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def new_uuid() -> str:
    """Such as the id of a message: random, version 4."""
    return str(uuid.UUID(int=_random.getrandbits(128), version=4))


def new_code(length: int) -> str:
    """Capital letters and digits, such as S3's request id."""
    return "".join(_random.choice(_UPPER) for _ in range(length))


def new_hex(length: int) -> str:
    """Hexadecimal digits, such as a checksum."""
    return f"{_random.getrandbits(4 * length):0{length}x}"


def new_digits(length: int) -> str:
    """Decimal digits that do not begin with 0, such as a sequence number."""
    return str(_random.randrange(10 ** (length - 1), 10**length))


def new_base64(size: int) -> str:
    """`size` random bytes in base64, such as a signature."""
    return base64.b64encode(_random.randbytes(size)).decode()
