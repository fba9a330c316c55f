"""The locked door: who does not sign, or signs wrongly, gets the called service's own 403."""

from __future__ import annotations

import http.client
import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from lambdalab import Lab

CALLS = [
    ("s3", "list_buckets"),
    ("sqs", "list_queues"),
    ("dynamodb", "list_tables"),
    ("lambda", "list_functions"),
    ("iam", "list_roles"),
    ("sns", "list_topics"),
    ("logs", "describe_log_groups"),
    ("events", "list_rules"),
]
WRONG_SIGNATURE = {"s3": "SignatureDoesNotMatch", "iam": "SignatureDoesNotMatch", "sns": "SignatureDoesNotMatch"}
WRONG_KEY = {"s3": "InvalidAccessKeyId", "iam": "InvalidClientTokenId", "sns": "InvalidClientTokenId"}


def call(service: str, operation: str, **credentials: str) -> Any:
    return getattr(boto3.client(service, **credentials), operation)()


@pytest.mark.parametrize(("service", "operation"), CALLS)
def test_the_labs_own_key_opens_the_door(lab: Lab, service: str, operation: str) -> None:
    assert call(service, operation)["ResponseMetadata"]["HTTPStatusCode"] == 200


@pytest.mark.parametrize(("service", "operation"), CALLS)
def test_a_wrong_secret_is_a_signature_that_does_not_match(lab: Lab, service: str, operation: str) -> None:
    with pytest.raises(ClientError) as refused:
        call(service, operation, aws_access_key_id=lab.key_id, aws_secret_access_key="wrong")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert refused.value.response["Error"]["Code"] == WRONG_SIGNATURE.get(service, "InvalidSignatureException")


@pytest.mark.parametrize(("service", "operation"), CALLS)
def test_an_unknown_key_is_refused_in_the_services_own_words(lab: Lab, service: str, operation: str) -> None:
    with pytest.raises(ClientError) as refused:
        call(service, operation, aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="wrong")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    assert refused.value.response["Error"]["Code"] == WRONG_KEY.get(service, "UnrecognizedClientException")


def status(url: str, method: str = "GET", headers: dict[str, str] | None = None, body: bytes | None = None) -> int:
    request = urllib.request.Request(url, method=method, headers=headers or {}, data=body)
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/photos",
        "/moto-api/",
        "/moto-api/data.json",
        "/_lab/state",
        "/latest/meta-data/",
        "/2015-03-31/functions/",
        "/2015-03-31/functions/f/invocations",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_nothing_is_answered_without_a_signature(lab: Lab, path: str, method: str) -> None:
    assert status(lab.endpoint + path, method) == 403


@pytest.mark.parametrize("path", ["/", "/sqs_us-east-1/", "/lambda_us-east-1/2015-03-31/functions/"])
def test_the_browsers_question_opens_no_other_door(lab: Lab, path: str) -> None:
    asks = {"Origin": "http://page.example", "Access-Control-Request-Method": "PUT"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert status(lab.endpoint + path, "OPTIONS", asks) == 403
    assert status(lab.endpoint + path, "OPTIONS", {**asks, **form}, b"Action=ListTopics&Version=2010-03-31") == 403
    assert status(lab.endpoint + "/photos", "OPTIONS") == 403


def test_a_bucket_with_rules_answers_the_browsers_question(lab: Lab) -> None:
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="with-cors")
    rule = {"AllowedMethods": ["PUT"], "AllowedOrigins": ["http://page.example"]}
    s3.put_bucket_cors(Bucket="with-cors", CORSConfiguration={"CORSRules": [rule]})
    asks = {"Origin": "http://page.example", "Access-Control-Request-Method": "PUT"}
    assert status(lab.endpoint + "/with-cors/a.jpg", "OPTIONS", asks) == 200


def test_motos_own_door_stays_closed_even_with_a_signature(lab: Lab) -> None:
    request = AWSRequest("POST", lab.endpoint + "/moto-api/reset", data=b"")
    SigV4Auth(Credentials(lab.key_id, lab._settings["aws_secret_access_key"]), "s3", "us-east-1").add_auth(request)
    assert status(request.url, "POST", dict(request.headers), b"") == 403


def test_a_request_that_was_changed_on_its_way_is_refused(lab: Lab) -> None:
    key = Credentials(lab.key_id, lab._settings["aws_secret_access_key"])
    request = AWSRequest(
        "POST",
        lab.endpoint + "/",
        data=b"Action=ListTopics&Version=2010-03-31",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    SigV4Auth(key, "sns", "us-east-1").add_auth(request)
    assert status(request.url, "POST", dict(request.headers), b"Action=ListTopics&Version=2010-03-31") == 200
    assert status(request.url, "POST", dict(request.headers), b"Action=DeleteTopic&Version=2010-03-31") == 403


def test_a_signature_older_than_fifteen_minutes_is_refused(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    import botocore.auth

    old = datetime.now(UTC) - timedelta(minutes=16)
    monkeypatch.setattr(botocore.auth, "get_current_datetime", lambda remove_tzinfo=True: old.replace(tzinfo=None))
    with pytest.raises(ClientError) as refused:
        boto3.client("s3", config=Config(retries={"max_attempts": 0})).list_buckets()
    assert refused.value.response["Error"]["Code"] == "RequestTimeTooSkewed"


@pytest.mark.parametrize("version", [None, "s3v4"])  # the default is Signature Version 2
def test_a_presigned_url_works_without_further_credentials_and_only_as_it_was_signed(
    lab: Lab, version: str | None
) -> None:
    s3 = boto3.client("s3", config=Config(signature_version=version))
    s3.create_bucket(Bucket="presigned")
    s3.put_object(Bucket="presigned", Key="a b/ü+c.txt", Body=b"hello")
    url = s3.generate_presigned_url("get_object", {"Bucket": "presigned", "Key": "a b/ü+c.txt"}, ExpiresIn=60)
    with urllib.request.urlopen(url, timeout=5) as answer:
        assert answer.read() == b"hello"
    assert status(url.replace("c.txt", "d.txt")) == 403
    upload = urlsplit(s3.generate_presigned_url("put_object", {"Bucket": "presigned", "Key": "new.txt"}, ExpiresIn=60))
    connection = http.client.HTTPConnection(upload.netloc, timeout=5)
    connection.request("PUT", f"{upload.path}?{upload.query}", b"from outside")
    assert connection.getresponse().status == 200
    connection.close()
    assert s3.get_object(Bucket="presigned", Key="new.txt")["Body"].read() == b"from outside"
    assert (
        status(s3.generate_presigned_url("get_object", {"Bucket": "presigned", "Key": "new.txt"}, ExpiresIn=-5)) == 403
    )


def test_a_functions_key_cannot_turn_the_clock(lab: Lab) -> None:
    role = boto3.client("sts").assume_role(RoleArn=lab.role, RoleSessionName="test")["Credentials"]
    key = Credentials(role["AccessKeyId"], role["SecretAccessKey"], role["SessionToken"])
    request = AWSRequest("POST", lab.endpoint + "/_lab/clock", data=b'{"advance": 1}')
    SigV4Auth(key, "lambdalab", "us-east-1").add_auth(request)
    assert status(request.url, "POST", dict(request.headers), b'{"advance": 1}') == 403


def test_keys_that_a_student_makes_open_the_door_too(lab: Lab) -> None:
    iam = boto3.client("iam")
    iam.create_user(UserName="amina")
    made = iam.create_access_key(UserName="amina")["AccessKey"]
    who = call(
        "sts",
        "get_caller_identity",
        aws_access_key_id=made["AccessKeyId"],
        aws_secret_access_key=made["SecretAccessKey"],
    )
    assert who["Arn"].endswith(":user/amina")
    role = boto3.client("sts").assume_role(RoleArn=lab.role, RoleSessionName="amina")["Credentials"]
    session = {"aws_access_key_id": role["AccessKeyId"], "aws_secret_access_key": role["SecretAccessKey"]}
    assert call("s3", "list_buckets", **session, aws_session_token=role["SessionToken"])
    with pytest.raises(ClientError):
        call("s3", "list_buckets", **session)
