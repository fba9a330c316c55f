"""The front door: what a newcomer meets before the first lesson is short, complete and agrees with itself."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version
from rattler import MatchSpec

ROOT = Path(__file__).resolve().parent.parent
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
ENVIRONMENT: dict[str, Any] = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")

CONDA: list[str] = [line for line in ENVIRONMENT["dependencies"] if isinstance(line, str)]
PIP: list[str] = next(entry["pip"] for entry in ENVIRONMENT["dependencies"] if isinstance(entry, dict))
RUNTIME = {Requirement(line).name: Requirement(line) for line in PROJECT["project"]["dependencies"]}


def lower_bound(specifier: SpecifierSet) -> Version:
    return max(Version(part.version) for part in specifier if part.operator in {">=", "~=", "=="})


# environment.yml against pyproject.toml


@pytest.mark.parametrize("line", CONDA)
def test_conda_itself_can_read_each_line_of_environment_yml(line: str) -> None:
    assert MatchSpec(line, strict=True).name is not None


@pytest.mark.parametrize("line", ["moto[server]~=5.2.5", "jupyterlab >=4.2 <", "plotly>=>6"])
def test_a_line_that_conda_cannot_read_is_refused(line: str) -> None:
    with pytest.raises(Exception, match=r"\S"):
        MatchSpec(line, strict=True)


def test_environment_yml_asks_for_the_same_packages_and_versions_as_pyproject() -> None:
    conda = {Requirement(line).name: Requirement(line) for line in CONDA}
    pip = {Requirement(line).name: Requirement(line) for line in PIP if not line.startswith("-e")}
    python = conda.pop("python")
    assert lower_bound(python.specifier) == lower_bound(SpecifierSet(PROJECT["project"]["requires-python"]))
    assert conda.pop("pip").specifier == SpecifierSet("")
    assert not conda.keys() & pip.keys()
    together = conda | pip
    assert together.keys() == RUNTIME.keys()
    for name, requirement in RUNTIME.items():
        assert together[name].specifier == requirement.specifier, name
        assert together[name].extras == (requirement.extras if name in pip else set()), name


def test_environment_yml_installs_the_package_itself_and_uses_conda_forge() -> None:
    assert PIP[-1] == "-e ."
    assert ENVIRONMENT["channels"] == ["conda-forge"]
    assert not (ROOT / "binder").exists()  # Binder would then read only that folder


# pyproject.toml


def test_every_data_file_of_the_package_goes_into_the_wheel() -> None:
    package = ROOT / "lambdalab"
    wanted = PROJECT["tool"]["setuptools"]["package-data"]["lambdalab"]
    sent = {path for pattern in wanted for path in package.glob(pattern)}
    data = {
        path for path in package.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc", ".nbi", ".nbc")
    }
    assert data == sent  # .nbi and .nbc: numba's cache


def test_every_dependency_says_in_a_comment_why_it_is_here() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    groups = [PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"].values()]
    for requirement in (line for group in groups for line in group):
        assert re.search(rf'^    "{re.escape(requirement)}", +# \w.{{5,}}$', text, re.MULTILINE), requirement


def test_every_dependency_has_a_lower_bound_and_only_moto_an_upper_one() -> None:
    for name, requirement in RUNTIME.items():
        operators = {part.operator for part in requirement.specifier}
        assert operators == ({"~="} if name == "moto" else {">="}), name


def test_the_installed_versions_are_inside_the_ranges() -> None:
    from importlib import metadata

    for name, requirement in RUNTIME.items():
        assert requirement.specifier.contains(metadata.version(name)), name


def test_the_extras_and_the_command_are_there() -> None:
    assert {"dev", "teacher"} <= PROJECT["project"]["optional-dependencies"].keys()
    assert PROJECT["project"]["scripts"] == {"lambdalab": "lambdalab.cli:main"}


def test_the_directions_of_the_imports_hold() -> None:
    script = Path(sys.executable).with_name("lint-imports")
    command = [sys.executable, str(script), "--no-cache"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout + answer.stderr


# Makefile, .ci/run, the workflow


def make(*arguments: str) -> str:
    return subprocess.run(
        ["make", "--dry-run", "--always-make", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


needs_make = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no make; README.md says what to type")


@needs_make
@pytest.mark.parametrize("target", ["lab", "test", "check", "notebooks", "exercises", "blank", "bench", "clean"])
def test_make_knows_the_target_and_help_names_it(target: str) -> None:
    assert make(target).strip()
    assert f"make {target} " in make("help")


@needs_make
def test_make_lab_passes_the_arguments_on_and_opens_the_first_lesson() -> None:
    recipe = make("lab", "ARGS=--port 8899 --no-browser")
    assert "--port 8899 --no-browser" in recipe
    assert "notebooks/00_start_here.ipynb" in recipe


@needs_make
@pytest.mark.parametrize("failing", ["pytest", "mypy"])
def test_make_test_goes_on_after_a_failure_and_still_fails(failing: str, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text(
        f'#!/bin/sh\necho "$@" >> "$0.log"\ncase "$*" in *--nbval*) exit 0;; *{failing}*) exit 1;; esac\n'
    )
    python.chmod(0o755)
    command = ["make", "--old-file=.venv/dev.stamp", "--old-file=.venv/lab.stamp", "test", f"PY={python}"]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    runs = python.with_name("python.log").read_text().splitlines()
    assert answer.returncode != 0
    assert {"-m ruff check .", "-m mypy"} <= {*runs}, "style is looked at beside the tests"
    tests = [run for run in runs if "pytest" in run]
    assert [("--collect-only" in run, "--nbval " in run) for run in tests] == [
        (True, False),
        (False, False),
        (False, True),
    ]
    assert tests[-1].endswith("notebooks solutions exercises")


@needs_make
def test_make_check_leaves_browser_slow_and_notebooks_out() -> None:
    recipe = make("check")
    assert 'pytest -n 4 -p no:nbval -m "not browser and not slow"' in recipe
    assert "--nbval" not in recipe
    for tool in ("ruff", "mypy", "lint-imports"):
        assert tool in recipe


@needs_make
def test_make_lab_says_that_a_folder_cannot_be_written_before_it_blames_python() -> None:
    with TemporaryDirectory() as place:  # pytest's own folders are closed to another user
        folder = Path(place)
        for name in ("Makefile", "pyproject.toml"):
            shutil.copy(ROOT / name, folder)
        folder.chmod(0o555)
        user = {"user": 65_534, "group": 65_534, "extra_groups": []} if os.geteuid() == 0 else {}  # root may write
        answer = subprocess.run(["make", "lab"], cwd=folder, capture_output=True, text=True, check=False, **user)
        folder.chmod(0o755)
    assert answer.returncode != 0
    assert "This folder cannot be written" in answer.stdout
    assert "python3-venv" not in answer.stdout


def test_the_makefile_keeps_to_what_old_make_on_macos_knows() -> None:
    newer = r"^(ifeq|ifdef|ifneq|define|include|export)\b|::=|!=\s*\$|\.ONESHELL|\$\(shell"
    assert not re.search(newer, MAKEFILE, re.MULTILINE)


def test_ci_runs_make_test_and_nothing_else_that_decides() -> None:
    script = ROOT / ".ci" / "run"
    text = script.read_text(encoding="utf-8")
    assert text.splitlines()[-1] == "make test"
    assert "set -euo pipefail" in text
    assert "pip" not in text.replace("pipefail", "")
    if sys.platform != "win32":
        assert script.stat().st_mode & 0o100


def test_the_workflow_covers_three_systems_two_pythons_and_a_week() -> None:
    flow: dict[Any, Any] = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    matrix = flow["jobs"]["test"]["strategy"]["matrix"]
    assert {system.split("-")[0] for system in matrix["system"]} == {"ubuntu", "macos", "windows"}
    assert matrix["python"][0] == PROJECT["project"]["requires-python"].removeprefix(">=")
    assert flow[True]["schedule"]  # YAML reads the word "on" as true
    runs = [step.get("run", "") for step in flow["jobs"]["test"]["steps"]]
    assert "make test" in runs
    assert any("--nbval " in run for run in runs)
    assert any("--upgrade" in step.get("run", "") for step in flow["jobs"]["newest-moto"]["steps"])


# README.md and what it names


def code_blocks() -> list[str]:
    return re.findall(r"^```\w*\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def test_the_readme_starts_with_three_sentences_one_picture_and_two_commands() -> None:
    opening, _, rest = README.removeprefix("# lambdalab").partition("![")
    assert len(re.findall(r"[.](?=\s)", opening)) == 3
    assert rest.index("## Start") < rest.index("```")
    assert code_blocks()[0].split("\n") == ["make lab", "make test", ""]


def test_the_readme_has_a_place_for_the_table_of_lessons() -> None:
    assert README.index("<!-- lessons:start -->") < README.index("<!-- lessons:end -->")


def test_every_picture_of_the_readme_has_a_text_and_every_file_it_links_to_exists() -> None:
    for alt, target in re.findall(r"!\[([^\]]*)\]\(([^)]*)\)", README):
        assert len(alt) > 20, target
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


@pytest.mark.parametrize(
    "name", ["environment.yml", "CITATION.cff", "LICENSE", "LICENSE-course", "lambdalab/facts.toml"]
)
def test_the_readme_names_the_file_and_it_exists(name: str) -> None:
    assert f"`{name}`" in README or name in "".join(code_blocks())
    assert (ROOT / name).stat().st_size > 100


def test_the_commands_of_the_readme_that_belong_to_make_exist() -> None:
    for target in set(re.findall(r"\bmake ([a-z]+)(?=[`\s])", "".join(re.findall(r"`[^`]+`", README)))):
        assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE), target


def test_the_citation_agrees_with_the_package() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["project"]["version"]
    assert citation["license"] == PROJECT["project"]["license"] == "MIT"
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()


@pytest.mark.parametrize(
    "name", ["README.md", "Makefile", ".ci/run", ".github/workflows/ci.yml", "environment.yml", "pyproject.toml"]
)
def test_no_file_of_the_front_door_names_a_path_of_some_machine(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert not re.search(r"/(home|Users|root|work|tmp)/", text)
    assert "index-url" not in text


def test_the_picture_in_the_readme_is_the_one_that_the_code_draws() -> None:
    from lambdalab.show.pictures import two_processes

    drawn = (ROOT / "notebooks" / "images" / "two_processes.svg").read_text(encoding="utf-8")
    notebook, function = (int(number) for number in re.findall(r">process (\d+)<", drawn))
    picture = two_processes(
        notebook_process=notebook,
        function_process=function,
        function="price",
        event={"net": 100},
        answer={"errorType": "NameError"},
        standalone=True,
    )
    assert picture.svg == drawn
