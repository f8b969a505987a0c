"""The fields of a new key: what is wrong while one types, what the API says at its field, chips, and API sets."""

from __future__ import annotations

import re
from collections.abc import Callable
from secrets import token_hex

import pytest
from playwright.sync_api import Page, expect

from api import Api
from console import dialog, sign_in
from forms import (
    RARE,
    SHOWN,
    TEXT,
    add_chip,
    assert_wrong,
    available,
    chips,
    choose,
    field,
    fill,
    open_create,
    save,
    select_set,
    selected,
    submit,
    unfold,
)
from watch import Watch

Unique = Callable[[str], str]


@pytest.fixture
def name(unique: Unique) -> str:
    """What the key of a test is called."""
    return unique("orders service")


def test_nothing_is_sent_before_what_is_wrong_here_is_right(signed_in: Page, name: str) -> None:
    sent: list[str] = []
    signed_in.on("request", lambda request: sent.append(request.method))
    form = open_create(signed_in)
    submit(form, "Create key")
    expect(field(form, "Name")).to_be_focused()
    assert_wrong(field(form, "Name"), "Must not be empty")
    assert_wrong(field(form, "Region"), "Choose a region")
    fill(form, Name="x" * 101)
    assert_wrong(field(form, "Name"), "Must have at most 100 characters")
    fill(form, Name=name, Owner="two words")
    expect(field(form, "Name")).not_to_have_attribute("aria-invalid", "true")
    assert_wrong(field(form, "Owner"), "May only contain letters, digits and . _ @ -")
    assert "POST" not in sent


def test_what_the_api_refuses_is_told_at_its_field_all_at_once(signed_in: Page, watch: Watch, name: str) -> None:
    form = open_create(signed_in)
    fill(form, Name=name)
    field(form, "Region").select_option("us-east-1")
    add_chip(form, "Allowed networks", "10.0.0.1/8")
    unfold(form, TEXT)
    choose(form, "Text of the key", "Own text")
    field(form, "Text").fill("aaaaaaaaaaaaaaaaaaaaaaaa")
    unfold(form, RARE)
    fill(form, Postback_URL="https://localhost/hook")
    watch.expect_status(400)
    submit(form, "Create key")
    expect(form.get_by_role("alert").filter(has_text="See the fields below")).to_be_visible()
    for label, message in {"Allowed networks": "host bits", "Text": "guess", "Postback URL": "public"}.items():
        assert_wrong(field(form, label), message)
    expect(field(form, "Allowed networks")).to_be_focused()
    # What was typed is still there, and what is corrected is no longer wrong.
    expect(field(form, "Name")).to_have_value(name)
    fill(form, Postback_URL="https://hooks.latchkey.dev/hook")
    expect(field(form, "Postback URL")).not_to_have_attribute("aria-invalid", "true")


def test_a_refusal_that_is_about_no_field_is_told_at_the_top(signed_in: Page, watch: Watch, name: str) -> None:
    signed_in.route(
        "**/keys",
        lambda route: route.fulfill(
            status=403,
            content_type="application/problem+json",
            json={"type": "about:blank", "status": 403, "title": "Not allowed", "detail": "The deployment is closed."},
        ),
    )
    watch.expect_status(403)
    form = open_create(signed_in)
    fill(form, Name=name)
    field(form, "Region").select_option("us-east-1")
    submit(form, "Create key")
    told = form.get_by_role("alert").filter(has_text="Not allowed. The deployment is closed.")
    expect(told).to_be_visible()
    expect(told).to_be_focused()


def test_a_permission_is_checked_while_it_is_typed(signed_in: Page) -> None:
    form = open_create(signed_in)
    typed = field(form, "Permissions")
    add = form.get_by_role("button", name="Add permission")
    expect(add).to_be_disabled()
    typed.press_sequentially("orders")
    assert_wrong(typed, "colon")
    expect(add).to_be_disabled()
    typed.press("Enter")
    expect(chips(form, "Permissions")).to_have_count(0)
    typed.press_sequentially(":read")
    expect(typed).not_to_have_attribute("aria-invalid", "true")
    add.click()
    expect(chips(form, "Permissions")).to_have_text(["orders:read"])
    expect(typed).to_have_value("")


def test_chips_come_by_keyboard_and_go_by_it(signed_in: Page) -> None:
    form = open_create(signed_in)
    typed = field(form, "Allowed networks")
    typed.press_sequentially("192.0.2.0/24,198.51.100.7 ")
    expect(chips(form, "Allowed networks")).to_have_text(["192.0.2.0/24", "198.51.100.7"])
    typed.press_sequentially("192.0.2.0/24")
    assert_wrong(typed, "Is there already")
    typed.fill("")
    typed.press("Backspace")
    expect(chips(form, "Allowed networks")).to_have_text(["192.0.2.0/24"])
    form.get_by_role("button", name="Remove 192.0.2.0/24").click()
    expect(chips(form, "Allowed networks")).to_have_count(0)
    expect(typed).to_be_focused()


def test_several_texts_are_pasted_at_once(signed_in: Page) -> None:
    form = open_create(signed_in)
    field(form, "Permissions").focus()
    signed_in.keyboard.insert_text("orders:read orders:write\nnonsense")
    expect(chips(form, "Permissions")).to_have_text(["orders:read", "orders:write"])
    expect(field(form, "Permissions")).to_have_value("nonsense")


@pytest.mark.parametrize(
    "wrong", ["300.0.0.1", "10.0.0.0/33", "2001:db8::/129", "2001:::1", "example.com", "10.0.0.0/"]
)
def test_a_network_that_is_none_is_told_while_it_is_typed(signed_in: Page, wrong: str) -> None:
    form = open_create(signed_in)
    field(form, "Allowed networks").press_sequentially(wrong)
    expect(field(form, "Allowed networks")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_role("button", name="Add network")).to_be_disabled()


def test_what_was_typed_and_not_added_is_not_lost(signed_in: Page, api: Api, name: str) -> None:
    form = open_create(signed_in)
    fill(form, Name=name)
    field(form, "Region").select_option("us-east-1")
    field(form, "Permissions").fill("orders:read")
    submit(form, "Create key")
    save(dialog(signed_in, SHOWN))
    assert api.key_named(name)["permissions"] == ["orders:read"]


def test_sets_go_from_one_column_to_the_other_and_back(signed_in: Page, api: Api) -> None:
    word = token_hex(4)
    api.put_set(f"orders-{word}", ["GET /orders"], description=f"What was ordered {word}")
    api.put_set(f"stock-{word}", ["GET /stock", "PUT /stock"])
    form = open_create(signed_in)
    search = form.get_by_label("Search API sets")
    search.fill(word.upper())
    expect(available(form)).to_have_count(2)
    search.fill(f"ordered {word}")
    expect(available(form)).to_have_count(1)
    available(form).first.click()
    expect(selected(form)).to_have_count(1)
    expect(selected(form)).to_contain_text(f"orders-{word}")
    search.fill(word)
    expect(available(form)).to_have_count(1)
    expect(available(form)).to_contain_text("2 routes")
    selected(form).click()
    expect(selected(form)).to_have_count(0)
    expect(available(form)).to_have_count(2)


def test_what_is_more_than_ones_own_key_has_stands_at_its_field(page: Page, api: Api, name: str, watch: Watch) -> None:
    admin = api.create_key(name, permissions=["keys:*", "orders:read"], apis=["latchkey"])
    sign_in(page, admin["key"])
    form = open_create(page)
    fill(form, Name=f"{name} of less")
    field(form, "Region").select_option("us-east-1")
    add_chip(form, "Permissions", "invoices:write")
    watch.expect_status(403)
    submit(form, "Create key")
    assert_wrong(field(form, "Permissions"), "more than your own key has: invoices:write")


def test_sets_are_chosen_by_keyboard_alone(signed_in: Page, api: Api) -> None:
    word = token_hex(4)
    for letter in "abc":
        api.put_set(f"{letter}-{word}", ["GET /orders"])
    form = open_create(signed_in)
    form.get_by_label("Search API sets").fill(word)
    expect(available(form)).to_have_count(3)
    signed_in.keyboard.press("Tab")
    expect(available(form).first).to_be_focused()
    signed_in.keyboard.press("ArrowDown")
    signed_in.keyboard.press("Enter")
    expect(selected(form)).to_contain_text([f"b-{word}"])
    signed_in.keyboard.press("Enter")
    expect(selected(form)).to_have_count(2)
    signed_in.keyboard.press("Tab")
    expect(selected(form).first).to_be_focused()
    signed_in.keyboard.press("Enter")
    expect(selected(form)).to_have_count(1)


def test_a_set_for_other_clients_says_so(signed_in: Page, api: Api) -> None:
    api_set = f"partners-{token_hex(4)}"
    api.put_set(api_set, ["GET /orders"], client_types=["partner"])
    form = open_create(signed_in)
    select_set(form, api_set)
    expect(selected(form).get_by_text("only for clients of type partner")).to_have_class(re.compile("bad"))
    fill(form, Client_type="partner")
    expect(selected(form).get_by_text("only for clients of type partner")).not_to_have_class(re.compile("bad"))


def test_rights_without_the_admin_api_are_warned_of(signed_in: Page) -> None:
    form = open_create(signed_in)
    add_chip(form, "Permissions", "keys:list")
    expect(form.get_by_text("open nothing without the API set latchkey")).to_be_visible()
    available(form).filter(has_text="Latchkey's admin API").click()
    expect(form.get_by_text("open nothing without the API set latchkey")).to_have_count(0)
