"""The audit: what happened, newest first, and narrowed to what one looks for."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Locator, Page, expect

from api import Api
from axe import assert_accessible
from console import heading, open_console, open_page, sign_in
from looks import PHONE, SIZES, THEMES, Size, assert_no_sideways_scrolling, assert_nothing_moved
from watch import Watch

Unique = Callable[[str], str]


@pytest.fixture
def audit(signed_in: Page) -> Page:
    open_page(signed_in, "Audit")
    expect(events(signed_in).first).to_be_visible()
    return signed_in


def events(page: Page) -> Locator:
    return page.locator("ol.events").get_by_role("listitem")


def of_key(page: Page, id: str) -> Locator:
    """The events that name a key."""
    return events(page).filter(has=page.get_by_role("link", name=id))


def facet(page: Page, label: str) -> Locator:
    """A control that narrows the list; on a phone they are unfolded first."""
    button = page.get_by_role("button", name=re.compile("^Filters"))
    if button.is_visible() and button.get_attribute("aria-expanded") == "false":
        button.click()
    return page.get_by_role("search").get_by_label(label, exact=True)


def type_into(page: Page, label: str, text: str) -> None:
    facet(page, label).fill(text)
    facet(page, label).press("Enter")


def test_an_event_tells_what_was_done_by_whom_and_from_where(audit: Page, api: Api, unique: Unique) -> None:
    key = api.create_key(unique("audited"), owner="shop")
    api.call("PATCH", f"/keys/{key['id']}", {"permissions": ["orders:read"]})
    audit.reload()
    expect(of_key(audit, key["id"])).to_have_count(2)
    edited = of_key(audit, key["id"]).first
    expect(edited).to_contain_text("Key edited")
    expect(edited).to_contain_text("of shop")
    expect(edited).to_contain_text("changed permissions")
    expect(edited).to_contain_text("(you) from 127.0.0.1")
    expect(edited.locator("time")).to_have_attribute("datetime", re.compile(r"Z$"))
    expect(audit.get_by_role("heading", name="Today")).to_be_visible()


def test_events_are_narrowed_to_an_action(audit: Page, api: Api, unique: Unique) -> None:
    key = api.create_key(unique("audited"))
    api.call("DELETE", f"/keys/{key['id']}")
    facet(audit, "Action").select_option(label="Key revoked")
    expect(of_key(audit, key["id"])).to_have_count(1)
    expect(events(audit).filter(has_text="Key created")).to_have_count(0)


def test_events_are_narrowed_to_a_key(audit: Page, api: Api, unique: Unique) -> None:
    key = api.create_key(unique("audited"))
    api.call("DELETE", f"/keys/{key['id']}")
    type_into(audit, "Key id", key["id"])
    expect(audit.get_by_role("status").filter(has_text="2 events")).to_be_visible()
    expect(events(audit)).to_contain_text(["Key revoked", "Key created"])


def test_events_are_narrowed_to_who_did_them(audit: Page, api: Api, unique: Unique) -> None:
    other = api.create_key(unique("administrator"), type="super-user")
    made = api.with_key(other["key"]).create_key(unique("made"))
    type_into(audit, "Done by", other["id"])
    expect(audit.get_by_role("status").filter(has_text="1 event")).to_be_visible()
    expect(of_key(audit, made["id"])).to_have_count(1)


def test_events_are_narrowed_to_a_time(audit: Page, api: Api, unique: Unique) -> None:
    key = api.create_key(unique("audited"))
    type_into(audit, "Key id", key["id"])
    facet(audit, "Time").select_option(label="Last hour")
    expect(events(audit)).to_have_count(1)
    facet(audit, "Time").select_option(label="From … to …")
    tomorrow = (datetime.now(timezone.utc) + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    audit.get_by_label("From", exact=True).fill(tomorrow)
    audit.get_by_label("From", exact=True).blur()
    expect(audit.get_by_role("heading", name="No event matches")).to_be_visible()
    audit.get_by_label("From", exact=True).fill("2026-01-01T00:00")
    audit.get_by_label("To", exact=True).fill(tomorrow)
    audit.get_by_label("To", exact=True).blur()
    expect(events(audit)).to_have_count(1)


def test_the_address_keeps_the_filter_and_it_is_cleared(audit: Page, api: Api, unique: Unique) -> None:
    key = api.create_key(unique("audited"))
    type_into(audit, "Key id", key["id"])
    expect(events(audit)).to_have_count(1)
    audit.reload()
    expect(events(audit)).to_have_count(1)
    expect(facet(audit, "Key id")).to_have_value(key["id"])
    audit.get_by_role("button", name="Clear filters").click()
    expect(facet(audit, "Key id")).to_have_value("")
    expect(events(audit).nth(1)).to_be_visible()


def test_what_is_no_id_is_told_while_it_is_typed(audit: Page) -> None:
    facet(audit, "Key id").fill("no id")
    expect(facet(audit, "Key id")).to_have_attribute("aria-invalid", "true")


def test_a_key_that_never_was_is_told(audit: Page, watch: Watch) -> None:
    watch.expect_status(404)
    type_into(audit, "Key id", "ExampleKey000001")
    expect(audit.get_by_role("heading", name="There is no such key")).to_be_visible()


def test_more_events_come_as_one_scrolls(audit: Page, api: Api, unique: Unique) -> None:
    key = api.create_key(unique("audited"))
    for number in range(120):
        api.call("PATCH", f"/keys/{key['id']}", {"description": f"change {number}"})
    type_into(audit, "Key id", key["id"])
    # Those that were shown before are of other keys, and may be as many.
    shown = of_key(audit, key["id"])
    expect(shown.nth(49)).to_be_attached()
    while (before := shown.count()) < 121:
        audit.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        expect(shown.nth(before)).to_be_attached()
    expect(events(audit).last).to_contain_text("Key created")
    expect(audit.get_by_role("status").filter(has_text="121 events, newest first")).to_be_visible()


def test_an_event_leads_to_its_key(audit: Page, api: Api, unique: Unique) -> None:
    key = api.create_key(unique("audited"))
    type_into(audit, "Key id", key["id"])
    expect(events(audit)).to_have_count(1)
    events(audit).get_by_role("link", name=key["id"]).click()
    expect(heading(audit, key["name"])).to_be_visible()


def test_events_of_sets_are_told(audit: Page, api: Api, unique: Unique) -> None:
    name = unique("set").replace(" ", "-")
    api.put_set(name, ["GET /orders"])
    api.call("DELETE", f"/apis/{name}")
    audit.reload()
    expect(events(audit).filter(has_text=name)).to_contain_text(["API set deleted", "API set created"])


def test_who_may_not_read_the_audit_is_told_so(page: Page, api: Api, unique: Unique) -> None:
    sign_in(page, api.create_key(unique("reader"), apis=["latchkey"], permissions=["keys:list"])["key"])
    open_console(page, "/audit")
    expect(page.get_by_role("heading", name="Your key may not read the audit")).to_be_visible()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_page_is_accessible_still_and_fits(
    signed_in: Page, api: Api, unique: Unique, size: Size, theme: str
) -> None:
    everything = {
        "description": "x",
        "client_type": "x",
        "permissions": ["x:y"],
        "apis": ["*"],
        "metadata": {"x": "y"},
        "expires_in": "1d",
    }
    key = api.create_key(unique("audited"), owner="o" * 64)
    api.call(
        "PATCH",
        f"/keys/{key['id']}",
        everything | {"allowed_cidrs": ["192.0.2.0/24"], "enabled": False, "off_the_record": True},
    )
    open_console(signed_in, "/audit")
    expect(of_key(signed_in, key["id"]).first).to_be_visible()
    assert_nothing_moved(signed_in)
    assert_accessible(signed_in)
    assert_no_sideways_scrolling(signed_in)
    facet(signed_in, "Time").select_option(label="From … to …")
    expect(signed_in.get_by_label("From", exact=True)).to_be_visible()
    assert_accessible(signed_in)
    assert_no_sideways_scrolling(signed_in)
    assert size != PHONE or signed_in.get_by_role("button", name="Filters (1)").is_visible()
