"""A statement of a function's policy that lets a source in, written unless one is there that does.

On AWS the console does this silently with most triggers, and boto3 never does. Here it is what `adding` and
`adding_web` share: the policy is read and asked as Lambda would ask it, and the smallest statement is added when it
refuses. Left out: taking a statement away.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from lambdalab import permissions
from lambdalab.console.recorder import Recorder

INVOKE = "lambda:InvokeFunction"


def let_in(
    recorder: Recorder,
    function_arn: str,
    principal: str,
    source_arn: str = "",
    action: str = INVOKE,
    context: Mapping[str, str] | None = None,
) -> tuple[str, bool]:
    """Let a source call the function (lessons 04 to 06).

    Args:
        function_arn: of a function, a version or an alias.
        principal: a service such as "s3.amazonaws.com", or "*" for the visitors of a function URL.
        source_arn: on whose behalf it asks; "" for none.
        action: what it may do.
        context: what else is known when it asks, as for `permissions.decide`.

    Returns:
        The id of the statement that does, and whether it had to be written.
    """
    statements = _statements(recorder, function_arn)
    known = _letting_in(statements, function_arn, principal, source_arn, action, context)
    if known is not None:
        return known, False
    account = _account(function_arn, source_arn)
    arguments = permissions.add_permission(principal, action, function_arn, source_arn, account, statements=statements)
    with recorder.silently():
        recorder.client("lambda").add_permission(**arguments)
    return str(arguments["StatementId"]), True


def letting_in(recorder: Recorder, function_arn: str, principal: str, source_arn: str = "") -> str | None:
    """The id of the statement that lets a source call the function; None when none does."""
    return _letting_in(_statements(recorder, function_arn), function_arn, principal, source_arn, INVOKE, None)


def _statements(recorder: Recorder, function_arn: str) -> list[permissions.Statement]:
    functions = recorder.client("lambda")
    with recorder.looking():
        try:
            said = functions.get_policy(**place(function_arn))
        except functions.exceptions.ResourceNotFoundException:  # AWS's way of saying that there is no statement
            return []
    found: list[permissions.Statement] = json.loads(said["Policy"])["Statement"]
    return found


def _letting_in(
    statements: list[permissions.Statement],
    function_arn: str,
    principal: str,
    source_arn: str,
    action: str,
    context: Mapping[str, str] | None,
) -> str | None:
    decision = permissions.decide(
        statements,
        principal=principal,
        action=action,
        resource=function_arn,
        source_arn=source_arn,
        source_account=_account(function_arn, source_arn),
        context=context,
    )
    return str(decision.statement.get("Sid")) if decision.allowed and decision.statement is not None else None


def _account(function_arn: str, source_arn: str) -> str:
    """Whose the source is: whoever has the function; nobody's when there is no source."""
    return function_arn.split(":")[4] if source_arn else ""


def place(function_arn: str) -> dict[str, str]:
    """How Lambda's calls name whose policy is meant: the function's own, or a version's or an alias's."""
    name, *qualifier = function_arn.split(":")[6:]
    return {"FunctionName": name, **({"Qualifier": qualifier[0]} if qualifier else {})}
