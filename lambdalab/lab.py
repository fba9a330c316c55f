"""`Lab`, the client of the local cloud: starts it, points boto3 at it, asks it what happened, ends it.

What a student asks for is here; `cloud_process` holds the process that answers, and boto3 does the rest. Left out: more
than one lab in one notebook.
"""

from __future__ import annotations

import atexit
import json
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from lambdalab import airgap
from lambdalab.cloud_process import CloudProcess, RunningCloud
from lambdalab.errors import LabError
from lambdalab.faults import Faults
from lambdalab.functions import Function
from lambdalab.observe.counts import Counts
from lambdalab.observe.journal import Step
from lambdalab.observe.records import Invocation
from lambdalab.queues import Queue
from lambdalab.running import LabProcess, Processes
from lambdalab.timing import Clock, KeepAlive

if TYPE_CHECKING:
    from lambdalab.asking import Event
    from lambdalab.console import Console
    from lambdalab.proof import Proof
    from lambdalab.show.lanes import Lanes
    from lambdalab.show.picture import Picture
    from lambdalab.show.receives import Batch
    from lambdalab.show.story import StoryTable
    from lambdalab.show.traces import Traces
    from lambdalab.topology import Topology

ROLE = "lambdalab-role"


class Lab:
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
    def attached(cls) -> Lab:
        """The lab of a running `lambdalab serve`, found by the lines that it printed for the terminal (lesson 05).

        Raises:
            LabError: the environment names no lab on this machine, or one that has ended.
        """
        if not airgap.served():
            raise LabError(
                "no lab is known to this terminal. Run `lambdalab serve` in another one, and paste the export lines "
                "that it prints into this one."
            )
        lab = super().__new__(cls)
        lab._open(RunningCloud(airgap.served()))
        try:
            lab._ask("GET", "state")
        except LabError as why:
            raise LabError(
                f"the lab at {lab.endpoint} does not know this terminal: it has ended, or it is another one by now. "
                "Paste the export lines of the `lambdalab serve` that runs; a lab that was started anew is empty."
            ) from why
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

    def explain(self, name: str, *, last: int = 10) -> StoryTable:
        """What happened to the function's last events, and why: also to those that never reached it (lesson 01).

        Args:
            name: the function's.
            last: how many events are told at most, the last ones.

        Raises:
            ValueError: `last` is not above zero.
        """
        from lambdalab.asking import story

        return story(self, name, last)

    def trace(self, *events: Event, last: int = 1) -> Traces:
        """The way of an event through everything that it caused, as a picture with its table (lessons 06 and 08).

        An event that went on through several functions is drawn as a row for each, with what was sent between them; a
        request, or two events side by side, as a waterfall.

        Args:
            events: at most two, drawn on one scale: a request id, a root from X-Amzn-Trace-Id, a result, an invocation,
                a step, or the response of an HTTP client or of boto3; or the name of a function, for its last ones.
                Without one, the last event of all.
            last: with a name or without anything, how many events: 1 or 2.

        Raises:
            LabError: nothing is known of such an event.
            ValueError: more than two events.
        """
        from lambdalab.asking import traces

        return traces(self, events, last)

    def history(
        self, name: str | None = None, request_id: str | None = None, trace: str | None = None
    ) -> list[Invocation]:
        """Every invocation that the cloud remembers, oldest first: of a function, of a request id, or of a trace."""
        wanted = {"name": name, "request_id": request_id, "trace": trace}
        asked = {key: value for key, value in wanted.items() if value}
        return [Invocation.from_json(i) for i in self._ask("GET", "history", **asked)["invocations"]]

    def waiting(self) -> list[dict[str, Any]]:
        """Asynchronous events that wait, the next one first, and then what blocks a stream's shard (lessons 02, 07)."""
        return list(self._ask("GET", "history", request_id="none")["waiting"])

    def steps(
        self, *, kind: str = "", trace: str = "", source: str = "", target: str = "", answer_id: str = ""
    ) -> list[Step]:
        """What services did with events, oldest first: requests, deliveries and changed rules (lesson 05).

        Args:
            kind: only "request", "delivery" or "rule".
            trace: only those of this trace's root.
            source: only those that came from this ARN.
            target: only those that went to this ARN.
            answer_id: only the one whose answer carried this request id in its headers.
        """
        wanted = {"kind": kind, "trace": trace, "source": source, "target": target, "answer_id": answer_id}
        found = self._ask("GET", "steps", **{name: value for name, value in wanted.items() if value})
        return [Step.from_json(step) for step in found["steps"]]

    def url(self, name: str, path: str = "") -> str:
        """The web address of a function or an API, for a browser, curl or an HTTP client (lesson 06).

        Args:
            name: of a function with a function URL, perhaps with an alias ("f:live"), or the name or id of an API.
            path: what to ask for there, such as "/items/7?full=1".

        Raises:
            LabError: there is no such address.
        """
        address = self._ask("GET", "address", name=name)["address"]
        if address is None:
            raise LabError(
                f"nothing can be called over the web by the name {name!r}. A function gets an address with "
                "create_function_url_config, an HTTP API has one from its start, a REST API from its first deployment."
            )
        return f"{address}/{path.lstrip('/')}"

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

    def batch(self, queue: str, names: Mapping[str, str], *, done: str = "charged") -> Batch:
        """What became of some messages of a queue, receive by receive: the data of `poison` (lesson 07).

        Visibility, maxReceiveCount and ReportBatchItemFailures are told as they are set now: ask before changing them.

        Args:
            queue: the queue's name.
            names: by message id, the name under which each is shown, such as "A".
            done: what the function prints before that name when it is done with the message, as in "charged A".

        Raises:
            LabError: no function reads the queue.
        """
        from lambdalab.receiving import batch

        return batch(self, queue, names, done)

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

    def topology(self, *names: str) -> Topology:
        """Which resources there are, and what leads from one to another: the data of `map` (lesson 05).

        Args:
            names: only what lies before and behind these resources; without one, everything.

        Raises:
            LabError: there is no resource of one of these names; the text lists those there are.
        """
        from lambdalab import topology

        whole = topology.read(lambda service, region: self.client(service, region=region), self.region, self.steps())
        for unknown in [name for name in names if not whole.named(name)]:
            there = ", ".join(sorted({node.name for node in whole.nodes})) or "nothing"
            raise LabError(f"nothing on the map is named {unknown!r}. There is: {there}.")
        return whole.around(names) if names else whole

    def map(self, *names: str, last: int | None = None, step: int | None = None) -> Picture:
        """What is wired to what, what is allowed, and the way of the last events in steps (lesson 05).

        Args:
            names: only what lies before and behind these resources; without one, everything.
            last: only so many events, the last ones.
            step: draw this step alone, counted from 1.

        Raises:
            LabError: there is no resource of one of these names.
            ValueError: `last` is not above zero, or there is no such step.
        """
        from lambdalab.show.system_map import system_map

        return system_map(self.topology(*names), self.steps(), last=last, step=step)

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
