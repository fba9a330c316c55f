"""`lab.trigger` does with two calls what AWS's console does with one button; `lab.send_as` asks who would be let in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from lambdalab import Function, Lab, LabError
from lambdalab.permissions import add_permission

Deploy = Callable[..., Function]
BUCKET = "added-photos"
TELLS = "def handler(event, context):\n    return event['Records'][0]['s3']['object']['key']\n"
OTHER_ACCOUNT = "111122223333"


@pytest.fixture
def bucket(lab: Lab) -> Iterator[str]:
    client = lab.client("s3")
    client.create_bucket(Bucket=BUCKET)
    yield BUCKET
    client.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})
    for thing in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=thing["Key"])
    client.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def resize(deploy: Deploy) -> Function:
    return deploy(TELLS, "resize")


def rules() -> list[dict[str, Any]]:
    said = boto3.client("s3").get_bucket_notification_configuration(Bucket=BUCKET)
    found: list[dict[str, Any]] = said.get("LambdaFunctionConfigurations", [])
    return found


def statements(name: str, **place: str) -> list[dict[str, Any]]:
    client = boto3.client("lambda")
    try:
        found: list[dict[str, Any]] = json.loads(client.get_policy(FunctionName=name, **place)["Policy"])["Statement"]
    except client.exceptions.ResourceNotFoundException:
        return []
    return found


def calls_in(text: str) -> str:
    """The calls of what was printed: all that stands after the first line."""
    return "import boto3\n" + text.partition("\n")[2]


def test_an_upload_runs_the_function_after_one_line(lab: Lab, resize: Function, bucket: str) -> None:
    lab.trigger(f"s3:{bucket}", resize, suffix=".jpg")
    boto3.client("s3").put_object(Bucket=bucket, Key="cat.jpg", Body=b"x")
    (done,) = resize.wait(source=f"s3:{bucket}/cat.jpg")
    assert done.error_type is None


def test_the_printed_calls_do_the_same_when_a_student_runs_them(
    lab: Lab, resize: Function, bucket: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.trigger(f"s3:{bucket}", "resize", events=["ObjectCreated:Put"], prefix="in/", suffix=".jpg")
    printed = capsys.readouterr().out
    assert printed.startswith(f"The bucket {bucket} calls resize on ObjectCreated:Put, key begins with in/, key ends")
    assert "Two calls did it" in printed
    made = statements("resize"), [{k: v for k, v in rule.items() if k != "Id"} for rule in rules()]
    boto3.client("s3").put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration={})
    boto3.client("lambda").remove_permission(FunctionName="resize", StatementId=f"s3-{bucket}")
    exec(calls_in(printed), {})
    assert made == (statements("resize"), [{k: v for k, v in rule.items() if k != "Id"} for rule in rules()])


def test_the_statement_lets_in_this_bucket_of_this_account_and_nothing_else(
    lab: Lab, resize: Function, bucket: str
) -> None:
    lab.trigger(f"s3:{bucket}", resize)
    (statement,) = statements("resize")
    assert statement["Condition"] == {
        "ArnLike": {"AWS:SourceArn": f"arn:aws:s3:::{bucket}"},
        "StringEquals": {"AWS:SourceAccount": "123456789012"},
    }
    assert (statement["Principal"], statement["Action"]) == ({"Service": "s3.amazonaws.com"}, "lambda:InvokeFunction")


def test_the_other_rules_of_the_bucket_stay_and_one_permission_serves_all(
    lab: Lab, resize: Function, bucket: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.trigger(f"s3:{bucket}", resize, suffix=".jpg")
    lab.trigger(f"s3:{bucket}", resize, suffix=".png")
    assert len(rules()) == 2 and len(statements("resize")) == 1
    assert "One call did it, the rest was there" in capsys.readouterr().out


def test_the_same_line_again_changes_nothing_and_says_so(
    lab: Lab, resize: Function, bucket: str, capsys: pytest.CaptureFixture[str]
) -> None:
    lab.trigger(f"s3:{bucket}", resize, suffix=".jpg")
    before = rules(), statements("resize")
    capsys.readouterr()
    lab.trigger(f"s3:{bucket}", resize, events="s3:ObjectCreated:*", suffix=".jpg")
    assert capsys.readouterr().out.endswith("It did so already: nothing had to be changed.\n")
    assert (rules(), statements("resize")) == before


def test_a_permission_that_was_taken_away_is_given_again(lab: Lab, resize: Function, bucket: str) -> None:
    lab.trigger(f"s3:{bucket}", resize)
    boto3.client("lambda").remove_permission(FunctionName="resize", StatementId=f"s3-{bucket}")
    lab.trigger(f"s3:{bucket}", resize)
    assert len(rules()) == 1 and [s["Sid"] for s in statements("resize")] == [f"s3-{bucket}"]


def test_an_alias_gets_a_permission_of_its_own(lab: Lab, resize: Function, bucket: str) -> None:
    client = boto3.client("lambda")
    version = client.publish_version(FunctionName="resize")["Version"]
    client.create_alias(FunctionName="resize", Name="live", FunctionVersion=version)
    lab.trigger(f"s3:{bucket}", "resize:live")
    assert statements("resize") == [] and len(statements("resize", Qualifier="live")) == 1
    assert rules()[0]["LambdaFunctionArn"].endswith(":function:resize:live")


def test_what_aws_refuses_leaves_nothing_behind(lab: Lab, resize: Function, bucket: str) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        lab.trigger("s3:no-such-bucket-here", resize)
    with pytest.raises(ClientError):
        lab.trigger(f"s3:{bucket}", resize, events=["NoSuchEvent"])
    assert statements("resize") == [] and rules() == []


def test_a_source_that_nobody_knows_is_told_with_those_that_there_are(lab: Lab, resize: Function, bucket: str) -> None:
    sources = '"s3:NAME" or "sqs:NAME" or "dynamodb:NAME" or "url" or "rest-api:NAME" or "events:NAME"'
    for wrong in ("fax:office", bucket, "s3:", "url:shop", "rest-api"):
        with pytest.raises(LabError, match=f"Write {sources}, such as"):
            lab.trigger(wrong, resize)
    with pytest.raises(LabError, match="No event is chosen"):
        lab.trigger(f"s3:{bucket}", resize, events=[])


# -- in the name of others -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("principal", "source_arn", "account", "outcome"),
    [
        ("s3.amazonaws.com", f"arn:aws:s3:::{BUCKET}", "", "ok"),
        ("s3.amazonaws.com", "arn:aws:s3:::another", "", "denied"),
        ("s3.amazonaws.com", f"arn:aws:s3:::{BUCKET}", OTHER_ACCOUNT, "denied"),
        ("sns.amazonaws.com", "arn:aws:sns:us-east-1:123456789012:news", "", "denied"),
    ],
)
def test_the_smallest_permission_lets_in_its_bucket_and_no_other_sender(
    lab: Lab, resize: Function, principal: str, source_arn: str, account: str, outcome: str
) -> None:
    arn = boto3.client("lambda").get_function_configuration(FunctionName="resize")["FunctionArn"]
    own = add_permission("s3.amazonaws.com", "lambda:InvokeFunction", arn, f"arn:aws:s3:::{BUCKET}", "123456789012")
    boto3.client("lambda").add_permission(**own)
    step = lab.send_as(principal, source_arn, resize, account=account)
    assert (step.outcome, step.source, step.target) == (outcome, source_arn, arn)
    assert bool(step.request_id) is (outcome == "ok")
    assert "sent for a check" not in str(lab.map(resize.name)), (
        "a stranger whom a check invents is no part of the system"
    )


def test_without_the_account_a_bucket_of_the_same_name_elsewhere_gets_in_and_the_function_runs(
    lab: Lab, resize: Function
) -> None:
    boto3.client("lambda").add_permission(
        FunctionName="resize",
        StatementId="s3",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn="arn:aws:s3:::lonely",
    )
    event = {"Records": [{"s3": {"object": {"key": "stranger.jpg"}}}]}
    step = lab.send_as("s3.amazonaws.com", "arn:aws:s3:::lonely", resize, account=OTHER_ACCOUNT, event=event)
    assert step.outcome == "ok"
    assert [done.request_id for done in resize.wait(source="s3:lonely")] == [step.request_id]


def test_only_the_notebook_may_speak_in_the_name_of_others(deploy: Deploy, lab: Lab) -> None:
    source = (
        "import json, os, urllib.request\n"
        "def handler(event, context):\n"
        "    request = urllib.request.Request(os.environ['AWS_ENDPOINT_URL'] + '/_lab/send_as', data=b'{}')\n"
        "    try:\n"
        "        urllib.request.urlopen(request)\n"
        "    except urllib.error.HTTPError as refused:\n"
        "        return refused.code\n"
    )
    assert deploy(source, "impostor").invoke().answer == 403
