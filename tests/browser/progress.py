"""Answers that take their time, and the sign that they do."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, Route


def progress(page: Page) -> Locator:
    """The bar that says that something is under way."""
    return page.get_by_role("progressbar", name="Loading")


class Held:
    """Holds the answers to requests until they are released."""

    def __init__(self, page: Page, pattern: str) -> None:
        self._page = page
        self._pattern = pattern
        self._routes: list[Route] = []
        page.route(pattern, lambda route: self._routes.append(route))

    @property
    def is_holding(self) -> bool:
        """Whether a request is being held."""
        return bool(self._routes)

    def wait(self) -> None:
        """Waits until there is something to hold."""
        while not self.is_holding:
            self._page.wait_for_event("request")

    def release(self) -> None:
        for route in self._routes:
            # The page may have given it up.
            if route.request.failure is None:
                route.continue_()
        self._page.unroute(self._pattern)
