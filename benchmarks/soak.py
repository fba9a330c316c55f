"""Thousands of invocations, one in ten with a fault: `make soak`, or `python -m benchmarks.soak [COUNT] [SEED]`.

Every one must be answered, or fail as AWS would; afterwards no process, descriptor or thread may be left of it.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psutil

from lambdalab import Lab
from lambdalab.functions import deploy

SOURCE = """
import ctypes, os, subprocess, sys, threading, time
def handler(event, context):
    fault = event.get("fault")
    if fault == "raise":
        raise ValueError(event["n"])
    if fault == "exit":
        os._exit(7)
    if fault == "leave":
        sys.exit(0)
    if fault == "segfault":
        ctypes.string_at(0)
    if fault == "hang":
        time.sleep(60)
    if fault == "memory":
        bytearray(300_000_000)
    if fault == "set":
        return {1, 2}
    if fault == "large":
        return "x" * 7_000_000
    if fault == "closed":
        sys.stdout.close(), sys.stderr.close()
    if fault == "orphan":
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        os._exit(1)
    return event["n"]
"""
ERRORS = {
    "raise": "ValueError",
    "exit": "Runtime.ExitError",
    "leave": "Runtime.ExitError",
    "segfault": "Runtime.ExitError",
    "hang": "Sandbox.Timedout",
    "memory": "Runtime.OutOfMemory",
    "set": "Runtime.MarshalError",
    "large": "Function.ResponseSizeTooLarge",
    "closed": None,
    "orphan": "Runtime.ExitError",
}


def main(count: int, seed: int) -> int:
    choose = random.Random(seed)
    events: list[dict[str, object]] = [{"n": n} for n in range(count)]
    for event in events:
        if choose.random() < 0.1:
            event["fault"] = choose.choice(list(ERRORS))
    lab = Lab()
    deploy(lab, "soak", SOURCE, memory=256, timeout=10)
    client = lab.client("lambda")
    cloud = psutil.Process(next(process.pid for process in lab.processes() if process.what == "cloud"))

    def call(event: dict[str, object]) -> str | None:
        answer = client.invoke(FunctionName="soak", Payload=json.dumps(event))
        payload = json.loads(answer["Payload"].read())
        wanted = ERRORS.get(str(event.get("fault")))
        got = payload["errorType"] if "FunctionError" in answer else None
        if got != wanted or (got is None and payload != event["n"]):
            return f"{event}: wanted {wanted}, got {payload}"
        return None

    with ThreadPoolExecutor(8) as threads:
        wrong = [text for text in threads.map(call, events[:50]) if text]
        before = (cloud.num_fds(), cloud.num_threads())
        began = time.perf_counter()
        wrong += [text for text in threads.map(call, events[50:]) if text]
        taken = time.perf_counter() - began
    client.delete_function(FunctionName="soak")
    left = [p for p in cloud.children(recursive=True) if "bootstrap" in " ".join(p.cmdline())]
    after = (cloud.num_fds(), cloud.num_threads())
    lab.stop()
    faults = Counter(str(event["fault"]) for event in events if "fault" in event)
    print(f"{count} invocations, seed {seed}, {count / taken:.0f} a second; faults: {dict(faults)}")
    print(f"wrong: {len(wrong)} {wrong[:3]}")
    print(f"left: {len(left)} processes; descriptors {before[0]}, then {after[0]}; threads {before[1]}, {after[1]}")
    return 1 if wrong or left or after[0] > before[0] or after[1] > before[1] + 2 else 0


if __name__ == "__main__":
    numbers = [int(argument) for argument in sys.argv[1:]]
    sys.exit(main(*[*numbers, *(5000, 1)[len(numbers) :]]))
