"""What a role allows with every service of the course, in each one's words; and what resources' policies add."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

from lambdalab import Function, Lab
from tests.http.conftest import Role, allow, refusal, wearing, worker

Deploy = Callable[..., Function]
HERE = "us-east-1:123456789012"
QUEUE = "http://127.0.0.1/123456789012/jobs"
KEY = {"id": {"S": "1"}}
PUT = {"TableName": "notes", "Item": KEY}
ROLE = "arn:aws:iam::123456789012:role/other"
CASES = [
    ("dynamodb", "put_item", PUT, "dynamodb:PutItem", f"arn:aws:dynamodb:{HERE}:table/notes"),
    (
        "dynamodb",
        "query",
        {"TableName": "notes", "IndexName": "by-day", "KeyConditionExpression": "day = :d"},
        "dynamodb:Query",
        f"arn:aws:dynamodb:{HERE}:table/notes/index/by-day",
    ),
    (
        "dynamodb",
        "batch_get_item",
        {"RequestItems": {"notes": {"Keys": [KEY]}}},
        "dynamodb:BatchGetItem",
        f"arn:aws:dynamodb:{HERE}:table/notes",
    ),
    (
        "dynamodb",
        "transact_write_items",
        {"TransactItems": [{"ConditionCheck": {"TableName": "notes", "Key": KEY, "ConditionExpression": "x = y"}}]},
        "dynamodb:ConditionCheckItem",
        f"arn:aws:dynamodb:{HERE}:table/notes",
    ),
    (
        "dynamodbstreams",
        "describe_stream",
        {"StreamArn": f"arn:aws:dynamodb:{HERE}:table/notes/stream/2026-01-01T00:00:00.000"},
        "dynamodb:DescribeStream",
        f"arn:aws:dynamodb:{HERE}:table/notes/stream/2026-01-01T00:00:00.000",
    ),
    ("dynamodb", "list_tables", {}, "dynamodb:ListTables", "*"),
    (
        "sqs",
        "send_message",
        {"QueueUrl": QUEUE, "MessageBody": "x"},
        "sqs:sendmessage",
        f"arn:aws:sqs:{HERE}:jobs",
    ),
    (
        "sqs",
        "delete_message_batch",
        {"QueueUrl": QUEUE, "Entries": [{"Id": "1", "ReceiptHandle": "x"}]},
        "sqs:deletemessage",
        f"arn:aws:sqs:{HERE}:jobs",
    ),
    ("sqs", "get_queue_url", {"QueueName": "jobs"}, "sqs:getqueueurl", f"arn:aws:sqs:{HERE}:jobs"),
    (
        "sns",
        "publish",
        {"TopicArn": f"arn:aws:sns:{HERE}:news", "Message": "x"},
        "SNS:Publish",
        f"arn:aws:sns:{HERE}:news",
    ),
    ("sns", "create_topic", {"Name": "news"}, "SNS:CreateTopic", f"arn:aws:sns:{HERE}:news"),
    (
        "sns",
        "unsubscribe",
        {"SubscriptionArn": f"arn:aws:sns:{HERE}:news:8a21d249"},
        "SNS:Unsubscribe",
        f"arn:aws:sns:{HERE}:news",
    ),
    (
        "events",
        "put_events",
        {"Entries": [{"Source": "s", "DetailType": "d", "Detail": "{}"}]},
        "events:PutEvents",
        f"arn:aws:events:{HERE}:event-bus/default",
    ),
    (
        "events",
        "put_targets",
        {"Rule": "r", "EventBusName": "orders", "Targets": [{"Id": "1", "Arn": ROLE}]},
        "events:PutTargets",
        f"arn:aws:events:{HERE}:rule/orders/r",
    ),
    (
        "events",
        "put_rule",
        {"Name": "r", "ScheduleExpression": "rate(1 day)"},
        "events:PutRule",
        f"arn:aws:events:{HERE}:rule/r",
    ),
    (
        "scheduler",
        "get_schedule",
        {"Name": "s"},
        "scheduler:GetSchedule",
        f"arn:aws:scheduler:{HERE}:schedule/default/s",
    ),
    (
        "logs",
        "filter_log_events",
        {"logGroupName": "/aws/lambda/f"},
        "logs:FilterLogEvents",
        f"arn:aws:logs:{HERE}:log-group:/aws/lambda/f:log-stream:",
    ),
    ("ssm", "get_parameter", {"Name": "/app/table"}, "ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/app/table"),
    (
        "secretsmanager",
        "get_secret_value",
        {"SecretId": "db"},
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:{HERE}:secret:db-??????",
    ),
    ("sts", "assume_role", {"RoleArn": ROLE, "RoleSessionName": "amina"}, "sts:AssumeRole", ROLE),
    ("iam", "get_role", {"RoleName": "other"}, "iam:GetRole", ROLE),
    (
        "cloudwatch",
        "put_metric_data",
        {"Namespace": "n", "MetricData": [{"MetricName": "m", "Value": 1}]},
        "cloudwatch:PutMetricData",
        "*",
    ),
    ("apigateway", "get_rest_api", {"restApiId": "a1"}, "apigateway:GET", "arn:aws:apigateway:us-east-1::/restapis/a1"),
    ("apigatewayv2", "get_api", {"ApiId": "a2"}, "apigateway:GET", "arn:aws:apigateway:us-east-1::/apis/a2"),
]
CODES = {"sns": "AuthorizationError"} | dict.fromkeys(("sqs", "sts", "iam", "cloudwatch"), "AccessDenied")


@pytest.fixture
def amina(lab: Lab, role: Role) -> Callable[..., Any]:
    """The clients of a person who wears a role with these statements."""

    def clients(name: str, *statements: dict[str, Any]) -> Callable[[str], Any]:
        arn = role(name, *statements)
        given = lab.client("sts").assume_role(RoleArn=arn, RoleSessionName="amina")["Credentials"]
        return functools.partial(
            boto3.client,  # with a session of its own it would read the service's model anew
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

    return clients


@pytest.fixture
def notes(lab: Lab) -> Iterator[str]:
    """A table."""
    client = lab.client("dynamodb")
    client.create_table(
        TableName="notes",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield "notes"
    client.delete_table(TableName="notes")


@pytest.fixture
def jobs(lab: Lab) -> Iterator[str]:
    """The address of a queue."""
    client = lab.client("sqs")
    url = client.create_queue(QueueName="jobs")["QueueUrl"]
    yield url
    client.delete_queue(QueueUrl=url)


@pytest.mark.parametrize(("service", "operation", "arguments", "action", "resource"), CASES)
def test_without_a_right_each_service_says_who_may_not_do_what_on_which_resource(
    service: str, operation: str, arguments: dict[str, Any], action: str, resource: str, amina: Callable[..., Any]
) -> None:
    with pytest.raises(ClientError) as refused:
        getattr(amina("nothing")(service), operation)(**arguments)
    error = refused.value.response["Error"]
    assert error["Code"] == CODES.get(service, "AccessDeniedException")
    assert error["Message"] == (
        f"User: arn:aws:sts::123456789012:assumed-role/nothing/amina is not authorized to perform: {action} "
        f"on resource: {resource} because no identity-based policy allows the {action} action"
    )


@pytest.mark.parametrize(("service", "operation", "arguments", "action", "resource"), CASES)
def test_the_action_and_the_resource_of_the_refusal_are_what_lets_in(
    service: str, operation: str, arguments: dict[str, Any], action: str, resource: str, amina: Callable[..., Any]
) -> None:
    try:
        getattr(amina("enough", allow(action, resource))(service), operation)(**arguments)
    except ClientError as other:  # most of the things named are not there
        assert "not authorized" not in str(other) and "AccessDenied" not in str(other)
    boto3.client("sns").delete_topic(TopicArn=f"arn:aws:sns:{HERE}:news")
    boto3.client("events").delete_rule(Name="r")


def test_who_one_is_may_be_asked_without_any_right(amina: Callable[..., Any]) -> None:
    assert amina("nothing")("sts").get_caller_identity()["Arn"].endswith("assumed-role/nothing/amina")


def test_a_function_writes_to_the_table_that_its_role_names_and_to_no_other(
    deploy: Deploy, role: Role, notes: str
) -> None:
    function = worker(deploy, role("writer", allow("dynamodb:PutItem", f"arn:aws:dynamodb:{HERE}:table/notes")))
    assert refusal(function, "dynamodb", "put_item", TableName=notes, Item=KEY) == ""
    said = refusal(function, "dynamodb", "put_item", TableName="orders", Item=KEY)
    assert said.startswith("An error occurred (AccessDeniedException) when calling the PutItem operation: User: arn:")
    assert "on resource: arn:aws:dynamodb:us-east-1:123456789012:table/orders because" in said
    assert "dynamodb:GetItem on resource" in refusal(function, "dynamodb", "get_item", TableName=notes, Key=KEY)


def test_a_transaction_needs_the_right_to_each_of_its_parts(deploy: Deploy, role: Role, notes: str) -> None:
    function = worker(deploy, role("half", allow("dynamodb:PutItem")))
    parts = [{"Put": PUT}, {"Delete": {"TableName": notes, "Key": {"id": {"S": "2"}}}}]
    assert refusal(function, "dynamodb", "transact_write_items", TransactItems=parts[:1]) == ""
    assert "dynamodb:DeleteItem" in refusal(function, "dynamodb", "transact_write_items", TransactItems=parts)


def test_a_batch_needs_the_right_to_each_of_its_tables(deploy: Deploy, role: Role, notes: str) -> None:
    function = worker(deploy, role("one", allow("dynamodb:BatchWriteItem", f"arn:aws:dynamodb:{HERE}:table/notes")))
    written = [{"PutRequest": {"Item": KEY}}]
    assert refusal(function, "dynamodb", "batch_write_item", RequestItems={notes: written}) == ""
    said = refusal(function, "dynamodb", "batch_write_item", RequestItems={notes: written, "orders": written})
    assert "dynamodb:BatchWriteItem on resource: arn:aws:dynamodb:us-east-1:123456789012:table/orders" in said


def test_a_queues_policy_lets_in_whom_the_role_does_not(deploy: Deploy, role: Role, jobs: str, lab: Lab) -> None:
    role_arn = role("sender")
    function = worker(deploy, role_arn)
    assert "AccessDenied" in refusal(function, "sqs", "send_message", QueueUrl=jobs, MessageBody="x")
    statement = {**allow("sqs:SendMessage", f"arn:aws:sqs:{HERE}:jobs"), "Principal": {"AWS": role_arn}}
    put_policy(lab, jobs, statement)
    assert refusal(function, "sqs", "send_message", QueueUrl=jobs, MessageBody="x") == ""
    put_policy(lab, jobs, {**statement, "Principal": {"AWS": "123456789012"}})  # that leaves it to the roles
    assert "AccessDenied" in refusal(function, "sqs", "send_message", QueueUrl=jobs, MessageBody="x")


def test_a_buckets_policy_shuts_out_whom_the_role_lets_in(deploy: Deploy, role: Role, bucket: str, lab: Lab) -> None:
    function = worker(deploy, role("reader", allow("s3:*")))
    assert refusal(function, "s3", "get_object", Bucket=bucket, Key="in.txt") == ""
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/*"}
    lab.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    said = refusal(function, "s3", "get_object", Bucket=bucket, Key="in.txt")
    assert said.endswith("with an explicit deny in a resource-based policy")


def test_a_buckets_policy_lets_a_role_read(deploy: Deploy, role: Role, bucket: str, lab: Lab) -> None:
    role_arn = role("guest")
    function = worker(deploy, role_arn)
    read = {**allow("s3:GetObject", f"arn:aws:s3:::{bucket}/*"), "Principal": {"AWS": role_arn}}
    lab.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [read]}))
    assert refusal(function, "s3", "get_object", Bucket=bucket, Key="in.txt") == ""
    assert "s3:PutObject" in refusal(function, "s3", "put_object", Bucket=bucket, Key="out.txt", Body="")


def test_a_functions_policy_lets_a_role_call_it(deploy: Deploy, role: Role, lab: Lab) -> None:
    role_arn = role("caller")
    deploy("def handler(event, context):\n    return None\n", "other")
    function = worker(deploy, role_arn)
    assert "AccessDenied" in refusal(function, "lambda", "invoke", FunctionName="other")
    lab.client("lambda").add_permission(
        FunctionName="other", StatementId="s", Action="lambda:InvokeFunction", Principal=role_arn
    )
    assert refusal(function, "lambda", "invoke", FunctionName="other") == ""


def test_who_may_not_list_a_bucket_does_not_learn_what_is_missing_in_it(
    deploy: Deploy, role: Role, bucket: str
) -> None:
    function = worker(deploy, role("reader", allow("s3:GetObject")))
    said = refusal(function, "s3", "get_object", Bucket=bucket, Key="missing.txt")
    assert "AccessDenied" in said and f's3:ListBucket on resource: "arn:aws:s3:::{bucket}"' in said
    wearing(function, role("lister", allow("s3:GetObject"), allow("s3:ListBucket", f"arn:aws:s3:::{bucket}")))
    assert "NoSuchKey" in refusal(function, "s3", "get_object", Bucket=bucket, Key="missing.txt")
    assert "NoSuchBucket" in refusal(function, "s3", "get_object", Bucket="no-such-bucket", Key="missing.txt")


def test_a_secret_is_named_by_its_name_and_six_letters_more(amina: Callable[..., Any], lab: Lab) -> None:
    lab.client("secretsmanager").create_secret(Name="db", SecretString="x")
    for ending in ("-??????", "-*"):
        name = f"arn:aws:secretsmanager:{HERE}:secret:db{ending}"
        client = amina(f"keeper{len(ending)}", allow("secretsmanager:GetSecretValue", name))("secretsmanager")
        assert client.get_secret_value(SecretId="db")["SecretString"] == "x"
    lab.client("secretsmanager").delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)


def test_an_old_client_that_speaks_sqss_query_protocol_is_asked_the_same(lab: Lab, role: Role) -> None:
    given = lab.client("sts").assume_role(RoleArn=role("nothing"), RoleSessionName="amina")["Credentials"]
    keys = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    body = urlencode({"Action": "SendMessage", "QueueUrl": QUEUE, "MessageBody": "x", "Version": "2012-11-05"})
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    request = AWSRequest("POST", lab.endpoint + "/", headers=form, data=body)
    SigV4Auth(keys, "sqs", "us-east-1").add_auth(request)
    answer = URLLib3Session().send(request.prepare())
    assert answer.status_code == 403 and "<Code>AccessDenied</Code>" in answer.text
    assert f"sqs:sendmessage on resource: arn:aws:sqs:{HERE}:jobs because" in answer.text


@pytest.mark.parametrize("items", [5, ["x"], [{"Put": 5}], {"a": 1}])
def test_nonsense_gets_in_only_where_everything_does(lab: Lab, role: Role, items: Any) -> None:
    given = lab.client("sts").assume_role(RoleArn=role("nothing"), RoleSessionName="amina")["Credentials"]
    keys = Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.TransactWriteItems"}
    request = AWSRequest("POST", lab.endpoint + "/", headers=headers, data=json.dumps({"TransactItems": items}))
    SigV4Auth(keys, "dynamodb", "us-east-1").add_auth(request)
    assert "AccessDeniedException" in URLLib3Session().send(request.prepare()).text


def test_the_form_of_a_browser_needs_the_right_to_put_its_object(amina: Callable[..., Any], bucket: str) -> None:
    for name, right, status in (
        ("put", f"arn:aws:s3:::{bucket}/in/*", 204),
        ("no", f"arn:aws:s3:::{bucket}/out/*", 403),
    ):
        form = amina(f"form-{name}", allow("s3:PutObject", right))("s3").generate_presigned_post(bucket, "in/a.txt")
        fields = "".join(
            f'--x\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in form["fields"].items()
        )
        body = fields + '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nx\r\n--x--\r\n'
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        request = AWSRequest("POST", form["url"], headers=headers, data=body.encode())
        assert URLLib3Session().send(request.prepare()).status_code == status


def test_the_journal_names_what_a_request_acted_on(lab: Lab, notes: str) -> None:
    lab.client("dynamodb").put_item(TableName=notes, Item=KEY)
    steps = lab.steps(target=f"arn:aws:dynamodb:{HERE}:table/notes")
    assert steps[-1].name == "dynamodb:PutItem"


def put_policy(lab: Lab, url: str, *statements: dict[str, Any]) -> None:
    policy = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    lab.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
