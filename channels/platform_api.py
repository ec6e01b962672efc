"""Calls of a platform's HTTP API: tried again while it is busy or broken, given up when it refuses."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import structlog

log = structlog.get_logger()


class PlatformError(Exception):
    """A call of the platform failed. The message says how and holds neither address nor token."""


class TryAgain(PlatformError):
    """The platform is busy, broken or out of reach. `after` is its own word on how many seconds to wait."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Refused(PlatformError):
    """The platform will not accept this call however often it is made."""


@dataclass(frozen=True)
class Call:
    """One call of a platform: a path below its base address and what is sent, as JSON or as a form."""

    path: str
    json: dict[str, Any] | None = None
    form: dict[str, str] | None = None


@dataclass(frozen=True)
class Patience:
    """How long a call is tried: pauses double from `first` to `longest` seconds, until `total` seconds have
    passed.
    """

    first: float = 1.0
    longest: float = 60.0
    total: float = 3600.0


Judge = Callable[[int, Any], None]
"""Looks at status and JSON of an answer; raises TryAgain or Refused where the platform's own words say so."""


class PlatformApi:
    """The HTTP API of one platform.

    `headers`, `parameters` and `auth` go with each call. `judge` reads the platform's own error words; what
    it lets pass is judged by the HTTP status.
    """

    def __init__(
        self,
        platform: str,
        base_url: str,
        *,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        auth: aiohttp.BasicAuth | None = None,
        judge: Judge | None = None,
        patience: Patience | None = None,
        seconds: float = 20.0,
    ) -> None:
        self.platform = platform
        self.patience = patience or Patience()
        self._base_url = base_url.rstrip("/")
        self._headers = dict(headers or {})
        self._parameters = dict(parameters or {})
        self._auth = auth
        self._judge = judge
        self._timeout = aiohttp.ClientTimeout(total=seconds)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def once(self, call: Call) -> Any:
        """Make the call one time.

        Returns the answer's JSON (None where it is none), raises TryAgain or Refused.
        """
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout)
        try:
            async with self._session.post(
                f"{self._base_url}/{call.path.lstrip('/')}",
                json=call.json,
                data=call.form,
                headers=self._headers,
                params=self._parameters,
                auth=self._auth,
                allow_redirects=False,
            ) as response:
                status, headers = response.status, response.headers
                try:
                    answer = await response.json(content_type=None)
                except ValueError:
                    answer = None
        except (aiohttp.ClientError, asyncio.TimeoutError, OSError) as error:
            # the error's own text may hold the address, and the address may hold the token
            raise TryAgain(type(error).__name__) from None
        if self._judge is not None:
            self._judge(status, answer)
        if status == 429:
            raise TryAgain("too many calls", _retry_after(headers.get("Retry-After")))
        if status >= 500 or status == 408:
            raise TryAgain(f"status {status}", _retry_after(headers.get("Retry-After")))
        if status >= 300:
            raise Refused(f"status {status}")
        return answer

    async def until_done(self, call: Call) -> Any:
        """Make the call until the platform takes it.

        Raises Refused, or TryAgain when patience is at its end.
        """
        began = time.monotonic()
        pause = self.patience.first
        while True:
            try:
                return await self.once(call)
            except TryAgain as error:
                wait = error.after if error.after is not None else pause
                pause = min(pause * 2, self.patience.longest)
                if time.monotonic() + wait - began > self.patience.total:
                    raise
                log.warning("platform.busy", platform=self.platform, reason=str(error), seconds=wait)
            await asyncio.sleep(wait)


def _retry_after(value: str | None) -> float | None:
    """The `Retry-After` header in seconds: a number or a date. None where it says nothing readable."""
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None
