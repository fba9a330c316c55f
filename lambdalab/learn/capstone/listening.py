"""A listener of the check's own on `PhotoReady`: it hears what the system announces, and asks for the photo at once.

It is a further function behind a further rule, as any team could add one, so the system needs no change for it. What
it hears it prints, and the check reads its log. Both are taken away afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from lambdalab.functions import deploy
from lambdalab.learn.capstone.aside import aside, puts_back
from lambdalab.learn.capstone.system import OWN, System

NAME = f"{OWN}-listener"
PATTERN = {"detail-type": ["PhotoReady"]}
# Nothing but the standard library, so that it asks before anybody else could have done more.
_SOURCE = """
import json
import os
import urllib.error
import urllib.request

def handler(event, context):
    detail = event["detail"]
    try:
        url = os.environ["URL"] + "/photos/" + str(detail.get("photo_id"))
        status = urllib.request.urlopen(url).status
    except urllib.error.HTTPError as answer:
        status = answer.code
    heard = {"source": event["source"], "detail": detail, "status": status}
    print("HEARD " + json.dumps(heard))
"""


@dataclass(frozen=True)
class Heard:
    """One PhotoReady, and what `GET /photos/{id}` answered to the listener at once."""

    source: str
    detail: Mapping[str, Any]
    status: int


class Listener:
    """What was heard so far."""

    def __init__(self, system: System) -> None:
        self._system = system

    def heard(self, owner: str = "") -> list[Heard]:
        """All that was announced of an owner of the check's."""
        lines = self._system.lab.function(NAME).logs(5_000)
        found = [Heard(**json.loads(line.partition("HEARD ")[2])) for line in lines if "HEARD {" in line]
        whose = (None, f"{self._system.owner}{owner}")  # None: a photo of nobody is shown too
        return [one for one in found if one.detail.get("owner") in whose]

    def again(self, *heard: Heard) -> None:
        """Announce the same once more, all in one request, as somebody does who is not sure whether it was done."""
        entries = [
            {"Source": one.source, "DetailType": "PhotoReady", "Detail": json.dumps(dict(one.detail))} for one in heard
        ]
        self._system.events.put_events(Entries=entries)
        self._system.settle()


@contextmanager
def listening(system: System) -> Iterator[Listener]:
    """Add the listener, and take it away at the end."""
    url, events = system.address(), system.events
    with aside(system, nobody_listens, None):
        deploy(system.lab, NAME, _SOURCE, timeout=20, env={"URL": url})
        arn = events.put_rule(Name=NAME, EventPattern=json.dumps(PATTERN))["RuleArn"]
        system.functions.add_permission(
            FunctionName=NAME,
            StatementId=NAME,
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=arn,
        )
        target = system.settings(NAME)["FunctionArn"]
        events.put_targets(Rule=NAME, Targets=[{"Id": "1", "Arn": target}])
        yield Listener(system)


@puts_back
def nobody_listens(system: System, nothing: None) -> None:
    """The listener is gone, and its log."""
    log = {"logGroupName": f"/aws/lambda/{NAME}"}
    for take_away, given in (
        (system.events.remove_targets, {"Rule": NAME, "Ids": ["1"]}),
        (system.events.delete_rule, {"Name": NAME}),
        (system.functions.delete_function, {"FunctionName": NAME}),
        (system.lab.client("logs").delete_log_group, log),
    ):
        with suppress(ClientError):  # each is only there if the grading came so far
            take_away(**given)


@contextmanager
def unheard(system: System) -> Iterator[None]:
    """Switch off the system's own rules on PhotoReady for a while: what is announced reaches the listener only."""
    off = [
        rule["Name"]
        for rule in system.events.list_rules()["Rules"]
        if "PhotoReady" in rule.get("EventPattern", "") and rule["Name"] != NAME and rule.get("State") != "DISABLED"
    ]
    with aside(system, rules_on, off):
        for name in off:
            system.events.disable_rule(Name=name)
        yield


@puts_back
def rules_on(system: System, names: Sequence[str]) -> None:
    """The system's own rules are on again."""
    for name in names:
        with suppress(ClientError):  # the student has deleted it since
            system.events.enable_rule(Name=name)
