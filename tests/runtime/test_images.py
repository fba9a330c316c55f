"""Images run as functions of PackageType Image, with their own settings under those of the function."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab, images

HANDLER = """
import data, os
def handler(event, context):
    return [data.text, event, os.getcwd(), os.environ.get("COLOUR")]
"""
Run = Callable[..., Function]


@pytest.fixture
def run(lab: Lab) -> Iterator[Run]:
    """Push an image and create a function of it, as boto3 does it; both are gone after the test."""
    made: list[Function] = []

    def run_one(image: images.Image, **settings: Any) -> Function:
        pushed = images.push(lab.client("ecr"), "shop/orders", f"v{len(made)}", image)
        function = Function(lab, f"image-{len(made)}")
        lab.client("lambda").create_function(
            FunctionName=function.name,
            PackageType="Image",
            Code={"ImageUri": pushed.uri},
            Role=lab.role,
            **{"Timeout": 10, **settings},
        )
        made.append(function)
        return function

    yield run_one
    for function in made:
        function.delete()
    if lab.client("ecr").describe_repositories()["repositories"]:
        lab.client("ecr").delete_repository(repositoryName="shop/orders", force=True)


def python_image(*more: bytes, **settings: Any) -> images.Image:
    base = images.layer({"/var/task/data.py": "text = 'below'\n"})
    code = images.layer({"/var/task/app.py": HANDLER})
    return images.build(base, code, *more, **{"cmd": ["app.handler"], **settings})


# -- running ---------------------------------------------------------------------------------------------------------


def test_an_image_runs_as_a_function_with_its_variables_and_its_command(run: Run) -> None:
    function = run(python_image(env={"COLOUR": "red"}))
    first, second = function.invoke({"a": 1}), function.invoke()
    assert first.answer[0:2] == ["below", {"a": 1}] and first.answer[3] == "red"
    assert (first.cold, second.cold) == (True, False)
    assert function.configuration["PackageType"] == "Image"


def test_the_functions_settings_go_over_those_of_the_image(run: Run) -> None:
    other = images.layer(
        {"/var/task/sub/other.py": "import os\ndef handler(e, c):\n    return [os.getcwd()[-3:], os.environ['COLOUR']]"}
    )
    function = run(
        python_image(other, env={"COLOUR": "red"}),
        ImageConfig={"Command": ["sub.other.handler"], "WorkingDirectory": "/var/task/sub"},
        Environment={"Variables": {"COLOUR": "blue"}},
    )
    assert function.invoke().answer == ["sub", "blue"]


def test_new_settings_over_those_of_the_image_hold_from_the_next_call(run: Run, lab: Lab) -> None:
    function = run(python_image(images.layer({"/var/task/two.py": "def handler(e, c):\n    return 2"})))
    assert function.invoke().answer[0] == "below"
    lab.client("lambda").update_function_configuration(
        FunctionName=function.name, ImageConfig={"Command": ["two.handler"]}
    )
    assert function.invoke().answer == 2


def test_files_below_opt_and_var_runtime_are_shown_too(run: Run) -> None:
    more = images.layer({"/opt/python/far.py": "x = 'opt'", "/var/runtime/near.py": "x = 'runtime'"})
    app = images.layer({"/var/task/app.py": "import far, near\ndef handler(e, c):\n    return [far.x, near.x]"})
    assert run(images.build(more, app, cmd=["app.handler"])).invoke().answer == ["opt", "runtime"]


def test_an_image_without_a_command_has_no_handler(run: Run) -> None:
    error = run(python_image(cmd=[])).invoke().error
    assert error is not None and error["errorMessage"].endswith("requires the handler name to be the first argument")


@pytest.mark.skipif(sys.platform == "win32", reason="the entrypoint is a shell script")
def test_an_entrypoint_of_the_image_gets_the_command_as_arguments(run: Run) -> None:
    script = (
        '#!/bin/sh\nset -e\napi="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime/invocation"\nwhile true; do\n'
        'id=$(curl -sS -D - -o /dev/null "$api/next" | grep -i request-id | tr -d "\\r" | cut -d" " -f2)\n'
        'curl -sS -o /dev/null -d "\\"$0 $1 $2\\"" "$api/$id/response"\ndone\n'
    )
    image = images.build(images.layer({"/var/task/start": script}), entrypoint=["/var/task/start", "one"], cmd=["two"])
    assert run(image).invoke().answer.endswith("/start one two")


@pytest.mark.skipif(sys.platform == "win32", reason="the entrypoint is a POSIX program")
@pytest.mark.parametrize(
    ("entrypoint", "text"),
    [
        (["/var/task/nope"], "fork/exec /var/task/nope: no such file or directory"),
        (["/var/task/app.py"], "fork/exec /var/task/app.py: permission denied"),
        (["nope"], 'exec: "nope": executable file not found in $PATH'),
    ],
)
def test_an_entrypoint_that_cannot_be_started_is_an_invalid_entrypoint(
    run: Run, entrypoint: list[str], text: str
) -> None:
    error = run(python_image(entrypoint=entrypoint)).invoke().error
    assert error is not None and error["errorType"] == "Runtime.InvalidEntrypoint"
    assert error["errorMessage"].endswith(f" Error: {text}")


def test_a_tag_that_is_moved_later_changes_nothing_until_the_code_is_updated(run: Run, lab: Lab) -> None:
    function = run(python_image())
    newer = images.push(
        lab.client("ecr"), "shop/orders", "v0", python_image(images.layer({"/var/task/data.py": "text = 'new'\n"}))
    )
    assert function.invoke().answer[0] == "below"
    lab.client("lambda").update_function_code(FunctionName=function.name, ImageUri=newer.uri)
    assert function.invoke().answer[0] == "new"


def test_a_second_push_sends_only_the_layers_that_changed(lab: Lab, run: Run) -> None:
    ecr, image = lab.client("ecr"), python_image()
    first = images.push(ecr, "shop/orders", "one", image)
    assert sorted(first.sent) == sorted(image.blobs) and first.there == ()
    changed = python_image(images.layer({"/var/task/new": "x"}))
    second = images.push(ecr, "shop/orders", "two", changed)
    assert sorted(second.there) == sorted(images.digest(layer) for layer in image.layers)
    assert images.push(ecr, "shop/orders", "two", changed).sent == ()
    listed = ecr.describe_images(repositoryName="shop/orders")["imageDetails"]
    assert sorted(item["imageDigest"] for item in listed) == sorted([image.digest, changed.digest])


@pytest.mark.parametrize("uri", ["shop/orders:nope", "nobody:v1", "shop/orders@sha256:" + "0" * 64])
def test_an_image_that_is_not_there_is_refused(lab: Lab, run: Run, uri: str) -> None:
    images.push(lab.client("ecr"), "shop/orders", "v1", python_image())
    full = f"123456789012.dkr.ecr.us-east-1.amazonaws.com/{uri}"
    with pytest.raises(ClientError, match=f"Source image {full} does not exist. Provide a valid source image."):
        lab.client("lambda").create_function(
            FunctionName="nothing", PackageType="Image", Code={"ImageUri": full}, Role=lab.role
        )


def test_an_image_with_files_that_cannot_be_shown_is_refused_with_what_to_do(run: Run) -> None:
    image = python_image(images.layer({"/usr/bin/tool": "#!/bin/sh"}))
    with pytest.raises(ClientError, match=r"carries /usr/bin/tool, and lambdalab can show .* below /var/task, /opt"):
        run(image)


# -- what an image brings along itself --------------------------------------------------------------------------------

BESIDE = r"Please don't provide Handler or Runtime or Layer when the intended function PackageType is Image\."


def zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("app.py", "def handler(event, context):\n    return 'zip'\n")
    return packed.getvalue()


@pytest.mark.parametrize(
    "more",
    [
        {"Handler": "app.handler"},
        {"Runtime": "python3.11"},
        {"Layers": ["arn:aws:lambda:us-east-1:123456789012:layer:nobody:1"]},
    ],
)
def test_handler_runtime_and_layers_beside_an_image_are_refused(run: Run, lab: Lab, more: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match=BESIDE) as refused:
        run(python_image(), **more)
    assert refused.value.response["Error"]["Code"] == "InvalidParameterValueException"
    function = run(python_image())
    with pytest.raises(ClientError, match=BESIDE):
        lab.client("lambda").update_function_configuration(FunctionName=function.name, **more)
    assert function.invoke().answer[0] == "below"


def test_a_function_stays_the_kind_of_package_that_it_was_made_as(run: Run, lab: Lab) -> None:
    client, image = lab.client("lambda"), run(python_image())
    with pytest.raises(ClientError, match=r"Please provide ImageUri when updating a function with packageType Image\."):
        client.update_function_code(FunctionName=image.name, ZipFile=zipped())
    uri = client.get_function(FunctionName=image.name)["Code"]["ImageUri"]
    client.create_function(
        FunctionName="of-a-zip", Runtime="python3.11", Handler="app.handler", Code={"ZipFile": zipped()}, Role=lab.role
    )
    with pytest.raises(ClientError, match=r"Please don't provide ImageUri when updating a function with .* Zip\."):
        client.update_function_code(FunctionName="of-a-zip", ImageUri=uri)
    assert Function(lab, "of-a-zip").invoke().answer == "zip"
    client.delete_function(FunctionName="of-a-zip")


def test_a_function_of_a_zip_with_a_layer_answers_the_same_as_an_image(run: Run) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("python/far.py", "x = 'far'")
    app = zipfile.ZipInfo("app.py")
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr(app, "import far\ndef handler(event, context):\n    return [far.x, event]\n")
    image = images.build(
        images.from_zip(packed.getvalue(), "/opt"), images.from_zip(code.getvalue(), "/var/task"), cmd=["app.handler"]
    )
    assert run(image).invoke({"n": 1}).answer == ["far", {"n": 1}]
