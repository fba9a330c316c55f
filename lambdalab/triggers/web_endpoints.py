"""Posting to a web address that has subscribed to a topic: of this machine only.

On AWS, SNS posts to any address on the internet, waits 15 seconds, and tries again after a 429, a 5xx or no answer.
Here only addresses of this machine are let through, so that nothing leaves it. Follows
https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html; lesson 08. Left out: following a redirect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import urllib3

from lambdalab.airgap import LOOPBACK

_SECONDS = 15.0
_TYPE = {"Content-Type": "text/plain; charset=UTF-8", "User-Agent": "Amazon Simple Notification Service Agent"}
_TOO_MANY = 429


@dataclass(frozen=True)
class Answered:
    """What a web address said.

    Args:
        accepted: it took the message.
        again: it may take it another time.
        reason: why it was not taken.
    """

    accepted: bool
    again: bool = False
    reason: str = ""


def here(address: str) -> bool:
    """Whether an address is one of this machine."""
    try:
        return urlsplit(address).hostname in {name.strip("[]") for name in LOOPBACK}
    except ValueError:
        return False


def post(address: str, headers: Mapping[str, str], body: bytes) -> Answered:
    """Post a message, and wait for the answer, 15 seconds at most."""
    if not here(address):
        return Answered(False, reason=f"{address} is no address of this machine, and nothing leaves it")
    try:
        with urllib3.PoolManager(retries=False, timeout=_SECONDS) as web:
            said = web.request("POST", address, body=body, headers={**_TYPE, **headers}, redirect=False)
    except urllib3.exceptions.HTTPError as wrong:
        return Answered(False, True, f"{address} gave no answer ({type(wrong).__name__})")
    if said.status < 300:
        return Answered(True)
    return Answered(False, said.status == _TOO_MANY or said.status >= 500, f"{address} answered {said.status}")
