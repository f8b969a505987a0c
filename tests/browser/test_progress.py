"""Whoever waits is told so: after 300 ms, and never for what is faster."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from playwright.sync_api import Page, expect

from console import follow, open_page, rows
from progress import Held, progress

PATIENCE_MS = 300
# The page takes a few frames to notice that a call has begun.
FRAME_MS = 20
FRAMES_MS = 60
MOST_FRAMES = 15


def test_what_is_fast_shows_no_progress(signed_in: Page) -> None:
    expect(rows(signed_in).first).to_be_visible()
    signed_in.evaluate(
        """() => {
          globalThis.latchkeyTestShown = 0;
          document.querySelector("[role=progressbar]").addEventListener("toggle", () => { latchkeyTestShown += 1; });
        }"""
    )
    signed_in.clock.install()
    for name in ("API sets", "Audit", "Keys"):
        open_page(signed_in, name)
        signed_in.wait_for_load_state("networkidle")
    assert signed_in.evaluate("latchkeyTestShown") == 0


def test_a_slow_answer_shows_progress_until_it_comes(signed_in: Page) -> None:
    expect(rows(signed_in).first).to_be_visible()
    held = Held(signed_in, "**/audit*")
    # From here on, time goes on only when it is told to.
    signed_in.clock.install()
    signed_in.clock.pause_at(datetime.now(timezone.utc) + timedelta(seconds=10))
    follow(signed_in, "Audit")
    while not held.is_holding:
        signed_in.clock.run_for(FRAME_MS)
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
