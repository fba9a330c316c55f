"""`Lab`, the client of the local cloud: starts it, points boto3 at it, asks it what happened, ends it.

What a student does with it is here, and what it tells is in `telling`; `cloud_process` holds the process that answers,
and boto3 does the rest. Left out: more than one lab in one notebook.
"""

from __future__ import annotations

import atexit
import json
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from lambdalab import airgap, tuning
from lambdalab.cloud_process import CloudProcess, RunningCloud
from lambdalab.errors import LabError
from lambdalab.faults import Faults
from lambdalab.functions import Function
from lambdalab.observe.journal import Step
from lambdalab.queues import Queue
from lambdalab.telling import Telling
from lambdalab.timing import Clock, KeepAlive

if TYPE_CHECKING:
    from lambdalab.console import Console
    from lambdalab.learn.capstone.grading import Grade
    from lambdalab.proof import Proof

ROLE = "lambdalab-role"


class Lab(Telling):
    """The local cloud of this notebook (lesson 00). `Lab()` again returns the same one while it runs.

    Raises:
        LabError: the cloud could not be started; the text says why.
    """

    _current: ClassVar[Lab | None] = None

    endpoint: str
    clock: Clock
    faults: Faults

    def __new__(cls) -> Lab:
        if cls._current is not None and cls._current.running:
            return cls._current
        lab = super().__new__(cls)
        lab._open(CloudProcess())
        atexit.register(lab.stop)
        cls._current = lab
        return lab

    @classmethod
    def attached(cls, settings: Mapping[str, str] | None = None) -> Lab:
        """The lab of a running `lambdalab serve`, found by the lines that it printed for the terminal (lesson 05).

        Args:
            settings: what `lambdalab serve --json` printed, instead of those lines; then it is this process's own lab,
                and `Lab()` returns it.

        Raises:
            LabError: the environment names no lab on this machine, or one that has ended.
        """
        served = dict(settings) if settings else airgap.served()
        if not served:
            raise LabError(
                "no lab is known to this terminal. Run `lambdalab serve` in another one, and paste the export lines "
                "that it prints into this one."
            )
        lab = super().__new__(cls)
        lab._open(RunningCloud(served))
        try:
            lab._ask("GET", "state")
        except LabError as why:
            raise LabError(
                f"the lab at {lab.endpoint} does not know this terminal: it has ended, or it is another one by now. "
                "Paste the export lines of the `lambdalab serve` that runs; a lab that was started anew is empty."
            ) from why
        if settings:
            cls._current = lab
        return lab

    @classmethod
    def current(cls) -> Lab | None:
        """The running lab, or None."""
        return cls._current if cls._current is not None and cls._current.running else None

    # -- life --------------------------------------------------------------------------------------------------------

    def _open(self, cloud: RunningCloud) -> None:
        self._cloud = cloud
        self._settings = cloud.settings
        self.endpoint = self._settings["endpoint_url"]
        self.clock = Clock(self._ask)
        self.faults = Faults(self._ask)
        self._clients: dict[tuple[str, str], Any] = {}
        self._boto: Any = None
        os.environ["AWS_ENDPOINT_URL"] = self.endpoint
        os.environ["AWS_ACCESS_KEY_ID"] = self._settings["aws_access_key_id"]
        os.environ["AWS_SECRET_ACCESS_KEY"] = self._settings["aws_secret_access_key"]
        os.environ["AWS_DEFAULT_REGION"] = os.environ["AWS_REGION"] = self._settings["region_name"]
        _forget_default_session()

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

    def queue(self, name: str) -> Queue:
        """The handle on a queue of SQS (lesson 07).

        Raises:
            LabError: there is no queue of this name; the text lists those there are.
        """
        return Queue(self, name)

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

    def console(self, name: str | None = None) -> Console:
        """The console panel: every button shows the boto3 calls that it makes (lesson 04).

        Args:
            name: the function to open first; None opens the first one there is.

        Raises:
            LabError: there is no function of this name; the text lists those there are.
        """
        from lambdalab.console import Console

        return Console(self, name if name is None else self.function(name).name)

    def trigger(
        self,
        source: str,
        function: str | Function,
        *,
        events: Sequence[str] = ("s3:ObjectCreated:*",),
        prefix: str = "",
        suffix: str = "",
        pattern: Mapping[str, Any] | None = None,
        schedule: str = "",
    ) -> None:
        """Make a source call a function: add the permission and the rule, and print the calls (lessons 05 to 08).

        Does what AWS's console does with "Add trigger". What is there already stays, so it may be repeated.

        Args:
            source: "s3:" and the name of a bucket; "sqs:" and that of a queue; "dynamodb:" and that of a table with a
                stream; "url" for a function URL that everybody may call; "rest-api:" and the name of a REST API, which
                is made if there is none; "events:" and the name of a bus, such as "events:default".
            function: its handle or its name; "resize:live" for an alias.
            events: which of the bucket's events; the "s3:" may be left out.
            prefix: how an object's key must begin; case counts.
            suffix: how it must end; case counts.
            pattern: which of the bus's events, each value a list of what is accepted.
            schedule: instead of a pattern, such as "rate(5 minutes)" or "cron(0 3 * * ? *)".

        Raises:
            LabError: there is no such kind of source, no event, neither a pattern nor a schedule, or the function's
                role lacks a right to read.
            botocore.exceptions.ClientError: AWS refuses; then nothing has changed.
        """
        from lambdalab.adding import Wanted, add

        name = function if isinstance(function, str) else function.name
        print(add(self.client, source, name, Wanted(events, prefix, suffix, pattern, schedule)))

    def send_as(
        self, principal: str, source_arn: str, function: str | Function, *, account: str = "", event: Any = None
    ) -> Step:
        """Send an event in the name of a source that need not exist; for checks of permissions (workbook 05).

        On AWS only a service itself can do this. Everything after it is as always: the function's policy is asked, and
        if it lets the source in, the function runs.

        Args:
            principal: the service that would send it, such as "s3.amazonaws.com".
            source_arn: on whose behalf, such as a bucket's ARN.
            function: its handle or its name; "resize:live" for an alias.
            account: who owns the source, 12 digits; as a rule the lab's own.
            event: what the function gets if it runs; None for an empty event.

        Returns:
            The step that the journal keeps: `outcome` is "ok", or "denied" with the `reason`.
        """
        from lambdalab.adding import arn_of

        arn = arn_of(self.client, function if isinstance(function, str) else function.name)
        body = {"principal": principal, "source_arn": source_arn, "function_arn": arn, "event": event or {}}
        return Step.from_json(self._ask("POST", "send_as", {**body, "account": account or arn.split(":")[4]}))

    def fill(
        self,
        bucket: str,
        ages: Mapping[str, float],
        *,
        tags: Mapping[str, Mapping[str, str]] | None = None,
        body: str = "",
        anew: bool = False,
    ) -> None:
        """Put objects of any age into a bucket at once, as a year of uploads would leave them (lesson 08).

        Nobody uploaded them, so no rule is told. On AWS this cannot be done.

        Args:
            bucket: its name.
            ages: each object's key, and its age in days on the lab's clock.
            tags: some objects' keys, and their tags.
            body: what is in each of them.
            anew: take out first what is in the bucket.

        Raises:
            LabError: there is no such bucket, or an age is below zero.
        """
        seconds = {key: 86_400 * days for key, days in ages.items()}
        self._ask("POST", "fill", {"bucket": bucket, "ages": seconds, "tags": tags or {}, "body": body, "anew": anew})

    def tune(
        self, name: str, event: Any = None, *, memory: Sequence[int] = tuning.MEMORY, repeats: int = tuning.REPEATS
    ) -> tuning.Tuning:
        """Run the function at each memory size: its time and its price there, and its own size again at the end.

        AWS's tool for this is AWS Lambda Power Tuning (lesson 11).

        Args:
            name: the function's.
            event: what it gets at each call.
            memory: the sizes, in MB, 128 to 10,240.
            repeats: how many warm calls at each size; the first one there, which is cold, is told apart.

        Raises:
            LabError: there is no such function, or it failed at a size.
            ValueError: no size, or no call.
            botocore.exceptions.ClientError: Lambda refuses a size.
        """
        return tuning.tune(self, name, event, memory, repeats)

    def grade(self, lesson: str, *, milestone: int) -> Grade:
        """Look at what is deployed for the capstone, up to a milestone; the card tells points and one thing to do.

        It uploads photos of its own and takes them away, and it turns the clock, by days from the fifth milestone on.

        Args:
            lesson: "13", the only one with milestones.
            milestone: 0 to 7; each includes those before (lesson 13).

        Raises:
            ValueError: there is no such lesson or milestone.
        """
        from lambdalab.learn.capstone.grading import grade

        return grade(self, lesson, milestone)

    def proof(self) -> Proof:
        """Show that nothing here can reach AWS or stay behind; it stops the lab, so ask for it last (lesson 00)."""
        from lambdalab.proof import prove

        return prove(self)

    @property
    def role(self) -> str:
        """The ARN of a role that lets a function run and do everything; made when it is first asked for."""
        client = self.client("iam")
        trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        try:
            return str(client.get_role(RoleName=ROLE)["Role"]["Arn"])
        except client.exceptions.NoSuchEntityException:
            made = client.create_role(RoleName=ROLE, AssumeRolePolicyDocument=_policy(trust))
            client.put_role_policy(RoleName=ROLE, PolicyName="AdministratorAccess", PolicyDocument=_policy(everything))
            return str(made["Role"]["Arn"])

    @property
    def region(self) -> str:
        """Where the lab's own clients work, such as "us-east-1"."""
        return self._settings["region_name"]

    def client(self, service: str, config: Any = None, *, region: str = "") -> Any:
        """A boto3 client of this lab, made once; a new one when it gets a botocore Config of its own.

        Args:
            service: the name that boto3 knows, such as "s3".
            config: a botocore Config, for a client of its own.
            region: another one than the lab's own.
        """
        region = region or self.region
        if config is not None:
            return self._session().client(service, config=config, region_name=region)
        if (service, region) not in self._clients:
            self._clients[service, region] = self._session().client(service, region_name=region)
        return self._clients[service, region]

    def _session(self) -> Any:
        """The lab's own session: it reads the model of a service once, for each of its clients."""
        if self._boto is None:
            import boto3

            self._boto = boto3.Session()
        return self._boto

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


def _policy(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
