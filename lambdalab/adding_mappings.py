"""Making Lambda read a queue or a table's stream, the way AWS's console does: by an event source mapping.

Lambda reads these sources itself, with the rights of the function's role, so nobody has to be let in by the function's
policy. AWS's console makes the mapping with its button and writes no policy: where the role lacks a right, AWS refuses.
Here the same, and the refusal says which call gives the right. What is there already is left as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from lambdalab.console.recorder import Recorder
from lambdalab.errors import LabError

_SERVICE_ROLE = "arn:aws:iam::aws:policy/service-role/"
_POLICIES = {"sqs": "AWSLambdaSQSQueueExecutionRole", "dynamodb": "AWSLambdaDynamoDBExecutionRole"}
_LACKS = re.compile(r"execution role does not have permissions|Please ensure the role can perform")


def queue(recorder: Recorder, function_arn: str, name: str, size: int = 10) -> str:
    """Make Lambda hand a queue's messages to a function, in batches of at most `size`.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html; lesson 07.

    Args:
        function_arn: of a function, a version or an alias.
        name: the queue's.

    Returns:
        What is so now, in words.

    Raises:
        LabError: the function's role lacks a right.
        botocore.exceptions.ClientError: AWS refuses; then nothing has changed.
    """
    client = recorder.client("sqs")
    with recorder.looking():
        url = client.get_queue_url(QueueName=name)["QueueUrl"]
        arn = client.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    settings = _mapped(recorder, function_arn, arn, {"BatchSize": size})
    return f"Lambda reads the queue {name} and calls {_called(function_arn)} with {words(settings)}"


def stream(recorder: Recorder, function_arn: str, table: str, size: int = 100) -> str:
    """Make Lambda hand the changes of a table to a function, from now on.

    Follows https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html; lesson 07.

    Args:
        function_arn: of a function, a version or an alias.
        table: its name.

    Raises:
        LabError: the table has no stream, or the function's role lacks a right.
        botocore.exceptions.ClientError: AWS refuses; then nothing has changed.
    """
    with recorder.looking():
        told = recorder.client("dynamodb").describe_table(TableName=table)["Table"]
    if not told.get("StreamSpecification", {}).get("StreamEnabled"):
        raise LabError(
            f"The table {table} has no stream, so nobody can read its changes. Switch it on: "
            f'boto3.client("dynamodb").update_table(TableName="{table}", StreamSpecification='
            '{"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}).'
        )
    wanted = {"BatchSize": size, "StartingPosition": "LATEST"}
    settings = _mapped(recorder, function_arn, told["LatestStreamArn"], wanted)
    return f"Lambda reads the stream of the table {table} and calls {_called(function_arn)} with {words(settings)}"


def no_more(recorder: Recorder, uuid: str, source: str) -> str:
    """Delete a mapping; a batch under way ends, and what is in the source stays there."""
    recorder.client("lambda").delete_event_source_mapping(UUID=uuid)
    return f"Removed: Lambda does not read {source} for this function any more. What is in it stays there."


def words(settings: Mapping[str, Any]) -> str:
    """A mapping in words: "batches of up to 10"."""
    return f"batches of up to {settings['BatchSize']}"


def _mapped(recorder: Recorder, function_arn: str, source_arn: str, wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """The mapping of this pair, made when there is none."""
    client = recorder.client("lambda")
    with recorder.looking():
        found = client.list_event_source_mappings(FunctionName=function_arn, EventSourceArn=source_arn)
    if found["EventSourceMappings"]:
        there: Mapping[str, Any] = found["EventSourceMappings"][0]
        return there
    try:
        made: Mapping[str, Any] = client.create_event_source_mapping(
            FunctionName=_called(function_arn), EventSourceArn=source_arn, **wanted
        )
    except ClientError as refused:
        text = str(refused.response["Error"].get("Message"))
        if _LACKS.search(text) is None:
            raise
        raise LabError(f"{text.rstrip('.')}. {_remedy(client, function_arn, source_arn)}") from refused
    return made


def _remedy(client: Any, function_arn: str, source_arn: str) -> str:
    """How the role gets what Lambda needs to read in its name."""
    role = client.get_function_configuration(FunctionName=function_arn)["Role"].rpartition("/")[2]
    policy = _SERVICE_ROLE + _POLICIES[source_arn.split(":")[2]]
    return (
        "Lambda reads with the rights of the function's role, and AWS's console adds none. Give them: "
        f'boto3.client("iam").attach_role_policy(RoleName="{role}", PolicyArn="{policy}").'
    )


def _called(function_arn: str) -> str:
    return ":".join(function_arn.split(":")[6:])
