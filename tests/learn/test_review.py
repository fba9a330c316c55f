"""review, look_again and trigger_table: what went wrong comes first, right answers are not asked twice."""

from __future__ import annotations

import ast
import collections
import io
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest
import requests

from lambdalab import Function, Lab
from lambdalab.learn import look_again, predict, progress, recall, reveal, review, store, trigger_table
from lambdalab.learn.content import FOLDER, ContentError, lesson, lessons
from lambdalab.learn.drawing import MOST_OF_A_LESSON, TEN, Asked, draw, questions
from lambdalab.learn.drawing import asked as places
from lambdalab.learn.recall import returning
from lambdalab.learn.rereading import summary
from lambdalab.learn.review import answered, given_answer
from lambdalab.learn.reviews import Item, content_of, page_of, pool, read, reviews
from tests.learn.sections import has_section

Said = pytest.CaptureFixture[str]
Deploy = Callable[..., Function]

ITEMS = pool("R1")
EVERY = pool(reviews()[-1])  # the items of all reviews
ABOUT_THE_COURSE = {"01-2"}  # "What does `predict` do when you skip it?" is no idea of AWS


def asked() -> list[Item]:
    return questions("R1", store.load())


def here(place: int) -> Asked:
    """The question at this place of the open round."""
    return places("R1", store.load())[place - 1]


def shown_and_answered(place: int, letter: str) -> None:
    """What a student does in text: run the cell, read, put in a letter, run it again."""
    review("R1", place)
    review("R1", place, letter, round=here(place).round)


def answer_all(*wrong: int) -> None:
    """Answer the open round: these places wrong, all others right."""
    for one in places("R1", store.load()):
        item = one.item
        fits = (option.letter for option in item.options if (option.letter == item.answer) != (one.place in wrong))
        answered(one, next(fits))


def kept_answers(round: int = 1) -> dict[str, str]:
    """The letters that count in a round."""
    answers: dict[str, str] = store.load()["reviews"]["R1"]["rounds"][round - 1]["answers"]
    return answers


def all_wrong(*numbers: str, sure: str = "a little") -> None:
    """Every prediction of these lessons, wrong."""
    for one in (one for number in numbers for one in lesson(number).predictions):
        predicted(one.id, right=False, sure=sure)


def by_lesson() -> dict[str, int]:
    """How many of the ten come from each lesson."""
    return dict(sorted(collections.Counter(item.lesson for item in asked()).items()))


def predicted(id: str, *, right: bool, sure: str) -> None:
    """A prediction made in its lesson, and its run."""
    prediction = next(one for one in lesson(id[:2]).predictions if one.id == id)
    predict(id, prediction.expected if right else prediction.commonest, sure=sure)
    value = prediction.option(prediction.expected).value
    reveal(id, value["min"] if isinstance(value, dict) else value)


def in_lab(given: str) -> str:
    """The function's file of an item, from its `given`."""
    return given[given.index("def ") :] if "%%deploy" in given else given


# -- which questions ---------------------------------------------------------------------------------------------------


def test_without_a_progress_file_all_ten_come_from_the_pool_each_time_the_same_and_from_all_lessons() -> None:
    first = asked()
    assert [item.id for item in first] == [item.id for item in asked()]
    assert len({item.id for item in first}) == TEN
    assert {item.lesson for item in first} == {"00", "01", "02", "03", "04", "05", "06"}
    assert not store.path().exists(), "showing a review writes nothing"


def test_neighbours_come_from_different_lessons() -> None:
    for seed in map(str, range(20)):
        row = [item.lesson for item in draw("R1", store.load(), seed=seed)]
        assert all(one != other for one, other in itertools.pairwise(row)), row


def test_the_same_seed_draws_the_same_and_another_seed_draws_others() -> None:
    drawn = [[item.id for item in draw("R1", store.load(), seed=seed)] for seed in ("x", "x", "y")]
    assert drawn[0] == drawn[1] != drawn[2]


def test_what_went_wrong_in_the_lessons_comes_first_in_another_dress(capsys: Said) -> None:
    predicted("02-3", right=False, sure="a little")
    predicted("03-4", right=False, sure="quite")
    predicted("06-2", right=True, sure="quite")
    recall("05-2", "b")  # wrong
    recall("06-2", "b")  # right
    first = asked()[:3]
    assert {item.id for item in first} == {"R1-08", "R1-15", "R1-18"}
    assert "03-4" in ITEMS["R1-15"].predictions and "05-2" in ITEMS["R1-18"].recall
    review("R1")
    assert "3 of them ask again what went wrong for you before" in capsys.readouterr().out


def test_with_more_than_ten_wrong_ideas_the_confident_errors_are_among_the_ten() -> None:
    ids = [one.id for number in ("01", "02", "03", "04", "05") for one in lesson(number).predictions]
    sure = ids[-3:]
    for id in ids:
        predicted(id, right=False, sure="quite" if id in sure else "a little")
    renewed = {id for item in asked() for id in item.predictions}
    assert len(asked()) == TEN and set(sure) <= renewed


def test_a_prediction_that_was_not_run_or_was_changed_after_the_run_is_not_counted_as_wrong() -> None:
    blank = [item.id for item in asked()]
    predict("03-4", "a", sure="quite")
    assert [item.id for item in asked()] == blank
    predicted("03-2", right=True, sure="quite")
    predict("03-2", "b")
    assert [item.id for item in asked()] == blank


def test_mistakes_in_all_lessons_give_ten_questions_from_all_lessons(capsys: Said) -> None:
    all_wrong("00", "01", "02", "03", "04", "05", "06")
    assert by_lesson() == {"00": 1, "01": 1, "02": 1, "03": 1, "04": 2, "05": 2, "06": 2}
    capsys.readouterr()
    review("R1")
    assert "10 of them ask again" in capsys.readouterr().out


def test_mistakes_in_the_late_lessons_are_not_hidden_by_those_in_early_ones() -> None:
    all_wrong("02", "03", "04", "05", "06")
    assert by_lesson() == {"02": 2, "03": 2, "04": 2, "05": 2, "06": 2}


def test_the_errors_of_one_lesson_leave_room_for_milder_ones_of_other_lessons() -> None:
    all_wrong("03", sure="quite")
    all_wrong("05", "06")
    found = by_lesson()
    assert found["03"] == MOST_OF_A_LESSON and found["05"] >= 2 and found["06"] >= 2


def test_where_only_one_lesson_went_wrong_all_its_ideas_are_asked() -> None:
    all_wrong("03")
    asks = {id for item in asked() for id in item.predictions}
    assert asks >= {one.id for one in lesson("03").predictions}


def test_a_wrong_recall_question_finds_the_item_of_its_idea_also_beside_a_wrong_prediction(capsys: Said) -> None:
    recall("03-1", "a")  # status 200 and FunctionError
    assert asked()[0].id == "R1-08"
    predicted("06-1", right=False, sure="a little")  # its item asks 03-1 as well
    assert {item.id for item in asked()[:2]} == {"R1-08", "R1-26"}
    capsys.readouterr()
    review("R1")
    assert "2 of them ask again" in capsys.readouterr().out


@pytest.mark.parametrize(
    "id", [one.id for number in lessons() if number <= "06" for one in lesson(number).recall if one.id != "01-2"]
)
def test_each_wrong_recall_question_begins_the_review_with_its_idea(id: str) -> None:
    question = next(one for one in lesson(id[:2]).recall if one.id == id)
    recall(id, next(option.letter for option in question.options if option.letter != question.answer))
    assert id in asked()[0].recall


@pytest.mark.parametrize("wrong", [(), ("02",), ("03", "06"), ("00", "01", "02", "03", "04", "05", "06")])
def test_the_review_says_as_many_as_it_asks_of_what_went_wrong(wrong: tuple[str, ...], capsys: Said) -> None:
    all_wrong(*wrong)
    for number in wrong:
        for one in lesson(number).recall:
            recall(one.id, next(option.letter for option in one.options if option.letter != one.answer))
    ids = {id for number in wrong for one in (*lesson(number).predictions, *lesson(number).recall) for id in [one.id]}
    own = 0
    for item in asked():
        if not ids & {*item.predictions, *item.recall}:
            break
        own += 1
    capsys.readouterr()
    review("R1")
    text = capsys.readouterr().out
    assert f"{own} of them ask again" in text if own else "no answers yet" in text


def test_an_item_that_was_answered_right_is_not_asked_again_until_the_pool_is_used_up(capsys: Said) -> None:
    seen: list[str] = []
    for _ in range(3):
        seen += [item.id for item in asked()]
        answer_all()
        capsys.readouterr()
        review("R1", again=True)
    assert sorted({*seen}) == sorted(ITEMS) and len(seen) == 3 * TEN
    assert seen[: len(ITEMS)] == list(dict.fromkeys(seen)), "nothing twice before all were asked"
    assert f"The pool of {len(ITEMS)} is used up: 10 come back." in capsys.readouterr().out
    assert {item.id for item in asked()} <= set(seen[: TEN + 1]), "the oldest come back first"


def test_from_the_second_round_on_the_options_stand_in_another_order_and_the_kept_letter_is_the_pools() -> None:
    wrong = here(1)
    answered(wrong, "e")
    for one in places("R1", store.load())[1:]:
        answered(one, "e")
    review("R1", again=True)
    again = places("R1", store.load())
    assert {one.kept.id for one in again} == {item.id for item in questions("R1", store.load())}
    assert sum(one.item.options != one.kept.options for one in again) >= TEN / 2
    for one in again:
        assert {option.text: option.idea for option in one.item.options} == {
            option.text: option.idea for option in one.kept.options
        }
        assert one.item.option(one.item.answer).text == one.kept.option(one.kept.answer).text
    moved = next(one for one in again if one.item.answer != one.kept.answer)
    assert "Right." in answered(moved, moved.item.answer).text
    assert kept_answers(2) == {moved.kept.id: moved.kept.answer}
    assert given_answer(moved) == moved.item.answer


def test_what_was_wrong_in_one_round_begins_the_next_one() -> None:
    wrong = {asked()[2].id, asked()[6].id}
    right = {item.id for item in asked()} - wrong
    answer_all(3, 7)
    review("R1", again=True)
    assert {item.id for item in asked()[:2]} == wrong
    assert not right & {item.id for item in asked()}


def test_another_round_begins_only_when_this_one_is_done_and_a_round_keeps_its_ten(capsys: Said) -> None:
    before = [item.id for item in asked()]
    review("R1", again=True)
    assert [item.id for item in asked()] == before
    shown_and_answered(1, "e")
    predicted("03-4", right=False, sure="quite")
    trigger_table("R1", {"S3": ". . a . ."})
    capsys.readouterr()
    review("R1", again=True)
    text = capsys.readouterr().out
    assert "No other round yet: 9 questions of this round are open." in text
    assert "went wrong" not in text and "gone wrong" not in text, "a first answer was wrong"
    assert [item.id for item in asked()] == before and kept_answers() == {before[0]: "e"}
    look_again("R1")
    text = capsys.readouterr().out
    assert "1 question answered, 1 to look at again; of the trigger table, 1 cell." in text
    assert "S3: who tries again" in text


def test_another_round_forgets_nothing_of_the_one_before_until_it_has_answers(capsys: Said) -> None:
    trigger_table("R1", {"S3": ". . a . ."})
    answer_all(2)
    section = asked()[1].section
    review("R1", again=True)
    capsys.readouterr()
    look_again("R1")
    progress()
    text = capsys.readouterr().out
    assert f'"{section}" (question 2)' in text and "S3: who tries again" in text
    assert "the new one has no answer yet" in text and "9 of 10" in text


def test_where_nothing_went_wrong_no_other_round_begins_with_it(capsys: Said) -> None:
    answer_all()
    look_again("R1")
    text = capsys.readouterr().out
    assert "Nothing to look at again." in text
    assert "Another round: `review" in text and "went wrong" not in text


def test_an_item_that_has_left_the_pool_is_left_out(capsys: Said) -> None:
    shown_and_answered(1, "a")
    store.change(lambda data: data["reviews"]["R1"]["rounds"][0]["draw"].__setitem__(4, "R1-99"))
    assert len(asked()) == TEN - 1
    review("R1", 10)
    assert "This round has no question 10" in capsys.readouterr().out


# -- answers -----------------------------------------------------------------------------------------------------------


def test_a_wrong_answer_gets_the_idea_behind_it_the_right_one_and_what_was_said_in_the_lesson(capsys: Said) -> None:
    predicted("03-4", right=False, sure="quite")
    capsys.readouterr()
    shown_and_answered(1, "a")
    text = capsys.readouterr().out
    item = ITEMS["R1-15"]
    assert "You said: a, none of the five" in text and "Right." not in text
    assert f"Why not a: {item.option('a').idea}" in text
    assert f"Because: {item.option(item.answer).idea}" in text
    asked_there = "… Then six calls come at once. How many are cold?"
    assert f"In lesson 03 you were asked: {asked_there} You said: none of them." in text
    assert 'To read again: lesson 03, "How long is it kept?".' in text


def test_the_first_answer_counts_and_a_right_one_is_called_right_and_not_sent_to_read(capsys: Said) -> None:
    item = asked()[0]
    shown_and_answered(1, "e")
    assert "Right." not in capsys.readouterr().out
    review("R1", 1, item.answer)
    text = capsys.readouterr().out
    assert f"Right. You said: {item.answer}, {item.option(item.answer).text}" in text
    assert "Your first answer, e, is the one that counts." in text
    assert "To read again" not in text
    assert kept_answers() == {item.id: "e"}


def test_what_was_said_before_is_told_with_its_question_and_not_at_all_for_i_dont_know(capsys: Said) -> None:
    recall("05-2", "b")
    predict("06-2", lesson("06").predictions[1].dont_know.letter, sure="a little")
    reveal("06-2", lesson("06").predictions[1].option(lesson("06").predictions[1].expected).value)
    own = {one.kept.id: one.place for one in places("R1", store.load())[:2]}
    assert set(own) == {"R1-18", "R1-27"}
    capsys.readouterr()
    shown_and_answered(own["R1-18"], "e")
    said = lesson("05").recall[1]
    assert f"Before lesson 05 you were asked: {said.question} You said: {said.option('b').text}." in (
        capsys.readouterr().out
    )
    shown_and_answered(own["R1-27"], "e")
    assert "you were asked" not in capsys.readouterr().out


# -- a letter answers what its writer saw ------------------------------------------------------------------------------


def test_a_letter_that_was_left_in_its_cell_does_not_answer_the_question_of_another_round(capsys: Said) -> None:
    for place in range(1, TEN + 1):
        shown_and_answered(place, "b")
    review("R1", again=True)
    assert "Take letters that you wrote out of the cells" in capsys.readouterr().out
    for _ in range(2):  # however often the old cells are run, also beside others that show the questions
        for place in range(1, TEN + 1):
            review("R1", place, "b")
            review("R1", place)
    text = capsys.readouterr().out
    assert kept_answers(2) == {}
    assert text.count('Your "b" was not taken: it is from round 1, and this is round 2.') == 2 * TEN
    assert "R1, round 2, question 1 of 10" in text and 'Answer: review("R1", 1, "…", round=2)' in text
    assert here(1).item.question in text, "it is shown, so that it can be read"
    assert "Because:" not in text
    shown_and_answered(1, "b")
    assert len(kept_answers(2)) == 1


def test_a_letter_for_a_question_not_shown_shows_it_and_is_taken_when_its_cell_runs_again(capsys: Said) -> None:
    review("R1", 3, "b")
    text = capsys.readouterr().out
    assert "had not shown the question since it was started. Read it, then run this cell again." in text
    assert here(3).item.question in text and store.load()["reviews"] == {}
    review("R1", 3, "b")
    assert "Because:" in capsys.readouterr().out
    assert kept_answers() == {here(3).kept.id: "b"}


def test_the_words_of_an_option_answer_as_its_letter_does_and_half_of_them_do_not() -> None:
    for place, typed in enumerate(("I don't know", "i dont know", " I don\u2019t  know."), 1):
        shown_and_answered(place, typed)
    shown_and_answered(4, here(4).item.options[2].text.upper())
    assert [given_answer(here(place)) for place in (1, 2, 3, 4)] == ["e", "e", "e", "c"]
    with pytest.raises(ValueError, match="not 'know'; e is \"I don't know\""):
        review("R1", 5, "know")


def test_a_letter_that_counts_already_is_explained_again_in_a_notebook_that_was_started_anew(capsys: Said) -> None:
    answered(here(1), "e")
    review("R1", 1, "e")
    assert "Because:" in capsys.readouterr().out


def test_a_card_that_is_left_from_an_earlier_round_answers_nothing() -> None:
    widgets = pytest.importorskip("ipywidgets")
    from lambdalab.learn.widgets import review_widget

    old = here(7)
    form = review_widget(old, "R1, question 7 of 10", None)
    options, button, status = next(
        (form.children[k], form.children[k + 1], form.children[k + 2])
        for k, child in enumerate(form.children)
        if isinstance(child, widgets.RadioButtons)
    )
    answer_all(7)
    review("R1", again=True)
    options.value = "b"
    button.click()
    assert "This card is from an earlier round. Your answer was not taken" in status.value
    assert kept_answers(2) == {}


def test_a_card_of_a_question_that_new_mistakes_have_replaced_answers_nothing() -> None:
    old = here(1)
    predicted("03-4", right=False, sure="quite")
    assert here(1) != old
    assert "Your answer was not taken" in answered(old, "a").text
    assert store.load()["reviews"] == {}


def test_a_wrong_answer_brings_the_recall_question_of_its_idea_back_before_the_next_lesson() -> None:
    place, item = next((place, item) for place, item in enumerate(asked(), 1) if item.recall)
    answered(here(place), "e")
    assert set(item.recall) >= {question.id for question in returning("07", store.load())} != set()


def test_a_right_answer_moves_a_question_that_was_wrong_one_box_up() -> None:
    recall("05-2", "b")
    answered(here(1), asked()[0].answer)
    assert store.load()["recall"]["05-2"] == {"box": 2, "lesson": "06", "answer": "b"}


def test_unanswered_questions_block_nothing_and_the_summary_says_so_quietly(capsys: Said) -> None:
    review("R1")
    for place in range(1, TEN + 1):
        review("R1", place)
    trigger_table("R1")
    look_again("R1")
    text = capsys.readouterr().out
    assert text.count('Answer: review("R1", ') == TEN
    assert "No question is answered yet" in text
    assert not any(option.idea in text for item in asked() for option in item.options)


def test_the_summary_names_what_was_wrong_by_lesson_with_a_link_and_counts_the_rest() -> None:
    wrong, items = [2, 5], asked()
    for place in (1, 2, 5):
        answered(here(place), "e" if place in wrong else items[place - 1].answer)
    trigger_table("R1", {"S3": "a a a b ."})
    card = summary("R1", store.load())
    lines = card.text.split("\n")
    assert lines[0] == "R1: 3 questions answered, 2 to look at again; of the trigger table, 1 cell."
    found = lines[1:4]
    assert [line.split()[0] for line in found] == sorted(line.split()[0] for line in found)
    for place in wrong:
        assert f'"{items[place - 1].section}" (question {place})' in card.text
        assert f'href="{page_of(items[place - 1].lesson, items[place - 1].section)}"' in card.html
    assert '05 S3 triggers and permissions: "The key as it arrives" (S3: who tries again)' in card.text
    assert "7 questions are still open." in lines


def test_the_summary_names_a_section_once_with_all_that_was_asked_in_it() -> None:
    all_wrong("04", "05")  # the statement for S3 asks of "Two documents"
    place = next(one.place for one in places("R1", store.load()) if one.kept.section == "Two documents")
    answered(here(place), "e")
    trigger_table("R1", {"Invoke": ". . . . a", "Invoke, Event": ". . . . c"})
    text = summary("R1", store.load()).text
    assert text.count('"Two documents"') == 1
    told = f"(question {place}; Invoke: whose permission; Invoke, Event: whose permission)"
    assert f'04 Deploying: "Two documents" {told}' in text


def test_after_a_wrong_answer_the_progress_file_is_spoken_of_as_it_was_when_the_round_began(capsys: Said) -> None:
    answered(here(1), "e")
    review("R1")
    text = capsys.readouterr().out
    assert "When this round began, nothing had gone wrong" in text and "names nothing that went wrong" not in text


def test_nothing_to_look_at_again_is_said_in_plain_words() -> None:
    answer_all()
    assert summary("R1", store.load()).text.startswith("R1: 10 questions answered, none to look at again.\nNothing to")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("R7",), "there is no review 'R7'; known are R1"),
        (("R1", 11), "give a number from 1 to 10, not 11"),
        (("R1", 1, "z"), "has the answers a, b, c, d, e, not 'z'"),
        (("R1", "4", "a"), "give a number from 1 to 10, not '4'"),
        (("R1", None, "a"), "say which question you answer"),
    ],
)
def test_what_is_not_there_is_refused_with_the_known_ones(arguments: tuple[Any, ...], words: str) -> None:
    with pytest.raises(ValueError, match=words.replace(".", r"\.")):
        review(*arguments)
    assert not store.path().exists()


def test_a_click_answers_and_the_explanation_appears_below() -> None:
    widgets = pytest.importorskip("ipywidgets")
    from lambdalab.learn.widgets import review_widget

    item = here(1).item
    assert item.id == "R1-17"
    form = review_widget(here(1), "R1, question 1 of 10", None)
    assert item.given.split("\n")[1].strip().split(":")[0].strip('"') in form.children[1].value
    options, button, status = form.children[2:]
    assert isinstance(options, widgets.RadioButtons)
    button.click()
    assert "Choose an answer first." in status.value
    options.value = "c"
    button.click()
    assert item.option("c").idea.split("`")[-1] in status.value
    assert kept_answers() == {item.id: "c"}


def test_progress_has_a_row_for_a_review_that_was_begun(capsys: Said) -> None:
    progress()
    assert "R1" not in capsys.readouterr().out
    answer_all(1, 4, 9)
    progress()
    row = next(line for line in capsys.readouterr().out.split("\n") if line.startswith("R1 "))
    assert row.startswith("R1 Review of lessons 00 to 06") and "7 of 10" in row


# -- the pool ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("item", EVERY.values(), ids=list(EVERY))
def test_every_item_explains_each_option_and_names_a_section_that_is_there(item: Item) -> None:
    ideas = [option.idea for option in item.options]
    assert all(ideas) and len(set(ideas)) == len(ideas)
    assert has_section(page_of(item.lesson, item.section))
    assert not any("!" in text for text in (item.question, *ideas, *(option.text for option in item.options)))


@pytest.mark.parametrize(("number", "first"), [("R1", "00"), ("R2", "07")])
def test_each_prediction_and_recall_question_of_the_lessons_before_has_an_item_in_another_dress(
    number: str, first: str
) -> None:
    items, last = content_of(number).items, content_of(number).after
    met = [lesson(one) for one in lessons() if one <= last]
    own = [one for one in met if one.number >= first]
    asked_there = {id for item in items for id in item.predictions}
    assert {one.id for each in own for one in each.predictions} <= asked_there
    assert asked_there <= {one.id for each in met for one in each.predictions}
    recalled = {id for item in items for id in item.recall}
    assert {one.id for each in own for one in each.recall} - ABOUT_THE_COURSE == recalled
    known = {one.question for each in met for one in each.predictions}
    known |= {one.question for each in met for one in each.recall}
    assert not known & {item.question for item in items}


@pytest.mark.parametrize("number", reviews())
def test_no_letter_is_right_much_more_often_than_another(number: str) -> None:
    letters = [item.answer for item in content_of(number).items]
    assert all(len(letters) / 5 <= letters.count(letter) <= len(letters) / 3 for letter in "abcd")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('id = "R1-01"', 'id = "R1-02"', "R1-02: the id must be R1-01"),
        ('answer = "c"', 'answer = "f"', "R1-01: `answer` is 'f', no option"),
        ('text = "run the cell with RATE again"', 'text = "again"', "R1-01: options must be of near-equal length"),
        ('predictions = ["00-1", "00-2"]\nrecall = ["01-1"]', "", "R1-01: `predictions` or `recall` must name"),
    ],
)
def test_a_broken_rule_of_the_pool_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = (FOLDER / "r1.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "r1.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ContentError, match=words.replace(".", r"\.")):
        read(tmp_path / "r1.toml")


def test_the_reviews_are_those_with_a_content_file() -> None:
    assert reviews() == tuple(sorted(path.stem.upper() for path in FOLDER.glob("r*.toml")))


# -- what the items say, tried -----------------------------------------------------------------------------------------


def right(id: str) -> str:
    return ITEMS[id].option(ITEMS[id].answer).text


def test_r1_01_the_two_cells_raise_nameerror_and_the_repair_works(deploy: Deploy) -> None:
    file = in_lab(ITEMS["R1-01"].given)
    error = deploy(file).invoke({"pesos": 2}).error
    assert error is not None and error["errorType"] == "NameError"
    assert deploy(f"RATE = 4\n{file}").invoke({"pesos": 2}).answer == 8


def test_r1_06_the_event_arrives_as_the_right_option_says(deploy: Deploy) -> None:
    scope: dict[str, Any] = {}
    exec(ITEMS["R1-06"].given, scope)
    seen = deploy("def handler(event, context):\n    return str(event)").invoke(scope["event"]).answer
    assert seen == right("R1-06")


def test_r1_07_the_caller_gets_null_and_the_log_the_words(deploy: Deploy) -> None:
    function = deploy(ITEMS["R1-07"].given)
    assert function.invoke({"name": "Mei"}).payload == b"null"
    assert "saved Mei" in list(function.logs())


def test_r1_10_the_report_line_adds_up() -> None:
    lines = dict(line.split(": ") for line in ITEMS["R1-10"].given.split("\n") if "Duration" in line)
    ran, billed, init = (float(lines[key].split()[0]) for key in ("Duration", "Billed Duration", "Init Duration"))
    assert -int(-(ran + init) // 1) == billed


def test_r1_11_the_line_above_the_handler_is_printed_once_before_the_first_start(deploy: Deploy) -> None:
    function = deploy('print("ready")\ndef handler(event, context):\n    return 1', name="r1-11")
    function.invoke_each([{}] * 3)
    words = [str(line).split()[0] for line in function.logs()]
    assert words == ["INIT_START", "ready", *["START", "END", "REPORT"] * 3]


def test_r1_14_the_first_twelve_are_cold_and_the_second_twelve_warm(deploy: Deploy) -> None:
    function = deploy("import time\ndef handler(event, context):\n    time.sleep(0.1)")
    cold = [function.invoke_together([{}] * 12).cold_starts for _ in range(2)]
    assert f"{sum(cold)} of the 24" == right("R1-14")


def test_r1_16_after_the_timeout_the_third_call_answers_as_the_right_option_says(deploy: Deploy) -> None:
    function = deploy(ITEMS["R1-16"].given, timeout=1)
    count, letters = function.invoke_each([{}, {"hang": True}, {}])[2].answer
    assert f"count {count}, letters {letters}" == right("R1-16")


def test_r1_22_only_the_file_that_is_put_and_ends_in_small_letters_runs_the_function(lab: Lab, deploy: Deploy) -> None:
    rule, s3 = json.loads(ITEMS["R1-22"].given), lab.client("s3")
    function = deploy("def handler(event, context):\n    pass", name="r1-22")
    s3.create_bucket(Bucket="r1-22")
    suffix = rule["Filter"]["Key"]["FilterRules"][0]["Value"]
    lab.trigger("s3:r1-22", function, events=rule["Events"], suffix=suffix)
    s3.put_object(Bucket="r1-22", Key="list.CSV", Body=b"a")
    s3.upload_fileobj(io.BytesIO(bytes(20_000_000)), "r1-22", "list.csv")
    s3.put_object(Bucket="r1-22", Key="old/list.csv", Body=b"c")
    function.wait(source="s3:r1-22/old/list.csv")
    steps = lab.steps(kind="delivery", source="arn:aws:s3:::r1-22")
    letters = {"list.CSV": "A", "list.csv": "B", "old/list.csv": "C"}
    assert [letters[step.subject] for step in steps if step.outcome == "ok"] == ["C"]
    assert right("R1-22") == "C, not A and B"


def test_r1_24_the_key_decodes_to_the_right_option() -> None:
    assert unquote_plus(json.loads(f"{{{ITEMS['R1-24'].given}}}")["key"]) == right("R1-24")


def test_r1_26_only_the_third_visitor_gets_502(lab: Lab, deploy: Deploy) -> None:
    statuses = {}
    for node in ast.parse(ITEMS["R1-26"].given).body:
        assert isinstance(node, ast.FunctionDef)
        function = deploy(ast.unparse(node), name=f"r1-26-{node.name}", handler=f"lambda_function.{node.name}")
        lab.trigger("url", function)
        statuses[node.name.upper()] = requests.get(lab.url(function.name), timeout=10).status_code
    assert statuses == {"A": 200, "B": 404, "C": 502}
    assert right("R1-26").startswith("C's")


def test_r1_29_only_the_first_answer_passes_the_rest_api(lab: Lab, deploy: Deploy) -> None:
    answers = dict(line.split(None, 1) for line in ITEMS["R1-29"].given.split("\n"))
    handler = "def handler(event, context):\n    return json.loads(ANSWERS[event['path'][1:]])"
    source = f"import json\nANSWERS = {answers!r}\n{handler}"
    lab.trigger("rest-api:r1-29", deploy(source, name="r1-29"))
    got = {letter: requests.get(lab.url("r1-29", f"/{letter}"), timeout=10) for letter in answers}
    assert {letter: answer.status_code for letter, answer in got.items()} == {"A": 200, "B": 502, "C": 502}
    assert right("R1-29") == "with A, not with B or C"
