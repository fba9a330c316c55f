"""AWS's own command line drives lesson 05 against `lambdalab serve`, as a student would from a terminal."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from lambdalab.runtime.packages import pack_layer
from lambdalab.samples import photo

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
WHERE = ROOT / "build" / "awscli"
ACCOUNT = "123456789012"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"},
    ],
}
MAY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::photos/*"},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::thumbnails/*"},
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::lists/*"},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::drafts/*"},
        {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": "*"},
        {"Effect": "Allow", "Action": "logs:*", "Resource": "*"},
    ],
}
THUMBNAIL = """
import io
from urllib.parse import unquote_plus

import boto3
from PIL import Image

s3 = boto3.client("s3")


def handler(event, context):
    for record in event["Records"]:
        key = unquote_plus(record["s3"]["object"]["key"])
        photo = Image.open(s3.get_object(Bucket="photos", Key=key)["Body"])
        try:
            photo.thumbnail((200, 200))
        except OSError:
            print("skipped", key)
            continue
        small = io.BytesIO()
        photo.save(small, "JPEG")
        s3.put_object(Bucket="thumbnails", Key=key, Body=small.getvalue())
        print("made", key)
"""

SAYS_WHAT = """
def handler(event, context):
    for record in event["Records"]:
        print("heard", record["eventName"], record["s3"]["object"]["key"])
"""
READS_LIST = """
import csv

import boto3

s3, table = boto3.client("s3"), boto3.resource("dynamodb").Table("places")


def handler(event, context):
    for record in event["Records"]:
        text = s3.get_object(Bucket="lists", Key=record["s3"]["object"]["key"])["Body"].read().decode()
        for row in csv.DictReader(text.splitlines()):
            table.put_item(Item=row)
"""
CALLS_ITSELF = """
import boto3

s3 = boto3.client("s3")


def handler(event, context):
    print("ran")
    s3.put_object(Bucket="drafts", Key="copy.txt", Body=b"a copy")
"""


class Terminal:
    """A shell in which the lab's addresses and keys are set."""

    def __init__(self, settings: dict[str, str], folder: Path) -> None:
        self.folder = folder
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "AWS_ENDPOINT_URL": settings["endpoint_url"],
            "AWS_ACCESS_KEY_ID": settings["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": settings["aws_secret_access_key"],
            "AWS_DEFAULT_REGION": settings["region_name"],
            "AWS_PAGER": "",
            "NO_PROXY": "127.0.0.1,localhost",
            "LANG": "C.UTF-8",
        }

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.folder, env=self._environment, capture_output=True, text=True, timeout=60, check=False
        )

    def aws(self, *words: str, fails: bool = False) -> str:
        done = self.run(str(WHERE / "bin" / "aws"), *words)
        assert (done.returncode != 0) == fails, f"aws {' '.join(words)}\n{done.stdout}\n{done.stderr}"
        return done.stderr if fails else done.stdout

    def until(self, true: Callable[[], bool], function: str) -> None:
        end = time.monotonic() + 60
        while not true():
            assert time.monotonic() < end, self.explain(function)

    def explain(self, function: str) -> str:
        done = self.run(sys.executable, "-m", "lambdalab", "explain", function)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def log(self, function: str) -> str:
        return self.aws("logs", "filter-log-events", "--log-group-name", f"/aws/lambda/{function}")

    def write(self, name: str, content: Any) -> str:
        """A file with JSON, as an argument of the AWS CLI."""
        (self.folder / name).write_text(json.dumps(content))
        return f"file://{name}"

    def create(self, function: str, source: str, *layers: str) -> str:
        """Make a function; its ARN."""
        with zipfile.ZipFile(self.folder / f"{function}.zip", "w") as code:
            code.writestr("app.py", source)
        command = ["lambda", "create-function", "--function-name", function, "--runtime", "python3.11"]
        command += ["--handler", "app.handler", "--zip-file", f"fileb://{function}.zip", "--timeout", "30"]
        command += ["--role", f"arn:aws:iam::{ACCOUNT}:role/painter"]
        made = json.loads(self.aws(*command, *(["--layers", *layers] if layers else [])))
        self.aws("lambda", "wait", "function-active-v2", "--function-name", function)
        return str(made["FunctionArn"])

    def allow(self, function: str, bucket: str) -> None:
        command = ["lambda", "add-permission", "--function-name", function, "--statement-id", f"s3-{bucket}"]
        command += ["--action", "lambda:InvokeFunction", "--principal", "s3.amazonaws.com"]
        self.aws(*command, "--source-arn", f"arn:aws:s3:::{bucket}", "--source-account", ACCOUNT)

    def rules(self, bucket: str, *rules: dict[str, Any], region: str = "us-east-1", fails: bool = False) -> str:
        told = self.write("rules.json", {"LambdaFunctionConfigurations": rules})
        command = ["s3api", "put-bucket-notification-configuration", "--bucket", bucket, "--region", region]
        return self.aws(*command, "--notification-configuration", told, fails=fails)


def rule(arn: str, suffix: str = "", events: str = "s3:ObjectCreated:*") -> dict[str, Any]:
    filters = {"Filter": {"Key": {"FilterRules": [{"Name": "suffix", "Value": suffix}]}}} if suffix else {}
    return {"LambdaFunctionArn": arn, "Events": [events], **filters}


@pytest.fixture(scope="module", autouse=True)
def awscli() -> None:
    """The AWS CLI in an environment of its own: it wants one exact botocore, which would replace the lab's."""
    if (WHERE / "bin" / "aws").exists():
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", WHERE], check=True)
    pip = [WHERE / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check", "awscli"]
    done = subprocess.run(pip, capture_output=True, text=True, timeout=600, check=False)
    if "Could not find a version" in done.stderr:
        # offline there is nothing to drive; any other failure of pip falls through to the assertion below
        pytest.skip("the package index is out of reach, so there is no AWS CLI")
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.fixture(scope="module")
def terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A lab that `lambdalab serve` runs, with the role of the lesson."""
    command = [sys.executable, "-m", "lambdalab", "serve", "--json", "--port", "0", "--until-eof"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin is not None
    assert process.stdout is not None
    shell = Terminal(json.loads(process.stdout.readline()), tmp_path_factory.mktemp("terminal"))
    trust, may = shell.write("trust.json", TRUST), shell.write("may.json", MAY)
    shell.aws("iam", "create-role", "--role-name", "painter", "--assume-role-policy-document", trust)
    rights = ["iam", "put-role-policy", "--role-name", "painter", "--policy-name", "may"]
    shell.aws(*rights, "--policy-document", may)
    yield shell
    process.stdin.close()
    assert process.wait(20) == 0
    process.stdout.close()


def test_photos_become_small_once_s3_is_let_in_and_explain_finds_what_was_taken_away(terminal: Terminal) -> None:
    aws, folder = terminal.aws, terminal.folder
    for bucket in ("photos", "thumbnails"):
        aws("s3", "mb", f"s3://{bucket}")
    (folder / "layer.zip").write_bytes(pack_layer("pillow"))
    layer = ["lambda", "publish-layer-version", "--layer-name", "pillow", "--zip-file", "fileb://layer.zip"]
    arn = terminal.create("make-thumbnail", THUMBNAIL, json.loads(aws(*layer))["LayerVersionArn"])

    def upload(key: str, body: bytes) -> None:
        (folder / "photo.jpg").write_bytes(body)
        aws("s3", "cp", "photo.jpg", f"s3://photos/{key}")

    def small(key: str) -> bool:
        return key in aws("s3", "ls", "s3://thumbnails", "--recursive")

    small_copy = rule(arn, ".jpg")
    assert "Unable to validate the following destination" in terminal.rules("photos", small_copy, fails=True)
    terminal.allow("make-thumbnail", "photos")
    terminal.rules("photos", small_copy)

    upload("lake.jpg", photo(600, 300))
    upload("damaged.jpg", photo(600, 300)[:3000])
    terminal.until(lambda: small("lake.jpg"), "make-thumbnail")
    aws("s3", "cp", "s3://thumbnails/lake.jpg", "small.jpg")
    assert Image.open(folder / "small.jpg").size == (200, 100)
    terminal.until(lambda: "skipped damaged.jpg" in terminal.log("make-thumbnail"), "make-thumbnail")

    aws("lambda", "remove-permission", "--function-name", "make-thumbnail", "--statement-id", "s3-photos")
    upload("dog.jpg", photo(300, 600))
    told = terminal.explain("make-thumbnail")
    assert "dog.jpg" in told
    assert "add_permission" in told
    terminal.allow("make-thumbnail", "photos")
    upload("the first bird ü+1.jpg", photo(50, 50))
    terminal.until(lambda: small("the first bird ü+1.jpg"), "make-thumbnail")
    assert not small("dog.jpg") and not small("damaged.jpg")


def test_a_rule_hears_its_events_only_and_a_large_file_comes_in_parts(terminal: Terminal) -> None:
    terminal.aws("s3", "mb", "s3://scans")
    arn = terminal.create("say-what", SAYS_WHAT)
    terminal.allow("say-what", "scans")
    terminal.rules("scans", rule(arn, ".txt", "s3:ObjectCreated:Put"), rule(arn, ".mp4"))
    (terminal.folder / "large").write_bytes(bytes(9_000_000))
    for name in ("page.txt", "PAGE.TXT"):
        terminal.aws("s3", "cp", "rules.json", f"s3://scans/{name}")
    terminal.aws("s3", "cp", "s3://scans/page.txt", "s3://scans/copy.txt")
    terminal.aws("s3", "cp", "large", "s3://scans/film.mp4")
    heard = "heard ObjectCreated:CompleteMultipartUpload film.mp4"
    terminal.until(lambda: heard in terminal.log("say-what"), "say-what")
    assert terminal.log("say-what").count("heard") == 2
    told = terminal.explain("say-what")
    assert "case counts" in told
    assert "s3:ObjectCreated:Copy" in told


def test_a_bucket_of_another_region_is_refused_its_rule(terminal: Terminal) -> None:
    arn = terminal.create("near", SAYS_WHAT)
    terminal.aws("s3", "mb", "s3://photos-far", "--region", "eu-west-1")
    assert "region is not valid" in terminal.rules("photos-far", rule(arn), region="eu-west-1", fails=True)


def test_a_second_rule_written_alone_replaces_the_first_and_a_list_reaches_the_table(terminal: Terminal) -> None:
    terminal.aws("s3", "mb", "s3://lists")
    table = ["dynamodb", "create-table", "--table-name", "places", "--billing-mode", "PAY_PER_REQUEST"]
    table += ["--key-schema", "AttributeName=photo,KeyType=HASH"]
    terminal.aws(*table, "--attribute-definitions", "AttributeName=photo,AttributeType=S")
    first, second = terminal.create("hears", SAYS_WHAT), terminal.create("read-list", READS_LIST)
    for function in ("hears", "read-list"):
        terminal.allow(function, "lists")
    terminal.rules("lists", rule(first, ".txt"))
    terminal.rules("lists", rule(second, ".csv"))
    (terminal.folder / "places.csv").write_text("photo,place\nlake,Bled\ntower,Baku\n")
    terminal.aws("s3", "cp", "places.csv", "s3://lists/places.csv")

    def count() -> int:
        return int(json.loads(terminal.aws("dynamodb", "scan", "--table-name", "places"))["Count"])

    terminal.until(lambda: count() == 2, "read-list")
    assert "replaced all rules of the bucket lists" in terminal.explain("hears")


def test_a_function_that_writes_where_it_reads_is_stopped_after_sixteen_runs(terminal: Terminal) -> None:
    terminal.aws("s3", "mb", "s3://drafts")
    arn = terminal.create("copy-it", CALLS_ITSELF)
    terminal.allow("copy-it", "drafts")
    terminal.rules("drafts", rule(arn))
    terminal.aws("s3", "cp", "rules.json", "s3://drafts/draft.txt")
    terminal.until(lambda: terminal.log("copy-it").count('"message": "ran') == 16, "copy-it")
    assert "stopped, no code ran" in terminal.explain("copy-it")
