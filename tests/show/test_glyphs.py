from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from lambdalab.show import glyphs, theme


def test_there_are_fifteen_glyphs() -> None:
    assert len(glyphs.PATHS) == 15


@pytest.mark.parametrize("name", glyphs.PATHS)
def test_a_path_uses_only_commands_that_plotly_draws_and_stays_on_the_grid(name: str) -> None:
    assert set(re.findall("[A-Za-z]", glyphs.PATHS[name])) <= set("MLHVCZ")
    assert all(0 <= float(number) <= glyphs.GRID for number in re.findall(r"[\d.]+", glyphs.PATHS[name]))


@pytest.mark.parametrize("name", glyphs.PATHS)
def test_a_glyph_is_well_formed_svg_with_or_without_a_label(name: str, read_html: Callable[[str], Any]) -> None:
    silent, spoken = read_html(glyphs.svg(name)), read_html(glyphs.svg(name, 64, "a <queue>"))
    assert silent.tags[0][1]["aria-hidden"] == "true"
    assert (spoken.tags[0][1]["role"], spoken.tags[0][1]["aria-label"]) == ("img", "a <queue>")


@pytest.mark.parametrize(("size", "pixels"), [(24, 1.8), (36, 2.5), (64, 2.5)])
def test_the_line_keeps_its_weight_in_pixels(size: int, pixels: float) -> None:
    found = re.search(r'stroke-width="([\d.]+)"', glyphs.svg("queue", size))
    assert found is not None
    assert float(found[1]) * size / glyphs.GRID == pytest.approx(pixels, abs=0.01)


def test_a_plotly_glyph_is_centred_upright_and_scaled() -> None:
    (shape,) = glyphs.shapes("bus", 3, 5, 96, theme.LIGHT.text)
    # "M3,24 H45 M11,24 V10": twice as large, from the middle, and up is positive
    assert shape["path"].startswith("M-42 0H42M-26 0V28")
    assert (shape["xanchor"], shape["yanchor"], shape["xsizemode"]) == (3, 5, "pixel")


@pytest.mark.parametrize("name", glyphs.PATHS)
def test_plotly_accepts_the_shapes(name: str) -> None:
    from plotly import graph_objects as go

    drawn = glyphs.shapes(name, 0, 0, 48, theme.LIGHT.text, xref="paper", yref="paper")
    assert len(go.Figure(layout={"shapes": drawn}).layout.shapes) == (3 if name == "dead letters" else 1)


def test_dead_letters_are_a_queue_with_a_cross_in_the_colour_of_what_failed() -> None:
    assert glyphs.PATHS["dead letters"] == glyphs.PATHS["queue"]
    assert theme.LIGHT.failed in glyphs.inner("dead letters", x=0, y=0, size=48, colours=theme.LIGHT)
    assert theme.var("failed") in glyphs.svg("dead letters")


def test_an_unknown_glyph_is_refused_with_the_names() -> None:
    with pytest.raises(ValueError, match="a picture can draw function, bucket"):
        glyphs.svg("cloud")
