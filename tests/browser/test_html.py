"""The HTML edition in a real browser, without a network: it draws, finds, prints, fits a phone, shuts nobody out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from lambdalab.teach import course
from lambdalab.teach.html import edition
from tests.browser import axe
from tests.browser.conftest import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]
DRAWN = "() => [...document.querySelectorAll('.plot')].every(place => 'drawn' in place.dataset)"
UNFOLD = "() => document.querySelectorAll('main details').forEach(it => { it.open = true })"
FITS = "() => document.documentElement.scrollWidth <= innerWidth"
COLOURS = ("color-contrast", "link-in-text-block")
# The colours of a text follow from the tags, classes and styles around it. They take axe most of its time, so each
# such look is looked at once in the whole course.
NEW_LOOKS = """seen => {
    const known = new Set(seen), found = [];
    for (const it of document.querySelectorAll('body *')) {
        if (!it.getClientRects().length || ![...it.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
            continue;
        let look = '';
        for (let up = it; up !== document.body; up = up.parentElement)
            look += `${up.tagName}.${up.getAttribute('class') ?? ''}[${up.getAttribute('style') ?? ''}] `;
        if (known.has(look)) continue;
        known.add(look);
        found.push(look);
        it.dataset.look = '';
    }
    return found;
}"""
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(scope="module")
def pages(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Every page of the edition of the course as it is, in a folder with a blank in its name."""
    return edition.write(course.load(ROOT), tmp_path_factory.mktemp("html") / "the course")


@contextmanager
def reading(chromium: Browser, *, dark: bool = False) -> Iterator[tuple[Page, list[str]]]:
    """A browser without a network, and everything that a page complains of or asks of another place."""
    told: list[str] = []
    scheme = "dark" if dark else "light"
    with chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme=scheme, offline=True) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("request", lambda asked: None if asked.url.startswith("file:") else told.append(f"asked {asked.url}"))
        page.on("requestfailed", lambda asked: told.append(f"missed {asked.url}"))
        page.on("console", lambda said: told.append(f"said {said.text}") if said.type == "error" else None)
        page.on("pageerror", lambda error: told.append(f"raised {error}"))
        yield page, told


def show(page: Page, path: Path) -> None:
    page.goto(path.as_uri())
    page.wait_for_function(DRAWN)
    page.evaluate(UNFOLD)


def named(pages: list[Path], name: str) -> Path:
    (path,) = [path for path in pages if path.stem == name and path.parent.name != "exercises"]
    return path


def test_every_page_asks_for_nothing_outside_draws_its_figures_and_shuts_nobody_out(
    pages: list[Path], chromium: Browser
) -> None:
    looks: list[str] = []
    with reading(chromium) as (page, told):
        for path in pages:
            page.set_viewport_size({"width": 1280, "height": 900})
            show(page, path)
            found = axe.violations(page, but=COLOURS)
            looks += (new := page.evaluate(NEW_LOOKS, looks))
            for scheme in SCHEMES if new else ():
                page.emulate_media(color_scheme=scheme)
                found += axe.violations(page, "[data-look]", only=COLOURS)
            page.set_viewport_size({"width": 390, "height": 800})
            found += axe.violations(page, only=["scrollable-region-focusable"])
            found += [] if page.evaluate(FITS) else ["it is wider than a phone"]
            told += [f"{path.stem}: {line}" for line in found]
    assert told == []
    assert len(looks) > 100


def test_the_search_finds_a_place_and_a_marked_word_leads_to_the_glossary(pages: list[Path], chromium: Browser) -> None:
    with reading(chromium) as (page, told):
        show(page, named(pages, "03_cold_starts"))
        page.get_by_label("Search").fill("snapstart")
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("places for “snapstart”")
        page.get_by_role("link", name="03 · Cold starts: Further: SnapStart").click()
        expect(page.get_by_role("heading", name="Further: SnapStart")).to_be_in_viewport()
        page.locator("a.term", has_text="snapshot").first.click()
        entry = page.locator("#snapshot")
        expect(entry).to_contain_text("A stored copy of an environment's memory and disk.")
        expect(entry).to_be_in_viewport()
        page.get_by_label("Search").fill("zzzz")
        page.get_by_role("button", name="Find").click()
        expect(page.get_by_role("status")).to_contain_text("Nothing was found")
    assert told == []


def test_on_paper_the_questions_come_first_and_every_answer_stands_at_the_end_only(
    pages: list[Path], chromium: Browser
) -> None:
    with reading(chromium, dark=True) as (page, told):
        page.goto(named(pages, "03_cold_starts").as_uri())
        page.emulate_media(media="print")
        parts = page.locator("main > :visible")
        assert parts.nth(1).get_attribute("aria-label") == "Predictions"
        assert parts.last.get_attribute("aria-label") == "Answers"
        expect(parts.nth(1).locator(".ll-card")).to_have_count(5)
        expect(parts.last.locator(".item")).to_have_count(3 + 5 + 1)
        expect(page.get_by_text("The process that hung was ended").filter(visible=True)).to_have_count(1)
        assert page.evaluate("() => getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert told == []


def test_without_a_script_the_frames_can_be_chosen_and_a_figures_facts_are_there(
    pages: list[Path], chromium: Browser
) -> None:
    with chromium.new_context(java_script_enabled=False, offline=True) as context:
        page = context.new_page()
        page.goto(named(pages, "05_s3_triggers_and_permissions").as_uri())
        film = page.locator("form.ll-film").first
        film.get_by_role("radio").first.check()
        expect(film.get_by_role("img").filter(visible=True)).to_have_count(1)
        page.goto(named(pages, "03_cold_starts").as_uri())
        expect(page.locator("noscript p", has_text="ten at once used 10 environments")).to_be_visible()
