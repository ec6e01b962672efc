"""The page with the real assistant behind it: Rasa, actions, triage."""

import httpx
import pytest
from playwright.sync_api import expect

from channels.web_session import sender_id
from tests.browser.conftest import OpenPage
from tests.browser.talking import entries, open_widget, say, wait_for_answer
from tests.live_server import LiveServer


def test_a_stiff_neck_is_asked_about_with_buttons(server: LiveServer, open_page: OpenPage) -> None:
    page = open_page(server.base_url)
    page.get_by_role("button", name="My neck is stiff").click()
    wait_for_answer(page)
    none = page.get_by_role("button", name="None of these")
    expect(none).to_be_visible()
    first = entries(page)[-1]
    none.click()
    wait_for_answer(page)
    assert entries(page)[-2] == "You said: None of these"
    assert entries(page)[-1] != first


@pytest.mark.parametrize(
    ("locale", "numbers"), [("en", ["112", "999", "911"]), ("en-US", ["911"]), ("en-GB", ["999", "112"])]
)
def test_a_red_flag_shows_the_banner_in_the_first_reply(
    server: LiveServer, open_page: OpenPage, locale: str, numbers: list[str]
) -> None:
    page = open_page(server.base_url, locale=locale)
    say(page, "my neck is stiff and I have a fever")
    banner = page.get_by_role("alert")
    expect(banner).to_contain_text("Call for help now")
    links = [link.get_attribute("href") for link in banner.get_by_role("link").all()]
    assert links == [f"tel:{number}" for number in numbers]
    expect(page.locator(".care.emergency")).to_be_visible()
    page.reload()
    expect(banner).to_contain_text("Call for help now")


def test_a_question_about_magnesium_opens_its_source(server: LiveServer, open_page: OpenPage) -> None:
    page = open_page(server.base_url)
    say(page, "does magnesium help a stiff neck?")
    page.get_by_text("Where this comes from").last.click()
    with page.context.expect_page() as opened:
        page.locator(".sources a").last.click()
    expect(opened.value.locator(":target")).to_have_count(1)


def test_deleting_takes_the_conversation_out_of_the_tracker_store(
    server: LiveServer, open_page: OpenPage
) -> None:
    page = open_page(server.base_url)
    say(page, "my neck is stiff")
    sender = sender_id(page.evaluate("JSON.parse(sessionStorage.getItem('neckwise')).session"))
    assert any(event["event"] == "user" for event in events(server, sender))
    page.get_by_role("button", name="Delete my data").click()
    page.get_by_role("button", name="Yes, delete it").click()
    expect(page.get_by_role("status")).to_contain_text("has been deleted")
    assert not any(event["event"] == "user" for event in events(server, sender))


def test_deleting_by_word_clears_the_browser_too(server: LiveServer, open_page: OpenPage) -> None:
    page = open_page(server.base_url)
    say(page, "my neck is stiff")
    say(page, "delete my data")
    page.locator(".choice", has_text="Yes, delete it").click()
    expect(page.get_by_role("status")).to_contain_text("has been deleted")
    assert page.evaluate("sessionStorage.length") == 0
    assert len(entries(page)) == 1


def test_without_the_action_server_a_red_flag_still_shows_the_banner(
    server_with_actions_apart: LiveServer, open_page: OpenPage
) -> None:
    page = open_page(server_with_actions_apart.base_url)
    say(page, "hello")
    server_with_actions_apart.kill_actions()
    say(page, "my neck is stiff and I have a fever")
    expect(page.get_by_role("alert").get_by_role("link").first).to_be_visible()
    server_with_actions_apart.wait_for_actions()


def test_the_demo_page_embeds_the_real_assistant(server: LiveServer, open_page: OpenPage) -> None:
    page = open_page(server.base_url + "/demo")
    frame = open_widget(page)
    say(frame, "what foods have vitamin d?")
    expect(frame.get_by_role("log")).to_contain_text("fish")


def events(server: LiveServer, sender: str) -> list[dict[str, object]]:
    """What the tracker store holds of a conversation."""
    address = f"{server.base_url}/conversations/{sender}/tracker"
    tracker = httpx.get(address, params={"token": server.token, "include_events": "ALL"}, timeout=60).json()
    return list(tracker["events"])
