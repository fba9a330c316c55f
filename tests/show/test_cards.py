from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lambdalab.show import cards

OPTIONS = [("a", "1: the calls wait in a line"), ("b", "1 to 4: as many as cores"), ("c", "I don't know")]
QUESTION: dict[str, Any] = {
    "number": "03-2", "question": "How many environments answer?", "options": OPTIONS, "chosen": None, "sure": None,
    "twin": 'predict("03-2", "b")',
}  # fmt: skip
ANSWERED = {**QUESTION, "chosen": "b", "sure": "quite"}
REVEALED: dict[str, Any] = {
    "number": "03-2", "heading": "10 environments answered", "label": "environments", "said": "b, 1 to 4",
    "measured": "c, 10", "sure": "quite", "idea": "cores limit speed.", "why_not": "a: a line would be slower.",
    "footer": "Your first answer is kept.",
}  # fmt: skip
NOT_YET: dict[str, Any] = {
    "number": "07.4", "attempt": 2, "done": 1, "total": 2, "seen": "9 good ones came back.", "idea": "report the one.",
    "event": '{"body": "<b>"}', "rows": [(True, "all good", "10 deleted"), (False, "one bad", "10 came back")],
    "hints_used": 0, "sentence": None, "why": None,
}  # fmt: skip
PAIRS = [
    (cards.PredictionCard, QUESTION),
    (cards.PredictionCard, ANSWERED),
    (cards.RevealCard, REVEALED),
]


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


@pytest.mark.parametrize(("card", "facts"), PAIRS)
def test_card_and_text_have_the_same_words(card: Any, facts: dict[str, Any], read_html: Callable[[str], Any]) -> None:
    html, words = plain(read_html(card(**facts).html()).words), plain(card(**facts).text())
    for given in facts.values():
        if isinstance(given, str) and given not in ("quite", "b", "b, 1 to 4", "c, 10") and ": " not in given:
            assert given in html
            assert given in words


@pytest.mark.parametrize(("card", "facts"), PAIRS)
def test_no_card_judges_by_colour_or_shouts(card: Any, facts: dict[str, Any], read_html: Callable[[str], Any]) -> None:
    read = read_html(card(**facts).html())
    assert not any(
        "ll-failed" in (tag[1].get("class") or "") or "ll-bad" in (tag[1].get("class") or "") for tag in read.tags
    )
    for words in (read.words, card(**facts).text()):
        assert "!" not in words
        assert "wrong" not in words and "correct" not in words


def test_an_unanswered_prediction_marks_nothing_and_an_answered_one_its_option(read_html: Callable[[str], Any]) -> None:
    assert "(chosen)" not in read_html(cards.PredictionCard(**QUESTION).html()).words
    answered = read_html(cards.PredictionCard(**ANSWERED).html())
    assert "b 1 to 4: as many as cores (chosen)" in plain(answered.words).replace("\u2003", " ")
    assert [tag[1]["class"] for tag in answered.tags if "ll-solid" in (tag[1].get("class") or "")] == ["ll-c ll-solid"]
    assert "* b  1 to 4" in cards.PredictionCard(**ANSWERED).text()
    assert "You said b, quite sure." in cards.PredictionCard(**ANSWERED).text()


def test_after_the_run_the_card_no_longer_says_before(read_html: Callable[[str], Any]) -> None:
    for words in (
        read_html(cards.PredictionCard(**ANSWERED, run=True).html()).words,
        cards.PredictionCard(**ANSWERED, run=True).text(),
    ):
        assert "Prediction 03-2, after the run" in words
        assert "before" not in words


def test_the_reveal_is_one_readable_sentence_in_text() -> None:
    text = cards.RevealCard(**REVEALED).text()
    assert "\nEnvironments: you said b, 1 to 4 (quite sure); measured: c, 10.\n" in text
    assert "The idea behind b: cores limit speed." in text
    assert "Why not a: a line would be slower." in text


def test_the_reveal_shows_letters_in_bold_and_the_measurement_beside(read_html: Callable[[str], Any]) -> None:
    words = plain(read_html(cards.RevealCard(**REVEALED).html()).words)
    assert "you saidmeasured" in words
    assert "environmentsb 1 to 4c 10" in words
    assert "The idea behind b: cores" in words and "Why not a: a line" in words


def test_without_a_prediction_the_reveal_says_no_more_than_was_measured(read_html: Callable[[str], Any]) -> None:
    facts = {**REVEALED, "said": None, "sure": None, "idea": None, "why_not": None, "measured": "a process"}
    assert cards.RevealCard(**facts).text().splitlines()[2] == "Environments, measured: a process."
    assert "how sure" not in read_html(cards.RevealCard(**facts).html()).words


def test_what_appears_after_a_run_is_announced_politely(read_html: Callable[[str], Any]) -> None:
    assert "polite" in [tag[1].get("aria-live") for tag in read_html(cards.RevealCard(**REVEALED).html()).tags]


def test_the_missed_row_is_bold_and_has_a_dash_with_a_name(read_html: Callable[[str], Any]) -> None:
    read = read_html(cards.tried_seen_table(NOT_YET["rows"]))
    assert [tag[1].get("class") for tag in read.tags if tag[0] == "tr"] == [None, None, "ll-miss"]
    assert [tag[1]["aria-label"] for tag in read.tags if tag[0] == "span"] == ["as expected", "not yet"]


@pytest.mark.parametrize(("card", "facts"), PAIRS)
def test_what_an_author_or_a_student_writes_is_never_read_as_html(
    card: Any, facts: dict[str, Any], read_html: Callable[[str], Any]
) -> None:
    evil = "<script>x</script>"
    filled = {name: evil if isinstance(given, str) else given for name, given in facts.items()}
    filled |= {name: [(evil, evil)] for name in facts if name == "options"}
    filled |= {name: [(False, evil, evil)] for name in facts if name == "rows"}
    read = read_html(card(**filled).html())
    assert "script" not in [tag for tag, _ in read.tags]
    assert evil in read.words


@pytest.mark.parametrize(
    ("text", "parts"),
    [("b, 1 to 4", ("b", "1 to 4")), ("b 1 to 4", ("b", "1 to 4")), ("a: one", ("a", "one")),
     ("a line", ("", "a line")),
     ("10", ("", "10")), ("be quick", ("", "be quick")), ("c", ("", "c")), ("a  two", ("a", "two"))],
)  # fmt: skip
def test_a_letter_is_told_from_an_article(text: str, parts: tuple[str, str]) -> None:
    from lambdalab.show.frame import lettered

    assert lettered(text) == parts


@pytest.mark.parametrize(
    ("text", "html"),
    [("`x` and `<b>`", "<code>x</code> and <code>&lt;b&gt;</code>"), ("one ` alone", "one ` alone"), ("``", "``")],
)
def test_only_what_stands_between_two_backticks_is_code(text: str, html: str) -> None:
    assert cards.rich(text) == html


@pytest.mark.parametrize(("card", "facts"), PAIRS)
def test_backticks_are_code_in_the_card_and_stay_in_the_text(
    card: Any, facts: dict[str, Any], read_html: Callable[[str], Any]
) -> None:
    ticked = {"question", "heading", "label", "said", "measured", "idea", "why_not", "footer"} & facts.keys()
    filled = {**facts, **{name: f"{facts[name]} `{name}`" for name in ticked if facts[name]}}
    filled |= {name: [(letter, f"{words} `{letter}{letter}`") for letter, words in facts[name]]
               for name in ("options",) if name in facts}  # fmt: skip
    html = card(**filled).html()
    assert "`" not in read_html(html).words
    assert all(f"<code>{name}</code>" in html and f"`{name}`" in card(**filled).text() for name in ticked)
    assert html.count("<code>") >= len(ticked) + len(facts.get("options", []))


def test_what_opens_keeps_its_keys_from_jupyterlab(read_html: Callable[[str], Any]) -> None:
    from lambdalab.show.frame import folded

    read = read_html(folded("The <answer>", "<p>42</p>"))
    assert [tag for tag, kept in read.tags if "data-lm-suppress-shortcuts" in kept] == ["summary"]
    assert read.words == "The <answer>42"


def test_an_unknown_chip_is_refused() -> None:
    with pytest.raises(ValueError, match="choose one of plain, cold"):
        cards.chip("hot", "hot")


def test_the_list_of_processes_counts_itself() -> None:
    table = cards.processes_table([(4187, "hello, environment 1", "frozen")], when="after the first event")
    assert table.caption.startswith("1 process after the first event")
    assert table.rows == (("hello, environment 1", "frozen", "4187"),)
    assert cards.processes_table([]).caption.startswith("No process now")
