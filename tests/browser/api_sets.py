"""The page of API sets in a user's words."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from console import dialog

CREATE = "Create an API set"


def card(page: Page, name: str) -> Locator:
    """What the list has of a set."""
    return page.locator(".api-set").filter(has=page.get_by_role("heading", name=name, exact=True))


def routes(card: Locator) -> Locator:
    return card.get_by_role("list").get_by_role("listitem")


def open_create(page: Page) -> Locator:
    page.locator(".page-head").get_by_role("button", name="Create API set").click()
    expect(dialog(page, CREATE)).to_be_visible()
    return dialog(page, CREATE)


def open_edit(page: Page, name: str) -> Locator:
    page.get_by_role("button", name=f"Edit {name}").click()
    expect(dialog(page, f"Edit {name}")).to_be_visible()
    return dialog(page, f"Edit {name}")


def tester(page: Page) -> Locator:
    """Where a method and a path are tested."""
    return page.get_by_role("region", name="Test a route")


def results(page: Page) -> Locator:
    """The sets and keys that reach the call which is tested."""
    return tester(page).get_by_role("listitem")
