"""The console in a user's words: what can be seen there, and what can be done."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

CONSOLE = "/console"


def open_console(page: Page, place: str = "") -> None:
    """Goes to the console as somebody does who types its address; `place` is what follows `#`."""
    page.goto(CONSOLE + (f"#{place}" if place else ""))
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def heading(page: Page, name: str) -> Locator:
    """The heading of the page that is shown."""
    return page.get_by_role("heading", level=1, name=name, exact=True)


# Signing in and out.


def sign_in_form(page: Page) -> Locator:
    return heading(page, "Sign in to the console")


def enter_key(page: Page, key: str) -> None:
    """Types a key into the sign-in page, and sends it."""
    page.get_by_label("Key", exact=True).fill(key)
    page.get_by_role("button", name="Sign in").click()


def sign_in(page: Page, key: str) -> None:
    """Opens the console and signs in."""
    open_console(page)
    enter_key(page, key)
    expect(navigation(page)).to_be_visible()
    # Whoever comes to no page in particular is sent to the first one.
    page.wait_for_url("**/console#/**")


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Sign out").click()


# Around every page.


def navigation(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Pages")


def follow(page: Page, name: str) -> None:
    """Clicks on a page's name in the navigation."""
    navigation(page).get_by_role("link", name=name).click()


def open_page(page: Page, name: str) -> None:
    """Goes to a page by its name in the navigation, and sees it."""
    follow(page, name)
    expect(heading(page, name)).to_be_visible()


def toast(page: Page, text: str) -> Locator:
    """The short message that says this."""
    return page.get_by_role("status").get_by_text(text)


def dialog(page: Page, title: str) -> Locator:
    return page.get_by_role("dialog", name=title)


def error_of(field: Locator) -> Locator:
    """What is said to be wrong with a field, for those who see it and for those who hear it."""
    return field.page.locator(f"#{field.get_attribute('id')}-error")


def menu(page: Page, name: str, item: str) -> None:
    """Opens the menu of this name and chooses from it."""
    page.get_by_role("button", name=name, exact=True).click()
    page.get_by_role("menu", name=name).get_by_role("menuitem", name=item).click()


# The list of keys.


def filter_box(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="Filter by name")


def list_status(page: Page) -> Locator:
    """How far the list is, in words."""
    return page.locator(".list-status p")


def table(page: Page) -> Locator:
    return page.get_by_role("table", name="Keys")


def rows(page: Page) -> Locator:
    """The rows that are drawn, without the head."""
    return table(page).get_by_role("row").filter(has=page.get_by_role("rowheader"))


def row(page: Page, name: str) -> Locator:
    """The row of the key of this name."""
    return rows(page).filter(has=page.get_by_role("link", name=name, exact=True))


def cell(row: Locator, column: str) -> Locator:
    """What the row of a key has in this column."""
    heads = row.page.get_by_role("columnheader").all_inner_texts()
    return row.get_by_role("cell").nth(heads.index(column) - 1)


def find(page: Page, name: str) -> Locator:
    """Types a name into the filter, and returns the one row that is left."""
    filter_box(page).fill(name)
    expect(list_status(page)).to_have_text("1 key found")
    expect(row(page, name)).to_be_visible()
    return row(page, name)


def more(page: Page, name: str, item: str) -> None:
    """Chooses from the menu of a key's row."""
    menu(page, f"More for {name}", item)
