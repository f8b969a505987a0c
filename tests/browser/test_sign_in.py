"""Signing in: with any key, in words when it does not work, and without a trace of the key."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from api import Api
from axe import assert_accessible
from console import enter_key, heading, navigation, open_console, sign_in, sign_in_form
from looks import SIZES, THEMES, Size, assert_no_sideways_scrolling, assert_nothing_moved
from stack import LocalStack
from traces import places_of
from watch import Watch


def key_field(page: Page):
    return page.get_by_label("Key", exact=True)


def test_the_field_waits_for_a_key_and_hides_it(page: Page) -> None:
    open_console(page)
    expect(key_field(page)).to_be_focused()
    expect(key_field(page)).to_have_attribute("type", "password")
    expect(key_field(page)).to_have_attribute("autocomplete", "off")
    expect(page.get_by_text(".latchkey/root-key")).to_be_visible()


def test_the_root_key_opens_the_console_by_keyboard_alone(page: Page, stack: LocalStack) -> None:
    open_console(page)
    page.keyboard.insert_text(stack.root_key)
    page.keyboard.press("Enter")
    expect(heading(page, "Keys")).to_be_visible()
    expect(page.get_by_text("super-user", exact=True).first).to_be_visible()


def test_the_key_is_nowhere_after_signing_in(page: Page, stack: LocalStack) -> None:
    sign_in(page, stack.root_key)
    assert places_of(page, stack.root_key) == []


def test_a_refused_key_is_nowhere_either(page: Page, watch: Watch, api: Api, unique: Callable[[str], str]) -> None:
    key = api.create_key(unique("revoked"))
    api.call("DELETE", f"/keys/{key['id']}")
    watch.expect_status(401)
    open_console(page)
    enter_key(page, key["key"])
    expect(page.get_by_text("This key is not accepted: it is unknown, revoked, disabled or expired.")).to_be_visible()
    expect(key_field(page)).to_be_focused()
    expect(key_field(page)).to_have_value("")
    assert places_of(page, key["key"]) == []
    expect(sign_in_form(page)).to_be_visible()


@pytest.mark.parametrize("wrong", ["x", "lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU3"])
def test_what_is_no_key_is_told_in_words(page: Page, watch: Watch, wrong: str) -> None:
    watch.expect_status(401)
    open_console(page)
    enter_key(page, wrong)
    expect(key_field(page)).to_have_accessible_description(
        "This key is not accepted: it is unknown, revoked, disabled or expired."
    )


@pytest.mark.parametrize("unsendable", ["two words", "schlüssel", "ключ", "🔑"])
def test_what_cannot_even_be_sent_is_told_in_words(page: Page, unsendable: str) -> None:
    open_console(page)
    enter_key(page, unsendable)
    expect(key_field(page)).to_have_accessible_description(
        "This key is not accepted: it is unknown, revoked, disabled or expired."
    )


def test_nothing_is_sent_without_a_key(page: Page) -> None:
    open_console(page)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    page.get_by_role("button", name="Sign in").click()
    expect(key_field(page)).to_be_focused()
    assert sent == []


def test_a_key_from_elsewhere_is_refused_in_words(
    page: Page, watch: Watch, api: Api, unique: Callable[[str], str]
) -> None:
    key = api.create_key(unique("elsewhere"), allowed_cidrs=["203.0.113.0/24"])
    watch.expect_status(403)
    open_console(page)
    enter_key(page, key["key"])
    expect(page.get_by_text("This key may not be used here")).to_be_visible()


def test_blanks_around_a_pasted_key_do_no_harm(page: Page, stack: LocalStack) -> None:
    open_console(page)
    enter_key(page, f"  {stack.root_key}\n")
    expect(navigation(page)).to_be_visible()


def test_a_stack_that_cannot_be_reached_is_told_in_words(page: Page, watch: Watch, stack: LocalStack) -> None:
    open_console(page)
    watch.expect("ERR_CONNECTION_REFUSED")
    page.route("**/console/session", lambda route: route.abort("connectionrefused"))
    enter_key(page, stack.root_key)
    expect(page.get_by_text("Check the connection and try again.")).to_be_visible()
    page.unroute("**/console/session")
    enter_key(page, stack.root_key)
    expect(navigation(page)).to_be_visible()


def test_the_address_of_a_page_is_kept_through_signing_in(page: Page, stack: LocalStack) -> None:
    open_console(page, "/audit")
    enter_key(page, stack.root_key)
    expect(heading(page, "Audit")).to_be_visible()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_page_is_accessible_still_and_fits(page: Page, watch: Watch, size: Size, theme: str) -> None:
    open_console(page)
    assert_accessible(page)
    assert_no_sideways_scrolling(page)
    watch.expect_status(401)
    enter_key(page, "wrong")
    expect(page.get_by_text("This key is not accepted")).to_be_visible()
    assert_accessible(page)
    assert_nothing_moved(page)
