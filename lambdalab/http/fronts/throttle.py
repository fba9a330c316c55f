"""A stage's throttle: a bucket of tokens, from which each request takes one.

On AWS API Gateway lets so many requests a second pass in the long run, and so many at once, as the stage or the method
says. Here the same, when a limit is set; the account's own limits are left out. Follows
https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-request-throttling.html; lesson 06.
"""

from __future__ import annotations

import threading
import time


class Throttle:
    """One bucket.

    Args:
        rate: requests a second; None for no limit.
        burst: requests at once; None for no limit.
    """

    def __init__(self, rate: float | None, burst: int | None) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._seen, self._lock = float(burst or 0), time.monotonic(), threading.Lock()

    def take(self) -> bool:
        """Whether one more request may pass now."""
        if self._rate is None or self._burst is None:
            return True
        with self._lock:
            now = time.monotonic()
            self._left = min(self._burst, self._left + (now - self._seen) * self._rate)
            self._seen = now
            if self._left < 1:
                return False
            self._left -= 1
            return True
