"""Revoking a key, and undoing it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from api import Api
from axe import assert_accessible
from console import dialog, find, heading, more, open_console, row, sign_in, sign_in_form, toast
from forms import assert_wrong, field, fill, submit
from looks import SIZES, THEMES, Size, assert_no_sideways_scrolling
from watch import Watch

Unique = Callable[[str], str]


@pytest.fixture
def name(unique: Unique) -> str:
    return unique("revoked")


@pytest.fixture
def key(api: Api, name: str) -> dict[str, Any]:
    """A key that may call the demo."""
    return api.create_key(name, apis=["*"])


def open_revoke(page: Page, name: str) -> Locator:
    """Opens the dialog from the key's row."""
    find(page, name)
    more(page, name, "Revoke…")
    expect(dialog(page, f"Revoke {name}")).to_be_visible()
    return dialog(page, f"Revoke {name}")


def confirm(form: Locator, name: str) -> None:
    """Types this where the key's name has to be typed."""
    form.get_by_role("textbox", name=re.compile("^Type .* to confirm$")).fill(name)


def test_a_key_is_revoked_when_its_name_is_typed(signed_in: Page, api: Api, name: str, key: dict[str, Any]) -> None:
    form = open_revoke(signed_in, name)
    expect(form.get_by_label(f"Type {name} to confirm")).to_be_focused()
    button = form.get_by_role("button", name="Revoke", exact=True)
    expect(button).to_be_disabled()
    confirm(form, name[:-1])
    signed_in.keyboard.press("Enter")
    expect(button).to_be_disabled()
    assert api.key(key["id"])["state"] == "active"
    confirm(form, name)
    fill(form, Reason="It was in a log.")
    button.click()
    expect(toast(signed_in, f"{name} is revoked.")).to_be_visible()
    expect(row(signed_in, name).get_by_role("rowheader")).to_contain_text("Revoked")
    record = api.key(key["id"])
    assert (record["state"], record["revoke_reason"]) == ("revoked", "It was in a log.")
    assert api.with_key(key["key"]).send("GET", "/demo/hello").status == 401


def test_a_name_with_anything_in_it_can_be_typed(signed_in: Page, api: Api, unique: Unique) -> None:
    name = unique("“odd” <name> & more, schlüssel 鍵")
    key = api.create_key(name)
    form = open_revoke(signed_in, name)
    confirm(form, name)
    submit(form, "Revoke")
    expect(form).to_have_count(0)
    assert api.key(key["id"])["state"] == "revoked"


def test_a_reason_is_no_longer_than_the_api_takes(signed_in: Page, name: str, key: dict[str, Any]) -> None:
    form = open_revoke(signed_in, name)
    confirm(form, name)
    fill(form, Reason="x" * 501)
    assert_wrong(field(form, "Reason"), "Must have at most 500 characters")
    expect(form.get_by_role("button", name="Revoke", exact=True)).to_be_disabled()


def test_the_reason_stands_on_the_page_of_the_key(signed_in: Page, api: Api, name: str, key: dict[str, Any]) -> None:
    api.call("DELETE", f"/keys/{key['id']}?reason=It+was+in+a+log.")
    open_console(signed_in, f"/keys/{key['id']}")
    notice = signed_in.locator(".notice").filter(has_text="It was in a log.")
    expect(notice).to_contain_text("It can be restored until")
    expect(notice.get_by_role("link", name=api.key(key["id"])["revoked_by"])).to_be_visible()


def test_a_revoked_key_is_restored(signed_in: Page, api: Api, name: str, key: dict[str, Any]) -> None:
    api.call("DELETE", f"/keys/{key['id']}?reason=It+was+in+a+log.")
    find(signed_in, name)
    more(signed_in, name, "Restore…")
    form = dialog(signed_in, f"Restore {name}")
    expect(form.get_by_text("Its texts work again at once.")).to_be_visible()
    expect(form.get_by_text("It was in a log.")).to_be_visible()
    submit(form, "Restore")
    expect(toast(signed_in, f"{name} is restored.")).to_be_visible()
    expect(row(signed_in, name).get_by_role("rowheader")).to_contain_text("Active")
    assert api.with_key(key["key"]).send("GET", "/demo/hello").status == 200


def test_a_key_is_revoked_and_restored_from_its_own_page(
    signed_in: Page, api: Api, name: str, key: dict[str, Any]
) -> None:
    open_console(signed_in, f"/keys/{key['id']}")
    signed_in.get_by_role("button", name="Revoke").click()
    form = dialog(signed_in, f"Revoke {name}")
    confirm(form, name)
    submit(form, "Revoke")
    for gone in ("Edit", "Rotate", "Revoke"):
        expect(signed_in.get_by_role("button", name=gone, exact=True)).to_have_count(0)
    signed_in.get_by_role("button", name="Restore").click()
    submit(dialog(signed_in, f"Restore {name}"), "Restore")
    expect(signed_in.get_by_role("button", name="Revoke")).to_be_visible()
    assert api.key(key["id"])["state"] == "active"


def test_after_thirty_days_restoring_is_not_offered(signed_in: Page, api: Api, name: str, key: dict[str, Any]) -> None:
    api.call("DELETE", f"/keys/{key['id']}")
    long_ago = (datetime.now(timezone.utc) - timedelta(days=30, minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")

    def age(route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=answer.json() | {"revoked_at": long_ago})

    signed_in.route(f"**/keys/{key['id']}", age)
    open_console(signed_in, f"/keys/{key['id']}")
    expect(heading(signed_in, name)).to_be_visible()
    expect(signed_in.get_by_text("It can no longer be restored.")).to_be_visible()
    expect(signed_in.get_by_role("button", name="Restore")).to_have_count(0)


def test_what_is_too_late_by_then_is_told(
    signed_in: Page, watch: Watch, api: Api, name: str, key: dict[str, Any]
) -> None:
    api.call("DELETE", f"/keys/{key['id']}")
    signed_in.route(
        "**/restore",
        lambda route: route.fulfill(
            status=410,
            content_type="application/problem+json",
            json={
                "type": "about:blank",
                "status": 410,
                "title": "Gone",
                "detail": "A key can be restored for 30 days.",
            },
        ),
    )
    watch.expect_status(410)
    find(signed_in, name)
    more(signed_in, name, "Restore…")
    form = dialog(signed_in, f"Restore {name}")
    submit(form, "Restore")
    expect(form.get_by_role("alert").filter(has_text="A key can be restored for 30 days.")).to_be_visible()


def test_the_root_key_is_not_offered_to_be_revoked(signed_in: Page) -> None:
    find(signed_in, "root").get_by_role("button", name="More for root").click()
    expect(signed_in.get_by_role("menuitem").first).to_be_visible()
    expect(signed_in.get_by_role("menuitem", name="Revoke…")).to_have_count(0)


def test_revoking_the_key_of_ones_session_says_so_and_ends_it(page: Page, watch: Watch, api: Api, name: str) -> None:
    key = api.create_key(name, type="super-user")
    sign_in(page, key["key"])
    form = open_revoke(page, name)
    expect(form.get_by_text("You are signed in with this key.")).to_be_visible()
    confirm(form, name)
    watch.expect_status(401)
    submit(form, "Revoke")
    expect(form).to_have_count(0)
    page.evaluate("location.hash = '#/audit'")
    expect(sign_in_form(page)).to_be_visible()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_dialogs_are_accessible_and_fit(signed_in: Page, api: Api, unique: Unique, size: Size, theme: str) -> None:
    name = (unique("long") + " w" * 50)[:100].strip()
    key = api.create_key(name)
    form = open_revoke(signed_in, name)
    assert_accessible(signed_in)
    assert_no_sideways_scrolling(signed_in)
    confirm(form, name)
    submit(form, "Revoke")
    expect(form).to_have_count(0)
    assert api.key(key["id"])["state"] == "revoked"
    more(signed_in, name, "Restore…")
    expect(dialog(signed_in, f"Restore {name}")).to_be_visible()
    assert_accessible(signed_in)
