"""The cloud as the notebook's child: started, asked, ended; or one that a terminal started, only asked.

The cloud is a process of its own, so it goes on answering while the notebook computes, and it holds on to the notebook
by a pipe: when the notebook ends in whatever way, the cloud ends, and the guard ends what is left.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from typing import IO, Any

from lambdalab import airgap
from lambdalab.errors import LabError

SERVE = ("--json", "--port", "0", "--until-eof")
"""How `lambdalab serve` serves a notebook."""
_START_SECONDS = 60
_LONGEST_SECONDS = 900
"""Turning the clock answers when what fell due on the way is done."""
_MOST_TOGETHER = 500
"""Threads that may ask at the same moment; what botocore keeps for them is made once."""


class RunningCloud:
    """A cloud that somebody else started, such as `lambdalab serve`, and ends.

    Args:
        settings: what a boto3 client needs to reach it.
    """

    def __init__(self, settings: Mapping[str, str]) -> None:
        from botocore.httpsession import URLLib3Session

        self.settings = dict(settings)
        self._connections = URLLib3Session(
            timeout=(_START_SECONDS, _LONGEST_SECONDS), max_pool_connections=_MOST_TOGETHER
        )

    @property
    def running(self) -> bool:
        return True

    def stop(self) -> None:
        """Nothing: it is not ours to end."""

    def ask(self, method: str, what: str, body: Any, query: Mapping[str, str]) -> dict[str, Any]:
        """One signed `/_lab` request, which only this notebook's key may make.

        Raises:
            LabError: the lab has ended, or it refuses.
        """
        from urllib.parse import urlencode

        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        url = f"{self.settings['endpoint_url']}/_lab/{what}" + (f"?{urlencode(query)}" if query else "")
        request = AWSRequest(method=method, url=url, data=json.dumps(body) if body is not None else b"")
        key = Credentials(self.settings["aws_access_key_id"], self.settings["aws_secret_access_key"])
        SigV4Auth(key, "lambdalab", self.settings["region_name"]).add_auth(request)
        answer = self._connections.send(request.prepare())
        data: dict[str, Any] = json.loads(answer.content)
        if answer.status_code != 200:
            raise LabError(f"the lab refused: {data.get('message')}")
        return data


def _started(environment: Mapping[str, str], complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    """The process: it says in a line how it is reached, and ends when nobody holds its standard input any more."""
    from lambdalab.runtime.guard import apart

    return subprocess.Popen(
        [sys.executable, "-P", "-m", "lambdalab", "serve", *SERVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=complaints,
        env=environment,
        **apart(),
    )


class CloudProcess(RunningCloud):
    """A cloud started here.

    Raises:
        LabError: it could not be started; the text says why.
    """

    def __init__(self) -> None:
        environment = {**os.environ, **airgap.nobody()}
        environment.pop("AWS_ENDPOINT_URL", None)
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed by stop()
        self._process = _started(environment, self._complaints)
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
        super().__init__(json.loads(said))

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def stop(self) -> None:
        """End the cloud, every environment and everything in it; safe to repeat."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr]  # it was opened as a pipe
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()  # type: ignore[union-attr]  # it was opened as a pipe
        self._complaints.close()
