"""M3: the photos over HTTP, in both payload formats, for a page of another origin too, and what a DELETE leaves behind.

The student's function URL sends format 2.0. For format 1.0 a REST API of the check's own passes every path to `api`,
and is taken away again with its statement. A cache in a global is found by asking several environments at once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from lambdalab import adding
from lambdalab.browsing import Exchange, fetch
from lambdalab.events import function_url_request
from lambdalab.learn.capstone.aside import aside, puts_back
from lambdalab.learn.capstone.looks import Look, Looks, because, equal, raised
from lambdalab.learn.capstone.rows import NUMBERS, TEXTS
from lambdalab.learn.capstone.system import API, IN, OUT, OWN, PHOTOS, RESIZE, System, photo_id, said
from lambdalab.learn.words import short
from lambdalab.samples import photo

_PAGE = "https://album.example"
_FORMATS = ("payload format 2.0", "payload format 1.0")
_ENVIRONMENTS = 2
_ALBUM = "-album"
_ZOE = f"{_ALBUM} zoë+1"  # must be encoded in an address, and begins like another owner's name
_JSON = "application/json"


def browse(system: System) -> Looks:
    """List, show, delete; both formats, other origins, and no memory of what is gone."""
    system.must_have(buckets=True, tables=(PHOTOS,), functions=(RESIZE, API))
    url = system.address()
    photos = {
        system.key("one.jpg", _ALBUM): photo(320, 200, seed=21),
        system.key("two.jpg", _ALBUM): photo(330, 220, seed=22),
    }
    for key, body in {**photos, system.key("three.jpg", _ZOE): photo(340, 240, seed=23)}.items():
        system.put(key, body)
    system.settle()
    with rest_api(system) as rest:
        for form, base in zip(_FORMATS, (url, rest), strict=True):
            yield from _read(system, photos, form, base, main=base == url)
    yield equal("an owner named `…zoë+1`: photos listed", len(system.listed(_ZOE) or ()), 1)
    yield from _other_origin(system, url)
    yield from _deleted(system, url, *photos)


@contextmanager
def rest_api(system: System) -> Iterator[str]:
    """The address of a REST API of the check's own in front of `api`, without a slash at the end."""
    with aside(system, no_rest_api, sorted(_statements(system))):
        adding.add(system.lab.client, f"rest-api:{OWN}", API, adding.Wanted(events=()))
        yield str(system.lab.url(OWN)).rstrip("/")


@puts_back
def no_rest_api(system: System, before: Sequence[str]) -> None:
    """The REST API of the check's own is gone, and what allows it to call `api`."""
    gateway = system.lab.client("apigateway")
    for api in gateway.get_rest_apis(limit=500)["items"]:
        if api["name"] == OWN:
            gateway.delete_rest_api(restApiId=api["id"])
    for statement in _statements(system) - set(before):
        system.functions.remove_permission(FunctionName=API, StatementId=statement)


def _statements(system: System) -> set[str]:
    try:
        policy = json.loads(system.functions.get_policy(FunctionName=API)["Policy"])
    except system.functions.exceptions.ResourceNotFoundException:
        return set()
    return {statement["Sid"] for statement in policy["Statement"]}


def _read(system: System, photos: Mapping[str, bytes], form: str, base: str, *, main: bool) -> Looks:
    wanted = {photo_id(key): body for key, body in photos.items()}
    answer = system.ask("GET", f"/photos?owner={quote(system.owner + _ALBUM)}", base)
    found = said(answer)
    listed = found.get("photos") if answer.status == 200 and isinstance(found, dict) else None
    shown = f"{answer.status} {short(answer.body, 60)}" if listed is None else f"{len(listed)} photos"
    right = isinstance(listed, list) and {_id(one) for one in listed} == set(wanted)
    right = right and isinstance(listed, list) and len(listed) == len(wanted)
    look = Look(right, f"GET /photos?owner=…, {form}", shown, '200 {"photos": [two rows]}', main=main)
    if isinstance(listed, list) and len(listed) == len(wanted) + 1:
        words = "The list of an owner has a photo of another one, whose name only begins alike."
        look = because(look, "prefix", words, "An owner is the whole name. Compare with `=`.")
    yield _wrapped(system, look, answer, form)
    if right and isinstance(listed, list):
        yield _complete(listed[0], wanted[_id(listed[0])], f"a photo in the list, {form}", main=main)
    id, body = next(iter(wanted.items()))
    answer = system.ask("GET", f"/photos/{id}", base)
    if answer.status == 200 and isinstance(said(answer), dict):
        yield _complete(said(answer), body, f"GET /photos/{{id}}, {form}", main=main)
    else:
        seen = f"{answer.status} {short(answer.body, 60)}"
        look = Look(False, f"GET /photos/{{id}}, {form}", seen, "200 and the row", main=main)
        yield _wrapped(system, look, answer, form)
    yield _status(system, "GET", f"/photos/{'0' * 16}", 404, f"an unknown id, {form}", base)
    yield _status(system, "GET", "/photos", 400, f"no owner, {form}", base)


def _id(one: Any) -> Any:
    return one.get("photo_id") if isinstance(one, dict) else None


def _wrapped(system: System, look: Look, answer: Exchange, form: str) -> Look:
    """Why the second format is often not understood."""
    if answer.status < 500:
        return look
    run = system.lab.history(API)[-1:]
    why = f": `{API}` {raised(run[0].error_type, run[0].error_message)}" if run and run[0].error_type else ""
    idea = "The two formats keep method and path in other places. What a handler raises becomes 502."
    words = f"With {form} the visitor got {answer.status}{why}."
    return because(look, "format", words, idea, 'Look at lesson 06, "A second front".')


def _complete(one: Mapping[str, Any], body: bytes, what: str, *, main: bool) -> Look:
    """Whether all six are there, and numbers are numbers in JSON."""
    missing = [name for name in (*TEXTS, *NUMBERS) if name not in one]
    odd = next((name for name in NUMBERS if name in one and type(one[name]) is not int), "")
    seen = (
        f"no {missing[0]}" if missing else f"{odd} is {short(one[odd])}" if odd else f"bytes is {short(one['bytes'])}"
    )
    right = not missing and not odd and one["bytes"] == len(body)
    look = Look(right, what, seen, "six attributes, numbers as numbers", main=main)
    if not odd:
        return look
    idea = "DynamoDB's numbers arrive as `Decimal`, which JSON does not know. Make them `int`."
    return because(look, "number-as-text", f"In the answer {seen}.", idea)


def _status(system: System, method: str, path: str, wanted: int, what: str, base: str = "") -> Look:
    answer = system.ask(method, path, base)
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    told = said(answer)
    words = isinstance(told, dict) and isinstance(told.get("message"), str) and kind == _JSON
    seen = f"{answer.status} {short(answer.body, 40)}"
    return Look(answer.status == wanted and words, what, seen, f'{wanted} {{"message": …}} as JSON')


def _other_origin(system: System, url: str) -> Looks:
    """What a page of another origin may do."""
    unknown = f"{url}/photos/{'0' * 16}"
    for method, address, what in (
        ("GET", f"{url}/photos?owner={quote(system.owner + _ALBUM)}", "GET"),
        ("GET", unknown, "GET of an unknown id"),
        ("DELETE", unknown, "DELETE"),
    ):
        fetched = fetch(_PAGE, method, address)
        look = Look(not fetched.refused, f"a page of another origin: {what}", fetched.refused or "let in", "let in")
        idea = "Every answer says who may read it, errors too. Before a DELETE the browser asks with OPTIONS."
        if "*, *" in fetched.refused:
            idea = "The header came twice: from the handler and from the URL's own CORS. One of them is enough."
        where = 'Look at lesson 06, "A page calls the shop".'
        yield because(look, "origin", f"The browser refused a page's {what}: {fetched.refused}.", idea, where)


def _deleted(system: System, url: str, key: str, kept: str) -> Looks:
    """One photo is deleted, and another one stays."""
    id = photo_id(key)
    listing = function_url_request("GET", f"/photos?owner={quote(system.owner + _ALBUM)}")
    handle = system.lab.function(API)
    handle.invoke_together([listing] * _ENVIRONMENTS)
    answer = system.ask("DELETE", f"/photos/{id}", url)
    system.settle()
    right = answer.status == 204 and not answer.body
    yield Look(right, "DELETE /photos/{id}", f"{answer.status} {short(answer.body, 40)}", "204, no body", main=True)
    left = [f"the object in `{bucket}`" for bucket in (IN, OUT) if system.body(key, bucket) is not None]
    left += ["the row"] if system.row(key) is not None else []
    look = Look(not left, "after it", f"left: {', '.join(left)}" if left else "all three are gone", "all three gone")
    idea = "A photo is a row and two objects. Deleted means all three."
    yield because(look, "left-behind", f"After DELETE there was still {', '.join(left)}.", idea)
    answer = system.ask("DELETE", f"/photos/{id}", url)
    yield Look(answer.status in (204, 404), "DELETE again", str(answer.status), "404, or 204")
    yield _status(system, "GET", f"/photos/{id}", 404, "GET of the deleted photo", url)
    together = handle.invoke_together([listing] * _ENVIRONMENTS)
    texts = [one.payload.decode("utf-8", "replace") for one in together]
    late = sum(id in text for text in texts)
    seen = f"{late} of {_ENVIRONMENTS} environments still list it" if late else "no environment lists it"
    look = Look(not late, "the list, asked of two environments", seen, "none lists it")
    idea = "A global is the memory of one environment. The others learn nothing of a DELETE."
    words = f"Deleted photo {id} was still listed by the second environment."
    yield because(look, "cache", words, idea, "Keep what all must know in the table.")
    there = all(photo_id(kept) in text for text in texts)
    seen = "listed by all" if there and texts else "not listed by all"
    yield Look(there and system.body(kept) is not None, "the other photo", seen, "listed, with its thumbnail")
