"""M6: 150 uploads at once with a file among them that is no photo, and then one fault after the other.

Each fault meets one upload, so what is lost or double has one cause. In the end each photo has its thumbnail, its row
and is counted once, and the file that is none lies in `photo-dead`, alone. Waiting is done by the lab's clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from lambdalab.learn.capstone import burst
from lambdalab.learn.capstone.aside import aside, puts_back
from lambdalab.learn.capstone.looks import Look, Looks, because
from lambdalab.learn.capstone.reasons import unread
from lambdalab.learn.capstone.rows import deliver, row_writer
from lambdalab.learn.capstone.system import (
    API,
    COUNT,
    DEAD,
    FUNCTIONS,
    PHOTOS,
    RESIZE,
    STATS,
    System,
    more,
    photo_id,
)
from lambdalab.samples import photo

_LATE_MINUTES = 5
_HANGS_SECONDS = 3
_HELD_SECONDS = 20
_ASK = "Events may overtake each other. Ask the table, when you write, whether the photo is still there."
_LOOK_AGAIN = "After your writes look whether the original is still there. If not, take back what you wrote."
_SLOW = ("s3:PutObject", "s3:GetObject")
_DELETES = ("dynamodb:TransactWriteItems", "dynamodb:DeleteItem", "dynamodb:UpdateItem", "dynamodb:PutItem")
_COUNTS = ("dynamodb:TransactWriteItems", "dynamodb:UpdateItem", "dynamodb:PutItem")


def survive(system: System) -> Looks:
    """Nothing is lost and nothing is double, whatever goes wrong once."""
    system.must_have(buckets=True, tables=(PHOTOS, STATS), functions=FUNCTIONS[:3])
    with burst.at_most(system, burst.AT_ONCE):
        yield from burst.all_at_once(system)
    yield from one_by_one(system)


def one_by_one(system: System) -> Looks:
    """Faults, each with one upload, at the requests that an upload in peace has shown."""
    before = system.requests()
    system.upload(system.key("calm.jpg", "-0"), photo(200, 100))
    asked = more(before, system.requests())
    writer, write = row_writer(asked)
    count = next((what for what in _COUNTS if asked.get(COUNT, {}).get(what)), "")
    faults = system.lab.faults

    def dies() -> None:
        faults.kill(writer or RESIZE, write, done=True)

    def counter_dies() -> None:
        faults.kill(COUNT, count, done=True)

    def refuses() -> None:
        faults.fail(writer or RESIZE, write)

    yield _fault(system, "1", f"`{writer or RESIZE}` dies when the row is written", dies)
    yield _fault(system, "2", f"`{COUNT}` dies when it has counted", counter_dies)
    yield _fault(system, "3", "an event comes twice", lambda: _twice(system))
    yield _fault(system, "4", "the table refuses a write", refuses)
    first = next((what for what in _SLOW if asked.get(RESIZE, {}).get(what)), "")
    yield _hangs(system, first)
    yield _meanwhile(system, ((RESIZE, first), (writer or RESIZE, write)))
    yield _overtaken(system)
    yield _late(system)
    yield _half_deleted(system, system.key("calm.jpg", "-0"))


def _twice(system: System) -> None:
    for name in (RESIZE, COUNT):
        system.lab.faults.twice(name)


# -- one fault after the other -----------------------------------------------------------------------------------------


def _fault(system: System, name: str, tried: str, order: Callable[[], None]) -> Look:
    """One upload that meets a fault."""
    key = _met(system, name, order)
    return _whole(system, tried, key, f"-{name}")


def _met(system: System, name: str, order: Callable[[], None]) -> str:
    """Upload a photo of an owner of its own; when its first run has met the fault, nothing goes wrong any more."""
    key = system.key("photo.jpg", f"-{name}")
    order()
    system.upload(key, photo(260, 180, seed=61))
    system.lab.faults.clear()
    return key


def _whole(system: System, tried: str, key: str, owner: str) -> Look:
    """Whether the photo is there once, when all has been tried again."""
    system.calm()
    missing = ["the thumbnail"] if system.body(key) is None else []
    missing += ["the row"] if system.row(key) is None else []
    counted = system.counted(owner)
    dead = burst.named([letter["Body"] for letter in system.dead_letters()], key)
    seen = f"lost: {' and '.join(missing)}" if missing else f"there, counted {counted}"
    seen += f", and in `{DEAD}`" if dead else ""
    look = Look(not missing and counted == 1 and not dead, tried, seen, "there, counted 1")
    if isinstance(counted, int) and counted > 1:
        idea = "What was done before the fault is done again afterwards. Remember what is counted."
        return because(look, "double", f"{_sentence(tried)}: the photo is counted {counted} times.", idea)
    if not missing and counted == 0:
        idea = "The row was written, and its announcement was not. The next try must catch up on it."
        if COUNT in tried:
            idea = "What was begun before the fault is not ended afterwards. Write both or neither."
        return because(look, "not-announced", f"{_sentence(tried)}: the photo is there and not counted.", idea)
    return unread(system, look, RESIZE) if missing and not dead else look


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] if not text.startswith("`") else f"When {text}"


def _hangs(system: System, operation: str) -> Look:
    """A run that does not end in its timeout: an answer does not come."""

    def order() -> None:
        system.lab.faults.hang(RESIZE, operation)

    with impatient(system):
        key = _met(system, "5", order)
    return _whole(system, "a run that meets its timeout", key, "-5")


@contextmanager
def impatient(system: System) -> Iterator[None]:
    """A timeout of `resize` for which nobody waits long."""
    own = int(system.settings(RESIZE)["Timeout"])
    with aside(system, own_timeout, [own, min(own, _HANGS_SECONDS)]):
        system.functions.update_function_configuration(FunctionName=RESIZE, Timeout=min(own, _HANGS_SECONDS))
        yield


@puts_back
def own_timeout(system: System, values: tuple[int, int]) -> None:
    """The timeout of `resize` as it was, unless the student has set another one since."""
    own, given = values
    if system.settings(RESIZE)["Timeout"] == given != own:
        system.functions.update_function_configuration(FunctionName=RESIZE, Timeout=own)


def _meanwhile(system: System, moments: Sequence[tuple[str, str]]) -> Look:
    """A photo is uploaded anew, and deleted while the run of the second upload has not ended.

    Args:
        moments: where a run is held: a function and what it asks for just then.
    """
    tried = "a DELETE in the middle of a run"
    for number, (function, operation) in enumerate(moments):
        owner = f"-8{number}"
        key = system.key("photo.jpg", owner)
        system.upload(key, photo(250, 180, seed=64))
        system.lab.faults.hold(function, operation)
        system.put(key, photo(240, 180, seed=65))
        system.lab.faults.held(seconds=_HELD_SECONDS)
        system.ask("DELETE", f"/photos/{photo_id(key)}")
        system.lab.faults.clear()
        system.calm()
        look = _gone(system, tried, key, owner, _LOOK_AGAIN)
        if not look.ok:
            break
    return look


def _overtaken(system: System) -> Look:
    """The event of an upload comes again when the photo was deleted."""
    owner, tried = "-6", "an upload's event comes after its DELETE"
    key, body = system.key("photo.jpg", owner), photo(270, 180, seed=62)
    before = system.now()
    system.upload(key, body)
    system.ask("DELETE", f"/photos/{photo_id(key)}")
    system.settle()
    deliver(system, key, before, len(body))
    system.calm()
    return _gone(system, tried, key, owner)


def _late(system: System) -> Look:
    """`count` hears of a photo when it was deleted."""
    owner, tried = "-7", "PhotoReady comes after the DELETE"
    key = system.key("photo.jpg", owner)
    system.lab.faults.late(COUNT, minutes=_LATE_MINUTES)
    system.upload(key, photo(280, 180, seed=63))
    system.ask("DELETE", f"/photos/{photo_id(key)}")
    system.lab.faults.clear()
    system.turn(60 * (_LATE_MINUTES + 1))
    system.calm()
    return _gone(system, tried, key, owner)


def _half_deleted(system: System, calm: str) -> Look:
    """`api` dies when it has written for the first time, and is asked again.

    Args:
        calm: a photo whose DELETE shows what it writes first.
    """
    owner, tried = "-9", f"`{API}` dies in a DELETE, which is asked again"
    key, began = system.key("photo.jpg", owner), system.now().timestamp()
    system.ask("DELETE", f"/photos/{photo_id(calm)}")
    steps = system.lab.steps(kind="request", since=began)
    writes = [step.name for step in steps if step.source.endswith(f"/{API}") and step.name in _DELETES]
    system.upload(key, photo(290, 180, seed=66))
    system.lab.faults.kill(API, writes[0] if writes else "", done=True)
    for _ in range(2):
        system.ask("DELETE", f"/photos/{photo_id(key)}")
    system.lab.faults.clear()
    system.calm()
    counted, left = system.counted(owner), system.row(key) is not None
    look = Look(
        not left and counted == 0,
        tried,
        f"{'the row is left' if left else 'gone'}, counted {counted}",
        "gone, counted 0",
    )
    idea = "Between two writes a process may die, and the next DELETE finds no row. Write both or neither."
    return because(look, "half-deleted", f"{_sentence(tried)}: {look.seen}.", idea)


def _gone(system: System, tried: str, key: str, owner: str, idea: str = _ASK) -> Look:
    left = ["the thumbnail"] if system.body(key) is not None else []
    left += ["the row"] if system.row(key) is not None else []
    counted = system.counted(owner)
    dead = burst.named([letter["Body"] for letter in system.dead_letters()], key)
    seen = f"back: {' and '.join(left)}; counted {counted}" if left else f"gone, counted {counted}"
    seen += f", and in `{DEAD}`" if dead else ""
    look = Look(not left and counted == 0 and not dead, tried, seen, "gone, counted 0")
    if not left and counted == 0:
        idea = "What is deleted needs no thumbnail: that is no error, so nothing is to be raised or tried again."
        return because(look, "gone-is-no-error", f"{_sentence(tried)}: {seen}.", idea)
    return because(look, "overtaken", f"{_sentence(tried)}: {seen}.", idea)
