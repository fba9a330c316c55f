"""Images keep to the open format, are the same for the same content, and run as functions of PackageType Image."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab
from lambdalab.errors import LabError
from lambdalab.runtime import images

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


# -- the format ------------------------------------------------------------------------------------------------------


def test_every_digest_and_size_is_that_of_the_bytes() -> None:
    image = python_image()
    told = json.loads(image.manifest)
    assert (told["schemaVersion"], told["mediaType"]) == (2, "application/vnd.oci.image.manifest.v1+json")
    for entry, blob in [(told["config"], image.config), *zip(told["layers"], image.layers, strict=True)]:
        assert entry["digest"] == "sha256:" + hashlib.sha256(blob).hexdigest() and entry["size"] == len(blob)
    plain = [hashlib.sha256(gzip.decompress(layer)).hexdigest() for layer in image.layers]
    assert json.loads(image.config)["rootfs"]["diff_ids"] == [f"sha256:{name}" for name in plain]


def test_the_same_content_is_the_same_image_and_another_order_of_files_too() -> None:
    one = images.layer({"/var/task/a": "1", "/var/task/b": "2"})
    assert one == images.layer({"/var/task/b": b"2", "/var/task/a": b"1"})
    assert images.archive(images.build(one)) == images.archive(images.build(one))
    assert images.build(one).digest != images.build(images.layer({"/var/task/a": "2"})).digest


def test_an_archive_is_an_oci_layout_and_reads_back() -> None:
    image = python_image(env={"A": "1"})
    with tarfile.open(fileobj=io.BytesIO(images.archive(image))) as packed:
        assert json.loads(packed.extractfile("oci-layout").read()) == {"imageLayoutVersion": "1.0.0"}  # type: ignore[union-attr]
        (entry,) = json.loads(packed.extractfile("index.json").read())["manifests"]  # type: ignore[union-attr]
        names = packed.getnames()
    assert entry["digest"] == image.digest
    assert f"blobs/{image.digest.replace(':', '/')}" in names and len(names) == 2 + 1 + len(image.blobs)
    assert images.read(images.archive(image)) == image


@pytest.mark.skipif(shutil.which("skopeo") is None, reason="skopeo, another reader of images, is not installed")
def test_skopeo_reads_the_archive(tmp_path: Path) -> None:
    (tmp_path / "image.tar").write_bytes(images.archive(python_image()))
    command = ["skopeo", "inspect", f"oci-archive:{tmp_path}/image.tar"]
    told = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    assert told["Layers"] == [images.digest(layer) for layer in python_image().layers]


def test_a_damaged_archive_is_refused() -> None:
    image = python_image()
    whole = images.archive(image)
    at = whole.index(image.layers[0])
    with pytest.raises(LabError, match="is damaged"):
        images.read(whole[: at + 30] + b"\0" * 4 + whole[at + 34 :])
    with pytest.raises(LabError, match="not the archive of one image"):
        images.read(b"nonsense")


def test_an_image_shows_its_settings_layers_and_files() -> None:
    image = python_image(env={"COLOUR": "red"})
    shown = repr(image)
    assert image.digest in shown and "COLOUR=red" in shown and "    /var/task/app.py" in shown
    assert f"layer {images.digest(image.layers[1])}, {len(image.layers[1]):,} bytes" in shown


# -- unpacking -------------------------------------------------------------------------------------------------------


def unpacked(tmp_path: Path, *layers: bytes) -> dict[str, str]:
    images.unpack(images.build(*layers), tmp_path / "root")
    files = [path for path in (tmp_path / "root").rglob("*") if path.is_file()]
    return {str(path.relative_to(tmp_path / "root")): path.read_text() for path in files}


def test_a_later_layer_wins_and_a_whiteout_takes_away(tmp_path: Path) -> None:
    below = images.layer({"/var/task/a": "old", "/var/task/b": "b", "/var/task/sub/c": "c"})
    above = images.layer({"/var/task/a": "new"}, removed=["/var/task/b", "/var/task/sub"])
    assert unpacked(tmp_path, below, above) == {"var/task/a": "new"}


def test_an_opaque_whiteout_hides_all_that_lies_below_it(tmp_path: Path) -> None:
    below = images.layer({"/opt/x/a": "a", "/opt/x/sub/b": "b", "/opt/y": "y"})
    above = images.layer({"/opt/x/.wh..wh..opq": "", "/opt/x/c": "c"})
    assert unpacked(tmp_path, below, above) == {"opt/x/c": "c", "opt/y": "y"}


def crafted(*members: tuple[str, bytes, str]) -> bytes:
    """A layer with members of any kind: name, type, target of the link."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind, target in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            archive.addfile(member, io.BytesIO(b""))
    return gzip.compress(out.getvalue())


@pytest.mark.parametrize(
    "members",
    [
        [("../out", tarfile.REGTYPE, "")],
        [("var/task/../../../out", tarfile.REGTYPE, "")],
        [("var/task/away", tarfile.SYMTYPE, "/tmp"), ("var/task/away/out", tarfile.REGTYPE, "")],
        [("var/task/up", tarfile.SYMTYPE, "../../.."), ("var/task/up/out", tarfile.REGTYPE, "")],
        [("var/task/hard", tarfile.LNKTYPE, "../../etc/passwd")],
    ],
)
def test_no_path_of_an_image_leaves_the_folder(tmp_path: Path, members: list[tuple[str, bytes, str]]) -> None:
    with pytest.raises(LabError, match="would leave the folder"):
        images.unpack(images.build(crafted(*members)), tmp_path / "a" / "b" / "root")
    assert not list(tmp_path.rglob("out")) and not Path("/tmp/out").exists()


def test_devices_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="neither a file nor a folder nor a link"):
        images.unpack(images.build(crafted(("opt/null", tarfile.CHRTYPE, ""))), tmp_path / "root")


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
