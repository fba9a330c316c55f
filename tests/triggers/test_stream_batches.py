"""What becomes of a batch after a failure, for many batches and many poisoned changes."""

from __future__ import annotations

import math
import random
from collections import Counter
from typing import Any, cast

import pytest

from lambdalab.events.dynamodb import ItemChange
from lambdalab.triggers.mappings import EventSourceMapping
from lambdalab.triggers.shards import Record
from lambdalab.triggers.stream_batches import Batch, Run, after_failure, wait

STREAM = "arn:aws:dynamodb:us-east-1:123456789012:table/orders/stream/2026-01-01T00:00:00.000"
FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:f"
RAN = Run(cast(Any, None), True, "")


def mapping(**settings: Any) -> EventSourceMapping:
    return EventSourceMapping("uuid", STREAM, FUNCTION, 100, **settings)


def batch(many: int) -> Batch:
    changes = [ItemChange(STREAM, {}, {}, at=0.0, sequence=str(100 + n)) for n in range(many)]
    return Batch([Record(change, "{}") for change in changes], 0.0)


class Shard:
    """A shard whose function fails on poisoned changes, or reports the first of them."""

    def __init__(self, batch: Batch, poisoned: set[str], reports: bool, settings: EventSourceMapping) -> None:
        self.done: list[str] = []
        self.given_up: list[list[str]] = []
        self.runs: Counter[str] = Counter()
        left, now = [batch], 0.0
        while left:
            first, *left = left
            now = max(now, first.due)
            numbers = [one.sequence for one in first.changes]
            self.runs.update(numbers)
            bad = [place for place, one in enumerate(numbers) if one in poisoned]
            if not bad:
                self.done += numbers
                continue
            place = bad[0] if reports else 0
            self.done += numbers[:place]
            following, _ = after_failure(settings, first.ran(RAN, now), place, "", now)
            self.given_up += [] if following else [numbers]
            left = following + left


@pytest.mark.parametrize("reports", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_bisecting_gives_up_the_poisoned_changes_alone_and_keeps_the_order_of_the_others(
    seed: int, reports: bool
) -> None:
    drawn = random.Random(seed)
    whole, retries = batch(drawn.randint(1, 100)), drawn.randint(0, 4)
    numbers = [one.sequence for one in whole.changes]
    poisoned = set(drawn.sample(numbers, drawn.randint(0, min(5, len(numbers)))))
    shard = Shard(whole, poisoned, reports, mapping(bisects=True, most_retries=retries))
    assert shard.done == [number for number in numbers if number not in poisoned]
    assert shard.given_up == [[number] for number in numbers if number in poisoned]
    cuts = math.ceil(math.log2(len(numbers))) if len(numbers) > 1 else 0
    most = retries + 1 + cuts + (len(poisoned) if reports else 0)
    assert max(shard.runs.values()) <= most


@pytest.mark.parametrize("seed", range(20))
def test_with_reports_alone_what_stands_behind_the_poisoned_change_is_given_up_with_it(seed: int) -> None:
    drawn = random.Random(seed)
    whole, place = batch(50), drawn.randrange(50)
    numbers = [one.sequence for one in whole.changes]
    shard = Shard(whole, {numbers[place]}, True, mapping(reports=True, most_retries=2))
    assert shard.done == numbers[:place]
    assert shard.given_up == [numbers[place:]]


def test_the_waits_double_from_a_second_to_five_minutes() -> None:
    assert [wait(n) for n in range(1, 11)] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]
    assert wait(10_000) == 300


def test_only_a_limit_that_was_set_ends_the_attempts() -> None:
    tried = batch(1)
    for _ in range(500):
        tried = tried.ran(RAN, 0.0)
    assert after_failure(mapping(), tried, 0, "", 0.0)[0]
    assert not after_failure(mapping(most_retries=499), tried, 0, "", 0.0)[0]
    assert after_failure(mapping(most_retries=500), tried, 0, "", 0.0)[0]


def test_a_record_is_too_old_at_its_mapping_s_age_and_after_24_hours_in_any_case() -> None:
    one = batch(3)
    assert one.old(mapping(), 24 * 3600 - 1) == 0
    assert one.old(mapping(), 24 * 3600) == 3
    assert one.old(mapping(oldest_seconds=60.0), 60) == 3
    assert one.old(mapping(oldest_seconds=604_800.0), 24 * 3600) == 3
