"""Exercise 09.4, protect the database: messages through a queue, a mapping and a function with the student's settings.

All three are the check's own. The function holds a connection to the database while it runs, so the connections are the
runs at the same moment. One message can never be written, another one only at its fifth try, which it knows by the
count of its receives. The clock is turned by one visibility timeout after the other, until the queue is empty.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from botocore.exceptions import ClientError, ParamValidationError

from lambdalab.learn.cases import first
from lambdalab.learn.exercises import Case, Detect, Message, Raised, Seen, Stop, Tried, Unwritten, find
from lambdalab.learn.words import kind_of, short
from lambdalab.learn.work import Work, unwritten
from lambdalab.learn.workbooks import overlaps
from lambdalab.learn.workbooks.own import code, own_function, refusal
from lambdalab.learn.workbooks.own_queue import OwnQueue, own_queue
from lambdalab.observe.records import Invocation

FETCHED, VISIBLE, RECEIVES, RESERVED = (
    "MaximumConcurrency",
    "VisibilityTimeout",
    "maxReceiveCount",
    "ReservedConcurrentExecutions",
)
GIVEN: Mapping[str, int | None] = {FETCHED: None, VISIBLE: 1, RECEIVES: 2, RESERVED: 2}
MESSAGES, CONNECTIONS, FEWEST_TRIES, MOST_TRIES, HOUR = 24, 4, 5, 20, 3600
TIMEOUT = 1  # of the function, in seconds
ADVISED = 6 * TIMEOUT  # by AWS, for the visibility timeout of a queue that a function with this timeout reads
_MUST = (VISIBLE, RECEIVES)
_POISON, _HICCUP = "poison", "hiccup"
_OWN = "ex09_write_check"
SOURCE = f"""
import time

def handler(event, context):
    record = event["Records"][0]
    order = record["body"]
    if order == "{_POISON}":
        raise ValueError("no database can take this")
    if order == "{_HICCUP}" and int(record["attributes"]["ApproximateReceiveCount"]) < {FEWEST_TRIES}:
        raise ConnectionError("the database is away for a while")
    time.sleep(0.3)                 # one connection is held
    print("wrote", order)
"""


@dataclass(frozen=True)
class Became:
    """What became of the messages.

    Args:
        written: how many of them.
        buried: how many are in the dead-letter queue.
        good_buried: how many of those could have been written.
        unseen: how many of the good ones that never fail are there.
        left: how many are still in the queue.
        good_left: how many of those can be written.
        refused: deliveries for which no environment was free.
        connections: held at the same moment, at most.
        tries: how often the poison was tried.
    """

    written: int
    buried: int
    good_buried: int
    unseen: int
    left: int
    good_left: int
    refused: int
    connections: int
    tries: int


def deliver(settings: Mapping[str, int | None]) -> dict[str, int]:
    """Send the messages through a queue, a mapping and a function with these settings, and tell what became of them.

    Raises:
        botocore.exceptions.ClientError: AWS refuses a setting.
        botocore.exceptions.ParamValidationError: boto3 knows already that AWS would.
    """
    work = Work(find("09.4"), {"settings": settings})
    shown = ("written", "buried", "refused", "connections")
    try:
        became = _became(work, _said(work))
    except (ClientError, ParamValidationError) as no:
        raise no.with_traceback(None) from None  # the way through this module and botocore tells a student nothing
    return {name: count for name, count in asdict(became).items() if name in shown}


def cases(rng: random.Random | None) -> Sequence[Case]:
    return [Case(f"{MESSAGES} messages", "deliver(settings)", _sent)]


def _said(work: Work) -> dict[str, int | None]:
    """The student's settings.

    Raises:
        Stop: they are no dictionary of whole numbers, or one is missing.
    """
    value = work.names["settings"]
    if not isinstance(value, Mapping):
        raise Stop(Message(f"`settings` is {kind_of(value)}.", "It must be a dictionary, as the cell had it."))
    unknown = [name for name in value if name not in GIVEN]
    if unknown:
        known = ", ".join(f"`{name}`" for name in GIVEN)
        raise Stop(Message(f"`settings` has the key {short(unknown[0])}.", f"It has {known}, and no others."))
    return {name: _whole(name, value.get(name)) for name in GIVEN}


def _whole(name: str, value: Any) -> int | None:
    """Raises Stop for what is no whole number; a queue's settings are texts on AWS, so a text of digits will do."""
    if value is None and name not in _MUST:
        return None
    if isinstance(value, str) and value.isdecimal():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        none = "" if name in _MUST else ", or None for no limit"
        raise Stop(Message(f'`settings["{name}"]` is {short(value)}.', f"It must be a whole number{none}."))
    return int(value)


def _sent(work: Work) -> Seen:
    said = _said(work)
    if said == GIVEN:
        raise Unwritten(unwritten("settings"))
    try:
        became = _became(work, said)
    except ClientError as no:
        return Seen(False, "refused", raised=refusal(no))
    except ParamValidationError as no:  # boto3 knows some limits itself
        return Seen(False, "refused", said, raised=Raised("ParamValidationError", f"{no}", error=no))
    wrong = _wrong(became, said)
    facts = {**asdict(became), "said": said}
    well = f"{became.written} written, at most {became.connections} at once, and only the poison is buried"
    return Seen(not wrong, wrong or well, facts=facts)


def _wrong(became: Became, said: Mapping[str, int | None]) -> str:
    """What is not as it should be, in a few words; "" when all is well."""
    if became.connections > CONNECTIONS:
        return f"{became.connections} connections at once"
    if became.good_buried:
        return f"{became.good_buried} good messages were buried"
    if became.refused:
        return f"{became.refused} deliveries were refused"
    if became.tries > MOST_TRIES:
        return f"the poison was tried {became.tries} times"
    if became.left or became.written < MESSAGES - 1:
        return f"after an hour the queue held {_left(became.left, became.good_left)}"
    if _is_short(said):
        return f"with a visibility timeout of {said[VISIBLE]} s"
    return ""


def _left(count: int, good: int) -> str:
    """What is still in the queue, in words."""
    orders = f"{good} good order{'s' if good > 1 else ''}" if good else ""
    return " and ".join(part for part in ("the poison" if count > good else "", orders) if part)


def _is_short(said: Mapping[str, int | None]) -> bool:
    return (said[VISIBLE] or 0) < ADVISED


# -- the run -----------------------------------------------------------------------------------------------------------


def _became(work: Work, said: Mapping[str, int | None]) -> Became:
    name = f"ex09_write_{secrets.token_hex(3)}"  # a name without a history
    good = [f"{secrets.token_hex(3)}-{n}" for n in range(MESSAGES - 2)]
    bodies = [*good[:5], _POISON, *good[5:10], _HICCUP, *good[10:]]
    visibility, receives = said[VISIBLE] or 0, said[RECEIVES] or 0
    mapping: dict[str, Any] = {"BatchSize": 1}
    if said[FETCHED] is not None:
        mapping["ScalingConfig"] = {"MaximumConcurrency": said[FETCHED]}
    with own_function(work, name, code(SOURCE), Timeout=TIMEOUT, MemorySize=1769):
        if said[RESERVED] is not None:
            limit = {"ReservedConcurrentExecutions": said[RESERVED]}
            work.client.put_function_concurrency(FunctionName=name, **limit)
        with own_queue(work, "ex09-write", name, visibility=visibility, receives=receives, mapping=mapping) as own:
            ids = dict(zip(own.queue.send(*bodies), bodies, strict=True))
            _let_pass(work, name, own, max(1, visibility))
            dead, left = [ids[one] for one in own.buried()], own.queue.left
        runs = work.lab.history(name)
        lines = {line.rstrip() for line in work.lab.function(name).logs(10_000)}
    ran = [run for run in runs if run.environment]
    return Became(
        written=sum(f"wrote {body}" in lines for body in bodies),
        buried=len(dead),
        good_buried=sum(body != _POISON for body in dead),
        unseen=sum(body not in (_POISON, _HICCUP) for body in dead),
        left=left,
        good_left=left - (_POISON not in dead),
        refused=len(runs) - len(ran),
        connections=overlaps.most(ran),
        tries=_tries(runs),
    )


def _tries(runs: Sequence[Invocation]) -> int:
    """How often the poison was tried."""
    return sum(run.error_type == "ValueError" for run in runs)


def _let_pass(work: Work, name: str, own: OwnQueue, step: int) -> None:
    """Turn the clock until the queue is empty, for an hour at most; what goes round for ever is not waited for."""
    passed = turns = 0
    while own.queue.left and passed < HOUR:
        turn = min(step, HOUR - passed)
        work.lab.clock.advance(seconds=turn)
        passed, turns = passed + turn, turns + 1
        runs = work.lab.history(name)
        if _tries(runs) > MOST_TRIES or (turns > MOST_TRIES and not any(run.environment for run in runs)):
            return


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def _is(fits: Callable[[Mapping[str, Any]], bool]) -> Detect:
    """What became of the messages, if it is of this kind, with the settings under AWS's names."""

    def look(one: Tried) -> Mapping[str, object] | None:
        facts = one.seen.facts
        if "said" not in facts or not fits(facts):
            return None
        said = {name: "no limit" if n is None else f"{n:,}" for name, n in facts["said"].items()}
        return {**facts, **said, "held": _left(facts["left"], facts["good_left"])}

    return first(look)


def _below_two(one: Tried) -> Mapping[str, object] | None:
    """boto3 knows AWS's least value for a queue."""
    raised, said = one.seen.raised, one.seen.value
    if raised is None or raised.kind != "ParamValidationError" or said[FETCHED] is None or said[FETCHED] >= 2:
        return None
    return {"n": said[FETCHED]}


BELOW_TWO: Detect = first(_below_two, explains_error=True)
GOES_ROUND: Detect = _is(lambda facts: facts["tries"] > MOST_TRIES)
TOO_MANY: Detect = _is(lambda facts: facts["connections"] > CONNECTIONS)
FETCHES_MORE: Detect = _is(lambda facts: facts["refused"] and facts["said"][FETCHED] is not None)
BURIED_UNSEEN: Detect = _is(lambda facts: facts["refused"] and facts["unseen"])
STILL_REFUSED: Detect = _is(lambda facts: facts["refused"])
TOO_FEW_TRIES: Detect = _is(lambda facts: facts["good_buried"])
TOO_LATE: Detect = _is(lambda facts: facts["left"])
SHORT_VISIBILITY: Detect = _is(lambda facts: _is_short(facts["said"]))
