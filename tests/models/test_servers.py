"""Servers and containers: steps, the least that is billed, and the break-even against a search by hand."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lambdalab import facts
from lambdalab.models.cost import month_price
from lambdalab.models.months import LambdaMonth, month
from lambdalab.models.servers import break_even, capacity, ec2, fargate, fargate_run

calm = settings(max_examples=50)
HOUR_PRICES = {  # from the table of prices
    "t3.micro": "0.0104", "t3.medium": "0.0416", "t4g.small": "0.0168", "m7g.large": "0.0816", "m7i.large": "0.1008",
    "c7i.large": "0.08925", "m7i.xlarge": "0.2016", "c7g.large": "0.0725",
}  # fmt: skip
MONTH_SECONDS = 730 * 3600


@pytest.mark.parametrize("kind", HOUR_PRICES)
def test_a_server_costs_730_hours_a_month_whether_it_is_used_or_not(kind: str) -> None:
    server = ec2(kind, 50)
    assert server.month().usd == server.month(1).usd == 730 * Decimal(HOUR_PRICES[kind])


def test_every_server_of_the_price_list_is_known() -> None:
    assert {f"ec2.{kind}_hour" for kind in HOUR_PRICES} == {name for name in facts.facts() if name.startswith("ec2.")}


def test_a_full_server_needs_a_second_one() -> None:
    server = ec2("t3.medium", 50)
    room = 50 * MONTH_SECONDS
    assert [server.needed(calls) for calls in (0, 1, room, room + 1, 2 * room, 2 * room + 1)] == [1, 1, 1, 2, 2, 3]
    assert server.month(room + 1).usd == 2 * server.month(room).usd


@pytest.mark.parametrize(("busy", "servers"), [(1, 2), (Decimal("0.5"), 4), (0.25, 8), (0.1, 20)])
def test_the_emptier_servers_shall_be_the_more_are_needed(busy: float, servers: int) -> None:
    assert ec2("t3.medium", 50).needed(100 * MONTH_SECONDS, busy=busy) == servers


def test_a_load_of_eight_hours_a_day_needs_three_times_the_servers() -> None:
    assert ec2("t3.medium", 50).needed(50 * MONTH_SECONDS, hours_a_day=8) == 3


def test_a_container_is_paid_by_its_cpu_and_by_its_memory() -> None:
    assert fargate(1, 2, 10).hour == Decimal("0.04048") + 2 * Decimal("0.004445")
    assert fargate(0.25, 0.5, 10, "arm64").hour == Decimal("0.008095") + Decimal("0.00178")
    assert fargate(1, 2, 10).month().usd == 730 * Decimal("0.04937")
    assert len(fargate(1, 2, 10).month()) == 2


@pytest.mark.parametrize(("seconds", "billed"), [(0, 60), (1, 60), (59.5, 60), (60, 60), (60.2, 61), (3600, 3600)])
def test_a_container_is_paid_for_at_least_a_minute(seconds: float, billed: int) -> None:
    assert float(fargate_run(seconds, 1, 0).usd) == pytest.approx(billed / 3600 * 0.04048, rel=1e-12)


def test_forty_minutes_cost_what_exercise_12_4_says() -> None:
    # four pieces of 620 s on Lambda; on Fargate one run of 1 vCPU and 2 GB
    assert round(month(LambdaMonth(4, 620_000, 1769)).usd, 3) == Decimal("0.071")
    assert round(fargate_run(2400, 1, 2).usd, 3) == Decimal("0.033")


def test_a_steady_load_is_cheaper_on_servers_and_a_rare_one_on_lambda_as_exercise_12_2_says() -> None:
    api, webhook = 200 * MONTH_SECONDS, 40 * 30
    container, server = fargate(1, 2, 10), ec2("t3.micro", 10)  # 1 vCPU holds ten calls of 300 ms that mostly wait
    assert container.month(api).usd < month_price(api, 300, 512)
    assert month_price(webhook, 300, 512) < server.month(webhook).usd / 100


# -- break-even ------------------------------------------------------------------------------------------------------


def test_the_break_even_is_that_of_exercise_11_4() -> None:
    calls = break_even(512, 200, 0.0416, 50)
    assert calls == 16_268_543  # 30.368 USD a month / 0.00000186667 USD a call
    assert round(calls / 1e6, 1) == 16.3 and round(calls / MONTH_SECONDS, 1) == 6.2


def test_where_one_server_cannot_carry_that_load_there_is_none() -> None:
    assert break_even(512, 200, 0.0416, 4) is None
    assert break_even(512, 200, 0.0416, 6) is None
    assert break_even(512, 200, 0.0416, 7) == break_even(512, 200, 0.0416, 50)


def test_a_server_stands_there_at_night_too() -> None:
    # in eight hours a day one server of 50/s takes a third; the price it has to earn stays
    assert break_even(512, 200, 0.0416, 50, hours_a_day=8) == 16_268_543
    assert break_even(512, 200, 0.0416, 15, hours_a_day=8) is None
    assert break_even(512, 200, 0.0416, 15) == 16_268_543


def test_a_cheaper_lambda_moves_the_break_even_up() -> None:
    usual = break_even(512, 200, 0.0416, 50) or 0
    assert (break_even(512, 200, 0.0416, 50, architecture="arm64") or 0) > usual
    # by hand: the free million requests and 400,000 GB-s are worth 6.86668 USD
    with_free = break_even(512, 200, 0.0416, 50, free_tier=True)
    assert with_free == math.ceil(Fraction("37.23468") / Fraction("0.00000186667"))


def test_with_the_free_tier_a_later_server_may_be_the_first_that_pays() -> None:
    found = break_even(512, 200, 0.0416, 6.3, free_tier=True)
    room = Decimal("6.3") * MONTH_SECONDS
    assert found is not None and math.ceil(found / room) == 13
    for servers in range(1, 13):  # when full, none of the smaller numbers pays
        assert month_price(int(servers * room), 200, 512, free_tier=True) < servers * Decimal("30.368")


@calm
@given(
    mb=st.integers(128, 3008), ms=st.integers(1, 3000), cents=st.integers(1, 100), rps=st.integers(1, 200),
    hours=st.integers(1, 24), busy=st.sampled_from([1, Decimal("0.5"), Decimal("0.25"), Decimal("0.1")]),
    free=st.booleans(),
)  # fmt: skip
def test_at_the_break_even_servers_cost_no_more_and_one_call_below_they_do(
    mb: int, ms: int, cents: int, rps: int, hours: int, busy: Decimal, free: bool
) -> None:
    hour = Decimal(cents) / 100
    room = capacity(rps, busy=busy, hours_a_day=hours)
    found = break_even(mb, ms, hour, rps, hours, busy=busy, free_tier=free)

    def pays(calls: int) -> bool:
        servers = max(1, math.ceil(calls / room))
        return month_price(calls, ms, mb, free_tier=free) >= servers * 730 * hour

    for servers in range(1, 40):  # where a server is full it pays best
        full = math.floor(servers * room)
        assert not pays(full) or (found is not None and found <= full)
    if found is not None:
        assert pays(found) and not pays(found - 1)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: ec2("t9.micro", 50), "no price for a server of the kind 't9.micro'. Choose one of t3.micro, "),
        (lambda: ec2("t3.micro", 0).needed(1), "holds 0 calls a second"),
        (lambda: ec2("t3.micro", 5).needed(-1), "a number of calls of -1"),
        (lambda: ec2("t3.micro", 5).needed(1, busy=0), "busy is 0"),
        (lambda: ec2("t3.micro", 5).needed(1, busy=1.5), "busy is 1.5"),
        (lambda: ec2("t3.micro", 5).needed(1, hours_a_day=25), "hours_a_day is 25"),
        (lambda: fargate(-1, 2, 5), "vcpu of -1"),
        (lambda: fargate(1, 2, 5, "arm"), "'x86_64' or 'arm64'"),
        (lambda: fargate_run(-1, 1, 2), "seconds of -1"),
        (lambda: break_even(512, 200, -1, 50), "server_hour of -1"),
        (lambda: break_even(-512, 200, 1, 50), "neither may be negative"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(wrong: object, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        wrong()  # type: ignore[operator]
