"""JupyterLab in headless Chromium: one server, one page, and the opening, running and photographing of notebooks.

The server gets configuration, data and settings folders of its own, so that nothing of this machine's JupyterLab is
used or changed. Its page stays open: a notebook opened in it costs half of what a new page with a kernel costs. Waiting
is always for an event: the server's own line in its log, JupyterLab's promises, never a time.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from nbformat.sign import NotebookNotary
from playwright.sync_api import Browser, Page, sync_playwright

from lambdalab.teach import course, gates
from lambdalab.teach.cells import is_code, node

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTH, HEIGHT = 1280, 1600
START_SECONDS, RUN_SECONDS = 120, 300
_PLOTLY = "application/vnd.plotly.v1+json"

_SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    # Every cell is in the page, so that a plot far below is drawn and photographed like the first.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}
_OPEN = """async ([path, kernel]) => {
    const widget = await jupyterapp.commands.execute('docmanager:open',
        { path, factory: 'Notebook', kernel: kernel ? { id: kernel } : { name: 'python3' } });
    await widget.context.ready;
    await widget.revealed;
    await widget.sessionContext.ready;
    await widget.sessionContext.session.kernel.info;
    return widget.sessionContext.session.kernel.id;
}"""
_RUN = """async positions => {
    const { content, context } = jupyterapp.shell.currentWidget;
    if (positions === null) await jupyterapp.commands.execute('notebook:run-all-cells');
    for (const position of positions ?? []) {
        content.activeCellIndex = position - 1;
        content.deselectAll();
        await jupyterapp.commands.execute('notebook:run-cell');
    }
    return context.model.toJSON();
}"""
_CLOSE = """async shutdown => {
    for (const widget of [...jupyterapp.shell.widgets('main')]) {
        if (shutdown) await widget.sessionContext?.shutdown();
        widget.dispose();
    }
}"""
# A figure is drawn some moments after its output arrives: the page is asked until nothing is blank, or time is over.
_DRAWN = """() => [...document.querySelectorAll('.jp-RenderedPlotly.js-plotly-plot')].filter(
    it => it._fullData && it.getClientRects().length).length"""
_SCROLLER = """() => [...document.querySelectorAll('.jp-NotebookPanel-notebook, .jp-WindowedPanel-outer')]
    .sort((a, b) => (b.scrollHeight - b.clientHeight) - (a.scrollHeight - a.clientHeight))[0]"""

# JupyterLab leaves an empty screen below the last cell, which needs no picture.
_HEIGHTS = """it => [it.scrollTop + Math.max(...[...it.querySelectorAll('.jp-Cell')].map(
    cell => cell.getBoundingClientRect().bottom)) - it.getBoundingClientRect().top, it.clientHeight]"""


def chromium() -> str | None:
    """The browser's program, or None when there is none on the PATH."""
    return next((found for found in map(shutil.which, CHROMIUM) if found), None)


@dataclass(frozen=True)
class Server:
    """A running JupyterLab: its address and the folder it shows."""

    address: str
    root: Path


@dataclass
class Visit:
    """What a browser saw while a notebook ran."""

    notebook: Any = None
    ran: Sequence[int] | None = None
    outside: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    figures: int = 0
    blank: int = 0
    driven: int = 0
    pictures: list[Path] = field(default_factory=list)

    def findings(self, name: str) -> list[str]:
        """Everything that is wrong, a line each."""
        return [
            *(str(finding) for finding in gates.stored_errors(name, self.notebook)),
            *(f"{name}, cell {position}: {what}" for position, what in self._stopped()),
            *(f"{name}: asked {url}, which is another machine" for url in self.outside),
            *(f"{name}: the console says {line}" for line in self.console),
            *([f"{name}: {self.blank} of {self.figures} figures stayed blank"] if self.blank else []),
        ]

    def _stopped(self) -> Iterator[tuple[int, str]]:
        """Cells that never ran, and warnings: a failing magic prints one, and ends the run without an error."""
        for position, cell in enumerate(self.notebook.cells, start=1):
            if is_code(cell) and cell.source.strip() and (self.ran is None or position in self.ran):
                if cell.execution_count is None:
                    yield position, "was not run, because a cell before it ended the run"
                warnings = [output.text.strip() for output in cell.outputs if output.get("name") == "stderr"]
                yield from ((position, f"warns: {text.splitlines()[0] if text else ''}") for text in warnings)


@contextmanager
def server(root: Path, private: Path) -> Iterator[Server]:
    """Runs JupyterLab on `root`; everything it writes about itself goes to `private`.

    The notebooks that are there count as trusted, as after `make lab`: what they store is shown with its styles.

    Raises RuntimeError with the server's last words when it does not start.
    """
    config = private / "config"
    (config / "labconfig").mkdir(parents=True)
    (config / "labconfig" / "default_setting_overrides.json").write_text(json.dumps(_SETTINGS))
    port = _free_port()
    command = [
        sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={root}",
        "--LabApp.expose_app_in_browser=True", "--LabApp.extension_manager=readonly",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    folders = {
        "JUPYTER_CONFIG_DIR": config,
        "JUPYTER_DATA_DIR": private / "data",
        "JUPYTER_RUNTIME_DIR": private / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": private / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": private / "workspaces",
        "IPYTHONDIR": private / "ipython",
        "LAMBDALAB_PROGRESS": private / "progress.json",
    }
    environment = {**os.environ, **{name: str(folder) for name, folder in folders.items()}}
    (private / "data").mkdir()
    notary = NotebookNotary(data_dir=str(private / "data"))
    for path in sorted(root.rglob("*.ipynb")):
        notary.sign(course.read(path))
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    try:
        _wait_until_it_runs(process)
        yield Server(f"http://127.0.0.1:{port}", root)
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def browser() -> Iterator[Browser]:
    """Headless Chromium, without the requests that it makes of its own accord."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
                  "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"],
        )  # fmt: skip
        yield opened
        opened.close()


class Desk:
    """One page of JupyterLab in which notebooks are opened one after another.

    Args:
        at: the server.
        opened: the browser.
    """

    def __init__(self, at: Server, opened: Browser) -> None:
        self._at = at
        self._seen = Visit()
        self._shared: str | None = None
        context = opened.new_context(viewport={"width": WIDTH, "height": HEIGHT}, reduced_motion="reduce")
        self.page = page = context.new_page()
        page.set_default_timeout(RUN_SECONDS * 1000)
        page.on("request", lambda request: self._note_host(request.url))
        page.on("websocket", lambda socket: self._note_host(socket.url))
        page.on("console", lambda message: self._seen.console.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self._seen.console.append(str(error)))
        page.goto(f"{at.address}/doc")
        page.wait_for_function("() => window.jupyterapp")
        page.evaluate("async () => { await jupyterapp.restored }")

    @contextmanager
    def open(
        self, path: str, run: Sequence[int] | None = None, *, width: int = WIDTH, height: int = HEIGHT
    ) -> Iterator[Visit]:
        """Opens a notebook in the page and runs cells of it; afterwards the notebook is closed.

        Args:
            path: relative to the server's root.
            run: the positions of the cells to run, from 1, in a kernel that all such notebooks share. None runs the
                whole notebook in a kernel of its own.
            width, height: of the window, in CSS pixels.
        """
        self._seen = seen = Visit(ran=run)
        self.page.set_viewport_size({"width": width, "height": height})
        kernel = self.page.evaluate(_OPEN, [path, None if run is None else self._shared])
        if run is not None:
            self._shared = kernel
        try:
            seen.notebook = node(self.page.evaluate(_RUN, None if run is None else list(run)))
            yield seen
        finally:
            self.page.evaluate(_CLOSE, run is None)

    def visit(self, path: str, run: Sequence[int] | None = None, pictures: Path | None = None) -> Visit:
        """Opens a notebook, runs cells of it as `open` does, looks at its figures, chooses in its forms.

        With `pictures` the whole notebook is photographed there, one file a screen.
        """
        with self.open(path, run) as seen:
            self._look_at_figures(seen)
            if pictures is not None:
                seen.pictures = _photograph(self.page, pictures, Path(path).stem)
            seen.driven = _drive_choices(self.page)
        return seen

    def _look_at_figures(self, seen: Visit) -> None:
        """Counts the figures of the outputs, and those that stay blank for half a minute."""
        from playwright.sync_api import TimeoutError as TooLate

        seen.figures = sum(_PLOTLY in output.get("data", ()) for cell in seen.notebook.cells if is_code(cell)
                           for output in cell.outputs)  # fmt: skip
        try:
            self.page.wait_for_function(f"wanted => ({_DRAWN})() === wanted", arg=seen.figures, timeout=30_000)
        except TooLate:
            seen.blank = seen.figures - int(self.page.evaluate(_DRAWN))

    def _note_host(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("data", "blob", "about") and parts.netloc != urlsplit(self._at.address).netloc:
            self._seen.outside.append(url)


def _drive_choices(page: Page) -> int:
    """Chooses the first option of every prediction or question that can be clicked; returns how many there were."""
    groups = page.locator(".jp-OutputArea .widget-radio-box")
    for index in range(groups.count()):
        first = groups.nth(index).locator("input[type=radio]").first
        first.scroll_into_view_if_needed()
        first.check()
    # The kernel answers in order, so what the choices set off is done when it has answered this.
    page.evaluate(
        "async () => { await jupyterapp.shell.currentWidget.sessionContext.session.kernel.requestKernelInfo() }"
    )
    return groups.count()


def _photograph(page: Page, folder: Path, stem: str) -> list[Path]:
    """Scrolls through the notebook and stores one PNG a screen."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{stem}-*.png"):
        old.unlink()
    scroller = page.evaluate_handle(_SCROLLER)
    total, screen = page.evaluate(_HEIGHTS, scroller)
    taken = []
    for number, top in enumerate(range(0, max(int(total), 1), max(int(screen) - 80, 1)), start=1):
        page.evaluate("([it, top]) => { it.scrollTop = top; }", [scroller, top])
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        path = folder / f"{stem}-{number:02d}.png"
        page.screenshot(path=path)
        taken.append(path)
        if top + screen >= total:
            break
    return taken


def _wait_until_it_runs(process: subprocess.Popen[str]) -> None:
    """Waits for the server's own line, and goes on reading, since a full pipe would stop the server."""
    running, last = threading.Event(), deque[str](maxlen=20)

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            last.append(line)
            if "is running at" in line:
                running.set()
        running.set()  # the server has ended: nobody waits longer

    threading.Thread(target=read, daemon=True).start()
    if not running.wait(START_SECONDS) or process.poll() is not None:
        raise RuntimeError(f"JupyterLab did not start. Its last words:\n{''.join(last)}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
