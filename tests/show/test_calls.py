"""Calls in groups, and what the title, the sentence and the table say of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lambdalab.show.calls import calls_of, finding, phases_of, spoken, table
from tests.show.made_lanes import Case, call, experiment, jump, lane, row


def title(case: Case) -> str:
    lanes, jumps = case
    return finding(phases_of(calls_of(lanes), jumps), lanes)


def words(case: Case) -> list[str]:
    lanes, jumps = case
    return [phase.words for phase in phases_of(calls_of(lanes), jumps)]


def once(number: int, at: float, *, init: float | None = 150, function: str = "f") -> list:  # type: ignore[type-arg]
    return [lane(n, call(at + n / 1000, 100, init=init), function=function) for n in range(1, number + 1)]


def test_ten_in_a_row_and_ten_at_once_are_told_apart_by_when_they_ran() -> None:
    assert words(experiment()) == ["ten in a row", "ten at once"]
    assert title(experiment()) == "Ten in a row used 1 environment; ten at once needed 10"


def test_the_other_way_round_the_title_follows_the_order() -> None:
    lanes = [*once(3, 0), lane(4, *row(3, at=5), function="g")]
    assert title((lanes, [])) == "Three at once needed 3 environments; three in a row used 1"


def test_calls_at_once_that_were_too_short_to_overlap_are_known_by_when_they_took_their_environment() -> None:
    lanes = [lane(n, call(n / 100, 1, taken=0.0)) for n in range(1, 6)]
    assert words((lanes, [])) == ["five at once"]
    apart = [lane(n, call(n / 100, 1)) for n in range(1, 6)]
    assert words((apart, [])) == ["five in a row"]


@pytest.mark.parametrize(
    ("case", "says"),
    [
        (([], []), "No call has run"),
        (([lane(1)], []), "No call has run; 1 environment ready"),
        (([lane(1, call(0, 12, init=84))], []), "One cold call: init took 84\u00a0ms, then the handler 12\u00a0ms"),
        (([lane(1, call(0, 12, init=9, kind="restore"))], []),
         "One cold call: restore took 9\u00a0ms, then the handler 12\u00a0ms"),
        (([lane(1, call(0, 12))], []), "One warm call: no init, the handler ran 12\u00a0ms"),
        (([lane(1, call(0, 12, init=84, status="error"))], []), "One cold call, and it failed after 12\u00a0ms"),
        (([lane(1, *row(3))], []), "Three in a row used 1 environment; only the first was cold"),
        (([lane(1, *row(3, init=None))], []), "Three in a row used 1 environment; none was cold"),
        ((once(4, 0), []), "Four at once needed 4 environments, all cold"),
        ((once(4, 0, init=None), []), "Four at once needed 4 environments, none of them cold"),
        # each of five ended with its process: in a row, and no reuse
        (([lane(n, call(n, 5, init=80, status="error"), ended=n + 0.2, why="ended") for n in range(5)], []),
         "5 calls in 5 environments, 5 cold starts"),
        # twice the same: no finding
        (([lane(1, *row(3)), lane(1, *row(2, at=9), function="g")], []), "5 calls in 2 environments, 2 cold starts"),
    ],
)  # fmt: skip
def test_contrary_data_get_a_title_that_is_true(case: Case, says: str) -> None:
    assert title(case) == says


def test_where_the_row_needed_more_than_one_environment_there_is_no_finding() -> None:
    lanes = [lane(1, *row(3), ended=1, why="ended"), lane(2, *row(3, at=2)), *once(6, 9, function="g")]
    assert title((lanes, [])) == "Environments used: 2 and 6"


@pytest.mark.parametrize(
    ("second", "says"),
    [
        (lane(2, call(7230, 2, init=90)), "After 2\u00a0h without a call, the next one was cold"),
        (lane(1, call(7230, 2)), "After 2\u00a0h without a call, the next one was still warm"),
    ],
)
def test_a_turn_of_the_clock_between_calls_is_the_finding(second: object, says: str) -> None:
    assert title(([lane(1, *row(2)), second], [jump(10, 7200)])) == says  # type: ignore[list-item]


def test_more_than_six_groups_are_counted_by_function() -> None:
    lanes = [each for at in range(30, 99, 9) for each in once(2, at)]
    assert len(words((lanes, []))) == 1


def test_the_sentence_is_that_of_the_experiment() -> None:
    lanes, jumps = experiment()
    assert spoken(phases_of(calls_of(lanes), jumps), lanes, 600) == (
        "Ten in a row used 1 environment, 1 cold; ten at once used 10 environments, 9 cold. "
        "Each lane is one environment; after 10\u00a0min on the clock all are reclaimed."
    )


def test_the_sentence_names_failures() -> None:
    lanes = [lane(1, *row(3), call(5, 9, status="timeout"))]
    assert spoken(phases_of(calls_of(lanes), []), lanes, 0).endswith("Each lane is one environment; 1 call failed.")


def test_the_table_counts_what_the_lanes_hold() -> None:
    lanes, jumps = experiment()
    rows = table(phases_of(calls_of(lanes), jumps), lanes).rows
    # the init of one at once is 150 ms and 10 ms more for each number: of 170 to 250 ms the middle is 210 ms
    assert rows == (
        ("ten in a row", "10", "1", "1", "130\u00a0ms", "100\u00a0ms", "0"),
        ("ten at once", "10", "10", "9", "210\u00a0ms", "100\u00a0ms", "0"),
        ("reclaimed, idle", "", "10", "", "", "", ""),
    )


def test_published_versions_are_groups_of_their_own() -> None:
    published = replace(lane(2, *row(3, at=5)), version="1")
    rows = table(phases_of(calls_of([lane(1, *row(2)), published]), []), []).rows
    assert [cells[0] for cells in rows] == ["f, two in a row", "f:1, three in a row"]
