"""Whoever waits is told so: after 300 ms, and never for what is faster."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest
from playwright.sync_api import Page, expect

from console import follow, heading, open_page, sign_in
from progress import Held, progress
from stack import LocalStack

PATIENCE_MS = 300
# The page takes a few frames to notice that a call has begun.
FRAME_MS = 20
FRAMES_MS = 60
MOST_FRAMES = 6
# How long the stack may take, in seconds.
PATIENCE_OF_THE_TEST = 10

# Counts the calls that are under way: each until the page has read its answer.
CALLS = """
globalThis.latchkeyTestCalls = 0;
const call = globalThis.fetch;
globalThis.fetch = async (...request) => {
  latchkeyTestCalls += 1;
  const over = () => { latchkeyTestCalls -= 1; };
  const answer = await call(...request).catch((error) => { over(); throw error; });
  const text = answer.text.bind(answer);
  answer.text = () => text().finally(over);
  return answer;
};
"""


def until(holds: Callable[[], bool]) -> None:
    """Waits for something, which takes none of the page's time if that stands still."""
    end = time.monotonic() + PATIENCE_OF_THE_TEST
    while not holds():
        assert time.monotonic() < end, "it does not come to that"


def settle(page: Page) -> None:
    """Waits until no call is under way."""
    until(lambda: not page.evaluate("latchkeyTestCalls"))


def let_pass(page: Page, milliseconds: int) -> None:
    """Lets the page's time go on, in which every call is answered within a frame."""
    for _ in range(milliseconds // FRAME_MS):
        page.clock.run_for(FRAME_MS)
        settle(page)


def run_until_held(page: Page, held: Held) -> None:
    """Lets the page's time go on until it calls, and no longer: that the call is held takes time of its own."""

    def has_called() -> bool:
        page.clock.run_for(FRAME_MS)
        return page.evaluate("latchkeyTestCalls")

    def is_held() -> bool:
        page.evaluate("0")
        return held.is_holding

    until(has_called)
    until(is_held)


@pytest.fixture
def still(page: Page, stack: LocalStack) -> Page:
    """The console on a page that loads nothing. From here on, its time goes on only when it is told to."""
    page.add_init_script(CALLS)
    sign_in(page, stack.root_key)
    open_page(page, "Try a key")
    settle(page)
    page.clock.install()
    page.clock.pause_at(datetime.now(timezone.utc) + timedelta(seconds=10))
    return page


def test_what_is_fast_shows_no_progress(still: Page) -> None:
    still.evaluate(
        """() => {
          globalThis.latchkeyTestShown = 0;
          document.querySelector("[role=progressbar]").addEventListener("toggle", () => { latchkeyTestShown += 1; });
        }"""
    )
    for name, calls in (("API sets", "**/apis*"), ("Audit", "**/audit*"), ("Keys", "**/keys*")):
        held = Held(still, calls)
        follow(still, name)
        run_until_held(still, held)
        still.clock.run_for(PATIENCE_MS // 2)
        held.release()
        settle(still)
        expect(heading(still, name)).to_be_visible()
        # The page takes notice within a few frames, and nothing is left that would still show the bar.
        let_pass(still, 3 * PATIENCE_MS)
    assert still.evaluate("latchkeyTestShown") == 0


def test_a_slow_answer_shows_progress_until_it_comes(still: Page) -> None:
    held = Held(still, "**/audit*")
    follow(still, "Audit")
    run_until_held(still, held)
    still.clock.run_for(PATIENCE_MS - FRAMES_MS)
    expect(progress(still)).to_be_hidden()
    for _ in range(MOST_FRAMES):
        if progress(still).is_visible():
            break
        still.clock.run_for(FRAME_MS)
    expect(progress(still)).to_be_visible()
    said = still.get_by_role("status").and_(still.get_by_text("Loading", exact=True))
    expect(said).to_have_count(1)
    held.release()
    still.clock.resume()
    expect(progress(still)).to_be_hidden()
    expect(said).to_have_count(0)
