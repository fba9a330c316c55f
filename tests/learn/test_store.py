"""The progress file: atomic, private, and safe with two notebooks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from lambdalab.learn import store


def add(letter: str) -> None:
    store.change(lambda data: data["predictions"].setdefault("01-1", {"answers": []})["answers"].append(letter))


def answers() -> list[str]:
    found: list[str] = store.load()["predictions"]["01-1"]["answers"]
    return found


def test_the_file_is_where_the_variable_says(tmp_path: Path) -> None:
    add("a")
    assert store.path() == tmp_path / "progress.json"
    assert json.loads(store.path().read_text(encoding="utf-8"))["predictions"]["01-1"]["answers"] == ["a"]


def test_without_the_variable_it_is_in_the_home_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAMBDALAB_PROGRESS")
    assert store.path() == Path.home() / ".lambdalab" / "progress.json"


def test_nothing_is_written_by_reading() -> None:
    assert store.load()["recall"] == {}
    assert not store.path().exists()


def test_two_notebooks_that_write_at_the_same_time_lose_no_answer() -> None:
    code = (
        "import sys\nfrom lambdalab.learn import store\n"
        "for k in range(40):\n"
        "    store.change(lambda d: d['mistakes'].__setitem__(f'{sys.argv[1]}-{k}', 'x'))\n"
    )
    notebooks = [subprocess.Popen([sys.executable, "-c", code, name]) for name in ("one", "two")]
    assert [notebook.wait(60) for notebook in notebooks] == [0, 0]
    assert len(store.load()["mistakes"]) == 80


def test_nothing_but_the_file_is_left_behind(tmp_path: Path) -> None:
    add("a")
    add("b")
    assert [path.name for path in tmp_path.iterdir()] == ["progress.json"]


@pytest.mark.parametrize("content", ["{half", "[1, 2]", '{"predictions": 3}', "\x00\x01"])
def test_a_file_that_cannot_be_read_is_kept_aside_with_a_sentence(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store.path().write_text(content, encoding="utf-8")
    add("a")
    assert answers() == ["a"]
    assert (tmp_path / "progress.unreadable-1.json").read_text(encoding="utf-8") == content
    said = capsys.readouterr()
    assert "progress.unreadable-1.json" in said.out
    assert said.err == ""


def test_a_lock_that_a_crashed_notebook_left_is_taken_over() -> None:
    lock = store.path().with_name("progress.json.lock")
    lock.touch()
    old = time.time() - 60
    os.utime(lock, (old, old))
    add("a")
    assert answers() == ["a"]
    assert not lock.exists()


def test_a_folder_that_cannot_be_written_costs_nothing_but_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LAMBDALAB_PROGRESS", str(tmp_path / "file" / "progress.json"))
    add("a")
    add("b")
    assert answers() == ["a", "b"]
    assert capsys.readouterr().out.count("cannot be saved") == 1


def test_an_edit_that_fails_leaves_the_file_as_it_was() -> None:
    add("a")

    def fail(data: dict[str, Any]) -> None:
        data.clear()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.change(fail)
    assert answers() == ["a"]
