from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest

from lambdalab.show import theme
from lambdalab.show.pictures import two_processes, two_processes_icon

LONG: dict[str, Any] = {
    "event": {"a-long-key-with-dashes": {"list": list(range(50))}, "second": 2}, "answer": ["ä" * 500],
    "variable": "a_variable_with_a_long_name", "value": "[" + "1, " * 100 + "1]",
    "function": "a_function_with_a_long_name",
}  # fmt: skip
CASES: list[dict[str, Any]] = [
    {},
    LONG,
    {"event": {}, "answer": "", "value": ""},
    {"event": {"n": 3.5}, "variable": "greeting"},
]


def draw(function_process: int = 4187, **given: Any) -> Any:
    return two_processes(notebook_process=4121, function_process=function_process, **given)


def texts(svg: str) -> list[dict[str, str]]:
    root = ElementTree.fromstring(svg)
    return [{**each.attrib, "words": each.text or ""} for each in root.iter("{http://www.w3.org/2000/svg}text")]


def boxes(svg: str, width: Callable[..., float]) -> list[tuple[float, float, float, float, str]]:
    found = []
    for text in texts(svg):
        size, x, y = float(text["font-size"]), float(text["x"]), float(text["y"])
        wide = width(text["words"], size, bold=text.get("font-weight") == "700", mono="font-family" in text)
        left = x - wide / 2 if text["text-anchor"] == "middle" else x
        found.append((left, y - 0.75 * size, left + wide, y + 0.2 * size, text["words"]))
    return found


def test_the_finding_holds_for_two_processes_and_the_title_is_plain_for_one() -> None:
    two, one = draw(), draw(4121)
    assert texts(two.svg)[0]["words"] == "Only JSON text passes between notebook and function"
    assert texts(one.svg)[0]["words"] == "Notebook and function have the same process number, 4121"
    assert "NameError" not in one.svg + one.alt + one.table.text()


@pytest.mark.parametrize("given", CASES)
def test_the_sentence_is_short_and_names_what_the_table_names(given: dict[str, Any]) -> None:
    picture = draw(**given)
    assert len(picture.alt.split()) <= 40
    assert given.get("variable", "tax") in picture.alt
    rows = {row[0]: row[1:] for row in picture.table.rows}
    assert rows["process"] == ("4121", "4187")
    assert rows[given.get("variable", "tax")][1] == "NameError"


@pytest.mark.parametrize("standalone", [False, True])
@pytest.mark.parametrize("given", CASES)
def test_no_text_leaves_the_drawing_or_touches_another(
    given: dict[str, Any], standalone: bool, width: Callable[..., float]
) -> None:
    found = boxes(draw(**given, standalone=standalone).svg, width)
    for left, top, right, bottom, words in found:
        assert left >= 0 and top >= 0 and right <= theme.WIDTH and bottom <= 400, words
        assert (not (left < 298 < right) and not (left < 602 < right)) or top > 320 or bottom < 92, (
            f"crosses a box: {words}"
        )
        assert right <= 882 or top < 92, f"crosses the right box: {words}"
    for one, other in combinations(found, 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart, f"{one[4]!r} touches {other[4]!r}"


def test_no_text_is_smaller_than_16_pixels() -> None:
    assert min(float(text["font-size"]) for text in texts(draw().svg)) >= 16


def test_in_a_notebook_the_colours_follow_the_sheet_and_in_a_file_they_are_fixed() -> None:
    inside, alone = draw().svg, draw(standalone=True).svg
    assert not re.findall(r'(?:fill|stroke)="#', inside)
    assert "var(" not in alone and f'fill="{theme.LIGHT.paper}"' in alone
    assert 'xmlns="http://www.w3.org/2000/svg"' in alone


def test_the_drawing_is_an_image_with_its_sentence(read_html: Callable[[str], Any]) -> None:
    picture = draw()
    (svg,) = [tag for tag in read_html(picture.bundle()["text/html"]).tags if tag[0] == "svg"]
    assert (svg[1]["role"], svg[1]["aria-label"]) == ("img", picture.alt)


def test_what_a_student_writes_is_never_read_as_markup() -> None:
    evil = "<script>x</script>"
    picture = draw(event={evil: evil}, answer=evil, variable=evil, value=evil, function=evil)
    assert "<script" not in picture.svg + picture.twin()["text/html"]
    ElementTree.fromstring(picture.svg)


def test_the_same_facts_give_the_same_drawing_and_it_is_small() -> None:
    assert draw().bundle() == draw().bundle()
    assert len(draw(**LONG).bundle()["text/html"]) < 20_000


def test_an_event_that_is_not_json_is_refused() -> None:
    with pytest.raises(TypeError, match="not JSON serializable"):
        draw(event={"names": {"Ada"}})


@pytest.mark.parametrize("standalone", [False, True])
def test_the_icon_is_96_by_32_and_says_what_it_means(standalone: bool) -> None:
    icon = ElementTree.fromstring(two_processes_icon(standalone=standalone))
    assert (icon.get("width"), icon.get("height"), icon.get("role")) == ("96", "32", "img")
    assert "Another process" in (icon.get("aria-label") or "")
