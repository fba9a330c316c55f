"""The lesson's functions in other languages, and what they answered elsewhere when this machine cannot run them.

On AWS every runtime is there. Here Node.js must be installed, and a `provided` function is a program of this system.
Where that is missing, the answer comes from a recorded run, and says so and why. Left out: other functions and other
events, of which no run was recorded.
"""

from __future__ import annotations

import functools
import shutil
import tomllib
from importlib import resources
from typing import Any

from lambdalab.errors import LabError
from lambdalab.functions import Function
from lambdalab.service.programs import refusal

RECORDED = "languages_recorded.toml"


def answer(function: Function, event: Any) -> str:
    """What a function answers, as JSON text; under the words "recorded run" where it cannot run here (lesson 02).

    Args:
        function: "greet_js" or "greet_sh" of the lesson, or any other that runs on this machine.
        event: what is sent, a value with a form in JSON.

    Raises:
        LabError: it cannot run here, and no run with this event was recorded.
    """
    run = _recording()["functions"].get(function.name, {})
    missing = next((f"{name} is not on this machine" for name in run.get("needs", ()) if not shutil.which(name)), None)
    why_not = refusal(str(function.configuration["Runtime"])) or missing
    if why_not is None:
        return function.invoke(event).payload.decode()
    if event != run.get("event"):
        raise LabError(f"{why_not} Of {function.name} with this event no run was recorded.")
    return f"recorded run: {_recording()['machine']}, {_recording()['date']} ({why_not})\n{run['answer']}"


@functools.cache
def _recording() -> dict[str, Any]:
    """The recorded run: its machine, its date, and the answers by the functions' names."""
    return tomllib.loads(resources.files("lambdalab").joinpath(RECORDED).read_text(encoding="utf-8"))
