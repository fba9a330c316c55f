"""Nothing is lost: a pipeline of seven services with failures, crashes, throttles and poison, counted at its end."""

from __future__ import annotations

import pytest

from benchmarks import pipeline
from lambdalab import Lab

MESSAGES = 300


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_of_300_messages_has_its_effect_exactly_once_or_is_a_dead_letter(lab: Lab, seed: int) -> None:
    ending = pipeline.run(lab, MESSAGES, seed)
    assert ending.faults(idempotent=True) == []
    assert len(ending.effects) == MESSAGES - MESSAGES // pipeline.POISON_EVERY
    assert ending.crashes > 0  # else this has shown nothing


@pytest.mark.slow
def test_without_idempotency_each_has_its_effect_at_least_once_and_some_have_it_twice(lab: Lab) -> None:
    ending = pipeline.run(lab, MESSAGES, 4, idempotent=False)
    assert ending.faults(idempotent=False) == []
    assert max(ending.effects.values()) > 1
