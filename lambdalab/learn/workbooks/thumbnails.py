"""Exercise 05.2, thumbnails: the student's function makes small pictures of five files, and then of a real upload.

The files are put into the student's bucket while its rules are away, and the function is called with the events that
S3 would send: so each is tried once, in one environment. At the end one upload shows what the rule makes of it.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any

from lambdalab.events import s3_put
from lambdalab.learn.cases import first
from lambdalab.learn.exercises import Case, Detect, Hit, Message, NotRun, Seen, Tried, Unwritten
from lambdalab.learn.work import Work, raised_inside, unwritten
from lambdalab.learn.workbooks.small import alike, fits, form_and_size
from lambdalab.learn.workbooks.uploads import new, upload
from lambdalab.samples import photo

FUNCTION, IN, OUT = "ex05_thumbs", "ex05-photos", "ex05-small"
_SIZES = {"landscape": (600, 300), "portrait": (300, 600), "small": (80, 60), "png": (500, 400), "beside": (640, 480)}
_STATEMENT = "ex05-check"


@dataclass(frozen=True)
class Stored:
    """What the function left in the output bucket, and how its call went.

    Args:
        form: "JPEG", or the name of another form; "" when there is nothing, or no picture.
        size: in pixels.
        alike: whether the picture shows what was uploaded.
        there: whether anything is stored under the key.
        elsewhere: the keys that are there instead.
        log: the end of the call's log.
        answer: AWS's error object when the call failed.
        event: the call, to copy; the files are still in the bucket.
    """

    form: str
    size: tuple[int, int]
    alike: bool
    there: bool
    elsewhere: Sequence[str]
    log: str
    answer: Mapping[str, Any] | None
    event: str


def cases(rng: random.Random | None) -> Sequence[Case]:
    sizes = dict(_SIZES)
    if rng is not None:
        wide, high = rng.randint(450, 900), rng.randint(210, 400)
        small = rng.randint(50, 150), rng.randint(50, 150)
        sizes |= {"landscape": (wide, high), "portrait": (high, wide), "small": small}
    return [
        _one("landscape", sizes["landscape"], "a b.jpg"),
        _one("portrait", sizes["portrait"], "portrait.jpg"),
        _one("small", sizes["small"], "small.jpg"),
        _one("png", sizes["png"], "clear.png", form="PNG"),
        _bad_and_good(sizes["beside"]),
        Case("one upload, through the bucket's rule", "", _through_the_rule(sizes["landscape"]), about="upload"),
    ]


def _one(kind: str, size: tuple[int, int], name: str, form: str = "JPEG") -> Case:
    what = f"{size[0]} × {size[1]}" + (", a PNG with a transparent sky" if form == "PNG" else "")

    def run(work: Work) -> Seen:
        key = new(name)
        return _seen(_tried(work, {key: photo(*size, form=form)}, key), size)

    return Case(what, "", run, about=(kind, size))


def _bad_and_good(size: tuple[int, int]) -> Case:
    def run(work: Work) -> Seen:
        bad, good = new("letter.jpg"), new("good.jpg")
        stored = _tried(work, {bad: b"Dear Ngozi, this is no picture.", good: photo(*size)}, good)
        seen = _seen(stored, size)
        if seen.ok and bad not in stored.log:
            facts = {**seen.facts, "not logged": bad}
            shown = f"nothing in the log names the skipped file `{bad}`"
            return Seen(False, shown, facts=facts, event=stored.event)
        return seen

    return Case("a text named `.jpg` and a picture in one event", "", run, about=("bad",))


def _seen(stored: Stored, size: tuple[int, int]) -> Seen:
    return replace(_judged(stored, size), facts={"stored": stored}, event=stored.event)


def _judged(stored: Stored, size: tuple[int, int]) -> Seen:
    if stored.answer is not None:
        raised = raised_inside(stored.answer)
        return Seen(False, f"raised {raised.kind}", raised=raised)
    if not stored.there:
        where = f", but {stored.elsewhere[0]}" if stored.elsewhere else ""
        return Seen(False, f"nothing is stored under the key in `{OUT}`{where}")
    got = f"{stored.form or 'no picture'}" + (f", {stored.size[0]} × {stored.size[1]}" if stored.form else "")
    if stored.form == "JPEG" and fits(stored.size, size) and not stored.alike:
        return Seen(False, f"stored: {got}, which shows something else", stored.size)
    return Seen(stored.form == "JPEG" and fits(stored.size, size), f"stored: {got}", stored.size)


def _tried(work: Work, files: Mapping[str, bytes], asked: str) -> Stored:
    """Call the function with one event for these files, and look at what it stored for one of them."""
    s3 = work.lab.client("s3")
    with _without_rules(work):
        for key, body in files.items():
            s3.put_object(Bucket=IN, Key=key, Body=body)
        payload = json.dumps(s3_put(IN, *files))
        said = work.client.invoke(FunctionName=FUNCTION, Payload=payload, LogType="Tail")
        answer = json.loads(said["Payload"].read())
        _is_written(work, answer)
        log = base64.b64decode(said.get("LogResult", "")).decode("utf-8", "replace")
        found = _content(s3, OUT, asked)
        return Stored(
            *form_and_size(found),
            alike(found, files[asked]),
            found is not None,
            _others(s3, files, asked),
            log,
            answer if "FunctionError" in said else None,
            f'lab.function("{FUNCTION}").invoke(s3_put("{IN}", {", ".join(map(repr, files))}))',
        )


def _is_written(work: Work, answer: Any) -> None:
    """Raises Unwritten for the stub."""
    if isinstance(answer, dict) and answer.get("errorType") == "NotImplementedError":
        raise Unwritten(unwritten(FUNCTION))


@contextmanager
def _without_rules(work: Work) -> Iterator[None]:
    """Take the bucket's rules away, so that putting files there calls nobody; they come back afterwards."""
    s3 = work.lab.client("s3")
    try:
        own = s3.get_bucket_notification_configuration(Bucket=IN)
    except s3.exceptions.ClientError:
        do = "Run the cell that makes the buckets, then check again."
        raise NotRun(Message(f"There is no bucket `{IN}` yet.", "", do)) from None
    own.pop("ResponseMetadata")
    s3.put_bucket_notification_configuration(Bucket=IN, NotificationConfiguration={})
    try:
        yield
    finally:
        # as they were, and so without asking whether they would be taken today
        s3.put_bucket_notification_configuration(
            Bucket=IN, NotificationConfiguration=own, SkipDestinationValidation=True
        )


def _content(s3: Any, bucket: str, key: str) -> bytes | None:
    try:
        body: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        return None
    return body


def _others(s3: Any, files: Mapping[str, bytes], asked: str) -> list[str]:
    """Where else the small picture may be: in the input bucket, changed or under another name, or in the other one."""
    if _content(s3, IN, asked) != files[asked]:
        return [f"`{asked}` in `{IN}` was overwritten"]
    mark = asked.partition("-")[0]
    there = [(bucket, o["Key"]) for bucket in (IN, OUT) for o in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
    return [f"`{key}` in `{bucket}`" for bucket, key in there if mark in key and not (key in files and bucket == IN)]


def _through_the_rule(size: tuple[int, int]) -> Any:
    def run(work: Work) -> Seen:
        s3, key = work.lab.client("s3"), new("uploaded.jpg")
        arn = work.settings(FUNCTION)["FunctionArn"]
        with _without_rules(work), _allowed(work):
            rule = {"LambdaFunctionArn": arn, "Events": ["s3:ObjectCreated:*"]}
            rules = {"LambdaFunctionConfigurations": [rule]}
            s3.put_bucket_notification_configuration(Bucket=IN, NotificationConfiguration=rules)
            body = photo(*size)
            effect = upload(work.lab, IN, lambda: s3.put_object(Bucket=IN, Key=key, Body=body))
        runs = effect.count(FUNCTION)
        return Seen(runs == 1, f"the function ran {runs} times", runs, facts={"runs": runs})

    return run


@contextmanager
def _allowed(work: Work) -> Iterator[None]:
    """A statement of the check's own that lets the bucket in."""
    client = work.client
    with suppress(client.exceptions.ResourceNotFoundException):
        client.remove_permission(FunctionName=FUNCTION, StatementId=_STATEMENT)
    allowed = {"Action": "lambda:InvokeFunction", "Principal": "s3.amazonaws.com", "SourceArn": f"arn:aws:s3:::{IN}"}
    client.add_permission(FunctionName=FUNCTION, StatementId=_STATEMENT, **allowed)
    try:
        yield
    finally:
        client.remove_permission(FunctionName=FUNCTION, StatementId=_STATEMENT)


# -- wrong answers -----------------------------------------------------------------------------------------------------


def loops(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The own result was a new upload, which the rule heard."""
    one = next((one for one in tried if one.case.about == "upload"), None)
    runs = one.seen.facts.get("runs", 0) if one else 0
    return Hit(one, {"runs": runs}, explains_error=True) if one and runs > 2 else None


def squashed(one: Tried) -> Mapping[str, object] | None:
    stored: Stored | None = one.seen.facts.get("stored")
    if stored is None or not stored.form or one.case.about[0] not in ("landscape", "portrait"):
        return None
    (wide, high), (w, h) = one.case.about[1], stored.size
    return {"given": f"{wide} × {high}", "got": f"{w} × {h}"} if abs(wide / high - w / h) > 0.05 else None


def enlarged(one: Tried) -> Mapping[str, object] | None:
    stored: Stored | None = one.seen.facts.get("stored")
    if stored is None or not stored.form or one.case.about[0] != "small":
        return None
    (wide, high), (w, h) = one.case.about[1], stored.size
    return {"given": f"{wide} × {high}", "got": f"{w} × {h}"} if w > wide or h > high else None


def one_spoils_all(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Good files work, and the event with the bad one fails as a whole."""
    one = next((one for one in tried if one.case.about == ("bad",)), None)
    if one is None or one.seen.raised is None or not tried[0].seen.ok:
        return None
    return Hit(one, {"kind": one.seen.raised.kind}, explains_error=True)


def stops_at_the_first(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The bad file raises nothing, but the good one behind it was not made."""
    one = next((one for one in tried if one.case.about == ("bad",)), None)
    stored = one.seen.facts.get("stored") if one else None
    return Hit(one) if one and stored and stored.answer is None and not stored.there and tried[0].seen.ok else None


def png_fails(tried: Sequence[Tried], work: Work) -> Hit | None:
    """JPEG has no transparency: saving raises, or the file is skipped as if it were no picture."""
    one = next((one for one in tried if isinstance(one.case.about, tuple) and one.case.about[0] == "png"), None)
    if one is None or one.seen.ok or not tried[0].seen.ok:
        return None
    stored: Stored | None = one.seen.facts.get("stored")
    transparent = one.seen.raised is not None and "RGBA" in one.seen.raised.text
    skipped = stored is not None and stored.answer is None and not stored.there
    return Hit(one, explains_error=True) if transparent or skipped else None


def not_a_jpeg(one: Tried) -> Mapping[str, object] | None:
    stored: Stored | None = one.seen.facts.get("stored")
    return {"form": stored.form} if stored and stored.form not in ("", "JPEG") else None


def no_layer(one: Tried) -> Mapping[str, object] | None:
    raised = one.seen.raised
    return {} if raised and raised.kind == "Runtime.ImportModuleError" and "'PIL'" in raised.text else None


def jpg(one: Tried) -> Mapping[str, object] | None:
    raised = one.seen.raised
    return {} if raised and raised.kind == "KeyError" and raised.text.strip("'").upper() == "JPG" else None


def another_picture(one: Tried) -> Mapping[str, object] | None:
    stored: Stored | None = one.seen.facts.get("stored")
    another = stored and stored.form == "JPEG" and not stored.alike
    return {"size": f"{stored.size[0]} × {stored.size[1]}"} if stored and another else None


def not_logged(one: Tried) -> Mapping[str, object] | None:
    key = one.seen.facts.get("not logged")
    return {"key": key} if key else None


def another_place(one: Tried) -> Mapping[str, object] | None:
    stored: Stored | None = one.seen.facts.get("stored")
    return {"where": stored.elsewhere[0]} if stored and not stored.there and stored.elsewhere else None


DETECT: Mapping[str, Detect] = {
    "no-layer": first(no_layer, explains_error=True),
    "loops": loops,
    "another-place": first(another_place),
    "squashed": first(squashed),
    "enlarged": first(enlarged),
    "png": png_fails,
    "jpg": first(jpg, explains_error=True),
    "one-spoils-all": one_spoils_all,
    "stops-at-the-first": stops_at_the_first,
    "not-a-jpeg": first(not_a_jpeg),
    "another-picture": first(another_picture),
    "not-logged": first(not_logged),
}
