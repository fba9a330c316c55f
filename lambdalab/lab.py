"""`Lab`, the client of the local cloud: starts it, points boto3 at it, asks it what happened, ends it.

What a student asks for is here; `cloud_process` holds the process that answers, and boto3 does the rest. Left out: more
than one lab in one notebook.
"""

from __future__ import annotations

import atexit
import json
import os
from typing import TYPE_CHECKING, Any, ClassVar

from lambdalab import airgap
from lambdalab.cloud_process import CloudProcess
from lambdalab.errors import LabError
from lambdalab.functions import Function
from lambdalab.observe.counts import Counts
from lambdalab.observe.explain import explain
from lambdalab.observe.records import Invocation
from lambdalab.running import LabProcess, Processes
from lambdalab.timing import Clock, KeepAlive

if TYPE_CHECKING:
    from lambdalab.console import Console
    from lambdalab.proof import Proof
    from lambdalab.show.lanes import Lanes
    from lambdalab.show.picture import Picture

ROLE = "lambdalab-role"


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
        self._cloud = CloudProcess()
        self._settings = self._cloud.settings
        self.endpoint = self._settings["endpoint_url"]
        self.clock = Clock(self._ask)
        self._clients: dict[str, Any] = {}
        os.environ["AWS_ENDPOINT_URL"] = self.endpoint
        os.environ["AWS_ACCESS_KEY_ID"] = self._settings["aws_access_key_id"]
        os.environ["AWS_SECRET_ACCESS_KEY"] = self._settings["aws_secret_access_key"]
        os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"] = self._settings["region_name"]
        _forget_default_session()
        atexit.register(self.stop)

    @property
    def running(self) -> bool:
        return self._cloud.running

    @property
    def key_id(self) -> str:
        """The access key id that this lab invented."""
        return self._settings["aws_access_key_id"]

    def stop(self) -> None:
        """End the cloud, every environment and everything in it; safe to repeat."""
        atexit.unregister(self.stop)
        self._cloud.stop()
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

    def counts(self, name: str) -> Counts:
        """What a function did since the lab was started, in whole numbers (lesson 03)."""
        return Counts.from_json(self._ask("GET", "counts", name=name))

    def keep_alive(
        self, minutes: float | None = None, *, least: float | None = None, most: float | None = None
    ) -> KeepAlive:
        """How long an idle environment is kept, on the lab's clock; with arguments, set it first (lesson 03).

        AWS does not publish its time; the lab begins with 5 to 15 minutes, drawn for each environment.

        Args:
            minutes: for every environment the same.
            least: the shortest time, in minutes.
            most: the longest time, in minutes.

        Raises:
            LabError: the range is none.
        """
        if minutes is not None:
            least = most = minutes
        if least is None and most is None:
            return KeepAlive(**self._ask("GET", "keep_alive"))
        if least is None or most is None:
            raise LabError("keep_alive wants both ends of the range: least and most, in minutes")
        return KeepAlive(**self._ask("POST", "keep_alive", {"least": least, "most": most}))

    def lanes(self, *names: str) -> Lanes:
        """Every execution environment from its start to its end, of these functions or of all (lesson 03).

        Raises:
            LabError: there is no function of one of these names.
        """
        from lambdalab.show.lanes import Lanes

        found = Lanes.from_json(self._ask("GET", "lanes", names=",".join(names)), names)
        for unknown in {*names} - {lane.function for lane in found}:
            self.function(unknown)
        return found

    def swimlanes(self, *names: str, last: int | None = None) -> Picture:
        """The same as a picture: a lane for each environment, seconds from left to right (lesson 03).

        Args:
            names: functions, each a group of lanes of its own; without one, all.
            last: only so many calls, the last ones.

        Raises:
            LabError: there is no function of one of these names.
            ValueError: `last` is not above zero.
        """
        from lambdalab.show.swimlanes import swimlanes

        found = self.lanes(*names)
        return swimlanes(found, found.jumps, last=last)

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

    def console(self, name: str | None = None) -> Console:
        """The console panel: every button shows the boto3 calls that it makes (lesson 04).

        Args:
            name: the function to open first; None opens the first one there is.

        Raises:
            LabError: there is no function of this name; the text lists those there are.
        """
        from lambdalab.console import Console

        return Console(self, name if name is None else self.function(name).name)

    def proof(self) -> Proof:
        """Show that nothing here can reach AWS or stay behind; it stops the lab, so ask for it last (lesson 00)."""
        from lambdalab.proof import prove

        return prove(self)

    @property
    def role(self) -> str:
        """The ARN of a role that lets a function run and do everything; made when it is first asked for."""
        client = self.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        try:
            return str(client.get_role(RoleName=ROLE)["Role"]["Arn"])
        except client.exceptions.NoSuchEntityException:
            made = client.create_role(RoleName=ROLE, AssumeRolePolicyDocument=policy)
            client.attach_role_policy(RoleName=ROLE, PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
            return str(made["Role"]["Arn"])

    def client(self, service: str, config: Any = None) -> Any:
        """A boto3 client of this lab, made once; a new one when it gets a botocore Config of its own."""
        if config is not None:
            return self._session().client(service, config=config)
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
        return self._cloud.ask(method, what, body, query)

    def __repr__(self) -> str:
        if not self.running:
            return "This lab has ended. `lab = Lab()` starts a new, empty one."
        return f"Lab: region {self._settings['region_name']}, clock {self.clock}, AWS out of reach"


def _forget_default_session() -> None:
    """boto3 keeps a session with the settings of its first use; the next client must see the new ones."""
    import boto3

    boto3.DEFAULT_SESSION = None
