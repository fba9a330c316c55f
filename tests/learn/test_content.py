"""The content of the lessons: complete, and checked with a message that names file and item."""

from __future__ import annotations

from pathlib import Path

import pytest

from lambdalab.learn.content import FOLDER, ContentError, lesson, lessons, read
from lambdalab.learn.exercises import MOST_WORDS, find, workbook, workbooks
from lambdalab.learn.wording import Part, exercises

ONE = (FOLDER / "01.toml").read_text(encoding="utf-8")


def written(folder: Path, text: str, name: str = "01.toml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_lessons_00_and_01_have_their_predictions_and_recall_questions() -> None:
    assert lessons()[:2] == ("00", "01")
    assert [p.id for p in lesson("00").predictions] == ["00-1", "00-2", "00-3"]
    assert [p.id for p in lesson("01").predictions] == ["01-1", "01-2", "01-3", "01-4"]
    assert lesson("00").recall == ()
    assert [q.id for q in lesson("01").recall] == ["01-1", "01-2", "01-3"]


def test_what_the_lesson_of_the_processes_measures_is_what_aws_does() -> None:
    """0 after deploying, 1 after two calls, 0 after two quiet hours, and a bill for 150 calls."""
    expected = [p.option(p.expected).value for p in lesson("01").predictions]
    assert expected == [0, 1, 0, 150]


def test_the_expected_option_is_not_always_the_same_letter() -> None:
    for number in lessons():
        letters = [p.expected for p in lesson(number).predictions]
        assert len(set(letters)) >= len(letters) - 1


def test_i_dont_know_is_the_last_option() -> None:
    for number in lessons():
        for prediction in lesson(number).predictions:
            assert prediction.choices[-1].text == "I don't know"
            assert [option.letter for option in prediction.choices] == list("abcdefgh"[: len(prediction.choices)])


def test_true_is_not_one_and_a_range_holds_its_ends() -> None:
    from lambdalab.learn.content import Option

    assert Option("a", "1", 1).fits(1)
    assert not Option("a", "1", 1).fits(True)
    assert Option("b", "1 to 4", {"min": 1, "max": 4}).fits(4)
    assert not Option("b", "1 to 4", {"min": 1, "max": 4}).fits(5)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('text = "0: only a file has been stored"', 'text = "0"', r"01-1.*near-equal length"),
        ('expected = "a"\ncommonest = "b"', 'expected = "z"\ncommonest = "b"', r"01-1.*`expected` is 'z'"),
        ('expected = "a"\ncommonest = "b"', 'expected = "b"\ncommonest = "b"', r"01-1.*must be a wrong option"),
        ('id = "01-2"\nquestion = "The first', 'id = "01-7"\nquestion = "The first', r"01-7.*the id must be 01-2"),
        ("value = 150\n", "", r"01-4, option c.*`value` is missing"),
        ('answer = "b"\nexplanation = "The cell', 'answer = "x"\nexplanation = "The cell', r"recall 01-1.*no option"),
        ('[[recall]]\nid = "01-3"\nfrom = "00"', '[[recall]]\nid = "01-3"\nfrom = "05"', r"01-3.*earlier lesson"),
        ('title = "What is Lambda?"', 'name = "What is Lambda?"', r"the file: `title` is missing"),
        ("[transfer]\n", "[moved]\n", r"transfer: `question` is missing"),
        ('title = "What', 'title = What', "not valid TOML"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_named_with_file_and_item(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in ONE
    with pytest.raises(ContentError, match=rf"01\.toml.*{said}"):
        read(written(tmp_path, ONE.replace(old, new)))


def test_from_lesson_02_on_one_recall_question_is_from_two_lessons_back(tmp_path: Path) -> None:
    two = ONE.replace('"01-', '"02-')
    assert read(written(tmp_path, two, "02.toml")).number == "02"
    with pytest.raises(ContentError, match=r"02\.toml, recall: one question must come from two or more lessons back"):
        read(written(tmp_path, two.replace('from = "00"', 'from = "01"'), "02.toml"))


def test_lesson_01_without_recall_questions_is_refused(tmp_path: Path) -> None:
    text = ONE.split("[[recall]]")[0] + "[transfer]" + ONE.split("[transfer]")[1]
    with pytest.raises(ContentError, match="3 questions are wanted, there are 0"):
        read(written(tmp_path, text))


def test_every_exercise_has_its_words() -> None:
    for book in workbooks():
        for exercise in workbook(book).values():
            assert len(exercise.hints) == 3
            assert "…" in exercise.hints[2], "the last hint is a fragment with its key expression missing"
            assert exercise.success.endswith(".")
            assert exercise.why.endswith("?")
            assert exercise.twin
            assert 3 <= exercise.minutes <= 20
            assert all(wrong.message.words <= MOST_WORDS for wrong in exercise.wrong)
            assert not any(mark in exercise.success + exercise.why + exercise.twin for mark in "!")


def test_words_without_a_detector_are_refused() -> None:
    parts = {number: Part(find(number).cases) for number in workbook("01")}
    with pytest.raises(ContentError, match=r"w01\.toml, 01\.1: the wrong answer 'error-replaced' has words or"):
        exercises("01", parts)
