"""A browser's form may send what its signed policy allows, and nothing else."""

from __future__ import annotations

import base64
import json
from typing import Any

import boto3
import pytest
import urllib3
from botocore.config import Config

from lambdalab import Lab


@pytest.fixture
def bucket(lab: Lab) -> str:
    boto3.client("s3").create_bucket(Bucket="forms")
    return "forms"


def send(url: str, fields: dict[str, Any], content: bytes = b"hello") -> tuple[int, str]:
    answer = urllib3.PoolManager().request("POST", url, fields={**fields, "file": ("a.txt", content)})
    return answer.status, answer.data.decode()


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_a_signed_form_uploads_in_either_version(bucket: str, version: str) -> None:
    s3 = boto3.client("s3", config=Config(signature_version=version))
    form = s3.generate_presigned_post(bucket, f"{version}/${{filename}}")
    assert send(form["url"], form["fields"])[0] == 204
    kept = boto3.client("s3").list_objects_v2(Bucket=bucket)["Contents"]
    assert any(o["Key"].startswith(version) for o in kept)


def test_whoever_changes_the_form_is_refused(bucket: str) -> None:
    form = boto3.client("s3").generate_presigned_post(bucket, "mine")
    status, text = send(form["url"], {**form["fields"], "key": "yours"})
    assert status == 403
    assert "Policy Condition failed" in text
    other = base64.b64encode(json.dumps({"expiration": "2999-01-01T00:00:00Z", "conditions": []}).encode()).decode()
    assert "SignatureDoesNotMatch" in send(form["url"], {**form["fields"], "policy": other})[1]
    assert "Extra input fields: acl" in send(form["url"], {**form["fields"], "acl": "public-read"})[1]


def test_a_form_without_a_signature_or_with_an_old_policy_is_refused(bucket: str) -> None:
    s3 = boto3.client("s3")
    form = s3.generate_presigned_post(bucket, "late", ExpiresIn=-1)
    assert "Policy expired" in send(form["url"], form["fields"])[1]
    assert send(form["url"], {"key": "nobody"})[0] == 403


def test_the_policy_bounds_the_size(bucket: str) -> None:
    form = boto3.client("s3").generate_presigned_post(bucket, "small", Conditions=[["content-length-range", 1, 3]])
    assert send(form["url"], form["fields"], b"hello")[0] == 403
    assert send(form["url"], form["fields"], b"abc")[0] == 204
