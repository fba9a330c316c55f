"""The keys that AWS's events have, as they were recorded from AWS or stand in its documentation.

A name with `?` may be missing. `...` stands for any value, a list holds the shape of its elements.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Shape = dict[str, Any]

S3: Shape = {
    "Records": [
        {
            "eventVersion": ...,
            "eventSource": ...,
            "awsRegion": ...,
            "eventTime": ...,
            "eventName": ...,
            "userIdentity": {"principalId": ...},
            "requestParameters": {"sourceIPAddress": ...},
            "responseElements": {"x-amz-request-id": ..., "x-amz-id-2": ...},
            "s3": {
                "s3SchemaVersion": ...,
                "configurationId": ...,
                "bucket": {"name": ..., "ownerIdentity": {"principalId": ...}, "arn": ...},
                "object": {"key": ..., "size?": ..., "eTag?": ..., "versionId?": ..., "sequencer?": ...},
            },
            "glacierEventData?": {
                "restoreEventData": {"lifecycleRestorationExpiryTime": ..., "lifecycleRestoreStorageClass": ...}
            },
        }
    ]
}
S3_TEST: Shape = {"Service": ..., "Event": ..., "Time": ..., "Bucket": ..., "RequestId": ..., "HostId": ...}
EVENTBRIDGE: Shape = {
    "version": ...,
    "id": ...,
    "detail-type": ...,
    "source": ...,
    "account": ...,
    "time": ...,
    "region": ...,
    "resources": ...,
    "detail": ...,
}
S3_ON_THE_BUS: Shape = EVENTBRIDGE | {
    "detail": {
        "version": ...,
        "bucket": {"name": ...},
        "object": {"key": ..., "size?": ..., "etag?": ..., "version-id?": ..., "sequencer?": ...},
        "request-id": ...,
        "requester": ...,
        "source-ip-address": ...,
        "reason?": ...,
        "deletion-type?": ...,
        "restore-expiry-time?": ...,
        "source-storage-class?": ...,
    }
}
SNS: Shape = {
    "Records": [
        {
            "EventSource": ...,
            "EventVersion": ...,
            "EventSubscriptionArn": ...,
            "Sns": {
                "Type": ...,
                "MessageId": ...,
                "TopicArn": ...,
                "Subject": ...,
                "Message": ...,
                "Timestamp": ...,
                "SignatureVersion": ...,
                "Signature": ...,
                "SigningCertUrl": ...,
                "UnsubscribeUrl": ...,
                "MessageAttributes": ...,
            },
        }
    ]
}
SQS: Shape = {
    "Records": [
        {
            "messageId": ...,
            "receiptHandle": ...,
            "body": ...,
            "attributes": {
                "ApproximateReceiveCount": ...,
                "AWSTraceHeader?": ...,
                "DeadLetterQueueSourceArn?": ...,
                "SentTimestamp": ...,
                "SenderId": ...,
                "ApproximateFirstReceiveTimestamp": ...,
                "SequenceNumber?": ...,
                "MessageGroupId?": ...,
                "MessageDeduplicationId?": ...,
            },
            "messageAttributes": ...,
            "md5OfMessageAttributes?": ...,
            "md5OfBody": ...,
            "eventSource": ...,
            "eventSourceARN": ...,
            "awsRegion": ...,
        }
    ]
}
DYNAMODB: Shape = {
    "Records": [
        {
            "eventID": ...,
            "eventName": ...,
            "eventVersion": ...,
            "eventSource": ...,
            "awsRegion": ...,
            "dynamodb": {
                "ApproximateCreationDateTime": ...,
                "Keys": ...,
                "NewImage?": ...,
                "OldImage?": ...,
                "SequenceNumber": ...,
                "SizeBytes": ...,
                "StreamViewType": ...,
            },
            "eventSourceARN": ...,
        }
    ]
}
DESTINATION: Shape = {
    "version": ...,
    "timestamp": ...,
    "requestContext": {"requestId": ..., "functionArn": ..., "condition": ..., "approximateInvokeCount": ...},
    "requestPayload": ...,
    "responseContext?": {"statusCode": ..., "executedVersion": ..., "functionError?": ...},
    "responsePayload?": ...,
}
DISCARDED: Shape = {
    "requestContext": {"requestId": ..., "functionArn": ..., "condition": ..., "approximateInvokeCount": ...},
    "responseContext?": {"statusCode": ..., "executedVersion": ..., "functionError": ...},
    "version": ...,
    "timestamp": ...,
    "DDBStreamBatchInfo": {
        "shardId": ...,
        "startSequenceNumber": ...,
        "endSequenceNumber": ...,
        "approximateArrivalOfFirstRecord": ...,
        "approximateArrivalOfLastRecord": ...,
        "batchSize": ...,
        "streamArn": ...,
    },
    "payload?": ...,
}
FUNCTION_URL: Shape = {
    "version": ...,
    "routeKey": ...,
    "rawPath": ...,
    "rawQueryString": ...,
    "cookies?": ...,
    "headers": ...,
    "queryStringParameters?": ...,
    "requestContext": {
        "accountId": ...,
        "apiId": ...,
        "authorizer?": ...,
        "domainName": ...,
        "domainPrefix": ...,
        "http": {"method": ..., "path": ..., "protocol": ..., "sourceIp": ..., "userAgent": ...},
        "requestId": ...,
        "routeKey": ...,
        "stage": ...,
        "time": ...,
        "timeEpoch": ...,
    },
    "body?": ...,
    "isBase64Encoded": ...,
}
HTTP_API: Shape = FUNCTION_URL | {"pathParameters?": ..., "stageVariables?": ...}
REST_API: Shape = {
    "resource": ...,
    "path": ...,
    "httpMethod": ...,
    "headers": ...,
    "multiValueHeaders": ...,
    "queryStringParameters": ...,
    "multiValueQueryStringParameters": ...,
    "pathParameters": ...,
    "stageVariables": ...,
    "requestContext": {
        "accountId": ...,
        "apiId": ...,
        "deploymentId": ...,
        "domainName": ...,
        "domainPrefix": ...,
        "extendedRequestId": ...,
        "httpMethod": ...,
        "identity": {
            "accessKey": ...,
            "accountId": ...,
            "caller": ...,
            "cognitoAuthenticationProvider": ...,
            "cognitoAuthenticationType": ...,
            "cognitoIdentityId": ...,
            "cognitoIdentityPoolId": ...,
            "principalOrgId": ...,
            "sourceIp": ...,
            "user": ...,
            "userAgent": ...,
            "userArn": ...,
        },
        "path": ...,
        "protocol": ...,
        "requestId": ...,
        "requestTime": ...,
        "requestTimeEpoch": ...,
        "resourceId": ...,
        "resourcePath": ...,
        "stage": ...,
    },
    "body": ...,
    "isBase64Encoded": ...,
}
_STATE: Shape = {"value": ..., "reason": ..., "reasonData?": ..., "timestamp": ...}
ALARM: Shape = {
    "source": ...,
    "alarmArn": ...,
    "accountId": ...,
    "time": ...,
    "region": ...,
    "alarmData": {
        "alarmName": ...,
        "state": _STATE,
        "previousState": _STATE,
        "configuration": {
            "description?": ...,
            "metrics": [
                {
                    "id": ...,
                    "metricStat": {
                        "metric": {"namespace": ..., "name": ..., "dimensions": ...},
                        "period": ...,
                        "stat": ...,
                    },
                    "returnData": ...,
                }
            ],
        },
    },
}


def differences(event: Any, shape: Any, place: str = "") -> list[str]:
    """Where an event has not the keys of a shape: "missing a.b", "unknown a.c"."""
    if isinstance(shape, list):
        return [line for element in event for line in differences(element, shape[0], f"{place}[]")]
    if not isinstance(shape, dict):
        return []
    if not isinstance(event, dict):
        return [f"not an object: {place}"]
    known = {name.rstrip("?"): inside for name, inside in shape.items()}
    found = [f"missing {place}.{name}" for name in shape if not name.endswith("?") and name not in event]
    found += [f"unknown {place}.{name}" for name in event if name not in known]
    for name in event.keys() & known.keys():
        found += differences(event[name], known[name], f"{place}.{name}")
    return sorted(found)


CONTENTS = (
    "MessageAttributes",
    "messageAttributes",
    "Keys",
    "NewImage",
    "OldImage",
    "headers",
    "multiValueHeaders",
    "queryStringParameters",
    "multiValueQueryStringParameters",
    "pathParameters",
    "stageVariables",
)
"""What is in these is the sender's to say."""


def places(event: Any, place: str = "") -> Iterator[str]:
    """Every key with the way to it; for a list its elements' keys together, with [n] for DynamoDB's three records."""
    if isinstance(event, dict):
        for name, value in event.items():
            yield f"{place}{name}"
            if name not in CONTENTS:
                yield from places(value, f"{place}{name}.")
    elif isinstance(event, list):
        for position, value in enumerate(event):
            yield from places(value, f"{place}[{position}].")
