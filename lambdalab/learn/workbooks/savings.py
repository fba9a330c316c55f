"""Exercise 11.5, does it save: six proposals, each priced before and after by the cost model, beside what was said.

The commitment counts. Four changed cases follow, and those have to be right. Each is a pair of bills, so nothing here
knows an answer that was not computed.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lambdalab.learn.cases import all_filled, second_comes_next
from lambdalab.learn.exercises import Case, Detect, Hit, Message, Row, Seen, Stop, Tried
from lambdalab.learn.words import short
from lambdalab.learn.work import Work
from lambdalab.models.bill import Bill
from lambdalab.models.months import HOURS, LambdaMonth, gigabytes, month, service_month
from lambdalab.show.numbers import money

SAVES, AGAIN = "saves", "again"
CHEAPER, SAME, DEARER = "cheaper", "same", "dearer"
_MILLION = 1_000_000


@dataclass(frozen=True)
class Proposal:
    """A month before and after a change, and what speaks against another answer.

    Args:
        against: asks the question that decides, without its answer.
        look: where to look, or what to do.
    """

    before: Bill
    after: Bill
    against: str = ""
    look: str = ""

    @property
    def verdict(self) -> str:
        if self.before.usd == self.after.usd:
            return SAME
        return CHEAPER if self.after.usd < self.before.usd else DEARER


def _calls(duration_ms: int, memory_mb: int, number: int = _MILLION, architecture: str = "x86_64") -> Bill:
    return month(LambdaMonth(number, duration_ms, memory_mb, architecture))


def _from_a_queue(batch: int, *, messages: int = _MILLION, waiting: int = 1_000) -> Bill:
    """A month of messages of 20 ms each: for each batch a call, and two requests to SQS, one fetches and one deletes.

    Args:
        waiting: how many messages lie in the queue when Lambda fetches; a batch holds no more.
    """
    size = min(batch, waiting)
    calls = messages // size
    return _calls(20 * size, 128, calls) + service_month(sqs_requests=2 * calls)


_ONE_A_MINUTE = {"messages": HOURS * 60, "waiting": 1}
_READY, _SIZE = 10, 512
_KEPT = _READY * HOURS * 3600  # seconds of ten environments in a month


def _in_use(share: Decimal, *, provisioned: bool) -> Bill:
    """Ten environments' worth of calls of 200 ms, in so much of the time."""
    number = int(_KEPT * share * 5)
    return month(LambdaMonth(number, 200, _SIZE, provisioned=_READY if provisioned else 0))


def _with_a_silent_partner(timeout_s: int, hanging: int) -> Bill:
    """Calls of 200 ms, of which so many in a million hang until their timeout."""
    return month(LambdaMonth(_MILLION - hanging, 200, 128), LambdaMonth(hanging, 1_000 * timeout_s, 128))


def _logging(kb: int) -> Bill:
    return _calls(200, 128) + service_month(log_gb=gigabytes(_MILLION * kb))


PROPOSALS: Mapping[str, Proposal] = {
    "timeout": Proposal(_with_a_silent_partner(900, 0), _with_a_silent_partner(10, 0)),
    "half the memory": Proposal(_calls(1_000, 1_024), _calls(2_000, 512)),
    "arm64": Proposal(_calls(200, 512), _calls(200, 512, architecture="arm64")),
    "batch": Proposal(_from_a_queue(1), _from_a_queue(10)),
    "provisioned": Proposal(_in_use(Decimal("0.02"), provisioned=False), _in_use(Decimal("0.02"), provisioned=True)),
    "log less": Proposal(_logging(20), _logging(1)),
}
CHANGED: Mapping[str, Proposal] = {
    "timeout, some calls hang": Proposal(
        _with_a_silent_partner(900, 1_000),
        _with_a_silent_partner(10, 1_000),
        "How long does the one that hangs run, and who pays for it?",
        'Look again at lesson 11, "A failure has a price too".',
    ),
    "half the memory, it waits": Proposal(
        _calls(300, 1_024),
        _calls(300, 512),
        "What does the partner do with your CPU?",
        'Look again at lesson 11, "Memory is CPU".',
    ),
    "arm64, a third slower": Proposal(
        _calls(200, 512),
        _calls(267, 512, architecture="arm64"),
        "A GB-second costs 20 % less there. How many more of them does it take?",
        "Multiply price and number, before and after.",
    ),
    "batch, one message a minute": Proposal(
        _from_a_queue(1, **_ONE_A_MINUTE),
        _from_a_queue(10, **_ONE_A_MINUTE),
        "How many messages lie in the queue when Lambda fetches?",
        "Count the requests of an hour, before and after.",
    ),
}


def cases(rng: random.Random | None) -> Sequence[Case]:
    return [
        Case("the six proposals", SAVES, _committed, about=SAVES),
        Case("four changed ones", AGAIN, _second, about=AGAIN),
    ]


def _said(work: Work, name: str, proposals: Mapping[str, Proposal]) -> Mapping[str, str]:
    """The student's words, each one of the three.

    Raises:
        Unwritten: entries are open.
        Stop: another word, or no dictionary.
    """
    said = all_filled(work, name, list(proposals))
    for key in proposals:
        if said[key] not in (CHEAPER, SAME, DEARER):
            text = f'`{name}["{key}"]` is {short(said[key])}.'
            raise Stop(Message(text, f'Choose one of "{CHEAPER}", "{SAME}", "{DEARER}".'))
    return {key: said[key] for key in proposals}


def _committed(work: Work) -> Seen:
    said = _said(work, SAVES, PROPOSALS)
    rows = tuple(
        Row(word == PROPOSALS[key].verdict, f"{key}: you said {word}", _priced(PROPOSALS[key]))
        for key, word in said.items()
    )
    return Seen(True, "priced", facts={"said": said}, rows=rows)


def _priced(proposal: Proposal) -> str:
    return f"{money(proposal.before.usd)} before, {money(proposal.after.usd)} after"


def _second(work: Work) -> Seen:
    if pending := second_comes_next(work, "Six are priced.", "Now four changed ones:"):
        return pending
    said = _said(work, AGAIN, CHANGED)
    right = [key for key, word in said.items() if word == CHANGED[key].verdict]
    rows = tuple(
        Row(key in right, f"again, {key}: you said {word}", _priced(CHANGED[key]) if key in right else "look again")
        for key, word in said.items()
    )
    wrong = next((key for key in said if key not in right), None)
    if wrong is None:
        return Seen(True, "priced", rows=rows)
    text = Message(f'For "{wrong}" you said "{said[wrong]}".', CHANGED[wrong].against, CHANGED[wrong].look)
    return Seen(False, "priced", rows=rows, message=text)


def said_of(key: str, *words: str) -> Detect:
    """One of these words was said of a proposal, and its price says another; without words any other one."""

    def detect(tried: Sequence[Tried], work: Work) -> Hit | None:
        one = next(one for one in tried if one.case.about == SAVES)
        word = one.seen.facts["said"][key]
        differs = word != PROPOSALS[key].verdict and (not words or word in words)
        proposal = PROPOSALS[key]
        kept = proposal.after.of("kept ready").usd if key == "provisioned" else Decimal(0)
        return Hit(one, {"said": word, "kept": f"{kept:.2f}"}) if differs else None

    return detect
