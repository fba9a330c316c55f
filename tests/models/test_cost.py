"""The cost model against AWS's own worked example, the course's examples and what must hold of any bill."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdalab.models import cost
from lambdalab.observe.records import Report

calm = settings(max_examples=50)
CENT = Decimal("0.01")
ms = st.integers(1, 900_000)
mb = st.integers(128, 10_240)
calls = st.integers(0, 10**9)


def test_the_worked_example_of_the_pricing_page_comes_out() -> None:
    assert cost.month_price(3_000_000, 120, 1536, free_tier=True).quantize(CENT) == Decimal("2.73")


def test_a_million_calls_of_120_ms_at_1536_mb_cost_3_20() -> None:
    assert cost.month_price([1_000_000], 120, 1536).quantize(CENT) == Decimal("3.20")


def test_one_call_of_88_ms_at_128_mb_costs_what_exercise_11_1_says() -> None:
    assert cost.invocation_price(88, 128).quantize(Decimal("1e-9")) == Decimal("0.000000383")


def test_the_lambda_item_of_the_photo_pipeline_is_3_53() -> None:
    assert cost.per_million(cost.invocation_price(400, 512)).quantize(CENT) == Decimal("3.53")


def test_a_million_calls_at_1769_mb_cost_what_exercise_11_2_says() -> None:
    assert cost.per_million(cost.invocation_price(845, 1769)).quantize(Decimal("0.1")) == Decimal("24.5")
    assert cost.per_million(cost.invocation_price(11_700, 128)).quantize(CENT) == Decimal("24.58")
    assert cost.per_million(cost.invocation_price(840, 3008)).quantize(CENT) == Decimal("41.33")


def report(billed: int, memory: int, *more: str) -> str:
    said = ("REPORT RequestId: 1f", "Duration: 0.90 ms", f"Billed Duration: {billed} ms", f"Memory Size: {memory} MB")
    return "\t".join([*said, "Max Memory Used: 41 MB", *more, ""])


@pytest.mark.parametrize(
    ("line", "architecture", "usd"),
    [  # by hand: 0.0000002 for the request, and seconds × GB × the price of a GB-second
        (report(88, 128), "x86_64", "0.0000003833337"),  # 0.011 GB-s
        (report(96, 128, "Init Duration: 95.02 ms"), "x86_64", "0.0000004000004"),  # 0.012 GB-s
        (report(88, 128), "arm64", "0.0000003466674"),
        (report(250, 10_240), "x86_64", "0.00004186675"),  # 2.5 GB-s
        (report(1, 128), "x86_64", "0.0000002020833375"),  # 0.000125 GB-s
        (report(48, 1024, "Restore Duration: 300.0 ms", "Billed Restore Duration: 52 ms"), "x86_64", "0.00000186667"),
        (report(88, 128).replace("\t", " "), "x86_64", "0.0000003833337"),
    ],
)
def test_a_report_line_costs_what_its_billed_duration_and_memory_size_say(
    line: str, architecture: str, usd: str
) -> None:
    assert cost.report_price(line, architecture) == Decimal(usd)


def test_the_labs_own_report_line_can_be_priced() -> None:
    line = Report("1f", duration_ms=12.3, memory_size_mb=128, max_memory_mb=41, init_ms=83.1).line()
    assert cost.report_price(line) == cost.invocation_price(96, 128)


@pytest.mark.parametrize(
    "line", ["", "START RequestId: 1f", "REPORT RequestId: 1f\tDuration: 12.30 ms", "Billed Duration: 1 ms"]
)
def test_another_line_is_refused_with_what_to_give(line: str) -> None:
    with pytest.raises(ValueError, match="begins with REPORT"):
        cost.report_price(line)


def test_a_server_costs_the_same_every_day() -> None:
    assert cost.server_month_price("t3.micro") == Decimal("7.488")
    assert cost.server_month_price("t3.micro", days=1) * 30 == cost.server_month_price("t3.micro")


def test_arm64_is_cheaper_and_another_architecture_is_refused() -> None:
    assert cost.invocation_price(100, 512, "arm64") < cost.invocation_price(100, 512, "x86_64")
    with pytest.raises(ValueError, match="'x86_64' or 'arm64'"):
        cost.invocation_price(100, 512, "arm")


def test_negative_figures_are_refused() -> None:
    with pytest.raises(ValueError, match="neither may be negative"):
        cost.gb_seconds(-1, 128)
    with pytest.raises(ValueError, match="none or more"):
        cost.month_price(-1, 100, 128)


def test_an_empty_month_is_free() -> None:
    assert cost.month_price([], 200, 128) == 0
    assert cost.month_price(0, 200, 128) == 0


def test_a_fraction_of_a_millisecond_is_billed_whole() -> None:
    assert cost.invocation_price(12.3, 128) == cost.invocation_price(13, 128)
    assert cost.invocation_price(13.0, 128) == cost.invocation_price(13, 128)


@calm
@given(ms=ms, mb=mb)
def test_a_price_is_the_exact_fraction(ms: int, mb: int) -> None:
    exact = Fraction("0.2") / 10**6 + Fraction(ms, 1000) * Fraction(mb, 1024) * Fraction("0.0000166667")
    assert Fraction(cost.invocation_price(ms, mb)) == exact


@calm
@given(ms=ms, mb=mb, days=st.lists(st.integers(0, 10**6), max_size=31))
def test_a_month_is_the_sum_of_its_days_however_they_are_spread(ms: int, mb: int, days: list[int]) -> None:
    together = cost.month_price(sum(days), ms, mb)
    assert cost.month_price(days, ms, mb) == together
    assert cost.month_price(sorted(days), ms, mb) == together
    assert float(together) == pytest.approx(float(sum(days) * cost.invocation_price(ms, mb)), rel=1e-12)


@calm
@given(n=calls, ms=ms, mb=mb)
def test_the_free_tier_never_raises_a_bill_nor_makes_it_negative(n: int, ms: int, mb: int) -> None:
    full, reduced = cost.month_price(n, ms, mb), cost.month_price(n, ms, mb, free_tier=True)
    assert 0 <= reduced <= full
    assert full - reduced <= Decimal("0.20") + Decimal("6.66668")


@calm
@given(ms=ms, mb=mb)
def test_twice_the_time_and_half_the_memory_use_the_same_gb_seconds(ms: int, mb: int) -> None:
    assert cost.gb_seconds(2 * ms, mb) == cost.gb_seconds(ms, 2 * mb)
