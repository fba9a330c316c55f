"""Workbook 05: what its set-ups really do, what its checks count, and what they leave behind in the student's lab."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lambdalab import Lab
from lambdalab.functions import deploy
from lambdalab.learn import check
from lambdalab.learn.exercises import NotRun
from lambdalab.learn.workbooks import chains, silent, uploads
from tests.learn import cells
from tests.learn.answers_05 import A_05_2, ANSWERS

KEEPS_NOTHING = "def handler(event, context):\n    return None\n"


def put(bucket: str, key: str) -> Callable[[], Any]:
    return lambda: Lab().client("s3").put_object(Bucket=bucket, Key=key, Body=b"x")


def test_each_of_the_five_set_ups_is_silent_for_its_own_reason() -> None:
    lab = Lab()
    silent.set_up()
    effects = {n: silent.upload_to(lab, n) for n in range(1, 6)}
    outcomes = {n: effect.outcome(silent.function(n)) for n, effect in effects.items()}
    assert outcomes == {1: "denied", 2: "", 3: "filtered", 4: "filtered", 5: ""}
    assert not any(effect.runs for effect in effects.values())
    assert silent.upload_to(lab, 5, "places.csv").count(silent.OTHER) == 1


def test_explain_tells_each_set_up_by_its_cause() -> None:
    lab = Lab()
    silent.set_up()
    said = {n: str(lab.explain(silent.function(n))) for n in range(1, 6)}
    words = {1: "denied", 2: "region is not valid", 3: '".jpg"', 4: "CompleteMultipartUpload", 5: "replaced all rules"}
    assert all(word in said[n] for n, word in words.items())


def test_setting_up_again_takes_the_repairs_back() -> None:
    Lab()
    names = cells.run(cells.notebook(), ANSWERS["05.3"].given)
    cells.run(names, ANSWERS["05.3"].solution)
    assert check("05.3", namespace=names).done
    test_each_of_the_five_set_ups_is_silent_for_its_own_reason()


def test_the_designs_are_counted_by_running_them_and_leave_nothing_behind() -> None:
    lab = Lab()

    def there() -> list[str]:
        functions = [f["FunctionName"] for f in lab.client("lambda").list_functions()["Functions"]]
        return sorted(functions + [b["Name"] for b in lab.client("s3").list_buckets()["Buckets"]])

    assert lab.role  # made when it is first asked for
    chains._counts.pop(lab, None)
    before = there()
    assert check("05.5", namespace=cells.run(cells.notebook(), ANSWERS["05.5"].solution)).done
    assert chains._counts[lab] == dict(zip((*chains.FIRST, *chains.AGAIN), (16, 1, 16, 1, 16), strict=True))
    assert there() == before


def test_a_chain_is_waited_for_to_its_end() -> None:
    lab = Lab()
    source = (
        'import boto3\n\ns3 = boto3.client("s3")\n\n\ndef handler(event, context):\n'
        '    s3.put_object(Bucket="ex05-chain-test", Key="more", Body=b"")\n'
    )
    function = deploy(lab, "ex05_chain_test", source, memory=1769, timeout=10)
    uploads.emptied(lab.client("s3"), "ex05-chain-test")
    lab.trigger("s3:ex05-chain-test", function)
    effect = uploads.upload(lab, "ex05-chain-test", put("ex05-chain-test", "first"))
    assert effect.count("ex05_chain_test") == 16
    assert [step.outcome for step in effect.deliveries] == ["ok"] * 16 + ["stopped"]
    uploads.removed(lab.client("s3"), "ex05-chain-test")
    function.delete()


def test_an_event_that_does_not_end_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = Lab()
    function = deploy(lab, "ex05_waiting_test", KEEPS_NOTHING)
    uploads.emptied(lab.client("s3"), "ex05-waiting-test")
    lab.trigger("s3:ex05-waiting-test", function)
    monkeypatch.setattr(uploads, "SECONDS", 0.2)
    monkeypatch.setattr(lab, "history", lambda **_: [])
    with pytest.raises(NotRun, match="nothing went on"):
        uploads.upload(lab, "ex05-waiting-test", put("ex05-waiting-test", "first"))
    uploads.removed(lab.client("s3"), "ex05-waiting-test")
    function.delete()


def test_the_students_bucket_keeps_its_rules_after_the_check() -> None:
    lab, names = Lab(), cells.run(cells.notebook(), A_05_2.given)
    cells.run(names, A_05_2.solution)
    lab.trigger("s3:ex05-photos", "ex05_thumbs", suffix=".jpg")
    s3 = lab.client("s3")
    before = s3.get_bucket_notification_configuration(Bucket="ex05-photos")["LambdaFunctionConfigurations"]
    policy = lab.client("lambda").get_policy(FunctionName="ex05_thumbs")["Policy"]
    assert check("05.2", namespace=names).done
    assert s3.get_bucket_notification_configuration(Bucket="ex05-photos")["LambdaFunctionConfigurations"] == before
    assert lab.client("lambda").get_policy(FunctionName="ex05_thumbs")["Policy"] == policy
    lab.client("lambda").delete_function(FunctionName="ex05_thumbs")


def test_the_function_as_it_was_given_is_not_called_wrong() -> None:
    lab, names = Lab(), cells.run(cells.notebook(), A_05_2.given)
    assert check("05.2", namespace=cells.run(names, A_05_2.stub)).message_id == "unwritten"
    lab.client("lambda").delete_function(FunctionName="ex05_thumbs")
