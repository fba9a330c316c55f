"""Loops: a function that starts itself is stopped after sixteen runs in one chain.

On AWS the lineage in the trace header counts the runs of each function in a chain through SQS, SNS, S3 and Lambda; the
next one is dropped, and a sync caller gets RecursiveInvocationException. Follows
https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html; lesson 05. Left out: the notice in AWS Health.
"""

from __future__ import annotations

from dataclasses import replace

from lambdalab.service.model import Call, RecursiveLoop

MOST_IN_CHAIN = 16
TERMINATE, ALLOW = "Terminate", "Allow"


class Recursion:
    """What each function does about loops, and the check before each run."""

    def __init__(self) -> None:
        self._allowed: set[str] = set()

    def setting(self, arn: str) -> str:
        """RecursiveLoop of the function: "Terminate" or "Allow"."""
        return ALLOW if arn in self._allowed else TERMINATE

    def put(self, arn: str, setting: str) -> None:
        """Set RecursiveLoop of the function.

        Args:
            arn: the function's, without a qualifier.
            setting: "Terminate" or "Allow".
        """
        (self._allowed.add if setting == ALLOW else self._allowed.discard)(arn)

    def enter(self, call: Call) -> Call:
        """The call with this run in its trace's lineage.

        Raises:
            RecursiveLoop: the function has run sixteen times in this chain, and loops are not allowed to it.
        """
        arn = call.function.arn
        entered = replace(call, trace=call.trace.enters(arn))
        if entered.trace.visits(arn) > MOST_IN_CHAIN and arn not in self._allowed:
            raise RecursiveLoop(arn, entered)
        return entered
