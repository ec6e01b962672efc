"""Usable by everyone: axe-core in every state, sizes, small screens, large text, motion and colours."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.conftest import OpenPage
from tests.browser.serving import FakeAssistant
from tests.browser.talking import choose, open_widget, say

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SMALLEST_TARGET = 44
PHONE: ViewportSize = {"width": 360, "height": 740}


def mid_chat(page: Page) -> None:
    """A question with buttons, then advice with every card."""
    say(page, "My neck is stiff")
    choose(page, "None of these")
    choose(page, "Two weeks or more")
    page.locator(".sources summary").click()


def levels(page: Page) -> None:
    """The two care levels that are seen nowhere else."""
    say(page, "home")
    say(page, "today")


def emergency(page: Page) -> None:
    """The banner and the card."""
    say(page, "My neck is stiff and I have a fever")


def offline(page: Page) -> None:
    """A message that waits."""
    page.context.set_offline(True)
    say(page, "hello", wait=False)
    page.get_by_role("button", name="Try now").wait_for()


def summary(page: Page) -> None:
    """The summary card."""
    say(page, "summary")


def deleting(page: Page) -> None:
    """The question before deleting."""
    page.get_by_role("button", name="Delete my data").click()


def opened(page: Page) -> None:
    """As it comes."""
    page.locator(".choice").first.wait_for()


STATES: list[Callable[[Page], None]] = [opened, mid_chat, levels, emergency, offline, summary, deleting]


def violations(page: Page, axe: Path) -> list[str]:
    """What axe-core objects to, in every frame of the page."""
    for frame in page.frames:
        frame.evaluate(axe.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("rules => axe.run({ runOnly: rules })", RULES)
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.fixture(scope="session")
def axe(node_modules: Path) -> Path:
    """axe-core's script."""
    return node_modules / "axe-core" / "axe.min.js"


@pytest.fixture(scope="module", params=STATES, ids=lambda state: state.__name__)
def state(
    request: pytest.FixtureRequest, browser: Browser, assistant: FakeAssistant
) -> Iterator[tuple[str, Page]]:
    """The name of a state, and a page in it. Its policy is off for axe-core's sake, and only here."""
    context = browser.new_context(bypass_csp=True, viewport=PHONE, reduced_motion="reduce")
    page = context.new_page()
    page.goto(assistant.url)
    request.param(page)
    yield request.param.__name__, page
    context.close()


@pytest.fixture
def page_in_state(state: tuple[str, Page]) -> Iterator[Page]:
    """The page, put back to a phone's size and the light scheme afterwards."""
    page = state[1]
    yield page
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="light")
    page.evaluate("document.documentElement.style.fontSize = ''")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_no_objection(page_in_state: Page, axe: Path, scheme: Literal["light", "dark"]) -> None:
    page_in_state.emulate_media(color_scheme=scheme)
    assert violations(page_in_state, axe) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_no_objection_on_a_host_page(
    assistant: FakeAssistant, open_page: OpenPage, axe: Path, scheme: str
) -> None:
    page = open_page(assistant.url + "/demo", bypass_csp=True, color_scheme=scheme)
    page.locator("[data-neckwise] button").wait_for()
    assert violations(page, axe) == []
    frame = open_widget(page)
    say(frame, "My neck is stiff")
    assert violations(page, axe) == []


def test_axe_finds_what_is_wrong(assistant: FakeAssistant, open_page: OpenPage, axe: Path) -> None:
    page = open_page(assistant.url, bypass_csp=True)
    page.locator("neckwise-chat").evaluate(
        "chat => chat.shadowRoot.querySelector('.send').removeAttribute('aria-label')"
    )
    assert any("button-name" in violation for violation in violations(page, axe))


@pytest.mark.parametrize("width", [320, 360, 1100])
def test_every_target_is_large_enough(page_in_state: Page, width: int) -> None:
    page_in_state.set_viewport_size({"width": width, "height": 740})
    too_small = page_in_state.locator("neckwise-chat").evaluate(
        """(chat, smallest) => [...chat.shadowRoot.querySelectorAll('a, button, textarea, summary')]
          .map((target) => [target, target.getBoundingClientRect()])
          .filter(([target, box]) => target.checkVisibility() && box.width > 0 &&
            (Math.round(box.width) < smallest || Math.round(box.height) < smallest))
          .map(([target, box]) => `${target.innerText || target.ariaLabel}: ${box.width} x ${box.height}`)""",
        SMALLEST_TARGET,
    )
    assert too_small == []


def test_it_can_be_used_on_320_by_256(state: tuple[str, Page], page_in_state: Page) -> None:
    page = page_in_state
    page.set_viewport_size({"width": 320, "height": 256})
    assert no_sideways_scrolling(page)
    if state[0] == "deleting":
        for name in ("No, keep it", "Yes, delete it"):
            button = page.get_by_role("button", name=name)
            button.scroll_into_view_if_needed()
            expect(button).to_be_in_viewport(ratio=1)
        return
    everything_is_in_reach(page)


def test_only_the_conversation_scrolls(page_in_state: Page) -> None:
    assert page_in_state.evaluate("document.scrollingElement.scrollHeight <= innerHeight")


def test_text_twice_as_large_fits(page_in_state: Page) -> None:
    page_in_state.set_viewport_size({"width": 640, "height": 900})
    page_in_state.evaluate("document.documentElement.style.fontSize = '200%'")
    assert no_sideways_scrolling(page_in_state)
    cut = page_in_state.locator("neckwise-chat").evaluate(
        """(chat) => [...chat.shadowRoot.querySelectorAll('button, a, h1, h2, h3, p, li')]
          .filter((element) => element.checkVisibility() && element.clientWidth > 0 &&
            !element.classList.contains('unseen') && element.scrollWidth > element.clientWidth + 1 &&
            getComputedStyle(element).display !== 'inline')
          .map((element) => element.outerHTML.slice(0, 120))"""
    )
    assert cut == []


def test_text_twice_as_large_leaves_room_to_read_on_a_phone(
    state: tuple[str, Page], page_in_state: Page
) -> None:
    page = page_in_state
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert no_sideways_scrolling(page)
    if state[0] == "deleting":
        expect(page.get_by_role("heading", name="Delete my data?")).to_be_in_viewport()
        return
    room = page.locator("neckwise-chat").evaluate(
        """(chat) => { const part = (name) => chat.shadowRoot.querySelector(name);
          part('main').scrollTop = 0;
          return part('form').getBoundingClientRect().top - part('.line').getBoundingClientRect().bottom; }"""
    )
    assert room >= PHONE["height"] / 2
    everything_is_in_reach(page)


def test_nothing_moves_when_less_motion_is_wished(assistant: FakeAssistant, open_page: OpenPage) -> None:
    moving = """() => document.querySelector('neckwise-chat').shadowRoot.getAnimations?.().length ??
      document.getAnimations().length"""
    page = open_page(assistant.url, reduced_motion="reduce")
    say(page, "slow 2", wait=False)
    page.locator(".writing").wait_for()
    assert page.evaluate(moving) == 0
    page = open_page(assistant.url, reduced_motion="no-preference")
    say(page, "slow 2", wait=False)
    page.locator(".writing").wait_for()
    assert page.evaluate(moving) > 0


def test_forced_colours_keep_borders_and_bars(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url, forced_colors="active")
    mid_chat(page)
    look = page.locator(".bar .part").first.evaluate("bar => getComputedStyle(bar).fill")
    whole = page.locator(".bar .whole").first.evaluate("bar => getComputedStyle(bar).fill")
    assert look != whole
    for part in (".bubble", ".card", ".line", ".choice"):
        assert page.locator(part).first.evaluate("e => parseFloat(getComputedStyle(e).borderTopWidth)") >= 1


def everything_is_in_reach(page: Page) -> None:
    """The numbers and the box to write in are in sight all the time, and every button can be pressed."""
    for number in ("112", "999", "911"):
        expect(page.locator(f".line a[href='tel:{number}']")).to_be_in_viewport(ratio=1)
    expect(page.locator("textarea")).to_be_in_viewport(ratio=0.9)
    expect(page.get_by_role("button", name="Send")).to_be_in_viewport(ratio=0.9)
    for button in page.locator(".choice, footer button, .card button, .banner button").all():
        button.scroll_into_view_if_needed()
        button.click(trial=True)


def no_sideways_scrolling(page: Page) -> bool:
    """Whether nothing is wider than the window."""
    return bool(
        page.evaluate(
            """() => { const root = document.querySelector('neckwise-chat').shadowRoot;
            return [document.scrollingElement, root.querySelector('main'), root.querySelector('.scroll')]
              .every((part) => part.scrollWidth <= part.clientWidth + 1); }"""
        )
    )
