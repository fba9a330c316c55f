from __future__ import annotations

import functools
import json
import math
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from lambdalab.models.cost import month_price
from lambdalab.models.servers import break_even
from lambdalab.show import theme
from lambdalab.show.costs import BUSY, MEMORY_MB, cost_against_requests
from lambdalab.show.picture import Picture
from tests.show.drawn import drawings

SVG = "{http://www.w3.org/2000/svg}"
MONTH_SECONDS = 730 * 3600
CASES: dict[str, dict[str, Any]] = {
    **{f"{mb} MB, {busy:.0%} busy": {"memory_mb": mb, "busy": busy} for mb in MEMORY_MB for busy in BUSY},
    "no free tier": {"memory_mb": 512, "busy": 1, "free_tier": False},
    "arm64": {"memory_mb": 1024, "busy": 0.5, "architecture": "arm64", "server": "c7g.large"},
    "dear function": {"memory_mb": 10_240, "duration_ms": 900_000, "busy": 1},
    "tiny function": {"memory_mb": 128, "duration_ms": 1, "cpu_ms": 5, "busy": 1},
    "waits a lot": {"memory_mb": 512, "duration_ms": 2000, "cpu_ms": 20, "busy": 0.5},
    "large server": {"memory_mb": 512, "busy": 1, "server": "m7i.xlarge", "server_cpus": 4},
    "few requests": {"memory_mb": 512, "busy": 1, "most": 5},
    "huge": {"memory_mb": 512, "busy": 1, "most": 10**9},
    "late break-even": {"memory_mb": 300, "busy": 1},
}  # fmt: skip


@functools.cache
def draw(name: str, colours: theme.Theme = theme.LIGHT) -> Picture:
    return cost_against_requests(**CASES[name], colours=colours)


@functools.cache
def explorer() -> Picture:
    return cost_against_requests()


def texts(svg: str) -> list[dict[str, str]]:
    return [{**each.attrib, "words": each.text or ""} for each in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def words(picture: Picture) -> list[str]:
    return [text["words"] for text in texts(picture.svg)]


def title(picture: Picture) -> str:
    return " ".join(t["words"] for t in texts(picture.svg) if t["font-size"] == str(theme.TITLE))


def paths(picture: Picture, dash: str | None) -> list[str]:
    """What is drawn with 3 px or more and this dash."""
    found = ElementTree.fromstring(picture.svg).iter(f"{SVG}path")
    return [p.attrib["d"] for p in found if float(p.get("stroke-width", 0)) > 3 and p.get("stroke-dasharray") == dash]


def numbers(text: str) -> set[str]:
    return set(re.findall(r"\$?\d[\d,.]*\d|\$?\d", text))


def test_the_title_is_the_break_even_of_the_cost_model() -> None:
    calls = break_even(512, 100, 0.0416, 20, free_tier=True)
    assert calls == math.ceil(Fraction("37.23468") / Fraction("0.000001033335"))  # a server and the free tier, a call
    assert title(draw("512 MB, 100% busy")) == "Lambda is the cheapest up to 36\u00a0million requests a month"
    assert "36\u00a0million, $30" in words(draw("512 MB, 100% busy"))


def test_contrary_data_get_a_title_that_is_true() -> None:
    stays = "Up to 60\u00a0million requests a month, Lambda stays cheapest"
    assert title(draw("512 MB, 50% busy")) == stays
    assert title(draw("256 MB, 100% busy")) == stays
    assert title(draw("1024 MB, 100% busy")) == "Lambda is the cheapest up to 20\u00a0million requests a month"
    assert title(draw("dear function")) == "Lambda is the cheapest up to 250 requests a month"
    assert "break-even" not in words(draw("512 MB, 50% busy"))


def test_the_sentence_tells_the_finding_and_where_lambda_is_the_cheapest_again() -> None:
    assert explorer().alt == draw("512 MB, 100% busy").alt
    assert explorer().alt == (
        "Lambda is the cheapest up to 36\u00a0million requests a month, where it meets one server at $30. "
        "Again cheapest: from 53\u00a0million. Lambda is a line; server and container rise in steps, "
        "100\u00a0% busy."
    )
    assert "Again" not in draw("1024 MB, 100% busy").alt
    # one server to 26 million; two cost 60.736 USD, as does Lambda at (60.736 + 6.86668) / 0.00000186667 requests
    assert "Again cheapest: 26\u00a0million to 36\u00a0million." in draw("1024 MB, 50% busy").alt


@pytest.mark.parametrize("name", CASES)
def test_up_to_the_break_even_nothing_is_cheaper_than_lambda(name: str) -> None:
    """Seen from outside: prices by hand at many numbers of requests, against the title's number."""
    case = {
        "duration_ms": 100,
        "server": "t3.medium",
        "server_cpus": 2,
        "architecture": "x86_64",
        "free_tier": True,
    } | CASES[name]
    hour = {"t3.medium": "0.0416", "c7g.large": "0.0725", "m7i.xlarge": "0.2016"}[case["server"]]
    vcpu_and_gb = {"x86_64": "0.04937", "arm64": "0.0395"}[case["architecture"]]
    cpu_ms = case.get("cpu_ms", case["duration_ms"])
    found = re.search(r"up to ([\d.,]+)(?:\u00a0(million|billion))? requests", title(draw(name)), re.IGNORECASE)
    assert found
    told = float(found[1].replace(",", "")) * {None: 1, "million": 10**6, "billion": 10**9}[found[2]]
    for share in (0.01, 0.1, 0.3, 0.6, 0.9, 0.97):
        calls = int(told * share)
        price = month_price(
            calls,
            case["duration_ms"],
            case["memory_mb"],
            free_tier=case["free_tier"],
            architecture=case["architecture"],
        )
        for cpus, usd in ((case["server_cpus"], hour), (1, vcpu_and_gb)):
            room = cpus * 1000 / cpu_ms * case["busy"] * MONTH_SECONDS
            assert price < max(1, math.ceil(calls / room)) * 730 * Decimal(usd), (calls, cpus)


def test_a_servers_line_has_a_step_where_it_is_full() -> None:
    (server,) = paths(draw("512 MB, 100% busy"), "14 8")
    (container,) = paths(draw("512 MB, 100% busy"), "3 5")
    assert (server.count("V"), container.count("V")) == (1, 2)  # 53 and 26 million a month fit into 60
    at = float(re.findall(r"H([\d.]+) V", server)[0])
    assert at == pytest.approx(84 + 590 * 20 * MONTH_SECONDS / 60e6, abs=0.2)


def test_how_busy_servers_are_moves_their_steps_and_not_lambdas_line() -> None:
    full, half = draw("512 MB, 100% busy"), draw("512 MB, 50% busy")
    assert paths(full, None) == paths(half, None) and len(paths(full, None)) == 1
    first = [float(re.findall(r"H([\d.]+) V", paths(each, "14 8")[0])[0]) - 84 for each in (full, half)]
    assert first[1] == pytest.approx(first[0] / 2, abs=0.2)


def test_memory_moves_lambdas_line_and_not_the_steps() -> None:
    small, large = draw("256 MB, 100% busy"), draw("1024 MB, 100% busy")
    assert paths(small, "14 8") == paths(large, "14 8")
    assert paths(small, None) != paths(large, None)


def test_what_rises_beyond_the_scale_is_cut_off_and_says_so() -> None:
    picture = draw("512 MB, 10% busy")
    assert words(picture).count("above the scale") == 2
    for dash in ("14 8", "3 5"):
        (line,) = paths(picture, dash)
        lowest = min(float(y) for y in re.findall(r"V([\d.]+)", line))
        assert lowest >= 128, "inside the panel"
    assert "above the scale" not in words(draw("512 MB, 100% busy"))


def test_the_free_tier_is_named_where_it_is_taken_off() -> None:
    assert "free tier" in words(draw("512 MB, 100% busy"))
    assert "free tier" not in words(draw("no free tier"))
    assert any("free tier left out" in each for each in words(draw("no free tier")))


def test_the_subtitle_names_the_assumption() -> None:
    said = " ".join(words(draw("waits a lot")))
    assert "On both a call takes 20\u00a0ms of a CPU, and they are 50\u00a0% busy" in said
    assert "Server: t3.medium, 2 CPUs. Container: 1 vCPU, 2\u00a0GB." in said


@pytest.mark.parametrize("name", CASES)
def test_the_sentence_is_short_and_its_numbers_are_the_pictures(name: str) -> None:
    picture = draw(name)
    assert len(picture.alt.split()) <= 40
    assert numbers(picture.alt) <= numbers(" ".join([*words(picture), picture.table.text()])) | {"53"}
    assert len(picture.table.rows) <= 8


def test_the_explorers_sentence_has_the_numbers_of_its_table() -> None:
    assert numbers(explorer().alt) <= numbers(explorer().table.text())


@pytest.mark.parametrize("name", CASES)
def test_no_label_touches_another_or_leaves_the_canvas_in_the_widest_font(
    name: str, svg_apart: Callable[[str], None]
) -> None:
    svg_apart(draw(name).svg)


def test_every_frame_of_the_explorer_is_as_tidy(svg_apart: Callable[[str], None]) -> None:
    drawn = drawings(explorer())
    assert len(drawn) == len(BUSY) * len(MEMORY_MB) == 12
    for svg in drawn:
        svg_apart(svg)
    assert len({ElementTree.fromstring(svg).attrib["viewBox"] for svg in drawn}) == 1, "all of one size"


def test_the_explorer_has_a_slider_of_busy_shares_and_buttons_of_memory() -> None:
    assert re.findall(r'aria-label="(How[^"]+|The[^"]+)"', explorer().svg) == [
        "How busy servers and containers are", "The function&#x27;s memory",
    ]  # fmt: skip
    labels = re.findall(r"<label><input [^>]*?( checked)?>([^<]+)</label>", explorer().svg)
    assert [name for _, name in labels] == [
        "100\u00a0%", "50\u00a0%", "25\u00a0%", "10\u00a0%", "256\u00a0MB", "512\u00a0MB", "1,024\u00a0MB",
    ]  # fmt: skip
    assert [name for checked, name in labels if checked] == ["100\u00a0%", "512\u00a0MB"]
    assert "<script" not in explorer().svg


def test_a_stored_explorer_is_small() -> None:
    assert len(json.dumps(explorer().bundle())) < 60_000


def test_one_frame_has_prices_in_its_table_and_the_explorer_break_evens() -> None:
    rows = {row[0]: row[1:] for row in draw("512 MB, 100% busy").table.rows}
    assert rows["60\u00a0million"] == ("23", "$55", "$61 for 2", "$108 for 3")
    assert rows["36\u00a0million (server from here)"] == ("14", "$30", "$30 for 1", "$72 for 2")
    assert explorer().table.rows[0][-3:] == ("none to 60\u00a0million", "36\u00a0million, $30", "20\u00a0million, $30")


def test_the_dark_drawing_differs_from_the_light_one_in_colours_only_and_a_page_chooses() -> None:
    light, dark = draw("512 MB, 100% busy").svg, draw("512 MB, 100% busy", theme.DARK).svg
    assert re.sub(r"#[0-9A-F]{6}", "colour", light) == re.sub(r"#[0-9A-F]{6}", "colour", dark)
    assert not any(colour in dark for colour in (theme.LIGHT.paper, theme.LIGHT.text, theme.LIGHT.invoke))
    assert "var(--ll-invoke" in explorer().svg


def test_text_has_only_colours_that_can_be_read_on_paper() -> None:
    for colours in (theme.LIGHT, theme.DARK):
        used = {text["fill"] for text in texts(draw("512 MB, 10% busy", colours).svg)}
        assert used <= {colours.text, colours.second, colours.invoke}


def test_lines_are_told_apart_without_colour() -> None:
    picture = draw("512 MB, 100% busy")
    assert [len(paths(picture, dash)) for dash in (None, "14 8", "3 5")] == [1, 1, 1]
    assert {"Lambda", "server", "container"} <= set(words(picture))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"memory_mb": []}, "above zero"),
        ({"duration_ms": 0}, "above zero"),
        ({"most": -1}, "above zero"),
        ({"busy": 0}, "busy is 0"),
        ({"busy": 1.5}, "busy is 1.5"),
        ({"server": "t9.micro"}, "t9.micro"),
        ({"most": 10**12}, "more than 500 steps: give a smaller"),
        ({"cpu_ms": 10**10, "most": 10}, "holds 0 requests a month"),
        ({"architecture": "arm"}, "'x86_64' or 'arm64'"),
        ({"busy": [n / 20 for n in range(1, 20)]}, "at most 12"),
        ({"memory_mb": [128, 256, 512, 1024]}, "at most 12 and 3"),
    ],
)
def test_what_cannot_be_drawn_is_refused(wrong: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        cost_against_requests(**wrong)
