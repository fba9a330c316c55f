from __future__ import annotations

import re
from pathlib import Path

import pytest

from lambdalab.show import theme

SHOW = Path(theme.__file__).parent
SOURCES = sorted(SHOW.glob("*.py"))


def luminance(colour: str) -> float:
    """WCAG 2's relative luminance."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=lambda each: each.name)
@pytest.mark.parametrize("role", ["text", "second", "invoke", "throttled", "failed", "money"])
def test_a_role_used_as_text_has_a_contrast_of_5_on_paper(colours: theme.Theme, role: str) -> None:
    assert contrast(colours.colours()[role], colours.paper) >= 5.0


def test_the_outline_of_a_cold_start_could_be_text_in_the_light_theme() -> None:
    assert contrast(theme.LIGHT.init_line, theme.LIGHT.paper) >= 5.0


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=lambda each: each.name)
def test_text_on_a_solid_fill_and_on_a_panel_can_be_read(colours: theme.Theme) -> None:
    pairs = [(colours.on_init, colours.init), (colours.on_invoke, colours.invoke), (colours.on_failed, colours.failed),
             (colours.paper, colours.text), (colours.text, colours.panel), (colours.second, colours.panel),
             (colours.money, colours.panel), (colours.failed, colours.panel)]  # fmt: skip
    assert min(contrast(*pair) for pair in pairs) >= 4.5


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=lambda each: each.name)
def test_outlines_stand_out_from_paper(colours: theme.Theme) -> None:
    outlines = [colours.axis, colours.idle_line, colours.retried_line]
    assert min(contrast(outline, colours.paper) for outline in outlines) >= 3.9


def test_the_sheet_uses_the_paper_for_text_on_solid_fills_as_the_themes_do() -> None:
    for colours in (theme.LIGHT, theme.DARK):
        assert colours.on_invoke == colours.on_failed == colours.paper


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_module_but_the_theme_names_a_colour(source: Path) -> None:
    text = source.read_text(encoding="utf-8")
    named = re.findall(
        r"#[0-9A-Fa-f]{3,8}\b|rgba?\(|hsla?\(|[\"':](?:white|black|red|blue|green|orange|gr[ae]y)\b", text
    )
    assert (named == []) == (source.name != "theme.py"), named


def test_no_other_part_of_the_library_writes_a_colour_either() -> None:
    elsewhere = [path for path in SHOW.parent.rglob("*.py") if path.parent != SHOW]
    colour = re.compile(r"[:\"'= ]#[0-9A-Fa-f]{3}(?:[0-9A-Fa-f]{3})?[\"';} ]|\brgba?\(|\bhsla?\(")
    found = {path.name: colour.findall(path.read_text(encoding="utf-8")) for path in elsewhere}
    assert len(found) > 100 and {name: named for name, named in found.items() if named} == {}


def test_the_sheet_is_short_because_each_output_stores_it() -> None:
    assert len(theme.css()) <= 3700  # 3.6 KB


def test_the_sheet_can_stand_inside_a_style_element() -> None:
    assert "<" not in theme.css()
    assert theme.css().count("{") == theme.css().count("}")


def test_every_custom_property_that_the_sheet_uses_is_defined_in_both_themes() -> None:
    used = set(re.findall(r"var\((--ll-[a-z-]+)", theme.css()))
    light, *dark = [set(re.findall(r"(--ll-[a-z-]+):", rule)) for rule in re.findall(r"\.ll\{(--[^}]*)\}", theme.css())]
    assert used <= light
    assert dark == [light, light]


def test_nothing_in_the_sheet_is_smaller_than_16_pixels() -> None:
    sizes = [int(size) for size in re.findall(r"(?:font-size:|font:)(?:\d+ )?(\d+)px", theme.css())]
    assert sizes and min(sizes) >= 16


def test_a_role_that_the_sheet_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no role 'idle'"):
        theme.var("idle")


def test_the_sheet_outweighs_the_notebooks_rules_for_tables_and_code() -> None:
    # JupyterLab: `.jp-RenderedHTMLCommon:not(.jp-RenderedMarkdown) td`, two classes and an element
    for element in ("table", "pre", "code"):
        assert not re.findall(rf"(?<!\.ll)\.ll {element}\b", theme.css())


def test_the_dark_figures_are_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LAMBDALAB_THEME", raising=False)
    assert theme.chosen() is theme.LIGHT
    monkeypatch.setenv("LAMBDALAB_THEME", "Dark")
    assert theme.chosen() is theme.DARK


def test_the_template_paints_opaque_paper_and_leaves_no_margin_to_chance() -> None:
    layout = theme.template(theme.DARK).layout
    assert layout.paper_bgcolor == theme.DARK.paper
    assert (layout.width, layout.autosize, layout.xaxis.automargin) == (900, False, False)
