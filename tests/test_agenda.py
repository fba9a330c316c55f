"""The agenda: what waits is done at its moment of the lab's clock, in order, and turning the clock waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from lambdalab.agenda import Agenda
from lambdalab.clock import LabClock


@pytest.fixture
def agenda() -> Iterator[Agenda]:
    made = Agenda(LabClock())
    yield made
    made.close()


def test_what_falls_due_on_the_way_is_done_in_its_order_and_at_its_moment(agenda: Agenda) -> None:
    began, seen = agenda.clock.now(), []
    for wait in (300, 60, 180):
        agenda.at(began + wait, lambda wait=wait: seen.append((wait, agenda.clock.now() - began)))
    agenda.advance(3600)
    assert [wait for wait, _ in seen] == [60, 180, 300]
    assert [moment for _, moment in seen] == pytest.approx([60, 180, 300], abs=1)
    assert agenda.clock.now() - began == pytest.approx(3600, abs=1)


def test_an_action_may_put_the_next_one_on_the_agenda_and_it_is_done_in_the_same_turn(agenda: Agenda) -> None:
    began, ran = agenda.clock.now(), []

    def again() -> None:
        ran.append(round(agenda.clock.now() - began))
        agenda.at(began + len(ran) * 300, again)

    agenda.at(began, again)
    agenda.advance(24 * 3600)
    assert ran == [300 * number for number in range(289)]


def test_turning_waits_for_what_has_begun_and_for_what_that_begins(agenda: Agenda) -> None:
    seen = []

    def slow() -> None:
        time.sleep(0.1)
        agenda.soon(lambda: seen.append("its child"))

    agenda.soon(slow)
    agenda.advance(1)
    assert seen == ["its child"]


def test_what_lies_behind_the_turn_stays_undone(agenda: Agenda) -> None:
    seen = []
    agenda.at(agenda.clock.now() + 7200, lambda: seen.append("late"))
    agenda.advance(3600)
    assert seen == []
    agenda.advance(3601)
    assert seen == ["late"]


def test_a_turn_is_as_long_as_was_asked_whatever_was_done_on_the_way(agenda: Agenda) -> None:
    for wait in (60, 180, 1_000):
        agenda.at(agenda.clock.now() + wait, lambda: time.sleep(0.02))
    agenda.advance(3600)
    agenda.advance(0.5)
    assert agenda.clock.offset == pytest.approx(3600.5, abs=1e-6)


def test_a_turn_is_one_jump_across_silent_entries_and_stops_at_the_others(agenda: Agenda) -> None:
    now = agenda.clock.now()
    for wait, silent in ((100, True), (200, True), (1_000, False), (2_000, True)):
        agenda.at(now + wait, lambda: None, silent=silent)
    agenda.advance(3600)
    assert [jump.seconds for jump in agenda.clock.jumps] == pytest.approx([1_000, 2_600], abs=1)


def test_a_cancelled_entry_is_not_done_and_stops_nobody(agenda: Agenda) -> None:
    seen = []
    agenda.at(agenda.clock.now() + 60, lambda: seen.append("cancelled")).cancel()
    agenda.at(agenda.clock.now() + 61, lambda: seen.append("kept"))
    agenda.advance(120)
    assert seen == ["kept"]


def test_without_turning_an_entry_is_done_when_its_time_has_come(agenda: Agenda) -> None:
    done = threading.Event()
    agenda.at(agenda.clock.now() + 0.05, done.set)
    assert done.wait(10)


def test_an_action_that_raises_is_told_and_the_rest_goes_on(agenda: Agenda, capsys: pytest.CaptureFixture[str]) -> None:
    done = threading.Event()
    agenda.soon(lambda: 1 // 0)
    agenda.soon(done.set)
    assert done.wait(10)
    assert agenda.settle()
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_a_closed_agenda_begins_nothing_and_holds_nobody(agenda: Agenda) -> None:
    agenda.soon(lambda: time.sleep(0.2))
    agenda.close()
    agenda.at(agenda.clock.now(), lambda: pytest.fail("it was closed"))
    assert not agenda.settle()


@pytest.mark.parametrize("wrong", [-1, float("nan"), float("inf")])
def test_it_is_not_turned_back_or_by_nonsense(agenda: Agenda, wrong: float) -> None:
    with pytest.raises(ValueError, match="only goes forward"):
        agenda.advance(wrong)


def test_a_fast_clock_waits_less() -> None:
    agenda = Agenda(LabClock(speed=3600))
    done = threading.Event()
    began = time.monotonic()
    agenda.at(agenda.clock.now() + 1800, done.set)
    assert done.wait(20)
    assert time.monotonic() - began < 15
    agenda.close()
