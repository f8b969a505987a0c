"""Leaving a form by the browser's own means: nothing typed is lost by a slip, and nothing else stands in the way."""

from __future__ import annotations

from playwright.sync_api import Dialog, Locator, Page, expect

import api_sets
from console import dialog, heading, open_page
from forms import field, fill, open_create


def question(page: Page) -> Locator:
    return dialog(page, "Discard what you typed?")


def test_back_closes_a_form_and_stays_on_its_page(signed_in: Page) -> None:
    open_page(signed_in, "API sets")
    open_page(signed_in, "Keys")
    form = open_create(signed_in)
    signed_in.go_back()
    expect(form).to_have_count(0)
    expect(heading(signed_in, "Keys")).to_be_visible()
    signed_in.go_back()
    expect(heading(signed_in, "API sets")).to_be_visible()


def test_back_asks_before_what_was_typed_is_lost(signed_in: Page) -> None:
    open_page(signed_in, "API sets")
    open_page(signed_in, "Keys")
    form = open_create(signed_in)
    fill(form, Name="orders service")
    signed_in.go_back()
    question(signed_in).get_by_role("button", name="Keep editing").click()
    expect(field(form, "Name")).to_have_value("orders service")
    expect(heading(signed_in, "Keys")).to_be_visible()
    signed_in.evaluate("location.hash = '#/audit'")
    question(signed_in).get_by_role("button", name="Discard").click()
    expect(form).to_have_count(0)
    expect(heading(signed_in, "Keys")).to_be_visible()


def test_a_form_of_an_api_set_asks_as_well(apis: Page) -> None:
    form = api_sets.open_create(apis)
    apis.keyboard.press("Escape")
    expect(form).to_have_count(0)
    form = api_sets.open_create(apis)
    fill(form, Path_of_route_1="/orders")
    apis.keyboard.press("Escape")
    question(apis).get_by_role("button", name="Keep editing").click()
    expect(field(form, "Path of route 1")).to_have_value("/orders")
    form.get_by_role("button", name="Cancel").click()
    question(apis).get_by_role("button", name="Discard").click()
    expect(form).to_have_count(0)


def test_the_browser_asks_before_it_leaves_what_was_typed(signed_in: Page) -> None:
    asked: list[str] = []

    def stay(asking: Dialog) -> None:
        asked.append(asking.type)
        asking.dismiss()

    signed_in.on("dialog", stay)
    form = open_create(signed_in)
    fill(form, Name="orders service")
    with signed_in.expect_event("dialog"):
        signed_in.close(run_before_unload=True)
    assert asked == ["beforeunload"]
    fill(form, Name="")
    signed_in.reload()
    assert asked == ["beforeunload"]
