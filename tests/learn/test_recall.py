"""recall, transfer, the mistake line, hints and progress."""

from __future__ import annotations

import dataclasses
import sys
from html.parser import HTMLParser

import pytest

from lambdalab.learn import check, hint, mistake, predict, progress, recall, store, transfer
from lambdalab.learn import content as content_module
from lambdalab.learn import recall as recall_function
from lambdalab.learn.content import lesson
from lambdalab.learn.display import Shown
from lambdalab.learn.exercises import workbook, workbooks
from lambdalab.learn.hints import _hint, _twin
from lambdalab.learn.progress import card as progress_card
from lambdalab.learn.recall import _answered, _page, _start, returning
from tests.learn import cells
from tests.learn.answers import ANSWERS

Said = pytest.CaptureFixture[str]


def box(id: str) -> int:
    number: int = store.load()["recall"][id]["box"]
    return number


def test_the_three_questions_are_shown_without_their_answers_in_text(capsys: Said) -> None:
    recall("01")
    text = capsys.readouterr().out
    assert text.count("Answer: recall(") == 3
    for question in lesson("01").recall:
        assert question.question in text
        assert question.explanation not in text


def test_the_answers_are_folded_in_the_card() -> None:
    html = _start("01").html
    assert html.count("<details>") == 3
    assert "<details open" not in html


def test_backticks_of_a_question_are_code_in_its_cards_and_stay_in_the_text() -> None:
    known = lesson("01").recall[0]
    ticked = dataclasses.replace(known, question="What is `event`?", explanation="`event` is a dict.")
    for card in (_page("Recall", "", [ticked], {}), _answered(ticked, known.answer, True)):
        assert "What is <code>event</code>?" in card.html and "<code>event</code> is a dict." in card.html
        assert "`" not in card.html
        assert "What is `event`?" in card.text


def test_a_lesson_without_questions_says_so_quietly(capsys: Said) -> None:
    recall("00")
    assert "no recall questions" in capsys.readouterr().out


def test_a_right_answer_is_confirmed_with_its_reason(capsys: Said) -> None:
    recall("01-1", "b")
    text = capsys.readouterr().out
    assert "You said: b" in text
    assert "The answer:" not in text
    assert "not visible there" in text
    assert box("01-1") == 3


def test_a_wrong_answer_is_explained_and_goes_to_the_first_box(capsys: Said) -> None:
    recall("01-1", "a")
    text = capsys.readouterr().out
    assert "The answer: b" in text
    assert "comes back in a later lesson" in text
    assert box("01-1") == 1


def test_what_was_answered_is_shown_again_but_not_when_a_question_returns(capsys: Said) -> None:
    recall("01-2", "a")
    capsys.readouterr()
    recall("01")
    assert capsys.readouterr().out.count("You said a. Answer: recall(") == 1
    assert _start("01").html.count("You said a.") == 1
    again = _page("Recall before lesson 02", "", returning("02", store.load()), {})
    assert "01-2" in again.text
    assert "You said" not in again.text


def test_an_option_that_cannot_be_clicked_is_not_drawn_as_a_button() -> None:
    assert 'class="ll-o' not in _start("01").html


def test_a_wrong_question_returns_in_the_next_lesson_and_moves_up_when_right() -> None:
    recall("01-1", "a")
    assert returning("01", store.load()) == []
    assert [question.id for question in returning("02", store.load())] == ["01-1"]
    store.change(lambda data: data.__setitem__("recall_lesson", "02"))  # asked again at the start of lesson 02
    recall("01-1", "b")
    assert box("01-1") == 2
    assert returning("03", store.load()) == []
    assert [question.id for question in returning("04", store.load())] == ["01-1"]
    store.change(lambda data: data.__setitem__("recall_lesson", "04"))
    recall("01-1", "b")
    assert box("01-1") == 3
    assert returning("09", store.load()) == []


def test_a_returning_question_that_is_wrong_again_falls_back() -> None:
    recall("01-1", "a")
    store.change(lambda data: data.__setitem__("recall_lesson", "02"))
    recall("01-1", "b")
    store.change(lambda data: data.__setitem__("recall_lesson", "04"))
    recall("01-1", "c")
    assert box("01-1") == 1
    assert [question.id for question in returning("05", store.load())] == ["01-1"]


def test_at_most_two_questions_return(monkeypatch: pytest.MonkeyPatch) -> None:
    for id in ("01-1", "01-2", "01-3"):
        recall(id, "c" if id == "01-1" else "a")
    assert len(returning("02", store.load())) == 2
    two = dataclasses.replace(lesson("01"), number="02", recall=())
    module = sys.modules["lambdalab.learn.recall"]  # the package has a function of the same name
    monkeypatch.setattr(module, "lesson", lambda number: two if number == "02" else lesson(number))
    assert "2 of them come back" in _start("02").text


@pytest.mark.parametrize(
    ("id", "answer", "known"),
    [("01-9", None, "01-3"), ("98", None, "00, 01"), ("01-1", "x", "a, b, c"), ("01", "b", "01-1")],
)
def test_an_unknown_question_or_letter_names_the_known_ones(id: str, answer: str | None, known: str) -> None:
    with pytest.raises(ValueError, match=known):
        recall_function(id, answer)


def test_the_transfer_item_folds_its_model_answer(capsys: Said) -> None:
    transfer("01")
    text = capsys.readouterr().out
    assert "electricity" in text
    assert lesson("01").transfer.answer not in text
    transfer("01", answer=True)
    assert lesson("01").transfer.answer in capsys.readouterr().out


def test_the_mistake_line_is_kept_only_when_it_is_complete(capsys: Said) -> None:
    mistake("01", "The mistake I would now recognise is …")
    assert store.load()["mistakes"] == {}
    mistake("01", "The mistake I would now recognise is paying for my peak.")
    assert store.load()["mistakes"]["01"].endswith("paying for my peak.")
    assert "Kept in your progress file." in capsys.readouterr().out


def test_hints_come_one_after_the_other_and_then_the_twin(capsys: Said) -> None:
    kickers = []
    for _ in range(5):
        hint("01.3")
        kickers.append(capsys.readouterr().out.split("\n")[0])
    assert kickers == [f"Hint {k} of 3 for 01.3" for k in (1, 2, 3)] + ["A worked twin of 01.3"] * 2
    assert store.load()["hints"] == {"01.3": 3}


def test_a_certain_hint_can_be_asked_for(capsys: Said) -> None:
    hint("01.3", 2)
    assert "Hint 2 of 3" in capsys.readouterr().out
    hint("01.3", "twin")
    text = capsys.readouterr().out
    assert "worked twin" in text
    assert "another example" in text
    with pytest.raises(ValueError, match='1, 2, 3 and "twin"'):
        hint("01.3", 4)


@pytest.mark.parametrize("number", [number for book in workbooks() for number in workbook(book)])
def test_the_code_of_a_twin_is_python(number: str) -> None:
    import ast
    import textwrap

    exercise = workbook(number[:2])[number]
    blocks = [b for b in exercise.twin.strip("\n").split("\n\n") if b.startswith("    ")]
    code = "\n\n".join(blocks)
    assert code
    ast.parse(textwrap.dedent(code))
    assert "…" not in code
    assert exercise.hints[2].strip() not in exercise.twin


def test_progress_counts_what_the_student_did(capsys: Said) -> None:
    predict("01-1", "a")
    recall("01-1", "b")
    hint("01.4")
    names = cells.run(cells.notebook(), ANSWERS["01.4"].wrong["gb-of-1000"])
    check("01.4", namespace=names)
    check("01.5", namespace=cells.run(cells.notebook(), ANSWERS["01.5"].solution))
    capsys.readouterr()
    progress()
    row = next(line for line in capsys.readouterr().out.split("\n") if line.lstrip().startswith("01 "))
    assert "1 of 4" in row
    assert "1 of 3" in row
    assert "1 of 5" in row
    assert "01.4" in row
    check("01.4", namespace=cells.run(names, ANSWERS["01.4"].solution))
    capsys.readouterr()
    progress()
    out = capsys.readouterr().out
    assert "begun, not done" in out
    assert "01.4" not in out


class Balanced(HTMLParser):
    """Every tag that is opened is closed, in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag not in ("br", "img", "hr", "input", "path"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("path",):
            assert self.open.pop() == tag


def test_every_card_is_well_formed_html() -> None:
    exercise = workbook("01")["01.3"]
    shown: list[Shown] = [_start("01"), _hint(exercise, 3), _twin(exercise), progress_card(store.load())]
    for one in shown:
        parser = Balanced()
        parser.feed(one.html)
        assert parser.open == []
        assert one.text


def test_the_known_lessons_are_those_with_a_content_file() -> None:
    assert content_module.lessons() == tuple(sorted(p.stem for p in content_module.FOLDER.glob("[0-9][0-9].toml")))
