"""Nothing reaches AWS: false credentials, no configuration, and a sentence for every request that would leave."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def run(program: str, *command: str, **variables: str) -> dict[str, object]:
    """Run a program in a fresh interpreter; what it prints last, as JSON."""
    done = subprocess.run(
        [*command, sys.executable, "-c", textwrap.dedent(program)],
        env={**{n: v for n, v in os.environ.items() if not n.startswith("AWS_")}, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_importing_lambdalab_hides_the_users_credentials_and_configuration(tmp_path: Path) -> None:
    (tmp_path / "config").write_text(
        "[profile work]\nregion = eu-west-3\naws_access_key_id = REALKEY\naws_secret_access_key = x\n"
    )
    found = run(
        """
        import json, os, boto3
        import lambdalab
        session = boto3.Session()
        print(json.dumps({"key": session.get_credentials().access_key, "profiles": session.available_profiles,
                          "region": session.region_name, "aws": sorted(n for n in os.environ if n.startswith("AWS_"))}))
        """,
        AWS_PROFILE="work",
        AWS_CONFIG_FILE=str(tmp_path / "config"),
        AWS_ACCESS_KEY_ID="REALKEY",
        AWS_SECRET_ACCESS_KEY="real",
        AWS_SESSION_TOKEN="real",
    )
    assert found["key"] == "lambdalab-no-key"
    assert found["profiles"] == []
    assert found["region"] == "us-east-1"
    assert "AWS_PROFILE" not in found["aws"] and "AWS_SESSION_TOKEN" not in found["aws"]  # type: ignore[operator]


@pytest.mark.parametrize(
    "order",
    [
        "import boto3; client = boto3.client('s3', region_name='us-east-1'); import lambdalab",
        "import lambdalab, boto3; client = boto3.client('s3')",
    ],
)
def test_a_client_made_before_the_lab_fails_with_the_explaining_sentence(order: str) -> None:
    found = run(
        f"""
        import json
        {order}
        from lambdalab import Lab, OutsideTheLab
        lab = Lab()
        try:
            client.list_buckets()
        except OutsideTheLab as stopped:
            print(json.dumps({{"text": str(stopped)}}))
        """,
        AWS_ACCESS_KEY_ID="REALKEY",
        AWS_SECRET_ACCESS_KEY="real",
    )
    assert "amazonaws.com, which is not on this machine, so it was stopped." in str(found["text"])
    assert "The client was made before the lab was started" in str(found["text"])
    assert "Make the client again." in str(found["text"])


WHOLE_WAY = """
import json, boto3
from lambdalab import Lab
from lambdalab.functions import deploy
lab = Lab()
code = "import boto3\\ndef handler(e, c):\\n    return boto3.client('sts').get_caller_identity()['Account']"
function = deploy(lab, "f", code, timeout=20)
print(json.dumps({"answer": function.invoke().answer, "buckets": boto3.client("s3").list_buckets()["Buckets"]}))
"""


def test_a_client_without_a_running_lab_is_told_so() -> None:
    found = run(
        """
        import json, boto3
        from lambdalab import Lab, OutsideTheLab
        said = []
        for _ in range(2):
            try:
                boto3.client("s3").list_buckets()
            except OutsideTheLab as stopped:
                said.append(str(stopped))
            Lab().stop()
        print(json.dumps({"said": said}))
        """
    )
    assert all("No lab is running in this notebook" in text for text in found["said"])  # type: ignore[attr-defined]
    assert len(found["said"]) == 2  # type: ignore[arg-type]


def test_a_proxy_that_is_nonsense_changes_nothing() -> None:
    nonsense = {
        name: "http://nonsense.invalid:1"
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy")
    }
    assert run(WHOLE_WAY, **nonsense) == {"answer": "123456789012", "buckets": []}


def test_everything_works_on_a_machine_without_any_network() -> None:
    unshare = shutil.which("unshare")
    up = "import fcntl, socket, struct\nfcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sH14x', b'lo', 0x49))\n"
    if not unshare or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system does not allow an unprivileged network namespace")
    assert run(up + WHOLE_WAY, unshare, "-rn") == {"answer": "123456789012", "buckets": []}


def test_importing_lambdalab_adds_little_to_importing_boto3_and_no_moto() -> None:
    found = run(
        """
        import json, sys, boto3
        before = set(sys.modules)
        import lambdalab
        print(json.dumps({"new": sorted({name.split(".")[0] for name in set(sys.modules) - before})}))
        """
    )
    heavy = {"moto", "werkzeug", "flask", "plotly", "ipywidgets", "IPython", "numpy", "numba", "nbformat", "pandas"}
    assert heavy.isdisjoint(found["new"])  # type: ignore[arg-type]


def test_the_doctor_can_still_speak_when_boto3_is_missing() -> None:
    found = run(
        """
        import contextlib, io, json, sys
        sys.modules["boto3"] = sys.modules["botocore"] = None
        from lambdalab.cli import main
        with contextlib.redirect_stdout(io.StringIO()) as said:
            code = main(["doctor"])
        print(json.dumps({"code": code, "said": said.getvalue()}))
        """
    )
    assert "numpy" in str(found["said"])


def test_no_file_of_the_package_names_this_machine() -> None:
    home = str(ROOT)
    for path in (ROOT / "lambdalab").rglob("*.py"):
        assert home not in path.read_text(encoding="utf-8"), path
