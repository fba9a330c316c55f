"""Exercise 04.4, whose permission?: each document is emptied once, and what then fails is written down.

A small system is built in the student's lab: two buckets, two functions, a colleague with a role of her own. Everything
in it works at first. Then the function's role, the function's policy and the colleague's role are emptied in turn, and
every sentence is tried again: where it fails, there its permission stood.
"""

from __future__ import annotations

import json
import random
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from botocore.exceptions import ClientError

from lambdalab.learn.cases import all_filled, second_comes_next
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Row, Seen, Stop, Tried
from lambdalab.learn.words import short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks.own import code, own_function

ROLE, POLICY, CALLER = "the function's role", "the function's policy", "the caller's own role"
PLACES = (ROLE, POLICY, CALLER)
FIRST = (
    "the function reads a file of a bucket",
    "the bucket calls the function",
    "the function writes its log",
    "the function stores its result in a second bucket",
    "the second bucket calls the function too",
    "the function calls another function",
    "a colleague calls the function with boto3",
    "a colleague publishes a version of it",
)
BY_FUNCTION, BY_BUCKET, BY_COLLEAGUE = (FIRST[0], FIRST[3], FIRST[5]), (FIRST[1], FIRST[4]), FIRST[6:]
AGAIN = (
    "the function publishes a version of another function",
    "a deleted file starts the function",
    "a colleague adds a line to the function's policy",
)
_FUNCTION, _OTHER = "ex04_pipe_check", "ex04_other_check"
_BUCKETS = ("ex04-first-check", "ex04-second-check")
_WORKER, _COLLEAGUE = "ex04-worker-check", "ex04-colleague-check"
_SECONDS = 5.0
_SOURCE = f"""import boto3

s3, functions = boto3.client("s3"), boto3.client("lambda")


def handler(event, context):
    do = event.get("do")
    if do == "read":
        s3.get_object(Bucket="{_BUCKETS[0]}", Key="in.txt")
    if do == "store":
        s3.put_object(Bucket="{_BUCKETS[1]}", Key="out.txt", Body=b"done")
    if do == "call":
        functions.invoke(FunctionName="{_OTHER}")
    if do == "publish":
        functions.publish_version(FunctionName="{_OTHER}")
"""
_WORKER_MAY = ("s3:GetObject", "s3:PutObject", "lambda:InvokeFunction", "lambda:PublishVersion", "logs:*")
_COLLEAGUE_MAY = ("lambda:InvokeFunction", "lambda:PublishVersion", "lambda:AddPermission")


def cases(rng: random.Random | None) -> Sequence[Case]:
    tries: dict[str, str] = {}  # the system is built once for both parts

    def first(work: Work) -> Seen:
        return _compared(work, "where", FIRST, tries)

    def second(work: Work) -> Seen:
        return _second_prediction(work, tries)

    return [Case("eight sentences", "where", first, about="where"), Case("three more", "again", second, about="again")]


def _places(work: Work, name: str, sentences: Sequence[str]) -> Mapping[str, str]:
    said = all_filled(work, name, sentences)
    for sentence in sentences:
        if said[sentence] not in PLACES:
            options = ", ".join(f'"{place}"' for place in PLACES)
            raise Stop(Message(f'`{name}["{sentence}"]` is {short(said[sentence])}.', f"Choose one of {options}."))
    return said


def _compared(work: Work, name: str, sentences: Sequence[str], tries: dict[str, str]) -> Seen:
    said = _places(work, name, sentences)
    if not tries:
        tries.update(_observed(work, [*FIRST, *AGAIN]))
    seen = {sentence: tries[sentence] for sentence in sentences}
    rows = tuple(Row(said[s] == seen[s], f"{s}: you said {said[s]}", _shown(name, said[s], seen[s])) for s in sentences)
    return Seen(True, "run", facts={"said": said, "seen": seen}, rows=rows)


def _shown(name: str, said: str, seen: str) -> str:
    """What the lab did; the second part does not give an answer away, only that this one was wrong."""
    return f"failed without {seen}" if name == "where" or said == seen else f"worked without {said}, too"


def _second_prediction(work: Work, tries: dict[str, str]) -> Seen:
    if pending := second_comes_next(work, "The eight sentences are tried.", "Now three more:"):
        return pending
    seen = _compared(work, "again", AGAIN, tries)
    said, found = seen.facts["said"], seen.facts["seen"]
    wrong = next((sentence for sentence in AGAIN if said[sentence] != found[sentence]), None)
    if wrong is None:
        return seen
    what = f'"{wrong}": you said {said[wrong]}. The lab emptied that, and it still worked.'
    text = Message(what, work.exercise.idea, work.exercise.look).within_limit()
    return Seen(False, "run", facts=seen.facts, rows=seen.rows, message=text)


def said_of(sentences: Sequence[str], *places: str) -> Detect:
    """One of these places was said of one of the sentences, and the lab showed another."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = next(one for one in tried if one.case.about == "where")
        said, seen = one.seen.facts["said"], one.seen.facts["seen"]
        return Hit(one) if any(said[s] in places and said[s] != seen[s] for s in sentences) else None

    return detect


# -- the small system --------------------------------------------------------------------------------------------------


def _observed(work: Work, sentences: Sequence[str]) -> dict[str, str]:
    """The document without which each sentence fails: several, or "nothing", if the lab showed that."""
    with _system(work) as system:
        failed = {place: system.failing(place, sentences) for place in PLACES}
    return {s: " and ".join(place for place in PLACES if s in failed[place]) or "nothing" for s in sentences}


@contextmanager
def _system(work: Work) -> Iterator[_System]:
    system = _System(work)
    role = system.role(_WORKER, "lambda.amazonaws.com")
    system.role(_COLLEAGUE, "")
    for bucket in _BUCKETS:
        work.lab.client("s3").create_bucket(Bucket=bucket)
    work.lab.client("s3").put_object(Bucket=_BUCKETS[0], Key="in.txt", Body=b"text")
    try:
        # a processor of its own: boto3 is slow with a small share of one
        with (
            own_function(work, _OTHER, code("def handler(event, context):\n    return None\n")),
            own_function(work, _FUNCTION, code(_SOURCE), Role=role, MemorySize=1769, Timeout=10),
        ):
            system.allow(POLICY)
            system.rules()
            yield system
    finally:
        system.remove()


class _System:
    """The functions, buckets and roles of the experiment, in the student's lab."""

    def __init__(self, work: Work) -> None:
        self._work, self._lab = work, work.lab
        self._iam, self._s3 = work.lab.client("iam"), work.lab.client("s3")
        self._may: dict[str, Callable[[], bool]] = {
            FIRST[0]: lambda: self._does("read"),
            FIRST[1]: lambda: self._calls(_BUCKETS[0]),
            FIRST[2]: self._logs,
            FIRST[3]: lambda: self._does("store"),
            FIRST[4]: lambda: self._calls(_BUCKETS[1]),
            FIRST[5]: lambda: self._does("call"),
            FIRST[6]: lambda: self._colleague("invoke"),
            FIRST[7]: lambda: self._colleague("publish_version"),
            AGAIN[0]: lambda: self._does("publish"),
            AGAIN[1]: lambda: self._calls(_BUCKETS[0], deletes=True),
            AGAIN[2]: lambda: self._colleague("add_permission", **self._line()),
        }

    def role(self, name: str, service: str) -> str:
        """A role that this service, or else somebody of the account, may take on."""
        who = {"Service": service} if service else {"AWS": "arn:aws:iam::123456789012:root"}
        trust = {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        try:
            arn = str(self._iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"])
        except self._iam.exceptions.EntityAlreadyExistsException:
            arn = str(self._iam.get_role(RoleName=name)["Role"]["Arn"])
        self.allow(ROLE if name == _WORKER else CALLER)
        return arn

    def allow(self, place: str) -> None:
        """Fill a document."""
        if place == POLICY:
            for bucket in _BUCKETS:
                self._work.client.add_permission(
                    FunctionName=_FUNCTION,
                    StatementId=bucket,
                    Action="lambda:InvokeFunction",
                    Principal="s3.amazonaws.com",
                    SourceArn=f"arn:aws:s3:::{bucket}",
                )
            return
        name, actions = (_WORKER, _WORKER_MAY) if place == ROLE else (_COLLEAGUE, _COLLEAGUE_MAY)
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self._iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=document)

    def empty(self, place: str) -> None:
        """Take everything out of a document."""
        if place == POLICY:
            for bucket in _BUCKETS:
                self._work.client.remove_permission(FunctionName=_FUNCTION, StatementId=bucket)
        else:
            self._iam.delete_role_policy(RoleName=_WORKER if place == ROLE else _COLLEAGUE, PolicyName="all")

    def rules(self) -> None:
        """Each bucket reports new files to the function."""
        arn = self._work.settings(_FUNCTION)["FunctionArn"]
        rule = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}
        filtered = {**rule, "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "new-"}]}}}
        for bucket in _BUCKETS:
            self._s3.put_bucket_notification_configuration(
                Bucket=bucket, NotificationConfiguration={"LambdaFunctionConfigurations": [filtered]}
            )

    def failing(self, place: str, sentences: Sequence[str]) -> set[str]:
        """The sentences that do not work while this document is empty."""
        self.empty(place)
        try:
            return {sentence for sentence in sentences if not self._may[sentence]()}
        finally:
            self.allow(place)

    def remove(self) -> None:
        for bucket in _BUCKETS:
            for found in self._s3.list_objects_v2(Bucket=bucket).get("Contents", []):
                self._s3.delete_object(Bucket=bucket, Key=found["Key"])
            self._s3.delete_bucket(Bucket=bucket)
        for name in (_WORKER, _COLLEAGUE):
            self._iam.delete_role_policy(RoleName=name, PolicyName="all")
            self._iam.delete_role(RoleName=name)

    # -- the sentences -------------------------------------------------------------------------------------------------

    def _does(self, what: str) -> bool:
        said = self._work.client.invoke(FunctionName=_FUNCTION, Payload=json.dumps({"do": what}))
        return "FunctionError" not in said

    def _logs(self) -> bool:
        request_id = self._work.client.invoke(FunctionName=_FUNCTION)["ResponseMetadata"]["RequestId"]
        return any(request_id in line for line in self._lab.function(_FUNCTION).logs(1_000))

    def _calls(self, bucket: str, *, deletes: bool = False) -> bool:
        """A new file, or its end, makes the function run; an event that is turned away is not waited for."""
        key = f"new-{secrets.token_hex(4)}"  # the journal remembers earlier checks
        self._s3.put_object(Bucket=bucket, Key=key, Body=b"")
        if deletes:
            self._s3.delete_object(Bucket=bucket, Key=key)
        sent = self._lab.steps(kind="delivery", source=f"arn:aws:s3:::{bucket}")
        last = [step for step in sent if step.subject == key][-1]
        return last.outcome == "ok" and self._ran(last.request_id)

    def _ran(self, request_id: str) -> bool:
        """Whether an environment has run this event, or does so in time."""
        ends = time.monotonic() + _SECONDS
        while time.monotonic() < ends:
            found = self._lab.history(request_id=request_id)
            if found:
                return found[-1].environment is not None
            time.sleep(0.02)
        return False

    def _line(self) -> dict[str, str]:
        """A new statement for the function's policy; it lets in a service that sends nothing here."""
        identity = f"line-{secrets.token_hex(4)}"
        return {"StatementId": identity, "Action": "lambda:InvokeFunction", "Principal": "sns.amazonaws.com"}

    @cached_property
    def _colleagues_client(self) -> Any:
        import boto3

        arn = f"arn:aws:iam::123456789012:role/{_COLLEAGUE}"
        given = self._lab.client("sts").assume_role(RoleArn=arn, RoleSessionName="colleague")["Credentials"]
        return boto3.client(  # a session of its own would read Lambda's model anew
            "lambda",
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )

    def _colleague(self, operation: str, **more: Any) -> bool:
        try:
            getattr(self._colleagues_client, operation)(FunctionName=_FUNCTION, **more)
        except ClientError:
            return False
        return True
