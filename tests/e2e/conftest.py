"""The walk takes the alliance and the browser of the browser tests, BROWSER_TEST_STATE included."""

from tests.browser.conftest import browser, live

__all__ = ["browser", "live"]
