"""The credentials that open the lab's door.

On AWS these are access keys and role sessions kept by IAM and STS. Here: one random key for the notebook, made when the
cloud starts, and one role session for every execution environment, ended together with it. Left out: the end of a
session after some hours.
"""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass

_ALPHABET = string.ascii_uppercase + "234567"
ACCOUNT = "123456789012"


@dataclass(frozen=True)
class Key:
    """An access key: who it speaks for, its secret, and the session token that must come along (None for a user)."""

    access_key_id: str
    secret: str
    principal: str
    token: str | None = None


class Keyring:
    """Every key that is valid now. Safe to use from several threads: each step is one dictionary operation."""

    def __init__(self) -> None:
        self._keys: dict[str, Key] = {}

    def new_user(self, name: str) -> Key:
        """Make a random user key, such as the notebook's own."""
        return self._add(Key(_key_id("AKIA"), secrets.token_hex(20), f"arn:aws:iam::{ACCOUNT}:user/{name}"))

    def new_session(self, role_arn: str, session: str) -> Key:
        """Make a role session's key, as every execution environment gets one."""
        role = role_arn.rsplit("/", 1)[-1]
        principal = f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{session}"
        return self._add(Key(_key_id("ASIA"), secrets.token_hex(20), principal, token=secrets.token_urlsafe(96)))

    def _add(self, key: Key) -> Key:
        self._keys[key.access_key_id] = key
        return key

    def get(self, access_key_id: str) -> Key | None:
        return self._keys.get(access_key_id)

    def is_environments(self, access_key_id: str) -> bool:
        """Whether this key is a session that an execution environment holds."""
        key = self._keys.get(access_key_id)
        return key is not None and key.token is not None

    def forget(self, key: Key) -> None:
        self._keys.pop(key.access_key_id, None)


def _key_id(prefix: str) -> str:
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(16))
