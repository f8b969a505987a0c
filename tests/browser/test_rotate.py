"""Rotating a key: how long the present text goes on to work, and the new one, shown once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from api import Api, time_of
from axe import assert_accessible
from console import dialog, find, more, open_console
from forms import assert_wrong, choose, field, fill, key_text, save, submit
from looks import SIZES, THEMES, Size, assert_no_sideways_scrolling
from stack import LocalStack
from traces import places_of
from watch import Watch

SHOWN = "Save the new text now"
OVERLAP = "The present text goes on to work for"
ADMIN_KEY = "Your super-user key, again"


@pytest.fixture
def name(unique: Callable[[str], str]) -> str:
    return unique("rotated")


@pytest.fixture
def key(api: Api, name: str) -> dict[str, Any]:
    """A key that may call the demo."""
    return api.create_key(name, apis=["*"])


def open_rotate(page: Page, name: str) -> Locator:
    """Opens the dialog from the key's row."""
    find(page, name)
    more(page, name, "Rotate…")
    expect(dialog(page, f"Rotate {name}")).to_be_visible()
    return dialog(page, f"Rotate {name}")


def rotate(page: Page, name: str, overlap: str = "24 hours") -> str:
    """Rotates a key and returns its new text."""
    form = open_rotate(page, name)
    choose(form, OVERLAP, overlap)
    submit(form, "Rotate")
    return save(dialog(page, SHOWN))


def opens(api: Api, text: str) -> bool:
    return api.with_key(text).send("GET", "/demo/hello").status == 200


def test_both_texts_work_until_the_overlap_ends(signed_in: Page, api: Api, name: str, key: dict[str, Any]) -> None:
    form = open_rotate(signed_in, name)
    expect(form.get_by_role("radio", name="24 hours")).to_be_checked()
    expect(form.get_by_role("status").filter(has_text="The present text works until")).to_contain_text("in 24 hours")
    submit(form, "Rotate")
    shown = dialog(signed_in, SHOWN)
    expect(shown.get_by_text("The text before it works until")).to_be_visible()
    text = save(shown)
    assert text != key["key"] and text.split("_")[1] == key["id"]
    assert opens(api, text) and opens(api, key["key"])
    until = time_of(api.key(key["id"])["rotation"]["previous_valid_until"])
    assert abs(until - datetime.now(timezone.utc) - timedelta(hours=24)) < timedelta(minutes=1)
    assert places_of(signed_in, text) == []


def test_the_page_of_the_key_tells_until_when_the_previous_text_works(
    signed_in: Page, name: str, key: dict[str, Any]
) -> None:
    open_console(signed_in, f"/keys/{key['id']}")
    expect(signed_in.get_by_text("Previous text")).to_have_count(0)
    signed_in.get_by_role("button", name="Rotate").click()
    submit(dialog(signed_in, f"Rotate {name}"), "Rotate")
    save(dialog(signed_in, SHOWN))
    previous = signed_in.locator(".key-fact").filter(has_text="Previous text")
    expect(previous).to_contain_text(re.compile(r"works until .* in 24 hours"))


def test_without_an_overlap_the_text_before_stops_at_once(
    signed_in: Page, api: Api, name: str, key: dict[str, Any]
) -> None:
    form = open_rotate(signed_in, name)
    choose(form, OVERLAP, "None")
    expect(form.get_by_text("The present text stops at once")).to_be_visible()
    submit(form, "Rotate")
    text = save(dialog(signed_in, SHOWN))
    assert opens(api, text)
    assert not opens(api, key["key"])


def test_an_overlap_is_typed_and_checked(signed_in: Page, api: Api, name: str, key: dict[str, Any]) -> None:
    form = open_rotate(signed_in, name)
    choose(form, OVERLAP, "Other…")
    for wrong in ("31d", "soon", "", "-1h"):
        fill(form, How_long=wrong)
        assert_wrong(field(form, "How long"), "at most 30d")
    fill(form, How_long="90m")
    expect(form.get_by_role("status").filter(has_text="The present text works until")).to_contain_text("in 2 hours")
    submit(form, "Rotate")
    save(dialog(signed_in, SHOWN))
    until = time_of(api.key(key["id"])["rotation"]["previous_valid_until"])
    assert abs(until - datetime.now(timezone.utc) - timedelta(minutes=90)) < timedelta(minutes=1)


def test_an_overlap_ends_with_the_key(signed_in: Page, api: Api, name: str) -> None:
    api.create_key(name, expires_in="2d")
    form = open_rotate(signed_in, name)
    choose(form, OVERLAP, "7 days")
    expect(form.get_by_role("status").filter(has_text="The present text works until")).to_contain_text(
        "the key ends then"
    )


def test_another_rotation_asks_to_end_the_text_before(
    signed_in: Page, api: Api, name: str, key: dict[str, Any]
) -> None:
    second = rotate(signed_in, name)
    form = open_rotate(signed_in, name)
    end = field(form, "End the text before the present one now")
    submit(form, "Rotate")
    assert_wrong(end, "Tick this to go on")
    assert opens(api, key["key"])
    end.check()
    submit(form, "Rotate")
    third = save(dialog(signed_in, SHOWN))
    assert [opens(api, text) for text in (key["key"], second, third)] == [False, True, True]


def test_a_rotation_by_another_is_not_run_over(
    signed_in: Page, watch: Watch, api: Api, name: str, key: dict[str, Any]
) -> None:
    form = open_rotate(signed_in, name)
    theirs = api.call("POST", f"/keys/{key['id']}/rotate", {"overlap": "1h"})["key"]
    watch.expect_status(412)
    submit(form, "Rotate")
    expect(form.get_by_text(f"Somebody changed {name} in between")).to_be_visible()
    expect(field(form, "End the text before the present one now")).to_be_visible()
    assert opens(api, theirs) and opens(api, key["key"])


def test_an_expired_key_gets_its_new_end_with_the_text(signed_in: Page, api: Api, name: str) -> None:
    key = api.create_key(name, apis=["*"], expires_in="1s")
    while api.key(key["id"])["state"] != "expired":
        pass
    form = open_rotate(signed_in, name)
    choose(form, "New expiry", "30 days")
    submit(form, "Rotate")
    assert opens(api, save(dialog(signed_in, SHOWN)))


def test_a_super_user_key_takes_the_administrators_key_again(
    signed_in: Page, watch: Watch, api: Api, stack: LocalStack, name: str
) -> None:
    key = api.create_key(name, type="super-user")
    form = open_rotate(signed_in, name)
    submit(form, "Rotate")
    assert_wrong(field(form, ADMIN_KEY), "Is needed to rotate this key")
    watch.expect_status(401)
    field(form, ADMIN_KEY).fill("lk_ExampleKey000001_ThisIsAnExampleAndOpensNothing001VupU3")
    submit(form, "Rotate")
    assert_wrong(field(form, ADMIN_KEY), "This key is not accepted")
    field(form, ADMIN_KEY).fill(stack.root_key)
    submit(form, "Rotate")
    text = save(dialog(signed_in, SHOWN))
    assert api.with_key(text).get(f"/keys/{key['id']}")["version"] == 2
    assert places_of(signed_in, stack.root_key) == places_of(signed_in, text) == []


def test_the_root_key_is_said_to_be_rotated_with_its_secret(signed_in: Page) -> None:
    find(signed_in, "root")
    more(signed_in, "root", "Rotate…")
    told = dialog(signed_in, "The root key is rotated with its secret")
    expect(told.get_by_text("cargo run -- rotate-root")).to_be_visible()
    submit(told.locator("footer"), "Close")
    expect(told).to_have_count(0)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_dialogs_are_accessible_and_fit(
    signed_in: Page, name: str, key: dict[str, Any], size: Size, theme: str
) -> None:
    rotate(signed_in, name)
    form = open_rotate(signed_in, name)
    choose(form, OVERLAP, "Other…")
    fill(form, How_long="soon")
    submit(form, "Rotate")
    assert_accessible(signed_in)
    assert_no_sideways_scrolling(signed_in)
    fill(form, How_long="1h")
    field(form, "End the text before the present one now").check()
    submit(form, "Rotate")
    expect(key_text(dialog(signed_in, SHOWN))).to_be_visible()
    assert_accessible(signed_in)
