"""`lambdalab release`: what a student gets, complete, without answers, the same on every machine."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from lambdalab import cli
from lambdalab.teach import bundle, course

BOOK = course.load(course.own_root())
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def test_a_bundle_holds_the_lesson_its_workbook_and_the_picture_that_it_shows() -> None:
    name = "02_handlers_events_and_contexts.ipynb"
    made = bundle.files(BOOK, "02")
    assert list(made) == [
        "README.md",
        f"notebooks/{name}",
        f"exercises/{name}",
        "notebooks/images/two_processes_icon.svg",
    ]
    assert f"jupyter lab notebooks/{name}" in made["README.md"].decode()


@pytest.mark.parametrize("lesson", [*(page.number for page in BOOK.of(course.Kind.LESSON)), "all"])
def test_every_link_in_a_bundle_leads_to_a_file_in_it_and_nothing_gives_an_answer_away(lesson: str) -> None:
    made = bundle.files(BOOK, lesson)
    texts = {"README.md": made["README.md"].decode()}
    for name in (name for name in made if name.endswith(".ipynb")):
        assert b'"output_type"' not in made[name]
        assert b"SOLUTION" not in made[name]
        cells = json.loads(made[name])["cells"]
        texts[name] = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    for name, text in texts.items():
        for target in LINK.findall(text):
            assert os.path.normpath(Path(name).parent / target) in made, (name, target)


def test_the_same_lesson_gives_the_same_bytes_in_another_process_and_time_zone(tmp_path: Path) -> None:
    made, here, there = bundle.files(BOOK, "02"), tmp_path / "here.zip", tmp_path / "there.zip"
    bundle.write(made, here)
    other = {"PYTHONHASHSEED": "1", "TZ": "UTC+7"}
    command = [sys.executable, "-m", "lambdalab", "release", "02", "--to", str(there)]
    subprocess.run(command, env={**os.environ, **other}, check=True, stdout=subprocess.DEVNULL)
    assert here.read_bytes() == there.read_bytes()
    with zipfile.ZipFile(here) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == made


def test_the_command_writes_the_folder_names_each_file_and_replaces_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["release", "R1", "--to", str(tmp_path / "room")]) == 0
    written = {path.relative_to(tmp_path / "room").as_posix() for path in (tmp_path / "room").rglob("*.*")}
    assert written == {"README.md", "notebooks/R1_review.ipynb"}
    assert capsys.readouterr().out.count("written ") == 2
    assert cli.main(["release", "R2", "--to", str(tmp_path / "room")]) == 1
    assert "replaces nothing" in capsys.readouterr().err
    assert cli.main(["release", "5", "--to", str(tmp_path / "other")]) == 1
    assert "There is no lesson '5'. There are: 00, 01" in capsys.readouterr().err
