"""One JupyterLab and one browser for all tests of this folder."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from lambdalab.teach.course import Kind
from tests.browser import jupyter

ROOT = Path(__file__).resolve().parents[2]
expect.set_options(timeout=30_000)  # a busy machine answers late


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if jupyter.chromium() is None:
        pytest.skip(f"no browser: none of {', '.join(jupyter.CHROMIUM)} is on the PATH")
    with jupyter.browser() as opened:
        yield opened


@pytest.fixture(scope="session")
def jupyterlab(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[jupyter.Server]:
    """A server on a copy of the course, so that a run changes no file of the project."""
    root = tmp_path_factory.mktemp("course")
    for kind in Kind:
        shutil.copytree(ROOT / kind.value, root / kind.value, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    shutil.copyfile(ROOT / "README.md", root / "README.md")
    with jupyter.server(root, tmp_path_factory.mktemp("jupyter")) as running:
        yield running


@pytest.fixture(scope="session")
def desk(jupyterlab: jupyter.Server, chromium: Browser) -> jupyter.Desk:
    """The page of that server in which every test opens its notebooks."""
    return jupyter.Desk(jupyterlab, chromium)
