"""What the console can do, apart from any widget: what it reads of a function, and what its buttons do.

Everything is a boto3 call of a student's, made through the recorder; only the state of the lab's clock, its processes
and its history come from the lab itself, since AWS has no such calls. Left out: making and deleting functions, which
`%%deploy` and boto3 do.
"""

from __future__ import annotations

import urllib.request
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from lambdalab.console import files, policies, saved_events
from lambdalab.console.recorder import Recorder
from lambdalab.console.triggers import SOURCES, Source, Trigger, Values, source
from lambdalab.errors import LabError
from lambdalab.functions import Function
from lambdalab.observe.records import Invocation
from lambdalab.results import Result

if TYPE_CHECKING:
    from lambdalab.lab import Lab

LATEST = "$LATEST"
TRIAL_SECONDS = 5.0
NEXT_CALL = "The next call starts a new environment; on AWS calls get the old state until the update is done."


@dataclass(frozen=True)
class Overview:
    """The panel's header and its side.

    Args:
        region: the region of the functions.
        clock: how far the lab's clock is ahead, such as "+ 10 min".
        environments: how many execution environments are alive, by the operating system's word for their state.
        functions: names, sorted.
        sources: glyph and name of everything else that is there.
    """

    region: str
    clock: str
    environments: Mapping[str, int]
    functions: Sequence[str]
    sources: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Settings:
    """The settings of a function that the Configuration tab shows.

    Args:
        handler: "module.function".
        memory: MB.
        timeout: seconds.
        variables: its environment variables.
    """

    handler: str
    memory: int
    timeout: int
    variables: Mapping[str, str]


@dataclass(frozen=True)
class Metrics:
    """How a function has run, counted by the lab.

    Args:
        invocations: attempts that ran.
        errors: those that failed.
        cold: those that waited for init.
        refused: events that ran no code.
        durations: milliseconds of the handler, sorted; init is not in it.
    """

    invocations: int
    errors: int
    cold: int
    refused: int
    durations: Sequence[float]

    @classmethod
    def of(cls, history: Sequence[Invocation]) -> Metrics:
        ran = [i for i in history if i.environment is not None]
        return cls(
            invocations=len(ran),
            errors=sum(i.error_type is not None for i in ran),
            cold=sum(i.cold for i in ran),
            refused=len(history) - len(ran),
            durations=sorted(i.report.duration_ms for i in ran if i.report),
        )


class Actions:
    """The console of one lab (lesson 04).

    Every method may raise `LabError` with a sentence for the student, or one of boto3's own errors.
    """

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.recorder = Recorder(lab.client)
        self._functions = self.recorder.client("lambda")

    # -- reading -----------------------------------------------------------------------------------------------------

    def overview(self) -> Overview:
        """What there is now."""
        alive = Counter(process.state for process in self.lab.processes() if process.what == "function")
        pages = self._functions.get_paginator("list_functions").paginate()
        return Overview(
            region=self.region,
            clock=str(self.lab.clock),
            environments=dict(alive),
            functions=sorted(f["FunctionName"] for page in pages for f in page["Functions"]),
            sources=self._resources(),
        )

    @property
    def region(self) -> str:
        return str(self._functions.meta.region_name)

    def _resources(self) -> list[tuple[str, str]]:
        client = self.recorder.client
        buckets = [bucket["Name"] for bucket in client("s3").list_buckets()["Buckets"]]
        queues = [url.rpartition("/")[2] for url in client("sqs").list_queues().get("QueueUrls", [])]
        tables = client("dynamodb").list_tables()["TableNames"]
        topics = [topic["TopicArn"].rpartition(":")[2] for topic in client("sns").list_topics()["Topics"]]
        named = (("bucket", buckets), ("queue", queues), ("table", tables), ("topic", topics))
        return [(glyph, name) for glyph, names in named for name in sorted(names)]

    def settings(self, name: str) -> Settings:
        """The settings of `$LATEST`."""
        said = self._configuration(name)
        return Settings(
            handler=said.get("Handler", ""),
            memory=said["MemorySize"],
            timeout=said["Timeout"],
            variables=said.get("Environment", {}).get("Variables", {}),
        )

    def _configuration(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self._functions.get_function_configuration(FunctionName=name)
        return found

    def zip(self, name: str) -> bytes:
        """The deployment package of `$LATEST`, from `Code.Location`, the address that GetFunction answers.

        Raises:
            LabError: the function is a container image, which has no such address.
        """
        found = self._functions.get_function(FunctionName=name)
        if found["Configuration"].get("PackageType") == "Image":
            raise LabError(
                f"{name} is a container image, whose files can't be edited here or in AWS's console. "
                "Push a changed image, then call update_function_code with its ImageUri."
            )
        where = found["Code"]["Location"]
        with urllib.request.urlopen(where) as answer:
            return bytes(answer.read())

    def triggers(self, name: str) -> list[Trigger]:
        """Everything that calls this function."""
        arn = self._configuration(name)["FunctionArn"]
        return [trigger for known in SOURCES for trigger in known.of(self.recorder, arn)]

    def permissions(self, name: str) -> policies.Permissions:
        """Both policies of the function."""
        return policies.read(self.recorder, name, self._configuration(name)["Role"])

    def log(self, name: str, last: int = 20) -> Sequence[str]:
        """The last events of its log, newest at the end."""
        return self._function(name).logs(last)

    def metrics(self, name: str) -> Metrics:
        """How it has run so far."""
        return Metrics.of(self.lab.history(name=name))

    # -- what the buttons do -----------------------------------------------------------------------------------------

    def deploy(self, name: str, texts: Mapping[str, str]) -> str:
        """Put the new texts of some files into the package and make it the code of `$LATEST`."""
        changed = files.with_files(self.zip(name), texts)
        with self.recorder.act(f"Deploy {name}"):
            self._functions.update_function_code(FunctionName=name, ZipFile=changed)
        said = f"Deployed: $LATEST of {name} has the new code. {NEXT_CALL}"
        notes = filter(None, (files.syntax_note(file, text) for file, text in texts.items()))
        return " ".join([said, *(f"Note: {note}" for note in notes)])

    def test(self, name: str, event: str, qualifier: str = LATEST) -> Result:
        """Call the function with the event and wait for its answer."""
        value = saved_events.parse(event)
        with self.recorder.act(f"Test {name}"):
            return self._function(name).invoke(value, qualifier=None if qualifier == LATEST else qualifier)

    def configure(self, name: str, wanted: Settings) -> str:
        """Change the settings that differ from those of `$LATEST`."""
        now = self.settings(name)
        changed: dict[str, Any] = {
            word: value
            for word, value, before in (
                ("Handler", wanted.handler, now.handler),
                ("MemorySize", wanted.memory, now.memory),
                ("Timeout", wanted.timeout, now.timeout),
            )
            if value != before
        }
        if dict(wanted.variables) != dict(now.variables):
            changed["Environment"] = {"Variables": dict(wanted.variables)}
        with self.recorder.act(f"Save the configuration of {name}"):
            if not changed:
                return "Nothing differs from the settings of $LATEST, so no call was made."
            self._functions.update_function_configuration(FunctionName=name, **changed)
        return f"Saved for $LATEST of {name}: {', '.join(changed)}. {NEXT_CALL}"

    def add_trigger(self, name: str, by: Source, values: Values) -> str:
        """Let a source call the function, with the permission that this needs."""
        arn = self._configuration(name)["FunctionArn"]
        with self.recorder.act(f"Add trigger to {name}"):
            return by.add(self.recorder, arn, values)

    def remove_trigger(self, name: str, trigger: Trigger) -> str:
        """Take a rule away; the permission stays."""
        with self.recorder.act(f"Remove trigger from {name}"):
            return source(trigger.kind).remove(self.recorder, trigger)

    def try_out(self, name: str, by: Source, values: Values) -> str:
        """Make a source send one event, wait until the function has run, and tell what happened."""
        before = [one.source for one in self.lab.history(name=name) if one.environment]
        with self.recorder.act(by.trial):
            origin = by.try_out(self.recorder, values)
        try:
            new = 1 + sum(source.startswith(origin) for source in before)
            ran = Function(self.lab, name).wait(new, source=origin, timeout=TRIAL_SECONDS)[-1]
        except TimeoutError:
            story = self.lab.explain(name)
            return f"Sent by {origin}, and {name} did not run within {TRIAL_SECONDS:g} s of it. What is known:\n{story}"
        failure = f"{ran.error_type}: {ran.error_message}".rstrip(".")
        how = "It answered." if ran.error_type is None else f"It failed: {failure}."
        return f"Sent by {origin}: {name} ran in environment {ran.environment}. {how} Its words stand in the log."

    def _function(self, name: str) -> Function:
        """The student's handle on a function, with recorded calls."""
        return Function(cast("Lab", _Recording(self.lab, self.recorder)), name)


@dataclass(frozen=True)
class _Recording:
    """As much of a lab as `Function` needs: clients that are recorded, and the lab's own history."""

    lab: Lab
    recorder: Recorder

    def client(self, service: str) -> Any:
        return self.recorder.client(service)

    def history(self, name: str | None = None, request_id: str | None = None) -> list[Invocation]:
        return self.lab.history(name, request_id)


def variables(text: str) -> dict[str, str]:
    """Environment variables from lines of KEY=VALUE; empty lines don't count.

    Raises:
        LabError: a line has no "=" or no name.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            key, equals, value = line.partition("=")
            if not equals or not key.strip():
                raise LabError(f"Environment variables, line {number}: it wants KEY=VALUE, not {line.strip()!r}.")
            found[key.strip()] = value
    return found
