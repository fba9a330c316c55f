"""The files of a deployment package: read from its zip, and some of them changed.

AWS's console unpacks the zip in the browser and zips it again on Deploy. Here the same; every other file, its name and
its mode stay as they are, so that a program which is not Python stays executable. Left out: adding and removing files.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping


def read_zip(content: bytes) -> dict[str, str | bytes]:
    """The files by name, in the zip's order; those that are not text stay bytes."""
    files: dict[str, str | bytes] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for info in archive.infolist():
            if not info.is_dir():
                files[info.filename] = _decoded(archive.read(info))
    return files


def with_files(content: bytes, texts: Mapping[str, str]) -> bytes:
    """The same zip with the text of some files replaced.

    Args:
        content: the zip.
        texts: the new text of files that are in it, by name.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info, texts[info.filename] if info.filename in texts else old.read(info), zipfile.ZIP_DEFLATED)
    return out.getvalue()


def first(files: Mapping[str, str | bytes], handler: str) -> str:
    """The file to show first: the handler's own, else the first text, else the first of all; "" if there is none."""
    module = handler.rpartition(".")[0]
    own = [name for name in files if name.rpartition(".")[0] == module and isinstance(files[name], str)]
    texts = [name for name, text in files.items() if isinstance(text, str)]
    return next(iter([*own, *texts, *files]), "")


def syntax_note(name: str, text: str) -> str:
    """Why a Python file cannot run, else "". Lambda stores it and says nothing until it is called (lesson 02)."""
    if not name.endswith(".py"):
        return ""
    try:
        compile(text, name, "exec")
    except SyntaxError as wrong:
        return f"line {wrong.lineno} of {name}: {wrong.msg}. It is stored as it is, and a call will fail."
    return ""


def _decoded(content: bytes) -> str | bytes:
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content
