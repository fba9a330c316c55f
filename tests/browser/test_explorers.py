"""Every explorer in a real browser: slider and buttons change the picture at once, with and without a kernel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from nbconvert import HTMLExporter
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import jupyter
from tests.browser.test_lessons import WHERE
from tests.teach.made import code, save, text

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EXPLORERS = ("concurrency_explorer()", "keep_alive_explorer()", "cost_against_requests()", "placement_explorer()")
AT_ONCE = 100  # milliseconds, the median of all steps
# What the browser shows, and how long a step takes until it is painted: a frame begins after the one that paints it.
SHOWN = """form => [...form.querySelectorAll('svg[role=img]')].filter(it => it.getClientRects().length)
    .map(it => it.getAttribute('aria-label'))"""
STEP = """async input => {
    const began = performance.now();
    input.click();
    input.closest('form').getBoundingClientRect();
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    return performance.now() - began;
}"""


def shown(form: Locator) -> str:
    """The one picture that is shown, by its sentence."""
    (spoken,) = form.evaluate(SHOWN)
    return str(spoken)


def explorers(page: Page) -> list[Locator]:
    forms = page.locator("form.ll-ex")
    expect(forms).to_have_count(len(EXPLORERS))
    return forms.all()


@pytest.fixture(scope="module")
def seen(desk: jupyter.Desk, jupyterlab: jupyter.Server) -> Iterator[jupyter.Visit]:
    """JupyterLab has run every explorer and shows them."""
    cells = [code(f"from lambdalab.show import pictures\npictures.{each}") for each in EXPLORERS]
    save(jupyterlab.root / "09_explorers.ipynb", text("# Explorers"), *cells, text("after"))
    with desk.open("09_explorers.ipynb", range(2, len(cells) + 2), height=2600) as seen:
        yield seen


@pytest.fixture
def ran(seen: jupyter.Visit, desk: jupyter.Desk) -> Page:
    """JupyterLab with every explorer in its outputs."""
    return desk.page


@pytest.fixture(scope="module")
def exported(seen: jupyter.Visit, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same notebook as one HTML file, with what its cells have put out."""
    notebook = seen.notebook
    for cell in notebook.cells:  # JupyterLab's own JSON has an empty place here, which a stored notebook may not have
        if cell.get("attachments", ()) is None:
            del cell["attachments"]
    html, _ = HTMLExporter().from_notebook_node(notebook)
    file = tmp_path_factory.mktemp("exported") / "explorers.html"
    file.write_text(html, encoding="utf-8")
    return file


def drive(page: Page) -> list[float]:
    """Every step of every slider and every button; gives how long each took, in milliseconds."""
    taken: list[float] = []
    for form in explorers(page):
        for row in form.get_by_role("radiogroup").all():
            seen = []
            for radio in row.get_by_role("radio").all():
                taken.append(float(radio.evaluate(STEP)))
                expect(radio).to_be_checked()
                seen.append(shown(form))
            assert len(set(seen)) == len(seen) >= 2, "a step shows what another one shows"
    return taken


def test_each_step_changes_the_picture_in_jupyterlab_at_once(ran: Page) -> None:
    assert median(drive(ran)) < AT_ONCE


def test_each_step_changes_the_picture_in_an_exported_file_at_once(exported: Path, chromium: Browser) -> None:
    with chromium.new_context(viewport={"width": jupyter.WIDTH, "height": 1600}) as context:
        context.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
        page = context.new_page()
        page.goto(exported.as_uri(), wait_until="domcontentloaded")
        assert median(drive(page)) < AT_ONCE


def test_an_exported_file_needs_no_script(exported: Path, chromium: Browser) -> None:
    with chromium.new_context(viewport={"width": jupyter.WIDTH, "height": 1600}, java_script_enabled=False) as context:
        context.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
        page = context.new_page()
        page.goto(exported.as_uri(), wait_until="domcontentloaded")
        for form in explorers(page):
            pictures = form.locator("svg[role=img] >> visible=true")
            before = pictures.get_attribute("aria-label")
            form.locator("input:not(:checked)").first.check()
            expect(pictures).to_have_count(1)
            expect(pictures).not_to_have_attribute("aria-label", before or "")


def test_the_keyboard_alone_moves_the_slider_and_the_cell_stays(ran: Page) -> None:
    for number, form in enumerate(explorers(ran), start=1):
        first, second = form.get_by_role("radiogroup").first.get_by_role("radio").all()[:2]
        first.check()
        first.focus()
        where, before = ran.evaluate(WHERE), shown(form)
        ran.keyboard.press("ArrowRight")
        expect(second).to_be_checked()
        assert shown(form) != before
        ran.keyboard.press("ArrowLeft")
        expect(first).to_be_checked()
        assert shown(form) == before and ran.evaluate(WHERE) == where, f"explorer {number}"


def test_a_choice_in_one_explorer_leaves_the_others_alone(ran: Page) -> None:
    first, *others = explorers(ran)
    before = [shown(form) for form in others]
    for radio in first.get_by_role("radio").all():
        radio.check()
        assert [shown(form) for form in others] == before


def test_each_target_is_high_enough_for_a_finger_and_the_focus_can_be_seen(ran: Page) -> None:
    for form in explorers(ran):
        heights = form.locator("label").evaluate_all("all => all.map(it => it.getBoundingClientRect().height)")
        assert min(heights) >= 44
        ran.keyboard.press("Tab")
        form.get_by_role("radio").first.focus()
        ran.keyboard.press("ArrowRight")
        style: Any = ran.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert style == "solid"


def test_on_paper_the_first_and_the_last_step_stand_below_each_other(exported: Path, chromium: Browser) -> None:
    with chromium.new_context(viewport={"width": jupyter.WIDTH, "height": 1600}) as context:
        page = context.new_page()
        context.route(lambda url: not url.startswith("file:"), lambda route: route.abort())
        page.goto(exported.as_uri(), wait_until="domcontentloaded")
        page.emulate_media(media="print")
        for form in explorers(page):
            printed = form.evaluate(SHOWN)
            assert 2 <= len(printed) <= 4 and len(set(printed)) == len(printed)
            expect(form.get_by_role("radio").first).to_be_hidden()
