"""`python -m tests.browser.screenshots [FOLDER]` makes a picture of every state, to be looked at."""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, ViewportSize

from tests.browser.chromium import launched
from tests.browser.serving import FakeAssistant
from tests.browser.talking import choose, open_widget, say

PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1100, "height": 800}
Steps = Callable[[Page, BrowserContext], None]


def _begin(page: Page, context: BrowserContext) -> None:
    page.locator(".choice").first.wait_for()


def _question(page: Page, context: BrowserContext) -> None:
    say(page, "My neck is stiff")


def _advice(page: Page, context: BrowserContext) -> None:
    _question(page, context)
    choose(page, "None of these")
    choose(page, "Two weeks or more")


def _nutrients(page: Page, context: BrowserContext) -> None:
    _advice(page, context)
    page.wait_for_timeout(600)
    page.locator(".nutrients").evaluate("card => card.scrollIntoView()")


def _advice_below(page: Page, context: BrowserContext) -> None:
    _advice(page, context)
    page.wait_for_timeout(600)
    page.locator(".sources summary").click()
    page.locator(".scroll").evaluate("s => s.scrollTop = s.scrollHeight")


def _levels(page: Page, context: BrowserContext) -> None:
    say(page, "home")
    say(page, "today")


def _summary(page: Page, context: BrowserContext) -> None:
    say(page, "summary")


def _emergency(page: Page, context: BrowserContext) -> None:
    say(page, "My neck is stiff and I have a fever")


def _offline(page: Page, context: BrowserContext) -> None:
    _question(page, context)
    context.set_offline(True)
    say(page, "It hurts when I turn my head", wait=False)
    page.locator(".try").wait_for()


def _slow(page: Page, context: BrowserContext) -> None:
    say(page, "slow 9", wait=False)
    page.get_by_text("longer than usual").wait_for()


def _deleting(page: Page, context: BrowserContext) -> None:
    _question(page, context)
    page.get_by_role("button", name="Delete my data").click()


def _deleted(page: Page, context: BrowserContext) -> None:
    _deleting(page, context)
    page.get_by_role("button", name="Yes, delete it").click()
    page.get_by_text("has been deleted").wait_for()


STATES: dict[str, Steps] = {
    "greeting": _begin,
    "question": _question,
    "advice": _advice,
    "nutrients": _nutrients,
    "advice_below": _advice_below,
    "levels": _levels,
    "summary": _summary,
    "emergency": _emergency,
    "offline": _offline,
    "slow": _slow,
    "deleting": _deleting,
    "deleted": _deleted,
}
DARK: list[str] = ["greeting", "advice", "nutrients", "advice_below", "summary", "emergency", "offline", "levels"]
SMALL: list[str] = ["question", "emergency", "advice"]
LARGE_TEXT: list[str] = ["greeting", "question", "advice", "emergency", "offline", "summary", "deleting"]
MIRRORED: list[str] = ["question", "emergency", "advice", "advice_below", "summary", "offline"]
TWICE_AS_LARGE = "addEventListener('DOMContentLoaded', () => document.documentElement.style.fontSize = '200%')"


def picture_all(folder: Path) -> list[Path]:
    """Makes the pictures and returns their files."""
    folder.mkdir(parents=True, exist_ok=True)
    jobs: list[tuple[str, str, dict[str, Any], str]] = [
        (f"phone_{state}", state, {"viewport": PHONE, "color_scheme": "light"}, "/") for state in STATES
    ]
    jobs += [(f"dark_{state}", state, {"viewport": PHONE, "color_scheme": "dark"}, "/") for state in DARK]
    jobs += [(f"small_{state}", state, {"viewport": {"width": 320, "height": 256}}, "/") for state in SMALL]
    jobs += [("wide_advice", "advice", {"viewport": DESK}, "/")]
    jobs += [("forced_advice", "advice", {"viewport": PHONE, "forced_colors": "active"}, "/")]
    jobs += [("forced_emergency", "emergency", {"viewport": PHONE, "forced_colors": "active"}, "/")]
    jobs += [("narrow_emergency", "emergency", {"viewport": {"width": 320, "height": 568}}, "/")]
    jobs += [("tall_emergency", "emergency", {"viewport": {"width": 390, "height": 844}}, "/")]
    jobs += [(f"large_text_{state}", state, {"viewport": PHONE}, "/") for state in LARGE_TEXT]
    jobs += [(f"arabic_{state}", state, {"viewport": PHONE}, "/?lang=ar") for state in MIRRORED]
    jobs += [("spanish_greeting", "greeting", {"viewport": PHONE}, "/?lang=es")]
    made = []
    with (
        tempfile.TemporaryDirectory() as state,
        FakeAssistant(Path(state)) as server,
        launched() as browser,
    ):
        for name, steps, options, address in jobs:
            with browser.new_context(reduced_motion="reduce", **options) as context:
                page = context.new_page()
                if name.startswith("large_text"):
                    page.add_init_script(TWICE_AS_LARGE)
                page.goto(server.url + address)
                STATES[steps](page, context)
                made.append(_picture(page, folder, name))
        for name, viewport in (("demo_phone", PHONE), ("demo_wide", DESK)):
            with browser.new_context(viewport=viewport, reduced_motion="reduce") as context:
                page = context.new_page()
                page.goto(server.url + "/demo")
                page.get_by_role("button", name="Ask about your neck").wait_for()
                made.append(_picture(page, folder, name + "_closed"))
                frame = open_widget(page)
                say(frame, "My neck is stiff")
                page.mouse.move(0, 0)
                made.append(_picture(page, folder, name + "_open"))
        with browser.new_context(viewport=PHONE, java_script_enabled=False) as context:
            page = context.new_page()
            page.goto(server.url)
            made.append(_picture(page, folder, "no_javascript"))
    return made


def _picture(page: Page, folder: Path, name: str) -> Path:
    page.wait_for_timeout(150)
    file = folder / f"{name}.png"
    page.screenshot(path=file)
    return file


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path("results/screenshots"))
    for made_file in picture_all(parser.parse_args().folder):
        print(made_file)
