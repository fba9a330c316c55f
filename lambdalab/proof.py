"""The proof that nothing here reaches AWS, costs money, or stays behind.

Nothing is claimed: a request to AWS is really tried, the open addresses and the processes are read from the operating
system, and the lab is really stopped. Lesson 00 and its workbook show it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil

from lambdalab.errors import OutsideTheLab
from lambdalab.runtime.processes import state

if TYPE_CHECKING:
    from lambdalab.lab import Lab


_OWN_FILES = ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")


@dataclass(frozen=True)
class Proof:
    """What was seen.

    Args:
        access_key: the key that boto3 uses in this notebook.
        key_is_the_labs: whether the lab invented it.
        settings_hidden: whether boto3 is kept away from the user's own AWS files.
        endpoint: the only address that boto3 knows.
        addresses: every address on which a process of the lab listens.
        tried: the host of a request to AWS that was really made.
        stopped: whether it was stopped before it left.
        processes_before: numbers of the lab's processes while it ran.
        processes_after: those of them that were alive after it was stopped.
    """

    access_key: str
    key_is_the_labs: bool
    settings_hidden: bool
    endpoint: str
    addresses: Sequence[str]
    tried: str
    stopped: bool
    processes_before: Sequence[int]
    processes_after: Sequence[int]

    def _rows(self) -> list[tuple[str, str]]:
        yes = {True: "yes", False: "no"}
        outside = [a for a in self.addresses if not a.startswith("127.0.0.1:")]
        return [
            ("boto3's key was invented by the lab", yes[self.key_is_the_labs]),
            ("your own AWS files are hidden from boto3", yes[self.settings_hidden]),
            ("addresses of the lab that other machines can reach", str(len(outside))),
            (f"a request to {self.tried} was stopped", yes[self.stopped]),
            ("processes of the lab after it was stopped", str(len(self.processes_after))),
        ]

    def _table(self) -> Any:
        from lambdalab.show.picture import Table

        rows = tuple(self._rows())
        return Table(caption="The proof, seen on this machine", columns=("what was looked at", "seen"), rows=rows)

    def _repr_html_(self) -> str:
        return str(self._table().html())

    def __repr__(self) -> str:
        return str(self._table().text())


def prove(lab: Lab, end: Callable[[], Sequence[int]] | None = None) -> Proof:
    """Look at everything, try to reach AWS, stop the lab, and look again.

    Args:
        end: stops a lab that another process started, and gives the processes that were left.
    """
    import boto3

    before = [process.pid for process in lab.processes()]
    key = boto3.Session().get_credentials()
    addresses = [address for pid in before for address in _listening(pid)]
    tried = "sts.amazonaws.com"
    try:
        boto3.client("sts", endpoint_url=f"https://{tried}").get_caller_identity()
        stopped = False
    except OutsideTheLab:
        stopped = True
    endpoint, own_key = lab.endpoint, lab.key_id
    lab.stop()
    left = end() if end else _still_alive(before)
    return Proof(
        access_key=key.access_key,
        key_is_the_labs=key.access_key == own_key,
        settings_hidden=all(os.environ.get(name) == os.devnull for name in _OWN_FILES),
        endpoint=endpoint,
        addresses=addresses,
        tried=tried,
        stopped=stopped,
        processes_before=before,
        processes_after=left,
    )


def _listening(pid: int) -> list[str]:
    try:
        process = psutil.Process(pid)
        found = process.net_connections(kind="inet") if hasattr(process, "net_connections") else process.connections()
    except psutil.Error:
        return []
    return [f"{c.laddr.ip}:{c.laddr.port}" for c in found if c.status == psutil.CONN_LISTEN]


def _still_alive(pids: Sequence[int], patience: float = 3.0) -> list[int]:
    """Those that are alive; each gets a moment to end."""
    ends = time.monotonic() + patience
    while True:
        alive = [pid for pid in pids if state(pid)]
        if not alive or time.monotonic() > ends:
            return alive
        time.sleep(0.02)
