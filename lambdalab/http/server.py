"""The server: one loopback address through which everything enters, and the parts behind it put together.

On AWS there is an endpoint a service and region; here one address serves all, as the signature says which service is
meant. A request passes the door, then goes to Invoke, to the lab's own call, or to the cloud.
"""

from __future__ import annotations

import io
import shutil
import tempfile
import threading
import uuid
from collections.abc import Iterable
from http.client import responses
from pathlib import Path
from typing import Any

from lambdalab.agenda import Agenda
from lambdalab.clock import LabClock
from lambdalab.cloud.app import Cloud
from lambdalab.http import (
    absent,
    code,
    concurrency,
    confirming,
    deleting,
    faults,
    fill,
    invoke,
    observe,
    operations,
    recursion,
    rights,
    send_as,
)
from lambdalab.http.door import Arrived, Caller, Door, Refused, refusal
from lambdalab.http.fronts import url_configs
from lambdalab.http.fronts.addresses import Addresses
from lambdalab.http.note import Note
from lambdalab.http.wire import Server
from lambdalab.keys import Key, Keyring
from lambdalab.runtime.files import FileStore
from lambdalab.runtime.guard import Guard
from lambdalab.service.lambdas import LambdaService
from lambdalab.service.pool import Pool

HOST = "127.0.0.1"
MOST_BODY = 300 * 2**20
_CLOSED = ("/moto-api", "/latest/meta-data/", "/latest/api/", "/favicon.ico")


class LabServer:
    """The whole cloud in one process: made, served, closed (lesson 00).

    Args:
        port: of the loopback address; 0 for any free one.
        trust_loopback: take requests without a signature.
        speed: of the lab's clock, its seconds in one of the machine's.
    """

    def __init__(self, port: int = 0, *, trust_loopback: bool = False, speed: float = 1.0) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="lambdalab-"))
        self._keys = Keyring()
        self.key: Key = self._keys.new_user("student")
        self._clock = LabClock(speed)
        self._agenda = Agenda(self._clock)
        self._guard = Guard(self._folder)
        self._cloud = Cloud()
        self._pool = Pool(self._agenda, FileStore(self._folder), self._guard, self._keys, lambda: self.endpoint)
        self._service = self._cloud.service = LambdaService(
            self._cloud, self._pool, self._cloud, self._agenda, self._cloud
        )
        self._door = Door(self._find_key, self.key if trust_loopback else None)
        self._addresses = self._cloud.web = Addresses(self._service, self._cloud, self._door)
        self._lambdas_key = self._keys.new_user("lambda")
        self._cloud.code_location = lambda *what: code.location(self.endpoint, self._lambdas_key, *what)
        self._cloud.confirmation = lambda *what: confirming.address(self.endpoint, *what)
        self._server = Server(HOST, port, self)

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self._server.server_port}"

    def serve(self) -> None:
        """Answer requests until `stop`."""
        threading.Thread(target=operations.load, name="models", daemon=True).start()
        try:
            self._server.serve_forever(poll_interval=0.1)
        finally:
            self._close()

    def stop(self) -> None:
        """Make `serve` return; may be called from any thread."""
        threading.Thread(target=self._server.shutdown, daemon=True).start()

    def _close(self) -> None:
        self._server.server_close()
        self._addresses.close()
        self._agenda.close()
        self._service.close()
        self._pool.close()
        self._cloud.close()
        self._guard.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _find_key(self, access_key_id: str) -> Key | None:
        return self._keys.get(access_key_id) or self._cloud.key_of(access_key_id)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = _arrived(environ)
        if request is None:
            return _send(_too_large(), environ, start_response)
        if request.path.startswith(_CLOSED):
            closed = invoke.error(403, "AccessDeniedException", "This address is closed in lambdalab.")
            return _send(closed, environ, start_response)
        if _is_preflight(request):
            return self._cloud(environ, start_response)
        confirmed = confirming.answer(request, self._cloud)
        if confirmed is not None:
            return _send(confirmed, environ, start_response)
        try:
            caller = self._door.check(request)
        except Refused as refused:
            return _send(refusal(request, refused), environ, start_response)
        if request.path.startswith(observe.PREFIX):
            return _send(self._observe(request, caller), environ, start_response)
        note = Note(request, caller, self._service.journal, self._service.meter, self._clock.now)
        environ["HTTP_X_AMZN_TRACE_ID"] = note.header

        def started(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            given = {name.lower(): value for name, value in headers}
            note.answered(int(status[:3]), given.get("x-amzn-errortype", ""), given.get("x-amzn-requestid", ""))
            return start_response(status, headers, *more)

        fault = faults.of(note.request, caller, self._service)
        if fault and not fault.done:
            return _send(refusal(request, faults.happens(fault, caller, self._service)), environ, started)
        answer = self._answer(note.request, caller, environ)
        answered = absent.asked(self._cloud, environ) if answer is None else None
        if fault:
            lost, *_ = answered or answer or refusal(request, absent.refused(request, caller))
            note.answered(int(str(lost)[:3]), lost=True)
            return _send(refusal(request, faults.happens(fault, caller, self._service)), environ, start_response)
        if answered is None:
            return _send(answer or refusal(request, absent.refused(request, caller)), environ, started)
        status, headers, body = answered
        started(status, headers)
        return [body]

    def _answer(self, request: Arrived, caller: Caller, environ: dict[str, Any]) -> invoke.Answer | None:
        """The answer of everything that is not the cloud's; None sends the request on to it."""
        if self._keys.is_environments(caller.key.access_key_id):
            self._service.tally.asked(caller.key, f"{caller.service}:{operations.name(request, caller.service)}")
        partly = deleting.answer(request, caller, self._cloud, environ)
        if partly:
            return partly
        denied = rights.refusal(request, caller, self._cloud)
        if denied:
            return refusal(request, denied)
        if caller.key == self._lambdas_key:
            return code.answer(request, self._service)
        return self._lambda(request, caller.region) if caller.service == "lambda" else None

    def _lambda(self, request: Arrived, region: str) -> invoke.Answer | None:
        """What Lambda answers without the cloud: calls, and the settings that moto does not know."""
        found = invoke.PATH.fullmatch(request.path)
        if found and request.method == "POST":
            return invoke.invoke(request, found["name"], region, self._service)
        found = concurrency.PROVISIONED.fullmatch(request.path)
        if found and request.method in ("GET", "PUT", "DELETE"):
            return concurrency.provisioned(request, found["name"], region, self._service)
        found = recursion.PATH.fullmatch(request.path)
        if found and request.method in ("GET", "PUT"):
            return recursion.recursion(request, found["name"], region, self._service)
        found = url_configs.PATH.fullmatch(request.path)
        if found:
            return self._addresses.urls.answer(request, found["name"], found["what"], region)
        if concurrency.SETTINGS.fullmatch(request.path) and request.method == "GET":
            return concurrency.settings(region, self._service)
        return None

    def _observe(self, request: Arrived, caller: Caller) -> invoke.Answer:
        if caller.key != self.key:
            return invoke.error(403, "AccessDeniedException", "Only the notebook that owns the lab may ask this.")
        if request.path == observe.PREFIX + "address":
            return observe.told({"address": self._addresses.find(request.query["name"])})
        if request.path == faults.PATH:
            return faults.answer(request, self._service)
        if request.path == fill.PATH:
            return fill.answer(request, self._cloud)
        if request.path == send_as.PATH:
            return send_as.answer(request, self._service, self._cloud.statements)
        return observe.answer(request, self._service, self._pool, self._agenda, self._guard.pid)


def _send(answer: invoke.Answer, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    status, headers, body = answer
    if not any(name.lower() == "x-amzn-requestid" for name, _ in headers):
        headers = [*headers, ("x-amzn-RequestId", str(uuid.uuid4()))]
    start_response(f"{status} {responses[status]}", [*headers, ("Content-Length", str(len(body)))])
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def _is_preflight(request: Arrived) -> bool:
    """A browser's question whether it may call a bucket: it cannot be signed, and S3 answers it without.

    The rest keeps others out: moto would read a service's name from a body, or from a first folder with an underscore,
    which no bucket's name can have.
    """
    asks = "origin" in request.headers and "access-control-request-method" in request.headers
    bucket = request.path.lstrip("/").partition("/")[0]
    return request.method == "OPTIONS" and asks and not request.body and bucket != "" and "_" not in bucket


def _too_large() -> invoke.Answer:
    return invoke.error(413, "RequestTooLargeException", f"lambdalab takes requests of at most {MOST_BODY:,} bytes.")


def _arrived(environ: dict[str, Any]) -> Arrived | None:
    """Read the request off the wire, body included, so that nobody holds the cloud's lock while sending.

    None for one that is too large to be read.
    """
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > MOST_BODY:
        return None
    if "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower():
        body = environ["wsgi.input"].read()
    else:
        body = environ["wsgi.input"].read(length) if length else b""
    environ["wsgi.input"] = io.BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    headers = {name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")}
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    return Arrived(environ["REQUEST_METHOD"], environ.get("REQUEST_URI") or environ["PATH_INFO"], headers, body)
