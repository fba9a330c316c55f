"""What the cases of a check work with: the student's names, and the functions deployed in the student's lab.

Functions are called through boto3, as any caller would; nothing here knows how the lab does it. Left out: a lab of
the check's own, so a check that turns the clock turns the student's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lambdalab.learn.exercises import Exercise, Message, NotRun, Raised, Unwritten
from lambdalab.learn.student import Outcome, call, deployed_source, fingerprint


@dataclass(frozen=True)
class Answer:
    """What a deployed function answered: a Python value, or the error it raised."""

    value: Any
    raised: Raised | None


class Work:
    """The surroundings of one run of one check."""

    def __init__(self, exercise: Exercise, names: Mapping[str, Any]) -> None:
        self.exercise, self.names = exercise, names

    # -- names of the notebook ---------------------------------------------------------------------------------------

    def call(self, name: str, *args: Any) -> Outcome:
        """Call the student's function.

        Raises:
            Unwritten: it is the stub.
        """
        outcome = self.outcome(name, *args)
        if outcome.raised is not None:
            self._stub(outcome.raised, name)
        return outcome

    def outcome(self, name: str, *args: Any) -> Outcome:
        """What calling the student's function gave, whatever it was; grading calls it in another process."""
        return call(self.names[name], *args, names=self.names)

    def _stub(self, raised: Raised, name: str) -> None:
        if raised.kind == "NotImplementedError":
            raise Unwritten(unwritten(name))

    # -- functions in the lab ----------------------------------------------------------------------------------------

    @property
    def lab(self) -> Any:
        """The running lab.

        Raises:
            NotRun: there is none.
        """
        from lambdalab.lab import Lab

        lab = Lab.current()
        if lab is None:
            raise NotRun(
                Message("No lab is running in this notebook.", "", "Run the cell with `lab = Lab()`, then check again.")
            )
        return lab

    @cached_property
    def client(self) -> Any:
        """A boto3 client for Lambda in the student's lab."""
        return self.lab.client("lambda")

    def invoke(self, function: str, event: Any) -> Answer:
        """Call a deployed function and wait for its answer.

        Raises:
            NotRun: it is not deployed.
            Unwritten: it is the stub.
        """
        payload = json.dumps(event, ensure_ascii=False).encode()
        try:
            answer = self.client.invoke(FunctionName=function, Payload=payload)
        except self.client.exceptions.ResourceNotFoundException:
            raise NotRun(not_deployed(function)) from None
        value = json.loads(answer["Payload"].read())
        if not answer.get("FunctionError"):
            return Answer(value, None)
        raised = raised_inside(value)
        self._stub(raised, function)
        return Answer(None, raised)

    def fresh(self, function: str) -> None:
        """Make the next call of the function meet a new environment."""
        self.settings(function)
        self.lab.function(function).replace_environments()

    def settings(self, function: str) -> Mapping[str, Any]:
        """What Lambda knows of the function.

        Raises:
            NotRun: it is not deployed.
        """
        try:
            answer: Mapping[str, Any] = self.client.get_function_configuration(FunctionName=function)
        except self.client.exceptions.ResourceNotFoundException:
            raise NotRun(not_deployed(function)) from None
        return answer

    @contextmanager
    def own_function(self, name: str, source: str, **settings: Any) -> Iterator[str]:
        """A function of the check's own, deleted afterwards; the settings are those of `functions.deploy`."""
        from lambdalab.functions import deploy

        function = deploy(self.lab, name, source, **settings)
        try:
            yield name
        finally:
            function.delete()

    def source(self, function: str) -> str:
        """The text of the function's `%%deploy` cell, "" if it is not known."""
        return deployed_source(self.names, function)

    # -- what makes two attempts the same ----------------------------------------------------------------------------

    def fingerprint(self) -> str:
        """The same while the student's names and functions of this exercise are."""
        deployed = []
        for function in self.exercise.functions:
            known = self.settings(function)
            kept = ("CodeSha256", "Handler", "Environment", "Layers", "Timeout", "MemorySize")
            deployed.append(json.dumps({key: known.get(key) for key in kept}, sort_keys=True, default=str))
        return fingerprint([self.names.get(name) for name in (*self.exercise.names, *self.exercise.later)], deployed)


def unwritten(name: str) -> Message:
    do = "Write your answer in the cell above, run that cell, then check again."
    return Message(f"`{name}` is still as it was given.", "", do)


def not_deployed(function: str) -> Message:
    return Message(
        f"No function `{function}` is deployed.",
        "",
        f"Run the cell that begins with `%%deploy {function}`, then check again.",
    )


def raised_inside(error: Mapping[str, Any]) -> Raised:
    """AWS's error object as an error with the student's own line."""
    frames = [str(entry).strip() for entry in error.get("stackTrace") or []]
    own = next((frame for frame in reversed(frames) if "/var/task/" in frame), "")  # not boto3's, nor Python's
    place, _, code = own.partition("\n")
    found, line = re.search(r"[Ll]ine (\d+)", place), code.strip().split("\n")[-1].strip()
    number = int(found.group(1)) if found else 0
    return Raised(str(error.get("errorType", "Error")), str(error.get("errorMessage", "")), line, number)
