"""What the page does when something else fails: nothing lost, nothing sent twice, and the person is told."""

import threading
import time
from typing import Any

from playwright.sync_api import Route, expect

from channels.web_session import sender_id
from tests.browser.conftest import OpenPage
from tests.browser.serving import FakeAssistant
from tests.browser.talking import entries, say, wait_for_answer

LINE = "Emergency? Call"


def numbers_in_reach(page: Any) -> None:
    """The emergency line is on the page, with its three links."""
    expect(page.locator(".line")).to_contain_text(LINE)
    for number in ("112", "999", "911"):
        assert page.locator(f"a[href='tel:{number}']").first.is_visible()


def test_without_javascript_the_page_says_what_matters(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url, java_script_enabled=False)
    text = page.locator("body").inner_text()
    assert LINE in text
    assert "The chat needs JavaScript" in text
    assert "stiff neck with fever" in text
    for number in ("112", "999", "911"):
        assert page.locator(f"a[href='tel:{number}']").is_visible()


def test_sent_offline_arrives_once_when_the_connection_is_back(
    assistant: FakeAssistant, open_page: OpenPage
) -> None:
    page = open_page(assistant.url)
    say(page, "before offline")
    page.context.set_offline(True)
    say(page, "said while offline", wait=False)
    expect(page.get_by_role("status")).to_contain_text(
        "There is no connection right now. Your message is kept"
    )
    expect(page.locator(".entry.person").last).to_contain_text("Waiting to be sent")
    numbers_in_reach(page)
    say(page, "and one more", wait=False)
    page.context.set_offline(False)
    expect(page.get_by_role("log")).to_contain_text("You wrote: and one more")
    assert [text for text in assistant.received() if "offline" in text or "one more" in text] == [
        "before offline",
        "said while offline",
        "and one more",
    ]
    assert len(entries(page)) == 7


def test_a_reload_while_offline_loses_nothing(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url)
    page.context.route("**/widget/messages", lambda route: route.abort())
    say(page, "kept through a reload", wait=False)
    expect(page.get_by_role("status")).to_contain_text("I cannot reach the assistant")
    page.context.unroute("**/widget/messages")
    page.reload()
    expect(page.get_by_role("log")).to_contain_text("You wrote: kept through a reload")
    assert assistant.received().count("kept through a reload") == 1


def test_a_lost_answer_is_asked_for_again_and_the_message_taken_once(
    assistant: FakeAssistant, open_page: OpenPage
) -> None:
    page = open_page(assistant.url)
    lost: list[str] = []

    def lose_first(route: Route) -> None:
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().text())
        route.abort()

    page.route("**/widget/messages", lose_first)
    say(page, "the answer gets lost", wait=False)
    expect(page.get_by_role("log")).to_contain_text("You wrote: the answer gets lost")
    assert "You wrote" in lost[0]
    assert assistant.received().count("the answer gets lost") == 1
    assert len(entries(page)) == 3


def test_a_broken_answer_is_asked_for_again(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url)
    answers: list[dict[str, Any]] = [
        {"status": 502, "body": "<h1>Bad gateway</h1>"},
        {"status": 200, "body": '{"messages": [{"te'},
    ]
    page.route(
        "**/widget/messages", lambda route: route.fulfill(**answers.pop(0)) if answers else route.continue_()
    )
    say(page, "through a bad gateway", wait=False)
    expect(page.get_by_role("log")).to_contain_text("You wrote: through a bad gateway")
    assert assistant.received().count("through a bad gateway") == 1


def test_a_server_that_comes_back_answers_within_16_seconds(
    own_assistant: FakeAssistant, open_page: OpenPage
) -> None:
    page = open_page(own_assistant.url)
    say(page, "before the crash")
    own_assistant.stop()
    say(page, "during the crash", wait=False)
    began = time.monotonic()
    expect(page.get_by_role("status")).to_contain_text("I cannot reach the assistant right now")
    assert time.monotonic() - began < 5
    numbers_in_reach(page)
    time.sleep(6)
    own_assistant.start()
    back = time.monotonic()
    expect(page.get_by_role("log")).to_contain_text("You wrote: during the crash", timeout=16_000)
    assert time.monotonic() - back < 16
    assert own_assistant.received() == ["during the crash"]
    assert len(entries(page)) == 5


def test_a_reply_lost_in_a_crash_is_found_again(own_assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(own_assistant.url)
    page.route("**/widget/messages", lambda route: (route.fetch(), route.abort()))
    say(page, "answered, then the crash", wait=False)
    expect(page.get_by_role("status")).to_contain_text("I cannot reach the assistant")
    own_assistant.stop()
    page.unroute("**/widget/messages")
    own_assistant.start()
    expect(page.get_by_role("log")).to_contain_text("You wrote: answered, then the crash", timeout=16_000)
    assert own_assistant.received() == []
    assert len(entries(page)) == 3


def test_try_now_does_not_wait(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url)
    page.route("**/widget/messages", lambda route: route.abort())
    say(page, "try me now", wait=False)
    button = page.get_by_role("button", name="Try now")
    button.wait_for()
    page.wait_for_timeout(3200)
    page.unroute("**/widget/messages")
    with page.expect_request("**/widget/messages", timeout=1000):
        button.click()
    expect(page.get_by_role("log")).to_contain_text("You wrote: try me now")


def test_a_slow_answer_is_spoken_of(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url)
    say(page, "slow 6", wait=False)
    expect(page.get_by_role("status")).to_contain_text("Neckwise is writing")
    expect(page.get_by_role("status")).to_contain_text("This is taking longer than usual")
    numbers_in_reach(page)
    expect(page.get_by_role("log")).to_contain_text("You wrote: slow 6")
    expect(page.get_by_role("status")).to_be_empty()


def test_an_assistant_that_says_nothing_is_never_silent(
    assistant: FakeAssistant, open_page: OpenPage
) -> None:
    page = open_page(assistant.url)
    say(page, "silent")
    assert entries(page)[-1] == (
        "Neckwise said: I am sorry, something went wrong on my side. If you feel very unwell, call for help."
    )


def test_text_in_the_box_is_kept_while_nothing_can_be_sent(
    assistant: FakeAssistant, open_page: OpenPage
) -> None:
    page = open_page(assistant.url)
    page.context.set_offline(True)
    say(page, "first", wait=False)
    page.locator("textarea").fill("half a sent")
    expect(page.get_by_role("status")).to_contain_text("There is no connection")
    page.context.set_offline(False)
    wait_for_answer(page)
    expect(page.locator("textarea")).to_have_value("half a sent")


def test_a_refused_message_can_be_changed_and_sent_again(
    assistant: FakeAssistant, open_page: OpenPage
) -> None:
    page = open_page(assistant.url)
    page.route("**/widget/messages", lambda route: route.fulfill(status=413, json={"error": "too large"}))
    say(page, "too much of it", wait=False)
    expect(page.locator(".refused")).to_contain_text("This message could not be sent.")
    page.unroute("**/widget/messages")
    page.get_by_role("button", name="Put it back in the box").click()
    expect(page.locator("textarea")).to_have_value("too much of it")
    page.locator("textarea").press("Enter")
    expect(page.get_by_role("log")).to_contain_text("You wrote: too much of it")


def test_a_session_the_server_does_not_know_is_replaced(
    assistant: FakeAssistant, open_page: OpenPage
) -> None:
    page = open_page(assistant.url)
    say(page, "hello")
    page.evaluate(
        """() => { const kept = JSON.parse(sessionStorage.getItem('neckwise'));
        sessionStorage.setItem('neckwise', JSON.stringify({ ...kept, session: 'made.up' })); }"""
    )
    page.reload()
    say(page, "hello again")
    assert entries(page)[-1] == "Neckwise said: You wrote: hello again"


def test_deleting_waits_for_the_server_and_says_so(own_assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(own_assistant.url)
    say(page, "to be deleted")
    session = page.evaluate("JSON.parse(sessionStorage.getItem('neckwise')).session")
    own_assistant.stop()
    page.get_by_role("button", name="Delete my data").click()
    page.get_by_role("button", name="Yes, delete it").click()
    expect(page.get_by_role("status")).to_contain_text("your data is not deleted there yet")
    assert "to be deleted" not in page.evaluate("sessionStorage.getItem('neckwise')")
    starting = threading.Thread(target=own_assistant.start)
    starting.start()
    expect(page.get_by_role("status")).to_contain_text("has been deleted", timeout=30_000)
    starting.join()
    assert sender_id(session) not in own_assistant.conversations()
    assert page.evaluate("sessionStorage.length") == 0


def test_blocked_storage_does_not_stop_the_chat(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page("about:blank")
    page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('blocked'); } })"
    )
    page.goto(assistant.url)
    say(page, "no storage here")
    assert entries(page)[-1] == "Neckwise said: You wrote: no storage here"
