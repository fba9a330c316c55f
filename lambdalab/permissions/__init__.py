"""Permissions: who may do what, which statement decided, and what would have to be written to allow it.

On AWS policies are weighed inside each service, and a refusal says little. Here `decisions` weighs them and names the
statement, and `advice` tells what came near and what is missing. Both are plain functions over policies as JSON.
"""

from lambdalab.permissions.advice import (
    add_permission,
    add_permission_call,
    missing_statement,
    near_miss,
    remedy,
    written,
)
from lambdalab.permissions.decisions import Decision, Statement, decide, decide_for_role

__all__ = [
    "Decision",
    "Statement",
    "add_permission",
    "add_permission_call",
    "decide",
    "decide_for_role",
    "missing_statement",
    "near_miss",
    "remedy",
    "written",
]
