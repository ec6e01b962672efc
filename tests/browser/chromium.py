"""The browser of the tests: Debian's Chromium (or another Chromium), driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
]


class NoChromium(Exception):
    """There is no Chromium on this machine. The message says how to get one."""


def chromium_path() -> str:
    """The program that `CHROMIUM` names, else the first Chromium or Chrome in the path."""
    named = os.environ.get("CHROMIUM", "")
    if named and shutil.which(named) is None:
        raise NoChromium(f"CHROMIUM is {named!r}, and that is not a program here.")
    for name in [named] if named else ["chromium", "chromium-browser", "google-chrome", "chrome"]:
        path = shutil.which(name)
        if path:
            return path
    raise NoChromium(
        "The browser tests need Chromium. On Debian or Ubuntu: apt-get install chromium. "
        "Elsewhere install Chromium or Chrome and set CHROMIUM to its path."
    )


@contextmanager
def launched() -> Iterator[Browser]:
    """A headless browser; closed at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), headless=True, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
