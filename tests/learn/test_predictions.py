"""predict and reveal: nothing judged before the run, everything also as text."""

from __future__ import annotations

import dataclasses
import re

import pytest

from lambdalab.learn import predict, reveal, store
from lambdalab.learn.predictions import _card as card_of
from lambdalab.learn.predictions import answers_to, find

Said = pytest.CaptureFixture[str]


def said(capsys: Said) -> str:
    return capsys.readouterr().out


def test_the_card_shows_question_options_and_twin(capsys: Said) -> None:
    predict("01-2")
    text = said(capsys)
    assert "Prediction 01-2, before the run" in text
    assert "  b  1: the first one is used again" in text
    assert "  d  I don't know" in text
    assert "Nothing is judged before the run" in text
    assert 'predict("01-2", "…", sure="quite")' in text


def test_an_answer_is_recorded_and_not_judged(capsys: Said) -> None:
    predict("01-2", "c", sure="quite")
    text = said(capsys)
    assert "You said c, quite sure." in text
    assert not re.search(r"\b(right|wrong|correct)\b", text)
    assert answers_to("01-2") == [{"letter": "c", "sure": "quite"}]


def test_the_call_in_text_repeats_what_was_said(capsys: Said) -> None:
    predict("01-2", "c", sure="a little")
    assert 'In text: predict("01-2", "c", sure="a little")' in said(capsys)
    predict("01-3", "c")
    assert 'In text: predict("01-3", "c")' in said(capsys)


def test_after_its_run_the_card_and_the_form_say_so(capsys: Said) -> None:
    predict("01-2", "c")
    reveal("01-2", 1)
    said(capsys)
    predict("01-2")
    text = said(capsys)
    assert "Prediction 01-2, after the run" in text
    assert "before the run" not in text
    pytest.importorskip("ipywidgets")
    from lambdalab.learn.widgets import prediction_widget

    form = prediction_widget(find("01-2"), "c", None)
    form.children[3].click()
    assert "before the run" not in "".join(form.children[k].value for k in (0, 4))


def test_a_second_answer_is_kept_beside_the_first() -> None:
    predict("01-2", "c")
    predict("01-2", "b")
    predict("01-2", "b")
    assert [answer["letter"] for answer in answers_to("01-2")] == ["c", "b"]


def test_an_unanswered_reveal_is_one_quiet_line(capsys: Said) -> None:
    reveal("01-2", 1)
    text = said(capsys)
    assert text.count("\n") == 1
    assert "Both calls report the same process number." in text
    assert 'You made no prediction; predict("01-2", "…", sure="quite") records one.' in text
    assert not store.path().exists()


def test_reveal_puts_what_was_said_beside_what_was_measured(capsys: Said) -> None:
    predict("01-2", "a")
    said(capsys)
    reveal("01-2", 1)
    text = said(capsys)
    assert "Processes after the second call: 1" in text
    assert "Processes of the function: you said a, 0: each one ends after its answer; measured: b, 1." in text
    assert "The idea behind a: a script ends when its work is done" in text
    assert "Why not c:" in text


def test_who_was_right_reads_why_the_commonest_wrong_option_fails(capsys: Said) -> None:
    predict("01-2", "b")
    said(capsys)
    reveal("01-2", 1)
    assert "Why not c: both calls report the same process number" in said(capsys)


def test_a_confident_error_is_explained_at_more_length(capsys: Said) -> None:
    texts = []
    for sure in ("a little", "quite"):
        store.path().unlink(missing_ok=True)
        predict("01-2", "c", sure=sure)
        said(capsys)
        reveal("01-2", 1)
        texts.append(said(capsys))
    assert "You were quite sure" not in texts[0]
    assert "You were quite sure" in texts[1]
    assert len(texts[1].split()) > len(texts[0].split()) + 20


def test_certainty_without_an_error_is_not_lectured(capsys: Said) -> None:
    predict("01-2", "b", sure="quite")
    said(capsys)
    reveal("01-2", 1)
    assert "You were quite sure" not in said(capsys)


def test_who_does_not_know_gets_the_explanation_of_what_was_measured(capsys: Said) -> None:
    predict("01-2", "d")
    said(capsys)
    reveal("01-2", 1)
    text = said(capsys)
    assert "you said I don't know; measured: b, 1." in text
    assert "The idea behind it: a free environment takes the next event" in text


@pytest.mark.parametrize("letter", "abcd")
def test_a_measurement_that_the_course_did_not_expect_is_said_honestly(letter: str, capsys: Said) -> None:
    predict("01-2", letter)
    for measured, found in (
        (2, "this machine showed c, 2: every call starts its own one"),
        (7, "none of the options says 7"),
    ):
        said(capsys)
        reveal("01-2", measured)
        text = said(capsys)
        assert f"Processes after the second call: {measured}" in text
        assert "The course expected b" in text
        assert found in text
        assert "The idea behind" not in text


def test_the_first_answer_is_named_when_the_mind_was_changed(capsys: Said) -> None:
    predict("01-2", "c")
    predict("01-2", "b")
    said(capsys)
    reveal("01-2", 1)
    assert "Your first answer, c, is kept" in said(capsys)


def test_an_answer_changed_after_the_run_is_kept_and_not_shown_as_the_prediction(capsys: Said) -> None:
    predict("01-2", "c", sure="quite")
    reveal("01-2", 1)
    predict("01-2", "b")
    said(capsys)
    reveal("01-2", 1)
    text = said(capsys)
    assert "you said c, 2: every call starts its own one (quite sure); measured: b, 1." in text
    assert "The idea behind c:" in text
    assert [answer["letter"] for answer in answers_to("01-2")] == ["c", "b"]


def test_an_unknown_id_names_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"01-9.*00-1, .*01-4"):
        predict("01-9")
    with pytest.raises(ValueError, match=r"01-9.*00-1, .*01-4"):
        reveal("01-9", 1)


def test_an_unknown_letter_or_certainty_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"a, b, c, d, not 'x'"):
        predict("01-2", "x")
    with pytest.raises(ValueError, match="a little"):
        predict("01-2", "b", sure="very")
    assert not store.path().exists()


def test_the_unanswered_card_is_the_same_to_the_letter_each_time() -> None:
    one, two = card_of(find("00-1")), card_of(find("00-1"))
    assert (one.html, one.text) == (two.html, two.text)


def test_card_and_text_hold_the_same_options() -> None:
    shown = card_of(find("00-3"))
    for option in find("00-3").choices:
        assert option.text in shown.text
        assert option.text.replace("'", "&#x27;") in shown.html


def test_the_form_can_be_used_without_a_mouse_and_saves_only_on_its_button() -> None:
    widgets = pytest.importorskip("ipywidgets")
    from lambdalab.learn.widgets import prediction_widget

    form = prediction_widget(find("01-2"), None, None)
    options, certainty, save, status = form.children[1:]
    assert isinstance(options, widgets.RadioButtons)
    options.value = "a"  # an arrow key on the way to c
    options.value = "c"
    assert answers_to("01-2") == []
    certainty.value = "quite"
    save.click()
    assert answers_to("01-2") == [{"letter": "c", "sure": "quite"}]
    assert "Saved: c." in status.value
    assert 'aria-live="polite"' in status.value
    assert all(control.description or control.tooltip for control in (options, certainty, save))
    assert "min-height:44px" in form.children[0].value


def test_backticks_are_code_in_card_and_form_and_a_radio_button_drops_them() -> None:
    pytest.importorskip("ipywidgets")
    from lambdalab.learn.widgets import prediction_widget

    known = find("01-2")
    first = dataclasses.replace(known.options[0], text="`event` is empty")
    ticked = dataclasses.replace(known, question="What does `event` hold?", options=(first, *known.options[1:]))
    card, form = card_of(ticked), prediction_widget(ticked, None, None)
    for html in (card.html, form.children[0].value):
        assert "What does <code>event</code> hold?" in html
    assert "<code>event</code> is empty" in card.html
    assert "What does `event` hold?" in card.text and "`event` is empty" in card.text
    assert form.children[1].options[0] == ("a\u2003event is empty", "a")


def test_a_form_without_a_choice_records_nothing_and_says_so() -> None:
    pytest.importorskip("ipywidgets")
    from lambdalab.learn.widgets import prediction_widget

    form = prediction_widget(find("01-2"), None, None)
    form.children[3].click()
    assert answers_to("01-2") == []
    assert "Choose an answer first" in form.children[4].value


def test_a_notebook_gets_card_text_and_form_in_one_output(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("ipywidgets")
    monkeypatch.setattr("lambdalab.learn.display.in_notebook", lambda: True)
    bundle = card_of(find("01-2")).bundle()
    assert set(bundle) == {"text/plain", "text/html", "application/vnd.jupyter.widget-view+json"}


def test_a_terminal_gets_no_form() -> None:
    assert set(card_of(find("01-2")).bundle()) == {"text/plain", "text/html"}


def test_a_page_that_cannot_show_widgets_still_gets_the_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lambdalab.learn.display.in_notebook", lambda: True)
    monkeypatch.setattr("lambdalab.learn.widgets.prediction_widget", lambda *_: 1 / 0)
    assert set(card_of(find("01-2")).bundle()) == {"text/plain", "text/html"}


def test_dollar_signs_in_a_card_are_not_read_as_formulas() -> None:
    """JupyterLab's MathJax leaves elements of these classes alone."""
    assert 'class="mathjax_ignore tex2jax_ignore"' in card_of(find("01-4")).bundle()["text/html"]
