"""Who may pass a front: visitors, those who sign, and API Gateway itself.

On AWS a function's resource policy says whether everybody may call its URL, whom beside its own account's roles it lets
in, and which APIs may run it. A refusal shows the visitor a number; here it also has a reason and the call that would
mend it. Follows https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html; lessons 05 and 06.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lambdalab.events.web import iam_caller
from lambdalab.http.door import Arrived, Caller, Door, Refused
from lambdalab.http.fronts.front import WebRequest
from lambdalab.http.fronts.passing import Refusal
from lambdalab.keys import ACCOUNT
from lambdalab.permissions import Statement, decide, decide_for_role, remedy

GATEWAY = "apigateway.amazonaws.com"
EVERYBODY = "*"
INVOKE = "lambda:InvokeFunction"
INVOKE_URL = "lambda:InvokeFunctionUrl"
INVOKE_API = "execute-api:Invoke"
_ROLE = re.compile(r"arn:aws:sts::\d{12}:assumed-role/(?P<role>[^/]+)/.+")
Statements = Sequence[Statement]
OfRole = Callable[[str], Statements | None]


def arrived(request: WebRequest) -> Arrived:
    """A request as the door reads it, for one that has to be signed."""
    target = request.path + (f"?{request.raw_query}" if request.raw_query else "")
    names = {name.lower() for name, _ in request.headers}
    return Arrived(request.method, target, {name: request.header(name) or "" for name in names}, request.body)


def signed(door: Door, request: WebRequest, service: str) -> Caller:
    """Who signed a request for a service.

    Raises:
        Refused: nobody did, wrongly, or for another service.
    """
    read = arrived(request)
    caller = door.check(read)
    says_so = "authorization" in read.headers or "X-Amz-Credential" in read.query
    if says_so and caller.service != service:
        text = f"Credential should be scoped to correct service: '{service}'."
        raise Refused("SignatureDoesNotMatch", "InvalidSignatureException", text)
    return caller


def iam(caller: Caller) -> dict[str, object]:
    """What an event says of a caller who signed."""
    return iam_caller(caller.key.access_key_id, caller.key.principal, ACCOUNT)


def visitors(statements: Statements, arn: str) -> Refusal | None:
    """Why not everybody may call the URL of a function or alias: since October 2025 it takes two statements."""
    refused = [_asked(statements, EVERYBODY, action, arn, context=_of_a_url("NONE")) for action in (INVOKE_URL, INVOKE)]
    missing = [refusal for refusal in refused if refusal]
    if not missing:
        return None
    return Refusal(missing[0].reason, "\n".join(refusal.advice for refusal in missing))


def signer(caller: Caller, statements: Statements, of_role: OfRole, arn: str) -> Refusal | None:
    """Why somebody who signed may not call the URL of a function or alias; the account's own users may."""
    wears = _ROLE.fullmatch(caller.key.principal)
    if wears is None:
        return None
    own = of_role(wears["role"])
    for action in (INVOKE_URL, INVOKE):
        decision = decide_for_role(own or (), action=action, resource=arn)
        role_arn = f"arn:aws:iam::{ACCOUNT}:role/{wears['role']}"
        invited = _asked(statements, role_arn, action, arn, context=_of_a_url("AWS_IAM")) is None
        if own is not None and not decision.allowed and (decision.statement or not invited):
            return Refusal(
                f"{caller.key.principal} may not do {action} on {arn}: {decision.reason}",
                f"Allow {action} on {arn} in a policy of the role {wears['role']}.",
            )
    return None


def gateway(statements: Statements, source_arn: str, arn: str, *, advised: str = "") -> Refusal | None:
    """Why API Gateway may not run a function for one method of an API.

    Args:
        advised: the source that the advice shall let in, where that is more than this one: a route of any method.
    """
    return _asked(statements, GATEWAY, INVOKE, arn, source_arn, advised=advised)


def wearer(role_arn: str, of_role: OfRole, arn: str) -> Refusal | None:
    """Why API Gateway may not run a function in a role that an integration names."""
    name = role_arn.rpartition("/")[2]
    decision = decide_for_role(of_role(name) or (), action=INVOKE, resource=arn)
    if decision.allowed:
        return None
    return Refusal(f"the role {name} may not do {INVOKE} on {arn}: {decision.reason}", f"Allow {INVOKE} in the role.")


def api_signer(caller: Caller, of_role: OfRole, arn: str) -> Refusal | None:
    """Why somebody who signed may not call a method of an API; the account's own users may."""
    wears = _ROLE.fullmatch(caller.key.principal)
    own = of_role(wears["role"]) if wears else None
    decision = decide_for_role(own or (), action=INVOKE_API, resource=arn)
    if wears is None or own is None or decision.allowed:
        return None
    reason = f"{caller.key.principal} may not do {INVOKE_API} on {arn}: {decision.reason}"
    return Refusal(reason, f"Allow {INVOKE_API} on {arn} in a policy of the role {wears['role']}.")


def _of_a_url(auth_type: str) -> Mapping[str, str]:
    """What is known of a call that comes through a URL; it needs two actions, and each has a condition of its own."""
    return {"lambda:FunctionUrlAuthType": auth_type, "lambda:InvokedViaFunctionUrl": "true"}


def _asked(
    statements: Statements,
    principal: str,
    action: str,
    arn: str,
    source_arn: str = "",
    context: Mapping[str, str] | None = None,
    *,
    advised: str = "",
) -> Refusal | None:
    """Ask the function's policy; the refusal names the statement that denies, or the one that came near."""
    asked: dict[str, Any] = {
        "principal": principal,
        "action": action,
        "resource": arn,
        "source_arn": source_arn,
        "source_account": ACCOUNT if source_arn else "",
        "context": context,
    }
    decision = decide(statements, **asked)
    if decision.allowed:
        return None
    near, advice = remedy(decision, statements, **asked, advised=advised)
    if decision.statement:
        return Refusal(decision.reason, advice)
    who = "everybody" if principal == EVERYBODY else principal
    reason = f"no statement of the function's policy lets {who} do {action}" + (f"; {near}" if near else "")
    return Refusal(reason, advice)
