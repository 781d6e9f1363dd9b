"""Chromium before a live alliance. One alliance, one browser and one sign-in a person serve the whole run.

With BROWSER_TEST_STATE set to the state directory of a running alliance, the tests use that one instead of their own.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from alliance.embedded.live import Live, alliance
from alliance.embedded.state import State
from alliance.embedded.testing import run_directory
from tests.browser.hall import Hall
from tests.browser.stage import Stage, launch_options, running
from tests.live_world import World

STATE = "BROWSER_TEST_STATE"
# Playwright keeps a loop in this thread. A test that has the platform in its own process asks the database between its
# steps, never in one; set before the first fixture, because the database is made ready after the browser has started.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every test here is a browser test."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def live() -> Iterator[Live]:
    """The alliance of the run."""
    if os.environ.get(STATE):
        yield running(State(Path(os.environ[STATE])))
        return
    with alliance(run_directory("alliance")) as it:
        yield it


@pytest.fixture(scope="session")
def world(live: Live) -> World:
    """The demo's institutions and people on it."""
    return World.on(live)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium, which scripts/test found."""
    chromium = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium")
    if chromium is None:
        pytest.fail("CHROMIUM_PATH is not set: run the tests through scripts/test")
    expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(**launch_options(chromium, os.geteuid() == 0))
        yield found
        found.close()


@pytest.fixture
def hall(browser: Browser, live_server: Any, settings: Any) -> Hall:
    """Plain http on this machine: the names of cookies that demand https go."""
    settings.ALLOWED_HOSTS = ["*"]
    for name in ("SESSION", "CSRF", "LANGUAGE"):
        setattr(settings, f"{name}_COOKIE_NAME", name.lower())
        setattr(settings, f"{name}_COOKIE_SECURE", False)
    return Hall(browser, live_server.url)


@pytest.fixture(scope="session")
def stage(world: World, browser: Browser) -> Stage:
    """The alliance with its people and the browser."""
    return Stage(world.live, browser)
