"""Workbook 09: what its checks count is what the lab does, and what they reckon is what others reckon."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from botocore.exceptions import ParamValidationError

from lambdalab import Lab
from lambdalab.learn import check
from lambdalab.learn.exercises import find
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks import crowd, little, overlaps, protected, shares, slowest
from lambdalab.models.arrivals import evenly
from lambdalab.models.simulation import simulate
from tests.learn import cells
from tests.learn.answers_09 import ANSWERS, MORE_WRONG

ROOT = Path(__file__).parents[2]


def there(lab: Lab) -> list[Any]:
    """Everything that a check could leave behind."""
    client, sqs = lab.client("lambda"), lab.client("sqs")
    return [
        sorted(f["FunctionName"] for f in client.list_functions()["Functions"]),
        sorted(f["FunctionName"] for f in lab.client("lambda", region=shares._REGION).list_functions()["Functions"]),
        sorted(url.rpartition("/")[2] for url in sqs.list_queues().get("QueueUrls", [])),
        sorted(m["EventSourceArn"] for m in client.list_event_source_mappings()["EventSourceMappings"]),
        sorted(bucket["Name"] for bucket in lab.client("s3").list_buckets()["Buckets"]),
        client.get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"],
    ]


@pytest.mark.parametrize("number", ANSWERS)
@pytest.mark.parametrize("right", [True, False])
def test_a_check_leaves_nothing_behind(number: str, right: bool) -> None:
    lab, answers = Lab(), ANSWERS[number]
    assert lab.role  # made when it is first asked for
    names = cells.run(cells.notebook(), answers.given)
    cells.run(names, answers.solution if right else next(iter(answers.wrong.values())))
    little._counted.pop(lab, None)
    crowd._seen.pop(lab, None)
    before = there(lab)
    check(number, namespace=names)
    assert there(lab) == before


# 09.1


def run_of(began: float, took: float) -> Any:
    return SimpleNamespace(began=began, report=SimpleNamespace(duration_ms=took * 1000))


def test_what_runs_at_the_same_moment_is_counted_as_on_paper() -> None:
    runs = [run_of(0, 2), run_of(1, 2), run_of(2, 2), run_of(3, 1), run_of(8, 2)]
    assert overlaps.most(runs) == 2  # the third begins when the first ends
    assert overlaps.mean(runs) == pytest.approx(9 / 10, abs=0.001)  # nine seconds of work in ten
    assert overlaps.most([]) == 0


def test_the_forty_calls_of_the_lab_follow_the_rule() -> None:
    lab = Lab()
    little._counted.pop(lab, None)
    rate, ms, counted = little._measured(Work(find("09.1"), {}))
    assert ms > 200 and 10 < rate <= 20  # a handler of 0.2 s, called every 0.05 s
    assert rate * ms / 1000 == pytest.approx(counted, rel=0.02)


@pytest.mark.parametrize("seed", range(1, 40))
def test_each_seed_has_cases_on_both_sides_of_the_second_limit(seed: int) -> None:
    limits = [case.about[1] for case in little.cases(random.Random(seed)) if case.about and case.about[0] == "max_rate"]
    assert any(ms < 100 for _, ms in limits) and any(ms > 100 for _, ms in limits)


# 09.2


def test_what_becomes_of_twenty_is_seen_by_calling_them_and_each_check_starts_at_most_12_processes() -> None:
    """In the order of the workbook, which has a check after each of the two predictions."""
    lab = Lab()
    crowd._seen.pop(lab, None)
    names, known = cells.notebook(), {run.pid for run in lab.history()}
    for answers, said in ((ANSWERS["09.2"].failing["next"], "next"), (ANSWERS["09.2"].solution, "done")):
        assert check("09.2", namespace=cells.run(names, answers)).message_id == said
        started = {run.pid for run in lab.history()} - known
        assert len(started - {None, 0}) <= 12
        known |= started
    lost = {way: count for way, (_, count) in crowd._seen[lab].items()}
    buried = lost.pop(crowd.SQS)
    assert 1 <= buried <= 15
    assert lost == {crowd.BOTO: 15, crowd.S3: 0, crowd.URL: 15, crowd.EVENT: 0, crowd.LIMITED: 0}


def test_the_second_prediction_does_not_give_its_answers_away() -> None:
    Lab()
    result = check("09.2", namespace=cells.run(cells.notebook(), ANSWERS["09.2"].failing["case"]))
    assert result.message_id == "case"
    assert [row.seen for row in result.rows if not row.ok] == [f"not {crowd.BACK}"]
    assert crowd.LEFT not in result.text


def test_a_wrong_second_prediction_names_each_way_and_explains_the_first_no_more() -> None:
    Lab()
    code = ANSWERS["09.2"].wrong["rest-waits"] + MORE_WRONG["09.2"]["the form of the text alone"][1].split("\n")[1]
    result = check("09.2", namespace=cells.run(cells.notebook(), code))
    assert result.message is not None
    assert f'For "{crowd.EVENT}" and for "{crowd.LIMITED}"' in result.message.seen
    assert result.notes == ()


# 09.3


@pytest.mark.parametrize("hour", [0, 3, 12, 18, 19])
def test_by_the_simulation_checkout_needs_exactly_what_the_day_says(hour: int) -> None:
    rate, wanted = shares.DAY[hour].checkout, shares.DAY[hour].at_once()[shares.CHECKOUT]
    took = 0.4 - 1e-9  # a call that comes when another ends is not beside it, however its moment was rounded
    settings = {"warm_service": took, "cold_service": took, "keep_alive": 600, "service": "constant"}
    arrivals = evenly(rate, rate * 60)
    assert simulate(arrivals, limit=wanted, **settings).rejected == 0
    assert simulate(arrivals, limit=wanted - 1, **settings).rejected > 0
    assert shares.refused(shares.CHECKOUT, hour, {shares.CHECKOUT: wanted}) == 0
    assert shares.refused(shares.CHECKOUT, hour, {shares.CHECKOUT: wanted - 1}) == 1


def waited_by_the_minute(ceiling: int) -> float:
    """The longest wait of a call of the partner's, in hours, call by call of two seconds each."""
    free_at, longest = [0.0] * ceiling, 0.0
    for hour, comes in enumerate(shares.DAY):
        for second in range(0, 3600, 20):  # every twentieth second stands for its neighbours
            moment = hour * 3600 + second
            for _ in range(comes.partner):
                first = min(range(ceiling), key=free_at.__getitem__)
                begins = max(free_at[first], moment)
                longest = max(longest, begins - moment)
                free_at[first] = begins + 2 * 20
    return longest / 3600


@pytest.mark.parametrize("ceiling", [15, 17, 18, 20, 40])
def test_the_partners_calls_wait_as_long_as_if_each_were_followed(ceiling: int) -> None:
    followed = waited_by_the_minute(ceiling)
    assert shares.waits(ceiling) == pytest.approx(followed, abs=0.02)
    assert abs(followed - shares.OLDEST_HOURS) > 0.2  # no number is right or wrong by a hair


def test_every_answer_that_passes_protects_all_five() -> None:
    """By going through them: what passes is few, and each of the limits decides somewhere."""
    looks = (shares._checkout, shares._partner, shares._burst, shares._reports, shares._unlisted)
    passes = {
        (checkout, partner)
        for checkout in range(100, 200)
        for partner in range(10, 60)
        if not any(look({"checkout": checkout, "partner": partner})[0] for look in looks)
    }
    assert {checkout for checkout, _ in passes} == set(range(120, 163))
    assert {partner for _, partner in passes} == set(range(18, 41))
    assert all(checkout + partner <= 180 for checkout, partner in passes)


def test_what_the_notebook_has_reserved_is_not_in_the_way() -> None:
    lab = Lab()
    names = cells.run(cells.notebook(), "%%deploy ex09_mine\ndef handler(event, context):\n    return None\n")
    client = lab.client("lambda")
    client.put_function_concurrency(FunctionName="ex09_mine", ReservedConcurrentExecutions=800)
    assert check("09.3", namespace=cells.run(names, ANSWERS["09.3"].solution)).done
    client.delete_function(FunctionName="ex09_mine")


def test_a_refusal_is_lambdas_own() -> None:
    Lab()
    result = check("09.3", namespace=cells.run(cells.notebook(), ANSWERS["09.3"].wrong["more-than-900"]))
    (row,) = [row for row in result.rows if row.tried.startswith("Lambda takes")]
    assert "below its minimum value of [100]" in row.seen
    assert (result.passed, result.total) == (0, 6)
    assert {other.seen for other in result.rows if other is not row} == {"not run"}


# 09.4


def test_as_it_was_given_good_orders_are_buried_and_no_run_fails_for_it() -> None:
    lab = Lab()
    before = len(lab.history())
    became = protected.deliver(protected.GIVEN)
    assert became["buried"] >= 2 and became["refused"] >= 2 and became["connections"] == 2
    runs = [run for run in lab.history()[before:] if run.environment]
    assert {run.error_type for run in runs} <= {None, "ValueError", "ConnectionError"}
    assert len([run for run in runs if not run.error_type]) == became["written"]


def test_the_workbook_gives_the_settings_that_the_check_knows() -> None:
    exercise = json.loads((ROOT / "exercises/09_scaling_and_concurrency.ipynb").read_text())
    texts = ["".join(cell["source"]) for cell in exercise["cells"] if cell["cell_type"] == "code"]
    (cell,) = [text for text in texts if "settings = {" in text]
    names: dict[str, Any] = {}
    exec(cell, names)
    assert names["settings"] == protected.GIVEN


def test_what_boto3_refuses_is_told_in_its_own_words_and_briefly() -> None:
    Lab()
    with pytest.raises(ParamValidationError, match="valid min value: 2") as refused:
        protected.deliver({**protected.GIVEN, protected.FETCHED: 1})
    assert len(refused.traceback) == 2  # the cell's line, and deliver's own
    assert refused.value.__suppress_context__


def test_an_hour_that_leaves_only_the_poison_says_so() -> None:
    Lab()
    settings = MORE_WRONG["09.4"]["the poison stays"][1]
    result = check("09.4", namespace=cells.run(cells.notebook(), settings))
    assert result.message is not None
    assert result.message.seen == "After an hour the queue was not empty: it held the poison."


# 09.5


def test_what_is_said_of_one_function_gives_nothing_of_the_other_away() -> None:
    for id in ("another-summary", "slowest-of-all", "rounded"):
        result = check("09.5", namespace=cells.run(cells.notebook(), ANSWERS["09.5"].wrong[id]))
        assert result.message_id == id
        assert result.message is not None
        assert not re.search("page|cold|chance", f"{result.message.seen} {result.message.advice}")
    result = check("09.5", namespace=cells.run(cells.notebook(), ANSWERS["09.5"].wrong["another-chance"]))
    assert result.message is not None
    assert not re.search("sorted|percentile", f"{result.message.seen} {result.message.advice}")


METHODS = (
    *("inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull"),
    *("linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest"),
)


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_every_definition_of_a_percentile_that_numpy_knows_is_right(seed: int | None) -> None:
    for case in slowest.cases(None if seed is None else random.Random(seed))[:3]:
        _, times = case.about
        for key, percent in slowest.PLACES.items():
            low, high = slowest.right(times, key)
            for method in METHODS:
                assert low <= np.percentile(times, percent, method=method) <= high, (key, method)  # type: ignore[call-overload]
        assert not slowest.right(times, "p99")[1] >= np.percentile(times, 99.9)
        assert not slowest.right(times, "p95")[1] >= np.percentile(times, 96)


def test_the_given_latencies_have_five_cold_calls_among_a_thousand() -> None:
    assert len(slowest.LATENCIES) == 1_000
    assert sum(time >= 700 for time in slowest.LATENCIES) == 5
    assert sorted(slowest.LATENCIES) != slowest.LATENCIES


def test_the_chance_is_what_drawing_gives() -> None:
    draw = np.random.default_rng(9)
    pages = (draw.random((200_000, 20)) < 0.005).any(axis=1)
    assert slowest.chance(0.005, 20) == pytest.approx(pages.mean(), abs=0.003)


# all
