"""M6, its first part: 150 uploads at once, with a file among them that is no photo.

Waiting is done by the lab's clock. Left out: faults with one upload each, which are in `survive`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import quote_plus

from lambdalab.learn.capstone.aside import aside, puts_back
from lambdalab.learn.capstone.looks import Look, Looks, because
from lambdalab.learn.capstone.reasons import error, not_sent, unread
from lambdalab.learn.capstone.system import COUNT, DEAD, OUT, PHOTOS, RESIZE, System, photo_id
from lambdalab.samples import photo

BURST, AT_ONCE = 150, 10
_SENDERS = 16
_POISON = b"This file says .jpg and is a letter."


@contextmanager
def at_most(system: System, most: int) -> Iterator[None]:
    """No more runs of `resize` at once than that, where the student has not said so."""
    client = system.functions
    said = client.get_function_concurrency(FunctionName=RESIZE).get("ReservedConcurrentExecutions")
    found = client.list_event_source_mappings(FunctionName=RESIZE)["EventSourceMappings"]
    mapped = [one.get("ScalingConfig", {}).get("MaximumConcurrency", most + 1) for one in found]
    limited = (said is not None and said <= most) or (mapped and max(mapped) <= most)
    if limited:
        yield
        return
    with aside(system, own_concurrency, [said, most]):
        client.put_function_concurrency(FunctionName=RESIZE, ReservedConcurrentExecutions=most)
        yield


@puts_back
def own_concurrency(system: System, values: tuple[int | None, int]) -> None:
    """The limit of `resize` as it was, unless the student has set another one since."""
    said, given = values
    client = system.functions
    if client.get_function_concurrency(FunctionName=RESIZE).get("ReservedConcurrentExecutions") != given:
        return
    if said is None:
        client.delete_function_concurrency(FunctionName=RESIZE)
    else:
        client.put_function_concurrency(FunctionName=RESIZE, ReservedConcurrentExecutions=said)


def all_at_once(system: System) -> Looks:
    """150 uploads, one of which is no photo."""
    owner = "-many"
    bodies = [photo(240, 160, seed=seed) for seed in range(8)]
    keys = [system.key(f"{number:03}.jpg", owner) for number in range(BURST)]
    poison, since = keys[BURST // 2], system.now()
    with ThreadPoolExecutor(_SENDERS) as threads:
        sent = [
            threads.submit(system.put, key, _POISON if key == poison else bodies[number % len(bodies)])
            for number, key in enumerate(keys)
        ]
        for one in sent:
            one.result()
    system.calm()
    good = [key for key in keys if key != poison]
    rows = {row.get("photo_id", {}).get("S") for row in system.rows(PHOTOS)}
    made = set(system.keys(OUT, system.key("", owner)))
    counted = system.counted(owner)
    dead = [letter["Body"] for letter in system.dead_letters()]
    poisoned, buried = [body for body in dead if _names(body, poison)], [key for key in good if named(dead, key)]
    absent = {key for key in good if key not in made or photo_id(key) not in rows}
    lost, wanted = absent - set(buried), len(good) - len(absent & set(buried))
    seen = f"{len(good) - len(absent)} of {len(good)} are there, {counted} counted"
    seen += f", {len(absent) - len(lost)} are in `{DEAD}` (see below)" if absent - lost else ""
    look = Look(not lost and counted == wanted, f"{BURST} uploads at once", seen, f"{wanted} there and counted")
    if isinstance(counted, int) and not lost and counted != wanted:
        words = f"{wanted} photos came at once, and {counted} are counted."
        idea = "What comes twice is counted twice. Remember what is counted."
        if counted < wanted:
            raising = error(system, COUNT, since)
            words += f" {raising[:1].upper()}{raising[1:]}." if raising else ""
            idea = "" if raising else "Who reads, adds and writes loses some. Let the table add."
        look = because(look, "miscounted", words, idea)
    yield unread(system, look, RESIZE) if lost else look
    seen = f"{len(poisoned)} of it in `{DEAD}`" + (f", with {len(buried)} good ones" if buried else "")
    look = Look(len(poisoned) == 1 and not buried, "a file that is no photo", seen, f"once in `{DEAD}`, alone")
    if buried and RESIZE in system.batched():
        words = f"{len(buried)} good photos of the batch were tried again with it, and then buried."
        idea = "One file that fails must not take its batch along. Name it in `batchItemFailures`."
        look = because(look, "batch-buried", words, idea)
    elif not poisoned:
        look = unread(system, _not_set_aside(system, look), RESIZE)
    yield look


def _not_set_aside(system: System, look: Look) -> Look:
    """The file that is no photo is not where it should be: refused there, or skipped."""
    words, lacking = f"A file that cannot be read is not in `{DEAD}`.", not_sent(system, DEAD)
    if lacking:
        words += f" Lambda sends it in the name of `{lacking}`, and its role may not `sqs:SendMessage`."
        return because(look, "destination-denied", words, f'`lab.explain("{lacking}")` tells what was refused.')
    idea = "What was skipped in silence is lost. After some tries the queue or Lambda sets it aside."
    return because(look, "poison-lost", words, idea)


def named(dead: Sequence[str], key: str) -> bool:
    return any(_names(body, key) for body in dead)


def _names(body: str, key: str) -> bool:
    """Whether a message is about an upload; its key may be written as S3 writes it."""
    return key in body or quote_plus(key, safe="/") in body
