"""`lambdalab progress`: a student's own account, in words and as JSON."""

from __future__ import annotations

import json

import pytest

from lambdalab import cli
from lambdalab.learn import mistake, predict, recall, reveal, store
from lambdalab.learn.predictions import find


def said(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    capsys.readouterr()
    assert cli.main(["progress", *options]) == 0
    return capsys.readouterr().out


def test_who_did_nothing_has_nothing_to_look_at_again(capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys)
    assert "01 What is Lambda?" in text
    assert "Attempts, each with another code: none yet\nNothing to look at again." in text
    assert not store.path().exists()


def test_what_went_wrong_and_what_is_begun_is_to_be_looked_at_again(capsys: pytest.CaptureFixture[str]) -> None:
    wrong, right = find("01-2"), find("01-3")
    predict("01-2", "a", sure="quite")
    reveal("01-2", next(option.value for option in wrong.options if option.letter == wrong.expected))
    predict("01-3", right.expected)
    recall("02-2", "a")
    mistake("01", "that an idle function costs money")
    attempt = {"code": "c", "passed": False, "message": "case"}
    store.change(lambda data: data["exercises"].update({"01.3": {"attempts": [attempt, {**attempt, "code": "d"}]}}))
    store.change(lambda data: data["exercises"].update({"01.1": {"attempts": [{**attempt, "passed": True}]}}))

    text = said(capsys)
    row = next(line for line in text.splitlines() if line.startswith("01 What is Lambda?"))
    assert row.split()[-11:] == ["2", "of", "4", "0", "of", "3", "1", "of", "5", "01.3", "0", "kept"][-11:]
    assert "01.1: 1, 01.3: 2" in text
    again = text.partition("To look at again:\n")[2]
    assert 'lesson 01, "Where is my code while nobody calls?" (an answer' in again
    assert 'lesson 01, "What does it cost?" (an answer' in again
    assert "(exercise 01.3 is begun)" in again
    assert "01.1" not in again

    account = json.loads(said(capsys, "--json"))
    page = next(page for page in account["pages"] if page["number"] == "01")
    assert page["predictions"] == {"done": 2, "of": 4}
    assert page["mistake"] == "that an idle function costs money"
    assert page["exercises"][2] == {"number": "01.3", "done": False, "attempts": 2, "hints": 0}
    assert [one["why"] for one in account["again"]].count("exercise 01.3 is begun") == 1


def test_the_milestones_of_the_capstone_stand_in_it_like_exercises(capsys: pytest.CaptureFixture[str]) -> None:
    attempt = {"code": "c", "passed": False, "message": "case", "points": 4, "most": 8}
    store.change(lambda data: data["exercises"].update({"13.0": {"attempts": [{**attempt, "passed": True}]}}))
    store.change(lambda data: data["exercises"].update({"13.4": {"attempts": [attempt, {**attempt, "code": "d"}]}}))
    store.change(lambda data: data["hints"].update({"13.4": 2}))

    text = said(capsys)
    row = next(line for line in text.splitlines() if line.startswith("13 Capstone: a photo service"))
    assert row.split()[-6:] == ["1", "of", "8", "13.4", "2", "–"]
    assert "13.0: 1, 13.4: 2" in text
    assert 'lesson 08, "A bus, its rules and their patterns" (milestone 13.4 is begun)' in text
