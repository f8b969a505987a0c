"""The session: a cookie that no script reads, that lasts an hour at most, and that writes nothing by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from playwright.sync_api import Page, expect

from api import Api
from axe import assert_accessible
from console import dialog, heading, sign_in, sign_in_form, sign_out, toast
from forms import SHOWN, field, fill, open_create, save, submit
from stack import LocalStack
from watch import Watch

COOKIE = "latchkey-console"
HOUR_SECONDS = 3600
SEND = """async ({ method, path, headers, body }) => {
  const response = await fetch(path, { method, headers, body });
  return response.status;
}"""


def send(page: Page, method: str, path: str, headers: dict[str, str] | None = None, body: str | None = None) -> int:
    """The status of a request that a script sends with the page's cookie."""
    return page.evaluate(SEND, {"method": method, "path": path, "headers": headers or {}, "body": body})


def session_cookie(page: Page) -> dict | None:
    return next((cookie for cookie in page.context.cookies() if cookie["name"] == COOKIE), None)


def test_the_cookie_is_only_for_the_server(signed_in: Page) -> None:
    cookie = session_cookie(signed_in)
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert cookie["path"] == "/"
    assert not cookie["secure"], "loopback has no TLS"
    assert signed_in.evaluate("document.cookie") == ""


def test_the_cookie_ends_within_the_hour(signed_in: Page) -> None:
    left = session_cookie(signed_in)["expires"] - time.time()
    assert HOUR_SECONDS - 60 < left <= HOUR_SECONDS


def test_the_cookie_has_no_key_in_it(signed_in: Page, stack: LocalStack) -> None:
    value = session_cookie(signed_in)["value"]
    assert value.count(".") == 2, "a token has three parts"
    assert stack.root_key not in value


def test_a_visit_later_on_finds_the_session(signed_in: Page) -> None:
    signed_in.reload()
    expect(heading(signed_in, "Keys")).to_be_visible()
    expect(sign_in_form(signed_in)).to_have_count(0)


def test_signing_out_takes_the_cookie_away(signed_in: Page) -> None:
    sign_out(signed_in)
    expect(sign_in_form(signed_in)).to_be_visible()
    assert session_cookie(signed_in) is None
    signed_in.reload()
    expect(sign_in_form(signed_in)).to_be_visible()


def test_a_write_without_the_header_is_refused(
    signed_in: Page, watch: Watch, api: Api, unique: Callable[[str], str]
) -> None:
    key = api.create_key(unique("written"))
    watch.expect_status(403)
    path = f"/keys/{key['id']}"
    assert send(signed_in, "DELETE", path) == 403
    assert send(signed_in, "DELETE", path, {"x-latchkey-console": "0"}) == 403
    assert api.key(key["id"])["state"] == "active"
    assert send(signed_in, "DELETE", path, {"x-latchkey-console": "1"}) == 200


def test_a_read_needs_no_header(signed_in: Page) -> None:
    assert send(signed_in, "GET", "/keys") == 200


def test_signing_out_needs_the_header(signed_in: Page, watch: Watch) -> None:
    watch.expect_status(403)
    assert send(signed_in, "DELETE", "/console/session") == 403
    assert session_cookie(signed_in)


def test_two_different_credentials_are_none(
    signed_in: Page, watch: Watch, api: Api, unique: Callable[[str], str]
) -> None:
    other = api.create_key(unique("other"))
    watch.expect_status(401)
    assert send(signed_in, "GET", "/keys", {"authorization": f"Bearer {other['key']}"}) == 401


def test_the_cookie_opens_nothing_but_the_admin_api(signed_in: Page, watch: Watch) -> None:
    watch.expect_status(401)
    assert send(signed_in, "GET", "/demo/hello") == 401


def test_a_session_ends_when_its_key_is_revoked(
    page: Page, watch: Watch, api: Api, unique: Callable[[str], str]
) -> None:
    key = api.create_key(unique("administrator"), type="super-user")
    sign_in(page, key["key"])
    api.call("DELETE", f"/keys/{key['id']}")
    watch.expect_status(401)
    # The list may have asked for more by itself, and have been told already.
    page.evaluate("location.hash = '#/audit'")
    expect(sign_in_form(page)).to_be_visible()
    expect(page.get_by_text("Your session has ended.")).to_be_visible()


def test_what_is_typed_outlives_the_session(
    signed_in: Page, watch: Watch, api: Api, stack: LocalStack, unique: Callable[[str], str]
) -> None:
    name = unique("long form")
    form = open_create(signed_in)
    fill(form, Name=name)
    field(form, "Region").select_option("us-east-1")
    signed_in.context.clear_cookies()
    watch.expect_status(401)
    submit(form, "Create key")
    again = dialog(signed_in, "Sign in again")
    expect(again.get_by_text("What you have typed is still there.")).to_be_visible()
    expect(again.get_by_label("Key")).to_be_focused()
    assert_accessible(signed_in)
    again.get_by_label("Key").fill(stack.root_key)
    again.get_by_role("button", name="Sign in").click()
    expect(again).to_have_count(0)
    expect(field(form, "Name")).to_have_value(name)
    submit(form, "Create key")
    save(dialog(signed_in, SHOWN))
    assert [key["name"] for key in api.call("GET", f"/keys?name={quote(name)}")["keys"]] == [name]


def test_what_was_open_goes_with_who_gives_it_up(signed_in: Page, watch: Watch) -> None:
    form = open_create(signed_in)
    fill(form, Name="given up")
    field(form, "Region").select_option("us-east-1")
    signed_in.context.clear_cookies()
    watch.expect_status(401)
    submit(form, "Create key")
    dialog(signed_in, "Sign in again").get_by_role("button", name="Give it up").click()
    expect(sign_in_form(signed_in)).to_be_visible()
    expect(signed_in.get_by_role("dialog")).to_have_count(0)


def test_a_session_ends_when_its_key_expires(page: Page, api: Api, unique: Callable[[str], str]) -> None:
    key = api.create_key(unique("administrator"), type="super-user", expires_in="4s")
    sign_in(page, key["key"])
    # The page knows when that is, and waits for it.
    expect(sign_in_form(page)).to_be_visible()
    expect(page.get_by_text("Your session has ended.")).to_be_visible()


def test_a_session_ends_by_itself_after_an_hour(page: Page, stack: LocalStack) -> None:
    page.clock.install()
    sign_in(page, stack.root_key)
    # From here on, time goes on only when it is told to: the message would be gone after a few seconds.
    page.clock.pause_at(datetime.now(timezone.utc) + timedelta(seconds=10))
    page.clock.run_for((HOUR_SECONDS - 150) * 1000)
    for _ in range(40):
        if toast(page, "Your session ends in 2 minutes.").is_visible():
            break
        page.clock.run_for(1000)
    expect(toast(page, "Your session ends in 2 minutes.")).to_be_visible()
    page.clock.run_for(125 * 1000)
    expect(sign_in_form(page)).to_be_visible()
    expect(page.get_by_text("Your session has ended.")).to_be_visible()
