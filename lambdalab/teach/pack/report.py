"""`lambdalab report`: an anonymous report of a class, from collected progress files.

One page with the figure of wrong ideas, first vote against later, and two tables: every idea that at least three
students held, and the wrong answers of the workbooks that at least three met. Left out: names, ranks, marks, and
everything a student wrote.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from lambdalab.learn.content import lessons
from lambdalab.show.class_report import FEWEST, class_report, shown
from lambdalab.teach import course
from lambdalab.teach.pack import counting, pictures, workbook, writing
from lambdalab.teach.pack.pages import table

_PLACE = "FIGURE"
_LATER = (
    f"*First vote*: the first answer to a prediction. *Later*: the last answer before the run or, where a review has "
    f"asked the idea again, its answer. Counts are students. What fewer than {FEWEST} chose or met is left out."
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `lambdalab report`."""
    parser.add_argument("progress", nargs="+", type=Path, metavar="PROGRESS", help="progress files, or folders of them")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="a folder for the report")
    parser.add_argument("--lessons", nargs="+", default=(), metavar="NN", help="only these lessons, such as 07 08 09")


def command(given: argparse.Namespace) -> int:
    """`lambdalab report`: read, count, write; the exit code."""
    files, broken = counting.read(given.progress)
    if broken:
        print(f"{broken} of {broken + len(files)} files are no progress files and are left out.", file=sys.stderr)
    try:
        written = write(files, given.out, given.lessons)
    except (ValueError, OSError) as wrong:
        print(wrong, file=sys.stderr)
        return 1
    print(*(f"written   {path.as_posix()}" for path in written), sep="\n")
    return 0


def write(files: Sequence[counting.Data], target: Path, numbers: Sequence[str] = ()) -> list[Path]:
    """Write the report of these progress files; the paths written.

    Raises:
        ValueError: fewer than three students, or a lesson that is not there.
    """
    unknown = sorted(set(numbers) - set(lessons()))
    if unknown:
        raise ValueError(f"there is no lesson {', '.join(unknown)}; known are {', '.join(lessons())}")
    held = counting.ideas(files, numbers)
    picture = class_report(held, students=len(files))
    ideas = [
        (one.idea, one.lesson, str(one.voters), str(one.before), str(one.after), str(one.asked_again))
        for one in shown(held)
    ]
    met = [
        (one.exercise, workbook.plain(one.seen), str(one.students)) for one in counting.wrong_answers(files, numbers)
    ]
    text = "\n\n".join(
        [
            f"# Class report, {len(files)} students",
            picture.alt,
            "## Wrong ideas",
            _LATER,
            table(("idea", "lesson", "voted", "first vote", "later", "asked again in a review"), ideas),
            "## Wrong answers in the workbooks",
            "How many students met this message of a check at least once.",
            table(("exercise", "the check saw", "students"), met),
        ]
    )
    figure = pictures.figure_html(json.loads(picture.figure.to_json()), picture.alt)
    page = writing.as_html("Class report", text.replace(picture.alt, _PLACE, 1)).replace(f"<p>{_PLACE}</p>", figure)
    made = {"class-report.md": text + "\n", "class-report.html": page, "plotly.min.js": pictures.plotly_script()}
    for name, content in made.items():
        course.write(target / name, content)
    return [target / name for name in made]
