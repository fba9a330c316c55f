"""The hints of the milestones: as many as the workbook promises, and none that does it all."""

from __future__ import annotations

import re

import pytest

from lambdalab.learn import hint
from lambdalab.learn.capstone.grading import LAST
from lambdalab.learn.capstone.hints import milestones
from lambdalab.learn.capstone.looks import SECTIONS
from lambdalab.learn.hints import used_of
from tests.learn.sections import ROOT, has_section


def test_each_milestone_has_three_hints_and_the_last_lacks_its_key_expression() -> None:
    assert list(milestones()) == [f"13.{number}" for number in range(LAST + 1)]
    assert all("…" in one.hints[2] for one in milestones().values())


@pytest.mark.parametrize("milestone", range(LAST + 1))
def test_what_a_milestone_names_to_be_read_again_is_a_section_that_is_there(milestone: int) -> None:
    named = re.fullmatch(r'lesson (\d\d), "(.+)"', SECTIONS[milestone])
    assert named is not None
    (page,) = (ROOT / "notebooks").glob(f"{named[1]}_*.ipynb")
    assert has_section(f"{page.name}#{named[2]}")


def test_hints_of_a_milestone_come_one_after_the_other_and_the_last_stays(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(4):
        hint("13.4")
    said = capsys.readouterr().out
    assert [said.count(f"Hint {number} of 3 for 13.4") for number in (1, 2, 3)] == [1, 1, 2]
    assert used_of("13.4") == 3


def test_a_milestone_has_no_twin_and_says_which_hints_there_are() -> None:
    with pytest.raises(ValueError, match=r"exercise 13\.4 has the hints 1, 2 and 3, not 'twin'"):
        hint("13.4", "twin")


def test_a_milestone_that_is_not_there_is_answered_with_those_that_are() -> None:
    with pytest.raises(ValueError, match=r"no milestone '13\.9'; known are 13\.0, 13\.1, .*13\.7"):
        hint("13.9")
