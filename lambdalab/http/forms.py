"""A browser's upload: an HTML form whose policy somebody has signed, instead of a signed request.

On AWS a page may send a file straight to a bucket with a form that `generate_presigned_post` made: the policy in it
says what may be sent and until when, and the signature is of the policy. Here the same is checked. Follows
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTForms.html; lesson 05.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from lambdalab.keys import Key

_UNNAMED = {"policy", "x-amz-signature", "signature", "awsaccesskeyid", "file"}
"""Fields that a policy need not name."""


@dataclass(frozen=True)
class Form:
    """The fields of an upload, their names in small letters, and how many bytes the file has."""

    fields: Mapping[str, str]
    size: int

    @property
    def access_key_id(self) -> str:
        return self.fields.get("awsaccesskeyid") or self.fields.get("x-amz-credential", "").partition("/")[0]

    def signed_by(self, key: Key) -> bool:
        """Whether the policy's signature is this key's, in either version."""
        policy = self.fields.get("policy", "").encode()
        if "x-amz-signature" not in self.fields:
            made = hmac.digest(key.secret.encode(), policy, hashlib.sha1)
            return hmac.compare_digest(base64.b64encode(made).decode(), self.fields.get("signature", ""))
        step = b"AWS4" + key.secret.encode()
        for part in self.fields.get("x-amz-credential", "").split("/")[1:]:
            step = hmac.digest(step, part.encode(), hashlib.sha256)
        return hmac.compare_digest(hmac.new(step, policy, hashlib.sha256).hexdigest(), self.fields["x-amz-signature"])

    def breaks(self, bucket: str) -> str:
        """What of the policy the form does not keep, in S3's words; "" when it keeps all."""
        try:
            policy = json.loads(base64.b64decode(self.fields.get("policy", ""), validate=True))
            until, conditions = datetime.fromisoformat(policy["expiration"]), policy["conditions"]
        except (ValueError, KeyError, TypeError, binascii.Error):
            return "Invalid Policy: Invalid JSON."
        if until.replace(tzinfo=until.tzinfo or UTC) < datetime.now(UTC):
            return "Invalid according to Policy: Policy expired."
        named = {"bucket"}
        for condition in conditions:
            kind, name, wanted = _condition(condition)
            if kind == "content-length-range":
                if not int(name) <= self.size <= int(wanted):
                    return "Your proposed upload does not have a size that the policy allows."
                continue
            value = bucket if name == "bucket" else self.fields.get(name, "")
            named.add(name)
            if not (value.startswith(wanted) if kind == "starts-with" else value == wanted):
                return f"Invalid according to Policy: Policy Condition failed: {json.dumps(condition)}"
        extra = sorted(n for n in self.fields if n not in named | _UNNAMED and not n.startswith("x-ignore-"))
        return f"Invalid according to Policy: Extra input fields: {', '.join(extra)}" if extra else ""


def read(content_type: str, body: bytes) -> Form | None:
    """The form of an upload; None when the request is none."""
    kind, options = parse_options_header(content_type)
    if kind != "multipart/form-data":
        return None
    try:
        _, fields, files = FormDataParser(silent=False).parse(io.BytesIO(body), kind, len(body), options)
    except ValueError:
        return None
    size = sum(len(file.read()) for file in files.values()) + len(fields.get("file", "").encode())
    return Form({name.lower(): value for name, value in fields.items()}, size)


def _condition(condition: Any) -> tuple[str, str, str]:
    """A condition of a policy as its kind, the field it is about in small letters, and what is wanted."""
    if isinstance(condition, Mapping):
        ((name, wanted),) = condition.items()
        return "eq", str(name).lower(), str(wanted)
    kind, name, wanted = (str(part) for part in condition)
    return kind.lower(), name.removeprefix("$").lower(), wanted
