"""The wheel and the sdist: what is in them, and that lesson 01 runs from the wheel, far from the repository."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NOT_SOURCES = (".*", "build", "dist", "*.egg-info", "__pycache__")
EXECUTE = """
import sys, nbformat, nbclient, lambdalab
print(lambdalab.__file__)
page = nbformat.read(sys.argv[1], as_version=4)
nbclient.NotebookClient(page, timeout=120).execute()
print(sum(bool(cell.get("outputs")) for cell in page.cells))
"""

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of both, made from a copy of the repository; the wheel from the sdist."""
    folder = tmp_path_factory.mktemp("built")
    shutil.copytree(ROOT, folder / "source", ignore=shutil.ignore_patterns(*NOT_SOURCES))
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(folder / "source")]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout[-3000:] + answer.stderr[-3000:]
    assert "would be ignored" not in answer.stdout + answer.stderr  # setuptools on data of which it is not sure
    return folder


def sources(*folders: str) -> set[str]:
    """The files of these folders of the repository, by their path in it."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*") if path.is_file())
    names = {path.relative_to(ROOT).as_posix() for path in found}
    return {name for name in names if not any(part.startswith((".", "__pycache__")) for part in name.split("/"))}


def test_the_wheel_holds_the_package_lessons_and_workbooks_and_no_solution(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert names == sources("lambdalab") | {f"lambdalab/{name}" for name in sources("notebooks", "exercises")}


def test_installed_as_it_lies_it_is_found_also_beside_a_folder_of_its_name(built: Path, tmp_path: Path) -> None:
    build = f"from setuptools import build_meta; build_meta.build_editable({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=built / "source", capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site-packages")
    (tmp_path / "lambdalab").mkdir()  # as a clone, beside a student's script
    program = f"""
import importlib.util, site, sys
sys.path.insert(0, {str(tmp_path)!r})
site.addsitedir({str(tmp_path / "site-packages")!r})
print(importlib.util.find_spec("lambdalab").origin)
"""
    answer = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    assert Path(answer.stdout.strip()).samefile(built / "source" / "lambdalab" / "__init__.py")


def test_the_sdist_holds_what_a_teacher_needs_and_what_make_test_needs(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert sources("lambdalab", "notebooks", "exercises", "solutions", "tests", "benchmarks", "docs") <= names
    assert {"Makefile", "README.md", "environment.yml", "pyproject.toml", "setup.py", "CITATION.cff"} <= names


def test_lesson_01_runs_from_the_installed_wheel_far_from_the_repository(built: Path, tmp_path: Path) -> None:
    """The packages that the wheel requires are this environment's own, so that the test needs no network."""
    (wheel,) = built.glob("*.whl")
    home = tmp_path / "empty"
    venv.create(home)
    python = home / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index"]
    subprocess.run([*install, str(wheel)], check=True)
    inside = Path(sysconfig.get_path("purelib", vars={"base": str(home), "platbase": str(home)}))
    (inside / "borrowed.pth").write_text(sysconfig.get_path("purelib"))

    def run(*command: str) -> str:
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        done = subprocess.run(command, cwd=tmp_path, env=clean, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    told = run(str(python.with_name("lambdalab")), "open", "course", "--no-start")
    assert f"The course is in {tmp_path / 'course'}" in told
    page = tmp_path / "course" / "notebooks" / "01_what_is_lambda.ipynb"
    assert '"output_type"' not in page.read_text(encoding="utf-8")
    file, count = run(str(python), "-c", EXECUTE, str(page)).split("\n")[:2]
    assert Path(file).is_relative_to(inside)
    assert int(count) > 20
