"""What a reader on paper needs: predictions on the first page, answers on the last, folded answers on the screen.

A lesson asks before it shows. On the screen the measured answer is folded below its prediction. On paper nothing can
be folded, so the questions stand first, to be answered with a pencil, and all answers stand at the end; where they
stood in the text a line says so. Left out: the text that follows a prediction, which a patient reader covers.
"""

from __future__ import annotations

import copy

from bs4 import BeautifulSoup, Tag

_BEFORE = "Choose before you read on, and mark your choice. What was measured stands among the answers, at the end."


def arrange(soup: BeautifulSoup) -> None:
    """Folds what was measured, and adds the two parts that only paper shows."""
    main = soup.main
    assert main is not None
    first, last = _part(soup, "Predictions", _BEFORE), _part(soup, "Answers")
    for output in main.select(".output"):
        if output.has_attr("data-predict"):
            _move(soup, output, first, f"Prediction {output['data-predict']} stands at the front.")
        if output.has_attr("data-reveal"):
            _fold(soup, output, f"Prediction {output['data-reveal']}: what was measured")
    for answer in main.select("details"):
        summary = answer.find("summary")
        if isinstance(summary, Tag) and answer.find_parent("details") is None:
            _move(soup, answer, last, f"{summary.get_text()}: at the end.", named=summary.get_text())
    opening = main.find(class_="text")  # the title and the question, which stand in the first cell
    if first.find(class_="item") and isinstance(opening, Tag):
        opening.insert_after(first)
    if last.find(class_="item"):
        main.append(last)


def _part(soup: BeautifulSoup, name: str, words: str = "") -> Tag:
    part = soup.new_tag("section", attrs={"class": "paper", "aria-label": name})
    heading = soup.new_tag("h2")
    heading.string = name
    part.append(heading)
    if words:
        line = soup.new_tag("p")
        line.string = words
        part.append(line)
    return part


def _move(soup: BeautifulSoup, inside: Tag, part: Tag, instead: str, named: str = "") -> None:
    """A copy goes to the part; what stays is for the screen, with a line in its place on paper."""
    item = soup.new_tag("div", attrs={"class": "item"})
    if named:
        label = soup.new_tag("h3")
        label.string = named
        item.append(label)
    for child in inside.contents:
        if not (isinstance(child, Tag) and child.name == "summary"):
            item.append(copy.copy(child))
    part.append(item)
    line = soup.new_tag("p", attrs={"class": "paper"})
    line.string = instead
    inside.insert_after(line)
    inside["class"] = " ".join([*inside.get_attribute_list("class"), "screen"])


def _fold(soup: BeautifulSoup, output: Tag, words: str) -> None:
    folded, summary = soup.new_tag("details"), soup.new_tag("summary")
    summary.string = words
    folded.append(summary)
    for child in list(output.contents):
        folded.append(child.extract())
    output.append(folded)
