"""`lambdalab doctor`: is this machine ready for the course, and if not, what helps?

AWS has no such thing: its machines are AWS's business. Here the lab runs on yours, so each need is tried, not assumed:
a child process is really frozen and a request really sent over loopback. Only the standard library is imported at the
top: where a package is so broken that lambdalab cannot be imported, `python -P lambdalab/doctor.py` still answers.
Left out: whether the machine is fast enough.
"""

from __future__ import annotations

import functools
import http.server
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
import webbrowser
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date
from importlib import metadata
from typing import TextIO

_OLDEST_PYTHON = (3, 11)
_PORTS = 8  # a lab, a Runtime API and a few environments at once
_INSTALL = "install it: make lab, or pip install -e . in your environment"
_TOO_EARLY = "cannot be tried before the packages above are there"


@dataclass(frozen=True)
class Check:
    """One thing that the lab needs or would like to have (lesson 00's table shows them).

    Args:
        name: what was looked at, such as "Python".
        ok: whether it is there and works.
        detail: what was seen.
        fix: what to do when it is not; empty when all is well.
        required: whether the course needs it. Without the others a part shows a recorded run.
        otherwise: the word for one that is not required and not there.
    """

    name: str
    ok: bool
    detail: str
    fix: str = ""
    required: bool = True
    otherwise: str = "none"

    def line(self) -> str:
        """The line that `lambdalab doctor` prints."""
        word = "OK" if self.ok else "FAIL" if self.required else self.otherwise
        return f"{word:<5}{self.name} {self.detail}".rstrip() + (f"; fix: {self.fix}" if self.fix else "")


def python() -> Check:
    """The interpreter is new enough."""
    ok = sys.version_info >= _OLDEST_PYTHON
    fix = "" if ok else f"install Python {'.'.join(map(str, _OLDEST_PYTHON))} or newer, then make lab"
    return Check("Python", ok, platform.python_version(), fix)


def _requirements() -> list[tuple[str, str]]:
    """Name and version range of each package that lambdalab needs at run time; extras are left out."""
    lines = [line for line in metadata.requires("lambdalab") or [] if "extra ==" not in line]
    parsed = [re.match(r"([\w.-]+)(?:\[[^\]]*\])?\s*([^;]*)", line) for line in lines]
    return [(found[1], found[2].strip()) for found in parsed if found]


def _satisfies(version: str, wanted: str) -> bool:
    try:
        from packaging.specifiers import SpecifierSet
    except ImportError:  # packaging has a line of its own that says so
        return True
    return SpecifierSet(wanted).contains(version, prereleases=True)


def packages() -> Iterator[Check]:
    """Each package is there, in a version that will do."""
    try:
        wanted = _requirements()
    except metadata.PackageNotFoundError:
        yield Check("lambdalab", False, "is not installed in this Python", _INSTALL)
        return
    for name, versions in wanted:
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Check(name, False, "is missing", f'pip install "{name}{versions}"')
            continue
        ok = _satisfies(version, versions)
        detail = version if ok else f"{version} is outside {versions}"
        yield Check(name, ok, detail, "" if ok else f'pip install "{name}{versions}"')


def process_control() -> Check:
    """A child process can be started, frozen, continued and killed: the life of an execution environment."""
    name = "process control"
    try:
        import psutil
    except ImportError:
        return Check(name, False, "cannot be tried without psutil", "pip install psutil")
    times: list[str] = []
    began = time.perf_counter()

    def lap(word: str) -> None:
        nonlocal began
        now = time.perf_counter()
        times.append(f"{word} {(now - began) * 1000:.1f} ms")
        began = now

    command = [sys.executable, "-I", "-S", "-c", "import sys; print('ready', flush=True); sys.stdin.read()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout is not None  # a pipe was asked for
            child.stdout.readline()
            lap("start")
            process = psutil.Process(child.pid)
            process.suspend()
            stopped = _soon(lambda: bool(process.status() == psutil.STATUS_STOPPED))
            lap("freeze")
            process.resume()
            running = _soon(lambda: bool(process.status() != psutil.STATUS_STOPPED))
            lap("continue")
        finally:
            child.kill()
        child.wait()
        lap("kill")
    if stopped and running:
        return Check(name, True, ", ".join(times))
    what = "a child process could not be frozen" if not stopped else "a frozen process could not be continued"
    return Check(name, False, what, "run the course outside this container or sandbox; it forbids signals")


def _soon(true: Callable[[], bool], seconds: float = 2.0) -> bool:
    """Whether `true` comes true; the system carries a signal out a moment after it was sent."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.001)
    return True


def own_folders() -> Check:
    """An environment can have a /tmp, /opt and /var/task of its own, by a mount namespace."""
    name = "own /tmp and /var/task"
    try:
        from lambdalab.runtime.rooms import why_not
    except ImportError:
        return Check(name, False, _TOO_EARLY, required=False)
    if (why := why_not()) is None:
        return Check(name, True, "for each environment, in a mount namespace", required=False)
    return Check(name, False, f"by real folders and TMPDIR instead: {why}", required=False)


def fork() -> Check:
    """A process can make a copy of itself, as SnapStart's restores do."""
    if not hasattr(os, "fork"):
        return Check(
            "fork",
            False,
            "does not exist on this system; with SnapStart, in lesson 03, every start is a full one",
            required=False,
        )
    # in a child: forking a kernel with its threads is not safe
    program = "import os; pid = os.fork(); os._exit(0) if pid == 0 else print(os.waitpid(pid, 0)[1])"
    answer = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)
    ok = answer.stdout.strip() == "0"
    detail = "works" if ok else "does not work; SnapStart, in lesson 03, needs it"
    return Check("fork", ok, detail, required=False)


def node() -> Check:
    """Node.js, for the same handler in another language."""
    found = shutil.which("node")
    without = "lesson 02's Node part shows the recorded run"
    if found is None:
        return Check("Node.js", False, f"is not here; {without}", required=False)
    answer = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        return Check("Node.js", False, f"does not start; {without}", required=False)
    return Check("Node.js", True, answer.stdout.strip().removeprefix("v"), required=False)


def browser() -> Check:
    """A browser that JupyterLab can open by itself."""
    try:
        found = webbrowser.get()
    except webbrowser.Error:
        detail = "none was found here; open the address that JupyterLab prints in a browser of yours"
        return Check("browser", False, detail, required=False)
    return Check("browser", True, getattr(found, "name", "") or type(found).__name__, required=False)


def ports() -> Check:
    """Free ports on loopback, for the lab and its environments."""
    held: list[socket.socket] = []
    try:
        for _ in range(_PORTS):
            held.append(socket.create_server(("127.0.0.1", 0)))
    except OSError as error:
        return Check(
            "ports on loopback",
            False,
            f"only {len(held)} of {_PORTS} could be taken ({error})",
            "allow programs to listen on 127.0.0.1; a sandbox or a limit on open files forbids it",
        )
    finally:
        for taken in held:
            taken.close()
    return Check("ports on loopback", True, f"{_PORTS} taken and given back")


class _Hello(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: the doctor prints its own line."""


def loopback() -> Check:
    """A request reaches 127.0.0.1, whatever HTTP_PROXY says."""
    proxies = {key for key in os.environ if key.lower() in {"http_proxy", "all_proxy"}}
    seen = f"reached in spite of {', '.join(sorted(proxies))}" if proxies else "reached"
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Hello) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            opener = urllib.request.build_opener()  # a fresh one: urlopen remembers the proxies of its first use
            with opener.open(f"http://127.0.0.1:{server.server_port}/", timeout=5) as answer:
                if not (ok := answer.status == 204):
                    seen = f"somebody else answered, with status {answer.status}"
        except OSError as error:
            ok, seen = False, f"not reached ({getattr(error, 'reason', error)})"
        finally:
            server.shutdown()
    fix = "set NO_PROXY=127.0.0.1,localhost; if there is no proxy, look at the firewall"
    return Check("loopback", ok, seen, "" if ok else fix)


def prices(today: date | None = None) -> Check:
    """The prices of facts.toml are at most a year old."""
    try:
        from lambdalab import facts
    except ImportError:
        return Check("prices", False, _TOO_EARLY, required=False)
    ok = facts.age_in_days(today or date.today()) <= 365
    detail = f"of {facts.prices_date()}" + ("" if ok else ": older than a year, AWS may have changed them since")
    fix = "" if ok else "get a newer lambdalab, or see the head of facts.toml"
    return Check("prices", ok, detail, fix, required=False, otherwise="old")


def compiler() -> Check:
    """numba compiles here, and leaves its first, slow start behind for lesson 09."""
    try:
        import numba

        began = time.perf_counter()
        ok = numba.njit(lambda number: number + 1)(1) == 2
    except Exception as error:  # a broken compiler fails in many ways, none of which may end the doctor
        return Check(
            "compiler",
            False,
            f"numba does not work here ({type(error).__name__}: {error})"[:200],
            "pip install --upgrade numba; only lesson 09 needs it",
            required=False,
        )
    return Check("compiler", ok, f"numba compiled a function in {time.perf_counter() - began:.1f} s", required=False)


_SINGLE: tuple[Callable[[], Check], ...] = (
    process_control,
    own_folders,
    fork,
    node,
    browser,
    ports,
    loopback,
    prices,
    compiler,
)


def checks() -> list[Check]:
    """Everything the doctor looks at, in order; takes a few seconds (lesson 00)."""
    return [python(), *packages(), *map(_safely, _SINGLE)]


def _safely(check: Callable[[], Check]) -> Check:
    """A check that itself breaks is a finding, not the end."""
    try:
        return check()
    except Exception as error:
        name = check.__name__.replace("_", " ")
        return Check(name, False, f"could not be tried ({type(error).__name__}: {error})", "report this line")


def run(out: TextIO | None = None, *, as_json: bool = False) -> int:
    """Print one line a check; 0 when nothing that is required fails, else 1 (lesson 00).

    Args:
        out: where to print; the terminal by default.
        as_json: print one JSON list of the checks instead.
    """
    show = functools.partial(print, file=out or sys.stdout)
    found = checks()
    failed = [check for check in found if check.required and not check.ok]
    if as_json:
        show(json.dumps([asdict(check) for check in found], indent=2))
        return 1 if failed else 0
    for check in found:
        show(check.line())
    show(f"{len(failed)} to fix, from the top." if failed else "This machine is ready for the course.")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(run())
