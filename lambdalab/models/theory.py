"""What queueing theory says without any simulation; the simulator must agree with it.

AWS states one of these itself: concurrency is the rate of calls times their duration. That is Little's law. The other
two hold under conditions that each docstring names; beyond them only a simulation helps.
"""

from __future__ import annotations

import math

from lambdalab.models.checks import above, whole


def little(rate: float, seconds: float) -> float:
    """Calls that run at the same time, on average: rate times duration (lesson 09).

    Little's law holds for any arrivals and any durations. Follows
    https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html.

    Args:
        rate: calls a second that are let in.
        seconds: mean duration of a call, in seconds.

    Raises:
        ValueError: a negative figure.
    """
    above("rate", rate, "calls a second", zero=True)
    above("seconds", seconds, "the mean duration of a call", zero=True)
    return rate * seconds


def erlang_b(limit: int, load: float) -> float:
    """The share of calls that is turned away when `limit` may run at once and nobody waits (lesson 09).

    Erlang's loss formula holds for calls that come independently of each other (Poisson), and for any durations.

    Args:
        limit: calls that may run at the same time.
        load: rate times mean duration: the mean number that would run without a limit.

    Raises:
        ValueError: a negative figure, or a limit that is no whole number.
    """
    whole("limit", limit, "how many calls may run at once", least=0)
    above("load", load, "rate times mean duration", zero=True)
    lost = 1.0
    for places in range(1, int(limit) + 1):
        lost = load * lost / (places + load * lost)
    return lost


def cold_of_one(rate: float, keep_alive: float) -> float:
    """The share of cold starts where one environment may exist: e^(−rate × keep-alive) (lesson 09).

    After each call the environment waits; it is gone if the next call takes longer than `keep_alive` to come. Holds for
    calls that come independently of each other (Poisson) and for any durations, of the calls that are let in.

    Args:
        rate: calls a second that come, those turned away included.
        keep_alive: seconds that an idle environment is kept.

    Raises:
        ValueError: a rate that is not above zero, or a negative time.
    """
    above("rate", rate, "calls a second")
    above("keep_alive", keep_alive, "the seconds that an idle environment is kept", zero=True, ever=True)
    return math.exp(-rate * keep_alive)
