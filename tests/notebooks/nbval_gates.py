"""A pytest plugin beside nbval: counts what it compared, and ends each notebook with the gates of lambdalab.teach.

Used as `python -m pytest -p tests.notebooks.nbval_gates --nbval notebooks solutions exercises`. Each notebook also gets
a progress file and an IPython folder of its own, so that no notebook sees the answers given in another. Left out on
purpose: any verdict on time.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

import nbval.kernel  # type: ignore[import-untyped]  # nbval has no types
import pytest
from jupyter_client.manager import KernelManager
from jupyter_core.paths import jupyter_runtime_dir
from nbval.plugin import IPyNbCell, IPyNbFile  # type: ignore[import-untyped]

from lambdalab.teach import gates

RUNS = pytest.StashKey[list[gates.CellRun]]()
COMPARED = pytest.StashKey[bool]()


def _manager(**settings: Any) -> KernelManager:
    """Kernels are reached by sockets in a folder, for which no other process takes a port first."""
    folder = Path(jupyter_runtime_dir())
    folder.mkdir(parents=True, exist_ok=True)
    return KernelManager(transport="ipc", connection_file=str(folder / f"{uuid.uuid4()}.json"), **settings)


nbval.kernel.KernelManager = _manager


class GateFailedError(AssertionError):
    """A notebook that ran, and did not prove what it has to."""


class Gates(pytest.Item):
    """The last item of each notebook: what its run proved."""

    def runtest(self) -> None:
        """Fails with all findings, one a line."""
        file = self.parent
        assert isinstance(file, IPyNbFile)
        name = file.path.relative_to(self.config.rootpath).as_posix() if self._inside() else file.path.name
        findings = gates.run(name, file.nb, file.stash.get(RUNS, []), need_half=file.path.parent.name != "exercises")
        if findings:
            raise GateFailedError("\n".join(map(str, findings)))
        counted = gates.counts(file.nb)
        self.add_report_section(
            "call",
            "gates",
            f"{counted.compared} of {counted.outputs} outputs compared, {counted.errors_asserted} errors",
        )

    def _inside(self) -> bool:
        return self.path.is_relative_to(self.config.rootpath)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The findings without a traceback."""
        return str(excinfo.value) if isinstance(excinfo.value, GateFailedError) else super().repr_failure(excinfo)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where it stands in pytest's report."""
        return self.path, 0, f"{self.path.name}::gates"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Adds the gates after the last cell of each notebook."""
    last = {item.parent: index for index, item in enumerate(items) if isinstance(item, IPyNbCell)}
    for file, index in sorted(last.items(), key=lambda pair: -pair[1]):
        items.insert(index + 1, Gates.from_parent(file, name="gates"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Gives a notebook's kernel, before it starts, files of its own; then counts what nbval compares."""
    if not isinstance(item, IPyNbCell):
        return
    if item.parent.kernel is None:
        # pytest's own factory ends these folders; nbval reads the environment when it starts the kernel
        own = item.config._tmp_path_factory.mktemp("notebook")
        os.environ.update(LAMBDALAB_PROGRESS=str(own / "progress.json"), IPYTHONDIR=str(own / "ipython"))
    compare = item.compare_outputs

    def counting(test: Any, ref: Any, skip_compare: Any = None) -> Any:
        skipped = skip_compare or item.parent.skip_compare
        kinds = {kind for output in ref for kind in (*output, *output.get("data", {}))} - {"data", "output_type"}
        item.stash[COMPARED] = bool(kinds - set(skipped))
        return compare(test, ref, skip_compare)

    item.compare_outputs = counting


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Notes how each cell ran."""
    report = yield
    if isinstance(item, IPyNbCell) and call.when == "call":
        raised = tuple(output.ename for output in item.test_outputs or () if output.output_type == "error")
        run = gates.CellRun(item.cell.id, call.excinfo is None, item.stash.get(COMPARED, False), raised)
        item.parent.stash.setdefault(RUNS, []).append(run)
    return report
