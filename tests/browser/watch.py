"""What no page of the console may do, whatever a test looks at: everything is watched, and counted against the test.

Seen are errors and warnings on the browser's console, exceptions that nobody caught, what the Content Security Policy
stopped, deprecations, requests that failed, and requests to another host than the stack.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request

# Runs in every document before its own scripts, so that it sees what tells of violations before the page does.
REPORTS = """
document.addEventListener("securitypolicyviolation", (event) => {
  latchkeyTestReport(`the policy ${event.effectiveDirective} stopped ${event.blockedURI} (${event.sourceFile})`);
}, true);
new ReportingObserver((reports) => {
  for (const report of reports) latchkeyTestReport(`${report.type}: ${JSON.stringify(report.body)}`);
}, { buffered: true, types: ["deprecation", "intervention"] }).observe();
"""


class Watch:
    """Collects what went wrong in the pages of a browser context. `url` is the only place they may talk to."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self._host = urlsplit(url).netloc
        self._context = context
        self._expected: list[re.Pattern[str]] = []
        self._problems: list[str] = []
        context.expose_binding("latchkeyTestReport", lambda _source, text: self._problems.append(text))
        context.add_init_script(REPORTS)
        context.on("console", self._on_console)
        context.on("weberror", lambda error: self._problems.append(f"uncaught: {error.error}"))
        context.on("request", self._on_request)
        context.on("requestfailed", self._on_failure)

    def expect(self, pattern: str) -> None:
        """From now on, problems that this regular expression finds are none. There has to be at least one."""
        self._expected.append(re.compile(pattern))

    def expect_status(self, status: int) -> None:
        """Lets the page be answered with an error: the browser tells of each on its console."""
        self.expect(rf"responded with a status of {status} ")

    def problems(self) -> list[str]:
        """What went wrong so far, and which expected problem never came."""
        for page in self._context.pages:
            # What the browser has told before this answer has arrived after it.
            page.evaluate("0")
        unexpected = [text for text in self._problems if not any(pattern.search(text) for pattern in self._expected)]
        missing = [
            f"expected, but never seen: {pattern.pattern}"
            for pattern in self._expected
            if not any(pattern.search(text) for text in self._problems)
        ]
        return unexpected + missing

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self._problems.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _on_request(self, request: Request) -> None:
        address = urlsplit(request.url)
        # Files that the page itself makes, such as downloads, are not sent for.
        if address.scheme not in ("blob", "data", "about") and address.netloc != self._host:
            self._problems.append(f"a request to another host: {request.url}")

    def _on_failure(self, request: Request) -> None:
        # A page that is left, and a search that is typed on, give up what they no longer want.
        if request.failure != "net::ERR_ABORTED":
            self._problems.append(f"{request.method} {request.url} failed: {request.failure}")
