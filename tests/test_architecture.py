"""ARCHITECTURE.md says what is so: its layers are import-linter's, its paths exist, and no folder is left out."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_the_layers_are_those_that_import_linter_holds() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    held = [re.findall(r"lambdalab\.\w+", layer) for layer in layers]
    told = [re.findall(r"`(lambdalab\.\w+)`", row) for row in PAGE.splitlines() if row.startswith("| `lambdalab.")]
    assert told == held


def test_every_path_on_the_page_exists() -> None:
    code = re.findall(r"`([\w/]+/[\w./]*)`", PAGE)
    missing = [path for path in code if not (ROOT / path).exists() and not (ROOT / "lambdalab" / path).exists()]
    assert [path for path in missing if not path.startswith("/")] == []
    assert all((ROOT / path).exists() for path in re.findall(r"\]\((?!http)([^)]+)\)", PAGE))


def test_every_folder_of_the_package_is_on_the_page() -> None:
    folders = [folder.parent.name for folder in (ROOT / "lambdalab").glob("*/__init__.py")]
    assert [name for name in folders if f"lambdalab.{name}`" not in PAGE and f"lambdalab/{name}/" not in PAGE] == []
