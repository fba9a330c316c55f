"""Workbook 11: what its checks compute with agrees with sums done by hand, and its notebook with what they know."""

from __future__ import annotations

import json
import math
import random
import re
from fractions import Fraction
from pathlib import Path

import pytest

from lambdalab.learn import check
from lambdalab.learn.exercises import MOST_WORDS, Case, Seen, find
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks import against_server, pipeline, powers, receipts, savings
from tests.learn import cells
from tests.learn.answers_11 import A_11_1, A_11_2, A_11_3, A_11_4, A_11_5, MORE_WRONG

ROOT = Path(__file__).parents[2]
SOLUTION = json.loads((ROOT / "solutions/11_cost.ipynb").read_text(encoding="utf-8"))
TEXTS = ["".join(cell["source"]) for cell in SOLUTION["cells"]]
SEEDS = [None, *range(1, 25)]
REQUEST, X86, ARM = Fraction("0.0000002"), Fraction("0.0000166667"), Fraction("0.0000133334")


def drawn(seed: int | None) -> random.Random | None:
    return random.Random(seed) if seed is not None else None


def seen(case: Case, number: str, answer: str) -> Seen:
    """What a case shows of a function that always gives this."""
    names = cells.run(cells.notebook(), f"def {case.about[0]}(*args):\n    return {answer}\n")
    return case.run(Work(find(number), names))


# 11.1


def by_hand(line: str, architecture: str) -> Fraction:
    """A call's price from the line's text alone."""
    fields = dict(part.split(": ") for part in line.rstrip("\t").split("\t"))
    ms, mb = (int(fields[name].split()[0]) for name in ("Billed Duration", "Memory Size"))
    return REQUEST + Fraction(ms, 1000) * Fraction(mb, 1024) * {"x86_64": X86, "arm64": ARM}[architecture]


@pytest.mark.parametrize("seed", SEEDS)
def test_each_line_costs_what_it_costs_by_hand_and_a_little_more_or_less_is_not_right(seed: int | None) -> None:
    for case in receipts.cases(drawn(seed)):
        report, architecture = case.about[1]
        right = by_hand(report.line(), architecture)
        assert seen(case, "11.1", repr(float(right))).ok
        assert seen(case, "11.1", repr(float(right) * 1.000009)).ok
        assert not seen(case, "11.1", repr(float(right) * 1.000012)).ok


@pytest.mark.parametrize("seed", SEEDS)
def test_the_calls_differ_in_all_that_a_wrong_number_could_hide_behind(seed: int | None) -> None:
    reports = [case.about[1] for case in receipts.cases(drawn(seed))]
    assert {one.memory_size_mb for one, _ in reports} >= {128, 512, 1_024, 10_240}
    assert {(one.cold, architecture) for one, architecture in reports} >= {
        (cold, architecture) for cold in (True, False) for architecture in ("x86_64", "arm64")
    }
    assert 1 in [one.billed_ms for one, _ in reports]
    assert all(one.max_memory_mb < 0.6 * one.memory_size_mb for one, _ in reports)


def test_the_notebook_prints_the_lines_that_the_check_begins_with() -> None:
    names = cells.run(cells.notebook(), next(text for text in TEXTS if text.startswith("warm = (")))
    assert (names["warm"], names["cold"]) == tuple(one.line() for one in receipts.GIVEN)


# 11.2


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cheapest_size_is_the_one_with_the_smallest_product(seed: int | None) -> None:
    for case in powers.cases(drawn(seed)):
        table, *limit = case.about[1]
        rows = sorted((mb * ms, ms, mb) for mb, ms in table.items() if not limit or ms <= limit[0])
        best = rows[0][2] if rows else None
        assert powers.right(table, *limit) == best
        for mb in table:
            assert seen(case, "11.2", str(mb)).ok == (mb == best)
        if len(rows) > 1 and rows[0][0] != rows[1][0]:
            assert rows[1][0] > rows[0][0] * 1.001, "two sizes are too near to each other"


@pytest.mark.parametrize("seed", SEEDS)
def test_no_rule_of_thumb_gets_all_tables_right(seed: int | None) -> None:
    tables = [case.about[1][0] for case in powers.cases(drawn(seed)) if case.about[0] == powers.CHEAPEST]
    for rule in (min, max, powers.first_row, powers.fastest, powers.slower_of_equal, powers.least_memory_of_equal):
        assert any(rule(table) != powers.right(table) for table in tables), rule
    middle = {powers.right(table) for table in tables} - {128, 3_008}
    assert len(middle) >= 3


@pytest.mark.parametrize("answer", ["0", "False", '"None"'])
def test_where_no_size_keeps_the_time_none_is_asked_for(answer: str) -> None:
    (case,) = [case for case in powers.cases(None) if powers.right(*case.about[1]) is None]
    message = seen(case, "11.2", answer).message
    assert message is not None and "`None`" in message.idea and "sizes" not in message.idea


def test_the_tables_of_the_notebook_are_those_that_the_check_begins_with() -> None:
    names = cells.run(cells.notebook(), next(text for text in TEXTS if text.startswith("computes = {")))
    assert [names[name] for name in ("computes", "waits", "both")] == [powers.COMPUTES, powers.WAITS, powers.BOTH]


# 11.3


def amounts_by_hand(comes: pipeline.Month) -> dict[str, Fraction]:
    photos = Fraction(comes.photos)
    gb = photos * comes.views * Fraction(comes.thumbnail_kb) / 1_048_576
    seconds = photos * comes.ms / 1000
    return {
        "put": photos * 2 * Fraction("0.005") / 1000,
        "get": photos * Fraction("0.0004") / 1000,
        "lambda": photos * REQUEST + seconds * comes.memory_mb / 1024 * X86,
        "table": photos * Fraction("0.625") / 1_000_000,
        "log": photos * Fraction(comes.log_kb) / 1_048_576 / 2,
        "egress": max(Fraction(0), gb - (100 if comes.free_egress else 0)) * Fraction("0.09"),
    }


@pytest.mark.parametrize("seed", SEEDS)
def test_each_month_costs_what_it_costs_by_hand(seed: int | None) -> None:
    for _, comes in pipeline.months(drawn(seed)):
        assert pipeline.right(comes) == pytest.approx({key: float(usd) for key, usd in amounts_by_hand(comes).items()})


def test_the_given_month_costs_what_the_specification_says() -> None:
    amounts = pipeline.right(pipeline.GIVEN)
    assert [f"{amounts[key]:.2f}" for key in pipeline.KEYS] == ["10.00", "0.40", "3.53", "0.62", "0.48", "12.46"]
    assert amounts["table"] == 0.625


@pytest.mark.parametrize("seed", SEEDS)
def test_the_largest_item_changes_from_month_to_month_and_is_clearly_the_largest(seed: int | None) -> None:
    found = set()
    for _, comes in pipeline.months(drawn(seed)):
        (_, second), (key, most) = sorted(pipeline.right(comes).items(), key=lambda row: row[1])[-2:]
        assert most > 1.05 * second
        found.add(key)
    assert found >= {"egress", "put", "log", "lambda"}


def test_an_item_two_per_cent_off_is_not_right_and_half_a_per_cent_is() -> None:
    for share, done in ((1.005, True), (1.02, False)):
        names = cells.run(cells.notebook(), A_11_3.given + A_11_3.solution)
        cells.run(
            names, f"right = items\ndef items(month):\n    return {{k: v * {share} for k, v in right(month).items()}}\n"
        )
        assert check("11.3", namespace=names).done == done


def test_an_item_under_another_key_is_told_by_that_key() -> None:
    names = cells.run(cells.notebook(), A_11_3.given + MORE_WRONG["11.3"]["the log has another key"][1])
    message = check("11.3", namespace=names).message
    assert message is not None and 'no "log", but "logs"' in message.seen.replace("'", '"')


def test_the_month_of_the_notebook_is_the_one_that_the_check_begins_with() -> None:
    names = cells.run(cells.notebook(), A_11_3.given + next(text for text in TEXTS if text.startswith("month = {")))
    assert names["month"] == vars(pipeline.GIVEN)


# 11.4


def found_by_trying(given: against_server.Given) -> int | None:
    """The smallest number of calls at which so many servers as they need cost no more, looked for server by server."""
    mb, ms, hour, rps, hours = given
    one = REQUEST + Fraction(ms, 1000) * Fraction(mb, 1024) * X86
    takes = Fraction(str(rps)) * 3600 * 730 * Fraction(hours, 24)
    for servers in range(1, 200):
        needed = math.ceil(servers * 730 * Fraction(str(hour)) / one)
        if needed <= servers * takes:
            return needed
    return None


@pytest.mark.parametrize("seed", SEEDS)
def test_the_break_even_is_the_one_found_server_by_server(seed: int | None) -> None:
    cases = against_server.cases(drawn(seed))
    right = [against_server.right(case.about[1]) for case in cases]
    assert right == [found_by_trying(case.about[1]) for case in cases]
    assert None in right and len(set(right) - {None}) >= 2
    short_days = [one for case, one in zip(cases, right, strict=True) if case.about[1][4] != 24]
    assert None in short_days and set(short_days) != {None}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_break_even_two_per_cent_off_is_not_right_and_half_a_per_cent_is(seed: int | None) -> None:
    for case in against_server.cases(drawn(seed)):
        right = against_server.right(case.about[1])
        if right is None:
            assert seen(case, "11.4", "None").ok
        for share in (0.5, 0.98, 0.995, 1.005, 1.02, 3):
            answer = seen(case, "11.4", f"{share * (right or 1_000_000)}")
            assert answer.ok == (right is not None and abs(share - 1) < 0.01)
            assert answer.ok or (answer.message and answer.message.words <= MOST_WORDS)


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_said_of_a_wrong_number_is_true_of_it(seed: int | None) -> None:
    for case in against_server.cases(drawn(seed)):
        mb, ms, hour, rps, hours = case.about[1]
        for number in (700_000, 5_000_000, 90_000_000):
            said = seen(case, "11.4", str(number)).message
            assert said is not None
            on_lambda = number * (REQUEST + Fraction(ms, 1000) * Fraction(mb, 1024) * X86)
            servers = math.ceil(number / (Fraction(str(rps)) * 3600 * 730 * Fraction(hours, 24)))
            told = [float(text.replace(",", "")) for text in re.findall(r"\$([\d,.]+\d)", said.seen)]
            assert told == pytest.approx([float(on_lambda), servers * 730 * hour], rel=0.01, abs=0.006)
            assert f"{servers:,} server" in said.seen or servers == 1


def test_the_printed_example_comes_out() -> None:
    assert against_server.right((512, 200, 0.0416, 50, 24)) == 16_268_543
    assert [against_server.right((512, 200, 0.0416, rps, 24)) for rps in (4, 7)] == [None, 16_268_543]


def test_where_only_the_text_of_the_cells_is_known_the_courses_own_function_is_found_there() -> None:
    code = "from lambdalab.models.servers import break_even\n"
    names = cells.run(cells.notebook(), f"{A_11_4.given}{code}from functools import partial\n")
    cells.run(names, "break_even = partial(break_even)\n")
    names["In"].append(code)
    assert check("11.4", namespace=names).message_id == "borrowed"


# 11.5


def test_the_model_says_of_each_proposal_what_the_specification_says() -> None:
    assert {name: one.verdict for name, one in savings.PROPOSALS.items()} == {
        "timeout": "same", "half the memory": "same", "arm64": "cheaper", "batch": "cheaper",
        "provisioned": "dearer", "log less": "cheaper",
    }  # fmt: skip
    assert {name: one.verdict for name, one in savings.CHANGED.items()} == {
        "timeout, some calls hang": "cheaper", "half the memory, it waits": "cheaper",
        "arm64, a third slower": "dearer", "batch, one message a minute": "same",
    }  # fmt: skip


def test_the_bills_of_the_proposals_are_as_by_hand() -> None:
    calls = 1_000_000
    ready = 10 * Fraction(1, 2) * 730 * 3600
    expected = {
        "half the memory": (calls * (REQUEST + X86), calls * (REQUEST + X86)),
        "arm64": (calls * (REQUEST + X86 / 10), calls * (REQUEST + ARM / 10)),
        "batch": (
            calls * (REQUEST + X86 / 400) + 2 * Fraction("0.4"),
            calls / 10 * (REQUEST + X86 / 40) + Fraction("0.08"),
        ),
        "provisioned": (
            ready / 50 * X86 + ready / 50 * 10 * REQUEST,
            ready * Fraction("0.0000041667") + ready / 50 * (Fraction("0.0000097222") + 10 * REQUEST),
        ),
        "log less": tuple(calls * (REQUEST + X86 / 40) + Fraction(kb * calls, 1_048_576) / 2 for kb in (20, 1)),
    }
    for name, (before, after) in expected.items():
        one = savings.PROPOSALS[name]
        assert [float(one.before.usd), float(one.after.usd)] == pytest.approx([float(before), float(after)]), name
    hang = savings.CHANGED["timeout, some calls hang"]
    assert float(hang.before.usd) == pytest.approx(
        float(calls * REQUEST + (999_000 * Fraction(1, 5) + 900_000) / 8 * X86)
    )


def test_only_the_changed_cases_have_to_be_right_and_their_prices_are_not_told_before() -> None:
    names = cells.run(cells.notebook(), MORE_WRONG["11.5"]["cheaper for all four"][1])
    result = check("11.5", namespace=names)
    told = {row.tried: row.seen for row in result.rows}
    assert told["again, arm64, a third slower: you said cheaper"] == "look again"
    assert "before" in told["timeout: you said same"]


def test_the_notebook_asks_for_the_proposals_by_their_names() -> None:
    for name, proposals in ((savings.SAVES, savings.PROPOSALS), (savings.AGAIN, savings.CHANGED)):
        (cell,) = [text for text in TEXTS if f"### STUB: {name} = {{" in text]
        assert re.findall(r'STUB:     "(.+?)": \.\.\.', cell) == list(proposals)
        assert all(any(f"| {one} |" in text for text in TEXTS) for one in proposals)


# all


@pytest.mark.parametrize("number", ["11.1", "11.2", "11.3", "11.4", "11.5"])
def test_the_solution_of_the_notebook_is_done_with_many_seeds(number: str) -> None:
    answers = {"11.1": A_11_1, "11.2": A_11_2, "11.3": A_11_3, "11.4": A_11_4, "11.5": A_11_5}
    names = cells.run(cells.notebook(), answers[number].given)
    for text in TEXTS:
        if f'Exercise {number}"' in text or (number == "11.5" and "### STUB" in text and "Exercise" not in text):
            cells.run(names, "\n".join(line for line in text.splitlines() if not line.startswith("###")))
    for seed in (0, *range(5, 25)):
        assert check(number, namespace=names, seed=seed).done
