"""The pictures of the lessons, under one name each.

AWS's documentation draws its own. Here each picture is a function of measured or computed data; its module says what it
shows and leaves out. Left out here: everything but the names.
"""

from __future__ import annotations

from lambdalab.show.anatomy import anatomy
from lambdalab.show.bursty_month import bursty_month
from lambdalab.show.canary import canary
from lambdalab.show.journey import journey
from lambdalab.show.poison import poison
from lambdalab.show.swimlanes import swimlanes
from lambdalab.show.system_map import system_map
from lambdalab.show.two_processes import two_processes, two_processes_icon
from lambdalab.show.waterfall import waterfall

__all__ = [
    "anatomy",
    "bursty_month",
    "canary",
    "journey",
    "poison",
    "swimlanes",
    "system_map",
    "two_processes",
    "two_processes_icon",
    "waterfall",
]
