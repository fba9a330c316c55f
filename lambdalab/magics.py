"""`%%deploy`: the cell below the line becomes the code of a function.

The cell is not run in the notebook: its text is the file that Lambda gets. Lesson 00 introduces it.
"""

from __future__ import annotations

import argparse
import shlex
from typing import Any, NoReturn

from lambdalab.errors import LabError


class _Parser(argparse.ArgumentParser):
    """Errors become a sentence in the cell instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise LabError(f"%%deploy: {message}. {self.format_usage().strip()}")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="%%deploy", add_help=False)
    parser.add_argument("names", nargs="+", metavar="name", help="the function's name; several get the same code")
    parser.add_argument("--memory", type=int, default=128, metavar="MB")
    parser.add_argument("--timeout", type=int, default=3, metavar="SECONDS")
    parser.add_argument("--handler", default="handler", metavar="NAME")
    parser.add_argument("--env", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--layer", action="append", default=[], metavar="NAME")
    parser.add_argument("--runtime", default="python", metavar="python|nodejs|provided")
    return parser


def deploy(line: str, cell: str) -> None:
    """Deploy the cell's text as a function, or as several, and say so in one line.

    Raises:
        LabError: the line cannot be read, there is no lab, or the lab has no such runtime.
        botocore.exceptions.ClientError: Lambda refuses a value.
    """
    from lambdalab.console.files import syntax_note
    from lambdalab.functions import deploy as deploy_function
    from lambdalab.lab import Lab
    from lambdalab.service.programs import identifier, refusal, stand_in

    given = _parser().parse_args(shlex.split(line))
    unpaired = [pair for pair in given.env if "=" not in pair]
    if unpaired:
        raise LabError(f"%%deploy: --env wants KEY=VALUE, not {unpaired[0]!r}")
    lab = Lab.current()
    if lab is None:
        raise LabError("%%deploy: no lab is running in this notebook. Run `lab = Lab()` first.")
    for name in given.names:
        deploy_function(
            lab,
            name,
            cell,
            memory=given.memory,
            timeout=given.timeout,
            handler=given.handler,
            env=dict(pair.split("=", 1) for pair in given.env),
            layers=given.layer,
            runtime=given.runtime,
        )
    if given.runtime.startswith("python") and (wrong := syntax_note("lambda_function.py", cell)):
        print(f"note: {wrong}")
    runtime = identifier(given.runtime)
    if note := refusal(runtime) or stand_in(runtime):
        print(f"note: {note.removesuffix('.')}.")
    print(f"deployed {', '.join(given.names)}: {given.memory} MB of memory, at most {given.timeout} s a call")


def register(shell: Any) -> None:
    shell.register_magic_function(deploy, magic_kind="cell", magic_name="deploy")
