"""The HTML edition as files, and the glossary it links to. What a browser makes of it: tests/browser/test_html.py."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from lambdalab.teach import cells, course, glossary
from lambdalab.teach.course import Kind
from lambdalab.teach.html import edition
from tests.teach.made import code, printed, save, shown, small_course, text

ROOT = Path(__file__).resolve().parents[2]
FIGURE = {"data": [], "layout": {"width": 900, "height": 400, "title": {"text": "</script>"}}}
SPOKEN = "Ten at once needed ten environments."
PLOT = {"application/vnd.plotly.v1+json": FIGURE, "text/plain": SPOKEN}
SHEET = "<style>.ll{color:red}</style>"
ASKED = f"{SHEET}<div class='ll'>How many?</div>"
ANSWERED = f"{SHEET}<div class='ll'>It was ten.</div>"
OUTSIDE = re.compile(r"https?://|//cdn|/home/|/tmp/|file:")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    root = small_course(tmp_path / "course")
    save(
        root / "notebooks" / "00_start_here.ipynb",
        text("# 00 · Start here\n\n**Question:** Can I trust it?"),
        text("## Ten at once\n\nA **cold start** waits. See [01](01_what.ipynb#x) and the [table](../README.md)."),
        code("predict('00-1')", outputs=[shown({"text/html": ASKED, "text/plain": "?"})]),
        code("reveal('00-1', 10)", outputs=[printed("ten"), shown({"text/html": ANSWERED, "text/plain": "10"})]),
        code("figure", outputs=[shown(PLOT)]),
    )
    return root


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_every_link_leads_to_a_file_of_the_edition_and_nothing_is_named_by_its_place_on_this_machine(
    made: Path, tmp_path: Path
) -> None:
    pages = edition.write(course.load(made), tmp_path / "out")
    assert {path.relative_to(tmp_path / "out").as_posix() for path in pages} == {
        "index.html", "glossary.html", "search.html", "notebooks/00_start_here.html", "notebooks/01_what.html",
    }  # fmt: skip
    for path in pages:
        assert not OUTSIDE.search(path.read_text(encoding="utf-8")), path.name
        for tag, attribute in (("a", "href"), ("link", "href"), ("script", "src"), ("form", "action")):
            for target in [str(found[attribute]).split("#")[0] for found in soup(path).select(f"{tag}[{attribute}]")]:
                if target and not target.startswith("../exercises/") and not target.startswith("exercises/"):
                    assert (path.parent / target).resolve().is_file(), f"{path.name} leads to {target}"


def test_what_was_measured_is_folded_and_on_paper_the_question_stands_first_and_the_answer_last(
    made: Path, tmp_path: Path
) -> None:
    edition.write(course.load(made), tmp_path / "out")
    page = soup(tmp_path / "out" / "notebooks" / "00_start_here.html")
    (folded,) = page.select(".output > details")
    assert "It was ten." in folded.text and "ten" in folded.pre.text  # type: ignore[union-attr]
    assert "open" not in folded.attrs
    first, last = page.select("section.paper")
    assert [first.h2.text, last.h2.text] == ["Predictions", "Answers"]  # type: ignore[union-attr]
    assert "How many?" in first.text and "It was ten." in last.text
    assert last.find_next_sibling() is None and first.find_previous_sibling().h1  # type: ignore[union-attr]


def test_a_figure_brings_its_data_and_its_sentence_and_the_library_lies_beside_all_pages_once(
    made: Path, tmp_path: Path
) -> None:
    edition.write(course.load(made), tmp_path / "out")
    path = tmp_path / "out" / "notebooks" / "00_start_here.html"
    (plot,) = soup(path).select(".plot")
    assert plot["role"] == "img" and plot["aria-label"] == SPOKEN
    assert "<\\/script>" in plot.script.text  # type: ignore[union-attr]
    assert path.stat().st_size < 20_000
    assert [found.name for found in (tmp_path / "out").rglob("*.js") if found.stat().st_size > 1e6] == ["plotly.min.js"]
    assert path.read_text(encoding="utf-8").count(".ll{color:red}") == 1


def test_a_marked_word_leads_to_its_place_in_the_glossary_and_the_search_knows_each_section(
    made: Path, tmp_path: Path
) -> None:
    edition.write(course.load(made), tmp_path / "out")
    (term,) = soup(tmp_path / "out" / "notebooks" / "00_start_here.html").select("a.term")
    assert term["href"] == "../glossary.html#cold-start"
    assert soup(tmp_path / "out" / "glossary.html").select_one("#cold-start")
    index = (tmp_path / "out" / "places.js").read_text(encoding="utf-8")
    assert '"href":"notebooks/00_start_here.html#ten-at-once"' in index
    assert "It was ten" not in index, "the search gives a prediction away"


def test_a_folder_with_something_else_in_it_is_left_alone_and_an_earlier_edition_is_replaced(
    made: Path, tmp_path: Path
) -> None:
    book, target = course.load(made), tmp_path / "out"
    edition.write(book, target)
    (target / "notebooks" / "old.html").write_text("old")
    edition.write(book, target)
    assert not (target / "notebooks" / "old.html").exists()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear")
    with pytest.raises(ValueError, match="would be lost"):
        edition.write(book, tmp_path / "mine")


def test_every_word_that_a_lesson_lists_stands_in_the_glossary_once_and_names_that_lesson() -> None:
    named = [(name.lower(), entry) for entry in glossary.read() for name in entry.names]
    entries = dict(named)
    assert len(entries) == len(named), "a word has two entries"
    lessons = {page.number: course.read(page.path) for page in course.load(ROOT).of(Kind.LESSON)}
    listed = {(word.lower(), number) for number, lesson in lessons.items() for word in glossary.words_met(lesson)}
    assert len(listed) > 100
    missing = sorted(f"{word} ({number})" for word, number in listed if number not in _lessons(entries.get(word)))
    assert not missing, f"not in learn/content/glossary.toml: {', '.join(missing)}"


def test_the_facts_of_every_stored_figure_stand_beside_it_as_a_table_and_in_a_sentence() -> None:
    figures = 0
    for page in course.load(ROOT).of(Kind.LESSON):
        for cell in filter(cells.is_code, course.read(page.path).cells):
            html = "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs)
            plots = [it.data for it in cell.outputs if "application/vnd.plotly.v1+json" in it.get("data", {})]
            drawings = BeautifulSoup(html, "html.parser").select("svg[role=img]")
            spoken = [str(plot.get("text/plain", "")) for plot in plots] + [str(it["aria-label"]) for it in drawings]
            figures += len(spoken)
            assert all(len(words.split()) >= 8 for words in spoken), f"{page.name}, {cell.id}: {spoken}"
            assert not spoken or "<table" in html, f"{page.name}, {cell.id}: no table beside the figure"
    assert figures > 20


def _lessons(entry: glossary.Entry | None) -> tuple[str, ...]:
    return entry.lessons if entry else ()
