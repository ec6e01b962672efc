"""One browser, one scripted assistant and one `npm ci` for all browser tests."""

import hashlib
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page

from tests.browser.chromium import NoChromium, launched
from tests.browser.serving import ROOT, FakeAssistant

WEB = ROOT / "web"
WATCH = """
addEventListener('securitypolicyviolation', (event) => {
  const key = 'violations of the test';
  (window[key] ||= []).push(`${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`);
});
"""

OpenPage = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium.

    It ends with this folder's tests: Playwright keeps an event loop running, and with that no asyncio test can run.
    """
    try:
        with launched() as running:
            yield running
    except NoChromium as problem:
        pytest.fail(str(problem), pytrace=False)


@pytest.fixture(scope="package")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeAssistant]:
    """The scripted assistant that all tests share; a test that stops a server takes one of its own."""
    with FakeAssistant(tmp_path_factory.mktemp("assistant")) as running:
        yield running


@pytest.fixture
def own_assistant(tmp_path: Path) -> Iterator[FakeAssistant]:
    """A scripted assistant that the test may stop and start."""
    with FakeAssistant(tmp_path) as running:
        yield running


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """`open_page(address, **context options)`: a page in a fresh browser profile.

    After the test no page may have run into its own security policy, or into an error.
    """
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: errors.append(f"error on the page: {error}"))

        def dismiss(dialog: Dialog) -> None:
            errors.append(f"a dialog: {dialog.message}")
            dialog.dismiss()

        page.on("dialog", dismiss)

    def open_one(address: str, **options: Any) -> Page:
        options = {"reduced_motion": "reduce", **options}
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(15_000)
        context.on("page", watch)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.goto(address)
        return page

    yield open_one
    for context in contexts:
        for page in context.pages:
            for frame in page.frames:
                # a page that shows an error of the browser runs no script
                if frame.url.startswith(("http://", "about:")):
                    errors += frame.evaluate("window['violations of the test'] || []")
        context.close()
    assert errors == []


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The npm packages of `web/`, installed again when its lock file changed."""
    if shutil.which("npm") is None:
        pytest.fail("This test needs Node.js 20 or later with npm: apt-get install nodejs npm", pytrace=False)
    lock = hashlib.sha256((WEB / "package-lock.json").read_bytes()).hexdigest()
    stamp = WEB / "node_modules" / ".lock-sha256"
    if not stamp.is_file() or stamp.read_text() != lock:
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, f"npm ci failed in web/:\n{done.stdout}\n{done.stderr}"
        stamp.write_text(lock)
    return WEB / "node_modules"
