"""Exercise 09.5, the one per cent: a summary of latencies, and the chance that a page meets a cold start.

Percentiles have several definitions, which give neighbours in the sorted list: a value from one neighbour to the other
is right. The latencies are drawn, with a tail, so a wrong place shows.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lambdalab.learn.cases import first
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Seen, Stop, Tried
from lambdalab.learn.words import kind_of, short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks.formulas import answered, is_number, near, no_number, shown
from lambdalab.learn.workbooks.formulas import would_be as all_would_be

PLACES = {"p50": 50.0, "p95": 95.0, "p99": 99.0, "p99.9": 99.9}
KEYS = ("mean", *PLACES)
SUMMARY, HIT = "summary", "page_hit"
_ROUNDED = 0.051  # ms: a tenth may have been rounded
_MEAN_NEAR, _CHANCE_NEAR = 0.005, 0.0005
_Chance = Callable[[float, int], float]


def drawn(seed: int, count: int = 1_000, cold: int = 5) -> list[float]:
    """Latencies in ms as they came: most around 20, a tail, and the cold ones near a second."""
    draw = random.Random(seed)
    warm = [round(12 + draw.lognormvariate(2.2, 0.7), 2) for _ in range(count - cold)]
    times = [*warm, *(float(slow) for slow in draw.sample(range(700, 1_300), cold))]
    draw.shuffle(times)
    return times


LATENCIES = drawn(9)
"""The thousand latencies that the workbook gives, in ms, as they came."""


def cases(rng: random.Random | None) -> Sequence[Case]:
    seed = 0 if rng is None else rng.randrange(1, 10_000)
    share = 0.005 if rng is None else rng.choice((0.003, 0.004, 0.008, 0.012))
    sets = [
        ("the given latencies", LATENCIES, "summary(LATENCIES)"),
        ("1,000 others", drawn(20_000 + seed), _to_draw(f"{20_000 + seed}")),
        ("2,000, of which 60 are cold", drawn(40_000 + seed, 2_000, 60), _to_draw(f"{40_000 + seed}, 2_000, 60")),
    ]
    return [
        *(_summed(tried, times, event) for tried, times, event in sets),
        *(_chance(p, calls) for p, calls in ((0.005, 20), (share, 1), (share, 100), (share, 300), (2 * share, 20))),
    ]


def _to_draw(values: str) -> str:
    return f"from lambdalab.learn.workbooks.slowest import drawn\n\nsummary(drawn({values}))"


# -- the summary -------------------------------------------------------------------------------------------------------


def right(times: Sequence[float], key: str) -> tuple[float, float]:
    """From where to where a value is right."""
    if key == "mean":
        mean = math.fsum(times) / len(times)
        return mean * (1 - _MEAN_NEAR), mean * (1 + _MEAN_NEAR)
    low, high = _neighbours(sorted(times), key)
    return low - _ROUNDED, high + _ROUNDED


def _neighbours(ordered: Sequence[float], key: str) -> tuple[float, float]:
    """The two values between which all common definitions of this percentile lie, if the list is sorted."""
    place = round(len(ordered) * PLACES[key] / 100, 6)
    return ordered[math.floor(place) - 1], ordered[min(math.ceil(place + 1e-9), len(ordered)) - 1]


def _summed(tried: str, times: Sequence[float], event: str) -> Case:
    def run(work: Work) -> Seen:
        outcome = work.call(SUMMARY, list(times))
        if outcome.raised is not None:
            return Seen(False, f"raised {outcome.raised.kind}", raised=outcome.raised)
        if outcome.value is None:
            return Seen(False, "got `None`, expected five numbers")
        said = _five(outcome.value)
        wrong = [key for key in KEYS if not _fits(said[key], right(times, key))]
        facts = {"said": said, "wrong": wrong}
        if not wrong:
            return Seen(True, ", ".join(f"{key} {shown(float(said[key]))}" for key in KEYS), outcome.value, facts=facts)
        told = ", ".join(f"{key} {_off(said[key], right(times, key))}" for key in wrong)
        return Seen(False, told, outcome.value, facts=facts)

    return Case(tried, event, run, about=(SUMMARY, times))


def _five(value: Any) -> Mapping[str, Any]:
    """The summary by its keys.

    Raises:
        Stop: it has another form.
    """
    if not isinstance(value, Mapping):
        raise Stop(Message(f"`{SUMMARY}` returned {kind_of(value)}.", f"Return a dictionary with {_keys()}."))
    missing = [key for key in KEYS if key not in value]
    if missing:
        text = f'`{SUMMARY}` returned a dictionary without "{missing[0]}".'
        raise Stop(Message(text, f"It has the keys {_keys()}."))
    return value


def _keys() -> str:
    return ", ".join(f'"{key}"' for key in KEYS)


def _fits(value: Any, limits: tuple[float, float]) -> bool:
    return is_number(value) and limits[0] <= float(value) <= limits[1]


def _off(value: Any, limits: tuple[float, float]) -> str:
    """A wrong value, and in which direction it is wrong."""
    if not is_number(value):
        return f"is {short(value)}, no number"
    return f"{float(value):.6g} is too {'low' if float(value) < limits[0] else 'high'}"


# -- a page ------------------------------------------------------------------------------------------------------------


def chance(p: float, calls: int) -> float:
    return 1 - (1 - p) ** calls


def _chance(p: float, calls: int) -> Case:
    event = f"{HIT}({p:g}, {calls})"

    def judged(value: Any) -> Seen:
        if not is_number(value):
            return no_number(value)
        if abs(float(value) - chance(p, calls)) <= _CHANCE_NEAR:
            return Seen(True, shown(value), float(value))
        return Seen(False, f"got {shown(value)}, expected {shown(chance(p, calls))}", float(value))

    def run(work: Work) -> Seen:
        return answered(work, HIT, (p, calls), judged, before=SUMMARY)

    return Case(f"`{event}`", event, run, about=(HIT, (p, calls)))


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def would_be(*wrong: _Chance) -> Detect:
    """Every chance is what one of these gives."""

    def values(one: Tried) -> Mapping[str, object]:
        p, calls = one.case.about[1]
        return {"got": shown(one.seen.value), "p": f"{p:g}", "calls": calls}

    return all_would_be(
        HIT, *wrong, same=lambda value, other: is_number(value) and near(value, other, 0.005), values=values
    )


def of_summary(fits: Callable[[Sequence[float], Mapping[str, Any]], Mapping[str, object] | None]) -> Detect:
    """Recognise a wrong summary in each set of latencies: `fits` gives the message's values, or None."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        asked = [one for one in tried if one.case.about[0] == SUMMARY and "said" in one.seen.facts]
        found = [fits(one.case.about[1], one.seen.facts["said"]) if not one.seen.ok else None for one in asked]
        values = next((values for values in found if values is not None), None)
        return Hit(asked[0], values) if values is not None and None not in found else None

    return detect


def of_one(fits: Callable[[Sequence[float], Mapping[str, Any]], Mapping[str, object] | None]) -> Detect:
    """Recognise a wrong summary in the first set of latencies that shows it; other sets may hide it."""

    def look(one: Tried) -> Mapping[str, object] | None:
        return fits(one.case.about[1], one.seen.facts["said"]) if "said" in one.seen.facts else None

    return first(look)


def otherwise(name: str) -> Detect:
    """Any other wrong value of this function."""

    def look(one: Tried) -> Mapping[str, object] | None:
        fits = one.case.about[0] == name and not one.seen.pending and one.seen.raised is None
        return {"tried": one.case.tried, "shown": one.seen.shown} if fits else None

    return first(look)


def _placed(times: Sequence[float], said: Mapping[str, Any]) -> list[str]:
    """Which percentiles are wrong in this list, and right for the list as it is given."""
    wrong = [key for key in PLACES if not _fits(said[key], right(times, key))]
    return wrong if all(_is_at(times, said[key], key) for key in wrong) else []


def _is_at(ordered: Sequence[float], value: Any, key: str) -> bool:
    """Whether the value is at the percentile's place in this order, or between its neighbours there."""
    place = round(len(ordered) * PLACES[key] / 100, 6)
    around = ordered[max(0, math.floor(place) - 1) : math.ceil(place) + 1] or ordered[-1:]
    return is_number(value) and min(around) - _ROUNDED <= float(value) <= max(around) + _ROUNDED


def unsorted(times: Sequence[float], said: Mapping[str, Any]) -> Mapping[str, object] | None:
    keys = _placed(times, said)
    return {"key": keys[0], "got": shown(float(said[keys[0]]))} if keys else None


def downwards(times: Sequence[float], said: Mapping[str, Any]) -> Mapping[str, object] | None:
    """The list was sorted the other way round."""
    falling = sorted(times, reverse=True)
    wrong = [key for key in PLACES if key != "p50"]
    return {"got": shown(float(said["p99"]))} if all(_is_at(falling, said[key], key) for key in wrong) else None


def mean_as_typical(times: Sequence[float], said: Mapping[str, Any]) -> Mapping[str, object] | None:
    fits = _fits(said["p50"], right(times, "mean")) and not _fits(said["p50"], right(times, "p50"))
    return {"got": shown(float(said["p50"]))} if fits else None


def median_as_mean(times: Sequence[float], said: Mapping[str, Any]) -> Mapping[str, object] | None:
    fits = _fits(said["mean"], right(times, "p50")) and not _fits(said["mean"], right(times, "mean"))
    return {"got": shown(float(said["mean"]))} if fits else None


def rounded(times: Sequence[float], said: Mapping[str, Any]) -> Mapping[str, object] | None:
    """Whole numbers, each less than one beside a right value."""
    wrong = [key for key in KEYS if not _fits(said[key], right(times, key))]
    for key in wrong:
        low, high = right(times, key)
        if not is_number(said[key]) or float(said[key]) % 1 or not low - 1 < float(said[key]) < high + 1:
            return None
    return {"key": wrong[0], "got": shown(float(said[wrong[0]]))}


def slowest_of_all(times: Sequence[float], said: Mapping[str, Any]) -> Mapping[str, object] | None:
    """The last of the sorted list stands for p99.9, which is not seen in a thousand."""
    wrong = [key for key in KEYS if not _fits(said[key], right(times, key))]
    largest = is_number(said["p99.9"]) and near(float(said["p99.9"]), max(times))
    return {"got": shown(float(said["p99.9"])), "n": f"{len(times):,}"} if wrong == ["p99.9"] and largest else None


def given_alone(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The given latencies are summed up rightly, and the others get the same numbers."""
    asked = [one for one in tried if one.case.about[0] == SUMMARY and "said" in one.seen.facts]
    same = len(asked) > 1 and all(one.seen.facts["said"] == asked[0].seen.facts["said"] for one in asked)
    return Hit(asked[1]) if same and asked[0].seen.ok and not asked[1].seen.ok else None
