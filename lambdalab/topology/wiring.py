"""The wires as they are configured: which service sends events where, asked from each service through boto3.

On AWS a bucket's rules stand in S3, a topic's subscriptions in SNS, a rule's targets in EventBridge, a queue's reader
in Lambda, a route in API Gateway. Here one function a service reads them as nodes and wires; whether a wire is allowed
is judged elsewhere. Left out: wires whose other end is not one of AWS's resources, such as an e-mail address.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from lambdalab.keys import ACCOUNT
from lambdalab.topology.model import Node

Clients = Callable[[str, str], Any]
"""A boto3 client for a service and a region."""
_FUNCTION = re.compile(r"arn:aws:lambda:[\w-]+:\d{12}:function:[\w-]+(:[\w$-]+)?")
_POLLED = {
    "sqs": ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"),
    "dynamodb": ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
    "kinesis": ("kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator"),
}
"""What the function's role must be allowed for Lambda to read a source in its name."""
GIVEN = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
    "events": "events:PutEvents",
    "s3": "s3:PutObject",
}
"""What has to be allowed to hand something to a service."""


@dataclass(frozen=True)
class Wire:
    """One wire from the ARN of a source to the ARN of a target, and what has to be asked about it.

    Args:
        principal: the service that sends: the target's own policy decides. "*" for everybody, "" where none is asked.
        source_arn: on whose behalf it sends.
        needs: what the role must allow, each on `resource`; empty where no role is asked.
        enough: whether one of them is enough.
        role: the name of that role.
        resource: the ARN that the role acts on.
        idle: in a sentence why nothing passes, whatever is allowed; "" when it can.
    """

    source: str
    target: str
    label: str = ""
    principal: str = ""
    source_arn: str = ""
    needs: tuple[str, ...] = ()
    enough: bool = False
    role: str = ""
    resource: str = ""
    idle: str = ""


Found = Iterator[Node | Wire]
_BRIDGE, _ALARMS = "events.amazonaws.com", "lambda.alarms.cloudwatch.amazonaws.com"


def read(clients: Clients, region: str) -> tuple[list[Node], list[Wire], dict[str, Mapping[str, Any]]]:
    """All nodes and wires, and the settings of each function by its ARN.

    Args:
        region: the lab's; others are read as far as a bucket lies in them or a wire leads there.
    """
    parts: list[Node | Wire] = list(_buckets(clients("s3", region), clients, region))
    functions: dict[str, Mapping[str, Any]] = {}
    done: set[str] = set()
    while todo := ({region} | {_region(part) for part in parts}) - done - {""}:
        for each in sorted(todo):
            settings = _settings(clients, each)
            functions |= settings
            parts += _functions(clients, each, settings)
            for reader in (_queues, _topics, _tables, _buses, _schedules, _alarms, _http_apis, _rest_apis):
                parts += reader(clients, each)
        done |= todo
    nodes = {part.arn: part for part in parts if isinstance(part, Node)}
    return list(nodes.values()), [part for part in parts if isinstance(part, Wire)], functions


def _region(part: Node | Wire) -> str:
    """Where a node lies, or where a wire leads; "" where that is no region."""
    return part.region if isinstance(part, Node) else part.target.split(":")[3]


def _buckets(client: Any, clients: Clients, region: str) -> Found:
    for bucket in client.list_buckets()["Buckets"]:
        name, arn = bucket["Name"], f"arn:aws:s3:::{bucket['Name']}"
        lies = client.get_bucket_location(Bucket=name).get("LocationConstraint") or "us-east-1"
        yield Node("bucket", name, arn, lies)
        rules = clients("s3", lies).get_bucket_notification_configuration(Bucket=name)
        for kind, key in (("LambdaFunction", "LambdaFunctionArn"), ("Queue", "QueueArn"), ("Topic", "TopicArn")):
            for rule in rules.get(f"{kind}Configurations", []):
                yield Wire(arn, rule[key], _rule_in_words(rule), "s3.amazonaws.com", arn)
        if "EventBridgeConfiguration" in rules:
            yield Wire(arn, f"arn:aws:events:{lies}:{ACCOUNT}:event-bus/default", "all events")


def _rule_in_words(rule: Mapping[str, Any]) -> str:
    """Such as "ObjectCreated:*, in/*.jpg"."""
    filters = {f["Name"].lower(): f["Value"] for f in rule.get("Filter", {}).get("Key", {}).get("FilterRules", [])}
    keys = f"{filters.get('prefix', '')}*{filters.get('suffix', '')}"
    return ", ".join([*(event.removeprefix("s3:") for event in rule["Events"]), *([keys] if filters else [])])


def _settings(clients: Clients, region: str) -> dict[str, Mapping[str, Any]]:
    pages = clients("lambda", region).get_paginator("list_functions").paginate()
    return {f["FunctionArn"].split(":$")[0]: f for page in pages for f in page["Functions"]}


def _functions(clients: Clients, region: str, settings: Mapping[str, Mapping[str, Any]]) -> Found:
    client = clients("lambda", region)
    for arn, function in settings.items():
        name, role = function["FunctionName"], function["Role"].rpartition("/")[2]
        yield Node("function", name, arn, region)
        if letters := function.get("DeadLetterConfig", {}).get("TargetArn"):
            yield _given(arn, letters, "dead letters of asynchronous events", role)
        for configured in client.list_function_event_invoke_configs(FunctionName=name)["FunctionEventInvokeConfigs"]:
            for when, to in configured.get("DestinationConfig", {}).items():
                if to.get("Destination"):
                    yield _given(arn, to["Destination"], when.replace("On", "on ").lower(), role)
        if url := _or_none(client.get_function_url_config, FunctionName=name):
            address = url["FunctionUrl"].rstrip("/")
            yield Node("api", name, address, note="function URL")
            yield Wire(address, arn, "any path", "*" if url["AuthType"] == "NONE" else "")
    for mapping in client.get_paginator("list_event_source_mappings").paginate().search("EventSourceMappings[]"):
        source, target = mapping["EventSourceArn"], mapping["FunctionArn"]
        service = source.split(":")[2]
        if service == "kinesis":
            yield Node("stream", source.rpartition("/")[2], source, region)
        owner = next((f for arn, f in settings.items() if target == arn or target.startswith(f"{arn}:")), None)
        yield Wire(
            source, target, "stream" if service == "dynamodb" else f"batches of {mapping.get('BatchSize', 1)}",
            needs=_POLLED.get(service, ()) if owner else (), role=owner["Role"].rpartition("/")[2] if owner else "",
            resource=source, idle="the mapping is disabled" if mapping.get("State") == "Disabled" else "",
        )  # fmt: skip
        letters = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        if letters and owner:
            role = owner["Role"].rpartition("/")[2]
            yield _given(owner["FunctionArn"].split(":$")[0], letters, "on failure", role)


def _given(source: str, target: str, label: str, role: str) -> Wire:
    """What Lambda sends in the function's name."""
    service = target.split(":")[2]
    resource = f"{target}/any" if service == "s3" else target
    return Wire(source, target, label, needs=(GIVEN[service],), role=role, resource=resource)


def _queues(clients: Clients, region: str) -> Found:
    client = clients("sqs", region)
    queues = []
    for url in client.list_queues().get("QueueUrls", []):
        queues.append(client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"])
    letters = {}
    for queue in queues:
        if redrive := json.loads(queue.get("RedrivePolicy", "{}")):
            letters[redrive["deadLetterTargetArn"]] = True
            label = f"after {redrive['maxReceiveCount']} receives"
            yield Wire(queue["QueueArn"], redrive["deadLetterTargetArn"], label)
    for queue in queues:
        arn = queue["QueueArn"]
        yield Node("dead letters" if arn in letters else "queue", arn.rpartition(":")[2], arn, region)


def _topics(clients: Clients, region: str) -> Found:
    client = clients("sns", region)
    for topic in client.list_topics()["Topics"]:
        yield Node("topic", topic["TopicArn"].rpartition(":")[2], topic["TopicArn"], region)
    for subscription in client.list_subscriptions()["Subscriptions"]:
        topic, protocol = subscription["TopicArn"], subscription["Protocol"]
        if protocol in ("lambda", "sqs"):
            yield Wire(topic, subscription["Endpoint"], "subscribed", "sns.amazonaws.com", topic)
        kept = client.get_subscription_attributes(SubscriptionArn=subscription["SubscriptionArn"])["Attributes"]
        if redrive := json.loads(kept.get("RedrivePolicy") or "{}"):
            yield Wire(topic, redrive["deadLetterTargetArn"], "not delivered", "sns.amazonaws.com", topic)


def _tables(clients: Clients, region: str) -> Found:
    for name in clients("dynamodb", region).list_tables()["TableNames"]:
        yield Node("table", name, f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{name}", region)


def _buses(clients: Clients, region: str) -> Found:
    client = clients("events", region)
    for bus in client.list_event_buses()["EventBuses"]:
        yield Node("bus", bus["Name"], bus["Arn"], region)
        for rule in client.list_rules(EventBusName=bus["Name"])["Rules"]:
            targets = client.list_targets_by_rule(Rule=rule["Name"], EventBusName=bus["Name"])["Targets"]
            source, label = bus["Arn"], f"rule {rule['Name']}"
            if "ScheduleExpression" in rule:
                source, label = rule["Arn"], rule["ScheduleExpression"]
                yield Node("clock", rule["Name"], rule["Arn"], region)
            idle = "the rule is disabled" if rule.get("State") == "DISABLED" else ""
            for target in targets:
                arn = target["Arn"]
                if "RoleArn" in target and arn.split(":")[2] == "events":
                    role = _known_role(clients, region, target["RoleArn"])
                    yield Wire(source, arn, label, needs=(GIVEN["events"],), role=role, resource=arn, idle=idle)
                elif arn.split(":")[2] in GIVEN:
                    yield Wire(source, arn, label, _BRIDGE, rule["Arn"], idle=idle)
                if letters := target.get("DeadLetterConfig", {}).get("Arn"):
                    yield Wire(source, letters, f"dead letters of {label}", _BRIDGE, rule["Arn"])


def _schedules(clients: Clients, region: str) -> Found:
    """Those of EventBridge Scheduler, which calls a target with a role of the schedule's own."""
    client = clients("scheduler", region)
    for listed in client.list_schedules()["Schedules"]:
        one = client.get_schedule(Name=listed["Name"], GroupName=listed["GroupName"])
        target, arn = one["Target"], one["Target"]["Arn"]
        yield Node("clock", one["Name"], one["Arn"], region)
        role = _known_role(clients, region, target["RoleArn"])
        idle = "the schedule is disabled" if one["State"] == "DISABLED" else ""
        if service := GIVEN.get(arn.split(":")[2]):
            yield Wire(one["Arn"], arn, one["ScheduleExpression"], needs=(service,), role=role, resource=arn, idle=idle)
        if letters := target.get("DeadLetterConfig", {}).get("Arn"):
            label = f"dead letters of {one['Name']}"
            yield Wire(one["Arn"], letters, label, needs=(GIVEN["sqs"],), role=role, resource=letters)


def _known_role(clients: Clients, region: str, arn: str) -> str:
    """A role's name; "" for one that IAM does not know, so that nobody is asked."""
    name = arn.rpartition("/")[2]
    return name if _or_none(clients("iam", region).get_role, RoleName=name) else ""


def _alarms(clients: Clients, region: str) -> Found:
    for alarm in clients("cloudwatch", region).describe_alarms(AlarmTypes=["MetricAlarm"])["MetricAlarms"]:
        yield Node("alarm", alarm["AlarmName"], alarm["AlarmArn"], region)
        idle = "" if alarm.get("ActionsEnabled", True) else "the alarm's actions are switched off"
        states = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
        for state, actions in states.items():
            for action in alarm.get(actions, []):
                principal = _ALARMS if action.split(":")[2] == "lambda" else ""
                yield Wire(alarm["AlarmArn"], action, state, principal, alarm["AlarmArn"], idle=idle)


def _http_apis(clients: Clients, region: str) -> Found:
    client = clients("apigatewayv2", region)
    for api in client.get_apis()["Items"]:
        arn = f"arn:aws:execute-api:{region}:{ACCOUNT}:{api['ApiId']}"
        yield Node("api", api["Name"], arn, region)
        stage = next((stage["StageName"] for stage in client.get_stages(ApiId=api["ApiId"])["Items"]), "$default")
        functions = {i["IntegrationId"]: i for i in client.get_integrations(ApiId=api["ApiId"])["Items"]}
        for route in client.get_routes(ApiId=api["ApiId"])["Items"]:
            integration = functions.get(route.get("Target", "").rpartition("/")[2], {})
            if found := _FUNCTION.search(integration.get("IntegrationUri", "")):
                method, _, path = route["RouteKey"].partition(" ")
                asks = f"{arn}/{stage}/{'*' if method == 'ANY' else method}{path}"
                yield Wire(arn, found[0], route["RouteKey"], "apigateway.amazonaws.com", asks)


def _rest_apis(clients: Clients, region: str) -> Found:
    client = clients("apigateway", region)
    for api in client.get_rest_apis()["items"]:
        arn = f"arn:aws:execute-api:{region}:{ACCOUNT}:{api['id']}"
        yield Node("api", api["name"], arn, region)
        stage = next((stage["stageName"] for stage in client.get_stages(restApiId=api["id"])["item"]), "*")
        for resource in client.get_resources(restApiId=api["id"], limit=500)["items"]:
            for method, settings in resource.get("resourceMethods", {}).items():
                if found := _FUNCTION.search(settings.get("methodIntegration", {}).get("uri", "")):
                    asks = f"{arn}/{stage}/{'*' if method == 'ANY' else method}{resource['path']}"
                    yield Wire(arn, found[0], f"{method} {resource['path']}", "apigateway.amazonaws.com", asks)


def _or_none(call: Callable[..., Any], **arguments: Any) -> Any:
    """The answer; None where AWS says that there is none."""
    try:
        return call(**arguments)
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] in (404, 501):
            return None
        raise
