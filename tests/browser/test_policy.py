"""What the browser is told about the console: a strict policy for the page and for every file that it is made of."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response

from api import Api
from console import open_console
from stack import LocalStack

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
YEAR_SECONDS = 31_536_000


@pytest.fixture
def loaded(page: Page, stack: LocalStack) -> dict[str, Response]:
    """Everything that a first visit loads, by its path."""
    responses: dict[str, Response] = {}
    page.on("response", lambda response: responses.setdefault(urlsplit(response.url).path, response))
    open_console(page)
    page.wait_for_load_state("networkidle")
    return responses


def files(loaded: dict[str, Response]) -> dict[str, Response]:
    """What was loaded besides the page itself."""
    return {path: response for path, response in loaded.items() if path != "/console"}


def test_the_page_and_all_its_files_have_the_strict_policy(loaded: dict[str, Response]) -> None:
    assert len(loaded) > 3
    for path, response in loaded.items():
        assert response.status == 200, path
        assert response.headers["content-security-policy"] == POLICY, path
        assert response.headers["x-content-type-options"] == "nosniff", path
        assert response.headers["referrer-policy"] == "no-referrer", path


def test_the_page_is_asked_for_anew_and_its_files_are_kept(loaded: dict[str, Response]) -> None:
    assert loaded["/console"].headers["cache-control"] == "no-cache"
    for path, response in files(loaded).items():
        assert response.headers["cache-control"] == f"public, max-age={YEAR_SECONDS}, immutable", path


def test_every_file_has_the_type_of_what_it_is(loaded: dict[str, Response]) -> None:
    types = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
    assert loaded["/console"].headers["content-type"] == "text/html; charset=utf-8"
    for path, response in files(loaded).items():
        assert response.headers["content-type"] == types[path.rsplit(".", 1)[1]], path


def test_a_first_visit_asks_the_api_nothing(loaded: dict[str, Response]) -> None:
    assert [path for path in loaded if not re.match(r"/console($|/[0-9a-f]+/)", path)] == []


def test_a_page_of_another_site_cannot_frame_the_console(page: Page, stack: LocalStack, watch) -> None:
    html = '<!doctype html><title>Frame</title><link rel="icon" href="data:,"><iframe src="/console"></iframe>'
    page.route("**/frame.html", lambda route: route.fulfill(content_type="text/html", body=html))
    watch.expect("frame-ancestors 'none'")
    watch.expect("/console failed: net::ERR_BLOCKED_BY_RESPONSE")
    with page.expect_event("requestfailed"):
        page.goto("/frame.html")


@pytest.mark.parametrize("path", ["/console/", "/console/nothing.js", "/console/0000/app.js", "/console/%2e%2e/keys"])
def test_there_is_nothing_beside_the_files(api: Api, path: str) -> None:
    assert api.with_key(None).send("GET", path).status in (401, 404)
