"""What every test shares: a lab, a progress file that is thrown away, and no way out of this machine."""

from __future__ import annotations

import re
import socket
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from xdist.scheduler import LoadScopeScheduling

from lambdalab import Function, Lab
from lambdalab.functions import deploy as deploy_function
from tests import warm_cloud

hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")  # the machine may be busy: no verdict by the clock
Function.wait.__kwdefaults__["timeout"] = 60.0  # and no sooner than this
warm_cloud.use()

_QUICK, _SLOW = 0.1, 10.0
"""Seconds that a test takes, about: any, and one marked as slow; `slow(60)` says it more closely."""


def _scope(nodeid: str) -> str:
    """What runs in one worker: a file, and of the many checks of the exercises those of a workbook."""
    file, _, test = nodeid.partition("::")
    workbook = re.search(r"\[(\d\d)\.\d", test) if file.endswith("test_exercise_checks.py") else None
    return f"{file} {workbook[1]}" if workbook else file


class ByLab(LoadScopeScheduling):  # type: ignore[misc]
    """The tests of a file share a worker and its lab; which goes first, the order of the collected tests says."""

    def _split_scope(self, nodeid: str) -> str:
        return _scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByLab:
    config.option.loadscopereorder = False
    return ByLab(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """In a worker, what takes long goes first: at the end no worker waits for another's long file."""
    if not hasattr(config, "workerinput"):
        return
    costs: dict[str, float] = defaultdict(float)
    for item in items:
        slow = item.get_closest_marker("slow")
        costs[_scope(item.nodeid)] += next(iter(slow.args), _SLOW) if slow else _QUICK
    items.sort(key=lambda item: -costs[_scope(item.nodeid)])


@pytest.fixture(scope="session", autouse=True)
def no_way_out() -> Iterator[None]:
    """Outgoing sockets are blocked: a test that needs another machine fails."""
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "localhost", "::1"):
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)

    socket.socket.connect = connect_here  # type: ignore[method-assign]
    yield
    socket.socket.connect = connect  # type: ignore[method-assign]


@pytest.fixture(autouse=True)
def own_progress(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAMBDALAB_PROGRESS", str(tmp_path / "progress.json"))


@pytest.fixture
def shared() -> Iterator[Path]:
    """A folder that functions see too: /tmp is their own."""
    place = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        yield Path(folder)


@pytest.fixture(scope="module", autouse=True)
def own_lab() -> Iterator[None]:
    """The lab ends with the file, so what the tests of another file did is not in it."""
    yield
    if lab := Lab.current():
        lab.stop()


@pytest.fixture
def lab() -> Lab:
    """The lab of this test process: `Lab()` is one and the same until a test ends it."""
    return Lab()


@pytest.fixture
def deploy(lab: Lab) -> Iterator[Callable[..., Function]]:
    """Deploy functions that are gone after the test."""
    made: list[Function] = []

    def deploy_one(source: str, name: str = "f", **settings: Any) -> Function:
        function = deploy_function(lab, name, source, **settings)
        if function.name not in [f.name for f in made]:
            made.append(function)
        return function

    yield deploy_one
    for function in made:
        if lab.running:
            function.delete()
