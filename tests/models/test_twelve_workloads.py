"""The twelve workloads: their figures by hand, and that limits and prices agree with every verdict that is accepted."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest

from lambdalab.facts import price
from lambdalab.learn.workbooks.verdicts import accepted
from lambdalab.models.workloads import MANY_AT_ONCE, RARE, REASONS, VERDICTS, border, limits, workload, workloads


def test_there_are_twelve_cards_with_a_letter_each_and_known_words() -> None:
    assert "".join(one.letter for one in workloads()) == "ABCDEFGHIJKL"
    assert len({one.name for one in workloads()}) == 12
    for one in workloads():
        pairs = accepted(one.name)
        assert pairs and {(verdict in VERDICTS, reason in REASONS) for verdict, reason in pairs} == {(True, True)}
        assert one.call in ("sync", "async")


def test_the_limits_are_those_of_the_facts_and_of_two_things_there_are_none() -> None:
    assert limits() == {
        "timeout_most_s": 900,
        "sync_mb": 6,
        "async_mb": 1,
        "memory_most_mb": 10_240,
        "tmp_most_mb": 10_240,
        "rest_s": 29,
        "gpus": 0,
        "connections": 0,
    }


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("thumbnails", 5_000 * 0.4 / 10 / 86_400),
        ("API", 1.0),
        ("backup", 2_700 / 86_400),
        ("game", 1.0),  # a connection is held while nothing moves
        ("ticket sale", 600 / (28 * 86_400)),
        ("dashboard", 14_400 / 3 / (7 * 86_400)),
    ],
)
def test_the_share_of_the_time_is_as_by_hand(name: str, share: float) -> None:
    assert workload(name).share == pytest.approx(share, rel=1e-3)


def test_the_prices_of_the_api_are_as_by_hand() -> None:
    api = workload("API")
    calls = 200 * 86_400 * 30
    by_hand = calls * (Decimal("0.20") / 10**6 + Decimal("0.3") * Decimal("0.5") * Decimal("0.0000166667"))
    assert (api.calls, round(api.lambda_usd, 2)) == (calls, round(by_hand, 2))
    vcpu, gb = Decimal(60 * 512) / 1_769, Decimal(30)
    hour = vcpu * Decimal("0.04048") + gb * Decimal("0.004445")
    assert round(api.standing_usd, 2) == round(hour * 720, 2)


@pytest.mark.parametrize("one", workloads(), ids=lambda one: str(one.name))
def test_limits_and_prices_agree_with_every_reason_that_is_accepted(one: object) -> None:
    assert isinstance(one, type(workload("API")))
    smallest = price("ec2.t3.micro_hour") * 24 * 30
    for verdict, reason in accepted(one.name):
        if reason == "steady load":
            assert verdict != "Lambda" and one.lambda_usd > one.standing_usd and one.share > border(one.run_s)
        if reason == "spiky load":
            assert verdict == "Lambda" and one.lambda_usd < one.standing_usd and one.share < border(one.run_s)
            assert one.at_once >= MANY_AT_ONCE
        if reason == "rare":
            assert verdict == "Lambda" and one.share < RARE and one.at_once < MANY_AT_ONCE and one.lambda_usd < smallest
        if reason == "limit":
            assert verdict != "Lambda" and (one.broken or one.windows)
        if reason == "limit is near":
            assert not one.broken and one.run_s > 0.75 * limits()["timeout_most_s"]
        if reason == "latency":
            assert verdict != "Lambda" and not one.starts_in_time and one.answer_s > one.run_s  # only a warm one is
        if reason == "state":
            assert one.connections
        if one.gpu:
            assert verdict == "VM"  # neither Lambda on demand nor Fargate has one
        if (verdict, reason) == ("either", "latency"):  # one environment kept ready is cheaper than the container
            ready = price("lambda.provisioned.x86_gb_s") * one.memory_mb / 1_024 * 30 * 86_400
            assert one.fits_a_function and ready + one.lambda_usd < one.standing_usd
        elif verdict == "Lambda":
            assert one.fits_a_function and one.starts_in_time


def test_exactly_a_limit_breaks_nothing() -> None:
    one = dataclasses.replace(workload("API"), run_s=29, payload_mb=6, memory_mb=10_240, tmp_mb=10_240)
    assert one.broken == ()
    assert dataclasses.replace(one, run_s=29.1, payload_mb=6.1).broken == ("sync_mb", "rest_s")
    assert dataclasses.replace(one, call="async", browser=False, run_s=900).broken == ("async_mb",)


def test_at_the_border_lambda_and_a_container_that_stands_cost_the_same() -> None:
    # by hand: 1,769 MB of Lambda and as much of Fargate, 1 s a piece
    second = Decimal(1_769) / 1_024 * Decimal("0.0000166667") + Decimal("0.20") / 10**6
    container = (Decimal("0.04048") + Decimal(1_769) / 1_024 * Decimal("0.004445")) / 3_600
    assert border(1) == pytest.approx(float(container / second), rel=1e-5)


def test_the_shorter_a_piece_the_sooner_a_container_is_cheaper() -> None:
    shares = [border(length) for length in (0.005, 0.05, 0.5, 5, 50)]
    assert shares == sorted(shares) and 0.1 < shares[0] < 0.3 < shares[-1] < 0.5


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="above 0"):
        border(0)
    with pytest.raises(KeyError, match="thumbnails"):
        workload("mining")


def test_a_container_started_for_each_piece_is_paid_while_it_runs() -> None:
    hour = Decimal("0.04048") + Decimal(1_769) / 1_024 * Decimal("0.004445")
    assert round(workload("backup").started_usd, 6) == round(30 * Decimal("0.75") * hour, 6)
