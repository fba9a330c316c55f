"""The picture of the class report: what stands in it is counted, and nothing about fewer than three students."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lambdalab.show import theme
from lambdalab.show.class_report import Held, class_report
from tests.show.drawn import texts

HELD = (
    Held("One bad message costs one message", "07", 27, 11, 3),
    Held("Reserved concurrency is fast", "09", 28, 14, 9, 20),
    Held("The bus tells me when nothing matched", "08", 28, 7, 4),
    Held("Nobody else thinks so", "08", 28, 2, 2),
)


def report(*held: Held, students: int = 28, **more: Any) -> Any:
    return class_report(held, students=students, **more)


def test_the_title_names_the_idea_that_is_still_held_by_most() -> None:
    picture = report(*HELD)
    assert texts(picture)[0] == "Reserved concurrency is fast: 14 of 28 said so, 9 still do"
    assert picture.alt == (
        "Reserved concurrency is fast: 14 of 28 before, 9 after, the most persistent of 3 wrong ideas. "
        "Largest change: One bad message costs one message, 11 to 3."
    )


@pytest.mark.parametrize(
    ("held", "says"),
    [
        ((), "No wrong idea was chosen by 3 students or more"),
        ((Held("Rare", "01", 20, 2, 2),), "No wrong idea was chosen by 3 students or more"),
        ((Held("It is gone", "01", 20, 9, 0),), "Later nobody holds a wrong idea; at first 9 of 20 said: It is gone"),
        ((Held("It spreads", "01", 20, 3, 8),), "It spreads: 3 of 20 said so at first, 8 later"),
        ((Held("It stays", "01", 20, 5, 5),), "It stays: 5 of 20 said so, all 5 still do"),
    ],
)  # fmt: skip
def test_contrary_data_get_a_title_that_is_true(
    held: tuple[Held, ...], says: str, apart: Callable[[Any], None]
) -> None:
    picture = report(*held)
    assert texts(picture)[0] == says
    apart(picture)


def test_an_idea_of_two_students_is_neither_drawn_nor_in_the_table_nor_spoken() -> None:
    picture = report(*HELD)
    everything = " ".join([*texts(picture), picture.table.text(), picture.alt])
    assert "Nobody else" not in everything and "One bad message" in everything


def test_the_idea_of_the_title_is_drawn_though_six_others_were_more_frequent_at_first() -> None:
    picture = report(*(Held(f"Common {n}", "01", 28, 20 - n, 1) for n in range(7)), Held("Stubborn", "02", 28, 5, 5))
    assert texts(picture)[0].startswith("Stubborn: 5 of 28")
    assert [row[0] for row in picture.table.rows] == [*(f"Common {n}" for n in range(5)), "Stubborn"]


def test_bars_are_as_long_as_their_counts() -> None:
    first, later = report(*HELD).figure.data[:2]
    assert [round(x / first.x[0] * 14) for x in first.x] == [14, 11, 7]
    assert [round(x / first.x[0] * 14) for x in later.x] == [9, 3, 4]
    assert first.width > later.width


def test_long_ideas_and_large_classes_do_not_touch_in_either_theme(apart: Callable[[Any], None]) -> None:
    many = [Held(f"An idea which is as long as ideas may be: {n:04}", "12", 9_999, 9_000 - n, n) for n in range(9)]
    for colours in (theme.LIGHT, theme.DARK):
        apart(report(*many, students=9_999, colours=colours))
    apart(report(Held("Only one", "01", 3, 3, 1), students=3))


def test_a_report_of_two_students_is_refused_and_so_are_impossible_counts() -> None:
    with pytest.raises(ValueError, match="would not be anonymous"):
        report(*HELD, students=2)
    with pytest.raises(ValueError, match="count them again"):
        report(Held("More than voted", "01", 5, 6, 0))
