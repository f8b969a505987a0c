"""How a page looks: the themes and sizes that count, layout shifts, scrolling, and screenshots."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import FloatRect, Page

SCREENSHOTS = Path(__file__).resolve().parents[2] / "docs" / "screenshots"


@dataclass(frozen=True)
class Size:
    """A viewport in CSS pixels. A phone has touch, and no hovering."""

    width: int
    height: int
    is_phone: bool = False

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


DESKTOP = Size(1280, 800)
PHONE = Size(390, 844, is_phone=True)
SIZES = [DESKTOP, PHONE]
THEMES = ["light", "dark"]

# Runs before the page's own scripts. Shifts within half a second of what the user did are not the page's fault.
SHIFTS = """
globalThis.latchkeyTestShifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    if (!entry.hadRecentInput) {
      const nodes = entry.sources.map((source) => source.node?.outerHTML?.slice(0, 120) ?? "gone");
      latchkeyTestShifts.push({ value: entry.value, nodes });
    }
  }
}).observe({ type: "layout-shift", buffered: true });
"""
MOST_SHIFT = 0.02


def wait_until(page: Page, condition: str, patience: int = 10_000) -> None:
    """Waits, frame by frame, until a JavaScript expression holds; at most `patience` milliseconds. (Playwright's own
    `wait_for_function` evaluates text in the page, which the console's policy stops.)"""
    held = page.evaluate(
        """(patience) => new Promise((done) => {
             const end = performance.now() + patience;
             const look = () => {
               if (CONDITION) done(true);
               else if (performance.now() > end) done(false);
               else requestAnimationFrame(look);
             };
             look();
           })""".replace("CONDITION", condition),
        patience,
    )
    assert held, f"it has not come to {condition}"


def assert_nothing_moved(page: Page) -> None:
    """Nothing that was shown has jumped elsewhere since the page was loaded: CLS, with a fifth of the usual limit."""
    # The observer is told of a frame after it was painted.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    shifts = page.evaluate("latchkeyTestShifts")
    total = sum(shift["value"] for shift in shifts)
    assert total < MOST_SHIFT, f"the page moved by {total:.3f}: {shifts}"


def assert_no_sideways_scrolling(page: Page) -> None:
    """The page fits the width of the window."""
    width, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert width <= room, f"the page is {width} px wide in a window of {room} px"


def png_size(png: bytes) -> tuple[int, int]:
    """Width and height of a PNG in pixels, from its header."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n", "not a PNG"
    return struct.unpack(">II", png[16:24])


class Screenshots:
    """Takes the README's screenshots. They are written anew when `are_written`; else the committed ones must be there,
    and as large as what the page looks like today."""

    def __init__(self, are_written: bool, otherwise: Path) -> None:
        self._are_written = are_written
        self._otherwise = otherwise

    def take(self, page: Page, name: str, clip: FloatRect | None = None) -> None:
        """Takes the window, or the part of it that is given."""
        committed = SCREENSHOTS / f"{name}.png"
        file = committed if self._are_written else self._otherwise / committed.name
        file.parent.mkdir(parents=True, exist_ok=True)
        # What lies under the mouse looks different.
        page.mouse.move(0, 0)
        # The text cursor blinks, and animations are seldom caught at the same place.
        png = page.screenshot(path=file, animations="disabled", caret="hide", clip=clip)
        assert committed.is_file(), f"{committed} is missing: run the tests with --screenshots"
        assert png_size(committed.read_bytes()) == png_size(png), f"{committed.name} has another size than the page"
