"""The time axis: seconds are equally long everywhere, waits are cut out, turns of the clock are not counted."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lambdalab.clock import Jump
from lambdalab.show.timeline import Timeline, last_part, machine

MILLISECONDS = st.integers(0, 5_000_000).map(lambda milliseconds: milliseconds / 1000)
STRETCHES = st.lists(st.tuples(MILLISECONDS, st.floats(0, 20)), min_size=1, max_size=30)
JUMPS = st.lists(st.tuples(MILLISECONDS, st.floats(1, 9000)), max_size=5)


def axis(active: list[tuple[float, float]], *, ends: Any = (), jumps: Any = ()) -> Timeline:
    return Timeline(active, ends, jumps, left=100, right=900)


def test_a_turn_of_the_clock_is_not_part_of_the_machines_time() -> None:
    jumps = [Jump(10, 600), Jump(620, 60)]
    assert [machine(moment, jumps) for moment in (5, 10, 300, 615, 650, 685)] == [5, 10, 10, 15, 20, 25]


def test_short_waits_are_drawn_and_long_ones_are_cut_out() -> None:
    time = axis([(0, 1), (1.3, 2.3), (62.3, 63.3)])
    assert [seconds for _, seconds in time.breaks] == pytest.approx([60])
    assert len(time.parts) == 2
    assert time.x(1.3) - time.x(1) == pytest.approx(0.3 * time.scale)


def test_an_init_of_a_tenth_of_a_second_is_seen_between_cells_run_minutes_apart() -> None:
    time = axis([(0, 0.09), (70, 70.01), (200, 200.01), (1000, 1000.01)])
    assert time.x(0.09) - time.x(0) > 100


def test_a_second_is_equally_long_in_every_part() -> None:
    time = axis([(0, 1), (60, 62), (500, 501)])
    lengths = [(part.right - part.left) / (part.ended - part.began) for part in time.parts]
    assert lengths == pytest.approx([time.scale] * 3)


def test_a_wait_in_which_the_clock_was_turned_is_a_turn_and_not_a_break() -> None:
    time = axis([(0, 1), (601.2, 602)], jumps=[Jump(1.1, 600)])
    assert [seconds for _, seconds in time.turns] == [600]
    assert time.breaks == []
    assert time.x(1) < time.turns[0][0] < time.x(601.2)


def test_turns_within_one_wait_are_one_turn_of_their_sum() -> None:
    time = axis([(0, 1), (901.2, 902)], jumps=[Jump(1.1, 600), Jump(601.15, 300)])
    assert [seconds for _, seconds in time.turns] == [900]


def test_a_turn_during_a_call_stands_where_the_call_was_then() -> None:
    time = axis([(0, 61)], jumps=[Jump(0.5, 60)])  # a second, of the machine's time
    ((x, seconds),) = time.turns
    assert (x, seconds) == (pytest.approx((time.x(0) + time.x(61)) / 2), 60)


def test_turns_before_the_first_call_are_not_marked_and_after_the_last_they_are() -> None:
    assert axis([(1000, 1001)], jumps=[Jump(10, 900)]).turns == []
    assert [seconds for _, seconds in axis([(0, 1)], jumps=[Jump(5, 900)]).turns] == [900]


def test_what_was_reclaimed_within_a_turn_has_room_behind_it() -> None:
    time = axis([(0, 1)], ends=[400.0], jumps=[Jump(2, 900)])
    left, right = time.gone(400.0)
    assert time.turns[0][0] < left < right <= 900
    assert right - left > 90


@pytest.mark.parametrize(
    ("active", "words"),
    [
        ([(0, 0.084)], ["0", "20", "40", "60", "80\u00a0ms"]),
        ([(0, 2.3)], ["0", "0.5", "1.0", "1.5", "2.0\u00a0s"]),
        ([(0, 1.2), (90, 90.1)], ["0", "0.5", "1.0\u00a0s"]),
        ([(0, 0)], ["0\u00a0ms"]),
    ],
)
def test_the_ticks_are_few_and_the_unit_stands_once(active: list[tuple[float, float]], words: list[str]) -> None:
    assert axis(active).ticks()[1] == words


@given(STRETCHES, JUMPS)
def test_time_never_runs_to_the_left_and_nothing_leaves_the_axis(
    stretches: list[tuple[float, float]], turns: list[tuple[float, float]]
) -> None:
    active = [(began, began + length) for began, length in stretches]
    jumps: list[Jump] = []
    for at, seconds in sorted(turns):
        jumps.append(Jump(at + sum(jump.seconds for jump in jumps), seconds))
    ends = [ended + 1 for _, ended in active]
    time = axis(active, ends=ends, jumps=jumps)
    moments = sorted(moment for ends in active for moment in ends)
    places = [time.x(moment) for moment in moments]
    assert all(one <= other + 1e-6 for one, other in itertools.pairwise(places))
    assert places[0] >= 100 and places[-1] <= 900 + 1e-6
    places, words = time.ticks()
    assert 1 <= len(places) == len(words) <= 7
    assert all(100 <= place <= 900 for place in places)


def test_of_many_breaks_only_the_last_part_is_drawn() -> None:
    active = [(60.0 * index, 60.0 * index + 0.1) for index in range(200)]
    begin = last_part(active, [], most=20)
    assert begin == 60 * (199 - 20)
    assert last_part(active[:5], [], most=20) == 0
