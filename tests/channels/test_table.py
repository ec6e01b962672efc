"""The page on what each channel gets says what is measured."""

from __future__ import annotations

from tests.channels.table import PAGE, page


async def test_page_is_what_is_measured() -> None:
    assert await page() == PAGE.read_text(encoding="utf-8")
