from __future__ import annotations

from pathlib import Path

import pytest

from lambdalab.teach import cells, course, navigation
from lambdalab.teach.course import Kind
from tests.teach.made import save, small_course, text


def test_links_lead_to_neighbours_contents_and_companions(tmp_path: Path) -> None:
    book = course.load(small_course(tmp_path))
    first, second = book.of(Kind.LESSON)
    top = navigation.navigate(course.read(first.path), Kind.LESSON, "00", book).cells[0].source
    assert top == "[Contents](../README.md) · Next: [01 What?](01_what.ipynb)"
    end = navigation.navigate(course.read(second.path), Kind.LESSON, "01", book).cells[-1].source
    assert end == (
        "Previous: [00 Start here](00_start_here.ipynb) · [Contents](../README.md) "
        "· [Workbook 01](../exercises/01_what.ipynb)"
    )


def test_navigating_twice_changes_nothing_and_replaces_old_cells(tmp_path: Path) -> None:
    book = course.load(small_course(tmp_path))
    lesson = course.read(book.of(Kind.LESSON)[0].path)
    once = navigation.navigate(lesson, Kind.LESSON, "00", book)
    once.cells[0].source = "old"
    twice = navigation.navigate(once, Kind.LESSON, "00", book)
    assert course.as_text(twice) == course.as_text(navigation.navigate(lesson, Kind.LESSON, "00", book))
    assert [cell.id for cell in twice.cells if cells.is_navigation(cell)] == ["nav-top", "nav-end"]


def test_readme_table_is_written_between_its_marks_only(tmp_path: Path) -> None:
    book = course.load(small_course(tmp_path))
    written = navigation.readme((tmp_path / "README.md").read_text(), book)
    assert written.startswith("# Lab\n\n<!-- lessons:start -->\n| lesson | its question | minutes | workbook |\n")
    assert written.endswith("<!-- lessons:end -->\n\nThe end.\n")
    assert "| [00 Start here](notebooks/00_start_here.ipynb) | Can I trust it? | 20–25 |  |\n" in written
    assert "| [01 What?](notebooks/01_what.ipynb) | Where? | 45 | [Workbook 01](exercises/01_what.ipynb) |\n" in written
    assert navigation.readme(written, book) == written


def test_readme_without_marks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="lessons:start"):
        navigation.readme("# Lab", course.load(small_course(tmp_path)))


def test_reviews_stand_after_lessons_06_and_12(tmp_path: Path) -> None:
    for number in ("00", "06", "07", "12", "13", "R1", "R2"):
        save(tmp_path / "notebooks" / f"{number}_x.ipynb", text("# x"))
    numbers = [page.number for page in course.load(tmp_path).pages]
    assert numbers == ["00", "06", "R1", "07", "12", "R2", "13"]


def test_root_is_found_from_a_folder_inside_and_missed_with_a_remedy(tmp_path: Path) -> None:
    root = small_course(tmp_path / "project")
    assert course.find_root(root / "notebooks") == root.resolve()
    with pytest.raises(FileNotFoundError, match="--root"):
        course.find_root(tmp_path)
