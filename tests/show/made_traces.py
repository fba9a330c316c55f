"""Traces for tests: the ways of events with given times in milliseconds, as the cloud would have recorded them."""

from __future__ import annotations

from collections.abc import Sequence

from lambdalab.observe.traces import Part, Station, Trace

Way = Sequence[Trace]


def part(kind: str, began: float, ended: float, name: str = "", outcome: str = "ok") -> Part:
    return Part(kind, name or kind, ((began / 1000, ended / 1000),), outcome)


def request(at: float = 0.0, *, init: float | None = 252, wait: float = 13, name: str = "GET /photos/7") -> Trace:
    """An HTTP request that reads a table: the figures of the mock-up."""
    door, parts, now = 4.0 if init else 3.0, [], 0.0
    for kind, words, ms in (
        ("door", "door and route", door), ("init", "init", init or 0), ("handler", "handler code", 7),
        ("request", "table: get_item", wait), ("answer", "answer", 8),
    ):  # fmt: skip
        if ms:
            parts.append(part(kind, now, now + ms, words))
        now += ms
    station = Station("run", "photos", tuple(parts), cold=init is not None, waited=True)
    return Trace("1-00000000-000000000000000000000000", name, "an HTTP API", at, (station,), now / 1000)


def run(name: str, at: float, *, way: float = 3, init: float | None = None, ms: float = 40, **told: object) -> Station:
    """A function that an event reached on its way, and that asked for one thing."""
    parts = [part("queue", at, at + way, "on its way")]
    now = at + way
    if init is not None:
        parts.append(part("init", now, now + init))
        now += init
    third = ms / 3
    code = Part(
        "handler", "handler code", ((now / 1000, (now + third) / 1000), ((now + 2 * third) / 1000, (now + ms) / 1000))
    )
    parts += [code, part("request", now + third, now + 2 * third, "bucket: get_object")]
    return Station("run", name, tuple(parts), cold=init is not None, **told)  # type: ignore[arg-type]


def lost(name: str, at: float, outcome: str) -> Station:
    return Station("lost", name, (part("lost", at, at + 0.4, "on its way", outcome),), outcome=outcome)


def chain(*stations: Station, at: float = 0.0, name: str = "put_object of photos/cat.jpg", **told: object) -> Trace:
    put = Station("request", name, (part("request", 0, 5, "bucket: put_object"),), waited=True)
    root = "1-00000000-000000000000000000000001"
    return Trace(root, name, "", at, (put, *stations), 0.005, **told)  # type: ignore[arg-type]


def retried(minutes: float = 1, *, turned: bool = True) -> Trace:
    """A run that failed, and its second attempt after a turn of the clock, or after minutes that really went by."""
    first = run("fails", 5, init=60, ms=20, outcome="failed", reason="ValueError: no")
    wait = 200.0 if turned else 60_000 * minutes
    begin = first.ended * 1000
    parts = (part("queue", begin, begin + wait, "until attempt 2"), part("handler", begin + wait, begin + wait + 20))
    turns = ((begin / 1000 + 0.1, 60.0 * minutes),) if turned else ()
    return chain(first, Station("run", "fails", parts, attempt=2), turns=turns)


def many_requests() -> Trace:
    """A call that asked a table 3,000 times, and each of thirty other services once."""
    asked = tuple((n / 100 + 0.004, n / 100 + 0.01) for n in range(3000))
    code = tuple((n / 100, n / 100 + 0.004) for n in range(3000))
    others = [part("request", n, n + 1, f"service-{n}: do_a_thing", "denied" if n == 3 else "ok") for n in range(30)]
    table = Part("request", "table: get_item", asked, times=3000)
    parts = (part("door", 0, 1), Part("handler", "handler code", code), table, *others)
    return Trace("1-0", "invoke of f", "", 0.0, (Station("run", "f", parts, waited=True),), 30.0)


KEY = "a-key-that-somebody-gave-without-thinking-of-pictures/" * 8
WAYS: dict[str, Way] = {
    "empty": [],
    "nothing known": [Trace("1-0", "nothing", "", 0.0)],
    "cold": [request()],
    "warm": [request(init=None, wait=9)],
    "both": [request(), request(5, init=None, wait=9)],
    "both warm": [request(init=None), request(5, init=None, wait=9)],
    "two things": [request(), request(5, init=None, name="GET /about")],
    "chain": [chain(run("thumb", 4, init=300), run("label", 320, init=90))],
    "two chains": [
        chain(run("thumb", 4, init=300), run("label", 320, init=90)), chain(run("thumb", 4), run("label", 30), at=9),
    ],
    "denied": [chain(run("thumb", 4), lost("label", 40, "denied"))],
    "lost": [chain(lost("thumb", 4, outcome)) for outcome in ("filtered", "throttled")],
    "missing": [chain(lost("thumb", 4, "missing"), lost("thumb", 6, "waiting"), lost("thumb", 8, "stopped"))],
    "odd outcome": [chain(lost("thumb", 4, "eaten"))],
    "retried": [retried()],
    "waited": [retried(2, turned=False)],
    "instant": [chain(run("thumb", 0, way=0, ms=0))],
    "long names": [chain(run("f" * 64, 4, init=9), lost("g" * 64, 40, "denied"), name=f"put_object of {KEY}")],
    "two long names": [request(name=f"GET /{KEY}"), request(9, name=f"PUT /{KEY}")],
    "many functions": [chain(*[run(f"step-{n}", 4 + 30 * n, init=9 if n % 3 else None) for n in range(200)])],
    "two of many": [chain(*[run(f"s-{n}", 4 + 30 * n) for n in range(40)], at=9 * which) for which in (0, 1)],
    "many waits": [chain(*[run(f"step-{n}", 4 + 90_000 * n) for n in range(14)])],
    "many requests": [many_requests()],
}  # fmt: skip
