"""Editing a key: what is changed is sent, what another changed meanwhile is not lost."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, expect

from api import Api
from axe import assert_accessible
from console import cell, dialog, heading, open_console, row, toast
from forms import RARE, add_chip, assert_wrong, chips, choose, field, fill, open_edit, submit, unfold
from looks import SIZES, THEMES, Size, assert_no_sideways_scrolling
from watch import Watch

Unique = Callable[[str], str]


@pytest.fixture
def name(unique: Unique) -> str:
    return unique("edited")


@pytest.fixture
def writes(signed_in: Page) -> list[Request]:
    """What the page writes from now on."""
    sent: list[Request] = []
    signed_in.on("request", lambda request: sent.append(request) if request.method == "PATCH" else None)
    return sent


def test_the_form_shows_what_there_is(signed_in: Page, api: Api, name: str) -> None:
    api.create_key(
        name,
        description="As it was",
        client_type="mobile",
        permissions=["orders:read"],
        apis=["*"],
        allowed_cidrs=["192.0.2.0/24"],
        postback_url="https://hooks.latchkey.dev/keys",
        off_the_record=True,
        metadata={"team": "payments"},
    )
    form = open_edit(signed_in, name)
    expect(field(form, "Name")).to_have_value(name)
    expect(field(form, "Description")).to_have_value("As it was")
    expect(field(form, "Client type")).to_have_value("mobile")
    expect(chips(form, "Permissions")).to_have_text(["orders:read"])
    expect(chips(form, "Allowed networks")).to_have_text(["192.0.2.0/24"])
    unfold(form, RARE)
    expect(field(form, "Postback URL")).to_have_value("https://hooks.latchkey.dev/keys")
    expect(field(form, "Off the record")).to_be_checked()
    expect(field(form, "Enabled")).to_be_checked()
    expect(field(form, "Text of entry 1")).to_have_value("payments")


def test_what_is_changed_is_sent_and_nothing_else(signed_in: Page, api: Api, name: str, writes: list[Request]) -> None:
    key = api.create_key(
        name, description="As it was", client_type="mobile", permissions=["orders:read"], metadata={"a": "1", "b": "2"}
    )
    form = open_edit(signed_in, name)
    fill(form, Description="As it is", Client_type="")
    add_chip(form, "Permissions", "orders:write")
    form.get_by_role("button", name="Remove orders:read").click()
    choose(form, "Expires", "1 year")
    unfold(form, RARE)
    form.get_by_role("button", name="Remove entry 1, a").click()
    submit(form, "Save")
    expect(form).to_have_count(0)
    [write] = writes
    assert write.headers["if-match"] == '"1"'
    assert write.post_data_json == {
        "description": "As it is",
        "client_type": None,
        "permissions": ["orders:write"],
        "expires_in": "365d",
        "metadata": {"a": None},
    }
    record = api.key(key["id"])
    assert (record["client_type"], record["permissions"], record["metadata"]) == (None, ["orders:write"], {"b": "2"})


def test_the_row_shows_what_was_changed(signed_in: Page, api: Api, name: str) -> None:
    api.create_key(name)
    form = open_edit(signed_in, name)
    fill(form, Name=f"{name} now", Client_type="kiosk")
    submit(form, "Save")
    changed = row(signed_in, f"{name} now")
    expect(toast(signed_in, f"{name} now is saved.")).to_be_visible()
    expect(cell(changed, "Client type")).to_have_text("kiosk")
    expect(changed.get_by_role("button", name=f"Edit {name} now")).to_be_focused()


def test_nothing_is_sent_when_nothing_was_changed(signed_in: Page, api: Api, name: str, writes: list[Request]) -> None:
    api.create_key(name, permissions=["orders:read"], metadata={"deep": {"list": [1, None]}})
    form = open_edit(signed_in, name)
    submit(form, "Save")
    expect(form).to_have_count(0)
    assert writes == []


def test_what_another_changed_is_shown_and_both_changes_stand(
    signed_in: Page, watch: Watch, api: Api, name: str, writes: list[Request]
) -> None:
    key = api.create_key(name, description="As it was", client_type="mobile")
    form = open_edit(signed_in, name)
    fill(form, Description="Typed here")
    api.call("PATCH", f"/keys/{key['id']}", {"client_type": "kiosk", "description": "Typed there"})
    watch.expect_status(412)
    submit(form, "Save")
    told = form.get_by_role("alert").filter(has_text=f"Somebody changed {name} in between")
    expect(told).to_be_focused()
    client_type, description = (
        told.get_by_role("listitem").filter(has_text="Client type"),
        told.get_by_role("listitem").filter(has_text="Description"),
    )
    expect(client_type).to_contain_text(re.compile("mobile.*kiosk"))
    expect(client_type).not_to_contain_text("What you typed is kept")
    expect(description).to_contain_text(re.compile("As it was.*Typed there.*What you typed is kept"))
    expect(field(form, "Client type")).to_have_value("kiosk")
    expect(field(form, "Description")).to_have_value("Typed here")
    submit(form, "Save")
    expect(form).to_have_count(0)
    record = api.key(key["id"])
    assert (record["client_type"], record["description"], len(writes)) == ("kiosk", "Typed here", 2)


def test_what_the_api_refuses_is_told_at_its_field(signed_in: Page, watch: Watch, api: Api, name: str) -> None:
    api.create_key(name)
    form = open_edit(signed_in, name)
    add_chip(form, "Allowed networks", "10.0.0.1/8")
    watch.expect_status(400)
    submit(form, "Save")
    assert_wrong(field(form, "Allowed networks"), "host bits")
    expect(field(form, "Allowed networks")).to_be_focused()


def test_metadata_is_edited_as_json_too(signed_in: Page, api: Api, name: str) -> None:
    key = api.create_key(name, metadata={"team": "payments"})
    form = open_edit(signed_in, name)
    unfold(form, RARE)
    choose(form, "Metadata as", "JSON")
    field(form, "A JSON object").fill('{"team": "payments", "limits": {"calls": 5}')
    assert_wrong(field(form, "A JSON object"), "JSON")
    field(form, "A JSON object").fill('{"limits": {"calls": 5}}')
    submit(form, "Save")
    expect(form).to_have_count(0)
    assert api.key(key["id"])["metadata"] == {"limits": {"calls": 5}}


def test_a_key_that_ends_can_be_made_to_last(signed_in: Page, api: Api, name: str) -> None:
    key = api.create_key(name, expires_in="1d")
    form = open_edit(signed_in, name)
    choose(form, "Expires", "Never")
    expect(form.get_by_text("This key will never expire.")).to_be_visible()
    submit(form, "Save")
    expect(form).to_have_count(0)
    assert api.key(key["id"])["expires_at"] is None


def test_the_root_key_keeps_what_nobody_may_change(signed_in: Page) -> None:
    form = open_edit(signed_in, "root")
    expect(form.get_by_text("This is the root key")).to_be_visible()
    for label in ("Permissions", "Allowed networks", "Enabled"):
        expect(form.get_by_label(label, exact=True)).to_have_count(0)
    expect(form.get_by_role("radiogroup", name="Expires")).to_have_count(0)


def test_a_key_is_edited_from_its_own_page(signed_in: Page, api: Api, name: str) -> None:
    key = api.create_key(name)
    open_console(signed_in, f"/keys/{key['id']}")
    signed_in.get_by_role("button", name="Edit").click()
    form = dialog(signed_in, f"Edit {name}")
    fill(form, Name=f"{name} now")
    submit(form, "Save")
    expect(heading(signed_in, f"{name} now")).to_be_visible()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_dialog_is_accessible_and_fits(
    signed_in: Page, watch: Watch, api: Api, name: str, size: Size, theme: str
) -> None:
    key = api.create_key(name, metadata={"team": "payments", "n": "1"}, permissions=["orders:read"])
    form = open_edit(signed_in, name)
    unfold(form, RARE)
    assert_accessible(signed_in)
    fill(form, Description="Typed here")
    api.call("PATCH", f"/keys/{key['id']}", {"description": "Typed there"})
    watch.expect_status(412)
    submit(form, "Save")
    expect(form.get_by_text(f"Somebody changed {name} in between")).to_be_visible()
    assert_accessible(signed_in)
    assert_no_sideways_scrolling(signed_in)
