"""The lab's clock: forward only, and nobody who waits on it misses the news."""

from __future__ import annotations

import threading
import time

import pytest

from lambdalab.clock import LabClock


def test_the_clock_is_ahead_by_what_it_was_turned() -> None:
    clock = LabClock()
    clock.advance(90)
    clock.advance(30)
    assert clock.offset == 120
    assert clock.now() - time.time() == pytest.approx(120, abs=1)


@pytest.mark.parametrize("wrong", [-1, float("nan"), float("inf")])
def test_it_cannot_be_turned_back_or_by_nonsense(wrong: float) -> None:
    clock = LabClock()
    with pytest.raises(ValueError, match="only goes forward"):
        clock.advance(wrong)
    assert clock.offset == 0


def test_news_between_looking_and_waiting_are_not_missed() -> None:
    clock = LabClock()
    ticket = clock.ticket()
    clock.wake()
    began = time.monotonic()
    clock.wait_until(None, ticket)
    assert time.monotonic() - began < 5


def test_turning_the_clock_wakes_those_who_wait_for_a_later_moment() -> None:
    clock, woken = LabClock(), threading.Event()

    def wait() -> None:
        moment = clock.now() + 3600
        while clock.now() < moment:
            clock.wait_until(moment, clock.ticket())
        woken.set()

    threading.Thread(target=wait, daemon=True).start()
    clock.advance(3601)
    assert woken.wait(5)


def test_it_remembers_each_turn_and_what_it_showed_before() -> None:
    clock = LabClock()
    before = time.time()
    clock.advance(0)
    clock.advance(90)
    clock.advance(30)
    first, second = clock.jumps
    assert (first.seconds, second.seconds) == (90, 30)
    assert first.at == pytest.approx(before, abs=1)
    assert second.at == pytest.approx(before + 90, abs=1)


def test_a_moment_of_the_machine_is_read_with_the_turns_until_then_only() -> None:
    clock = LabClock()
    began = time.time() - 10
    clock.advance(600)
    between = time.time() + 1e-4
    while time.time() <= between:
        pass
    assert clock.at(began) == pytest.approx(began)
    assert clock.at(between) == pytest.approx(between + 600)
    clock.advance(60)
    assert clock.at(began) == pytest.approx(began)
    assert clock.at(between) == pytest.approx(between + 600)


def test_a_faster_clock_gains_and_reads_earlier_moments_as_it_showed_them() -> None:
    clock = LabClock(speed=60)
    began, shown = time.time(), clock.now()
    while time.time() < began + 0.05:
        pass
    assert clock.now() - shown >= 3
    assert clock.at(began) == pytest.approx(shown, abs=0.5)
    clock.advance(3600)
    assert clock.at(began) == pytest.approx(shown, abs=0.5)
    assert clock.offset > 3600


@pytest.mark.parametrize("speed", [0, -1, float("inf"), float("nan")])
def test_a_clock_has_a_speed_above_zero(speed: float) -> None:
    with pytest.raises(ValueError, match="such as 60"):
        LabClock(speed)
