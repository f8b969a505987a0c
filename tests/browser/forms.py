"""The dialogs about keys in a user's words: what is filled in, chosen and read there."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from console import dialog, find

CREATE = "Create a key"
SHOWN = "Save the new key now"
# What is folded in at first.
RARE = "Postback, metadata and switches"
TEXT = "Text: generated, or brought by you"


def open_create(page: Page) -> Locator:
    """Opens the dialog that makes a key."""
    page.locator(".page-head").get_by_role("button", name="Create key").click()
    expect(dialog(page, CREATE)).to_be_visible()
    return dialog(page, CREATE)


def field(form: Locator, label: str) -> Locator:
    """The control of this label, and not the list of chips above it that has the same."""
    return form.get_by_label(label, exact=True).and_(form.locator("input, select, textarea"))


def fill(form: Locator, **values: str) -> None:
    """Fills in fields by their labels, in which `_` stands for a blank."""
    for label, value in values.items():
        field(form, label.replace("_", " ")).fill(value)


def choose(form: Locator, group: str, option: str) -> None:
    """Chooses one of a few values that stand side by side."""
    form.get_by_role("radiogroup", name=group).get_by_role("radio", name=option, exact=True).check()


def unfold(form: Locator, summary: str) -> None:
    """Unfolds what is seldom needed, unless it is unfolded already."""
    fold = form.locator("details").filter(has=form.page.locator("summary", has_text=summary))
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()


def chips(form: Locator, label: str) -> Locator:
    """The texts that a list of chips has."""
    return form.get_by_role("list", name=label, exact=True).get_by_role("listitem")


def add_chip(form: Locator, label: str, text: str) -> None:
    field(form, label).fill(text)
    field(form, label).press("Enter")


def available(form: Locator) -> Locator:
    """The API sets that can still be chosen."""
    return form.get_by_role("list", name="Available").get_by_role("button")


def selected(form: Locator) -> Locator:
    return form.get_by_role("list", name=re.compile("^Selected")).get_by_role("button")


def select_set(form: Locator, name: str) -> None:
    """Looks for an API set, and selects it."""
    form.get_by_label("Search API sets").fill(name)
    available(form).filter(has_text=name).first.click()
    form.get_by_label("Search API sets").fill("")


def submit(form: Locator, button: str) -> None:
    form.get_by_role("button", name=button, exact=True).click()


def key_text(shown: Locator) -> Locator:
    """Where a key's text stands while it is shown."""
    return shown.get_by_role("textbox", name=re.compile("^Text of "))


def save(shown: Locator) -> str:
    """Says that the text is saved, closes the dialog, and returns the text."""
    text = key_text(shown).inner_text()
    shown.get_by_label("I have saved this key").check()
    submit(shown, "Close")
    expect(shown).to_have_count(0)
    return text


def create(page: Page, name: str) -> str:
    """Makes a key with nothing but a name and a place, and returns its text."""
    form = open_create(page)
    fill(form, Name=name)
    field(form, "Region").select_option("us-east-1")
    submit(form, "Create key")
    return save(dialog(page, SHOWN))


def open_edit(page: Page, name: str) -> Locator:
    """Opens the dialog that edits a key, from its row."""
    find(page, name).get_by_role("button", name=f"Edit {name}").click()
    expect(dialog(page, f"Edit {name}")).to_be_visible()
    return dialog(page, f"Edit {name}")


def assert_wrong(field: Locator, message: str) -> None:
    """A field is said to be wrong, for those who see it and for those who hear it."""
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile(re.escape(message)))
