"""The book of lanes tells what it was told, within bounds."""

from __future__ import annotations

from lambdalab.observe.lanes import LaneBook
from lambdalab.observe.records import Lane, Span


def lane(number: int, function: str = "f") -> Lane:
    return Lane(function, "$LATEST", number, "on-demand", "first")


def span(began: float, kind: str = "invoke") -> Span:
    return Span(kind, began, began + 0.1, f"request at {began}")


def test_a_lane_has_what_ran_in_it_in_order_of_time_and_its_end() -> None:
    book = LaneBook()
    book.born("stream", "arn", lane(1))
    book.ran("stream", [span(5)])
    book.ran("stream", [span(2, "init"), span(3)])
    book.ended("stream", "idle", 600)
    (told,) = book.lanes()
    assert told.spans == (span(2, "init"), span(3), span(5))
    assert (told.ended, told.why_ended) == (600, "idle")


def test_the_first_reason_for_an_end_stays() -> None:
    book = LaneBook()
    book.born("stream", "arn", lane(1))
    book.ended("stream", "idle", 600)
    book.ended("stream", "deleted", 700)
    assert book.lanes()[0].why_ended == "idle"


def test_lanes_come_in_order_of_birth_and_can_be_chosen_by_function() -> None:
    book = LaneBook()
    for stream, number, function in (("a", 1, "f"), ("b", 1, "g"), ("c", 2, "f")):
        book.born(stream, f"arn of {function}", lane(number, function))
    assert [(each.function, each.number) for each in book.lanes()] == [("f", 1), ("g", 1), ("f", 2)]
    assert [each.number for each in book.lanes(["f"])] == [1, 2]
    assert book.lanes(["h"]) == []


def test_a_function_made_anew_starts_a_new_record_and_leaves_others_alone() -> None:
    book = LaneBook()
    book.born("old", "arn", lane(1))
    book.born("old too", "arn", lane(2))
    book.born("other", "another arn", lane(1, "g"))
    book.born("new", "arn", lane(1))
    book.ran("old", [span(1)])  # its last call ended after the deletion
    book.ended("old", "deleted", 2)
    assert [(each.function, each.number, each.spans) for each in book.lanes()] == [("g", 1, ()), ("f", 1, ())]


def test_what_ended_longest_ago_is_forgotten_first() -> None:
    book = LaneBook(most_lanes=3)
    for number in range(1, 4):
        book.born(str(number), "arn", lane(number))
    book.ended("3", "idle", 10)
    book.ended("2", "idle", 20)
    book.born("4", "arn", lane(4))
    assert [each.number for each in book.lanes()] == [1, 2, 4]
    book.born("5", "arn", lane(5))
    book.born("6", "arn", lane(6))
    assert [each.number for each in book.lanes()] == [4, 5, 6]


def test_of_spans_only_the_last_are_kept() -> None:
    book = LaneBook(most_spans=2)
    book.born("stream", "arn", lane(1))
    for moment in (1, 2, 3):
        book.ran("stream", [span(moment)])
    assert [each.began for each in book.lanes()[0].spans] == [2, 3]


def test_a_call_that_took_an_environment_is_told_so_and_only_that_call() -> None:
    book = LaneBook()
    book.born("stream", "arn", lane(1))
    book.taken("stream", 1)
    book.ran("stream", [span(2, "init"), span(3)])
    book.ran("stream", [span(4)])
    assert [each.taken for each in book.lanes()[0].spans] == [None, 1, None]
