"""The policies that decide on a wire: the target's own, and those of the role that a function wears.

On AWS a function's policy says who may call it, and its role says what it may do itself; the two are often taken for
one another. Here both are read through boto3 as statements, each once, and asked about one wire; so are the policies of
queues, topics and buses. Left out: the policies of buckets.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from lambdalab import permissions
from lambdalab.keys import ACCOUNT
from lambdalab.permissions import Decision, Statement
from lambdalab.topology.wiring import GIVEN, Clients, Wire

_URL = {
    "lambda:InvokeFunctionUrl": {"lambda:FunctionUrlAuthType": "NONE"},
    "lambda:InvokeFunction": {"lambda:InvokedViaFunctionUrl": "true"},
}
"""What a function URL without authentication needs: both actions, each with what is known of the call."""


class Policies:
    """Reads policies when they are first asked for.

    Args:
        region: of the lab, for IAM.
    """

    def __init__(self, clients: Clients, region: str) -> None:
        self._clients, self._region = clients, region
        self._targets: dict[str, list[Statement]] = {}
        self._roles: dict[str, list[Statement]] = {}

    def of_target(self, arn: str) -> list[Statement]:
        """The statements of the policy of a function, version or alias, a queue, a topic or a bus; none without one."""
        if arn not in self._targets:
            service, region = arn.split(":")[2:4]
            read = {
                "lambda": _function_policy,
                "sqs": _queue_policy,
                "sns": _topic_policy,
                "events": _bus_policy,
            }[service]
            self._targets[arn] = _listed(json.loads(read(self._clients(service, region), arn) or "{}"))
        return self._targets[arn]

    def of_role(self, name: str) -> list[Statement]:
        """The statements of all policies of a role; none for a role that IAM does not know."""
        if name not in self._roles:
            try:
                self._roles[name] = self._read_role(name)
            except ClientError:
                self._roles[name] = []
        return self._roles[name]

    def _read_role(self, name: str) -> list[Statement]:
        client, documents = self._clients("iam", self._region), []
        for inline in client.list_role_policies(RoleName=name)["PolicyNames"]:
            documents.append(client.get_role_policy(RoleName=name, PolicyName=inline)["PolicyDocument"])
        for attached in client.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            arn = attached["PolicyArn"]
            version = client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            read = client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
            documents.append(read["Document"])
        return [statement for document in documents for statement in _listed(document)]

    def judge(self, wire: Wire, source: str) -> tuple[bool, str]:
        """Whether a wire is allowed, and in words what decided; "" where nobody is asked.

        Args:
            source: the name of where it begins.
        """
        if wire.principal == "*":
            asked = [self._calls(wire, source, action, context) for action, context in _URL.items()]
            return next((one for one in asked if not one[0]), asked[0])
        if wire.principal:
            return self._calls(wire, source, GIVEN[wire.target.split(":")[2]], {})
        return self._role_allows(wire) if wire.role else (True, "")

    def _calls(self, wire: Wire, source: str, action: str, context: Mapping[str, str]) -> tuple[bool, str]:
        statements = self.of_target(wire.target)
        asked: dict[str, Any] = {
            "principal": wire.principal, "action": action, "resource": wire.target, "source_arn": wire.source_arn,
            "source_account": ACCOUNT, "context": context,
        }  # fmt: skip
        decision = permissions.decide(statements, **asked)
        if decision.allowed:
            return True, _in_words(decision, wire, source)
        if decision.statement is not None:
            return False, decision.reason
        who = "everybody" if wire.principal == "*" else wire.principal
        return False, permissions.near_miss(statements, **asked).rstrip(".") or f"no statement names {who}"

    def _role_allows(self, wire: Wire) -> tuple[bool, str]:
        statements = self.of_role(wire.role)
        asked = [
            (action, permissions.decide_for_role(statements, action=action, resource=wire.resource).allowed)
            for action in wire.needs
        ]
        allowed, denied = [one for one, yes in asked if yes], [one for one, yes in asked if not yes]
        if denied and not (wire.enough and allowed):
            several = f"none of {', '.join(denied)}" if wire.enough and len(denied) > 1 else f"no {denied[0]}"
            return False, f"the role {wire.role} allows {several}"
        return True, f"the role {wire.role} allows {', '.join(allowed)}"


def _in_words(decision: Decision, wire: Wire, source: str) -> str:
    """Such as "allow s3.amazonaws.com from photos"."""
    whose = f" from {source}" if wire.source_arn else ""
    named = f" (statement {decision.statement['Sid']})" if decision.statement and "Sid" in decision.statement else ""
    return f"allow {'everybody' if wire.principal == '*' else wire.principal}{whose}{named}"


def _listed(document: Mapping[str, Any]) -> list[Statement]:
    """A policy's statements; it may hold one without a list around it."""
    found = document.get("Statement", [])
    return list(found) if isinstance(found, list) else [found]


def _function_policy(client: Any, arn: str) -> str:
    name, *qualifier = arn.split(":")[6:]
    try:
        return str(client.get_policy(FunctionName=name, **({"Qualifier": qualifier[0]} if qualifier else {}))["Policy"])
    except client.exceptions.ResourceNotFoundException:  # AWS's way of saying that there is no statement
        return ""


def _queue_policy(client: Any, arn: str) -> str:
    url = client.get_queue_url(QueueName=arn.rpartition(":")[2])["QueueUrl"]
    asked = client.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])
    return str(asked.get("Attributes", {}).get("Policy", ""))


def _topic_policy(client: Any, arn: str) -> str:
    return str(client.get_topic_attributes(TopicArn=arn)["Attributes"].get("Policy", ""))


def _bus_policy(client: Any, arn: str) -> str:
    return str(client.describe_event_bus(Name=arn.partition("/")[2]).get("Policy", ""))
