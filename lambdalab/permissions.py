"""Who may do what: decisions on policies that name the statement which decided.

On AWS a request is allowed when a statement allows it and none denies it. Here the same rule over resource policies
with a service as principal and the two conditions that matter for triggers, SourceArn and SourceAccount, and over the
policies of a role. What cannot be evaluated here never lets anybody in: such a statement allows nothing, and denies
what the rest of it names. These are condition keys and operators not listed below, and variables such as
${aws:username}. Left out so far: users and groups.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Statement = Mapping[str, Any]
_OPERATORS = {
    "StringEquals": ("equal", True),
    "StringNotEquals": ("equal", False),
    "StringLike": ("like", True),
    "StringNotLike": ("like", False),
    "ArnEquals": ("like", True),  # AWS compares both kinds of ARN test with wildcards
    "ArnLike": ("like", True),
    "ArnNotEquals": ("like", False),
    "ArnNotLike": ("like", False),
}
"""How each condition operator compares, and whether it wants a match."""


@dataclass(frozen=True)
class Decision:
    """The answer, and the statement that gave it.

    Args:
        statement: None when nothing matched (an implicit denial).
        reason: a sentence without its capital.
        unchecked: what of a denying statement could not be evaluated and was taken as met, in words; else "".
    """

    allowed: bool
    statement: Statement | None
    reason: str
    unchecked: str = ""


def decide(
    statements: Iterable[Statement],
    *,
    principal: str,
    action: str,
    resource: str,
    source_arn: str,
    source_account: str,
) -> Decision:
    """Decide whether a service may act on a resource.

    Follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html; lesson 05.

    Args:
        statements: the resource policy's statements, as JSON objects.
        principal: the calling service, such as "s3.amazonaws.com".
        action: such as "lambda:InvokeFunction".
        resource: the ARN that is acted on.
        source_arn: the ARN on whose behalf the service calls, such as a bucket's.
        source_account: the account that owns it, 12 digits.
    """
    given = {"aws:sourcearn": source_arn, "aws:sourceaccount": source_account}
    meant = [s for s in statements if _names(s, principal)]
    decision = _weigh(meant, action, resource, given)
    return decision or Decision(
        False, None, f"no statement of the policy lets {principal} do {action} for {source_arn}"
    )


def decide_for_role(statements: Iterable[Statement], *, action: str, resource: str) -> Decision:
    """Decide whether the wearer of a role may do something; its statements name no principal.

    Follows the same page; lessons 04 and 05.

    Args:
        statements: those of all policies of the role.
        action: such as "s3:GetObject".
        resource: the ARN that is acted on.
    """
    decision = _weigh(statements, action, resource, {})
    return decision or Decision(False, None, f"because no identity-based policy allows the {action} action")


def _weigh(statements: Iterable[Statement], action: str, resource: str, given: Mapping[str, str]) -> Decision | None:
    """What the statements that apply say, a denial before everything else; None when none applies."""
    allow: Statement | None = None
    for statement in statements:
        parts = [_covers(statement, "Action", action), _covers(statement, "Resource", resource)]
        parts += _conditions(statement.get("Condition", {}), given)
        if False in parts:
            continue
        unchecked = " and ".join(part for part in parts if isinstance(part, str))
        if statement.get("Effect") == "Deny":
            taken = f"; it has {unchecked}, which lambdalab cannot check and takes as met" if unchecked else ""
            return Decision(False, statement, f"statement {statement.get('Sid')} denies it{taken}", unchecked)
        if statement.get("Effect") == "Allow" and not unchecked and allow is None:
            allow = statement
    return Decision(True, allow, f"statement {allow.get('Sid')} allows it") if allow is not None else None


def _names(statement: Statement, principal: str) -> bool:
    """Whether the statement is about this principal."""
    if "NotPrincipal" in statement:
        return not _principal_matches(statement["NotPrincipal"], principal)
    return _principal_matches(statement.get("Principal"), principal)


def _principal_matches(given: Any, principal: str) -> bool:
    if given == "*":
        return True
    if isinstance(given, Mapping):
        return any(value in ("*", principal) for key in ("Service", "AWS") for value in _listed(given.get(key)))
    return bool(given == principal)


def _covers(statement: Statement, part: str, value: str) -> bool | str:
    """Whether Action or Resource, or NotAction or NotResource, covers the value; in words what cannot be checked."""
    positive = part in statement
    patterns = [str(pattern) for pattern in _listed(statement.get(part if positive else f"Not{part}"))]
    if part == "Action":  # its case does not count
        patterns, value = [pattern.lower() for pattern in patterns], value.lower()
    if any(_like(pattern, value) for pattern in patterns):
        return positive
    if any("${" in pattern for pattern in patterns):
        return f"a variable in its {part}"
    return bool(patterns) and not positive


def _like(pattern: str, value: str) -> bool:
    return fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))


def _conditions(conditions: Mapping[str, Any], given: Mapping[str, str]) -> list[bool | str]:
    """Whether each condition holds; in words those that cannot be checked."""
    return [
        _holds(operator, name, [str(w) for w in _listed(wanted)], given)
        for operator, tests in conditions.items()
        for name, wanted in tests.items()
    ]


def _holds(operator: str, name: str, wanted: list[str], given: Mapping[str, str]) -> bool | str:
    how, wants_match = _OPERATORS.get(operator.removesuffix("IfExists"), ("", True))
    value = given.get(name.lower())
    if not how or value is None or any("${" in text for text in wanted):
        return f"the condition {operator} on {name}"
    found = any(_like(text, value) if how == "like" else text == value for text in wanted)
    return found == wants_match


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
