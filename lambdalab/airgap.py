"""Nothing here can reach AWS: false credentials, no configuration, and a stop for every request to another machine.

Importing lambdalab calls `close_off`. From then on boto3 in this process finds neither the user's keys nor their
configuration, and a request that is not for this machine is stopped with a sentence, also from a client that was made
before. Follows https://docs.aws.amazon.com/sdkref/latest/guide/settings-reference.html; lesson 00.
"""

from __future__ import annotations

import os
from urllib.parse import urlsplit

from lambdalab.errors import LabError, OutsideTheLab

NOBODY = "lambdalab-no-key"
REGION = "us-east-1"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
_SETTINGS = {
    "endpoint_url": "AWS_ENDPOINT_URL",
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "region_name": "AWS_DEFAULT_REGION",
}
_blocked: list[str] = []
_found: dict[str, str] = {}


def close_off() -> None:
    """Hide the user's AWS settings from this process and its children, and stop requests that would leave."""
    if not _found and _is_here(os.environ.get("AWS_ENDPOINT_URL", "")):
        _found.update({key: os.environ.get(name, "") for key, name in _SETTINGS.items()})
    for name in list(os.environ):
        if name.startswith("AWS_"):
            del os.environ[name]
    os.environ.update(nobody())
    for name in ("NO_PROXY", "no_proxy"):
        hosts = [host for host in os.environ.get(name, "").split(",") if host]
        os.environ[name] = ",".join([*hosts, *(host for host in ("127.0.0.1", "localhost") if host not in hosts)])
    _stop_requests()


def nobody() -> dict[str, str]:
    """The settings of somebody without an account."""
    return {
        "AWS_ACCESS_KEY_ID": NOBODY,
        "AWS_SECRET_ACCESS_KEY": NOBODY,
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
    }


def served() -> dict[str, str]:
    """How the terminal says to reach a lab on this machine, as `lambdalab serve` printed it; empty when it does not."""
    return dict(_found) if all(_found.values()) else {}


def blocked() -> list[str]:
    """The outside hosts that something has tried to reach, oldest first."""
    return list(_blocked)


def _is_here(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return host in LOOPBACK or host.endswith(".localhost")


def _stop_requests() -> None:
    try:
        from botocore.exceptions import EndpointConnectionError
        from botocore.httpsession import URLLib3Session
    except ImportError:  # then there is no request to stop, and the doctor must still be able to say what is missing
        return

    if getattr(URLLib3Session.send, "stops_at", None) == "this machine":
        return
    send = URLLib3Session.send

    def send_here(self: URLLib3Session, request: object) -> object:
        host = urlsplit(str(getattr(request, "url", ""))).hostname or ""
        if not _is_here(str(getattr(request, "url", ""))):
            _blocked.append(host)
            if "AWS_ENDPOINT_URL" in os.environ:
                why = "The client was made before the lab was started, so it points at the real AWS."
            else:
                why = "No lab is running in this notebook: run `lab = Lab()` first."
            stopped = f"This request was for {host}, which is not on this machine, so it was stopped."
            raise OutsideTheLab(f"{stopped} {why} Make the client again.")
        try:
            return send(self, request)
        except EndpointConnectionError:
            raise LabError(
                f"Nothing answers at {urlsplit(str(getattr(request, 'url', ''))).netloc}: the lab that this client was "
                "made for has ended. A new lab is empty: run `lab = Lab()`, deploy again, and make clients and "
                "`lab.function(...)` again."
            ) from None

    send_here.stops_at = "this machine"  # type: ignore[attr-defined]  # the mark that a second import looks for
    URLLib3Session.send = send_here
