"""The conversation as a person has it in the browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from channels.web_session import sender_id
from tests.browser.conftest import OpenPage
from tests.browser.serving import FakeAssistant
from tests.browser.talking import choose, entries, say, wait_for_answer

EMERGENCY = "My neck is stiff and I have a fever"


def test_the_greeting_comes_with_the_disclaimer_and_stores_nothing(
    assistant: FakeAssistant, open_page: OpenPage
) -> None:
    page = open_page(assistant.url)
    expect(page.get_by_role("log")).to_contain_text("computer program, not a doctor")
    assert page.evaluate("[sessionStorage.length, localStorage.length, document.cookie]") == [0, 0, ""]


def test_the_log_stays_the_same_element_and_each_message_adds_one_item(
    assistant: FakeAssistant, open_page: OpenPage
) -> None:
    page = open_page(assistant.url)
    page.evaluate(
        "window.logAtStart = document.querySelector('neckwise-chat').shadowRoot.querySelector('[role=log]')"
    )
    counts = [len(entries(page))]
    for text in ("hello", "My neck is stiff", "something else"):
        say(page, text)
        counts.append(len(entries(page)))
    assert counts == [1, 3, 5, 7]
    assert page.evaluate(
        "window.logAtStart === document.querySelector('neckwise-chat').shadowRoot.querySelector('[role=log]')"
    )
    assert entries(page)[1] == "You said: hello"
    assert entries(page)[2] == "Neckwise said: You wrote: hello"


def test_items_are_added_and_never_replaced(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url)
    say(page, "hello")
    page.evaluate(
        """() => {
          const log = document.querySelector('neckwise-chat').shadowRoot.querySelector('[role=log] ol');
          window.changes = { added: 0, removed: 0 };
          new MutationObserver((all) => all.forEach((one) => {
            const items = (nodes) => [...nodes].filter((node) => node.nodeName === 'LI').length;
            window.changes.added += items(one.addedNodes);
            window.changes.removed += items(one.removedNodes);
          })).observe(log, { childList: true });
        }"""
    )
    say(page, EMERGENCY)
    assert page.evaluate("window.changes") == {"added": 2, "removed": 0}


def test_buttons_are_gone_once_used_and_post_once(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url)
    say(page, "My neck is stiff")
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    button = page.get_by_role("button", name="None of these")
    button.evaluate("button => { button.click(); button.click(); button.click(); }")
    wait_for_answer(page)
    assert [url for url in posts if url.endswith("/widget/messages")] == [assistant.url + "/widget/messages"]
    expect(button).to_have_count(0)
    assert entries(page)[-2] == "You said: None of these"


def test_a_button_is_posted_as_a_button(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url)
    say(page, "My neck is stiff")
    with page.expect_request("**/widget/messages") as request:
        choose(page, "None of these")
    body = request.value.post_data_json or {}
    assert body["button"] == "none of these"
    assert "text" not in body


def test_typed_commands_are_text(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url)
    say(page, "/restart")
    assert entries(page)[1] == "You said: /restart"
    assert not any(text.startswith("/") for text in assistant.received())


def test_a_red_flag_shows_the_banner_once_with_the_numbers_until_dismissed(
    assistant: FakeAssistant, open_page: OpenPage
) -> None:
    page = open_page(assistant.url)
    say(page, EMERGENCY)
    banner = page.get_by_role("alert")
    expect(banner).to_have_count(1)
    expect(banner).to_contain_text("This may be an emergency. Call for help now.")
    numbers = ["tel:112", "tel:999", "tel:911"]
    assert [link.get_attribute("href") for link in banner.get_by_role("link").all()] == numbers
    page.reload()
    expect(banner).to_contain_text("This may be an emergency")
    assert [link.get_attribute("href") for link in banner.get_by_role("link").all()] == numbers
    banner.get_by_role("button", name="Hide this warning").click()
    expect(banner.get_by_role("link")).to_have_count(0)
    expect(page.get_by_role("link", name="Call 112", exact=True)).to_be_visible()
    page.reload()
    expect(page.get_by_role("log")).to_contain_text("Please call the emergency number now")
    expect(banner.get_by_role("link")).to_have_count(0)


def test_the_emergency_is_announced_once_and_not_again_with_later_messages(
    assistant: FakeAssistant, open_page: OpenPage
) -> None:
    page = open_page(assistant.url)
    page.get_by_role("alert").evaluate(
        """(alert) => { window.announced = [];
          new MutationObserver(() => window.announced.push(alert.innerText.trim()))
            .observe(alert, { childList: true, subtree: true, characterData: true }); }"""
    )
    say(page, "My neck is stiff")
    assert page.evaluate("window.announced") == []
    say(page, EMERGENCY)
    said = page.evaluate("window.announced")
    assert len(said) == 1
    assert said[0].startswith("This may be an emergency. Call for help now.")
    say(page, "hello")
    assert page.evaluate("window.announced") == said


def test_a_reload_keeps_the_conversation_and_a_new_tab_starts_fresh(
    assistant: FakeAssistant, open_page: OpenPage
) -> None:
    page = open_page(assistant.url)
    say(page, "My neck is stiff")
    before = entries(page)
    page.reload()
    expect(page.get_by_role("button", name="None of these")).to_be_visible()
    assert entries(page) == before
    choose(page, "None of these")
    expect(page.get_by_role("log")).to_contain_text("How long has your neck been stiff?")
    other = page.context.new_page()
    other.goto(assistant.url)
    expect(other.get_by_role("log")).to_contain_text("Hello!")
    assert len(entries(other)) == 1


def test_delete_my_data_erases_here_and_there(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url)
    say(page, "My neck is stiff")
    session = page.evaluate("JSON.parse(sessionStorage.getItem('neckwise')).session")
    assert sender_id(session) in assistant.conversations()
    page.get_by_role("button", name="Delete my data").click()
    page.get_by_role("button", name="No, keep it").click()
    assert sender_id(session) in assistant.conversations()
    page.get_by_role("button", name="Delete my data").click()
    page.get_by_role("button", name="Yes, delete it").click()
    expect(page.get_by_role("status")).to_contain_text("deleted from the server and from this browser")
    assert sender_id(session) not in assistant.conversations()
    assert page.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]
    assert len(entries(page)) == 1
    say(page, "hello again")
    assert page.evaluate("JSON.parse(sessionStorage.getItem('neckwise')).session") != session


def test_start_over_is_always_in_reach(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url)
    say(page, "My neck is stiff")
    page.get_by_role("button", name="Start over").click()
    wait_for_answer(page)
    assert entries(page)[-1] == "Neckwise said: All right, we start over. What is the matter?"
    assert "Start over" in assistant.received()


def test_advice_is_shown_in_colour_drawing_and_words(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url)
    say(page, "My neck is stiff")
    choose(page, "None of these")
    choose(page, "Two weeks or more")
    care = page.locator(".care")
    expect(care).to_contain_text("Book an appointment")
    expect(care.locator(".level svg")).to_have_count(1)
    expect(care).to_contain_text("Your neck has been stiff for two weeks or more.")
    bars = page.locator(".nutrients > ol > li")
    assert [bar.locator(".part").get_attribute("width") for bar in bars.all()] == ["80", "50", "15"]
    assert [bar.locator(".name").inner_text().split("\n") for bar in bars.all()] == [
        ["Magnesium", "fits well"],
        ["Vitamin D", "fits in part"],
        ["Vitamin B12", "fits a little"],
    ]


def test_sources_open_at_their_section(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url)
    say(page, "My neck is stiff")
    choose(page, "None of these")
    choose(page, "Two weeks or more")
    page.get_by_text("Where this comes from (3)").click()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Magnesium").click()
    article = opened.value
    assert article.url == assistant.url + "/demo#magnesium_deficiency"
    expect(article.locator(":target")).to_have_text("Magnesium")


def test_the_summary_prints_alone_and_downloads(
    assistant: FakeAssistant, open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page(assistant.url)
    say(page, "My neck is stiff")
    say(page, "summary")
    page.evaluate(
        """() => { window.print = () => {
          const chat = document.querySelector('neckwise-chat').shadowRoot;
          window.onPaper = chat.querySelectorAll('.on-paper .summary').length;
        }; }"""
    )
    page.get_by_role("button", name="Print").click()
    page.wait_for_function("window.onPaper === 1")
    page.locator("neckwise-chat").evaluate("chat => chat.toggleAttribute('printing', true)")
    page.emulate_media(media="print")
    expect(page.locator(".summary")).to_be_visible()
    expect(page.locator(".entry.person").first).to_be_hidden()
    expect(page.locator("form")).to_be_hidden()
    page.emulate_media(media="screen")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    assert download.value.suggested_filename == "neck-summary.txt"
    download.value.save_as(tmp_path / "summary.txt")
    text = (tmp_path / "summary.txt").read_text(encoding="utf-8-sig")
    assert text.startswith("Summary for your doctor")
    assert "Has: stiff neck, tiredness, muscle cramps" in text
    assert "It is not a diagnosis." in text


def test_the_whole_conversation_by_keyboard(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url)
    page.locator("textarea").wait_for()

    def tab_to(name: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            focused = page.evaluate(
                """() => { const at = document.querySelector('neckwise-chat').shadowRoot.activeElement;
                return at ? (at.getAttribute('aria-label') || at.innerText || at.id).trim() : ''; }"""
            )
            if focused == name:
                return
        pytest.fail(f"Tab does not reach {name!r}")

    tab_to("message")
    page.keyboard.type("My neck is stiff")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="None of these").wait_for()
    tab_to("None of these")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Two weeks or more").wait_for()
    tab_to("Two weeks or more")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Yes, please").wait_for()
    tab_to("Yes, please")
    page.keyboard.press("Enter")
    page.locator(".summary").wait_for()
    tab_to("Delete my data")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="No, keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    tab_to("Delete my data")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("has been deleted")


def test_after_a_button_the_next_tab_stop_is_the_next_answer(
    assistant: FakeAssistant, open_page: OpenPage
) -> None:
    page = open_page(assistant.url)
    say(page, "My neck is stiff")
    choose(page, "None of these")
    expect(page.get_by_role("log")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="A few days")).to_be_focused()


def test_a_screen_reader_meets_everything_in_order(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(assistant.url)
    say(page, "My neck is stiff")
    say(page, EMERGENCY)
    tree = page.locator("body").aria_snapshot()
    order = [
        'heading "Neckwise"',
        "- alert",
        "This may be an emergency",
        'link "Call 112 Europe and many other countries"',
        'log "Conversation"',
        "Neckwise said:",
        "You said:",
        "My neck is stiff",
        "Neckwise said:",
        "Do you have any of these?",
        "You said:",
        EMERGENCY,
        "Neckwise said:",
        'heading "Please call the emergency number now"',
        "Do not drive yourself.",
        "- status",
        'textbox "Your message"',
        'button "Send"',
        'button "Start over"',
        'button "Delete my data"',
    ]
    at = 0
    for piece in order:
        found = tree.find(piece, at)
        assert found >= 0, f"{piece!r} does not come after {tree[max(0, at - 200) : at]!r} in:\n{tree}"
        at = found + len(piece)


@pytest.mark.parametrize(("language", "direction", "send"), [("es", "ltr", "Enviar"), ("ar", "rtl", "إرسال")])
def test_labels_come_from_the_catalogue(
    assistant: FakeAssistant, open_page: OpenPage, language: str, direction: str, send: str
) -> None:
    page = open_page(f"{assistant.url}/?lang={language}", viewport={"width": 320, "height": 640})
    expect(page.get_by_role("button", name=send)).to_be_visible()
    assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == [
        language,
        direction,
    ]
    page.locator(".choice").first.click()
    wait_for_answer(page)
    assert "My neck is stiff" in assistant.received()
    assert page.locator(".entry.assistant").last.get_attribute("lang") == "en"
    assert page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")


def test_english_answers_read_from_left_to_right_among_arabic_labels(
    assistant: FakeAssistant, open_page: OpenPage
) -> None:
    page = open_page(f"{assistant.url}/?lang=ar")
    say(page, EMERGENCY)
    care = page.locator(".care")
    directions = care.locator("h2, ul li").evaluate_all("all => all.map((one) => getComputedStyle(one).direction)")
    assert set(directions) == {"ltr"}
    assert care.evaluate("care => care.closest('[lang]').lang") == "en"
    label = care.get_by_text("ماذا تفعل")
    assert label.evaluate("label => [label.lang, getComputedStyle(label).direction]") == ["ar", "rtl"]
    assert page.locator(".entry.assistant .unseen").last.locator("[lang=ar]").count() == 1


def test_an_unknown_language_keeps_english(assistant: FakeAssistant, open_page: OpenPage) -> None:
    page = open_page(f"{assistant.url}/?lang=__proto__")
    expect(page.get_by_role("button", name="Send")).to_be_visible()


def test_every_catalogue_has_every_label() -> None:
    import json

    folder = Path(__file__).parents[2] / "web" / "src" / "messages"
    english = json.loads((folder / "en.json").read_text(encoding="utf-8"))
    holes = re.compile(r"\{\w+\}")
    for file in folder.glob("*.json"):
        catalogue = json.loads(file.read_text(encoding="utf-8"))
        assert list(catalogue) == list(english), file.name
        for key, text in catalogue.items():
            assert holes.findall(text) == holes.findall(english[key]), (file.name, key)
