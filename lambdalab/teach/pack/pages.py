"""The guide: one page for each lesson, as Markdown and as HTML, from the lesson, its checks and the guide's own words.

A page is made anew each time, so a changed minute, message or prediction is in it. Left out: the answers of graded
exercises, which stand in `solutions/`.
"""

from __future__ import annotations

from collections.abc import Sequence

from lambdalab.learn.content import Prediction, lesson
from lambdalab.teach.course import Course, Kind
from lambdalab.teach.pack import workbook
from lambdalab.teach.pack.guide import VOTERS, Guide, guide
from lambdalab.teach.pack.outline import RECALL, Plan, Section, plan, sections

SHORT, LONG = 50, 90  # minutes of a class
# Minutes of each part of a class: recall, lesson, workbook in pairs, discussion and exit ticket.
PARTS = {SHORT: (4, 38, 0, 8), LONG: (5, 45, 30, 10)}


def lesson_page(book: Course, number: str) -> str:
    """The teacher's page of one lesson, in Markdown.

    Raises:
        ValueError: there is no such lesson.
    """
    own = guide(number)
    page = book.find(Kind.LESSON, number)
    if page is None:
        raise ValueError(f"there is no lesson {number}, and the guide has a page for it")
    parts = sections(page)
    blocks = [
        f"# {page.label}: for the teacher",
        f"**The one idea.** {own.idea}",
        f"**The question.** {page.question}",
        *_minutes(own, parts),
        *_experiment(own),
        *_votes(own),
        "## The three likeliest questions",
        *(f"**{question.ask}**\n\n{question.answer}" for question in own.questions),
        *_wrong_answers(own, workbook.milestones(book, number)),
        f"## On slow machines\n\n{own.slow}",
        f"## Board sketch\n\n```\n{own.board}\n```",
        f"## Exit ticket\n\n{own.exit}\n\n*What you hope to read:* {own.exit_answer}",
        *_variants(own, parts, workbook.class_work(book, number)),
    ]
    return "\n\n".join(blocks) + "\n"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown; bars and line breaks inside cells do no harm."""

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    return "\n".join([line(columns), "|" + "---|" * len(columns), *map(line, rows)])


def variant(own: Guide, parts: Sequence[Section], minutes: int) -> Plan:
    """What of the lesson fits into a class of 50 or 90 minutes."""
    return plan(parts, list(own.skip), PARTS[minutes][1], without=(RECALL,))


def _minutes(own: Guide, parts: Sequence[Section]) -> list[str]:
    rows = []
    for part in parts:
        late = f"if you are late, skip: {own.skip[part.title]}" if part.title in own.skip else ""
        votes = ", ".join(part.predictions)
        time = "optional" if part.further else str(part.minutes)
        rows.append((part.title, time, votes, late))
    rows.append(("**together**", f"**{sum(part.minutes for part in parts)}**", "", ""))
    skipping = (
        "To skip a section means: run its cells, since later ones may use what they make, say one sentence, and go on."
    )
    return ["## Minutes", table(("section", "minutes", "votes", ""), rows), skipping]


def _experiment(own: Guide) -> list[str]:
    return [f"## Before the key experiment\n\n*Which one:* {own.experiment} (vote {own.key}).", f"> {own.say}"]


def _votes(own: Guide) -> list[str]:
    known: dict[str, Prediction] = {prediction.id: prediction for prediction in lesson(own.number).predictions}
    blocks = [
        "## Votes\n\nVote, talk with a neighbour for two minutes, vote again, run. "
        f"The expected votes are an estimate for {VOTERS} students, not a count: note your own beside them. "
        "The measured answer is marked →."
    ]
    for vote in own.votes:
        prediction = known[vote.id]
        rows = []
        for option in prediction.choices:
            right = option.letter == prediction.expected
            idea = own.ideas[vote.id].get(option.letter, "")
            count = str(vote.expected[option.letter])
            rows.append(("→" if right else "", option.letter, option.text, count, idea))
        blocks += [
            f"**{vote.id}** {prediction.question}",
            table(("", "", "option", f"of {VOTERS}", "the idea behind it"), rows),
        ]
    return blocks


def _wrong_answers(own: Guide, milestones: Sequence[workbook.Milestone]) -> list[str]:
    blocks = [
        "## Wrong answers in the workbook, and what to ask\n\nAsk, do not tell. The check has already said what it saw."
    ]
    for exercise in workbook.exercises(own.number):
        rows = [(seen, idea, ask) for seen, idea, ask in workbook.wrong_answers(own, exercise)]
        blocks += [
            f"**{exercise.number}** {exercise.marks} {exercise.kind}, {exercise.minutes} minutes. {exercise.idea}",
            table(("the check saw", "the idea", "ask, or let them look"), rows),
            f"*Where no question stands, ask:* {workbook.OTHERWISE[exercise.kind]}",
        ]
    if milestones:
        rows = [(one.name, str(one.minutes), " ".join(own.ask.get(one.mark, {}).values())) for one in milestones]
        rows.append(("**together**", f"**{sum(one.minutes for one in milestones)}**", ""))
        blocks.append(table(("milestone", "minutes", "ask"), rows))
    return blocks


def _variants(own: Guide, parts: Sequence[Section], pairs_do: str) -> list[str]:
    blocks = ["## 50 and 90 minutes"]
    for minutes, (recall, core, pairs, end) in PARTS.items():
        chosen = variant(own, parts, minutes)
        left_out = ", ".join(part.title for part in chosen.dropped) or "nothing"
        rows = [("recall" if own.number != "00" else "arriving, the check of the machine", str(recall))]
        rows += [(part.title, str(part.minutes)) for part in chosen.kept]
        rows += [("talk after votes", str(chosen.spare))]
        if pairs:
            rows += [(f"workbook in pairs: {pairs_do}", str(pairs))]
        rows += [("discussion and exit ticket", str(end)), ("**together**", f"**{recall + core + pairs + end}**")]
        home = "" if pairs else " The workbook is for home."
        blocks += [f"**{minutes} minutes.** Left out: {left_out}.{home}", table(("part", "minutes"), rows)]
    return blocks
