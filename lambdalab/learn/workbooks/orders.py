"""Exercise 06.4, it works with curl: the student's handler behind a REST API, called as a browser calls for a page.

The check asks in a browser's two steps, OPTIONS and then POST, and applies a browser's rules to what comes back.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lambdalab.browsing import Fetched, fetch
from lambdalab.learn.cases import first
from lambdalab.learn.exercises import Case, Detect, Hit, Seen, Tried
from lambdalab.learn.words import as_json
from lambdalab.learn.work import Work
from lambdalab.learn.workbooks import web
from lambdalab.learn.workbooks.web import REST

FUNCTION, API = "ex06_orders", "ex06-orders-api"
SHOP = "https://shop.example"
_OTHERS = ("https://other.example", "https://shop.example.com", "http://shop.example", "https://evil.example")
_GOODS = ("tea", "soap", "rice", "honey")


def cases(rng: random.Random | None) -> Sequence[Case]:
    pick = rng or random.Random(0)
    items = ["tea", "soap"] if rng is None else pick.sample(_GOODS, 2)
    other = _OTHERS[0] if rng is None else pick.choice(_OTHERS)
    good, also = ({"item": item} for item in items)
    bad = {items[0]: "item"}
    ordered = {"ordered": items[1]}
    served: list[bool] = []  # whether the shop's own page may read the answer
    return [
        Case(
            "without a browser",
            f'requests.post(lab.url("{API}", "/orders"), json={good!r})',
            _script(good, {"ordered": items[0]}),
            about="script",
        ),
        _page("the page orders", SHOP, also, lambda got: _shows(got, 201, ordered), f"201 {as_json(ordered)}", served),
        _page("the page orders wrongly", SHOP, bad, lambda got: _shows(got, 400), "400 and its message"),
        _page(
            "the page sends cookies",
            SHOP,
            also,
            lambda got: _shows(got, 201, ordered),
            f"201 {as_json(ordered)}",
            served,
            credentials=True,
        ),
        _other_page(other, good, served),
    ]


def _script(data: Any, wanted: Mapping[str, str]) -> Callable[[Work], Seen]:
    def run(work: Work) -> Seen:
        reply = web.ask(work, FUNCTION, REST, f"{_address(work)}/orders", "POST", data)
        ok = reply.status == 201 and reply.is_json() and reply.data == wanted
        said = reply.shown if ok else f"got {reply.shown}, expected 201 {as_json(wanted)} as before"
        return Seen(ok, said, raised=reply.raised)

    return run


def _page(
    tried: str,
    page: str,
    data: Any,
    fits: Callable[[Fetched], bool],
    wanted: str,
    served: list[bool] | None = None,
    *,
    credentials: bool = False,
) -> Case:
    more = ", credentials=True" if credentials else ""

    def run(work: Work) -> Seen:
        url = f"{_address(work)}/orders"
        got = fetch(page, "POST", url, data=data, credentials=credentials)
        facts = {"got": got, "reason": web.why(work, FUNCTION) if got.exchanges[-1].status >= 500 else ""}
        if fits(got):
            if served is not None:
                served.append(True)
            return Seen(True, got.shown, facts=facts)
        shown = f"the browser refuses: {got.refused}" if got.refused else f"the page sees {got.shown[:60]}"
        return Seen(False, f"{shown}; expected {wanted}", facts=facts)

    return Case(tried, f'fetch("{page}", "POST", lab.url("{API}", "/orders"), data={data!r}{more})', run, about=tried)


def _other_page(page: str, data: Any, served: list[bool]) -> Case:
    """A page that is not allowed; where the shop's own page is refused as well, its refusal says nothing."""

    def run(work: Work) -> Seen:
        got = fetch(page, "POST", f"{_address(work)}/orders", data=data)
        if not got.refused:
            return Seen(False, f"the page sees {got.shown[:60]}; expected a refusal by the browser", facts={"got": got})
        shown = "refused by the browser" if served else "refused, and so is the shop's own page"
        return Seen(bool(served), shown, facts={"got": got})

    tried = f"a page of {page}"
    return Case(tried, f'fetch("{page}", "POST", lab.url("{API}", "/orders"), data={data!r})', run, about=tried)


def _address(work: Work) -> str:
    return web.front(work, FUNCTION, REST, API)


def _shows(got: Fetched, status: int, wanted: Mapping[str, str] | None = None) -> bool:
    """Whether the page may read this status and this object; without one, an object with a message."""
    last = got.exchanges[-1]
    if got.refused or last.status != status:
        return False
    try:
        data = json.loads(last.body)
    except ValueError:
        return False
    return data == wanted if wanted else isinstance(data, dict) and isinstance(data.get("message"), str)


# -- typical wrong answers ---------------------------------------------------------------------------------------------


def _fetched(one: Tried) -> Fetched | None:
    got = one.seen.facts.get("got")
    return got if isinstance(got, Fetched) else None


def no_options(one: Tried) -> Mapping[str, object] | None:
    """The question itself failed, or its answer says nothing of origins."""
    got = _fetched(one)
    if got is None or len(got.exchanges) > 1 or one.case.about.startswith("a page of"):
        return None
    question = got.exchanges[0]
    silent = "access-control-allow-origin" not in question.headers
    return {"status": question.status} if silent or question.status >= 300 else None


def only_on_success(tried: Sequence[Tried], work: Work) -> Hit | None:
    """The page may read 201, but not 400."""
    by_name = {one.case.about: one for one in tried}
    right, wrong = by_name["the page orders"], by_name["the page orders wrongly"]
    got = _fetched(wrong)
    if not right.seen.ok or got is None or not got.refused or len(got.exchanges) < 2:
        return None
    return Hit(wrong, {"status": got.exchanges[-1].status}, explains_error=True)


def refused(*words: str, about: str = "") -> Detect:
    """The browser refuses for this reason."""

    def fits(one: Tried) -> Mapping[str, object] | None:
        got = _fetched(one)
        if got is None or (about and one.case.about != about):
            return None
        return {"why": got.refused} if all(word in got.refused for word in words) and got.refused else None

    return first(fits)


def anybody(one: Tried) -> Mapping[str, object] | None:
    """A page that is not allowed reads the answer."""
    got = _fetched(one)
    if got is None or not one.case.about.startswith("a page of") or got.refused:
        return None
    return {"page": got.page, "said": got.exchanges[-1].headers.get("access-control-allow-origin", "")}
