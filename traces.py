"""What a log may say of an exception: its kind and its place, never the words of a message that stood near it."""

from __future__ import annotations

import traceback
from pathlib import Path


def kind_and_place(error: BaseException) -> dict[str, str]:
    """`error` and `place` for a log line. A full traceback may show values of variables, and with them messages."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "unknown"
    return {"error": type(error).__name__, "place": place}
