"""Provisioned concurrency: environments that are initialised before anybody calls.

On AWS a version, or an alias that points to one, is given a number of environments, which are started ahead, kept, and
paid for all the time; calls beyond them go to ordinary ones. Here they are really started, in the background, and one
whose process ends is replaced. Left out: scaling provisioned concurrency by schedules and target tracking, and shares
of an alias with two versions (its first version gets them all). Follows
https://docs.aws.amazon.com/lambda/latest/dg/provisioned-concurrency.html.
"""

from __future__ import annotations

import threading
import traceback
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from lambdalab.clock import LabClock
from lambdalab.runtime.outcome import InitFailed
from lambdalab.service import names
from lambdalab.service.meter import Kept, Meter
from lambdalab.service.model import Catalogue, FunctionVersion
from lambdalab.service.pool import Pool
from lambdalab.service.tally import Tally

IN_PROGRESS, READY, FAILED = "IN_PROGRESS", "READY", "FAILED"
INIT_FAILURE = "FUNCTION_ERROR_INIT_FAILURE"
_AT_ONCE = 4
_VERSION_HAS = "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version"
_ALIAS_HAS = "Version is pointed by a Provisioned Concurrency alias"


class ProvisioningRefused(Exception):
    """Lambda refuses a setting: HTTP status, AWS's name of the error, and its sentence."""

    def __init__(self, status: int, name: str, text: str) -> None:
        super().__init__(text)
        self.status, self.name = status, name


@dataclass(frozen=True)
class Provision:
    """What one version or alias was given, and how far it has got.

    Args:
        arn: with the version or the alias.
        requested: how many environments are wanted.
        ready: how many are initialised now.
        modified: seconds since 1970 on the lab's clock.
    """

    arn: str
    requested: int
    ready: int
    status: str
    modified: float

    @property
    def last_modified(self) -> str:
        return f"{datetime.fromtimestamp(self.modified, UTC):%Y-%m-%dT%H:%M:%S}+0000"


@dataclass
class _Wanted:
    """A provision as it is kept: `function` is the version that it stands for now."""

    function: FunctionVersion
    qualifier: str
    requested: int
    modified: float
    failed: bool = False


class ProvisionedConcurrency:
    """The provisions of every version and alias (lesson 09)."""

    def __init__(self, catalogue: Catalogue, pool: Pool, tally: Tally, meter: Meter, clock: LabClock) -> None:
        self._catalogue, self._pool, self._tally, self._meter, self._clock = catalogue, pool, tally, meter, clock
        self._lock = threading.RLock()
        self._provisions: dict[tuple[str, str], _Wanted] = {}
        self._workers = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="provisioned")
        pool.lost = self._replace

    def put(self, region: str, name: str, qualifier: str | None, requested: int) -> Provision:
        """Give a version or an alias so many environments.

        Raises:
            FunctionNotFound: no such function, version or alias.
            QualifiersDiffer: the name has another qualifier.
            ProvisioningRefused: AWS would not do this.
        """
        name, qualifier = names.read(region, name, qualifier)
        function = self._catalogue.resolve(region, name, qualifier, draw=False)
        if qualifier is None or function.version == "$LATEST":
            raise _invalid("Provisioned Concurrency Configs cannot be applied to unpublished function versions.")
        if function.snap_start:
            raise _invalid("Provisioned Concurrency is not supported for function versions with SnapStart.")
        with self._lock:
            for other in self._of(function.arn):
                if other.function.version == function.version and other.qualifier != qualifier:
                    raise _conflict(_VERSION_HAS if other.qualifier == function.version else _ALIAS_HAS)
            rest = sum(p.requested for p in self._of(function.arn) if p.qualifier != qualifier)
            if complaint := self._pool.limits.provision(function.arn, rest + requested):
                raise _invalid(complaint)
            return self._begin(_Wanted(function, qualifier, requested, self._clock.now()))

    def get(self, region: str, name: str, qualifier: str | None) -> Provision:
        """What a version or an alias was given.

        Raises:
            FunctionNotFound: no such function, version or alias.
            QualifiersDiffer: the name has another qualifier.
            ProvisioningRefused: nothing was given, or the qualifier is $LATEST.
        """
        arn, qualifier = self._named(region, name, qualifier)
        with self._lock:
            found = self._provisions.get((arn, qualifier))
        if found is None:
            text = "No Provisioned Concurrency Config found for this function"
            raise ProvisioningRefused(404, "ProvisionedConcurrencyConfigNotFoundException", text)
        return self._told(found)

    def all_of(self, region: str, name: str) -> list[Provision]:
        """Everything that a function's versions and aliases were given.

        Raises:
            FunctionNotFound: no such function.
        """
        name, _ = names.read(region, name)
        arn = self._catalogue.resolve(region, name, None).arn
        with self._lock:
            return [self._told(wanted) for wanted in self._of(arn)]

    def delete(self, region: str, name: str, qualifier: str | None) -> None:
        """Take it away; the environments end, busy ones after their call. Nothing there is no error.

        Raises:
            FunctionNotFound: no such function, version or alias.
            QualifiersDiffer: the name has another qualifier.
            ProvisioningRefused: the qualifier is $LATEST.
        """
        self._drop(*self._named(region, name, qualifier))

    def alias_changed(self, region: str, name: str, alias: str) -> None:
        """An alias was pointed to another version, or deleted: its environments follow."""
        function = self._catalogue.resolve(region, name, None)
        try:
            function = self._catalogue.resolve(region, name, alias, draw=False)
        except LookupError:
            self._drop(function.arn, alias)
            return
        with self._lock:
            old = self._provisions.get((function.arn, alias))
            if old and old.function.version != function.version:
                self._pool.withdraw(old.function)
                self._begin(_Wanted(function, alias, old.requested, self._clock.now()))

    def version_deleted(self, arn: str, version: str) -> None:
        self._drop(arn, version)

    def function_deleted(self, arn: str) -> None:
        with self._lock:
            self._meter.end("provisioned", arn)
            for wanted in self._of(arn):
                del self._provisions[arn, wanted.qualifier]

    def close(self) -> None:
        self._workers.shutdown(wait=False, cancel_futures=True)

    def _named(self, region: str, name: str, qualifier: str | None) -> tuple[str, str]:
        name, qualifier = names.read(region, name, qualifier)
        arn = self._catalogue.resolve(region, name, qualifier, draw=False).arn
        if qualifier in (None, "$LATEST"):
            raise _invalid("The function resource provided must be an alias or a published version.")
        return arn, str(qualifier)

    def _of(self, arn: str) -> list[_Wanted]:
        return [wanted for (owner, _), wanted in self._provisions.items() if owner == arn]

    def _told(self, wanted: _Wanted) -> Provision:
        ready = self._pool.ready(wanted.function)
        status = FAILED if wanted.failed else READY if ready >= wanted.requested else IN_PROGRESS
        arn = f"{wanted.function.arn}:{wanted.qualifier}"
        return Provision(arn, wanted.requested, ready, status, wanted.modified)

    def _drop(self, arn: str, qualifier: str) -> None:
        with self._lock:
            wanted = self._provisions.pop((arn, qualifier), None)
            if wanted:
                self._meter.end("provisioned", arn, qualifier)
                self._pool.limits.provision(arn, sum(p.requested for p in self._of(arn)))
                self._pool.withdraw(wanted.function)

    def _begin(self, wanted: _Wanted) -> Provision:
        """End what is too much, and start what is missing; AWS answers while that goes on."""
        function = wanted.function
        self._provisions[function.arn, wanted.qualifier] = wanted
        kept = function.name, function.architecture, function.memory_mb, wanted.requested, wanted.modified
        self._meter.keep(("provisioned", function.arn, wanted.qualifier), Kept("provisioned", *kept))
        self._pool.withdraw(wanted.function, keep=wanted.requested)
        missing = wanted.requested - self._pool.ready(wanted.function)
        answer = replace(self._told(wanted), status=IN_PROGRESS)
        self._start(wanted, missing)
        return answer

    def _start(self, wanted: _Wanted, count: int) -> None:
        for _ in range(count):
            self._workers.submit(self._start_one, wanted).add_done_callback(_complain)

    def _start_one(self, wanted: _Wanted) -> None:
        if wanted.failed or not self._is_kept(wanted):
            return
        try:
            stream = self._pool.provision(wanted.function, wanted.requested)
        except InitFailed:
            wanted.failed = True
            self._pool.withdraw(wanted.function)
            return
        if stream:
            self._tally.loaded(wanted.function.name, stream)
        with self._lock:
            if wanted.failed or not self._is_kept(wanted):  # changed or deleted meanwhile
                same = [p for p in self._of(wanted.function.arn) if p.function.version == wanted.function.version]
                self._pool.withdraw(wanted.function, keep=0 if wanted.failed else sum(p.requested for p in same))

    def _is_kept(self, wanted: _Wanted) -> bool:
        return self._provisions.get((wanted.function.arn, wanted.qualifier)) is wanted

    def _replace(self, function: FunctionVersion) -> None:
        """The process of a provisioned environment ended: start another one."""
        with self._lock:
            for wanted in self._of(function.arn):
                if wanted.function.version == function.version:
                    self._start(wanted, 1)


def _invalid(text: str) -> ProvisioningRefused:
    return ProvisioningRefused(400, "InvalidParameterValueException", text)


def _conflict(text: str) -> ProvisioningRefused:
    return ProvisioningRefused(409, "ResourceConflictException", text)


def _complain(done: Future[None]) -> None:
    """A fault of the lab itself must not vanish in a thread."""
    if not done.cancelled() and (wrong := done.exception()):
        traceback.print_exception(wrong)
