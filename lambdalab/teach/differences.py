"""The page of differences: `docs/differences.md`, what of AWS is faithful here, what simplified, what absent.

On AWS nobody asks; of a copy it is the first question. Each module of the core says in its docstring what it leaves
out, and of what it is unsure. `differences.toml` groups them into AWS's features and says for each the word that needs
judgement. Here both become one page. Run `python -m lambdalab.teach.differences` after a change of either; a test says
when the page is old, and when a sentence of the core is missing on it. Left out: modules of lambdalab's own tools, such
as pictures and checks.
"""

from __future__ import annotations

import argparse
import ast
import itertools
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lambdalab.teach import course

PAGE = Path("docs/differences.md")
WORDS = {
    "faithful": "it does what AWS's pages and recordings of AWS say, and tests hold it to that; what is left out of it "
    "stands beside it",
    "simplified": "it is there and is used in the same way, but a part of it works in another way than on AWS",
    "absent": "it is not there",
}
CORE = (
    "cloud", "events", "http", "images", "image_layers", "patterns", "permissions", "runtime", "service", "triggers",
    "keys", "schedules",
)  # fmt: skip
"""What plays AWS; the rest of lambdalab is about it."""
_PACKAGE = Path(__file__).parents[1]
_SENTENCE = re.compile(r"(?<=\.)\s+(?=[A-Z])")
_SAYS = re.compile(r"(?:Also )?(?P<kind>left out|unsure)[^:]*: (?P<what>.*)\.", re.IGNORECASE)


@dataclass(frozen=True)
class Feature:
    """A feature of one of AWS's services.

    Args:
        service: in AWS's name.
        word: one of `WORDS`.
        differs: what is otherwise than on AWS; may be empty.
        modules: whose docstrings have more to say, without the package's name.
        tests: the files that prove what is there.
    """

    service: str
    name: str
    word: str
    differs: str = ""
    modules: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()


def features() -> list[Feature]:
    """All features, in the order of the page."""
    return [
        Feature(**{**one, "modules": tuple(one.get("modules", ())), "tests": tuple(one.get("tests", ()))})
        for one in _file()["feature"]
    ]


def inside() -> list[str]:
    """The modules whose sentences are not on the page."""
    return list(_file()["inside"])


def said(module: str) -> dict[str, list[str]]:
    """What the docstring of a module leaves out, and what it is unsure of: by "left out" and "unsure".

    Raises:
        FileNotFoundError: there is no such module.
    """
    path = _PACKAGE / module.replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = " ".join((ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split())
    found: dict[str, list[str]] = {}
    for sentence in _SENTENCE.split(text):
        if match := _SAYS.fullmatch(sentence):
            found.setdefault(match["kind"].lower(), []).append(match["what"])
    return found


def modules_that_say() -> Iterator[str]:
    """The modules of the core that leave something out or are unsure."""
    for path in sorted(_PACKAGE.rglob("*.py")):
        names = path.relative_to(_PACKAGE).with_suffix("").parts
        module = ".".join(names[:-1] if names[-1] == "__init__" else names)
        if names[0] in CORE and said(module):
            yield module


def page() -> str:
    """The whole page as Markdown."""
    lines = [
        "# What is different on AWS",
        "",
        "lambdalab plays AWS on your machine; AWS's resources are kept by the library moto. How far that goes:",
        "",
        *(f"- **{word}**: {meaning}" for word, meaning in WORDS.items()),
        "",
        "This page is made by `python -m lambdalab.teach.differences` from the code; changes by hand are lost. "
        "What is too small for it stands at the head of each file in `lambdalab/`.",
    ]
    for service, group in itertools.groupby(features(), lambda feature: feature.service):
        lines += ["", f"## {service}", "", "| feature | here | what differs |", "|---|---|---|"]
        lines += [f"| {one.name} | {one.word} | {_differs(one)} |" for one in group]
    lines += ["", "## Where AWS's own behaviour is not known", ""]
    lines += ["No page of AWS and no recording known to us tells these; the lab had to choose.", ""]
    for one in features():
        lines += [f"- {one.name.partition(':')[0]}: {what}" for what in _all(one, "unsure")]
    return "\n".join([*lines, ""])


def _differs(feature: Feature) -> str:
    left_out = [] if feature.word == "absent" else _all(feature, "left out")
    parts = [feature.differs, f"*Left out*: {'; '.join(left_out)}." if left_out else ""]
    return " ".join(part for part in parts if part)


def _all(feature: Feature, kind: str) -> list[str]:
    return [one for module in feature.modules for one in said(module).get(kind, [])]


def _file() -> dict[str, Any]:
    return tomllib.loads((_PACKAGE / "differences.toml").read_text(encoding="utf-8"))


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line: writes the page if it differs."""
    parser = argparse.ArgumentParser(prog="python -m lambdalab.teach.differences", description=f"Makes {PAGE}.")
    parser.add_argument("--root", type=Path, help="the project's folder (default: found upwards from here)")
    root = parser.parse_args(arguments).root or course.find_root()
    print(f"{'written  ' if course.write(root / PAGE, page()) else 'unchanged'} {PAGE.as_posix()}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
