"""The page of a key: what there is to know of it, and what happened to it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from api import Api
from axe import assert_accessible
from console import dialog, heading, open_console, sign_in, toast
from forms import fill, submit
from looks import SIZES, THEMES, Size, assert_no_sideways_scrolling, assert_nothing_moved
from traces import clipboard
from watch import Watch

Unique = Callable[[str], str]


@pytest.fixture
def name(unique: Unique) -> str:
    return unique("looked at")


def fact(page: Page, name: str) -> Locator:
    """What the page says of the key under this name."""
    return page.locator(".key-fact").filter(has=page.get_by_text(name, exact=True)).locator("dd").first


def events(page: Page) -> Locator:
    return page.get_by_role("region", name="History").get_by_role("listitem")


def test_the_page_tells_everything_that_is_known(signed_in: Page, api: Api, name: str) -> None:
    key = api.create_key(
        name,
        description="Reads the orders.",
        owner="shop.team",
        client_type="mobile",
        provider="azure",
        region="westeurope",
        apis=["*"],
        permissions=["orders:read"],
        allowed_cidrs=["192.0.2.0/24"],
        postback_url="https://hooks.latchkey.dev/keys",
        off_the_record=True,
        metadata={"team": "payments", "calls": 5},
    )
    open_console(signed_in, f"/keys/{key['id']}")
    expect(heading(signed_in, name)).to_be_visible()
    for what, words in {
        "State": "Active",
        "Id": key["id"],
        "Text": key["hint"],
        "Description": "Reads the orders.",
        "Owner": "shop.team",
        "Client type": "mobile",
        "Type": "fine-grained",
        "Valid in": "Azure, westeurope",
        "Expires": "in 30 days",
        "API sets": "every API set",
        "Permissions": "orders:read",
        "Networks": "192.0.2.0/24",
        "Postback URL": "https://hooks.latchkey.dev/keys",
        "Off the record": "its use leaves no trace",
        "Created": "just now by " + key["created_by"],
        "Changed": "version 1",
    }.items():
        expect(fact(signed_in, what)).to_contain_text(words)
    expect(fact(signed_in, "Metadata")).to_contain_text("payments")
    expect(fact(signed_in, "Metadata")).to_contain_text("5")


def test_the_id_is_copied(signed_in: Page, api: Api, name: str) -> None:
    key = api.create_key(name)
    open_console(signed_in, f"/keys/{key['id']}")
    signed_in.get_by_role("button", name="Copy the id").click()
    expect(signed_in.get_by_role("status").filter(has_text="Copied")).to_have_count(1)
    assert clipboard(signed_in) == key["id"]


def test_the_history_tells_who_did_what(signed_in: Page, api: Api, name: str, unique: Unique) -> None:
    helper = api.create_key(unique("helper"), type="super-user")
    key = api.create_key(name)
    path = f"/keys/{key['id']}"
    other = api.with_key(helper["key"])
    other.call("PATCH", path, {"permissions": ["orders:read"], "expires_in": "60d"})
    other.call("POST", f"{path}/rotate", {})
    api.call("DELETE", f"{path}?reason=leaked")
    api.call("POST", f"{path}/restore")
    open_console(signed_in, path)
    expect(events(signed_in)).to_contain_text(
        ["Key restored", "Key revoked", "Key rotated", "Key edited", "Key created"]
    )
    edited = events(signed_in).nth(3)
    expect(edited).to_contain_text("permissions")
    expect(edited).to_contain_text("expiry")
    expect(edited.get_by_role("link", name=helper["id"])).to_be_visible()
    expect(edited).to_contain_text("from 127.0.0.1")
    expect(events(signed_in).first).to_contain_text("(you)")
    expect(signed_in.get_by_text("This is where it began.")).to_be_visible()


def test_a_change_made_here_is_told_at_once(signed_in: Page, api: Api, name: str) -> None:
    key = api.create_key(name)
    open_console(signed_in, f"/keys/{key['id']}")
    expect(events(signed_in)).to_have_count(1)
    signed_in.get_by_role("switch", name=f"{name} enabled").click()
    expect(fact(signed_in, "State")).to_contain_text("Disabled")
    expect(events(signed_in)).to_have_count(2)
    expect(events(signed_in).first).to_contain_text("whether it is enabled")


def test_a_long_history_comes_in_parts(signed_in: Page, api: Api, name: str) -> None:
    key = api.create_key(name)
    for number in range(30):
        api.call("PATCH", f"/keys/{key['id']}", {"description": f"change {number}"})
    open_console(signed_in, f"/keys/{key['id']}")
    expect(events(signed_in)).to_have_count(25)
    signed_in.get_by_role("button", name="Show earlier events").click()
    expect(events(signed_in)).to_have_count(31)
    expect(events(signed_in).last).to_contain_text("Key created")
    expect(signed_in.get_by_role("button", name="Show earlier events")).to_have_count(0)


def test_a_key_that_is_not_there_is_said_to_be_missing(signed_in: Page, watch: Watch) -> None:
    watch.expect_status(404)
    open_console(signed_in, "/keys/ExampleKey000001")
    expect(signed_in.get_by_role("heading", name="There is no such key")).to_be_visible()
    signed_in.get_by_role("main").get_by_role("link", name="All keys").first.click()
    expect(heading(signed_in, "Keys")).to_be_visible()


def test_a_key_of_another_owner_looks_as_if_it_were_not_there(
    page: Page, watch: Watch, api: Api, name: str, unique: Unique
) -> None:
    key = api.create_key(name, owner="another")
    reader = api.create_key(unique("reader"), owner="reader", apis=["latchkey"], permissions=["keys:list"])
    sign_in(page, reader["key"])
    watch.expect_status(404)
    open_console(page, f"/keys/{key['id']}")
    expect(page.get_by_role("heading", name="There is no such key")).to_be_visible()


def test_who_may_not_read_the_audit_sees_no_history(page: Page, api: Api, unique: Unique) -> None:
    reader = api.create_key(unique("reader"), owner="reader", apis=["latchkey"], permissions=["keys:list"])
    sign_in(page, reader["key"])
    page.get_by_role("link", name="The key you signed in with").click()
    expect(heading(page, reader["name"])).to_be_visible()
    expect(page.get_by_role("region", name="History")).to_have_count(0)
    for action in ("Edit", "Rotate", "Revoke"):
        expect(page.get_by_role("button", name=action, exact=True)).to_have_count(0)


def test_the_next_key_takes_the_place_of_the_one_before(signed_in: Page, api: Api, name: str) -> None:
    first, second = api.create_key(f"{name} first"), api.create_key(f"{name} second")
    open_console(signed_in, f"/keys/{first['id']}")
    expect(heading(signed_in, f"{name} first")).to_be_visible()
    signed_in.evaluate("(id) => { location.hash = `#/keys/${id}`; }", second["id"])
    expect(heading(signed_in, f"{name} second")).to_be_visible()
    expect(fact(signed_in, "Id")).to_contain_text(second["id"])


def test_an_edit_on_the_page_is_shown_on_it(signed_in: Page, api: Api, name: str) -> None:
    key = api.create_key(name)
    open_console(signed_in, f"/keys/{key['id']}")
    signed_in.get_by_role("button", name="Edit").click()
    form = dialog(signed_in, f"Edit {name}")
    fill(form, Description="As it is")
    submit(form, "Save")
    expect(toast(signed_in, f"{name} is saved.")).to_be_visible()
    expect(fact(signed_in, "Description")).to_have_text("As it is")
    expect(events(signed_in).first).to_contain_text("description")
    expect(signed_in.get_by_role("button", name="Edit")).to_be_focused()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_page_is_accessible_still_and_fits(signed_in: Page, api: Api, name: str, size: Size, theme: str) -> None:
    long = {"description": "w" * 500, "owner": "o" * 64, "client_type": "c" * 64, "metadata": {"m" * 60: "v" * 500}}
    key = api.create_key(
        name, permissions=["x" * 100 + ":read"], postback_url="https://hooks.latchkey.dev/" + "p" * 200, **long
    )
    api.call("POST", f"/keys/{key['id']}/rotate", {})
    api.call("DELETE", f"/keys/{key['id']}?reason=" + "r" * 500)
    open_console(signed_in, f"/keys/{key['id']}")
    expect(events(signed_in)).to_have_count(3)
    assert_nothing_moved(signed_in)
    assert_accessible(signed_in)
    assert_no_sideways_scrolling(signed_in)
