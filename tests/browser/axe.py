"""Accessibility, as far as a program can tell: axe-core with every rule for WCAG 2.2 AA, and its best practices."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}


def assert_accessible(page: Page) -> None:
    """Nothing on the page as it stands breaks a rule; a dialog that is open is part of it."""
    # Colours that still fade are none of those that a person will read.
    page.evaluate("() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished))")
    results = Axe().run(page, options=OPTIONS)
    assert results.violations_count == 0, results.generate_report()
