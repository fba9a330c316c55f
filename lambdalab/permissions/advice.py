"""What helps against a refusal: the statement that came nearest, the one that is missing, and the call that writes it.

AWS's own answer to a refused event is silence, and to a refused call one sentence. Here the same policy is read once
more: what differs in the nearest statement is told in words, and the smallest statement that would allow the request
is built. Smallest means: one principal, one action, one resource, and conditions that name the one source. Left out:
statements with NotAction, NotPrincipal or NotResource, which are near to nothing.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from lambdalab.permissions.decisions import Decision, Statement, called, conditions_met, covers, holds, listed, names

_CONDITIONS = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}
"""Which condition each argument of AddPermission becomes."""
_SERVICE = ".amazonaws.com"
_NEAR = 2
"""How many parts of a statement may differ for it to count as near."""


def missing_statement(
    principal: str, action: str, resource: str, source_arn: str = "", source_account: str = ""
) -> dict[str, Any]:
    """The smallest statement that would allow a request (lesson 05).

    Follows https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-arn.html. The account becomes a condition
    only where the source's ARN names none, as a bucket's does: elsewhere the ARN says it already.

    Args:
        principal: who asks: a service such as "s3.amazonaws.com", an ARN, or "*" for the visitors of a function URL
            without authentication. "" for a statement in a role's own policy, which names nobody.
        action: such as "lambda:InvokeFunction".
        resource: the ARN that is acted on.
        source_arn: the ARN on whose behalf a service asks; "" for none.
        source_account: the account that owns it, 12 digits; "" for none.
    """
    made: dict[str, Any] = {"Effect": "Allow"}
    if principal:
        kind = "Service" if principal.endswith(_SERVICE) else "AWS"
        made = {"Sid": _sid(principal, action, source_arn), **made}
        made["Principal"] = "*" if principal == "*" else {kind: principal}
    made |= {"Action": action, "Resource": resource}
    conditions: dict[str, dict[str, str]] = {}
    if source_arn:
        conditions["ArnLike"] = {"AWS:SourceArn": source_arn}
    if source_account and not _account(source_arn):
        conditions["StringEquals"] = {"AWS:SourceAccount": source_account}
    if principal and not principal.endswith(_SERVICE) and not source_arn:
        conditions |= _of_a_url(principal, action)
    return made | ({"Condition": conditions} if conditions else {})


def add_permission(
    principal: str,
    action: str,
    resource: str,
    source_arn: str = "",
    source_account: str = "",
    *,
    statements: Iterable[Statement] = (),
) -> dict[str, Any]:
    """The arguments of Lambda's `add_permission` that write the missing statement; see `missing_statement`.

    Follows https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html.

    Args:
        resource: the ARN of a function, a version or an alias.
        statements: those that the policy has already: their ids are taken.
    """
    missing = missing_statement(principal, action, resource, source_arn, source_account)
    name, *qualifier = resource.split(":")[6:]
    conditions = {key: value for tests in missing.get("Condition", {}).values() for key, value in tests.items()}
    taken = {statement.get("Sid") for statement in statements}
    ids = (missing["Sid"] if n == 1 else f"{missing['Sid']}-{n}" for n in itertools.count(1))
    return {
        "FunctionName": name,
        **({"Qualifier": qualifier[0]} if qualifier else {}),
        "StatementId": next(one for one in ids if one not in taken),
        "Action": action,
        "Principal": principal,
        **{key.partition(":")[2]: True if value == "true" else value for key, value in conditions.items()},
    }


def written(request: Mapping[str, Any], resource: str) -> dict[str, Any]:
    """The statement that Lambda writes down for an `add_permission`.

    Args:
        request: its arguments.
        resource: the ARN of the function, version or alias.
    """
    who = str(request["Principal"])
    if who.isdigit():
        who = f"arn:aws:iam::{who}:root"
    kind = "AWS" if who.startswith("arn:") else "Service"
    conditions: dict[str, dict[str, str]] = {}
    for name, (test, key) in _CONDITIONS.items():
        if name in request:
            value = request[name]
            conditions.setdefault(test, {})[key] = str(value).lower() if isinstance(value, bool) else str(value)
    return {
        "Sid": request["StatementId"],
        "Effect": "Allow",
        "Principal": who if who == "*" else {kind: who},
        "Action": request["Action"],
        "Resource": resource,
        **({"Condition": conditions} if conditions else {}),
    }


def add_permission_call(
    principal: str,
    action: str,
    resource: str,
    source_arn: str = "",
    source_account: str = "",
    *,
    statements: Iterable[Statement] = (),
) -> str:
    """The same as a boto3 call, ready to be copied into a cell (lesson 05)."""
    arguments = add_permission(principal, action, resource, source_arn, source_account, statements=statements)
    lines = [f"    {name}={value if value is True else json.dumps(value)}," for name, value in arguments.items()]
    return "\n".join(['boto3.client("lambda").add_permission(', *lines, ")"])


def remedy(
    decision: Decision,
    statements: Iterable[Statement],
    *,
    principal: str,
    action: str,
    resource: str,
    source_arn: str = "",
    source_account: str = "",
    context: Mapping[str, str] | None = None,
    advised: str = "",
) -> tuple[str, str]:
    """What came near to letting a refused request in, and what to do about it (lesson 05).

    The first is "" when nothing came near; the second is the call that lets it in, or which statement to take out. The
    arguments are those of `decide`. What a path stands for, such as {id}, is written as a star in a policy.

    Args:
        advised: the source's ARN for the call, where it shall let in more than this one.
    """
    if decision.statement is not None:
        return "", f"Take {called(decision.statement)} out of the function's policy."
    statements, source = list(statements), re.sub(r"\{[^}/]+\}", "*", advised or source_arn)
    near = near_miss(
        statements,
        principal=principal,
        action=action,
        resource=resource,
        source_arn=source_arn,
        source_account=source_account,
        context=context,
    )
    return near, add_permission_call(principal, action, resource, source, source_account, statements=statements)


def near_miss(
    statements: Iterable[Statement],
    *,
    principal: str,
    action: str,
    resource: str,
    source_arn: str = "",
    source_account: str = "",
    context: Mapping[str, str] | None = None,
) -> str:
    """What is wrong with the statement that nearly allows a request, in one sentence; "" when none comes near.

    Asked after a refusal for want of a statement (lesson 05). The arguments are those of `decide`.
    """
    given = conditions_met(source_arn, source_account, context)
    near: list[str] = []
    nearest = ""
    for statement in statements:
        if statement.get("Effect") != "Allow":
            continue
        wrong = _wrong(statement, principal, action, resource)
        wrong += _unmet(statement, given)
        if wrong and len(wrong) <= _NEAR and (not near or len(wrong) < len(near)):
            near, nearest = wrong, called(statement)
    return f"{nearest[:1].upper()}{nearest[1:]} comes near, but {' and '.join(near)}." if near else ""


def _wrong(statement: Statement, principal: str, action: str, resource: str) -> list[str]:
    """How principal, action and resource of a statement differ from a request's."""
    wrong = []
    if principal and not names(statement, principal):
        wrong.append(f"its principal is {_principal(statement)}, not {principal}")
    if covers(statement, "Action", action) is not True:
        wrong.append(f"it allows {_joined(statement.get('Action'))} only")
    if covers(statement, "Resource", resource) is not True:
        stated = _joined(statement.get("Resource"))
        objects = ": that is the bucket, its objects are named with /* at the end"
        wrong.append(f"it names {stated}, not {resource}{objects if resource.startswith(stated + '/') else ''}")
    return wrong


def _unmet(statement: Statement, given: Mapping[str, str]) -> list[str]:
    """Which of a statement's conditions a request does not meet, in words."""
    unmet = []
    for operator, tests in statement.get("Condition", {}).items():
        for key, wanted in tests.items():
            held = holds(operator, key, [str(one) for one in listed(wanted)], given)
            if isinstance(held, str):
                unmet.append(f"it has {held}, which lambdalab cannot check")
            elif not held:
                unmet.append(_unlike(key, _joined(wanted), given.get(key.lower(), "")))
    return unmet


def _unlike(key: str, wanted: str, value: str) -> str:
    name = key.partition(":")[2]
    if key.lower().startswith("lambda:") and value in ("", "false"):
        return "it is only for calls that come through a function URL"
    if value.startswith("arn:aws:s3:::") and wanted.removesuffix("/*") == value:
        return f"its {name} ends in /*: that names the objects in the bucket, and events come from the bucket itself"
    capitals = ": capital letters count" if wanted.lower() == value.lower() else ""
    return f"its {name} is {wanted}, not {value or 'empty'}{capitals}"


def _of_a_url(principal: str, action: str) -> dict[str, dict[str, str]]:
    """What keeps a statement for the callers of a function URL to them: without it, "*" would let everybody in."""
    if action == "lambda:InvokeFunctionUrl":
        return {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE" if principal == "*" else "AWS_IAM"}}
    if action == "lambda:InvokeFunction" and principal == "*":
        return {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    return {}


def _sid(principal: str, action: str, source_arn: str) -> str:
    """An id that tells source from source, such as "s3-photos": of the letters that Lambda takes, at most 100."""
    if principal.endswith(_SERVICE):
        text = f"{principal.partition('.')[0]}-{source_arn.rpartition(':')[2]}"
    else:
        text = f"{'everybody' if principal == '*' else principal.rpartition(':')[2]}-{action.rpartition(':')[2]}"
    return re.sub(r"[^A-Za-z0-9_-]+", "-", text).strip("-")[:100]


def _account(arn: str) -> str:
    """The account that an ARN names; "" for a bucket's, or for none."""
    return (arn.split(":") + [""] * 5)[4]


def _principal(statement: Statement) -> str:
    given = statement.get("Principal")
    named = given.values() if isinstance(given, Mapping) else [given]
    return _joined([one for value in named for one in listed(value)])


def _joined(value: Any) -> str:
    return ", ".join(str(one) for one in listed(value)) or "nothing"
