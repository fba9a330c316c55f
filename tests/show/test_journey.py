from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from lambdalab.show import theme
from lambdalab.show.journey import LEFT
from lambdalab.show.journey_rows import is_journey
from lambdalab.show.pictures import journey
from lambdalab.show.traces import Traces
from tests.show.drawn import bars, texts
from tests.show.made_journeys import JOURNEYS, Story, shop, upload
from tests.show.made_traces import request

SPACE = "\u00a0"


@functools.cache
def draw(name: str, colours: theme.Theme | None = None) -> Any:
    return journey(JOURNEYS[name], colours=colours)


def elbows(picture: Any, dash: str = "solid") -> list[list[tuple[float, float]]]:
    """The corners of every line beneath the bars."""
    lines = [s for s in picture.figure.layout.shapes if s.layer == "below" and s.line.width and s.line.dash == dash]
    return [[tuple(map(float, corner.split(","))) for corner in re.findall(r"[\d.]+,[\d.]+", s.path)] for s in lines]


def test_the_title_sets_what_the_customer_waited_against_what_went_on() -> None:
    assert (
        texts(draw("shop"))[0]
        == f"The customer waited 96{SPACE}ms; the event went on for 1.1{SPACE}s in five functions"
    )
    assert texts(draw("upload"))[0].startswith(
        f"The caller waited 4{SPACE}ms; the event went on for 360{SPACE}ms in two"
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("slow answer", "The customer waited 1.4 s; all five functions were done by then"),
        ("nobody waits", "The event went on for 1.1 s in five functions"),
        ("scheduled", "The event went on for 298 ms in two functions"),
        ("retried", "The customer waited 96 ms; the event went on for 3 min of lab time in five functions"),
        ("waiting", "for 702 ms; for print-label it has not run yet"),
    ],
)
def test_contrary_data_get_a_title_that_is_true(name: str, says: str) -> None:
    assert texts(draw(name))[0].replace(SPACE, " ").endswith(says)


def test_the_sentence_is_that_of_the_specification() -> None:
    assert draw("shop").alt.replace(SPACE, " ") == (
        "The customer's answer came after 96 ms; the last of five functions ended at 1,102 ms. "
        "Two start from OrderPlaced, two start from CardCharged; print-label waited 108 ms in a queue."
    )


def test_rows_are_invocations_in_the_order_of_their_start() -> None:
    names = ["accept-order", "charge-card", "reserve-stock", "send-mail", "print-label"]
    assert [words for words in texts(draw("shop")) if words in names] == names
    heights = sorted({y for look in (theme.LIGHT.invoke, "/") for _, _, y in bars(draw("shop"), look)})
    assert len(heights) == 5
    assert len(bars(draw("shop"), "/")) == 2


def test_an_event_leaves_when_it_was_sent_and_arrives_when_the_next_began_init_included() -> None:
    picture = draw("shop")
    (accept, *_), inits = bars(picture, theme.LIGHT.invoke), sorted(bars(picture, "/"))
    scale = accept[1] / 90
    sent = LEFT + 89 * scale
    assert accept[0] == pytest.approx(LEFT + 2 * scale, abs=0.2)  # the axis counts from the event's beginning
    lines = elbows(picture)
    assert len(lines) == 4
    first = min(lines, key=lambda line: line[1][1])
    assert first[0][0] == pytest.approx(sent, abs=0.2)
    assert first[-1][1] == pytest.approx(inits[0][2], abs=0.2)
    assert first[-1][0] == pytest.approx(inits[0][0] - theme.ARROW_HEAD / 2, abs=0.2)
    last = max(lines, key=lambda line: line[1][1])
    assert last[-1][0] - last[0][0] == pytest.approx((618 - 510) * scale - theme.ARROW_HEAD / 2, abs=0.5)


def test_a_line_is_labelled_once_with_the_events_name_and_carrier_and_its_time_in_a_queue() -> None:
    words = texts(draw("shop"))
    assert words.count(f"OrderPlaced · bus, to two{SPACE}functions") == 1
    assert words.count("CardCharged · topic") == 1
    assert words.count(f"CardCharged · topic, 108{SPACE}ms in a queue") == 1
    assert "ObjectCreated:Put · bucket" in texts(draw("upload"))
    assert {"Scheduled Event · bus", "a call"} <= set(texts(draw("scheduled")))
    assert texts(draw("scheduled"))[1].startswith("Scheduled Event of nightly, two functions")


def test_the_answer_and_the_end_have_a_flag_each() -> None:
    words = texts(draw("shop"))
    assert {f"answer to the customer: 96{SPACE}ms", f"all done: 1,102{SPACE}ms"} <= set(words)
    assert not any(words.startswith("answer") for words in texts(draw("scheduled")))
    assert f"so far: 702{SPACE}ms" in texts(draw("waiting"))


def test_attempts_stand_in_one_row_and_a_repeated_one_is_hatched() -> None:
    picture = draw("retried")
    (again,) = bars(picture, "\\")
    failed = bars(picture, theme.LIGHT.failed)
    assert len(failed) == 2
    assert {y for _, _, y in failed} == {again[2]}
    assert texts(picture).count("send-mail") == 1
    assert f"45{SPACE}ms, 3rd attempt" in texts(picture)


def test_a_message_that_comes_back_stands_in_the_row_of_its_first_receive_and_ends_as_a_dead_letter() -> None:
    picture = draw("poisoned")
    failed = bars(picture, theme.LIGHT.failed)
    assert len(failed) == 3
    assert len({y for _, _, y in failed}) == 1
    words = texts(picture)
    assert words.count("print-label") == 1
    assert f"20{SPACE}ms, 3rd attempt, ✖ failed" in words
    assert {"labels-dead", "✖ a dead letter"} <= set(words)
    assert words[0].endswith("for labels-dead it became a dead letter")


def test_what_a_filter_kept_back_is_counted_and_not_drawn() -> None:
    words = texts(draw("quiet rules"))
    assert words[1].endswith("2 filtered out")
    assert not {"refund", "audit", "off"} & set(words)


def test_a_rule_without_a_target_is_named_and_starts_nothing() -> None:
    picture, without = draw("quiet rules"), draw("shop")
    assert {"rule loyalty", "✖ no target"} <= set(texts(picture))
    assert texts(picture)[0].endswith("for rule loyalty it found no target")
    assert "from OrderPlaced" in without.alt
    assert re.findall(r"\w+ starts? from OrderPlaced", picture.alt) == re.findall(
        r"\w+ starts? from OrderPlaced", without.alt
    )


def test_a_turn_of_the_clock_is_a_double_line_and_minutes_that_went_by_a_zigzag() -> None:
    turned, waited = draw("retried"), draw("retried, real minutes")
    assert f"clock + 59{SPACE}s, clock + 2{SPACE}min" in texts(turned)
    assert f"60{SPACE}s later, 2{SPACE}min later" in texts(waited)
    assert "zigzag" in texts(waited)[1] and "zigzag" not in texts(turned)[1]


def test_what_did_not_arrive_is_dotted_and_says_why() -> None:
    picture = draw("broken")
    assert {"✖ denied", "T turned away (429)", "heard by nobody"} <= set(texts(picture))
    assert len(elbows(picture, "dot")) == 3
    assert "Weather · topic" in texts(picture)


def test_a_message_in_a_queue_that_nobody_reads_is_delivered() -> None:
    words = texts(draw("delivered"))
    assert {"labels", "delivered"} <= set(words)
    assert words[0].endswith("in four functions")
    assert elbows(draw("delivered"), "dot") == []
    assert words.count("CardCharged · topic") == 1


def test_of_many_rows_the_first_and_the_last_are_drawn_and_their_lines() -> None:
    words = texts(draw("many listeners"))
    assert {"listener-0", "listener-39", "… 32 more"} <= set(words)
    assert "listener-20" not in words
    assert len(elbows(draw("many listeners"))) == 8


def test_the_data_choose_between_journey_and_waterfall() -> None:
    assert is_journey([shop().trace()]) and is_journey([upload().trace()])
    assert not is_journey([request()])
    assert not is_journey([shop().trace(), shop().trace()])
    assert not is_journey([])
    one = Story()
    put = one.request("s3:PutObject", 0, about="photos/cat.jpg")
    came = one.delivery("s3:ObjectCreated:Put", 2, "s3/photos", "lambda/function:thumb", by=put)
    one.run("thumb", 12, 80, by=came)
    assert not is_journey([one.trace()])
    assert texts(Traces([shop().trace()]).picture) == texts(draw("shop"))
    assert texts(Traces([one.trace()]).picture)[0].startswith("The answer came after")


def test_a_call_that_two_functions_wait_for_is_no_journey() -> None:
    story = Story()
    first = story.front("GET /price", 90, "shop")
    outer = story.run("shop", 2, 80, by=first, waited=True)
    call = story.request("lambda:Invoke", 20, by=outer, took=40)
    story.run("tax", 24, 30, by=call, waited=True)
    assert not is_journey([story.trace()])


def test_without_a_function_there_is_no_journey() -> None:
    story = Story()
    story.request("s3:PutObject", 0, about="photos/cat.jpg")
    with pytest.raises(ValueError, match="no function ran for put_object"):
        journey(story.trace())


@pytest.mark.parametrize("name", JOURNEYS)
def test_no_label_touches_another_or_leaves_the_canvas_in_the_widest_font(
    name: str, apart: Callable[[Any], None]
) -> None:
    apart(draw(name))


@pytest.mark.parametrize("name", JOURNEYS)
def test_no_label_lies_on_a_bar_without_paper_behind_it(name: str, width: Callable[..., float]) -> None:
    picture = draw(name)
    height = picture.figure.layout.height
    for each in picture.figure.layout.annotations:
        if each.xref != "paper" or each.bgcolor != theme.CLEAR:
            continue
        wide = max(width(line, each.font.size, bold="<b>" in each.text) for line in str(each.text).split("<br>"))
        left = each.x * theme.WIDTH - wide * {"left": 0, "center": 0.5, "right": 1}[each.xanchor]
        middle = (1 - each.y) * height + 0.65 * each.font.size
        for trace in picture.figure.data:
            for base, across, y in zip(trace.base, trace.x, trace.y, strict=True):
                clear = abs(y - middle) > trace.width / 2 + 6 or left + wide <= base or left >= base + across
                assert clear, f"{each.text!r} lies on a bar"


@pytest.mark.parametrize("name", JOURNEYS)
def test_no_label_is_crossed_by_an_events_line(name: str, width: Callable[..., float]) -> None:
    picture = draw(name)
    height = picture.figure.layout.height
    upright = [
        (line[0][0], line[0][1], line[1][1])
        for dash in ("solid", "dot")
        for line in elbows(picture, dash)
        if len(line) == 3
    ]
    for each in picture.figure.layout.annotations[2:]:
        if each.xref != "paper" or each.bgcolor != theme.CLEAR:
            continue
        wide = width(re.sub("</?b>", "", str(each.text)), each.font.size, bold="<b>" in each.text)
        left = each.x * theme.WIDTH - wide * {"left": 0, "center": 0.5, "right": 1}[each.xanchor]
        middle = (1 - each.y) * height + 0.65 * each.font.size
        for x, top, bottom in upright:
            assert not (left < x < left + wide and top < middle < bottom), f"{each.text!r} is crossed"


@pytest.mark.parametrize("name", JOURNEYS)
def test_the_height_is_within_bounds_and_the_stored_figure_is_small(name: str) -> None:
    picture = draw(name)
    assert 400 <= picture.figure.layout.height <= 745
    assert len(json.dumps(picture.bundle())) < 60_000
    assert str(picture.figure.layout.annotations[0].text).count("<br>") <= 1


@pytest.mark.parametrize("name", JOURNEYS)
def test_bars_lie_within_the_canvas_and_are_wide_enough_to_be_seen(name: str) -> None:
    for trace in draw(name).figure.data:
        for base, across in zip(trace.base, trace.x, strict=True):
            assert base >= LEFT - 0.1
            assert base + across <= 884
            assert across >= 2.9


@pytest.mark.parametrize("name", ["shop", "upload", "fan-out", "scheduled"])
def test_the_sentences_numbers_are_the_tables_or_the_labels(name: str) -> None:
    picture = draw(name)
    numbers = r"\d[\d,.]*\d|\d"
    known = picture.table.text() + " ".join(texts(picture)[1:])
    assert set(re.findall(numbers, picture.alt)) <= set(re.findall(numbers, known))


@pytest.mark.parametrize("name", JOURNEYS)
def test_the_text_for_a_terminal_has_the_title_and_every_drawn_row(name: str) -> None:
    told = str(Traces([JOURNEYS[name]])).splitlines()
    assert told[0] == texts(draw(name))[0]
    assert all(len(line) <= 160 for line in told)


def test_the_table_has_when_each_event_was_sent_and_each_row_began() -> None:
    rows = {row[0]: row[1:] for row in draw("shop").table.rows}
    assert [cell.replace(SPACE, " ") for cell in rows["print-label"][:5]] == [
        "CardCharged · topic, queue", "510 ms", "108 ms", "618 ms", "none",
    ]  # fmt: skip
    assert "send-mail, three attempts" in {row[0] for row in draw("retried").table.rows}


def test_the_dark_figure_differs_from_the_light_one_in_colours_only() -> None:
    light, dark = json.dumps(draw("broken", theme.LIGHT).bundle()), json.dumps(draw("broken", theme.DARK).bundle())
    assert re.sub(r"#[0-9A-F]{6}", "colour", light) == re.sub(r"#[0-9A-F]{6}", "colour", dark)
    assert not any(colour in dark for colour in (theme.LIGHT.paper, theme.LIGHT.text, theme.LIGHT.invoke))


def test_the_bottom_line_names_the_source() -> None:
    assert all("Measured on this machine" in texts(draw(name)) for name in JOURNEYS)
