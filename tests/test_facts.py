"""The dated figures: exact, complete with source and date, and helpful about a wrong name."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from lambdalab import facts


def test_a_price_is_exact_to_the_last_printed_digit() -> None:
    assert facts.price("lambda.duration_x86_gb_s") == Decimal("0.0000166667")
    assert facts.price("lambda.requests_per_million") == Decimal("0.20")
    assert facts.price("ec2.t3.micro_hour") == Decimal("0.0104")
    assert facts.price("lambda.free_requests") == 1_000_000
    assert facts.price("lambda.free_gb_s") == 400_000


def test_every_fact_has_unit_source_date_and_a_known_certainty() -> None:
    for name, fact in facts.facts().items():
        assert fact.name == name
        assert fact.unit and fact.source, name
        assert re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", fact.date), name
        assert fact.certainty in {"A", "B", "C", "D"}, name
        assert fact.value.is_finite() and fact.value > 0, name


def test_a_tier_keeps_its_own_note_and_inherits_the_source() -> None:
    first, second = facts.fact("lambda.duration_x86_gb_s"), facts.fact("lambda.duration_x86_gb_s.tier_2")
    assert second.value < first.value
    assert second.note != first.note
    assert (second.source, second.date, second.unit) == (first.source, first.date, first.unit)


def test_prices_fall_from_tier_to_tier() -> None:
    tiers = [name for name in facts.facts() if re.search(r"tier_\d$", name)]
    assert len(tiers) == 8  # two each for x86 and arm64, one for HTTP API, three for REST API
    for name in tiers:
        number = int(name[-1])
        cut = re.sub(r"[._]tier_\d$", "", name)
        joint = name[len(cut)]
        before = cut if number == 2 else f"{cut}{joint}tier_{number - 1}"
        assert facts.price(name) < facts.price(before), name


def test_percentiles_of_a_published_cold_start_rise() -> None:
    runtimes = {name.split(".")[1] for name in facts.facts() if name.endswith(".zip_p50")}
    assert len(runtimes) == 8
    for runtime in runtimes:
        for package in ("zip", "image"):
            middle, ninety, worst = (facts.price(f"cold_start.{runtime}.{package}_p{p}") for p in (50, 90, 99))
            assert middle < ninety < worst, (runtime, package)


def test_the_erlang_formula_gives_the_stored_rejection() -> None:
    blocked = 1.0
    for servers in range(1, 21):
        blocked = 20 * blocked / (servers + 20 * blocked)
    assert blocked == pytest.approx(float(facts.price("theory.erlang_b_20_20")), abs=5e-7)


def test_the_servers_of_a_simulation_are_running_or_idle() -> None:
    running, idle = facts.price("simfaas.steady.running"), facts.price("simfaas.steady.idle")
    assert abs(facts.price("simfaas.steady.servers") - running - idle) < Decimal("0.01")
    little = facts.price("simfaas.steady.arrivals_per_s") * facts.price("simfaas.steady.warm_s")
    assert float(running) == pytest.approx(float(little), rel=0.002)


def test_an_unknown_name_is_answered_with_near_names() -> None:
    with pytest.raises(KeyError, match=r"lambda\.requests_per_million"):
        facts.price("lambda.request_per_million")
    with pytest.raises(KeyError, match=r"ec2\.t3\.micro_hour"):
        facts.fact("t3.micro")
    with pytest.raises(KeyError, match=r"facts\(\) holds all names"):
        facts.fact("§")


def test_prices_are_of_september_2026() -> None:
    assert facts.prices_date() == "September 2026"


def test_the_age_of_the_prices_counts_days_from_the_oldest() -> None:
    oldest = min(fact.date for fact in facts.facts().values() if fact.is_price)
    assert facts.age_in_days(date(2027, 9, 1)) - facts.age_in_days(date(2026, 9, 1)) == 365
    assert facts.age_in_days(date.fromisoformat(oldest if len(oldest) == 10 else f"{oldest}-01")) == 0
