"""A list of thousands of keys: loaded as one looks, drawn as far as one sees."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from api import Api
from axe import assert_accessible
from console import filter_box, list_status, rows, table
from looks import SIZES, Size, assert_no_sideways_scrolling, wait_until
from stack import LocalStack

KEYS = 1500
# A few more than a window shows, so that scrolling never meets an empty place.
MOST_DRAWN = 60
COMPLETE = "document.querySelector('table[aria-label=Keys]').getAttribute('aria-rowcount') !== '-1'"
FAR_DOWN = "Number(document.querySelector('[data-row]').getAttribute('aria-rowindex')) > 10"


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """A stack of its own, with many keys."""
    with LocalStack() as stack:
        stack.load_keys(KEYS)
        yield stack


@pytest.fixture(scope="module")
def api(stack: LocalStack) -> Api:
    return Api(stack.url, stack.root_key)


def see_the_beginning(page: Page) -> None:
    """Waits until more of the list is loaded than the window shows."""
    expect(list_status(page)).to_contain_text(re.compile(r"^First \d{3} keys"))


def scroll_to_end(page: Page) -> None:
    """Scrolls as far down as there is anything."""
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")


def drawn_indexes(page: Page) -> list[int]:
    """The places of the rows that are drawn, from 2 on: the head is the first row."""
    return rows(page).evaluate_all(
        "(all) => all.map((row) => Number(row.ariaRowIndex ?? row.getAttribute('aria-rowindex')))"
    )


def test_the_list_loads_as_one_scrolls_and_draws_what_one_sees(signed_in: Page) -> None:
    expect(rows(signed_in).first).to_be_visible()
    expect(table(signed_in)).to_have_attribute("aria-rowcount", "-1")
    seen: set[int] = set()
    while table(signed_in).get_attribute("aria-rowcount") == "-1":
        before = signed_in.evaluate("document.documentElement.scrollHeight")
        scroll_to_end(signed_in)
        wait_until(signed_in, f"document.documentElement.scrollHeight > {before} || {COMPLETE}")
        assert rows(signed_in).count() <= MOST_DRAWN
        seen |= set(drawn_indexes(signed_in))
    expect(list_status(signed_in)).to_have_text(f"{KEYS + 1:,} keys, newest first")
    expect(table(signed_in)).to_have_attribute("aria-rowcount", str(KEYS + 2))
    scroll_to_end(signed_in)
    expect(rows(signed_in).last).to_have_attribute("aria-rowindex", str(KEYS + 2))
    assert len(seen) > KEYS / 5


def test_the_keys_are_those_of_the_api_in_its_order(signed_in: Page, api: Api) -> None:
    newest = [key["name"] for key in api.get("/keys", limit="100")["keys"]]
    expect(rows(signed_in).first).to_be_visible()
    shown = rows(signed_in).get_by_role("rowheader").get_by_role("link").all_inner_texts()
    assert shown == newest[: len(shown)]


def test_the_focus_is_not_lost_by_scrolling(signed_in: Page) -> None:
    link = rows(signed_in).nth(2).get_by_role("link")
    name = link.inner_text()
    link.focus()
    for _ in range(3):
        scroll_to_end(signed_in)
        expect(rows(signed_in).last).to_be_attached()
    kept = signed_in.get_by_role("link", name=name, exact=True)
    expect(kept).to_be_focused()
    signed_in.keyboard.press("Enter")
    expect(signed_in.get_by_role("heading", level=1, name=name)).to_be_visible()


def test_coming_back_finds_the_list_where_it_was(signed_in: Page) -> None:
    see_the_beginning(signed_in)
    scroll_to_end(signed_in)
    wait_until(signed_in, FAR_DOWN)
    place = signed_in.evaluate("scrollY")
    middle = rows(signed_in).nth(rows(signed_in).count() // 2)
    name = middle.get_by_role("rowheader").get_by_role("link").inner_text()
    middle.get_by_role("rowheader").get_by_role("link").click()
    expect(signed_in.get_by_role("heading", level=1, name=name)).to_be_visible()
    signed_in.go_back()
    expect(signed_in.get_by_role("link", name=name, exact=True)).to_be_in_viewport()
    assert abs(signed_in.evaluate("scrollY") - place) < 400


def test_a_filter_goes_on_by_itself_until_the_window_is_full(signed_in: Page) -> None:
    filter_box(signed_in).fill("sandbox")
    wait_until(
        signed_in, "[...document.querySelectorAll('[data-row]')].every((row) => /sandbox/.test(row.textContent))"
    )
    expect(rows(signed_in).nth(12)).to_be_attached()


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_middle_of_the_list_is_accessible(signed_in: Page, size: Size) -> None:
    see_the_beginning(signed_in)
    scroll_to_end(signed_in)
    wait_until(signed_in, FAR_DOWN)
    assert_accessible(signed_in)
    assert_no_sideways_scrolling(signed_in)
