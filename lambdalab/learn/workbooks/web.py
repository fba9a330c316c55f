"""Functions of a workbook, called over real HTTP through both fronts, and why a visitor saw what he saw.

The addresses are made, where they are missing, with the calls of `lab.trigger`, so that a check also works when that
cell was not run. The reasons come from the lab's journal, where a visitor only gets a number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lambdalab import adding
from lambdalab.browsing import send
from lambdalab.learn.exercises import Raised, Unwritten
from lambdalab.learn.words import as_json, short
from lambdalab.learn.work import Work, unwritten

URL, REST = "function URL", "REST API"
_OWN_LINE = re.compile(r'File "/var/task/[^"]+", line (\d+), in [^\n]*\n([^\n]*)')


@dataclass(frozen=True)
class Reply:
    """What a visitor got.

    Args:
        front: URL or REST.
        headers: names in lower case.
        reason: from the journal; "" when all went well.
        raised: the error that the handler raised, with its line, if it did.
    """

    front: str
    status: int
    headers: Mapping[str, str]
    text: str
    reason: str = ""
    raised: Raised | None = None

    @property
    def data(self) -> Any:
        """The body read as JSON; None when it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None

    def is_json(self) -> bool:
        """Whether the body is JSON and is said to be."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        return kind == "application/json" and self.data is not None

    @property
    def shown(self) -> str:
        said = short(self.text, 50)[1:-1] if self.data is None else as_json(self.data, 50)
        return f"{self.status} {said}".rstrip() if self.text else str(self.status)


def front(work: Work, function: str, kind: str = URL, api: str = "") -> str:
    """The address of a function behind a front, without a slash at the end; made if it is missing.

    Args:
        kind: URL or REST.
        api: the name of the REST API.

    Raises:
        NotRun: the function is not deployed.
    """
    work.settings(function)
    source = "url" if kind == URL else f"rest-api:{api}"
    adding.add(work.lab.client, source, function, adding.Wanted(events=()))
    return str(work.lab.url(function if kind == URL else api)).rstrip("/")


def ask(
    work: Work,
    function: str,
    kind: str,
    url: str,
    method: str = "GET",
    body: Any = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """One request to a function behind a front.

    Args:
        body: a text is sent as it is, anything else as JSON; None sends none.

    Raises:
        Unwritten: the function is the stub.
    """
    content = None if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
    said = dict(headers or {})
    if content is not None:
        said.setdefault("Content-Type", "application/json")
    got = send(method, url, said, content)
    reason = why(work, function) if got.status >= 500 else ""
    raised = _raised(work, function, reason)
    if raised is not None and raised.kind == "NotImplementedError":
        raise Unwritten(unwritten(function))
    return Reply(kind, got.status, got.headers, got.body, reason, raised)


def why(work: Work, function: str) -> str:
    """What the journal says of the last web request that was to reach a function."""
    steps = work.lab.steps(kind="delivery", target=work.settings(function)["FunctionArn"])
    return steps[-1].reason if steps else ""


def _raised(work: Work, function: str, reason: str) -> Raised | None:
    """The error behind a visitor's 502: its kind from the journal, the student's own line from the function's log."""
    _, failed, said = reason.partition("the function failed: ")
    if not failed:
        return None
    kind, _, text = said.partition(": ")
    logged = [line for line in work.lab.function(function).logs() if line.startswith("[ERROR]")]
    frames = _OWN_LINE.findall(logged[-1]) if logged else []
    number, line = frames[-1] if frames else (0, "")
    return Raised(kind, text, line.strip(), int(number))
