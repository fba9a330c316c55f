"""Record the package's own tuning runs anew, on a machine that does nothing else: `python -m benchmarks.tuning`.

A function that computes and one that waits are run at eight memory sizes; lesson 11 shows what is recorded here where
the share of a CPU cannot be held. Left out: a check that the machine is idle; look at its load first.
"""

from __future__ import annotations

from pathlib import Path

import lambdalab
from lambdalab import Lab
from lambdalab.functions import deploy
from lambdalab.tuning import RECORDED

REPEATS = 21
FUNCTIONS = {
    "compute": """
import hashlib

def handler(event, context):
    return hashlib.pbkdf2_hmac("sha256", b"secret", b"salt", 60_000).hex()
""",
    "wait": """
import time

def handler(event, context):
    time.sleep(0.1)
""",
}


def main() -> None:
    lab, file = Lab(), Path(lambdalab.__file__).with_name(RECORDED)
    for name, source in FUNCTIONS.items():
        deploy(lab, name, source, timeout=30)
        run = lab.tune(name, repeats=REPEATS)
        run.save(file)
        print(run, end="\n\n")
    lab.stop()


if __name__ == "__main__":
    main()
