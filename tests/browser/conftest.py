"""What the browser tests stand on: the stack, its API, and pages in a real Chromium, watched for every fault."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from secrets import token_hex

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from api import Api
from api_sets import card
from console import open_page, sign_in
from looks import DESKTOP, SHIFTS, Screenshots, Size
from stack import LocalStack
from watch import Watch

CHROMIUM_NAMES = ["chromium", "chromium-browser", "google-chrome"]
# Whatever a browser does on its own would be noise in a test.
CHROMIUM_FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]
PATIENCE_MS = 10_000


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", action="store_true", help="write docs/screenshots anew")


MEASURED = pytest.StashKey[list[str]]()


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """Notes a line of what was measured, to be told at the end of the run."""
    return request.config.stash.setdefault(MEASURED, []).append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if lines := config.stash.get(MEASURED, []):
        terminalreporter.section("measured")
        for line in lines:
            terminalreporter.write_line(line)


def chromium_path() -> str:
    """Where Chromium is: what LATCHKEY_CHROMIUM names, or what the PATH has."""
    named = os.environ.get("LATCHKEY_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    assert found, f"Chromium is missing: none of {CHROMIUM_NAMES} is on the PATH; LATCHKEY_CHROMIUM can name one"
    return found


@pytest.fixture(scope="session")
def stack() -> Iterator[LocalStack]:
    """The stack that the tests share. It trusts no record that it read before: what is revoked is so at once."""
    with LocalStack(CACHE_TTL_SECONDS="0") as stack:
        yield stack


@pytest.fixture(scope="session")
def api(stack: LocalStack) -> Api:
    """The admin API, with the root key."""
    return Api(stack.url, stack.root_key)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def theme() -> str:
    """The theme that the system asks for. Tests take others by their parameters."""
    return "light"


@pytest.fixture
def size() -> Size:
    """The window. Tests take others by their parameters."""
    return DESKTOP


@pytest.fixture
def context(browser: Browser, stack: LocalStack, theme: str, size: Size) -> Iterator[BrowserContext]:
    """A browser that has been nowhere yet."""
    context = browser.new_context(
        base_url=stack.url,
        viewport={"width": size.width, "height": size.height},
        is_mobile=size.is_phone,
        has_touch=size.is_phone,
        device_scale_factor=1,
        color_scheme=theme,
        locale="en-GB",
        timezone_id="UTC",
    )
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(SHIFTS)
    yield context
    context.close()


@pytest.fixture
def watch(context: BrowserContext, stack: LocalStack) -> Iterator[Watch]:
    """Fails the test over what went wrong in the browser, unless the test has said that it expects it."""
    watch = Watch(context, stack.url)
    yield watch
    problems = watch.problems()
    assert not problems, "\n".join(problems)


@pytest.fixture
def page(context: BrowserContext, watch: Watch) -> Page:
    """An empty page of a new browser, watched."""
    return context.new_page()


@pytest.fixture
def signed_in(page: Page, stack: LocalStack) -> Page:
    """The console, signed in with the root key through its own page."""
    sign_in(page, stack.root_key)
    return page


@pytest.fixture
def apis(signed_in: Page) -> Page:
    """The page of API sets."""
    open_page(signed_in, "API sets")
    expect(card(signed_in, "latchkey")).to_be_visible()
    return signed_in


@pytest.fixture
def unique() -> Callable[[str], str]:
    """Makes names that no other test uses: the stack is shared."""
    return lambda word: f"{word} {token_hex(4)}"


@pytest.fixture
def screenshots(request: pytest.FixtureRequest, tmp_path: Path) -> Screenshots:
    return Screenshots(request.config.getoption("--screenshots"), tmp_path)
