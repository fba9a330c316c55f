from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lambdalab.show import stepper

THREE = ["<svg>one</svg>", "<svg>two</svg>", "<svg>three</svg>"]
NAMES = ["rule", "upload", "event"]


def test_each_drawing_has_a_named_button_and_the_last_is_chosen(read_html: Callable[[str], Any]) -> None:
    read = read_html(stepper.html(THREE, NAMES))
    buttons = [attributes for tag, attributes in read.tags if tag == "input"]
    assert len(buttons) == 3
    assert ["checked" in attributes for attributes in buttons] == [False, False, True]
    assert "1 rule2 upload3 event" in read.words


def test_a_choice_in_one_output_leaves_another_alone(read_html: Callable[[str], Any]) -> None:
    """Buttons of one name belong together within their form only, and the form sends nothing."""
    forms = [attributes for tag, attributes in read_html(stepper.html(THREE, NAMES)).tags if tag == "form"]
    assert [form["method"] for form in forms] == ["dialog"]


def test_what_all_drawings_share_is_stored_once_and_the_same_content_has_the_same_name() -> None:
    shared = "<circle/>" * 20
    made = stepper.html([f"<svg>{stepper.use(shared)}</svg>"] * 3, NAMES, shared=shared)
    assert made.count(shared) == 1
    name = stepper.use(shared).split("#")[1].split('"')[0]
    assert made.count(f'href="#{name}"') == 3 and made.count(f'id="{name}"') == 1
    assert stepper.use(shared) != stepper.use("<circle/>")


def test_on_paper_the_first_the_decisive_and_the_last_are_shown() -> None:
    printed = stepper.html([*THREE, *THREE], NAMES * 2, decisive=3).partition("@media print{")[2].partition("{")[0]
    assert [f"nth-of-type({n})" in printed for n in range(1, 7)] == [True, False, False, True, False, True]


def test_a_single_drawing_stays_as_it_is() -> None:
    assert stepper.html(["<svg/>"], ["now"]) == "<svg/>"


def test_each_drawing_needs_a_name() -> None:
    with pytest.raises(ValueError, match="3 drawings and 1 names"):
        stepper.html(THREE, ["one"])
