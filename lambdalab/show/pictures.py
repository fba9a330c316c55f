"""The pictures of the lessons, under one name each.

AWS's documentation draws its own. Here each picture is a function of measured or computed data; its module says what it
shows and leaves out. Left out here: everything but the names.
"""

from __future__ import annotations

from lambdalab.show.anatomy import anatomy
from lambdalab.show.bursty_month import bursty_month
from lambdalab.show.canary import canary
from lambdalab.show.class_report import class_report
from lambdalab.show.concurrency import concurrency, concurrency_explorer, concurrency_measured
from lambdalab.show.costs import cost_against_requests
from lambdalab.show.journey import journey
from lambdalab.show.keep_alive import keep_alive_explorer
from lambdalab.show.ladder import isolation_ladder
from lambdalab.show.placement import placement_explorer
from lambdalab.show.poison import poison
from lambdalab.show.swimlanes import swimlanes
from lambdalab.show.system_map import system_map
from lambdalab.show.tuning import tuning
from lambdalab.show.two_processes import two_processes, two_processes_icon
from lambdalab.show.waterfall import waterfall
from lambdalab.show.workloads import workload_plane

__all__ = [
    "anatomy",
    "bursty_month",
    "canary",
    "class_report",
    "concurrency",
    "concurrency_explorer",
    "concurrency_measured",
    "cost_against_requests",
    "isolation_ladder",
    "journey",
    "keep_alive_explorer",
    "placement_explorer",
    "poison",
    "swimlanes",
    "system_map",
    "tuning",
    "two_processes",
    "two_processes_icon",
    "waterfall",
    "workload_plane",
]
