"""Workbook 03: the model that counts cold starts is a theorem's and the lab's; what cannot be copied is read."""

from __future__ import annotations

import os
import random

import pytest

from lambdalab import Lab
from lambdalab.learn import check
from lambdalab.learn.exercises import find
from lambdalab.learn.workbooks.sources import made_from
from lambdalab.learn.workbooks.timelines import DRAWN, DRAWN_DURATION, DRAWN_KEEP_ALIVE, cases, cold_starts
from tests.learn import cells
from tests.learn.answers_03 import ANSWERS


def most_at_once(starts: list[int], duration: int) -> int:
    """The largest number of calls that run at one moment, counted at each start."""
    return max(sum(other <= start < other + duration for other in starts) for start in starts)


def test_without_expiry_there_are_as_many_cold_starts_as_calls_run_at_once() -> None:
    """A theorem of interval graphs: greedy colouring uses as many colours as intervals overlap in a point."""
    for seed in range(20):
        draw = random.Random(seed)
        starts = sorted(draw.randint(0, 500) for _ in range(100))
        duration = draw.randint(1, 40)
        assert cold_starts(starts, duration, 10_000) == most_at_once(starts, duration)


@pytest.mark.parametrize("seed", [None, 1, 2, 3, 4, 5])
def test_no_case_depends_on_which_free_environment_is_chosen(seed: int | None) -> None:
    for case in cases(random.Random(seed) if seed else None):
        if case.about is not None:
            assert len({cold_starts(*case.about, choose=choose) for choose in (min, max)}) == 1, case.tried


def test_the_lab_starts_as_many_environments_as_the_model_counts() -> None:
    """Three calls at once, two after a quarter of an hour; then less than the keep-alive between calls."""
    lab = Lab()
    before = lab.keep_alive()
    try:
        lab.keep_alive(minutes=DRAWN_KEEP_ALIVE)
        cells.run(cells.notebook(), "%%deploy model_check\ndef handler(event, context):\n    return None\n")
        function, cold, starts = lab.function("model_check"), 0, []
        for minute, together in ((0, 3), (15, 2), (20, 1), (21, 4)):
            lab.clock.advance(minutes=minute - (starts[-1] if starts else 0))
            cold += function.invoke_together([{}] * together).cold_starts
            starts += [minute] * together
        assert cold == cold_starts(starts, 0.5, DRAWN_KEEP_ALIVE) == 3 + 2 + 0 + 2
    finally:
        lab.keep_alive(least=before.least, most=before.most)


def test_the_drawn_timelines_have_one_two_and_five_cold_starts() -> None:
    counts = [cold_starts(starts, DRAWN_DURATION, DRAWN_KEEP_ALIVE) for starts in DRAWN.values()]
    assert counts == [1, 2, 5]


@pytest.mark.parametrize(("answer", "id"), [("solution", "done"), ("all-in-the-handler", "all-in-the-handler")])
def test_where_no_process_can_be_copied_the_source_is_read(
    answer: str, id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "fork")
    lab, answers = Lab(), ANSWERS["03.6"]
    code = answers.solution if answer == "solution" else answers.wrong[answer]
    assert check("03.6", namespace=cells.run(cells.notebook(), code)).message_id == id
    for function in find("03.6").functions:
        lab.client("lambda").delete_function(FunctionName=function)


@pytest.mark.parametrize(
    ("top", "inside", "found"),
    [
        ("import secrets", "    return {'token': secrets.token_hex(8)}", True),
        ("import secrets", "    return {'token': str(event), 'other': secrets.token_hex(8)}", False),
        ("import secrets", "    secrets.token_hex(8)\n    return {'token': str(event)}", False),
        ("from secrets import choice as pick", "    a = {}\n    a['token'] = pick('ab')\n    return a", True),
        ("import secrets\ntoken = secrets.token_hex(8)", "    token = str(event)\n    return {'token': token}", False),
        ("import secrets\ntoken = secrets.token_hex(8)", "    return {'token': token}", True),
        ("import secrets\ndef new():\n    return secrets.token_hex(8)", "    return {'token': new()}", True),
        ("import secrets", "    a = []\n    a.append(secrets.token_hex(8))\n    return {'token': a[0]}", True),
    ],
)
def test_only_what_flows_into_the_answer_counts_as_used(top: str, inside: str, found: bool) -> None:
    assert ("secrets" in made_from(f"{top}\n\ndef handler(event, context):\n{inside}\n", "token")) is found
