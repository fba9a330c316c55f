"""Who may do what: decisions on policies that name the statement which decided.

On AWS a request is allowed when a statement allows it and none denies it. Here the same rule over resource policies
with a service as principal and the two conditions that matter for triggers, SourceArn and SourceAccount, and over the
policies of a role. Left out so far: users and groups, NotAction and NotResource, every other condition operator.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Statement = Mapping[str, Any]


@dataclass(frozen=True)
class Decision:
    """The answer, and the statement that gave it; `statement` is None when nothing matched (an implicit denial)."""

    allowed: bool
    statement: Statement | None
    reason: str


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
    meant = [s for s in statements if _principal_matches(s.get("Principal"), principal)]
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
        applies = (
            _any_like(statement.get("Action"), action, ignore_case=True)
            and _any_like(statement.get("Resource"), resource)
            and _conditions_hold(statement.get("Condition", {}), given)
        )
        if applies and statement.get("Effect") == "Deny":
            return Decision(False, statement, f"statement {statement.get('Sid')} denies it")
        if applies and allow is None:
            allow = statement
    return Decision(True, allow, f"statement {allow.get('Sid')} allows it") if allow is not None else None


def _principal_matches(given: Any, principal: str) -> bool:
    if given == "*":
        return True
    if isinstance(given, Mapping):
        return any(value in ("*", principal) for key in ("Service", "AWS") for value in _listed(given.get(key)))
    return bool(given == principal)


def _any_like(patterns: Any, value: str, *, ignore_case: bool = False) -> bool:
    if ignore_case:
        value = value.lower()
    return any(_like(str(p).lower() if ignore_case else str(p), value) for p in _listed(patterns))


def _like(pattern: str, value: str) -> bool:
    return fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))


def _conditions_hold(conditions: Mapping[str, Any], given: Mapping[str, str]) -> bool:
    for operator, tests in conditions.items():
        for name, wanted in tests.items():
            value = given.get(name.lower())
            if value is None or not any(_test(operator, str(w), value) for w in _listed(wanted)):
                return False
    return True


def _test(operator: str, wanted: str, value: str) -> bool:
    if operator in ("ArnLike", "ArnEquals", "StringLike"):
        return _like(wanted, value)
    if operator == "StringEquals":
        return wanted == value
    return False


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
