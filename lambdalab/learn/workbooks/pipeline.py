"""Exercise 11.3, the whole pipeline: a month of photos, item by item, for several volumes.

The right amounts are the cost model's (`models/months.py`). Each item is looked at by itself, beside what typical
mistakes give for it; one is recognised when it gives the item in every month.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lambdalab.facts import price
from lambdalab.learn.checks import sentence
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Seen, Stop, Tried
from lambdalab.learn.words import kind_of, short
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks import formulas
from lambdalab.learn.workbooks.bill import dollars
from lambdalab.learn.workbooks.formulas import either, is_number, near
from lambdalab.models.months import LambdaMonth, gigabytes, month, service_month

ITEMS, LARGEST = "items", "largest"
KEYS = ("put", "get", "lambda", "table", "log", "egress")
_OF = "the largest: "
_SHARE = 0.01
_KB_IN_A_GB = 1024 * 1024


@dataclass(frozen=True)
class Month:
    """What comes in a month; the student gets it as a dictionary."""

    photos: int = 1_000_000
    memory_mb: int = 512
    ms: int = 400
    log_kb: float = 1
    thumbnail_kb: float = 50
    views: int = 5
    free_egress: bool = True

    @property
    def egress_gb(self) -> float:
        return self.photos * self.views * self.thumbnail_kb / _KB_IN_A_GB


GIVEN = Month()


def right(comes: Month) -> dict[str, float]:
    """USD of each item."""
    photos = comes.photos
    bills = {
        "put": service_month(s3_puts=2 * photos),
        "get": service_month(s3_gets=photos),
        "lambda": month(LambdaMonth(photos, comes.ms, comes.memory_mb)),
        "table": service_month(dynamodb_writes=photos),
        "log": service_month(log_gb=gigabytes(photos * comes.log_kb)),
        "egress": service_month(
            egress_gb=gigabytes(photos * comes.views * comes.thumbnail_kb), free_tier=comes.free_egress
        ),
    }
    return {key: float(bill.usd) for key, bill in bills.items()}


def months(rng: random.Random | None) -> list[tuple[str, Month]]:
    """The months that are tried, each with another largest item or another trap."""
    draw = rng or random.Random(3)
    some = draw.choice((1_500_000, 2_500_000, 4_000_000))
    return [
        ("the given month", GIVEN),
        ("a tenth of the photos", replace(GIVEN, photos=100_000)),
        ("the given month, no free egress", replace(GIVEN, free_egress=False)),
        ("40 KB of log a call", replace(GIVEN, log_kb=draw.choice((40, 48, 60)))),
        ("a long call with much memory", replace(GIVEN, photos=some, ms=draw.choice((2_000, 3_000)), memory_mb=3_008)),
        ("other thumbnails", replace(GIVEN, photos=some, thumbnail_kb=draw.choice((20, 30)), views=12, log_kb=2)),
    ]


def cases(rng: random.Random | None) -> Sequence[Case]:
    tried = months(rng)
    return [*(_priced(*one) for one in tried), *(_largest(*one) for one in tried)]


def _priced(tried: str, comes: Month) -> Case:
    expected = right(comes)

    def judged(value: Any) -> Seen:
        if value is None:
            return Seen(False, "got `None`, expected a dictionary of six amounts")
        if not isinstance(value, Mapping):
            raise Stop(Message(f"Your `{ITEMS}` returned {kind_of(value)}.", f"Return a dictionary with {_keys()}."))
        said = {key: value.get(key) for key in KEYS}
        others = [key for key in value if key not in KEYS]
        wrong = [key for key in KEYS if not _fits(said[key], expected[key])]
        facts = {"said": said, "wrong": wrong, "expected": expected, "others": others}
        if not wrong:
            return Seen(True, f"{_usd(sum(expected.values()))} together", value, facts=facts)
        text = _odd(tried, wrong[0], said, expected, others)
        return Seen(False, "not right: " + ", ".join(wrong), value, facts=facts, message=text)

    def run(work: Work) -> Seen:
        return formulas.answered(work, ITEMS, (vars(comes).copy(),), judged)

    return Case(tried, f"{ITEMS}({vars(comes)})", run, about=(ITEMS, (comes,)))


def _usd(value: Any) -> str:
    return f"${float(value):,.2f}" if abs(value) >= 0.1 else dollars(value)


def _keys() -> str:
    return ", ".join(f'"{key}"' for key in KEYS)


def _fits(value: Any, expected: float) -> bool:
    return is_number(value) and (near(float(value), expected, _SHARE) or abs(float(value) - expected) < 1e-9)


_ADVICE = {
    "put": "Each photo is stored, and its thumbnail too.",
    "get": "The function reads each photo once.",
    "lambda": "A million requests have a price, and GB times seconds have one: 1 GB is 1,024 MB, 1 s is 1,000 ms.",
    "table": "Each photo is one write.",
    "log": "Each call writes so many KB; the price is for a GB.",
    "egress": "Each thumbnail travels once for each view; the price is for a GB, after what is free.",
}


def _odd(
    tried: str, key: str, said: Mapping[str, Any], expected: Mapping[str, float], others: Sequence[Any]
) -> Message:
    """What to say of an item that is wrong in no known way; not what it should be."""
    value = said[key]
    what = sentence(tried)
    if value is None:
        instead = f", but {short(others[0])}" if others else ""
        return Message(f'{what}: your dictionary has no "{key}"{instead}.', f"It needs all of {_keys()}.")
    if not is_number(value):
        return Message(f'{what}: your "{key}" is {short(value)}.', "Each item is a number of dollars.")
    how = "too much" if float(value) > expected[key] else "too little"
    look = "Look at what you count, and at the unit of its price."
    return Message(f'{what}: your "{key}" is {_usd(value)}, {how}.', _ADVICE[key], look)


def _largest(tried: str, comes: Month) -> Case:
    amounts = right(comes)
    expected = max(amounts, key=lambda key: amounts[key])

    def judged(value: Any) -> Seen:
        if value == expected:
            return Seen(True, str(value), value)
        what = f"{sentence(tried)}: your `{LARGEST}` gave {short(value)}."
        if isinstance(value, str) and value in KEYS:
            text = Message(what, "By your own `items` another one costs more.", "Compare the amounts of this month.")
        else:
            text = Message(what, f"Asked is the name of the item, one of {_keys()}.")
        return Seen(False, short(value), value, message=text)

    def run(work: Work) -> Seen:
        return formulas.answered(work, LARGEST, (vars(comes).copy(),), judged, before=ITEMS)

    return Case(f"{_OF}{tried}", f"{LARGEST}({vars(comes)})", run, about=(LARGEST, (comes,)))


# -- typical wrong answers ---------------------------------------------------------------------------------------------

Amount = Callable[[Month], float]


def item(key: str, *wrong: Amount) -> Detect:
    """The item is wrong in some month, and in all of them it is what one of these amounts comes to."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        asked = _itemised(tried)
        odd = [one for one in asked if key in one.seen.facts["wrong"]]
        for amount in wrong:
            if odd and all(_fits(one.seen.facts["said"][key], amount(_month(one))) for one in asked):
                return Hit(odd[0], _values(odd[0], key))
        return None

    return detect


def any_item(wrong: Mapping[str, Sequence[Amount]]) -> Detect:
    """`item` for the first of several items that shows it."""
    return either(*(item(key, *amounts) for key, amounts in wrong.items()))


def _itemised(tried: Sequence[Tried]) -> list[Tried]:
    return [one for one in tried if "said" in one.seen.facts]


def _month(one: Tried) -> Month:
    found: Month = one.case.about[1][0]
    return found


def _values(one: Tried, key: str) -> Mapping[str, object]:
    tried, said = one.case.tried, one.seen.facts["said"][key]
    return {"what": sentence(tried), "got": _usd(said), "key": key}


def only_lambda(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Of the given month's six items only the function was priced."""
    for one in _itemised(tried)[:1]:
        said, expected = one.seen.facts["said"], one.seen.facts["expected"]
        rest = [said[key] for key in KEYS if key != "lambda"] + one.seen.facts["others"]
        nothing = all(value is None or (is_number(value) and value == 0) for value in rest)
        if nothing and _fits(said["lambda"], expected["lambda"]):
            return Hit(one, {"got": f"{float(said['lambda']):.2f}", "total": f"{sum(expected.values()):.2f}"})
    return None


def given_alone(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The given month is priced rightly, and each other one gets the same amounts."""
    asked = _itemised(tried)
    same = asked and asked[0].seen.ok and all(one.seen.facts["said"] == asked[0].seen.facts["said"] for one in asked)
    return Hit(asked[1], {"what": asked[1].case.tried}) if same else None


def logs_left_out(tried: Sequence[Tried], work: Work) -> Hit | None:
    for one in _itemised(tried):
        log = one.seen.facts["said"]["log"]
        if (log is None and not one.seen.facts["others"]) or (is_number(log) and log == 0):
            return Hit(one)
    return None


def below_zero(tried: Sequence[Tried], work: Work) -> Hit | None:
    for one in _itemised(tried):
        value = one.seen.facts["said"]["egress"]
        if is_number(value) and value < 0:
            gb = f"{_month(one).egress_gb:.1f}"
            return Hit(one, {"got": f"{float(value):.2f}", "gb": gb, "photos": f"{_month(one).photos:,}"})
    return None


def rounded(tried: Sequence[Tried], work: Work) -> Hit | None:
    """Every amount that is wrong is right but for its last digits."""
    odd = [one for one in _itemised(tried) if one.seen.facts["wrong"]]
    for digits in (0, 1, 2):
        if odd and all(_is_rounded(one, digits) for one in odd):
            return Hit(odd[0], _values(odd[0], odd[0].seen.facts["wrong"][0]))
    return None


def _is_rounded(one: Tried, digits: int) -> bool:
    said, wrong, expected = (one.seen.facts[name] for name in ("said", "wrong", "expected"))
    return all(_fits(said[key], round(expected[key], digits)) for key in wrong)


def times(factor: float, *keys: str) -> dict[str, list[Amount]]:
    """So many times too much, for each of these items."""

    def of(key: str) -> Amount:
        return lambda comes: right(comes)[key] * factor

    return {key: [of(key)] for key in keys}


def egress(*, kb_in_a_gb: float = _KB_IN_A_GB, views: bool = True, free: bool | None = None) -> Amount:
    """What data to the internet come to; what students get wrong can be set."""

    def amount(comes: Month) -> float:
        gb = comes.photos * (comes.views if views else 1) * comes.thumbnail_kb / kb_in_a_gb
        taken = float(price("network.free_egress_gb")) if (comes.free_egress if free is None else free) else 0
        return max(0.0, gb - taken) * float(price("network.egress_gb"))

    return amount


def dollars_off(comes: Month) -> float:
    """The egress with 100 dollars taken off where 100 GB are free."""
    off = float(price("network.free_egress_gb")) if comes.free_egress else 0
    return max(0.0, egress(free=False)(comes) - off)


def log(kb_in_a_gb: float) -> Amount:
    return lambda comes: comes.photos * comes.log_kb / kb_in_a_gb * float(price("logs.ingest_gb"))


def data(*kb_in_a_gb: float) -> dict[str, list[Amount]]:
    """Both items that are priced by the GB, with another number of KB in one."""
    return {"log": [log(kb) for kb in kb_in_a_gb], "egress": [egress(kb_in_a_gb=kb) for kb in kb_in_a_gb]}


def compute(*, requests: bool = True, ms_in_a_second: float = 1_000, mb_in_a_gb: float = 1_024) -> Amount:
    def amount(comes: Month) -> float:
        gb_s = comes.photos * comes.ms / ms_in_a_second * comes.memory_mb / mb_in_a_gb
        request = comes.photos * float(price("lambda.requests_per_million")) / 1e6
        return request * requests + gb_s * float(price("lambda.duration_x86_gb_s"))

    return amount


def compute_free(comes: Month) -> float:
    """The function's month with Lambda's free tier taken off."""
    return float(month(LambdaMonth(comes.photos, comes.ms, comes.memory_mb), free_tier=True).usd)


def alphabetical(tried: Sequence[Tried], work: Work) -> Hit | None:
    """`max` of the dictionary itself: the last name in the alphabet, for every month."""
    asked = [one for one in tried if one.case.about[0] == LARGEST and not one.seen.pending]
    same = asked and all(one.seen.value == max(KEYS) for one in asked)
    return Hit(asked[0]) if same and not asked[0].seen.ok else None


def the_amount(tried: Sequence[Tried], work: Work) -> Hit | None:
    """`largest` hands back how much, and not which."""
    for one in tried:
        if one.case.about[0] == LARGEST and not one.seen.ok and is_number(one.seen.value):
            return Hit(one, {"got": _usd(one.seen.value)})
    return None


def the_given_one(tried: Sequence[Tried], work: Work) -> Hit | None:
    """`largest` is right for the given month, and says the same for each other."""
    asked = [one for one in tried if one.case.about[0] == LARGEST and not one.seen.pending]
    same = bool(asked) and asked[0].seen.ok and all(one.seen.value == asked[0].seen.value for one in asked)
    odd = next((one for one in asked if not one.seen.ok), None)
    return Hit(odd, {"got": odd.seen.value, "what": odd.case.tried.removeprefix(_OF)}) if same and odd else None
