"""What a student writes into a row of the trigger table, read with patience.

A row is five letters, parted by blanks or commas or not at all; a point, a question mark or a dash leaves a cell open.
Words in the place of a letter are taken where they fit one choice only, and so are the names of the rows. What fits
nothing, or two things, is refused with what there is. Left out: guessing at words with a typing error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

OPEN = "."
_OPEN_TOO = {"", ".", "…", "?", "-", "–", "—", "_"}  # what keyboards and editors make of a dash


def name_of(given: str, names: Sequence[str]) -> str:
    """The row that is meant.

    Raises:
        ValueError: no row or several could be meant; the text names the known ones.
    """
    found = _meant(given, names)
    if found is None:
        known = ", ".join(f'"{name}"' for name in names)
        raise ValueError(f'there is no source "{given}"; known are {known}')
    return names[found]


def letters_of(name: str, given: str | Sequence[str], columns: Sequence[tuple[str, Sequence[str]]]) -> str:
    """The letters of a row, one for each column, `OPEN` for a cell that is left open.

    Args:
        name: of the row, for the texts.
        given: as it was typed, or a list of cells.
        columns: each one's name and its choices, lettered a, b, …

    Raises:
        ValueError: there are not as many cells as columns, or a cell fits none of its choices.
    """
    cells = _cells(given, len(columns))
    if len(cells) != len(columns):
        raise ValueError(
            f'"{name}" wants {len(columns)} cells, one for each column, and has {len(cells)}: {given!r}. '
            "A point leaves a cell open."
        )
    return "".join(_letter(name, cell, *column) for cell, column in zip(cells, columns, strict=True))


def _cells(given: str | Sequence[str], wanted: int) -> list[str]:
    """The cells of a row, by commas, by blanks, or one sign each, whatever gives as many as are wanted."""
    if not isinstance(given, str):
        cells = given if isinstance(given, Sequence) else [given]  # a None or a number is a row of one cell
        return [str(cell).strip() for cell in cells]
    blanks = given.split()
    ways = [blanks, list("".join(blanks))]
    if re.search(r"[,;|]", given):
        parted = [cell.strip() for cell in re.split(r"[,;|]", given)]
        ways = [parted, parted[:-1], *ways]  # somebody ends a row with a comma
    return next((way for way in ways if len(way) == wanted), ways[0])


def _letter(name: str, cell: str, column: str, choices: Sequence[str]) -> str:
    letters = "abcdefgh"[: len(choices)]
    said = cell.lower()
    if said in _OPEN_TOO:
        return OPEN
    if len(said) == 1 and said in letters:
        return said
    found = _meant(said, choices)
    if found is None or len(said) == 1:
        fits = "" if len(said) == 1 else ", and these words fit none of them or several"
        raise ValueError(f'"{name}": {column!r} has the answers {", ".join(letters)}, not {cell!r}{fits}')
    return letters[found]


def _meant(given: str, choices: Sequence[str]) -> int | None:
    """The place of the only choice with these words; the same words, or written together, count before a part."""
    said, known = _words(given), [_words(choice) for choice in choices]
    same = [place for place, words in enumerate(known) if "".join(words) == "".join(said)]
    part = [place for place, words in enumerate(known) if said and set(said) <= set(words)]
    found = same or part
    return found[0] if len(found) == 1 else None


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())
