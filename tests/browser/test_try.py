"""Trying a key: its verdict for a method, a path and an address, and no trace of it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex

import pytest
from playwright.sync_api import Locator, Page, expect

from api import Api
from axe import assert_accessible
from console import open_console, open_page, sign_in
from forms import add_chip, assert_wrong, field, fill, submit
from looks import SIZES, THEMES, Size, assert_no_sideways_scrolling, assert_nothing_moved
from stack import LocalStack
from traces import places_of
from watch import Watch

Unique = Callable[[str], str]
KEY = "Key or token"


@pytest.fixture
def name(unique: Unique) -> str:
    return unique("tried")


@pytest.fixture
def trying(signed_in: Page) -> Page:
    open_page(signed_in, "Try a key")
    return signed_in


def form(page: Page) -> Locator:
    return page.locator("form.try-form")


def verdict(page: Page) -> Locator:
    return page.get_by_role("region", name="Verdict")


def check(page: Page, key: str) -> None:
    """Asks about a key, against what stands in the form."""
    field(form(page), KEY).fill(key)
    submit(form(page), "Check")


def expect_code(page: Page, code: str) -> None:
    expect(verdict(page).get_by_role("status")).to_contain_text(code)


def test_a_key_that_may_call_is_let_through(trying: Page, api: Api, name: str) -> None:
    api_set = f"orders-{token_hex(4)}"
    api.put_set(api_set, ["GET /orders/{id}"])
    key = api.create_key(name, owner="shop", apis=[api_set], permissions=["orders:read"], metadata={"team": "payments"})
    field(form(trying), "Method").select_option("GET")
    fill(form(trying), Path="/orders/7", Address="192.0.2.7")
    add_chip(form(trying), "Permissions", "orders:read")
    check(trying, key["key"])
    expect_code(trying, "VALID")
    told = verdict(trying)
    expect(told.get_by_text("The authorizer lets this call through.")).to_be_visible()
    expect(told.get_by_role("link", name=key["id"])).to_be_visible()
    for words in ("shop", api_set, "orders:read", "payments", "in 30 days"):
        expect(told).to_contain_text(words)


CASES = {
    "MALFORMED": {"text": "lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU4"},
    "NOT_FOUND": {"text": "lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU3"},
    "REVOKED": {"revoked": True},
    "DISABLED": {"fields": {"enabled": False}},
    "SCOPE_MISMATCH": {"fields": {"provider": "gcp", "region": "europe-west1"}},
    "IP_DENIED": {"fields": {"allowed_cidrs": ["203.0.113.0/24"]}},
    "ROUTE_DENIED": {"fields": {"apis": []}},
    "INSUFFICIENT_PERMISSIONS": {"fields": {"apis": ["*"]}},
}


@pytest.mark.parametrize("code", CASES)
def test_the_verdict_says_which_check_failed(trying: Page, api: Api, name: str, code: str) -> None:
    case = CASES[code]
    key = api.create_key(name, **case.get("fields", {}))
    if case.get("revoked"):
        api.call("DELETE", f"/keys/{key['id']}")
    field(form(trying), "Method").select_option("GET")
    fill(form(trying), Path="/orders/7", Address="192.0.2.7")
    add_chip(form(trying), "Permissions", "orders:read")
    check(trying, case.get("text", key["key"]))
    expect_code(trying, code)
    checks = verdict(trying).get_by_role("listitem")
    failed = checks.filter(has_text="Failed:")
    expect(failed).to_have_count(1)
    expect(failed).to_contain_text(code)
    position = list(CASES).index(code)
    expect(verdict(trying).get_by_text("401" if position < 4 else "403")).to_be_visible()


def test_a_token_is_tried_like_a_key(trying: Page, api: Api, name: str) -> None:
    key = api.create_key(name, apis=["*"])
    token = api.with_key(key["key"]).call("POST", "/tokens", {"expires_in": "10m"}, 201)["token"]
    check(trying, token)
    expect_code(trying, "VALID")
    expect(verdict(trying)).to_contain_text("in 10 minutes")
    expect(verdict(trying).get_by_role("link", name=key["id"])).to_be_visible()


def test_another_place_is_chosen(trying: Page, api: Api, name: str) -> None:
    key = api.create_key(name, provider="gcp", region="europe-west1")
    field(form(trying), "Provider").select_option("gcp")
    field(form(trying), "Region").select_option("europe-west1")
    check(trying, key["key"])
    expect_code(trying, "VALID")


def test_what_cannot_be_asked_is_told_at_its_field(trying: Page) -> None:
    check(trying, "")
    assert_wrong(field(form(trying), KEY), "Must not be empty")
    expect(field(form(trying), KEY)).to_be_focused()
    fill(form(trying), Path="orders", Address="nowhere")
    assert_wrong(field(form(trying), "Path"), "slash")
    expect(field(form(trying), "Address")).to_have_attribute("aria-invalid", "true")
    fill(form(trying), Path="/orders", Address="")
    check(trying, "lk_something")
    assert_wrong(field(form(trying), "Method"), "together with a path")


def test_a_verdict_is_void_when_something_else_is_asked(trying: Page, stack: LocalStack) -> None:
    check(trying, stack.root_key)
    expect_code(trying, "VALID")
    fill(form(trying), Path="/orders")
    expect(verdict(trying).get_by_text("No verdict yet")).to_be_visible()


def test_the_key_is_hidden_and_gone_when_the_page_is_left(trying: Page, api: Api, name: str) -> None:
    key = api.create_key(name)
    expect(field(form(trying), KEY)).to_have_attribute("type", "password")
    check(trying, key["key"])
    expect_code(trying, "VALID")
    assert places_of(trying, key["key"]) == ["fields"], "while it is tried, it is in its field and nowhere else"
    open_page(trying, "Audit")
    assert places_of(trying, key["key"]) == []
    trying.go_back()
    expect(field(form(trying), KEY)).to_have_value("")
    assert places_of(trying, key["key"]) == []


def test_the_example_for_programs_has_what_was_asked_and_no_key(trying: Page, api: Api, name: str) -> None:
    key = api.create_key(name)
    field(form(trying), "Method").select_option("GET")
    fill(form(trying), Path="/orders/7")
    check(trying, key["key"])
    trying.get_by_text("Ask from a program").click()
    example = trying.get_by_label("Example", exact=True)
    expect(example).to_contain_text('"path": "/orders/7"')
    assert key["key"] not in example.inner_text()


def test_who_may_not_check_keys_is_told_so(page: Page, api: Api, unique: Unique) -> None:
    sign_in(page, api.create_key(unique("reader"), apis=["latchkey"], permissions=["keys:list"])["key"])
    open_console(page, "/try")
    expect(page.get_by_role("heading", name="Your key may not check keys")).to_be_visible()


def test_a_check_that_fails_is_told_in_words(trying: Page, watch: Watch, stack: LocalStack) -> None:
    trying.route("**/verify", lambda route: route.fulfill(status=500, json={"message": "Internal Server Error"}))
    watch.expect_status(500)
    check(trying, stack.root_key)
    expect(form(trying).get_by_role("alert").filter(has_text="Latchkey could not answer")).to_be_visible()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_page_is_accessible_still_and_fits(signed_in: Page, api: Api, name: str, size: Size, theme: str) -> None:
    key = api.create_key(name, owner="o" * 64, permissions=["x" * 100 + ":read"], metadata={"m" * 60: "v" * 300})
    open_console(signed_in, "/try")
    expect(form(signed_in)).to_be_visible()
    assert_nothing_moved(signed_in)
    assert_accessible(signed_in)
    check(signed_in, key["key"])
    expect_code(signed_in, "VALID")
    signed_in.get_by_text("Ask from a program").click()
    assert_accessible(signed_in)
    assert_no_sideways_scrolling(signed_in)
    check(signed_in, "wrong")
    expect_code(signed_in, "MALFORMED")
    assert_accessible(signed_in)
