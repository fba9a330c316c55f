"""The teacher's pack: every lesson has every part, minutes add up, and nothing of a solution reaches students."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from lambdalab.learn.content import ContentError
from lambdalab.learn.exercises import workbook
from lambdalab.teach import course
from lambdalab.teach.course import Kind
from lambdalab.teach.pack import guide, monday, outline, pages, routes, writing
from lambdalab.teach.pack import workbook as exercises

BOOK = course.load(course.find_root())
LESSONS = [f"{number:02}" for number in range(14)]
PARTS = (
    "**The one idea.**",
    "## Minutes",
    "## Before the key experiment",
    "## The three likeliest questions",
    "## Wrong answers in the workbook, and what to ask",
    "## On slow machines",
    "## Board sketch",
    "## Exit ticket",
    "## 50 and 90 minutes",
)
LONGER = re.compile(r"\n\n+")


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pack") / "pack"
    list(writing.write(BOOK, folder))
    return folder


def tables(text: str) -> list[list[list[str]]]:
    """The rows of each Markdown table, without its head."""
    found = [block.splitlines() for block in LONGER.split(text) if block.startswith("| ")]
    return [[[cell.strip() for cell in line.strip("|").split(" | ")] for line in block[2:]] for block in found]


def sums(text: str) -> list[tuple[int, int]]:
    """Of each table with a line "together": the minutes added up, and the sum it states."""
    made = []
    for rows in tables(text):
        last = rows[-1]
        if last[0].strip("*") == "together":
            made.append((sum(int(row[1]) for row in rows[:-1] if row[1].isdigit()), int(last[1].strip("*"))))
    return made


@pytest.mark.parametrize("number", LESSONS)
def test_every_lesson_has_a_page_with_every_part(number: str) -> None:
    text = pages.lesson_page(BOOK, number)
    for part in PARTS:
        after = text.partition(part)[2].strip()
        assert after and not after.startswith("## "), f"{number}: {part} is missing or empty"
    assert len(guide.guide(number).questions) == 3
    assert not re.search(r"\{\w+(?: \w+)*\}", text), "what a check fills in stands in the page as it is in its file"
    assert "!" not in re.sub(r"```.*?```|`[^`]*`", "", text.replace("![", ""), flags=re.DOTALL)


@pytest.mark.parametrize("number", LESSONS[:13])
def test_every_wrong_answer_of_a_workbook_stands_on_the_page_and_each_exercise_has_a_question(number: str) -> None:
    text, own = pages.lesson_page(BOOK, number), guide.guide(number)
    for exercise in workbook(number).values():
        known = {wrong.id for wrong in exercise.wrong}
        asked = own.ask.get(exercise.number, {})
        assert asked and asked.keys() <= known, f"{exercise.number}: {asked.keys() - known or 'no question'}"
        assert all(question.strip().endswith(("?", ".")) and "?" in question for question in asked.values())
        rows = [row for rows in tables(text) for row in rows if len(row) == 3]
        assert len(rows) >= len(known)
    unknown = own.ask.keys() - workbook(number).keys()
    assert not unknown


@pytest.mark.parametrize("number", LESSONS)
def test_the_minutes_of_a_lesson_and_of_both_classes_add_up(number: str) -> None:
    page = BOOK.find(Kind.LESSON, number)
    assert page
    longest = int(re.findall(r"\d+", page.minutes)[-1])
    whole, *milestones, short, long = sums(pages.lesson_page(BOOK, number))
    assert whole == (longest, longest) and short == (50, 50) and long == (90, 90)
    assert all(added == stated for added, stated in milestones) and bool(milestones) is (number == "13")
    dropped = pages.variant(guide.guide(number), outline.sections(page), 50).dropped
    assert not any(guide.guide(number).key in part.predictions for part in dropped), "the key experiment is left out"


def test_a_class_in_pairs_gets_what_is_to_be_discussed_and_stays_within_its_minutes() -> None:
    for number in LESSONS[:13]:
        chosen = exercises.in_class(number)
        assert sum(exercise.minutes for exercise in chosen) <= 30
        assert any("▲" in exercise.marks for exercise in chosen) and 2 <= len(chosen) <= 3


def test_every_sitting_of_every_route_adds_up_and_its_sections_are_in_the_lessons() -> None:
    found = {route.name: route for route in routes.routes(BOOK)}
    wanted = {"50 minutes": 1, "90 minutes": 1, "one day": 1, "seven double lessons": 7, "fourteen weeks": 14}
    assert {name: len(route.sittings) for name, route in found.items()} == wanted
    minutes = {"50 minutes": 50, "90 minutes": 90, "one day": 480, "seven double lessons": 90, "fourteen weeks": 90}
    text = writing.routes_page(tuple(found.values()))
    stated = sums(text)
    assert stated == [(minutes[name], minutes[name]) for name, many in wanted.items() for _ in range(many)]
    taught = {block.lesson for block in (block for sitting in found["fourteen weeks"].sittings for block in sitting)}
    assert taught - {""} == set(LESSONS)


def test_a_section_that_was_renamed_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    renamed = (replace(routes._FIRST, parts=("Your very first function",)), *routes._NINETY[1:])
    monkeypatch.setattr(routes, "_NINETY", renamed)
    with pytest.raises(ValueError, match="no section 'Your very first function'"):
        routes.routes(BOOK)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"00-1" = { a = 4, b = 3', '"00-1" = { a = 5, b = 3', "ten votes on a, b, c, d, e"),
        ('"00-2" = { a = 4, b = 2', '"00-2" = { a = 2, b = 4', "commonest wrong option"),
        ('key = "00-1"', 'key = "00-9"', "is no prediction of this lesson"),
        ('d = "A server elsewhere runs the function"\n', "", "ideas of 00-2: a, b, d are wanted"),
        ("idea = ", "thought = ", "`idea` is missing"),
    ],
)
def test_a_guide_that_does_not_fit_its_lesson_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, old: str, new: str, says: str
) -> None:
    text = (guide.FOLDER / "00.toml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "00.toml").write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setattr(guide, "FOLDER", tmp_path)
    with pytest.raises(ContentError, match=says):
        guide.guide.__wrapped__("00")


def test_nothing_of_a_solution_is_in_what_students_get(pack: Path) -> None:
    with zipfile.ZipFile(pack / writing.ARCHIVE) as archive:
        names = archive.namelist()
        archive.extractall(pack / "unpacked")
    given = [path for folder in ("unpacked", "blank", "route-90") for path in (pack / folder).rglob("*.ipynb")]
    assert not [name for name in names if "solution" in name] and len(given) > 60
    cells = [cell for path in given for cell in course.read(path).cells]
    assert not [cell for cell in cells if "BEGIN SOLUTION" in cell.source or cell.get("outputs")]
    workbooks_cells = "\n".join(
        cell.source for path in given if path.parent.name == "exercises" for cell in course.read(path).cells
    )
    blocks = [
        block.strip("\n")
        for page in BOOK.of(Kind.SOLUTION)
        for cell in course.read(page.path).cells
        for block in re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", cell.source, re.DOTALL)
    ]
    assert len(blocks) > 50
    assert not [block for block in blocks if block in workbooks_cells]


def test_the_pack_is_whole_needs_no_network_and_is_the_same_when_made_again(pack: Path) -> None:
    before = {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()}
    list(writing.write(BOOK, pack))
    assert {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()} == before
    for number in LESSONS:
        assert list((pack / "pictures").glob(f"{number}-*")), f"lesson {number} has no picture"
    for path in [*pack.glob("*.html"), *(pack / "pictures").glob("*.html"), *(pack / "pictures").glob("*.svg")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r'(?:src|href)="https?:', text) or path.name.startswith("lesson"), path.name
        assert "var(--" not in text or path.suffix == ".html"
    links = re.findall(r'href="([\w-]+\.html)"', (pack / "index.html").read_text(encoding="utf-8"))
    assert len(links) == 17 and all((pack / link).exists() for link in links)


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ValueError, match="no teacher's pack"):
        list(writing.write(BOOK, tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_monday_page_has_what_is_needed_and_fits_on_one_sheet() -> None:
    ninety = next(route for route in routes.routes(BOOK) if route.name == "90 minutes")
    text = monday.page(ninety)
    for words in ("lambdalab doctor", "jupyter lab", "pair up", "NO_PROXY", "85–90"):
        assert words in text
    assert len(text.split()) < 350
