"""Lines: one platform each, with the scripted assistant behind its channel."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.channels.phones import PHONES, Line, Phone

MakeLine = Callable[..., Awaitable[Line]]


@pytest.fixture
async def make_line(tmp_path: Path) -> AsyncIterator[MakeLine]:
    """Starts lines with settings of their own; all are stopped with the test."""
    lines: list[Line] = []

    async def make(phone: type[Phone], **settings: str) -> Line:
        line = Line(phone, tmp_path / f"line-{len(lines)}", **settings)
        await line.start()
        lines.append(line)
        return line

    yield make
    for line in lines:
        await line.stop()


@pytest.fixture(params=PHONES, ids=[phone.name for phone in PHONES])
async def line(request: pytest.FixtureRequest, make_line: MakeLine) -> Line:
    """A line of each platform in turn."""
    return await make_line(request.param)
