"""The contract with moto: every name that the seam touches is there, and what it replaces is really used."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest

from lambdalab.cloud import seam

NAMES = [(module, name) for module, names in seam.TOUCHED.items() for name in names]


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_moto_still_has_what_the_seam_touches(module: str, name: str) -> None:
    thing = importlib.import_module(module)
    for part in name.split("."):
        thing = getattr(thing, part)


def test_the_list_of_touched_names_is_complete() -> None:
    tree = ast.parse(Path(seam.__file__).read_text(encoding="utf-8"))
    imported = {
        (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("moto")
        for alias in node.names
    }
    listed = {(module, name.split(".")[0]) for module, name in NAMES}
    assert imported <= listed


def test_only_the_seam_imports_moto() -> None:
    package = Path(seam.__file__).parents[1]
    for path in package.rglob("*.py"):
        if path != Path(seam.__file__):
            source = path.read_text(encoding="utf-8")
            assert "import moto" not in source and "from moto" not in source, path


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("create_function", ["self", "spec"]),
        ("update_function_configuration", ["self", "function_name", "qualifier", "body"]),
        ("add_permission", ["self", "function_name", "qualifier", "raw"]),
        ("delete_function", ["self", "function_name", "qualifier"]),
    ],
)
def test_our_methods_take_what_motos_take(name: str, parameters: list[str]) -> None:
    import moto.awslambda.models as models

    assert list(inspect.signature(getattr(models.LambdaBackend, name)).parameters) == parameters
    assert list(inspect.signature(getattr(seam.LabBackend, name)).parameters) == parameters


def test_motos_code_reaches_notifications_through_the_name_that_we_replace() -> None:
    import moto.s3.models as models

    source = inspect.getsource(models)
    assert "notifications.send_event(" in source
    assert "import send_event" not in source
