"""The page of differences is what the code says today, and no sentence of the core is missing on it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lambdalab.teach import differences

ROOT = Path(__file__).parents[2]
FEATURES = differences.features()
SERVICES = {"Lambda", "API Gateway", "S3", "SQS", "SNS", "DynamoDB", "EventBridge", "CloudWatch", "IAM"}


def test_the_page_is_what_the_code_says_today() -> None:
    assert (ROOT / differences.PAGE).read_text() == differences.page(), "run python -m lambdalab.teach.differences"


def test_each_module_that_leaves_something_out_is_told_of_once() -> None:
    told = [module for one in FEATURES for module in one.modules] + differences.inside()
    assert sorted(told) == sorted(differences.modules_that_say()), "change lambdalab/differences.toml"


def test_each_feature_has_a_word_a_reason_where_it_differs_and_tests_where_it_is_there() -> None:
    for one in FEATURES:
        assert one.word in differences.WORDS, one.name
        assert one.differs or one.word == "faithful", one.name
        assert bool(one.tests) == (one.word != "absent"), one.name
        assert [path for path in one.tests if not (ROOT / path).is_file()] == []


def test_the_course_s_services_and_what_it_leaves_out_of_streams_stand_there() -> None:
    assert {one.service for one in FEATURES} >= SERVICES
    absent = " ".join(one.name for one in FEATURES if one.word == "absent")
    for name in ("Kinesis", "ParallelizationFactor", "tumbling windows"):
        assert name in absent


def test_it_is_short_and_names_nothing_of_the_code_s_inside() -> None:
    text = (ROOT / differences.PAGE).read_text()
    assert len(re.findall(r"\w[\w'./-]*", text)) < 1_900  # five minutes, for who skips what is not theirs
    cells = [line for line in text.splitlines() if line.startswith("|")]
    inside = re.compile(r"moto's|\.py\b|lambdalab\.|`_|\b[a-z]+_[a-z]+\b")
    assert [line for line in cells if inside.search(line)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Opens. Left out: a, and b. Follows\nhttps://aws; lesson 07.", {"left out": ["a, and b"]}),
        ("Left out, and\nrefused: a. Also left out: b.", {"left out": ["a", "b"]}),
        ("Here so. Unsure: whether a. Left out so far: b.", {"left out": ["b"], "unsure": ["whether a"]}),
        ("Left out: Ruby, .NET and Go.", {"left out": ["Ruby, .NET and Go"]}),
        ("Nothing of it was left out here: it stands.", {}),
    ],
)
def test_sentences_are_found_wherever_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, found: dict[str, list[str]]
) -> None:
    (tmp_path / "made.py").write_text(f'"""A module.\n\n{text}\n"""\n')
    monkeypatch.setattr(differences, "_PACKAGE", tmp_path)
    assert differences.said("made") == found


def test_the_command_writes_the_page_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for said in ("written", "unchanged"):
        assert differences.main(["--root", str(tmp_path)]) == 0
        assert capsys.readouterr().out.startswith(said)
    assert (tmp_path / differences.PAGE).read_text() == differences.page()
