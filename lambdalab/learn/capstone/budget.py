"""M7: what one photo costs in counts, which no machine changes, and a memory size that was measured and then chosen.

Twenty photos are uploaded one after the other, and the lab counts what all functions did for them. The measurement
lies with the function itself, as tags such as `tuned-512` with the milliseconds of a warm call.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lambdalab.learn.capstone.looks import Look, Looks, because
from lambdalab.learn.capstone.system import FUNCTIONS, PHOTOS, RESIZE, STATS, System
from lambdalab.models.bill import Bill
from lambdalab.samples import photo

PHOTOS_COUNTED = 20
NOT_MEASURED, NOT_RUN = "not-measured", "not-run-there"
_MOST = {"invocations": 3, "S3 requests": 5, "table writes": 3, "log bytes": 1024}
_SINGLE = ("dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem")
_BILLED = "DynamoDB writes"
_TAG = re.compile(r"tuned-(\d+)")
_LEAST_SIZES = 3
_ROUNDED = 1.0
"""Milliseconds that a tag may leave out."""


def budget(system: System) -> Looks:
    """Four counts for each photo, and the table of measurements."""
    system.must_have(buckets=True, tables=(PHOTOS, STATS), functions=FUNCTIONS)
    system.upload(system.key("warm.jpg", "-warm"), photo(600, 400, seed=70))
    names, bill = system.deployed(), system.lab.bill()
    before = _used(system, names)
    for number in range(PHOTOS_COUNTED):
        system.upload(system.key(f"{number:02}.jpg", "-budget"), photo(600, 400, seed=71))
    system.calm()
    after, since = _used(system, names), system.lab.bill(since=bill)
    spent = {what: after[what] - before[what] for what in after}
    spent["table writes"] = _written(spent, since)
    for what, most in _MOST.items():
        each = spent[what] / PHOTOS_COUNTED
        shown = f"{each:,.0f}" if each == round(each) or each > 100 else f"{each:.1f}"
        look = Look(0 < each <= most, f"{what} for each photo", shown, f"at most {most:,}")
        words = f"Each photo costs {shown} {what}, and {most:,} are in the budget."
        idea = "Look at which function asks for what: `lab.counts(name).requests`."
        yield because(look, "over-budget", words, idea) if each else look
    yield memory(system)


def _used(system: System, names: list[str]) -> dict[str, float]:
    found = dict.fromkeys((*_MOST, "single writes", "batch writes"), 0.0)
    for name in names:
        counts = system.lab.counts(name)
        found["invocations"] += counts.invocations
        found["log bytes"] += counts.log_bytes
        for what, n in counts.requests.items():
            found["S3 requests"] += n if what.startswith("s3:") else 0
            found["single writes"] += n if what in _SINGLE else 0
            found["batch writes"] += n if what == "dynamodb:BatchWriteItem" else 0
    return found


def _written(spent: Mapping[str, float], bill: Bill) -> float:
    """Items that were written: a transaction bills each of its items twice, and counts here as its items."""
    billed = float(sum((item.quantity for item in bill.items if item.name.startswith(_BILLED)), Decimal(0)))
    grouped = max(0.0, billed - spent["single writes"])
    return spent["single writes"] + (grouped if spent["batch writes"] else grouped / 2)


def memory(system: System) -> Look:
    """Whether the size that is set was measured, and no other measured one is both faster and cheaper."""
    said = system.settings(RESIZE)
    size = int(said["MemorySize"])
    tags: Mapping[str, Any] = system.functions.list_tags(Resource=said["FunctionArn"])["Tags"]
    measured = {int(found[1]): _number(value) for name, value in tags.items() if (found := _TAG.fullmatch(name))}
    tried, wanted = f"tags of `{RESIZE}`", f"`tuned-<MB>` for {_LEAST_SIZES} sizes, the one that is set among them"
    times = {mb: ms for mb, ms in measured.items() if ms > 0}
    if len(times) < _LEAST_SIZES or size not in times:
        seen = f"measured: {', '.join(f'{mb} MB' for mb in sorted(times)) or 'nothing'}; set: {size} MB"
        idea = "Measure before you choose: `lab.tune`. Keep what you measured as tags of the function."
        words = f"`{RESIZE}` has {size} MB, and its tags tell of {len(times)} measured sizes."
        return because(Look(False, tried, seen, wanted), NOT_MEASURED, words, idea)
    invented = _invented(system, times)
    if invented:
        look = Look(False, tried, invented, "times of runs in this lab")
        return because(look, NOT_RUN, f"{invented}.", "A measurement is a run: `lab.tune`, then the tags.")
    better = [mb for mb, ms in times.items() if ms < times[size] and ms * mb < times[size] * size]
    seen = f"{size} MB in {times[size]:g} ms" + (f"; {better[0]} MB is faster and cheaper" if better else "")
    look = Look(not better, tried, seen, "no measured size is both faster and cheaper")
    return because(look, "memory", f"By your own table {seen}.", "The price is memory times time.")


def _invented(system: System, times: Mapping[int, float]) -> str:
    """What a tag tells that no run of `resize` shows; "" for nothing."""
    fastest: dict[int, float] = {}
    for run in system.lab.history(RESIZE):
        if run.report and not run.error_type:  # one that failed at once measures nothing
            mb, ms = run.report.memory_size_mb, run.report.duration_ms
            fastest[mb] = min(ms, fastest.get(mb, ms))
    for mb, told in sorted(times.items()):
        if mb not in fastest:
            return f"`tuned-{mb}` tells of {mb:,} MB, with which `{RESIZE}` never ran in this lab"
        if told < fastest[mb] - _ROUNDED:
            return f"`tuned-{mb}` says {told:g} ms, and no run with {mb:,} MB took less than {fastest[mb]:.0f} ms"
    return ""


def _number(text: Any) -> float:
    """Milliseconds from a tag; 0 for what is no number."""
    try:
        return float(str(text).removesuffix("ms").strip())
    except ValueError:
        return 0.0
