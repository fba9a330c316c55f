"""Workbook 12: what its checks compute with agrees with independent rules, and its notebook with what they know."""

from __future__ import annotations

import ast
import json
import random
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lambdalab.learn import check
from lambdalab.learn.exercises import find
from lambdalab.learn.workbooks import deal_breakers, one_page, pieces, verdicts, ways
from lambdalab.models.workloads import MANY_AT_ONCE, RARE, REASONS, VERDICTS, border, workload, workloads
from tests.learn import cells
from tests.learn.answers_12 import A_12_1, A_12_4, A_12_5, MORE_WRONG, OTHER_CHANGES, OTHER_COSTS

ROOT = Path(__file__).parents[2]
SOLUTION = json.loads((ROOT / "solutions/12_when_to_use_lambda.ipynb").read_text(encoding="utf-8"))
TEXTS = ["".join(cell["source"]) for cell in SOLUTION["cells"]]


# 12.1


def by_hand(given: dict[str, Any]) -> set[str]:
    """The limits of 12.1 in plain numbers."""
    found = {
        "timeout_most_s": given["run_s"] > 900,
        "sync_mb": given["call"] == "sync" and given["payload_mb"] > 6,
        "async_mb": given["call"] == "async" and given["payload_mb"] > 1,
        "memory_most_mb": given["memory_mb"] > 10_240,
        "tmp_most_mb": given["tmp_mb"] > 10_240,
        "rest_s": given["browser"] and given["run_s"] > 29,
        "gpus": given["gpu"],
        "connections": given["connections"],
    }
    return {name for name, broken in found.items() if broken}


@pytest.mark.parametrize("seed", [None, *range(30)])
def test_each_workload_breaks_what_it_breaks_by_hand(seed: int | None) -> None:
    cases = deal_breakers.cases(random.Random(seed) if seed is not None else None)
    expected = [set(deal_breakers.broken(case.about[0])) for case in cases]
    assert expected == [by_hand(case.about[0]) for case in cases]
    assert set().union(*expected) == set(by_hand(dict(deal_breakers.PLAIN))) | {
        "timeout_most_s", "sync_mb", "async_mb", "memory_most_mb", "tmp_most_mb", "rest_s", "gpus", "connections",
    }  # fmt: skip
    assert [] in [sorted(names) for names in expected] and max(map(len, expected)) == 3


def test_names_learnt_by_heart_fail_with_other_numbers() -> None:
    learnt = {repr(case.about[0]): sorted(by_hand(case.about[0])) for case in deal_breakers.cases(None)}
    names = cells.run(cells.notebook(), A_12_1.given)
    cells.run(names, f"learnt = {learnt!r}\n\ndef broken_limits(w):\n    return learnt.get(repr(w), [])\n")
    assert check("12.1", namespace=names).done
    assert not check("12.1", namespace=names, seed=3).done


# 12.2 and 12.3


def test_a_card_that_is_looked_at_tells_no_verdict_and_no_hint() -> None:
    assert list(verdicts.ACCEPTED) == [one.name for one in workloads()]
    for one in workloads():
        told = repr(one) + repr(vars(one))
        assert not [word for word in (*VERDICTS, *REASONS) if f"'{word}'" in told]
        assert verdicts.against(one.name) not in told


def test_prices_and_shares_agree_with_every_accepted_reason_about_load() -> None:
    reasons = [(one, reason) for one in workloads() for _, reason in verdicts.accepted(one.name)]
    assert {"steady load", "spiky load", "rare"} <= {reason for _, reason in reasons}
    for one, reason in reasons:
        if reason == "steady load":
            assert one.lambda_usd > one.standing_usd and one.share >= border(one.run_s)
        if reason in ("spiky load", "rare"):
            assert one.lambda_usd < one.standing_usd and one.share < border(one.run_s)
            assert (one.at_once < 10) == (reason == "rare") == one.rare
        if reason == "rare":
            assert one.share < RARE


def test_the_workbook_says_from_which_numbers_on_a_load_is_rare_or_spiky() -> None:
    (text,) = [text for text in TEXTS if "Give each a verdict" in text]
    assert f"less than {RARE:.0%}".replace("%", " %") in text and "*ten* or more at once" in text
    assert MANY_AT_ONCE == 10


def test_each_item_is_looked_at_with_something_that_speaks_against_another_verdict() -> None:
    for one in workloads():
        said = verdicts.against(one.name)
        assert len(f"For “{one.name}” you chose one thing, because of another. {said}".split()) <= 50
        for word in ("Lambda", "Fargate", *(reason for _, reason in verdicts.accepted(one.name))):
            assert word not in said, f"{one.name}: the answer stands in what is said against another one"


@pytest.mark.parametrize("offered", [verdicts.CHANGES, verdicts.AGAIN])
def test_of_three_changes_exactly_one_turns_a_verdict(offered: Any) -> None:
    for name, changes in offered.items():
        assert len(changes) == 3
        assert verdicts.turned(name, changes) in [said for said, _ in changes]


def test_the_verdict_before_a_change_is_the_cards_own() -> None:
    for name in (*verdicts.CHANGES, *verdicts.AGAIN):
        assert workload(name).fits_a_function == (verdicts.accepted(name)[0][0] == "Lambda"), name


@pytest.mark.parametrize("changed", OTHER_CHANGES)
def test_every_change_that_turns_nothing_is_explained(changed: tuple[str, str]) -> None:
    id, code = OTHER_CHANGES[changed]
    names = cells.run(cells.notebook(), code)
    assert check("12.3", namespace=names).explained == (id,)


def test_the_notebook_offers_the_changes_that_the_check_knows() -> None:
    for offered in (verdicts.CHANGES, verdicts.AGAIN):
        for name, changes in offered.items():
            row = f"| {name} | {' · '.join(said for said, _ in changes)} |"
            assert any(row in text for text in TEXTS), row


# 12.4


def fewest_by_trying(job: tuple[float, float, float, float]) -> tuple[int, float] | None:
    total, overhead, limit, reserve = job
    for count in range(1, 1_000):
        if total / count + overhead <= limit * (1 - reserve) + 1e-9:
            return count, total / count + overhead
    return None


@pytest.mark.parametrize("seed", [None, *range(10)])
def test_the_fewest_pieces_are_those_found_by_trying(seed: int | None) -> None:
    jobs = [case.about for case in pieces.cases(random.Random(seed) if seed is not None else None)[:-1]]
    for job in jobs:
        found, tried = pieces.right(job), fewest_by_trying(job)
        assert (found is None) == (tried is None)
        assert found is None or found == pytest.approx(tried)


def test_the_printed_plans_are_those_of_the_specification() -> None:
    jobs = [(2_400, 20, 900, 0.1), (5_000, 20, 900, 0.1), (7_200, 20, 900, 0.1), (18_000, 20, 900, 0.1)]
    assert [(pieces.right(job) or (0,))[0] for job in jobs] == [4, 7, 10, 23]
    assert pieces.right(jobs[0]) == (4, 620)


def test_the_prices_of_forty_minutes_are_as_by_hand() -> None:
    gb_s = Decimal(4 * 620) * 1_769 / 1_024
    assert pieces.price_of("lambda") == pytest.approx(float(gb_s * Decimal("0.0000166667")) + 4 * 2e-7, rel=1e-6)
    assert pieces.price_of("fargate") == pytest.approx(2_420 / 3_600 * (0.04048 + 2 * 0.004445), rel=1e-6)


def test_an_endless_plan_for_what_cannot_fit_is_stopped() -> None:
    names = cells.run(cells.notebook(), A_12_4.given)
    endless = (
        "def plan(total_s, overhead_s, limit_s, reserve):\n    n = 1\n"
        "    while total_s / n + overhead_s > limit_s * (1 - reserve):\n        n += 1\n"
        "    return n, total_s / n + overhead_s\n"
    )
    cells.run(names, endless + 'costs = {"lambda": 0.0714, "fargate": 0.0332}\n')
    result = check("12.4", namespace=names)
    assert not result.done and "Traceback" not in result.text


@pytest.mark.parametrize(("way", "made"), [(way, made) for way in OTHER_COSTS for made in OTHER_COSTS[way]])
def test_what_is_wrong_with_a_price_is_told_and_nothing_else(way: str, made: str) -> None:
    names = cells.run(cells.notebook(), A_12_4.given)
    cells.run(names, A_12_4.solution + f'costs["{way}"] = {made}\n')
    result = check("12.4", namespace=names)
    assert not result.done and result.message is not None
    said = f"{result.message.seen} {result.message.advice}"
    assert OTHER_COSTS[way][made] in said
    assert ("rounded" in said) == (OTHER_COSTS[way][made] == "rounded")


# 12.5


def test_a_formula_is_computed_from_facts_and_nothing_else() -> None:
    assert ways.computed("ec2.t3.micro_hour * 24 * 30") == Decimal("7.488")
    assert ways.computed("-(1 + 2) / 4 - limits.payload.sync_mb") == Decimal("-6.75")
    for formula in ("__import__('os').getcwd()", "1 if limits.layers else 2", "limits.layers ** 9", "[1][0]", "1 / 0"):
        with pytest.raises(ways.FormulaError):
            ways.computed(formula)
    with pytest.raises(ways.FormulaError, match=r"no fact `lambda\.price`"):
        ways.computed("lambda.price * 2")


def test_the_form_of_the_twin_would_be_right_but_for_its_workload() -> None:
    code = "\n".join(line[4:] for line in find("12.5").twin.splitlines() if line.startswith("    "))
    page = ast.literal_eval(code.partition("= ")[2])
    for _, value, way in page["numbers"]:
        if not way.startswith(one_page.MEASURED):
            assert float(ways.computed(way)) == pytest.approx(value, rel=0.01)
    names = cells.run(cells.notebook(), A_12_5.given)
    names["page"] = page
    assert check("12.5", namespace=names).message_id == "shape"
    for one in workloads():
        names["page"] = {**page, "workload": one.name, "decision": verdicts.accepted(one.name)[0]}
        assert not check("12.5", namespace=names).done, one.name


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ("200 × 0.3", "and no `×`."),
        ("200 * 0,3", "a point, `0.3`"),
        ("1/0", "It divides by zero."),
        ("200**1*0.3", "and no `**`."),
        ("2 * limits.sync_mb", "no fact `limits.sync_mb`, but `limits.payload.sync_mb`."),
        ("measured: once", "what was measured, where and when"),
        (60, "Write it as a text"),
    ],
)
def test_what_is_wrong_with_a_way_is_named(way: Any, says: str) -> None:
    names = cells.run(cells.notebook(), A_12_5.solution)
    names["page"]["numbers"][2] = ("seconds of a burst", 60, way)
    message = check("12.5", namespace=names).message
    assert message is not None and says in message.idea
    assert "\"'" not in message.seen and "seconds of a burst" in message.seen


def test_the_plan_is_judged_before_the_costs_are_filled_in() -> None:
    names = cells.run(cells.notebook(), A_12_4.given)
    cells.run(names, A_12_4.solution.partition("costs = ")[0])
    result = check("12.4", namespace=names)
    assert result.message_id == "next" and result.message is not None and "`plan` is right" in result.message.seen


def test_the_first_message_never_holds_an_accepted_pair() -> None:
    names = cells.run(cells.notebook(), MORE_WRONG["12.2"]["everything on Lambda"][1])
    result = check("12.2", namespace=names)
    assert result.message is not None and "steady load" not in result.message.seen + result.message.idea


# all


def test_the_workbook_asks_for_the_twelve_workloads_by_their_names() -> None:
    (cell,) = [text for text in TEXTS if "### STUB: verdict = {" in text]
    assert re.findall(r'STUB:     "(.+?)": \.\.\.', cell) == [one.name for one in workloads()]
