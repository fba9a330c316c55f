"""Permissions: what each role names, what it never used, and whether a stranger can start a function.

Roles are read as IAM tells them. Strangers are tried for real: an event in the name of a bucket, a rule, a topic and an
API that do not belong to the system. Follows
https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege; lessons 04 and 05.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from lambdalab.learn.capstone.looks import Look, Looks, because
from lambdalab.learn.capstone.system import CLEANUP, DEAD, FUNCTIONS, IN, WORK, System
from lambdalab.permissions import decide

EVERYTHING = "everything"
_STRANGERS_ACCOUNT = "999988887777"
_AWSS_OWN = ("AWSLambdaBasicExecutionRole", "AWSLambdaSQSQueueExecutionRole", "AWSLambdaDynamoDBExecutionRole")
"""Policies that AWS recommends for a log, a queue and a stream; what they allow names no resource."""
_ANYWHERE = ("logs:", "xray:", "cloudwatch:PutMetricData")
"""Actions that name no resource, or one that does not matter here."""
_INSIDE = {"s3": "/*", "dynamodb": "/*", "events": "", "sqs": "", "sns": "", "lambda": ":*"}
"""By service, how an ARN may end that means all that is in one resource."""
_SEVERAL = ("dynamodb:TransactWriteItems", "dynamodb:BatchWriteItem", "dynamodb:BatchGetItem")
_MANAGES = re.compile(r":(Create|Delete|Update|Put|Set)(Table|Bucket|Queue|Topic|Rule|Function|Role|EventBus|Policy)")
"""Actions on a table, bucket or queue itself, and not on what is in it."""
_HARMLESS = {"dry_run": True}


def rights(system: System) -> Looks:
    """Each role, each function's policy, the policies of the queues."""
    system.must_have(functions=FUNCTIONS)
    for name in FUNCTIONS:
        yield _role(system, name)
    for name in FUNCTIONS:
        yield _strangers(system, name)
    for name in (WORK, DEAD):
        yield _queue(system, name)
    system.calm()


# -- roles -------------------------------------------------------------------------------------------------------------


def _role(system: System, name: str) -> Look:
    role = str(system.settings(name)["Role"]).rpartition("/")[2]
    tried, wanted = f"the role of `{name}`", "only what it uses"
    wide = []
    for policy, statement in _statements(system, role):
        for action, resource in _allowed(statement):
            if policy in _AWSS_OWN or action.startswith(_ANYWHERE):
                continue
            if action == "*" or (action.endswith(":*") and resource == "*"):
                look = Look(False, tried, f"{policy} allows {action} on {resource}", wanted)
                words = f"The role of `{name}` may do everything: {policy} allows `{action}` on `{resource}`."
                return because(look, EVERYTHING, words, "A mistake in one function reaches as far as its role.")
            if "*" in action or _is_wide(resource):
                wide.append(f"`{action}` on `{resource}`")
    if wide:
        look = Look(False, tried, f"a wildcard: {wide[0]}", wanted)
        idea = "Write the actions that the function asks for, and the resources that it asks."
        return because(look, "wildcard", f"The role of `{name}` has a wildcard: {wide[0]}.", idea)
    unused = _unused(system, name, role)
    look = Look(not unused, tried, f"never used: {unused}" if unused else wanted, wanted)
    return because(look, "unused", f"`{name}` never used {unused}.", "Take away what nobody needs.")


def _statements(system: System, role: str) -> list[tuple[str, Mapping[str, Any]]]:
    """What the role's policies say, each with the name of its policy."""
    iam = system.lab.client("iam")
    try:
        names = iam.list_role_policies(RoleName=role)["PolicyNames"]
    except ClientError:
        return [("no role in IAM", {"Effect": "Allow", "Action": "*", "Resource": "*"})]
    documents = [(name, iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]) for name in names]
    for one in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
        version = iam.get_policy(PolicyArn=one["PolicyArn"])["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=one["PolicyArn"], VersionId=version)["PolicyVersion"]["Document"]
        documents.append((one["PolicyName"], found))
    return [(name, statement) for name, document in documents for statement in _listed(_read(document)["Statement"])]


def _read(document: Any) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(document) if isinstance(document, str) else document
    return found


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _allowed(statement: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Each action with each resource; what is said by exceptions counts as everything."""
    if statement.get("Effect") != "Allow":
        return []
    actions = _listed(statement.get("Action", "*"))
    resources = _listed(statement.get("Resource", "*"))
    return [(str(action), str(resource)) for action in actions for resource in resources]


def _is_wide(resource: str) -> bool:
    """Whether it names more than one resource with what is in it."""
    parts = resource.split(":", 5)
    if len(parts) < 6:
        return True
    return "*" in ":".join(parts[:5]) or "*" in parts[5].removesuffix(_INSIDE.get(parts[2], ""))


def _unused(system: System, name: str, role: str) -> str:
    """What the role allows and the function never asked for, nor Lambda in its name; "" for nothing.

    Told are resources that were never asked, and what manages a resource instead of using it. Of the actions on a
    resource that was asked nothing is said: a rare branch may need them.
    """
    settings = system.settings(name)
    mappings = system.functions.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    asked = [mapping["EventSourceArn"] for mapping in mappings] + [_destinations(system, name, settings)]
    used = [step for step in system.lab.steps(kind="request") if step.source.endswith(f"/{name}")]
    if not used:
        return ""  # it has not run, so nothing can be said
    known = [*(step.target for step in used), *" ".join(asked).split()]
    if any(step.name in _SEVERAL for step in used):  # only the first of its tables is told
        known += [f"arn:aws:dynamodb:{system.lab.region}:{settings['FunctionArn'].split(':')[4]}:table"]
    for policy, statement in _statements(system, role):
        for action, resource in _allowed(statement):
            if policy in _AWSS_OWN or action.startswith(_ANYWHERE):
                continue
            stem = resource.removesuffix("*").rstrip("/:")
            manages = _MANAGES.search(action) and action not in {step.name for step in used}
            if manages or not any(
                target.startswith(stem) or stem.startswith(f"{target}/") for target in known if target
            ):
                return f"`{action}` on `{resource}`"
    return ""


def _destinations(system: System, name: str, settings: Mapping[str, Any]) -> str:
    """The ARNs to which Lambda itself sends in the function's name."""
    found = [settings.get("DeadLetterConfig", {}).get("TargetArn", "")]
    try:
        config = system.functions.get_function_event_invoke_config(FunctionName=name).get("DestinationConfig", {})
    except ClientError:
        config = {}
    found += [where.get("Destination", "") for where in config.values()]
    return " ".join(found)


# -- strangers ---------------------------------------------------------------------------------------------------------


def _strangers(system: System, name: str) -> Look:
    arn = str(system.settings(name)["FunctionArn"])
    region, account = arn.split(":")[3:5]
    place = f"{region}:{account}"
    tries = (
        ("events.amazonaws.com", f"arn:aws:events:{place}:rule/stranger", account),
        ("s3.amazonaws.com", "arn:aws:s3:::strangers-bucket", account),
        ("s3.amazonaws.com", f"arn:aws:s3:::{IN}", _STRANGERS_ACCOUNT),
        ("sns.amazonaws.com", f"arn:aws:sns:{place}:stranger", account),
        ("apigateway.amazonaws.com", f"arn:aws:execute-api:{place}:stranger/*/GET/", account),
    )
    tried, wanted = f"who may start `{name}`", "nobody but its own sources"
    for principal, source, whose in tries:
        step = system.lab.send_as(principal, source, name, account=whose, event=_HARMLESS)
        if step.outcome != "denied":
            look = Look(False, tried, f"{source} of account {whose} could", wanted)
            words = f"M6's stranger could start `{name}`. Who needs to?"
            idea = f"The stranger was {source}." if name == CLEANUP else f"The stranger was {source}, account {whose}."
            return because(look, "stranger", words, idea, "Name the source's ARN, and its account for a bucket.")
    return Look(True, tried, wanted, wanted)


def _queue(system: System, name: str) -> Look:
    """Whether a stranger's bucket may put messages into a queue, if there is one."""
    tried, wanted = f"who may send to `{name}`", "nobody but its own source"
    try:
        url = system.sqs.get_queue_url(QueueName=name)["QueueUrl"]
    except ClientError:
        return Look(True, tried, "there is no such queue", wanted)
    said = system.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    statements = _listed(json.loads(said.get("Policy", '{"Statement": []}'))["Statement"])
    for principal, source in (("s3.amazonaws.com", "arn:aws:s3:::strangers-bucket"), ("someone", "")):
        decision = decide(
            statements,
            principal=principal,
            action="sqs:SendMessage",
            resource=said["QueueArn"],
            source_arn=source,
            source_account=_STRANGERS_ACCOUNT,
        )
        if decision.allowed:
            look = Look(False, tried, f"{source or 'everybody'} could", wanted)
            words = f"A stranger could send to `{name}`: {source or 'everybody'}."
            idea = "Name the bucket's ARN in the policy of the queue."
            if name == DEAD:
                idea = "It needs no policy: Lambda sends with the role of the function, and SQS moves what it gives up."
            return because(look, "stranger", words, idea)
    return Look(True, tried, wanted, wanted)
