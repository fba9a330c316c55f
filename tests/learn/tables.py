"""A table for a test, with a stream of its changes if one is wanted."""

from __future__ import annotations

from typing import Any

from lambdalab import Lab


def make_table(lab: Lab, name: str, *, key: str = "id", stream: bool = False) -> str:
    """Make a table with one key, a text; the ARN of its stream, "" without one."""
    more: dict[str, Any] = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}}
    made = lab.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        **(more if stream else {}),
    )
    return str(made["TableDescription"].get("LatestStreamArn", ""))
