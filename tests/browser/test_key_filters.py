"""How the list of keys is narrowed, and what it says when nothing is left."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from api import Api
from console import filter_box, list_status, row, rows, sign_in
from progress import Held
from stack import LocalStack
from watch import Watch

Unique = Callable[[str], str]


def test_the_list_is_narrowed_as_one_types(signed_in: Page, api: Api, unique: Unique) -> None:
    name = unique("typed")
    api.create_key(f"{name} one")
    api.create_key(f"{name} two")
    filter_box(signed_in).click()
    signed_in.keyboard.type(name.upper())
    expect(list_status(signed_in)).to_have_text("2 keys found")
    signed_in.keyboard.type(" tw")
    expect(list_status(signed_in)).to_have_text("1 key found")
    expect(signed_in.get_by_role("status").and_(signed_in.get_by_text("1 key found", exact=True))).to_have_count(1)
    expect(row(signed_in, f"{name} two")).to_be_visible()
    for _ in " tw":
        signed_in.keyboard.press("Backspace")
    expect(list_status(signed_in)).to_have_text("2 keys found")


def test_a_search_that_is_typed_on_never_shows_its_answer(signed_in: Page, api: Api, unique: Unique) -> None:
    name = unique("raced")
    api.create_key(f"{name} first")
    api.create_key(f"{name} second")
    held = Held(signed_in, f"**/keys?*name={name.replace(' ', '+')}+first*")
    filter_box(signed_in).fill(f"{name} first")
    held.wait()
    filter_box(signed_in).fill(f"{name} second")
    expect(row(signed_in, f"{name} second")).to_be_visible()
    held.release()
    expect(list_status(signed_in)).to_have_text("1 key found")
    expect(row(signed_in, f"{name} first")).to_have_count(0)


FACETS = [
    ("State", "Disabled", {"enabled": False}),
    ("Type", "super-user", {"type": "super-user"}),
    ("Provider", "Azure", {"provider": "azure", "region": "westeurope"}),
    ("Region", "eu-central-1", {"region": "eu-central-1"}),
    ("Owner", "somebody.else", {"owner": "somebody.else"}),
    ("Client type", "kiosk", {"client_type": "kiosk"}),
]


def choose(page: Page, facet: str, value: str) -> None:
    """Narrows the list by a facet, whether its values are offered or typed."""
    control = page.get_by_role("search").get_by_label(facet, exact=True)
    if control.evaluate("(node) => node.localName") == "select":
        option = control.locator("option").filter(has_text=re.compile(rf"^{re.escape(value)}\b"))
        control.select_option(label=option.first.inner_text())
    else:
        control.fill(value)
        control.press("Enter")


@pytest.mark.parametrize(("facet", "value", "fields"), FACETS, ids=[facet for facet, _, _ in FACETS])
def test_a_facet_leaves_what_it_names(
    signed_in: Page, api: Api, unique: Unique, facet: str, value: str, fields: dict[str, object]
) -> None:
    name = unique("faceted")
    api.create_key(f"{name} in", **fields)
    api.create_key(f"{name} out")
    filter_box(signed_in).fill(name)
    expect(list_status(signed_in)).to_have_text("2 keys found")
    choose(signed_in, facet, value)
    expect(list_status(signed_in)).to_have_text("1 key found")
    expect(row(signed_in, f"{name} in")).to_be_visible()


def test_the_regions_are_those_of_the_provider(signed_in: Page) -> None:
    choose(signed_in, "Provider", "GCP")
    regions = signed_in.get_by_role("search").get_by_label("Region", exact=True).locator("option").all_inner_texts()
    assert any("europe-west1" in region for region in regions)
    assert not any("us-east-1" in region for region in regions)


def test_the_address_keeps_the_filter(signed_in: Page, api: Api, unique: Unique) -> None:
    name = unique("kept")
    api.create_key(f"{name} on")
    api.create_key(f"{name} off", enabled=False)
    filter_box(signed_in).fill(name)
    choose(signed_in, "State", "Disabled")
    expect(list_status(signed_in)).to_have_text("1 key found")
    signed_in.reload()
    expect(filter_box(signed_in)).to_have_value(name)
    expect(list_status(signed_in)).to_have_text("1 key found")
    expect(row(signed_in, f"{name} off")).to_be_visible()


def test_what_matches_nothing_says_so_and_is_cleared(signed_in: Page, unique: Unique) -> None:
    filter_box(signed_in).fill(unique("nothing has this name"))
    expect(signed_in.get_by_role("heading", name="No key matches")).to_be_visible()
    signed_in.get_by_role("button", name="Clear filters").click()
    expect(filter_box(signed_in)).to_have_value("")
    expect(rows(signed_in).first).to_be_visible()


def test_a_stack_without_keys_offers_to_create_one(page: Page, stack: LocalStack) -> None:
    page.route(re.compile(r"/keys\?"), lambda route: route.fulfill(json={"keys": [], "next_cursor": None}))
    sign_in(page, stack.root_key)
    expect(page.get_by_role("heading", name="There are no keys yet")).to_be_visible()
    page.locator(".empty").get_by_role("button", name="Create key").click()
    expect(page.get_by_role("dialog")).to_be_visible()


def test_a_list_that_cannot_be_loaded_says_so_and_is_tried_again(page: Page, watch: Watch, stack: LocalStack) -> None:
    page.route(
        re.compile(r"/keys\?"), lambda route: route.fulfill(status=500, json={"message": "Internal Server Error"})
    )
    watch.expect_status(500)
    sign_in(page, stack.root_key)
    expect(page.get_by_role("heading", name="Latchkey could not answer")).to_be_visible()
    page.unroute(re.compile(r"/keys\?"))
    page.get_by_role("button", name="Try again").click()
    expect(rows(page).first).to_be_visible()
