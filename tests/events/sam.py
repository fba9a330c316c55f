"""Sample events of AWS's SAM, taken from its wheel on PyPI: `python -m tests.events.sam` puts them in build/samples.

The wheel is fetched as pip fetches any, unpacked in part, and not installed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

RELEASE = "aws-sam-cli==1.170.0"
FOLDER = Path(__file__).parents[2] / "build" / "samples" / RELEASE
INSIDE = "samcli/lib/generated_sample_events/events/"
WANTED = (
    "apigateway/AwsProxy",
    "apigateway/HttpApi",
    "cloudwatch/ScheduledEvent",
    "dynamodb/DynamoDBUpdate",
    "s3/S3Delete",
    "s3/S3Put",
    "sns/Sns",
    "sqs/Sqs",
)


def fetch() -> str:
    """Fill the folder, unless it is there. Returns what became of it, in one line."""
    if FOLDER.is_dir():
        return f"{RELEASE}: sample events are in build/samples"
    with tempfile.TemporaryDirectory() as place:
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--retries=1", "--no-deps"]
        ran = subprocess.run([*pip, "--dest", place, RELEASE], capture_output=True, text=True)
        wheels = list(Path(place).glob("*.whl"))
        if not wheels:
            said = ran.stderr.strip().splitlines() or ["pip says nothing"]
            return f"{RELEASE}: no wheel could be fetched, so its sample events are not compared ({said[-1]})"
        FOLDER.parent.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=FOLDER.parent))
        with zipfile.ZipFile(wheels[0]) as wheel:
            for name in WANTED:
                target = made / f"{name}.json"
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(wheel.read(f"{INSIDE}{name}.json"))
        made.rename(FOLDER)
    return f"{RELEASE}: sample events fetched to build/samples"


if __name__ == "__main__":
    print(fetch())
