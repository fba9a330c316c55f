"""The locked door: nothing reaches the cloud without a valid signature.

On AWS every request is signed with Signature Version 4 and refused otherwise. Here the signature is computed a second
time with botocore's own signers, from the request as it arrived, and compared. Presigned URLs carry it in the query,
old ones with Signature Version 2. Without this, any page in the student's browser could talk to the lab. Refusals
have the service's own shape. Follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html; lesson 00.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.sax.saxutils import escape

from botocore.auth import HmacV1QueryAuth, S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from lambdalab.http import forms
from lambdalab.keys import Key

SKEW_SECONDS = 15 * 60
_DATE = re.compile(r"\d{8}T\d{6}Z")
_SCOPE = re.compile(r"Credential=([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request")
_JSON = "application/x-amz-json"


@dataclass(frozen=True)
class Caller:
    """Who signed a request, for which service and region."""

    key: Key
    service: str
    region: str


class Refused(Exception):
    """The door stays shut; carries the two names of the reason (S3's and the others'), the text and HTTP's status."""

    def __init__(self, s3_code: str, code: str, text: str, status: int = 403) -> None:
        super().__init__(text)
        self.s3_code, self.code, self.text, self.status = s3_code, code, text, status


@dataclass(frozen=True)
class Arrived:
    """A request as it came over the wire."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @functools.cached_property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @functools.cached_property
    def query(self) -> Mapping[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))


class Door:
    """Checks signatures; `find` looks a key up, `trusting` lets every caller in as the given key."""

    def __init__(self, find: Callable[[str], Key | None], trusting: Key | None = None) -> None:
        self._find, self._trusting = find, trusting

    def check(self, request: Arrived) -> Caller:
        """Say who signed the request.

        Raises:
            Refused: nobody did, with a key that is unknown, wrongly, or too long ago.
        """
        query = request.query
        authorization = request.headers.get("authorization", "")
        if authorization.startswith("AWS4-HMAC-SHA256"):
            scope, signed = authorization, request.headers.get("x-amz-date", "")
        elif "X-Amz-Signature" in query:
            scope, signed = "Credential=" + query.get("X-Amz-Credential", ""), query.get("X-Amz-Date", "")
        elif "AWSAccessKeyId" in query and "Signature" in query:
            return self._old(request, query)
        elif form := forms.read(request.headers.get("content-type", ""), request.body):
            return self._form(request, form)
        elif self._trusting:
            return Caller(self._trusting, "s3", "us-east-1")
        else:
            raise Refused("AccessDenied", "MissingAuthenticationToken", "Request is missing Authentication Token")
        found = _SCOPE.search(scope)
        if not found:
            raise Refused("AuthorizationHeaderMalformed", "IncompleteSignature", "The credential scope is malformed")
        access_key_id, _, region, service = found.groups()
        if self._trusting:
            return Caller(self._find(access_key_id) or self._trusting, service, region)
        key = self._known(access_key_id)
        self._in_time(signed, query)
        expected = _signature(request, key, service, region, signed, query)
        given = query.get("X-Amz-Signature") or authorization.rpartition("Signature=")[2]
        if not hmac.compare_digest(expected, given):
            raise _mismatch()
        token = query.get("X-Amz-Security-Token") or request.headers.get("x-amz-security-token")
        if (key.token or "") != (token or ""):
            raise _unknown()
        return Caller(key, service, region)

    def _old(self, request: Arrived, query: Mapping[str, str]) -> Caller:
        """Signature Version 2 in the query, as S3's presigned URLs still carry it by default."""
        key = self._trusting or self._known(query["AWSAccessKeyId"])
        if not self._trusting:
            if not query.get("Expires", "").isdigit() or int(query["Expires"]) < datetime.now(UTC).timestamp():
                raise Refused("AccessDenied", "AccessDenied", "Request has expired")
            given = [*request.headers.items(), *query.items()]  # such a URL may carry headers in its query
            headers = {n: v for n, v in given if n in ("content-type", "content-md5") or n.startswith("x-amz-")}
            signer = _OldSigner(Credentials(key.access_key_id, key.secret), query["Expires"])
            split = urlsplit(f"http://{request.headers.get('host', '')}{request.target}")
            canonical = signer.canonical_string(request.method, split, HTTPHeaders.from_dict(headers))
            if not hmac.compare_digest(signer.sign_string(canonical), query["Signature"]):
                raise _mismatch()
        return Caller(key, "s3", "us-east-1")

    def _form(self, request: Arrived, form: forms.Form) -> Caller:
        """A browser's upload: the policy in the form is signed."""
        if not form.access_key_id:
            raise Refused("AccessDenied", "MissingAuthenticationToken", "Access Denied.")
        key = self._trusting or self._known(form.access_key_id)
        if not self._trusting and not form.signed_by(key):
            raise _mismatch()
        if broken := form.breaks(request.path.lstrip("/").partition("/")[0]):
            raise Refused("AccessDenied", "AccessDenied", broken)
        if (key.token or "") != form.fields.get("x-amz-security-token", ""):
            raise _unknown()
        return Caller(key, "s3", "us-east-1")

    def _known(self, access_key_id: str) -> Key:
        key = self._find(access_key_id)
        if key is None:
            raise _unknown()
        return key

    @staticmethod
    def _in_time(signed: str, query: Mapping[str, str]) -> None:
        try:
            if not _DATE.fullmatch(signed):
                raise ValueError
            moment = datetime.fromisoformat(signed)
        except ValueError:
            raise Refused("AccessDenied", "IncompleteSignature", "A valid X-Amz-Date is missing") from None
        age = (datetime.now(UTC) - moment).total_seconds()
        if "X-Amz-Expires" in query:
            lifetime = query["X-Amz-Expires"]
            if not lifetime.isdigit() or age > int(lifetime):
                raise Refused("AccessDenied", "AccessDenied", "Request has expired")
        elif abs(age) > SKEW_SECONDS:
            text = "The difference between the request time and the server's time is too large."
            raise Refused("RequestTimeTooSkewed", "SignatureDoesNotMatch", text)


class _Signer(SigV4Auth):  # type: ignore[misc]  # botocore is not typed
    """botocore's signer, spared what is the same for every call: the body is at hand, the key of a day stays."""

    def payload(self, request: AWSRequest) -> str:
        return hashlib.sha256(request.data or b"").hexdigest()

    def signature(self, string_to_sign: str, request: AWSRequest) -> str:
        key = _key_of_day(
            self.credentials.secret_key, request.context["timestamp"][:8], self._region_name, self._service_name
        )
        return hmac.new(key, string_to_sign.encode(), hashlib.sha256).hexdigest()


@functools.lru_cache(256)
def _key_of_day(secret: str, day: str, region: str, service: str) -> bytes:
    """The signing key, derived as
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html says."""
    key = b"AWS4" + secret.encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


class _OldSigner(HmacV1QueryAuth):  # type: ignore[misc]  # botocore is not typed
    """botocore's signer of old presigned URLs, for the end that the URL states and not for one from now on."""

    def _get_date(self) -> str:
        return str(self._expires)


def _signature(request: Arrived, key: Key, service: str, region: str, signed: str, query: Mapping[str, str]) -> str:
    """What the signature should be, computed by botocore from the headers that the caller says were signed."""
    credentials = Credentials(key.access_key_id, key.secret)
    presigned = "X-Amz-Signature" in query
    if presigned:
        names = query.get("X-Amz-SignedHeaders", "host")
        signer = (S3SigV4QueryAuth if service == "s3" else SigV4Auth)(credentials, service, region)
        pairs = [(n, v) for n, v in parse_qsl(urlsplit(request.target).query, keep_blank_values=True)]
        url = _url(request, [(n, v) for n, v in pairs if n != "X-Amz-Signature"])
    else:
        names = request.headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0]
        signer = (S3SigV4Auth if service == "s3" else _Signer)(credentials, service, region)
        url = f"http://{request.headers.get('host', '')}{request.target}"
    wanted = {name: request.headers[name] for name in names.split(";") if name in request.headers}
    copy = AWSRequest(method=request.method, url=url, headers=wanted, data=request.body)
    copy.context["timestamp"] = signed
    copy.context["signing"] = {"signing_name": service, "region": region}
    canonical = signer.canonical_request(copy)
    return str(signer.signature(signer.string_to_sign(copy, canonical), copy))


def _url(request: Arrived, query: list[tuple[str, str]]) -> str:
    """The request's address with these query parameters."""
    text = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query)
    path = urlsplit(request.target).path
    return f"http://{request.headers.get('host', '')}{path}" + (f"?{text}" if text else "")


def _mismatch() -> Refused:
    text = (
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method."
    )
    return Refused("SignatureDoesNotMatch", "InvalidSignatureException", text)


def _unknown() -> Refused:
    return Refused(
        "InvalidAccessKeyId", "UnrecognizedClientException", "The security token included in the request is invalid."
    )


def refusal(request: Arrived, refused: Refused) -> tuple[int, list[tuple[str, str]], bytes]:
    """The answer, in the shape that the called service's clients read: status, headers, body."""
    request_id = str(uuid.uuid4())
    headers = [("x-amzn-RequestId", request_id)]
    service = _service(request)
    if service == "s3":
        body = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{refused.s3_code}</Code>'
            f"<Message>{escape(refused.text)}</Message><RequestId>{request_id}</RequestId></Error>"
        )
        return refused.status, [*headers, ("Content-Type", "application/xml")], body.encode()
    if request.headers.get("content-type", "").startswith(_JSON):
        data = {"__type": refused.code, "message": refused.text}
        return refused.status, [*headers, ("Content-Type", f"{_JSON}-1.1")], json.dumps(data).encode()
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        code = {
            "UnrecognizedClientException": "InvalidClientTokenId",
            "InvalidSignatureException": "SignatureDoesNotMatch",
        }
        body = (
            f"<ErrorResponse><Error><Type>Sender</Type><Code>{code.get(refused.code, refused.code)}</Code>"
            f"<Message>{escape(refused.text)}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
        )
        return refused.status, [*headers, ("Content-Type", "text/xml")], body.encode()
    headers += [("x-amzn-ErrorType", refused.code), ("Content-Type", "application/json")]
    return refused.status, headers, json.dumps({"message": refused.text}).encode()


def _service(request: Arrived) -> str:
    """Which service the caller meant, as far as an unsigned request tells; S3 is where plain paths go."""
    found = _SCOPE.search(
        request.headers.get("authorization", "") + "Credential=" + request.query.get("X-Amz-Credential", "")
    )
    if found:
        return found[4]
    if re.match(r"/\d{4}-\d\d-\d\d/", request.path):
        return "lambda"
    is_form = request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    return "" if is_form or "x-amz-target" in request.headers else "s3"
