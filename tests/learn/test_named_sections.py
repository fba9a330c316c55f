"""Each section to which an exercise sends its reader stands in that lesson."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from lambdalab.learn.exercises import find, workbook
from lambdalab.teach import course, shape
from tests.learn.sections import ROOT


def headings(number: str) -> set[str]:
    (lesson,) = (ROOT / "notebooks").glob(f"{number}_*.ipynb")
    return {heading.text for heading in shape.headings(course.read(lesson))}


def named(text: str, *, alone: bool = False) -> Iterator[tuple[str, str]]:
    """Lesson and section: 'lesson 08, "A", "B"'; with `alone` only the one that follows its lesson's number."""
    if alone:
        yield from re.findall(r'lesson (\d\d), "([^"]+)"', text)
        return
    lesson = ""
    for number, section in re.findall(r'lesson (\d\d)|"([^"]+)"', text):
        lesson = number or lesson
        if section:
            yield lesson, section


@pytest.mark.parametrize("number", [number for book in range(13) for number in workbook(f"{book:02}")])
def test_each_section_that_is_named_to_look_again_stands_in_its_lesson(number: str) -> None:
    exercise = find(number)
    there = [*named(exercise.section), *named(exercise.hints[0], alone=True)]
    assert there, "no section is named"
    assert [place for place in there if place[1] not in headings(place[0])] == []
