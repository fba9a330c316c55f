"""Every notebook is as clean as STYLE.md asks."""

from __future__ import annotations

import pytest

from lambdalab.teach import course, hygiene
from tests.notebooks.present import Kind, Page, pages, private, report


@pytest.mark.parametrize("page", pages(*Kind))
def test_notebook_is_clean(page: Page) -> None:
    report(hygiene.notebook(page.name, course.read(page.path), page.path, private()))


@pytest.mark.parametrize("page", pages(Kind.EXERCISE))
def test_exercise_stores_nothing_and_expects_no_failure(page: Page) -> None:
    report(hygiene.workbook(page.name, course.read(page.path)))
