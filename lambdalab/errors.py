"""The errors that lambdalab itself raises, where AWS has no error of its own.

Everything that AWS would answer comes as AWS's own error type through boto3. What is left are the lab's own
faults: no lab is running, AWS itself would have been reached, the cloud process could not start.
"""

from __future__ import annotations


class LabError(Exception):
    """Something about the lab itself went wrong; the text says what happened, why, and what to do."""

    def _render_traceback_(self) -> list[str]:
        """What IPython shows: the sentence, without the library's own lines, which would say nothing to a student."""
        return [f"{type(self).__name__}: {self}"]


class OutsideTheLab(LabError):
    """A request was about to leave this machine and was stopped (lesson 00)."""
