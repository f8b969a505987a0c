"""The watch itself: each fault that a page could have is seen, or no test that relies on it would say anything."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from axe import assert_accessible
from looks import assert_no_sideways_scrolling, assert_nothing_moved
from stack import LocalStack
from watch import Watch

POLICY = "default-src 'none'; script-src 'self'; connect-src *; require-trusted-types-for 'script'"


def show(page: Page, body: str, script: str = "") -> None:
    """Shows a page of the stack's own origin with this body and script, under a strict policy."""
    headers = {"content-security-policy": POLICY}
    html = f'<!doctype html><html lang="en"><title>Test</title>{body}<script src="bad.js"></script>'
    page.route("**/bad.html", lambda route: route.fulfill(headers=headers, content_type="text/html", body=html))
    page.route("**/bad.js", lambda route: route.fulfill(content_type="text/javascript", body=script))
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page.goto("/bad.html")


@pytest.fixture
def unjudged(context: BrowserContext, stack: LocalStack) -> Watch:
    """A watch whose findings are what the test is about."""
    return Watch(context, stack.url)


@pytest.mark.parametrize(
    ("body", "script", "finding"),
    [
        ("<p id='p'>", "console.error('broken')", "console error: broken"),
        ("<p id='p'>", "console.warn('careful')", "console warning: careful"),
        ("<p id='p'>", "setTimeout(() => { throw new Error('lost'); })", "uncaught: .*lost"),
        ("<p id='p'>", "Promise.reject(new Error('dropped'))", "uncaught: .*dropped"),
        ("<p id='p' style='color: red'>", "", "the policy style-src-attr stopped inline"),
        ("<p id='p'>", "try { document.body.innerHTML = '<b>'; } catch {}", "the policy require-trusted-types-for"),
        ("<p id='p'>", "fetch('http://127.0.0.2:1/').catch(() => {})", "another host: http://127.0.0.2:1/"),
        ("<p id='p'>", "fetch('http://127.0.0.2:1/').catch(() => {})", "GET http://127.0.0.2:1/ failed"),
        ("<p id='p'>", "fetch('/keys')", "a status of 401"),
    ],
)
def test_a_fault_is_seen(context: BrowserContext, unjudged: Watch, body: str, script: str, finding: str) -> None:
    page = context.new_page()
    show(page, body, script)
    page.wait_for_load_state("networkidle")
    unjudged.expect(finding)
    assert not [text for text in unjudged.problems() if text.startswith("expected, but never seen")]


def test_a_page_without_fault_has_none(page: Page, watch: Watch) -> None:
    show(page, "<main><h1>Good</h1></main>", "globalThis.ran = true")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("ran")
    assert watch.problems() == []


def test_a_fault_that_was_expected_and_did_not_come_is_one(context: BrowserContext, unjudged: Watch) -> None:
    show(context.new_page(), "<p>")
    unjudged.expect_status(409)
    assert unjudged.problems() == ["expected, but never seen: responded with a status of 409 "]


def test_what_jumps_is_seen(page: Page) -> None:
    script = """
        requestAnimationFrame(() => requestAnimationFrame(() => {
          const added = document.createElement("div");
          added.textContent = "late";
          added.style.height = "300px";
          document.body.prepend(added);
        }))"""
    show(page, "<p>" + "words " * 2000, script)
    expect(page.get_by_text("late")).to_be_visible()
    with pytest.raises(AssertionError, match="the page moved by"):
        assert_nothing_moved(page)


def test_what_is_too_wide_is_seen(page: Page) -> None:
    show(page, "<pre>" + "x" * 1000)
    with pytest.raises(AssertionError, match="px wide"):
        assert_no_sideways_scrolling(page)


def test_what_nobody_could_use_without_seeing_is_seen(page: Page) -> None:
    show(page, "<main><h1>Bad</h1><input></main>")
    with pytest.raises(AssertionError, match="Ensure every form element has a label"):
        assert_accessible(page)
