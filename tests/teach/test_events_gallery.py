"""The gallery of events is what the builders make today, and each of its calls stands in it as it was run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from lambdalab import events
from lambdalab.teach import events_gallery

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_builders_make_today() -> None:
    assert (ROOT / events_gallery.PAGE).read_text() == events_gallery.page(), (
        "run python -m lambdalab.teach.events_gallery"
    )


def test_each_event_on_the_page_is_json_with_its_call_above_it() -> None:
    text = (ROOT / events_gallery.PAGE).read_text()
    shown = re.findall(r"```python\n([^`]*)\n```\n\n<details>.*?```json\n(.*?)\n```", text, re.DOTALL)
    assert [call for call, _ in shown] == [call for _, call, _ in events_gallery.GALLERY]
    assert all(isinstance(json.loads(event), dict) for _, event in shown)


def test_every_call_for_students_stands_on_the_page() -> None:
    text = (ROOT / events_gallery.PAGE).read_text()
    calls = [name for name in events.__all__ if "_" in name and name not in BUILDERS]
    assert calls and [name for name in calls if f"events.{name}(" not in text] == []


BUILDERS = ("alarm_notice", "alarm_to_bus", "from_scheduler", "function_url", "http_api", "rest_api", "s3_to_bus")


def test_the_command_writes_the_page_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for said in ("written", "unchanged"):
        assert events_gallery.main(["--root", str(tmp_path)]) == 0
        assert capsys.readouterr().out.startswith(said)
    assert (tmp_path / events_gallery.PAGE).read_text() == events_gallery.page()
