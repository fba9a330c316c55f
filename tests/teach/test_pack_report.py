"""The class report counts what progress files say together, and lets nobody be recognised."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lambdalab.cli import main
from lambdalab.learn import predictions, store
from lambdalab.learn.reviews import pool
from lambdalab.teach.pack import counting

FAST = "Reserved concurrency is fast"


def student(folder: Path, name: str, *letters: str, review: bool | None = None, after_run: str = "") -> Path:
    """A progress file as the course writes it: votes on 09-4 in their order, perhaps a review, a failed check."""
    path = folder / f"{name}.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(store.VARIABLE, str(path))
        prediction = predictions.find("09-4")
        for letter in letters:
            predictions.record(prediction, letter, "quite")
        if after_run:
            store.change(lambda data: data["predictions"]["09-4"].__setitem__("measured", "a"))
            predictions.record(prediction, after_run, "quite")
        item = next(one for one in pool("R2").values() if one.predictions[:1] == ("09-4",))
        wrong = next(option.letter for option in item.options if option.letter != item.answer)

        def more(data: dict) -> None:  # type: ignore[type-arg]
            attempts = [{"code": "1f", "passed": False, "message": "rate-is-concurrency"}] * 2
            data["exercises"]["09.1"] = {"attempts": attempts, "last": {"result": f"what {name} wrote"}}
            data["mistakes"]["09"] = f"{name} mixed up two words"
            if review is not None:
                answers = {item.id: item.answer if review else wrong}
                data["reviews"]["R2"] = {"rounds": [{"draw": [item.id], "answers": answers}]}

        store.change(more)
    return path


def test_first_and_later_votes_are_counted_by_hand(tmp_path: Path) -> None:
    student(tmp_path, "Amina", "d")  # keeps it
    student(tmp_path, "Bram", "d", "a")  # changes before the run
    student(tmp_path, "Chen", "d", review=True)  # a review asks again: right
    student(tmp_path, "Daw", "d", review=False)  # a review asks again: wrong
    student(tmp_path, "Efua", "a", "d")  # is talked into it
    student(tmp_path, "Goran", "d", after_run="a")  # has seen the run: that is no vote
    files, broken = counting.read([tmp_path])
    held = {one.idea: one for one in counting.ideas(files, ["09"])}[FAST]
    assert (len(files), broken) == (6, 0)
    assert (held.voters, held.before, held.after, held.asked_again) == (6, 5, 4, 2)


def test_the_report_holds_counts_and_no_name_sentence_or_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("Amina", "Bram", "Chen", "Zoë"):
        student(tmp_path / "in", name, "d")
    student(tmp_path / "in", "Ngozi", "b")
    (tmp_path / "in" / "notes.json").write_text('["no progress"]')
    assert main(["report", str(tmp_path / "in"), "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    assert "1 of 6 files are no progress files" in said.err and "notes" not in said.err
    text = (tmp_path / "out" / "class-report.md").read_text(encoding="utf-8")
    page = (tmp_path / "out" / "class-report.html").read_text(encoding="utf-8")
    assert f"| {FAST} | 09 | 5 | 4 | 4 | 0 |" in text
    assert "| 09.1 | 100 a second of 200 ms each" in text and "| 5 |" in text  # two attempts of one student count once
    for hidden in ("Amina", "Zoë", "mixed up", "wrote", "One environment is always kept"):
        assert hidden not in text and hidden not in page
    assert "Plotly.newPlot" in page and FAST in page


def test_damaged_files_are_counted_and_strange_parts_are_passed_over(tmp_path: Path) -> None:
    for number, part in enumerate((3, [], {"answers": 7}, {"rounds": 1})):
        data = {"predictions": {"09-4": part}, "exercises": part, "reviews": {"R2": part}}
        (tmp_path / f"{number}.json").write_text(json.dumps(data))
    (tmp_path / "half.json").write_bytes(b'{"predictions": {\xff')
    files, broken = counting.read([tmp_path, tmp_path / "missing.json"])
    assert (len(files), broken) == (4, 2)
    assert counting.ideas(files) == [] and counting.wrong_answers(files) == []


def test_two_students_get_no_report_and_a_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [str(student(tmp_path, name, "d")) for name in ("Amina", "Bram")]
    assert main(["report", *paths, "--out", str(tmp_path / "out")]) == 1
    assert "at least 3 are needed" in capsys.readouterr().err and not (tmp_path / "out").exists()
