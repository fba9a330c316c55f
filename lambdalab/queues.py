"""`Queue`, the student's handle on one queue of SQS: where it is, how much is in it, and many messages sent at once.

Everything here is a boto3 call with something friendlier around it: the same could be typed by hand. Making a queue,
its settings, and receiving are boto3's alone.
"""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lambdalab.errors import LabError

if TYPE_CHECKING:
    from lambdalab.lab import Lab

_AT_ONCE = 10
_COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


class Queue:
    """One queue by name (lesson 07). Nothing is kept here but its address: every call asks the cloud.

    Raises:
        LabError: there is no queue of this name; the text lists those there are.
    """

    def __init__(self, lab: Lab, name: str) -> None:
        self._client, self.name = lab.client("sqs"), name
        try:
            self.url = str(self._client.get_queue_url(QueueName=name)["QueueUrl"])
        except self._client.exceptions.QueueDoesNotExist:
            pages = self._client.get_paginator("list_queues").paginate()
            names = sorted(url.rpartition("/")[2] for page in pages for url in page.get("QueueUrls", ()))
            there = f"There are: {', '.join(names)}." if names else "There is none yet."
            raise LabError(f"there is no queue named {name!r}. {there} create_queue makes one.") from None

    @cached_property
    def arn(self) -> str:
        """Its ARN, as mappings, destinations and policies name it."""
        return self._attributes("QueueArn")["QueueArn"]

    @property
    def left(self) -> int:
        """How many messages it holds: those that can be received, and those that are invisible."""
        return sum(int(count) for count in self._attributes(*_COUNTS).values())

    def send(self, *messages: Any) -> list[str]:
        """Send messages, ten with each call; their message ids, in the same order.

        Follows https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html.

        Args:
            messages: texts as they are; anything else as JSON.

        Raises:
            TypeError: a message cannot be JSON.
            LabError: SQS took some of them and refused others; the text names the first refusal.
        """
        bodies = [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in messages]
        ids: dict[int, str] = {}
        for start in range(0, len(bodies), _AT_ONCE):
            part = list(enumerate(bodies))[start : start + _AT_ONCE]
            entries = [{"Id": str(place), "MessageBody": body} for place, body in part]
            answer = self._client.send_message_batch(QueueUrl=self.url, Entries=entries)
            if refused := answer.get("Failed"):
                raise LabError(f"SQS refused {len(refused)} of {len(part)} messages: {refused[0].get('Message')}")
            ids |= {int(sent["Id"]): sent["MessageId"] for sent in answer["Successful"]}
        return [ids[place] for place in range(len(bodies))]

    def _attributes(self, *names: str) -> dict[str, str]:
        answer = self._client.get_queue_attributes(QueueUrl=self.url, AttributeNames=[*names])
        return dict(answer["Attributes"])

    def __repr__(self) -> str:
        return f"Queue({self.name!r})"
