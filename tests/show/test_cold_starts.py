"""The table of cold starts: what was measured here stands beside what others published, and is told apart."""

from __future__ import annotations

import pytest

from lambdalab.show.cold_starts import cold_start_table

INITS = [float(number) for number in range(41, 61)]  # 20 numbers: the eleventh is 51, the worst but one 59
WARM = [1.0] * 19 + [9.0]


def test_the_first_row_holds_the_middle_and_the_worst_but_one_of_what_was_measured() -> None:
    name, *cells = cold_start_table(INITS, WARM).rows[0]
    assert name.startswith("measured here: Python")
    assert [cell.replace("\u00a0", " ") for cell in cells] == ["51 ms", "59 ms", "1 ms"]


def test_every_other_row_says_that_it_is_published_and_the_caption_says_by_whom() -> None:
    table = cold_start_table(INITS, WARM)
    assert len(table.rows) <= 8
    assert all(row[0].startswith("published: ") for row in table.rows[1:])
    assert "maxday/lambda-perf" in table.caption and "2026-08" in table.caption


def test_python_is_published_with_84_and_97_and_2_ms() -> None:
    """FACTS.md: python3.13, zip, p50 83.6, p90 97.1, warm p50 2.1."""
    python = next(row for row in cold_start_table(INITS, WARM).rows if "3.13" in row[0])
    assert [cell.replace("\u00a0", " ") for cell in python[1:]] == ["84 ms", "97 ms", "2.1 ms"]


@pytest.mark.parametrize(("inits", "warm"), [([50.0], WARM), (INITS, [])])
def test_one_number_has_no_middle(inits: list[float], warm: list[float]) -> None:
    with pytest.raises(ValueError, match="two or more"):
        cold_start_table(inits, warm)
