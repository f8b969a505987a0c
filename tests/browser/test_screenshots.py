"""The README's screenshots: the main pages as they look today, made anew with `--screenshots`."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from api import Api
from console import dialog, list_status, open_console, row, rows
from forms import SHOWN, add_chip, available, field, fill, open_create, submit
from looks import DESKTOP, PHONE, Screenshots, Size
from stack import LocalStack

KEYS = 400


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    """A stack with keys of all kinds, the same ones every time, and in every state at the top."""
    with LocalStack() as stack:
        stack.load_keys(KEYS)
        api = Api(stack.url, stack.root_key)
        api.create_key(
            "warehouse scanner",
            owner="team-11",
            client_type="device",
            apis=["inventory"],
            expires_in="90d",
            enabled=False,
        )
        leaked = api.create_key("reports export", owner="team-02", client_type="batch", apis=["reports"])
        api.call("DELETE", f"/keys/{leaked['id']}?reason=leaked")
        api.create_key(
            "loyalty portal",
            owner="team-07",
            client_type="web",
            apis=["loyalty"],
            expires_in="3d",
            region="eu-central-1",
        )
        api.create_key("orders service", owner="team-01", client_type="backend", apis=["orders"], expires_in="365d")
        yield stack


@pytest.fixture(scope="module")
def api(stack: LocalStack) -> Api:
    return Api(stack.url, stack.root_key)


@pytest.mark.parametrize(
    ("name", "theme", "size"),
    [("keys", "light", DESKTOP), ("keys-dark", "dark", DESKTOP), ("keys-phone", "light", PHONE)],
    ids=["light", "dark", "phone"],
)
def test_the_keys(signed_in: Page, screenshots: Screenshots, name: str, theme: str, size: Size) -> None:
    expect(rows(signed_in).nth(5)).to_be_visible()
    expect(list_status(signed_in)).to_contain_text("newest first")
    screenshots.take(signed_in, name)


def test_creating_a_key(signed_in: Page, screenshots: Screenshots) -> None:
    form = open_create(signed_in)
    fill(form, Name="orders service, production", Client_type="backend")
    field(form, "Region").select_option("us-east-1")
    available(form).filter(has_text="orders").first.click()
    available(form).filter(has_text="payments").first.click()
    add_chip(form, "Permissions", "cache/sessions:read")
    field(form, "Permissions").blur()
    form.get_by_role("heading", name="What it may do").scroll_into_view_if_needed()
    screenshots.take(signed_in, "create")


def test_a_key_shown_once(signed_in: Page, screenshots: Screenshots) -> None:
    form = open_create(signed_in)
    fill(form, Name="orders service, production")
    field(form, "Region").select_option("us-east-1")
    available(form).filter(has_text="orders").first.click()
    submit(form, "Create key")
    expect(dialog(signed_in, SHOWN)).to_be_visible()
    expect(row(signed_in, "orders service, production")).to_be_attached()
    screenshots.take(signed_in, "shown-once", clip={"x": 320, "y": 130, "width": 640, "height": 540})


def test_the_page_of_a_key(signed_in: Page, api: Api, screenshots: Screenshots) -> None:
    key = api.create_key(
        "checkout app, production",
        owner="team-01",
        client_type="mobile",
        apis=["checkout", "payments"],
        permissions=["cache/sessions:read"],
        description="The app's own key; the app gets short-lived tokens from its backend.",
        metadata={"team": "payments", "ticket": "OPS-118"},
    )
    api.call("PATCH", f"/keys/{key['id']}", {"allowed_cidrs": ["192.0.2.0/24"]})
    api.call("POST", f"/keys/{key['id']}/rotate", {})
    open_console(signed_in, f"/keys/{key['id']}")
    expect(signed_in.get_by_role("region", name="History").get_by_role("listitem")).to_have_count(3)
    screenshots.take(signed_in, "key")


def test_the_api_sets(signed_in: Page, screenshots: Screenshots) -> None:
    open_console(signed_in, "/apis?method=GET&path=/orders/7")
    expect(signed_in.get_by_role("region", name="Test a route").get_by_role("listitem").nth(3)).to_be_visible()
    screenshots.take(signed_in, "apis")
