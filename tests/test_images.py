"""An image keeps to the open format, is the same for the same content, and shows what is in each of its layers."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from lambdalab import images
from lambdalab.errors import LabError


def python_image(*more: bytes, **settings: Any) -> images.Image:
    base = images.layer({"/var/task/data.py": "text = 'below'\n"})
    code = images.layer({"/var/task/app.py": "def handler(event, context):\n    return event\n"})
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


# -- looking into layers ---------------------------------------------------------------------------------------------

KEY = images.layer({"/var/task/key.pem": "secret"})
NO_KEY = images.layer({}, removed=["/var/task/key.pem"])


def test_a_layer_says_what_it_adds_and_what_it_takes_away() -> None:
    item = images.layer({"/opt/a": "one", "/var/task/b.py": b"\x00"}, removed=["/var/task/key.pem", "/opt/old"])
    assert images.files(item) == {"/opt/a": b"one", "/var/task/b.py": b"\x00"}
    assert set(images.removed(item)) == {"/var/task/key.pem", "/opt/old"}
    assert images.removed(images.layer({"/opt/x/.wh..wh..opq": "", "/opt/x/c": "c"})) == ("/opt/x/",)
    assert images.files(images.layer({})) == {} and images.removed(images.layer({})) == ()


def test_a_deleted_secret_is_found_in_the_layer_below_and_not_in_the_unpacked_folder(tmp_path: Path) -> None:
    image = python_image(KEY, NO_KEY)
    (found,) = images.find(image, "key.pem")
    assert (found.layer, found.path, found.content, found.seen) == (3, "/var/task/key.pem", b"secret", False)
    images.unpack(image, tmp_path / "root")
    assert not list(tmp_path.rglob("key.pem")) and (tmp_path / "root/var/task/app.py").is_file()


def test_of_a_file_in_several_layers_only_the_last_is_seen() -> None:
    image = python_image(KEY, images.layer({"/var/task/key.pem": "newer", "/opt/key.pem": "other"}))
    assert [(found.layer, found.path, found.seen) for found in images.find(image, "key.pem")] == [
        (3, "/var/task/key.pem", False),
        (4, "/opt/key.pem", True),
        (4, "/var/task/key.pem", True),
    ]
    assert [found.layer for found in images.find(image, "/opt/key.pem")] == [4]
    assert images.find(image, "nothing") == [] == images.find(image, "ey.pem")


@pytest.mark.parametrize("gone", [["/var/task"], ["/var"], ["/var/task/key.pem"]])
def test_a_file_is_hidden_by_the_whiteout_of_a_folder_it_lies_in(gone: list[str], tmp_path: Path) -> None:
    image = images.build(KEY, images.layer({"/var/task/keyring": "x"}), images.layer({}, removed=gone))
    assert [found.seen for found in images.find(image, "key.pem")] == [False]
    images.unpack(image, tmp_path)
    assert not (tmp_path / "var/task/key.pem").exists()
    kept = (tmp_path / "var/task/keyring").exists()
    assert [found.seen for found in images.find(image, "keyring")] == [kept] == [gone == ["/var/task/key.pem"]]


def test_a_build_with_a_cache_makes_the_changed_layer_again_and_all_above_it() -> None:
    library, code, other = (images.layer({f"/var/task/{name}": name * 5000}) for name in ("library", "code", "edited"))
    good = images.made_again(images.build(library, code), images.build(library, other))
    assert (good.layers, good.size) == ((2,), len(other))
    bad = images.made_again(images.build(code, library), images.build(other, library))
    assert (bad.layers, bad.size) == ((1, 2), len(other) + len(library))


def test_a_build_makes_nothing_again_without_a_change_and_only_what_was_added() -> None:
    image = python_image()
    assert images.made_again(image, python_image(env={"A": "1"})) == images.MadeAgain((), 0)
    assert images.made_again(image, python_image(KEY)) == images.MadeAgain((3,), len(KEY))
    assert images.made_again(python_image(KEY), image) == images.MadeAgain((), 0)


def test_a_zip_becomes_a_layer_with_the_same_files_below_a_folder() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("python/far.py", "x = 1")
        archive.mkdir("python/empty")
    assert images.files(images.from_zip(packed.getvalue(), "/opt")) == {"/opt/python/far.py": b"x = 1"}
    assert images.from_zip(packed.getvalue(), "/opt/") == images.layer({"/opt/python/far.py": "x = 1"})
    with pytest.raises(LabError, match="are not a zip"):
        images.from_zip(b"nonsense", "/opt")
