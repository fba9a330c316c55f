"""The recorded run of the isolation ladder: `python -m benchmarks.isolation "2 cores, Linux 6.18" 2026-11`.

Prints lambdalab/models/isolation.toml as this machine measures it. Names that belong to the machine are shortened: the
kernel's release to its first two numbers, the boot id to its first eight signs, the name of the machine to "machine".
It wants all rungs, so QEMU, a kernel's file in /boot, and namespaces. What lesson 10's two commands said
(`by_hand`) stays as it was recorded.
"""

from __future__ import annotations

import socket
import sys

from lambdalab.models.isolation import measure, recording
from lambdalab.models.seen import RUNGS, look

_HEAD = """# A recorded run of the isolation ladder, for machines that cannot make a rung; from benchmarks/isolation.py.
# start_ms: median, to the first word from inside. memory_mb: median of the private memory (USS), without a guest's.
# Kernel releases, boot ids and the machine's name are shortened.
"""


def main(machine: str, date: str) -> None:
    """Print the file.

    Args:
        machine: how the machine is described, without its name.
        date: year and month.
    """
    print(f'{_HEAD}\nmachine = "{machine}"\ndate = "{date}"')
    for rung in measure(repeats=51):
        if rung.note or rung.start_ms is None or rung.memory_mb is None:
            raise SystemExit(f"{rung}: a recorded run needs every rung")
        print(f"\n[rungs.{rung.key}]\nstart_ms = {_digits(rung.start_ms)}")
        print(f"memory_mb = {_digits(rung.memory_mb)}")
        print(f'what = "{rung.what}"')
    print("\n[by_hand]")
    for command, said in recording()["by_hand"].items():
        print(f'{command} = """\n{said}"""')
    for name in RUNGS:
        seen = look(name)
        if seen.note:
            raise SystemExit(f"{name}: {seen.note}: a recorded run needs every rung")
        hostname = "machine" if seen.hostname == socket.gethostname() else seen.hostname
        print(f'\n[seen.{name}]\nkernel = "{".".join(seen.kernel.split(".")[:2])}"\nboot_id = "{seen.boot_id[:8]}"')
        print(f'processes = {seen.processes}\nhostname = "{hostname}"\nhome = {seen.home}')
        print(f'memory_mb = {seen.memory_mb}\nprocessor = "{seen.processor}"')


def _digits(number: float) -> str:
    """Three of them, without an exponent."""
    return f"{float(f'{number:.3g}'):g}"


if __name__ == "__main__":
    assert len(sys.argv) == 3, __doc__
    main(*sys.argv[1:])
