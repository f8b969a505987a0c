"""Whoever waits is told so: after 300 ms, and never for what is faster."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from playwright.sync_api import Page, expect

from console import follow, heading, rows
from progress import Held, progress

PATIENCE_MS = 300
# The page takes a few frames to notice that a call has begun.
FRAME_MS = 20
FRAMES_MS = 60
MOST_FRAMES = 15


def stop_time(page: Page) -> None:
    """From here on, time goes on only when it is told to."""
    page.clock.install()
    page.clock.pause_at(datetime.now(timezone.utc) + timedelta(seconds=10))


def run_until_held(page: Page, held: Held) -> None:
    while not held.is_holding:
        page.clock.run_for(FRAME_MS)


def test_what_is_fast_shows_no_progress(signed_in: Page) -> None:
    expect(rows(signed_in).first).to_be_visible()
    signed_in.evaluate(
        """() => {
          const call = fetch;
          globalThis.latchkeyTestCalls = 0;
          globalThis.fetch = async (...request) => {
            latchkeyTestCalls += 1;
            const answer = await call(...request);
            answer.clone().arrayBuffer().finally(() => { latchkeyTestCalls -= 1; });
            return answer;
          };
          globalThis.latchkeyTestShown = 0;
          document.querySelector("[role=progressbar]").addEventListener("toggle", () => { latchkeyTestShown += 1; });
        }"""
    )
    stop_time(signed_in)
    for name, calls in (("API sets", "**/apis*"), ("Audit", "**/audit*"), ("Keys", "**/keys*")):
        held = Held(signed_in, calls)
        follow(signed_in, name)
        run_until_held(signed_in, held)
        signed_in.clock.run_for(PATIENCE_MS // 2)
        held.release()
        while signed_in.evaluate("latchkeyTestCalls"):
            pass
        expect(heading(signed_in, name)).to_be_visible()
        # The page takes notice within a few frames, and nothing is left that would still show the bar.
        for _ in range(FRAMES_MS // FRAME_MS):
            signed_in.clock.run_for(FRAME_MS)
        signed_in.clock.run_for(2 * PATIENCE_MS)
    assert signed_in.evaluate("latchkeyTestShown") == 0


def test_a_slow_answer_shows_progress_until_it_comes(signed_in: Page) -> None:
    expect(rows(signed_in).first).to_be_visible()
    held = Held(signed_in, "**/audit*")
    stop_time(signed_in)
    follow(signed_in, "Audit")
    run_until_held(signed_in, held)
    signed_in.clock.run_for(PATIENCE_MS - FRAMES_MS)
    expect(progress(signed_in)).to_be_hidden()
    for _ in range(MOST_FRAMES):
        if progress(signed_in).is_visible():
            break
        signed_in.clock.run_for(FRAME_MS)
    expect(progress(signed_in)).to_be_visible()
    said = signed_in.get_by_role("status").and_(signed_in.get_by_text("Loading", exact=True))
    expect(said).to_have_count(1)
    held.release()
    signed_in.clock.resume()
    expect(progress(signed_in)).to_be_hidden()
    expect(said).to_have_count(0)
