"""The trace header: how one event is followed through all services, and how a loop is noticed.

On AWS every request carries X-Amzn-Trace-Id: a root that stays, and the id of the step that sent it. boto3 in a
function passes it on by itself. Lambda adds the lineage, how often each function has run in this chain, and so notices
a function that starts itself again. Here the header is read and written in AWS's own form. Follows
https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader; lessons 05 and 06.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from dataclasses import dataclass, replace

_ROOT = re.compile(r"1-[0-9a-fA-F]{8}-[0-9a-fA-F]{24}")
_SPAN = re.compile(r"[0-9a-fA-F]{16}")
_VISITS = re.compile(r"([0-9a-f]{8}):(\d{1,4})")


def new_span() -> str:
    """The id of one step: 16 hexadecimal digits."""
    return secrets.token_hex(8)


@dataclass(frozen=True)
class Trace:
    """A trace header, taken apart.

    Args:
        root: the same for everything that one event causes.
        parent: the step that this one comes from; "" for the first.
        sampled: whether X-Ray would keep it; Lambda leaves it off unless somebody asks.
        lineage: how often each function has run in this chain, by a short hash of its ARN.
    """

    root: str
    parent: str = ""
    sampled: bool = False
    lineage: tuple[tuple[str, int], ...] = ()

    @classmethod
    def new(cls) -> Trace:
        """A trace that begins now."""
        return cls(f"1-{int(time.time()):08x}-{secrets.token_hex(12)}")

    @classmethod
    def read(cls, header: str | None) -> Trace:
        """What a header says; a new trace where it says nothing that can be read."""
        fields = dict(part.strip().partition("=")[::2] for part in (header or "").split(";"))
        if not _ROOT.fullmatch(fields.get("Root", "")):
            return cls.new()
        visits = [_VISITS.fullmatch(part) for part in fields.get("Lineage", "").split("|")]
        return cls(
            fields["Root"],
            fields["Parent"] if _SPAN.fullmatch(fields.get("Parent", "")) else "",
            fields.get("Sampled") == "1",
            tuple((found[1], int(found[2])) for found in visits if found),
        )

    def __str__(self) -> str:
        parent = f";Parent={self.parent}" if self.parent else ""
        lineage = "|".join(f"{who}:{times}" for who, times in self.lineage)
        return f"Root={self.root}{parent};Sampled={int(self.sampled)}" + (f";Lineage={lineage}" if lineage else "")

    def child(self, span: str) -> Trace:
        """The same trace for what the step `span` sends on."""
        return replace(self, parent=span)

    def enters(self, arn: str) -> Trace:
        """The same trace with one more run of this function in its lineage."""
        times = dict(self.lineage)
        times[_short(arn)] = self.visits(arn) + 1
        return replace(self, lineage=tuple(times.items()))

    def visits(self, arn: str) -> int:
        """How often the function has run in this chain."""
        return dict(self.lineage).get(_short(arn), 0)

    def without_lineage(self) -> Trace:
        """The same trace as a service passes it on through which Lambda notices no loop, such as EventBridge."""
        return replace(self, lineage=())


def _short(arn: str) -> str:
    return hashlib.sha256(arn.encode()).hexdigest()[:8]
