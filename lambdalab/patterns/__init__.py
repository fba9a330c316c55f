"""Event patterns: which events a rule of EventBridge means, and which records a mapping of Lambda lets through.

On AWS one library of AWS's own reads these patterns for both, and an event that matches none is silence. Here a pattern
is read once and asked often: it says whether it matches and, if not, which key was the first to differ. `matching`
knows objects, lists and $or, `operators` what a value may be. The texts of refusals are AWS's. Left out: the place in
the pattern that AWS adds to most refusals, and AWS's limit on wildcards with many repetitions. Follows
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html and
https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html; lessons 07 and 08.
"""

from lambdalab.patterns.matching import Pattern
from lambdalab.patterns.operators import InvalidPattern

__all__ = ["InvalidPattern", "Pattern"]
