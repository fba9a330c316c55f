"""The console panel in a real browser: by mouse, once by keyboard alone, narrow, and dark."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import axe, jupyter
from tests.browser.conftest import ROOT
from tests.teach.made import code, save, text

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NOTEBOOK = "04_console_panel.ipynb"
CELLS = [
    text("# The console"),
    # The kernel is that of all notebooks here: the lab of one before would hold its buckets.
    code("import boto3\nfrom lambdalab import Lab\nLab().stop()\nlab = Lab()"),
    code("%%deploy make-thumb --env SIZE=100\ndef handler(event, context):\n    return 'one ' + event['key1']"),
    code("%%deploy hello\ndef handler(event, context):\n    return 'hello'"),
    code("boto3.client('s3').create_bucket(Bucket='photos')\nlab.console('make-thumb')"),
]
SIGNS = {
    "Code": "Deploy",
    "Test": "Event, as JSON",
    "Configuration": "Environment variables",
    "Triggers": "Add a trigger",
    "Permissions": "sts:AssumeRole",
    "Versions": "None is published yet",
    "Log": "invocations",
}
# What a panel needs so that a key or a click can hit it, in CSS pixels.
TARGET = 44
SMALL = """least => [...document.querySelectorAll(
    '.ll-console :is(button, input, select, textarea, summary, [role=tab])')]
    .filter(it => it.offsetParent)
    .map(it => [it.matches('[type=checkbox], [type=radio]') ? it.closest('label') : it, it])
    .filter(([target]) => target.getBoundingClientRect().height < least)
    .map(([target, it]) => it.outerHTML.slice(0, 80))"""
NAMELESS = """() => [...document.querySelectorAll('.ll-console :is(input, select, textarea)')]
    .filter(it => !it.labels?.[0]?.innerText.trim()).map(it => it.outerHTML.slice(0, 80))"""
FOCUSED = """() => { const it = document.activeElement; return it.closest('.ll-console') ?
    (it.labels?.[0]?.innerText || it.innerText).trim() : '' }"""
RING = "() => getComputedStyle(document.activeElement).outlineStyle"

Opened = Callable[..., tuple[Page, Locator]]


@pytest.fixture
def opened(desk: jupyter.Desk, jupyterlab: jupyter.Server) -> Iterator[Opened]:
    """Opens the notebook, runs its cells again, and returns the page and its panel."""
    with ExitStack() as closing:

        def open_one(width: int = jupyter.WIDTH) -> tuple[Page, Locator]:
            save(jupyterlab.root / NOTEBOOK, *CELLS)
            seen = closing.enter_context(desk.open(NOTEBOOK, range(2, len(CELLS) + 1), width=width, height=2600))
            assert seen.findings(NOTEBOOK) == []
            return desk.page, desk.page.locator(".ll-console")

        yield open_one


@contextmanager
def photographed(panel: Locator, name: str) -> Iterator[None]:
    """Stores what the panel looks like when the steps inside are done."""
    yield
    panel.screenshot(path=ROOT / "build" / "screenshots" / f"console-{name}.png")


def tab(panel: Locator, name: str) -> Locator:
    return panel.get_by_role("tab", name=name)


def test_a_function_is_chosen_edited_deployed_tested_given_a_trigger_and_rid_of_it(opened: Opened) -> None:
    _, panel = opened()
    panel.get_by_role("radio", name="hello").check()
    expect(panel.get_by_label("Code")).to_have_value("def handler(event, context):\n    return 'hello'\n")
    panel.get_by_role("radio", name="make-thumb").check()
    expect(panel.get_by_label("Code")).to_have_value(
        "def handler(event, context):\n    return 'one ' + event['key1']\n"
    )
    with photographed(panel, "code"):
        panel.get_by_label("Code").fill("def handler(event, context):\n    return 'two ' + event['key1']")
        panel.get_by_role("button", name="Deploy").click()
        expect(panel.get_by_text("Deployed: $LATEST of make-thumb")).to_be_visible()
    expect(panel.get_by_text('boto3.client("lambda").update_function_code(')).to_be_visible()

    tab(panel, "Test").click()
    expect(panel.get_by_role("status")).to_have_text("")
    with photographed(panel, "test"):
        panel.get_by_role("button", name="Test", exact=True).click()
        expect(panel.get_by_text('"two value1"')).to_be_visible()
    expect(panel.get_by_role("status")).to_contain_text("cold start")

    tab(panel, "Triggers").click()
    with photographed(panel, "triggers"):
        panel.get_by_label("Key ends with").fill(".jpg")
        panel.get_by_role("button", name="Add trigger").click()
        expect(panel.get_by_text("3 boto3 calls, 1 of them added by the console")).to_be_visible()
    bar = panel.locator("pre.ll-added")
    expect(bar).to_contain_text("add_permission")
    assert bar.evaluate("it => getComputedStyle(it).borderLeftStyle") == "solid"

    tab(panel, "Permissions").click()
    with photographed(panel, "permissions"):
        expect(panel.get_by_role("row", name="s3.amazonaws.com")).to_contain_text("arn:aws:s3:::photos")

    tab(panel, "Triggers").click()
    expect(panel.get_by_label("Trigger", exact=True)).to_have_value("photos: ObjectCreated:*, key ends with .jpg")
    with photographed(panel, "trigger-removed"):
        panel.get_by_role("button", name="Remove trigger").click()
        expect(panel.get_by_text("Nothing calls make-thumb of its own accord yet.")).to_be_visible()
    expect(panel.get_by_role("status")).to_contain_text("The statement s3-photos stays in the function's policy")
    expect(panel.get_by_role("button", name="Remove trigger")).to_be_hidden()


def test_the_keyboard_alone_edits_deploys_tests_and_leaves_the_cell_in_place(opened: Opened) -> None:
    page, panel = opened()
    panel.get_by_role("button", name="Refresh").focus()
    seen = []
    while seen[-1:] != ["Deploy"] and len(seen) < 20:
        page.keyboard.press("Tab")
        seen.append(page.evaluate(FOCUSED))
        assert page.evaluate(RING) != "none" or seen[-1] in ("hello", "make-thumb"), f"no ring on {seen[-1]}"
    assert [word for word in seen if word not in ("hello", "make-thumb")] == ["Code", "File", "Code", "Deploy"]
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text("def handler(event, context):\n    return 'typed ' + event['key1']")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(panel.get_by_text("Deployed: $LATEST of make-thumb")).to_be_visible()
    page.keyboard.press("d")
    page.keyboard.press("d")  # JupyterLab's command that deletes a cell
    assert page.evaluate(FOCUSED) == "Deploy", "the focus stays where the press was"

    for _ in range(3):
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(tab(panel, "Test")).to_have_attribute("aria-selected", "true")
    while page.evaluate(FOCUSED) != "Version or alias":
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(panel.get_by_text('"typed value1"')).to_be_visible()


def test_every_tab_has_large_targets_and_named_inputs_and_fits_a_narrow_page(opened: Opened) -> None:
    page, panel = opened(width=620)
    expect(panel.get_by_role("radio", name="hello")).to_be_hidden()
    panel.get_by_label("Function", exact=True).select_option("make-thumb")
    for name, sign in SIGNS.items():
        with photographed(panel, f"narrow-{name.lower()}"):
            tab(panel, name).click()
            expect(tab(panel, name)).to_have_attribute("aria-selected", "true")
            expect(panel.get_by_text(sign).filter(visible=True).first).to_be_visible()
        assert page.evaluate(SMALL, TARGET) == []
        assert page.evaluate(NAMELESS) == []
        assert axe.violations(page, ".ll-console") == []
        assert panel.evaluate("it => it.scrollWidth <= it.clientWidth"), f"{name} is wider than the panel"


def test_the_panel_follows_a_dark_jupyterlab(opened: Opened) -> None:
    page, panel = opened()
    try:
        with photographed(panel, "dark"):
            page.evaluate("() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Dark'})")
            page.wait_for_function("() => document.body.dataset.jpThemeLight === 'false'")
        ground = "it => getComputedStyle(it).backgroundColor"
        assert panel.evaluate(ground) == "rgb(20, 25, 31)", "the paper of the dark theme"
        assert panel.get_by_label("Code").evaluate(ground) == "rgb(20, 25, 31)"
        assert axe.violations(page, ".ll-console", only=["color-contrast"]) == []
    finally:
        page.evaluate("() => jupyterapp.commands.execute('apputils:change-theme', {theme: 'JupyterLab Light'})")
