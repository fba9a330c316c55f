"""Who may do what: decisions on policies that name the statement which decided.

On AWS a request is allowed when a statement allows it and none denies it. Here the same rule over resource policies
with the conditions that matter for triggers, SourceArn, SourceAccount and those of function URLs, and over the policies
of a role. What cannot be evaluated here never lets anybody in: such a statement allows nothing, and denies what the
rest of it names. These are condition keys and operators not listed below, and variables such as ${aws:username}. What
would help against a refusal is said by `advice`. Left out: users and groups.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
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
    "Bool": ("like", True),
}
"""How each condition operator compares, and whether it wants a match."""
_NOT_BY_URL = {"lambda:functionurlauthtype": "", "lambda:invokedviafunctionurl": "false"}


@dataclass(frozen=True)
class Decision:
    """The answer, and the statement that gave it.

    Args:
        statement: None when nothing matched (an implicit denial).
        reason: a sentence without its capital.
        unchecked: what of a denying statement could not be evaluated and was taken as met, in words; else "".
        by: which kind of policy denied.
    """

    allowed: bool
    statement: Statement | None
    reason: str
    unchecked: str = ""
    by: str = "identity-based policy"


def decide(
    statements: Iterable[Statement],
    *,
    principal: str,
    action: str,
    resource: str,
    source_arn: str,
    source_account: str,
    context: Mapping[str, str] | None = None,
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
        context: further condition keys and their values, such as {"lambda:FunctionUrlAuthType": "NONE"}.
    """
    given = conditions_met(source_arn, source_account, context)
    meant = [s for s in statements if names(s, principal)]
    decision = _weigh(meant, action, resource, given)
    return decision or Decision(
        False, None, f"no statement of the policy lets {principal} do {action} for {source_arn}"
    )


def decide_for_role(
    statements: Iterable[Statement],
    *,
    action: str,
    resource: str,
    policy: Iterable[Statement] = (),
    caller: str = "",
) -> Decision:
    """Decide whether the wearer of a role may do something; the role's statements name no principal.

    In one account it is enough when either allows it, the role or the resource's own policy; neither may deny it.
    Follows the same page; lessons 04 and 05.

    Args:
        statements: those of all policies of the role.
        action: such as "s3:GetObject".
        resource: the ARN that is acted on.
        policy: the statements of the resource's own policy, as a bucket or a queue has one.
        caller: the ARN of the role's session, by which that policy may know it.
    """
    own = _weigh(statements, action, resource, {})
    others = _weigh([s for s in policy if _is_meant(s, caller)], action, resource, {})
    if others and not others.allowed:
        others = replace(others, by="resource-based policy")
    found = [decision for decision in (own, others) if decision]
    nothing = Decision(False, None, f"because no identity-based policy allows the {action} action")
    return min(found, key=lambda decision: decision.allowed) if found else nothing


def _is_meant(statement: Statement, caller: str) -> bool:
    """Whether a resource's policy speaks of the wearer of a role: by session, by role, or with everybody.

    An account as a principal denies to all in it, but allows nothing by itself: it leaves that to the roles.
    """
    account, role = caller.split(":")[4], caller.split("/")[1]
    own = [caller, f"arn:aws:iam::{account}:role/{role}"]
    if statement.get("Effect") == "Deny":
        own += [account, f"arn:aws:iam::{account}:root"]
    if "NotPrincipal" in statement:
        return not any(_principal_matches(statement["NotPrincipal"], name) for name in own)
    return any(names(statement, name) for name in own)


def conditions_met(source_arn: str, source_account: str, context: Mapping[str, str] | None = None) -> dict[str, str]:
    """The condition keys of a service's request, in lower case, with their values; not through a URL if not said."""
    given = {"aws:sourcearn": source_arn, "aws:sourceaccount": source_account, **_NOT_BY_URL}
    return given | {key.lower(): value for key, value in (context or {}).items()}


def _weigh(statements: Iterable[Statement], action: str, resource: str, given: Mapping[str, str]) -> Decision | None:
    """What the statements that apply say, a denial before everything else; None when none applies."""
    allow: Statement | None = None
    for statement in statements:
        parts = [covers(statement, "Action", action), covers(statement, "Resource", resource)]
        parts += _conditions(statement.get("Condition", {}), given)
        if False in parts:
            continue
        unchecked = " and ".join(part for part in parts if isinstance(part, str))
        if statement.get("Effect") == "Deny":
            taken = f"; it has {unchecked}, which lambdalab cannot check and takes as met" if unchecked else ""
            return Decision(False, statement, f"{called(statement)} denies it{taken}", unchecked)
        if statement.get("Effect") == "Allow" and not unchecked and allow is None:
            allow = statement
    return Decision(True, allow, f"{called(allow)} allows it") if allow is not None else None


def called(statement: Statement) -> str:
    """How a sentence names it: by its id, which it need not have."""
    return f"statement {statement['Sid']}" if statement.get("Sid") else "a statement without an id"


def names(statement: Statement, principal: str) -> bool:
    """Whether the statement is about this principal."""
    if "NotPrincipal" in statement:
        return not _principal_matches(statement["NotPrincipal"], principal)
    return _principal_matches(statement.get("Principal"), principal)


def _principal_matches(given: Any, principal: str) -> bool:
    if given == "*":
        return True
    if isinstance(given, Mapping):
        return any(value in ("*", principal) for key in ("Service", "AWS") for value in listed(given.get(key)))
    return bool(given == principal)


def covers(statement: Statement, part: str, value: str) -> bool | str:
    """Whether Action or Resource, or NotAction or NotResource, covers the value; in words what cannot be checked."""
    positive = part in statement
    patterns = [str(pattern) for pattern in listed(statement.get(part if positive else f"Not{part}"))]
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
        holds(operator, name, [str(w) for w in listed(wanted)], given)
        for operator, tests in conditions.items()
        for name, wanted in tests.items()
    ]


def holds(operator: str, name: str, wanted: list[str], given: Mapping[str, str]) -> bool | str:
    """Whether one condition holds; in words if it cannot be checked."""
    how, wants_match = _OPERATORS.get(operator.removesuffix("IfExists"), ("", True))
    value = given.get(name.lower())
    if not how or value is None or any("${" in text for text in wanted):
        return f"the condition {operator} on {name}"
    found = any(_like(text, value) if how == "like" else text == value for text in wanted)
    return found == wants_match


def listed(value: Any) -> list[Any]:
    """A policy's value as a list: one alone may stand without brackets."""
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
