"""The list of keys: what it tells of each, how it is narrowed, and what can be done in it."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from api import Api
from axe import assert_accessible
from console import cell, filter_box, find, heading, list_status, menu, more, open_console, row, rows, sign_in, toast
from looks import DESKTOP, PHONE, SIZES, THEMES, Size, assert_no_sideways_scrolling, assert_nothing_moved
from stack import LocalStack
from traces import clipboard
from watch import Watch

Unique = Callable[[str], str]


def is_red(text: Locator) -> bool:
    """Whether a text is written in red."""
    red, green, blue = map(int, re.findall(r"\d+", text.evaluate("(node) => getComputedStyle(node).color"))[:3])
    return red > 1.5 * max(green, blue)


def test_a_row_tells_what_there_is_to_know(signed_in: Page, api: Api, unique: Unique) -> None:
    name = unique("orders service")
    key = api.create_key(name, owner="shop.team", client_type="mobile", provider="gcp", region="europe-west1")
    found = find(signed_in, name)
    expect(found.get_by_role("rowheader")).to_contain_text("Active")
    expect(found.get_by_text(key["hint"], exact=True)).to_be_visible()
    expect(cell(found, "Owner")).to_have_text("shop.team")
    expect(cell(found, "Client type")).to_have_text("mobile")
    expect(cell(found, "Provider, region")).to_contain_text("GCP")
    expect(cell(found, "Provider, region")).to_contain_text("europe-west1")
    expect(cell(found, "Type")).to_have_text("fine-grained")
    expect(cell(found, "Expires")).to_contain_text("in 30 days")
    expect(cell(found, "Changed").get_by_text("just now")).to_be_visible()


def test_times_are_told_exactly_to_those_who_ask(signed_in: Page, api: Api, unique: Unique) -> None:
    name = unique("orders service")
    key = api.create_key(name)
    expires = cell(find(signed_in, name), "Expires").locator("time")
    expect(expires).to_have_attribute("datetime", key["expires_at"])
    expect(expires).to_have_attribute("title", re.compile(r"^\d+ \w+ 20\d\d.*UTC$"))


@pytest.mark.parametrize(
    ("expires_in", "words", "red"),
    [
        ("6d", "in 6 days", True),
        ("8d", "in 8 days", False),
        ("2h", "in 2 hours", True),
        ("365d", "in 12 months", False),
    ],
)
def test_an_end_that_is_near_is_red(
    signed_in: Page, api: Api, unique: Unique, expires_in: str, words: str, red: bool
) -> None:
    name = unique("ending")
    api.create_key(name, expires_in=expires_in)
    expires = cell(find(signed_in, name), "Expires").get_by_text(words)
    expect(expires).to_be_visible()
    assert is_red(expires) is red


def test_a_key_without_an_end_says_never(signed_in: Page, api: Api, unique: Unique) -> None:
    name = unique("endless")
    api.create_key(name, expires_in=None)
    expect(cell(find(signed_in, name), "Expires").get_by_text("never")).to_be_visible()


@pytest.mark.parametrize("state", ["Active", "Disabled", "Expired", "Revoked"])
def test_a_state_is_told_to_those_who_see_it_and_to_those_who_do_not(
    signed_in: Page, api: Api, unique: Unique, state: str
) -> None:
    name = unique("state")
    key = api.create_key(name, enabled=state != "Disabled", expires_in="1s" if state == "Expired" else "30d")
    if state == "Revoked":
        api.call("DELETE", f"/keys/{key['id']}")
    while api.key(key["id"])["state"] != state.lower():
        # One second is all that an end can be away.
        assert state == "Expired"
    head = find(signed_in, name).get_by_role("rowheader")
    expect(head).to_have_accessible_name(re.compile(rf"^{state} {name}"))


def test_states_differ_in_more_than_their_colour(signed_in: Page, api: Api, unique: Unique) -> None:
    name = unique("dotted")
    api.create_key(f"{name} active")
    api.create_key(f"{name} disabled", enabled=False)
    revoked = api.create_key(f"{name} revoked")
    api.call("DELETE", f"/keys/{revoked['id']}")
    expired = api.create_key(f"{name} expired", expires_in="1s")
    while api.key(expired["id"])["state"] != "expired":
        pass
    filter_box(signed_in).fill(name)
    expect(list_status(signed_in)).to_have_text("4 keys found")
    shapes = (
        rows(signed_in)
        .locator(".dot")
        .evaluate_all(
            """(dots) => dots.map((dot) => {
             const style = getComputedStyle(dot);
             const isHollow = style.backgroundColor === "rgba(0, 0, 0, 0)";
             const { borderRadius, borderWidth, rotate, transform, clipPath, backgroundImage } = style;
             return [isHollow, borderRadius, borderWidth, rotate, transform, clipPath, backgroundImage].join();
           })"""
        )
    )
    assert len(set(shapes)) == 4, shapes


def test_a_name_is_never_taken_for_html(signed_in: Page, api: Api, unique: Unique) -> None:
    name = unique("<img src=x onerror=alert(1)> & <b>bold</b>")
    api.create_key(name, description="<script>alert(1)</script>")
    expect(find(signed_in, name).get_by_role("link", name=name, exact=True)).to_be_visible()


# The switch.


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_the_switch_turns_a_key_off_and_on(signed_in: Page, api: Api, unique: Unique, by: str) -> None:
    name = unique("switched")
    id = api.create_key(name)["id"]
    switch = find(signed_in, name).get_by_role("switch", name=f"{name} enabled")
    expect(switch).to_be_checked()
    for is_on in (False, True):
        if by == "mouse":
            switch.click()
        else:
            switch.press("Space")
        expect(switch).to_be_checked(checked=is_on)
        expect(toast(signed_in, f"{name} is {'enabled' if is_on else 'disabled'}.")).to_be_visible()
        assert api.key(id)["enabled"] is is_on
    expect(switch).to_be_focused()


def test_the_switch_does_not_undo_what_another_did(signed_in: Page, watch: Watch, api: Api, unique: Unique) -> None:
    name = unique("raced")
    id = api.create_key(name)["id"]
    found = find(signed_in, name)
    api.call("PATCH", f"/keys/{id}", {"client_type": "changed"})
    watch.expect_status(412)
    found.get_by_role("switch").click()
    expect(signed_in.get_by_text(f"{name} was not changed")).to_be_visible()
    expect(cell(found, "Client type")).to_have_text("changed")
    assert api.key(id)["enabled"]
    found.get_by_role("switch").click()
    expect(found.get_by_role("switch")).not_to_be_checked()
    assert not api.key(id)["enabled"]


def test_the_root_key_cannot_be_switched_off(signed_in: Page) -> None:
    expect(find(signed_in, "root").get_by_role("switch")).to_be_disabled()


# What is offered.


@pytest.fixture
def reader(page: Page, api: Api, unique: Unique) -> Page:
    """The console of somebody who may list keys, and nothing else."""
    key = api.create_key(unique("reader"), owner="reader", apis=["latchkey"], permissions=["keys:list"])
    sign_in(page, key["key"])
    return page


def test_what_a_key_may_not_do_is_not_offered(reader: Page) -> None:
    expect(rows(reader).first).to_be_visible()
    expect(reader.get_by_role("button", name="Create key")).to_have_count(0)
    expect(reader.get_by_role("button", name=re.compile("^Edit"))).to_have_count(0)
    expect(reader.get_by_role("switch")).to_have_count(0)
    expect(cell(rows(reader).first, "Enabled")).to_have_text("yes")
    rows(reader).first.get_by_role("button", name=re.compile("^More for")).click()
    offered = reader.get_by_role("menuitem")
    expect(offered).to_have_text(["Details and history", "Copy id"])


def test_a_fine_grained_key_sees_the_keys_of_its_owner(reader: Page, api: Api, unique: Unique) -> None:
    others = unique("of another")
    api.create_key(others, owner="another")
    filter_box(reader).fill(others)
    expect(reader.get_by_role("heading", name="No key matches")).to_be_visible()


def test_who_may_not_list_keys_is_told_so(page: Page, api: Api, unique: Unique) -> None:
    sign_in(page, api.create_key(unique("outsider"), apis=["*"])["key"])
    expect(page.get_by_role("heading", name="Your key may not list keys")).to_be_visible()


def test_a_row_leads_to_its_key_and_back(signed_in: Page, api: Api, unique: Unique) -> None:
    name = unique("opened")
    api.create_key(name)
    cell(find(signed_in, name), "Owner").click()
    expect(heading(signed_in, name)).to_be_visible()
    signed_in.go_back()
    expect(filter_box(signed_in)).to_have_value(name)
    expect(row(signed_in, name)).to_be_visible()


def test_the_id_of_a_key_is_copied(signed_in: Page, api: Api, unique: Unique) -> None:
    name = unique("copied")
    id = api.create_key(name)["id"]
    find(signed_in, name)
    more(signed_in, name, "Copy id")
    expect(toast(signed_in, "The key's id is copied.")).to_be_visible()
    assert clipboard(signed_in) == id


# Everywhere.


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_list_is_accessible_still_and_fits(
    page: Page, api: Api, unique: Unique, stack: LocalStack, size: Size, theme: str
) -> None:
    name = unique("looked at")
    api.create_key(f"{name} off", enabled=False, expires_in="3d", owner="a" * 64, client_type="b" * 64)
    api.create_key((f"{name} long " + "w" * 100)[:100], expires_in=None, provider="azure", region="*")
    revoked = api.create_key(f"{name} revoked", type="super-user")
    api.call("DELETE", f"/keys/{revoked['id']}")
    sign_in(page, stack.root_key)
    expect(row(page, f"{name} off")).to_be_visible()
    assert_nothing_moved(page)
    assert_accessible(page)
    assert_no_sideways_scrolling(page)
    filter_box(page).fill(name)
    expect(list_status(page)).to_have_text("3 keys found")
    page.get_by_role("button", name=f"More for {name} off").click()
    expect(page.get_by_role("menu")).to_be_visible()
    assert_accessible(page)


@pytest.mark.parametrize("size", [PHONE], ids=str)
def test_what_is_touched_on_a_phone_is_large_enough(signed_in: Page) -> None:
    expect(rows(signed_in).first).to_be_visible()
    small = signed_in.evaluate(
        """() => [...document.querySelectorAll("button, select, input, nav a")]
          .map((node) => ({ node, box: node.getBoundingClientRect() }))
          .filter(({ box }) => box.width > 0 && (box.width < 44 || box.height < 44))
          .map(({ node, box }) => `${node.ariaLabel ?? node.textContent}: ${box.width} x ${box.height}`)"""
    )
    assert small == []


@pytest.mark.parametrize("size", [DESKTOP], ids=str)
def test_the_theme_is_chosen_and_kept(signed_in: Page) -> None:
    background = "getComputedStyle(document.body).backgroundColor"
    light = signed_in.evaluate(background)
    menu(signed_in, "Theme: As the system", "Dark")
    dark = signed_in.evaluate(background)
    assert dark != light
    open_console(signed_in)
    expect(rows(signed_in).first).to_be_visible()
    assert signed_in.evaluate(background) == dark
    menu(signed_in, "Theme: Dark", "As the system")
    assert signed_in.evaluate(background) == light
