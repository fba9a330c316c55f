"""Every picture is drawn from one template: fonts, sizes, colours, axes, margins, pointer, in light and dark.

A new picture in `show.pictures` fails here until it has an entry.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lambdalab.models.workloads import workloads
from lambdalab.show import concurrency as s10
from lambdalab.show import keep_alive, pictures, theme
from tests.show import made_batches, made_journeys, made_lanes, made_loads, made_maps, made_traces
from tests.show.test_anatomy import FAILED
from tests.show.test_canary import CASES as CANARIES
from tests.show.test_class_report import HELD
from tests.show.test_ladder import CASES as LADDERS
from tests.show.test_tuning import COMPUTE, WAIT

Colours = theme.Theme | None
SIZES = {theme.TITLE, theme.SUBTITLE, theme.LABEL, theme.NOTE, theme.KEY, theme.COUNT}
AXIS = {"anchor", "domain", "range", "showline", "showticklabels", "tickvals", "ticktext", "ticks", "visible"}

PLOTTED: dict[str, Callable[[Colours], Any]] = {
    "bursty_month": lambda c: pictures.bursty_month([0] * 9 + [60, 100], duration_ms=100, memory_mb=128, colours=c),
    "canary": lambda c: pictures.canary(*CANARIES["bug"], share=0.1, colours=c),
    "class_report": lambda c: pictures.class_report(HELD, students=28, colours=c),
    "isolation_ladder": lambda c: pictures.isolation_ladder(LADDERS["ladder"], colours=c),
    "journey": lambda c: pictures.journey(made_journeys.JOURNEYS["broken"], colours=c),
    "poison": lambda c: pictures.poison(*made_batches.BATCHES["mended"], colours=c),
    "swimlanes": lambda c: pictures.swimlanes(*made_lanes.experiment(), colours=c),
    "waterfall": lambda c: pictures.waterfall(made_traces.WAYS["both"], colours=c),
    "workload_plane": lambda c: pictures.workload_plane(workloads()[:3], {"A": (0.9, 2000)}, colours=c),
}
DRAWN: dict[str, Callable[[Colours], Any]] = {
    "anatomy": lambda c: pictures.anatomy(FAILED, standalone=bool(c)),
    "concurrency": lambda c: pictures.concurrency(made_loads.made(48, 0.3, 10), colours=c),
    "concurrency_explorer": lambda c: s10.explored([[made_loads.made(9, 0.3, 2), made_loads.made(9, 1, 2)]], colours=c),
    "concurrency_measured": lambda c: pictures.concurrency_measured(made_lanes.experiment()[0], colours=c),
    "cost_against_requests": lambda c: pictures.cost_against_requests(512, busy=1, colours=c),
    "keep_alive_explorer": lambda c: keep_alive.explored([[kept()]], colours=c),
    "placement_explorer": lambda c: pictures.placement_explorer(busy=0.5, at_once=1, colours=c),
    "system_map": lambda c: pictures.system_map(*made_maps.MAPS["story"], standalone=bool(c)),
    "tuning": lambda c: pictures.tuning([COMPUTE, WAIT], colours=c),
    "two_processes": lambda c: pictures.two_processes(notebook_process=1, function_process=2, standalone=bool(c)),
    "two_processes_icon": lambda c: pictures.two_processes_icon(standalone=bool(c)),
}
ALWAYS_LIGHT = {"anatomy", "system_map", "two_processes", "two_processes_icon"}  # as a file; a page may be dark


def kept() -> keep_alive.Load:
    minutes = (keep_alive.Kept(minute, 1 / minute, 0.5) for minute in keep_alive.MINUTES)
    return keep_alive.Load(6, "newest", 512, tuple(minutes))


def leaves(value: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every single value of a figure, with the names that lead to it."""
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from leaves(inside, *path, name)
    elif isinstance(value, list):
        for inside in value:
            yield from leaves(inside, *path)
    else:
        yield path, value


def own_looks(drawn: dict[str, Any], colours: theme.Theme) -> list[str]:
    """What a Plotly figure says about its look that is not the template's."""
    palette = {*colours.colours().values(), theme.CLEAR}
    layout, found = dict(drawn["layout"]), []
    if layout.pop("template", None) != json.loads(theme.template(colours).to_json()):
        found.append("another template")
    for name, value in layout.items():
        if re.fullmatch(r"[xy]axis\d*", name):
            found += [f"{name}.{key}" for key in value.keys() - AXIS]
        elif name not in ("height", "annotations", "shapes"):
            found.append(name)
    for path, value in leaves({"data": drawn["data"], "layout": layout}):
        wrong = (
            path[-1].endswith("color") and value not in palette,
            path[-2:] in (("font", "size"), ("textfont", "size")) and value not in SIZES,
            path[-1] == "family",
        )
        found += [f"{'.'.join(path)}={value}"] * any(wrong)
    for trace in drawn["data"]:
        reads = str(trace.get("hovertemplate", ""))
        if trace.get("hoverinfo") != "skip" and not re.fullmatch(r"(day %{x}: )?%{customdata}<extra></extra>", reads):
            found.append(f"the pointer reads {reads or 'numbers as Plotly writes them'}")
    return found


def own_strokes(drawing: str, colours: Colours) -> list[str]:
    """What an SVG drawing says about its look that is not the theme's; a page's roles follow it into the dark."""
    drawing = html.unescape(re.sub("<style>.*?</style>", "", drawing, flags=re.DOTALL))
    if colours:
        palette = set(colours.colours().values())
    else:
        sheet = re.findall(r"--ll-([a-z-]+):", theme.css())
        palette = {theme.var(role.replace("-", "_")) for role in sheet}
    found = [each for each in re.findall(r' (?:fill|stroke)="([^"]*)"', drawing) if each not in {*palette, "none"}]
    found += [size for size in re.findall(r'font-size="([^"]*)"', drawing) if float(size) not in SIZES]
    families = re.findall(r"font-family=\"(.*?)\"(?= |>)", drawing)
    return found + [family for family in families if family not in (theme.FONT, theme.MONO)]


def test_every_picture_of_the_course_is_looked_at_here() -> None:
    assert {*PLOTTED, *DRAWN} == set(pictures.__all__)


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=lambda each: each.name)
@pytest.mark.parametrize("name", PLOTTED)
def test_a_figure_has_the_template_and_no_look_of_its_own(name: str, colours: theme.Theme) -> None:
    figure = PLOTTED[name](colours).figure
    assert own_looks(json.loads(figure.to_json()), colours) == []


@pytest.mark.parametrize("colours", [None, theme.LIGHT, theme.DARK], ids=["page", "light", "dark"])
@pytest.mark.parametrize("name", DRAWN)
def test_a_drawing_has_the_themes_colours_fonts_and_sizes(name: str, colours: Colours) -> None:
    made = DRAWN[name](colours)
    drawing = made if isinstance(made, str) else made.svg
    assert drawing.count("<text") > 5 or name == "two_processes_icon"
    assert own_strokes(drawing, theme.LIGHT if colours and name in ALWAYS_LIGHT else colours) == []


def test_a_look_of_its_own_is_found() -> None:
    from plotly import graph_objects as go

    own = go.Figure(go.Scatter(x=[1], y=[1], line={"color": "#123456"}), {"font": {"size": 9}, "xaxis": {"dtick": 1}})
    assert own_looks(json.loads(own.to_json()), theme.LIGHT)[:3] == ["another template", "font", "xaxis.dtick"]
    assert "data.line.color=#123456" in own_looks(json.loads(own.to_json()), theme.LIGHT)
    assert own_strokes('<text fill="red" font-size="9" font-family="Arial">a</text>', None) == ["red", "9", "Arial"]
