"""The command `lambdalab`: look whether this machine is ready, serve the cloud for a terminal, ask it what happened.

On AWS the last would be CloudTrail, X-Ray and the logs. Here `explain` and `trace` print what the notebook shows as a
table and a picture, from the lab that the export lines of `lambdalab serve` name. Left out: the rest, which the AWS CLI
does.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from collections.abc import Sequence
from importlib import import_module

_FASTEST = 3_600

# Commands whose modules bring their own `arguments(parser)` and `command(given)`; only the one that is asked for is
# imported.
_ELSEWHERE = {
    "grade": ("lambdalab.teach.grading.command", "for teachers: grade the submissions of a class"),
    "open": ("lambdalab.opening", "copy the course to a folder of yours and start JupyterLab there"),
    "progress": ("lambdalab.learn.progress", "show what you have done so far, and what to look at again"),
    "report": ("lambdalab.teach.pack.report", "for teachers: an anonymous report of a class, from progress files"),
    "release": ("lambdalab.teach.bundle", "for teachers: write what a student gets of a lesson, without solutions"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    parser = argparse.ArgumentParser(
        prog="lambdalab", description="AWS Lambda on this machine: real processes, no account."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    doctor = commands.add_parser("doctor", help="check this machine and say how to mend what is missing")
    doctor.add_argument("--json", action="store_true", help="print the result as JSON")
    doctor.add_argument("--room", type=int, metavar="N", help="what N students need who share a hub")
    serve = commands.add_parser("serve", help="start the cloud and keep it running until Ctrl-C")
    serve.add_argument("--port", type=int, default=4566, help="loopback port; 0 takes a free one (default 4566)")
    serve.add_argument("--json", action="store_true", help="print one JSON object that boto3.client accepts as it is")
    serve.add_argument("--trust-loopback", action="store_true", help="accept any credentials from this machine")
    serve.add_argument("--speed", type=float, default=1.0, help="seconds of the lab's clock in one second (default 1)")
    serve.add_argument("--until-eof", action="store_true", help=argparse.SUPPRESS)
    explain = commands.add_parser("explain", help="tell what happened to a function's last events, and why")
    explain.add_argument("name", help="the function's")
    explain.add_argument("--last", type=int, default=10, help="how many events at most (default 10)")
    trace = commands.add_parser("trace", help="show the way of an event through everything that it caused")
    trace.add_argument("event", nargs="*", help="a function's name, a request id or a trace id; at most two of them")
    trace.add_argument("--last", type=int, default=1, help="how many events of a function, 1 or 2 (default 1)")
    words = list(sys.argv[1:] if arguments is None else arguments)
    for name, (where, what) in _ELSEWHERE.items():
        elsewhere = commands.add_parser(name, help=what, description=f"{what[0].upper()}{what[1:]}.")
        if words[:1] == [name]:
            try:
                module = import_module(where)
            except ModuleNotFoundError as missing:
                print(f"{missing.name} is missing here: `lambdalab doctor` says what helps.", file=sys.stderr)
                return 1
            module.arguments(elsewhere)
            elsewhere.set_defaults(run=module.command)
    given = parser.parse_args(words)
    if "run" in given:
        return int(given.run(given))
    if given.command == "doctor" and given.room is not None:
        from lambdalab import room

        return room.run(given.room)
    if given.command == "doctor":
        from lambdalab.doctor import run

        return run(as_json=given.json)
    return _serve(given) if given.command == "serve" else _ask(given)


def _ask(given: argparse.Namespace) -> int:
    """Print what a running lab tells, or why it cannot."""
    from lambdalab import Lab, LabError

    try:
        lab = Lab.attached()
        if given.command == "trace":
            print(lab.trace(*given.event, last=given.last))
            return 0
        story = lab.explain(given.name, last=given.last)
        if not story.rows:
            lab.function(given.name)  # raises, and lists the names, where there is none of this one
        print(story)
    except (LabError, ValueError) as wrong:
        print(wrong, file=sys.stderr)
        return 1
    return 0


def _serve(given: argparse.Namespace) -> int:
    from lambdalab.airgap import REGION
    from lambdalab.http.server import LabServer

    if not 0 < given.speed <= _FASTEST:
        why = f"The lab's clock cannot run at speed {given.speed:g}: give a number above 0, at most {_FASTEST}."
        print(f"{why} With 60 a minute passes in a second.", file=sys.stderr)
        return 1
    try:
        server = LabServer(given.port, trust_loopback=given.trust_loopback, speed=given.speed)
    except (OSError, SystemExit, OverflowError) as wrong:
        print(f"Port {given.port} cannot be used: {wrong}. Try another one, or --port 0.", file=sys.stderr)
        return 1
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: server.stop())
    settings = {
        "endpoint_url": server.endpoint,
        "aws_access_key_id": server.key.access_key_id,
        "aws_secret_access_key": server.key.secret,
        "region_name": REGION,
    }
    if given.trust_loopback:
        print(
            "Warning: any program on this machine may now use the lab, web pages in your browser included.",
            file=sys.stderr,
        )
    print(json.dumps(settings) if given.json else _exports(settings), flush=True)
    if given.until_eof:
        threading.Thread(target=_stop_at_eof, args=(server.stop,), daemon=True).start()
    server.serve()
    if given.until_eof:  # all is ended, and the notebook waits: taking moto's objects apart would last half a second
        os._exit(0)
    return 0


def _stop_at_eof(stop: object) -> None:
    """The notebook holds the other end of stdin: when it is gone, so is the reason to run."""
    while sys.stdin.buffer.read(4096):
        continue
    stop()  # type: ignore[operator]  # LabServer.stop


def _exports(settings: dict[str, str]) -> str:
    names = {
        "endpoint_url": "AWS_ENDPOINT_URL",
        "aws_access_key_id": "AWS_ACCESS_KEY_ID",
        "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
        "region_name": "AWS_DEFAULT_REGION",
    }
    lines = [f"export {names[key]}={value}" for key, value in settings.items()]
    note = "# The lab runs until Ctrl-C. Paste these lines into another terminal; then try: aws lambda list-functions"
    return "\n".join([note, *lines])
