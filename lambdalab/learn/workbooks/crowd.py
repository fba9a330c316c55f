"""Exercise 09.2, twenty at once, five allowed: four ways to call functions of the check's own, and what became of them.

One function is called by boto3, over its URL and by a bucket, another one reads a queue at the same time; each may run
five times at the same moment. What was counted does not depend on the student's answer, so it runs once in a lab.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from lambdalab import adding
from lambdalab.browsing import send
from lambdalab.lab import Lab
from lambdalab.learn.cases import all_filled, second_comes_next
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Row, Seen, Stop, Tried
from lambdalab.learn.words import short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks import overlaps, web
from lambdalab.learn.workbooks.own import code, own_function
from lambdalab.learn.workbooks.own_queue import OwnQueue, own_queue
from lambdalab.observe.records import Invocation

BOTO, S3, SQS, URL = "boto3", "S3", "SQS", "function URL"
EVENT, LIMITED = "boto3, InvocationType Event", "SQS, MaximumConcurrency 5"
FIRST, AGAIN = (BOTO, S3, SQS, URL), (EVENT, LIMITED)
ERROR, WAITS, TRIED, BACK, LEFT = (
    "an error for the caller",
    "the caller waits for a free place",
    "tried again by Lambda",
    "fetched, then back in the queue",
    "left in the queue",
)
NONE, SOME, ALL = "none", "some", "all of the rest"
PARTS = ("at once", "the rest", "lost")
WORDS = ((ERROR, WAITS, TRIED, BACK, LEFT), (NONE, SOME, ALL))
CROWD, RESERVED = 20, 5
_CALLED, _READS = "ex09_crowd", "ex09_reads"
_SOURCE = """
import time

def handler(event, context):
    record = event.get("Records", [{}])[0]
    time.sleep(float(record.get("body") or 0.2))
"""
_HELD, _HELD_SHORTLY = "0.5", "0.2"  # seconds that a message takes
_Said = tuple[float, str, str]
_seen: WeakKeyDictionary[Lab, dict[str, tuple[_Said, int]]] = WeakKeyDictionary()


def cases(rng: random.Random | None) -> Sequence[Case]:
    return [
        Case("four ways", "", lambda work: _compared(work, "crowd", FIRST), about="crowd"),
        Case("two more", "", _second_prediction, about="again"),
    ]


def _compared(work: Work, name: str, ways: Sequence[str]) -> Seen:
    filled = all_filled(work, name, ways)
    said = {way: _three(f'`{name}["{way}"]`', filled[way]) for way in ways}
    found = _observed(work, ways)
    seen = {way: found[way][0] for way in ways}
    facts = {"said": said, "seen": seen, "lost": {way: found[way][1] for way in ways}}
    rows = []
    for way in ways:
        for part, mine, its in zip(PARTS, said[way], seen[way], strict=True):
            known = str(its) if name == "crowd" or mine == its else f"not {mine}"
            rows.append(Row(mine == its, f"{way}, {part}: you said {mine}", known))
    return Seen(True, "run", facts=facts, rows=tuple(rows))


def _three(entry: str, value: Any) -> _Said:
    """Raises Stop when an entry has another form than the cell asks for."""
    if not isinstance(value, tuple | list) or len(value) != len(PARTS):
        text = f"Write a number and two texts, such as `(20, {WAITS!r}, {NONE!r})`."
        raise Stop(Message(f"{entry} is {short(value)}.", text))
    if isinstance(value[0], bool) or not isinstance(value[0], int | float):
        raise Stop(Message(f"{entry} begins with {short(value[0])}.", "The first part is a number of calls."))
    for one, words in zip(value[1:], WORDS, strict=True):
        if one not in words:
            text = f"Choose one of {', '.join(repr(word) for word in words)}."
            raise Stop(Message(f"{entry} holds {short(one)}.", text).within_limit())
    return (value[0], value[1], value[2])


def _second_prediction(work: Work) -> Seen:
    if pending := second_comes_next(work, "The four ways have run.", "Now two more:"):
        return pending
    seen = _compared(work, "again", AGAIN)
    said, found = seen.facts["said"], seen.facts["seen"]
    wrong = [way for way in AGAIN if said[way] != found[way]]
    if not wrong:
        return seen
    which = " and for ".join(f'"{way}"' for way in wrong)
    text = Message(f"For {which} it was otherwise than you said.", work.exercise.idea, work.exercise.look)
    return Seen(False, "run", facts=seen.facts, rows=seen.rows, message=text.within_limit())


# -- the calls ---------------------------------------------------------------------------------------------------------


def _observed(work: Work, ways: Sequence[str]) -> dict[str, tuple[_Said, int]]:
    """What became of twenty calls by each of these ways, and how many never ran."""
    known = _seen.setdefault(work.lab, {})
    if any(way not in known for way in ways):
        run = {FIRST: _four_ways, AGAIN: _two_more}[tuple(ways)]
        end = secrets.token_hex(3)  # a name without a history
        with _function(work, f"{_CALLED}_{end}") as called, _function(work, f"{_READS}_{end}") as reads:
            known.update(run(work, called, reads))
    return known


@contextmanager
def _function(work: Work, name: str) -> Iterator[str]:
    with own_function(work, name, code(_SOURCE), Timeout=1, MemorySize=1769):
        work.client.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=RESERVED)
        yield name


def _four_ways(work: Work, called: str, reads: str) -> dict[str, tuple[_Said, int]]:
    with own_queue(work, "ex09-crowd", reads, visibility=1, receives=1, mapping={"BatchSize": 1}) as own:
        own.queue.send(*[_HELD] * CROWD)  # works on while the others call
        found = {BOTO: _by_boto(work, called), URL: _by_url(work, called), S3: _by_bucket(work, called)}
        found[SQS] = _by_queue(work, own, reads)
    return found


def _two_more(work: Work, called: str, reads: str) -> dict[str, tuple[_Said, int]]:
    mapping = {"BatchSize": 1, "ScalingConfig": {"MaximumConcurrency": RESERVED}}
    with own_queue(work, "ex09-crowd", reads, visibility=1, receives=1, mapping=mapping) as own:
        own.queue.send(*[_HELD_SHORTLY] * CROWD)
        function = work.lab.function(called)
        ids = set(_at_the_same_moment(lambda number: str(function.invoke_async({}).request_id)))
        work.lab.clock.advance(minutes=30)
        runs = [run for run in work.lab.history(called) if run.request_id in ids]
        return {EVENT: _said_of(runs), LIMITED: _by_queue(work, own, reads)}


def _at_the_same_moment(call: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(CROWD) as threads:
        return list(threads.map(call, range(CROWD)))


def _by_boto(work: Work, called: str) -> tuple[_Said, int]:
    results = work.lab.function(called).invoke_together([{}] * CROWD)
    runs = [result.invocation for result in results if result.invocation]
    return _said_of(runs, errors=len(results.throttled))


def _by_url(work: Work, called: str) -> tuple[_Said, int]:
    url = web.front(work, called)
    region = work.client.meta.region_name
    work.lab._ask("POST", "together", {"name": called, "region": region, "count": CROWD})  # as invoke_together does
    known = len(work.lab.history(called))
    statuses = _at_the_same_moment(lambda number: send("GET", f"{url}/{number}", {}).status)
    return _said_of(work.lab.history(called)[known:], errors=sum(status != 200 for status in statuses))


def _by_bucket(work: Work, called: str) -> tuple[_Said, int]:
    s3, bucket = work.lab.client("s3"), f"ex09-crowd-{secrets.token_hex(4)}"
    s3.create_bucket(Bucket=bucket)
    try:
        adding.add(work.lab.client, f"s3:{bucket}", called, adding.Wanted())
        _at_the_same_moment(lambda number: s3.put_object(Bucket=bucket, Key=f"{number}.txt", Body=b""))
        work.lab.clock.advance(minutes=30)
        return _said_of([run for run in work.lab.history(called) if run.source.startswith("s3:")])
    finally:
        work.lab.fill(bucket, {}, anew=True)
        s3.delete_bucket(Bucket=bucket)


def _by_queue(work: Work, own: OwnQueue, reads: str) -> tuple[_Said, int]:
    work.lab.clock.advance(minutes=5)
    gave_up = work.lab.steps(kind="delivery", source=own.queue.arn)
    back = any(step.outcome == "throttled" for step in gave_up)
    return _said_of(work.lab.history(reads), rest=BACK if back else LEFT)


def _said_of(runs: Sequence[Invocation], *, errors: int = 0, rest: str = "") -> tuple[_Said, int]:
    """What was seen, in the words of the exercise, and how many were lost.

    Args:
        errors: how many callers were told that they were refused.
        rest: of those that did not run at once, where it is known already.
    """
    ran = [run for run in runs if run.environment]
    at_once = overlaps.most(ran)
    lost = CROWD - len(ran)
    refused = len(runs) > len(ran)
    rest = rest or (ERROR if errors else TRIED if refused else WAITS)
    return (at_once, rest, ALL if lost == CROWD - at_once else SOME if lost else NONE), lost


# -- wrong ideas -------------------------------------------------------------------------------------------------------


def said_of(ways: Sequence[str], part: str, *words: object, but: Sequence[object] = ()) -> Detect:
    """One of these was said of one of the ways, or, without any, another than the lab's and than those in `but`."""
    place = PARTS.index(part)

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one, two = (next(one for one in tried if one.case.about == about) for about in ("crowd", "again"))
        if not (two.seen.ok or two.seen.pending):
            return None  # the four were explained before, and now it is about the other two
        facts = one.seen.facts
        for way in ways:
            said, seen = facts["said"][way][place], facts["seen"][way][place]
            if said != seen and (said in words if words else said not in but):
                left = CROWD - facts["seen"][way][0]
                return Hit(one, {"way": way, "said": said, "seen": seen, "n": facts["lost"][way], "rest": left})
        return None

    return detect
