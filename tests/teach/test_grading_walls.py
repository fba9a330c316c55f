"""What student code can see and reach while it is graded, and what a run leaves behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psutil
import pytest

from lambdalab.teach.grading.class_run import Submission, grade
from lambdalab.teach.grading.graded import Graded, Kept
from tests.teach.submissions import SOLUTION, right

pytestmark = [
    pytest.mark.slow,  # each starts judges, labs and workers
    pytest.mark.skipif(sys.platform != "linux", reason="the walls are Linux's"),
]

_PROBE = """
def sees(solution, other, word, port):
    import glob, os, socket
    seen = []
    for path in (solution, other):
        try:
            if open(path).read():
                seen.append(path)
        except OSError:
            pass
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            if word in open(path).read():
                seen.append(path)
        except OSError:
            pass
    try:
        socket.create_connection(("127.0.0.1", port), 2).close()
        seen.append("network")
    except OSError:
        pass
    for folder in (os.path.dirname(os.__file__), os.path.dirname(other), os.path.expanduser("~root")):
        try:
            open(folder + "/written-by-a-student", "w").close()
            os.remove(folder + "/written-by-a-student")
            seen.append("written: " + folder)
        except OSError:
            pass
    return seen
"""


def _graded(folder: Path, notebooks: dict[str, Any]) -> dict[str, Graded]:
    for name, notebook in notebooks.items():
        (folder / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    handed = [Submission(name, folder / f"{name}.ipynb") for name in notebooks]
    kept = Kept(folder / "kept", SOLUTION.read_bytes())
    return {one.name: one for one in grade(handed, SOLUTION, kept, jobs=1, seed=5)}


def test_neither_a_cell_nor_a_deployed_function_sees_the_solution_other_work_the_judge_or_the_network(
    tmp_path: Path,
) -> None:
    other = tmp_path / "other.ipynb"
    other.write_text("somebody's", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        arguments = (str(SOLUTION), str(other), "grading.judge", listening.getsockname()[1])
        names: dict[str, Any] = {}
        exec(_PROBE, names)
        waits = [sys.executable, "-c", "print('here', flush=True); input()", "grading.judge"]
        decoy = subprocess.Popen(waits, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert decoy.stdout and decoy.stdout.readline()  # right after the start /proc does not show its arguments yet
        try:  # without walls the probe sees everything, or this test would prove nothing
            found = names["sees"](*arguments)
            assert {str(SOLUTION), str(other), f"/proc/{decoy.pid}/cmdline", "network"} <= set(found)
            probe = f"{_PROBE}\nSEEN = sees{arguments!r}\n"
            solved = right()
            own = {c["metadata"].get("nbgrader", {}).get("grade_id"): "".join(c["source"]) for c in solved["cells"]}
            cell = probe + own["ex02-4"].replace("    try:", "    if SEEN:\n        return SEEN\n    try:", 1)
            line, _, body = own["ex02-3"].partition("\n")
            body = body.replace("context):\n", "context):\n    if SEEN:\n        return SEEN\n", 1)
            mark = {m.exercise: m for m in _walled(tmp_path, right(ex02_4=cell, ex02_3=f"{line}\n{probe}{body}"))}
        finally:
            decoy.kill()
            decoy.communicate()
    assert (mark["02.4"].message_id, mark["02.3"].message_id) == ("done", "done"), (
        mark["02.4"].text,
        mark["02.3"].text,
    )


def _walled(folder: Path, notebook: Any) -> Any:
    graded = _graded(folder, {"probing": notebook})["probing"]
    assert not [note for note in graded.notes if "on this system" in note]
    return graded.marks


def test_a_stopped_run_leaves_no_process_and_goes_on_where_it_was(tmp_path: Path) -> None:
    for name in ("ada", "zoe", "lin"):
        notebook = right() if name == "ada" else right(ex02_2=f"fate = {{}}  # {name}\n")
        (tmp_path / f"{name}.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    files = [tmp_path / f"{name}.ipynb" for name in ("ada", "zoe", "lin")]
    table = tmp_path / "grades.csv"
    command = [sys.executable, "-m", "lambdalab", "grade", str(SOLUTION), *map(str, files), "--out", str(table)]
    running = subprocess.Popen([*command, "--jobs", "1"], stderr=subprocess.PIPE, text=True, start_new_session=True)
    assert running.stderr is not None
    first = running.stderr.readline()
    assert "graded 1 of 3" in first
    everything = psutil.Process(running.pid).children(recursive=True)
    assert len(everything) >= 3
    os.kill(running.pid, signal.SIGINT)
    said = running.stderr.read()
    assert running.wait(60) == 130 and "goes on from here" in said and not table.exists()
    running.stderr.close()
    _, alive = psutil.wait_procs(everything, timeout=20)
    assert not alive
    begun = time.time()
    again = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert again.returncode == 0, again.stderr
    assert [line.split()[1] for line in again.stderr.splitlines()] == ["2", "3"]
    kept = sorted((tmp_path / ".grades-kept").glob("*.json"), key=lambda file: file.stat().st_mtime)
    assert len(kept) == 3 and kept[0].stat().st_mtime < begun
    assert "02.2" in again.stdout and table.is_file()
