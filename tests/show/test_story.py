"""The story as a table: each event with its number, its time, its word, and the call that would mend it to copy."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from lambdalab.observe.explain import Entry, Story
from lambdalab.observe.sentences import clock_time
from lambdalab.show import theme
from lambdalab.show.story import StoryTable, html

CALL = 'boto3.client("lambda").add_permission(\n    FunctionName="f",\n)'
AT = 1_790_000_000.0
STORY = Story(
    "f",
    "f: 14 events so far, the last 4:",
    [
        Entry(AT, "ran cold", "sent by s3:photos/a<b>&.jpg: ran cold. It answered."),
        Entry(AT + 60, "denied", "sent by s3:photos/b.jpg: denied, no code ran.", CALL),
        Entry(AT + 120, "filtered out", "filtered out, no code ran.", "Write the rules again."),
        Entry(AT + 180, "turned away", "called through the API: turned away (429)."),
    ],
    10,
    ["An event from s3:photos/c.jpg waits for attempt 2 of 3."],
)


def test_each_event_is_a_row_with_its_number_its_time_and_its_word(read_html: Callable[[str], Any]) -> None:
    read = read_html(html(STORY))
    rows = re.findall(r"<tr><th scope=\"row\">(\d+)</th><td>([\d:]+)</td>", html(STORY))
    assert rows == [(str(number), clock_time(AT + 60 * (number - 11))) for number in range(11, 15)]
    for word in ("C  ran cold", f"{theme.CROSS} denied", "filtered out", "T  turned away"):
        assert " ".join(word.split()) in read.words.replace("\u00a0", " ").replace("  ", " ")
    assert [attributes.get("scope") for tag, attributes in read.tags if tag == "th"].count("col") == 3


def test_a_call_to_copy_is_code_as_it_is_and_a_sentence_is_not(read_html: Callable[[str], Any]) -> None:
    assert len(re.findall("<pre>", html(STORY))) == 1
    (code,) = re.findall("<pre>(.*?)</pre>", html(STORY), re.DOTALL)
    assert code.replace("&quot;", '"') == CALL
    assert "Write the rules again." in read_html(html(STORY)).words


def test_heading_and_what_waits_stand_around_the_table(read_html: Callable[[str], Any]) -> None:
    words = read_html(html(STORY)).words
    assert words.startswith("f: 14 events so far, the last 4:")
    assert words.endswith("waits for attempt 2 of 3.")


def test_a_key_with_signs_of_html_stays_text(read_html: Callable[[str], Any]) -> None:
    assert "sent by s3:photos/a<b>&.jpg: ran cold." in read_html(html(STORY)).words


def test_without_events_the_heading_alone_is_told(read_html: Callable[[str], Any]) -> None:
    read = read_html(html(Story("f", "f has not run.", closing=["Nothing is set up to call it."])))
    assert read.words == "f has not run.Nothing is set up to call it."
    assert not any(tag == "table" for tag, _ in read.tags)


@pytest.mark.parametrize("word", ["", "some new word", "rule gone", "delivered"])
def test_a_word_of_any_kind_has_its_chip(word: str, read_html: Callable[[str], Any]) -> None:
    assert word in read_html(html(Story("f", "f: 1 event so far:", [Entry(AT, word, "text")]))).words


def test_in_a_notebook_it_is_the_table_and_in_a_terminal_the_lines() -> None:
    shown = StoryTable.of(STORY)
    assert shown._repr_html_() == html(STORY)
    assert repr(shown) == str(STORY) == "\n".join(STORY.lines)
    assert "11. sent by s3:photos/a<b>&.jpg" in repr(shown)
    assert '   boto3.client("lambda").add_permission(' in repr(shown)
