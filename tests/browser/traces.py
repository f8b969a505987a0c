"""Where a page has left a key's text: in the clipboard, where it may be, and everywhere else, where it may not."""

from __future__ import annotations

import json

from playwright.sync_api import Page

# Everything as one object. What was typed is in no HTML, so fields are asked one by one.
KEPT = """async () => {
  const entry = (storage, at) => [storage.key(at), storage.getItem(storage.key(at))];
  const all = (storage) => Array.from({ length: storage.length }, (_, at) => entry(storage, at));
  const databases = {};
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((done, fail) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => done(opening.result);
      opening.onerror = () => fail(opening.error);
    });
    databases[name] = {};
    for (const store of database.objectStoreNames) {
      databases[name][store] = await new Promise((done, fail) => {
        const reading = database.transaction(store).objectStore(store).getAll();
        reading.onsuccess = () => done(reading.result);
        reading.onerror = () => fail(reading.error);
      });
    }
    database.close();
  }
  const cached = {};
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) {
      cached[request.url] = await (await caches.match(request)).text();
    }
  }
  return {
    html: document.documentElement.outerHTML,
    fields: [...document.querySelectorAll("input, textarea, select, output")].map((field) => field.value),
    title: document.title,
    address: location.href,
    visited: performance.getEntries().map((entry) => entry.name),
    history: history.state,
    local: all(localStorage),
    session: all(sessionStorage),
    cookies: document.cookie,
    databases,
    cached,
  };
}"""


def kept(page: Page) -> dict[str, object]:
    """All that the page has and keeps, by the place where it is, with the cookies that only the server reads."""
    return page.evaluate(KEPT) | {"server's cookies": page.context.cookies()}


def places_of(page: Page, text: str) -> list[str]:
    """Where a key's text is, or the secret end of it."""
    secret = text.rsplit("_", 1)[-1]
    return [place for place, content in kept(page).items() if secret in json.dumps(content, ensure_ascii=False)]


def clipboard(page: Page) -> str:
    """What was copied last. The console itself may not read it, so another page of the same browser does."""
    context = page.context
    html = '<!doctype html><title>Clipboard</title><link rel="icon" href="data:,">'
    context.grant_permissions(["clipboard-read"])
    reader = context.new_page()
    reader.route("**/clipboard.html", lambda route: route.fulfill(content_type="text/html", body=html))
    reader.goto("/clipboard.html")
    text = reader.evaluate("navigator.clipboard.readText()")
    reader.close()
    page.bring_to_front()
    context.clear_permissions()
    return text
