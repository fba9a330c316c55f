from __future__ import annotations

from collections.abc import Callable

import pytest

from lambdalab.show import theme
from lambdalab.show.figure import Canvas, title_room, wide


def text(canvas: Canvas, index: int = 0) -> str:
    return str(canvas.drawn().layout.annotations[index].text)


@pytest.mark.parametrize(
    ("finding", "lines"),
    [
        ("Ten in a row used 1 environment", ["Ten in a row used 1 environment"]),
        ("Ten in a row, one after the other, used a single environment, ten at once needed ten",
         ["Ten in a row, one after the other,", "used a single environment, ten at once needed ten"]),
        ("A title without any comma that is much too long for a single line of this canvas",
         ["A title without any comma that is much too long for a", "single line of this canvas"]),
    ],
)  # fmt: skip
def test_a_long_title_breaks_at_a_comma_near_its_middle(finding: str, lines: list[str]) -> None:
    canvas = Canvas(400, theme.LIGHT)
    canvas.title(finding)
    assert text(canvas) == f"<b>{'<br>'.join(lines)}</b>"


def test_words_with_signs_of_html_are_shown_as_they_are() -> None:
    canvas = Canvas(400, theme.LIGHT)
    canvas.text(0, 0, "a < b & <script>")
    assert text(canvas) == "a &lt; b &amp; &lt;script>"


def test_pixels_become_fractions_of_the_canvas() -> None:
    canvas = Canvas(400, theme.LIGHT)
    assert (canvas.across(450), canvas.up(100)) == (0.5, 0.75)
    assert canvas.panel(2, 90, 810, 100, 300, below=True) == ("x2", "y2")
    assert list(canvas.figure.layout.xaxis2.domain) == [0.1, 0.9]
    assert list(canvas.figure.layout.yaxis2.domain) == [0.25, 0.75]


def test_the_figure_has_a_fixed_size_and_no_legend() -> None:
    layout = Canvas(400, theme.DARK).figure.layout
    assert layout.height == 400
    assert (layout.template.layout.width, layout.template.layout.showlegend) == (900, False)


@pytest.mark.parametrize(
    "words",
    [
        "Ten in a row used 1 environment",
        "environment\u00a010",
        "0123456789",
        "MAKE-THUMBNAIL",
        "mmmm",
        "illicit, ill",
        "→ ✖ …",
    ],
)
def test_the_estimated_width_of_a_line_is_at_least_the_true_one_and_not_much_more(
    words: str, width: Callable[..., float]
) -> None:
    assert width(words, 17) - 2 <= wide(words) <= 1.3 * width(words, 17) + 4


def test_long_conditions_take_lines_of_their_own_below_the_title() -> None:
    short, long = "Measured twice", "a condition of some length; " * 6
    assert title_room("One line", short) == 0
    assert title_room("A title, which is too long for one line, since it has so many words", short) == 30
    canvas = Canvas(400, theme.LIGHT)
    canvas.title("One line", long)
    assert text(canvas, 1).count("<br>") * 24 == title_room("One line", long) == 24
