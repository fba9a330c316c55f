"""What a lab tells: runs, steps, waiting events, environments, addresses, as data, as text and as pictures.

On AWS these facts lie in CloudWatch, CloudTrail, X-Ray and the settings of each service. Here `Lab` has this part of
its methods from one class, which only asks: nothing in it changes anything. Left out: what the AWS CLI lists as well.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from lambdalab.errors import LabError
from lambdalab.observe.counts import Counts
from lambdalab.observe.journal import Step
from lambdalab.observe.records import Invocation
from lambdalab.running import LabProcess, Processes

if TYPE_CHECKING:
    from lambdalab.asking import Event
    from lambdalab.lab import Lab
    from lambdalab.models.bill import Bill
    from lambdalab.show.lanes import Lanes
    from lambdalab.show.picture import Picture
    from lambdalab.show.receives import Batch
    from lambdalab.show.story import StoryTable
    from lambdalab.show.traces import Traces
    from lambdalab.topology import Topology


class Telling(ABC):
    """The part of `Lab` that tells."""

    @abstractmethod
    def _ask(self, method: str, what: str, body: Any = None, **query: str) -> dict[str, Any]:
        """One signed `/_lab` request."""

    @property
    def _lab(self) -> Lab:
        """The whole, which also has clients."""
        return cast("Lab", self)

    def explain(self, name: str, *, last: int = 10) -> StoryTable:
        """What happened to the function's last events, and why: also to those that never reached it (lesson 01).

        Args:
            name: the function's.
            last: how many events are told at most, the last ones.

        Raises:
            ValueError: `last` is not above zero.
        """
        from lambdalab.asking import story

        return story(self._lab, name, last)

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

        return traces(self._lab, events, last)

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
        self,
        *,
        kind: str = "",
        trace: str = "",
        source: str = "",
        target: str = "",
        answer_id: str = "",
        since: float = 0.0,
    ) -> list[Step]:
        """What services did with events, oldest first: requests, deliveries and changed rules (lesson 05).

        Args:
            kind: only "request", "delivery" or "rule".
            trace: only those of this trace's root.
            source: only those that came from this ARN.
            target: only those that went to this ARN.
            answer_id: only the one whose answer carried this request id in its headers.
            since: only those that began then or later, in seconds since 1970 on the lab's clock.
        """
        wanted = {"kind": kind, "trace": trace, "source": source, "target": target, "answer_id": answer_id}
        asked = {**wanted, "since": repr(since) if since else ""}
        found = self._ask("GET", "steps", **{name: value for name, value in asked.items() if value})
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

    def bill(self, *, since: Bill | None = None) -> Bill:
        """What AWS would bill for what the lab really ran, line by line (lesson 11).

        Functions by their REPORT lines, with their logs, and the requests of each service by who sent them; the note
        under it says what is not counted. `bill.times(1_000_000)` is the bill of a million times as much.

        Args:
            since: an earlier bill of this lab; only what came after it is told.

        Raises:
            TypeError: `since` is no bill.
            ValueError: `since` is the bill of something else.
        """
        from lambdalab.billing import bill
        from lambdalab.models.bill import Bill

        if since is not None and not isinstance(since, Bill):
            raise TypeError(f"since={since!r} is no bill: keep an earlier `before = lab.bill()` and give that")
        found = bill(self._ask("GET", "use"))
        return found if since is None else found - since

    def lanes(self, *names: str) -> Lanes:
        """Every execution environment from its start to its end, of these functions or of all (lesson 03).

        Raises:
            LabError: there is no function of one of these names.
        """
        from lambdalab.show.lanes import Lanes

        found = Lanes.from_json(self._ask("GET", "lanes", names=",".join(names)), names)
        for unknown in {*names} - {lane.function for lane in found}:
            self._lab.function(unknown)
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

        return batch(self._lab, queue, names, done)

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

        client = self._lab.client
        whole = topology.read(lambda name, region: client(name, region=region), self._lab.region, self.steps())
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
