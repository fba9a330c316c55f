"""`lambdalab open`: the course in a folder of the student's, whose work is never overwritten."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from lambdalab import cli, opening
from lambdalab.teach import course

FIRST = {"README.md": b"one", "notebooks/00_a.ipynb": b"lesson", "exercises/00_a.ipynb": b"workbook"}
NEXT = {"README.md": b"two", "notebooks/00_a.ipynb": b"lesson 2", "exercises/00_a.ipynb": b"workbook 2"}


def everything(folder: Path) -> dict[str, bytes]:
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    found.pop(".lambdalab-course.json")
    return found


def test_a_newer_version_updates_what_is_unchanged_and_lies_beside_what_the_student_changed(tmp_path: Path) -> None:
    assert opening.copy(FIRST, tmp_path).new == list(FIRST)
    (tmp_path / "exercises/00_a.ipynb").write_bytes(b"my answer")
    done = opening.copy(NEXT, tmp_path)
    assert done.updated == ["README.md", "notebooks/00_a.ipynb"]
    assert done.beside == {"exercises/00_a.ipynb": "exercises/00_a_new.ipynb"}
    assert "\n".join(done.lines()).endswith(
        "yours, left as it is: exercises/00_a.ipynb; a newer form of it is exercises/00_a_new.ipynb"
    )
    now = {**NEXT, "exercises/00_a.ipynb": b"my answer", "exercises/00_a_new.ipynb": b"workbook 2"}
    assert everything(tmp_path) == now
    again = opening.copy(NEXT, tmp_path)
    assert (again.kept, again.same) == (["exercises/00_a.ipynb"], ["README.md", "notebooks/00_a.ipynb"])
    assert everything(tmp_path) == now


def test_the_newer_form_replaces_no_other_file_of_the_students_either(tmp_path: Path) -> None:
    opening.copy(FIRST, tmp_path)
    for name in ("exercises/00_a.ipynb", "exercises/00_a_new.ipynb"):
        (tmp_path / name).write_bytes(b"mine")
    assert opening.copy(NEXT, tmp_path).beside == {"exercises/00_a.ipynb": "exercises/00_a_new_2.ipynb"}
    assert everything(tmp_path)["exercises/00_a_new.ipynb"] == b"mine"


def test_without_its_note_a_file_that_differs_counts_as_the_students(tmp_path: Path) -> None:
    opening.copy(FIRST, tmp_path)
    (tmp_path / ".lambdalab-course.json").write_text("{half")
    (tmp_path / "README.md").unlink()
    done = opening.copy(NEXT, tmp_path)
    assert done.new == ["README.md"]
    assert set(done.beside) == {"notebooks/00_a.ipynb", "exercises/00_a.ipynb"}
    assert everything(tmp_path)["notebooks/00_a.ipynb"] == b"lesson"


def test_the_command_copies_the_whole_course_and_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["open", str(tmp_path / "mine"), "--no-start"]) == 0
    assert f"The course is in {tmp_path / 'mine'}\n  new: README.md" in capsys.readouterr().out
    root = course.find_root(Path(__file__))
    wanted = {f"{kind}/{path.name}" for kind in ("notebooks", "exercises") for path in (root / kind).glob("*.ipynb")}
    assert wanted < everything(tmp_path / "mine").keys()
    cli.main(["open", str(tmp_path / "mine"), "--no-start"])
    assert "Nothing is newer than what you have." in capsys.readouterr().out


def test_a_place_that_cannot_hold_the_course_is_refused_with_a_remedy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert cli.main(["open", str(tmp_path / "file" / "course"), "--no-start"]) == 1
    assert "Name a folder that you may write" in capsys.readouterr().err
    assert cli.main(["open", str(course.find_root(Path(__file__))), "--no-start"]) == 1
    assert "holds the course's sources" in capsys.readouterr().err


def test_in_a_terminal_of_jupyterlab_no_second_one_is_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JUPYTER_SERVER_ROOT", str(tmp_path))
    assert cli.main(["open", str(tmp_path / "mine")]) == 0
    assert "JupyterLab runs here already" in capsys.readouterr().out


@pytest.mark.parametrize("package", ["nbformat", "jupyterlab"])
def test_where_a_package_is_missing_the_doctor_is_named_and_no_traceback_shown(package: str, tmp_path: Path) -> None:
    program = (
        f"import sys; sys.modules[{package!r}] = None; from lambdalab import cli; sys.exit(cli.main(['open', 'c']))"
    )
    environment = {key: value for key, value in os.environ.items() if key != "JUPYTER_SERVER_ROOT"}
    answer = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 1
    assert re.fullmatch(rf"(?i){package} is missing .*`lambdalab doctor` says what helps\.\n", answer.stderr)


@pytest.mark.slow
def test_jupyterlab_starts_on_the_first_lesson_and_asks_nobody_for_news(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "course"
    command = [sys.executable, "-m", "lambdalab", "open", str(folder)]
    monkeypatch.delenv("JUPYTER_SERVER_ROOT", raising=False)
    private = {"HOME": str(tmp_path), "JUPYTER_RUNTIME_DIR": str(tmp_path / "run"), "BROWSER": "true", "DISPLAY": ""}
    environment = {**os.environ, **private, "WAYLAND_DISPLAY": ""}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            line = next(line for line in server.stderr if "/lab/tree/" in line)
            address, page, token = re.search(r"(http://\S+?)/lab/tree/(\S+)\?token=(\w+)", line).groups()  # type: ignore[union-attr]

            def get(what: str) -> Any:
                while server.poll() is None:  # it says where it will listen, a moment before it does
                    with suppress(urllib.error.URLError):
                        return json.load(urllib.request.urlopen(f"{address}/{what}?token={token}"))
                    threading.Event().wait(0.1)

            assert page == "notebooks/00_start_here.ipynb"
            assert get(f"api/contents/{page}")["name"] == "00_start_here.ipynb"
            news = get("lab/api/settings/@jupyterlab/apputils-extension:notification")["schema"]["properties"]
            assert (news["fetchNews"]["default"], news["checkForUpdates"]["default"]) == ("false", False)
        finally:
            server.terminate()
