"""The two programs of the README that mint a token, run as they stand there.

Neither shares a line with Latchkey's own code: three implementations of the same few standards have to agree.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright._impl._driver import compute_driver_executable
from playwright.sync_api import Page

from api import Api
from stack import REPOSITORY, LocalStack

Mint = Callable[[str], str]
MOST_LINES = 25


def block(marker: str) -> str:
    """The program behind a marker in the README."""
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- test: {re.escape(marker)} -->\n```\w+\n(.*?)```\n", readme, re.DOTALL)
    assert found, f"the README has no block `{marker}`"
    return found[1]


def printed_by(line: list[str | Path], key: str) -> str:
    """What a program prints that has the key in its environment."""
    environment = os.environ | {"LATCHKEY_KEY": key}
    ran = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


@pytest.fixture
def in_python(tmp_path: Path) -> Mint:
    """Runs the README's Python with the interpreter that runs the tests."""
    program = tmp_path / "mint.py"
    program.write_text(block("mint in Python"), encoding="utf-8")
    return lambda key: printed_by([sys.executable, program], key)


@pytest.fixture
def in_node(tmp_path: Path) -> Mint:
    """Runs the README's JavaScript with the Node.js that Playwright brings."""
    program = tmp_path / "mint.mjs"
    program.write_text(block("mint in JavaScript"), encoding="utf-8")
    node = compute_driver_executable()[0]
    return lambda key: printed_by([node, program], key)


@pytest.fixture
def in_chromium(page: Page) -> Mint:
    """Runs the README's JavaScript in a page, which finds the key where Node.js has it."""
    program = block("mint in JavaScript")
    icon = '<link rel="icon" href="data:,">'
    html = f'<!doctype html><title>Mint</title>{icon}<script type="module" src="/mint.js"></script>'

    def mint(key: str) -> str:
        page.add_init_script(f"globalThis.process = {{ env: {{ LATCHKEY_KEY: {json.dumps(key)} }} }};")
        page.route("**/mint.html", lambda route: route.fulfill(content_type="text/html", body=html))
        page.route("**/mint.js", lambda route: route.fulfill(content_type="text/javascript", body=program))
        with page.expect_console_message() as printed:
            page.goto("/mint.html")
        return printed.value.text

    return mint


@pytest.fixture(params=["in_python", "in_node", "in_chromium"])
def mint(request: pytest.FixtureRequest) -> Mint:
    """Each way of the README to mint a token."""
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("marker", ["mint in Python", "mint in JavaScript"])
def test_a_program_of_the_readme_is_short(marker: str) -> None:
    assert len(block(marker).splitlines()) < MOST_LINES


def test_a_minted_token_opens_what_its_key_opens(mint: Mint, api: Api, unique: Callable[[str], str]) -> None:
    key = api.create_key(unique("minter"), apis=["*"])
    echo = api.with_key(mint(key["key"])).get("/demo/hello")
    assert echo["context"]["key_id"] == key["id"]
    assert echo["context"]["token"] == "true"
    assert echo["context"]["token_expires_at"]


def test_a_minted_token_opens_nothing_more(mint: Mint, api: Api, unique: Callable[[str], str]) -> None:
    key = api.create_key(unique("minter"), apis=["*"])
    api.with_key(mint(key["key"])).call("GET", "/keys", expected=403)


def test_a_token_of_the_root_key_lists_keys(mint: Mint, api: Api, stack: LocalStack) -> None:
    assert api.with_key(mint(stack.root_key)).get("/keys", limit="1")["keys"]


def test_a_minted_token_dies_with_its_key(mint: Mint, api: Api, unique: Callable[[str], str]) -> None:
    key = api.create_key(unique("minter"), apis=["*"])
    holder = api.with_key(mint(key["key"]))
    holder.get("/demo/hello")
    api.call("DELETE", f"/keys/{key['id']}")
    holder.call("GET", "/demo/hello", expected=401)
