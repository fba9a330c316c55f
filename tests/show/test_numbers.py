from __future__ import annotations

from decimal import Decimal

import pytest

from lambdalab.show import numbers


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0"),
        (12, "12"),
        (5832, "5,830"),
        (0.2171, "0.217"),
        (1000, "1,000"),
        (-1234.5, "-1,230"),
        (0.1 + 0.2, "0.3"),
    ],
)
def test_a_number_has_commas_and_three_significant_digits(value: float, written: str) -> None:
    assert numbers.number(value) == written


@pytest.mark.parametrize(
    ("value", "written"), [(150, "150"), (5832, "5,832"), (9_999_999, "9,999,999"), (36_000_000, "36\u00a0million")]
)
def test_what_was_counted_is_exact_until_words_are_clearer(value: int, written: str) -> None:
    assert numbers.count(value) == written


@pytest.mark.parametrize(
    ("value", "words", "tick"),
    [(36e6, "36\u00a0million", "36\u00a0M"), (864_000, "864,000", "864,000"), (999_999, "1\u00a0million", "1\u00a0M"),
     (3.7e9, "3.7\u00a0billion", "3.7\u00a0G")],
)  # fmt: skip
def test_a_large_number_is_in_words_and_short_on_a_tick(value: float, words: str, tick: str) -> None:
    assert (numbers.big(value), numbers.big(value, short=True)) == (words, tick)


@pytest.mark.parametrize(
    ("value", "written"),
    [(1.42, "1.42\u00a0ms"), (83.1, "83\u00a0ms"), (252.4, "252\u00a0ms"), (1284, "1.28\u00a0s"), (999.6, "1\u00a0s")],
)
def test_a_time_is_in_milliseconds_below_a_second(value: float, written: str) -> None:
    assert numbers.milliseconds(value) == written


@pytest.mark.parametrize(
    ("dollars", "written"),
    [("0", "$0"), ("7.488", "$7.49"), ("0.6", "$0.60"), ("0.2496", "$0.25"), ("12.3", "$12.30"), ("1234.5", "$1,230"),
     ("0.0000612", "$0.00006"), ("0.000015", "$0.000015"), ("36000000", "$36\u00a0million"), ("0.009996", "$0.01"),
     ("99.996", "$100"), ("-7.5", "-$7.50")],
)  # fmt: skip
def test_money_is_as_short_as_stays_true(dollars: str, written: str) -> None:
    assert numbers.money(Decimal(dollars)) == written


def test_small_money_is_told_for_a_million() -> None:
    assert numbers.money_a_million(Decimal("0.2083")) == "$0.21 a million"


def test_a_ratio_has_as_few_digits_as_stay_within_five_percent() -> None:
    assert [numbers.about(ratio) for ratio in (6117, 65_238, 22.3, 1.2)] == ["6,000", "65,000", "22", "1.2"]


def test_a_value_without_an_end_is_refused() -> None:
    with pytest.raises(ValueError, match="no end"):
        numbers.number(float("inf"))


@pytest.mark.parametrize("top", [1, 2, 3, 7, 37, 100, 101, 999, 123_456_789])
def test_steps_of_a_count_are_whole_begin_at_zero_and_stay_below_the_top(top: int) -> None:
    ticks = numbers.steps(top, whole=True)
    assert ticks[0] == 0
    assert top / 2 <= ticks[-1] <= top
    assert 2 <= len(ticks) <= 6
    assert all(tick == int(tick) for tick in ticks)


def test_steps_of_small_money_do_not_lose_a_tick_to_rounding() -> None:
    assert numbers.steps(4.0833e-5) == pytest.approx([0, 2e-5, 4e-5])


@pytest.mark.parametrize(("value", "written"), [(0, "no"), (1, "one"), (10, "ten"), (12, "twelve"), (13, "13")])
def test_a_counted_number_is_a_word_up_to_twelve(value: int, written: str) -> None:
    assert numbers.in_words(value) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.84, "0.84 s"), (45, "45 s"), (95.4, "95 s"), (120, "2 min"), (600, "10 min"), (5400, "1 h 30 min"),
     (7200, "2 h"), (86_400, "1 day"), (180_000, "2 days 2 h"), (180_060, "2 days 2 h")],
)  # fmt: skip
def test_a_long_time_is_told_in_its_two_largest_units(seconds: float, written: str) -> None:
    assert numbers.period(seconds) == written.replace(" ", numbers.SPACE)
