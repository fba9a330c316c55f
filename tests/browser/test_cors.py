"""Pages of one origin call functions of another one, in a real browser; `browsing.fetch` does and sees the same."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import boto3
import pytest
from playwright.sync_api import Browser, Page, expect

from lambdalab import Lab, browsing, magics
from lambdalab.teach import course
from tests.browser.conftest import ROOT

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSON = ROOT / "notebooks" / "06_web_apis.ipynb"
FETCH = """async ([url, settings]) => {
    try {
        const answer = await fetch(url, settings);
        return (answer.status + " " + await answer.text()).trim();
    } catch (error) { return String(error); }
}"""
ORIGIN, CREDENTIALS = "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials"
HEADERS, METHODS = "Access-Control-Allow-Headers", "Access-Control-Allow-Methods"
PAGE = "PAGE"
"""Stands for the page's own origin in the cases below."""
JSON = {"Content-Type": "application/json"}
# What the server answers to OPTIONS and to the request itself, and what the page asks.
CASES: dict[str, tuple[Mapping[str, Any], Mapping[str, Any], Mapping[str, Any]]] = {
    "GET, no headers": ({}, {}, {}),
    "GET, everybody": ({}, {"headers": {ORIGIN: "*"}}, {}),
    "GET, this page": ({}, {"headers": {ORIGIN: PAGE}}, {}),
    "GET, another page": ({}, {"headers": {ORIGIN: "https://other.example"}}, {}),
    "GET, with a slash": ({}, {"headers": {ORIGIN: PAGE + "/"}}, {}),
    "GET, 404 with the header": ({}, {"status": 404, "headers": {ORIGIN: "*"}}, {}),
    "GET, 404 without": ({}, {"status": 404}, {}),
    "GET, twice": ({}, {"headers": {ORIGIN: f"{PAGE}, {PAGE}"}}, {}),
    "a form's POST": ({}, {"headers": {ORIGIN: "*"}}, {"method": "POST", "headers": {"Content-Type": "text/plain"}}),
    "JSON, no answer to OPTIONS": ({"status": 405}, {"headers": {ORIGIN: "*"}}, {"method": "POST", "headers": JSON}),
    "JSON, OPTIONS 404 with all headers": (
        {"status": 404, "headers": {ORIGIN: "*", HEADERS: "content-type"}},
        {"headers": {ORIGIN: "*"}},
        {"method": "POST", "headers": JSON},
    ),
    "JSON, the header is not allowed": (
        {"headers": {ORIGIN: "*"}},
        {"headers": {ORIGIN: "*"}},
        {"method": "POST", "headers": JSON},
    ),
    "JSON, allowed": (
        {"headers": {ORIGIN: PAGE, HEADERS: "Content-Type"}},
        {"status": 201, "headers": {ORIGIN: PAGE}},
        {"method": "POST", "headers": JSON},
    ),
    "JSON, allowed by stars": (
        {"status": 204, "headers": {ORIGIN: "*", HEADERS: "*", METHODS: "*"}},
        {"headers": {ORIGIN: "*"}},
        {"method": "POST", "headers": JSON},
    ),
    "JSON, the answer lacks the header": (
        {"headers": {ORIGIN: "*", HEADERS: "content-type"}},
        {"status": 400},
        {"method": "POST", "headers": JSON},
    ),
    "DELETE, no methods": ({"headers": {ORIGIN: "*"}}, {"headers": {ORIGIN: "*"}}, {"method": "DELETE"}),
    "DELETE, allowed": (
        {"headers": {ORIGIN: "*", METHODS: "GET, DELETE"}},
        {"status": 204, "headers": {ORIGIN: "*"}},
        {"method": "DELETE"},
    ),
    "credentials and a star": ({}, {"headers": {ORIGIN: "*", CREDENTIALS: "true"}}, {"credentials": "include"}),
    "credentials, not allowed": ({}, {"headers": {ORIGIN: PAGE}}, {"credentials": "include"}),
    "credentials, allowed": ({}, {"headers": {ORIGIN: PAGE, CREDENTIALS: "true"}}, {"credentials": "include"}),
    "credentials, True in capitals": ({}, {"headers": {ORIGIN: PAGE, CREDENTIALS: "True"}}, {"credentials": "include"}),
    "credentials and JSON, allowed": (
        {"headers": {ORIGIN: PAGE, CREDENTIALS: "true", HEADERS: "content-type"}},
        {"headers": {ORIGIN: PAGE, CREDENTIALS: "true"}},
        {"method": "POST", "headers": JSON, "credentials": "include"},
    ),
    "credentials and JSON, a star for headers": (
        {"headers": {ORIGIN: PAGE, CREDENTIALS: "true", HEADERS: "*"}},
        {"headers": {ORIGIN: PAGE, CREDENTIALS: "true"}},
        {"method": "POST", "headers": JSON, "credentials": "include"},
    ),
}


class Server(ThreadingHTTPServer):
    """Answers as the request's query says, and remembers the methods that came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.came: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    def answer(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if "case" not in query:  # the page itself
            return self.send(200, {"Content-Type": "text/html"}, b"<!doctype html><title>A page</title>")
        assert isinstance(self.server, Server)
        self.server.came.append(self.command)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        said = json.loads(query["case"][0])["OPTIONS" if self.command == "OPTIONS" else "else"]
        status = said.get("status", 200)
        self.send(status, said.get("headers", {}), b"" if status == 204 else b"the answer")

    do_GET = do_POST = do_DELETE = do_OPTIONS = answer  # noqa: N815

    def send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Server, Server]]:
    """One that gives the page, and one of another origin."""
    both = Server(), Server()
    for server in both:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield both
    for server in both:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """One page for all: each case has an address of its own, so that no answer to OPTIONS is kept for another case."""
    with chromium.new_context() as context:
        yield context.new_page()


@pytest.mark.parametrize("name", CASES)
def test_a_browser_and_our_fetch_send_the_same_and_show_the_page_the_same(
    name: str, servers: tuple[Server, Server], page: Page
) -> None:
    own, other = servers
    options, itself, asked = json.loads(json.dumps(CASES[name]).replace(PAGE, own.address))
    case = quote(json.dumps({"OPTIONS": options, "else": itself}))
    url = f"{other.address}/?case={case}"
    settings = {**asked, **({"body": "{}"} if asked.get("method") == "POST" else {})}
    other.came.clear()
    page.goto(own.address)
    shown = page.evaluate(FETCH, [url, settings])
    came = list(other.came)
    other.came.clear()
    ours = browsing.fetch(
        own.address,
        asked.get("method", "GET"),
        url,
        data={} if "body" in settings else None,
        headers=asked.get("headers"),
        credentials=asked.get("credentials") == "include",
    )
    assert (ours.shown, [one.method for one in ours.exchanges]) == (shown, came)
    assert other.came == came
    assert bool(ours.refused) == (shown == browsing.FAILED)


def deploy(line: str) -> None:
    """Deploy the last cell of the lesson that begins with this line."""
    found = [cell.source for cell in course.read(LESSON).cells if cell.source.startswith(f"%%deploy {line}")]
    head, _, body = found[-1].partition("\n")
    magics.deploy(head.removeprefix("%%deploy "), body)


def test_the_lessons_page_is_refused_without_cors_and_works_with_it(page: Page) -> None:
    lab = Lab()
    client = boto3.client("lambda")
    table = boto3.resource("dynamodb").create_table(
        TableName="articles",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    try:
        for name in ("shop", "page"):
            deploy(name)
            lab.trigger("url", name)
        client.update_function_configuration(FunctionName="page", Environment={"Variables": {"SHOP": lab.url("shop")}})
        page.goto(lab.url("page"))
        said = page.get_by_role("status")
        for button in ("Ask for item 9", "Add soap"):
            page.get_by_role("button", name=button).click()
            expect(said).to_have_text("TypeError: Failed to fetch")
        assert table.scan()["Items"] == [], "the browser sent what the shop had not allowed"

        allowed = {
            "AllowOrigins": [lab.url("page").rstrip("/")],
            "AllowMethods": ["*"],
            "AllowHeaders": ["content-type"],
        }
        client.update_function_url_config(FunctionName="shop", Cors=allowed)
        page.reload()
        page.get_by_role("button", name="Ask for item 9").click()
        expect(said).to_have_text('404 {"message": "no item 9"}')
        page.get_by_role("button", name="Add soap").click()
        expect(said).to_contain_text("201")
        assert [item["title"] for item in table.scan()["Items"]] == ["Soap"]
    finally:
        table.delete()
        for name in ("shop", "page"):
            client.delete_function(FunctionName=name)
