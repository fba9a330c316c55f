"""Versions and aliases: publish what `$LATEST` is now, give a version a name, move the name, share its calls.

On AWS a version is a photograph of code and settings that never changes, and an alias is a name that can be moved from
one to another, or share its calls between two. Here the same calls. Left out: deleting either.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lambdalab.console.actions import LATEST, Actions
from lambdalab.errors import LabError


@dataclass(frozen=True)
class Version:
    """One version as ListVersionsByFunction tells it.

    Args:
        number: "$LATEST" or "1".
        description: the student's words; may be empty.
        code: the first characters of its code's SHA-256: the same code has the same ones.
        memory, timeout: MB and seconds.
    """

    number: str
    description: str
    code: str
    memory: int
    timeout: int


@dataclass(frozen=True)
class Alias:
    """One alias.

    Args:
        name: such as "live".
        shares: each version and its share of the calls, from 0 to 1; the shares add up to 1.
    """

    name: str
    shares: Mapping[str, float]

    @property
    def words(self) -> str:
        """Such as "version 1" or "90 % version 1, 10 % version 2"."""
        if len(self.shares) == 1:
            return f"version {next(iter(self.shares))}"
        return ", ".join(f"{100 * share:.3g}\u00a0% version {number}" for number, share in self.shares.items())


def versions(actions: Actions, name: str) -> list[Version]:
    """`$LATEST` and every published version, in order."""
    pages = actions.recorder.client("lambda").get_paginator("list_versions_by_function").paginate(FunctionName=name)
    return [
        Version(v["Version"], v.get("Description", ""), v["CodeSha256"][:8], v["MemorySize"], v["Timeout"])
        for page in pages
        for v in page["Versions"]
    ]


def aliases(actions: Actions, name: str) -> list[Alias]:
    """Every alias of the function."""
    pages = actions.recorder.client("lambda").get_paginator("list_aliases").paginate(FunctionName=name)
    return [_alias(found) for page in pages for found in page["Aliases"]]


def qualifiers(actions: Actions, name: str) -> Sequence[str]:
    """What a call may name: `$LATEST`, the aliases, the numbers."""
    numbers = [version.number for version in versions(actions, name) if version.number != LATEST]
    return [LATEST, *(alias.name for alias in aliases(actions, name)), *numbers]


def publish(actions: Actions, name: str, description: str = "") -> str:
    """Make a version of what `$LATEST` is now (lesson 04).

    Follows https://docs.aws.amazon.com/lambda/latest/api/API_PublishVersion.html.
    """
    before = {version.number for version in versions(actions, name)}
    said = {"Description": description} if description else {}
    with actions.recorder.act(f"Publish a version of {name}"):
        number = str(actions.recorder.client("lambda").publish_version(FunctionName=name, **said)["Version"])
    if number in before:
        return f"Nothing has changed since version {number}, so AWS answered version {number} again."
    return f"Published version {number} of {name}: its code and settings never change."


def create_alias(actions: Actions, name: str, alias: str, number: str) -> str:
    """Give a version a name (lesson 04)."""
    with actions.recorder.act(f"Create alias {alias}".strip()):
        if not alias:
            raise LabError("An alias needs a name: write one, such as live.")
        actions.recorder.client("lambda").create_alias(FunctionName=name, Name=alias, FunctionVersion=number)
    return f"Created: {name}:{alias} means version {number}."


def move_alias(actions: Actions, name: str, alias: str, number: str, second: str = "", percent: float = 0.0) -> str:
    """Point an alias to another version, or share its calls between two (lesson 04).

    Follows https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html.

    Args:
        actions: the console's.
        name: the function.
        alias: the alias to move.
        number: the version that gets the calls.
        second: another version that gets some of them; "" for none.
        percent: how many of 100 calls go to the second one.
    """
    weights = {second: percent / 100} if second else {}
    with actions.recorder.act(f"Move alias {alias}".strip()):
        if not alias:
            raise LabError("There is no alias to move yet: create one first.")
        moved = actions.recorder.client("lambda").update_alias(
            FunctionName=name,
            Name=alias,
            FunctionVersion=number,
            RoutingConfig={"AdditionalVersionWeights": weights},  # an empty one takes an old share away
        )
    return f"Moved: {name}:{alias} means {_alias(moved).words}."


def _alias(found: Mapping[str, Any]) -> Alias:
    weights: Mapping[str, float] = (found.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
    rest = 1 - sum(weights.values())
    return Alias(found["Name"], {found["FunctionVersion"]: rest, **weights})
