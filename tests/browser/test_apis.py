"""API sets: made, edited and deleted, and tested against a call."""

from __future__ import annotations

import re
from collections.abc import Callable
from secrets import token_hex

import pytest
from playwright.sync_api import Page, expect

from api import Api
from api_sets import CREATE, card, open_create, open_edit, routes, tester
from axe import assert_accessible
from console import dialog, open_console, sign_in, toast
from forms import add_chip, assert_wrong, chips, field, fill, submit
from looks import DESKTOP, SIZES, THEMES, Size, assert_no_sideways_scrolling, assert_nothing_moved
from watch import Watch

Unique = Callable[[str], str]


@pytest.fixture
def name() -> str:
    """A name of a set that no other test uses."""
    return f"orders-{token_hex(4)}"


def test_a_set_is_made_with_all_that_it_has(apis: Page, api: Api, name: str) -> None:
    form = open_create(apis)
    fill(form, Name=name, Description="What was ordered", Path_of_route_1="/orders")
    field(form, "Path of route 1").press("Enter")
    expect(field(form, "Path of route 2")).to_be_focused()
    apis.keyboard.type("/orders/{id}/items/*")
    field(form, "Method of route 2").select_option("ANY")
    add_chip(form, "Client types", "mobile")
    submit(form, "Create")
    expect(toast(apis, f"{name} is saved.")).to_be_visible()
    expect(routes(card(apis, name))).to_have_text(["GET /orders", "ANY /orders/{id}/items/*"])
    expect(card(apis, name)).to_contain_text("Only for client types mobile")
    made = api.get(f"/apis/{name}")
    assert made["routes"] == ["GET /orders", "ANY /orders/{id}/items/*"]
    assert (made["description"], made["client_types"], made["key_required"]) == ("What was ordered", ["mobile"], True)


def test_a_set_that_is_open_to_all_is_made_with_a_warning(apis: Page, api: Api, name: str) -> None:
    form = open_create(apis)
    fill(form, Name=name, Path_of_route_1="/status")
    expect(form.get_by_text("Open to all.")).to_have_count(0)
    form.get_by_role("switch", name="A key is required").click()
    expect(form.get_by_text("Open to all.")).to_be_visible()
    submit(form, "Create")
    expect(card(apis, name).get_by_text("Open to all")).to_be_visible()
    assert api.get(f"/apis/{name}")["key_required"] is False


@pytest.mark.parametrize("wrong", ["Orders", "my orders", "orders!", "latchkey", "o" * 64 + "o"])
def test_a_name_that_cannot_be_is_told_while_it_is_typed(apis: Page, wrong: str) -> None:
    form = open_create(apis)
    field(form, "Name").press_sequentially(wrong)
    if len(wrong) > 64:
        expect(field(form, "Name")).to_have_value("o" * 64)
    else:
        expect(field(form, "Name")).to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("orders", "slash"),
        ("/orders/", "empty segment"),
        ("/orders//x", "empty segment"),
        ("/a/*/b", "nothing may follow"),
    ],
)
def test_a_route_that_cannot_be_is_told_while_it_is_typed(apis: Page, path: str, message: str) -> None:
    form = open_create(apis)
    field(form, "Path of route 1").press_sequentially(path)
    assert_wrong(field(form, "Path of route 1"), message)


def test_a_route_that_is_there_already_is_told(apis: Page) -> None:
    form = open_create(apis)
    fill(form, Path_of_route_1="/orders")
    field(form, "Path of route 1").press("Enter")
    fill(form, Path_of_route_2="/orders")
    assert_wrong(field(form, "Path of route 2"), "Is there already")
    form.get_by_role("button", name="Remove route 2").click()
    expect(field(form, "Path of route 2")).to_have_count(0)
    expect(field(form, "Path of route 1")).to_be_focused()


def test_many_routes_are_pasted_at_once(apis: Page, api: Api, name: str) -> None:
    form = open_create(apis)
    fill(form, Name=name)
    field(form, "Path of route 1").focus()
    pasted = "GET /orders\nPOST /orders\r\n/orders/{id}"
    field(form, "Path of route 1").evaluate(
        """(input, text) => {
          const data = new DataTransfer();
          data.setData("text", text);
          input.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }""",
        pasted,
    )
    expect(field(form, "Path of route 3")).to_have_value("/orders/{id}")
    submit(form, "Create")
    expect(form).to_have_count(0)
    assert api.get(f"/apis/{name}")["routes"] == ["GET /orders", "POST /orders", "GET /orders/{id}"]


def test_a_name_that_is_taken_is_not_written_over(apis: Page, api: Api, name: str) -> None:
    api.put_set(name, ["GET /theirs"])
    form = open_create(apis)
    fill(form, Name=name, Path_of_route_1="/mine")
    submit(form, "Create")
    assert_wrong(field(form, "Name"), "Is the name of a set already")
    assert api.get(f"/apis/{name}")["routes"] == ["GET /theirs"]


def test_what_the_api_refuses_is_told_at_its_route(apis: Page, watch: Watch, name: str) -> None:
    errors = [{"field": "routes", "message": "entry 2: the parameter is named twice"}]
    apis.route(
        f"**/apis/{name}",
        lambda route: route.fulfill(
            status=400,
            content_type="application/problem+json",
            json={"type": "about:blank", "status": 400, "title": "Invalid request", "errors": errors},
        ),
    )
    form = open_create(apis)
    fill(form, Name=name, Path_of_route_1="/a")
    field(form, "Path of route 1").press("Enter")
    fill(form, Path_of_route_2="/{x}/{x}")
    watch.expect_status(400)
    submit(form, "Create")
    assert_wrong(field(form, "Path of route 2"), "The parameter is named twice")
    expect(field(form, "Path of route 1")).not_to_have_attribute("aria-invalid", "true")


def test_a_set_is_edited(apis: Page, api: Api, name: str) -> None:
    api.put_set(name, ["GET /orders", "POST /orders"], description="As it was", client_types=["mobile"])
    apis.reload()
    form = open_edit(apis, name)
    expect(field(form, "Description")).to_have_value("As it was")
    expect(chips(form, "Client types")).to_have_text(["mobile"])
    form.get_by_role("button", name="Remove route 2").click()
    fill(form, Description="")
    form.get_by_role("button", name="Remove mobile").click()
    submit(form, "Save")
    expect(form).to_have_count(0)
    expect(routes(card(apis, name))).to_have_text(["GET /orders"])
    changed = api.get(f"/apis/{name}")
    assert (changed["routes"], changed["description"], changed["client_types"]) == (["GET /orders"], None, [])


def test_what_another_changed_is_taken_over(apis: Page, watch: Watch, api: Api, name: str) -> None:
    api.put_set(name, ["GET /orders"], description="As it was")
    apis.reload()
    form = open_edit(apis, name)
    fill(form, Description="Typed here")
    api.put_set(name, ["GET /orders", "PUT /theirs"], description="As it was")
    watch.expect_status(412)
    submit(form, "Save")
    told = form.get_by_role("alert").filter(has_text="Somebody has changed this set.")
    expect(told.get_by_role("listitem")).to_contain_text("PUT /theirs")
    expect(field(form, "Path of route 2")).to_have_value("/theirs")
    expect(field(form, "Description")).to_have_value("Typed here")
    submit(form, "Save")
    expect(form).to_have_count(0)
    changed = api.get(f"/apis/{name}")
    assert (changed["routes"], changed["description"]) == (["GET /orders", "PUT /theirs"], "Typed here")


def test_a_set_is_deleted_when_its_name_is_typed(apis: Page, api: Api, name: str) -> None:
    api.put_set(name, ["GET /orders"])
    apis.reload()
    apis.get_by_role("button", name=f"Delete {name}").click()
    form = dialog(apis, f"Delete {name}")
    expect(form.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
    form.get_by_role("textbox", name=re.compile("^Type")).fill(name)
    submit(form, "Delete")
    expect(toast(apis, f"{name} is deleted.")).to_be_visible()
    expect(card(apis, name)).to_have_count(0)
    api.call("GET", f"/apis/{name}", expected=404)


def test_a_set_that_keys_name_is_deleted_only_on_purpose(
    apis: Page, watch: Watch, api: Api, name: str, unique: Unique
) -> None:
    api.put_set(name, ["GET /orders"])
    api.create_key(unique("holder"), apis=[name])
    apis.reload()
    apis.get_by_role("button", name=f"Delete {name}").click()
    form = dialog(apis, f"Delete {name}")
    form.get_by_role("textbox", name=re.compile("^Type")).fill(name)
    watch.expect_status(409)
    submit(form, "Delete")
    expect(form.get_by_text("Take it from them first")).to_be_visible()
    expect(form.get_by_role("button", name="Delete", exact=True)).to_be_disabled()
    api.get(f"/apis/{name}")
    form.get_by_role("checkbox", name=re.compile("^Delete it all the same")).check()
    submit(form, "Delete")
    expect(form).to_have_count(0)
    api.call("GET", f"/apis/{name}", expected=404)


def test_the_built_in_set_is_shown_and_cannot_be_changed(apis: Page) -> None:
    built_in = card(apis, "latchkey")
    expect(built_in.get_by_text("Built in")).to_be_visible()
    expect(built_in.get_by_role("button", name=re.compile("Edit|Delete"))).to_have_count(0)
    built_in.get_by_role("button", name=re.compile("^Show all")).click()
    expect(routes(built_in).filter(has_text="/keys/{id}/rotate")).to_have_text("POST /keys/{id}/rotate")


def test_who_may_only_read_sets_is_offered_no_more(page: Page, api: Api, name: str, unique: Unique) -> None:
    api.put_set(name, ["GET /orders"])
    reader = api.create_key(unique("reader"), apis=["latchkey"], permissions=["apis:read"])
    sign_in(page, reader["key"])
    open_console(page, "/apis")
    expect(card(page, name)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Create|Edit|Delete"))).to_have_count(0)


def test_without_sets_one_is_offered_to_be_made(signed_in: Page) -> None:
    signed_in.route("**/apis", lambda route: route.fulfill(json={"apis": []}))
    open_console(signed_in, "/apis")
    expect(signed_in.get_by_role("heading", name="There are no API sets yet")).to_be_visible()
    signed_in.locator(".empty").get_by_role("button", name="Create API set").click()
    expect(dialog(signed_in, CREATE)).to_be_visible()


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_page_is_accessible_still_and_fits(signed_in: Page, api: Api, name: str, size: Size, theme: str) -> None:
    api.put_set(
        name, ["GET /" + "p" * 200, "GET /orders"], description="w" * 300, client_types=["c" * 64], key_required=False
    )
    open_console(signed_in, "/apis")
    expect(card(signed_in, name)).to_be_visible()
    assert_nothing_moved(signed_in)
    assert_accessible(signed_in)
    assert_no_sideways_scrolling(signed_in)
    form = open_create(signed_in)
    fill(form, Name="Wrong", Path_of_route_1="wrong")
    form.get_by_role("switch", name="A key is required").click()
    submit(form, "Create")
    assert_accessible(signed_in)
    assert_no_sideways_scrolling(signed_in)
    signed_in.keyboard.press("Escape")
    dialog(signed_in, "Discard what you typed?").get_by_role("button", name="Discard").click()
    signed_in.get_by_role("button", name=f"Delete {name}").click()
    expect(dialog(signed_in, f"Delete {name}")).to_be_visible()
    assert_accessible(signed_in)
    signed_in.keyboard.press("Escape")
    if size != DESKTOP:
        signed_in.get_by_role("radio", name="Test a route").check()
    fill(tester(signed_in), Path="/orders")
    expect(tester(signed_in).get_by_role("heading", level=3).first).to_be_visible()
    assert_accessible(signed_in)
    assert_no_sideways_scrolling(signed_in)
