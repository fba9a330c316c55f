"""What a lesson and a workbook ask of a student: predict and reveal, recall, transfer and review, check and hint,
progress.

Each is a call with text, so that it works in a notebook, in a terminal, by keyboard and with a screen reader; in a
notebook it shows a card as well. AWS has nothing of the kind. Left out: grading a class, which is
`lambdalab.teach`'s.
"""

from lambdalab.learn.checks import check
from lambdalab.learn.closing import mistake, transfer
from lambdalab.learn.feedback import CheckResult, NotYet
from lambdalab.learn.hints import hint
from lambdalab.learn.predictions import predict, reveal
from lambdalab.learn.progress import progress
from lambdalab.learn.recall import recall
from lambdalab.learn.rereading import look_again
from lambdalab.learn.review import review
from lambdalab.learn.sources import trigger_table

__all__ = [
    "CheckResult",
    "NotYet",
    "check",
    "hint",
    "look_again",
    "mistake",
    "predict",
    "progress",
    "recall",
    "reveal",
    "review",
    "transfer",
    "trigger_table",
]
