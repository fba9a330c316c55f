"""Run the benchmarks, print their table, and write build/benchmarks.json."""

from __future__ import annotations

import json
import platform
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import calls, environments, peers, queues, schedules, simulation, triggers
from benchmarks.measure import Row

KINDS = {
    "calls": calls.rows,
    "environments": environments.rows,
    "triggers": triggers.rows,
    "queues": queues.rows,
    "schedules": schedules.rows,
    "simulation": simulation.rows,
    "peers": peers.rows,
}
USUAL = (
    "calls",
    "environments",
    "triggers",
    "queues",
    "schedules",
    "simulation",
)  # the peers are installed first, so they are asked for by name


def main() -> None:
    print(f"{'what':46} {'value':>9} {'':5} {'floor or target':44} {'value':>9} {'ratio':>7}  wanted")
    found: list[Row] = []
    for name in sys.argv[1:] or USUAL:
        for row in KINDS[name]():
            found.append(row)
            print(
                f"{row.what:46} {row.value:9.3f} {row.unit:5} {row.floor:44} {row.floor_value:9.3f} {row.ratio:7.3f}"
                f"  {row.wanted}",
                flush=True,
            )
    out = Path("build/benchmarks.json")
    out.parent.mkdir(exist_ok=True)
    machine = {"python": platform.python_version(), "system": platform.system(), "processor": platform.machine()}
    told = {"date": f"{datetime.now(UTC):%Y-%m-%d}", **machine, "rows": [row.to_json() for row in found]}
    out.write_text(json.dumps(told, indent=1) + "\n")
    print(f"written: {out}")


if __name__ == "__main__":
    main()
