from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lambdalab.show.picture import Picture, Table

TABLE = Table(
    "Calls, <measured>", ("", "calls", "state"), [("Ada & Zoë", "1,204", "warm"), ("李", "3", "cold")], align="lrl"
)


def drawn() -> Any:
    from plotly import graph_objects as go

    return go.Figure(data=[{"type": "bar", "x": [1, 2], "y": [3, 4]}], layout={"template": None})


def test_a_table_has_a_caption_scopes_and_escaped_cells(read_html: Callable[[str], Any]) -> None:
    read = read_html(TABLE.html())
    scopes = [attributes.get("scope") for tag, attributes in read.tags if tag == "th"]
    assert scopes == ["col", "col", "row", "row"]
    assert "caption" in [tag for tag, _ in read.tags]
    assert "Calls, <measured>" in read.words and "Ada & Zoë" in read.words


def test_the_plain_table_is_aligned_also_for_wide_characters() -> None:
    assert TABLE.text().splitlines() == [
        "Calls, <measured>",
        "           calls  state",
        "---------  -----  -----",
        "Ada & Zoë  1,204  warm",
        "李             3  cold",
    ]
    assert repr(TABLE) == TABLE.text()


def test_a_table_without_rows_is_still_a_table(read_html: Callable[[str], Any]) -> None:
    empty = Table("No process now", ("what runs", "process"), [])
    assert "No process now" in read_html(empty.html()).words
    assert empty.text().splitlines()[1] == "what runs  process"


@pytest.mark.parametrize(("rows", "align"), [([("only one",)], ""), ([("two", "cells")], "l")])
def test_a_table_whose_rows_do_not_fit_is_refused(rows: list[tuple[str, ...]], align: str) -> None:
    with pytest.raises(ValueError, match="has 2 columns"):
        Table("short", ("a", "b"), rows, align)


def test_columns_have_the_widths_that_are_given(read_html: Callable[[str], Any]) -> None:
    table = Table("Cards", ("", "text"), [("A", "long")], widths=(10, 90))
    heads = [attributes.get("width") for tag, attributes in read_html(table.html()).tags if tag in ("th", "td")]
    assert heads == ["10%", "90%", None, None]
    with pytest.raises(ValueError, match="one width for each column"):
        Table("Cards", ("", "text"), [], widths=(100,))


def test_a_table_keeps_its_rows_when_the_list_changes() -> None:
    rows = [["a", "1"]]
    table = Table("kept", ["name", "number"], rows)
    rows[0][1] = "2"
    assert table.rows == (("a", "1"),)


def test_a_drawing_is_an_image_with_the_sentence_and_a_figure_brings_it_hidden(read_html: Callable[[str], Any]) -> None:
    svg = Picture(TABLE, "Two boxes.", svg='<svg role="img" aria-label="Two boxes."></svg>')
    figure = Picture(TABLE, "Two bars.", figure=drawn())
    assert "Two bars." in read_html(figure.twin()["text/html"]).words
    assert "Two boxes." not in read_html(svg.twin()["text/html"]).words
    assert ("svg", {"role": "img", "aria-label": "Two boxes."}) in read_html(svg.bundle()["text/html"]).tags


def test_plain_text_is_in_every_output() -> None:
    for picture in (Picture(TABLE, "Two boxes.", svg="<svg></svg>"), Picture(TABLE, "Two boxes.", figure=drawn())):
        assert picture.bundle()["text/plain"] == "Two boxes."
        assert picture.twin()["text/plain"] == TABLE.text()
        assert repr(picture) == f"Two boxes.\n\n{TABLE.text()}"


def test_a_stored_figure_names_no_host_and_loads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLOTLY_RENDERER", raising=False)
    bundle = Picture(TABLE, "Two bars.", figure=drawn()).bundle()
    assert set(bundle) == {"application/vnd.plotly.v1+json", "text/plain"}
    assert "http" not in str(bundle)


def test_an_export_can_ask_for_its_own_renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    import plotly.io

    monkeypatch.setenv("PLOTLY_RENDERER", "json")
    monkeypatch.setattr(plotly.io.renderers, "default", "json")
    bundle = Picture(TABLE, "Two bars.", figure=drawn()).bundle()
    assert {"application/json", "application/vnd.plotly.v1+json", "text/plain"} <= set(bundle)


def test_in_a_notebook_the_drawing_comes_first_and_then_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    from IPython import display

    shown: list[dict[str, Any]] = []
    monkeypatch.setattr(display, "publish_display_data", shown.append)
    picture = Picture(TABLE, "Two bars.", figure=drawn())
    picture._ipython_display_()
    assert shown == [picture.bundle(), picture.twin()]


@pytest.mark.parametrize(
    "wrong",
    [
        {"alt": "Both.", "svg": "<svg></svg>", "figure": "figure"},
        {"alt": "Neither."},
        {"alt": "word " * 41, "svg": "<svg></svg>"},
        {"alt": "Long.", "svg": "<svg></svg>", "table": Table("Long", ("a",), [("x",)] * 9)},
    ],
)
def test_a_picture_that_breaks_a_rule_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        Picture(**{"table": TABLE, **wrong})
