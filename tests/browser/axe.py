"""axe-core in a page: what keeps a reader with a screen reader, without a mouse, or with weak eyes outside."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

_SOURCE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
_RUN = """([within, without, only, but]) => axe.run({include: within, exclude: without}, {
    preload: false, resultTypes: ['violations'], rules: Object.fromEntries(but.map(rule => [rule, {enabled: false}])),
    ...(only.length ? {runOnly: {type: 'rule', values: only}} : {})})"""


def violations(
    page: Page, within: str = "html", *, without: Sequence[str] = (), only: Sequence[str] = (), but: Sequence[str] = ()
) -> list[str]:
    """Every barrier that axe finds, a line each.

    Args:
        within: the CSS selector of the part to look at; without it the whole page.
        without: selectors of what is left out.
        only: these rules; without them all that axe applies by default.
        but: rules that are not applied.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_SOURCE)
    found: dict[str, Any] = page.evaluate(_RUN, [within, list(without), list(only), list(but)])
    return [
        f"{violation['id']} at {node['target'][0]}: {node['html'][:120]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]
