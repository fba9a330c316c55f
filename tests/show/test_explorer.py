from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from lambdalab.show import explorer, stepper
from lambdalab.show.chart import Board, Panel
from lambdalab.show.explorer import Choice

RATES = Choice("Rate", ["1", "2", "3"])
TIMES = Choice("One call takes", ["short", "long"], 0)


def six() -> list[list[str]]:
    return [[f'<svg viewBox="0 0 1 1">{time} {rate}</svg>' for rate in RATES.options] for time in TIMES.options]


def test_the_slider_and_the_buttons_are_named_groups_of_radio_buttons(read_html: Callable[[str], Any]) -> None:
    tags = read_html(explorer.html(six(), RATES, TIMES)).tags
    assert [tag[1]["aria-label"] for tag in tags if tag[0] == "fieldset"] == ["Rate", "One call takes"]
    buttons = [attributes for tag, attributes in tags if tag == "input"]
    assert [button["name"] for button in buttons] == ["k"] * 3 + ["b"] * 2
    assert ["checked" in button for button in buttons] == [False, False, True, True, False]
    assert [form["method"] for tag, form in tags if tag == "form"] == ["dialog"]


def test_no_script_and_no_other_file_is_needed() -> None:
    made = explorer.html(six(), RATES, TIMES)
    assert "<script" not in made and "http" not in made and "onclick" not in made


def test_without_has_the_chosen_drawing_is_shown() -> None:
    made = explorer.html(six(), RATES, TIMES)
    assert made.count('ll-kept"') == 3  # a row, and in each row a step
    assert '<div class="ll-kept"><svg class="ll-paper" viewBox="0 0 1 1">short 1' in made
    assert '<svg class="ll-paper ll-kept" viewBox="0 0 1 1">short 3' in made


def test_a_single_row_needs_no_buttons(read_html: Callable[[str], Any]) -> None:
    made = read_html(explorer.html(six()[:1], RATES))
    assert [tag[1]["aria-label"] for tag in made.tags if tag[0] == "fieldset"] == ["Rate"]


def test_what_drawings_share_is_stored_once() -> None:
    shared = "<circle/>" * 20
    board = Board(100)
    board.put(shared)
    made = explorer.html([[board.svg("a"), board.svg("b"), board.svg("c")]], RATES, shared=[shared, shared])
    assert made.count(shared) == 1
    assert made.count(stepper.use(shared)) == 3


def test_on_paper_the_first_the_decisive_and_the_last_step_are_shown() -> None:
    def printed(**decisive: int) -> list[str]:
        return re.findall(r'class="ll-paper[^>]*>(\w+ \d)', explorer.html(six(), RATES, TIMES, **decisive))

    assert printed() == ["short 1", "short 3", "long 1", "long 3"]
    assert printed(decisive=1) == ["short 1", "short 2", "short 3", "long 1", "long 2", "long 3"]
    rules = re.findall("<style>(.*?)</style>", explorer.html(six(), RATES, TIMES) + explorer.html(six()[:1], RATES))
    assert rules[0] == rules[1]


@pytest.mark.parametrize(
    ("drawings", "slider", "says"),
    [
        (six()[:1], RATES, r"\[3\] drawings do not fit 2 x 3"),
        ([row[:2] for row in six()], RATES, r"\[2, 2\] drawings do not fit 2 x 3"),
        ([["<svg/>"] * 13] * 2, Choice("Rate", [str(n) for n in range(13)]), "13 steps and 2 buttons are too many"),
    ],
)
def test_a_grid_that_does_not_fit_is_refused(drawings: list[list[str]], slider: Choice, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        explorer.html(drawings, slider, TIMES)


def test_a_choice_needs_one_of_its_options() -> None:
    for options, chosen in (([], -1), (["a"], 1)):
        with pytest.raises(ValueError, match="is none of them"):
            Choice("Rate", options, chosen)


# -- the chart on which frames are drawn -------------------------------------------------------------------------------


def panel() -> Panel:
    return Panel(Board(200), 100, 500, 20, 120, x=(0, 40), y=(0, 50))


def test_values_become_pixels_and_pixels_values() -> None:
    made = panel()
    assert (made.across(0), made.across(40), made.up(0), made.up(50)) == (100, 500, 120, 20)
    assert made.value(made.up(37)) == pytest.approx(37)


def test_a_line_in_steps_holds_its_value_up_to_the_next_one() -> None:
    made = panel()
    made.line([(0, 10), (20, 10), (20, 50), (40, 50)], role="text", steps=True)
    assert 'd="M100.0,100.0 H300.0 H300.0 V20.0 H500.0"' in made.board.parts


def test_an_area_is_drawn_only_where_it_has_a_height() -> None:
    made = panel()
    made.area([0, 10, 20, 30, 40], [0, 10, 10, 0], [25, 10, 30, 0], role="invoke")
    assert made.board.parts.count("M") == 2
    assert "M100,120V70H200V120H100Z" in made.board.parts
    level = panel()
    level.area([0, 10, 20], [0, 0], [25, 25], role="invoke")
    assert "M100,120V70H300V120H100Z" in level.board.parts  # equal heights are one step
    empty = panel()
    empty.area([0, 40], [5], [5], role="invoke")
    assert empty.board.parts == ""


def test_bars_under_four_pixels_touch_each_other() -> None:
    made = panel()
    made.bars(range(0, 41, 10), [10, 0, 10, 50], role="axis")
    assert "M100.5,120v-20h99v20M300.5" in made.board.parts
    fine = panel()
    fine.bars([at * 40 / 200 for at in range(201)], [10] * 200, role="axis")
    assert "M100,120v-20h2v20M102,120" in fine.board.parts


def test_a_point_may_be_hollow_and_stand_over_its_place_on_the_axis() -> None:
    made = panel()
    made.mark(20, 25, hollow=True, drop=True)
    assert "M300.0,70.0V120" in made.board.parts and "a8,8" in made.board.parts
    made.mark(20, 25, diamond=True)
    assert "M292.0,70.0l8,-8" in made.board.parts
