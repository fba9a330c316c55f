"""The end of a lesson and of a workbook: the same idea in another dress, and the mistake one would now recognise.

The transfer item is two minutes of thinking in words, with a model answer folded away; nothing is judged. The
mistake line is kept in the student's own progress file.
"""

from __future__ import annotations

from typing import Any

from lambdalab.learn import store
from lambdalab.learn.content import lesson
from lambdalab.learn.display import Shown, show
from lambdalab.show.frame import card, folded, quiet, rich


def transfer(number: str, *, answer: bool = False) -> None:
    """Show the transfer item of a lesson, its model answer folded (lesson 00).

    Args:
        number: "01".
        answer: show the model answer too, for those who read text.

    Raises:
        ValueError: there is no such lesson; the text names the known ones.
    """
    item = lesson(number).transfer
    body = (
        f"<p>{rich(item.question)}</p>"
        f"{folded('A model answer', f'<p>{rich(item.answer)}</p>', opened=answer)}"
        f"{quiet('Two minutes, in your own words; not graded.')}"
    )
    kicker = f"Transfer {number}: the same idea in another dress"
    call = f'transfer("{number}", answer=True)'
    text = f"{kicker}\n{item.question}\n" + (f"A model answer: {item.answer}" if answer else f"A model answer: {call}")
    show(Shown(card(kicker=kicker, heading="", body_html=body), text))


def mistake(number: str, sentence: str) -> None:
    """Keep the sentence "The mistake I would now recognise is …" of a workbook (workbook 00).

    Args:
        number: "01".
        sentence: in the student's own words; an unfinished one is not kept.

    Raises:
        ValueError: there is no such lesson; the text names the known ones.
    """
    prompt = lesson(number).mistake
    words = sentence.strip()
    if not words or words.endswith(("…", "...")):
        line = f"When you are through: {prompt} Complete the sentence in the cell and run it. Nobody grades it."
    else:

        def keep(data: dict[str, Any]) -> None:
            data["mistakes"][number] = words

        store.change(keep)
        line = "Kept in your progress file."
    show(Shown(f"<p>{rich(line)}</p>", line))
