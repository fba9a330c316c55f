"""Each rung is really started and measured, leaves nothing behind, and is the recorded run where it cannot be made."""

from __future__ import annotations

import itertools
import re
import shutil
import signal
import socket
import subprocess
import sys
from importlib import resources
from pathlib import Path

import psutil
import pytest

from lambdalab.errors import LabError
from lambdalab.facts import fact
from lambdalab.models import instances, virtual
from lambdalab.models.isolation import KINDS, SHARED, measure, published, recorded, recording
from lambdalab.models.seen import RUNGS, by_hand, look

needs_namespaces = pytest.mark.skipif(
    instances.why_no_namespaces() is not None, reason="this system does not allow namespaces without privilege"
)
needs_qemu = pytest.mark.skipif(virtual.why_no_qemu() is not None, reason="QEMU is not installed")
needs_linux = pytest.mark.skipif(virtual.why_no_linux() is not None, reason="no QEMU, or no kernel's file")
needs_proc = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there is no /proc")


@pytest.fixture(autouse=True)
def nothing_left() -> object:
    """Fails when a test leaves a process behind."""
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    yield
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before


def put_first(monkeypatch: pytest.MonkeyPatch, folder: Path, name: str, script: str) -> None:
    """Another program of a name before all others of the machine."""
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


# -- measured --------------------------------------------------------------------------------------------------------


def test_a_thread_a_fork_and_a_process_are_measured_here() -> None:
    rungs = measure(["thread", "process"] if sys.platform == "win32" else ["thread", "fork", "process"], repeats=3)
    for rung in rungs:
        assert (rung.provenance, rung.note, rung.source) == ("measured", "", "measured on this machine")
        assert rung.start_ms is not None and 0 < rung.start_ms < 10_000
        assert rung.memory_mb is not None and 0 < rung.memory_mb < 50
    assert rungs[0].memory_mb < rungs[-1].memory_mb  # type: ignore[operator] - both were seen above


@needs_namespaces
def test_a_container_by_hand_is_measured_and_keeps_more_than_the_same_process_alone() -> None:
    process, container = measure(["process", "container"], repeats=3)
    assert (container.provenance, container.level, container.shares) == ("measured", 2, "shares the kernel")
    assert process.memory_mb and container.memory_mb and container.memory_mb > process.memory_mb
    assert container.start_ms and container.start_ms > 0


def test_the_memory_of_a_process_is_what_only_it_has() -> None:
    script = "held = bytearray(b'x') * {0}; print('ready', flush=True); input()"

    def kept(size: int) -> float:
        with instances.started([sys.executable, "-I", "-S", "-c", script.format(size)]) as instance:
            return instances.private_mb(instance.process.pid) or 0

    assert kept(40 * 2**20) - kept(1) == pytest.approx(40, abs=2)


def test_a_start_that_takes_long_is_measured_as_long() -> None:
    word, go = "import time; time.sleep(0.3); print('ready', flush=True); input()", [sys.executable, "-I", "-S", "-c"]
    with instances.started([*go, word]) as instance:
        assert instance.start_ms >= 300
    with instances.started([*go, "print('before\\nready', flush=True); input()"]) as instance:
        assert instance.said == "ready"


def test_a_program_that_says_nothing_is_ended_in_time() -> None:
    never, at_once = "import time; time.sleep(60)", "import sys; sys.exit('no such thing')"
    with (
        pytest.raises(LabError, match=r"did not get to its first word within 0\.3 s"),
        instances.started([sys.executable, "-c", never], limit=0.3),
    ):
        pass
    with pytest.raises(LabError, match="no such thing"), instances.started([sys.executable, "-c", at_once]):
        pass


def test_ctrl_c_ends_what_was_started() -> None:
    with pytest.raises(KeyboardInterrupt), instances.started(instances.smallest()) as instance:
        signal.raise_signal(signal.SIGINT)
    assert instance.process.poll() is not None


@needs_namespaces
def test_ctrl_c_ends_what_was_started_within_namespaces() -> None:
    command = [*instances.BY_HAND, *instances.smallest()]
    with pytest.raises(KeyboardInterrupt), instances.started(command) as instance:
        (inside,) = psutil.Process(instance.process.pid).children()
        signal.raise_signal(signal.SIGINT)
    assert not psutil.pid_exists(inside.pid)


def test_a_rung_that_is_not_there_and_no_repeats_are_refused() -> None:
    with pytest.raises(LabError, match="there is no rung 'docker' on the ladder: choose from thread, fork, process"):
        measure(["docker"])
    with pytest.raises(LabError, match="0 starts measure nothing"):
        measure(["process"], repeats=0)
    with pytest.raises(LabError, match="one cannot look out of 'docker'"):
        look("docker")


# -- where it cannot be made -----------------------------------------------------------------------------------------


@needs_proc
def test_a_machine_that_forbids_namespaces_gives_the_recorded_run_and_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put_first(monkeypatch, tmp_path, "unshare", "echo 'unshare: unshare failed: Operation not permitted' >&2; exit 1")
    (rung,), seen = measure(["container"]), look("container")
    why = "this system does not allow namespaces without privilege (unshare: unshare failed: Operation not permitted)"
    assert (rung.provenance, rung.note, seen.provenance, seen.note) == ("recorded", why, "recorded", why)
    assert rung.source == seen.source == f"recorded run: {recording()['machine']}, {recording()['date']}"
    assert rung.start_ms == recording()["rungs"]["container"]["start_ms"] and "\n" not in rung.note


@needs_proc
def test_a_machine_without_unshare_and_qemu_gives_the_recorded_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert [(rung.provenance, rung.note) for rung in measure(["container", "microvm", "firmware", "vm"])] == [
        ("recorded", "the command unshare (util-linux) is not on this machine"),
        ("recorded", "qemu-system-x86_64 is not installed on this machine"),
        ("recorded", "qemu-system-x86_64 is not installed on this machine"),
        ("recorded", "qemu-system-x86_64 is not installed on this machine"),
    ]
    assert [look(rung).provenance for rung in RUNGS] == ["measured", "measured", "recorded", "recorded", "recorded"]


@needs_proc
def test_a_qemu_that_ends_at_once_gives_the_recorded_run_with_its_last_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    put_first(monkeypatch, tmp_path, virtual.QEMU, "echo 'no such machine' >&2; exit 1")
    monkeypatch.setattr(virtual, "accelerator", lambda: "tcg")
    (rung,) = measure(["firmware"])
    assert rung.provenance == "recorded" and "(no such machine)" in rung.note


# -- virtual machines ------------------------------------------------------------------------------------------------


@needs_qemu
def test_without_a_kernel_a_machine_is_measured_to_its_boot_sector(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual, "kernel", lambda: None)
    rung, *others = measure(["firmware", "vm", "microvm"], repeats=1)
    assert rung.provenance == "measured" and rung.what.endswith("to a boot sector's word, no operating system")
    assert rung.memory_mb is not None and 5 < rung.memory_mb < virtual.MEMORY_MB + 200
    assert {(other.provenance, other.note) for other in others} == {("recorded", virtual.NO_KERNEL)}


@needs_linux
@pytest.mark.parametrize("rung", ["microvm", "vm"])
def test_a_virtual_machine_runs_a_kernel_of_its_own(rung: str) -> None:
    inside, outside = look(rung), look("process")
    assert inside.provenance == "measured" and inside.boot_id != outside.boot_id
    assert inside.home == 0 and inside.memory_mb < virtual.MEMORY_MB < outside.memory_mb


@needs_linux
def test_linux_in_a_machine_is_measured_and_said_so() -> None:
    (rung,) = measure(["vm"], repeats=1)
    assert rung.provenance == "measured" and rung.what.endswith("Linux, to its first program's first word")


@needs_proc
@pytest.mark.skipif(shutil.which("cpio") is None, reason="cpio, another reader of the archive, is not installed")
def test_cpio_reads_the_first_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(virtual, "kernel", lambda: Path("kernel"))
    virtual.linux_command("pc", tmp_path)
    with (tmp_path / "first.cpio").open("rb") as packed:
        told = subprocess.run(["cpio", "-t"], stdin=packed, capture_output=True, text=True, check=True)
    assert {"init", "bin", "bin/sh", "proc", "dev/console"} <= set(told.stdout.split())


# -- looked at from inside -------------------------------------------------------------------------------------------


@needs_proc
def test_a_thread_and_a_process_see_this_machine() -> None:
    thread, process = look("thread"), look("process")
    for seen in (thread, process):
        assert seen.boot_id == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        assert seen.hostname == socket.gethostname() and seen.processes > 2
        assert seen.home == sum(1 for _ in Path.home().iterdir())
    assert (thread.kernel, thread.memory_mb, thread.processor) == (process.kernel, process.memory_mb, process.processor)


@needs_namespaces
def test_a_container_by_hand_sees_the_same_kernel_and_otherwise_only_itself() -> None:
    inside, outside = look("container"), look("process")
    assert (inside.kernel, inside.boot_id) == (outside.kernel, outside.boot_id)
    assert (inside.processes, inside.hostname, inside.home, inside.memory_mb) == (1, "container", 0, 256)
    assert outside.hostname == socket.gethostname() != "container"


WORDS = ("sh", "-c", "hostname; cat /proc/sys/kernel/random/boot_id")
UNSHARED = ("unshare", "--user", "--map-root-user", "--uts", "--fork", "sh", "-c", f"hostname container; {WORDS[-1]}")


@needs_namespaces
def test_a_command_of_the_students_is_run_outside_and_in_namespaces() -> None:
    outside, inside = by_hand(WORDS).splitlines(), by_hand(UNSHARED).splitlines()
    assert (outside[0], inside[0]) == (socket.gethostname(), "container") and outside[1] == inside[1]
    assert "nothing-of-this-name" in by_hand(["sh", "-c", "nothing-of-this-name"]), "an error is said too"


@needs_proc
def test_without_namespaces_both_sides_are_the_recorded_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    outside, inside = by_hand(WORDS).splitlines(), by_hand(UNSHARED).splitlines()
    assert outside[0] == inside[0] and outside[0].endswith("(the command unshare (util-linux) is not on this machine)")
    assert outside[-2:] == inside[-2:] == ["kernel 6.18", "boot 51a543b9"]
    assert inside[1] == "container"
    with pytest.raises(LabError, match=r"^ls is not run here \(.*\), and only sh, unshare were recorded$"):
        by_hand(["ls"])


# -- recorded and published ------------------------------------------------------------------------------------------


def test_the_recorded_run_has_every_rung_and_no_name_of_a_machine() -> None:
    assert [rung.key for rung in recorded("why")] == list(KINDS)
    assert {(rung.provenance, rung.note) for rung in recorded("why")} == {("recorded", "why")}
    assert set(recording()["seen"]) == set(RUNGS)
    text = resources.files("lambdalab.models").joinpath("isolation.toml").read_text()
    assert not re.search(r"/home|/root|/tmp|\d+\.\d+\.\d+", text) and re.fullmatch(r"\d{4}-\d\d", recording()["date"])


def test_the_recorded_run_tells_kernels_apart() -> None:
    seen = recording()["seen"]
    assert seen["thread"]["boot_id"] == seen["process"]["boot_id"] == seen["container"]["boot_id"]
    assert len({seen[rung]["boot_id"] for rung in ("process", "microvm", "vm")}) == 3


def test_published_figures_are_the_facts_with_their_sources() -> None:
    by_name = {rung.name: rung for rung in published()}
    microvm, docker, vm = (by_name[name] for name in ("microVM, Firecracker", "container, Docker", "VM, QEMU"))
    assert (microvm.start_ms, microvm.memory_mb, microvm.certainty, microvm.about) == (125, 5, "A", False)
    assert (docker.start_ms, docker.memory_mb, docker.certainty, docker.about) == (200, None, "C", True)
    assert (vm.start_ms, vm.memory_mb, vm.about) == (None, 131, True)
    assert fact("isolation.nsdi_20.qemu_overhead_mb").value == 131
    assert microvm.source == "Firecracker SPECIFICATION, enforced in its CI, 2026"


def test_each_rung_shares_less_than_the_one_below_and_says_itself_in_a_line() -> None:
    levels = [rung.level for rung in recorded()]
    assert levels == sorted(levels) and {SHARED[level] for level in levels} == set(SHARED)
    for rung in itertools.chain(recorded("why not"), published()):
        assert "\n" not in str(rung) and rung.provenance in str(rung)
    assert "start unknown" in str(published()[-1]) and "(why not)" in str(recorded("why not")[0])
