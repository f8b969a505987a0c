"""The search for a key's text finds it wherever a page could have left it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from traces import places_of

TEXT = "lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU3"
HTML = '<!doctype html><title>Test</title><link rel="icon" href="data:,"><input><p></p>'


@pytest.mark.parametrize(
    ("place", "script"),
    [
        ("html", "document.querySelector('p').textContent = text"),
        ("html", "document.querySelector('p').dataset.key = text"),
        ("fields", "document.querySelector('input').value = text"),
        ("title", "document.title = text"),
        ("address", "location.hash = text"),
        ("visited", "performance.mark(text)"),
        ("history", "history.replaceState({ text }, '')"),
        ("local", "localStorage.setItem('key', text)"),
        ("session", "sessionStorage.setItem('key', text)"),
        ("cookies", "document.cookie = `key=${text}`"),
        ("cached", "await (await caches.open('test')).put('/key', new Response(text))"),
        (
            "databases",
            """await new Promise((done) => {
                 const opening = indexedDB.open("test");
                 opening.onupgradeneeded = () => opening.result.createObjectStore("keys").put(text, 1);
                 opening.onsuccess = () => { opening.result.close(); done(); };
               })""",
        ),
    ],
)
def test_a_text_that_was_left_is_found(page: Page, place: str, script: str) -> None:
    page.route("**/left.html", lambda route: route.fulfill(content_type="text/html", body=HTML))
    page.goto("/left.html")
    assert places_of(page, TEXT) == []
    page.evaluate(f"async (text) => {{ {script} }}", TEXT)
    assert place in places_of(page, TEXT)
