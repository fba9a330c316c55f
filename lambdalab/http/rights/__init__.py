"""Whether the role that a caller wears allows what a request asks for.

On AWS every service asks IAM before it does anything, and answers AccessDenied, naming who, what and on which
resource. Here the same is asked when the caller wears a role: a function's environment, or somebody with the session
of a role. A resource's own policy may allow what the role does not, and either may deny. What a request asks for is
read by `s3`, `functions` and `services`. Follows
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html; lessons 04 to 08. Left out: users and
groups, services that no lesson uses, a role that IAM does not know, and trust policies for those who take on a role by
themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from lambdalab.http import operations
from lambdalab.http.door import Arrived, Caller, Refused
from lambdalab.http.rights import functions, s3, services
from lambdalab.permissions import Decision, Statement, decide_for_role

_ROLE = re.compile(r"arn:aws:sts::\d{12}:assumed-role/(?P<role>[^/]+)/.+")
_CODES = {"sns": "AuthorizationError"} | dict.fromkeys(("sqs", "sts", "iam", "monitoring"), "AccessDenied")
"""AWS's name of the refusal, where it is not AccessDeniedException."""


class Policies(Protocol):
    """Who knows what is written."""

    def role_statements(self, name: str) -> Sequence[Statement] | None:
        """Those of a role; None for a role that IAM does not know."""

    def resource_statements(self, arn: str) -> Sequence[Statement]:
        """Those of a resource's own policy; none for a resource without one."""

    def lacks_object(self, arn: str) -> bool:
        """Whether there is the bucket of an object's ARN, and not the object."""


def refusal(request: Arrived, caller: Caller, policies: Policies) -> Refused | None:
    """AWS's refusal when the caller's role does not allow the request; None when it does, or when nothing is asked."""
    return next(filter(None, each(request, caller, policies)), None)


def each(request: Arrived, caller: Caller, policies: Policies) -> Iterator[Refused | None]:
    """For each action that the request needs, in order, the refusal; None where it is allowed."""
    for action, resource in _asked(request, caller) if _ROLE.fullmatch(caller.key.principal) else ():
        decision = decision_on(caller.key.principal, action, resource, policies)
        if decision and decision.allowed and action == "s3:GetObject" and policies.lacks_object(resource):
            # who may not list a bucket shall not learn what is not in it
            action, resource = "s3:ListBucket", resource.partition("/")[0]
            decision = decision_on(caller.key.principal, action, resource, policies)
        yield None if decision is None or decision.allowed else _refused(caller, action, resource, decision)


def decision_on(principal: str, action: str, resource: str, policies: Policies) -> Decision | None:
    """What the policies say of one action; None when nothing is asked of this principal.

    Args:
        principal: the caller's ARN; only the session of a role is asked anything.
        action: such as "execute-api:Invoke".
        resource: the ARN that is acted on.
    """
    wears = _ROLE.fullmatch(principal)
    given = policies.role_statements(wears["role"]) if wears else None
    if given is None:
        return None
    policy = policies.resource_statements(resource)
    return decide_for_role(given, action=action, resource=resource, policy=policy, caller=principal)


def target(request: Arrived, caller: Caller) -> str:
    """The ARN that a request acts on; "*" where it names none."""
    return next(_asked(request, caller), ("", "*"))[1]


def _asked(request: Arrived, caller: Caller) -> Iterator[tuple[str, str]]:
    """The actions that a request needs, each with the ARN that it acts on; nothing for a service that does not ask."""
    operation = operations.name(request, caller.service)
    if caller.service == "s3":
        yield from s3.asked(request, operation, caller.region)
    elif caller.service == "lambda":
        yield from functions.asked(request, operation, caller.region)
    elif caller.service in services.KNOWN:
        yield from services.asked(caller.service, request, operation, caller.region)


def _refused(caller: Caller, action: str, resource: str, decision: Decision) -> Refused:
    """The refusal in the service's own words: SQS writes actions in small letters, SNS its own name in capitals."""
    service, _, operation = action.partition(":")
    said = {"sqs": action.lower(), "sns": f"SNS:{operation}"}.get(service, action)
    named = f'"{resource}"' if service == "s3" else resource
    why = f"because no identity-based policy allows the {said} action"
    if decision.statement is not None:
        why = f"with an explicit deny in {'a' if decision.by.startswith('r') else 'an'} {decision.by}"
    text = f"User: {caller.key.principal} is not authorized to perform: {said} on resource: {named} {why}"
    if decision.unchecked:
        text += f" ({decision.unchecked}, which lambdalab cannot check and takes as met)"
    return Refused("AccessDenied", _CODES.get(caller.service, "AccessDeniedException"), text)
