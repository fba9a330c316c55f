"""A month's bill against AWS's own worked examples, against cases computed by hand at every tier, and the course's."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdalab import facts
from lambdalab.models.bill import Bill, Item, lines
from lambdalab.models.cost import month_price
from lambdalab.models.months import SERVICES, LambdaMonth, gigabytes, month, provisioned_gb_s, service_month
from lambdalab.show.bills import table

calm = settings(max_examples=50)
CENT = Decimal("0.01")
BILLION = 10**9


def usd(*items: Item) -> Decimal:
    return sum((item.usd for item in items), Decimal(0))


# -- AWS's worked examples, to the cent ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("example", "bill"),
    [
        ("free_tier", month(LambdaMonth(3_000_000, 120, 1536), free_tier=True)),
        (
            "provisioned",
            month(
                LambdaMonth(500_000, 100, 1536, provisioned=100, provisioned_hours=8),
                LambdaMonth(2_500_000, 120, 1536),
                free_tier=True,
            ),
        ),
        ("ephemeral", month(LambdaMonth(6_000_000, 280, 4096, tmp_mb=2048), free_tier=True)),
        ("snapstart", month(LambdaMonth(7_440_000, 2000, 1024, snapshot_hours=744, restores=74_400))),
    ],
)
def test_the_worked_examples_of_the_pricing_page_come_out_to_the_cent(example: str, bill: Bill) -> None:
    assert bill.usd.quantize(CENT) == facts.price(f"lambda.example.{example}")


def test_a_day_of_provisioned_concurrency_without_free_tier_is_that_of_the_pricing_page() -> None:
    # seven environments of 4,096 MB for 24 h, two million requests of 280 ms: 10.08 + 21.78 + 0.40
    bill = month(LambdaMonth(2_000_000, 280, 4096, provisioned=7, provisioned_hours=24))
    assert bill.usd.quantize(CENT) == Decimal("32.26")


# -- tiers: just below, at, and just above each boundary -------------------------------------------------------------

TIERS = {  # price, boundary, what everything below costs by hand, and the price above
    "lambda.duration_x86_gb_s": [
        (6 * BILLION, "100000.2", "0.0000166667", "0.000015"),
        (15 * BILLION, "235000.2", "0.000015", "0.0000133334"),
    ],
    "lambda.duration_arm64_gb_s": [
        (7_500_000_000, "100000.5", "0.0000133334", "0.0000120001"),
        (18_750_000_000, "235001.625", "0.0000120001", "0.0000106667"),
    ],
    "api_gateway.http.per_million": [(300_000_000, "300", "0.000001", "0.0000009")],
    "api_gateway.rest.per_million": [
        (333_000_000, "1165.5", "0.0000035", "0.0000028"),
        (BILLION, "3033.1", "0.0000028", "0.00000238"),
        (20 * BILLION, "48253.1", "0.00000238", "0.00000151"),
    ],
}


@pytest.mark.parametrize(
    ("price", "boundary", "at", "below", "above"), [(price, *case) for price, cases in TIERS.items() for case in cases]
)
def test_a_tier_begins_exactly_at_its_boundary(price: str, boundary: int, at: str, below: str, above: str) -> None:
    whole = Decimal(at)
    assert usd(*lines("used", boundary - 1, price)) == whole - Decimal(below)
    assert usd(*lines("used", boundary, price)) == whole
    assert usd(*lines("used", boundary + 1, price)) == whole + Decimal(above)
    before, after = lines("used", boundary, price), lines("used", boundary + 1, price)
    assert len(after) == len(before) + 1, "the next tier is a line of its own"
    assert after[-1].quantity == 1


@calm
@given(price=st.sampled_from(sorted(TIERS)), used=st.integers(0, 30 * BILLION), taken=st.integers(0, 10**6))
def test_free_and_billed_parts_of_all_tiers_add_up_to_what_was_used(price: str, used: int, taken: int) -> None:
    found = lines("used", used, price, taken=taken)
    assert sum(item.quantity + item.free for item in found) == used
    assert sum(item.free for item in found) == min(used, taken)


def test_every_tier_of_the_price_list_has_its_boundary_tested() -> None:
    ends = [name.removesuffix(".up_to") for name in facts.facts() if name.endswith(".up_to")]
    assert sorted({re.sub(r"[._]tier_\d$", "", name) for name in ends}) == sorted(TIERS)
    assert len(ends) == sum(map(len, TIERS.values()))


def test_a_large_month_of_calls_reaches_the_tiers_too() -> None:
    # 8 billion calls of 1 s at 1,024 MB: 6 billion GB-s at the first price, 2 at the second, and the requests
    assert month_price(8 * BILLION, 1000, 1024) == Decimal("100000.2") + Decimal(30_000) + Decimal(1_600)
    assert month(LambdaMonth(8 * BILLION, 1000, 1024)).usd == month_price(8 * BILLION, 1000, 1024)


def test_the_tiers_of_the_two_architectures_are_counted_apart() -> None:
    both = month(LambdaMonth(6 * BILLION, 1000, 1024), LambdaMonth(7_500_000_000, 1000, 1024, "arm64"))
    assert [item.fact for item in both] == [
        "lambda.requests_per_million", "lambda.duration_x86_gb_s", "lambda.duration_arm64_gb_s",
    ]  # fmt: skip


# -- the free tier ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("calls", "billed"), [(999_999, 0), (1_000_000, 0), (1_000_001, 1)])
def test_a_million_requests_are_free(calls: int, billed: int) -> None:
    requests = month(LambdaMonth(calls, 1, 128), free_tier=True).of("requests")
    assert requests.items[0].quantity == billed
    assert requests.items[0].free == calls - billed


@pytest.mark.parametrize(("calls", "billed"), [(399_999, 0), (400_000, 0), (400_001, 1)])
def test_400_000_gb_seconds_are_free(calls: int, billed: int) -> None:
    bill = month(LambdaMonth(calls, 1000, 1024), free_tier=True)
    assert bill.usd == billed * Decimal("0.0000166667")


def test_the_free_gb_seconds_are_for_both_architectures_together() -> None:
    bill = month(LambdaMonth(300_000, 1000, 1024), LambdaMonth(300_000, 1000, 1024, "arm64"), free_tier=True)
    assert bill.usd == 200_000 * Decimal("0.0000133334")
    assert sum(item.free for item in bill.of("compute")) == 400_000


def test_nothing_of_provisioned_concurrency_is_free_but_its_requests() -> None:
    bill = month(LambdaMonth(1_000_000, 100, 1024, provisioned=1, provisioned_hours=1), free_tier=True)
    assert [item.usd for item in bill] == [0, 3600 * Decimal("0.0000041667"), 100_000 * Decimal("0.0000097222")]


# -- provisioned concurrency, SnapStart, /tmp ------------------------------------------------------------------------


def test_ten_idle_environments_of_512_mb_cost_54_75_a_month_as_exercise_11_5_says() -> None:
    assert month(LambdaMonth(0, 0, 512, provisioned=10)).usd.quantize(CENT) == Decimal("54.75")


@pytest.mark.parametrize(
    ("minutes", "seconds"), [(0, 0), (1, 300), (5, 300), (Decimal("5.01"), 600), (9, 600), (10, 600), (11, 900)]
)
def test_provisioned_concurrency_is_rounded_up_to_five_minutes(minutes: Decimal | int, seconds: int) -> None:
    assert provisioned_gb_s(1, 1024, Decimal(minutes) / 60) == seconds


def test_each_time_of_provisioned_concurrency_is_rounded_up_by_itself() -> None:
    assert provisioned_gb_s(2, 512, [Decimal("0.1"), Decimal("0.1")]) == 2 * 600  # 6 min are billed as 10


def test_both_prices_of_provisioned_concurrency_are_lower_on_arm64() -> None:
    arm = month(LambdaMonth(1000, 1000, 1024, "arm64", provisioned=1, provisioned_hours=1)).items
    assert [item.usd for item in arm] == [Decimal("0.0002"), 3600 * Decimal("0.0000033334"), Decimal("0.0077778")]


@pytest.mark.parametrize(
    ("hours", "billed"), [(1, 3), (3, 3), (4, 4), ([1, 1], 6), ([1, 5], 8), ((), 0), (Decimal("3.5"), Decimal("3.5"))]
)
def test_a_snapshot_is_billed_for_at_least_three_hours_a_version(hours: int | list[int], billed: Decimal) -> None:
    bill = month(LambdaMonth(1, 1, 2048, snapshot_hours=hours))
    kept = [item.usd for item in bill if "kept" in item.name]
    assert sum(kept) == billed * 3600 * 2 * Decimal("0.0000015046")


def test_a_restore_is_billed_by_memory() -> None:
    assert month(LambdaMonth(1, 1, 512, restores=4)).of("restores").usd == 2 * Decimal("0.0001397998")


@pytest.mark.parametrize(("mb", "billed"), [(512, "0"), (513, "0.000000000030175781250"), (1536, "0.0000000309")])
def test_tmp_is_billed_above_512_mb(mb: int, billed: str) -> None:
    bill = month(LambdaMonth(1, 1000, 128, tmp_mb=mb))
    assert sum(item.usd for item in bill if "tmp" in item.name) == Decimal(billed)


# -- other services --------------------------------------------------------------------------------------------------

PRICES = {  # by hand, from the table of prices: a million or ten of each
    "s3_puts": (10**6, "5"), "s3_gets": (10**6, "0.4"), "s3_gb": (10, "0.23"),
    "dynamodb_writes": (10**6, "0.625"), "dynamodb_reads": (10**6, "0.125"), "dynamodb_gb": (10, "2.5"),
    "log_gb": (10, "5"), "log_stored_gb": (10, "0.3"),
    "http_api_requests": (10**6, "1"), "rest_api_requests": (10**6, "3.5"),
    "sqs_requests": (10**6, "0.4"), "sqs_fifo_requests": (10**6, "0.5"), "sns_publishes": (10**6, "0.5"),
    "events": (10**6, "1"), "scheduler_invocations": (10**6, "1"), "egress_gb": (10, "0.9"),
    "public_ipv4_hours": (10, "0.05"), "nat_gateway_hours": (10, "0.45"), "nat_gateway_gb": (10, "0.45"),
}  # fmt: skip


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_costs_what_the_price_list_says(name: str) -> None:
    quantity, price = PRICES[name]
    assert service_month(**{name: quantity}).usd == Decimal(price)


@pytest.mark.parametrize(
    ("name", "free", "price"),
    [("egress_gb", 100, "0.09"), ("dynamodb_gb", 25, "0.25"), ("scheduler_invocations", 14_000_000, "0.000001")],
)
def test_what_is_free_every_month_ends_exactly_there(name: str, free: int, price: str) -> None:
    for above in (-1, 0, 1):
        bill = service_month(**{name: free + above}, free_tier=True)
        assert bill.usd == max(0, above) * Decimal(price)
    assert service_month(**{name: free}).usd == free * Decimal(price)


def test_the_pipeline_of_exercise_11_3_costs_what_it_says() -> None:
    photos = 1_000_000
    bill = service_month(
        s3_puts=2 * photos,
        s3_gets=photos,
        dynamodb_writes=photos,
        log_gb=gigabytes(photos),
        egress_gb=gigabytes(5 * 50 * photos),
        free_tier=True,
    ) + month(LambdaMonth(photos, 400, 512))
    names = ("S3 PUT", "S3 GET", "Lambda", "DynamoDB", "Logs", "internet")
    shown = [table(bill.of(name)).rows[-1][-1] for name in names]
    assert shown == ["$10.00", "$0.40", "$3.53", "$0.63", "$0.48", "$12.46"]
    assert table(bill).rows[-1][-1] == "$27.49"
    assert bill.largest.name == "data to the internet"


def test_with_20_kb_of_log_a_call_the_log_costs_more_than_the_compute() -> None:
    log, compute = service_month(log_gb=gigabytes(20 * 10**6)), month(LambdaMonth(10**6, 400, 512)).of("compute")
    assert log.usd > compute.usd


# -- a bill ----------------------------------------------------------------------------------------------------------


def test_every_line_is_its_quantity_times_the_price_of_the_fact_it_names() -> None:
    bill = service_month(**{name: 3 * quantity for name, (quantity, _) in PRICES.items()}, free_tier=True)
    for item in bill:
        fact = facts.fact(item.fact)
        many = {"USD per million": 10**6, "USD per 1,000": 1000}.get(" ".join(fact.unit.split()[:3]), 1)
        assert item.price * many == fact.value, item.name
        assert item.usd == item.quantity * item.price
    assert bill.usd == sum(item.usd for item in bill)
    assert bill.date == "September 2026"


@calm
@given(calls=st.integers(1, 10**9), ms=st.integers(1, 900_000), mb=st.integers(128, 10_240), many=st.integers(0, 10**6))
def test_so_many_times_a_bill_is_so_many_times_its_sum(calls: int, ms: int, mb: int, many: int) -> None:
    bill = month(LambdaMonth(calls, ms, mb))
    assert bill.times(many).usd == pytest.approx(bill.usd * many, rel=Decimal("1e-20"))


@calm
@given(
    calls=st.integers(0, 10**11), ms=st.integers(1, 10_000), mb=st.integers(128, 10_240), more=st.integers(1, 10**9),
    architecture=st.sampled_from(["x86_64", "arm64"]), free=st.booleans(),
)  # fmt: skip
def test_more_calls_never_cost_less(calls: int, ms: int, mb: int, more: int, architecture: str, free: bool) -> None:
    few, many = (month(LambdaMonth(n, ms, mb, architecture), free_tier=free).usd for n in (calls, calls + more))
    assert few <= many
    assert few == pytest.approx(
        month_price(calls, ms, mb, architecture=architecture, free_tier=free), abs=Decimal(f"{few}") * Decimal("1e-20")
    )


def test_a_bill_below_a_cent_is_told_for_a_million_times_as_much() -> None:
    bill = month(LambdaMonth(1, 400, 512))
    shown = table(bill)
    assert shown.rows[-1] == ("together", "", "", "$3.53")
    assert "a million times" in shown.columns[-1] and "below a cent" in shown.caption


def test_a_bill_is_shown_as_text_and_as_well_formed_html() -> None:
    bill = Bill(month(LambdaMonth(1_000_000, 400, 512)).items, note="Not counted: taxes & more.")
    assert "$3.33" in repr(bill) and repr(bill).endswith("Not counted: taxes & more.")
    shown = bill._repr_html_()
    assert "taxes &amp; more" in shown and shown.count("<tr>") == 4 and "<caption>" in shown
    assert not re.search(r"\d{9}", repr(bill).replace(",", "").replace("0.0000166667", "")), "no endless figures"


def test_a_small_part_of_a_gigabyte_is_told_in_a_unit_that_can_be_read() -> None:
    quantities = [table(service_month(log_gb=gigabytes(kb))).rows[0][1] for kb in (1.35, 900, 2048, 1024**2)]
    assert quantities == ["1.35\u00a0KB", "900\u00a0KB", "0.00195\u00a0GB", "1\u00a0GB"]


def test_an_empty_bill_says_that_nothing_was_used() -> None:
    assert Bill().usd == 0
    assert "nothing was used" in repr(Bill())
    with pytest.raises(ValueError, match="nothing was used"):
        _ = Bill().largest


# -- what cannot be billed -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: LambdaMonth(-1, 1, 128), "calls of -1 cannot be billed.*give 0 or more"),
        (lambda: LambdaMonth(1, -1, 128), "duration_ms of -1"),
        (lambda: LambdaMonth(1, float("nan"), 128), "duration_ms of nan"),
        (lambda: LambdaMonth(1, 1, 64), "memory_mb is 64, and Lambda offers 128 to 10,240 MB; choose"),
        (lambda: LambdaMonth(1, 1, 10_241), "memory_mb is 10241"),
        (lambda: LambdaMonth(1, 1, 128, tmp_mb=100), "tmp_mb is 100, and Lambda offers 512"),
        (lambda: LambdaMonth(1, 1, 128, "arm"), "'x86_64' or 'arm64'"),
        (lambda: LambdaMonth(1, 1, 128, restores=-1), "restores of -1"),
        (lambda: month(LambdaMonth(1, 1, 128, snapshot_hours=-1)), "hours of -1"),
        (lambda: service_month(s3_putts=1), "no price for 's3_putts'.*Did you mean s3_puts"),
        (lambda: service_month(s3_puts=-1), "S3 PUT, COPY, POST, LIST of -1 cannot be billed"),
        (lambda: gigabytes(-1), "kilobytes of -1"),
        (lambda: month(LambdaMonth(1, 1, 128)).times(-1), "a number of times of -1"),
        (lambda: month(LambdaMonth(1, 1, 128)).of("EC2"), "no line of the bill is named 'EC2'. There is: Lambda req"),
        (lambda: lines("use", 1, "lambda.free_requests"), "is no price but counted in requests per month"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_with_what_to_do(wrong: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        wrong()  # type: ignore[operator]
