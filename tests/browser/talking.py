"""Using the page as a person does."""

from playwright.sync_api import Frame, Page, expect

Where = Page | Frame


def entries(where: Where) -> list[str]:
    """The texts of the conversation, in order, as read out."""
    return [" ".join(text.split()) for text in where.locator("[role=log] > ol > li").all_inner_texts()]


def wait_for_answer(where: Where) -> None:
    """Waits until nothing is being sent."""
    where.locator("neckwise-chat form").wait_for()
    expect(where.locator(".writing")).to_have_count(0, timeout=20_000)


def say(where: Where, text: str, wait: bool = True) -> None:
    """Types a text and sends it with Enter; waits for the answer."""
    box = where.locator("textarea")
    box.fill(text)
    box.press("Enter")
    if wait:
        expect(where.locator(".entry.person").last).to_contain_text(text.strip()[:60])
        wait_for_answer(where)


def choose(where: Where, title: str) -> None:
    """Presses one of the offered answers; waits for what is said to it."""
    where.locator(".choice", has_text=title).click()
    wait_for_answer(where)


def open_widget(page: Page) -> Frame:
    """Opens the widget on a host page and returns the frame with the chat."""
    page.locator("[data-neckwise] button").click()
    page.locator("[data-neckwise] iframe").wait_for()
    frame = page.locator("[data-neckwise] iframe").element_handle().content_frame()
    assert frame is not None
    frame.locator("textarea").wait_for()
    return frame
