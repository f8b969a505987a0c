"""Where a new key's text comes from, and who may make which key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from secrets import token_hex

import pytest
from playwright.sync_api import Page, expect

from api import Api
from console import dialog, sign_in, toast
from forms import (
    SHOWN,
    TEXT,
    add_chip,
    assert_wrong,
    available,
    chips,
    choose,
    field,
    fill,
    key_text,
    open_create,
    save,
    submit,
    unfold,
)
from stack import LocalStack
from traces import places_of
from watch import Watch

Unique = Callable[[str], str]
ADMIN_KEY = "Your super-user key, again"


@pytest.fixture
def name(unique: Unique) -> str:
    """What the key of a test is called."""
    return unique("orders service")


def test_a_text_of_ones_own_works_and_is_not_kept(signed_in: Page, api: Api, name: str) -> None:
    own = f"own-{token_hex(24)}"
    form = open_create(signed_in)
    fill(form, Name=name)
    field(form, "Region").select_option("us-east-1")
    available(form).filter(has_text="Every API set").click()
    unfold(form, TEXT)
    choose(form, "Text of the key", "Own text")
    expect(field(form, "Text")).to_have_attribute("type", "password")
    field(form, "Text").press_sequentially("short")
    assert_wrong(field(form, "Text"), "Must have 16 to 256 characters")
    field(form, "Text").fill(own)
    submit(form, "Create key")
    shown = dialog(signed_in, SHOWN)
    assert key_text(shown).inner_text() == own
    save(shown)
    assert places_of(signed_in, own) == []
    assert api.with_key(own).get("/demo/hello")["context"]["owner"] == "root"


def test_a_hash_moves_a_key_here_without_its_text(signed_in: Page, api: Api, name: str) -> None:
    own = f"elsewhere-{token_hex(24)}"
    form = open_create(signed_in)
    fill(form, Name=name)
    field(form, "Region").select_option("us-east-1")
    available(form).filter(has_text="Every API set").click()
    unfold(form, TEXT)
    choose(form, "Text of the key", "Hash of a text")
    label = "SHA-256 of the text, in hexadecimal"
    field(form, label).fill("no hash")
    assert_wrong(field(form, label), "Must be 64 hexadecimal digits")
    field(form, label).fill(hashlib.sha256(own.encode()).hexdigest())
    submit(form, "Create key")
    expect(toast(signed_in, f"{name} is created.")).to_be_visible()
    expect(signed_in.get_by_role("dialog")).to_have_count(0)
    assert api.with_key(own).get("/demo/hello")["context"]["owner"] == "root"


def test_a_prefix_begins_the_text(signed_in: Page, name: str) -> None:
    form = open_create(signed_in)
    fill(form, Name=name)
    field(form, "Region").select_option("us-east-1")
    unfold(form, TEXT)
    fill(form, Prefix="Shop")
    assert_wrong(field(form, "Prefix"), "start with a letter")
    fill(form, Prefix="shop_live")
    submit(form, "Create key")
    assert save(dialog(signed_in, SHOWN)).startswith("shop_live_")


def test_a_super_user_key_takes_the_administrators_key_again(
    signed_in: Page, watch: Watch, api: Api, stack: LocalStack, name: str, unique: Unique
) -> None:
    revoked = api.create_key(unique("revoked"), type="super-user")
    api.call("DELETE", f"/keys/{revoked['id']}")
    form = open_create(signed_in)
    fill(form, Name=name)
    field(form, "Region").select_option("us-east-1")
    form.get_by_role("radio", name=re.compile("^Super-user")).check()
    expect(form.get_by_role("list", name="Available")).to_have_count(0)
    submit(form, "Create key")
    assert_wrong(field(form, ADMIN_KEY), "Is needed to make a super-user key")
    watch.expect_status(401)
    field(form, ADMIN_KEY).fill(revoked["key"])
    submit(form, "Create key")
    assert_wrong(field(form, ADMIN_KEY), "This key is not accepted")
    expect(field(form, ADMIN_KEY)).to_have_value("")
    field(form, ADMIN_KEY).fill(stack.root_key)
    with signed_in.expect_request("**/keys") as sent:
        submit(form, "Create key")
    assert "cookie" not in sent.value.all_headers()
    save(dialog(signed_in, SHOWN))
    assert api.key_named(name)["type"] == "super-user"
    assert places_of(signed_in, stack.root_key) == []


def test_the_session_alone_makes_no_super_user_key(signed_in: Page, watch: Watch, name: str) -> None:
    watch.expect_status(403)
    body = {"name": name, "provider": "aws", "region": "*", "type": "super-user"}
    status = signed_in.evaluate(
        """async (body) => (await fetch("/keys", { method: "POST", body: JSON.stringify(body),
             headers: { "content-type": "application/json", "x-latchkey-console": "1" } })).status""",
        body,
    )
    assert status == 403


def test_a_fine_grained_administrator_gives_what_it_has_and_no_more(
    page: Page, api: Api, name: str, unique: Unique
) -> None:
    limits = {
        "apis": ["latchkey", "*"],
        "permissions": ["keys:*", "orders:read"],
        "allowed_cidrs": ["127.0.0.0/8"],
        "expires_in": "10d",
    }
    key = api.create_key(unique("administrator"), owner="shop", client_type="mobile", **limits)
    sign_in(page, key["key"])
    form = open_create(page)
    expect(form.get_by_role("radio", name=re.compile("^Super-user"))).to_have_count(0)
    expect(form.get_by_label("Owner")).to_have_count(0)
    expect(field(form, "Region")).to_have_value("us-east-1")
    expect(chips(form, "Allowed networks")).to_have_text(["127.0.0.0/8"])
    expect(form.get_by_role("radiogroup", name="Expires").get_by_role("radio", name="30 days")).to_have_count(0)
    fill(form, Name=name)
    submit(form, "Create key")
    save(dialog(page, SHOWN))
    record = api.key_named(name)
    assert (record["owner"], record["client_type"], record["allowed_cidrs"]) == ("shop", "mobile", ["127.0.0.0/8"])


def test_more_than_one_has_oneself_is_refused_in_words(
    page: Page, watch: Watch, api: Api, name: str, unique: Unique
) -> None:
    key = api.create_key(
        unique("administrator"), owner="shop", apis=["latchkey"], permissions=["keys:create", "keys:list"]
    )
    sign_in(page, key["key"])
    form = open_create(page)
    fill(form, Name=name)
    add_chip(form, "Permissions", "keys:revoke")
    watch.expect_status(403)
    submit(form, "Create key")
    expect(form.get_by_role("alert").filter(has_text="keys:revoke")).to_be_visible()
