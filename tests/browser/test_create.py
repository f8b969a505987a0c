"""Creating a key: every field, where it goes, until when it lasts, and that nothing is made twice or lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from secrets import token_hex

import pytest
from playwright.sync_api import Page, expect

from api import Api, time_of
from axe import assert_accessible
from console import dialog, heading, rows
from forms import (
    RARE,
    SHOWN,
    TEXT,
    add_chip,
    assert_wrong,
    available,
    choose,
    field,
    fill,
    open_create,
    save,
    select_set,
    submit,
    unfold,
)
from looks import SIZES, THEMES, Size, assert_no_sideways_scrolling
from watch import Watch

Unique = Callable[[str], str]


@pytest.fixture
def name(unique: Unique) -> str:
    """What the key of a test is called."""
    return unique("orders service")


def seconds_left(time: str) -> float:
    return (time_of(time) - datetime.now(timezone.utc)).total_seconds()


def test_every_field_is_sent_as_it_was_filled_in(signed_in: Page, api: Api, name: str) -> None:
    api_set = f"orders-{token_hex(4)}"
    api.put_set(api_set, ["GET /demo/orders"], client_types=["mobile"])
    form = open_create(signed_in)
    fill(form, Name=name, Description="Reads the orders.\nNothing else.", Owner="shop.team", Client_type="mobile")
    field(form, "Provider").select_option("gcp")
    field(form, "Region").select_option("europe-west1")
    select_set(form, api_set)
    add_chip(form, "Permissions", "cache/sessions:read")
    add_chip(form, "Allowed networks", "192.0.2.0/24")
    add_chip(form, "Allowed networks", "2001:db8::/32")
    choose(form, "Expires", "7 days")
    unfold(form, RARE)
    fill(form, Postback_URL="https://hooks.latchkey.dev/keys")
    field(form, "Off the record").check()
    field(form, "Enabled").uncheck()
    form.get_by_role("button", name="Add an entry").click()
    fill(form, Name_of_entry_1="team", Text_of_entry_1="payments")
    submit(form, "Create key")
    save(dialog(signed_in, SHOWN))
    record = api.key_named(name)
    assert abs(seconds_left(record["expires_at"]) - timedelta(days=7).total_seconds()) < 60
    wanted = {
        "description": "Reads the orders.\nNothing else.",
        "owner": "shop.team",
        "client_type": "mobile",
        "provider": "gcp",
        "region": "europe-west1",
        "type": "fine-grained",
        "apis": [api_set],
        "permissions": ["cache/sessions:read"],
        "allowed_cidrs": ["192.0.2.0/24", "2001:db8::/32"],
        "postback_url": "https://hooks.latchkey.dev/keys",
        "off_the_record": True,
        "enabled": False,
        "metadata": {"team": "payments"},
    }
    assert {field: record[field] for field in wanted} == wanted


def test_the_new_key_stands_in_the_list_and_opens_its_door(signed_in: Page, api: Api, name: str) -> None:
    form = open_create(signed_in)
    fill(form, Name=name)
    field(form, "Region").select_option("us-east-1")
    available(form).filter(has_text="Every API set").click()
    submit(form, "Create key")
    text = save(dialog(signed_in, SHOWN))
    expect(rows(signed_in).filter(has_text=name)).to_be_visible()
    assert api.with_key(text).get("/demo/hello")["context"]["owner"] == "root"


def test_a_provider_has_its_own_regions(signed_in: Page) -> None:
    form = open_create(signed_in)
    field(form, "Region").select_option("us-east-1")
    field(form, "Provider").select_option("azure")
    expect(field(form, "Region")).to_have_value("")
    offered = field(form, "Region").locator("option").all_inner_texts()
    assert any("westeurope" in region for region in offered)
    assert not any("us-east-1" in region for region in offered)


PRESETS = [("1 day", 1), ("7 days", 7), ("30 days", 30), ("90 days", 90), ("1 year", 365)]


@pytest.mark.parametrize(("preset", "days"), PRESETS, ids=[preset for preset, _ in PRESETS])
def test_a_preset_ends_the_key_after_it(signed_in: Page, api: Api, name: str, preset: str, days: int) -> None:
    form = open_create(signed_in)
    fill(form, Name=name)
    field(form, "Region").select_option("*")
    choose(form, "Expires", preset)
    expect(form.get_by_text("This key will never expire.")).to_have_count(0)
    submit(form, "Create key")
    save(dialog(signed_in, SHOWN))
    left = seconds_left(api.key_named(name)["expires_at"])
    assert abs(left - timedelta(days=days).total_seconds()) < 60


def test_a_key_that_never_expires_is_made_with_a_warning(signed_in: Page, api: Api, name: str) -> None:
    form = open_create(signed_in)
    fill(form, Name=name)
    field(form, "Region").select_option("us-east-1")
    choose(form, "Expires", "Never")
    expect(form.get_by_text("This key will never expire.")).to_be_visible()
    submit(form, "Create key")
    shown = dialog(signed_in, SHOWN)
    expect(shown.get_by_text("Never expires.")).to_be_visible()
    save(shown)
    assert api.key_named(name)["expires_at"] is None


def test_a_date_ends_the_key_on_it(signed_in: Page, api: Api, name: str) -> None:
    end = (datetime.now(timezone.utc) + timedelta(days=3)).replace(second=0, microsecond=0)
    form = open_create(signed_in)
    fill(form, Name=name)
    field(form, "Region").select_option("us-east-1")
    choose(form, "Expires", "Date…")
    field(form, "Date and time in UTC").fill("2020-01-01T00:00")
    assert_wrong(field(form, "Date and time in UTC"), "Must lie in the future")
    field(form, "Date and time in UTC").fill(end.strftime("%Y-%m-%dT%H:%M"))
    submit(form, "Create key")
    save(dialog(signed_in, SHOWN))
    assert time_of(api.key_named(name)["expires_at"]) == end


def test_pressing_twice_makes_one_key(signed_in: Page, api: Api, name: str) -> None:
    form = open_create(signed_in)
    fill(form, Name=name)
    field(form, "Region").select_option("us-east-1")
    form.get_by_role("button", name="Create key").dblclick()
    save(dialog(signed_in, SHOWN))
    api.key_named(name)


def test_an_answer_that_got_lost_makes_no_second_key(signed_in: Page, watch: Watch, api: Api, name: str) -> None:
    def lose(route) -> None:
        route.fetch()
        route.abort("connectionreset")

    form = open_create(signed_in)
    fill(form, Name=name)
    field(form, "Region").select_option("us-east-1")
    signed_in.route("**/keys", lose, times=1)
    watch.expect("ERR_CONNECTION_RESET")
    submit(form, "Create key")
    expect(form.get_by_text("It is safe to press “Create key” again")).to_be_visible()
    watch.expect_status(409)
    submit(form, "Create key")
    expect(form.get_by_text("This key has been created already.")).to_be_visible()
    form.get_by_role("button", name="Open that key").click()
    expect(heading(signed_in, name)).to_be_visible()
    api.key_named(name)


def test_what_was_typed_is_not_thrown_away_by_a_slip(signed_in: Page, name: str) -> None:
    form = open_create(signed_in)
    signed_in.keyboard.press("Escape")
    expect(form).to_have_count(0)
    expect(signed_in.get_by_role("button", name="Create key")).to_be_focused()
    form = open_create(signed_in)
    fill(form, Name=name)
    signed_in.keyboard.press("Escape")
    question = dialog(signed_in, "Discard what you typed?")
    expect(question.get_by_role("button", name="Keep editing")).to_be_focused()
    signed_in.keyboard.press("Enter")
    expect(field(form, "Name")).to_have_value(name)
    signed_in.keyboard.press("Escape")
    question.get_by_role("button", name="Discard").click()
    expect(form).to_have_count(0)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_dialog_is_accessible_and_fits(signed_in: Page, api: Api, size: Size, theme: str) -> None:
    api.put_set(f"orders-{token_hex(4)}", ["GET /orders"], description="Reads orders " * 20, client_types=["partner"])
    form = open_create(signed_in)
    assert_accessible(signed_in)
    unfold(form, TEXT)
    unfold(form, RARE)
    choose(form, "Text of the key", "Own text")
    choose(form, "Expires", "Never")
    add_chip(form, "Permissions", "x" * 100 + ":read")
    add_chip(form, "Allowed networks", "2001:db8:1234:5678::/64")
    form.get_by_role("button", name="Add an entry").click()
    field(form, "Permissions").fill("wrong")
    submit(form, "Create key")
    expect(field(form, "Name")).to_be_focused()
    assert_accessible(signed_in)
    assert_no_sideways_scrolling(signed_in)
    form.get_by_role("radio", name=re.compile("^Super-user")).check()
    assert_accessible(signed_in)
    inner = form.locator(".dialog-body").evaluate("(body) => [body.scrollWidth, body.clientWidth]")
    assert inner[0] <= inner[1], "the dialog scrolls sideways"
