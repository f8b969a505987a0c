"""A new key's text: shown once, saved in whatever way one likes, and then nowhere."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from api import Api
from axe import assert_accessible
from console import dialog, sign_in_form
from forms import SHOWN, field, fill, key_text, open_create, save, submit
from looks import SIZES, THEMES, Size, assert_no_sideways_scrolling
from traces import clipboard, places_of

Unique = Callable[[str], str]


@pytest.fixture
def name(unique: Unique) -> str:
    return unique("orders service")


@pytest.fixture
def shown(signed_in: Page, name: str) -> Locator:
    """The dialog that shows the text of a key that was just made."""
    form = open_create(signed_in)
    fill(form, Name=name)
    field(form, "Region").select_option("us-east-1")
    submit(form, "Create key")
    expect(dialog(signed_in, SHOWN)).to_be_visible()
    return dialog(signed_in, SHOWN)


def downloaded(page: Page, shown: Locator, button: str) -> tuple[str, str]:
    """Name and content of the file that a button saves."""
    with page.expect_download() as download:
        submit(shown, button)
    path = download.value.path()
    return download.value.suggested_filename, Path(path).read_text(encoding="utf-8")


def test_the_text_is_copied(shown: Locator) -> None:
    page = shown.page
    submit(shown, "Copy")
    expect(shown.get_by_role("status")).to_have_text("Copied")
    assert clipboard(page) == key_text(shown).inner_text()


def test_the_text_is_copied_where_pages_have_no_clipboard(shown: Locator) -> None:
    page = shown.page
    page.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError')); }"
    )
    submit(shown, "Copy")
    expect(shown.get_by_role("status")).to_have_text("Copied")
    assert clipboard(page) == key_text(shown).inner_text()


def test_the_json_file_has_the_key_and_its_end(shown: Locator, api: Api, name: str) -> None:
    file, content = downloaded(shown.page, shown, "Download JSON")
    record = api.key_named(name)
    assert file == f"{name.replace(' ', '-')}.json"
    assert json.loads(content) == {
        "key_id": record["id"],
        "name": name,
        "key": key_text(shown).inner_text(),
        "expires_at": record["expires_at"],
    }


def test_the_apikey_file_has_the_text_and_nothing_else(shown: Locator, name: str) -> None:
    file, content = downloaded(shown.page, shown, "Download .APIKEY")
    assert file == f"{name.replace(' ', '-')}.APIKEY"
    assert content == key_text(shown).inner_text()


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("../../etc/passwd", "etc-passwd"),
        ('a/b\\c:d*e?f"g<h>i|j', "a-b-c-d-e-f-g-h-i-j"),
        ("Schlüssel 1", "Schlüssel-1"),
        ("con", "key-con"),
    ],
)
def test_a_file_has_a_name_that_every_system_takes(shown: Locator, file: str) -> None:
    assert downloaded(shown.page, shown, "Download .APIKEY")[0] == f"{file}.APIKEY"


def test_the_text_works_and_is_the_one_of_the_record(shown: Locator, api: Api, name: str) -> None:
    text = key_text(shown).inner_text()
    record = api.key_named(name)
    assert re.fullmatch(rf"lk_{record['id']}_[0-9A-Za-z]{{38}}", text)
    assert api.call("POST", "/verify", {"key": text})["code"] == "VALID"
    expect(shown.get_by_text(record["id"], exact=True)).to_be_visible()
    expect(shown.get_by_text("Expires in 90 days")).to_be_visible()


def test_close_waits_until_it_is_said_to_be_saved(shown: Locator) -> None:
    page = shown.page
    close = shown.get_by_role("button", name="Close")
    expect(close).to_be_disabled()
    expect(close).to_have_count(1)
    for _ in range(3):
        page.keyboard.press("Escape")
    page.mouse.click(5, 5)
    expect(key_text(shown)).to_be_visible()
    shown.get_by_label("I have saved this key").check()
    expect(close).to_be_enabled()
    shown.get_by_label("I have saved this key").uncheck()
    expect(close).to_be_disabled()


def test_going_back_does_not_lose_it(shown: Locator) -> None:
    page = shown.page
    page.evaluate("location.hash = '#/audit'")
    expect(key_text(shown)).to_be_visible()
    page.go_back()
    expect(key_text(shown)).to_be_visible()


def test_leaving_the_page_warns_until_it_is_closed(shown: Locator) -> None:
    page = shown.page
    asked: list[str] = []

    def stay(question: Dialog) -> None:
        asked.append(question.type)
        question.dismiss()

    page.on("dialog", stay)
    with page.expect_event("dialog"):
        page.close(run_before_unload=True)
    assert asked == ["beforeunload"]
    expect(key_text(shown)).to_be_visible()
    save(shown)
    page.reload()
    assert asked == ["beforeunload"]


def test_the_end_of_the_session_does_not_take_it_away(page: Page, name: str, request: pytest.FixtureRequest) -> None:
    page.clock.install()
    shown = request.getfixturevalue("shown")
    text = key_text(shown).inner_text()
    page.clock.run_for(3600 * 1000)
    again = dialog(page, "Sign in again")
    expect(again).to_be_visible()
    submit(again, "Give it up")
    expect(again).to_have_count(0)
    assert key_text(shown).inner_text() == text
    save(shown)
    expect(sign_in_form(page)).to_be_visible()
    assert places_of(page, text) == []


def test_the_text_is_nowhere_after_close(shown: Locator) -> None:
    page = shown.page
    text = key_text(shown).inner_text()
    assert places_of(page, text) == ["html"], "while it is shown, it is on the page and nowhere else"
    submit(shown, "Copy")
    downloaded(page, shown, "Download JSON")
    downloaded(page, shown, "Download .APIKEY")
    assert save(shown) == text
    assert places_of(page, text) == []
    page.go_back()
    page.go_forward()
    assert places_of(page, text) == []
    page.reload()
    assert places_of(page, text) == []


def test_a_file_on_offer_is_withdrawn_on_close(shown: Locator) -> None:
    page = shown.page
    page.evaluate(
        """() => {
          globalThis.latchkeyTestOffers = { made: [], withdrawn: [] };
          const { createObjectURL: make, revokeObjectURL: withdraw } = URL;
          URL.createObjectURL = (blob) => {
            const address = make.call(URL, blob);
            latchkeyTestOffers.made.push(address);
            return address;
          };
          URL.revokeObjectURL = (address) => {
            latchkeyTestOffers.withdrawn.push(address);
            withdraw.call(URL, address);
          };
        }"""
    )
    downloaded(page, shown, "Download JSON")
    downloaded(page, shown, "Download .APIKEY")
    save(shown)
    offers = page.evaluate("latchkeyTestOffers")
    assert len(offers["made"]) == 2
    assert offers["withdrawn"] == offers["made"]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_dialog_is_accessible_and_fits(shown: Locator, size: Size, theme: str) -> None:
    expect(key_text(shown)).to_be_focused()
    assert_accessible(shown.page)
    assert_no_sideways_scrolling(shown.page)
    box = key_text(shown).bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= size.width, "the text is cut off"
