from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from lambdalab.show import theme
from lambdalab.show.pictures import waterfall
from lambdalab.show.traces import Traces
from lambdalab.show.waterfall import LEFT
from lambdalab.show.waterfall_words import text
from tests.show.drawn import bars, texts
from tests.show.made_traces import WAYS, request

SPACE = "\u00a0"


@functools.cache
def draw(name: str, colours: theme.Theme | None = None) -> Any:
    return waterfall(WAYS[name], colours=colours)


def test_the_title_says_that_init_makes_the_difference() -> None:
    assert texts(draw("both"))[0] == f"First request 284{SPACE}ms, second 27{SPACE}ms: the difference is init"
    assert [words for words in texts(draw("both")) if ":" in words and words.endswith("ms")][:2] == [
        f"Cold, the first request: 284{SPACE}ms",
        f"Warm, the same request again: 27{SPACE}ms",
    ]


def test_the_title_claims_nothing_that_the_times_do_not_bear_out() -> None:
    assert texts(draw("both warm"))[0] == f"First request 31{SPACE}ms, second 27{SPACE}ms"
    slow = [request(init=20, wait=400), request(5, init=None)]
    assert "init" not in texts(waterfall(slow))[0]
    half = [request(init=200, wait=120), request(5, init=None, wait=9)]
    assert texts(waterfall(half))[0].endswith("most of the difference is init")
    again = [request(), request(5, init=250)]
    assert "init" not in texts(waterfall(again))[0]


def test_the_cold_request_stands_above_the_warm_one_with_the_same_lines_in_any_order_of_asking() -> None:
    cold, warm = WAYS["both"]
    picture = waterfall([warm, cold])
    assert json.dumps(picture.bundle()) == json.dumps(draw("both").bundle())
    names = ["door and route", "init", "handler code", "table: get_item", "answer"]
    assert [words for words in texts(picture) if words in names] == names * 2
    assert texts(picture).count("none: the environment was there") == 1


def test_a_bars_length_is_its_time_on_one_linear_scale() -> None:
    picture = draw("both")
    ((left, width, _),) = bars(picture, "/")
    scale = width / 252
    assert left == pytest.approx(LEFT + 4 * scale, abs=0.2)
    assert sorted(each[1] for each in bars(picture, ".")) == pytest.approx([9 * scale, 13 * scale], abs=0.2)
    assert [each[1] for each in bars(picture, theme.LIGHT.invoke)] == pytest.approx([7 * scale] * 2, abs=0.2)


def test_init_is_hatched_with_its_letter_and_a_call_of_another_service_dotted() -> None:
    picture = draw("both")
    assert texts(picture).count("C") == 1
    assert len(bars(picture, "/")) == 1
    assert len(bars(picture, ".")) == 2


def test_a_chain_has_a_group_for_each_function_and_says_how_long_the_event_went_on() -> None:
    words = texts(draw("chain"))
    assert words[0] == f"The answer came after 5{SPACE}ms, the event went on until 453{SPACE}ms in two functions"
    assert {f"thumb, cold: 343{SPACE}ms", f"label, cold: 133{SPACE}ms"} <= set(words)


def test_the_code_of_a_handler_is_drawn_with_the_gap_in_which_it_waited() -> None:
    picture = draw("chain")
    code = [each for each in bars(picture, theme.LIGHT.invoke) if each[2] == bars(picture, theme.LIGHT.invoke)[0][2]]
    asked = bars(picture, ".")[1]
    assert len(code) == 2
    assert code[0][0] + code[0][1] == pytest.approx(asked[0], abs=0.2)
    assert code[1][0] == pytest.approx(asked[0] + asked[1], abs=0.2)


def test_two_chains_have_a_line_for_each_function_and_the_subtitle_names_the_looks() -> None:
    words = texts(draw("two chains"))
    assert words.count("thumb") == words.count("label") == 2
    assert "C: init; solid: handler code; dotted: another service works" in words[1]


@pytest.mark.parametrize(
    ("name", "said"),
    [("denied", "✖ denied"), ("missing", "✖ stopped as a loop"), ("lost", "T turned away (429)"), ("retried", "")],
)
def test_what_went_wrong_stands_beside_its_bar_in_words(name: str, said: str) -> None:
    assert any(words.endswith(said) and words != said for words in texts(draw(name)))


def test_the_title_says_where_the_event_was_stopped() -> None:
    assert "for label it was denied" in texts(draw("denied"))[0]
    only = texts(waterfall(WAYS["lost"][1:]))[0]
    assert only == "put_object of photos/cat.jpg ran nothing: it was turned away (429)"


def test_a_turn_of_the_clock_is_a_double_line_with_its_size_and_no_length() -> None:
    picture = draw("retried")
    assert f"200{SPACE}ms and clock + 60{SPACE}s" in texts(picture)
    assert len(picture.figure.layout.shapes) == 2  # the axis, and the double line
    assert not any("zigzag" in words for words in texts(picture))


def test_minutes_that_really_went_by_are_cut_out_and_said() -> None:
    words = texts(draw("waited"))
    assert f"2{SPACE}min later" in words
    assert "zigzag: a wait, cut out" in words[1]


def test_many_functions_are_cut_to_the_first_and_the_last() -> None:
    words = texts(draw("many functions"))
    assert {"step-0", "step-199", "… 194 more"} <= set(words)
    assert "step-20" not in words


def test_nothing_is_a_picture_too() -> None:
    for name in ("empty", "nothing known"):
        assert texts(draw(name))[0] == "No step of this event is remembered"


def test_more_than_two_are_refused() -> None:
    with pytest.raises(ValueError, match="room for two events, not for 3"):
        waterfall([request()] * 3)


@pytest.mark.parametrize("name", WAYS)
def test_no_label_touches_another_or_leaves_the_canvas_in_the_widest_font(
    name: str, apart: Callable[[Any], None]
) -> None:
    apart(draw(name))


@pytest.mark.parametrize("name", WAYS)
def test_no_label_lies_on_a_bar_without_paper_behind_it(name: str, width: Callable[..., float]) -> None:
    picture = draw(name)
    height = picture.figure.layout.height
    labels = []
    for each in picture.figure.layout.annotations:
        if each.xref != "paper" or each.borderpad:
            continue
        wide = max(width(line, each.font.size, bold="<b>" in each.text) for line in str(each.text).split("<br>"))
        left = each.x * theme.WIDTH - wide * {"left": 0, "center": 0.5, "right": 1}[each.xanchor]
        labels.append((left, left + wide, (1 - each.y) * height + 0.65 * each.font.size, each.text))
    for trace in picture.figure.data:
        for base, wide, y in zip(trace.base, trace.x, trace.y, strict=True):
            for left, right, middle, words in labels:
                assert abs(y - middle) > 12 or right <= base or left >= base + wide, f"{words!r} lies on a bar"


@pytest.mark.parametrize("name", WAYS)
def test_bars_lie_within_the_axis_and_are_wide_enough_to_be_seen(name: str) -> None:
    for trace in draw(name).figure.data:
        for base, width in zip(trace.base, trace.x, strict=True):
            assert base >= LEFT - 0.1
            assert base + width <= 884
            assert width >= 2.9


@pytest.mark.parametrize("name", WAYS)
def test_the_height_is_within_bounds_and_the_stored_figure_is_small(name: str) -> None:
    picture = draw(name)
    assert 380 <= picture.figure.layout.height <= 745
    assert len(json.dumps(picture.bundle())) < 60_000


@pytest.mark.parametrize("name", ["cold", "warm", "both", "both warm", "chain", "two chains", "denied", "retried"])
def test_the_sentences_numbers_are_the_tables_or_the_labels(name: str) -> None:
    picture = draw(name)
    numbers = r"\d[\d,.]*\d|\d"
    known = picture.table.text() + " ".join(texts(picture)[1:])
    assert set(re.findall(numbers, picture.alt)) <= set(re.findall(numbers, known))


@pytest.mark.parametrize("name", WAYS)
def test_the_text_for_a_terminal_has_every_heading_and_no_line_is_longer_than_a_terminal(name: str) -> None:
    told = text(WAYS[name]).splitlines()
    assert told[0] == texts(draw(name))[0]
    assert all(len(line) <= 160 for line in told)
    headings = [str(each.text) for each in draw(name).figure.layout.annotations if str(each.text).startswith("<b>")]
    assert {re.sub("</?b>", "", words) for words in headings[1:]} - {"C", "R", theme.CROSS, "T"} <= set(told)


def test_a_notebook_gets_the_picture_and_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    published: list[dict[str, Any]] = []
    monkeypatch.setattr("IPython.display.publish_display_data", published.append)
    Traces(WAYS["both"])._ipython_display_()
    assert [sorted(each) for each in published] == [
        ["application/vnd.plotly.v1+json", "text/plain"],
        ["text/html", "text/plain"],
    ]


def test_the_dark_figure_differs_from_the_light_one_in_colours_only() -> None:
    light = json.dumps(draw("denied", theme.LIGHT).bundle())
    dark = json.dumps(draw("denied", theme.DARK).bundle())
    assert re.sub(r"#[0-9A-F]{6}", "colour", light) == re.sub(r"#[0-9A-F]{6}", "colour", dark)
    assert not any(colour in dark for colour in (theme.LIGHT.paper, theme.LIGHT.text, theme.LIGHT.invoke))


def test_the_bottom_line_names_the_source() -> None:
    assert all(texts(draw(name))[-1] != "" for name in WAYS)
    assert "Measured on this machine" in texts(draw("both"))


@pytest.mark.parametrize("name", WAYS)
def test_the_title_has_at_most_two_lines_whatever_the_names(name: str) -> None:
    assert str(draw(name).figure.layout.annotations[0].text).count("<br>") <= 1


def test_of_many_services_the_longest_are_lines_and_the_others_one() -> None:
    words = texts(draw("many requests"))
    assert "26 others" in words
    assert any(label.endswith("3,000 requests") for label in words)
