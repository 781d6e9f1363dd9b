"""People in front of browsers, and the platform in this very process: no alliance runs, the test sees its database."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page

from members.models import User
from tests.browser.stage import Watch
from tests.cast import client_of


class Hall:
    """A live server, a browser, and what everybody's pages said and sent."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url, self.watch = browser, url, Watch()

    @contextmanager
    def signed_in(self, user: User) -> Iterator[Page]:
        """A fresh profile with the person's session."""
        context = self.browser.new_context(base_url=self.url, locale="en-US", timezone_id="Asia/Shanghai")
        context.set_default_timeout(20_000)
        cookies = [{"name": name, "value": one.value, "url": self.url} for name, one in client_of(user).cookies.items()]
        context.add_cookies(cookies)  # type: ignore[arg-type]
        self.watch.over(context)
        try:
            yield context.new_page()
        finally:
            context.close()
