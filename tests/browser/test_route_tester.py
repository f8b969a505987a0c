"""The tester of routes: which API sets and which keys reach a call."""

from __future__ import annotations

from collections.abc import Callable
from secrets import token_hex

import pytest
from playwright.sync_api import Page, expect

from api import Api
from api_sets import results, tester
from console import heading
from forms import assert_wrong, field, fill

Unique = Callable[[str], str]


@pytest.fixture
def name() -> str:
    """A name of a set that no other test uses."""
    return f"orders-{token_hex(4)}"


def test_the_tester_tells_which_sets_and_keys_reach_a_call(apis: Page, api: Api, name: str, unique: Unique) -> None:
    api.put_set(name, [f"GET /{name}/{{id}}"])
    api.put_set(f"{name}-all", [f"ANY /{name}/*"], client_types=["partner"])
    holder = api.create_key(unique("holder"), apis=[name])
    partner = api.create_key(unique("partner"), apis=[f"{name}-all"], client_type="partner")
    api.create_key(unique("stranger"), apis=[f"{name}-all"])
    apis.reload()
    fill(tester(apis), Path=f"/{name}/7")
    expect(tester(apis).get_by_role("heading", name="2 API sets")).to_be_visible()
    expect(results(apis).filter(has_text=holder["name"])).to_contain_text(f"by {name}")
    expect(results(apis).filter(has_text=partner["name"])).to_contain_text(f"by {name}-all")
    expect(results(apis).filter(has_text="stranger")).to_have_count(0)
    field(tester(apis), "Method").select_option("POST")
    expect(tester(apis).get_by_role("heading", name="1 API set")).to_be_visible()
    expect(results(apis).filter(has_text=holder["name"])).to_have_count(0)
    expect(results(apis).filter(has_text=partner["name"])).to_have_count(1)


def test_the_tester_follows_what_is_done_to_a_key(apis: Page, api: Api, name: str, unique: Unique) -> None:
    api.put_set(name, [f"GET /{name}"])
    holder = api.create_key(unique("holder"), apis=[name])
    api.call("DELETE", f"/keys/{holder['id']}")
    apis.reload()
    fill(tester(apis), Path=f"/{name}")
    expect(tester(apis).get_by_role("heading", name="1 API set")).to_be_visible()
    expect(results(apis).filter(has_text="super-user").first).to_be_visible()
    expect(results(apis).filter(has_text=holder["name"])).to_have_count(0)
    tester(apis).get_by_label("Inactive ones, too").check()
    expect(results(apis).filter(has_text=holder["name"])).to_contain_text("Revoked")
    results(apis).get_by_role("link", name=holder["name"]).click()
    expect(heading(apis, holder["name"])).to_be_visible()
    apis.go_back()
    expect(field(tester(apis), "Path")).to_have_value(f"/{name}")


def test_the_tester_says_what_is_in_no_set_and_what_is_open(apis: Page, api: Api, name: str) -> None:
    api.put_set(name, [f"GET /{name}"], key_required=False)
    apis.reload()
    fill(tester(apis), Path=f"/{name}")
    expect(tester(apis).get_by_text("No key is needed")).to_be_visible()
    fill(tester(apis), Path=f"/{name}/nowhere")
    expect(tester(apis).get_by_role("heading", name="No API set")).to_be_visible()
    fill(tester(apis), Path="nowhere")
    assert_wrong(field(tester(apis), "Path"), "slash")
