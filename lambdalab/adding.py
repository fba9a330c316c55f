"""Adding a trigger the way AWS's console does: first the permission, then the rule.

A source that pushes its events, such as a bucket, must be let in by the function's resource policy, and it refuses a
rule while it is not. AWS's console writes both with one button. Here the console panel and `lab.trigger` do the same,
with calls that a student could have made. What is there already is left as it is, so a cell may be run again. The way
back takes the rule away and leaves the statement, which other rules may need. A further source is one more function in
`_SOURCES`. Unsure: whether AWS's console takes the statement away too; in 2017 it did not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from lambdalab import adding_mappings, adding_rules, adding_web
from lambdalab.console import python
from lambdalab.console.recorder import Recorder
from lambdalab.errors import LabError
from lambdalab.letting_in import let_in, letting_in, place

CREATED = "s3:ObjectCreated:*"


@dataclass(frozen=True)
class Added:
    """What calls a function now, and what had to be written for it.

    Args:
        what: in words, such as "The bucket photos calls resize on ObjectCreated:*".
        statement: the id of the statement that lets the source in.
        new_statement: whether it was written now.
        new_rule: whether the rule was.
    """

    what: str
    statement: str
    new_statement: bool
    new_rule: bool


@dataclass(frozen=True)
class Wanted:
    """What a student asks for beside source and function; each source takes what concerns it. See `Lab.trigger`."""

    events: Sequence[str] = (CREATED,)
    prefix: str = ""
    suffix: str = ""
    pattern: Mapping[str, Any] | None = None
    schedule: str = ""


def add(client: Callable[[str], Any], source: str, function: str, wanted: Wanted) -> str:
    """Make a source call a function, and tell which calls did it; see `Lab.trigger`.

    Args:
        client: makes or returns the boto3 client of a service.
    """
    kind, _, name = source.partition(":")
    if kind not in _SOURCES or bool(name) == (kind == URL):
        known = " or ".join(f'"{known}"' if known == URL else f'"{known}:NAME"' for known in _SOURCES)
        raise LabError(f'there is no source {source!r}. Write {known}, such as lab.trigger("s3:photos", "resize").')
    if (wanted.pattern or wanted.schedule) and kind != BUS:
        raise LabError(f"a pattern or a schedule belongs to a rule of a bus, and {source} is none.")
    recorder = Recorder(client)
    with recorder.act(f"Add {source}"):
        what = _SOURCES[kind](recorder, arn_of(client, function), name, wanted)
    wrote = [call for call in recorder.acts[-1].calls if not call.method.startswith("get_")]
    if not wrote:
        return f"{what}. It did so already: nothing had to be changed."
    if kind == BUS:  # a system has many rules, all made by the same calls
        return f"{what}\n  by {', '.join(call.method for call in wrote)}"
    made = f"{_NUMBERS[len(wrote)]} call{'' if len(wrote) == 1 else 's'} did it"
    if len(wrote) < _WHOLE.get(kind, 1):
        made += ", the rest was there"
    them = "such calls" if kind == "rest-api" else "it" if len(wrote) == _WHOLE.get(kind, 1) == 1 else "them"
    told = [f"{what}. {made}; AWS's console makes {them} with one button:"]
    if kind in (URL, "rest-api"):  # too many to be read one by one
        return "\n".join([*told, *adding_web.listed(wrote)])
    for call in wrote:
        note = f"# {python.NOTES[call.method]}\n" if call.method in python.NOTES else ""
        told.append(note + python.code(call))
    return "\n\n".join(told)


def arn_of(client: Callable[[str], Any], function: str) -> str:
    """The ARN of a function, or of its version or alias when the name ends in one, as in "resize:live"."""
    found = client("lambda").get_function_configuration(FunctionName=function)["FunctionArn"]
    qualifier = function.split(":")[7 if function.startswith("arn:") else 1 :]
    return ":".join([*found.split(":")[:7], *qualifier])  # the answer for an alias need not name the alias


def bucket(
    recorder: Recorder, function_arn: str, name: str, events: Sequence[str], prefix: str = "", suffix: str = ""
) -> Added:
    """Make a bucket call a function; the bucket's other rules stay.

    Follows https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-enable-disable-notification-intro.html;
    lessons 04 and 05.

    Args:
        function_arn: of a function, a version or an alias.
        events: such as "s3:ObjectCreated:*"; the "s3:" may be left out.
        prefix: how a key must begin; case counts.
        suffix: how it must end; case counts.

    Raises:
        botocore.exceptions.ClientError: AWS refuses; then nothing has changed.
    """
    events = [events] if isinstance(events, str) else events
    if not events:
        raise LabError("No event is chosen, so the rule would never fire. Choose at least one.")
    rule: dict[str, Any] = {"LambdaFunctionArn": function_arn, "Events": [_event(event) for event in events]}
    # S3 calls the two ends of a key by these two words
    filters = [{"Name": end, "Value": value} for end, value in (("prefix", prefix), ("suffix", suffix)) if value]
    if filters:
        rule["Filter"] = {"Key": {"FilterRules": filters}}
    s3 = recorder.client("s3")
    kept = _configuration(s3, name)
    others = kept.get("LambdaFunctionConfigurations", [])
    what = f"The bucket {name} calls {_called(function_arn)} on {words(rule)}"
    statement, new = let_in(recorder, function_arn, "s3.amazonaws.com", f"arn:aws:s3:::{name}")
    if any(_meaning(other) == _meaning(rule) for other in others):
        return Added(what, statement, new, new_rule=False)
    try:
        s3.put_bucket_notification_configuration(
            Bucket=name, NotificationConfiguration={**kept, "LambdaFunctionConfigurations": [*others, rule]}
        )
    except ClientError:
        if new:  # a permission without its rule would only be left behind
            with recorder.silently():
                recorder.client("lambda").remove_permission(**place(function_arn), StatementId=statement)
        raise
    return Added(what, statement, new, new_rule=True)


def bucket_no_more(recorder: Recorder, name: str, rule_id: str) -> str:
    """Take one rule out of a bucket's configuration; the others stay, and so does the statement that let the bucket in.

    Follows the same page; lesson 05.

    Args:
        rule_id: the one that S3 keeps.

    Returns:
        What was done, in words.

    Raises:
        LabError: the bucket has no such rule.
        botocore.exceptions.ClientError: AWS refuses; then nothing has changed.
    """
    s3 = recorder.client("s3")
    kept = _configuration(s3, name)
    rules = {rule["Id"]: rule for rule in kept.pop("LambdaFunctionConfigurations", [])}
    gone = rules.pop(rule_id, None)
    if gone is None:
        raise LabError(f"The bucket {name} has no rule {rule_id} any more. Press Refresh to see what is there.")
    if rules:
        kept["LambdaFunctionConfigurations"] = list(rules.values())
    s3.put_bucket_notification_configuration(Bucket=name, NotificationConfiguration=kept)
    target = gone["LambdaFunctionArn"]
    what = f"Removed: the bucket {name} does not call {_called(target)} on {words(gone)} any more"
    statement = letting_in(recorder, target, "s3.amazonaws.com", f"arn:aws:s3:::{name}")
    if statement is None:
        return f"{what}."
    return f"{what}. The statement {statement} stays in the function's policy: remove_permission takes it away."


def _configuration(s3: Any, name: str) -> dict[str, Any]:
    """All rules of a bucket, as they are written back."""
    kept: dict[str, Any] = s3.get_bucket_notification_configuration(Bucket=name)
    kept.pop("ResponseMetadata")
    return kept


def _called(function_arn: str) -> str:
    return ":".join(function_arn.split(":")[6:])


def words(rule: Mapping[str, Any]) -> str:
    """A bucket's rule in words: "ObjectCreated:Put, key ends with .jpg"."""
    parts = [event.removeprefix("s3:") for event in rule["Events"]]
    ends = {"prefix": "begins", "suffix": "ends"}
    return ", ".join([*parts, *(f"key {ends[end]} with {value}" for end, value in _ends(rule))])


def _event(name: str) -> str:
    return name if name.startswith("s3:") else f"s3:{name}"


def _ends(rule: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = rule.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    return [(part["Name"].lower(), part["Value"]) for part in found]


def _meaning(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes two rules the same, whatever their ids."""
    return rule["LambdaFunctionArn"], frozenset(rule["Events"]), frozenset(_ends(rule))


URL, BUS = "url", "events"
_NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six")
_WHOLE = {"s3": 2, URL: 3, "rest-api": 6}
"""How many calls it takes where nothing is there, if more than one."""
_SOURCES: Mapping[str, Callable[[Recorder, str, str, Wanted], str]] = {
    "s3": lambda recorder, function_arn, name, wanted: (
        bucket(recorder, function_arn, name, wanted.events, wanted.prefix, wanted.suffix).what
    ),
    "sqs": lambda recorder, function_arn, name, *_: adding_mappings.queue(recorder, function_arn, name),
    "dynamodb": lambda recorder, function_arn, name, *_: adding_mappings.stream(recorder, function_arn, name),
    URL: lambda recorder, function_arn, *_: adding_web.function_url(recorder, function_arn),
    "rest-api": lambda recorder, function_arn, name, *_: adding_web.rest_api(recorder, function_arn, name),
    BUS: lambda recorder, function_arn, name, wanted: adding_rules.rule(
        recorder, function_arn, name, wanted.pattern, wanted.schedule
    ),
}
