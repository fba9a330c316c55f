"""The shape of a review: half an hour, ten open questions in order, the table, a summary, and nothing of a lesson's."""

from __future__ import annotations

import pytest
from nbformat import NotebookNode

from lambdalab.teach import review_shape
from tests.teach.made import code, notebook, text

OPENING = "# R1 · Review\n\n**Question:** What is left?\n\n**Minutes:** 30\n\n" + "word " * 260
PARTS = [
    text(OPENING),
    code('review("R1")'),
    text("## Questions\n\n*Minutes to here: 2*"),
    *[code(f'review("R1", {place})') for place in range(1, 11)],
    text("## The table\n\n*Minutes to here: 15*"),
    code('trigger_table("R1")'),
    code('trigger_table("R1", mine)'),
    text("## What to look at again\n\n*Minutes to here: 28*"),
    code('look_again("R1")'),
]


def said(made: NotebookNode) -> str:
    return "\n".join(map(str, review_shape.review("R1", made, "R1")))


def changed(old: str, new: str) -> NotebookNode:
    """The good review with one text replaced wherever it stands."""
    made = notebook(*PARTS)
    assert any(old in cell.source for cell in made.cells)
    for cell in made.cells:
        cell.source = cell.source.replace(old, new)
    return made


def test_a_review_in_good_shape_has_no_findings_and_ten_questions() -> None:
    assert said(notebook(*PARTS)) == ""
    assert review_shape.questions(notebook(*PARTS)) == review_shape.QUESTIONS


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('review("R1", 3)', 'review("R1", 4)', "a review asks 1 to 10 in this order"),
        ('review("R1", 3)', 'review("R1", 3, "a")', "the notebook answers its own question"),
        ('review("R1", 3)', 'review("R2", 3)', 'the review of this notebook is review("R1", …)'),
        ('trigger_table("R1"', 'print("R1"', "it is filled in from memory in each review"),
        ('look_again("R1")', "1", 'no look_again("R1") after the last question'),
        ('look_again("R1")', 'look_again("R1"); review("R1", 10)', "a review asks 1 to 10"),
        ('look_again("R1")', 'recall("06")', "recall belongs to lessons and workbooks"),
        ("word word word", "word ![](../exercises/x.ipynb) [book](../exercises/x.ipynb)", "a review has none"),
        ("**Minutes:** 30", "**Minutes:** 30–45", "45 minutes; a review takes 30"),
        ("**Minutes:** 30", "", "no line '**Minutes:** …'"),
        ("Minutes to here: 15", "", "does not say 'Minutes to here: N'"),
        ("word word word", "word", "words of text; a review has"),
    ],
)
def test_each_breach_of_a_reviews_shape_is_found(old: str, new: str, words: str) -> None:
    assert words in said(changed(old, new))
