"""What AWS refuses before it does anything: values outside the limits that the service's own model states.

AWS validates on the server what botocore lets through (patterns, largest values, allowed words). moto checks little of
it. Here the rules are read from botocore's model, so they are AWS's own. Follows the ValidationException of
https://docs.aws.amazon.com/lambda/latest/api/CommonErrors.html.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from lambdalab.cloud.descriptions import service_model


@functools.cache
def _input_shape(service: str, operation: str) -> Any:
    return service_model(service).operation_model(operation).input_shape


@functools.cache
def message_member(service: str, error: str) -> str:
    """Where an error's sentence stands in its body: some have a Message, others a message."""
    shapes = service_model(service).error_shapes
    return next((name for s in shapes if s.name == error for name in s.members if name.lower() == "message"), "message")


def complaint(service: str, operation: str, values: Mapping[str, Any], most: Mapping[str, int]) -> str | None:
    """AWS's sentence about the values that break the model's rules; None when all are within them.

    Args:
        service: botocore's name of it, such as "lambda".
        operation: such as "CreateFunction".
        values: the request's members that are to be looked at.
        most: largest values and lengths where the model's are those of a form that is not meant here.
    """
    members = _input_shape(service, operation).members
    found = [
        text
        for name, value in values.items()
        if name in members
        for text in _check(members[name], value, name, {**members[name].metadata, **_max(most.get(name))})
    ]
    if not found:
        return None
    errors = "error" if len(found) == 1 else "errors"
    return f"{len(found)} validation {errors} detected: " + "; ".join(found)


def _max(most: int | None) -> dict[str, int]:
    return {} if most is None else {"max": most}


def _check(shape: Any, value: Any, name: str, rules: Mapping[str, Any]) -> Iterator[str]:
    at = f"Value '{value}' at '{name[:1].lower() + name[1:]}' failed to satisfy constraint: Member must "
    if shape.type_name == "string" and isinstance(value, str):
        if rules.get("enum") and value not in rules["enum"]:
            yield f"{at}satisfy enum value set: [{', '.join(rules['enum'])}]"
        if "max" in rules and len(value) > rules["max"]:
            yield f"{at}have length less than or equal to {rules['max']}"
        if "pattern" in rules and not re.fullmatch(rules["pattern"], value):
            yield f"{at}satisfy regular expression pattern: {rules['pattern']}"
    elif shape.type_name in ("integer", "long") and isinstance(value, int):
        if "min" in rules and value < rules["min"]:
            yield f"{at}have value greater than or equal to {rules['min']}"
        if "max" in rules and value > rules["max"]:
            yield f"{at}have value less than or equal to {rules['max']}"
    elif shape.type_name == "list" and isinstance(value, list):
        if "max" in rules and len(value) > rules["max"]:
            yield f"{at}have length less than or equal to {rules['max']}"
        inner = [text for one in value for text in _check(shape.member, one, name, shape.member.metadata)]
        if inner:
            wrong = dict.fromkeys(text.partition("constraint: ")[2] for text in inner)
            whole = at.replace(f"'{value}'", f"'[{', '.join(map(str, value))}]'").removesuffix("Member must ")
            yield f"{whole}Member must satisfy constraint: [{', '.join(wrong)}]"
    elif shape.type_name == "structure" and isinstance(value, Mapping):
        for member, inner in value.items():
            if member in shape.members:
                inside = shape.members[member]
                yield from _check(inside, inner, f"{name[:1].lower() + name[1:]}.{member}", inside.metadata)
