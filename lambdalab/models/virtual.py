"""Virtual machines with QEMU, where it is installed: up to a boot sector's one word, or to Linux's first program.

On AWS a function's microVM is Firecracker's, which needs a processor that helps with virtual machines. Here QEMU is
asked, with that help where the machine gives it, else by translating each instruction. Where a kernel's file can be
read, Linux starts with a shell as its first program; without one a machine starts to its first sector: firmware and
512 bytes of ours. Left out: a disk, a network, and other processors than x86.
"""

from __future__ import annotations

import contextlib
import functools
import os
import platform
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from lambdalab.errors import LabError
from lambdalab.models.instances import Sample, private_mb, started

QEMU = "qemu-system-x86_64"
NO_KERNEL = "no kernel's file in /boot can be read on this machine"
MEMORY_MB = 128  # of the guest
MOST_SECONDS = 5.0  # after them no further start: one takes seconds where each instruction is translated
_MACHINES = {"pc": "pc", "microvm": "microvm,isa-serial=on,acpi=off"}
_TRY_SECONDS, _LIMIT = 3.0, 60.0

# Writes "!" and a line end to the serial port, then sleeps; after 20 s it ends its machine, whoever has forgotten it.
_SECTOR = bytes.fromhex(
    "31c0 8ed8"  # xor ax,ax; mov ds,ax
    "baf803 b021 ee b00a ee"  # mov dx,0x3f8; mov al,'!'; out dx,al; mov al,10; out dx,al
    "fb 668b1e6c04 6681c36c010000"  # sti; mov ebx,[0x46c]; add ebx,364: the firmware counts 18.2 a second there
    "f4 66391e6c04 72f8"  # wait: hlt; cmp [0x46c],ebx; jb wait
    "baf400 ee f4 ebfd"  # mov dx,0xf4; out dx,al: the exit device; stop: hlt; jmp stop
).ljust(510, b"\0") + bytes.fromhex("55aa")

# The first program of Linux: says its word, then what `seen.py` asks, and ends after 20 s, which ends the machine.
_FIRST = "#!/bin/sh\necho ready\nmount -t proc proc /proc\nHOME=/root\n{script}\nsleep 20\n"


def why_no_qemu() -> str | None:
    """Why no virtual machine can be started here, in one line; None when it can."""
    return None if shutil.which(QEMU) else f"{QEMU} is not installed on this machine"


def why_no_linux() -> str | None:
    """Why no Linux can be started in a virtual machine here, in one line; None when it can."""
    return why_no_qemu() or (None if kernel() else NO_KERNEL)


def kernel() -> Path | None:
    """The file of a Linux kernel that may be read here, this machine's own by preference; None without one."""
    own = Path(f"/boot/vmlinuz-{platform.release()}")
    for path in (own, *sorted(Path("/boot").glob("vmlinuz*"), reverse=True)) if Path("/boot").is_dir() else ():
        if path.is_file() and os.access(path, os.R_OK):
            return path
    return None


def firmware(repeats: int) -> Sample:
    """Start whole machines one after the other, a few seconds long, each to the one word of a boot sector.

    Args:
        repeats: how many at most.

    Raises:
        LabError: one did not get to its word.
    """
    with tempfile.TemporaryDirectory() as folder:
        return _samples(_sector_command(Path(folder), accelerator()), b"!", repeats)


def linux(machine: str, repeats: int) -> Sample:
    """Start machines one after the other, a few seconds long, each to the first word of Linux's first program.

    Args:
        machine: QEMU's name: "pc", a whole machine, or "microvm", one with few devices.
        repeats: how many at most.

    Raises:
        LabError: one did not get to its first word, or there is no kernel's file.
    """
    with tempfile.TemporaryDirectory() as folder:
        return _samples(linux_command(machine, Path(folder)), b"ready", repeats)


def how() -> str:
    """How QEMU runs the guest's instructions on this machine."""
    return {"kvm": "on the processor itself (KVM)", "tcg": "each instruction translated (no KVM)"}[accelerator()]


def linux_command(machine: str, folder: Path, script: str = "") -> list[str]:
    """The command that starts Linux with a shell as its first program.

    Args:
        machine: "pc" or "microvm".
        folder: where the first file system is written.
        script: what the shell runs after its first word.

    Raises:
        LabError: there is no kernel's file.
    """
    image = kernel()
    if image is None:
        raise LabError(NO_KERNEL)
    (folder / "first.cpio").write_bytes(_first_files(_FIRST.format(script=script)))
    told = "console=ttyS0 quiet panic=-1 reboot=t"
    return [
        *_qemu(machine, accelerator()),
        "-kernel",
        str(image),
        "-initrd",
        str(folder / "first.cpio"),
        "-append",
        told,
    ]


@functools.cache
def accelerator() -> str:
    """What runs the guest's instructions: "kvm", the processor itself, or "tcg", which translates each.

    Inside a virtual machine KVM may be there and be a hundred times slower, so it is tried.
    """
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg"
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.suppress(LabError),
        started(_sector_command(Path(folder), "kvm"), word=b"!", limit=_TRY_SECONDS) as instance,
    ):
        instance.process.kill()
        return "kvm"
    return "tcg"


def overhead_mb(pid: int) -> float | None:
    """Private memory of QEMU without the guest's own, in MB; None where the system does not tell."""
    whole = private_mb(pid)
    try:
        maps = Path(f"/proc/{pid}/smaps").read_text()
    except OSError:
        return None
    guest = 0
    for part in re.split(r"(?m)^(?=[0-9a-f]+-[0-9a-f]+ )", maps):
        if "memory-backend" in part.partition("\n")[0]:
            guest += sum(int(kb) for kb in re.findall(r"(?m)^Private_(?:Clean|Dirty): +(\d+) kB", part))
    return None if whole is None else whole - guest / 1024


def say(machine: str, script: str, word: str) -> str:
    """What a shell says that is the first program of a Linux: its first line with a word; the machine is ended then.

    Args:
        machine: "pc" or "microvm".
        script: lines for the shell.
        word: what the line holds.

    Raises:
        LabError: there is no kernel's file, or the line did not come.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = linux_command(machine, Path(folder), script)
        with started(command, word=word.encode(), limit=_LIMIT) as instance:
            instance.process.kill()
            return instance.said


def _samples(command: Sequence[str], word: bytes, repeats: int) -> Sample:
    taken: list[float] = []
    kept: list[float | None] = []
    for _ in range(repeats):
        if sum(taken) > MOST_SECONDS * 1000:
            break
        with started(command, word=word, limit=_LIMIT) as instance:
            taken.append(instance.start_ms)
            kept.append(overhead_mb(instance.process.pid))
            instance.process.kill()
    return Sample(tuple(taken), tuple(value for value in kept if value is not None))


def _sector_command(folder: Path, accelerated: str) -> list[str]:
    disk = folder / "sector.img"
    disk.write_bytes(_SECTOR)
    return [*_qemu("pc", accelerated), "-drive", f"file={disk},format=raw,if=ide", "-device", "isa-debug-exit"]


def _qemu(machine: str, accelerated: str) -> list[str]:
    """QEMU with nothing that is not needed; the guest's memory has a name, so that it can be told from QEMU's own."""
    memory = f"memory-backend-memfd,id=guest,size={MEMORY_MB}M,share=on"
    return [
        QEMU, "-accel", accelerated, "-M", f"{_MACHINES[machine]},memory-backend=guest", "-object", memory,
        "-m", str(MEMORY_MB), "-nodefaults", "-no-user-config", "-display", "none", "-serial", "stdio", "-no-reboot",
    ]  # fmt: skip


def _first_files(first: str) -> bytes:
    """The file system that Linux starts with: a shell, mount, sleep, their libraries, and the first program."""
    files: dict[str, bytes] = {"init": first.encode()}
    for name in ("sh", "mount", "sleep"):
        path = shutil.which(name)
        if path is None:
            raise LabError(f"there is no {name} on this machine to put into the virtual one")
        needs = subprocess.run(["ldd", path], capture_output=True, text=True, check=False).stdout
        for file in (path, *re.findall(r"(/\S+) \(0x", needs)):
            files[f"bin/{name}" if file == path else file.lstrip("/")] = Path(file).read_bytes()
    return _cpio(files, folders=["proc", "dev"])


def _cpio(files: Mapping[str, bytes], folders: Sequence[str]) -> bytes:
    """Files as the archive that the kernel unpacks: https://docs.kernel.org/driver-api/early-userspace/buffer-format.html."""
    every = {str(parent) for name in files for parent in Path(name).parents if parent.name} | set(folders)
    entries = [(name, 0o40755, b"", (0, 0)) for name in sorted(every)]
    entries += [("dev/console", 0o20600, b"", (5, 1))]
    entries += [(name, 0o100755, body, (0, 0)) for name, body in files.items()]
    packed = b""
    for number, (name, mode, body, device) in enumerate([*entries, ("TRAILER!!!", 0, b"", (0, 0))], start=1):
        fields = (number, mode, 0, 0, 1, 0, len(body), 0, 0, *device, len(name) + 1, 0)
        head = b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
        packed += head + b"\0" * (-len(head) % 4) + body + b"\0" * (-len(body) % 4)
    return packed
