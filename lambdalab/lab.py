"""`Lab`, the client of the local cloud: starts it, points boto3 at it, asks it what happened, ends it.

The cloud is a process of its own, so it goes on answering while the notebook computes, and it holds on to the
notebook by a pipe: when the notebook ends in whatever way, the cloud ends, and the guard ends what is left. Left out:
more than one lab in one notebook.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from lambdalab import airgap
from lambdalab.errors import LabError
from lambdalab.functions import Function
from lambdalab.observe.explain import explain
from lambdalab.observe.records import Invocation

if TYPE_CHECKING:
    from lambdalab.proof import Proof

_START_SECONDS = 60
ROLE = "lambdalab-role"


@dataclass(frozen=True)
class LabProcess:
    """One process that runs on behalf of the lab.

    Args:
        what: "cloud" (answers every request), "guard" (ends what is left), or "function".
        pid: its number.
        state: what the operating system says: "frozen", "running" or "waiting".
        function: whose environment it is, for a function.
        environment: the environment's number, for a function.
    """

    what: str
    pid: int
    state: str
    function: str | None = None
    environment: int | None = None


class Lab:
    """The local cloud of this notebook (lesson 00). `Lab()` again returns the same one while it runs.

    Raises:
        LabError: the cloud could not be started; the text says why.
    """

    _current: ClassVar[Lab | None] = None

    endpoint: str
    clock: Clock

    def __new__(cls) -> Lab:
        if cls._current is not None and cls._current.running:
            return cls._current
        lab = super().__new__(cls)
        lab._start()
        cls._current = lab
        return lab

    @classmethod
    def current(cls) -> Lab | None:
        """The running lab, or None."""
        return cls._current if cls._current is not None and cls._current.running else None

    # -- life --------------------------------------------------------------------------------------------------------

    def _start(self) -> None:
        from lambdalab.runtime.guard import apart

        environment = {**os.environ, **airgap.nobody()}
        environment.pop("AWS_ENDPOINT_URL", None)
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop()
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "lambdalab", "serve", "--json", "--port", "0", "--until-eof"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=environment,
            **apart(),
        )
        try:
            said = self._process.stdout.readline()  # type: ignore[union-attr]  # it was opened as a pipe
        except BaseException:
            self._process.kill()
            raise
        if not said:
            self._process.wait(_START_SECONDS)
            self._complaints.seek(0)
            text = self._complaints.read().decode("utf-8", "replace").strip()
            raise LabError(f"the lab's cloud did not start. It said:\n{text}\nRun `lambdalab doctor` for help.")
        self._settings: dict[str, str] = json.loads(said)
        self.endpoint = self._settings["endpoint_url"]
        self.clock = Clock(self)
        self._clients: dict[str, Any] = {}
        os.environ["AWS_ENDPOINT_URL"] = self.endpoint
        os.environ["AWS_ACCESS_KEY_ID"] = self._settings["aws_access_key_id"]
        os.environ["AWS_SECRET_ACCESS_KEY"] = self._settings["aws_secret_access_key"]
        os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"] = self._settings["region_name"]
        _forget_default_session()
        atexit.register(self.stop)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    @property
    def key_id(self) -> str:
        """The access key id that this lab invented."""
        return self._settings["aws_access_key_id"]

    def stop(self) -> None:
        """End the cloud, every environment and everything in it; safe to repeat."""
        atexit.unregister(self.stop)
        with contextlib.suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr]  # it was opened as a pipe
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()  # type: ignore[union-attr]  # it was opened as a pipe
        self._complaints.close()
        if os.environ.get("AWS_ENDPOINT_URL") == self.endpoint:
            del os.environ["AWS_ENDPOINT_URL"]
            os.environ.update(airgap.nobody())
            _forget_default_session()

    # -- what a student asks for -------------------------------------------------------------------------------------

    def function(self, name: str) -> Function:
        """The handle on a deployed function (lesson 00).

        Raises:
            LabError: there is no function of this name; the text lists those there are.
        """
        client = self.client("lambda")
        try:
            client.get_function_configuration(FunctionName=name)
        except client.exceptions.ResourceNotFoundException:
            names = [f["FunctionName"] for f in client.list_functions()["Functions"]]
            there = f"There are: {', '.join(sorted(names))}." if names else "Nothing is deployed yet."
            raise LabError(f"there is no function named {name!r}. {there} Run its %%deploy cell first.") from None
        return Function(self, name)

    def layer(self, distribution: str) -> str:
        """Pack an installed distribution and what it needs as a layer; the ARN of the layer's version (lesson 05).

        Follows https://docs.aws.amazon.com/lambda/latest/dg/python-layers.html.

        Args:
            distribution: the name that pip knows, such as "pillow".

        Raises:
            LabError: it is not installed on this machine.
        """
        from lambdalab.runtime.packages import pack_layer

        content = {"ZipFile": pack_layer(distribution)}
        name = distribution.lower()
        return str(self.client("lambda").publish_layer_version(LayerName=name, Content=content)["LayerVersionArn"])

    def explain(self, name: str) -> Any:
        """What happened to the function's last events, and why (lesson 01)."""
        data = self._ask("GET", "history", name=name)
        deployed = name in [f["FunctionName"] for f in self.client("lambda").list_functions()["Functions"]]
        return explain(name, [Invocation.from_json(i) for i in data["invocations"]], data["waiting"], deployed=deployed)

    def history(self, name: str | None = None, request_id: str | None = None) -> list[Invocation]:
        """Every invocation that the cloud remembers, oldest first."""
        asked = {key: value for key, value in (("name", name), ("request_id", request_id)) if value}
        return [Invocation.from_json(i) for i in self._ask("GET", "history", **asked)["invocations"]]

    def processes(self, name: str | None = None) -> Processes:
        """What runs on behalf of the lab now, as the operating system sees it (lesson 01).

        Args:
            name: a function; only its execution environments are listed. None lists everything.
        """
        from lambdalab.runtime.processes import state

        said = self._ask("GET", "state")
        found = [
            LabProcess(e["what"], e["pid"], e["state"], e["function"], e["environment"])
            for e in said["environments"]
            if name in (None, e["function"])
        ]
        if name is None:
            own = [LabProcess(what, said[what], state(said[what]) or "gone") for what in ("cloud", "guard")]
            found = [*own, *found]
        return Processes(found, name)

    def proof(self) -> Proof:
        """Show that nothing here can reach AWS or stay behind; it stops the lab, so ask for it last (lesson 00)."""
        from lambdalab.proof import prove

        return prove(self)

    @property
    def role(self) -> str:
        """The ARN of a role that lets a function run; made when it is first asked for."""
        client = self.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        try:
            return str(client.get_role(RoleName=ROLE)["Role"]["Arn"])
        except client.exceptions.NoSuchEntityException:
            return str(client.create_role(RoleName=ROLE, AssumeRolePolicyDocument=policy)["Role"]["Arn"])

    def client(self, service: str) -> Any:
        """A boto3 client of this lab, made once."""
        if service not in self._clients:
            self._clients[service] = self._session().client(service)
        return self._clients[service]

    def _session(self) -> Any:
        import boto3

        return boto3.Session()

    # -- the lab's own call ------------------------------------------------------------------------------------------

    def _ask(self, method: str, what: str, body: Any = None, **query: str) -> dict[str, Any]:
        """One signed `/_lab` request.

        Raises:
            LabError: the lab has ended, or it refuses.
        """
        from urllib.parse import urlencode

        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials
        from botocore.httpsession import URLLib3Session

        url = f"{self.endpoint}/_lab/{what}" + (f"?{urlencode(query)}" if query else "")
        request = AWSRequest(method=method, url=url, data=json.dumps(body) if body is not None else b"")
        key = Credentials(self._settings["aws_access_key_id"], self._settings["aws_secret_access_key"])
        SigV4Auth(key, "lambdalab", self._settings["region_name"]).add_auth(request)
        answer = URLLib3Session().send(request.prepare())
        data: dict[str, Any] = json.loads(answer.content)
        if answer.status_code != 200:
            raise LabError(f"the lab refused: {data.get('message')}")
        return data

    def __repr__(self) -> str:
        if not self.running:
            return "This lab has ended. `lab = Lab()` starts a new, empty one."
        return f"Lab: region {self._settings['region_name']}, clock {self.clock}, AWS out of reach"


class Clock:
    """The lab's clock, seen from the notebook: turn it forward instead of waiting (lesson 01)."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab

    def advance(self, *, hours: float = 0, minutes: float = 0, seconds: float = 0) -> Clock:
        """Turn the clock forward.

        Raises:
            ValueError: the time is negative or not a number.
        """
        total = hours * 3600 + minutes * 60 + seconds
        if not 0 <= total < float("inf"):
            raise ValueError(f"the lab's clock only goes forward, not by {total} s: give 0 or more")
        self._lab._ask("POST", "clock", {"advance": total})
        return self

    @property
    def ahead_seconds(self) -> float:
        """How far it is ahead of the machine's own clock."""
        return float(self._lab._ask("GET", "state")["clock_offset"])

    def __repr__(self) -> str:
        ahead = round(self.ahead_seconds)
        parts = [(ahead // 3600, "h"), (ahead % 3600 // 60, "min"), (ahead % 60, "s")]
        return "+ " + (" ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s")


class Processes(list[LabProcess]):
    """A list of processes that shows itself as a table."""

    def __init__(self, found: Sequence[LabProcess], name: str | None = None) -> None:
        super().__init__(found)
        self._name = name

    @property
    def _empty(self) -> str:
        return f"No process of {self._name}: nothing is running." if self._name else "Nothing is running."

    def _table(self) -> Any:
        from lambdalab.show.cards import processes_table

        rows = [(p.pid, f"{p.function}, environment {p.environment}" if p.function else p.what, p.state) for p in self]
        return processes_table(rows, when=f"of {self._name}" if self._name else "now")

    def _repr_html_(self) -> str:
        return self._table().html() if self else f"<p>{self._empty}</p>"

    def __repr__(self) -> str:
        return str(self._table().text()) if self else self._empty


def _forget_default_session() -> None:
    """boto3 keeps a session with the settings of its first use; the next client must see the new ones."""
    import boto3

    boto3.DEFAULT_SESSION = None
