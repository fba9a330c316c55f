"""Which keys the sample events of AWS's Powertools for Python have: names only, read in its public repository.

They are in no package, so the names are kept here as facts. Source: the folder tests/events of
https://github.com/aws-powertools/powertools-lambda-python, read in November 2026; each sample is named as its file.
"""

from __future__ import annotations

from typing import Any

Sample = dict[str, Any]


def _keys(names: str, **inside: Any) -> Sample:
    """An object with these keys; `inside` says what those hold that are objects or lists themselves."""
    return {name: ... for name in names.split()} | inside


_WHO = {"userIdentity": _keys("principalId"), "requestParameters": _keys("sourceIPAddress")}
_S3_RECORD = _keys(
    "eventVersion eventSource awsRegion eventTime eventName",
    **_WHO,
    responseElements=_keys("x-amz-request-id x-amz-id-2"),
)
_BUCKET = _keys("name arn", ownerIdentity=_keys("principalId"))


def _s3(object_keys: str, **more: Any) -> Sample:
    s3 = _keys("s3SchemaVersion configurationId", bucket=_BUCKET, object=_keys(object_keys))
    return {"Records": [_S3_RECORD | {"s3": s3} | more]}


def _on_the_bus(object_keys: str, detail: str) -> Sample:
    inside = _keys(f"version request-id requester {detail}", bucket=_keys("name"), object=_keys(object_keys))
    return _keys("version id detail-type source account time region resources", detail=inside)


_SQS_ATTRIBUTES = "ApproximateReceiveCount SentTimestamp SenderId ApproximateFirstReceiveTimestamp"


def _sqs(attributes: str = _SQS_ATTRIBUTES, message_attributes: Any = ...) -> Sample:
    return _keys(
        "messageId receiptHandle body md5OfBody eventSource eventSourceARN awsRegion",
        attributes=_keys(attributes),
        messageAttributes=message_attributes,
    )


_CERTIFICATE = {
    "clientCert": _keys("clientCertPem subjectDN issuerDN serialNumber", validity=_keys("notBefore notAfter"))
}
_HTTP = _keys("method path protocol sourceIp userAgent")
_CONTEXT_2 = "accountId apiId domainName domainPrefix requestId routeKey stage time timeEpoch"
_EVENT_2 = "version routeKey rawPath rawQueryString headers isBase64Encoded"
_JWT = {"authorizer": {"jwt": _keys("claims scopes")}}
_IAM = _keys(
    "accessKey accountId callerId principalOrgId userArn userId",
    cognitoIdentity=_keys("amr identityId identityPoolId"),
)
_EVENT_1 = (
    "resource path httpMethod headers multiValueHeaders queryStringParameters multiValueQueryStringParameters "
    "pathParameters stageVariables body isBase64Encoded"
)
_CONTEXT_1 = _keys(
    "accountId apiId domainName domainPrefix extendedRequestId httpMethod path protocol requestId requestTime "
    "requestTimeEpoch resourceId resourcePath stage",
    identity=_keys(
        "accessKey accountId caller cognitoAuthenticationProvider cognitoAuthenticationType cognitoIdentityId "
        "cognitoIdentityPoolId principalOrgId sourceIp user userAgent userArn"
    )
    | _CERTIFICATE,
)


def _changed(images: str) -> Sample:
    dynamodb = f"ApproximateCreationDateTime Keys StreamViewType SequenceNumber SizeBytes {images}"
    return _keys("eventID eventVersion awsRegion eventName eventSourceARN eventSource", dynamodb=_keys(dynamodb))


SAMPLES: dict[str, Sample] = {
    "s3Event": _s3("key size eTag sequencer"),
    "s3EventDeleteObject": _s3("key sequencer"),
    "s3EventGlacier": _s3(
        "key size eTag sequencer",
        glacierEventData={"restoreEventData": _keys("lifecycleRestorationExpiryTime lifecycleRestoreStorageClass")},
    ),
    "s3EventBridgeNotificationObjectCreatedEvent": _on_the_bus("key size etag sequencer", "source-ip-address reason"),
    "s3EventBridgeNotificationObjectDeletedEvent": _on_the_bus(
        "key sequencer", "source-ip-address reason deletion-type"
    ),
    "s3EventBridgeNotificationObjectRestoreCompletedEvent": _on_the_bus(
        "key size etag sequencer", "restore-expiry-time source-storage-class"
    ),
    "sqsEvent": {"Records": [_sqs(), _sqs()]},
    "sqsDlqTriggerEvent": {"Records": [_sqs(f"{_SQS_ATTRIBUTES} DeadLetterQueueSourceArn")]},
    "snsEvent": {
        "Records": [
            _keys(
                "EventVersion EventSubscriptionArn EventSource",
                Sns=_keys(
                    "SignatureVersion Timestamp Signature SigningCertUrl MessageId Message MessageAttributes Type "
                    "UnsubscribeUrl TopicArn Subject"
                ),
            )
        ]
    },
    "dynamoStreamEvent": {"Records": [_changed("NewImage"), _changed("NewImage OldImage")]},
    "eventBridgeEvent": _keys("version id detail-type source account time region resources detail replay-name"),
    "eventBridgeSchedulerEvent": _keys("version id detail-type source account time region resources detail"),
    "lambdaFunctionUrlEvent": _keys(_EVENT_2, requestContext=_keys(_CONTEXT_2, http=_HTTP)),
    "lambdaFunctionUrlEventWithHeaders": _keys(
        f"{_EVENT_2} queryStringParameters", requestContext=_keys(_CONTEXT_2, http=_HTTP)
    ),
    "apiGatewayProxyV2Event": _keys(
        f"{_EVENT_2} cookies queryStringParameters pathParameters stageVariables body",
        requestContext=_keys(_CONTEXT_2, http=_HTTP, authentication=_CERTIFICATE) | _JWT,
    ),
    "apiGatewayProxyV2IamEvent": _keys(
        f"{_EVENT_2} cookies queryStringParameters pathParameters stageVariables body",
        requestContext=_keys(_CONTEXT_2, http=_HTTP, authorizer={"iam": _IAM}),
    ),
    "apiGatewayProxyEvent_noVersionAuth": _keys(_EVENT_1, requestContext=_CONTEXT_1),
    "apiGatewayProxyEvent": _keys(
        f"version {_EVENT_1}", requestContext=_CONTEXT_1 | {"authorizer": _keys("claims scopes")}
    ),
}
