"""The contract with moto: every name that the seam touches is there, and what it replaces is really used."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest

from lambdalab import cloud
from lambdalab.cloud import control, seam

FOUND = [importlib.import_module(f"lambdalab.cloud.{module.name}") for module in pkgutil.iter_modules(cloud.__path__)]
MODULES = [module for module in FOUND if hasattr(module, "TOUCHED")]
NAMES = [(module, name) for ours in MODULES for module, names in ours.TOUCHED.items() for name in names]


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_moto_still_has_what_the_seam_touches(module: str, name: str) -> None:
    thing = importlib.import_module(module)
    first, *rest = name.split(".")
    thing = getattr(thing, first)
    for part in rest:
        if part in ("_functions", "_arns"):  # made by the constructor
            assert f"self.{part}" in inspect.getsource(thing)
        else:
            thing = getattr(thing, part)


@pytest.mark.parametrize("ours", MODULES)
def test_the_list_of_touched_names_is_complete(ours: object) -> None:
    tree = ast.parse(inspect.getsource(ours))  # type: ignore[arg-type]  # a module
    imported = {
        (node.module or "", alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("moto")
        for alias in node.names
    }
    listed = {(module, name.split(".")[0]) for module, names in ours.TOUCHED.items() for name in names}  # type: ignore[attr-defined]
    assert imported <= listed


def test_only_these_modules_import_moto() -> None:
    package = Path(seam.__file__).parents[1]
    allowed = {Path(inspect.getfile(ours)) for ours in MODULES}
    for path in package.rglob("*.py"):
        if path not in allowed:
            source = path.read_text(encoding="utf-8")
            assert "import moto" not in source and "from moto" not in source, path


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("create_function", ["self", "spec"]),
        ("update_function_configuration", ["self", "function_name", "qualifier", "body"]),
        ("update_function_code", ["self", "function_name", "qualifier", "body"]),
        ("add_permission", ["self", "function_name", "qualifier", "raw"]),
        ("delete_function", ["self", "function_name", "qualifier"]),
        ("get_function", ["self", "function_name_or_arn", "qualifier"]),
        ("remove_permission", ["self", "function_name", "sid", "revision"]),
        ("get_policy", ["self", "function_name", "qualifier"]),
        ("put_function_concurrency", ["self", "function_name", "reserved_concurrency"]),
        ("delete_function_concurrency", ["self", "function_name"]),
        ("publish_version", ["self", "function_name", "description"]),
        (
            "create_alias",
            ["self", "name", "function_name", "function_version", "description", "routing_config"],
        ),
        (
            "update_alias",
            ["self", "name", "function_name", "function_version", "description", "routing_config"],
        ),
        ("delete_alias", ["self", "name", "function_name"]),
    ],
)
def test_our_methods_take_what_motos_take(name: str, parameters: list[str]) -> None:
    import moto.awslambda.models as models

    assert list(inspect.signature(getattr(models.LambdaBackend, name)).parameters) == parameters
    ours = list(inspect.signature(getattr(control.LabBackend, name)).parameters)
    assert ours[: len(parameters)] == parameters


def test_motos_code_reaches_notifications_through_the_name_that_we_replace() -> None:
    import moto.s3.models as models

    source = inspect.getsource(models)
    assert "notifications.send_event(" in source
    assert "import send_event" not in source
