"""Exercise 07.2, the poison message: ten messages of which one always fails, through two queues of the check's own.

One function reads both queues. It does all ten and then fails, or names the one, by the queue that its event comes
from. What was counted does not depend on the student's answer, so each pair runs once in a lab.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from lambdalab.lab import Lab
from lambdalab.learn.cases import all_filled, second_comes_next
from lambdalab.learn.exercises import Case, Detect, Hit, Message, NotRun, Row, Seen, Stop, Tried
from lambdalab.learn.words import short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks.own import code, own_function
from lambdalab.learn.workbooks.own_queue import own_queue

WITHOUT, WITH = "without", "with"
TIMES, DEAD, SECONDS = "times a good message is processed", "messages among the dead letters", "seconds until then"
KEYS = tuple(f"{how}: {what}" for how in (WITHOUT, WITH) for what in (TIMES, DEAD, SECONDS))
FIRST, AGAIN = (4, 20), (5, 60)  # maxReceiveCount, visibility timeout in seconds
_OWN, _POISON = "ex07_poison_check", "poison"
_SOURCE = f"""
def handler(event, context):
    failed = []
    for record in event["Records"]:
        print("processed", record["body"])
        if record["body"] == "{_POISON}":
            failed.append({{"itemIdentifier": record["messageId"]}})
    if failed and "-{WITHOUT}-" in event["Records"][0]["eventSourceARN"]:
        raise ValueError("one of them cannot be done")
    return {{"batchItemFailures": failed}}
"""
_counts: WeakKeyDictionary[Lab, dict[tuple[int, int], dict[str, int]]] = WeakKeyDictionary()


def cases(rng: random.Random | None) -> Sequence[Case]:
    return [
        Case("four receives, 20 s", "", lambda work: _compared(work, "poison", FIRST), about="poison"),
        Case("five receives, 60 s", "", _second_prediction, about="again"),
    ]


def _compared(work: Work, name: str, setting: tuple[int, int]) -> Seen:
    said = all_filled(work, name, KEYS)
    for key in KEYS:
        if type(said[key]) not in (int, float):
            raise Stop(Message(f'`{name}["{key}"]` is {short(said[key])}.', "It must be a number."))
    seen = _counted(work, setting)
    which = "" if name == "poison" else f"{name}, "
    rows = tuple(
        Row(said[key] == seen[key], f"{which}{key}: you said {said[key]}", _shown(name, said[key], seen[key]))
        for key in KEYS
    )
    return Seen(True, "run", facts={"said": said, "seen": seen}, rows=rows)


def _shown(name: str, said: float, seen: int) -> str:
    """What the lab counted; the second part does not give its number away, only that this one was wrong."""
    return f"{seen}" if name == "poison" or said == seen else f"not {said}"


def _second_prediction(work: Work) -> Seen:
    if pending := second_comes_next(work, "Both ways have run.", "Now other settings:"):
        return pending
    seen = _compared(work, "again", AGAIN)
    said, counted = seen.facts["said"], seen.facts["seen"]
    wrong = next((key for key in KEYS if said[key] != counted[key]), None)
    if wrong is None:
        return seen
    text = Message(f'"{wrong}": you said {said[wrong]}, and the lab counted another number.', work.exercise.idea)
    return Seen(False, "run", facts=seen.facts, rows=seen.rows, message=text)


def _counted(work: Work, setting: tuple[int, int]) -> dict[str, int]:
    """What becomes of ten messages under these settings, without partial failures and with them."""
    known = _counts.setdefault(work.lab, {})
    if setting not in known:
        with own_function(work, _OWN, code(_SOURCE), Timeout=10):
            known[setting] = {
                f"{how}: {what}": count for how in (WITHOUT, WITH) for what, count in _run(work, how, setting).items()
            }
    return known[setting]


def _run(work: Work, how: str, setting: tuple[int, int]) -> dict[str, int]:
    receives, visibility = setting
    good = [f"{secrets.token_hex(4)}-{n}" for n in range(9)]
    with own_queue(
        work, f"ex07-poison-{how}", _OWN, visibility=visibility, receives=receives, reports=how == WITH
    ) as own:
        own.queue.send(*good, _POISON)
        work.lab.clock.advance(seconds=visibility * receives + 5)
        buried, runs = own.buried().values(), own.runs()
    if not buried or not runs:
        raise NotRun(
            Message("The messages were not worked on.", "", "The machine may be busy: check again in a moment.")
        )
    processed = list(work.lab.function(_OWN).logs(10_000)).count(f"processed {good[0]}")
    waits = round(
        (max(buried) - (runs[0].began or 0.0)) / visibility
    )  # a message comes back only when its timeout is over
    return {TIMES: processed, DEAD: len(buried), SECONDS: waits * visibility}


# -- wrong ideas -------------------------------------------------------------------------------------------------------


def said_of(key: str, *numbers: int, but: Sequence[int] = ()) -> Detect:
    """One of these was said, or, without any, another than the lab's and than those in `but`."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = next(one for one in tried if one.case.about == "poison")
        said, seen = one.seen.facts["said"][key], one.seen.facts["seen"][key]
        fits = said in numbers if numbers else said not in but
        values = {"said": short(said), "seen": seen, "said times": _times(said), "seen times": _times(seen)}
        return Hit(one, values) if said != seen and fits else None

    return detect


def _times(number: float) -> str:
    words: dict[float, str] = {0: "never", 1: "once", 2: "twice"}
    return words.get(number, f"{number:g} times")


def seconds(*numbers: int, but: Sequence[int] = ()) -> Detect:
    """The same of the seconds, with partial failures or without."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        both = (said_of(f"{how}: {SECONDS}", *numbers, but=but)(tried, work) for how in (WITHOUT, WITH))
        return next((hit for hit in both if hit), None)

    return detect
