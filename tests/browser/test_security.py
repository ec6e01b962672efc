"""Text that tries to run as code, in every place where text of others is shown."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.serving import FakeAssistant
from tests.browser.talking import say

CORPUS: list[str] = json.loads((Path(__file__).parent / "xss.json").read_text(encoding="utf-8"))
TRAP = "window.pwned = () => { window.top.caught = (window.top.caught || 0) + 1; };"


def nothing_ran(page: Page) -> None:
    """No string ran, none became an element that could, and no link leads anywhere but to safe addresses."""
    page.locator("neckwise-chat").evaluate(
        """(chat) => { for (const one of chat.shadowRoot.querySelectorAll('*'))
          for (const name of ['mouseover', 'focus', 'toggle', 'error', 'load']) one.dispatchEvent(new Event(name)); }"""
    )
    assert page.evaluate("window.caught || 0") == 0
    made = page.locator("neckwise-chat").evaluate(
        """(chat) => [...chat.shadowRoot.querySelectorAll(
            'script, iframe, object, embed, video, audio, style, link, base, meta, math, marquee, input, ' +
            'select, body, x, img:not(.mark), details:not(.sources), form:not(main > form)')]
            .map((one) => one.outerHTML)"""
    )
    assert made == []
    addresses = page.locator("neckwise-chat").evaluate(
        """(chat) => [...chat.shadowRoot.querySelectorAll('[href], [src], [action]')]
          .map((one) => (one.href?.baseVal ?? one.href) || one.src || one.action)"""
    )
    assert [a for a in addresses if not a.startswith(("http://", "https://", "tel:", "mailto:"))] == []
    handlers = page.locator("neckwise-chat").evaluate(
        """(chat) => [...chat.shadowRoot.querySelectorAll('*')].flatMap((one) => [...one.attributes])
          .map((attribute) => attribute.name).filter((name) => /^on/i.test(name) || name === 'style')"""
    )
    assert handlers == []


def test_the_corpus_is_large_enough() -> None:
    assert len(set(CORPUS)) >= 40


def test_text_of_the_person_runs_nothing(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    page.add_init_script(TRAP)
    page.goto(assistant.url)
    page.route("**/widget/messages", lambda route: route.fulfill(json={"messages": [{"text": "yes"}]}))
    page.locator("textarea").evaluate(
        "(box, texts) => texts.forEach((text) => { box.value = text; box.form.requestSubmit(); })", CORPUS
    )
    expect(page.locator(".entry.person")).to_have_count(len(CORPUS))
    expect(page.locator(".entry.assistant")).to_have_count(len(CORPUS) + 1, timeout=60_000)
    shown = page.locator(".entry.person .bubble").evaluate_all("all => all.map((one) => one.textContent)")
    assert shown == [text.strip() for text in CORPUS]
    nothing_ran(page)
    page.reload()
    expect(page.locator(".entry.person")).to_have_count(len(CORPUS))
    nothing_ran(page)


def rich(text: str) -> list[dict[str, Any]]:
    """Bot messages with a string in every field of every kind, and a few of the wrong shape."""
    kinds: list[dict[str, Any]] = [
        {
            "kind": "care_level",
            "level": "emergency",
            "title": text,
            "what_to_do": [text],
            "reasons": [{"text": text, "source": text}],
            "phone_numbers": [{"label": text, "number": text}, {"label": text, "number": "112"}],
        },
        {"kind": "care_level", "level": text, "title": text},
        {
            "kind": "nutrients",
            "ranking": [{"nutrient": text, "name": text, "score": text, "reasons": [text], "source": text}],
        },
        {"kind": "sources", "items": [{"title": text, "section": text}]},
        {"kind": "summary", "title": text, "lines": [{"label": text, "text": text}], "disclaimer": text},
        {"kind": text, "title": text},
    ]
    customs: list[Any] = [{"data": {**kind, "version": 1}} for kind in kinds]
    customs += [text, [text], {"data": text}, {"data": {"kind": "nutrients", "version": 1, "ranking": text}}]
    messages: list[dict[str, Any]] = [{"text": text, "custom": custom} for custom in customs]
    messages.append({"text": text, "buttons": [{"title": text, "payload": text}, text, None]})
    return messages


def test_text_of_the_assistant_runs_nothing(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    page.add_init_script(TRAP)
    page.goto(assistant.url)
    answer = [message for text in CORPUS for message in rich(text)]
    page.route("**/widget/messages", lambda route: route.fulfill(json={"messages": answer}))
    say(page, "say it all", wait=False)
    expect(page.locator(".entry.assistant")).to_have_count(len(answer) + 1, timeout=30_000)
    page.locator(".sources summary").first.click()
    nothing_ran(page)


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("[a](https://example.org/x)", "https://example.org/x"),
        ("[a](tel:112)", "tel:112"),
        ("https://example.org", "https://example.org/"),
    ],
)
def test_good_links_work(assistant: FakeAssistant, open_page: OpenPage, written: str, address: str) -> None:
    page = open_page(assistant.url)
    assistant.will_say({"text": written})
    say(page, "say: a link")
    link = page.locator(".entry.assistant").last.locator("a")
    assert link.evaluate("link => [link.href, link.rel]") == [address, "noopener noreferrer"]


def test_a_strict_policy_is_in_force(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url, bypass_csp=False)
    tried = page.evaluate(
        """() => [() => document.body.insertAdjacentHTML('beforeend', '<p>'),
                  () => { document.createElement('script').text = '1'; }].map((attempt) => {
                  try { attempt(); return 'done'; } catch { return 'refused'; } })"""
    )
    assert tried == ["refused", "refused"]
    found = page.evaluate("window['violations of the test'].splice(0).length")
    assert found >= 2


def test_a_message_from_the_host_cannot_do_more_than_give_the_focus(
    assistant: FakeAssistant, open_page: OpenPage
) -> None:
    page = open_page(assistant.url + "/demo")
    page.locator("[data-neckwise] button").click()
    frame = page.frame_locator("[data-neckwise] iframe")
    frame.locator("textarea").wait_for()
    for words in ("neckwise:erase", {"type": "say", "text": "x"}, "neckwise:focus"):
        page.locator("[data-neckwise] iframe").evaluate(
            "(frame, words) => frame.contentWindow.postMessage(words, '*')", words
        )
    page.wait_for_timeout(200)
    expect(frame.locator(".entry")).to_have_count(1)
