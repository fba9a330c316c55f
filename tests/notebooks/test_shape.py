"""Every lesson has the shape that COURSE.md promises."""

from __future__ import annotations

import pytest

from lambdalab.teach import course, gates, review_shape, shape
from tests.notebooks.present import COURSE, Kind, Page, pages, report

REVIEWS = [page for page in COURSE.of(Kind.LESSON) if page.number.startswith("R")]


def test_lessons_00_and_01_exist_with_their_workbooks() -> None:
    for number in ("00", "01"):
        missing = [kind.value for kind in Kind if COURSE.find(kind, number) is None]
        assert not missing, f"there is no notebook number {number} in {', '.join(missing)}"


@pytest.mark.parametrize("page", pages(Kind.LESSON))
def test_lesson_has_the_promised_shape(page: Page) -> None:
    if page in REVIEWS:
        report(review_shape.review(page.name, course.read(page.path), page.number))
    else:
        report(shape.lesson(page.name, course.read(page.path), page.number))


@pytest.mark.parametrize("page", pages(Kind.LESSON))
def test_lesson_says_its_title_question_and_minutes(page: Page) -> None:
    assert page.title != page.path.stem and page.question and page.minutes


@pytest.mark.parametrize("page", pages(Kind.LESSON, Kind.SOLUTION))
def test_half_of_what_is_shown_can_be_compared(page: Page) -> None:
    counted = gates.counts(course.read(page.path))
    assert counted.outputs, f"{page.name} stores no outputs; run make notebooks"
    report(gates.enough_compared(page.name, counted))
