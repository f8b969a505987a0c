"""The console without a mouse, without motion, and on very narrow screens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from api import Api
from console import dialog, filter_box, heading, list_status, open_console, row, rows, sign_in_form, toast
from forms import SHOWN, key_text
from looks import DESKTOP, PHONE, Size, assert_no_sideways_scrolling
from stack import LocalStack
from traces import places_of

MOST_TABS = 60
NARROWEST = Size(320, 640, is_phone=True)

# Whether the focused element can be told by its looks, and is not hidden behind another.
SEEN = """() => {
  const node = document.activeElement;
  const box = node.getBoundingClientRect();
  const around = [node, node.parentElement, node.closest("label, .tab, .kind, .name-box")].filter(Boolean);
  const marks = around.map((one) => getComputedStyle(one));
  const marked = marks.some((style) => style.outlineStyle !== "none" || style.boxShadow !== "none");
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  // Between the last control and the first is the browser's own bar, where nothing of the page has the focus.
  if (node === document.body) return { marked: true, free: true, name: "the page" };
  const free = Boolean(top) && (node.contains(top) || top.contains(node));
  return { marked, free, name: node.outerHTML.slice(0, 160) };
}"""


def tab_to(page: Page, target: Locator, back: bool = False) -> None:
    """Goes to a control as somebody does who has no mouse. Wherever that leads, the focus must be seen."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        seen = page.evaluate(SEEN)
        assert seen["marked"], f"the focus cannot be seen on {seen['name']}"
        assert seen["free"], f"something hides {seen['name']}"
        if target.evaluate("(node) => node === document.activeElement"):
            return
    raise AssertionError(f"{target} is not reached with {MOST_TABS} tabs")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def choose_last(page: Page) -> None:
    """Opens the menu of the button that has the focus, and chooses the last of its items."""
    press(page, "Enter")
    expect(page.get_by_role("menuitem").first).to_be_focused()
    press(page, "End", "Enter")


def test_the_whole_life_of_a_key_takes_no_mouse(
    page: Page, api: Api, stack: LocalStack, unique: Callable[[str], str]
) -> None:
    name = unique("by keyboard")
    open_console(page)
    page.keyboard.insert_text(stack.root_key)
    press(page, "Enter")
    expect(heading(page, "Keys")).to_be_visible()

    # Where a page is opened anew, the first stop leads past the navigation. The address need not name the page.
    open_console(page)
    expect(rows(page).first).to_be_visible()
    page.wait_for_url("**/console#/keys")
    assert page.evaluate("document.activeElement === document.body")
    tab_to(page, page.get_by_role("link", name="Skip to the content"))
    press(page, "Enter")
    create = page.get_by_role("button", name="Create key")
    # It takes the catalogue.
    expect(create).to_be_enabled()
    tab_to(page, create)
    press(page, "Enter")
    form = dialog(page, "Create a key")
    expect(form.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type(name)
    tab_to(page, form.get_by_label("Region", exact=True))
    page.keyboard.type("us-east-1")
    tab_to(page, form.get_by_role("radio", name="Fine-grained"))
    tab_to(page, form.get_by_role("list", name="Available").get_by_role("button").first)
    press(page, "Enter")
    expires = form.get_by_role("radiogroup", name="Expires")
    tab_to(page, expires.locator("input:checked"))
    press(page, "ArrowLeft")
    expect(expires.get_by_role("radio", name="30 days")).to_be_checked()
    tab_to(page, form.get_by_role("button", name="Create key"))
    press(page, "Enter")

    shown = dialog(page, SHOWN)
    expect(key_text(shown)).to_be_focused()
    text = key_text(shown).inner_text()
    tab_to(page, shown.get_by_label("I have saved this key"))
    press(page, "Space")
    tab_to(page, shown.get_by_role("button", name="Close"))
    press(page, "Enter")
    expect(shown).to_have_count(0)
    expect(page.get_by_role("button", name="Create key")).to_be_focused()
    assert places_of(page, text) == []
    assert api.with_key(text).get("/demo/hello")

    tab_to(page, filter_box(page))
    page.keyboard.type(name)
    expect(list_status(page)).to_have_text("1 key found")
    tab_to(page, page.get_by_role("switch", name=f"{name} enabled"))
    press(page, "Space")
    expect(toast(page, f"{name} is disabled.")).to_be_visible()
    press(page, "Space")
    expect(toast(page, f"{name} is enabled.")).to_be_visible()

    tab_to(page, page.get_by_role("button", name=f"More for {name}"))
    choose_last(page)
    form = dialog(page, f"Revoke {name}")
    expect(form).to_be_visible()
    page.keyboard.type(name)
    press(page, "Enter")
    expect(row(page, name).get_by_role("rowheader")).to_contain_text("Revoked")
    expect(page.get_by_role("button", name=f"More for {name}")).to_be_focused()
    choose_last(page)
    expect(dialog(page, f"Restore {name}")).to_be_visible()
    press(page, "Enter")
    expect(row(page, name).get_by_role("rowheader")).to_contain_text("Active")
    assert api.with_key(text).get("/demo/hello")

    tab_to(page, page.get_by_role("button", name="Sign out"), back=True)
    press(page, "Enter")
    expect(sign_in_form(page)).to_be_visible()


def test_a_menu_is_used_with_arrow_keys_and_left_with_escape(signed_in: Page) -> None:
    button = rows(signed_in).first.get_by_role("button").last
    button.focus()
    press(signed_in, "Enter")
    items = signed_in.get_by_role("menuitem")
    expect(items.first).to_be_focused()
    press(signed_in, "ArrowDown")
    expect(items.nth(1)).to_be_focused()
    press(signed_in, "ArrowUp", "ArrowUp")
    expect(items.last).to_be_focused()
    press(signed_in, "Home")
    expect(items.first).to_be_focused()
    press(signed_in, "Escape")
    expect(items.first).to_be_hidden()
    expect(button).to_be_focused()


def test_a_dialog_keeps_the_focus_inside(signed_in: Page) -> None:
    create = signed_in.get_by_role("button", name="Create key")
    # It takes the catalogue, and keys are pressed in vain on what is disabled.
    expect(create).to_be_enabled()
    create.press("Enter")
    form = dialog(signed_in, "Create a key")
    expect(form).to_be_visible()
    for _ in range(MOST_TABS):
        press(signed_in, "Tab")
        # The browser's own bar is between the last control and the first, and has no element in the page.
        assert signed_in.evaluate(
            "document.activeElement === document.body || document.activeElement.closest('dialog') !== null"
        )


def test_a_new_page_begins_at_its_heading(signed_in: Page) -> None:
    for name in ("API sets", "Audit", "Try a key", "Keys"):
        signed_in.get_by_role("navigation", name="Pages").get_by_role("link", name=name).press("Enter")
        expect(heading(signed_in, name)).to_be_focused()
        expect(signed_in).to_have_title(f"{name} · Latchkey")


@pytest.mark.parametrize("size", [NARROWEST, PHONE, DESKTOP], ids=str)
@pytest.mark.parametrize("place", ["/keys", "/apis", "/audit", "/try"])
def test_no_page_scrolls_sideways(signed_in: Page, size: Size, place: str) -> None:
    open_console(signed_in, place)
    signed_in.wait_for_load_state("networkidle")
    assert_no_sideways_scrolling(signed_in)


@pytest.mark.parametrize("size", [NARROWEST], ids=str)
def test_a_key_is_created_on_the_narrowest_screen(signed_in: Page, size: Size) -> None:
    signed_in.get_by_role("button", name="Create key").click()
    form = dialog(signed_in, "Create a key")
    width, room = form.locator(".dialog-body").evaluate("(body) => [body.scrollWidth, body.clientWidth]")
    assert width <= room
    expect(form.get_by_role("button", name="Create key")).to_be_in_viewport()


def test_nothing_moves_for_those_who_want_no_motion(signed_in: Page) -> None:
    signed_in.emulate_media(reduced_motion="reduce")
    signed_in.get_by_role("button", name="Create key").click()
    expect(dialog(signed_in, "Create a key")).to_be_visible()
    moving = signed_in.evaluate(
        """() => document.getAnimations()
             .filter((animation) => animation.effect.getComputedTiming().duration > 1)
             .map((animation) => animation.effect.target.className)"""
    )
    assert moving == []
